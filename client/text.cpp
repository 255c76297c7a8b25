#include "client/text.hpp"

#include "client/json.hpp"
#include "client/protection.hpp"
#include "client/shell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace indaba::client {

namespace {

constexpr int kName_columns = 18;
constexpr std::size_t kTitle_columns = 60;
constexpr std::size_t kShown_bytes = 4 * kTitle_columns;

const char* state_text(State state)
{
    switch (state) {
        case State::only_here: return "only here";
        case State::accepted: return "accepted";
        case State::refused: return "refused";
    }
    return "";
}

std::string shown_value(const Value& value) { return value.is_absent() ? "(nothing)" : one_line(value.display()); }

std::string shown_value(const Value& value, const Titles& titles)
{
    if (value.kind() != shared::ValueKind::reference) return shown_value(value);
    const auto title = titles(value.as_reference());
    return title ? one_line(*title) : shown_value(value);
}

/// "2 only here (1 of them a deletion)"
std::string part_text(std::uint64_t count, const char* what, std::uint64_t of_them, std::string_view that_are)
{
    if (of_them == 0) return fmt::format("{} {}", count, what);
    return fmt::format("{} {} ({} of them {})", count, what, of_them, that_are);
}

std::string time_or_never(std::int64_t unix_ms) { return unix_ms > 0 ? time_text(unix_ms) : "never"; }

/// Cells by field in the order of the type, sets as one line each; what is not known comes last.
std::vector<std::pair<std::string, std::string>> rows_of(const RecordView& record, const shared::RecordType* type,
                                                         const Titles& titles)
{
    std::vector<std::pair<std::string, std::string>> rows;
    const auto add = [&](const std::string& name, const std::string& text) {
        const auto known = std::ranges::find(rows, name, &std::pair<std::string, std::string>::first);
        if (known == rows.end()) rows.emplace_back(name, text);
        else known->second += "; " + text;
    };
    const auto add_cell = [&](const Cell& cell) {
        const auto parts = shared::key_parts(cell.first);
        if (parts.element.empty()) add(one_line(cell.first), shown_value(cell.second, titles));
        else add(one_line(parts.field), one_line(parts.element));
    };
    if (type != nullptr)
        for (const auto& field : type->fields)
            for (const auto& cell : record.cells)
                if (shared::key_parts(cell.first).field == field.name) add_cell(cell);
    for (const auto& cell : record.cells)
        if (type == nullptr || type->field(cell.first) == nullptr) add_cell(cell);
    return rows;
}

/// One word of a command that may be pasted into a shell.
std::string shell_word(std::string_view text)
{
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '@' || c == '/';
    };
    if (std::ranges::all_of(text, is_plain)) return std::string(text);
    std::string word = "'";
    for (const char c : one_line(text)) {
        if (c == '\'') word += "'\\'";
        word += c;
    }
    return word + "'";
}

std::string named(const SpaceView& space)
{
    return fmt::format("{}: {} ({}), {}", one_line(space.name), one_line(space.title), one_line(space.kind),
                       one_line(space.role));
}

/// Of what is not carried there is nothing to lock.
std::string lease_text(const SpaceView& space)
{
    if (!space.carried) return {};
    if (space.locked)
        return fmt::format("; locked, as far as this device's clock says since {}: run `indaba sync` to read it",
                           time_text(space.lease_until_ms));
    if (!space.lease_ends_soon) return {};
    return fmt::format("; locks on {} unless `indaba sync` reaches the centre before", time_text(space.lease_until_ms));
}

std::string leaves_text(const Conflict& conflict)
{
    std::string text;
    for (const auto& leaf : conflict.leaves)
        text += fmt::format("\n  {} {}) {}   by {} on {}, {}", leaf.shown ? '*' : ' ', leaf.number,
                            shown_value(leaf.value), one_line(leaf.by), one_line(leaf.device), time_text(leaf.at_ms));
    return text;
}

}  // namespace

std::string cells_text(const std::vector<Cell>& cells, bool restored)
{
    std::string text;
    for (const auto& [key, value] : cells) {
        if (!text.empty()) text += ", ";
        const bool element = !shared::key_parts(key).element.empty();
        if (key == kExistenceField)
            text += value != Value::boolean(true) ? "deleted" : restored ? "restored" : "created";
        else if (element) text += one_line(key) + (value.is_absent() ? " removed" : "");
        else text += one_line(key) + " = " + shown_value(value);
    }
    return text;
}

