#include "client/core_parts.hpp"

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

shared::Error no_such_record(const RecordId& id)
{
    return shared::fail(shared::Errc::not_found, fmt::format("there is no record {} here", id.text()));
}

Core::Parts::Parts(Home opened_home, std::unique_ptr<sync::store::ReplicaStore> opened_store)
    : home(std::move(opened_home)), signer(home.key()), store(std::move(opened_store)),
      replica({*store, clock, random, digest, signer, home.enrolment().centre_key, catalogue})
{
}

Core::Core(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Core::~Core() = default;

const Home& Core::home() const { return parts_->home; }
const shared::Catalogue& Core::catalogue() const { return parts_->catalogue; }

Result<std::unique_ptr<Core>> Core::open(const std::string& home_directory)
{
    INDABA_ASSIGN(auto home, Home::open(home_directory));
    platform::DatabaseOptions file;
    file.path = home.database_path();
    file.create = true;
    file.key = home.database_key();
    INDABA_ASSIGN(auto store, sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {}));
    return std::unique_ptr<Core>(new Core(std::make_unique<Parts>(std::move(home), std::move(store))));
}

}  // namespace indaba::client
