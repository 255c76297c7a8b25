#include "platform/system.hpp"
#include "server/commands.hpp"
#include "server/data_directory.hpp"
#include "server/names.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace indaba::server {

Result<Answer> init(const InitCommand& command)
{
    INDABA_ASSIGN(const auto names, parse_hosts(command.hosts));
    platform::SystemClock clock;
    INDABA_ASSIGN(const bool kept_keys, DataDirectory::has_keys(command.data));
    INDABA_ASSIGN(const auto directory, DataDirectory::create(command.data, names, clock.now_ms()));
    INDABA_ASSIGN(const auto authority, directory.authority_pem());
    INDABA_ASSIGN(const auto fingerprint, platform::certificate_fingerprint(authority));
    boost::json::array hosts;
    for (const auto& host : names) hosts.emplace_back(host);
    const auto hex = shared::to_hex(fingerprint.bytes);
    Answer answer;
    answer.text = fmt::format("made a centre in {}, called {}{}\nfingerprint of its authority: {}", command.data,
                              command.hosts, kept_keys ? ", with the keys that were there" : "", hex);
    answer.json = boost::json::object{
        {"data", command.data}, {"hosts", std::move(hosts)}, {"authority_sha256", hex}, {"kept_keys", kept_keys}};
    return answer;
}

}  // namespace indaba::server
