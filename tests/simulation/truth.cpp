#include "tests/simulation/truth.hpp"

#include "tests/model/item.hpp"
#include "tests/model/text.hpp"
#include "tests/model/whole.hpp"
#include "tests/simulation/broken.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

namespace {

using model::text;

bool is_alive_write(const shared::Write* write)
{
    return write != nullptr && write->value == shared::Value::boolean(true);
}

/// Records that it decides about without writing to them.
std::vector<shared::RecordId> settled_alone(const shared::Transaction& transaction)
{
    std::vector<shared::RecordId> ids;
    for (const auto& write : transaction.writes) {
        if (transaction.records[write.record].type != "decision" || write.key != "record") continue;
        const auto& settled = write.value.as_reference();
        if (std::ranges::find(transaction.records, settled, &shared::TouchedRecord::id) == transaction.records.end())
            ids.push_back(settled);
    }
    return ids;
}

/// What a record shows, by the model.
std::vector<std::pair<std::string, shared::Value>> shown_values(const model::Record& record, std::string_view type,
                                                                const shared::Catalogue& catalogue)
{
    std::vector<std::pair<std::string, shared::Value>> out;
    for (const auto& [key, cell] : record) {
        if (key == shared::kExistence) continue;
        const auto top = model::shown(cell, catalogue.policy(type, key), catalogue.field(type, key));
        if (top && !cell.leaves.at(*top).value.is_absent()) out.emplace_back(key, cell.leaves.at(*top).value);
    }
    return out;
}

}  // namespace

Truth::Truth(const Roles& roles, shared::Digest& digest)
    : roles_(roles), digest_(digest), catalogue_(&model::catalogue())
{
}

bool Truth::wrote(const shared::JournalHead& journal, const sync::StoredEntry& entry)
{
    const auto payload = entry.original ? *entry.original : digest_.sha256(entry.payload);
    const auto [place, fresh] = payloads_.try_emplace(entry.name, payload);
    if (!fresh) {
        if (place->second != payload) throw Broken{text(entry.name) + " has two contents"};
        return false;
    }
    space_of_[entry.name] = journal.space;
    auto transaction = model::decode_transaction(entry.payload);
    const bool is_empty = entry.payload.empty() && !entry.original;
    if (!transaction || is_empty) return true;  // only strangers write such things
    const auto add = [&](std::vector<shared::RecordId>& records, const shared::Transaction& touching) {
        for (const auto& touched : touching.records)
            if (std::ranges::find(records, touched.id) == records.end()) records.push_back(touched.id);
    };
    add(records_ever_[journal.space], *transaction);
    auto left = without_erased(*transaction);
    add(records_[journal.space], left);
    history_.add({entry.name, entry.stamp, std::move(left)});
    if (is_lost(entry.name)) history_.lose(entry.name, true);
    return true;
}

shared::Transaction Truth::without_erased(const shared::Transaction& transaction) const
{
    shared::Transaction left;
    for (std::uint32_t i = 0; i < transaction.records.size(); ++i) {
        const auto about_erased = [&](const shared::Write& write) {
            return write.record == i && write.key == "record" && write.value.kind() == shared::ValueKind::reference &&
                   erased_.contains(write.value.as_reference());
        };
        const auto& record = transaction.records[i];
        if (erased_.contains(record.id)) continue;
        if (record.type == "decision" && std::ranges::any_of(transaction.writes, about_erased)) continue;
        for (const auto& write : transaction.writes) {
            if (write.record != i) continue;
            left.writes.push_back(write);
            left.writes.back().record = std::uint32_t(left.records.size());
        }
        left.records.push_back(record);
    }
    return left;
}

void Truth::erase(const shared::RecordId& id)
{
    erased_.insert(id);
    std::vector<model::Written> changed;
    for (const auto& [name, written] : history_.all()) {
        auto left = without_erased(written.transaction);
        if (left.records.size() == written.transaction.records.size()) continue;
        for (const auto& touched : written.transaction.records)
            if (std::ranges::find(left.records, touched.id, &shared::TouchedRecord::id) == left.records.end())
                erased_.insert(touched.id);
        changed.push_back({name, written.stamp, std::move(left)});
    }
    for (auto& written : changed) history_.add(std::move(written));
    for (auto& [space, records] : records_)
        std::erase_if(records, [&](const auto& record) { return erased_.contains(record); });
    forget_homes();
}

