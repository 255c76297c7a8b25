#include "client/core_parts.hpp"

#include "shared/limits.hpp"
#include "shared/roles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

std::string names_of(const std::vector<sync::StoredSpace>& spaces)
{
    std::string names;
    for (const auto& space : spaces)
        if (space.carried && shared::role_writes(space.role)) names += (names.empty() ? "" : ", ") + space.name;
    return names;
}

sync::Change change_of(const Draft& draft, const RecordId& id, const std::string& type)
{
    return {sync::Change::Kind::put, id, type, draft.cells};
}

bool writes(const Draft& draft, const RecordId& id, const std::string& key)
{
    return draft.id == id && std::ranges::find(draft.cells, key, &Cell::first) != draft.cells.end();
}

}  // namespace

shared::Error Core::Parts::nowhere_to_write(const std::vector<sync::StoredSpace>& spaces) const
{
    if (spaces.empty() && home.contact().last_contact_ms == 0)
        return fail(Errc::forbidden,
                    "this device knows no space yet: run `indaba sync` once where there is a connection");
    if (std::ranges::all_of(spaces, [](const auto& space) { return space.role.empty(); }))
        return fail(Errc::forbidden,
                    "you have no role in any space: ask your organiser for one, then run `indaba sync`");
    const auto writable = std::ranges::find_if(spaces, [](const auto& s) { return shared::role_writes(s.role); });
    if (writable != spaces.end()) return sync::not_carried(writable->name);
    return fail(Errc::forbidden, "you have no role that writes in any space: ask your organiser for one");
}

/// Before the write: what may have to be said after it. What stands refused is known, though nothing of it is stored.
/// That a record of a locked space was deleted is not told.
Result<void> Core::Parts::add_note(const Draft& draft, const std::optional<sync::StoredRecord>& here,
                                   const std::set<std::string>& locked, PutNotes& notes)
{
    const auto add = [&](std::vector<RecordId>& ids) {
        if (std::ranges::find(ids, *draft.id) == ids.end()) ids.push_back(*draft.id);
    };
    const bool may_be_told = here && !locked.contains(here->space);
    if (may_be_told && sync::existence(here->shown) == sync::Existence::deleted) add(notes.restored);
    if (here) return {};
    INDABA_ASSIGN(const auto standing, store->standing_refused(*draft.id));
    if (standing.empty()) add(notes.created);
    return {};
}

/// After the write: what was deleted here and not yet sent has all its fields again, and is nothing to tell.
Result<void> Core::Parts::add_notes(const std::vector<Draft>& drafts, PutNotes noted, PutNotes& notes)
{
    std::ranges::move(noted.created, std::back_inserter(notes.created));
    for (const auto& id : noted.restored) {
        INDABA_ASSIGN(const auto record, store->find_record(id));
        if (!record) continue;
        const auto is_new = [&](const Cell& cell) {
            return std::ranges::any_of(drafts, [&](const Draft& draft) { return writes(draft, id, cell.first); });
        };
        if (std::ranges::all_of(shown_cells(record->type, record->shown), is_new)) notes.restored.push_back(id);
    }
    return {};
}

Result<std::string> Core::Parts::space_for(const Draft& draft, const std::optional<sync::StoredRecord>& here)
{
    if (here) {
        if (draft.space.empty() || draft.space == here->space) return here->space;
        return fail(Errc::usage,
                    fmt::format("the record lives in the space {} and cannot move to {}", here->space, draft.space));
    }
    INDABA_ASSIGN(const auto spaces, store->spaces());
    if (!draft.space.empty()) {
        const auto known = std::ranges::find(spaces, draft.space, &sync::StoredSpace::name);
        if (known != spaces.end() && known->is_followed()) return draft.space;
        if (known != spaces.end() && !known->role.empty()) return sync::not_carried(draft.space);
        if (spaces.empty()) return nowhere_to_write(spaces);
        return known != spaces.end() ? sync::no_role(draft.space) : unknown_space(draft.space);
    }
    std::string only;
    for (const auto& space : spaces) {
        if (!space.carried || !shared::role_writes(space.role)) continue;
        if (!only.empty()) return fail(Errc::usage, "say in which space, with --space: " + names_of(spaces));
        only = space.name;
    }
    if (only.empty()) return nowhere_to_write(spaces);
    return only;
}

/// What a person typed is of a type and fields that there are.
Result<void> Core::Parts::check_known(const Draft& draft, const std::optional<sync::StoredRecord>& here) const
{
    if (here && !draft.type.empty() && draft.type != here->type)
        return fail(Errc::usage, fmt::format("the record is of type {}, not {}", here->type, draft.type));
    const auto& type = here ? here->type : draft.type;
    if (type.empty()) return fail(Errc::usage, "say of which type the new record is");
    INDABA_ASSIGN(const auto* known, catalogue.require_known(type));
    for (const auto& [key, value] : draft.cells) INDABA_TRY(shared::require_known(*known, key));
    return {};
}

/// Everything that Replica::write will check too. `locked`: its space is.
Result<void> Core::Parts::check(const Draft& draft, const std::optional<sync::StoredRecord>& here, bool locked) const
{
    INDABA_TRY(check_known(draft, here));
    const auto& type = here ? here->type : draft.type;
    auto cells = here ? shown_cells(type, here->shown) : std::vector<Cell>();
    for (const auto& [key, value] : draft.cells) {
        INDABA_TRY(catalogue.check_value(type, key, value));
        const auto known = std::ranges::find(cells, key, &Cell::first);
        if (known != cells.end()) known->second = value;
        else cells.emplace_back(key, value);
    }
    // The other cells of a deleted record are not here to be checked: the centre has them. Of one in a locked space
    // they are, but whether a rule holds would tell of them.
    if (here && (locked || sync::existence(here->shown) == sync::Existence::deleted)) return {};
    std::vector<shared::CellView> views;
    for (const auto& [key, value] : cells) views.emplace_back(key, &value);
    return catalogue.check_record(type, views);
}

