// Who the centre knows: people and their roles in its spaces, devices, invitations; tables in the same file as the
// records, so that a ruling and the right to make it are read in one transaction. Answers sync's questions of
// authority. One thread at a time, the database's. Deliberately not: cached, so that another process's change holds at
// once.
#pragma once

#include "platform/sqlite.hpp"
#include "shared/ids.hpp"
#include "sync/centre.hpp"
#include "sync/replica.hpp"
#include "sync/store/store.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace indaba::server {

using platform::Transaction;
using shared::DeviceId;
using shared::Result;
using shared::SpaceName;

using Space = sync::store::CentreStore::Space;

struct Person {
    std::int64_t id = 0;
    std::string name;
    std::map<SpaceName, std::string> roles;
};

struct Device {
    DeviceId id;
    std::int64_t person = 0;
    std::string person_name;
    std::string name;
    std::string certificate_pem;
    std::int64_t enrolled_ms = 0;
    std::int64_t last_contact_ms = 0;  ///< 0: never yet
    std::string program;               ///< as it said at its last contact; empty if that may not be shown
    std::int64_t revoked_ms = 0;       ///< 0: it is not
};

struct StoredInvitation {
    std::int64_t id = 0;
    std::int64_t person = 0;
    std::string person_name;
    std::int64_t expires_ms = 0;
    std::int64_t used_ms = 0;          ///< 0: not yet
    std::optional<DeviceId> device;    ///< that used it
};

class Registry final : public sync::Authority {
public:
    explicit Registry(sync::store::CentreStore& store) : store_(store), database_(store.database()) {}

    /// What another connection committed since the last call, if anything: then rights may have changed.
    [[nodiscard]] Result<bool> changed_outside();

    /// Makes the tables of a new file.
    [[nodiscard]] static Result<void> create(Transaction& transaction);
    /// unsupported if a newer program wrote them; not_found if they are not there.
    [[nodiscard]] Result<void> require_openable();

    [[nodiscard]] Result<std::optional<Space>> find_space(const SpaceName& name);

    [[nodiscard]] Result<std::vector<Person>> people();
    [[nodiscard]] Result<std::optional<Person>> find_person(const std::string& name);
    /// Its id.
    [[nodiscard]] Result<std::int64_t> add_person(Transaction& transaction, const std::string& name,
                                                  std::int64_t now_ms);
    /// An empty role takes it away. The space must be there.
    [[nodiscard]] Result<void> set_role(Transaction& transaction, std::int64_t person, const SpaceName& space,
                                        const std::string& role);

    [[nodiscard]] Result<std::vector<Device>> devices();
    [[nodiscard]] Result<std::optional<Device>> find_device(const DeviceId& id);
    [[nodiscard]] Result<void> save_device(Transaction& transaction, const Device& device);
    [[nodiscard]] Result<void> note_contact(Transaction& transaction, const DeviceId& id, const std::string& program,
                                            std::int64_t now_ms);
    /// For good: also one that is not enrolled here, and then never will be.
    [[nodiscard]] Result<void> revoke(Transaction& transaction, const DeviceId& id, std::int64_t now_ms);
    /// Every revoked device, and when that was.
    [[nodiscard]] Result<std::map<DeviceId, std::int64_t>> revocations();
    [[nodiscard]] Result<bool> is_revoked(const DeviceId& id);
    /// Every device of the person, as revoke(); no role stays, and no invitation can be used any more.
    struct RevokedPerson {
        std::int64_t devices = 0;
        std::int64_t roles = 0;
        std::int64_t invitations = 0;
    };
    [[nodiscard]] Result<RevokedPerson> revoke_person(Transaction& transaction, std::int64_t person,
                                                      std::int64_t now_ms);
    /// The device has carried out the centre's orders to erase up to this number, and no further: it may have been put
    /// back. Said again, it changes nothing.
    [[nodiscard]] Result<void> note_erased(const DeviceId& id, std::uint64_t through, std::int64_t now_ms);
    struct ErasedReceipt {
        DeviceId device;
        std::uint64_t through = 0;
        std::int64_t confirmed_ms = 0;
    };
    /// Ordered by device, then number.
    [[nodiscard]] Result<std::vector<ErasedReceipt>> erased_receipts();
    /// The device follows these spaces and no others, and has heard in each what was ruled up to that number. Said
    /// again, it changes nothing.
    [[nodiscard]] Result<void> note_bases(const DeviceId& id, const std::map<SpaceName, std::uint64_t>& bases);
    /// What every device that follows the space, and may, has heard; the greatest number if there is none.
    [[nodiscard]] Result<std::uint64_t> passed_by_all(const SpaceName& space);
    /// forbidden, in words for its person, unless the device is enrolled and not revoked.
    [[nodiscard]] Result<void> require_welcome(const DeviceId& id);
    /// The spaces that the device's person may see now, ordered by name; none for one that is not welcome.
    [[nodiscard]] Result<std::vector<sync::Replica::Grant>> grants(const DeviceId& device);

    /// `code_hash`: SHA-256 of the code.
    [[nodiscard]] Result<void> add_invitation(Transaction& transaction, const shared::Hash& code_hash,
                                              std::int64_t person, std::int64_t now_ms, std::int64_t expires_ms);
    /// Takes no longer for a code that is nearly right.
    [[nodiscard]] Result<std::optional<StoredInvitation>> find_invitation(const shared::Hash& code_hash);
    /// None that is open can be used any more, whatever a clock says.
    [[nodiscard]] Result<void> end_invitations(Transaction& transaction);
    [[nodiscard]] Result<void> use_invitation(Transaction& transaction, std::int64_t id, const DeviceId& device,
                                              std::int64_t now_ms);

    [[nodiscard]] Result<bool> may_write(const DeviceId& device, const SpaceName& space) override;
    [[nodiscard]] Result<bool> may_read(const DeviceId& device, const SpaceName& space) override;
    [[nodiscard]] Result<sync::Author> describe(shared::JournalId journal, const DeviceId& device) override;

private:
    [[nodiscard]] Result<std::string> role_of(const DeviceId& device, const SpaceName& space);

    sync::store::CentreStore& store_;
    platform::Database& database_;
    std::int64_t seen_version_ = 0;
};

}  // namespace indaba::server
