#include "client/core_parts.hpp"

#include "shared/transaction_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace indaba::client {

using shared::Errc;
using shared::fail;

namespace {

bool is_gone(const sync::StoredRecord& record)
{
    const auto existence = sync::existence(record.shown);
    return existence == sync::Existence::none || existence == sync::Existence::deleted;
}

/// What nobody but this device knows: records of own transactions without a ruling, and whether they live.
using Pending = std::unordered_map<RecordId, bool>;

Result<void> add_pending(sync::ReplicaStorage& storage, const sync::StoredJournal& journal, Pending& pending)
{
    if (journal.ruled >= journal.last) return {};
    std::optional<shared::Error> broken;
    INDABA_TRY(storage.each_entry(journal.head.id, journal.ruled + 1, [&](sync::StoredEntry&& entry) {
        if (entry.ruling) return true;
        auto transaction = shared::TransactionView::open(entry.payload);
        if (transaction.has_error()) {
            broken = std::move(transaction).error();
            return false;
        }
        for (std::size_t i = 0; i < transaction->size(); ++i) {
            auto& alive = pending.try_emplace(transaction->id(i), true).first->second;
            for (const auto& write : transaction->writes(i))
                if (write.key == shared::kExistence) alive = write.value == Value::boolean(true);
        }
        return true;
    }));
    if (broken) return *broken;
    return {};
}

/// As the store compares: the code for a code's label, dates and numbers in their usual form, elements by themselves.
Result<std::pair<std::string, std::string>> condition(const shared::Catalogue& catalogue, const std::string& type,
                                                      const std::pair<std::string, std::string>& where)
{
    INDABA_ASSIGN(const auto cells, catalogue.parse_assignment(type, where.first, where.second));
    if (cells.size() != 1) return fail(Errc::usage, where.first + ": one value to look for is needed");
    const auto parts = shared::key_parts(cells.front().first);
    if (!parts.element.empty()) return std::pair(std::string(parts.field), std::string(parts.element));
    return std::pair(cells.front().first, cells.front().second.display());
}

}  // namespace

Result<RecordView> Core::get(const RecordId& id)
{
    INDABA_ASSIGN(const auto record, parts_->store->find_record(id));
    if (record) INDABA_TRY(parts_->require_lease(record->space));
    INDABA_ASSIGN(const auto refusals, parts_->refusals());
    if (record && !is_gone(*record)) {
        INDABA_ASSIGN(auto view, parts_->view(*record, refusals));
        parts_->remember_seen(id, view.conflicts);
        return view;
    }
    if (refusals.contains(id)) return parts_->wanted(id);
    if (record && sync::existence(record->shown) == sync::Existence::deleted)
        return fail(Errc::not_found, fmt::format("record {} is deleted: `indaba history` says by whom", id.text()));
    return parts_->missing(id);
}

/// A record of which nothing but refused writes is known: what they wanted, the last of each.
Result<RecordView> Core::Parts::wanted(const RecordId& id)
{
    INDABA_ASSIGN(const auto list, standing(id));
    if (list.empty()) return missing(id);
    const auto& last = list.back();
    INDABA_TRY(require_lease(last.space));
    RecordView view{id, last.type, last.space, {}, {}, last.written_ms, home.enrolment().person, State::refused, {}};
    for (const auto& refusal : list) {
        for (const auto& cell : refusal.cells) {
            const auto known = std::ranges::find(view.cells, cell.first, &Cell::first);
            if (known == view.cells.end()) view.cells.push_back(cell);
            else known->second = cell.second;
        }
    }
    std::erase_if(view.cells, [](const Cell& cell) { return cell.first == kExistenceField; });
    view.title = title(view.type, view.cells);
    return view;
}

Result<void> Core::list(const ListQuery& query, const std::function<bool(RecordView&&)>& visit)
{
    INDABA_TRY(parts_->catalogue.require_known(query.type));
    sync::store::ListFilter filter;
    filter.type = query.type;
    for (const auto& where : query.where) {
        INDABA_ASSIGN(auto wanted, condition(parts_->catalogue, query.type, where));
        filter.where.push_back(std::move(wanted));
    }
    INDABA_ASSIGN(const auto refusals, parts_->refusals());
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    std::size_t count = 0;
    std::optional<shared::Error> broken;
    std::vector<std::pair<RecordId, std::vector<Conflict>>> seen;
    INDABA_TRY(parts_->store->queries().list(filter, [&](sync::StoredRecord&& record) {
        if (locked.contains(record.space)) return true;
        auto view = parts_->view(record, refusals);
        if (view.has_value() && !view->conflicts.empty()) seen.emplace_back(view->id, view->conflicts);
        if (view.has_value()) return visit(std::move(*view)) && ++count != query.limit;
        broken = std::move(view).error();
        return false;
    }));
    if (broken) return *broken;
    for (const auto& [id, conflicts] : seen) parts_->remember_seen(id, conflicts);
    return {};
}

