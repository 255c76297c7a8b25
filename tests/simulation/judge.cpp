// What must hold at any moment of a run.
#include "tests/simulation/judge.hpp"

#include "tests/model/compare.hpp"
#include "tests/model/item.hpp"
#include "tests/model/text.hpp"
#include "tests/simulation/judge_parts.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

namespace {

using model::text;

/// Takes the leaves out that a tombstone does not carry: those of merged writes to other cells than existence. Of one
/// that is forgotten nothing is carried.
model::Record without_buried(model::Record record, const model::Merged& word, bool is_forgotten)
{
    for (auto& [key, cell] : record)
        if (key != shared::kExistence || is_forgotten)
            std::erase_if(cell.leaves, [&](const auto& leaf) { return word.contains(leaf.first); });
    return record;
}

/// A tombstone does not say which writes somebody, a stranger mostly, named in its cells before they came: one of them
/// that waits shows until it is ruled.
model::Record without_silenced(model::Record actual, const model::Record& expected, const std::vector<Name>& waiting)
{
    for (auto& [key, cell] : actual) {
        const auto place = expected.find(key);
        std::erase_if(cell.leaves, [&](const auto& leaf) {
            const bool is_expected = place != expected.end() && place->second.leaves.contains(leaf.first);
            return !is_expected && std::ranges::find(waiting, leaf.first) != waiting.end();
        });
    }
    return actual;
}

std::string differs(const model::Record& expected, const model::Record& actual)
{
    sync::Cells cells;
    for (const auto& [key, cell] : actual)
        for (const auto& [name, leaf] : cell.leaves)
            cells.at(key).leaves.push_back({name, leaf.stamp, leaf.value, {leaf.saw.begin(), leaf.saw.end()}});
    return model::difference(expected, cells);
}

bool is_alive_in_word(const std::optional<sync::StoredRecord>& record)
{
    if (!record) return false;
    const auto existence = sync::existence(record->centre_word());
    return record->number > 0 && existence != sync::Existence::deleted && existence != sync::Existence::none;
}

bool is_in_conflict(const sync::StoredRecord& record, const shared::Catalogue& catalogue)
{
    return std::ranges::any_of(record.shown, [&](const sync::Cell& cell) {
        return cell.key != shared::kExistence && sync::in_conflict(cell, catalogue.policy(record.type, cell.key));
    });
}

}  // namespace

std::string differs_in_opinion(const model::Record& expected, const sync::Cells& cells, const std::string& type,
                               const shared::Catalogue& catalogue)
{
    if (int(model::existence(expected)) != int(sync::existence(cells))) return "another existence";
    for (const auto& cell : cells) {
        const auto place = expected.find(cell.key);
        if (cell.leaves.empty() || place == expected.end() || cell.key == shared::kExistence) continue;
        const auto* field = catalogue.field(type, cell.key);
        const auto policy = catalogue.policy(type, cell.key);
        if (sync::shown(cell, {field, policy})->name != *model::shown(place->second, policy, field))
            return cell.key + " shows another leaf";
        if (sync::in_conflict(cell, policy) != model::in_conflict(place->second, policy))
            return cell.key + ": another opinion on its conflict";
    }
    return {};
}

bool Judge::observe(Device& device) const
{
    bool fresh = false;
    for (const auto space : kSpaces) {
        for (const auto& journal : must(device.keeper->own_journals(std::string(space)), "own journals")) {
            auto& seen = device.seen[journal.head.id];
            if (journal.last == seen) continue;
            must(device.keeper->each_entry(journal.head.id, seen + 1,
                                           [&](sync::StoredEntry&& entry) {
                                               if (entry.name.number != ++seen)
                                                   throw Broken{of(device) + " has a gap in its journal"};
                                               if (entry.stamp <= device.last_stamp)
                                                   throw Broken{of(device) + ": its clock ran backwards"};
                                               device.last_stamp = entry.stamp;
                                               if (device.is_misled) truth_.distrust(journal.head.id);
                                               fresh = truth_.wrote(journal.head, entry) || fresh;
                                               return true;
                                           }),
                 "own entries");
            if (journal.last != seen) throw Broken{of(device) + ": its journal ends before its last number"};
        }
    }
    return fresh;
}

