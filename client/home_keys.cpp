#include "client/home_keys.hpp"

#include "client/home.hpp"
#include "platform/files.hpp"
#include "platform/system.hpp"
#include "shared/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace indaba::client {

namespace limits = shared::limits;
using platform::Key32;
using shared::Bytes;
using shared::ByteView;
using shared::Errc;
using shared::fail;

namespace {

// The file: head, what is sealed, SHA-256 of both. Numbers little-endian. The hash tells a damaged file from a wrong
// passphrase; the head is sealed with the rest, so it cannot be made cheaper to guess.
constexpr std::string_view kMagic = "indaba.keys\n";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNumber_bytes = 4;
constexpr std::size_t kSalt_bytes = sizeof(Wrapping::salt);
constexpr std::size_t kHead_bytes = kMagic.size() + 2 + 2 * kNumber_bytes + kSalt_bytes;
constexpr std::size_t kHash_bytes = sizeof(shared::Hash::bytes);
constexpr std::size_t kMaxKeys = 2;
constexpr std::size_t kMaxFile_bytes = 64 * 1024;

void append_number(Bytes& bytes, std::uint32_t number)
{
    for (std::size_t i = 0; i < kNumber_bytes; ++i) bytes.push_back(std::uint8_t(number >> (8 * i)));
}

std::uint32_t number_at(ByteView bytes, std::size_t at)
{
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < kNumber_bytes; ++i) number |= std::uint32_t(bytes[at + i]) << (8 * i);
    return number;
}

Bytes head_of(const Wrapping& wrapping)
{
    Bytes head(kMagic.begin(), kMagic.end());
    head.push_back(kVersion);
    head.push_back(std::uint8_t(wrapping.by));
    append_number(head, wrapping.cost.memory_kib);
    append_number(head, wrapping.cost.passes);
    head.insert(head.end(), wrapping.salt.begin(), wrapping.salt.end());
    return head;
}

/// How many keys, the keys, the rest is the device's.
platform::Secret packed(const HomeKeys& keys)
{
    Bytes bytes{std::uint8_t(keys.data.size())};
    bytes.reserve(1 + keys.data.size() * sizeof(Key32) + keys.device_pem.size());  // no copy is left behind
    for (const auto& key : keys.data) bytes.insert(bytes.end(), key.begin(), key.end());
    bytes.insert(bytes.end(), keys.device_pem.begin(), keys.device_pem.end());
    return platform::Secret(std::move(bytes));
}

shared::Error lost(const std::string& file)
{
    return fail(Errc::corrupt,
                fmt::format("{} is missing or damaged: restore it from a copy, or enrol anew in another home; without "
                            "it what was written here and not sent is lost",
                            file));
}

Result<HomeKeys> unpacked(ByteView bytes)
{
    const auto wrong = fail(Errc::corrupt, "the keys in it make no sense");
    if (bytes.empty() || bytes[0] == 0 || bytes[0] > kMaxKeys) return wrong;
    const std::size_t count = bytes[0];
    bytes = bytes.subspan(1);
    if (bytes.size() <= count * sizeof(Key32)) return wrong;
    HomeKeys keys;
    keys.data.resize(count);
    for (auto& key : keys.data) {
        std::ranges::copy(bytes.first(key.size()), key.begin());
        bytes = bytes.subspan(key.size());
    }
    keys.device_pem = shared::as_text(bytes);
    return keys;
}

/// A file of the home that cannot be done without.
Result<Bytes> read_needed(const std::string& path)
{
    auto bytes = of_the_disk(platform::read_private_file(path, kMaxFile_bytes));
    if (bytes.has_error() && (bytes.error().code == Errc::not_found || bytes.error().code == Errc::too_large))
        return lost(path);
    return bytes;
}

}  // namespace

HomeKeys::~HomeKeys()
{
    for (auto& key : data) platform::wipe(key.data(), key.size());
    platform::wipe(reinterpret_cast<std::uint8_t*>(device_pem.data()), device_pem.size());
}

Result<Wrapping> new_wrapping(const platform::Secret& passphrase, const platform::PassphraseCost& cost)
{
    Wrapping wrapping;
    platform::SystemRandom().fill(wrapping.salt);
    wrapping.cost = cost;
    INDABA_ASSIGN(wrapping.key, platform::key_of_passphrase(passphrase.bytes(), wrapping.salt, cost));
    return wrapping;
}

Wrapping new_keyring_wrapping()
{
    Wrapping wrapping;
    wrapping.cost = {0, 0};
    wrapping.by = WrappedBy::keyring;
    platform::SystemRandom().fill(wrapping.salt);
    platform::SystemRandom().fill(wrapping.key);
    return wrapping;
}

std::string name_of(const Salt& salt) { return "indaba:" + shared::to_hex(salt); }

