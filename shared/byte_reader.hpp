// Reads little-endian numbers, LEB128 and runs of bytes off the front of a view, believing nothing: after the first
// fault every read yields zero and `finish()` says what was wrong. Allocates nothing. One thread per reader.
// Deliberately not: objects and what they cost in memory (archive.hpp).
#pragma once

#include "shared/bytes.hpp"

#include <cstring>
#include <type_traits>

namespace indaba::shared {

class ByteReader {
public:
    ByteReader() = default;
    /// `bytes` must outlive the reader and every view read from it.
    explicit ByteReader(ByteView bytes) : rest_(bytes) {}

    void get(void* data, std::size_t size)
    {
        if (size > rest_.size()) return fault("ends too early");
        if (size > 0) std::memcpy(data, rest_.data(), size);
        rest_ = rest_.subspan(size);
    }
    /// A number of fixed size.
    template <class T>
        requires std::is_unsigned_v<T>
    [[nodiscard]] T get_fixed()
    {
        T value = 0;
        get(&value, sizeof value);
        return value;
    }
    /// In its shortest form only.
    [[nodiscard]] std::uint64_t get_compact(std::uint64_t max)
    {
        if (rest_.empty() || rest_[0] >= 0x80 || rest_[0] > max) return get_long_compact(max);
        const auto value = rest_[0];
        rest_ = rest_.subspan(1);
        return value;
    }
    /// A count of elements of at least one byte each.
    [[nodiscard]] std::size_t get_count();
    /// A view of the next `size` bytes.
    [[nodiscard]] ByteView get_view(std::size_t size)
    {
        if (size > rest_.size()) {
            fault("ends too early");
            return {};
        }
        const auto view = rest_.first(size);
        rest_ = rest_.subspan(size);
        return view;
    }
    /// Leaves the rest unread, which only a newer program understands.
    void skip_rest() { rest_ = {}; }
    /// What was not read yet.
    [[nodiscard]] ByteView rest() const { return rest_; }

    /// `why` must outlive the reader.
    void fault(const char* why)
    {
        if (fault_ == nullptr) fault_ = why;
        rest_ = {};
    }
    [[nodiscard]] bool ok() const { return fault_ == nullptr; }
    /// What was wrong; null while nothing is.
    [[nodiscard]] const char* why() const { return fault_; }
    /// Everything was read, nothing is left over, nothing was wrong. `what` names the bytes for the message.
    [[nodiscard]] Result<void> finish(const char* what) const;

private:
    std::uint64_t get_long_compact(std::uint64_t max);

    ByteView rest_;
    const char* fault_ = nullptr;
};

}  // namespace indaba::shared
