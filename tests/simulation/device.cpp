#include "tests/simulation/device.hpp"

#include "tests/model/item.hpp"
#include "tests/model/memory_file.hpp"
#include "tests/simulation/broken.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

std::unique_ptr<sync::store::ReplicaStore> open_replica(const platform::DatabaseOptions& file,
                                                        const shared::Catalogue& catalogue)
{
    return must(sync::store::ReplicaStore::open(file, catalogue, {.search_index = false}),
                "opening a device's database");
}

namespace {

const shared::Catalogue& no_rules()
{
    static const auto kNone = shared::Catalogue::parse(R"({"types": [], "code_lists": []})");
    return *kNone;
}

const shared::PublicKey& no_key()
{
    static const shared::PublicKey kNone{};
    return kNone;
}

}  // namespace

Process::Process(const platform::DatabaseOptions& file, const DevicePorts& ports, const shared::Catalogue& catalogue)
    : fuse(ports.counts), store(open_replica(file, catalogue)), storage(*store, fuse, ports.bug, catalogue),
      replica({storage, ports.clock, ports.chance, ports.digest, ports.signer,
               ports.bug.is(Bug::Kind::another_centre_key) ? no_key() : ports.centre_key,
               ports.bug.is(Bug::Kind::rules_unchecked) ? no_rules() : catalogue})
{
}

Device::Device(std::size_t index, Timeline& timeline, model::Chance own, shared::Digest& digest,
               const shared::PublicKey& centre_key, FaultCounts& counts, Bug bug)
    : index(index), chance(own), clock(timeline), signer(chance),
      ports{clock, chance, digest, signer, centre_key, counts, bug}, id(shared::device_of(signer.public_key(), digest)),
      catalogue(&model::catalogue()), file(model::memory_file()), keeper(open_replica(file, *catalogue))
{
}

Device::Device(std::size_t index, const Device& original, Timeline& timeline, platform::DatabaseOptions copy)
    : index(index), chance(std::uint64_t(index) << 32 ^ original.seen.size()), clock(timeline), signer(original.signer),
      ports{clock,
            chance,
            original.ports.digest,
            signer,
            original.ports.centre_key,
            original.ports.counts,
            original.ports.bug},
      id(original.id), catalogue(original.catalogue), file(std::move(copy)), keeper(open_replica(file, *catalogue)),
      seen(original.seen), last_stamp(original.last_stamp), lost(original.lost), is_misled(original.is_misled)
{
}

Process& Device::start() { return *processes.emplace_back(std::make_unique<Process>(file, ports, *catalogue)); }

void Device::end(const Process& process)
{
    std::erase_if(processes, [&](const auto& owned) { return owned.get() == &process; });
}

void Device::upgrade()
{
    INDABA_CHECK(processes.empty());
    catalogue = &model::newer_catalogue();
    keeper = open_replica(file, *catalogue);
}

CentreProcess::CentreProcess(const platform::DatabaseOptions& file, SkewedClock& clock, const CentreParts& parts,
                             const shared::Catalogue& catalogue)
    : fuse(parts.counts), store(must(sync::store::CentreStore::open(file, catalogue), "opening the centre's database")),
      storage(*store, fuse, parts.bug, catalogue),
      centre({storage, parts.roles, clock, parts.digest, parts.signer, catalogue, parts.quotas})
{
}

CentreNode::CentreNode(const CentreParts& parts)
    : parts(parts), clock(parts.timeline), catalogue(&model::catalogue()), file(model::memory_file()),
      keeper(must(sync::store::CentreStore::open(file, *catalogue), "making the centre's database"))
{
    must(keeper->begin(), "making spaces");
    for (const auto space : kSpaces)
        must(keeper->add_space({std::string(space), "event", "The " + std::string(space)}), "making a space");
    must(keeper->commit(), "making spaces");
    start();
}

void CentreNode::open(platform::DatabaseOptions other, const shared::Catalogue& known)
{
    INDABA_CHECK(process == nullptr);
    file = std::move(other);
    catalogue = &known;
    keeper = must(sync::store::CentreStore::open(file, known), "opening the centre's database");
}

}  // namespace indaba::tests::simulation
