#include "platform/crypto.hpp"
#include "server/commands.hpp"
#include "server/ledger.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <charconv>

namespace indaba::server {

namespace {

namespace json = boost::json;
using shared::Errc;
using shared::fail;

std::string text_of(shared::JournalId id) { return fmt::format("{:016x}", id.value); }

Result<shared::JournalId> journal_of(const std::string& text)
{
    shared::JournalId id;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, id.value, 16);
    if (text.size() == 16 && read.ec == std::errc() && read.ptr == end) return id;
    return fail(Errc::usage, "a journal is named by 16 digits, as 'lost' alone lists it");
}

/// Of the device that wrote it, and its person.
std::string who(const std::optional<Device>& device)
{
    return device ? fmt::format("'{}' of {}", device->name, device->person_name) : "a device that is not known here";
}

}  // namespace

Result<Answer> list_lost(const std::string& data)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(data));
    INDABA_ASSIGN(const auto gaps, ledger.store().gaps());
    Answer answer;
    json::array list;
    platform::OpensslDigest digest;
    for (const auto& waiting : gaps) {
        const auto& gap = waiting.gap;
        const auto id = shared::device_of(gap.journal.author, digest);
        INDABA_ASSIGN(const auto device, ledger.registry().find_device(id));
        INDABA_ASSIGN(const auto first, sync::Centre::first_lost(waiting, ledger.store()));
        answer.text += fmt::format(
            "{}{}  {} in {}, since {}: changes {} to {} cannot be sent any more, and hold up the "
            "rest; unless a copy of that device still has them: lost {} --through {}",
            answer.text.empty() ? "" : "\n", text_of(gap.journal.id), who(device), gap.journal.space,
            time_of(waiting.noted_ms), first, gap.through, text_of(gap.journal.id), gap.through);
        list.push_back(json::object{{"journal", text_of(gap.journal.id)},
                                    {"space", gap.journal.space},
                                    {"device", shared::to_hex(id.hash.bytes)},
                                    {"name", device ? device->name : ""},
                                    {"person", device ? device->person_name : ""},
                                    {"first", first},
                                    {"through", gap.through},
                                    {"noted_at", time_of(waiting.noted_ms)}});
    }
    if (gaps.empty()) answer.text = "nothing waits to be ruled lost";
    answer.json = std::move(list);
    return answer;
}

Result<Answer> rule_lost(const LostCommand& command)
{
    INDABA_ASSIGN(const auto id, journal_of(command.journal));
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    sync::Centre::RuledLost ruled;
    INDABA_TRY(ledger.with_centre([&](sync::Centre& centre) -> Result<void> {
        INDABA_ASSIGN(ruled, centre.rule_lost(id, command.through));
        return {};
    }));
    Answer answer;
    answer.text = fmt::format(
        "lost: changes {} to {} of journal {} in {}; what follows is stored with that device's next sync, and what "
        "turns up of them after all is refused, for its author to try again",
        ruled.numbers.first, ruled.numbers.last, text_of(id), ruled.space);
    answer.json = json::object{{"journal", text_of(id)},
                               {"space", ruled.space},
                               {"first", ruled.numbers.first},
                               {"through", ruled.numbers.last},
                               {"ruled_at", time_of(ruled.numbers.ruled_ms)}};
    return answer;
}

}  // namespace indaba::server
