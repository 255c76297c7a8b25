#include "server/registry.hpp"

#include "platform/crypto.hpp"
#include "server/names.hpp"

#include <algorithm>
#include <limits>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

DeviceId device_id_from(shared::ByteView blob)
{
    DeviceId id;
    std::ranges::copy(blob.first(std::min(blob.size(), id.hash.bytes.size())), id.hash.bytes.begin());
    return id;
}

Device device_from(const platform::Statement& row)
{
    return {
        .id = device_id_from(row.blob(0)),
        .person = row.int64(1),
        .person_name = std::string(row.text(2)),
        .name = std::string(row.text(3)),
        .certificate_pem = std::string(row.text(4)),
        .enrolled_ms = row.int64(5),
        .last_contact_ms = row.int64(6),
        .program = shown_program(row.text(7)),
        .revoked_ms = row.int64(8),
    };
}

}  // namespace

Result<std::vector<Device>> Registry::devices()
{
    std::vector<Device> devices;
    auto query = database_.statement(
        "SELECT d.id, d.person, p.name, d.name, d.certificate, d.enrolled_ms, d.last_contact_ms, d.program, "
        "d.revoked_ms FROM registry_device d JOIN registry_person p ON p.id = d.person ORDER BY p.name, d.name, d.id");
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) return devices;
        devices.push_back(device_from(query));
    }
}

Result<std::optional<Device>> Registry::find_device(const DeviceId& id)
{
    auto query = database_.statement(
        "SELECT d.id, d.person, p.name, d.name, d.certificate, d.enrolled_ms, d.last_contact_ms, d.program, "
        "d.revoked_ms FROM registry_device d JOIN registry_person p ON p.id = d.person WHERE d.id = ?1");
    query.bind_all(shared::ByteView(id.hash.bytes));
    INDABA_ASSIGN(const bool found, query.step());
    if (!found) return std::optional<Device>();
    return std::optional<Device>(device_from(query));
}

Result<void> Registry::save_device(Transaction& transaction, const Device& device)
{
    auto insert = transaction.database().statement(
        "INSERT INTO registry_device(id, person, name, certificate, enrolled_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT(id) DO UPDATE SET name = excluded.name, certificate = excluded.certificate");
    insert.bind_all(shared::ByteView(device.id.hash.bytes), device.person, device.name, device.certificate_pem,
                    device.enrolled_ms);
    return insert.run();
}

Result<void> Registry::note_contact(Transaction& transaction, const DeviceId& id, const std::string& program,
                                    std::int64_t now_ms)
{
    const auto shown = shown_program(program);
    auto update =
        transaction.database().statement("UPDATE registry_device SET last_contact_ms = ?2, program = ?3 WHERE id = ?1");
    update.bind_all(shared::ByteView(id.hash.bytes), now_ms, shown);
    return update.run();
}

Result<void> Registry::revoke(Transaction& transaction, const DeviceId& id, std::int64_t now_ms)
{
    auto update =
        transaction.database().statement("UPDATE registry_device SET revoked_ms = ?2 WHERE id = ?1 AND revoked_ms = 0");
    update.bind_all(shared::ByteView(id.hash.bytes), now_ms);
    INDABA_TRY(update.run());
    auto insert = transaction.database().statement(
        "INSERT OR IGNORE INTO registry_shut_out(device, revoked_ms) "
        "SELECT ?1, ?2 WHERE NOT EXISTS(SELECT 1 FROM registry_device WHERE id = ?1)");
    insert.bind_all(shared::ByteView(id.hash.bytes), now_ms);
    return insert.run();
}

Result<std::map<DeviceId, std::int64_t>> Registry::revocations()
{
    std::map<DeviceId, std::int64_t> revoked;
    auto query = database_.statement(
        "SELECT id, revoked_ms FROM registry_device WHERE revoked_ms <> 0 UNION ALL "
        "SELECT device, revoked_ms FROM registry_shut_out");
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) return revoked;
        revoked.emplace(device_id_from(query.blob(0)), query.int64(1));
    }
}

Result<bool> Registry::is_revoked(const DeviceId& id)
{
    auto query = database_.statement(
        "SELECT 1 FROM registry_device WHERE id = ?1 AND revoked_ms <> 0 UNION ALL "
        "SELECT 1 FROM registry_shut_out WHERE device = ?1");
    query.bind_all(shared::ByteView(id.hash.bytes));
    return query.step();
}

Result<Registry::RevokedPerson> Registry::revoke_person(Transaction& transaction, std::int64_t person,
                                                        std::int64_t now_ms)
{
    auto& database = transaction.database();
    RevokedPerson revoked;
    INDABA_TRY(database.statement("UPDATE registry_device SET revoked_ms = ?2 WHERE person = ?1 AND revoked_ms = 0")
                   .bind_all(person, now_ms)
                   .run());
    revoked.devices = database.changes();
    INDABA_TRY(database.statement("DELETE FROM registry_role WHERE person = ?1").bind_all(person).run());
    revoked.roles = database.changes();
    INDABA_TRY(database
                   .statement("UPDATE registry_invitation SET expires_ms = 0 WHERE person = ?1 AND used_ms = 0 AND "
                              "expires_ms > ?2")
                   .bind_all(person, now_ms)
                   .run());
    revoked.invitations = database.changes();
    return revoked;
}