std::string text_of(const RecordView& record, const shared::Catalogue& catalogue, const Titles& titles)
{
    auto text = fmt::format("{}  {}  in {}  {}", record.id.text(), one_line(record.type), one_line(record.space),
                            state_text(record.state));
    const Titles with_ids = [&](const RecordId& id) -> std::optional<std::string> {
        const auto title = titles(id);
        if (!title) return title;
        return fmt::format("{} ({})", *title, id.text());
    };
    for (const auto& [name, value] : rows_of(record, catalogue.type(record.type), with_ids))
        text += fmt::format("\n  {:<{}} {}", name, kName_columns, value);
    text += fmt::format("\nLast changed by {}, {}", one_line(record.updated_by), time_text(record.updated_at_ms));
    for (const auto& conflict : record.conflicts)
        text += "\nConflict in " + one_line(conflict.field) + leaves_text(conflict);
    return text;
}

std::string line_of(const RecordView& record, const shared::Catalogue& catalogue, const Titles& titles)
{
    const auto* type = catalogue.type(record.type);
    auto text = record.id.text() + "  " + one_line(record.title);
    for (const auto& [name, value] : rows_of(record, type, titles)) {
        const auto* field = type == nullptr ? nullptr : type->field(name);
        if (field != nullptr && field->listed && !field->title)
            text += "  " + shared::clipped(value, kShown_bytes, kTitle_columns);
    }
    if (record.state != State::accepted) text += fmt::format("  [{}]", state_text(record.state));
    if (!record.conflicts.empty()) text += "  [conflict]";
    return text;
}

std::string text_of(const Conflict& conflict)
{
    const bool existence = conflict.field == kExistenceField;
    const auto how = existence ? "--restore|--delete" : shell_word(conflict.field) + " --keep NUMBER|--value VALUE";
    return fmt::format("{} {}: {}{}\n    indaba resolve {} {} --reason TEXT", one_line(conflict.type),
                       one_line(conflict.title),
                       existence ? "deleted by one, edited by another" : one_line(conflict.field),
                       leaves_text(conflict), conflict.record.text(), how);
}

std::string text_of(const Refusal& refusal)
{
    const auto together = refusal.blamed == refusal.record
                              ? std::string()
                              : fmt::format(" (in record {}, written together with it)", refusal.blamed.text());
    return fmt::format("{}  {} {}: {}{}\n  written {}, refused {}: {}", refusal.record.text(), one_line(refusal.type),
                       one_line(refusal.title), one_line(refusal.reason), together, time_text(refusal.written_ms),
                       time_or_never(refusal.ruled_ms), cells_text(refusal.cells, refusal.restored));
}

std::string text_of(const Forgotten& forgotten)
{
    return fmt::format("{}  {} {}, by {}; missed since {}: {}", forgotten.record.text(), one_line(forgotten.type),
                       one_line(forgotten.title), one_line(forgotten.by), time_text(forgotten.found_ms),
                       cells_text(forgotten.cells, false));
}

std::vector<std::string> lines_of(const PutNotes& notes)
{
    std::vector<std::string> lines;
    if (notes.created.size() == 1)
        lines.push_back(fmt::format("No record {} was here: created it", notes.created.front().text()));
    else if (notes.created.size() > 1)
        lines.push_back(fmt::format("{} records were not here under their ids: created them", notes.created.size()));
    constexpr const char* kLater = "return, and are checked, with the next `indaba sync`";
    if (notes.restored.size() == 1)
        lines.push_back(fmt::format("Restored {}: its other fields {}", notes.restored.front().text(), kLater));
    else if (notes.restored.size() > 1)
        lines.push_back(fmt::format("Restored {} records: their other fields {}", notes.restored.size(), kLater));
    return lines;
}

std::string text_of(const History& history)
{
    std::string text;
    for (const auto& step : history.steps)
        text += fmt::format("{}  {} on {}{}\n  {}\n", time_text(step.at_ms), one_line(step.by), one_line(step.device),
                            step.state == State::accepted ? "" : fmt::format("  [{}]", state_text(step.state)),
                            cells_text(step.cells, step.restored));
    text += history.complete ? "This is all of it." : "This is what is known here; the centre may know more.";
    return text;
}

std::string size_text(std::uint64_t bytes)
{
    constexpr double kKilo = 1'000;
    constexpr double kMega = 1'000'000;
    const auto size = double(bytes);
    if (size < kKilo) return counted(bytes, "byte");
    return size < kMega ? fmt::format("{:.1f} KB", size / kKilo) : fmt::format("{:.1f} MB", size / kMega);
}

std::string centre_size_text(const SpaceView& space)
{
    if (space.as_of_ms == 0) return "size not known before the next `indaba sync`";
    return fmt::format("about {}, {} at the centre, as of {}", size_text(space.centre_bytes),
                       counted(space.centre_records, "record"), time_text(space.as_of_ms));
}

