#include "tests/simulation/person.hpp"

#include "tests/model/item.hpp"
#include "tests/model/text.hpp"
#include "tests/simulation/broken.hpp"

namespace indaba::tests::simulation {

namespace {

using shared::Errc;
using shared::Value;
using Kind = sync::Change::Kind;

/// What a person may be answered: everything else is a bug.
bool is_expected(Errc code)
{
    switch (code) {
        case Errc::rule_broken:
        case Errc::forbidden:
        case Errc::not_found:
        case Errc::full: return true;
        case Errc::usage:
        case Errc::malformed:
        case Errc::too_large:
        case Errc::untrusted:
        case Errc::unreachable:
        case Errc::timed_out:
        case Errc::cancelled:
        case Errc::busy:
        case Errc::io:
        case Errc::corrupt:
        case Errc::unsupported: return false;
    }
    return false;
}

constexpr std::size_t kRecordsPerSpace = 8;
constexpr std::size_t kHeavy_bytes = 60'000;

}  // namespace

Value Person::value_for(std::string_view key)
{
    if (heavy_ && key == "city") return Value::text(std::string(kHeavy_bytes, char('a' + chance_.below(26))));
    return model::item_value(key, std::uint8_t(chance_.draw()));
}

/// What the program at hand has a field for.
std::vector<std::string_view> Person::keys(Process& process, std::string_view type) const
{
    if (type == model::kVisit) return {"name", model::kGuests};
    std::vector<std::string_view> keys(model::item_keys().begin(), model::item_keys().end());
    if (process.replica.ports().catalogue.field(type, model::kGrade) != nullptr)
        keys.insert(keys.end(), 3, model::kGrade);  // often, for there are many others
    return keys;
}

sync::Change Person::edit(Process& process, const shared::RecordId& id, std::string_view type)
{
    sync::Change change{Kind::put, id, std::string(type), {}};
    const auto known = keys(process, type);
    for (auto count = 1 + chance_.below(3); count > 0; --count) {
        const auto key = known[chance_.below(known.size())];
        change.cells.emplace_back(key, value_for(key));
    }
    return change;
}

sync::Change Person::create(Process& process, std::string_view type)
{
    std::array<std::uint8_t, 10> random{};
    chance_.fill(random);
    auto change = edit(process, shared::RecordId::make(process.replica.ports().clock.now_ms(), random), type);
    change.cells.emplace_back("name", value_for("name"));
    return change;
}

std::optional<sync::StoredRecord> Person::pick(Process& process, const std::string& space)
{
    const auto& ids = truth_.records_ever(space);  // who has not heard of it goes on with what was erased
    if (ids.empty()) return std::nullopt;
    auto found = process.store->find_record(chance_.pick(ids));
    if (!found || !*found || (*found)->shown.empty() || (*found)->space != space) return std::nullopt;
    // Of a type that its program does not know a person is shown nothing to change.
    const bool is_known = (*found)->type == model::kItem || (*found)->type == model::kVisit;
    if (!is_known || process.replica.ports().catalogue.type((*found)->type) == nullptr) return std::nullopt;
    return std::move(**found);
}

Person::Done Person::act(Process& process)
{
    Done done{std::string(chance_.pick(kSpaces)), "", false, false};
    if (chance_.below(25) == 0) {
        mistype(process, done.space);
        done.what = "mistyped";
        return done;
    }
    if (chance_.below(4) == 0 && attend(process)) {
        done.what = "attended to what was refused";
        done.wrote = done.attended = true;
        return done;
    }
    const auto record = pick(process, done.space);
    auto written = record && chance_.below(5) == 0 ? settle(process, *record) : write(process, done.space);
    if (written.has_error() && !is_expected(written.error().code))
        throw Broken{"a person was answered: " + written.error().text};
    done.wrote = written.has_value() && written->number != 0;
    done.what = written.has_error() ? written.error().text
                : done.wrote        ? "wrote " + model::text(*written)
                                    : "changed nothing";
    return done;
}

std::string Person::choose(Process& process, const std::string& space, bool carries)
{
    const auto chosen = carries ? process.replica.carry(space) : process.replica.drop(space);
    if (chosen.has_error() && !is_expected(chosen.error().code))
        throw Broken{"a person who chose a space was answered: " + chosen.error().text};
    return chosen.has_error() ? chosen.error().text : "done";
}

/// Tries again or drops something that stands refused; false if nothing does.
bool Person::attend(Process& process)
{
    const auto standing = process.store->standing_refused({});
    if (!standing || standing->empty()) return false;
    const auto id = chance_.pick(*standing).record;
    sync::Result<void> ended;
    if (chance_.below(3) == 0) {
        truth_.dropped(id);  // also if the program dies of it: it may be done
        ended = process.replica.drop_refused(id);
    } else {
        const auto key = model::item_keys()[chance_.below(model::item_keys().size())];
        const auto again = process.replica.retry(id, {{std::string(key), value_for(key)}});
        if (again.has_error()) ended = again.error();
    }
    if (ended.has_error() && !is_expected(ended.error().code))
        throw Broken{"a person who tried again was answered: " + ended.error().text};
    if (ended.has_error()) return false;
    const auto left = process.store->standing_refused(id);
    if (left && !left->empty()) throw Broken{"what a person attended to still stands"};
    return true;
}

sync::Result<sync::TransactionName> Person::write(Process& process, const std::string& space)
{
    std::vector<sync::Change> changes;
    std::set<shared::RecordId> touched;
    for (auto count = 1 + (chance_.below(4) == 0 ? chance_.below(3) : 0); count > 0; --count) {
        const auto record = pick(process, space);
        if (!record || (truth_.records(space).size() < kRecordsPerSpace && chance_.below(3) == 0)) {
            const bool has_visits = process.replica.ports().catalogue.type(model::kVisit) != nullptr;
            changes.push_back(create(process, has_visits && chance_.below(3) == 0 ? model::kVisit : model::kItem));
            continue;
        }
        if (!touched.insert(record->id).second) continue;
        if (chance_.below(6) == 0) changes.push_back({Kind::remove, record->id, record->type, {}});
        else changes.push_back(edit(process, record->id, record->type));
    }
    if (changes.empty()) return sync::TransactionName{};
    return process.replica.write(space, changes);
}

/// Of the cells with more than one leaf the first, else any; one of its values or another.
sync::Result<sync::TransactionName> Person::settle(Process& process, const sync::StoredRecord& record)
{
    if (chance_.below(3) == 0) return process.replica.settle_existence(record.id, chance_.below(2) == 0, "as agreed");
    const sync::Cell* cell = nullptr;
    for (const auto& other : record.shown)
        if (other.key != shared::kExistence && !other.leaves.empty() &&
            (cell == nullptr || other.leaves.size() > cell->leaves.size()))
            cell = &other;
    if (cell == nullptr) return sync::TransactionName{};
    const auto value = chance_.below(2) == 0 ? cell->leaves[chance_.below(cell->leaves.size())].value
                                             : model::item_value(cell->key, std::uint8_t(chance_.draw()));
    return process.replica.settle(record.id, cell->key, value, "as agreed");
}

/// What breaks a rule is answered with the field's name, and nothing of it is stored.
void Person::mistype(Process& process, const std::string& space)
{
    auto change = create(process, model::kItem);
    change.cells.emplace_back("peak", Value::integer(1001));
    const auto written = process.replica.write(space, {change});
    if (!written.has_error()) throw Broken{"a value that breaks a rule was stored"};
    const auto& error = written.error();
    if (error.code == Errc::forbidden || error.code == Errc::not_found || error.code == Errc::full) return;
    if (error.code != Errc::rule_broken || !error.text.starts_with("peak"))
        throw Broken{"a broken rule was answered with: " + error.text};
    const auto left = process.store->find_record(change.id);
    if (left && *left) throw Broken{"a refused record was stored"};
}

}  // namespace indaba::tests::simulation
