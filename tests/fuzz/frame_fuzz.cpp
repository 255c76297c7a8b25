// One WebSocket frame of a session: nothing larger than was declared and allowed comes out of the decompressor.
#include "platform/message_frame.hpp"
#include "tests/fuzz/allocation.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace indaba;

FUZZ(input)
{
    static platform::Decompressor decompressor;
    constexpr std::size_t kCap_bytes = 64 * 1024;
    constexpr std::size_t kError_bytes = 1024;
    const tests::fuzz::Allocation allocation;
    const auto message = platform::unpack_message(input, decompressor, kCap_bytes);
    INDABA_CHECK(message.has_error() || message->size() <= kCap_bytes);
    INDABA_CHECK(allocation.peak_bytes() <= kCap_bytes + kError_bytes);
}
