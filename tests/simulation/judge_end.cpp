// What must hold after healing.
#include "tests/model/compare.hpp"
#include "tests/model/text.hpp"
#include "tests/simulation/judge_parts.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

using model::text;

namespace {

/// So many entries were seen in its journals.
std::uint64_t written(Device& device, std::string_view space)
{
    std::uint64_t count = 0;
    for (const auto& journal : must(device.keeper->own_journals(std::string(space)), "own journals"))
        count += device.seen[journal.head.id];
    return count;
}

}  // namespace

void Judge::centre_equals_the_model(sync::CentreStorage& centre) const
{
    for (const auto space : kSpaces) {
        const auto merged = truth_.accepted(space, truth_.feed(space).size());
        for (const auto& id : truth_.records(space)) {
            const auto state = model::state_of(truth_.history(), merged, id);
            const auto record = must(centre.find_record(id), "a record of the centre");
            const auto where = "centre, " + std::string(space) + ", record " + text(id) + ": ";
            if (record && record->space != space) continue;  // a stranger tried it from here
            const auto found = model::difference(state, record ? record->shown : sync::Cells());
            if (!found.empty()) throw Broken{where + found};
            if (!record) continue;
            if (const auto other = differs_in_opinion(state, record->shown, record->type, truth_.catalogue());
                !other.empty())
                throw Broken{where + other};
            if (record->word || !record->pending.empty()) throw Broken{where + "something is pending at the centre"};
        }
    }
}

void Judge::device_equals_the_centre(Device& device, sync::CentreStorage& centre) const
{
    for (const auto space : kSpaces) {
        const auto held = must(device.keeper->find_space(std::string(space)), "a space");
        const bool reads = !roles_.role(device.id, space).empty();
        if (reads != (held && !held->role.empty()))
            throw Broken{of(device) + " is wrong about its role in " + std::string(space)};
        const auto head = must(centre.head(std::string(space)), "a head");
        const bool follows = reads && held->carried;
        if (follows && (held->cursor.base != head.number || held->cursor.position != head.number ||
                        held->cursor.head_hash != head.hash))
            throw Broken{of(device) + " is not at the head of " + std::string(space)};
        for (const auto& id : truth_.records(space)) {
            const auto there = must(centre.find_record(id), "a record of the centre");
            const auto here = must(device.keeper->find_record(id), "a record");
            if ((there && there->space != space) || (here && here->space != space)) continue;
            const auto where = of(device) + ", " + std::string(space) + ", record " + text(id) + ": ";
            if (!follows) {
                if (here && !here->shown.empty())
                    throw Broken{where + (reads ? "held and not carried" : "held without a role")};
                continue;
            }
            if (here && (here->word || !here->pending.empty())) throw Broken{where + "something is still pending"};
            const auto horizon = std::max(truth_.horizon(space), held->cursor.horizon);
            if (there && truth_.is_forgotten(space, head.number, horizon, id)) {
                if (here && !here->shown.empty() && sync::existence(here->shown) != sync::Existence::deleted)
                    throw Broken{where + "was deleted long ago and is back"};
                continue;
            }
            if (!there != (!here || here->shown.empty()))
                throw Broken{where + (there ? "is missing" : "is not at the centre")};
            if (!there) continue;
            if (here->type != there->type || here->number != there->number)
                throw Broken{where + "another type or number"};
            if (const auto found = model::difference(model::as_carried(model::as_model(there->shown)), here->shown);
                !found.empty() && model::existence(model::as_model(there->shown)) != model::Existence::deleted)
                throw Broken{where + found};
            if (sync::existence(here->shown) != sync::existence(there->shown))
                throw Broken{where + "another existence"};
        }
    }
}

void Judge::nothing_stored_is_lost(sync::CentreStorage& centre) const
{
    for (const auto& [journal, through] : truth_.acknowledged()) {
        std::uint64_t count = 0;
        must(centre.each_entry(journal, 1,
                               [&](sync::StoredEntry&& entry) {
                                   if (entry.ruling && truth_.ruling(entry.name) != nullptr &&
                                       entry.name.number <= through)
                                       ++count;
                                   return true;
                               }),
             "a journal at the centre");
        count += truth_.lost_through(journal, through);
        if (count < through)
            throw Broken{"acknowledged through " + std::to_string(through) + ", stored " + std::to_string(count)};
    }
}

void Judge::every_own_transaction_is_ruled(Device& device) const
{
    keeps_its_journals(device);
    for (const auto space : kSpaces) {
        each_own_entry(device, space, [&](const sync::StoredJournal&, const sync::StoredEntry& entry) {
            const auto* ruling = truth_.ruling(entry.name);
            if (truth_.was_put_back() && entry.ruling && roles_.role(device.id, space).empty()) return;  // not told
            if (ruling == nullptr) throw Broken{of(device) + ": " + text(entry.name) + " never reached the centre"};
            if (!entry.ruling) throw Broken{of(device) + " never heard what became of " + text(entry.name)};
            if (*entry.ruling != *ruling) throw Broken{of(device) + " heard another ruling on " + text(entry.name)};
        });
    }
}

void Judge::keeps_its_journals(Device& device) const
{
    for (const auto space : kSpaces) {
        std::uint64_t count = 0;
        each_own_entry(device, space, [&](const auto&, const auto&) { ++count; });
        if (count + device.lost.size() < written(device, space))
            throw Broken{of(device) + " lost some of what it wrote"};
    }
}

