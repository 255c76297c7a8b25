// What a person does on a device, at random: registers, edits, deletes, undeletes, settles, mistypes, tries
// again or drops what was refused. One thread.
#pragma once

#include "tests/simulation/device.hpp"
#include "tests/simulation/truth.hpp"

namespace indaba::tests::simulation {

class Person {
public:
    Person(Truth& truth, model::Chance& chance, bool heavy) : truth_(truth), chance_(chance), heavy_(heavy) {}

    struct Done {
        std::string space;
        std::string what;  ///< for the trace
        bool wrote = false;
        bool attended = false;  ///< to something that stood refused
    };
    /// One action through a process. May throw Crash; throws Broken where a write was answered wrongly.
    [[nodiscard]] Done act(Process& process);
    /// Wants a space on this device, or not any more. What came of it, for the trace.
    [[nodiscard]] static std::string choose(Process& process, const std::string& space, bool carries);

private:
    [[nodiscard]] sync::Change create(Process& process, std::string_view type);
    [[nodiscard]] sync::Change edit(Process& process, const shared::RecordId& id, std::string_view type);
    [[nodiscard]] std::vector<std::string_view> keys(Process& process, std::string_view type) const;
    [[nodiscard]] std::optional<sync::StoredRecord> pick(Process& process, const std::string& space);
    [[nodiscard]] shared::Value value_for(std::string_view key);
    [[nodiscard]] sync::Result<sync::TransactionName> write(Process& process, const std::string& space);
    [[nodiscard]] sync::Result<sync::TransactionName> settle(Process& process, const sync::StoredRecord& record);
    [[nodiscard]] bool attend(Process& process);
    void mistype(Process& process, const std::string& space);

    Truth& truth_;
    model::Chance& chance_;
    bool heavy_;
};

}  // namespace indaba::tests::simulation
