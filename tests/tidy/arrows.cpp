#include "tests/tidy/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

namespace indaba::tests::tidy {

namespace {

using Names = std::vector<std::string_view>;

/// What a room may include: folders of this project, and prefixes of headers from outside ("boost/json" covers
/// boost/json.hpp and boost/json/value.hpp). The C++ standard library is allowed everywhere, see check_calls.
struct Room {
    std::string_view name;
    Names rooms;
    Names outside;
    Names targets;
};

const std::vector<Room>& rooms()
{
    static const std::vector<Room> kRooms{
        {"shared", {"shared"}, {"boost/system", "boost/json", "cereal"}, {"shared", "options"}},
        {"sync", {"shared", "sync"}, {"boost/system"}, {"shared", "sync", "store", "options"}},
        {"sync/store",
         {"shared", "sync", "sync/store", "platform"},
         {"boost/system"},
         {"shared", "sync", "store", "platform", "options"}},
        {"platform",
         {"shared", "platform"},
         {"boost/system", "boost/json", "boost/asio", "boost/beast", "sqlite3.h", "openssl", "argon2", "libsecret",
          "zstd", "spdlog", "fmt", "POSIX"},
         {"shared", "platform", "sqlite3", "options"}},
        {"client",
         {"shared", "sync", "sync/store", "platform", "client"},
         {"boost/system", "boost/json", "boost/asio", "CLI", "fmt", "spdlog"},
         {"shared", "sync", "store", "platform", "client", "options"}},
        {"server",
         {"shared", "sync", "sync/store", "platform", "server"},
         {"boost/system", "boost/json", "boost/asio", "CLI", "fmt", "spdlog"},
         {"shared", "sync", "store", "platform", "server", "options"}},
    };
    return kRooms;
}

const Room* find_room(std::string_view name)
{
    const auto found = std::ranges::find(rooms(), name, &Room::name);
    return found == rooms().end() ? nullptr : &*found;
}

bool contains(const Names& names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

/// "unistd.h", "sys/stat.h", "linux/random.h": what is left when no library's folder or header claims it.
bool is_posix(std::string_view header)
{
    constexpr auto kFolders =
        std::to_array<std::string_view>({"", "arpa/", "asm/", "linux/", "net/", "netinet/", "sys/"});
    const auto folder = header.substr(0, header.find('/') + 1);
    return header.ends_with(".h") && std::ranges::find(kFolders, folder) != kFolders.end() && header != "sqlite3.h" &&
           header != "argon2.h" && !header.starts_with("zstd");
}

bool is_standard(std::string_view header) { return header.find_first_of("./") == header.npos; }

bool is_outside_allowed(const Room& room, std::string_view header)
{
    if (is_standard(header)) return true;
    if (is_posix(header)) return contains(room.outside, "POSIX");
    return std::ranges::any_of(room.outside, [&](std::string_view prefix) {
        const auto rest = header.substr(std::min(prefix.size(), header.size()));
        return header.starts_with(prefix) && (rest.empty() || rest[0] == '/' || rest[0] == '.' || prefix == "zstd");
    });
}

void check_include(const Source& source, const Room& room, std::size_t number, const std::smatch& match,
                   Findings& findings)
{
    const std::string header = match[2];
    if (match[1] == "<") {
        if (!is_outside_allowed(room, header))
            findings.push_back(
                {source.path, "arrow", fmt::format("{}: {} may not include <{}>", number, room.name, header)});
        return;
    }
    const auto other = make_source(header, {}).room();
    if (other.empty())
        findings.push_back(
            {source.path, "arrow", fmt::format("{}: \"{}\" does not begin at the root", number, header)});
    else if (!contains(room.rooms, other))
        findings.push_back({source.path, "arrow", fmt::format("{}: {} may not include {}", number, room.name, other)});
}

void check_targets(const Source& source, const Room& room, Findings& findings)
{
    static const std::regex kTarget(R"(\bindaba_(shared|sync|store|platform|client|server|sqlite3|options)\b)");
    std::size_t number = 0;
    for (const auto line : lines_of(source.text)) {
        ++number;
        const std::string text(line.substr(0, line.find('#')));
        for (auto it = std::sregex_iterator(text.begin(), text.end(), kTarget); it != std::sregex_iterator(); ++it) {
            const std::string target = (*it)[1];
            if (!contains(room.targets, target))
                findings.push_back(
                    {source.path, "arrow", fmt::format("{}: {} may not link indaba_{}", number, room.name, target)});
        }
    }
}

}  // namespace

Findings check_arrows(const Source& source)
{
    static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
    Findings findings;
    const auto* room = find_room(source.room());
    if (room == nullptr) return findings;
    if (source.file_name() == "CMakeLists.txt" && source.folder() == room->name) check_targets(source, *room, findings);
    if (!source.is_cpp()) return findings;
    std::size_t number = 0;
    for (const auto line : lines_of(source.code)) {
        ++number;
        if (line.find("include") == line.npos) continue;
        const std::string text(line);
        if (std::smatch match; std::regex_match(text, match, kInclude))
            check_include(source, *room, number, match, findings);
    }
    return findings;
}

}  // namespace indaba::tests::tidy