Result<std::vector<std::pair<std::size_t, shared::Error>>> Core::check(const std::vector<Draft>& drafts)
{
    std::vector<std::pair<std::size_t, shared::Error>> errors;
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    for (std::size_t i = 0; i < drafts.size(); ++i) {
        std::optional<sync::StoredRecord> here;
        if (drafts[i].id) {
            INDABA_ASSIGN(here, parts_->store->find_record(*drafts[i].id));
        }
        auto fine = parts_->check(drafts[i], here, here && locked.contains(here->space));
        if (fine.has_error()) {
            errors.emplace_back(i, std::move(fine).error());
            continue;
        }
        const auto space = parts_->space_for(drafts[i], here);
        if (space.has_error()) errors.emplace_back(i, space.error());
    }
    return errors;
}

/// The changes of one transaction; `ids` and `noted` are added to.
Result<sync::Replica::Batch> Core::Parts::batch_of(const std::vector<Draft>& drafts,
                                                   const std::set<std::string>& locked, std::vector<RecordId>& ids,
                                                   PutNotes* noted)
{
    if (drafts.size() > shared::limits::kRecordsPerTransaction)
        return fail(Errc::usage, fmt::format("{} records are too many for one transaction: at most {}", drafts.size(),
                                             shared::limits::kRecordsPerTransaction));
    sync::Replica::Batch batch;
    for (const auto& draft : drafts) {
        const bool complete =
            !draft.type.empty() && !draft.space.empty();  // the transaction itself looks the record up
        std::optional<sync::StoredRecord> here;
        if (draft.id && (!complete || noted != nullptr)) {
            INDABA_ASSIGN(here, store->find_record(*draft.id));
            if (noted != nullptr) INDABA_TRY(add_note(draft, here, locked, *noted));
        }
        INDABA_TRY(check_known(draft, here));
        auto its_space = draft.space;
        if (!complete) {
            INDABA_ASSIGN(its_space, space_for(draft, here));
        }
        if (!batch.space.empty() && its_space != batch.space)
            return fail(Errc::usage, fmt::format("one transaction is of one space: these records are of {} and {}",
                                                 batch.space, its_space));
        if (batch.space.empty()) INDABA_TRY(require_known(its_space));
        batch.space = std::move(its_space);
        std::array<std::uint8_t, 10> drawn{};
        random.fill(drawn);
        ids.push_back(draft.id ? *draft.id : RecordId::make(clock.now_ms(), drawn));
        batch.changes.push_back(change_of(draft, ids.back(), here ? here->type : draft.type));
    }
    batch.blind = locked.contains(batch.space);
    return batch;
}

Result<std::vector<RecordId>> Core::put(const std::vector<Draft>& drafts, PutNotes* notes)
{
    INDABA_TRY(require_writable());
    std::vector<RecordId> ids;
    PutNotes noted;
    if (drafts.empty()) return ids;
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    INDABA_ASSIGN(auto batch, parts_->batch_of(drafts, locked, ids, notes == nullptr ? nullptr : &noted));
    INDABA_TRY(parts_->replica.write(std::move(batch)));
    if (notes != nullptr) INDABA_TRY(parts_->add_notes(drafts, std::move(noted), *notes));
    return ids;
}

Result<std::vector<RecordId>> Core::put_all(const NextDrafts& next, PutNotes* notes)
{
    INDABA_TRY(require_writable());
    std::vector<RecordId> ids;
    PutNotes noted;
    std::vector<Draft> restoring;  // those that bring something back: few
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    INDABA_TRY(parts_->replica.write_all([&]() -> Result<std::optional<sync::Replica::Batch>> {
        INDABA_ASSIGN(auto drafts, next());
        if (drafts.empty()) return std::optional<sync::Replica::Batch>();
        INDABA_ASSIGN(auto batch, parts_->batch_of(drafts, locked, ids, notes == nullptr ? nullptr : &noted));
        for (auto& draft : drafts)
            if (draft.id && std::ranges::find(noted.restored, *draft.id) != noted.restored.end())
                restoring.push_back(std::move(draft));
        return std::optional(std::move(batch));
    }));
    if (notes != nullptr) INDABA_TRY(parts_->add_notes(restoring, std::move(noted), *notes));
    return ids;
}

Result<void> Core::remove(const RecordId& id)
{
    INDABA_TRY(require_writable());
    INDABA_ASSIGN(const auto here, parts_->store->find_record(id));
    if (!here) return parts_->missing(id);
    if (sync::existence(here->shown) == sync::Existence::deleted) {
        INDABA_ASSIGN(const auto locked, parts_->locked_names());
        if (locked.contains(here->space)) return {};  // it is as it was wanted, and that it was before is not told
        return fail(Errc::not_found,
                    fmt::format("record {} is deleted already: `indaba history` says by whom", id.text()));
    }
    INDABA_TRY(parts_->replica.write(here->space, {{sync::Change::Kind::remove, id, here->type, {}}}));
    return {};
}

}  // namespace indaba::client
