#include "tests/fault/script.hpp"

#include "tests/fault/disk_vfs.hpp"
#include "tests/model/item.hpp"
#include "tests/model/whole.hpp"

namespace indaba::tests::fault {

namespace {

using shared::Errc;
using shared::RecordId;
using shared::Value;
using sync::Change;

constexpr const char* kForum = "forum";
constexpr const char* kCourse = ClosedSpace::kName;
constexpr std::uint64_t kDeviceSeed = 1;
constexpr std::uint64_t kOtherSeed = 2;
constexpr std::size_t kBatch_bytes = 8 * 1024;
constexpr std::size_t kPush_bytes = 256 * 1024;

RecordId record_id(std::size_t number)
{
    RecordId id;
    id.bytes = {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, std::uint8_t(number >> 8), std::uint8_t(number)};
    return id;
}

Change put(std::size_t number, std::vector<std::pair<std::string, Value>> cells)
{
    return {Change::Kind::put, record_id(number), std::string(model::kItem), std::move(cells)};
}

Value name(const std::string& own) { return Value::text(own + " " + kEveryName); }

Result<void> done(const Result<shared::TransactionName>& written)
{
    if (written.has_error()) return written.error();
    return {};
}

/// Plays the session between three and writes down what the device and the centre were asked to do.
class Rehearsal {
public:
    Rehearsal();
    Session play();

private:
    void on_device(std::string what, std::function<Result<void>(Device&)> act);
    void on_centre(std::string what, std::function<Result<void>(CentreParty&)> act);
    void on_other(const std::function<Result<void>(Device&)>& act);
    void write(const std::string& what, const char* space, std::vector<Change> changes);
    void other_writes(std::vector<Change> changes);
    void push(Device& from, const char* space);
    void pull(const char* space, bool echo);
    void other_pulls();
    [[nodiscard]] sync::FeedBatch next_batch(Device& to, const char* space, bool echo);
    void arrive();
    void disagree();
    void be_refused();
    void begin_again();

