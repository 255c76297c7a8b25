#include "sync/store/salvage.hpp"

#include "shared/transaction_view.hpp"
#include "sync/store/loose_rows.hpp"

#include <algorithm>
#include <utility>

namespace indaba::sync::store {

namespace {

/// The entries of one journal by number; those without a readable payload are not here.
using Numbered = std::map<std::uint64_t, StoredEntry>;

Hash payload_hash(const StoredEntry& entry, shared::Digest& digest)
{
    return entry.original ? *entry.original : digest.sha256(entry.payload);
}

bool joins(const Hash& previous, const StoredEntry& entry, shared::Digest& digest)
{
    return shared::entry_hash(previous, entry.name.number, entry.stamp, payload_hash(entry, digest), digest) ==
           entry.hash;
}

template <class Name>
std::set<Name> candidates(const LooseNames<Name>& names, std::int64_t number)
{
    if (const auto sure = names.sure.find(number); sure != names.sure.end()) return {sure->second};
    const auto likely = names.likely.find(number);
    return likely == names.likely.end() ? std::set<Name>() : likely->second;
}

class Reading {
public:
    Reading(LooseRows rows, const shared::PublicKey& device, shared::Digest& digest)
        : rows_(std::move(rows)), device_(device), digest_(digest)
    {
    }

    Salvaged all()
    {
        found_.clock = rows_.clock;
        found_.leases = rows_.leases;
        std::map<std::int64_t, Numbered> journals;
        for (auto& [eid, loose] : rows_.entries) {
            found_.clock.last = std::max(found_.clock.last, loose.entry.stamp);
            spaces_of_[loose.journal] = loose.space;
            auto& numbered = journals[loose.journal];
            if (loose.has_payload && shared::TransactionView::open(loose.entry.payload).has_value()) {
                auto& entry = numbered[loose.entry.name.number];
                entry = std::move(loose.entry);
                loose.entry.name = entry.name;  // add_ended() asks for it
            } else if (loose.entry.ruling && loose.entry.ruling->verdict == Verdict::accepted) {
                at_centre_[loose.journal].insert(loose.entry.name.number);
            }
        }
        // One of which every entry was lost counts as well.
        for (const auto& [jid, row] : rows_.journals) {
            if (!row.own || row.last == 0) continue;
            journals.try_emplace(jid);
            spaces_of_[jid] = row.space;
        }
        for (auto& [jid, numbered] : journals) add_journal(jid, std::move(numbered));
        add_spaces();
        add_ended();
        return std::move(found_);
    }

private:
    /// Whose entries these are: proved by the first one, or the only one that it can be.
    std::optional<shared::JournalHead> head_of(std::int64_t jid, const Numbered& numbered)
    {
        auto ids = candidates(rows_.journal_names, jid);
        auto spaces = space_names(spaces_of_[jid]);
        if (const auto noted = rows_.noted.find(jid);
            noted != rows_.noted.end() && (ids.size() != 1 || spaces.size() != 1)) {
            ids = {noted->second.first};
            spaces = {noted->second.second};
        }
        if (ids.empty() || spaces.empty()) return std::nullopt;
        shared::JournalHead head{*spaces.begin(), {*ids.begin()}, device_};
        const auto first = numbered.find(1);
        if (first == numbered.end()) return ids.size() == 1 && spaces.size() == 1 ? std::optional(head) : std::nullopt;
        for (const auto& id : ids) {
            for (const auto& space : spaces) {
                head.id = {id};
                head.space = space;
                if (joins(shared::first_hash(head, digest_), first->second, digest_)) return head;
            }
        }
        return std::nullopt;
    }

    /// Where the table of names cannot be read, a journal's note says it too.
    std::set<std::string> space_names(std::int64_t sid)
    {
        if (rows_.space_names.sure.contains(sid)) return candidates(rows_.space_names, sid);
        for (const auto& [jid, noted] : rows_.noted)
            if (const auto place = spaces_of_.find(jid); place != spaces_of_.end() && place->second == sid)
                return {noted.second};
        return candidates(rows_.space_names, sid);
    }

