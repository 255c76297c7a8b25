#include "platform/message_frame.hpp"

#include <gmock/gmock.h>

namespace indaba::platform {

namespace {

using shared::Errc;

class MessageFrame : public testing::Test {
protected:
    Result<Bytes> through(const Bytes& message)
    {
        const auto frame = pack_message(message, compressor);
        if (frame.has_error()) return frame.error();
        return unpack_message(*frame, decompressor);
    }

    Compressor compressor;
    Decompressor decompressor;
};

Bytes repetitive(std::size_t size)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = std::uint8_t("enterprise"[i % 10]);
    return bytes;
}

Bytes incompressible(std::size_t size)
{
    Bytes bytes(size);
    std::uint64_t state = 1;
    for (auto& byte : bytes) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        byte = std::uint8_t(state >> 56);
    }
    return bytes;
}

}  // namespace

TEST_F(MessageFrame, brings_every_size_through)
{
    for (const std::size_t size : {0, 1, 199, 200, 201, 4096, 1'000'000, int(shared::limits::kMessage_bytes)}) {
        EXPECT_EQ(*through(repetitive(size)), repetitive(size)) << size;
        EXPECT_EQ(*through(incompressible(size)), incompressible(size)) << size;
    }
}

TEST_F(MessageFrame, is_the_smaller_of_raw_and_compressed)
{
    EXPECT_EQ(*pack_message(Bytes{7, 8}, compressor), (Bytes{0, 7, 8}));
    const auto packed = *pack_message(repetitive(10'000), compressor);
    EXPECT_EQ(packed[0], 1);
    EXPECT_LT(packed.size(), 200u);
    EXPECT_EQ(Bytes(packed.begin() + 1, packed.begin() + 5), (Bytes{0x10, 0x27, 0, 0}));
    EXPECT_EQ(pack_message(incompressible(10'000), compressor)->size(), 10'001u);
}

/// What devices in the field send and read. The compressed bytes may differ with the library; reading them may not.
TEST_F(MessageFrame, keeps_its_bytes)
{
    EXPECT_EQ(shared::to_hex(*pack_message(*shared::from_hex("0a0b0c"), compressor)), "000a0b0c");
    EXPECT_EQ(shared::to_hex(*pack_message(Bytes(), compressor)), "00");
    const std::string golden = "010302010028b52ffda00302010095000050656e74657270726973650100f601cd0b12";
    EXPECT_EQ(*unpack_message(*shared::from_hex(golden), decompressor), repetitive(66'051));
    const auto packed = *pack_message(repetitive(66'051), compressor);
    EXPECT_EQ(shared::to_hex(packed).substr(0, 18), golden.substr(0, 18))
        << "kind, size 0x00010203, zstd's magic number";
}

TEST_F(MessageFrame, refuses_to_pack_what_nobody_would_read)
{
    EXPECT_EQ(pack_message(repetitive(shared::limits::kMessage_bytes + 1), compressor).error().code, Errc::too_large);
}

TEST_F(MessageFrame, refuses_what_is_no_frame)
{
    EXPECT_EQ(unpack_message({}, decompressor).error().code, Errc::malformed);
    EXPECT_EQ(unpack_message(Bytes{2, 1, 2}, decompressor).error().code, Errc::malformed);
    EXPECT_EQ(unpack_message(Bytes{1, 1, 0, 0}, decompressor).error().code, Errc::malformed);
    EXPECT_EQ(unpack_message(Bytes{1, 1, 0, 0, 0}, decompressor).error().code, Errc::malformed);
    EXPECT_EQ(unpack_message(Bytes{1, 1, 0, 0, 0, 9, 9, 9}, decompressor).error().code, Errc::malformed);
    auto packed = *pack_message(repetitive(10'000), compressor);
    packed.push_back(0);
    EXPECT_EQ(unpack_message(packed, decompressor).error().code, Errc::malformed);
    packed.resize(packed.size() - 3);
    EXPECT_EQ(unpack_message(packed, decompressor).error().code, Errc::malformed);
}

TEST_F(MessageFrame, knows_what_is_too_large_before_unpacking_it)
{
    const auto packed = *pack_message(repetitive(10'000), compressor);
    EXPECT_EQ(unpack_message(packed, decompressor, 9'999).error().code, Errc::too_large);
    EXPECT_TRUE(unpack_message(packed, decompressor, 10'000).has_value());
    const auto raw = *pack_message(incompressible(10'000), compressor);
    EXPECT_EQ(unpack_message(raw, decompressor, 9'999).error().code, Errc::too_large);
    EXPECT_EQ(unpack_message(Bytes{1, 0xff, 0xff, 0xff, 0xff, 0x28, 0xb5, 0x2f, 0xfd}, decompressor).error().code,
              Errc::too_large);
}

}  // namespace indaba::platform
