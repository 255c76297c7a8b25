#include "tests/simulation/device.hpp"

#include "tests/model/item.hpp"
#include "tests/model/memory_file.hpp"
#include "tests/simulation/broken.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

std::unique_ptr<sync::store::ReplicaStore> open_replica(const platform::DatabaseOptions& file)
{
    return must(sync::store::ReplicaStore::open(file, model::catalogue(), {.search_index = false}),
                "opening a device's database");
}

Process::Process(const platform::DatabaseOptions& file, const DevicePorts& ports)
    : fuse(ports.counts), store(open_replica(file)), storage(*store, fuse),
      replica({storage, ports.clock, ports.chance, ports.digest, ports.signer, ports.centre_key, model::catalogue()})
{
}

Device::Device(std::size_t index, Timeline& timeline, model::Chance own, shared::Digest& digest,
               const shared::PublicKey& centre_key, FaultCounts& counts)
    : index(index), chance(own), clock(timeline), signer(chance),
      ports{clock, chance, digest, signer, centre_key, counts}, id(shared::device_of(signer.public_key(), digest)),
      file(model::memory_file()), keeper(open_replica(file))
{
}

Device::Device(std::size_t index, const Device& original, Timeline& timeline, platform::DatabaseOptions copy)
    : index(index), chance(std::uint64_t(index) << 32 ^ original.seen.size()), clock(timeline), signer(original.signer),
      ports{clock, chance, original.ports.digest, signer, original.ports.centre_key, original.ports.counts},
      id(original.id), file(std::move(copy)),
      keeper(open_replica(file)), seen(original.seen), last_stamp(original.last_stamp),
      is_misled(original.is_misled)
{
}

Process& Device::start() { return *processes.emplace_back(std::make_unique<Process>(file, ports)); }

void Device::end(const Process& process)
{
    std::erase_if(processes, [&](const auto& owned) { return owned.get() == &process; });
}

CentreProcess::CentreProcess(const platform::DatabaseOptions& file, SkewedClock& clock, const CentreParts& parts)
    : fuse(parts.counts),
      store(must(sync::store::CentreStore::open(file, model::catalogue()), "opening the centre's database")),
      storage(*store, fuse), centre({storage, parts.roles, clock, parts.digest, parts.signer, model::catalogue()})
{
}

CentreNode::CentreNode(const CentreParts& parts)
    : parts(parts), clock(parts.timeline), file(model::memory_file()),
      keeper(must(sync::store::CentreStore::open(file, model::catalogue()), "making the centre's database"))
{
    must(keeper->begin(), "making spaces");
    for (const auto space : kSpaces)
        must(keeper->add_space({std::string(space), "event", "The " + std::string(space)}), "making a space");
    must(keeper->commit(), "making spaces");
    process = std::make_unique<CentreProcess>(file, clock, parts);
}

}  // namespace indaba::tests::simulation
