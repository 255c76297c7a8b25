// What the programs say when something is not as it should be: one line, which says one thing, and the exit code that
// client/README.md names.
#include "tests/end_to_end/two_delegates.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace indaba::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Messages : public TwoDelegates {
protected:
    static void expect_line(const Ended& ended, int code, const std::string& text)
    {
        EXPECT_EQ(ended.code, code) << ended.err;
        EXPECT_TRUE(ended.err.starts_with("indaba: ")) << ended.err;
        EXPECT_THAT(ended.err, HasSubstr(text));
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
        EXPECT_EQ(ended.out, "");
    }
};

TEST_F(Messages, a_space_that_there_is_not_is_wrong_use_and_one_without_a_role_is_refused)
{
    const std::vector<Arguments> commands{
        {"space", "carry"}, {"space", "drop"}, {"put", "talent", "name=A", "--space"}};
    for (auto command : commands) {
        command.emplace_back("nope");
        expect_line(amina.run(command), 2, "this device knows no space nope: `indaba space list` shows yours");
    }
    centre.operate({"space", "add", "za", "--kind", "country"});
    centre.operate({"person", "add", "Amina", "--role", "za=editor"});
    (void)amina.json({"sync"});
    centre.operate({"person", "add", "Amina", "--role", "za=none"});
    (void)amina.json({"sync"});
    for (auto command : commands) {
        command.emplace_back("za");
        expect_line(amina.run(command), 3, "you have no role in the space za: ask your organiser for one");
    }
    // Nor do bytes that are no text reach the terminal as they are.
    for (auto command : commands) {
        command.emplace_back("\xff\xfe\x1b[2J");
        EXPECT_THAT(amina.run(command).err,
                    AllOf(HasSubstr("\xef\xbf\xbd"), Not(HasSubstr("\xff")), Not(HasSubstr("\x1b"))));
    }
}

TEST_F(Messages, a_space_to_be_carried_tells_programs_its_size_first)
{
    boris.done({"put", "talent", "name=Abebe"});
    (void)boris.json({"sync"});
    (void)amina.json({"sync"});
    amina.done({"space", "drop", "forum", "--yes"});
    (void)amina.json({"sync"});
    const auto carried = amina.json({"space", "carry", "forum"});
    EXPECT_TRUE(at(carried, "carried").as_bool());
    EXPECT_EQ(number_at(carried, "centre_records"), 1);
    EXPECT_GT(number_at(carried, "centre_bytes"), 0);
    EXPECT_TRUE(at(carried, "as_of").is_string());
}

TEST_F(Messages, a_device_that_was_revoked_reads_so_in_its_status)
{
    EXPECT_TRUE(at(amina.json({"status"}), "refusal").is_null());
    EXPECT_THAT(amina.done({"status"}), Not(HasSubstr("refuses this device")));
    centre.operate({"person", "revoke", "Amina"});
    amina.done({"put", "talent", "name=Abebe"});
    expect_line(amina.run({"sync"}), 3, "this device has been revoked");
    EXPECT_EQ(text_at(amina.json({"status"}), "refusal"), "this device has been revoked: ask your operator");
    EXPECT_THAT(amina.done({"status"}), HasSubstr("\nThe centre refuses this device: this device has been revoked: "));
    centre.stop();
    EXPECT_EQ(amina.run({"sync"}).code, 1);
    EXPECT_THAT(amina.done({"status"}), HasSubstr("refuses this device"))
        << "it is not forgotten for want of a network";
}

TEST_F(Messages, a_home_that_has_lost_a_file_says_which_whatever_is_asked)
{
    fs::rename(amina.home() + "/enrolment.json", directory.file("enrolment.json"));
    for (const Arguments& command : {Arguments{"status"}, {"list", "talent"}, {"sync"}, {"salvage"}})
        expect_line(amina.run(command), 1, "/enrolment.json is missing or damaged: restore it from a copy");
    const auto secret = directory.file("secret");
    std::ofstream(secret) << "correct horse battery\n";
    boris.done({"passphrase", "set", "--passphrase-file", secret});
    fs::remove(boris.home() + "/keys.wrapped");
    for (const Arguments& command : {Arguments{"unlock"},
                                     {"passphrase", "set"},
                                     {"passphrase", "change", "--new-passphrase-file", secret},
                                     {"passphrase", "remove"},
                                     {"lock"},
                                     {"status"}}) {
        auto words = command;
        words.insert(words.end(), {"--passphrase-file", secret});
        expect_line(boris.run(words), 1, "/keys.wrapped is missing or damaged: restore it from a copy");
    }
}

