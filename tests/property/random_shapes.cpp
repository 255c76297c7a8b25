#include "tests/property/random_shapes.hpp"

#include "shared/check.hpp"
#include "sync/batch.hpp"

#include <algorithm>

namespace indaba::tests::property {

namespace {

using model::Chance;
using shared::Value;

template <class T>
T random_bytes(Chance& chance)
{
    T out;
    chance.fill(out.bytes);
    return out;
}

/// Small as often as huge.
std::uint64_t random_number(Chance& chance) { return chance.draw() >> chance.below(64); }

shared::RecordId random_record(Chance& chance)
{
    std::array<std::uint8_t, 10> random{};
    chance.fill(random);
    return shared::RecordId::make(chance.between(0, 1LL << 47), random);
}

shared::Hash random_hash(Chance& chance) { return random_bytes<shared::Hash>(chance); }

template <class Make>
auto several(Chance& chance, std::size_t most, const Make& make)
{
    std::vector<decltype(make())> items;
    for (auto count = chance.below(most + 1); count > 0; --count) items.push_back(make());
    return items;
}

std::vector<shared::TransactionName> ordered_names(Chance& chance, std::size_t most)
{
    auto names = several(chance, most, [&] { return random_name(chance); });
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

sync::Ruling random_ruling(Chance& chance, std::uint64_t number)
{
    sync::Ruling ruling;
    ruling.number = number;
    ruling.name = random_name(chance);
    ruling.line = chance.below(4) == 0 ? chance.draw() : ruling.name.journal.value;
    ruling.time_ms = std::int64_t(random_number(chance) >> 16);
    ruling.verdict = sync::Verdict(chance.below(3));
    if (ruling.verdict != sync::Verdict::accepted)
        ruling.reason = {sync::Reason::Code(1 + chance.below(std::size_t(sync::Reason::Code::erased))),
                         random_text(chance, 10), random_text(chance, 60)};
    return ruling;
}

sync::Author random_author(Chance& chance)
{
    return {{chance.draw()}, {random_hash(chance)}, random_text(chance, 20), random_text(chance, 20)};
}

sync::Replica::Grant random_grant(Chance& chance)
{
    return {random_text(chance, 10), "event", random_text(chance, 20), "editor", std::uint32_t(chance.below(4'000))};
}

/// In the middle of a scan as often as at rest: what says nothing new is not encoded.
sync::Place random_place(Chance& chance)
{
    const auto or_same = [&](std::uint64_t same) { return chance.below(2) == 0 ? same : random_number(chance); };
    sync::Place place;
    place.base = random_number(chance);
    place.position = or_same(place.base);
    place.head = or_same(place.position);
    place.head_hash = chance.draw();
    place.backed_up = or_same(0);
    place.horizon = or_same(0);
    return place;
}

sync::Following random_following(Chance& chance) { return {random_text(chance, 10), random_place(chance)}; }

sync::SignedHead random_head(Chance& chance, const shared::SpaceName& space, std::uint64_t number)
{
    return {space,
            number,
            random_hash(chance),
            std::int64_t(random_number(chance)),
            random_number(chance),
            random_number(chance),
            random_bytes<shared::Signature>(chance)};
}

sync::Cells random_cells(Chance& chance, std::uint64_t number, const sync::TransactionName& row,
                         std::map<sync::TransactionName, sync::Stamp>& stamps)
{
    sync::Cells cells;
    const auto stamp_of = [&](const sync::TransactionName& name) {
        return stamps.try_emplace(name, sync::Stamp{random_number(chance)}).first->second;
    };
    for (const auto& key : ordered_names(chance, 5)) {
        auto& cell = cells.at("k" + std::to_string(key.hash % 7));
        if (!cell.leaves.empty()) continue;
        cell.number = chance.below(2) == 0 ? number : chance.below(number + 1);
        if (chance.below(3) > 0) {
            cell.leaves.push_back({row, stamp_of(row), random_value(chance), {}});
            continue;
        }
        for (const auto& name : ordered_names(chance, 3))
            cell.leaves.push_back({name, stamp_of(name), random_value(chance), ordered_names(chance, 2)});
        cell.unknown = ordered_names(chance, 2);
    }
    return cells;
}

}  // namespace

std::string random_text(Chance& chance, std::size_t longest)
{
    static constexpr auto kPieces =
        std::to_array<std::string_view>({"a", "Z", "-", "é", "创", "न", "ی", "😀", " ", "/"});
    std::string text;
    for (auto count = chance.below(longest + 1); count > 0; --count) text += chance.pick(kPieces);
    return text;
}

Value random_value(Chance& chance)
{
    switch (chance.below(10)) {
        case 0: return Value();
        case 1: return Value::integer(std::int64_t(random_number(chance)) * (chance.below(2) == 0 ? 1 : -1));
        case 2:
            return Value::decimal(
                {std::int64_t(random_number(chance) >> 1) / 10 * 10 + 7, std::uint8_t(chance.below(19))});
        case 3: return Value::boolean(chance.below(2) == 0);
        case 4:
            return Value::date({std::int16_t(1 + chance.below(9999)), std::uint8_t(1 + chance.below(12)),
                                std::uint8_t(chance.below(29))});
        case 5:
            return Value::instant(
                {std::int64_t(random_number(chance) % (1ull << 42)), std::int16_t(chance.between(-840, 840))});
        case 6: return Value::code("code-" + std::to_string(chance.below(100)));
        case 7: return Value::reference(random_record(chance));
        case 8:
            return Value::place({std::int32_t(chance.between(-900'000'000, 900'000'000)),
                                 std::int32_t(chance.between(-1'800'000'000, 1'800'000'000))});
        default: return Value::text(random_text(chance, 200));
    }
}

/// Of fields that this program does not know.
std::string random_key(Chance& chance)
{
    auto key = "f" + std::to_string(chance.below(1'000));
    switch (chance.below(4)) {
        case 0: return std::string(shared::kExistence);
        case 1: return key + "/e" + random_text(chance, 9);
        case 2: return key + "@pt-BR";
        default: return key + "_x-";
    }
}

shared::TransactionName random_name(Chance& chance) { return {{chance.draw()}, random_number(chance), chance.draw()}; }

shared::Transaction random_transaction(Chance& chance)
{
    shared::Transaction transaction;
    const auto records = 1 + chance.below(4);
    for (std::uint32_t i = 0; i < records; ++i) {
        transaction.records.push_back(
            {random_record(chance), chance.below(2) == 0 ? "talent" : "type-" + std::to_string(chance.below(50))});
        std::map<std::string, shared::Write> writes;
        for (auto count = 1 + chance.below(6); count > 0; --count) {
            const auto key = random_key(chance);
            writes[key] = {i, key, random_value(chance), several(chance, 4, [&] { return random_name(chance); })};
        }
        for (auto& [key, write] : writes) transaction.writes.push_back(std::move(write));
    }
    return transaction;
}

shared::ChangeSet random_change_set(Chance& chance)
{
    model::CheapDigest digest;
    model::CheapSigner signer(chance);
    shared::ChangeSet set;
    const auto space = "space-" + std::to_string(chance.below(100));
    set.journal = shared::journal_head(std::uint32_t(chance.draw()), space, signer.public_key(), digest);
    set.first = chance.below(2) == 0 ? 1 : 1 + random_number(chance) / 2;
    set.previous = set.first == 1 ? shared::first_hash(set.journal, digest) : random_hash(chance);
    for (auto count = 1 + chance.below(4); count > 0; --count) {
        auto payload = shared::encode_transaction(random_transaction(chance));
        INDABA_CHECK(payload.has_value());
        set.entries.push_back({{random_number(chance)}, std::move(*payload)});
        if (chance.below(4) == 0) set.entries.back().original = random_hash(chance);
    }
    shared::seal(set, shared::entry_hashes(set, digest).back(), signer);
    return set;
}

sync::FeedBatch random_batch(Chance& chance)
{
    sync::FeedBatch batch;
    batch.space = "space-" + std::to_string(chance.below(100));
    batch.from = random_number(chance) >> 8;
    batch.to = batch.from + chance.below(6);
    batch.base = chance.below(batch.from + 1);
    batch.authors = several(chance, 3, [&] { return random_author(chance); });
    for (auto number = batch.from + 1; number <= batch.to; ++number)
        batch.rulings.push_back(random_ruling(chance, number));
    std::map<sync::TransactionName, sync::Stamp> stamps;
    for (const auto& ruling : batch.rulings) {
        for (auto count = chance.below(3); count > 0; --count) {
            sync::FeedRecord record{random_record(chance),
                                    "t" + std::to_string(chance.below(3)),
                                    ruling.number,
                                    chance.below(5) == 0,
                                    {},
                                    false};
            record.echo = !record.tombstone && chance.below(4) == 0;
            if (!record.echo) record.cells = random_cells(chance, ruling.number, ruling.name, stamps);
            batch.records.push_back(std::move(record));
        }
    }
    if (chance.below(2) == 0) batch.head = random_head(chance, batch.space, batch.to);
    return batch;
}

namespace {

sync::RangeDigest random_digest(Chance& chance)
{
    return {{random_record(chance), random_record(chance)}, random_number(chance), chance.draw()};
}

sync::Fetched random_fetched(Chance& chance)
{
    sync::Fetched fetched{"forum",
                          random_number(chance),
                          random_head(chance, "forum", random_number(chance)),
                          several(chance, 2, [&] { return random_author(chance); }),
                          {}};
    for (auto& record : random_batch(chance).records) {
        record.echo = false;
        fetched.records.push_back(std::move(record));
    }
    return fetched;
}

sync::Compared random_compared(Chance& chance)
{
    sync::Compared compared;
    compared.space = "forum";
    compared.head = random_head(chance, "forum", random_number(chance));
    compared.marks = several(chance, 3, [&] {
        return sync::JournalMark{
            {chance.draw()}, random_number(chance), chance.draw(), random_number(chance), std::int64_t(chance.draw())};
    });
    compared.answers.parts = several(chance, 3, [&] { return random_digest(chance); });
    compared.answers.listed = several(chance, 3, [&] {
        return sync::RangeContent{{random_record(chance), {}}, several(chance, 4, [&] {
                                      return sync::RecordVersion{random_record(chance), chance.draw()};
                                  })};
    });
    return compared;
}

sync::SizesAnswer::Size random_size(Chance& chance)
{
    return {random_head(chance, random_text(chance, 20), random_number(chance)),
            chance.below(2) == 0,
            {random_number(chance), random_number(chance), std::int64_t(random_number(chance))}};
}

}  // namespace

sync::Message random_message(Chance& chance, std::size_t kind)
{
    const auto following = [&] { return random_following(chance); };
    const auto grant = [&] { return random_grant(chance); };
    switch (kind) {
        case 0:
            return sync::Hello{sync::kProtocol,
                               random_text(chance, 20),
                               std::int64_t(random_number(chance)),
                               chance.draw(),
                               {random_number(chance), chance.draw()},
                               several(chance, 3, following)};
        case 1: {
            const auto standing = [&] { return sync::Standing(chance.below(4)); };
            sync::Welcome welcome{sync::kProtocol,
                                  std::int64_t(random_number(chance)),
                                  several(chance, 3, standing),
                                  chance.below(2) == 0,
                                  {},
                                  chance.below(2) == 0};
            if (welcome.grants_differ) welcome.grants = several(chance, 3, grant);
            return welcome;
        }
        case 2: return sync::Follow{several(chance, 3, following)};
        case 3: return sync::Push{shared::encode_change_set(random_change_set(chance))};
        case 4: {
            auto stored = sync::Stored{
                {chance.draw()},      random_number(chance), random_number(chance), sync::Unstored(chance.below(3)), {},
                random_number(chance)};
            if (stored.unstored == sync::Unstored::over_quota)
                stored.quota = {random_number(chance), random_number(chance), std::int64_t(random_number(chance))};
            for (auto count = chance.below(3); count > 0; --count)
                stored.rulings.push_back(random_ruling(chance, random_number(chance)));
            return stored;
        }
        case 5: return sync::Batch{sync::encode_batch(random_batch(chance))};
        case 6: return sync::Taken{random_number(chance)};
        case 7: return sync::Grants{several(chance, 3, grant)};
        case 8: return sync::HistoryQuestion{random_record(chance), random_number(chance)};
        case 9: {
            sync::HistoryAnswer answer{random_record(chance), {}, chance.below(2) == 0};
            for (auto count = chance.below(3); count > 0; --count)
                answer.entries.push_back({random_name(chance),
                                          {chance.draw()},
                                          random_number(chance),
                                          std::int64_t(random_number(chance)),
                                          random_author(chance),
                                          {{"name", random_value(chance)}, {"city", random_value(chance)}}});
            return answer;
        }
        case 10: return sync::Bye{shared::Errc(chance.below(15)), random_text(chance, 40)};
        case 11:
            return sync::Compare{"forum", several(chance, 3, [&] { return shared::JournalId{chance.draw()}; }),
                                 several(chance, 3, [&] { return random_digest(chance); })};
        case 12: return random_compared(chance);
        case 13: return sync::Fetch{"forum", several(chance, 4, [&] { return random_record(chance); })};
        case 14: return random_fetched(chance);
        case 16: return sync::Unfollow{several(chance, 3, [&] { return random_text(chance, 20); })};
        case 17: return sync::SizesQuestion{several(chance, 3, following)};
        case 18: return sync::SizesAnswer{several(chance, 3, [&] { return random_size(chance); })};
        case 19:
            return sync::Erasures{
                several(chance, 3,
                        [&] { return sync::Erasure{random_record(chance), std::int64_t(random_number(chance)), {}}; }),
                random_number(chance), chance.below(2) == 0, chance.below(2) == 0};
        case 20: return sync::Erased{{random_number(chance), chance.draw()}};
        case 21:
            return sync::Missing{
                {random_change_set(chance).journal, random_number(chance), random_number(chance), random_hash(chance)},
                random_hash(chance)};
        default: return sync::StartOver{"forum"};
    }
}

}  // namespace indaba::tests::property
