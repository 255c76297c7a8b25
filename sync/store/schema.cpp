#include "sync/store/schema.hpp"

#include "platform/sqlite_meta.hpp"

namespace indaba::sync::store {

namespace {

using shared::Errc;
using shared::Result;

constexpr platform::FormatVersion kVersion{5, 5};
constexpr const char* kSide = "store_side";

// 64-bit unsigned numbers are stored as the signed ones of the same bits.
constexpr const char* kBoth = R"sql(
CREATE TABLE journal_name(jid INTEGER PRIMARY KEY, id INT NOT NULL);
CREATE TABLE key_name(kid INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE type_name(tid INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE space_name(sid INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE record(
    rid INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    space INT NOT NULL,
    type INT NOT NULL,
    flags INT NOT NULL,      -- 1 in conflict, 4 gone, 8 hidden: what is below 4 is shown
    number INT NOT NULL,
    searched INT NOT NULL,   -- fingerprint of what the search index has of it; 0: nothing
    shown BLOB NOT NULL,     -- cells
    word BLOB,               -- cells; NULL: the same as shown
    pending BLOB);           -- names; NULL: none
-- Every merge, get and reference comes with an id; unique, so that a record never lies here twice.
CREATE UNIQUE INDEX record_by_id ON record(id);
CREATE TABLE entry(
    eid INTEGER PRIMARY KEY,
    journal INT NOT NULL,
    number INT NOT NULL,
    hash BLOB NOT NULL,
    stamp INT NOT NULL,
    space INT NOT NULL,
    ruled INT,               -- number of its ruling; NULL: pending
    verdict INT,
    ruled_ms INT,
    line INT,                -- NULL: the journal itself
    reason INT,
    reason_field TEXT,
    reason_text TEXT,
    chain BLOB,               -- the feed's chain after it; NULL on a device
    payload BLOB,             -- a short one; NULL: see the table payload
    original BLOB);           -- hash of the payload as it was written, once something in it was erased
-- Finds an entry by its name and reads a journal in order. Not unique: branches of a copied journal have entries of one
-- number, so the hash is compared in the few rows that are found.
CREATE INDEX entry_by_name ON entry(journal, number);
CREATE TABLE payload(eid INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE journal(
    jid INTEGER PRIMARY KEY,  -- 0: this device's clock in `last`, its offset in `ruled`
    space INT,                -- NULL: only its author is known
    author_key BLOB,
    own INT,
    last INT,
    last_hash BLOB,
    ruled INT,
    device BLOB,
    device_name TEXT,
    person TEXT);
CREATE TABLE erasure(
    number INTEGER PRIMARY KEY,  -- in the order in which they came
    record BLOB NOT NULL UNIQUE,
    ordered_ms INT NOT NULL,
    signature BLOB NOT NULL,
    digest INT NOT NULL);        -- of the orders up to this one
)sql";

constexpr const char* kReplica = R"sql(
-- Lists and counts a type of a space without reading rows that are deleted, hidden or of another type.
CREATE INDEX record_shown ON record(space, type) WHERE flags < 4;
-- What is deleted, until the centre says that it may be forgotten.
CREATE INDEX record_gone ON record(space) WHERE flags & 4;
-- The conflicts, which are few among many records: nearly empty, and written only when one comes or goes.
CREATE INDEX record_conflict ON record(space) WHERE flags & 1;
-- Which journals are this device's, among those of everybody whose name it knows: asked for with every write.
CREATE INDEX journal_own ON journal(space) WHERE own;
-- What stands refused is listed and counted without reading every entry ever written.
CREATE INDEX entry_refused ON entry(journal, number) WHERE verdict > 0;
CREATE TABLE space(
    sid INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    role TEXT NOT NULL,
    carried INT NOT NULL,
    base INT NOT NULL,
    position INT NOT NULL,
    head INT NOT NULL,
    head_hash BLOB NOT NULL,
    position_hash BLOB NOT NULL,
    backed_up INT NOT NULL,
    horizon INT NOT NULL,         -- deletions up to this number are forgotten
    centre_records INT NOT NULL,  -- what it holds at the centre, as of sized_ms (0: never told)
    centre_bytes INT NOT NULL,
    sized_ms INT NOT NULL,
    lease_days INT NOT NULL,
    rewinds INT NOT NULL);
CREATE TABLE lease_clock(id INTEGER PRIMARY KEY CHECK (id = 0), renewed_ms INT NOT NULL, seen_ms INT NOT NULL);
CREATE TABLE erased_through(id INTEGER PRIMARY KEY CHECK (id = 0), number INT NOT NULL);  -- by the centre's numbers
CREATE TABLE kept_rulings(space INT, last INT, rulings BLOB NOT NULL, PRIMARY KEY(space, last)) WITHOUT ROWID;
CREATE TABLE seen_conflict(
    record BLOB,
    key TEXT,
    leaves BLOB NOT NULL,    -- names
    PRIMARY KEY(record, key)) WITHOUT ROWID;
CREATE TABLE refusal(
    record BLOB,
    eid INT,
    key TEXT,                -- whole: a set's element, which may be personal, goes with the row
    ended INT NOT NULL,
    PRIMARY KEY(record, eid, key)) WITHOUT ROWID;
-- Of what was ever refused, the little that stands: asked about at every write.
CREATE INDEX refusal_standing ON refusal(record) WHERE ended = 0;
CREATE TABLE orphan(
    record BLOB PRIMARY KEY,
    space INT NOT NULL,
    type INT NOT NULL,
    cells BLOB NOT NULL,
    found_ms INT NOT NULL) WITHOUT ROWID;
)sql";

constexpr const char* kCentre = R"sql(
-- The scan of a feed: a space's records in the order of their numbers, from anywhere.
CREATE INDEX record_feed ON record(space, number) WHERE number > 0;
-- The rulings of a feed in order; unique, so that no number is given twice.
CREATE UNIQUE INDEX entry_feed ON entry(space, ruled) WHERE ruled > 0;
CREATE TABLE space(
    sid INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    backed_up INT NOT NULL,   -- its feed up to this number is in a backup
    horizon INT NOT NULL,     -- deletions up to this number are forgotten
    lease_days INT NOT NULL);
CREATE TABLE mark(
    journal INT,
    line INT,
    number INT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY(journal, line)) WITHOUT ROWID;
CREATE TABLE touched(rid INT, ruled INT, PRIMARY KEY(rid, ruled)) WITHOUT ROWID;
-- What is gone from a journal and waits for an operator.
CREATE TABLE gap(
    journal INT,             -- its id: the centre may know no entry of it
    through INT,
    hash BLOB NOT NULL,      -- of entry `through`
    after INT NOT NULL,
    line INT NOT NULL,       -- of entry `after`
    space TEXT NOT NULL,
    author_key BLOB NOT NULL,
    noted_ms INT NOT NULL,
    PRIMARY KEY(journal, through)) WITHOUT ROWID;
-- Numbers that an operator ruled lost.
CREATE TABLE lost(
    journal INT,             -- its id
    first INT,
    last INT,
    ruled_ms INT NOT NULL,
    PRIMARY KEY(journal, first, last)) WITHOUT ROWID;
)sql";

Result<void> make(platform::Transaction& transaction, Side side)
{
    auto& database = transaction.database();
    INDABA_TRY(platform::set_format_version(transaction, kVersion));
    INDABA_TRY(platform::set_meta_int64(transaction, kSide, std::int64_t(side)));
    INDABA_TRY(database.execute(kBoth));
    return database.execute(side == Side::replica ? kReplica : kCentre);
}

Result<void> check(platform::Database& database, platform::FormatVersion made_in, Side side)
{
    INDABA_TRY(platform::require_openable_by(database, kVersion.version));
    if (made_in.version < kVersion.version)
        return fail(Errc::unsupported, database.path() +
                                           ": was made by a test version of this program, which kept its files "
                                           "otherwise; use that version, or begin anew");
    INDABA_ASSIGN(const auto made_for, platform::meta_int64(database, kSide));
    if (made_for != std::int64_t(side))
        return fail(
            Errc::unsupported,
            database.path() + ": belongs to the other program, a device's or a centre's; name another directory");
    return {};
}

}  // namespace

Result<void> provide_schema(platform::Database& database, Side side)
{
    INDABA_ASSIGN(auto version, platform::format_version(database));
    if (version) return check(database, *version, side);
    INDABA_ASSIGN(auto transaction, platform::Transaction::write(database));
    INDABA_ASSIGN(version, platform::format_version(database));  // another process may have been faster
    if (version) return check(database, *version, side);
    INDABA_TRY(make(transaction, side));
    return transaction.commit();
}

}  // namespace indaba::sync::store
