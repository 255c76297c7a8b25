// A list that stays in its encoding and is decoded one item at a time: what is many small things on the wire costs no
// more than its bytes and one of them. Checked whole as it arrives. Of records and of a history's cells.
// Plain values, any thread to read.
#pragma once

#include "shared/archive.hpp"

#include <initializer_list>
#include <iterator>

namespace indaba::sync {

template <class T>
class Packed {
public:
    Packed() = default;
    Packed(std::initializer_list<T> items)
    {
        for (const auto& item : items) push_back(item);
    }

    void push_back(const T& item);
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }

    class Iterator;
    [[nodiscard]] Iterator begin() const { return Iterator(*this); }
    [[nodiscard]] static std::default_sentinel_t end() { return {}; }

    void save(shared::BinaryOutput& archive) const;
    /// Faults the archive on bytes that are no such list.
    void load(shared::BinaryInput& archive);

private:
    shared::Bytes bytes_;
    std::size_t size_ = 0;
};

template <class T>
class Packed<T>::Iterator {
public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    explicit Iterator(const Packed& list) : rest_(list.bytes_), left_(list.size_) { read_next(); }
    [[nodiscard]] const T& operator*() const { return item_; }
    [[nodiscard]] const T* operator->() const { return &item_; }
    Iterator& operator++()
    {
        read_next();
        return *this;
    }
    void operator++(int) { read_next(); }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) { return a.is_end_; }

private:
    void read_next();

    shared::ByteView rest_;
    std::size_t left_;
    bool is_end_ = false;
    T item_;
};

}  // namespace indaba::sync
