#include "client/core_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

/// The value that the person chose for the conflict's field.
Result<Value> chosen(const Conflict& conflict, const Choice& choice, const shared::Catalogue& catalogue)
{
    if (choice.keep.has_value() == choice.value.has_value())
        return fail(Errc::usage, "say which value stays: either the number of one, or another value");
    if (choice.keep) {
        const auto leaf = std::ranges::find(conflict.leaves, *choice.keep, &ConflictLeaf::number);
        if (leaf != conflict.leaves.end()) return leaf->value;
        return fail(Errc::usage, fmt::format("{}: there is no value number {}: see `indaba conflicts`", conflict.field,
                                             *choice.keep));
    }
    INDABA_ASSIGN(const auto cells, catalogue.parse_assignment(conflict.type, conflict.field, *choice.value));
    const auto cell = std::ranges::find(cells, conflict.field, &Cell::first);
    if (cell == cells.end()) return Value();
    return cell->second;
}

}  // namespace

Result<std::vector<Conflict>> Core::conflicts()
{
    std::vector<Conflict> list;
    std::optional<shared::Error> broken;
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    INDABA_TRY(parts_->store->queries().each_conflict([&](sync::StoredRecord&& record) {
        if (locked.contains(record.space)) return true;
        auto found = parts_->conflicts_of(record);
        if (found.has_error()) {
            broken = std::move(found).error();
            return false;
        }
        for (auto& conflict : *found) list.push_back(std::move(conflict));
        return true;
    }));
    if (broken) return *broken;
    parts_->remember_seen({}, list);
    return list;
}

/// What a choice will be made from. A home that cannot be written to now is one where nothing can be settled either.
void Core::Parts::remember_seen(const std::optional<RecordId>& only, const std::vector<Conflict>& conflicts)
{
    if (read_only) return;
    std::vector<sync::store::SeenConflict> seen;
    for (const auto& conflict : conflicts) seen.push_back({conflict.record, conflict.field, conflict.seen});
    (void)store->remember_seen(only, std::move(seen));
}

/// What the person was shown last; else what is there now.
Result<sync::Replica::Seen> Core::Parts::seen_leaves(const Conflict& conflict)
{
    INDABA_ASSIGN(auto seen, store->seen_leaves(conflict.record, conflict.field));
    return seen ? std::move(*seen) : conflict.seen;
}

Result<void> Core::resolve(const RecordId& id, const std::string& field, const Choice& choice,
                           const std::string& reason)
{
    INDABA_TRY(require_writable());
    INDABA_ASSIGN(const auto record, parts_->store->find_record(id));
    if (!record) return parts_->missing(id);
    INDABA_TRY(parts_->require_lease(record->space));
    INDABA_ASSIGN(const auto conflicts, parts_->conflicts_of(*record));
    const auto conflict = std::ranges::find(conflicts, field, &Conflict::field);
    if (field == kExistenceField && conflict != conflicts.end())
        return fail(Errc::usage, "a deletion that met an edit is settled with --restore or --delete");
    if (conflict == conflicts.end()) {
        if (field != kExistenceField) INDABA_TRY(parts_->catalogue.require_known(record->type, field));
        return fail(Errc::not_found,
                    fmt::format("{}: nothing to settle there; `indaba conflicts` lists what is", field));
    }
    INDABA_ASSIGN(const auto value, chosen(*conflict, choice, parts_->catalogue));
    INDABA_ASSIGN(const auto seen, parts_->seen_leaves(*conflict));
    INDABA_TRY(parts_->replica.settle(id, field, value, reason, seen));
    return {};
}

Result<void> Core::resolve_existence(const RecordId& id, bool alive, const std::string& reason)
{
    INDABA_TRY(require_writable());
    INDABA_ASSIGN(const auto record, parts_->store->find_record(id));
    if (!record) return parts_->missing(id);
    INDABA_TRY(parts_->require_lease(record->space));
    const auto existence = sync::existence(record->shown);
    if (existence == sync::Existence::alive)
        return fail(Errc::usage, alive ? "the record is not deleted"
                                       : "no edit met a deletion there: to delete it, use `indaba delete`");
    if (existence == sync::Existence::deleted && !alive) return fail(Errc::usage, "the record is deleted already");
    INDABA_ASSIGN(const auto conflicts, parts_->conflicts_of(*record));
    const auto conflict = std::ranges::find(conflicts, kExistenceField, &Conflict::field);
    sync::Replica::Seen seen;
    if (conflict != conflicts.end()) {
        INDABA_ASSIGN(seen, parts_->seen_leaves(*conflict));
    }
    INDABA_TRY(parts_->replica.settle_existence(id, alive, reason, seen));
    return {};
}

}  // namespace indaba::client
