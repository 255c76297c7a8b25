#include "sync/batch_parts.hpp"

#include <algorithm>
#include <map>

namespace indaba::sync {

void put_step(shared::BinaryOutput& out, std::int64_t value, std::int64_t& last)
{
    const auto step = std::uint64_t(value) - std::uint64_t(last);
    out.put_compact(step << 1 ^ (step >> 63 ? ~std::uint64_t(0) : 0));
    last = value;
}

std::int64_t get_step(shared::BinaryInput& in, std::int64_t& last)
{
    const auto coded = in.get_compact(~std::uint64_t(0));
    const auto step = coded >> 1 ^ (coded & 1 ? ~std::uint64_t(0) : 0);
    last = std::int64_t(std::uint64_t(last) + step);
    return last;
}

std::uint32_t NameTable::index(const TransactionName& name)
{
    const auto [place, fresh] = places_.try_emplace(name, std::uint32_t(names_.size()));
    if (fresh) {
        names_.push_back(name);
        stamps_.push_back({});
    }
    return place->second;
}

std::uint32_t NameTable::index(const TransactionName& name, Stamp stamp)
{
    const auto place = index(name);
    stamps_[place] = stamp;
    return place;
}

void NameTable::save(shared::BinaryOutput& out, std::size_t rulings) const
{
    std::map<shared::JournalId, std::uint32_t> places;
    std::vector<shared::JournalId> journals;
    for (const auto& name : names_)
        if (places.try_emplace(name.journal, std::uint32_t(journals.size())).second) journals.push_back(name.journal);
    out(journals);
    out.put_compact(rulings);
    out.put_compact(names_.size() - rulings);
    for (const auto& name : names_) out.put_compact(places[name.journal]);
    std::vector<std::int64_t> last(journals.size());
    for (const auto& name : names_) put_step(out, std::int64_t(name.number), last[places[name.journal]]);
    for (const auto& name : names_) out(name.hash);
    std::int64_t stamp = 0;
    for (const auto& s : stamps_) put_step(out, std::int64_t(s.value), stamp);
}

std::size_t NameTable::load(shared::BinaryInput& in)
{
    std::vector<shared::JournalId> journals;
    in(journals);
    const auto rulings = in.get_count(sizeof(TransactionName));
    const auto others = in.get_count(sizeof(TransactionName));
    names_.resize(rulings + others);
    stamps_.resize(names_.size());
    for (auto& name : names_) {
        const auto journal = in.get_compact(~std::uint32_t(0));
        if (journal >= journals.size()) {
            in.fault("has an index out of range");
            break;
        }
        name.journal = journals[journal];
    }
    std::unordered_map<std::uint64_t, std::int64_t> last;
    for (auto& name : names_) name.number = std::uint64_t(get_step(in, last[name.journal.value]));
    for (auto& name : names_) in(name.hash);
    std::int64_t stamp = 0;
    for (auto& s : stamps_) s.value = std::uint64_t(get_step(in, stamp));
    auto sorted = names_;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) in.fault("lists a name twice");
    return rulings;
}

}  // namespace indaba::sync
