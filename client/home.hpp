// A home: the private directory of one device of one person. It holds the device's keys, what enrolment brought, and
// the encrypted database. Enrolled is what has `enrolment.json`, which is written last, so there is nothing in between.
// Values, any thread; several processes may use one home at once. Deliberately not: the database itself (core.hpp).
#pragma once

#include "client/protection.hpp"
#include "platform/crypto.hpp"
#include "platform/net_address.hpp"
#include "platform/sqlite.hpp"
#include "platform/tls.hpp"

#include <memory>
#include <optional>
#include <string>

namespace indaba::client {

using shared::Result;

/// What a device keeps from its enrolment. No secrets.
struct Enrolment {
    platform::Address server;
    std::string authority_pem;  ///< the organisation's root, the only one trusted
    std::string certificate_pem;  ///< this device's
    shared::PublicKey centre_key;  ///< signs the heads of every feed
    std::string person;
    std::string device_name;  ///< as the centre shows it to others
};

/// When the centre was last tried and last reached, and until when it then stored no more of this person's, Unix
/// milliseconds by the centre's clock as far as it is known, 0 for never; and what it said to a device that it refused.
struct Contact {
    std::int64_t last_attempt_ms = 0;
    std::int64_t last_contact_ms = 0;
    std::int64_t over_quota_until_ms = 0;
    /// The centre's clock minus this device's, as the person was told; 0: nothing of a clock that is wrong now.
    std::int64_t told_offset_ms = 0;
    std::string refusal = {};  ///< why the centre lets this device in no more; empty: it does
};
/// True if a person is to be told that the clock is off by so much, and then keeps that they were: once, until it is
/// right again or twice as wrong, half as wrong or wrong the other way round.
[[nodiscard]] bool is_news(Contact& contact, std::int64_t offset_ms);

/// What the file system does not permit has nothing to do with roles: io instead of forbidden.
[[nodiscard]] shared::Error of_the_disk(shared::Error error);
template <class T>
[[nodiscard]] Result<T> of_the_disk(Result<T> result)
{
    if (result.has_error()) return of_the_disk(std::move(result).error());
    return result;
}

class Home {
public:
    /// io if it may not be read, or others may enter the directory; not_found, with what to do, if it is not enrolled;
    /// corrupt if a part is missing; unsupported if a newer program wrote it; untrusted if it is locked and `ask` gives
    /// no passphrase, or a wrong one; busy while its keys are being changed.
    [[nodiscard]] static Result<Home> open(const std::string& directory, const AskPassphrase& ask = {});
    /// The same with nobody else in it as long as this one lives; busy if somebody is.
    [[nodiscard]] static Result<Home> open_alone(const std::string& directory, const AskPassphrase& ask = {});
    [[nodiscard]] static bool is_enrolled(const std::string& directory);
    /// What needs no key; the errors of open() as far as they are about it.
    [[nodiscard]] static Result<Enrolment> enrolment_of(const std::string& directory);

    /// The device's key in a directory that is not enrolled yet: the one that an interrupted enrolment left, or a new
    /// one. With a passphrase no key lies on the disk as it is, from the first on. corrupt if there are records whose
    /// enrolment is gone.
    [[nodiscard]] static Result<platform::KeyPair> prepare(const std::string& directory,
                                                           const AskPassphrase& passphrase = {});
    /// Makes the directory an enrolled home: all of it or nothing. The same passphrase as for prepare().
    [[nodiscard]] static Result<Home> create(const std::string& directory, const platform::KeyPair& key,
                                             const Enrolment& enrolment, const AskPassphrase& passphrase = {});

    /// The same device, enrolled again; all of it or nothing.
    [[nodiscard]] Result<void> renew(Enrolment enrolment);

    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] const Enrolment& enrolment() const { return enrolment_; }
    [[nodiscard]] const platform::KeyPair& key() const { return key_; }
    [[nodiscard]] shared::DeviceId device() const { return platform::device_id(key_.public_key()); }
    /// Encrypts the database from its first byte.
    [[nodiscard]] const platform::Key32& database_key() const { return database_key_; }
    [[nodiscard]] std::string database_path() const;
    /// What a connection to the centre trusts and shows.
    [[nodiscard]] platform::ClientTls tls() const;

    [[nodiscard]] Contact contact() const;
    /// Losing this to a power cut loses a remark for people, so a failure is not an error of the caller's work.
    void note_contact(const Contact& contact) const;

private:
    using OpenKeysOf = Result<OpenKeys> (&)(const std::string&, const AskPassphrase&);
    [[nodiscard]] static Result<Home> open_with(const std::string& directory, const AskPassphrase& ask,
                                                OpenKeysOf open);
    Home(std::string directory, Enrolment enrolment, platform::KeyPair key, OpenKeys keys);

    std::string directory_;
    Enrolment enrolment_;
    platform::KeyPair key_;
    platform::Key32 database_key_;
    std::shared_ptr<const platform::FileLock> lock_;  ///< the keys stay these as long as it lives
};

}  // namespace indaba::client
