#include "client/commands.hpp"
#include "client/enrolment.hpp"
#include "client/interruption.hpp"
#include "client/passphrase_source.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace indaba::client {

namespace {

struct Request {
    std::string invitation;
    std::string device;
    bool passphrase = false;
};

/// Asked before Ctrl-C becomes a stop token, which a person who is asked would not feel.
Result<AskPassphrase> passphrase_of(const Shell& shell, const Request& request, const std::string& directory)
{
    AskPassphrase ask;
    if (!Home::is_enrolled(directory)) {
        if (!request.passphrase && passphrase_file(shell).empty()) return ask;
        INDABA_ASSIGN(ask, ask_new_passphrase(passphrase_file(shell)));
    } else {
        if (request.passphrase)
            return shared::fail(shared::Errc::usage,
                                directory +
                                    " is enrolled already: leave --passphrase out, `indaba passphrase set` "
                                    "gives a home a passphrase");
        INDABA_ASSIGN(const auto kept, how_kept(directory));
        if (kept.locked) ask = ask_passphrase(shell);
    }
    if (!ask) return ask;
    INDABA_ASSIGN(auto passphrase, ask());
    return once(std::move(passphrase));
}

Result<int> run(Shell& shell, const Request& request)
{
    auto line = request.invitation;
    if (line == "-") {
        INDABA_ASSIGN(line, read_input("-"));
    }
    INDABA_ASSIGN(const auto invitation, Invitation::parse(line));
    INDABA_ASSIGN(const auto directory, shell.home_directory());
    const bool again = Home::is_enrolled(directory);
    INDABA_ASSIGN(const auto passphrase, passphrase_of(shell, request, directory));
    const Interruption interruption;
    auto home = enrol(directory, invitation, request.device, interruption.token(), passphrase);
    if (home.has_error() && home.error().code == shared::Errc::unreachable)
        return shared::fail(
            shared::Errc::unreachable,
            fmt::format("{}: enrolling needs the centre once; nothing was changed", one_line(home.error().text)));
    if (home.has_error()) return std::move(home).error();
    const auto& enrolment = home->enrolment();
    if (shell.json)
        shell.answer(boost::json::object{{"person", enrolment.person},
                                         {"device", enrolment.device_name},
                                         {"server", enrolment.server.text()},
                                         {"home", directory},
                                         {"again", again}});
    else
        shell.print(fmt::format("Enrolled{} as {}, device {}. Next: indaba sync", again ? " again" : "",
                                one_line(enrolment.person), one_line(enrolment.device_name)));
    return kDone;
}

}  // namespace

void add_enrol(CLI::App& app, Shell& shell)
{
    auto* command = app.add_subcommand("enrol", "make this device one of yours, with an invitation from your operator");
    auto request = std::make_shared<Request>();
    command->add_option("INVITATION", request->invitation, "the whole line, or - to read it from standard input")
        ->required();
    command
        ->add_option("--device", request->device,
                     "what others read beside your changes; else as it was, or this machine's name")
        ->type_name("NAME");
    command->add_flag(
        "--passphrase", request->passphrase,
        "lock this home with a passphrase from the start; it is asked for, or read from --passphrase-file");
    command->footer(
        "A home that is enrolled already keeps all that is in it and is enrolled again as the same device, for when\n"
        "its centre does not know it any more or refuses its certificate.\n"
        "Examples:\n  indaba enrol indaba:centre.example:8443/9f86…/2K7M…\n  indaba enrol - < invitation.txt");
    command->callback(chosen(shell, [request](Shell& its) { return run(its, *request); }));
}

}  // namespace indaba::client
