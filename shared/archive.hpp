// The two archives that every stored and sent byte goes through: cereal's interface over a canonical, bounded
// little-endian encoding. Unlike cereal's own input archives, BinaryInput believes nothing: counts are checked against
// the bytes that remain, what is allocated against the size of the input, depth against a cap, booleans and enumerators
// against their range; whatever it accepts encodes back to the same bytes. It never throws: after the first fault every
// read yields zero and `finish()` says what was wrong. Pointers cannot be archived at all. One thread per archive.
#pragma once

#include "shared/byte_reader.hpp"
#include "shared/ids.hpp"
#include "shared/limits.hpp"

#include <cereal/cereal.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <memory>
#include <type_traits>

namespace indaba::shared {

/// An unsigned number as LEB128, shortest form only; `archive(compact(n))`.
template <std::unsigned_integral T>
struct Compact {
    T& value;
};
template <std::unsigned_integral T>
[[nodiscard]] Compact<T> compact(T& value)
{
    return {value};
}
template <std::unsigned_integral T>
[[nodiscard]] Compact<const T> compact(const T& value)
{
    return {value};
}

/// An enumerator, refused above `last`; `archive(checked(kind, Kind::last))`.
template <class T>
struct Checked {
    T& value;
    std::remove_const_t<T> last;
};
template <class T>
[[nodiscard]] Checked<T> checked(T& value, std::remove_const_t<T> last)
{
    return {value, last};
}

class BinaryOutput : public cereal::OutputArchive<BinaryOutput, cereal::AllowEmptyClassElision> {
public:
    BinaryOutput() : OutputArchive(this) {}

    void put(const void* data, std::size_t size)
    {
        const auto* first = static_cast<const std::uint8_t*>(data);
        bytes_.insert(bytes_.end(), first, first + size);
    }
    void reserve(std::size_t size) { bytes_.reserve(size); }
    void put_compact(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7) bytes_.push_back(std::uint8_t(value | 0x80));
        bytes_.push_back(std::uint8_t(value));
    }
    [[nodiscard]] Bytes take() { return std::move(bytes_); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }

private:
    Bytes bytes_;
};

/// What is given out where so many bytes are asked for: steps of 16, of which the allocator keeps 8 bytes for itself.
[[nodiscard]] constexpr std::size_t allocated(std::size_t bytes)
{
    return bytes == 0 ? 0 : std::max<std::size_t>(24, (bytes + 8 + 15) / 16 * 16 - 8);
}

class BinaryInput : public cereal::InputArchive<BinaryInput, cereal::AllowEmptyClassElision>, public ByteReader {
public:
    /// `bytes` must outlive the archive and every string_view read from it.
    explicit BinaryInput(ByteView bytes)
        : InputArchive(this), ByteReader(bytes), allowance_(limits::decoded_bytes(bytes.size()))
    {
    }

    /// A count of elements, each `size` bytes in memory and at least one byte here.
    [[nodiscard]] std::size_t get_count(std::size_t size);
    /// Before allocating so many bytes; false, and a fault, if that is more than such an input may cost.
    bool allow(std::size_t bytes);

    void enter()
    {
        if (++depth_ > limits::kDecodedDepth) fault("is nested too deeply");
    }
    void leave() { --depth_; }

private:
    std::size_t allowance_;
    int depth_ = 0;
};

// --- how the archives treat each kind of value (found by cereal through argument-dependent lookup) ---

template <class T>
concept Fixed = std::is_arithmetic_v<T> && !std::same_as<T, bool> && !std::is_floating_point_v<T>;

template <Fixed T>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const T& value)
{
    static_assert(std::endian::native == std::endian::little, "the encoding is little-endian: swap here");
    archive.put(&value, sizeof value);
}
template <Fixed T>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, T& value)
{
    value = 0;
    archive.get(&value, sizeof value);
}

