// Whole devices, with stores of their own, reconcile through a running centre.
#include "sync/client_session.hpp"
#include "sync/store/store.hpp"
#include "tests/unit/server_fixture.hpp"

namespace indaba::server {

namespace {

using sync::store::ReplicaStore;

/// A device that has enrolled and carries what it may.
struct SyncingDevice {
    SyncingDevice(Enrolled enrolled, const std::string& file) : identity(std::move(enrolled))
    {
        platform::DatabaseOptions options;
        options.path = file;
        options.create = true;
        options.synchronous_off = true;
        store = *ReplicaStore::open(options, shared::Catalogue::builtin(), {});
        replica = std::make_unique<sync::Replica>(sync::ReplicaPorts{
            *store, clock, random, digest, identity.key, identity.centre_key, shared::Catalogue::builtin()});
    }

    /// One enterprise, in a transaction of its own.
    Result<shared::RecordId> write(const std::string& space, const std::string& name)
    {
        std::array<std::uint8_t, 10> chance{};
        random.fill(chance);
        sync::Change change;
        change.id = shared::RecordId::make(clock.now_ms(), chance);
        change.type = "enterprise";
        change.cells = {{"name", shared::Value::text(name)}};
        INDABA_TRY(replica->write(space, {change}));
        return change.id;
    }

    [[nodiscard]] bool has(const shared::RecordId& id) const { return store->find_record(id)->has_value(); }

    Enrolled identity;
    platform::SystemClock clock;
    platform::SystemRandom random;
    platform::OpensslDigest digest;
    std::unique_ptr<ReplicaStore> store;
    std::unique_ptr<sync::Replica> replica;
};
using Holder = std::shared_ptr<SyncingDevice>;

Task<Result<void>> send_all(MessageStream* stream, sync::Actions actions)
{
    platform::Compressor compressor;
    for (const auto& message : actions.send) {
        auto writing = stream->write(*platform::pack_message(message, compressor));
        INDABA_CO_TRY(co_await std::move(writing));
    }
    if (actions.error) co_return *actions.error;
    if (actions.close) co_return shared::fail(Errc::cancelled, "the session is over");
    co_return Result<void>();
}

/// Goes on until `is_done`, or the session's own end.
Task<Result<void>> converse(MessageStream* stream, sync::ClientSession* session, std::function<bool()> is_done)
{
    platform::Decompressor decompressor;
    auto starting = send_all(stream, session->start());
    INDABA_CO_TRY(co_await std::move(starting));
    while (!is_done()) {
        INDABA_CO_ASSIGN(const auto frame, co_await stream->read());
        INDABA_CO_ASSIGN(const auto message, platform::unpack_message(frame, decompressor));
        auto sending = send_all(stream, session->on_message(message));
        const auto sent = co_await std::move(sending);
        if (sent.has_error() && !session->progress().up_to_date) co_return sent;
        if (sent.has_error()) break;
    }
    auto closing = stream->close(platform::CloseReason::finished);
    co_await std::move(closing);
    co_return Result<void>();
}

}  // namespace

class ServerSync : public ServerTest {
protected:
    static Task<Holder> enrol_device(ServerSync* test, std::string person, std::string file)
    {
        auto enrolling = test->enrol(std::move(person));
        auto enrolled = co_await std::move(enrolling);
        EXPECT_TRUE(enrolled.has_value());
        co_return std::make_shared<SyncingDevice>(std::move(*enrolled), test->home.file(file));
    }

    /// Until up to date; what it did.
    static Task<sync::Progress> sync_once(ServerSync* test, Holder device)
    {
        auto connecting = test->connect(device->identity);
        const auto stream = co_await std::move(connecting);
        EXPECT_TRUE(stream.has_value());
        if (stream.has_error()) co_return sync::Progress{};
        sync::ClientSession session(*device->replica, {"test", false});
        auto conversing = converse(stream->get(), &session, [] { return false; });
        const auto ended = co_await std::move(conversing);
        EXPECT_TRUE(ended.has_value()) << ended.error().text;
        co_return session.progress();
    }

    static Task<> watch(ServerSync* test, Holder device, std::uint64_t records, platform::Notifier caught_up,
                        std::shared_ptr<sync::Progress> progress)
    {
        auto connecting = test->connect(device->identity);
        const auto stream = co_await std::move(connecting);
        CO_ASSERT(stream.has_value());
        sync::ClientSession session(*device->replica, {"test", true});
        auto conversing = converse(stream->get(), &session, [&session, records, caught_up] {
            if (session.progress().up_to_date) caught_up.notify();
            return session.progress().pulled >= records;
        });
        const auto ended = co_await std::move(conversing);
        EXPECT_TRUE(ended.has_value()) << ended.error().text;
        *progress = session.progress();
    }

