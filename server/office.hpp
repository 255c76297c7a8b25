// Everything that lives on the store thread: the database, who is known, the centre's rulings, the sessions, enrolment.
// Opened and destroyed by the thread that starts and joins it; used in between by the store thread alone.
#pragma once

#include "platform/system.hpp"
#include "server/data_directory.hpp"
#include "server/enrolment.hpp"
#include "server/person_quotas.hpp"
#include "server/sessions.hpp"

#include <memory>

namespace indaba::server {

/// What a device learns about its centre when it enrols.
struct CentreFacts {
    std::string authority_pem;
    shared::PublicKey feed_key;
    std::vector<std::string> hosts;
};

struct Health {
    std::size_t spaces = 0;
    std::size_t sessions = 0;
};

class Office {
public:
    using Later = std::function<void(std::function<void()>)>;

    [[nodiscard]] static Result<std::unique_ptr<Office>> open(const DataDirectory& directory, shared::Clock& clock,
                                                              platform::Log& log, Later later);
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;

    [[nodiscard]] const CentreFacts& facts() const { return facts_; }
    [[nodiscard]] Sessions& sessions() { return sessions_; }
    [[nodiscard]] Enrolment& enrolment() { return enrolment_; }

    /// Now and then: looks whether another process changed who may do what, finishes what an erasure left to be done,
    /// and once a day forgets what was deleted very long ago.
    void refresh();
    [[nodiscard]] Result<void> note_port(std::uint16_t port);
    /// An error if the database does not answer, its disk has failed, or what devices send cannot be stored.
    [[nodiscard]] Result<Health> health();
    /// Leaves an empty write-ahead file behind.
    [[nodiscard]] Result<void> tidy_up();

private:
    struct Parts {
        std::unique_ptr<sync::store::CentreStore> store;
        CentreFacts facts;
        platform::KeyPair feed_key;
        platform::CertificateAuthority authority;
    };
    Office(Parts parts, shared::Clock& clock, platform::Log& log, Later later);
    [[nodiscard]] Result<void> forget_deletions();

    shared::Clock& clock_;
    platform::Log& log_;
    CentreFacts facts_;
    std::unique_ptr<sync::store::CentreStore> store_;
    platform::KeyPair feed_key_;
    platform::OpensslDigest digest_;
    Registry registry_;
    PersonQuotas quotas_;
    sync::Centre centre_;
    Sessions sessions_;
    Enrolment enrolment_;
    std::optional<sync::Day> forgot_;  // on that day
};

}  // namespace indaba::server