Result<std::vector<RecordView>> Core::search(const std::string& text, std::size_t limit)
{
    INDABA_ASSIGN(const auto ids, parts_->store->queries().search(text, limit));
    INDABA_ASSIGN(const auto refusals, parts_->refusals());
    INDABA_ASSIGN(const auto locked, parts_->locked_names());
    std::vector<RecordView> found;
    for (const auto& id : ids) {
        INDABA_ASSIGN(const auto record, parts_->store->find_record(id));
        if (record && locked.contains(record->space)) continue;
        if (!record || is_gone(*record)) continue;  // another process deleted it just now
        INDABA_ASSIGN(auto view, parts_->view(*record, refusals));
        found.push_back(std::move(view));
    }
    return found;
}

std::optional<std::string> Core::title(const RecordId& id)
{
    const auto record = parts_->store->find_record(id);
    if (record.has_error() || !*record || is_gone(**record)) return std::nullopt;
    if (parts_->require_lease((*record)->space).has_error()) return std::nullopt;
    const auto& type = (*record)->type;
    auto title = parts_->title(type, parts_->shown_cells(type, (*record)->shown));
    if (title == parts_->title(type, {})) return std::nullopt;
    return title;
}

Result<Status> Core::status()
{
    const auto& enrolment = parts_->home.enrolment();
    const auto contact = parts_->home.contact();
    Status status;
    status.device = enrolment.device_name;
    status.person = enrolment.person;
    status.server = enrolment.server.text();
    status.last_attempt_ms = contact.last_attempt_ms;
    INDABA_ASSIGN(const auto clock, parts_->store->clock());
    status.clock_offset_ms = clock.offset_ms;
    status.last_contact_ms = contact.last_contact_ms;
    status.refusal = contact.refusal;
    if (contact.over_quota_until_ms > parts_->clock.now_ms() + clock.offset_ms)
        status.over_quota_until_ms = contact.over_quota_until_ms;
    INDABA_ASSIGN(const auto kept, how_kept(parts_->home.directory()));
    status.protection = protection_name(kept.protection);
    status.locked = kept.locked;
    Pending pending;
    INDABA_ASSIGN(const auto spaces, parts_->store->spaces());
    INDABA_ASSIGN(const auto leases, parts_->lease_clock());
    for (const auto& space : spaces) {
        if (!space.role.empty()) status.spaces.push_back(view_of(space, leases));
        INDABA_ASSIGN(const auto journals, parts_->store->own_journals(space.name));
        for (const auto& journal : journals) INDABA_TRY(add_pending(*parts_->store, journal, pending));
    }
    INDABA_ASSIGN(const auto counts, parts_->store->queries().counts());
    for (const auto& count : counts) {
        status.records += count.records;
        status.written.only_here += count.pending;
        status.written.accepted += count.accepted;
        status.written.backed_up += count.backed_up;
        status.written.refused += count.refused;
        status.conflicts += count.conflicts;
    }
    INDABA_ASSIGN(const auto refusals, parts_->refusals());
    std::uint64_t refused_alive = 0;
    for (const auto& id : refusals) {
        if (pending.contains(id)) continue;
        INDABA_ASSIGN(const auto record, parts_->store->find_record(id));
        ++status.refused;
        if (record && !is_gone(*record)) ++refused_alive;
    }
    status.only_here = pending.size();
    INDABA_ASSIGN(const auto orphans, parts_->store->orphans());
    status.forgotten = orphans.size();
    const auto pending_alive =
        std::uint64_t(std::ranges::count_if(pending, [](const auto& known) { return known.second; }));
    status.only_here_deleted = status.only_here - pending_alive;
    status.refused_gone = status.refused - refused_alive;
    const auto settled = pending_alive + refused_alive;
    status.accepted = status.records > settled ? status.records - settled : 0;
    return status;
}

}  // namespace indaba::client
