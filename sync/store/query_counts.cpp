#include "sync/store/queries.hpp"
#include "sync/store/tables.hpp"

#include <map>

namespace indaba::sync::store {

namespace {

using Counted = std::map<std::uint64_t, SpaceCounts>;  // by the space's number

/// Each row: space, number; added to that member.
Result<void> add_up(platform::Statement rows, std::uint64_t SpaceCounts::* member, Counted& counted)
{
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return {};
        counted[std::uint64_t(rows.int64(0))].*member += std::uint64_t(rows.int64(1));
    }
}

/// Accepted, and ruled on beyond what was in the centre's last backup as this device knows it. Reads those, not the
/// journal: in one journal rulings follow each other.
Result<void> count_not_backed_up(platform::Database& database, Counted& counted)
{
    auto journals = database.statement(
        "SELECT s.sid, j.jid, s.backed_up, s.base FROM space s JOIN journal j ON j.space = s.sid AND j.own "
        "WHERE j.last > 0");
    while (true) {
        INDABA_ASSIGN(const bool journal, journals.step());
        if (!journal) return {};
        const auto through = journals.int64(2);
        const bool all_marked = through >= journals.int64(3);  // a ruling that was only told by a mark is below base
        auto entries = database.statement(
            "SELECT ruled, verdict FROM entry WHERE journal = ?1 AND number <= (SELECT ruled FROM journal WHERE jid = "
            "?1) ORDER BY number DESC");
        entries.bind_all(journals.int64(1));
        while (true) {
            INDABA_ASSIGN(const bool entry, entries.step());
            const bool is_marked = entry && entries.is_null(0);
            if (!entry || (is_marked ? all_marked : entries.int64(0) <= through)) break;
            if (is_marked || entries.int64(1) == 0) ++counted[std::uint64_t(journals.int64(0))].backed_up;
        }
    }
}

}  // namespace

Result<std::vector<SpaceCounts>> Queries::counts()
{
    auto& database = tables_.database();
    ReadScope scope(database);
    INDABA_TRY(scope.begin());
    Counted counted;
    INDABA_TRY(add_up(database.statement("SELECT sid, 0 FROM space"), &SpaceCounts::records, counted));
    INDABA_TRY(add_up(database.statement("SELECT space, count(*) FROM record WHERE flags < 4 GROUP BY space"),
                      &SpaceCounts::records, counted));
    INDABA_TRY(add_up(database.statement("SELECT space, count(*) FROM record WHERE flags & 1 GROUP BY space"),
                      &SpaceCounts::conflicts, counted));
    // Own journals are ruled in order: what is not beyond `ruled` has a ruling. Beyond it stand refusals that a centre
    // which was put back is asked about again: they are refused until it says otherwise, and not counted twice.
    // Entries beyond a journal's end were salvaged from behind a hole: all of them have a ruling. What is gone from
    // here counts nowhere: neither beyond `ruled`, nor where an entry behind it was ruled lost (verdict 2; that it is
    // above 0 says that the index of what was refused serves).
    INDABA_TRY(add_up(
        database.statement("SELECT space, (SELECT count(*) FROM entry WHERE entry.journal = jid AND number > "
                           "journal.ruled AND number <= journal.last) - (SELECT count(*) FROM entry WHERE verdict > 0 "
                           "AND entry.journal = jid AND number > journal.ruled AND number <= journal.last) "
                           "FROM journal WHERE own"),
        &SpaceCounts::pending, counted));
    INDABA_TRY(
        add_up(database.statement("SELECT space, min(ruled, last) + (SELECT count(*) FROM entry WHERE verdict > 0 AND "
                                  "entry.journal = jid AND number > journal.ruled AND number <= journal.last) + "
                                  "(SELECT count(*) FROM entry WHERE entry.journal = jid AND number > journal.last) - "
                                  "(SELECT coalesce(sum(number - 1 - coalesce((SELECT max(b.number) FROM entry b WHERE "
                                  "b.journal = e.journal AND b.number < e.number), 0)), 0) FROM entry e WHERE "
                                  "verdict > 0 AND verdict = 2 AND e.journal = jid AND number <= journal.ruled) "
                                  "FROM journal WHERE own"),
               &SpaceCounts::accepted, counted));
    INDABA_TRY(add_up(
        database.statement(
            "SELECT space, count(*) FROM entry WHERE verdict > 0 AND journal IN (SELECT jid FROM journal WHERE own) "
            "GROUP BY space"),
        &SpaceCounts::refused, counted));
    INDABA_TRY(count_not_backed_up(database, counted));
    std::vector<SpaceCounts> counts;
    for (auto& [number, count] : counted) {
        INDABA_ASSIGN(const auto* name, tables_.names.spaces.name(number));
        count.space = *name;
        count.accepted -= std::min(count.accepted, count.refused);
        count.backed_up = count.accepted - std::min(count.accepted, count.backed_up);
        counts.push_back(std::move(count));
    }
    INDABA_TRY(scope.end());
    return counts;
}

Result<std::vector<SpaceSize>> Queries::sizes()
{
    ReadScope scope(tables_.database());
    INDABA_TRY(scope.begin());
    std::vector<SpaceSize> sizes;
    auto rows = tables_.database().statement(
        "SELECT space, count(*) FILTER (WHERE flags < 4), "
        "sum(length(shown) + coalesce(length(word), 0) + coalesce(length(pending), 0)) FROM record "
        "GROUP BY space ORDER BY space");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) break;
        INDABA_ASSIGN(const auto* name, tables_.names.spaces.name(std::uint64_t(rows.int64(0))));
        sizes.push_back({*name, std::uint64_t(rows.int64(1)), std::uint64_t(rows.int64(2))});
    }
    INDABA_TRY(scope.end());
    return sizes;
}

}  // namespace indaba::sync::store
