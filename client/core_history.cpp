#include "client/core_parts.hpp"
#include "client/sync_connection.hpp"
#include "shared/transaction_view.hpp"

#include <algorithm>

namespace indaba::client {

namespace {

/// Rulings are in the order in which the centre came to know of it all; what waits comes after, by its clock.
constexpr std::uint64_t kWaiting = ~std::uint64_t(0);

struct Placed {
    std::uint64_t ruled = kWaiting;  ///< number of its ruling, or of a cell that holds it
    shared::Stamp stamp;
    HistoryStep step;

    [[nodiscard]] auto place() const { return std::pair(ruled, stamp); }
};

using Steps = std::map<shared::TransactionName, Placed>;

std::string cell_name(std::string_view key)
{
    return key == shared::kExistence ? std::string(kExistenceField) : std::string(key);
}

/// What an own entry wrote to the record; nothing if it did not touch it.
Result<std::optional<HistoryStep>> step_of(const sync::StoredEntry& entry, const RecordId& id)
{
    INDABA_ASSIGN(const auto transaction, shared::TransactionView::open(entry.payload));
    const auto record = transaction.find(id);
    if (!record) return std::optional<HistoryStep>{};
    HistoryStep step;
    step.at_ms = entry.stamp.unix_ms();
    step.state = State::only_here;
    if (entry.ruling) step.state = entry.ruling->verdict == sync::Verdict::accepted ? State::accepted : State::refused;
    for (const auto& write : transaction.writes(*record)) {
        if (write.key == shared::kExistence) step.restored = !write.bases.empty();
        step.cells.emplace_back(cell_name(write.key), write.value);
    }
    return std::optional(std::move(step));
}

Result<void> add_own_entries(sync::ReplicaStorage& storage, const sync::StoredRecord& record, Steps& steps)
{
    INDABA_ASSIGN(const auto journals, storage.own_journals(record.space));
    for (const auto& journal : journals) {
        std::optional<shared::Error> broken;
        INDABA_TRY(storage.each_entry(journal.head.id, 1, [&](sync::StoredEntry&& entry) {
            auto step = step_of(entry, record.id);
            if (step.has_error()) broken = std::move(step).error();
            else if (*step)
                steps[entry.name] = {entry.ruling ? entry.ruling->number : kWaiting, entry.stamp, std::move(**step)};
            return !broken;
        }));
        if (broken) return *broken;
    }
    return {};
}

void add_leaves(const sync::StoredRecord& record, Steps& steps)
{
    Steps found;
    for (const auto& cell : record.shown) {
        for (const auto& leaf : cell.leaves) {
            if (steps.contains(leaf.name)) continue;
            auto& [ruled, stamp, step] = found[leaf.name];
            stamp = leaf.stamp;
            step.at_ms = leaf.stamp.unix_ms();
            const bool pending = std::ranges::find(record.pending, leaf.name) != record.pending.end();
            step.state = pending ? State::only_here : State::accepted;
            if (!pending) ruled = std::min(ruled, cell.number);
            step.cells.emplace_back(cell_name(cell.key), leaf.value);
        }
    }
    steps.merge(found);
}

void add_answer(const sync::HistoryAnswer& answer, Steps& steps)
{
    for (const auto& entry : answer.entries) {
        auto& [ruled, stamp, step] = steps[entry.name];
        ruled = entry.number;
        stamp = entry.stamp;
        step = {entry.stamp.unix_ms(), entry.author.person, entry.author.device_name, State::accepted, {},
                step.restored};
        for (const auto& [key, value] : entry.cells) step.cells.emplace_back(cell_name(key), value);
    }
}

bool sets_existence(const HistoryStep& step, bool alive)
{
    return std::ranges::find(step.cells, Cell(kExistenceField, Value::boolean(alive))) != step.cells.end();
}

/// Of all of a history only a deletion makes a beginning a return; of what is known here, anything before it does.
void tell_restorations(History& history)
{
    bool was_there = false;
    for (auto& step : history.steps) {
        if (sets_existence(step, true)) step.restored = step.restored || was_there;
        was_there = was_there || !history.complete || sets_existence(step, false);
    }
}

}  // namespace

Result<History> Core::history(const RecordId& id, int patience_ms)
{
    auto& parts = *parts_;
    History history{id, false, {}};
    Steps steps;
    INDABA_ASSIGN(const auto record, parts.store->find_record(id));
    if (record) {
        INDABA_TRY(parts.require_lease(record->space));
        INDABA_TRY(add_own_entries(*parts.store, *record, steps));
        add_leaves(*record, steps);
    }
    for (auto& [name, placed] : steps) {
        INDABA_ASSIGN(const auto by, parts.author(name.journal));
        placed.step.by = by.person;
        placed.step.device = by.device_name;
    }
    if (patience_ms > 0 && !parts.read_only) {  // a session keeps what it learns
        ConnectionOptions options;
        options.wire = {parts.home.enrolment().server, parts.home.tls(), {}, {}};
        options.program = "indaba history";
        std::optional<sync::HistoryAnswer> answer;
        SyncConnection connection(parts.replica, std::move(options));
        (void)connection.run_for_history(id, patience_ms, answer);
        history.complete = answer && !answer->more;
        if (answer) add_answer(*answer, steps);
        parts.authors.clear();
    }
    if (steps.empty()) return parts.missing(id);
    std::vector<Placed> ordered;
    for (auto& [name, placed] : steps) ordered.push_back(std::move(placed));
    std::ranges::stable_sort(ordered, {}, &Placed::place);
    for (auto& placed : ordered) history.steps.push_back(std::move(placed.step));
    tell_restorations(history);
    return history;
}

}  // namespace indaba::client
