#include "tests/bench/centre.hpp"

#include "client/core.hpp"
#include "shared/check.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace indaba::bench {

namespace {

std::string done(const std::vector<std::string>& command)
{
    auto ran = run(command);
    if (ran.exit_code != 0)
        std::fprintf(stderr, "%s %s failed: %s\n", command[0].c_str(), command[1].c_str(), ran.output.c_str());
    INDABA_CHECK(ran.exit_code == 0);
    while (!ran.output.empty() && ran.output.back() == '\n') ran.output.pop_back();
    return ran.output;
}

std::vector<client::Cell> cells_of(const Row& row, const shared::Catalogue& catalogue)
{
    std::vector<client::Cell> cells;
    for (const auto& [name, value] : row.fields) {
        auto parsed = catalogue.parse_assignment("enterprise", name, value);
        INDABA_CHECK(parsed.has_value());
        for (auto& cell : *parsed) cells.push_back(std::move(cell));
    }
    return cells;
}

}  // namespace

Directory::Directory()
{
    std::string name = (std::filesystem::temp_directory_path() / "indaba-bench-XXXXXX").string();
    INDABA_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
}

Directory::~Directory() { std::filesystem::remove_all(path_); }

Centre::Centre()
{
    const auto data = path("centre");
    (void)done({INDABA_SERVER_PROGRAM, "init", "--data", data, "--name", "127.0.0.1"});
    (void)done({INDABA_SERVER_PROGRAM, "space", "add", "forum", "--kind", "event", "--data", data});
    (void)done({INDABA_SERVER_PROGRAM, "space", "add", "brics", "--kind", "directory", "--data", data});
    (void)done({INDABA_SERVER_PROGRAM, "space", "add", "za", "--kind", "country", "--data", data});
    start();
}

void Centre::start()
{
    server_ = std::make_unique<Running>(
        std::vector<std::string>{INDABA_SERVER_PROGRAM, "run", "--data", path("centre"), "--listen", address_});
    constexpr std::string_view kReady = "listening on ";
    const auto line = server_->read_line();
    INDABA_CHECK(line.starts_with(kReady));
    address_ = line.substr(kReady.size(), line.find_last_not_of("\r\n ") + 1 - kReady.size());
}

void Centre::back_up()
{
    server_.reset();
    std::filesystem::copy(path("centre"), path("copy"), std::filesystem::copy_options::recursive);
    start();
}

void Centre::put_back()
{
    server_.reset();
    std::filesystem::remove_all(path("centre"));
    std::filesystem::copy(path("copy"), path("centre"), std::filesystem::copy_options::recursive);
    std::filesystem::permissions(path("centre"), std::filesystem::perms::owner_all);
    start();
}

std::string Centre::enrol(const std::string& person, const std::string& program)
{
    const auto data = path("centre");
    (void)done({INDABA_SERVER_PROGRAM, "person", "add", person, "--role", "forum=editor", "--role", "brics=viewer",
                "--role", "za=editor", "--data", data});
    const auto invitation = done({INDABA_SERVER_PROGRAM, "invite", person, "--data", data});
    auto home = path(person);
    (void)done({program, "enrol", invitation, "--home", home});
    (void)sync(home, program);
    return home;
}

Synced sync(const std::string& home, const std::string& program)
{
    const auto ran = run({program, "sync", "--json", "--home", home});
    const auto report = boost::json::parse(ran.output).as_object();
    INDABA_CHECK(ran.exit_code == 0 && report.at("up_to_date").as_bool());
    const auto number = [&](const char* name) { return report.at(name).to_number<double>(); };
    return {ran.seconds, ran.peak_bytes, number("bytes_sent") + number("bytes_received"), number("bytes_received"),
            number("round_trips")};
}

double write_rows(const std::string& home, std::span<const Row> rows, std::size_t rows_per_transaction)
{
    auto core = client::Core::open(home);
    INDABA_CHECK(core.has_value());
    std::vector<client::Draft> drafts;
    for (const auto& row : rows) drafts.push_back({row.id, "enterprise", "forum", cells_of(row, (*core)->catalogue())});
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < drafts.size(); i += rows_per_transaction) {
        const auto end = std::min(i + rows_per_transaction, drafts.size());
        const std::vector<client::Draft> some(drafts.begin() + std::ptrdiff_t(i), drafts.begin() + std::ptrdiff_t(end));
        INDABA_CHECK((*core)->put(some).has_value());
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace indaba::bench