// A template, for nothing may become a boolean by conversion.
template <std::same_as<bool> T>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const T& value)
{
    const std::uint8_t byte = value ? 1 : 0;
    archive.put(&byte, 1);
}
template <std::same_as<bool> T>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, T& value)
{
    std::uint8_t byte = 0;
    archive.get(&byte, 1);
    if (byte > 1) archive.fault("holds a boolean that is neither 0 nor 1");
    value = byte == 1;
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const Compact<T>& number)
{
    archive.put_compact(number.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, Compact<T>& number)
{
    number.value = T(archive.get_compact(T(~T(0))));
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const Checked<T>& checked)
{
    const auto byte = static_cast<std::uint8_t>(checked.value);
    archive.put(&byte, 1);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, Checked<T>& checked)
{
    std::uint8_t byte = 0;
    archive.get(&byte, 1);
    if (byte > static_cast<std::uint8_t>(checked.last)) archive.fault("holds an unknown enumerator");
    checked.value = archive.ok() ? static_cast<T>(byte) : T{};
}

inline void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const std::string_view& text)
{
    archive.put_compact(text.size());
    archive.put(text.data(), text.size());
}
/// A view into the input: it lives as long as the bytes that were given to the archive.
inline void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, std::string_view& text)
{
    text = as_text(archive.get_view(archive.get_count(0)));
}
/// What a std::string of that length allocates.
[[nodiscard]] inline std::size_t heap_bytes(std::size_t size)
{
    return size <= std::string().capacity() ? 0 : allocated(size + 1);
}
inline void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const std::string& text)
{
    CEREAL_SAVE_FUNCTION_NAME(archive, std::string_view(text));
}
inline void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, std::string& text)
{
    const auto bytes = as_text(archive.get_view(archive.get_count(0)));
    text = archive.allow(heap_bytes(bytes.size())) ? std::string(bytes) : std::string();
}

template <std::size_t N>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const std::array<std::uint8_t, N>& bytes)
{
    archive.put(bytes.data(), N);
}
template <std::size_t N>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, std::array<std::uint8_t, N>& bytes)
{
    archive.get(bytes.data(), N);
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput& archive, const std::vector<T>& items)
{
    archive.put_compact(items.size());
    if constexpr (std::same_as<T, std::uint8_t>) archive.put(items.data(), items.size());
    else
        for (const auto& item : items) archive(item);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput& archive, std::vector<T>& items)
{
    items.assign(archive.get_count(sizeof(T)), T{});
    if constexpr (std::same_as<T, std::uint8_t>) archive.get(items.data(), items.size());
    else
        for (auto& item : items) archive(item);
    if (!archive.ok()) items.clear();
}

// Pointers could be shared, cyclic or polymorphic: there is no way to archive one.
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput&, const std::shared_ptr<T>&) = delete;
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput&, std::shared_ptr<T>&) = delete;
template <class T, class D>
void CEREAL_SAVE_FUNCTION_NAME(BinaryOutput&, const std::unique_ptr<T, D>&) = delete;
template <class T, class D>
void CEREAL_LOAD_FUNCTION_NAME(BinaryInput&, std::unique_ptr<T, D>&) = delete;

template <class T>
concept Nested = std::is_class_v<T>;
template <Nested T>
void prologue(BinaryInput& archive, const T&)
{
    archive.enter();
}
template <Nested T>
void epilogue(BinaryInput& archive, const T&)
{
    archive.leave();
}

template <class Archive>
void serialize(Archive& archive, Hash& hash)
{
    archive(hash.bytes);
}
template <class Archive>
void serialize(Archive& archive, RecordId& id)
{
    archive(id.bytes);
}
template <class Archive>
void serialize(Archive& archive, JournalId& id)
{
    archive(id.value);
}
template <class Archive>
void serialize(Archive& archive, DeviceId& id)
{
    archive(id.hash);
}
template <class Archive>
void serialize(Archive& archive, TransactionName& name)
{
    archive(name.journal, compact(name.number), name.hash);
}

/// Encodes one object.
template <class T>
[[nodiscard]] Bytes encode(const T& object)
{
    BinaryOutput archive;
    archive(object);
    return archive.take();
}

/// Decodes one object and nothing after it; `what` names it in the message.
template <class T>
[[nodiscard]] Result<T> decode(ByteView bytes, const char* what)
{
    BinaryInput archive(bytes);
    T object{};
    archive(object);
    INDABA_TRY(archive.finish(what));
    return object;
}

}  // namespace indaba::shared

CEREAL_REGISTER_ARCHIVE(indaba::shared::BinaryOutput)
CEREAL_REGISTER_ARCHIVE(indaba::shared::BinaryInput)
CEREAL_SETUP_ARCHIVE_TRAITS(indaba::shared::BinaryInput, indaba::shared::BinaryOutput)
