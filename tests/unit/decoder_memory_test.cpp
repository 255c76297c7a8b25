// What decoding costs at most at once: honest transactions and messages of very many very small things, and hostile
// ones. The fuzz targets hold everything that they try to the same bound.
#include "client/csv.hpp"
#include "shared/archive.hpp"
#include "shared/bounded_json.hpp"
#include "shared/journal.hpp"
#include "shared/limits.hpp"
#include "shared/transaction_view.hpp"
#include "sync/batch.hpp"
#include "sync/messages.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/shapes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace indaba::tests {

namespace {

using shared::Bytes;
using shared::ByteView;
using shared::RecordId;
using shared::Value;

RecordId record(std::size_t number)
{
    RecordId id;
    id.bytes[6] = 0x70;
    id.bytes[14] = std::uint8_t(number >> 8);
    id.bytes[15] = std::uint8_t(number);
    return id;
}

/// Decodes what can be decoded of it; true if it was accepted.
template <class Decode>
bool holds(const char* what, const Bytes& input, Decode decode)
{
    const fuzz::Allocation allocation;
    const bool accepted = decode(input);
    const auto peak_bytes = allocation.peak_bytes();
    EXPECT_LE(peak_bytes, shared::limits::decoded_bytes(input.size())) << what << ": " << input.size() << " bytes";
    testing::Test::RecordProperty(what, fmt::format("{} of {} bytes", peak_bytes, input.size()));
    return accepted;
}

bool read_transaction(ByteView payload)
{
    const auto view = shared::TransactionView::open(payload);
    if (view.has_error()) return false;
    for (std::size_t i = 0; i < view->size(); ++i)
        for (const auto& write : view->writes(i)) EXPECT_TRUE(shared::Value::is_encoding(write.value.encoding()));
    return true;
}

struct Many {
    const char* what;
    std::size_t records;
    std::size_t writes;  ///< of each
    const char* key;
    Value value;
    std::size_t bases;  ///< of each write
};

Bytes transaction_of(const Many& many)
{
    shared::Transaction transaction;
    for (std::size_t i = 0; i < many.records; ++i) {
        transaction.records.push_back({record(i), "enterprise"});
        for (std::size_t j = 0; j < many.writes; ++j) {
            transaction.writes.push_back({std::uint32_t(i), fmt::format("{}{:05}", many.key, j), many.value, {}});
            for (std::uint64_t base = 0; base < many.bases; ++base)
                transaction.writes.back().bases.push_back({{base % 3}, base, base});
        }
    }
    return shared::encode_transaction(transaction).value();
}

TEST(DecoderMemory, OfHonestTransactions)
{
    const auto yes = Value::boolean(true);
    for (const auto& many :
         {Many{"records of added elements", 1'000, 20, "sectors/", yes, 0},
          Many{"a record of added elements", 1, 1'024, "s/", yes, 0},
          Many{"records of one element", 1'000, 1, "sectors/", yes, 0},
          Many{"records of texts", 200, 60, "name@", Value::text("something of twenty"), 0},
          Many{"a write that replaces much", 1, 1, "name@", yes, 4'096},
          Many{"writes that replace much", 16, 1, "name@", yes, 4'096}, Many{"one small write", 1, 1, "name@", yes, 1},
          Many{"long texts", 60, 1, "name@", Value::text(std::string(64'000, 'x')), 1}})
        EXPECT_TRUE(holds(many.what, transaction_of(many), read_transaction)) << many.what;
}

/// So many times the same, at the place of a payload where a hostile program would put it.
Bytes with_many(std::string_view head, std::size_t count, std::string_view item, std::string_view tail = {})
{
    shared::BinaryOutput out;
    out.put(head.data(), head.size());
    out.put_compact(count);
    for (std::size_t i = 0; i < count; ++i) out.put(item.data(), item.size());
    out.put(tail.data(), tail.size());
    return out.take();
}

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(DecoderMemory, OfHostileTransactions)
{
    const std::string one_record = "\1\1\1a\0\1"s + std::string(16, 'r') + '\0';
    for (const std::size_t count : {1'000u, 20'000u, 400'000u}) {
        EXPECT_FALSE(holds("names", with_many("\1"sv, count, "\1a"sv), read_transaction));
        EXPECT_FALSE(holds("empty names", with_many("\1"sv, count, "\0"sv), read_transaction));
        EXPECT_FALSE(holds("journals", with_many("\1\1\1a"sv, count, "journals"sv), read_transaction));
        EXPECT_FALSE(holds("records", with_many("\1\1\1a\0"sv, count, "a record's id...\0"sv), read_transaction));
        EXPECT_FALSE(holds("writes", with_many(one_record, count, "\0\2\4\1\0"sv), read_transaction));
    }
    EXPECT_FALSE(holds("a count", shared::from_hex("01ffffffff0f").value(), read_transaction));
}

TEST(DecoderMemory, OfChangeSets)
{
    fuzz::TrustingDigest digest;
    const auto opens = [&](ByteView bytes) { return shared::open_change_set(bytes, digest).has_value(); };
    shared::ChangeSet set;
    set.journal = shared::journal_head(1, "forum", {}, digest);
    set.first = 2;
    set.entries.assign(shared::limits::kEntriesPerChangeSet,
                       {{}, Bytes(32), std::nullopt});  // no transaction is shorter
    EXPECT_TRUE(holds("entries", shared::encode_change_set(set), opens));
    set.entries.assign(shared::limits::kEntriesPerChangeSet, {{}, {}, shared::Hash{}});
    EXPECT_TRUE(holds("erased entries", shared::encode_change_set(set), opens));
    set.entries.assign(100, {{}, Bytes(30'000), shared::Hash{}});
    EXPECT_TRUE(holds("entries erased in part", shared::encode_change_set(set), opens));
    for (std::size_t size = 0; size < 64; ++size) {
        set.entries.assign(shared::limits::kEntriesPerChangeSet, {{}, Bytes(size), std::nullopt});
        (void)holds("tiny entries", shared::encode_change_set(set), opens);
    }
}

// --- messages ---

/// Piece by piece, as a device does.
bool read_batch(ByteView bytes)
{
    auto batch = sync::BatchReader::open(bytes);
    if (batch.has_error()) return false;
    auto rulings = batch->rulings();
    for (sync::Ruling ruling; rulings.next(ruling);) EXPECT_LE(ruling.number, batch->head().to);
    for (sync::FeedRecord record;;) {
        const auto more = batch->next_record(record);
        if (more.has_error()) return false;
        if (!*more) return true;
        if (batch->read_cells([](sync::Cell&&) {}, [](sync::Leaf&&) {}).has_error()) return false;
    }
}

bool read_message(ByteView bytes)
{
    const auto message = sync::decode_message(bytes);
    if (message.has_error()) return false;
    if (const auto* fetched = std::get_if<sync::Fetched>(&*message)) {
        for (const auto& record : fetched->records) EXPECT_LE(record.cells.size(), shared::limits::kCells);
    }
    if (const auto* answer = std::get_if<sync::HistoryAnswer>(&*message)) {
        for (const auto& entry : answer->entries)
            for (const auto& cell : entry.cells) EXPECT_TRUE(Value::is_encoding(cell.value.encoding()));
    }
    return true;
}

sync::FeedBatch with_rulings(std::size_t count)
{
    sync::FeedBatch batch;
    batch.space = "forum";
    batch.to = count;
    batch.rulings.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& ruling = batch.rulings[i];
        ruling.number = i + 1;
        ruling.name = {{1}, i + 1, i};
        ruling.line = 1;
    }
    return batch;
}

/// So many cells, each with a leaf of the first ruling.
sync::FeedRecord with_cells(std::size_t number, std::size_t count, const char* key)
{
    sync::FeedRecord fed{record(number), "enterprise", 1, false, {}, false};
    for (std::size_t i = 0; i < count; ++i)
        EXPECT_TRUE(
            fed.cells.append({fmt::format("{}{:05}", key, i), {{{{1}, 1, 0}, {5}, Value::boolean(true), {}}}, {}, 1}));
    return fed;
}

/// So many deletions of one record, each of which saw what the first so many rulings wrote there.
sync::FeedRecord deleted(std::size_t number, std::size_t deletions, const sync::FeedBatch& batch, std::size_t saw)
{
    sync::FeedRecord fed{record(number), "enterprise", batch.to, true, {}, false};
    auto& cell = fed.cells.at(shared::kExistence);
    cell.number = batch.to;
    for (std::size_t i = 0; i < deletions; ++i) {
        auto& leaf = cell.leaves.emplace_back();
        leaf.name = batch.rulings[batch.rulings.size() - deletions + i].name;
        leaf.value = Value::boolean(false);
        for (std::size_t j = 0; j < saw; ++j) leaf.saw.push_back(batch.rulings[j].name);
    }
    return fed;
}

TEST(DecoderMemory, OfHonestBatches)
{
    auto batch = with_rulings(5);
    for (std::size_t i = 0; i < 5'000; ++i) batch.records.push_back(with_cells(i, 20, "k"));
    EXPECT_TRUE(holds("records of booleans", encode_batch(batch), read_batch));
    batch = with_rulings(1);
    batch.records = {with_cells(1, shared::limits::kCells, "s/")};
    EXPECT_TRUE(holds("a record of booleans", encode_batch(batch), read_batch));
    batch = with_rulings(2'048);
    EXPECT_TRUE(holds("rulings", encode_batch(batch), read_batch));
    for (auto& ruling : batch.rulings) {
        ruling.verdict = sync::Verdict::refused;
        ruling.reason = {sync::Reason::Code::rule, "name", "name: a text of at least one character is needed"};
    }
    EXPECT_TRUE(holds("refusals", encode_batch(batch), read_batch));
    batch = with_rulings(1'200);
    for (std::size_t i = 0; i < 200; ++i) batch.records.push_back(deleted(i, 1, batch, 1'000));
    EXPECT_TRUE(holds("tombstones that saw the same", encode_batch(batch), read_batch));
    batch.records = {deleted(1, 64, batch, 1'000)};
    EXPECT_TRUE(holds("concurrent deletions", encode_batch(batch), read_batch));
    batch = with_rulings(150);
    batch.records = {deleted(1, 64, batch, 50)};
    EXPECT_TRUE(holds("concurrent deletions of little", encode_batch(batch), read_batch));
}

TEST(DecoderMemory, OfHostileBatches)
{
    const auto begin = "\1f\1\0\0\0"s;  // space, from, base, authors, not the last
    const auto journal = "\1journals"s;
    for (const std::size_t count : {1'000u, 20'000u, 400'000u}) {
        EXPECT_FALSE(holds("authors", with_many("\1f\1\0"sv, count, std::string(42, '\0')), read_batch));
        EXPECT_FALSE(holds("journals", with_many(begin, count, "journals"sv), read_batch));
        EXPECT_FALSE(holds("rulings", with_many(begin + journal, count, std::string(15, '\0')), read_batch));
        EXPECT_FALSE(holds("texts", with_many(begin + "\0\0\0"s, count, "\0"sv), read_batch));
        EXPECT_FALSE(
            holds("short texts", with_many(begin + "\0\0\0"s, count, "\1a"sv, std::string(count, '\0')), read_batch));
        EXPECT_FALSE(holds("shapes", with_many(begin + "\0\0\0\0"s, count, "\0"sv), read_batch));
        EXPECT_FALSE(holds("records", with_many(begin + "\0\0\0\0\0"s, count, std::string(17, '\0')), read_batch));
    }
}

TEST(DecoderMemory, OfHonestMessages)
{
    using namespace sync;
    const auto costs_little = [](const char* what, const Message& message) {
        EXPECT_TRUE(holds(what, encode_message(message), read_message)) << what;
    };
    Fetched fetched;
    for (std::size_t i = 0; i < 1'000; ++i) fetched.records.push_back(with_cells(i, 20, "k"));
    costs_little("fetched records", fetched);
    costs_little("a fetched record", Fetched{"forum", 1, {}, {}, {with_cells(1, shared::limits::kCells, "s/")}});
    HistoryAnswer answer{record(1), std::vector<HistoryEntry>(40), false};
    for (auto& entry : answer.entries)
        for (std::size_t i = 0; i < 1'000; ++i)
            entry.cells.push_back({fmt::format("sectors/{:04}", i), Value::boolean(true)});
    costs_little("a history", answer);
    costs_little("rulings",
                 Stored{{1}, 1, 0, Unstored::nothing, std::vector<Ruling>(shared::limits::kEntriesPerChangeSet), 1});
    Welcome welcome;
    welcome.grants_differ = true;
    welcome.standings.resize(shared::limits::kSpacesPerSession);
    welcome.grants.assign(1'000, {"s1", "event", "E", "viewer"});
    costs_little("a welcome", welcome);
    costs_little("a hello", Hello{kProtocol, "indaba", 1, 1, {}, std::vector<Following>(256, {"s", {}})});
    costs_little("a push", Push{Bytes(1'000'000)});
    costs_little("ranges", Compare{"forum", std::vector<shared::JournalId>(65'536), std::vector<RangeDigest>(256)});
    Compared compared;
    compared.answers.listed.assign(256, {{}, std::vector<RecordVersion>(16)});
    compared.marks.resize(4'096);
    costs_little("answers", compared);
    costs_little("orders to erase", Erasures{std::vector<Erasure>(1'000), 1, true, true});
}

TEST(DecoderMemory, OfHostileMessages)
{
    for (std::size_t tag = 0; tag < std::variant_size_v<sync::Message>; ++tag) {
        for (const std::size_t size : {10'000u, 200'000u}) {
            for (int fill = 0; fill < 256; ++fill) {
                auto bytes = Bytes(size, std::uint8_t(fill));
                bytes[0] = std::uint8_t(tag);
                (void)holds(fmt::format("message {}", tag).c_str(), bytes, read_message);
            }
            for (const auto* count : {"\xff\xff\x03", "\x80\x08", "\xd0\x0f"}) {
                for (std::size_t at = 1; at < 60; ++at) {
                    auto bytes = Bytes(size);
                    bytes[0] = std::uint8_t(tag);
                    std::ranges::copy(std::string_view(count), bytes.begin() + std::ptrdiff_t(at));
                    (void)holds(fmt::format("message {}", tag).c_str(), bytes, read_message);
                }
            }
        }
    }
}

// --- texts ---

TEST(DecoderMemory, OfJson)
{
    const auto parses = [](ByteView text) { return shared::BoundedJson::parse(shared::as_text(text)).has_value(); };
    const auto text = [](std::string_view json) { return Bytes(json.begin(), json.end()); };
    const auto enrolment =
        fmt::format(R"({{"code":"ABCD-EFGH","csr_pem":"{}","device_name":"tablet"}})", std::string(4'000, 'x'));
    EXPECT_TRUE(holds("an enrolment", text(enrolment), parses));
    for (const std::size_t count : {100u, 4'000u, 8'000u, 200'000u}) {
        std::string numbers = "[0";
        std::string members = "{\"\":0";
        for (std::size_t i = 0; i < count; ++i) {
            numbers += ",0";
            members += fmt::format(",\"{}\":0", i);
        }
        EXPECT_EQ(holds("numbers", text(numbers + "]"), parses), count < 1'000) << count;
        EXPECT_EQ(holds("members", text(members + "}"), parses), count < 1'000) << count;
        EXPECT_FALSE(holds("depth", Bytes(count, '['), parses));
        EXPECT_FALSE(holds("an endless text", text("\"" + std::string(count, 'x')), parses));
    }
}

TEST(DecoderMemory, OfTables)
{
    const auto reads = [](ByteView text) {
        client::CsvReader reader(shared::as_text(text));
        client::CsvRow row;
        auto more = reader.next(row);
        while (more == true) more = reader.next(row);
        return more.has_value();
    };
    EXPECT_TRUE(holds("a row", Bytes(1'023, ','), reads));
    EXPECT_FALSE(holds("a long row", Bytes(1'000'000, ','), reads));
    EXPECT_TRUE(holds(
        "rows",
        [] {
            Bytes rows;
            for (int i = 0; i < 10'000; ++i) rows.insert(rows.end(), {'a', ',', 'b', '\n'});
            return rows;
        }(),
        reads));
    EXPECT_FALSE(holds("quotes", Bytes(100'001, '"'), reads));
}

}  // namespace

}  // namespace indaba::tests
