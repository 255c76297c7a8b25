// What a Core is made of, and the questions that its sources share. Only for client/core*.cpp.
#pragma once

#include "client/core.hpp"
#include "platform/system.hpp"
#include "shared/transaction_view.hpp"
#include "sync/merge.hpp"
#include "sync/replica.hpp"
#include "sync/store/store.hpp"

#include <map>
#include <set>
#include <unordered_set>

namespace indaba::client {

/// Records of which something that was written here stands refused.
using Refusals = std::unordered_set<RecordId>;

struct Core::Parts {
    Parts(Home opened_home, std::unique_ptr<sync::store::ReplicaStore> opened_store, bool opened_to_read);

    Home home;
    const shared::Catalogue& catalogue = shared::Catalogue::builtin();
    platform::SystemClock clock;
    platform::SystemRandom random;
    platform::OpensslDigest digest;
    platform::KeyPair signer;
    std::unique_ptr<sync::store::ReplicaStore> store;
    sync::Replica replica;
    const bool read_only;  ///< the home may not be written
    bool disk_is_full = false;  ///< that is why

    // core_view.cpp
    [[nodiscard]] Result<sync::Author> author(shared::JournalId journal);
    [[nodiscard]] Result<RecordView> wanted(const RecordId& id);
    [[nodiscard]] Result<RecordView> view(const sync::StoredRecord& record, const Refusals& refusals);
    [[nodiscard]] Result<std::vector<Conflict>> conflicts_of(const sync::StoredRecord& record);
    [[nodiscard]] std::vector<Cell> shown_cells(const std::string& type, const sync::Cells& cells) const;
    [[nodiscard]] std::string title(const std::string& type, const std::vector<Cell>& cells) const;

    // core_conflicts.cpp
    void remember_seen(const std::optional<RecordId>& only, const std::vector<Conflict>& conflicts);
    [[nodiscard]] Result<sync::Replica::Seen> seen_leaves(const Conflict& conflict);

    // core_refused.cpp
    [[nodiscard]] Result<Refusals> refusals();
    [[nodiscard]] Result<std::optional<Refusal>> refusal(const sync::StoredEntry& entry,
                                                         const shared::TransactionView& transaction, std::size_t index,
                                                         const std::vector<std::string>* keys);
    /// What stands refused, of one record or of all, in the order in which it was written.
    [[nodiscard]] Result<std::vector<Refusal>> standing(const std::optional<RecordId>& only);
    [[nodiscard]] Result<std::vector<Refusal>> ever_refused();

    // core.cpp
    /// Why there is no such record, as far as it is known here.
    [[nodiscard]] shared::Error missing(const RecordId& id);

    // core_spaces.cpp
    /// As it is now, and kept if this home may be written.
    [[nodiscard]] Result<sync::LeaseClock> lease_clock();
    /// Those whose lease has run out: nothing of them is shown before the next contact. Writing goes on, since this may
    /// be a wrong clock's doing; what it answers must not tell what is there.
    [[nodiscard]] Result<std::vector<sync::StoredSpace>> locked_spaces();
    [[nodiscard]] Result<std::set<std::string>> locked_names();
    /// forbidden. Not within a transaction of the store: it may keep the time.
    [[nodiscard]] Result<void> require_lease(const std::string& space);

    /// usage if this device has never heard of it.
    [[nodiscard]] Result<void> require_known(const std::string& space);

    // core_write.cpp
    [[nodiscard]] Result<std::string> space_for(const Draft& draft, const std::optional<sync::StoredRecord>& here);
    [[nodiscard]] Result<void> check_known(const Draft& draft, const std::optional<sync::StoredRecord>& here) const;
    [[nodiscard]] Result<void> check(const Draft& draft, const std::optional<sync::StoredRecord>& here,
                                     bool locked) const;

    [[nodiscard]] Result<sync::Replica::Batch> batch_of(const std::vector<Draft>& drafts,
                                                        const std::set<std::string>& locked, std::vector<RecordId>& ids,
                                                        PutNotes* noted);
    [[nodiscard]] shared::Error nowhere_to_write(const std::vector<sync::StoredSpace>& spaces) const;
    [[nodiscard]] Result<void> add_note(const Draft& draft, const std::optional<sync::StoredRecord>& here,
                                        const std::set<std::string>& locked, PutNotes& notes);
    [[nodiscard]] Result<void> add_notes(const std::vector<Draft>& drafts, PutNotes noted, PutNotes& notes);

    std::map<shared::JournalId, sync::Author> authors;  ///< as far as they were asked for; forgotten after a sync
};

/// usage: nothing of that name was ever told to this device.
[[nodiscard]] shared::Error unknown_space(const std::string& name);
/// What its row says, and nothing that must be counted.
[[nodiscard]] SpaceView view_of(const sync::StoredSpace& space, const sync::LeaseClock& clock);

}  // namespace indaba::client
