#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/ledger.hpp"
#include "server/names.hpp"
#include "server/quota_words.hpp"
#include "server/revocation_file.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace indaba::server {

namespace {

boost::json::object json_of(const Person& person)
{
    boost::json::object roles;
    for (const auto& [space, role] : person.roles) roles[space] = role;
    return {{"person", person.name}, {"roles", std::move(roles)}};
}

std::string text_of(const Person& person)
{
    std::string text = person.name;
    for (const auto& [space, role] : person.roles) text += fmt::format("  {}={}", space, role);
    return text;
}

Result<std::vector<RoleChange>> parse_changes(Ledger& ledger, const std::vector<std::string>& roles)
{
    std::vector<RoleChange> changes;
    for (const auto& text : roles) {
        INDABA_ASSIGN(auto change, parse_role_change(text));
        INDABA_TRY(ledger.require_space(change.space));
        changes.push_back(std::move(change));
    }
    return changes;
}

struct Saved {
    Person person;
    bool is_new = false;
    bool has_changed = false;
};

/// Inside the transaction.
Result<Saved> save(Ledger& ledger, Transaction& transaction, const std::string& name,
                   const std::vector<RoleChange>& changes)
{
    platform::SystemClock clock;
    INDABA_ASSIGN(auto before, ledger.registry().find_person(name));
    Saved saved{before.value_or(Person{0, name, {}}), !before.has_value(), false};
    if (saved.is_new) {
        INDABA_ASSIGN(saved.person.id, ledger.registry().add_person(transaction, name, clock.now_ms()));
    }
    const auto roles_before = saved.person.roles;
    for (const auto& change : changes) {
        INDABA_TRY(ledger.registry().set_role(transaction, saved.person.id, change.space, change.role));
        saved.person.roles.erase(change.space);
        if (!change.role.empty()) saved.person.roles.emplace(change.space, change.role);
    }
    saved.has_changed = saved.is_new || saved.person.roles != roles_before;
    return saved;
}

}  // namespace

Result<Answer> add_person(const PersonAddCommand& command)
{
    INDABA_TRY(check_name(command.name, "a person's name"));
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    INDABA_ASSIGN(const auto changes, parse_changes(ledger, command.roles));
    INDABA_ASSIGN(auto transaction, Transaction::write(ledger.database()));
    INDABA_ASSIGN(const auto saved, save(ledger, transaction, command.name, changes));
    INDABA_TRY(transaction.commit());
    const auto* said = saved.is_new ? "added" : saved.has_changed ? "changed" : "unchanged:";
    Answer answer;
    answer.text = fmt::format("{} {}", said, text_of(saved.person));
    auto json = json_of(saved.person);
    json["added"] = saved.is_new;
    json["changed"] = saved.has_changed;
    answer.json = std::move(json);
    return answer;
}

Result<Answer> revoke_person(const PersonRevokeCommand& command)
{
    platform::SystemClock clock;
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    INDABA_ASSIGN(auto transaction, Transaction::write(ledger.database()));
    INDABA_ASSIGN(const auto person, ledger.require_person(command.name));
    INDABA_ASSIGN(const auto revoked, ledger.registry().revoke_person(transaction, person.id, clock.now_ms()));
    INDABA_TRY(transaction.commit());
    INDABA_TRY(note_revocations(ledger));
    const bool was_revoked = revoked.devices + revoked.roles + revoked.invitations == 0;
    return Answer{fmt::format("{} {}: {} devices shut out, {} roles and {} open invitations taken away",
                              was_revoked ? "unchanged:" : "revoked", person.name, revoked.devices, revoked.roles,
                              revoked.invitations),
                  boost::json::object{{"person", person.name},
                                      {"devices", revoked.devices},
                                      {"roles", revoked.roles},
                                      {"invitations", revoked.invitations}}};
}

Result<Answer> list_people(const std::string& data)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(data));
    INDABA_ASSIGN(const auto people, ledger.registry().people());
    platform::SystemClock clock;
    const auto today = sync::Day::of(clock.now_ms());
    boost::json::array json;
    Answer answer;
    for (const auto& person : people) {
        INDABA_ASSIGN(const auto allowance, ledger.quotas().allowance_of(person.id, today));
        if (!answer.text.empty()) answer.text += '\n';
        answer.text += text_of(person);
        if (allowance.most != kUsualQuota || allowance.is_used_up()) answer.text += "  " + words_of(allowance);
        auto object = json_of(person);
        object["quota"] = json_of(allowance);
        json.push_back(std::move(object));
    }
    answer.json = std::move(json);
    return answer;
}

}  // namespace indaba::server
