#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/invitation.hpp"
#include "server/ledger.hpp"
#include "server/names.hpp"
#include "server/settings.hpp"
#include "shared/limits.hpp"
#include "shared/value.hpp"

#include <fmt/format.h>
#include <boost/json/object.hpp>

namespace indaba::server {

namespace {

using shared::Errc;
using shared::fail;

Result<platform::Address> address_for(Ledger& ledger, const std::optional<std::string>& chosen)
{
    INDABA_ASSIGN(const auto names, hosts(ledger.database()));
    if (chosen) {
        INDABA_ASSIGN(auto address, platform::Address::parse(*chosen));
        INDABA_TRY(check_host(address.host));
        if (address.port == 0) return fail(Errc::usage, "--address takes HOST:PORT with a port from 1 to 65535");
        if (std::ranges::find(names, address.host) == names.end())
            return fail(Errc::usage, fmt::format("this centre is not called '{}': its certificate holds {}",
                                                 address.host, fmt::join(names, ", ")));
        return address;
    }
    INDABA_ASSIGN(const auto port, last_port(ledger.database()));
    if (!port)
        return fail(Errc::usage,
                    "this centre has never run, so its port is not known: start it once with "
                    "indaba-server run, or give --address HOST:PORT");
    return platform::Address{names.front(), *port};
}

}  // namespace

Result<Answer> invite(const InviteCommand& command)
{
    const int days = command.days == 0 ? shared::limits::kInvitation_days : command.days;
    if (days < 1 || days > shared::limits::kInvitationMost_days)
        return fail(Errc::usage, fmt::format("--days takes 1 to {}", shared::limits::kInvitationMost_days));
    platform::SystemRandom random;
    platform::SystemClock clock;
    platform::OpensslDigest digest;
    INDABA_ASSIGN(auto ledger, Ledger::open(command.data));
    INDABA_ASSIGN(const auto person, ledger.require_person(command.name));
    INDABA_ASSIGN(auto address, address_for(ledger, command.address));
    INDABA_ASSIGN(const auto authority, ledger.directory().authority_pem());
    INDABA_ASSIGN(const auto fingerprint, platform::certificate_fingerprint(authority));
    const Invitation invitation{std::move(address), fingerprint, make_code(random)};

    const auto now_ms = clock.now_ms();
    const auto expires_ms = now_ms + days * shared::limits::kDay_ms;
    INDABA_ASSIGN(auto transaction, Transaction::write(ledger.database()));
    INDABA_TRY(ledger.registry().add_invitation(transaction, digest.sha256(shared::as_bytes(invitation.code)),
                                                person.id, now_ms, expires_ms));
    INDABA_TRY(transaction.commit());
    Answer answer;
    answer.text = invitation.text();
    answer.json = boost::json::object{
        {"invitation", invitation.text()}, {"person", person.name}, {"expires_at", time_of(expires_ms)}};
    return answer;
}

}  // namespace indaba::server
