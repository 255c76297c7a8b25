#include "client/salvage.hpp"

#include "client/home.hpp"
#include "platform/system.hpp"
#include "sync/replica.hpp"
#include "sync/store/salvage.hpp"
#include "sync/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

constexpr std::array<const char*, 3> kParts{"", "-wal", "-shm"};

/// While it is built; a home's next opening removes what is left of it.
std::string building_path(const std::string& directory) { return directory + "/indaba.db.new"; }
/// Whole: from now on the damaged one is history.
std::string whole_path(const std::string& directory) { return directory + "/indaba.db.salvaged"; }

std::string aside_path(const std::string& directory, int number)
{
    return fmt::format("{}/indaba.db.damaged-{}", directory, number);
}

/// The newest number that something was moved aside under; 0: none.
int last_aside(const std::string& directory)
{
    int number = 0;
    while (platform::exists(aside_path(directory, number + 1))) ++number;
    return number;
}

platform::DatabaseOptions database_of(const Home& home)
{
    platform::DatabaseOptions file;
    file.path = home.database_path();
    file.key = home.database_key();
    return file;
}

bool is_damage(const shared::Error& error) { return error.code == Errc::corrupt || error.code == Errc::io; }

/// True only if every page can be read and all of them fit together.
Result<bool> is_healthy(const Home& home, std::vector<sync::Orphan>& orphans, bool& orphans_read)
{
    auto file = database_of(home);
    file.read_only = true;
    const auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
    if (store.has_error()) return is_damage(store.error()) ? Result<bool>(false) : Result<bool>(store.error());
    if (auto read = (*store)->orphans(); read.has_value()) {
        orphans = std::move(*read);
        orphans_read = true;
    }
    auto check = (*store)->database().prepare("PRAGMA integrity_check(1)");
    const auto found = check.step();
    if (found.has_error()) return is_damage(found.error()) ? Result<bool>(false) : Result<bool>(found.error());
    return *found && check.text(0) == "ok";
}

SpaceSalvage& report_of(const std::string& space, SalvageReport& report)
{
    const auto place = std::ranges::find(report.spaces, space, &SpaceSalvage::space);
    if (place != report.spaces.end()) return *place;
    return report.spaces.emplace_back(SpaceSalvage{space, 0, 0, 0, 0});
}

bool waits(const sync::StoredEntry& entry) { return !entry.ruling || entry.ruling->number == sync::kUnfed; }

void count(const sync::Salvaged& found, SalvageReport& report)
{
    for (const auto& saved : found.journals) {
        SpaceSalvage counted;
        counted.waiting = std::uint64_t(std::ranges::count_if(saved.chain, waits));
        counted.again = std::uint64_t(std::ranges::count_if(saved.detached, waits));
        counted.unreadable = saved.unreadable;
        if (counted.waiting + counted.again + counted.unreadable == 0) continue;
        auto& all = report_of(saved.journal.head.space, report);
        all.waiting += counted.waiting;
        all.again += counted.again;
        all.unreadable += counted.unreadable;
    }
    report.nameless = found.nameless;
    report.forgotten = found.orphans.size();
}

/// What stands, as `refused` will list it; what waits behind a hole stands there as well, and is counted as such.
Result<void> count_refused(sync::store::ReplicaStore& store, SalvageReport& report)
{
    INDABA_ASSIGN(const auto standing, store.standing_refused({}));
    std::optional<shared::TransactionName> last;
    for (const auto& refusal : standing) {
        if (last == refusal.name) continue;
        last = refusal.name;
        INDABA_ASSIGN(const auto entry, store.find_entry(refusal.name));
        if (entry && !waits(*entry)) ++report_of(entry->space, report).refused;
    }
    return {};
}

