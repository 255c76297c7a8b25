#include "tests/hostile/hostile_device.hpp"

#include <stdexcept>

namespace indaba::tests {

namespace {

template <class T>
T must(shared::Result<T> result)
{
    if (result.has_error()) throw std::runtime_error(result.error().text);
    return std::move(*result);
}

void must(const shared::Result<void>& result)
{
    if (result.has_error()) throw std::runtime_error(result.error().text);
}

std::unique_ptr<sync::store::ReplicaStore> store_of(const client::Home& home)
{
    platform::DatabaseOptions file;
    file.path = home.database_path();
    file.key = home.database_key();
    return must(sync::store::ReplicaStore::open(file, shared::Catalogue::builtin(), {}));
}

}  // namespace

HostileDevice::HostileDevice(const std::string& home_directory)
    : home_(must(client::Home::open(home_directory))), store_(store_of(home_)), key_(home_.key()),
      no_rules_(must(shared::Catalogue::parse(R"({"types": [], "code_lists": []})"))),
      replica_({*store_, clock_, random_, digest_, key_, home_.enrolment().centre_key, no_rules_})
{
}

void HostileDevice::pretend_role(const std::string& space, const std::string& role)
{
    sync::StoredSpace pretended;
    pretended.name = space;
    pretended.kind = "event";
    pretended.title = space;
    pretended.role = role;
    must(store_->begin());
    must(store_->save_space(pretended));
    must(store_->commit());
}

std::string HostileDevice::write(const std::string& space, const std::string& type,
                                 std::vector<shared::NamedValue> cells)
{
    std::array<std::uint8_t, 10> random{};
    random_.fill(random);
    const auto id = shared::RecordId::make(clock_.now_ms(), random);
    (void)must(replica_.write(space, {{sync::Change::Kind::put, id, type, std::move(cells)}}));
    return id.text();
}

}  // namespace indaba::tests
