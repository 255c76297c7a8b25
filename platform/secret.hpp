// Keys and other bytes that are wiped from memory when they go. Values. Deliberately not: memory that is never swapped
// out, which a person without rights of an administrator has too little of.
#pragma once

#include "shared/bytes.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace indaba::platform {

using shared::Bytes;
using shared::ByteView;

/// A symmetric key.
using Key32 = std::array<std::uint8_t, 32>;

/// The compiler may not leave this out.
void wipe(std::uint8_t* bytes, std::size_t size);

class Secret {
public:
    Secret() = default;
    explicit Secret(Bytes bytes) : bytes_(std::move(bytes)) {}
    explicit Secret(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    Secret& operator=(Secret&& other) noexcept
    {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~Secret() { wipe(bytes_.data(), bytes_.size()); }

    [[nodiscard]] ByteView bytes() const { return bytes_; }

private:
    Bytes bytes_;
};

}  // namespace indaba::platform