void Judge::no_false_conflict(Device& device, std::string_view, const shared::RecordId& id) const
{
    const auto record = must(device.keeper->find_record(id), "a record");
    if (!record) return;
    if (const auto found = model::false_conflict(truth_.history(), id, model::as_model(record->shown)))
        throw Broken{of(device) + ": " + *found};
}

/// Own entries that the device cannot know to be refused, nor to be part of its word.
std::vector<Name> Judge::pending(Device& device, const sync::StoredSpace& space) const
{
    std::vector<Name> names;
    each_own_entry(device, space.name, [&](const sync::StoredJournal& journal, const sync::StoredEntry& entry) {
        // A refusal that a centre which was put back may not know stands until it is answered again.
        const bool asked_again = truth_.was_put_back() && entry.ruling &&
                                 entry.ruling->verdict != sync::Verdict::accepted && journal.ruled < entry.name.number;
        if (entry.ruling && !asked_again) {
            const auto* ruling = truth_.ruling(entry.name);
            if (ruling == nullptr || *ruling != *entry.ruling)
                throw Broken{of(device) + " holds a ruling on " + text(entry.name) + " that was never made"};
        }
        if (!entry.ruling ||
            (entry.ruling->verdict == sync::Verdict::accepted && entry.ruling->number > space.cursor.base))
            names.push_back(entry.name);
    });
    return names;
}

/// The centre may have refused what somebody else brought again after it was put back, or what a comparison found
/// ruled. Its author, who is yet to hear of it, may or may not show it meanwhile.
std::vector<Name> Judge::shown_as_waiting(std::vector<Name> waiting,
                                          const std::optional<sync::StoredRecord>& record) const
{
    if (!truth_.may_compare()) return waiting;
    std::erase_if(waiting, [&](const Name& name) {
        const auto* ruling = truth_.ruling(name);
        return ruling != nullptr && ruling->verdict != sync::Verdict::accepted &&
               (!record || std::ranges::find(record->pending, name) == record->pending.end());
    });
    return waiting;
}

model::Record Judge::expected(const sync::SpaceName& space, std::uint64_t through, const shared::RecordId& id,
                              const std::vector<Name>& pending) const
{
    auto merged = truth_.accepted(space, through);
    for (const auto& name : pending) merged.emplace(name, std::nullopt);
    return model::state_of(truth_.history(), merged, id);
}

void Judge::shows_the_fold(Device& device) const
{
    for (const auto& space : must(device.keeper->spaces(), "spaces")) {
        // At zero the device may have lost the space: what was settled there comes back with the scan only.
        if (!space.is_followed() || space.cursor.base != space.cursor.position || space.cursor.base == 0) continue;
        // A centre that was put back, which the device has not met since: what it shows is of a time that never was.
        if (!truth_.on_chain(space.name, space.cursor.head, space.cursor.head_hash)) continue;
        const auto waiting = pending(device, space);
        for (const auto& id : truth_.records(space.name)) {
            const auto record = must(device.keeper->find_record(id), "a record");
            if (record && record->space != space.name) continue;  // a stranger tried it from here
            // What waits may have named what is gone from here, and still be shown without it or not.
            if (!device.lost.empty() && record && !record->pending.empty()) continue;
            // After a comparison a record may be newer than what the device follows from.
            const auto through = std::max(space.cursor.base, record ? record->number : 0);
            const auto word = truth_.accepted(space.name, through);
            auto model = expected(space.name, through, id, shown_as_waiting(waiting, record));
            auto real = record ? model::as_model(record->shown) : model::Record();
            const bool buried =
                model::existence(model::state_of(truth_.history(), word, id)) == model::Existence::deleted;
            const auto where = of(device) + ", " + space.name + " at " + std::to_string(space.cursor.base) +
                               ", record " + text(id) + ": ";
            if (buried) {
                const auto horizon = std::max(truth_.horizon(space.name), space.cursor.horizon);
                const bool forgotten = truth_.is_forgotten(space.name, through, horizon, id);
                if (forgotten && is_alive_in_word(record)) throw Broken{where + "was deleted long ago and is back"};
                model = without_buried(std::move(model), word, forgotten);
                real = without_silenced(without_buried(std::move(real), word, forgotten), model, waiting);
            }
            if (const auto found = differs(model, real); !found.empty()) throw Broken{where + found};
            if (!record || buried) continue;
            if (const auto found = differs_in_opinion(model, record->shown, record->type, *device.catalogue);
                !found.empty())
                throw Broken{where + found};
        }
    }
}

