// What a Core is made of, and the questions that its sources share. Only for client/core*.cpp.
#pragma once

#include "client/core.hpp"
#include "platform/system.hpp"
#include "sync/merge.hpp"
#include "sync/replica.hpp"
#include "sync/store/store.hpp"

#include <map>
#include <set>
#include <unordered_map>

namespace indaba::client {

/// Own transactions that were refused and not yet followed by another write of this device to the same record.
using Refusals = std::unordered_map<RecordId, std::vector<shared::TransactionName>>;

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

    // core_view.cpp
    [[nodiscard]] Result<sync::Author> author(shared::JournalId journal);
    [[nodiscard]] Result<RecordView> view(const sync::StoredRecord& record, const Refusals& refusals);
    [[nodiscard]] Result<std::vector<Conflict>> conflicts_of(const sync::StoredRecord& record);
    [[nodiscard]] std::vector<Cell> shown_cells(const std::string& type, const sync::Cells& cells) const;
    [[nodiscard]] std::string title(const std::string& type, const std::vector<Cell>& cells) const;

    // core_refused.cpp
    [[nodiscard]] Result<Refusals> refusals();
    /// False if every record that it touched was written again from here.
    [[nodiscard]] Result<bool> stands(const shared::TransactionName& refused, const shared::Transaction& transaction);

    // core_write.cpp
    [[nodiscard]] Result<std::string> space_for(const Draft& draft, const std::optional<sync::StoredRecord>& here);
    [[nodiscard]] Result<void> check_known(const Draft& draft, const std::optional<sync::StoredRecord>& here) const;
    [[nodiscard]] Result<void> check(const Draft& draft, const std::optional<sync::StoredRecord>& here) const;

    [[nodiscard]] shared::Error nowhere_to_write(const std::vector<sync::StoredSpace>& spaces) const;
    [[nodiscard]] Result<void> keep_true(const std::vector<Draft>& drafts, PutNotes& notes);

    std::map<shared::JournalId, sync::Author> authors;  ///< as far as they were asked for; forgotten after a sync
};

/// True if a refused transaction of the record is still waiting for a person.
[[nodiscard]] bool stands_refused(const sync::StoredRecord& record, const Refusals& refusals);
[[nodiscard]] bool stands_refused(const sync::StoredRecord& record, const shared::TransactionName& refused);

[[nodiscard]] shared::Error no_such_record(const RecordId& id);

}  // namespace indaba::client