void Truth::forget_homes()
{
    const auto is_erased = [&](const shared::RecordId& record) { return erased_.contains(record); };
    for (auto& [space, feed] : feeds_) std::erase_if(feed.here, is_erased);
    std::erase_if(homes_, [&](const auto& home) { return is_erased(home.first); });
}

void Truth::check_erased(const sync::StoredEntry& entry) const
{
    const auto transaction = model::decode_transaction(entry.payload);
    if (transaction && without_erased(*transaction).records.size() != transaction->records.size())
        throw Broken{text(entry.name) + " still carries what was erased"};
}

void Truth::watch(sync::CentreStorage& centre)
{
    for (const auto space : kSpaces) {
        auto& feed = feeds_[std::string(space)];
        const auto head = must(centre.head(std::string(space)), "the centre's head");
        if (head.number < feed.rulings.size()) throw Broken{"the feed of " + std::string(space) + " went backwards"};
        forgets_ = forgets_ || head.horizon > 0;
        if (head.horizon < feed.horizon) throw Broken{"the horizon of " + std::string(space) + " went backwards"};
        if (head.number == feed.rulings.size() && head.hash == feed.chain.back()) {
            feed.horizon = head.horizon;
            continue;
        }
        std::vector<sync::Ruling> fresh;
        must(centre.each_ruling(std::string(space), feed.rulings.size(), head.number,
                                [&](sync::Ruling&& ruling) {
                                    fresh.push_back(std::move(ruling));
                                    return true;
                                }),
             "the centre's rulings");
        for (const auto& ruling : fresh) take(std::string(space), feed, ruling, centre);
        if (feed.rulings.size() != head.number || feed.chain.back() != head.hash)
            throw Broken{"the head of " + std::string(space) + " is not the end of its chain"};
        feed.horizon = head.horizon;  // what was new was ruled before it moved
    }
}

void Truth::take(const std::string& space, Feed& feed, const sync::Ruling& ruling, sync::CentreStorage& centre)
{
    if (ruling.number != feed.rulings.size() + 1)
        throw Broken{"the feed of " + space + " has a gap before " + std::to_string(ruling.number)};
    if (rulings_.contains(ruling.name)) throw Broken{text(ruling.name) + " was ruled twice"};
    const auto entry = must(centre.find_entry(ruling.name), "a ruled entry");
    const auto journal = must(centre.find_journal(ruling.name.journal), "a ruled journal");
    if (!entry || !journal) throw Broken{text(ruling.name) + " was ruled and is not stored"};
    if (entry->ruling != ruling || entry->space != space)
        throw Broken{text(ruling.name) + " is stored with another ruling"};
    const bool is_bare = ruling.verdict == sync::Verdict::lost && entry->payload.empty() && !entry->original;
    if (!is_bare) wrote(journal->head, *entry);  // else nobody has brought it, and its name is all that is known
    else space_of_.try_emplace(ruling.name, journal->head.space);
    if (space_of_.at(ruling.name) != space)
        throw Broken{text(ruling.name) + " was ruled in another space than it was written in"};
    feed.chain.push_back(sync::chain_hash(feed.chain.back(), ruling, digest_));
    check_erased(*entry);
    judge(space, feed, *entry, shared::device_of(journal->head.author, digest_));
    feed.rulings.push_back(ruling);
    rulings_[ruling.name] = ruling;
    history_.lose(ruling.name, ruling.verdict == sync::Verdict::lost);
    if (ruling.verdict != sync::Verdict::accepted) return;
    for (const auto& touched : history_.find(ruling.name)->transaction.records) {
        feed.here.insert(touched.id);
        homes_.try_emplace(touched.id, space, touched.type);
    }
}