    static Task<> brings_records_across(ServerSync* test)
    {
        auto enrolling_ana = enrol_device(test, "Ana Silva", "ana.db");
        const auto ana = co_await std::move(enrolling_ana);
        auto enrolling_bo = enrol_device(test, "Bo Li", "bo.db");
        const auto bo = co_await std::move(enrolling_bo);
        auto first = sync_once(test, ana);
        EXPECT_TRUE((co_await std::move(first)).up_to_date);
        const auto id = ana->write("forum", "Ubuntu Solar");
        CO_ASSERT(id.has_value());
        auto pushing = sync_once(test, ana);
        const auto pushed = co_await std::move(pushing);
        EXPECT_EQ(pushed.accepted, 1u);
        auto pulling = sync_once(test, bo);
        EXPECT_EQ((co_await std::move(pulling)).pulled, 1u);
        EXPECT_TRUE(bo->has(*id));

        // Bo only looks in the forum, and Ana has no role in brazil.
        EXPECT_EQ(bo->write("forum", "Not mine").error().code, Errc::forbidden);
        const auto hidden = bo->write("brazil", "Private");
        CO_ASSERT(hidden.has_value());
        auto pushing_hidden = sync_once(test, bo);
        EXPECT_EQ((co_await std::move(pushing_hidden)).accepted, 1u);
        auto looking = sync_once(test, ana);
        EXPECT_TRUE((co_await std::move(looking)).up_to_date);
        EXPECT_FALSE(ana->has(*hidden));
    }

    static Task<> pushes_live_to_who_stays(ServerSync* test)
    {
        constexpr std::uint64_t kRecords = 2'000;
        auto enrolling_ana = enrol_device(test, "Ana Silva", "ana.db");
        const auto ana = co_await std::move(enrolling_ana);
        auto enrolling_bo = enrol_device(test, "Bo Li", "bo.db");
        const auto bo = co_await std::move(enrolling_bo);
        auto first = sync_once(test, ana);
        EXPECT_TRUE((co_await std::move(first)).up_to_date);

        platform::TaskGroup staying(test->loop.executor());
        const platform::Notifier caught_up(test->loop.executor());
        const auto progress = std::make_shared<sync::Progress>();
        staying.spawn(watch(test, bo, kRecords, caught_up, progress));
        CO_ASSERT((co_await caught_up.wait()).has_value());
        for (std::uint64_t i = 0; i < kRecords; ++i)
            CO_ASSERT(ana->write("forum", "Enterprise " + std::to_string(i)).has_value());
        auto pushing = sync_once(test, ana);
        EXPECT_EQ((co_await std::move(pushing)).accepted, kRecords);
        (void)co_await staying.wait();
        EXPECT_EQ(progress->pulled, kRecords);
    }

    static Task<> is_told_no_by_the_centre(ServerSync* test)
    {
        auto enrolling = enrol_device(test, "Ana Silva", "ana.db");
        const auto ana = co_await std::move(enrolling);
        auto first = sync_once(test, ana);
        EXPECT_TRUE((co_await std::move(first)).up_to_date);
        CO_ASSERT(ana->write("forum", "Written while still an editor").has_value());
        CO_ASSERT(add_person({test->data, "Ana Silva", {"forum=viewer"}}).has_value());
        auto pushing = sync_once(test, ana);
        const auto pushed = co_await std::move(pushing);
        EXPECT_EQ(pushed.accepted, 0u);
        EXPECT_EQ(pushed.refused, 1u);
    }

    static Task<> goes_on_after_the_centre_restarts(ServerSync* test)
    {
        auto enrolling = enrol_device(test, "Ana Silva", "ana.db");
        const auto ana = co_await std::move(enrolling);
        auto first = sync_once(test, ana);
        EXPECT_TRUE((co_await std::move(first)).up_to_date);
        CO_ASSERT(ana->write("forum", "Before").has_value());
        auto before = sync_once(test, ana);
        EXPECT_EQ((co_await std::move(before)).accepted, 1u);
        auto ending = test->service->shut_down(1s);
        co_await std::move(ending);
        test->service.reset();
        CO_ASSERT(ana->write("forum", "Offline").has_value());
        test->start();
        auto after = sync_once(test, ana);
        EXPECT_EQ((co_await std::move(after)).accepted, 1u);
    }
};

TEST_F(ServerSync, brings_records_across) { run(brings_records_across(this)); }
TEST_F(ServerSync, pushes_live_to_who_stays) { run(pushes_live_to_who_stays(this)); }
TEST_F(ServerSync, is_told_no_by_the_centre) { run(is_told_no_by_the_centre(this)); }
TEST_F(ServerSync, goes_on_after_the_centre_restarts) { run(goes_on_after_the_centre_restarts(this)); }

}  // namespace indaba::server
