// A transaction as it lies in its payload: checked once as a whole, then read record by record and write by write, so
// that it costs a small multiple of its bytes however small its writes are. The payload must outlive the view and all
// that is got from it, and stay where it is. Any thread to read.
#pragma once

#include "shared/byte_reader.hpp"
#include "shared/transaction.hpp"

#include <iterator>
#include <optional>

namespace indaba::shared {

class TransactionView {
public:
    /// Malformed unless it is exactly what encode_transaction writes for a transaction within the limits: of one that
    /// was erased, nothing.
    [[nodiscard]] static Result<TransactionView> open(ByteView payload);

    /// How many records it writes to; they are named by their place.
    [[nodiscard]] std::size_t size() const { return records_.size(); }
    [[nodiscard]] const RecordId& id(std::size_t record) const { return records_[record].id; }
    [[nodiscard]] std::string_view type(std::size_t record) const { return names_[records_[record].type]; }
    [[nodiscard]] std::optional<std::size_t> find(const RecordId& id) const;

    class Writes;
    /// Ordered by key, at least one.
    [[nodiscard]] Writes writes(std::size_t record) const;
    /// None for a record that it does not write to.
    [[nodiscard]] Writes writes_to(const RecordId& id) const;

private:
    class Check;
    struct Record {
        RecordId id;
        std::uint32_t type = 0;  ///< index into names_
        std::uint32_t writes_at = 0;  ///< where its writes begin in the payload
    };

    ByteView payload_;
    std::vector<std::string_view> names_;
    std::vector<JournalId> journals_;
    std::vector<Record> records_;
    std::vector<std::uint32_t> by_id_;  // places in records_
};

/// The writes to one record, each made anew as it is come to: a range to go through once at a time.
class TransactionView::Writes {
public:
    class Iterator {
    public:
        using value_type = Write;
        using difference_type = std::ptrdiff_t;

        Iterator(const TransactionView* view, std::size_t record);
        [[nodiscard]] const Write& operator*() const { return write_; }
        [[nodiscard]] const Write* operator->() const { return &write_; }
        Iterator& operator++()
        {
            read_next();
            return *this;
        }
        void operator++(int) { read_next(); }
        friend bool operator==(const Iterator& a, std::default_sentinel_t) { return a.is_end_; }

    private:
        void read_next();

        const TransactionView* view_;
        ByteReader in_;
        std::size_t left_ = 0;
        bool is_end_ = false;
        Write write_;
    };

    [[nodiscard]] bool empty() const { return view_ == nullptr; }
    [[nodiscard]] Iterator begin() const { return {view_, record_}; }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

private:
    friend class TransactionView;
    Writes() = default;
    Writes(const TransactionView& view, std::size_t record) : view_(&view), record_(record) {}

    const TransactionView* view_ = nullptr;
    std::size_t record_ = 0;
};

}  // namespace indaba::shared