std::string text_of(const SpaceView& space)
{
    auto text = named(space) + ": ";
    if (space.carried) text += fmt::format("carried, {}, {}", counted(space.records, "record"), size_text(space.bytes));
    else text += "not carried, " + centre_size_text(space);
    if (space.waiting > 0) text += fmt::format("; {} only here", counted(space.waiting, "change"));
    return text + lease_text(space);
}

std::string text_of(const Status& status)
{
    auto text =
        fmt::format("{} on {}, centre {}\n", one_line(status.person), one_line(status.device), one_line(status.server));
    const auto deletions = status.only_here_deleted == 1 ? "a deletion" : "deletions";
    text += fmt::format("{}: {} accepted; {}; {}; {}\n", counted(status.records, "record"), status.accepted,
                        part_text(status.only_here, "only here", status.only_here_deleted, deletions),
                        part_text(status.refused, "refused", status.refused_gone, "not among the records"),
                        counted(status.conflicts, "conflict"));
    for (const auto& space : status.spaces)
        text += fmt::format("  {}{}{}\n", named(space), space.carried ? "" : ", not carried on this device",
                            lease_text(space));
    text += fmt::format("Written here: {}, of them {} only here, {} accepted, {} refused\n",
                        counted(status.written.changes(), "change"), status.written.only_here, status.written.accepted,
                        status.written.refused);
    if (status.over_quota_until_ms > 0 && status.written.only_here > 0)
        text += fmt::format("The centre takes no more from you before {}: what waits is kept here\n",
                            time_text(status.over_quota_until_ms));
    if (status.written.backed_up > 0)
        text += fmt::format("In a backup of the centre: {} of those accepted\n", status.written.backed_up);
    if (status.forgotten > 0)
        text += fmt::format("The centre was put back from a backup and has no more what {} held: `indaba forgotten`\n",
                            counted(status.forgotten, "record"));
    text += fmt::format("Last contact with the centre: {}; last attempt: {}", time_or_never(status.last_contact_ms),
                        time_or_never(status.last_attempt_ms));
    if (!status.refusal.empty())
        text += fmt::format("\nThe centre refuses this device: {}. What is here stays.", one_line(status.refusal));
    if (const auto warning = clock_warning(status.clock_offset_ms)) text += "\n" + *warning;
    if (!status.protection.empty()) text += "\n" + protection_line(status.protection, status.locked);
    return text;
}

std::string protection_line(std::string_view protection, bool locked)
{
    if (protection == protection_name(Protection::permission))
        return "Encrypted, with the key beside it: file permission alone keeps it. `indaba passphrase set` locks it.";
    if (protection == protection_name(Protection::keyring))
        return "Encrypted, its key in the desktop's keyring: it opens for you while you are logged in there.";
    if (locked) return "Encrypted, its key under a passphrase: each command asks until `indaba unlock`.";
    return "Encrypted, its key under a passphrase, now unlocked: `indaba lock` ends that.";
}

std::string text_of(const SyncReport& report)
{
    auto text = fmt::format("{}{} sent, {} accepted, {} refused; {} received; {}; {} bytes up, {} down, {} ms",
                            report.up_to_date ? "Up to date: " : "", counted(report.pushed, "change"), report.accepted,
                            report.refused, counted(report.pulled, "record"), counted(report.conflicts, "new conflict"),
                            report.bytes_sent, report.bytes_received, report.duration_ms);
    if (report.erased > 0)
        text += fmt::format("\n{} erased here for good, as the centre ordered.", counted(report.erased, "record"));
    if (const auto& quota = report.over_quota)
        text += fmt::format(
            "\nThe centre takes no more from you today ({} and {} a day): what waits is kept here and is "
            "sent with the first sync after {}.",
            counted(quota->changes, "change"), size_text(quota->bytes), time_text(quota->until_ms));
    for (const auto& missing : report.missing)
        text += fmt::format(
            "\nChanges {} to {} in {} are damaged on this device and hold up what you wrote after them: ask the "
            "centre's operator to rule them lost (journal {}, through {}).",
            missing.first, missing.through, missing.space, missing.journal, missing.through);
    if (report.given_up > 0)
        text +=
            "\nThe centre asks for the same changes again and again and rules on none of them: they are kept here; "
            "tell its operator.";
    if (report.conflicts > 0) text += "\nSee `indaba conflicts`.";
    if (report.refused_erased > 0)
        text += fmt::format("\n{} to an erased record {} refused.", counted(report.refused_erased, "change"),
                            report.refused_erased == 1 ? "was" : "were");
    if (report.refused > report.refused_erased) text += "\nSee `indaba refused`.";
    if (report.clock_warning) text += "\n" + *report.clock_warning;
    return text;
}

}  // namespace indaba::client
