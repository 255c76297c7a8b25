#include "client/core_parts.hpp"
#include "client/life.hpp"

#include "platform/files.hpp"

#include <fmt/format.h>

namespace indaba::client {

const char* state_name(State state)
{
    switch (state) {
        case State::only_here: return "only_here";
        case State::accepted: return "accepted";
        case State::refused: return "refused";
    }
    return "";
}

shared::Error Core::Parts::missing(const RecordId& id)
{
    const auto erased = store->is_erased(id);
    const bool was_erased = erased.has_value() && *erased;
    return shared::fail(shared::Errc::not_found,
                        was_erased ? fmt::format("record {} was erased by order of the centre", id.text())
                                   : fmt::format("there is no record {} here", id.text()));
}

Core::Parts::Parts(Home opened_home, std::unique_ptr<sync::store::ReplicaStore> opened_store, bool opened_to_read)
    : home(std::move(opened_home)), signer(home.key()), store(std::move(opened_store)),
      replica({*store, clock, random, digest, signer, home.enrolment().centre_key, catalogue}),
      read_only(opened_to_read)
{
}

Core::Core(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Core::~Core() = default;

const Home& Core::home() const { return parts_->home; }
const shared::Catalogue& Core::catalogue() const { return parts_->catalogue; }

Result<std::unique_ptr<Core>> Core::open(const std::string& home_directory, const AskPassphrase& ask)
{
    INDABA_ASSIGN(auto home, Home::open(home_directory, ask));
    platform::DatabaseOptions file;
    file.path = home.database_path();
    const auto state = platform::file_state(file.path);
    const bool is_there = state && state->size_bytes > 0;  // SQLite would take an empty one for a new database
    file.read_only = !platform::is_writable(home_directory) || (is_there && !platform::is_writable(file.path));
    if (file.read_only && !is_there)
        return shared::fail(shared::Errc::io,
                            fmt::format("{} holds no records yet and may only be read: make it writable, then run "
                                        "`indaba sync`",
                                        home_directory));
    // Nothing can be written before a space is known, so a device that never met its centre had nothing to lose.
    if (!is_there && home.contact().last_contact_ms > 0)
        return shared::fail(
            shared::Errc::corrupt,
            fmt::format("{} is missing or empty: put it back from a copy; without one, enrol this device anew "
                        "in another directory (what was not sent from here is lost)",
                        file.path));
    file.create = !file.read_only;
    file.key = home.database_key();
    auto store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
    if (store.has_error() && store.error().code == shared::Errc::full && is_there && !file.read_only) {
        file.read_only = file.disk_is_full = true;  // what is there can still be looked up
        file.create = false;
        store = sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {});
    }
    INDABA_ASSIGN(auto opened, of_the_disk(std::move(store)));
    auto parts = std::make_unique<Parts>(std::move(home), std::move(opened), file.read_only);
    parts->disk_is_full = file.disk_is_full;
    if (!file.read_only) check_life(parts->home, *parts->store, parts->replica.ports());
    return std::unique_ptr<Core>(new Core(std::move(parts)));
}

Result<void> Core::require_writable() const
{
    const auto& directory = parts_->home.directory();
    if (!parts_->read_only) return {};
    if (parts_->disk_is_full)
        return shared::fail(
            shared::Errc::full,
            fmt::format("{}: the disk is full, so nothing was changed; make room and try again", directory));
    return shared::fail(
        shared::Errc::io,
        fmt::format("{} may only be read, so nothing was changed: make it and its files writable, or work on a copy",
                    directory));
}

}  // namespace indaba::client
