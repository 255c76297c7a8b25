// A centre and lives of one device beside each other in memory, on the real store and sessions: for tests of what
// happens between them.
#pragma once

#include "shared/roles.hpp"
#include "sync/client_session.hpp"
#include "sync/server_session.hpp"
#include "sync/store/store.hpp"
#include "tests/model/cheap_crypto.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace indaba::sync {

namespace model = tests::model;

class FixedClock final : public shared::Clock {
public:
    [[nodiscard]] std::int64_t now_ms() override { return ++now_ms_; }
    void pass(std::int64_t ms) { now_ms_ += ms; }

private:
    std::int64_t now_ms_ = 1'760'000'000'000;
};

/// Shows another clock's time, wrong by so much.
class WrongClock final : public shared::Clock {
public:
    WrongClock(shared::Clock& right, std::int64_t wrong_ms) : right_(right), wrong_ms_(wrong_ms) {}
    [[nodiscard]] std::int64_t now_ms() override { return right_.now_ms() + wrong_ms_; }

private:
    shared::Clock& right_;
    std::int64_t wrong_ms_;
};

/// Every device may do what is granted.
class ByGrants final : public Authority {
public:
    explicit ByGrants(const std::vector<Replica::Grant>& grants) : grants_(grants) {}
    [[nodiscard]] Result<bool> may_write(const shared::DeviceId&, const SpaceName& space) override
    {
        const auto place = std::ranges::find(grants_, space, &Replica::Grant::space);
        return place != grants_.end() && shared::role_writes(place->role);
    }
    [[nodiscard]] Result<bool> may_read(const shared::DeviceId&, const SpaceName& space) override
    {
        return std::ranges::find(grants_, space, &Replica::Grant::space) != grants_.end();
    }
    [[nodiscard]] Result<Author> describe(JournalId journal, const shared::DeviceId& device) override
    {
        return Author{journal, device, "laptop", "delegate"};
    }

private:
    const std::vector<Replica::Grant>& grants_;
};

inline platform::DatabaseOptions in_memory(const std::string& name)
{
    platform::DatabaseOptions options;
    options.path = "file:/lives_" + name + "?vfs=memdb";
    options.create = true;
    return options;
}

class DeviceLives : public testing::Test {
protected:
    const shared::Catalogue& catalogue_ = shared::Catalogue::builtin();
    model::Chance chance_{7};
    model::CheapDigest digest_;
    model::CheapSigner device_key_{chance_};
    model::CheapSigner centre_key_{chance_};
    shared::PublicKey centre_public_ = centre_key_.public_key();
    FixedClock clock_;
    std::vector<Replica::Grant> grants_{{"archive", "organisation", "Archive", "editor"},
                                        {"forum", "event", "Forum", "editor"}};
    ByGrants authority_{grants_};
    Quotas* quotas_ = nullptr;
    std::string test_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    std::unique_ptr<store::CentreStore> centre_store_ =
        store::CentreStore::open(in_memory(test_ + "_centre"), catalogue_).value();
    std::vector<std::unique_ptr<platform::Database>> backups_;
    std::unique_ptr<Centre> centre_ = std::make_unique<Centre>(centre_ports());

    void SetUp() override
    {
        ASSERT_TRUE(centre_store_->begin().has_value());
        for (const auto& grant : grants_)
            ASSERT_TRUE(centre_store_->add_space({grant.space, grant.kind, grant.title}).has_value());
        ASSERT_TRUE(centre_store_->commit().has_value());
    }

    CentrePorts centre_ports()
    {
        return {*centre_store_, authority_, clock_, digest_, centre_key_, catalogue_, quotas_};
    }

    /// A backup of the centre as it is.
    [[nodiscard]] platform::DatabaseOptions back_up(const std::string& name)
    {
        auto copy = in_memory(test_ + "_" + name);
        backups_.push_back(platform::Database::open(copy).value());  // a memory database lives while it is open
        EXPECT_TRUE(centre_store_->database().execute("VACUUM INTO '" + copy.path + "'").has_value());
        return copy;
    }
    /// The centre is what it was then.
    void put_back(const platform::DatabaseOptions& backup)
    {
        centre_.reset();
        centre_store_ = store::CentreStore::open(backup, catalogue_).value();
        centre_ = std::make_unique<Centre>(centre_ports());
    }

