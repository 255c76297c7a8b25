#include "shared/archive.hpp"

namespace indaba::shared {

std::uint64_t BinaryInput::get_compact(std::uint64_t max)
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

std::size_t BinaryInput::get_count(std::size_t size)
{
    const auto count = get_compact(~std::uint32_t(0));
    if (count > rest_.size()) {
        fault("counts more than it holds");
        return 0;
    }
    if (size * count > allowance_) {
        fault("would grow too large in memory");
        return 0;
    }
    allowance_ -= size * count;
    return std::size_t(count);
}

ByteView BinaryInput::get_view(std::size_t size)
{
    if (size > rest_.size()) {
        fault("ends too early");
        return {};
    }
    const auto view = rest_.first(size);
    rest_ = rest_.subspan(size);
    return view;
}

void BinaryInput::fault(const char* why)
{
    if (fault_ == nullptr) fault_ = why;
    rest_ = {};
}

Result<void> BinaryInput::finish(const char* what) const
{
    if (fault_ != nullptr) return fail(Errc::malformed, std::string(what) + " " + fault_);
    if (!rest_.empty()) return fail(Errc::malformed, std::string(what) + " has bytes left over");
    return {};
}

}  // namespace indaba::shared
