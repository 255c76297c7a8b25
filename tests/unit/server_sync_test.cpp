// Whole devices, with stores of their own, reconcile through a running centre.
#include "server/sessions.hpp"
#include "sync/client_session.hpp"
#include "sync/store/store.hpp"
#include "tests/unit/server_fixture.hpp"

namespace indaba::server {

namespace {

using sync::store::ReplicaStore;
using testing::HasSubstr;

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

/// A centre's sessions without a network, on a database that can be told to be full.
struct Desk {
    Desk(const std::string& data, shared::Clock& clock, platform::Log& log)
        : directory(*DataDirectory::open(data)), store(*directory.open_store()), feed_key(*directory.feed_key()),
          registry(*store), centre({*store, registry, clock, digest, feed_key, shared::Catalogue::builtin()}),
          sessions({centre, registry, store->database(), clock, log, [](const std::function<void()>&) {}})
    {
    }
    void allow_pages(int pages)
    {
        EXPECT_TRUE(store->database().execute("PRAGMA max_page_count = " + std::to_string(pages)).has_value());
    }

    DataDirectory directory;
    std::unique_ptr<sync::store::CentreStore> store;
    KeyPair feed_key;
    Registry registry;
    platform::OpensslDigest digest;
    sync::Centre centre;
    Sessions sessions;
};

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

    static Task<> bring_one(ServerSync* test, Holder* device)
    {
        auto enrolling = enrol_device(test, "Ana Silva", "device.db");
        *device = co_await std::move(enrolling);
        auto syncing = sync_once(test, *device);
        EXPECT_TRUE((co_await std::move(syncing)).up_to_date);
    }

    /// A whole session without a network; what ended it, if not being up to date.
    static std::optional<shared::Error> sync_at(Sessions& sessions, SyncingDevice& device)
    {
        std::vector<Bytes> heard;
        const auto sink = [&](const Delivery& delivery) {
            heard.insert(heard.end(), delivery.send.begin(), delivery.send.end());
        };
        const auto id = sessions.open(device.identity.id(), sink);
        EXPECT_TRUE(id.has_value());
        sync::ClientSession session(*device.replica, {"test", false});
        auto actions = session.start();
        while (!actions.close) {
            for (const auto& message : std::exchange(actions.send, {})) sessions.on_message(*id, message);
            if (heard.empty()) break;
            for (const auto& message : std::exchange(heard, {})) {
                auto more = session.on_message(message);
                std::ranges::move(more.send, std::back_inserter(actions.send));
                actions.close = actions.close || more.close;
                if (more.error) actions.error = more.error;
            }
        }
        sessions.close(*id);
        return actions.error;
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

TEST_F(ServerSync, tells_of_the_centres_full_disk_in_one_line_and_its_log_in_another)
{
    Holder device;
    run(bring_one(this, &device));
    Desk desk(data, clock, log);
    auto& sessions = desk.sessions;
    EXPECT_TRUE(sessions.require_storing().has_value());

    desk.allow_pages(1);  // no more than it has
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(device->write("forum", std::string(200, 'x')).has_value());
    const auto told = sync_at(sessions, *device);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->code, Errc::busy);
    EXPECT_THAT(told->text, HasSubstr("the centre cannot store anything at the moment"));
    EXPECT_THAT(told->text, HasSubstr("its operator"));
    EXPECT_THAT(told->text, testing::Not(HasSubstr("centre.db")));
    EXPECT_THAT(log_text(), testing::ContainsRegex("level=error.*event=cannot_store.*centre.db: the disk is full"));
    EXPECT_TRUE(sessions.require_storing().has_error());

    desk.allow_pages(1'000'000);
    EXPECT_TRUE(sessions.require_storing().has_error()) << "no sign of a cure yet";
    const auto healed = sync_at(sessions, *device);
    EXPECT_FALSE(healed) << healed->text;
    EXPECT_TRUE(sessions.require_storing().has_value());
    EXPECT_EQ(desk.store->head("forum")->number, 50u);
}

TEST_F(ServerSync, believes_a_write_of_its_own_when_no_device_comes_back)
{
    Holder device;
    run(bring_one(this, &device));
    Desk desk(data, clock, log);
    auto& sessions = desk.sessions;
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(device->write("forum", std::string(200, 'x')).has_value());
    desk.allow_pages(1);
    ASSERT_TRUE(sync_at(sessions, *device));
    clock.ahead_ms += shared::limits::kTrouble_ms - 5'000;
    EXPECT_TRUE(sessions.require_storing().has_error());
    clock.ahead_ms += 10'000;
    EXPECT_TRUE(sessions.require_storing().has_value());
}

}  // namespace indaba::server