Result<WrappedKeys> WrappedKeys::parse(ByteView bytes)
{
    const auto damaged = fail(Errc::corrupt, "the file of the keys is damaged");
    const bool begins_well =
        bytes.size() >= kMagic.size() + 2 && std::ranges::equal(bytes.first(kMagic.size()), kMagic);
    if (!begins_well) return damaged;
    const auto version = bytes[kMagic.size()];
    const auto kind = bytes[kMagic.size() + 1];
    if (version > kVersion || (version == kVersion && kind > std::uint8_t(WrappedBy::keyring)))
        return fail(Errc::unsupported, "the keys of this home were written by a newer indaba: update this one");
    if (bytes.size() < kHead_bytes + kHash_bytes) return damaged;
    const auto hashed = bytes.first(bytes.size() - kHash_bytes);
    if (!std::ranges::equal(platform::OpensslDigest().sha256(hashed).bytes, bytes.last(kHash_bytes))) return damaged;
    if (kind == 0) return damaged;
    WrappedKeys wrapped;
    wrapped.by_ = WrappedBy(kind);
    const auto numbers = kMagic.size() + 2;
    wrapped.cost_ = {number_at(bytes, numbers), number_at(bytes, numbers + kNumber_bytes)};
    if (wrapped.cost_.memory_kib > limits::kPassphraseMemory_kib || wrapped.cost_.passes > limits::kPassphrasePasses)
        return fail(Errc::corrupt, "the file of the keys asks for more memory or time than any indaba would");
    std::ranges::copy(bytes.subspan(numbers + 2 * kNumber_bytes, kSalt_bytes), wrapped.salt_.begin());
    wrapped.head_.assign(hashed.begin(), hashed.begin() + kHead_bytes);
    wrapped.sealed_.assign(hashed.begin() + kHead_bytes, hashed.end());
    return wrapped;
}

Bytes WrappedKeys::write(const HomeKeys& keys, const Wrapping& wrapping)
{
    auto bytes = head_of(wrapping);
    const auto sealed = platform::seal(wrapping.key, packed(keys).bytes(), bytes);
    bytes.insert(bytes.end(), sealed.begin(), sealed.end());
    const auto hash = platform::OpensslDigest().sha256(bytes);
    bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
    return bytes;
}

Result<Wrapping> WrappedKeys::wrapping(const platform::Secret& passphrase) const
{
    INDABA_ASSIGN(const auto key, platform::key_of_passphrase(passphrase.bytes(), salt_, cost_));
    return wrapping(key);
}

Result<HomeKeys> WrappedKeys::open(const Wrapping& wrapping) const
{
    const auto secret = platform::unseal(wrapping.key, sealed_, head_);
    if (secret.has_error() && by_ == WrappedBy::keyring)
        return fail(Errc::untrusted,
                    "the key in the desktop's keyring is not the one of this home: restore both from "
                    "one copy");
    if (secret.has_error()) return fail(Errc::untrusted, "that is not the passphrase of this home: try again");
    return unpacked(secret->bytes());
}

Result<bool> KeyFiles::are_wrapped() const { return of_the_disk(platform::is_there(wrapped())); }

Result<HomeKeys> KeyFiles::read_plain() const
{
    HomeKeys keys;
    if (!platform::exists(device_key()) && !platform::exists(data_key())) return lost(wrapped());
    INDABA_ASSIGN(const auto pem, read_needed(device_key()));
    keys.device_pem = shared::as_text(pem);
    if (platform::KeyPair::from_pem(keys.device_pem).has_error()) return lost(device_key());
    INDABA_ASSIGN(const auto bytes, read_needed(data_key()));
    if (bytes.size() != sizeof(Key32)) return lost(data_key());
    std::ranges::copy(bytes, keys.data.emplace_back().begin());
    return keys;
}

Result<WrappedKeys> KeyFiles::read_wrapped() const
{
    INDABA_ASSIGN(const auto bytes, read_needed(wrapped()));
    auto parsed = WrappedKeys::parse(bytes);
    if (parsed.has_error() && parsed.error().code == Errc::corrupt) return lost(wrapped());
    return parsed;
}

Result<void> KeyFiles::write_wrapped(const HomeKeys& keys, const Wrapping& wrapping) const
{
    return of_the_disk(platform::write_private_file(wrapped(), WrappedKeys::write(keys, wrapping)));
}

Result<void> KeyFiles::write_plain(const HomeKeys& keys) const
{
    INDABA_TRY(of_the_disk(platform::write_private_file(device_key(), shared::as_bytes(keys.device_pem))));
    return of_the_disk(platform::write_private_file(data_key(), keys.data.front()));
}

std::vector<std::string> KeyFiles::plain() const
{
    std::vector<std::string> found;
    std::error_code failed;
    for (auto entry = std::filesystem::directory_iterator(directory_, failed);
         !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        const auto name = entry->path().filename().string();
        if (name.starts_with("data.key") || name.starts_with("device.key")) found.push_back(directory_ + "/" + name);
    }
    return found;
}

Result<void> KeyFiles::remove_plain() const
{
    for (const auto& path : plain()) INDABA_TRY(of_the_disk(platform::remove_file(path)));
    return {};
}

std::string KeyFiles::read_keyring_name() const
{
    const auto bytes = platform::read_private_file(keyring_name(), kSalt_bytes);
    Salt salt{};
    if (bytes.has_error() || bytes->size() != salt.size()) return {};
    std::ranges::copy(*bytes, salt.begin());
    return name_of(salt);
}

Result<void> KeyFiles::write_keyring_name(const Salt& salt) const
{
    return of_the_disk(platform::write_private_file(keyring_name(), salt));
}

}  // namespace indaba::client
