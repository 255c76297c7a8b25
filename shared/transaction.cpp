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

constexpr std::uint8_t kFormat = 1;

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

namespace {

/// Reads what encode_transaction writes; indices must appear in the order of their first use.
class Reader {
public:
    explicit Reader(ByteView payload) : archive_(payload) {}

    Result<Transaction> read()
    {
        std::uint8_t format = 0;
        std::vector<Record> records;
        archive_(format, names_, journals_, records);
        if (archive_.ok() && format != kFormat)
            return fail(Errc::unsupported, "a transaction of a newer format: update this program");
        Transaction transaction;
        transaction.records.reserve(records.size());
        for (std::uint32_t i = 0; i < records.size() && archive_.ok(); ++i) {
            transaction.records.push_back({records[i].id, name(records[i].type)});
            read_writes(transaction, i);
        }
        if (archive_.ok() && (names_seen_ != names_.size() || journals_seen_ != journals_.size()))
            archive_.fault("lists a name that it does not use");
        if (archive_.ok() && (holds_twice(names_) || holds_twice(journals_))) archive_.fault("lists a name twice");
        INDABA_TRY(archive_.finish("a transaction"));
        INDABA_TRY(check_limits(transaction));
        if (!in_order(transaction)) return fail(Errc::malformed, "a transaction whose writes are not in order");
        return transaction;
    }

private:
    std::string name(std::uint32_t index)
    {
        if (!in_first_use_order(index, names_seen_, names_.size())) return {};
        return std::string(names_[index]);
    }
    bool in_first_use_order(std::uint32_t index, std::size_t& seen, std::size_t size)
    {
        if (index == seen && index < size) ++seen;
        if (index >= seen) archive_.fault("uses a name out of order");
        return archive_.ok();
    }
    void read_writes(Transaction& transaction, std::uint32_t record)
    {
        const auto count = archive_.get_count(sizeof(WriteHead));
        for (std::size_t i = 0; i < count && archive_.ok(); ++i) {
            WriteHead head;
            archive_(head);
            Write write{record, name(head.key), {}, {}};
            auto value = Value::from_encoding(head.value);
            if (value.has_error()) archive_.fault("holds a value that is not canonical");
            else write.value = std::move(*value);
            read_bases(write, head.bases);
            transaction.writes.push_back(std::move(write));
        }
    }
    void read_bases(Write& write, std::uint32_t count)
    {
        for (std::uint32_t i = 0; i < count && archive_.ok(); ++i) {
            Base base;
            archive_(base);
            if (in_first_use_order(base.journal, journals_seen_, journals_.size()))
                write.bases.push_back({journals_[base.journal], base.number, base.hash});
        }
    }

    BinaryInput archive_;
    std::vector<std::string_view> names_;
    std::vector<JournalId> journals_;
    std::size_t names_seen_ = 0;
    std::size_t journals_seen_ = 0;
};

}  // namespace

Result<Transaction> decode_transaction(ByteView payload)
{
    if (payload.empty()) return Transaction();
    if (payload.size() > limits::kTransaction_bytes) return fail(Errc::too_large, "a transaction over 4 MiB");
    return Reader(payload).read();
}

}  // namespace indaba::shared