/// Accepted exactly if the role writes, the records are there and of that type, and the rules hold on what is shown
/// after it.
void Truth::judge(const std::string& space, Feed& feed, const sync::StoredEntry& entry, const shared::DeviceId& author)
{
    const auto& ruling = *entry.ruling;
    using Code = sync::Reason::Code;
    const auto* written = history_.find(ruling.name);
    const bool may = roles_.writes(author, space);
    const auto fail = [&](const std::string& why) {
        throw Broken{"ruling " + std::to_string(ruling.number) + " of " + space + ", on " + text(ruling.name) + ": " +
                     why};
    };
    if (is_lost(ruling.name) != (ruling.verdict == sync::Verdict::lost && ruling.reason.code == Code::lost))
        fail(is_lost(ruling.name) ? "it was ruled lost by the operator" : "lost for a reason that cannot be");
    if (ruling.verdict == sync::Verdict::lost) return;
    if (ruling.verdict == sync::Verdict::accepted) {
        if (!may) fail("accepted without a role");
        if (written == nullptr) fail("accepted what does not decode");
        for (const auto& why : {no_record(space, feed, *written), other_type(*written),
                                broken_rule(space, feed, *written, ruling.time_ms)})
            if (!why.empty()) fail("accepted, but " + why);
        return;
    }
    if (ruling.reason.text.empty()) fail("refused without a reason");
    switch (ruling.reason.code) {
        case Code::no_role:
            if (may) fail("refused for want of a role that is there");
            return;
        case Code::no_record:
            if (no_record(space, feed, *written).empty()) fail("refused for want of a record that is there");
            return;
        case Code::other_type:
            if (other_type(*written).empty()) fail("refused for its type, which is right");
            return;
        case Code::rule:
            if (written != nullptr && broken_rule(space, feed, *written, ruling.time_ms).empty())
                fail("refused by a rule that holds: " + ruling.reason.text);
            return;
        case Code::erased:
            if (!entry.original) fail("refused for what was erased, and nothing of it was");
            return;
        case Code::too_many_leaves:
        case Code::lost:
        case Code::none: fail("refused for a reason that cannot be: " + ruling.reason.text);
    }
}

std::string Truth::no_record(const std::string& space, const Feed& feed, const model::Written& written) const
{
    for (const auto& touched : written.transaction.records) {
        const auto home = homes_.find(touched.id);
        if (home != homes_.end() && home->second.first != space) return text(touched.id) + " lives in another space";
        const auto* existence = written.write(touched.id, shared::kExistence);
        if (!feed.here.contains(touched.id) && !is_alive_write(existence)) return text(touched.id) + " is not there";
        if (is_forgotten(space, feed.rulings.size(), feed.horizon, touched.id))
            return text(touched.id) + " was deleted long ago";
    }
    for (const auto& settled : settled_alone(written.transaction))
        if (!homes_.contains(settled)) return "what was decided about, " + text(settled) + ", is not there";
    return {};
}

std::string Truth::other_type(const model::Written& written) const
{
    for (const auto& touched : written.transaction.records)
        if (const auto home = homes_.find(touched.id); home != homes_.end() && home->second.second != touched.type)
            return text(touched.id) + " is of another type";
    return {};
}

std::string Truth::broken_rule(const std::string& space, const Feed& feed, const model::Written& written,
                               std::int64_t ruled_ms) const
{
    auto merged = accepted(space, feed.rulings.size());
    merged.emplace(written.name, ruled_ms);
    for (const auto& write : written.transaction.writes) {
        const auto& type = written.transaction.records[write.record].type;
        if (write.key == shared::kExistence) continue;
        if (const auto held = catalogue_->check_value(type, write.key, write.value); held.has_error())
            return held.error().text;
    }
    for (const auto& settled : settled_alone(written.transaction))
        if (const auto home = homes_.find(settled); home != homes_.end() && home->second.first != space)
            return text(settled) + ", which was decided about, lives in another space";
    for (const auto& touched : written.transaction.records) {
        const auto state = model::state_of(history_, merged, touched.id);
        if (model::existence(state) == model::Existence::deleted) continue;
        const auto values = shown_values(state, touched.type, *catalogue_);
        std::vector<shared::CellView> views;
        for (const auto& [key, value] : values) views.emplace_back(key, &value);
        if (const auto held = catalogue_->check_record(touched.type, views); held.has_error()) return held.error().text;
    }
    return {};
}

