// The delegate's program without a face: everything that the command line does, for whoever embeds it. Everything but
// sync() and history() works with no network and never asks for one.
// Thread rule: one thread at a time per Core; any number of Cores, also in other processes, may share one home.
// Every call that writes is one transaction: it happened whole, and is durable, or nothing happened.
// Times are Unix milliseconds; the errors of every call are shared::Error, whose text may be shown to people as it is:
//   not_found  no such record     rule_broken  a catalogue rule, the field's name first     forbidden  no role there
//   usage      the question is wrong     busy  another process wrote for longer than 5 s    cancelled  `stop` was asked
//   full, io, corrupt  the disk: what was written before stays
#pragma once

#include "client/home.hpp"
#include "client/records.hpp"
#include "client/sync_report.hpp"
#include "shared/catalogue.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace indaba::client {

/// A record to be created or changed. Only the named cells change; an absent value clears a cell.
struct Draft {
    std::optional<RecordId> id;  ///< none: a new record. One that is not here: created under this id
    std::string type;  ///< may be empty for a record that is here
    std::string space;  ///< empty: the record's own, or the only one where this person may write
    std::vector<Cell> cells;  ///< as Catalogue::parse_assignment makes them
};

struct ListQuery {
    std::string type;
    /// All must hold: the field shows this text, in any language version; or the set has this element.
    std::vector<std::pair<std::string, std::string>> where;
    std::size_t limit = 0;  ///< 0: all
};

/// Which of the values of a conflict stays.
struct Choice {
    std::optional<int> keep;  ///< the number of a leaf
    std::optional<std::string> value;  ///< or another value, as people type it
};

struct SyncOptions {
    bool watch = false;  ///< stay connected, reconnect, push what any process of this home writes, until stopped
    /// With watch: each time a connection has caught up, or has ended with an error and will be tried again.
    std::function<void(const SyncReport&)> on_turn;
};

class Core {
public:
    /// not_found if the home is not enrolled; corrupt, io, unsupported, untrusted, busy as Home::open. A home that may
    /// only be read opens as well.
    [[nodiscard]] static Result<std::unique_ptr<Core>> open(const std::string& home_directory,
                                                            const AskPassphrase& ask = {});
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    /// One transaction, so all drafts are of one space and at most limits::kRecordsPerTransaction. The ids in their
    /// order. `notes`, if asked for, are added to; they cost a look at each record that has an id.
    [[nodiscard]] Result<std::vector<RecordId>> put(const std::vector<Draft>& drafts, PutNotes* notes = nullptr);
    /// The same for any number of transactions, all of them or none: each call of `next` gives the drafts of one, and
    /// an empty list ends it. An error of `next` is the answer, and nothing was written. Other writers wait meanwhile.
    using NextDrafts = std::function<Result<std::vector<Draft>>()>;
    [[nodiscard]] Result<std::vector<RecordId>> put_all(const NextDrafts& next, PutNotes* notes = nullptr);
    /// Checks the drafts as put() would and writes nothing: the error of each, by its index.
    [[nodiscard]] Result<std::vector<std::pair<std::size_t, shared::Error>>> check(const std::vector<Draft>& drafts);
    [[nodiscard]] Result<void> remove(const RecordId& id);

    /// not_found also for a record that is plainly deleted; the text says so.
    [[nodiscard]] Result<RecordView> get(const RecordId& id);
    /// In the order in which they arrived here, space by space, until `visit` answers false.
    [[nodiscard]] Result<void> list(const ListQuery& query, const std::function<bool(RecordView&&)>& visit);
    /// Best matches first; every word must occur, the last one perhaps unfinished.
    [[nodiscard]] Result<std::vector<RecordView>> search(const std::string& text, std::size_t limit);
    /// What a record that others refer to is called; nothing if it is not here or has no name of its own.
    [[nodiscard]] std::optional<std::string> title(const RecordId& id);

    [[nodiscard]] Result<std::vector<Conflict>> conflicts();
    [[nodiscard]] Result<void> resolve(const RecordId& id, const std::string& field, const Choice& choice,
                                       const std::string& reason);
    /// Settles a deletion that met an edit; `alive` also brings back a record that is plainly deleted.
    [[nodiscard]] Result<void> resolve_existence(const RecordId& id, bool alive, const std::string& reason);

    enum class Refused : unsigned char {
        standing,  ///< what nobody has written again or dropped: it waits for a person
        all,
    };
    [[nodiscard]] Result<std::vector<Refusal>> refused(Refused which = Refused::standing);
    /// Writes again what stands refused of a record, corrected, and of those that were written together with it:
    /// number of records written. It replaces what the first attempt would have; what others wrote since is a conflict.
    [[nodiscard]] Result<std::size_t> retry_refused(const RecordId& id, const std::vector<Cell>& corrections);
    /// What was refused of a record stands no more; `refused` with `all` still lists it.
    [[nodiscard]] Result<void> drop_refused(const RecordId& id);
    /// What the centre, put back from a backup, has no more and no device has brought again, oldest find first.
    [[nodiscard]] Result<std::vector<Forgotten>> forgotten();
    /// Writes it again as an edit of what is shown now. Should its author's device bring it after all, that replaces
    /// nothing and is no conflict.
    [[nodiscard]] Result<void> restore_forgotten(const RecordId& id);
    [[nodiscard]] Result<void> drop_forgotten(const RecordId& id);
    [[nodiscard]] Result<Status> status();
    /// forbidden, with the spaces and what to do, if a lease has run out. Calls that show a record of such a space, or
    /// settle what only who sees it can settle, fail like this; lists and search leave its records out, so ask after
    /// them. put(), put_all(), check() and remove() go on, and tell nothing of what its records hold: rules between
    /// their fields are left to the centre, and what was deleted before is deleted again without a word.
    [[nodiscard]] Result<void> require_leases();

    /// Every space that this person has a role in, carried or not, by name.
    [[nodiscard]] Result<std::vector<SpaceView>> spaces();
    /// usage: this device knows no such space; forbidden: no role there.
    [[nodiscard]] Result<SpaceView> space(const std::string& name);
    /// From the next contact on its records come to this device. A sync that goes on in any process begins at once.
    /// usage: this device knows no such space; forbidden: no role there.
    [[nodiscard]] Result<void> carry_space(const std::string& name);
    /// Its records, conflicts and searched words leave this device, and nothing can be written there until it is
    /// carried again. What was written here is kept: what waits is still sent, what was refused stands. rule_broken
    /// while something of it is forgotten(): nobody else may have it. usage: this device
    /// knows no such space; forbidden: no role there.
    [[nodiscard]] Result<void> drop_space(const std::string& name);

    /// What is known here; with `patience_ms` above 0 the centre is asked, and all of it is there if it answers in
    /// time.
    [[nodiscard]] Result<History> history(const RecordId& id, int patience_ms);

    /// Pushes and pulls until both sides hold the same, or for ever with `watch`. Not reaching the centre is no failure
    /// of the call: the report says so in `error`. The calling thread does the storing, another one the network.
    [[nodiscard]] SyncReport sync(const SyncOptions& options, std::stop_token stop = {},
                                  const SyncProgress& progress = {});

    /// io, with what to do, if the home may only be read: then every call that writes, and sync(), fails like this,
    /// and history() answers what is known here.
    [[nodiscard]] Result<void> require_writable() const;

    [[nodiscard]] const Home& home() const;
    [[nodiscard]] const shared::Catalogue& catalogue() const;

private:
    struct Parts;
    explicit Core(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace indaba::client
