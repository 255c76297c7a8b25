#include "server/ledger.hpp"

#include "platform/crypto.hpp"
#include "platform/system.hpp"
#include "server/names.hpp"

#include <fmt/format.h>

namespace indaba::server {

using shared::Errc;
using shared::fail;

Ledger::Ledger(DataDirectory directory, std::unique_ptr<sync::store::CentreStore> store)
    : directory_(std::move(directory)), store_(std::move(store)), registry_(std::make_unique<Registry>(*store_))
{
}

Result<Ledger> Ledger::open(const std::string& data)
{
    INDABA_ASSIGN(auto directory, DataDirectory::open(data));
    INDABA_ASSIGN(auto store, directory.open_store());
    Ledger ledger(std::move(directory), std::move(store));
    INDABA_TRY(ledger.registry().require_openable());
    return ledger;
}

Result<void> Ledger::with_centre(const std::function<Result<void>(sync::Centre&)>& work)
{
    platform::SystemClock clock;
    platform::OpensslDigest digest;
    INDABA_ASSIGN(auto feed_key, directory_.feed_key());
    sync::Centre centre({*store_, *registry_, clock, digest, feed_key, shared::Catalogue::builtin()});
    return work(centre);
}

Result<Person> Ledger::require_person(const std::string& name)
{
    INDABA_TRY(check_name(name, "a person's name"));
    INDABA_ASSIGN(auto person, registry_->find_person(name));
    if (!person)
        return fail(Errc::not_found, fmt::format("there is no person '{}' here: add them with person add", name));
    return std::move(*person);
}

Result<Space> Ledger::require_space(const std::string& name)
{
    INDABA_TRY(check_space_name(name));
    INDABA_ASSIGN(auto space, registry_->find_space(name));
    if (!space) return fail(Errc::not_found, fmt::format("there is no space '{}' here: add it with space add", name));
    return std::move(*space);
}

}  // namespace indaba::server
