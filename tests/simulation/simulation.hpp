// A centre, its devices and their network in one thread on virtual time, from one seed: the real sessions, replicas,
// centre and stores. It lets things go wrong (faults.hpp), then heals everything and demands that all agree. Same seed,
// same trace.
#pragma once

#include "tests/simulation/judge.hpp"
#include "tests/simulation/person.hpp"
#include "tests/simulation/small_quotas.hpp"
#include "tests/simulation/stranger.hpp"

#include <deque>
#include <set>

namespace indaba::tests::simulation {

struct Outcome {
    std::uint64_t seed = 0;
    std::string broken;  ///< empty: every promise held
    std::uint64_t trace = 0;
    std::uint64_t events = 0;
    std::map<std::string, std::uint64_t> reached;  ///< what the run came to see, counted
    FaultCounts faults;
};

class Simulation {
public:
    struct Options {
        bool print = false;  ///< every event, on standard output
        bool calm = false;  ///< no faults at all
        Bug bug = {};  ///< for tests that prove a checker by it
        bool first_faults = false;  ///< none of those that came to be simulated later: what a kept seed once was
    };
    explicit Simulation(std::uint64_t seed) : Simulation(seed, Options{}) {}
    Simulation(std::uint64_t seed, Options options);

    /// Everything: trouble, healing, the last checks. Once.
    [[nodiscard]] Outcome run();

    // For tests that plant bugs.
    [[nodiscard]] std::vector<std::unique_ptr<Device>>& devices() { return devices_; }
    [[nodiscard]] CentreNode& centre() { return *centre_; }
    [[nodiscard]] Truth& truth() { return truth_; }
    [[nodiscard]] const Judge& judge() const { return judge_; }
    [[nodiscard]] Roles& roles() { return roles_; }
    void final_checks();
    void sync_once(Device& device, bool is_last);

private:
    struct Connection {
        std::uint64_t id = 0;
        std::size_t device = 0;
        bool cut = false;
        bool lost_to_centre = false;  ///< with cut: what is on its way never arrives
        bool lost_to_device = false;
        bool altered = false;  ///< a message on it was, and went through
        std::int64_t to_centre_ms = 0;  ///< when the last message of the direction arrives
        std::int64_t to_device_ms = 0;
    };

    // --- simulation.cpp: the course of a run ---
    void trouble();
    void heal();
    [[nodiscard]] std::size_t refused_without_record() const;
    void heal_roles();
    void heal_choices();
    void heal_versions();
    void forgive_what_nobody_can_bring();
    void trace(const std::string& event);
    [[nodiscard]] bool strikes(Fault fault);
    [[nodiscard]] bool strikes_later(Fault fault);
    void count_reached();
    void count_unknown(Device& device);
    void print_history() const;

    // --- events.cpp: what happens to nodes ---
    void person_acts(std::size_t index);
    void dial(std::size_t index);
    void chaos();
    template <class Act>
    void use(std::size_t index, const Act& act);
    void change_role();
    void revoke(Fault fault);
    void erase_record();
    void forget_deletions();
    [[nodiscard]] std::uint64_t passed_by_all(const std::string& space) const;
    void review_sessions();
    void choose_space(Fault fault);
    template <class Handler>
    void at_device(Device& device, Process& process, const Handler& handler);
    template <class Handler>
    void at_centre(std::optional<std::uint64_t> connection, const Handler& handler);
    void tell_feeds(const std::set<sync::SpaceName>& spaces, std::optional<std::uint64_t> but);
    void look_at(Device& device);
    void end_process(Device& device, Process& process);
    void crash_centre();
    void start_centre();
    void begin_day();
    void check_quotas();

    // --- lives.cpp: backups, copies, upgrades ---
    void back_up_and_put_back();
    void back_up_and_put_back(Device& device);
    void copy(Device& device);
    // --- losses.cpp: entries that are gone from a device ---
    void lose_entries(Device& device);
    void keep_on_stick(Device& device, const Name& from);
    bool rule_lost(bool all);
    void heal_losses(Device& device);
    void upgrade_device();
    void upset_clocks();
    void upgrade(Device& device);
    void upgrade_centre();

