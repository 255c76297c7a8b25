#include "shared/ports.hpp"

#include <cstring>

namespace indaba::shared {

std::uint64_t draw64(Random& random)
{
    std::array<std::uint8_t, 8> bytes{};
    random.fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

}  // namespace indaba::shared
