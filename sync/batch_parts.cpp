#include "sync/batch_parts.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace indaba::sync {

void put_step(shared::BinaryOutput& out, std::int64_t value, std::int64_t& last)
{
    const auto step = std::uint64_t(value) - std::uint64_t(last);
    out.put_compact(step << 1 ^ (step >> 63 ? ~std::uint64_t(0) : 0));
    last = value;
}

std::int64_t get_step(shared::ByteReader& in, std::int64_t& last)
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

void BatchNames::load(shared::BinaryInput& in)
{
    // Beside what is kept, four bytes to look for doubles.
    constexpr std::size_t kName_bytes = 2 * sizeof(std::uint64_t) + 2 * sizeof(std::uint32_t);
    in(journals_);
    rulings_ = in.get_count(kName_bytes);
    const auto others = in.get_count(kName_bytes);
    if (!in.ok()) return;
    journal_of_.resize(rulings_ + others);
    for (auto& journal : journal_of_) {
        journal = std::uint32_t(in.get_compact(~std::uint32_t(0)));
        if (journal >= journals_.size()) return in.fault("has an index out of range");
    }
    load_numbers(in);
    hashes_ = in.get_view(size() * sizeof(std::uint64_t));
    stamps_.resize(size());
    std::int64_t stamp = 0;
    for (auto& s : stamps_) s = std::uint64_t(get_step(in, stamp));
    if (in.ok() && holds_twice()) in.fault("lists a name twice");
}

void BatchNames::load_numbers(shared::BinaryInput& in)
{
    if (!in.allow(journals_.size() * sizeof(std::int64_t))) return;
    std::vector<std::int64_t> last(journals_.size());
    numbers_.resize(size());
    for (std::size_t i = 0; i < size(); ++i) numbers_[i] = std::uint64_t(get_step(in, last[journal_of_[i]]));
}

TransactionName BatchNames::name(std::size_t i) const
{
    shared::ByteReader hash(hashes_.subspan(i * sizeof(std::uint64_t)));
    return {journals_[journal_of_[i]], numbers_[i], hash.get_fixed<std::uint64_t>()};
}

bool BatchNames::holds_twice() const
{
    std::vector<std::uint32_t> places(size());
    std::iota(places.begin(), places.end(), 0u);
    const auto name_of = [this](std::uint32_t place) { return name(place); };
    std::ranges::sort(places, {}, name_of);
    return std::ranges::adjacent_find(places, {}, name_of) != places.end();
}

}  // namespace indaba::sync
