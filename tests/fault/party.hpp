// A device or a centre on a database that may break: the real store and the real rules over it, with cheap signatures
// and with time and chance that a script sets before each of its steps. One thread.
#pragma once

#include "sync/centre.hpp"
#include "sync/replica.hpp"
#include "sync/store/store.hpp"
#include "tests/model/cheap_crypto.hpp"

#include <memory>

namespace indaba::tests::fault {

using shared::fail;
using shared::Result;

class SetClock final : public shared::Clock {
public:
    void set(std::int64_t now_ms) { now_ms_ = now_ms; }
    [[nodiscard]] std::int64_t now_ms() override { return ++now_ms_; }

private:
    std::int64_t now_ms_ = 0;
};

class Party {
public:
    virtual ~Party() = default;
    Party() = default;
    Party(const Party&) = delete;
    Party& operator=(const Party&) = delete;

    /// The same step draws the same numbers at the same time, however often it is tried.
    void at_step(std::size_t number);
    [[nodiscard]] virtual platform::Database& database() = 0;
    /// Holds together: SQLite's own check, and that a search finds what a list shows.
    [[nodiscard]] virtual Result<void> check() = 0;

protected:
    SetClock clock_;
    model::Chance chance_{0};
    model::CheapDigest digest_;
};

class Device final : public Party {
public:
    [[nodiscard]] static Result<std::unique_ptr<Device>> open(const platform::DatabaseOptions& file, std::uint64_t seed,
                                                              const sync::store::StoreOptions& options = {});

    [[nodiscard]] platform::Database& database() override { return store_->database(); }
    [[nodiscard]] Result<void> check() override;
    [[nodiscard]] sync::store::ReplicaStore& store() { return *store_; }
    [[nodiscard]] sync::Replica& replica() { return replica_; }

private:
    Device(std::unique_ptr<sync::store::ReplicaStore> store, model::Chance key);

    std::unique_ptr<sync::store::ReplicaStore> store_;
    model::CheapSigner signer_;
    shared::PublicKey centre_key_;
    sync::Replica replica_;
};

/// Lets everybody write in every space but one, and everybody read.
class ClosedSpace final : public sync::Authority {
public:
    static constexpr const char* kName = "course";
    [[nodiscard]] Result<bool> may_write(const shared::DeviceId&, const shared::SpaceName& space) override
    {
        return space != kName;
    }
    [[nodiscard]] Result<bool> may_read(const shared::DeviceId&, const shared::SpaceName&) override { return true; }
    [[nodiscard]] Result<sync::Author> describe(shared::JournalId journal, const shared::DeviceId& device) override
    {
        return sync::Author{journal, device, "laptop", "delegate"};
    }
};

class CentreParty final : public Party {
public:
    [[nodiscard]] static Result<std::unique_ptr<CentreParty>> open(const platform::DatabaseOptions& file);

    [[nodiscard]] platform::Database& database() override { return store_->database(); }
    [[nodiscard]] Result<void> check() override;
    [[nodiscard]] sync::store::CentreStore& store() { return *store_; }
    [[nodiscard]] sync::Centre& centre() { return centre_; }

private:
    CentreParty(std::unique_ptr<sync::store::CentreStore> store, model::Chance key);

    std::unique_ptr<sync::store::CentreStore> store_;
    ClosedSpace authority_;
    model::CheapSigner signer_;
    sync::Centre centre_;
};

/// A word that stands in the name of every record of these tests.
inline constexpr const char* kEveryName = "warehouse";

/// All that a database holds, in one hash.
[[nodiscard]] Result<shared::Hash> content_of(platform::Database& database);

}  // namespace indaba::tests::fault
