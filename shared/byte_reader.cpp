#include "shared/byte_reader.hpp"

namespace indaba::shared {

std::uint64_t ByteReader::get_long_compact(std::uint64_t max)
{
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        std::uint8_t byte = 0;
        get(&byte, 1);
        const auto bits = std::uint64_t(byte & 0x7f);
        if (shift == 63 && bits > 1) break;
        value |= bits << shift;
        if (byte & 0x80) continue;
        if (byte == 0 && shift > 0) break;  // a longer spelling of a shorter number
        if (value <= max && ok()) return value;
        break;
    }
    fault("holds a number out of range");
    return 0;
}

std::size_t ByteReader::get_count()
{
    const auto count = get_compact(~std::uint32_t(0));
    if (count <= rest_.size()) return std::size_t(count);
    fault("counts more than it holds");
    return 0;
}

Result<void> ByteReader::finish(const char* what) const
{
    if (fault_ != nullptr) return fail(Errc::malformed, std::string(what) + " " + fault_);
    if (!rest_.empty()) return fail(Errc::malformed, std::string(what) + " has bytes left over");
    return {};
}

}  // namespace indaba::shared