void Truth::rule_lost(sync::JournalId journal, const sync::LostNumbers& numbers)
{
    lost_[journal].push_back(numbers);
    for (const auto& [name, written] : history_.all())
        if (name.journal == journal && numbers.has(name.number) && !rulings_.contains(name)) history_.lose(name, true);
}

bool Truth::is_lost(const Name& name) const
{
    const auto place = lost_.find(name.journal);
    return place != lost_.end() && std::ranges::any_of(place->second, [&](const sync::LostNumbers& numbers) {
               return numbers.has(name.number);
           });
}

std::uint64_t Truth::lost_through(sync::JournalId journal, std::uint64_t through) const
{
    std::uint64_t count = 0;
    for (std::uint64_t number = 1; number <= through; ++number)
        if (is_lost({journal, number, 0})) ++count;
    return count;
}

void Truth::stored(sync::JournalId journal, std::uint64_t through)
{
    auto& known = stored_[journal];
    known = std::max(known, through);
}

Truth::Past Truth::remember() const { return {feeds_, rulings_, homes_, lost_}; }

void Truth::put_back(const Past& past)
{
    feeds_ = past.feeds;
    rulings_ = past.rulings;
    homes_ = past.homes;
    lost_ = past.lost;
    put_back_ = true;
    for (const auto& [name, written] : history_.all())  // an honest author's bases are on its chain, and come before it
        if (suspects_.contains(name.journal) && !rulings_.contains(name)) history_.lose(name, true);
    forget_homes();
}

bool Truth::on_chain(std::string_view space, std::uint64_t number, const sync::Hash& hash) const
{
    const auto place = feeds_.find(space);
    return place != feeds_.end() && number < place->second.chain.size() && place->second.chain[number] == hash;
}

model::Merged Truth::accepted(std::string_view space, std::uint64_t through) const
{
    model::Merged merged;
    for (const auto& ruling : feed(space))
        if (ruling.number <= through && ruling.verdict == sync::Verdict::accepted)
            merged.emplace(ruling.name, ruling.time_ms);
    return merged;
}

const std::vector<sync::Ruling>& Truth::feed(std::string_view space) const
{
    static const std::vector<sync::Ruling> kNone;
    const auto place = feeds_.find(space);
    return place == feeds_.end() ? kNone : place->second.rulings;
}

std::uint64_t Truth::horizon(std::string_view space) const
{
    const auto place = feeds_.find(space);
    return place == feeds_.end() ? 0 : place->second.horizon;
}

bool Truth::is_forgotten(std::string_view space, std::uint64_t through, std::uint64_t horizon,
                         const shared::RecordId& id) const
{
    if (horizon == 0) return false;
    std::uint64_t number = 0;
    for (const auto& ruling : feed(space)) {
        if (ruling.number > through || ruling.verdict != sync::Verdict::accepted) continue;
        const auto& touched = history_.find(ruling.name)->transaction.records;
        if (std::ranges::find(touched, id, &shared::TouchedRecord::id) != touched.end()) number = ruling.number;
    }
    if (number == 0 || number > horizon) return false;
    const auto state = model::state_of(history_, accepted(space, through), id);
    return model::existence(state) == model::Existence::deleted;
}

const sync::Ruling* Truth::ruling(const Name& name) const
{
    const auto place = rulings_.find(name);
    return place == rulings_.end() ? nullptr : &place->second;
}

const std::vector<shared::RecordId>& Truth::records(std::string_view space) const
{
    static const std::vector<shared::RecordId> kNone;
    const auto place = records_.find(space);
    return place == records_.end() ? kNone : place->second;
}

std::string Truth::home(const shared::RecordId& id) const
{
    const auto place = homes_.find(id);
    return place == homes_.end() ? std::string() : place->second.first;
}

const std::vector<shared::RecordId>& Truth::records_ever(std::string_view space) const
{
    static const std::vector<shared::RecordId> kNone;
    const auto place = records_ever_.find(space);
    return place == records_ever_.end() ? kNone : place->second;
}

std::vector<shared::RecordId> Truth::records_at_centre(std::string_view space) const
{
    const auto place = feeds_.find(space);
    if (place == feeds_.end()) return {};
    return {place->second.here.begin(), place->second.here.end()};
}

}  // namespace indaba::tests::simulation