TEST_F(Messages, a_damaged_database_says_one_thing_to_do)
{
    amina.done({"put", "talent", "name=Abebe"});
    const auto path = amina.home() + "/indaba.db";
    constexpr std::size_t kPage_bytes = 4096;
    const auto pages = fs::file_size(path) / kPage_bytes;
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(kPage_bytes);
        file << std::string((pages - 1) * kPage_bytes, '\0');
    }
    const auto ended = amina.run({"status"});
    expect_line(ended, 1, "Run `indaba salvage`: it saves what can be read of what is only here\n");
    EXPECT_THAT(ended.err, Not(HasSubstr("backup")));
}

TEST_F(Messages, of_wrong_use_are_one_line)
{
    expect_line(amina.run({"get", "xyz"}), 2, "'xyz' is not a record id: it looks like 0192");
    expect_line(amina.run({"list", "talent", "--frobnicate"}), 2, "see `indaba list --help`");
    expect_line(amina.run({"status", "more"}), 2, "see `indaba status --help`");
    expect_line(amina.run({"space", "carry"}), 2, "see `indaba space carry --help`");
    expect_line(amina.run({"unlock", "--for", "soon"}), 2, "see `indaba unlock --help`");
    expect_line(amina.run({"key", "--help"}), 2, "there is no command 'key'.");
    expect_line(amina.run({"--help", "lsit"}), 2, "there is no command 'lsit'. Did you mean `list`?");
    expect_line(amina.run({"space", "lst", "--help"}), 2, "there is no command 'lst'. Did you mean `list`?");
    expect_line(amina.run({"space", "frobnicate"}), 2, "there is no command 'frobnicate'. There are list, carry, drop");
    expect_line(amina.run({"space"}), 2, "say what to do: list, carry, drop; `indaba space --help` explains them");
    const Device stranger(directory, "stranger");
    const auto invitation = centre.operate({"invite", "Boris"});
    const auto code = invitation.rfind('/') + 1;
    for (const auto& line : {std::string("hello"), invitation.substr(0, code), invitation.substr(0, code) + "2K7M",
                             invitation.substr(0, code) + std::string(26, '!')})
        expect_line(stranger.run({"enrol", line}), 2, "invitation");
    expect_line(stranger.run({"enrol", invitation.substr(0, code) + std::string(26, '7')}), 3, "is not known here");
}

TEST_F(Messages, of_help_have_an_example_for_every_command)
{
    const auto examples_of = [&](const Arguments& command) {
        auto asked = command;
        asked.emplace_back("--help");
        return amina.done(asked);
    };
    for (const Arguments& command : {Arguments{"enrol"},
                                     {"put"},
                                     {"get"},
                                     {"list"},
                                     {"search"},
                                     {"delete"},
                                     {"history"},
                                     {"import"},
                                     {"export"},
                                     {"sync"},
                                     {"status"},
                                     {"conflicts"},
                                     {"refused"},
                                     {"refused", "retry"},
                                     {"refused", "drop"},
                                     {"forgotten"},
                                     {"forgotten", "restore"},
                                     {"forgotten", "drop"},
                                     {"resolve"},
                                     {"space"},
                                     {"space", "list"},
                                     {"space", "carry"},
                                     {"space", "drop"},
                                     {"passphrase"},
                                     {"passphrase", "set"},
                                     {"passphrase", "change"},
                                     {"passphrase", "remove"},
                                     {"unlock"},
                                     {"lock"},
                                     {"salvage"}}) {
        std::string words = "  indaba";
        for (const auto& word : command) words += " " + word;
        EXPECT_THAT(examples_of(command), HasSubstr("Example")) << words;
        EXPECT_THAT(examples_of(command), HasSubstr("\n" + words)) << words;
    }
}

}  // namespace
}  // namespace indaba::tests
