// A centre without a network, in a directory of its own, and what its devices bring: for tests of what it stores.
#pragma once

#include "platform/crypto.hpp"
#include "server/ledger.hpp"
#include "server/sessions.hpp"
#include "shared/transaction.hpp"
#include "tests/unit/server_fixture.hpp"

namespace indaba::server {

/// As one life of its program holds it.
struct Counter {
    Counter(const std::string& data, shared::Clock& clock, platform::Log& log)
        : ledger(*Ledger::open(data)), feed_key(*ledger.directory().feed_key()), quotas(ledger.database()),
          centre({ledger.store(), ledger.registry(), clock, digest, feed_key, shared::Catalogue::builtin(), &quotas}),
          sessions({centre, ledger.registry(), ledger.database(), clock, log, [](const std::function<void()>&) {}})
    {
    }

    Ledger ledger;
    KeyPair feed_key;
    platform::OpensslDigest digest;
    PersonQuotas quotas;
    sync::Centre centre;
    Sessions sessions;
};

class CentreTest : public ServerTest {
protected:
    CentreTest() { restart(); }

    void restart()
    {
        counter.reset();
        counter = std::make_unique<Counter>(data, clock, log);
    }

    [[nodiscard]] DeviceId enrolled(const KeyPair& key, const std::string& person)
    {
        const auto who = *counter->ledger.require_person(person);
        const auto id = platform::device_id(key.public_key());
        auto transaction = *Transaction::write(counter->ledger.database());
        const Device device{id, who.id, who.name, "tablet", "", clock.now_ms(), 0, "", 0};
        EXPECT_TRUE(counter->ledger.registry().save_device(transaction, device).has_value());
        EXPECT_TRUE(transaction.commit().has_value());
        return id;
    }
    void revoke(const DeviceId& id)
    {
        auto transaction = *Transaction::write(counter->ledger.database());
        EXPECT_TRUE(counter->ledger.registry().revoke(transaction, id, clock.now_ms()).has_value());
        EXPECT_TRUE(transaction.commit().has_value());
    }

    /// So many new enterprises in a journal of their own, each in an entry of its own.
    [[nodiscard]] Bytes written(KeyPair& key, int count, const std::string& space = "forum")
    {
        shared::ChangeSet set;
        const auto drawn = std::uint32_t(shared::draw64(random));
        set.journal = shared::journal_head(drawn, space, key.public_key(), counter->digest);
        set.previous = shared::first_hash(set.journal, counter->digest);
        for (int i = 0; i < count; ++i) {
            std::array<std::uint8_t, 10> chance{};
            random.fill(chance);
            const auto payload = shared::encode_transaction(
                {{{shared::RecordId::make(clock.now_ms(), chance), "enterprise"}},
                 {{0, "!", shared::Value::boolean(true), {}}, {0, "name", shared::Value::text("A"), {}}}});
            set.entries.push_back({{1u << 20}, *payload});
        }
        shared::seal(set, shared::entry_hashes(set, counter->digest).back(), key);
        return shared::encode_change_set(set);
    }
    [[nodiscard]] std::size_t stored(const Bytes& set, const std::optional<DeviceId>& sender = {})
    {
        const auto taken = counter->centre.ingest(set, sender);
        EXPECT_TRUE(taken.has_value()) << taken.error().text;
        return taken.has_value() ? taken->fresh.size() : 0;
    }
    void pass_a_day() { clock.ahead_ms += shared::limits::kDay_ms; }

    platform::SystemRandom random;
    std::unique_ptr<Counter> counter;
};

}  // namespace indaba::server
