// Who may do what, as it stands now. What the centre asks; the checks ask the same book at the same moment. One thread.
#pragma once

#include "sync/centre.hpp"
#include "sync/replica.hpp"

#include <array>
#include <map>

namespace indaba::tests::simulation {

inline constexpr std::array<std::string_view, 3> kSpaces{"public", "forum", "org-7"};
inline constexpr std::array<std::string_view, 5> kRoles{"", "viewer", "contributor", "editor", "organiser"};

class Roles final : public sync::Authority {
public:
    /// Empty: none.
    void set(const shared::DeviceId& device, std::string_view space, std::string_view role)
    {
        roles_[{device, std::string(space)}] = role;
    }
    [[nodiscard]] std::string_view role(const shared::DeviceId& device, std::string_view space) const
    {
        const auto place = roles_.find({device, std::string(space)});
        return place == roles_.end() ? std::string_view() : place->second;
    }
    [[nodiscard]] bool writes(const shared::DeviceId& device, std::string_view space) const
    {
        const auto held = role(device, space);
        return !held.empty() && held != "viewer";
    }

    [[nodiscard]] sync::Result<bool> may_write(const shared::DeviceId& device, const sync::SpaceName& space) override
    {
        return writes(device, space);
    }
    [[nodiscard]] sync::Result<bool> may_read(const shared::DeviceId& device, const sync::SpaceName& space) override
    {
        return !role(device, space).empty();
    }
    [[nodiscard]] sync::Result<sync::Author> describe(sync::JournalId journal, const shared::DeviceId& device) override
    {
        return sync::Author{journal, device, "device " + shared::to_hex(std::span(device.hash.bytes).first(2)),
                            "somebody"};
    }

    [[nodiscard]] std::vector<sync::Replica::Grant> grants(const shared::DeviceId& device) const
    {
        std::vector<sync::Replica::Grant> out;
        for (const auto space : kSpaces)
            if (const auto held = role(device, space); !held.empty())
                out.push_back({std::string(space), "event", "The " + std::string(space), std::string(held)});
        return out;
    }

private:
    std::map<std::pair<shared::DeviceId, std::string>, std::string_view> roles_;
};

}  // namespace indaba::tests::simulation
