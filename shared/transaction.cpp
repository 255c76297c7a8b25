// Payload, format 1 (all numbers LEB128 unless said otherwise):
//   u8 format | names: count, texts | journals: count, 8 bytes each | records: count, (16 bytes id, name index of type)
//   each | per record: count of writes, then per write: name index of key, value, count of bases, then per base:
//   journal index, number, 8 bytes of hash.
// Names and journals stand in the order of their first use, which makes the encoding canonical.
#include "shared/transaction.hpp"

#include "shared/cell_names.hpp"
#include "shared/check.hpp"
#include "shared/limits.hpp"

#include <algorithm>
#include <unordered_map>

namespace indaba::shared {

namespace {

constexpr std::uint8_t kFormat = 1;  // also of transaction_view.cpp

/// Numbers things in the order of their first use.
template <class T>
class Index {
public:
    std::uint32_t operator()(const T& item)
    {
        const auto [place, fresh] = numbers_.try_emplace(item, std::uint32_t(items_.size()));
        if (fresh) items_.push_back(item);
        return place->second;
    }
    [[nodiscard]] const std::vector<T>& items() const { return items_; }

private:
    std::unordered_map<T, std::uint32_t> numbers_;
    std::vector<T> items_;
};

struct Base {
    std::uint32_t journal = 0;
    std::uint64_t number = 0;
    std::uint64_t hash = 0;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(compact(journal), compact(number), hash);
    }
};

struct Record {
    RecordId id;
    std::uint32_t type = 0;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(id, compact(type));
    }
};

struct WriteHead {
    std::uint32_t key = 0;
    std::string_view value;
    std::uint32_t bases = 0;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(compact(key), value, compact(bases));
    }
};

template <class T>
bool holds_twice(std::vector<T> items)
{
    std::ranges::sort(items);
    return std::ranges::adjacent_find(items) != items.end();
}

bool names_twice(const std::vector<TouchedRecord>& records)
{
    if (records.size() == 1) return false;
    std::vector<RecordId> ids;
    ids.reserve(records.size());
    for (const auto& record : records) ids.push_back(record.id);
    return holds_twice(std::move(ids));
}

Result<void> check_limits(const Transaction& transaction)
{
    if (transaction.records.size() > limits::kRecordsPerTransaction)
        return fail(Errc::too_large, "more than 1,000 records in one transaction: split it");
    for (const auto& record : transaction.records)
        if (!is_name(record.type)) return fail(Errc::malformed, "a record type whose name cannot be one");
    std::size_t bases = 0;
    for (const auto& write : transaction.writes) {
        if (write.bases.size() > limits::kBases)
            return fail(Errc::too_large, "one value replaces more than 4,096 others: change it in smaller steps");
        bases += write.bases.size();
    }
    if (bases > limits::kBasesPerTransaction)
        return fail(Errc::too_large, "a transaction that replaces too much at once: split it");
    if (names_twice(transaction.records)) return fail(Errc::malformed, "a transaction that lists a record twice");
    for (const auto& write : transaction.writes)
        if (!is_cell_name(write.key)) return fail(Errc::malformed, "a field whose name cannot be one");
    return {};
}

/// Ordered by record, then by key, no key twice, every record written to.
bool in_order(const Transaction& transaction)
{
    std::uint32_t record = 0;
    const Write* before = nullptr;
    for (const auto& write : transaction.writes) {
        if (before == nullptr ? write.record != 0 : write.record != record && write.record != record + 1) return false;
        if (before != nullptr && write.record == record && write.key <= before->key) return false;
        record = write.record;
        before = &write;
    }
    return record + 1 == transaction.records.size() && before != nullptr;
}

}  // namespace

Result<Bytes> encode_transaction(const Transaction& transaction)
{
    if (transaction.records.empty()) return Bytes();
    INDABA_TRY(check_limits(transaction));
    INDABA_CHECK(in_order(transaction));
    Index<std::string_view> names;
    Index<std::uint64_t> journals;
    BinaryOutput records;
    BinaryOutput writes;
    std::vector<std::uint32_t> counts(transaction.records.size());
    for (const auto& write : transaction.writes) ++counts[write.record];
    records.put_compact(transaction.records.size());
    auto write = transaction.writes.begin();
    for (std::size_t i = 0; i < transaction.records.size(); ++i) {
        records(Record{transaction.records[i].id, names(transaction.records[i].type)});
        writes.put_compact(counts[i]);
        for (const auto end = write + counts[i]; write != end; ++write) {
            writes(WriteHead{names(write->key), write->value.encoding(), std::uint32_t(write->bases.size())});
            for (const auto& base : write->bases) writes(Base{journals(base.journal.value), base.number, base.hash});
        }
    }
    BinaryOutput head;
    head(kFormat, names.items(), journals.items());
    auto payload = head.take();
    for (auto* part : {&records, &writes}) {
        const auto bytes = part->take();
        payload.insert(payload.end(), bytes.begin(), bytes.end());
    }
    if (payload.size() > limits::kTransaction_bytes) return fail(Errc::too_large, "a transaction over 4 MiB: split it");
    return payload;
}

}  // namespace indaba::shared
