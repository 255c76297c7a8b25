#include "client/home.hpp"

#include "client/sync_report.hpp"
#include "platform/files.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>

namespace indaba::client {

namespace json = boost::json;

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMaxFile_bytes = 64 * 1024;

std::string enrolment_path(const std::string& directory) { return directory + "/enrolment.json"; }
std::string contact_path(const std::string& directory) { return directory + "/contact.json"; }

shared::Error damaged(const std::string& directory, const char* file)
{
    return shared::fail(
        shared::Errc::corrupt,
        fmt::format("{}/{} is missing or damaged: restore it from a copy, or enrol anew in another home", directory,
                    file));
}

std::string text_of(const Enrolment& enrolment)
{
    return json::serialize(json::object{
        {"version", kVersion},
        {"server", enrolment.server.text()},
        {"authority", enrolment.authority_pem},
        {"certificate", enrolment.certificate_pem},
        {"centre_key", shared::to_hex(enrolment.centre_key.bytes)},
        {"person", enrolment.person},
        {"device", enrolment.device_name},
    });
}

std::string member(const json::object& object, const char* name)
{
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Result<Enrolment> enrolment_of(const json::object& object)
{
    Enrolment enrolment;
    INDABA_ASSIGN(enrolment.server, platform::Address::parse(member(object, "server")));
    INDABA_ASSIGN(const auto key, shared::from_hex(member(object, "centre_key")));
    if (key.size() != enrolment.centre_key.bytes.size())
        return shared::fail(shared::Errc::malformed, "the centre's key has a wrong size");
    std::ranges::copy(key, enrolment.centre_key.bytes.begin());
    enrolment.authority_pem = member(object, "authority");
    enrolment.certificate_pem = member(object, "certificate");
    enrolment.person = member(object, "person");
    enrolment.device_name = member(object, "device");
    return enrolment;
}

Result<Enrolment> read_enrolment(const std::string& directory)
{
    auto bytes = of_the_disk(platform::read_private_file(enrolment_path(directory), kMaxFile_bytes));
    if (bytes.has_error()) {
        if (bytes.error().code != shared::Errc::not_found) return std::move(bytes).error();
        if (platform::exists(directory + "/indaba.db")) return damaged(directory, "enrolment.json");
        return shared::fail(shared::Errc::not_found,
                            fmt::format("{} is not enrolled yet: ask your organiser for an invitation, then run "
                                        "`indaba enrol INVITATION`",
                                        directory));
    }
    boost::system::error_code failed;
    const auto parsed = json::parse(std::string(shared::as_text(*bytes)), failed);
    if (failed || !parsed.is_object()) return damaged(directory, "enrolment.json");
    const auto& object = parsed.get_object();
    const auto* version = object.if_contains("version");
    if (version == nullptr || !version->is_int64()) return damaged(directory, "enrolment.json");
    if (version->get_int64() > kVersion)
        return shared::fail(shared::Errc::unsupported, "this home was made by a newer indaba: update this one");
    auto enrolment = enrolment_of(object);
    if (enrolment.has_error()) return damaged(directory, "enrolment.json");
    return enrolment;
}

Result<void> write_enrolment(const std::string& directory, const Enrolment& enrolment)
{
    return of_the_disk(platform::write_private_file(enrolment_path(directory), shared::as_bytes(text_of(enrolment))));
}

}  // namespace

shared::Error of_the_disk(shared::Error error)
{
    if (error.code == shared::Errc::forbidden) error.code = shared::Errc::io;
    return error;
}

Home::Home(std::string directory, Enrolment enrolment, platform::KeyPair key, OpenKeys keys)
    : directory_(std::move(directory)), enrolment_(std::move(enrolment)), key_(std::move(key)),
      database_key_(keys.data), lock_(std::make_shared<const platform::FileLock>(std::move(keys.lock)))
{
}

bool Home::is_enrolled(const std::string& directory) { return platform::exists(enrolment_path(directory)); }

Result<Enrolment> Home::enrolment_of(const std::string& directory) { return read_enrolment(directory); }

Result<Home> Home::open(const std::string& directory, const AskPassphrase& ask)
{
    return open_with(directory, ask, open_keys);
}

Result<Home> Home::open_alone(const std::string& directory, const AskPassphrase& ask)
{
    return open_with(directory, ask, open_keys_alone);
}

Result<Home> Home::open_with(const std::string& directory, const AskPassphrase& ask, OpenKeysOf open)
{
    INDABA_ASSIGN(auto enrolment, read_enrolment(directory));
    // An existing directory is only looked at: who may enter it decides whether its keys are still secrets.
    INDABA_TRY(of_the_disk(platform::make_private_directory(directory)));
    INDABA_ASSIGN(auto keys, open(directory, ask));
    auto key = platform::KeyPair::from_pem(keys.device_pem);
    if (key.has_error()) return damaged(directory, "device.key");
    return Home(directory, std::move(enrolment), std::move(*key), std::move(keys));
}

Result<platform::KeyPair> Home::prepare(const std::string& directory, const AskPassphrase& passphrase)
{
    INDABA_TRY(of_the_disk(platform::make_private_directory(directory)));
    // Keys made now would bury these records for good.
    if (platform::exists(directory + "/indaba.db")) return damaged(directory, "enrolment.json");
    const KeyFiles files(directory);
    INDABA_ASSIGN(const bool are_wrapped, files.are_wrapped());
    if (are_wrapped) {
        INDABA_ASSIGN(const auto keys, open_keys(directory, passphrase));
        return platform::KeyPair::from_pem(keys.device_pem);
    }
    auto key = platform::KeyPair::generate();
    if (const auto left = platform::read_private_file(files.device_key(), kMaxFile_bytes); left.has_value()) {
        if (auto same = platform::KeyPair::from_pem(shared::as_text(*left)); same.has_value()) key = std::move(*same);
    }
    HomeKeys keys;
    keys.device_pem = key.to_pem();
    platform::SystemRandom().fill(keys.data.emplace_back());
    if (!passphrase) {
        INDABA_TRY(files.write_plain(keys));
        return key;
    }
    INDABA_ASSIGN(const auto chosen, passphrase());
    INDABA_TRY(check_new_passphrase(chosen));
    INDABA_ASSIGN(const auto wrapping, new_wrapping(chosen, {}));
    INDABA_TRY(files.write_wrapped(keys, wrapping));
    INDABA_TRY(files.remove_plain());
    return key;
}

Result<Home> Home::create(const std::string& directory, const platform::KeyPair& key, const Enrolment& enrolment,
                          const AskPassphrase& passphrase)
{
    if (platform::exists(directory + "/indaba.db")) return damaged(directory, "enrolment.json");
    const KeyFiles files(directory);
    INDABA_ASSIGN(const bool are_wrapped, files.are_wrapped());
    if (!are_wrapped) {
        HomeKeys keys;
        keys.device_pem = key.to_pem();
        platform::SystemRandom().fill(keys.data.emplace_back());
        INDABA_TRY(files.write_plain(keys));
    }
    INDABA_TRY(write_enrolment(directory, enrolment));
    return open(directory, passphrase);
}

Result<void> Home::renew(Enrolment enrolment)
{
    INDABA_TRY(write_enrolment(directory_, enrolment));
    enrolment_ = std::move(enrolment);
    return {};
}

std::string Home::database_path() const { return directory_ + "/indaba.db"; }

platform::ClientTls Home::tls() const
{
    // A delegate's clock may be years wrong: the pinned authority and the centre's own list of devices decide.
    return {platform::PinnedAuthority{enrolment_.authority_pem},
            platform::Identity{enrolment_.certificate_pem, key_.to_pem()}, false};
}

bool is_news(Contact& contact, std::int64_t offset_ms)
{
    const auto told_ms = contact.told_offset_ms;
    const bool is_alike = (told_ms < 0) == (offset_ms < 0) && std::abs(offset_ms) / 2 < std::abs(told_ms) &&
                          std::abs(told_ms) / 2 < std::abs(offset_ms);
    if (is_alike) return false;
    contact.told_offset_ms = std::abs(offset_ms) > shared::limits::kClockLead_ms ? offset_ms : 0;
    return contact.told_offset_ms != 0;
}

std::optional<std::string> clock_warning(std::int64_t offset_ms)
{
    constexpr std::int64_t kMinute_ms = 60'000;
    const auto off_ms = std::abs(offset_ms);
    if (off_ms <= shared::limits::kClockLead_ms) return std::nullopt;
    const auto minutes = (off_ms + kMinute_ms / 2) / kMinute_ms;
    const auto by = minutes < 120       ? fmt::format("{} min", minutes)
                    : minutes < 48 * 60 ? fmt::format("{} h", (minutes + 30) / 60)
                                        : fmt::format("{} days", (minutes + 720) / 1'440);
    return fmt::format("This device's clock is {} {} the centre's: its times are corrected; please set it.", by,
                       offset_ms > 0 ? "behind" : "ahead of");
}

Contact Home::contact() const
{
    const auto bytes = platform::read_private_file(contact_path(directory_), kMaxFile_bytes);
    if (bytes.has_error()) return {};
    boost::system::error_code failed;
    const auto parsed = json::parse(std::string(shared::as_text(*bytes)), failed);
    if (failed || !parsed.is_object()) return {};
    const auto time = [&](const char* name) {
        const auto* value = parsed.get_object().if_contains(name);
        return value != nullptr && value->is_int64() ? value->get_int64() : 0;
    };
    return {time("last_attempt_ms"), time("last_contact_ms"), time("over_quota_until_ms"), time("told_offset_ms"),
            member(parsed.get_object(), "refusal")};
}

void Home::note_contact(const Contact& contact) const
{
    json::object object{{"last_attempt_ms", contact.last_attempt_ms}, {"last_contact_ms", contact.last_contact_ms}};
    if (contact.over_quota_until_ms != 0) object["over_quota_until_ms"] = contact.over_quota_until_ms;
    if (contact.told_offset_ms != 0) object["told_offset_ms"] = contact.told_offset_ms;
    if (!contact.refusal.empty()) object["refusal"] = contact.refusal;
    const auto text = json::serialize(object);
    (void)platform::write_private_file(contact_path(directory_), shared::as_bytes(text));
}

}  // namespace indaba::client
