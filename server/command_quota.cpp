#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/ledger.hpp"
#include "server/quota_words.hpp"

#include <fmt/format.h>

namespace indaba::server {

namespace {

constexpr std::uint64_t kKilobyte = 1'000;

/// Inside the transaction.
Result<sync::Allowance> save(Ledger& ledger, Transaction& transaction, std::int64_t person,
                             const PersonQuotaCommand& command)
{
    platform::SystemClock clock;
    INDABA_ASSIGN(auto allowance, ledger.quotas().allowance_of(person, sync::Day::of(clock.now_ms())));
    if (!command.changes && !command.megabytes) return allowance;
    allowance.most = {command.changes.value_or(allowance.most.changes),
                      command.megabytes ? *command.megabytes * kMegabyte : allowance.most.bytes};
    INDABA_TRY(ledger.quotas().set_most(transaction, person, allowance.most));
    return allowance;
}

}  // namespace

std::string words_of(const sync::Allowance& allowance)
{
    return fmt::format("at most {} changes and {} MB a day, {} changes and {} KB today{}", allowance.most.changes,
                       allowance.most.bytes / kMegabyte, allowance.used.changes,
                       (allowance.used.bytes + kKilobyte - 1) / kKilobyte,
                       allowance.is_used_up() ? ": used up, the rest waits on their devices" : "");
}

boost::json::object json_of(const sync::Allowance& allowance)
{
    return {{"changes", allowance.most.changes},
            {"mb", allowance.most.bytes / kMegabyte},
            {"changes_today", allowance.used.changes},
            {"bytes_today", allowance.used.bytes},
            {"used_up", allowance.is_used_up()}};
}

Result<Answer> set_person_quota(const PersonQuotaCommand& command)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    INDABA_ASSIGN(auto transaction, Transaction::write(ledger.database()));
    INDABA_ASSIGN(const auto person, ledger.require_person(command.name));
    INDABA_ASSIGN(const auto allowance, save(ledger, transaction, person.id, command));
    INDABA_TRY(transaction.commit());
    return Answer{fmt::format("{}: {}", person.name, words_of(allowance)),
                  boost::json::object{{"person", person.name}, {"quota", json_of(allowance)}}};
}

}  // namespace indaba::server
