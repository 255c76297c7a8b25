#include "sync/store/queries.hpp"

#include "sync/merge.hpp"
#include "sync/store/tables.hpp"

#include <algorithm>

namespace indaba::sync::store {

namespace {

using shared::Errc;

/// Whether the cell is one that `field` asks for: itself, a language version of it, or the element that the text names.
bool is_asked(std::string_view key, std::string_view field, std::string_view text)
{
    if (!key.starts_with(field)) return false;
    const auto rest = key.substr(field.size());
    return rest.empty() || rest[0] == '@' || (rest[0] == '/' && rest.substr(1) == text);
}

bool holds(const Cells& cells, const shared::RecordType* type, std::string_view field, std::string_view text)
{
    for (const auto& cell : cells) {
        if (!is_asked(cell.key, field, text)) continue;
        const auto* leaf = shown(cell, shared::cell_rule(type, cell.key));
        if (leaf == nullptr || leaf->value.is_absent()) continue;
        if (cell.key.size() > field.size() && cell.key[field.size()] == '/') return true;
        if (leaf->value.display() == text) return true;
    }
    return false;
}

}  // namespace

/// One pass over the records of a type.
class ListScan {
public:
    ListScan(Tables& tables, const ListFilter& filter, const shared::RecordType* type, const RecordVisitor& visit)
        : tables_(tables), filter_(filter), type_(type), visit_(visit)
    {
    }

    /// The records of a space behind row `after`.
    [[nodiscard]] Result<void> scan(std::uint64_t space, std::uint64_t type, std::int64_t after)
    {
        auto rows = tables_.database().statement(
            "SELECT rid FROM record WHERE space = ?1 AND type = ?2 AND rid > ?3 AND flags < 4 ORDER BY rid");
        rows.bind_all(space, type, after);
        while (!done_) {
            INDABA_ASSIGN(const bool row, rows.step());
            if (!row) return {};
            INDABA_ASSIGN(auto read, tables_.records.at(rows.int64(0)));
            const auto asked = [&](const auto& pair) {
                return holds(read.record.shown, type_, pair.first, pair.second);
            };
            if (!std::ranges::all_of(filter_.where, asked)) continue;
            done_ = !visit_(std::move(read.record)) || ++visited_ == filter_.limit;
        }
        return {};
    }

    [[nodiscard]] bool done() const { return done_; }

private:
    Tables& tables_;
    const ListFilter& filter_;
    const shared::RecordType* type_;
    const RecordVisitor& visit_;
    std::size_t visited_ = 0;
    bool done_ = false;
};

Result<std::vector<std::uint64_t>> Queries::space_numbers(const std::optional<SpaceName>& only)
{
    std::vector<std::uint64_t> numbers;
    if (only) {
        INDABA_ASSIGN(const auto number, tables_.names.spaces.find(*only));
        if (number) numbers.push_back(*number);
        return numbers;
    }
    auto rows = tables_.database().statement("SELECT sid FROM space_name ORDER BY sid");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) return numbers;
        numbers.push_back(std::uint64_t(rows.int64(0)));
    }
}

Result<void> Queries::list(const ListFilter& filter, const RecordVisitor& visit)
{
    ReadScope scope(tables_.database());
    INDABA_TRY(scope.begin());
    INDABA_ASSIGN(const auto type, tables_.names.types.find(filter.type));
    if (!type) return {};
    INDABA_ASSIGN(auto spaces, space_numbers(filter.space));
    std::int64_t after = 0;
    if (filter.after) {
        INDABA_ASSIGN(const auto last, tables_.records.find(*filter.after));
        if (!last)
            return fail(Errc::not_found, "the record to go on behind is not here any more: list from the beginning");
        INDABA_ASSIGN(const auto in, tables_.names.spaces.find(last->record.space));
        std::erase_if(spaces, [&](std::uint64_t space) { return space < *in; });
        after = last->rid;
    }
    ListScan scan(tables_, filter, catalogue_.type(filter.type), visit);
    for (const auto space : spaces) {
        if (scan.done()) break;
        INDABA_TRY(scan.scan(space, *type, after));
        after = 0;
    }
    return scope.end();
}

Result<std::vector<RecordId>> Queries::search(std::string_view text, std::size_t limit)
{
    auto* search = tables_.search();
    if (search == nullptr) return fail(Errc::usage, "this device keeps no search index");
    ReadScope scope(tables_.database());
    INDABA_TRY(scope.begin());
    INDABA_ASSIGN(const auto rids, search->find(text, limit));
    std::vector<RecordId> ids;
    ids.reserve(rids.size());
    for (const auto rid : rids) {
        INDABA_ASSIGN(const auto row, tables_.records.at(rid));
        ids.push_back(row.record.id);
    }
    INDABA_TRY(scope.end());
    return ids;
}

Result<void> Queries::each_conflict(const RecordVisitor& visit)
{
    ReadScope scope(tables_.database());
    INDABA_TRY(scope.begin());
    auto rows = tables_.database().statement("SELECT rid FROM record WHERE flags & 1 ORDER BY space, rid");
    while (true) {
        INDABA_ASSIGN(const bool row, rows.step());
        if (!row) break;
        INDABA_ASSIGN(auto read, tables_.records.at(rows.int64(0)));
        if (!visit(std::move(read.record))) break;
    }
    rows.reset();
    return scope.end();
}

Result<void> Queries::each_refused(const std::function<bool(StoredEntry&&)>& visit)
{
    ReadScope scope(tables_.database());
    INDABA_TRY(scope.begin());
    INDABA_TRY(tables_.entries.each_own_refused(visit));
    return scope.end();
}

}  // namespace indaba::sync::store
