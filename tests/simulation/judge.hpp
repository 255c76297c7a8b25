// The checkers. Each looks at real stores beside the truth and throws Broken; none changes anything. One thread.
#pragma once

#include "tests/simulation/device.hpp"
#include "tests/simulation/truth.hpp"

namespace indaba::tests::simulation {

class Judge {
public:
    Judge(Truth& truth, const Roles& roles) : truth_(truth), roles_(roles) {}

    // --- at any moment ---

    /// What is new in the device's own journals; clocks never run backwards. True if there was something.
    bool observe(Device& device) const;
    /// No record shows its person a conflict with themself.
    void no_false_conflict(Device& device, std::string_view space, const shared::RecordId& id) const;
    /// Of a device that is caught up: every record is the centre's word as of then with its own pending writes folded
    /// over it.
    void shows_the_fold(Device& device) const;
    /// Of a space that the device does not follow nothing is shown; everywhere the lists and totals say what the
    /// records and journals say.
    void lists_what_it_shows(Device& device) const;
    /// A session's counters against what is stored.
    void counters(Device& device, const sync::Progress& progress) const;

    // --- after healing ---

    void centre_equals_the_model(sync::CentreStorage& centre) const;
    void device_equals_the_centre(Device& device, sync::CentreStorage& centre) const;
    void nothing_stored_is_lost(sync::CentreStorage& centre) const;
    void every_own_transaction_is_ruled(Device& device) const;
    /// Everything that the device ever wrote is still in its journals, its refused list says what was refused and why.
    void refused_are_shown(Device& device) const;
    /// Whatever it was told: all that it ever wrote is in its journals.
    void keeps_its_journals(Device& device) const;
    /// Of one that was revoked: everything it wrote is still in its journals, and what it could not send waits there.
    void keeps_its_work(Device& device) const;
    /// What was refused stands unless the same was written again or a person dropped it.
    void refused_stand(Device& device) const;
    /// Of what the operator has ordered erased nothing is left here: no record, refusal, orphan, nor a part of an
    /// entry.
    void erased_is_gone(Device& device, sync::CentreStorage& centre) const;
    /// What is kept aside as lost by a centre that was put back is not at the centre.
    void orphans_are_lost(Device& device) const;

private:
    void totals_add_up(Device& device, const sync::store::SpaceCounts& counts) const;
    [[nodiscard]] model::Record expected(const sync::SpaceName& space, std::uint64_t through,
                                         const shared::RecordId& id, const std::vector<Name>& pending) const;
    [[nodiscard]] std::vector<Name> shown_as_waiting(std::vector<Name> waiting,
                                                     const std::optional<sync::StoredRecord>& record) const;
    [[nodiscard]] std::vector<Name> pending(Device& device, const sync::StoredSpace& space) const;

    Truth& truth_;
    const Roles& roles_;
};

}  // namespace indaba::tests::simulation
