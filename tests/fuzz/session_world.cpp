#include "tests/fuzz/session_world.hpp"

#include "tests/model/memory_file.hpp"

namespace indaba::tests::fuzz {

namespace {

using shared::ByteView;

constexpr std::size_t kRounds = 200;  ///< of an honest conversation, which needs far fewer

template <class T>
T must(shared::Result<T> result)
{
    INDABA_CHECK(result.has_value());
    return std::move(*result);
}
void must(shared::Result<void> result) { INDABA_CHECK(result.has_value()); }

shared::RecordId record(std::uint8_t number)
{
    shared::RecordId id;
    id.bytes = {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, number};
    return id;
}

}  // namespace

World::Device::Device(World& world, std::uint64_t seed)
    : chance(seed), signer(chance), id(shared::device_of(signer.public_key(), world.digest)),
      store(must(sync::store::ReplicaStore::open(model::memory_file(), shared::Catalogue::builtin(),
                                                 {.search_index = false}))),
      replica({*store, world.clock, chance, world.digest, signer, world.centre_key, shared::Catalogue::builtin()})
{
    world.authority.devices.insert(id);
}

World::World()
    : grants({{"archive", "organisation", "Archive", "viewer"}, {"forum", "event", "Forum", "editor"}}),
      store(must(sync::store::CentreStore::open(model::memory_file(), shared::Catalogue::builtin()))),
      centre({*store, authority, clock, digest, centre_signer, shared::Catalogue::builtin()}), hostile(*this, 11),
      honest(*this, 12)
{
    must(store->begin());
    for (const auto& grant : grants) must(store->add_space({grant.space, grant.kind, grant.title}));
    must(store->commit());
    for (auto* device : {&hostile, &honest}) must(device->replica.take_grants(grants));
}

void World::write(Device& device, std::uint8_t what)
{
    using Kind = sync::Change::Kind;
    const auto id = record(what % 4);
    const auto kind = what % 16 == 0 ? Kind::remove : Kind::put;
    sync::Change change{kind, id, "enterprise", {}};
    if (kind == Kind::put) change.cells = {{"name", shared::Value::text("E" + std::to_string(what))}};
    if (what & 0x40) change.cells.emplace_back("other_names/n" + std::to_string(what), shared::Value::boolean(true));
    const auto name = device.replica.write("forum", {std::move(change)});
    if (name.has_value() && name->number != 0) device.written.push_back(*name);
    if (device.session) take(device.session->on_written(), device.to_centre);
}

void World::connect(Device& device)
{
    device.to_centre.clear();
    device.to_device.clear();
    const auto flow = sync::Flow{256, 1024};
    const auto granted = [this] { return shared::Result<std::vector<sync::Replica::Grant>>(grants); };
    device.session.emplace(device.replica, sync::ClientSession::Options{"fuzz", false, flow});
    device.peer.emplace(centre, sync::ServerSession::Peer{device.id, granted, flow});
    take(device.session->start(), device.to_centre);
}

std::uint64_t World::rulings() { return must(store->head("forum")).number + must(store->head("archive")).number; }

void World::take(sync::Actions said, std::deque<shared::Bytes>& line)
{
    INDABA_CHECK(!said.error || said.close);
    for (auto& message : said.send) {
        INDABA_CHECK(sync::decode_message(message).has_value());
        line.push_back(std::move(message));
    }
}

void World::give_to_centre(Device& device, ByteView message)
{
    if (!device.peer) return;
    auto said = device.peer->on_message(message);
    const bool closed = said.close;
    take(std::move(said), device.to_device);
    if (!closed) return;
    const auto before = rulings();
    for (const auto& late : device.to_centre) INDABA_CHECK(device.peer->on_message(late).send.empty());
    INDABA_CHECK(rulings() == before);
    device.to_centre.clear();
    device.peer.reset();
}

void World::give_to_device(Device& device, ByteView message)
{
    if (!device.session) return;
    auto said = device.session->on_message(message);
    const bool closed = said.close;
    take(std::move(said), device.to_centre);
    if (!closed) return;
    for (const auto& late : device.to_device) INDABA_CHECK(device.session->on_message(late).send.empty());
    device.to_device.clear();
    device.session.reset();
}

sync::Progress World::carry(Device& device)
{
    sync::Progress progress;
    for (std::size_t round = 0; device.session && (!device.to_centre.empty() || !device.to_device.empty()); ++round) {
        INDABA_CHECK(round < kRounds);
        auto asked = std::exchange(device.to_centre, {});
        for (const auto& message : asked) give_to_centre(device, message);
        auto answered = std::exchange(device.to_device, {});
        for (const auto& message : answered) {
            if (!device.session) break;
            auto said = device.session->on_message(message);
            progress = device.session->progress();
            const bool closed = said.close;
            take(std::move(said), device.to_centre);
            if (closed) device.session.reset();
        }
    }
    return progress;
}

void World::check_nothing_lost(Device& device) const
{
    for (const auto& name : device.written) INDABA_CHECK(must(device.store->find_entry(name)).has_value());
}

void World::check_nothing_unauthorised()
{
    must(store->each_record_after("archive", 0, [](sync::StoredRecord&&) {
        INDABA_CHECK(false);
        return false;
    }));
    const auto head = must(store->head("forum")).number;
    must(store->each_ruling("forum", 0, head, [&](sync::Ruling&& ruling) {
        if (ruling.verdict != sync::Verdict::accepted) return true;
        const auto journal = must(store->find_journal(ruling.name.journal));
        INDABA_CHECK(journal && authority.devices.contains(shared::device_of(journal->head.author, digest)));
        return true;
    }));
}

void World::check_equal(Device& device)
{
    must(store->each_record_after("forum", 0, [&](sync::StoredRecord&& there) {
        const auto here = must(device.store->find_record(there.id));
        const bool is_gone = sync::existence(there.shown) == sync::Existence::deleted;
        INDABA_CHECK(is_gone || (here && here->pending.empty() && here->shown == there.shown));
        return true;
    }));
}

}  // namespace indaba::tests::fuzz
