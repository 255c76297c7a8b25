// The spaces of this person, and which of them this device carries.
#include "client/core_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace indaba::client {

namespace {

shared::Error lease_over(const std::vector<sync::StoredSpace>& spaces)
{
    std::string names;
    auto days = spaces.front().lease_days;
    for (const auto& space : spaces) {
        names += (names.empty() ? "" : ", ") + space.name;
        days = std::min(days, space.lease_days);
    }
    return shared::fail(shared::Errc::forbidden,
                        fmt::format("not in contact with the centre for {} days, as far as this device's clock says: "
                                    "run `indaba sync` to read {} (writing goes on); if the clock was wrong, set it "
                                    "right and sync",
                                    days, names));
}

bool is_over(const sync::StoredSpace& space, const sync::LeaseClock& clock)
{
    const auto end_ms = sync::lease_end_ms(space, clock);
    return end_ms != 0 && clock.seen_ms > end_ms;
}

}  // namespace

Result<sync::LeaseClock> Core::Parts::lease_clock()
{
    auto clock = replica.lease_clock(!read_only);
    if (clock.has_error()) return replica.lease_clock(false);  // a full disk is still read from
    return clock;
}

Result<std::vector<sync::StoredSpace>> Core::Parts::locked_spaces()
{
    INDABA_ASSIGN(auto spaces, store->spaces());
    INDABA_ASSIGN(const auto clock, lease_clock());
    std::erase_if(spaces,
                  [&](const sync::StoredSpace& space) { return !space.is_followed() || !is_over(space, clock); });
    return spaces;
}

Result<std::set<std::string>> Core::Parts::locked_names()
{
    INDABA_ASSIGN(const auto spaces, locked_spaces());
    std::set<std::string> names;
    for (const auto& space : spaces) names.insert(space.name);
    return names;
}

Result<void> Core::Parts::require_lease(const std::string& name)
{
    INDABA_ASSIGN(const auto locked, locked_spaces());
    const auto found = std::ranges::find(locked, name, &sync::StoredSpace::name);
    if (found == locked.end()) return {};
    return lease_over({*found});
}

Result<void> Core::require_leases()
{
    INDABA_ASSIGN(const auto spaces, parts_->locked_spaces());
    if (spaces.empty()) return {};
    return lease_over(spaces);
}

SpaceView view_of(const sync::StoredSpace& space, const sync::LeaseClock& clock)
{
    SpaceView view;
    view.name = space.name;
    view.kind = space.kind;
    view.title = space.title;
    view.role = space.role;
    view.carried = space.carried;
    view.lease_until_ms = sync::lease_end_ms(space, clock);
    view.locked = is_over(space, clock);
    view.lease_ends_soon = !view.locked && view.lease_until_ms != 0 &&
                           clock.seen_ms > view.lease_until_ms - shared::limits::kLeaseWarning_ms;
    return view;
}

Result<std::vector<SpaceView>> Core::spaces()
{
    std::vector<SpaceView> views;
    INDABA_ASSIGN(const auto spaces, parts_->store->spaces());
    INDABA_ASSIGN(const auto sizes, parts_->store->queries().sizes());
    INDABA_ASSIGN(const auto counts, parts_->store->queries().counts());
    INDABA_ASSIGN(const auto clock, parts_->lease_clock());
    for (const auto& space : spaces) {
        if (space.role.empty()) continue;
        auto& view = views.emplace_back(view_of(space, clock));
        const auto size = std::ranges::find(sizes, space.name, &sync::store::SpaceSize::space);
        const auto count = std::ranges::find(counts, space.name, &sync::store::SpaceCounts::space);
        if (size != sizes.end() && space.carried) {
            view.records = size->records;
            view.bytes = size->bytes;
        }
        if (count != counts.end()) view.waiting = count->pending;
        if (space.carried) continue;
        view.centre_records = space.centre.records;
        view.centre_bytes = space.centre.bytes;
        view.as_of_ms = space.centre.as_of_ms;
    }
    std::ranges::sort(views, {}, &SpaceView::name);
    return views;
}

shared::Error unknown_space(const std::string& name)
{
    return shared::fail(shared::Errc::usage, fmt::format("this device knows no space {}: `indaba space list` shows "
                                                         "yours, as of the last `indaba sync`",
                                                         name));
}

Result<void> Core::Parts::require_known(const std::string& name)
{
    INDABA_ASSIGN(const auto space, store->find_space(name));
    return space ? Result<void>() : unknown_space(name);
}

Result<SpaceView> Core::space(const std::string& name)
{
    INDABA_ASSIGN(auto views, spaces());
    const auto place = std::ranges::find(views, name, &SpaceView::name);
    if (place != views.end()) return std::move(*place);
    INDABA_TRY(parts_->require_known(name));
    return sync::no_role(name);
}

Result<void> Core::carry_space(const std::string& name)
{
    INDABA_TRY(require_writable());
    INDABA_TRY(parts_->require_known(name));
    return parts_->replica.carry(name);
}

Result<void> Core::drop_space(const std::string& name)
{
    INDABA_TRY(require_writable());
    INDABA_TRY(parts_->require_known(name));
    return parts_->replica.drop(name);
}

}  // namespace indaba::client