    // --- intruders.cpp: what comes by other ways ---
    void push_again();
    void push_damaged();
    void push_strange();
    void push_made_up(Fault fault);
    [[nodiscard]] std::optional<shared::Bytes> make_up(Fault fault);
    void ingest(const shared::Bytes& change_set, const char* how);

    // --- network.cpp: what happens between them ---
    void connect(Device& device, Process& process, bool stay);
    void let_in(std::uint64_t id, const Device& device);
    void perform(Device& device, Process& process, const sync::Actions& actions);
    void perform(std::uint64_t connection, const sync::Actions& actions);
    void check_sent(std::uint64_t connection, const shared::Bytes& bytes);
    void send_to_centre(Connection& connection, shared::Bytes bytes);
    void send_to_device(Connection& connection, shared::Bytes bytes);
    void arrive_at_centre(std::uint64_t id, const shared::Bytes& bytes);
    void arrive_at_device(std::uint64_t id, const shared::Bytes& bytes);
    [[nodiscard]] bool ends_at_flip(Connection& connection, bool to_centre);
    [[nodiscard]] shared::Bytes altered(const shared::Bytes& bytes, Connection& connection);
    void mislead(Connection& connection);
    void cut(Connection& connection);
    void device_notices_end(std::uint64_t id);
    void centre_notices_end(std::uint64_t id);
    [[nodiscard]] std::int64_t delay();
    [[nodiscard]] Process* process_of(const Connection& connection);

    std::uint64_t seed_;
    Options options_;
    model::Chance chance_;
    Faults faults_;
    FaultCounts counts_;
    Timeline timeline_;
    model::CheapDigest digest_;
    model::CheapSigner centre_signer_;
    shared::PublicKey centre_key_;
    Roles roles_;
    SmallQuotas quotas_;
    model::Chance quota_chance_;
    std::map<std::string_view, std::size_t> day_began_;  ///< rulings in each feed then
    Truth truth_;
    Judge judge_;
    std::unique_ptr<CentreNode> centre_;
    struct Night {
        std::unique_ptr<platform::Database> copy;
        Truth::Past past;
    };
    model::Chance night_chance_;  ///< of its own: where nothing is put back, a seed is what it was without this
    std::optional<Night> night_;  ///< the last backup
    std::vector<sync::Erasure> orders_;  ///< to erase, as the operator keeps them beside the database
    struct DeviceNight {
        std::unique_ptr<platform::Database> copy;
        std::map<sync::JournalId, std::uint64_t> seen;
        shared::Stamp last_stamp;
        std::set<Name> lost;
    };
    model::Chance copy_chance_;
    model::Chance loss_chance_;
    std::vector<shared::Bytes> on_stick_;  ///< what a device lost, as somebody still has it
    model::Chance later_chance_;
    model::Chance horizon_chance_;
    model::Chance clock_chance_;
    std::map<std::size_t, DeviceNight> device_nights_;
    std::set<sync::JournalId> cut_short_;  ///< journals whose device forgot their end
    bool several_lives_ = false;  ///< a device was put back or copied: its person may meet what they wrote themself
    std::vector<std::unique_ptr<Device>> devices_;
    std::vector<Stranger> strangers_;
    bool reviews_ = false;  ///< who is connected hears of new roles at once, and not with the next batch
    bool heavy_ = false;
    sync::Flow flow_;
    std::map<std::uint64_t, Connection> connections_;
    std::uint64_t connection_count_ = 0;
    std::deque<shared::Bytes> pushes_;  ///< change sets that were ever sent, arrived or not
    std::map<std::size_t, sync::Progress> last_progress_;
    std::uint64_t trace_ = 14695981039346656037u;
    std::uint64_t events_ = 0;
    std::map<std::string, std::uint64_t> reached_;
};

}  // namespace indaba::tests::simulation
