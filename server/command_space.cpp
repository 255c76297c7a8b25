#include "server/commands.hpp"
#include "server/ledger.hpp"
#include "server/names.hpp"
#include "sync/storage_transaction.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

boost::json::object json_of(const Space& space)
{
    return {{"space", space.name}, {"kind", space.kind}, {"title", space.title}, {"lease_days", space.lease_days}};
}

Answer answer_for(const Space& space, bool added)
{
    Answer answer;
    answer.text =
        fmt::format("{} space {}, {} '{}'", added ? "added" : "unchanged:", space.name, space.kind, space.title);
    auto json = json_of(space);
    json["added"] = added;
    answer.json = std::move(json);
    return answer;
}

/// Inside the store's transaction.
Result<bool> add_if_new(Ledger& ledger, const Space& space)
{
    INDABA_ASSIGN(const auto before, ledger.registry().find_space(space.name));
    if (!before) {
        INDABA_TRY(ledger.store().add_space(space));
        return true;
    }
    if (before->kind == space.kind && before->title == space.title) return false;
    return fail(Errc::usage, fmt::format("the space {} is there already, {} '{}': choose another name", space.name,
                                         before->kind, before->title));
}

}  // namespace

Result<Answer> add_space(const SpaceAddCommand& command)
{
    INDABA_TRY(check_space_name(command.name));
    INDABA_TRY(check_kind(command.kind));
    const Space space{command.name, command.kind, command.title.value_or(command.name)};
    INDABA_TRY(check_name(space.title, "a title"));
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    sync::StorageTransaction transaction(ledger.store());
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const bool added, add_if_new(ledger, space));
    INDABA_TRY(transaction.commit());
    return answer_for(space, added);
}

Result<Answer> set_space_lease(const SpaceLeaseCommand& command)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    sync::StorageTransaction transaction(ledger.store());
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(auto space, ledger.require_space(command.name));
    INDABA_TRY(ledger.store().set_lease(space.name, command.days));
    INDABA_TRY(transaction.commit());
    space.lease_days = command.days;
    Answer answer;
    answer.text = fmt::format("devices may read {} for {} days without contact", space.name, space.lease_days);
    answer.json = json_of(space);
    return answer;
}

Result<Answer> list_spaces(const std::string& data)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(data));
    INDABA_ASSIGN(auto spaces, ledger.store().spaces());
    std::ranges::sort(spaces, {}, &Space::name);
    boost::json::array json;
    Answer answer;
    for (const auto& space : spaces) {
        answer.text += fmt::format("{}{}  {}  {}  {} days without contact", answer.text.empty() ? "" : "\n", space.name,
                                   space.kind, space.title, space.lease_days);
        json.push_back(json_of(space));
    }
    answer.json = std::move(json);
    return answer;
}

}  // namespace indaba::server
