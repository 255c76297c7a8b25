// What the core answers: records, conflicts, refusals and counts as people see them, under names instead of hashes.
// Plain values, any thread. Times are Unix milliseconds, UTC. JSON for programs is in json.hpp.
#pragma once

#include "shared/catalogue.hpp"
#include "shared/ids.hpp"
#include "shared/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace indaba::client {

using Cell = shared::NamedValue;
using shared::RecordId;
using shared::Value;

/// Where a record stands with the centre.
enum class State : unsigned char {
    only_here,  ///< something of it has not been ruled yet
    accepted,   ///< the centre holds what is shown here
    refused,    ///< something written here was refused and waits for a person
};
[[nodiscard]] const char* state_name(State state);

/// The `field` of a conflict between a deletion and an edit.
inline constexpr const char* kExistenceField = "existence";

/// One of several values that were written without knowing of each other.
struct ConflictLeaf {
    int number = 0;  ///< from 1, for `resolve`: holds as long as the conflict does not change, which resolve() notices
    Value value;  ///< of the field; of an existence conflict a text: what was done
    std::string by;
    std::string device;
    std::int64_t at_ms = 0;
    bool shown = false;
};

struct Conflict {
    RecordId record;
    std::string type;
    std::string title;
    std::string field;  ///< the cell's key, or kExistenceField
    std::vector<ConflictLeaf> leaves;
    std::vector<shared::TransactionName> seen;  ///< what a choice is made from: of another it is not taken
};

/// A record as it is shown: the centre's word with what was written here folded over it.
struct RecordView {
    RecordId id;
    std::string type;
    std::string space;
    std::string title;
    std::vector<Cell> cells;  ///< present ones, ordered by key; elements of sets hold `true`
    std::int64_t updated_at_ms = 0;
    std::string updated_by;
    State state = State::accepted;
    std::vector<Conflict> conflicts;
};

/// What a transaction of this device that the centre refused wanted of one record.
struct Refusal {
    RecordId record;
    RecordId blamed;  ///< the record for which all that was written together was refused; often this one
    std::string type;
    std::string title;
    std::string space;
    std::string field;  ///< to blame; may be empty
    std::string reason;
    std::int64_t written_ms = 0;
    std::int64_t ruled_ms = 0;
    std::vector<Cell> cells;  ///< what it wrote to that record; of a standing one, what nobody has written again
    bool restored = false;  ///< an existence in them brings back a deleted record
};

/// What somebody wrote to a record, the centre once had, and has no more since it was put back from a backup.
struct Forgotten {
    RecordId record;
    std::string type;
    std::string title;
    std::string space;
    std::int64_t found_ms = 0;  ///< when this device noticed
    std::string by;  ///< who wrote the newest of it
    std::vector<Cell> cells;
};

/// What a put did that its person may not have meant or does not see yet.
struct PutNotes {
    std::vector<RecordId> created;  ///< under the id that was given: no record of that id was known here
    std::vector<RecordId> restored;  ///< were deleted; what they held besides comes with the next sync
};

/// One step in a record's life.
struct HistoryStep {
    std::int64_t at_ms = 0;
    std::string by;
    std::string device;
    State state = State::accepted;
    std::vector<Cell> cells;  ///< absent values were cleared; kExistenceField holds a boolean
    bool restored = false;  ///< the record was there before: an existence in them brings it back
};

struct History {
    RecordId record;
    bool complete = false;  ///< the centre told all; else what is known here
    std::vector<HistoryStep> steps;  ///< oldest first
};

struct SpaceView {
    std::string name;
    std::string kind;
    std::string title;
    std::string role;
    bool carried = true;  ///< this device holds its records, or begins to with the next contact
    std::int64_t lease_until_ms = 0;  ///< then it locks, unless the centre is met before; 0: it was never met
    bool lease_ends_soon = false;
    bool locked = false;  ///< so it is to who reads, until the next contact
    // Core::spaces() alone says what follows.
    std::uint64_t records = 0;  ///< here, alive
    std::uint64_t bytes = 0;  ///< of what is kept of them here, without indexes
    std::uint64_t waiting = 0;  ///< own changes without a ruling: dropping the space does not end them
    std::uint64_t centre_records = 0;  ///< of a space that is not carried: what carrying it brings
    std::uint64_t centre_bytes = 0;
    std::int64_t as_of_ms = 0;  ///< of these two; 0: not told, or carried
};

struct Status {
    std::string device;
    std::string person;
    std::string server;
    std::vector<SpaceView> spaces;
    std::uint64_t records = 0;  ///< alive, of all spaces: the three below without what is counted beside them
    std::uint64_t only_here = 0;
    std::uint64_t only_here_deleted = 0;  ///< of these: a deletion waits, so they are not among the records
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::uint64_t refused_gone = 0;  ///< of these: nothing else is known of them, so they are not among the records
    std::uint64_t forgotten = 0;  ///< records of which the centre, put back from a backup, has something no more
    std::uint64_t conflicts = 0;
    /// Every change that was ever written here, a transaction each: it is in exactly one of these.
    struct Written {
        std::uint64_t only_here = 0;
        std::uint64_t accepted = 0;
        std::uint64_t refused = 0;
        std::uint64_t backed_up = 0;  ///< of the accepted ones: they survive the loss of the centre's disk
        [[nodiscard]] std::uint64_t changes() const { return only_here + accepted + refused; }
    };
    Written written;
    std::int64_t last_contact_ms = 0;  ///< 0: never
    std::int64_t last_attempt_ms = 0;
    std::string refusal;  ///< why the centre lets this device in no more, in its words; empty: it does
    std::int64_t over_quota_until_ms = 0;  ///< the centre takes no more of this person's before; 0: it does
    std::int64_t clock_offset_ms = 0;  ///< the centre's clock minus this device's, as of the last contact
    std::string protection;  ///< of the home's keys: protection_name()
    bool locked = false;  ///< the next command is asked for the passphrase
};

}  // namespace indaba::client
