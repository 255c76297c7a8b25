// A centre's database as a command opens it: while another process serves from the same file, or none does.
// One thread.
#pragma once

#include "server/data_directory.hpp"
#include "server/person_quotas.hpp"
#include "server/registry.hpp"

#include <functional>

namespace indaba::server {

class Ledger {
public:
    /// not_found: no centre there.
    [[nodiscard]] static Result<Ledger> open(const std::string& data);

    [[nodiscard]] const DataDirectory& directory() const { return directory_; }
    [[nodiscard]] sync::store::CentreStore& store() { return *store_; }
    [[nodiscard]] platform::Database& database() { return store_->database(); }
    [[nodiscard]] Registry& registry() { return *registry_; }
    [[nodiscard]] PersonQuotas quotas() { return PersonQuotas(database()); }

    /// Lets `work` order something as this centre.
    [[nodiscard]] Result<void> with_centre(const std::function<Result<void>(sync::Centre&)>& work);

    /// not_found, in words that say what to do.
    [[nodiscard]] Result<Person> require_person(const std::string& name);
    [[nodiscard]] Result<Space> require_space(const std::string& name);

private:
    Ledger(DataDirectory directory, std::unique_ptr<sync::store::CentreStore> store);

    DataDirectory directory_;
    std::unique_ptr<sync::store::CentreStore> store_;
    std::unique_ptr<Registry> registry_;
};

}  // namespace indaba::server
