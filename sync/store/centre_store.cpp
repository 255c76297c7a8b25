#include "sync/store/store.hpp"
#include "sync/store/tables.hpp"

namespace indaba::sync::store {

using shared::Errc;

CentreStore::CentreStore(std::unique_ptr<Tables> tables) : StoreOver(std::move(tables)) {}

Result<std::unique_ptr<CentreStore>> CentreStore::open(const platform::DatabaseOptions& file,
                                                       const shared::Catalogue& catalogue)
{
    INDABA_ASSIGN(auto tables, Tables::open(file, Side::centre, catalogue, false));
    return std::unique_ptr<CentreStore>(new CentreStore(std::move(tables)));
}

Result<void> CentreStore::add_space(const Space& space)
{
    INDABA_ASSIGN(const auto sid, tables_->names.spaces.number(space.name));
    auto row = database().statement(
        "INSERT INTO space(sid, kind, title, backed_up, horizon, lease_days) VALUES (?1, ?2, ?3, 0, 0, ?4)");
    const auto added = row.bind_all(sid, space.kind, space.title, std::int64_t(space.lease_days)).run();
    if (added.has_error() && added.error().code == Errc::rule_broken)
        return fail(Errc::rule_broken, "there is a space called " + space.name + " already: choose another name");
    return added;
}

Result<std::vector<CentreStore::Space>> CentreStore::spaces()
{
    std::vector<Space> spaces;
    auto rows = database().statement("SELECT sid, kind, title, lease_days FROM space ORDER BY sid");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return spaces;
        INDABA_ASSIGN(const auto* name, tables_->names.spaces.name(std::uint64_t(rows.int64(0))));
        spaces.push_back({*name, std::string(rows.text(1)), std::string(rows.text(2)), std::uint32_t(rows.int64(3))});
    }
}

Result<void> CentreStore::set_lease(const SpaceName& space, std::uint32_t days)
{
    INDABA_ASSIGN(const auto sid, tables_->names.spaces.number(space));
    auto row = database().statement("UPDATE space SET lease_days = ?2 WHERE sid = ?1");
    return row.bind_all(sid, std::int64_t(days)).run();
}

Result<void> CentreStore::note_backed_up(const SpaceName& space, std::uint64_t number)
{
    return tables_->feed.note_backed_up(space, number);
}

Result<CentreStore::Head> CentreStore::head(const SpaceName& space) { return tables_->feed.head(space); }

Result<void> CentreStore::set_horizon(const SpaceName& space, std::uint64_t number)
{
    return tables_->feed.set_horizon(space, number);
}

Result<CentreSize> CentreStore::size(const SpaceName& space) { return tables_->feed.size(space); }

Result<std::optional<Hash>> CentreStore::chain_at(const SpaceName& space, std::uint64_t number)
{
    return tables_->feed.chain_at(space, number);
}

Result<void> CentreStore::append_ruled(const StoredEntry& entry, const Hash& chain,
                                       const std::vector<RecordId>& touched)
{
    return tables_->feed.append(entry, chain, touched);
}

Result<std::optional<CentreStore::Mark>> CentreStore::mark(JournalId journal, std::uint64_t line)
{
    return tables_->feed.mark(journal, line);
}

Result<void> CentreStore::set_mark(JournalId journal, std::uint64_t line, const Mark& mark)
{
    return tables_->feed.set_mark(journal, line, mark);
}

Result<std::vector<CentreStore::Mark>> CentreStore::marks(JournalId journal, std::size_t limit)
{
    return tables_->feed.marks(journal, limit);
}

Result<void> CentreStore::each_record_after(const SpaceName& space, std::uint64_t after,
                                            const std::function<bool(StoredRecord&&)>& visit)
{
    return tables_->feed.each_record_after(space, after, visit);
}

Result<void> CentreStore::each_ruling(const SpaceName& space, std::uint64_t after, std::uint64_t to,
                                      const std::function<bool(Ruling&&)>& visit)
{
    return tables_->feed.each_ruling(space, after, to, visit);
}

Result<void> CentreStore::each_entry_of(const RecordId& id, std::uint64_t after,
                                        const std::function<bool(StoredEntry&&)>& visit)
{
    return tables_->feed.each_entry_of(id, after, visit);
}

Result<void> CentreStore::each_refused_entry(const std::function<bool(StoredEntry&&)>& visit)
{
    return tables_->entries.each_refused(visit);
}

Result<void> CentreStore::note_gap(const WaitingGap& gap, std::size_t most) { return tables_->gaps.note(gap, most); }

Result<std::vector<WaitingGap>> CentreStore::gaps() { return tables_->gaps.all(); }

Result<void> CentreStore::end_gaps(JournalId journal, std::uint64_t from, std::uint64_t to)
{
    return tables_->gaps.end(journal, from, to);
}

Result<void> CentreStore::add_lost(JournalId journal, const LostNumbers& numbers)
{
    return tables_->gaps.add_lost(journal, numbers);
}

Result<std::vector<LostNumbers>> CentreStore::lost(JournalId journal) { return tables_->gaps.lost(journal); }

Result<std::optional<std::uint64_t>> CentreStore::erasure_digest(std::uint64_t through)
{
    return tables_->erasures.digest_at(through);
}

}  // namespace indaba::sync::store