    struct Life {
        std::unique_ptr<store::ReplicaStore> store;
        std::unique_ptr<model::Chance> chance;  ///< of its journals' ids
        std::unique_ptr<Replica> replica;
    };

    /// A life of the one device, under its key. The same seed makes the same journal: what a copied file holds.
    Life live(const std::string& name, std::uint64_t seed) { return live(name, seed, clock_); }
    Life live(const std::string& name, std::uint64_t seed, shared::Clock& clock)
    {
        return live_on(in_memory(test_ + "_" + name), seed, clock);
    }
    Life live_on(const platform::DatabaseOptions& file, std::uint64_t seed, shared::Clock& clock)
    {
        Life life;
        life.chance = std::make_unique<model::Chance>(seed);
        life.store = store::ReplicaStore::open(file, catalogue_, {.search_index = false}).value();
        life.replica = std::make_unique<Replica>(
            ReplicaPorts{*life.store, clock, *life.chance, digest_, device_key_, centre_public_, catalogue_});
        return life;
    }

    /// What a file copied now makes: the same journal, and chance of its own from then on.
    Life copy(Life& original, const std::string& name)
    {
        const auto file = in_memory(test_ + "_" + name);
        backups_.push_back(platform::Database::open(file).value());  // a memory database lives while it is open
        EXPECT_TRUE(original.store->database().execute("VACUUM INTO '" + file.path + "'").has_value());
        return live(name, chance_.draw());
    }

    std::size_t received_bytes_ = 0;  ///< by devices, of messages
    std::size_t largest_message_bytes_ = 0;
    Flow flow_;  ///< of devices
    Flow centre_flow_;
    std::uint64_t confirmed_ = 0;  ///< orders to erase that the last device to sync has carried out
    std::size_t cut_after_ = 0;  ///< not 0: the next session ends before the device gets that message

    /// The device as its transport and the registry tell a centre of it.
    [[nodiscard]] ServerSession::Peer peer()
    {
        return {shared::device_of(device_key_.public_key(), digest_),
                [&] { return Result<std::vector<Replica::Grant>>(grants_); }};
    }

    /// Carries messages until both ends are silent; the device's last words.
    Progress sync(Life& life)
    {
        ClientSession device(*life.replica, {{}, false, flow_});
        auto known = peer();
        known.flow = centre_flow_;
        known.note_erased = [&](std::uint64_t through) -> Result<void> {
            confirmed_ = through;
            return {};
        };
        ServerSession centre(*centre_, std::move(known));
        auto said = device.start();
        while (!said.send.empty()) {
            Actions answered;
            for (const auto& message : said.send)
                for (auto& answer : centre.on_message(message).send) answered.send.push_back(std::move(answer));
            said = {};
            for (const auto& message : answered.send) {
                received_bytes_ += message.size();
                largest_message_bytes_ = std::max(largest_message_bytes_, message.size());
                if (cut_after_ != 0 && --cut_after_ == 0) return device.progress();
                auto more = device.on_message(message);
                EXPECT_FALSE(more.error) << more.error->text;
                for (auto& next : more.send) said.send.push_back(std::move(next));
            }
        }
        return device.progress();
    }

    /// From what the device says on, until both ends are silent.
    static void carry_messages(ClientSession& device, ServerSession& centre, Actions said)
    {
        while (!said.send.empty()) {
            Actions answered;
            for (const auto& message : said.send)
                for (auto& answer : centre.on_message(message).send) answered.send.push_back(std::move(answer));
            said = {};
            for (const auto& message : answered.send)
                for (auto& next : device.on_message(message).send) said.send.push_back(std::move(next));
        }
    }

    RecordId new_id()
    {
        std::array<std::uint8_t, 10> random{};
        chance_.fill(random);
        return RecordId::make(clock_.now_ms(), random);
    }

    static void put(Life& life, const RecordId& id, const SpaceName& space, const std::string& type,
                    const std::string& name)
    {
        EXPECT_TRUE(
            life.replica->write(space, {{Change::Kind::put, id, type, {{"name", Value::text(name)}}}}).has_value());
    }
    RecordId put(Life& life, const std::string& name)
    {
        const auto id = new_id();
        put(life, id, "forum", "enterprise", name);
        return id;
    }

    bool has(Life& life, const RecordId& id)
    {
        const auto record = life.store->find_record(id);
        return record.has_value() && *record && existence((*record)->shown) == Existence::alive &&
               (*record)->pending.empty();
    }
};

}  // namespace indaba::sync