Result<void> Registry::note_erased(const DeviceId& id, std::uint64_t through, std::int64_t now_ms)
{
    auto known = database_.statement("SELECT coalesce(max(through), 0) FROM registry_erased WHERE device = ?1");
    INDABA_TRY(known.bind_all(shared::ByteView(id.hash.bytes)).step());
    if (std::uint64_t(known.int64(0)) == through) return {};
    INDABA_ASSIGN(auto transaction, Transaction::write(database_));
    auto beyond = database_.statement("DELETE FROM registry_erased WHERE device = ?1 AND through > ?2");
    INDABA_TRY(beyond.bind_all(shared::ByteView(id.hash.bytes), through).run());
    if (through == 0) return transaction.commit();
    auto insert =
        database_.statement("INSERT OR IGNORE INTO registry_erased(device, through, confirmed_ms) VALUES (?1, ?2, ?3)");
    INDABA_TRY(insert.bind_all(shared::ByteView(id.hash.bytes), through, now_ms).run());
    return transaction.commit();
}

Result<std::vector<Registry::ErasedReceipt>> Registry::erased_receipts()
{
    std::vector<ErasedReceipt> receipts;
    auto query =
        database_.statement("SELECT device, through, confirmed_ms FROM registry_erased ORDER BY device, through");
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) return receipts;
        receipts.push_back({device_id_from(query.blob(0)), std::uint64_t(query.int64(1)), query.int64(2)});
    }
}

Result<void> Registry::note_bases(const DeviceId& id, const std::map<SpaceName, std::uint64_t>& bases)
{
    std::map<SpaceName, std::uint64_t> known;
    auto query = database_.statement("SELECT space, base FROM registry_base WHERE device = ?1");
    query.bind_all(shared::ByteView(id.hash.bytes));
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) break;
        known.emplace(query.text(0), std::uint64_t(query.int64(1)));
    }
    if (known == bases) return {};
    INDABA_ASSIGN(auto transaction, Transaction::write(database_));
    auto forget = database_.statement("DELETE FROM registry_base WHERE device = ?1");
    INDABA_TRY(forget.bind_all(shared::ByteView(id.hash.bytes)).run());
    for (const auto& [space, base] : bases) {
        auto insert = database_.statement("INSERT INTO registry_base(device, space, base) VALUES (?1, ?2, ?3)");
        INDABA_TRY(insert.bind_all(shared::ByteView(id.hash.bytes), space, base).run());
    }
    return transaction.commit();
}

Result<std::uint64_t> Registry::passed_by_all(const SpaceName& space)
{
    auto query = database_.statement(
        "SELECT min(b.base) FROM registry_base b JOIN registry_device d ON d.id = b.device "
        "JOIN registry_role r ON r.person = d.person AND r.space = b.space "
        "WHERE b.space = ?1 AND d.revoked_ms = 0");
    INDABA_TRY(query.bind_all(space).step());
    if (query.is_null(0)) return std::numeric_limits<std::uint64_t>::max();
    return std::uint64_t(query.int64(0));
}

Result<void> Registry::require_welcome(const DeviceId& id)
{
    INDABA_ASSIGN(const bool revoked, is_revoked(id));
    if (revoked) return fail(Errc::forbidden, "this device has been revoked: ask your operator");
    auto query = database_.statement("SELECT 1 FROM registry_device WHERE id = ?1");
    query.bind_all(shared::ByteView(id.hash.bytes));
    INDABA_ASSIGN(const bool found, query.step());
    if (!found)
        return fail(Errc::forbidden,
                    "this device is not enrolled here: ask for an invitation, then run `indaba enrol INVITATION` with "
                    "this home");
    return {};
}

Result<sync::Author> Registry::describe(shared::JournalId journal, const DeviceId& device)
{
    INDABA_ASSIGN(const auto found, find_device(device));
    if (!found) return sync::Author{journal, device, {}, {}};
    return sync::Author{journal, device, found->name, found->person_name};
}

Result<void> Registry::add_invitation(Transaction& transaction, const shared::Hash& code_hash, std::int64_t person,
                                      std::int64_t now_ms, std::int64_t expires_ms)
{
    auto insert = transaction.database().statement(
        "INSERT INTO registry_invitation(selector, code_hash, person, made_ms, expires_ms) VALUES (?1, ?2, ?3, ?4, "
        "?5)");
    insert.bind_all(code_hash.prefix() >> 40, shared::ByteView(code_hash.bytes), person, now_ms, expires_ms);
    return insert.run();
}

Result<std::optional<StoredInvitation>> Registry::find_invitation(const shared::Hash& code_hash)
{
    auto query = database_.statement(
        "SELECT i.id, i.code_hash, i.person, p.name, i.expires_ms, i.used_ms, i.device FROM registry_invitation i "
        "JOIN registry_person p ON p.id = i.person WHERE i.selector = ?1");
    query.bind_all(code_hash.prefix() >> 40);
    std::optional<StoredInvitation> found;
    while (true) {
        INDABA_ASSIGN(const bool more, query.step());
        if (!more) return found;
        if (!platform::equal_secrets(query.blob(1), code_hash.bytes)) continue;
        found = StoredInvitation{query.int64(0), query.int64(2), std::string(query.text(3)),
                                 query.int64(4), query.int64(5), {}};
        if (!query.is_null(6)) found->device = device_id_from(query.blob(6));
    }
}

Result<void> Registry::end_invitations(Transaction& transaction)
{
    return transaction.database().statement("UPDATE registry_invitation SET expires_ms = 0 WHERE used_ms = 0").run();
}

Result<void> Registry::use_invitation(Transaction& transaction, std::int64_t id, const DeviceId& device,
                                      std::int64_t now_ms)
{
    auto update = transaction.database().statement(
        "UPDATE registry_invitation SET used_ms = ?2, device = ?3 WHERE id = ?1 AND used_ms = 0");
    update.bind_all(id, now_ms, shared::ByteView(device.hash.bytes));
    return update.run();
}

}  // namespace indaba::server