    void add_journal(std::int64_t jid, Numbered numbered)
    {
        const auto head = head_of(jid, numbered);
        if (!head) {
            found_.nameless += numbered.size();
            return;
        }
        for (auto& [number, entry] : numbered) {
            entry.name.journal = head->id;
            entry.space = head->space;
            if (!entry.ruling) continue;
            entry.ruling->name = entry.name;
            if (entry.ruling->line == 0) entry.ruling->line = head->id.value;
        }
        heads_[jid] = *head;
        const auto row = rows_.journals.find(jid);
        auto saved = split(*head, std::move(numbered));
        finish(saved, row == rows_.journals.end() ? LooseJournal{} : row->second, std::move(at_centre_[jid]));
        found_.journals.push_back(std::move(saved));
    }

    /// What joins from the first entry on, and what is behind the first hole.
    SalvagedJournal split(const shared::JournalHead& head, Numbered numbered)
    {
        SalvagedJournal saved;
        auto& journal = saved.journal;
        journal.head = head;
        journal.own = true;
        journal.author = {head.id, shared::device_of(head.author, digest_), {}, {}};
        journal.last_hash = shared::first_hash(head, digest_);
        for (auto& [number, entry] : numbered) {
            const bool goes_on = saved.detached.empty() && number == journal.last + 1;
            if (goes_on && joins(journal.last_hash, entry, digest_)) {
                journal.last = number;
                journal.last_hash = entry.hash;
                saved.chain.push_back(std::move(entry));
            } else if (!contradicts(saved, entry)) {
                saved.detached.push_back(std::move(entry));
            }
        }
        return saved;
    }

    /// The entry right before it is here, and it does not go on from there.
    bool contradicts(const SalvagedJournal& saved, const StoredEntry& entry)
    {
        const auto& before = saved.detached.empty() ? saved.chain : saved.detached;
        if (before.empty() || before.back().name.number + 1 != entry.name.number) return false;
        return !joins(before.back().hash, entry, digest_);
    }

    /// A journal is ruled in order: below an entry with a ruling all have one. Which one is known of none that is lost:
    /// it may have been a refusal, which is only here.
    static void finish(SalvagedJournal& saved, const LooseJournal& row, std::set<std::uint64_t> at_centre)
    {
        auto last = std::max(row.last, saved.journal.last);
        auto ruled = row.ruled;
        if (!at_centre.empty()) last = std::max(last, *at_centre.rbegin());
        for (const auto* part : {&saved.chain, &saved.detached}) {
            for (const auto& entry : *part) {
                last = std::max(last, entry.name.number);
                if (entry.ruling && entry.ruling->number != kUnfed) ruled = std::max(ruled, entry.name.number);
                at_centre.erase(entry.name.number);
            }
        }
        saved.unreadable = last - saved.chain.size() - saved.detached.size() - at_centre.size();
        saved.journal.ruled = std::min(ruled, saved.journal.last);
    }

    /// Those that are known, and those that are only written in: what waits there is sent all the same.
    void add_spaces()
    {
        std::set<SpaceName> named;
        for (const auto& [sid, row] : rows_.spaces) {
            const auto names = space_names(sid);
            if (names.size() != 1 || !named.insert(*names.begin()).second) continue;
            found_.spaces.push_back(row);
            found_.spaces.back().name = *names.begin();
        }
        for (const auto& saved : found_.journals) {
            const auto& name = saved.journal.head.space;
            if (!named.insert(name).second) continue;
            StoredSpace unknown;
            unknown.name = name;
            found_.spaces.push_back(std::move(unknown));
        }
    }

    void add_ended()
    {
        for (const auto& [record, eid, key] : rows_.ended) {
            const auto place = rows_.entries.find(eid);
            if (place == rows_.entries.end()) continue;
            const auto head = heads_.find(place->second.journal);
            if (head == heads_.end()) continue;
            auto name = place->second.entry.name;
            name.journal = head->second.id;
            found_.ended.insert({name, record, key});
        }
    }

    LooseRows rows_;
    const shared::PublicKey& device_;
    shared::Digest& digest_;
    Salvaged found_;
    std::map<std::int64_t, std::int64_t> spaces_of_;  ///< of journals
    /// By journal: what nobody can read, and the centre accepted.
    std::map<std::int64_t, std::set<std::uint64_t>> at_centre_;
    std::map<std::int64_t, shared::JournalHead> heads_;
};

}  // namespace

Result<SalvagedFile> salvage(const platform::DatabaseOptions& file, const shared::PublicKey& device,
                             shared::Digest& digest)
{
    INDABA_ASSIGN(auto rows, read_loose_rows(file));
    const auto pages = rows.pages;
    return SalvagedFile{Reading(std::move(rows), device, digest).all(), pages};
}

}  // namespace indaba::sync::store
