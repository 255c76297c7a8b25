// A device whose owner changed the program: it writes into its own home with the project's own library, without asking
// the catalogue and with roles that it gave itself. What it then pushes is signed and well-formed.
#pragma once

#include "client/home.hpp"
#include "platform/system.hpp"
#include "sync/replica.hpp"
#include "sync/store/store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace indaba::tests {

class HostileDevice {
public:
    explicit HostileDevice(const std::string& home_directory);

    /// Says to itself that it has this role there.
    void pretend_role(const std::string& space, const std::string& role);
    /// One transaction; the id of its record.
    std::string write(const std::string& space, const std::string& type, std::vector<shared::NamedValue> cells);

private:
    client::Home home_;
    std::unique_ptr<sync::store::ReplicaStore> store_;
    platform::KeyPair key_;
    platform::SystemClock clock_;
    platform::SystemRandom random_;
    platform::OpensslDigest digest_;
    shared::Catalogue no_rules_;
    sync::Replica replica_;
};

}  // namespace indaba::tests
