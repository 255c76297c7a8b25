// A simulated device: one real database in memory, any number of processes over it (as several programs use one home),
// each with at most one session. And the centre's process. They own real stores, replicas and sessions, and nothing
// decides here.
#pragma once

#include "sync/centre.hpp"
#include "sync/client_session.hpp"
#include "sync/server_session.hpp"
#include "sync/store/store.hpp"
#include "tests/model/cheap_crypto.hpp"
#include "tests/simulation/fragile_storage.hpp"
#include "tests/simulation/roles.hpp"
#include "tests/simulation/timeline.hpp"

#include <memory>
#include <set>
#include <vector>

namespace indaba::tests::simulation {

/// What a device keeps, in this file.
[[nodiscard]] std::unique_ptr<sync::store::ReplicaStore> open_replica(const platform::DatabaseOptions& file,
                                                                      const shared::Catalogue& catalogue);

struct DevicePorts {
    shared::Clock& clock;
    model::Chance& chance;
    shared::Digest& digest;
    shared::Signer& signer;
    const shared::PublicKey& centre_key;
    FaultCounts& counts;
    Bug bug;
};

/// Everything that is gone when a process dies.
class Process {
public:
    Process(const platform::DatabaseOptions& file, const DevicePorts& ports, const shared::Catalogue& catalogue);

    Fuse fuse;
    std::unique_ptr<sync::store::ReplicaStore> store;
    FragileReplica storage;
    sync::Replica replica;
    std::unique_ptr<sync::ClientSession> session;
    std::optional<std::uint64_t> connection;
};

struct Device {
    Device(std::size_t index, Timeline& timeline, model::Chance chance, shared::Digest& digest,
           const shared::PublicKey& centre_key, FaultCounts& counts, Bug bug = {});

    /// A copy, under the same key; `file` is a copy of the original's.
    Device(std::size_t index, const Device& original, Timeline& timeline, platform::DatabaseOptions file);

    [[nodiscard]] Process& start();
    void end(const Process& process);
    /// Once no process is left: the next ones are of the program's next version.
    void upgrade();

    std::size_t index;
    model::Chance chance;
    SkewedClock clock;
    model::CheapSigner signer;
    DevicePorts ports;
    shared::DeviceId id;
    const shared::Catalogue* catalogue;  ///< of the program that is installed
    platform::DatabaseOptions file;
    std::unique_ptr<sync::store::ReplicaStore> keeper;  ///< keeps the memory, and is how checkers look in
    std::vector<std::unique_ptr<Process>> processes;    ///< the first is the one that dials by itself
    std::map<sync::JournalId, std::uint64_t> seen;      ///< entries that Truth knows
    shared::Stamp last_stamp;
    std::set<shared::TransactionName> lost;  ///< entries that are gone from it
    /// It heard an altered message, or was answered to one, and did not notice: what it shows is nobody's promise.
    bool is_misled = false;
};

struct CentreParts {
    Timeline& timeline;
    Roles& roles;
    shared::Digest& digest;
    shared::Signer& signer;
    FaultCounts& counts;
    Bug bug = {};
    sync::Quotas* quotas = nullptr;
};

/// The centre's running program; another one is made after a crash, over the same database.
class CentreProcess {
public:
    CentreProcess(const platform::DatabaseOptions& file, SkewedClock& clock, const CentreParts& parts,
                  const shared::Catalogue& catalogue);

    /// Connections with a session.
    [[nodiscard]] std::vector<std::uint64_t> open() const
    {
        std::vector<std::uint64_t> ids;
        for (const auto& [id, session] : sessions) ids.push_back(id);
        return ids;
    }

    Fuse fuse;
    std::unique_ptr<sync::store::CentreStore> store;
    FragileCentre storage;
    sync::Centre centre;
    std::map<std::uint64_t, std::unique_ptr<sync::ServerSession>> sessions;  ///< by connection
    std::map<std::uint64_t, std::vector<sync::Replica::Grant>> told;  ///< grants, by connection
};

struct CentreNode {
    explicit CentreNode(const CentreParts& parts);

    void start() { process = std::make_unique<CentreProcess>(file, clock, parts, *catalogue); }
    /// The database is this file from now on, and what starts next knows this catalogue. Nothing runs.
    void open(platform::DatabaseOptions other, const shared::Catalogue& known);

    CentreParts parts;
    SkewedClock clock;
    const shared::Catalogue* catalogue;
    platform::DatabaseOptions file;
    std::unique_ptr<sync::store::CentreStore> keeper;
    std::unique_ptr<CentreProcess> process;  ///< null while it is down
};

}  // namespace indaba::tests::simulation
