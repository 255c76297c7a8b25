// One centre, a device whose every message a hostile hand may change, and an honest device beside it, on the real
// stores and sessions, in memory. One thread; the same calls give the same world.
#pragma once

#include "shared/roles.hpp"
#include "sync/client_session.hpp"
#include "sync/server_session.hpp"
#include "sync/store/store.hpp"
#include "tests/model/cheap_crypto.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <set>

namespace indaba::tests::fuzz {

class StandingClock final : public shared::Clock {
public:
    [[nodiscard]] std::int64_t now_ms() override { return ++now_ms_; }

private:
    std::int64_t now_ms_ = 1'760'000'000'000;
};

/// Both devices write in "forum" and read "archive"; nobody else does anything.
class TwoDevices final : public sync::Authority {
public:
    std::set<shared::DeviceId> devices;

    [[nodiscard]] shared::Result<bool> may_write(const shared::DeviceId& device, const std::string& space) override
    {
        return devices.contains(device) && space == "forum";
    }
    [[nodiscard]] shared::Result<bool> may_read(const shared::DeviceId& device, const std::string&) override
    {
        return devices.contains(device);
    }
    [[nodiscard]] shared::Result<sync::Author> describe(shared::JournalId journal, const shared::DeviceId& id) override
    {
        return sync::Author{journal, id, "tablet", "delegate"};
    }
};

class World {
public:
    World();

    struct Device {
        Device(World& world, std::uint64_t seed);

        model::Chance chance;  ///< its own
        model::CheapSigner signer;
        shared::DeviceId id;
        std::unique_ptr<sync::store::ReplicaStore> store;
        sync::Replica replica;
        std::vector<sync::TransactionName> written;
        std::optional<sync::ClientSession> session;  ///< with `peer`, until either of them has closed
        std::optional<sync::ServerSession> peer;
        std::deque<shared::Bytes> to_centre;
        std::deque<shared::Bytes> to_device;
    };

    /// An edit of one of a few records; what it wrote stays in `written`.
    void write(Device& device, std::uint8_t what);
    void connect(Device& device);
    /// What either side makes of a message; a closed session says nothing more and stores nothing.
    void give_to_centre(Device& device, shared::ByteView message);
    void give_to_device(Device& device, shared::ByteView message);
    /// Carries messages as they are until both sides are silent; the progress of the device.
    sync::Progress carry(Device& device);

    /// What every device wrote is still there.
    void check_nothing_lost(Device& device) const;
    /// What the centre accepted was written by those two, in the space where they may.
    void check_nothing_unauthorised();
    /// Record by record.
    void check_equal(Device& device);

    model::CheapDigest digest;
    model::Chance chance{7};
    model::CheapSigner centre_signer{chance};
    shared::PublicKey centre_key = centre_signer.public_key();
    StandingClock clock;
    TwoDevices authority;
    std::vector<sync::Replica::Grant> grants;
    std::unique_ptr<sync::store::CentreStore> store;
    sync::Centre centre;
    Device hostile;
    Device honest;

private:
    [[nodiscard]] std::uint64_t rulings();
    static void take(sync::Actions said, std::deque<shared::Bytes>& line);
};

}  // namespace indaba::tests::fuzz
