// What the checkers of judge.cpp and judge_end.cpp share. For these alone; one thread.
#pragma once

#include "sync/merge.hpp"
#include "tests/simulation/broken.hpp"
#include "tests/simulation/judge.hpp"

namespace indaba::tests::simulation {

inline std::string of(const Device& device) { return "device " + std::to_string(device.index); }

/// visit(journal, entry) for everything in the journals that the device wrote in a space.
template <class Visit>
void each_own_entry(Device& device, std::string_view space, const Visit& visit)
{
    for (const auto& journal : must(device.keeper->own_journals(std::string(space)), "own journals"))
        must(device.keeper->each_entry(journal.head.id, 1,
                                       [&](sync::StoredEntry&& entry) {
                                           visit(journal, entry);
                                           return true;
                                       }),
             "own entries");
}

/// What the code under test says about a record's cells, against what the model says about them. Empty: the same.
[[nodiscard]] std::string differs_in_opinion(const model::Record& expected, const sync::Cells& cells,
                                             const std::string& type, const shared::Catalogue& catalogue);

}  // namespace indaba::tests::simulation