/// Only here, accepted and refused are together what was written; only here is what no ruling is known of.
void Judge::totals_add_up(Device& device, const sync::store::SpaceCounts& counts) const
{
    std::uint64_t written = 0;
    std::uint64_t refused = 0;
    each_own_entry(device, counts.space, [&](const auto&, const sync::StoredEntry& entry) {
        ++written;
        if (entry.ruling && entry.ruling->verdict != sync::Verdict::accepted) ++refused;
    });
    const auto told = counts.pending + counts.accepted + counts.refused;
    // Of what is gone from here, the centre may have ruled on some.
    const bool adds_up = told == written || (told > written && told <= written + device.lost.size());
    if (!adds_up || counts.refused != refused)
        throw Broken{of(device) + ", " + counts.space + ": " + std::to_string(counts.pending) + " only here, " +
                     std::to_string(counts.accepted) + " accepted and " + std::to_string(counts.refused) +
                     " refused are told of " + std::to_string(written) + " written, " + std::to_string(refused) +
                     " of them refused"};
}

void Judge::lists_what_it_shows(Device& device) const
{
    for (const auto& counts : must(device.keeper->queries().counts(), "totals")) {
        const auto space = must(device.keeper->find_space(counts.space), "a space");
        std::uint64_t shown = 0;
        std::uint64_t in_conflict = 0;
        for (const auto& id : truth_.records_ever(counts.space)) {
            const auto record = must(device.keeper->find_record(id), "a record");
            if (!record || record->space != counts.space || record->shown.empty()) continue;
            if (!space || !space->is_followed())
                throw Broken{of(device) + ", record " + text(id) + ": shown in " + counts.space +
                             ", which it does not follow"};
            const auto alive = sync::existence(record->shown);
            if (alive == sync::Existence::deleted || alive == sync::Existence::none) continue;
            ++shown;
            if (alive == sync::Existence::disputed || is_in_conflict(*record, *device.catalogue)) ++in_conflict;
        }
        // Who was misled may hold a record under an id that nobody ever wrote to.
        if (!device.is_misled && (counts.records != shown || counts.conflicts != in_conflict))
            throw Broken{of(device) + ", " + counts.space + ": " + std::to_string(counts.records) + " records and " +
                         std::to_string(counts.conflicts) + " conflicts are told, " + std::to_string(shown) + " and " +
                         std::to_string(in_conflict) + " are shown"};
        totals_add_up(device, counts);
    }
}

void Judge::counters(Device& device, const sync::Progress& progress) const
{
    std::uint64_t written = 0;
    for (const auto space : kSpaces) each_own_entry(device, space, [&](const auto&, const auto&) { ++written; });
    written += device.lost.size();
    if (device.is_misled) return;
    if (progress.pushed > written || progress.accepted + progress.refused > written)
        throw Broken{of(device) + ": a session counted more transactions than the " + std::to_string(written) +
                     " there are: pushed " + std::to_string(progress.pushed) + ", accepted " +
                     std::to_string(progress.accepted) + ", refused " + std::to_string(progress.refused)};
    if (progress.up_to_date && !progress.welcomed) throw Broken{of(device) + ": up to date without a welcome"};
}

}  // namespace indaba::tests::simulation
