#include "server/names.hpp"
#include "server/registry.hpp"
#include "shared/roles.hpp"

#include <algorithm>

namespace indaba::server {

Result<std::vector<Person>> Registry::people()
{
    std::vector<Person> people;
    auto query = database_.statement(
        "SELECT p.id, p.name, r.space, r.role FROM registry_person p LEFT JOIN registry_role r ON r.person = p.id "
        "ORDER BY p.name, r.space");
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) return people;
        if (people.empty() || people.back().id != query.int64(0))
            people.push_back({query.int64(0), std::string(query.text(1)), {}});
        if (!query.is_null(2)) people.back().roles.emplace(query.text(2), query.text(3));
    }
}

Result<std::optional<Person>> Registry::find_person(const std::string& name)
{
    auto query = database_.statement(
        "SELECT p.id, r.space, r.role FROM registry_person p LEFT JOIN registry_role r ON r.person = p.id "
        "WHERE p.name = ?1");
    query.bind_all(name);
    std::optional<Person> person;
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) return person;
        if (!person) person = Person{query.int64(0), name, {}};
        if (!query.is_null(1)) person->roles.emplace(query.text(1), query.text(2));
    }
}

Result<std::int64_t> Registry::add_person(Transaction& transaction, const std::string& name, std::int64_t now_ms)
{
    auto insert = transaction.database().statement("INSERT INTO registry_person(name, added_ms) VALUES (?1, ?2)");
    insert.bind_all(name, now_ms);
    INDABA_TRY(insert.run());
    return transaction.database().last_insert_rowid();
}

Result<void> Registry::set_role(Transaction& transaction, std::int64_t person, const SpaceName& space,
                                const std::string& role)
{
    if (role.empty()) {
        auto remove = transaction.database().statement("DELETE FROM registry_role WHERE person = ?1 AND space = ?2");
        remove.bind_all(person, space);
        return remove.run();
    }
    auto insert = transaction.database().statement(
        "INSERT INTO registry_role(person, space, role) VALUES (?1, ?2, ?3) "
        "ON CONFLICT(person, space) DO UPDATE SET role = excluded.role");
    insert.bind_all(person, space, role);
    return insert.run();
}

Result<std::string> Registry::role_of(const DeviceId& device, const SpaceName& space)
{
    auto query = database_.statement(
        "SELECT r.role FROM registry_device d JOIN registry_role r ON r.person = d.person "
        "WHERE d.id = ?1 AND d.revoked_ms = 0 AND r.space = ?2");
    query.bind_all(shared::ByteView(device.hash.bytes), space);
    INDABA_ASSIGN(const bool found, query.step());
    return found ? std::string(query.text(0)) : std::string();
}

Result<bool> Registry::may_write(const DeviceId& device, const SpaceName& space)
{
    INDABA_ASSIGN(const auto role, role_of(device, space));
    return shared::role_writes(role);
}

Result<bool> Registry::may_read(const DeviceId& device, const SpaceName& space)
{
    INDABA_ASSIGN(const auto role, role_of(device, space));
    return !role.empty();
}

Result<std::vector<sync::Replica::Grant>> Registry::grants(const DeviceId& device)
{
    std::map<SpaceName, std::string> roles;
    auto query = database_.statement(
        "SELECT r.space, r.role FROM registry_device d JOIN registry_role r ON r.person = d.person "
        "WHERE d.id = ?1 AND d.revoked_ms = 0");
    query.bind_all(shared::ByteView(device.hash.bytes));
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) break;
        roles.emplace(query.text(0), query.text(1));
    }
    INDABA_ASSIGN(const auto spaces, store_.spaces());
    std::vector<sync::Replica::Grant> grants;
    for (const auto& space : spaces) {
        const auto role = roles.find(space.name);
        if (role != roles.end())
            grants.push_back({space.name, space.kind, space.title, role->second, space.lease_days});
    }
    std::ranges::sort(grants, {}, &sync::Replica::Grant::space);
    return grants;
}

}  // namespace indaba::server
