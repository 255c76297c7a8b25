#include "tests/end_to_end/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <csignal>

namespace indaba::tests {

namespace {

std::string trimmed(std::string text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

std::string shown(const Arguments& arguments)
{
    std::string line;
    for (const auto& argument : arguments) line += " " + argument;
    return line;
}

}  // namespace

Centre::Centre(const TemporaryDirectory& directory) : directory_(directory)
{
    operate({"init", "--name", "localhost,127.0.0.1"});
}

void Centre::start()
{
    process_ = std::make_unique<Process>(Arguments{INDABA_SERVER, "run", "--data", data(), "--listen", address_},
                                         directory_.file("centre.log"));
    constexpr std::string_view kReady = "listening on ";
    ASSERT_TRUE(process_->wait_for_output("\n")) << content_of(directory_.file("centre.log"));
    const auto at = process_->output().find(kReady);
    ASSERT_NE(at, std::string::npos) << process_->output();
    address_ = trimmed(process_->output().substr(at + kReady.size()));
}

void Centre::start_at(const std::string& address)
{
    address_ = address;
    start();
}

void Centre::stop()
{
    process_->signal(SIGTERM);
    EXPECT_EQ(process_->finish(std::chrono::seconds(20)).code, 0) << content_of(directory_.file("centre.log"));
    process_.reset();
}

void Centre::kill()
{
    process_->signal(SIGKILL);
    (void)process_->finish();
    process_.reset();
}

Ended Centre::try_operate(const Arguments& arguments) const
{
    std::filesystem::remove(directory_.file("operator.err"));
    return begin(arguments)->finish();
}

std::unique_ptr<Process> Centre::begin(const Arguments& arguments) const
{
    Arguments command{INDABA_SERVER};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--data", data()});
    return std::make_unique<Process>(command, directory_.file("operator.err"));
}

std::string Centre::operate(const Arguments& arguments) const
{
    const auto ended = try_operate(arguments);
    EXPECT_EQ(ended.code, 0) << "indaba-server" << shown(arguments) << "\n" << ended.err;
    return trimmed(ended.out);
}

void Device::enrol(const Centre& centre, const std::string& person)
{
    const auto invitation = centre.operate({"invite", person});
    (void)done({"enrol", "-", "--device", name_}, invitation + "\n");
}

Arguments Device::command(const Arguments& arguments) const
{
    Arguments command{INDABA, "--home", home()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

Ended Device::run(const Arguments& arguments, const std::string& input) const
{
    const auto errors = directory_.file(name_ + ".err");
    std::filesystem::remove(errors);
    return Process(command(arguments), errors, input).finish();
}

std::string Device::done(const Arguments& arguments, const std::string& input) const
{
    const auto ended = run(arguments, input);
    EXPECT_EQ(ended.code, 0) << name_ << ": indaba" << shown(arguments) << "\n" << ended.out << ended.err;
    EXPECT_EQ(ended.err, "") << name_ << ": indaba" << shown(arguments);
    return trimmed(ended.out);
}

boost::json::value Device::json(Arguments arguments, const std::string& input) const
{
    arguments.push_back("--json");
    const auto text = done(arguments, input);
    boost::system::error_code failed;
    auto value = boost::json::parse(text, failed);
    EXPECT_FALSE(failed) << shown(arguments) << "\n" << text;
    return value;
}

std::unique_ptr<Process> Device::begin(const Arguments& arguments) const
{
    return std::make_unique<Process>(command(arguments), directory_.file(name_ + ".err"));
}

const boost::json::value& at(const boost::json::value& value, std::string_view name)
{
    static const boost::json::value kNothing;
    const auto* object = value.if_object();
    const auto* member = object == nullptr ? nullptr : object->if_contains(name);
    EXPECT_NE(member, nullptr) << "no member " << name << " in " << boost::json::serialize(value);
    return member == nullptr ? kNothing : *member;
}

std::string text_at(const boost::json::value& value, std::string_view name)
{
    const auto& member = at(value, name);
    EXPECT_TRUE(member.is_string()) << name << " in " << boost::json::serialize(value);
    return member.is_string() ? std::string(member.get_string()) : std::string();
}

std::int64_t number_at(const boost::json::value& value, std::string_view name)
{
    const auto& member = at(value, name);
    EXPECT_TRUE(member.is_int64()) << name << " in " << boost::json::serialize(value);
    return member.is_int64() ? member.get_int64() : -1;
}

std::string everything_shown(const Device& device)
{
    std::string text;
    for (const char* type : {"enterprise", "talent", "meeting", "organisation", "decision"}) {
        const auto list = device.json({"list", type});
        std::vector<std::string> lines;
        for (const auto& record : list.as_array()) lines.push_back(boost::json::serialize(record));
        std::sort(lines.begin(), lines.end());
        for (const auto& line : lines) text += line + "\n";
    }
    return text;
}

}  // namespace indaba::tests
