#include "server/person_quotas.hpp"

namespace indaba::server {

namespace {

// `changes` and `bytes` are of that `day` of UTC, counted from 1970. A most of 0: as everybody's.
constexpr const char* kTable = R"sql(
CREATE TABLE registry_quota(
    person INTEGER PRIMARY KEY REFERENCES registry_person(id),
    changes_most INTEGER NOT NULL DEFAULT 0,
    bytes_most INTEGER NOT NULL DEFAULT 0,
    day INTEGER NOT NULL DEFAULT 0,
    changes INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
)sql";

}  // namespace

Result<void> PersonQuotas::create(Transaction& transaction) { return transaction.database().execute(kTable); }

Result<sync::Allowance> PersonQuotas::allowance_of(std::int64_t person, sync::Day day)
{
    auto query = database_.statement(
        "SELECT changes_most, bytes_most, day, changes, bytes FROM registry_quota WHERE person = ?1");
    query.bind_all(person);
    INDABA_ASSIGN(const bool found, query.step());
    sync::Allowance allowance{{}, kUsualQuota};
    if (!found) return allowance;
    if (query.int64(0) > 0) allowance.most.changes = std::uint64_t(query.int64(0));
    if (query.int64(1) > 0) allowance.most.bytes = std::uint64_t(query.int64(1));
    // Any other day is over, one in the future too: the centre's clock has been put right.
    if (query.int64(2) == day.number) allowance.used = {std::uint64_t(query.int64(3)), std::uint64_t(query.int64(4))};
    return allowance;
}

Result<void> PersonQuotas::set_most(Transaction& transaction, std::int64_t person, const sync::Amount& most)
{
    return transaction.database()
        .statement(
            "INSERT INTO registry_quota(person, changes_most, bytes_most) VALUES (?1, ?2, ?3) "
            "ON CONFLICT(person) DO UPDATE SET changes_most = excluded.changes_most, "
            "bytes_most = excluded.bytes_most")
        .bind_all(person, std::int64_t(most.changes), std::int64_t(most.bytes))
        .run();
}

Result<std::optional<std::int64_t>> PersonQuotas::person_of(const sync::Writer& writer)
{
    auto query = database_.statement("SELECT person, revoked_ms FROM registry_device WHERE id = ?1");
    query.bind_all(shared::ByteView(writer.author.hash.bytes));
    INDABA_ASSIGN(const bool is_known, query.step());
    if (is_known && query.int64(1) == 0) return std::optional(query.int64(0));
    if (!writer.sender) return std::optional<std::int64_t>();
    query.reset();
    query.bind_all(shared::ByteView(writer.sender->hash.bytes));
    INDABA_ASSIGN(const bool is_sent, query.step());
    return is_sent ? std::optional(query.int64(0)) : std::nullopt;
}

Result<std::optional<sync::Allowance>> PersonQuotas::allowance(const sync::Writer& writer, sync::Day day)
{
    INDABA_ASSIGN(const auto person, person_of(writer));
    if (!person) return std::optional<sync::Allowance>();
    INDABA_ASSIGN(const auto allowance, allowance_of(*person, day));
    return std::optional(allowance);
}

Result<void> PersonQuotas::add(const sync::Writer& writer, sync::Day day, const sync::Amount& amount)
{
    INDABA_ASSIGN(const auto person, person_of(writer));
    if (!person) return {};
    return database_
        .statement(
            "INSERT INTO registry_quota(person, day, changes, bytes) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT(person) DO UPDATE SET "
            "changes = iif(day = excluded.day, changes, 0) + excluded.changes, "
            "bytes = iif(day = excluded.day, bytes, 0) + excluded.bytes, day = excluded.day")
        .bind_all(*person, day.number, std::int64_t(amount.changes), std::int64_t(amount.bytes))
        .run();
}

}  // namespace indaba::server
