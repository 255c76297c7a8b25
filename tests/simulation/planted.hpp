// A calm run that has come to its end, for a test to break something in.
#pragma once

#include "tests/simulation/broken.hpp"
#include "tests/simulation/simulation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace indaba::tests::simulation {

using shared::Value;

/// Everything holds until a test breaks something.
class Planted : public testing::Test {
protected:
    Planted() : simulation_(1, {false, true})
    {
        const auto outcome = simulation_.run();
        INDABA_CHECK(outcome.broken.empty() && outcome.reached.at("accepted") > 10);
    }

    /// What the final checks say now.
    std::string complaint()
    {
        try {
            simulation_.final_checks();
        } catch (const Broken& broken) {
            return broken.what;
        }
        return {};
    }

    Device& device() { return *simulation_.devices()[0]; }
    sync::store::CentreStore& centre() { return *simulation_.centre().keeper; }

    /// A record with cells that the device and the centre both hold, and its space.
    std::pair<std::string, sync::StoredRecord> shared_record(sync::Existence wanted = sync::Existence::alive)
    {
        for (const auto space : kSpaces) {
            if (simulation_.roles().role(device().id, space).empty()) continue;
            for (const auto& id : simulation_.truth().records(space)) {
                const auto record = device().keeper->find_record(id);
                if (record && *record && sync::existence((*record)->shown) == wanted)
                    return {std::string(space), **record};
            }
        }
        throw Broken{"no record to break"};
    }

    template <class Store>
    static void save(Store& store, const sync::StoredRecord& record)
    {
        must(store.begin(), "begin");
        must(store.save_record(record), "save");
        must(store.commit(), "commit");
    }

    template <class Store>
    static void execute(Store& store, const std::string& sql)
    {
        must(store.database().execute(sql), "planting");
    }
    /// What a checker says.
    template <class Check>
    static std::string complaint_of(const Check& check)
    {
        try {
            check();
        } catch (const Broken& broken) {
            return broken.what;
        }
        return {};
    }

    /// Written on the device and not sent.
    void write_unsent(const sync::StoredRecord& record)
    {
        simulation_.roles().set(device().id, record.space, "editor");
        auto held = must(device().keeper->find_space(record.space), "a space").value();
        held.role = "editor";
        must(device().keeper->begin(), "begin");
        must(device().keeper->save_space(held), "save");
        must(device().keeper->commit(), "commit");
        (void)must(
            device().start().replica.write(
                record.space, {{sync::Change::Kind::put, record.id, record.type, {{"city", Value::text("unsent")}}}}),
            "writing");
    }

    Simulation simulation_;
};

/// The last cell but existence: every record has one.
inline sync::Cell& some_cell(sync::StoredRecord& record)
{
    sync::Cell* found = nullptr;
    for (auto& cell : record.shown)
        if (!cell.leaves.empty()) found = &cell;
    return *found;
}

}  // namespace indaba::tests::simulation
