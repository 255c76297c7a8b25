// Enrols, writes a record, reads it and synchronises it, the way an embedder would. Reads an invitation.
#include "client/core.hpp"
#include "client/enrolment.hpp"

#include <cstdio>
#include <iostream>
#include <string>

namespace {

namespace client = indaba::client;
using indaba::shared::Errc;
using indaba::shared::Result;

Result<void> expect(bool truth, const char* what)
{
    if (truth) return {};
    return indaba::shared::fail(Errc::corrupt, std::string("not so: ") + what);
}

Result<void> write_and_read(client::Core& core)
{
    client::Draft draft;
    draft.type = "enterprise";
    INDABA_ASSIGN(draft.cells, core.catalogue().parse_assignment("enterprise", "name", "Ubuntu Solar"));
    INDABA_ASSIGN(const auto ids, core.put({draft}));
    INDABA_TRY(expect(ids.size() == 1, "one record was written"));
    INDABA_ASSIGN(const auto written, core.get(ids.front()));
    INDABA_TRY(expect(written.title == "Ubuntu Solar" && written.state == client::State::only_here,
                      "the record is here and waits"));

    const auto report = core.sync({});
    if (report.error) return *report.error;
    INDABA_TRY(expect(report.up_to_date && report.accepted == 1, "the centre accepted it"));
    INDABA_ASSIGN(const auto found, core.search("solar", 10));
    return expect(found.size() == 1 && found.front().state == client::State::accepted, "the record is found, accepted");
}

Result<void> embed(const std::string& home, const std::string& invitation)
{
    const auto early = client::Core::open(home);
    INDABA_TRY(expect(early.has_error() && early.error().code == Errc::not_found, "there is no home yet"));
    INDABA_ASSIGN(const auto parsed, client::Invitation::parse(invitation));
    INDABA_TRY(client::enrol(home, parsed, "somebody else's program"));
    INDABA_ASSIGN(const auto core, client::Core::open(home));
    const auto first = core->sync({});  // says in which spaces this device may write
    if (first.error) return *first.error;
    return write_and_read(*core);
}

}  // namespace

int main(int argc, char** argv)
{
    std::string invitation;
    if (argc != 2 || !std::getline(std::cin, invitation)) return 2;
    const auto done = embed(argv[1], invitation);
    if (done.has_error()) std::fprintf(stderr, "%s\n", done.error().text.c_str());
    return done.has_error() ? 1 : 0;
}
