#include "shared/pattern.hpp"

#include <charconv>
#include <limits>
#include <optional>

namespace indaba::shared {

namespace {

constexpr std::size_t kNoEnd = std::numeric_limits<std::size_t>::max();

std::optional<std::size_t> read_count(std::string_view text)
{
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Reads the class at the front of `rest`, behind its opening bracket, and takes it off with the closing one.
std::optional<std::bitset<256>> read_class(std::string_view& rest)
{
    const auto end = rest.find(']', rest.starts_with("^") ? 2 : 1);
    if (end == std::string_view::npos) return std::nullopt;
    auto body = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const bool negated = body.starts_with('^');
    if (negated) body.remove_prefix(1);
    std::bitset<256> bytes;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const bool is_range = i + 2 < body.size() && body[i + 1] == '-';
        const auto first = static_cast<unsigned char>(body[i]);
        const auto last = static_cast<unsigned char>(is_range ? body[i + 2] : body[i]);
        if (first > last || last > 0x7f) return std::nullopt;
        for (unsigned byte = first; byte <= last; ++byte) bytes.set(byte);
        if (is_range) i += 2;
    }
    return negated ? ~bytes : bytes;
}

struct Repeat {
    std::size_t least = 1;
    std::size_t most = 1;
};

/// Takes the repetition at the front of `rest` off, if there is one.
std::optional<Repeat> read_repeat(std::string_view& rest)
{
    if (rest.empty()) return Repeat{};
    const char first = rest[0];
    if (first == '?' || first == '*' || first == '+') {
        rest.remove_prefix(1);
        return Repeat{first == '+' ? 1u : 0u, first == '?' ? 1u : kNoEnd};
    }
    if (first != '{') return Repeat{};
    const auto end = rest.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    const auto body = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    const auto comma = body.find(',');
    const auto least = read_count(body.substr(0, comma));
    if (!least) return std::nullopt;
    if (comma == std::string_view::npos) return Repeat{*least, *least};
    if (comma + 1 == body.size()) return Repeat{*least, kNoEnd};
    const auto most = read_count(body.substr(comma + 1));
    if (!most || *most < *least) return std::nullopt;
    return Repeat{*least, *most};
}

}  // namespace

Result<Pattern> Pattern::parse(std::string_view source)
{
    const auto error = fail(Errc::malformed, "not a pattern: " + std::string(source));
    Pattern pattern;
    pattern.source_ = source;
    for (auto rest = source; !rest.empty();) {
        const char first = rest[0];
        rest.remove_prefix(1);
        Item item;
        if (first == '[') {
            const auto bytes = read_class(rest);
            if (!bytes) return error;
            item.bytes = *bytes;
        } else if (std::string_view("?*+{}()|\\^$.").find(first) != std::string_view::npos) {
            return error;  // of a regular expression, which this is not; a literal one goes into a class
        } else {
            item.bytes.set(static_cast<unsigned char>(first));
        }
        const auto repeat = read_repeat(rest);
        if (!repeat) return error;
        item.least = repeat->least;
        item.most = repeat->most;
        pattern.items_.push_back(item);
    }
    return pattern;
}

bool Pattern::matches(std::string_view text) const
{
    for (const auto& item : items_) {
        std::size_t count = 0;
        while (count < item.most && count < text.size() && item.bytes[static_cast<unsigned char>(text[count])]) ++count;
        if (count < item.least) return false;
        text.remove_prefix(count);
    }
    return text.empty();
}

}  // namespace indaba::shared
