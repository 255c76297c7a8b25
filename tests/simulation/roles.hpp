// Who may do what, as it stands now: what server's registry is to a real centre, which asks it in the same places. The
// checks ask the same book at the same moment. One thread.
#pragma once

#include "sync/centre.hpp"
#include "sync/replica.hpp"
#include "tests/simulation/bug.hpp"

#include <array>
#include <map>
#include <set>

namespace indaba::tests::simulation {

inline constexpr std::array<std::string_view, 3> kSpaces{"public", "forum", "org-7"};
inline constexpr std::array<std::string_view, 5> kRoles{"", "viewer", "contributor", "editor", "organiser"};

class Roles final : public sync::Authority {
public:
    /// Another device of that one's person. Others have a person each.
    void enrol(const shared::DeviceId& device, const shared::DeviceId& other) { persons_[device] = person(other); }
    /// The person of the device has this role from now on. Empty: none.
    void set(const shared::DeviceId& device, std::string_view space, std::string_view role)
    {
        roles_[{person(device), std::string(space)}] = role;
    }
    void revoke(const shared::DeviceId& device) { revoked_.insert(device); }
    /// Every device of that one's person, and all roles.
    void revoke_person(const shared::DeviceId& device)
    {
        revoked_.insert(person(device));
        for (const auto& [other, owner] : persons_)
            if (owner == person(device)) revoked_.insert(other);
        std::erase_if(roles_, [&](const auto& held) { return held.first.first == person(device); });
    }
    [[nodiscard]] bool is_revoked(const shared::DeviceId& device) const { return revoked_.contains(device); }
    [[nodiscard]] sync::Result<void> require_welcome(const shared::DeviceId& device) const
    {
        if (bug.is(Bug::Kind::revoked_are_let_in)) return {};
        if (is_revoked(device)) return shared::fail(shared::Errc::forbidden, "this device has been revoked");
        return {};
    }
    [[nodiscard]] std::string_view role(const shared::DeviceId& device, std::string_view space) const
    {
        if (is_revoked(device)) return {};
        const auto place = roles_.find({person(device), std::string(space)});
        return place == roles_.end() ? std::string_view() : place->second;
    }
    [[nodiscard]] bool writes(const shared::DeviceId& device, std::string_view space) const
    {
        const auto held = role(device, space);
        return !held.empty() && held != "viewer";
    }

    [[nodiscard]] sync::Result<bool> may_write(const shared::DeviceId& device, const sync::SpaceName& space) override
    {
        return bug.is(Bug::Kind::anybody_writes) || writes(device, space);
    }
    [[nodiscard]] sync::Result<bool> may_read(const shared::DeviceId& device, const sync::SpaceName& space) override
    {
        return bug.is(Bug::Kind::anybody_reads) || !role(device, space).empty();
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

    Bug bug;  ///< in what is answered to the centre

private:
    /// Named by their first device.
    [[nodiscard]] shared::DeviceId person(const shared::DeviceId& device) const
    {
        const auto place = persons_.find(device);
        return place == persons_.end() ? device : place->second;
    }

    std::map<shared::DeviceId, shared::DeviceId> persons_;
    std::set<shared::DeviceId> revoked_;
    std::map<std::pair<shared::DeviceId, std::string>, std::string_view> roles_;
};

}  // namespace indaba::tests::simulation