void Judge::keeps_its_work(Device& device) const
{
    keeps_its_journals(device);
    for (const auto space : kSpaces) {
        each_own_entry(device, space, [&](const sync::StoredJournal& journal, const sync::StoredEntry& entry) {
            // What a comparison found in the centre's word waits for its ruling alone.
            if (entry.ruling || entry.name.number <= journal.ruled || truth_.may_compare()) return;
            for (const auto& touched : truth_.history().find(entry.name)->transaction.records) {
                const auto record = must(device.keeper->find_record(touched.id), "a record");
                if (!record || std::ranges::find(record->pending, entry.name) == record->pending.end())
                    throw Broken{of(device) + ": " + text(entry.name) + " was never sent and does not wait any more"};
            }
        });
    }
}

void Judge::refused_are_shown(Device& device) const
{
    std::map<Name, std::string> refused;
    must(device.keeper->queries().each_refused([&](sync::StoredEntry&& entry) {
        refused[entry.name] = entry.ruling ? entry.ruling->reason.text : "";
        return true;
    }),
         "the refused list");
    for (const auto space : kSpaces) {
        each_own_entry(device, space, [&](const sync::StoredJournal&, const sync::StoredEntry& entry) {
            const bool is_refused = entry.ruling && entry.ruling->verdict != sync::Verdict::accepted;
            const auto place = refused.find(entry.name);
            if (is_refused != (place != refused.end()))
                throw Broken{of(device) + ": the refused list is wrong about " + text(entry.name)};
            if (is_refused && (place->second.empty() || place->second != entry.ruling->reason.text))
                throw Broken{of(device) + ": no reason is shown for " + text(entry.name)};
            if (!is_refused) return;
            for (const auto& id : truth_.records(space)) {
                const auto record = must(device.keeper->find_record(id), "a record");
                if (!record) continue;
                for (const auto& cell : record->shown)
                    for (const auto& leaf : cell.leaves)
                        if (leaf.name == entry.name)
                            throw Broken{of(device) + ": refused " + text(entry.name) + " left a trace"};
            }
        });
    }
}

void Judge::erased_is_gone(Device& device, sync::CentreStorage& centre) const
{
    for (const auto& id : truth_.erased()) {
        const auto where = "record " + text(id) + ", which was erased, ";
        if (must(centre.find_record(id), "a record of the centre")) throw Broken{where + "is at the centre"};
        const auto here = must(device.keeper->find_record(id), "a record");
        if (here && (!here->shown.empty() || here->word || !here->pending.empty()))
            throw Broken{where + "is on " + of(device)};
        if (must(device.keeper->find_orphan(id), "an orphan") ||
            !must(device.keeper->standing_refused(id), "refusals").empty())
            throw Broken{where + "left something on " + of(device)};
    }
    for (const auto space : kSpaces)
        each_own_entry(device, space, [&](const auto&, const sync::StoredEntry& entry) { truth_.check_erased(entry); });
    const auto ordered = must(centre.erasure_state(), "the centre's orders");
    if (must(device.keeper->erasure_state(), "orders") != ordered)
        throw Broken{of(device) + " does not know what was erased"};
}

void Judge::orphans_are_lost(Device& device) const
{
    for (const auto& orphan : must(device.keeper->orphans(), "orphans")) {
        for (const auto& cell : orphan.cells) {
            for (const auto& leaf : cell.leaves) {
                const auto* ruling = truth_.ruling(leaf.name);
                if (ruling != nullptr && ruling->verdict == sync::Verdict::accepted)
                    throw Broken{of(device) + ": " + text(leaf.name) + " is told to be lost, and is at the centre"};
            }
        }
    }
}

void Judge::refused_stand(Device& device) const
{
    std::set<std::pair<Name, shared::RecordId>> standing;
    for (const auto& refusal : must(device.keeper->standing_refused({}), "what stands refused"))
        standing.emplace(refusal.name, refusal.record);
    std::map<std::pair<shared::RecordId, std::string>, shared::Stamp> last;  // when this device wrote a cell last
    std::vector<sync::StoredEntry> refused;
    const auto note = [&](const model::Written& written) {
        for (const auto& write : written.transaction.writes) {
            auto& stamp = last[{written.transaction.records[write.record].id, write.key}];
            stamp = std::max(stamp, written.stamp);
        }
    };
    for (const auto& name : device.lost)  // written again, before it was gone
        if (const auto* written = truth_.history().find(name)) note(*written);
    for (const auto space : kSpaces) {
        each_own_entry(device, space, [&](const sync::StoredJournal&, const sync::StoredEntry& entry) {
            note(*truth_.history().find(entry.name));
            if (entry.ruling && entry.ruling->verdict != sync::Verdict::accepted) refused.push_back(entry);
        });
    }
    for (const auto& entry : refused) {
        const auto& transaction = truth_.history().find(entry.name)->transaction;
        for (const auto& write : transaction.writes) {
            const auto& id = transaction.records[write.record].id;
            const auto deleted = last.find({id, std::string(shared::kExistence)});
            const bool again =
                last.at({id, write.key}) > entry.stamp || (deleted != last.end() && deleted->second > entry.stamp);
            if (!again && !truth_.was_dropped(id) && !standing.contains({entry.name, id}))
                throw Broken{of(device) + ": what " + text(entry.name) + " wanted does not stand any more"};
        }
    }
}

}  // namespace indaba::tests::simulation
