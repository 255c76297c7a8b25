#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/ledger.hpp"
#include "server/revocation_file.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

constexpr std::size_t kShown_digits = 12;
constexpr std::size_t kLeast_digits = 8;

std::string id_of(const Device& device) { return shared::to_hex(device.id.hash.bytes); }

boost::json::value time_or_null(std::int64_t ms)
{
    if (ms == 0) return nullptr;
    return boost::json::value(time_of(ms));
}

boost::json::object json_of(const Device& device)
{
    return {{"device", id_of(device)},
            {"person", device.person_name},
            {"name", device.name},
            {"enrolled_at", time_of(device.enrolled_ms)},
            {"last_contact", time_or_null(device.last_contact_ms)},
            {"program", device.program},
            {"revoked_at", time_or_null(device.revoked_ms)}};
}

std::string text_of(const Device& device)
{
    const auto contact =
        device.last_contact_ms == 0 ? "never connected" : "last contact " + time_of(device.last_contact_ms);
    return fmt::format("{}  {}  {}  {}{}{}", id_of(device).substr(0, kShown_digits), device.person_name, device.name,
                       contact, device.program.empty() ? "" : "  " + device.program,
                       device.revoked_ms == 0 ? "" : "  revoked " + time_of(device.revoked_ms));
}

Result<Device> find_by_beginning(Ledger& ledger, const std::string& beginning)
{
    if (beginning.size() < kLeast_digits || beginning.find_first_not_of("0123456789abcdef") != beginning.npos)
        return fail(Errc::usage, "give at least 8 digits of the device, as device list shows them");
    INDABA_ASSIGN(auto devices, ledger.registry().devices());
    std::erase_if(devices, [&](const Device& device) { return !id_of(device).starts_with(beginning); });
    if (devices.empty())
        return fail(Errc::not_found, fmt::format("there is no device {} here: see device list", beginning));
    if (devices.size() > 1) return fail(Errc::usage, fmt::format("{} is several devices: give more digits", beginning));
    return std::move(devices.front());
}

}  // namespace

Result<Answer> list_devices(const std::string& data)
{
    INDABA_ASSIGN(auto ledger, Ledger::open(data));
    INDABA_ASSIGN(const auto devices, ledger.registry().devices());
    boost::json::array json;
    Answer answer;
    for (const auto& device : devices) {
        if (!answer.text.empty()) answer.text += '\n';
        answer.text += text_of(device);
        json.push_back(json_of(device));
    }
    answer.json = std::move(json);
    return answer;
}

Result<Answer> revoke_device(const DeviceRevokeCommand& command)
{
    platform::SystemClock clock;
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    INDABA_ASSIGN(auto device, find_by_beginning(ledger, command.device));
    const bool was_revoked = device.revoked_ms != 0;
    if (!was_revoked) {
        device.revoked_ms = clock.now_ms();
        INDABA_ASSIGN(auto transaction, Transaction::write(ledger.database()));
        INDABA_TRY(ledger.registry().revoke(transaction, device.id, device.revoked_ms));
        INDABA_TRY(transaction.commit());
    }
    INDABA_TRY(note_revocations(ledger));
    Answer answer;
    answer.text = fmt::format("{} {}", was_revoked ? "unchanged:" : "revoked", text_of(device));
    answer.json = json_of(device);
    return answer;
}

}  // namespace indaba::server