    Disk disks_[3];
    Mounted mounted_[3]{Mounted(disks_[0]), Mounted(disks_[1]), Mounted(disks_[2])};
    std::unique_ptr<Device> device_ = must(Device::open(mounted_[0].file("device.db"), kDeviceSeed));
    std::unique_ptr<Device> other_ = must(Device::open(mounted_[1].file("device.db"), kOtherSeed));
    std::unique_ptr<CentreParty> centre_ = must(CentreParty::open(mounted_[2].file("centre.db")));
    Session session_;
    std::size_t others_steps_ = 0;
};

const std::vector<sync::Replica::Grant>& both_spaces()
{
    static const std::vector<sync::Replica::Grant> kGrants{{kForum, "event", "Forum", "editor"},
                                                           {kCourse, "event", "Course", "editor"}};
    return kGrants;
}

Rehearsal::Rehearsal()
{
    session_.device = {"device.db",
                       [](const auto& file) -> Result<std::unique_ptr<Party>> {
                           INDABA_ASSIGN(std::unique_ptr<Party> party, Device::open(file, kDeviceSeed));
                           return party;
                       },
                       {}};
    session_.centre = {"centre.db",
                       [](const auto& file) -> Result<std::unique_ptr<Party>> {
                           INDABA_ASSIGN(std::unique_ptr<Party> party, CentreParty::open(file));
                           return party;
                       },
                       {}};
}

void Rehearsal::on_device(std::string what, std::function<Result<void>(Device&)> act)
{
    auto& steps = session_.device.steps;
    steps.push_back(
        {std::move(what), [act = std::move(act)](Party& party) { return act(dynamic_cast<Device&>(party)); }});
    must(fault::play(session_.device, steps.size(), *device_));
}

void Rehearsal::on_centre(std::string what, std::function<Result<void>(CentreParty&)> act)
{
    auto& steps = session_.centre.steps;
    steps.push_back(
        {std::move(what), [act = std::move(act)](Party& party) { return act(dynamic_cast<CentreParty&>(party)); }});
    must(fault::play(session_.centre, steps.size(), *centre_));
}

void Rehearsal::on_other(const std::function<Result<void>(Device&)>& act)
{
    other_->at_step(++others_steps_ + 500);
    must(act(*other_));
}

void Rehearsal::write(const std::string& what, const char* space, std::vector<Change> changes)
{
    on_device(what, [=](Device& device) { return done(device.replica().write(space, changes)); });
}

void Rehearsal::other_writes(std::vector<Change> changes)
{
    on_other([&](Device& other) { return done(other.replica().write(kForum, changes)); });
}

void Rehearsal::push(Device& from, const char* space)
{
    for (const auto& journal : must(from.store().own_journals(space))) {
        auto after = journal.ruled;
        while (auto next = must(from.replica().outgoing(journal, after, kPush_bytes))) {
            after = next->last;
            on_centre("rules on a change set", [set = next->change_set](CentreParty& centre) -> Result<void> {
                INDABA_ASSIGN(const auto ingested, centre.centre().ingest(set));
                return ingested.expected == 0 ? Result<void>() : fail(Errc::usage, "the change set does not join");
            });
        }
    }
}

sync::FeedBatch Rehearsal::next_batch(Device& to, const char* space, bool echo)
{
    const auto cursor = must(to.store().find_space(space))->cursor;
    const auto own = must(to.store().own_journal(space));
    return must(centre_->centre().next_batch(
        {space, cursor.base, cursor.position, kBatch_bytes},
        [&](const sync::Ruling& ruling) { return echo && own && ruling.name.journal == own->head.id; }));
}

void Rehearsal::pull(const char* space, bool echo)
{
    while (true) {
        const auto batch = next_batch(*device_, space, echo);
        on_device("takes a batch of " + std::to_string(batch.records.size()), [=](Device& device) -> Result<void> {
            INDABA_ASSIGN(const auto applied, model::take(device.replica(), batch));
            return applied.applied ? Result<void>() : fail(Errc::usage, "the batch does not join");
        });
        if (batch.is_last()) return;
    }
}

void Rehearsal::other_pulls()
{
    while (true) {
        const auto batch = next_batch(*other_, kForum, false);
        on_other([&](Device& other) -> Result<void> {
            INDABA_TRY(model::take(other.replica(), batch));
            return {};
        });
        if (batch.is_last()) return;
    }
}

/// First grants, first records, and enough from elsewhere to make the search index write its segments.
void Rehearsal::arrive()
{
    on_centre("opens its spaces", [](CentreParty& centre) -> Result<void> {
        auto& store = centre.store();
        INDABA_TRY(store.begin());
        for (const auto& grant : both_spaces()) {
            const auto added = store.add_space({grant.space, grant.kind, grant.title});
            if (added.has_error()) {
                store.rollback();
                return added.error();
            }
        }
        const auto stored = store.commit();
        if (stored.has_error()) store.rollback();
        return stored;
    });
    on_device("is granted two spaces", [](Device& device) { return device.replica().take_grants(both_spaces()); });
    on_other([](Device& other) { return other.replica().take_grants(both_spaces()); });
    write(
        "writes three records", kForum,
        {put(1, {{"name", name("Aurora")}}), put(2, {{"name", name("Baikal")}}), put(3, {{"name", name("Cerrado")}})});
    write("edits one", kForum, {put(1, {{"city", Value::text("Perm")}, {"tags/sun", Value::boolean(true)}})});
    write("deletes one", kForum, {{Change::Kind::remove, record_id(3), std::string(model::kItem), {}}});
    for (std::size_t lot = 0; lot < 3; ++lot) {
        std::vector<Change> changes;
        for (std::size_t i = 0; i < 90; ++i)
            changes.push_back(put(100 + lot * 90 + i, {{"name", name("Delta " + std::to_string(i))}}));
        other_writes(std::move(changes));
    }
    push(*device_, kForum);
    push(*other_, kForum);
    pull(kForum, true);
}

/// Two edits of one cell, a conflict, and its settlement.
void Rehearsal::disagree()
{
    other_pulls();
    write("names it anew", kForum, {put(1, {{"name", name("Angara")}})});
    other_writes({put(1, {{"name", name("Amur")}})});
    push(*other_, kForum);
    push(*device_, kForum);
    pull(kForum, false);
    on_device("settles the conflict", [](Device& device) {
        return done(device.replica().settle(record_id(1), "name", name("Amur"), "as on the door"));
    });
}

/// Writing where the centre allows nothing; an answer that comes twice.
void Rehearsal::be_refused()
{
    write("writes what will be refused", kCourse, {put(50, {{"name", name("Elbrus")}})});
    write("edits what will be refused", kCourse, {put(50, {{"city", Value::text("Nalchik")}})});
    push(*device_, kCourse);
    const auto journal = *must(device_->store().own_journal(kForum));
    auto ruled = journal.ruled;
    const auto again = must(device_->replica().outgoing(journal, ruled, kPush_bytes));
    push(*device_, kForum);
    on_centre("answers a change set again", [set = again->change_set](CentreParty& centre) -> Result<void> {
        INDABA_TRY(centre.centre().ingest(set));
        return {};
    });
    const auto rulings = must(centre_->centre().ingest(again->change_set)).repeated;
    on_device("learns rulings by an answer", [=](Device& device) -> Result<void> {
        INDABA_TRY(device.replica().learn(kForum, rulings));
        return {};
    });
    pull(kCourse, false);
}

/// The centre was restored; a space is lost while something waits in it, and comes back.
void Rehearsal::begin_again()
{
    write("writes a long text", kForum, {put(2, {{"city", Value::text(std::string(60'000, 'x'))}})});
    on_device("starts the feed over", [](Device& device) { return device.replica().start_over(kForum); });
    pull(kForum, false);
    write("writes where it will lose the space", kCourse, {put(51, {{"name", name("Fuji")}})});
    on_device("loses a space", [](Device& device) { return device.replica().take_grants({both_spaces()[0]}); });
    on_device("regains it", [](Device& device) { return device.replica().take_grants(both_spaces()); });
    write("writes a last time", kForum, {put(4, {{"name", name("Ganges")}, {"peak", Value::integer(3)}})});
    push(*device_, kForum);
}

Session Rehearsal::play()
{
    arrive();
    disagree();
    be_refused();
    begin_again();
    return std::move(session_);
}

Recording record(const Script& script)
{
    Recording recording;
    Disk disk;
    const Mounted mounted(disk);
    auto party = must(script.open(mounted.file(script.file)));
    for (std::size_t number = 0; number <= script.steps.size(); ++number) {
        if (number > 0) must(play(script, number, *party));
        recording.states.push_back(must(content_of(party->database())));
        recording.ends.push_back(disk.history().size());
        recording.images.push_back(disk.files());
    }
    must(party->check());
    party.reset();
    recording.history = disk.history();
    recording.closed = disk.files();
    return recording;
}

}  // namespace

Result<void> play(const Script& script, std::size_t number, Party& party)
{
    party.at_step(number);
    return script.steps[number - 1].act(party);
}

const Session& session()
{
    static const Session kSession = Rehearsal().play();
    return kSession;
}

const Recording& recording(const Script& script)
{
    static std::map<const Script*, Recording> recordings;
    const auto place = recordings.find(&script);
    return place != recordings.end() ? place->second : recordings.emplace(&script, record(script)).first->second;
}

}  // namespace indaba::tests::fault
