#include "shared/archive.hpp"

namespace indaba::shared {

std::size_t BinaryInput::get_count(std::size_t size)
{
    const auto count = ByteReader::get_count();
    return allow(allocated(size * count)) ? count : 0;
}

bool BinaryInput::allow(std::size_t bytes)
{
    if (bytes > allowance_) {
        fault("would grow too large in memory");
        return false;
    }
    allowance_ -= bytes;
    return true;
}

}  // namespace indaba::shared
