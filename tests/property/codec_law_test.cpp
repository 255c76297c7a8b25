// What is encoded decodes to itself; what is damaged is refused, or means something else that encodes and decodes;
// nothing that comes from outside crashes a decoder.
#include "shared/archive.hpp"
#include "sync/batch.hpp"
#include "tests/model/whole.hpp"
#include "tests/property/random_shapes.hpp"

#include <gtest/gtest.h>

namespace indaba::tests::property {

namespace {

using model::Chance;
using shared::Bytes;

constexpr std::uint64_t kSeeds = 300;

/// Cut, grown, with bits flipped, bytes set and runs moved.
Bytes damaged(Bytes bytes, Chance& chance)
{
    for (auto times = 1 + chance.below(3); times > 0 && !bytes.empty(); --times) {
        const auto at = chance.below(bytes.size());
        switch (chance.below(6)) {
            case 0: bytes.resize(at); break;
            case 1: bytes.push_back(std::uint8_t(chance.draw())); break;
            case 2: bytes[at] ^= std::uint8_t(1u << chance.below(8)); break;
            case 3: bytes[at] = std::uint8_t(chance.draw()); break;
            case 4: bytes[at] = 0xff; break;
            default: bytes.insert(bytes.begin() + std::ptrdiff_t(chance.below(bytes.size())), bytes[at]); break;
        }
    }
    return bytes;
}

TEST(CodecLaw, transactions_decode_to_themselves_and_have_one_encoding)
{
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Chance chance(seed);
        const auto bytes = shared::encode_transaction(random_transaction(chance));
        ASSERT_TRUE(bytes) << "seed " << seed << ": " << bytes.error().text;
        const auto decoded = model::decode_transaction(*bytes);
        ASSERT_TRUE(decoded) << "seed " << seed << ": " << decoded.error().text;
        EXPECT_EQ(*shared::encode_transaction(*decoded), *bytes) << "seed " << seed;
        for (int i = 0; i < 40; ++i) {
            const auto other = damaged(*bytes, chance);
            const auto read = model::decode_transaction(other);
            if (read) {
                ASSERT_EQ(*shared::encode_transaction(*read), other) << "seed " << seed;
            }
        }
    }
}

TEST(CodecLaw, a_transaction_lists_a_record_once)
{
    Chance chance(1);
    auto transaction = random_transaction(chance);
    transaction.records = {transaction.records[0], transaction.records[0]};
    transaction.writes = {{0, "a", {}, {}}, {1, "b", {}, {}}};
    EXPECT_TRUE(shared::encode_transaction(transaction).has_error());
}

TEST(CodecLaw, any_byte_of_a_change_set_that_is_flipped_or_cut_is_noticed)
{
    model::CheapDigest digest;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        Chance chance(seed);
        const auto bytes = shared::encode_change_set(random_change_set(chance));
        const auto opened = shared::open_change_set(bytes, digest);
        ASSERT_TRUE(opened) << "seed " << seed << ": " << opened.error().text;
        EXPECT_EQ(shared::encode_change_set(opened->set), bytes);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            auto flipped = bytes;
            flipped[at] ^= std::uint8_t(1u << chance.below(8));
            ASSERT_FALSE(shared::open_change_set(flipped, digest))
                << "seed " << seed << ": byte " << at << " of " << bytes.size();
            ASSERT_FALSE(shared::open_change_set(std::span(bytes).first(at), digest))
                << "seed " << seed << ": cut at " << at;
        }
    }
}

TEST(CodecLaw, batches_decode_to_themselves)
{
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Chance chance(seed);
        const auto batch = random_batch(chance);
        const auto bytes = sync::encode_batch(batch);
        const auto decoded = model::decode_batch(bytes);
        ASSERT_TRUE(decoded) << "seed " << seed << ": " << decoded.error().text;
        const auto& read = *decoded;
        EXPECT_EQ(sync::encode_batch(read), bytes) << "seed " << seed;
        EXPECT_EQ(read.space, batch.space);
        EXPECT_EQ(read.from, batch.from);
        EXPECT_EQ(read.to, batch.to);
        EXPECT_EQ(read.base, batch.base);
        EXPECT_EQ(read.authors, batch.authors);
        EXPECT_EQ(read.rulings, batch.rulings) << "seed " << seed;
        ASSERT_EQ(read.records.size(), batch.records.size());
        for (std::size_t i = 0; i < read.records.size(); ++i) {
            const auto& [a, b] = std::tie(read.records[i], batch.records[i]);
            EXPECT_TRUE(a.id == b.id && a.type == b.type && a.number == b.number && a.tombstone == b.tombstone &&
                        a.echo == b.echo);
            EXPECT_TRUE(a.cells == b.cells) << "seed " << seed << " record " << i;
        }
        ASSERT_EQ(read.head.has_value(), batch.head.has_value());
        if (read.head) {
            EXPECT_EQ(sync::head_message(*read.head), sync::head_message(*batch.head));
        }
    }
}

TEST(CodecLaw, messages_decode_to_themselves)
{
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Chance chance(seed);
        for (std::size_t kind = 0; kind < kMessageKinds; ++kind) {
            const auto message = random_message(chance, kind);
            ASSERT_EQ(message.index(), kind);
            const auto bytes = sync::encode_message(message);
            const auto decoded = sync::decode_message(bytes);
            ASSERT_TRUE(decoded) << "seed " << seed << " kind " << kind << ": " << decoded.error().text;
            ASSERT_EQ(decoded->index(), kind);
            EXPECT_EQ(sync::encode_message(*decoded), bytes) << "seed " << seed << " kind " << kind;
        }
    }
}

TEST(CodecLaw, damaged_messages_are_refused_or_mean_something)
{
    std::size_t refused = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Chance chance(seed);
        for (std::size_t kind = 0; kind < kMessageKinds; ++kind) {
            const auto bytes = sync::encode_message(random_message(chance, kind));
            for (int i = 0; i < 20; ++i) {
                const auto other = damaged(bytes, chance);
                const auto read = sync::decode_message(other);
                if (!read) {
                    ++refused;
                    continue;
                }
                const auto again = sync::encode_message(*read);
                const auto read_again = sync::decode_message(again);
                ASSERT_TRUE(read_again) << "seed " << seed << " kind " << kind << ": " << read_again.error().text;
                ASSERT_EQ(sync::encode_message(*read_again), again) << "seed " << seed << " kind " << kind;
            }
        }
    }
    EXPECT_GT(refused, kSeeds * kMessageKinds);
}

}  // namespace

}  // namespace indaba::tests::property
