// Random histories: what up to six people on as many devices and one centre could have written, seen and ruled, from a
// list of steps that may be cut down to any part of itself. Authors go by the model's view, never by the code under
// test.
#pragma once

#include "tests/model/chance.hpp"
#include "tests/model/item.hpp"
#include "tests/model/model.hpp"

#include <functional>
#include <string>
#include <vector>

namespace indaba::tests::property {

/// Meaning depends on the world as it stands when the step comes; every number means something in every world.
struct Step {
    enum class Kind : std::uint8_t { create, edit, settle, remove, undelete, invent, rule, learn } kind;
    std::uint8_t device = 0;
    std::uint8_t record = 0;
    std::uint8_t cell = 0;
    std::uint8_t value = 0;
    std::uint8_t twist = 0;
};
[[nodiscard]] std::vector<Step> random_steps(std::uint64_t seed, std::size_t count);
[[nodiscard]] std::string text(const std::vector<Step>& steps);

class World {
public:
    static constexpr std::size_t kDevices = 6;
    static constexpr std::size_t kRecords = 3;

    /// Writes what a step says in the place of the model: for judging real authors. Gets the record as the author sees
    /// it.
    using Author =
        std::function<std::vector<shared::Write>(const Step&, const shared::RecordId&, const model::Record&)>;

    explicit World(const std::vector<Step>& steps, Author author = {});

    [[nodiscard]] const model::History& history() const { return history_; }
    [[nodiscard]] static shared::RecordId record(std::size_t index);
    /// What the centre accepted, with the times of ruling.
    [[nodiscard]] const model::Merged& accepted() const { return accepted_; }
    /// Written, neither accepted nor refused; journals in order.
    [[nodiscard]] const std::vector<model::Name>& pending() const { return pending_; }
    [[nodiscard]] const std::set<model::Name>& refused() const { return refused_; }
    /// What a device has before its eyes.
    [[nodiscard]] model::Merged view(std::size_t device) const;
    /// What the step's author would write by the words of the design; nothing if the step makes no sense there.
    [[nodiscard]] std::vector<shared::Write> writes_of(const Step& step, const model::Record& seen) const;
    /// The field and value that a step puts.
    [[nodiscard]] static std::pair<std::string, shared::Value> put(const Step& step);
    /// The first conflict of an author with themself, if one ever came up right after a write or a ruling.
    [[nodiscard]] const std::optional<std::string>& false_conflict() const { return false_conflict_; }

private:
    struct Device {
        shared::JournalId journal;
        std::vector<model::Name> written;
        std::size_t ruled = 0;  ///< entries of `written` that the centre has ruled
        std::size_t learned = 0;  ///< rulings that it has heard of
        shared::Stamp clock;
        std::int64_t skew_ms = 0;
    };

    void play(const Step& step);
    void rule(const Step& step);
    void issue(Device& device, const shared::RecordId& record, std::vector<shared::Write> writes);
    void look(std::size_t device);

    model::History history_;
    std::vector<std::pair<model::Name, bool>> rulings_;
    model::Merged accepted_;
    std::set<model::Name> refused_;
    std::vector<model::Name> pending_;
    std::vector<Device> devices_;
    std::int64_t now_ms_ = 1'000'000;
    model::Chance names_{7};
    Author author_;
    std::optional<std::string> false_conflict_;
};

}  // namespace indaba::tests::property
