// The secrets of a home and the files that hold them: `data.key` and `device.key` as they are, or `keys.wrapped`, which
// holds both under a key made of a passphrase or kept by the desktop's keyring. Values, any thread; who changes files
// holds the home's lock (protection.hpp). Deliberately not: when which of them is used.
#pragma once

#include "platform/passphrase.hpp"

#include <array>
#include <string>
#include <vector>

namespace indaba::client {

using shared::Result;

struct HomeKeys {
    HomeKeys() = default;
    HomeKeys(const HomeKeys&) = delete;
    HomeKeys& operator=(const HomeKeys&) = delete;
    HomeKeys(HomeKeys&&) = default;
    HomeKeys& operator=(HomeKeys&&) = default;
    ~HomeKeys();

    /// Of the database. Two: it is being encrypted anew, from the second to the first.
    std::vector<platform::Key32> data;
    std::string device_pem;
};

/// Where the key of a wrapping comes from (format).
enum class WrappedBy : std::uint8_t { passphrase = 1, keyring = 2 };

using Salt = std::array<std::uint8_t, 16>;

/// What a passphrase became, and how; or a random key, and the name it has in the keyring.
struct Wrapping {
    ~Wrapping() { platform::wipe(key.data(), key.size()); }
    Salt salt{};
    platform::PassphraseCost cost;
    platform::Key32 key{};
    WrappedBy by = WrappedBy::passphrase;
};
/// With a salt that was never used before.
[[nodiscard]] Result<Wrapping> new_wrapping(const platform::Secret& passphrase, const platform::PassphraseCost& cost);
[[nodiscard]] Wrapping new_keyring_wrapping();
/// Tells one wrapping from every other; no secret.
[[nodiscard]] std::string name_of(const Salt& salt);

/// `keys.wrapped`, read and checked but not opened.
class WrappedKeys {
public:
    /// corrupt, or unsupported if a newer program wrote it; nothing it asks for is done before it is within bounds.
    [[nodiscard]] static Result<WrappedKeys> parse(shared::ByteView bytes);
    [[nodiscard]] static shared::Bytes write(const HomeKeys& keys, const Wrapping& wrapping);

    /// What the passphrase would have become: takes as long for a wrong one.
    [[nodiscard]] Result<Wrapping> wrapping(const platform::Secret& passphrase) const;
    /// The same with a key that was kept.
    [[nodiscard]] Wrapping wrapping(const platform::Key32& key) const { return {salt_, cost_, key, by_}; }
    /// untrusted if it was another passphrase, or another key.
    [[nodiscard]] Result<HomeKeys> open(const Wrapping& wrapping) const;
    [[nodiscard]] WrappedBy by() const { return by_; }
    [[nodiscard]] std::string name() const { return name_of(salt_); }

private:
    Salt salt_{};
    platform::PassphraseCost cost_;
    WrappedBy by_ = WrappedBy::passphrase;
    shared::Bytes head_;
    shared::Bytes sealed_;
};

/// Everything a home may hold about its keys, by name.
class KeyFiles {
public:
    explicit KeyFiles(std::string directory) : directory_(std::move(directory)) {}

    [[nodiscard]] std::string data_key() const { return directory_ + "/data.key"; }
    [[nodiscard]] std::string device_key() const { return directory_ + "/device.key"; }
    [[nodiscard]] std::string wrapped() const { return directory_ + "/keys.wrapped"; }
    [[nodiscard]] std::string keyring_name() const { return directory_ + "/keyring.name"; }

    /// io if nobody can say.
    [[nodiscard]] Result<bool> are_wrapped() const;
    /// corrupt, with what to do, if one is missing or damaged.
    [[nodiscard]] Result<HomeKeys> read_plain() const;
    [[nodiscard]] Result<WrappedKeys> read_wrapped() const;
    [[nodiscard]] Result<void> write_wrapped(const HomeKeys& keys, const Wrapping& wrapping) const;
    [[nodiscard]] Result<void> write_plain(const HomeKeys& keys) const;
    /// The files that hold a key as it is, what a killed write left of them included.
    [[nodiscard]] std::vector<std::string> plain() const;
    [[nodiscard]] Result<void> remove_plain() const;
    /// What the keyring may have of this home, though it may not be used yet, or any more; empty: nothing.
    [[nodiscard]] std::string read_keyring_name() const;
    [[nodiscard]] Result<void> write_keyring_name(const Salt& salt) const;

private:
    std::string directory_;
};

}  // namespace indaba::client
