// The spaces of this person, and which of them this device carries.
#include "client/core_parts.hpp"

#include <algorithm>

namespace indaba::client {

SpaceView view_of(const sync::StoredSpace& space)
{
    SpaceView view;
    view.name = space.name;
    view.kind = space.kind;
    view.title = space.title;
    view.role = space.role;
    view.carried = space.carried;
    return view;
}

Result<std::vector<SpaceView>> Core::spaces()
{
    std::vector<SpaceView> views;
    INDABA_ASSIGN(const auto spaces, parts_->store->spaces());
    INDABA_ASSIGN(const auto sizes, parts_->store->queries().sizes());
    INDABA_ASSIGN(const auto counts, parts_->store->queries().counts());
    for (const auto& space : spaces) {
        if (space.role.empty()) continue;
        auto& view = views.emplace_back(view_of(space));
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

Result<void> Core::carry_space(const std::string& name)
{
    INDABA_TRY(require_writable());
    return parts_->replica.carry(name);
}

Result<void> Core::drop_space(const std::string& name)
{
    INDABA_TRY(require_writable());
    return parts_->replica.drop(name);
}

}  // namespace indaba::client
