// What really happened, kept beside the system and never shown to it: everything anybody wrote, every ruling in order,
// and what was acknowledged. It judges each ruling as it appears: numbers, chain, roles, reasons. One thread.
#pragma once

#include "sync/centre.hpp"
#include "tests/model/model.hpp"
#include "tests/simulation/roles.hpp"

#include <map>
#include <set>

namespace indaba::tests::simulation {

using model::Name;

class Truth {
public:
    explicit Truth(const Roles& roles, shared::Digest& digest);

    /// The centre rules by this catalogue from now on.
    void upgrade(const shared::Catalogue& catalogue) { catalogue_ = &catalogue; }
    [[nodiscard]] const shared::Catalogue& catalogue() const { return *catalogue_; }

    /// An entry that somebody's journal holds. False if it was known.
    bool wrote(const shared::JournalHead& journal, const sync::StoredEntry& entry);
    /// Reads what is new in the centre's feeds and throws Broken where a ruling does not hold.
    void watch(sync::CentreStorage& centre);
    /// The operator has ordered this record erased: from now on nobody ever wrote to it, nor decided about it.
    void erase(const shared::RecordId& id);
    [[nodiscard]] const std::set<shared::RecordId>& erased() const { return erased_; }
    /// Nothing of it is in this entry.
    void check_erased(const sync::StoredEntry& entry) const;
    /// What is left of it.
    [[nodiscard]] shared::Transaction without_erased(const shared::Transaction& transaction) const;
    /// The operator rules these numbers lost: nothing that was not ruled there is looked at any more.
    void rule_lost(sync::JournalId journal, const sync::LostNumbers& numbers);
    /// So many of its numbers up to this one were.
    [[nodiscard]] std::uint64_t lost_through(sync::JournalId journal, std::uint64_t through) const;
    /// A hostile device's.
    void distrust(sync::JournalId journal) { history_.distrust(journal); }
    /// One who also names, of their own, what their chain never held.
    void suspect(sync::JournalId journal)
    {
        suspects_.insert(journal);
        distrust(journal);
    }
    /// A person does not want any more what was refused of this record.
    void dropped(const shared::RecordId& id) { dropped_.insert(id); }
    [[nodiscard]] bool was_dropped(const shared::RecordId& id) const { return dropped_.contains(id); }
    /// The centre told a device that this much of a journal is stored.
    void stored(sync::JournalId journal, std::uint64_t through);
    /// Who wrote it cannot bring it again: of what the centre had said before it was put back, nothing counts.
    void forgive(sync::JournalId journal) { stored_.erase(journal); }

    /// What the centre has ruled, as of one moment.
    struct Past;
    [[nodiscard]] Past remember() const;
    void put_back(const Past& past);
    [[nodiscard]] bool was_put_back() const { return put_back_; }
    /// Devices may have to compare, and then take out of the fold what is in the word before they hear how it was
    /// ruled.
    [[nodiscard]] bool may_compare() const { return put_back_ || forgets_; }
    /// The feed of the space came to this hash at this number.
    [[nodiscard]] bool on_chain(std::string_view space, std::uint64_t number, const sync::Hash& hash) const;

    /// The centre has forgotten what was deleted up to this number of the feed.
    [[nodiscard]] std::uint64_t horizon(std::string_view space) const;
    /// By what was accepted up to a number of the feed, nobody who knows of such a horizon is told of this record.
    [[nodiscard]] bool is_forgotten(std::string_view space, std::uint64_t through, std::uint64_t horizon,
                                    const shared::RecordId& id) const;

    [[nodiscard]] const model::History& history() const { return history_; }
    /// Accepted in a space up to a number of its feed.
    [[nodiscard]] model::Merged accepted(std::string_view space, std::uint64_t through) const;
    [[nodiscard]] const std::vector<sync::Ruling>& feed(std::string_view space) const;
    /// How many rulings there are now.
    [[nodiscard]] std::size_t ruled() const { return rulings_.size(); }
    [[nodiscard]] const sync::Ruling* ruling(const Name& name) const;
    /// Ids of every record that anybody wrote to in a space, but those that were erased.
    [[nodiscard]] const std::vector<shared::RecordId>& records(std::string_view space) const;
    /// And those as well.
    [[nodiscard]] const std::vector<shared::RecordId>& records_ever(std::string_view space) const;
    /// The space in which a record lives by the rulings so far; empty: it is not there.
    [[nodiscard]] std::string home(const shared::RecordId& id) const;
    /// Of those, the ones that are at the centre: what others can know of.
    [[nodiscard]] std::vector<shared::RecordId> records_at_centre(std::string_view space) const;
    [[nodiscard]] const std::map<sync::JournalId, std::uint64_t>& acknowledged() const { return stored_; }
    [[nodiscard]] const std::map<Name, sync::SpaceName>& spaces() const { return space_of_; }

private:
    struct Feed {
        std::vector<sync::Ruling> rulings;
        std::vector<sync::Hash> chain{sync::Hash{}};  ///< at each number
        std::set<shared::RecordId> here;  ///< records that an accepted transaction created
        std::uint64_t horizon = 0;
    };

    void take(const std::string& space, Feed& feed, const sync::Ruling& ruling, sync::CentreStorage& centre);
    void judge(const std::string& space, Feed& feed, const sync::StoredEntry& entry, const shared::DeviceId& author);
    void forget_homes();
    [[nodiscard]] std::string no_record(const std::string& space, const Feed& feed,
                                        const model::Written& written) const;
    [[nodiscard]] std::string other_type(const model::Written& written) const;
    [[nodiscard]] std::string broken_rule(const std::string& space, const Feed& feed, const model::Written& written,
                                          std::int64_t ruled_ms) const;

    const Roles& roles_;
    shared::Digest& digest_;
    const shared::Catalogue* catalogue_;
    model::History history_;
    std::map<Name, sync::Hash> payloads_;  ///< as they were written
    std::map<Name, sync::SpaceName> space_of_;
    using Feeds = std::map<std::string, Feed, std::less<>>;
    using Homes = std::map<shared::RecordId, std::pair<std::string, std::string>>;
    Feeds feeds_;
    std::map<Name, sync::Ruling> rulings_;
    std::map<std::string, std::vector<shared::RecordId>, std::less<>> records_;
    std::map<std::string, std::vector<shared::RecordId>, std::less<>> records_ever_;
    std::set<shared::RecordId> erased_;
    [[nodiscard]] bool is_lost(const Name& name) const;

    using Lost = std::map<sync::JournalId, std::vector<sync::LostNumbers>>;
    Lost lost_;
    Homes homes_;  ///< of accepted records: space and type
    std::map<sync::JournalId, std::uint64_t> stored_;
    std::set<shared::RecordId> dropped_;
    std::set<sync::JournalId> suspects_;
    bool put_back_ = false;
    bool forgets_ = false;  ///< deletions
};

struct Truth::Past {
    Feeds feeds;
    std::map<Name, sync::Ruling> rulings;
    Homes homes;
    Lost lost;
};

}  // namespace indaba::tests::simulation