/// The new database, complete and on the disk.
Result<void> build(const Home& home, sync::Salvaged found, SalvageReport& report)
{
    auto file = database_of(home);
    file.path = building_path(home.directory());
    file.create = true;
    INDABA_ASSIGN(const auto store, sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {}));
    platform::SystemClock clock;
    platform::SystemRandom random;
    platform::OpensslDigest digest;
    platform::KeyPair signer(home.key());
    sync::Replica replica(
        {*store, clock, random, digest, signer, home.enrolment().centre_key, shared::Catalogue::builtin()});
    INDABA_TRY(replica.adopt(std::move(found)));
    INDABA_TRY(count_refused(*store, report));
    return store->database().checkpoint(platform::Database::Checkpoint::truncate);
}

Result<void> remove_building(const std::string& directory)
{
    for (const char* part : kParts) INDABA_TRY(platform::remove_file(building_path(directory) + part));
    return {};
}

/// A lease whose clock is lost runs from the last contact that the home knows of.
void keep_lease(const Home& home, sync::Salvaged& found)
{
    if (found.leases.renewed_ms != 0) return;
    const auto contact_ms = home.contact().last_contact_ms;
    if (contact_ms == 0) return;
    found.leases.renewed_ms = contact_ms;
    found.leases.seen_ms = std::max(found.leases.renewed_ms, found.clock.last.unix_ms());
}

Result<SalvageReport> salvage_damaged(const Home& home, std::vector<sync::Orphan> orphans, bool orphans_read)
{
    SalvageReport report;
    const auto device = home.key().public_key();
    platform::OpensslDigest digest;
    auto read = sync::store::salvage(database_of(home), device, digest);
    if (read.has_error() && read.error().code == Errc::corrupt)
        return fail(Errc::corrupt,
                    fmt::format("{}: nothing can be read of it, not even its first page: keep the file, and enrol this "
                                "device anew in another directory (what was not sent from here is in that file alone)",
                                home.database_path()));
    INDABA_TRY(read);
    report.pages = read->pages.all;
    report.unreadable_pages = read->pages.unreadable;
    report.forgotten_unreadable = !orphans_read;
    read->found.orphans = std::move(orphans);
    keep_lease(home, read->found);
    count(read->found, report);
    INDABA_TRY(remove_building(home.directory()));
    if (auto built = build(home, std::move(read->found), report); built.has_error()) {
        (void)remove_building(home.directory());  // on a full disk its room is what the person needs
        return std::move(built).error();
    }
    INDABA_TRY(platform::replace_file(building_path(home.directory()), whole_path(home.directory())));
    INDABA_ASSIGN(report.kept_as, finish_salvage(home.directory()));
    return report;
}

}  // namespace

bool SalvageReport::is_complete() const
{
    return nameless == 0 && std::ranges::all_of(spaces, [](const auto& space) { return space.unreadable == 0; });
}

bool is_salvaged(const std::string& directory) { return platform::exists(whole_path(directory)); }

Result<std::string> finish_salvage(const std::string& directory)
{
    const auto path = directory + "/indaba.db";
    auto number = last_aside(directory);
    // The database goes first: where it has gone already, its other parts follow under its number.
    if (platform::exists(path)) ++number;
    const auto aside = aside_path(directory, number);
    for (const char* part : kParts)
        if (platform::exists(path + part)) INDABA_TRY(of_the_disk(platform::replace_file(path + part, aside + part)));
    INDABA_TRY(of_the_disk(platform::replace_file(whole_path(directory), path)));
    return aside;
}

Result<SalvageReport> salvage(const std::string& directory, const AskPassphrase& ask)
{
    INDABA_ASSIGN(const auto home, Home::open_alone(directory, ask));
    const auto state = platform::file_state(home.database_path());
    if (!state || state->size_bytes == 0)
        return fail(
            Errc::corrupt,
            fmt::format("{} is missing or empty: put it back from a copy, or run `indaba sync` if this device has "
                        "never met its centre",
                        home.database_path()));
    std::vector<sync::Orphan> orphans;
    bool orphans_read = false;
    INDABA_ASSIGN(const bool healthy, of_the_disk(is_healthy(home, orphans, orphans_read)));
    if (healthy) {
        SalvageReport report;
        report.healthy = true;
        return report;
    }
    return of_the_disk(salvage_damaged(home, std::move(orphans), orphans_read));
}

}  // namespace indaba::client
