#include "server/names.hpp"

#include "shared/code_points.hpp"
#include "shared/ids.hpp"
#include "shared/limits.hpp"
#include "shared/roles.hpp"

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

constexpr std::array<std::string_view, 4> kKinds{"directory", "country", "organisation", "event"};
constexpr std::size_t kHosts = 64;  // what a certificate of ours may name

/// What somebody typed, fit for one line of an error: cut short, without control characters.
std::string quoted(std::string_view text)
{
    std::string out(text.substr(0, 60));
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\'') c = '?';
    }
    while (!out.empty() && !shared::is_utf8(out)) out.pop_back();
    return "'" + out + (out.size() < text.size() ? "…'" : "'");
}

/// Characters that would break a line, hide, or turn the text around them.
bool is_forbidden(char32_t point) { return shared::is_control(point) || shared::breaks_line(point) || point == 0xfeff; }

bool is_dns_name(std::string_view host)
{
    if (host.empty() || host.size() > 253) return false;
    std::size_t label = 0;
    for (std::size_t i = 0; i <= host.size(); ++i) {
        if (i == host.size() || host[i] == '.') {
            if (label == 0 || label > 63 || host[i - 1] == '-' || host[i - label] == '-') return false;
            label = 0;
            continue;
        }
        const char c = host[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && !(c >= '0' && c <= '9') && c != '-') return false;
        ++label;
    }
    // All digits and dots would be an IP address written wrongly.
    return host.find_first_not_of("0123456789.") != host.npos;
}

}  // namespace

Result<void> check_name(std::string_view name, std::string_view what)
{
    if (name.empty()) return fail(Errc::usage, fmt::format("{} may not be empty", what));
    if (!shared::is_utf8(name)) return fail(Errc::usage, fmt::format("{} must be UTF-8 text", what));
    if (name.front() == ' ' || name.back() == ' ')
        return fail(Errc::usage, fmt::format("{} may not begin or end with a space", what));
    std::size_t count = 0;
    for (auto rest = name; !rest.empty(); ++count) {
        const auto point = shared::first_code_point(rest);
        if (is_forbidden(point.value))
            return fail(Errc::usage, fmt::format("{} may not hold control characters", what));
        rest.remove_prefix(point.size_bytes);
    }
    if (count > shared::limits::kName_codepoints)
        return fail(Errc::usage,
                    fmt::format("{} may have at most {} characters", what, shared::limits::kName_codepoints));
    return {};
}

std::string shown_program(std::string_view said)
{
    return check_name(said, "a program's name").has_value() ? std::string(said) : std::string();
}

Result<void> check_space_name(std::string_view name)
{
    if (shared::is_space_name(name)) return {};
    return fail(Errc::usage,
                fmt::format("{} is not a name for a space: 1 to 63 lower-case letters, digits and hyphens, "
                            "a letter or digit first",
                            quoted(name)));
}

Result<void> check_kind(std::string_view kind)
{
    if (std::ranges::find(kKinds, kind) != kKinds.end()) return {};
    return fail(Errc::usage,
                fmt::format("{} is not a kind of space: directory, country, organisation or event", quoted(kind)));
}

Result<void> check_role(std::string_view role)
{
    if (shared::is_role(role)) return {};
    return fail(Errc::usage, fmt::format("{} is not a role: viewer, contributor, editor or organiser", quoted(role)));
}

Result<void> check_host(std::string_view host)
{
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host.substr(0, 254)), error);
    const bool is_address = !error && host.find('%') == host.npos && !address.is_unspecified();
    if (is_address || is_dns_name(host)) return {};
    return fail(
        Errc::usage,
        fmt::format("{} is not a host: give the DNS name or IP address that devices will connect to", quoted(host)));
}

Result<std::vector<std::string>> parse_hosts(std::string_view list)
{
    std::vector<std::string> hosts;
    while (true) {
        const auto comma = list.find(',');
        const auto host = list.substr(0, comma);
        INDABA_TRY(check_host(host));
        if (std::ranges::find(hosts, host) != hosts.end())
            return fail(Errc::usage, fmt::format("{} is named twice", quoted(host)));
        hosts.emplace_back(host);
        if (hosts.size() > kHosts) return fail(Errc::usage, fmt::format("at most {} hosts", kHosts));
        if (comma == list.npos) return hosts;
        list.remove_prefix(comma + 1);
    }
}

Result<RoleChange> parse_role_change(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == text.npos)
        return fail(Errc::usage, fmt::format("{} is not SPACE=ROLE, for example forum=editor", quoted(text)));
    RoleChange change{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
    INDABA_TRY(check_space_name(change.space));
    if (change.role == "none") {
        change.role.clear();
    } else {
        INDABA_TRY(check_role(change.role));
    }
    return change;
}

}  // namespace indaba::server
