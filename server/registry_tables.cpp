#include "server/registry.hpp"

#include "platform/sqlite_meta.hpp"
#include "server/person_quotas.hpp"

#include <algorithm>
#include <utility>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

constexpr std::string_view kVersionKey = "registry_version";
constexpr std::int64_t kVersion = 1;

// Times are Unix milliseconds, 0 for never. An invitation is found by a few bits of its hash and compared as a whole,
// so that the time of an answer tells nothing about the rest.
constexpr const char* kTables = R"sql(
CREATE TABLE registry_person(
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    added_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE registry_role(
    person INTEGER NOT NULL REFERENCES registry_person(id),
    space TEXT NOT NULL,
    role TEXT NOT NULL CHECK(role IN ('viewer', 'contributor', 'editor', 'organiser')),
    PRIMARY KEY(person, space)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_device(
    id BLOB PRIMARY KEY CHECK(length(id) = 32),
    person INTEGER NOT NULL REFERENCES registry_person(id),
    name TEXT NOT NULL,
    certificate TEXT NOT NULL,
    enrolled_ms INTEGER NOT NULL,
    last_contact_ms INTEGER NOT NULL DEFAULT 0,
    program TEXT NOT NULL DEFAULT '',
    revoked_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
-- Devices that were revoked and are not among those above: this database was put back to before their enrolment.
CREATE TABLE registry_shut_out(
    device BLOB PRIMARY KEY CHECK(length(device) = 32),
    revoked_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_invitation(
    id INTEGER PRIMARY KEY,
    selector INTEGER NOT NULL,
    code_hash BLOB NOT NULL UNIQUE CHECK(length(code_hash) = 32),
    person INTEGER NOT NULL REFERENCES registry_person(id),
    made_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL DEFAULT 0,
    device BLOB
) STRICT;
CREATE TABLE registry_erased(
    device BLOB NOT NULL REFERENCES registry_device(id),
    through INTEGER NOT NULL,
    confirmed_ms INTEGER NOT NULL,
    PRIMARY KEY(device, through)
) STRICT, WITHOUT ROWID;
CREATE TABLE registry_base(
    device BLOB NOT NULL REFERENCES registry_device(id),
    space TEXT NOT NULL,
    base INTEGER NOT NULL,  -- it had heard of what was ruled up to this number when it came last
    PRIMARY KEY(device, space)
) STRICT, WITHOUT ROWID;
CREATE INDEX registry_invitation_by_selector ON registry_invitation(selector);
)sql";

}  // namespace

Result<void> Registry::create(Transaction& transaction)
{
    INDABA_TRY(transaction.database().execute(kTables));
    INDABA_TRY(PersonQuotas::create(transaction));
    return platform::set_meta_int64(transaction, kVersionKey, kVersion);
}

Result<void> Registry::require_openable()
{
    INDABA_ASSIGN(const auto version, platform::meta_int64(database_, kVersionKey));
    if (!version) return fail(Errc::not_found, "this database has no people: was it made with 'init'?");
    if (*version > kVersion)
        return fail(Errc::unsupported, "a newer indaba-server wrote this database: use that version or a newer one");
    return {};
}

Result<bool> Registry::changed_outside()
{
    auto query = database_.statement("PRAGMA data_version");
    INDABA_TRY(query.step());
    const auto version = query.int64(0);
    return std::exchange(seen_version_, version) != version;
}

Result<std::optional<Space>> Registry::find_space(const SpaceName& name)
{
    INDABA_ASSIGN(auto spaces, store_.spaces());
    const auto found = std::ranges::find(spaces, name, &Space::name);
    if (found == spaces.end()) return std::optional<Space>();
    return std::optional<Space>(std::move(*found));
}

}  // namespace indaba::server
