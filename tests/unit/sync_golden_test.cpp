// The bytes of everything that travels. A change here changes what other devices accept: raise the format or the
// protocol.
#include "shared/journal.hpp"
#include "shared/transaction.hpp"
#include "sync/batch.hpp"
#include "sync/messages.hpp"
#include "tests/model/cheap_crypto.hpp"
#include "tests/model/whole.hpp"

#include <gtest/gtest.h>

namespace indaba::tests {
namespace {

using namespace sync;
using shared::to_hex;

shared::RecordId record_id(std::uint8_t last)
{
    shared::RecordId id;
    id.bytes = {0x01, 0x92, 0xf1, 0xa0, 0x7c, 0x3e, 0x7b, 0x1d, 0x8a, 0x52, 0x3f, 0x0c, 0x9d, 0x2e, 0x4b, last};
    return id;
}

constexpr shared::JournalId kJournal{0x1122334455667788};

shared::Transaction small_transaction()
{
    shared::Transaction transaction;
    transaction.records = {{record_id(1), "enterprise"}, {record_id(2), "talent"}};
    transaction.writes = {{0, "!", Value::boolean(true), {}},
                          {0, "name", Value::text("Open Mobile Platform"), {}},
                          {1, "name", Value::text("Li Wei"), {{kJournal, 3, 0xabcdef}, {{7}, 300, 5}}}};
    return transaction;
}

/// A head, an echo, a tombstone, a branch, a refusal, a conflict and a plain record.
FeedBatch varied_batch()
{
    FeedBatch batch;
    batch.space = "forum";
    batch.from = 10;
    batch.to = 13;
    batch.base = 8;
    batch.authors = {{kJournal, {}, "laptop", "delegate"}};
    batch.rulings = {{11, {kJournal, 4, 0x44}, kJournal.value, Verdict::accepted, {}, 1'700'000'000'000},
                     {12,
                      {kJournal, 5, 0x55},
                      kJournal.value,
                      Verdict::refused,
                      {Reason::Code::rule, "country", "country: XX"},
                      1'700'000'000'001},
                     {13, {{9}, 2, 0x66}, 0x77, Verdict::accepted, {}, 1'700'000'000'002}};
    FeedRecord plain{record_id(1), "enterprise", 11, false, {}, false};
    plain.cells.at("!") = {"!", {{{kJournal, 4, 0x44}, {1u << 20}, Value::boolean(true), {}}}, {}, 11};
    plain.cells.at("name") = {"name", {{{kJournal, 4, 0x44}, {1u << 20}, Value::text("ZTE"), {}}}, {}, 11};
    plain.cells.at("status") = {
        "status",
        {{{{9}, 2, 0x66}, {5}, Value::code("draft"), {}}, {{kJournal, 1, 0x11}, {4}, Value::code("verified"), {}}},
        {{{9}, 1, 0x99}},
        9};
    FeedRecord echo{record_id(2), "talent", 11, false, {}, true};
    FeedRecord tombstone{record_id(3), "talent", 13, true, {}, false};
    tombstone.cells.at("!") = {"!", {{{{9}, 2, 0x66}, {5}, Value::boolean(false), {{{9}, 1, 0x99}}}}, {}, 13};
    batch.records = {plain, echo, tombstone};
    batch.head = SignedHead{"forum", 13, {}, 1'700'000'000'003, 2, 1, {}};
    return batch;
}

template <class T>
T again(const T& message)
{
    auto decoded = decode_message(encode_message(message));
    EXPECT_TRUE(decoded.has_value()) << (decoded.has_error() ? decoded.error().text : "");
    return decoded.has_value() ? std::get<T>(*decoded) : T{};
}

TEST(Golden, Transaction)
{
    const auto bytes = shared::encode_transaction(small_transaction());
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(to_hex(*bytes),
              "01040a656e74657270726973650121046e616d650674616c656e740288776655443322110700000000000000020192f1a07c"
              "3e7b1d8a523f0c9d2e4b01000192f1a07c3e7b1d8a523f0c9d2e4b02030201020401000215014f70656e204d6f62696c6520"
              "506c6174666f726d00010207014c6920576569020003efcdab000000000001ac020500000000000000");
    const auto decoded = tests::model::decode_transaction(*bytes);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().text;
    EXPECT_EQ(*shared::encode_transaction(*decoded), *bytes);
}

/// A journal of that signer from its beginning, not sealed yet.
shared::ChangeSet two_entries(Bytes second, shared::Signer& signer, shared::Digest& digest)
{
    shared::ChangeSet set;
    set.journal = shared::journal_head(7, "forum", signer.public_key(), digest);
    set.previous = shared::first_hash(set.journal, digest);
    set.entries = {{{1u << 20}, {1, 2, 3}}, {{2u << 20}, std::move(second)}};
    return set;
}

TEST(Golden, ChangeSet)
{
    model::Chance chance(1);
    model::CheapSigner signer(chance);
    model::CheapDigest digest;
    auto set = two_entries({}, signer, digest);
    shared::seal(set, shared::entry_hashes(set, digest).back(), signer);
    const auto bytes = shared::encode_change_set(set);
    EXPECT_EQ(to_hex(digest.sha256(bytes).bytes), "8443ed3a56b6aa6337da9ab6ccd2937b29f1de767c61e96292bd451231804d46");
    const auto opened = shared::open_change_set(bytes, digest);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    EXPECT_EQ(shared::encode_change_set(opened->set), bytes);
    EXPECT_EQ(opened->hashes.size(), 2u);
}

TEST(Golden, ChangeSetOfWhichSomethingWasErased)
{
    model::Chance chance(1);
    model::CheapSigner signer(chance);
    model::CheapDigest digest;
    auto set = two_entries({4, 5, 6}, signer, digest);
    const auto hashes = shared::entry_hashes(set, digest);
    set.entries[1] = {{2u << 20}, {4}, digest.sha256(set.entries[1].payload)};
    EXPECT_EQ(shared::entry_hashes(set, digest), hashes) << "the chain goes on";
    shared::seal(set, hashes.back(), signer);
    const auto bytes = shared::encode_change_set(set);
    EXPECT_EQ(to_hex(digest.sha256(bytes).bytes), "7bf28625ef9f93ae5fb3eb01021acc076d410b02648688d347e526cfbc92683e");
    const auto opened = shared::open_change_set(bytes, digest);
    ASSERT_TRUE(opened.has_value()) << opened.error().text;
    EXPECT_EQ(shared::encode_change_set(opened->set), bytes);
    EXPECT_EQ(opened->hashes, hashes);
    // What is left is not covered by the hash: by the signature.
    set.entries[1].payload = {5};
    EXPECT_EQ(shared::open_change_set(shared::encode_change_set(set), digest).error().code, shared::Errc::untrusted);
    // Each set has one encoding: without an erasure it is of the first format, and one is named once, in order.
    auto other = bytes;
    other[0] = 1;
    EXPECT_EQ(shared::open_change_set(other, digest).error().code, shared::Errc::malformed);
    const auto index = bytes.size() - sizeof(Hash) - 1;
    other = bytes;
    other[index] = 2;
    EXPECT_EQ(shared::open_change_set(other, digest).error().code, shared::Errc::malformed);
    other = Bytes(bytes.begin(), bytes.begin() + std::ptrdiff_t(index));
    other.back() = 0;  // none
    EXPECT_EQ(shared::open_change_set(other, digest).error().code, shared::Errc::malformed);
}

TEST(Golden, Batch)
{
    const auto bytes = encode_message(Batch{encode_batch(varied_batch())});
    EXPECT_EQ(to_hex(bytes),
              "0505666f72756d0a020188776655443322110000000000000000000000000000000000000000000000000000000000000000"
              "066c6170746f700864656c65676174650105666f72756d0d0000000000000000000000000000000000000000000000000000"
              "000000000000000000000000000368e5cf8b0100000200000000000000010000000000000000000000000000000000000000"
              "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
              "0002887766554433221109000000000000000302000001000108020407014400000000000000550000000000000066000000"
              "000000001100000000000000990000000000000080808001ffff7f0a010700010080a0abfef9620202000001770000000000"
              "00000307636f756e7472790b636f756e7472793a205858050121046e616d65067374617475730a656e746572707269736506"
              "74616c656e74030300000000010000000200000000010000000003020004000102fcf0839ade6400007b1d8a523f0c9d2e4b"
              "017b1d8a523f0c9d2e4b027b1d8a523f0c9d2e4b030304040001020000000000000c0404010300000202040001040508015a"
              "544519050201040206076472616674000309077665726966696564000000");
    const auto message = again(Batch{encode_batch(varied_batch())});
    EXPECT_EQ(encode_message(message), bytes);
    const auto decoded = tests::model::decode_batch(message.encoded).value();
    const auto expected = varied_batch();
    EXPECT_EQ(decoded.rulings, expected.rulings);
    EXPECT_EQ(decoded.authors, expected.authors);
    ASSERT_EQ(decoded.records.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(decoded.records[i].id, expected.records[i].id);
        EXPECT_EQ(decoded.records[i].number, expected.records[i].number);
        EXPECT_EQ(decoded.records[i].echo, expected.records[i].echo);
        EXPECT_EQ(decoded.records[i].tombstone, expected.records[i].tombstone);
        EXPECT_EQ(decoded.records[i].cells, expected.records[i].cells);
    }
}

TEST(Golden, BatchesNameFieldsAndTypesAsTheyMayBeCalled)
{
    const auto refused = [](const FeedBatch& batch) {
        const auto decoded = tests::model::decode_batch(encode_batch(batch));
        return decoded.has_error() && decoded.error().code == shared::Errc::malformed;
    };
    EXPECT_FALSE(refused(varied_batch()));
    for (const std::string name : {"na\xffme", "", "Name", "tags/\n"}) {
        auto batch = varied_batch();
        auto cell = *batch.records[0].cells.find("name");
        cell.key = name;
        batch.records[0].cells.at(name) = std::move(cell);
        EXPECT_TRUE(refused(batch)) << name;
        batch = varied_batch();
        batch.records[0].type = name;
        EXPECT_TRUE(refused(batch)) << name;
    }
}

TEST(Golden, Hello)
{
    Hello hello;
    hello.program = "indaba 0.1";
    hello.now_ms = 5;
    hello.grants = 6;
    hello.erased = {4, 0x789};
    hello.following = {{"forum", {7, 8, 9, 10, 6, 5}}};
    EXPECT_EQ(to_hex(encode_message(hello)),
              "00040a696e6461626120302e310500000000000000060000000000000004890f0105666f72756d0f070a0000000000000008"
              "090605");
    EXPECT_EQ(encode_message(again(hello)), encode_message(hello));
}

TEST(Golden, Welcome)
{
    Welcome welcome;
    welcome.now_ms = 5;
    welcome.standings = {Standing::follows, Standing::not_granted};
    welcome.grants_differ = true;
    welcome.grants = {{"forum", "event", "Forum", "editor"}};
    EXPECT_EQ(to_hex(encode_message(welcome)),
              "0104050000000000000002010301000105666f72756d056576656e7405466f72756d06656469746f721e");
    EXPECT_EQ(encode_message(again(welcome)), encode_message(welcome));
}

TEST(Golden, WelcomesOfAnotherProtocolAreReadNoFurther)
{
    for (const Bytes& bytes : {Bytes{0, 9, 1, 2, 3}, Bytes{1, 9, 1, 2, 3}, Bytes{0, 1}}) {
        const auto message = decode_message(bytes);
        ASSERT_TRUE(message.has_value()) << message.error().text;
        const auto* hello = std::get_if<Hello>(&*message);
        EXPECT_EQ(hello != nullptr ? hello->protocol : std::get<Welcome>(*message).protocol, bytes[1]);
    }
}

TEST(Golden, Erasures)
{
    Erasures erasures;
    erasures.orders = {{record_id(1), 5, {}}};
    erasures.through = 7;
    erasures.all = true;
    EXPECT_EQ(to_hex(encode_message(erasures)),
              "13010192f1a07c3e7b1d8a523f0c9d2e4b010500000000000000" + std::string(128, '0') + "070101");
    EXPECT_EQ(std::get<Erasures>(*decode_message(encode_message(erasures))).orders, erasures.orders);
    EXPECT_EQ(to_hex(encode_message(Erased{{7, 0x789}})), "1407890f");
}

TEST(Golden, Missing)
{
    Missing missing{{{"forum", kJournal, {}}, 4, 8, {}}, {}};
    missing.gap.hash.bytes[0] = 0xab;
    missing.after_hash.bytes[31] = 0xcd;
    const auto bytes = encode_message(missing);
    EXPECT_EQ(to_hex(bytes), "1505666f72756d8877665544332211" + std::string(2 * sizeof(shared::PublicKey), '0') + "04" +
                                 std::string(62, '0') + "cd08ab" + std::string(62, '0'));
    EXPECT_EQ(std::get<Missing>(*decode_message(bytes)).gap.through, 8u);
}

TEST(Golden, Stored)
{
    const Stored stored{kJournal, 5, 0, Unstored::nothing, {varied_batch().rulings[1]}, 1'000};
    EXPECT_EQ(to_hex(encode_message(stored)),
              "048877665544332211050000010c0000000000000088776655443322110555000000000000008877665544332211010307636f"
              "756e7472790b636f756e7472793a2058580168e5cf8b010000e807");
    EXPECT_EQ(encode_message(again(stored)), encode_message(stored));
}

TEST(Golden, SmallMessages)
{
    EXPECT_EQ(to_hex(encode_message(Push{{1, 2}})), "03020102");
    EXPECT_EQ(to_hex(encode_message(Taken{300})), "06ac02");
    EXPECT_EQ(to_hex(encode_message(Follow{})), "0200");
    EXPECT_EQ(to_hex(encode_message(Grants{})), "0700");
    EXPECT_EQ(to_hex(encode_message(HistoryQuestion{record_id(1), 300})), "080192f1a07c3e7b1d8a523f0c9d2e4b01ac02");
    EXPECT_EQ(to_hex(encode_message(HistoryAnswer{
                  record_id(1), {{{kJournal, 1, 2}, {3}, 300, 4, {}, {{"name", Value::text("ZTE")}}}}, true})),
              "090192f1a07c3e7b1d8a523f0c9d2e4b010188776655443322110102000000000000000300000000000000ac02040000000000"
              "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001046e616d6504"
              "015a544501");
    EXPECT_EQ(to_hex(encode_message(Bye{shared::Errc::forbidden, "no"})), "0a05026e6f");
    EXPECT_EQ(to_hex(encode_message(Follow{{{"forum", {7, 8, 9, {}, 6, 5}}}})),
              "020105666f72756d0f07000000000000000008090605");
    EXPECT_EQ(to_hex(encode_message(Grants{{{"forum", "event", "Forum", "editor"}}})),
              "070105666f72756d056576656e7405466f72756d06656469746f721e");
}

TEST(Golden, SpacesThatAreNotCarried)
{
    EXPECT_EQ(to_hex(encode_message(Unfollow{{"forum"}})), "100105666f72756d");
    EXPECT_EQ(to_hex(encode_message(SizesQuestion{{{"forum", {0, 0, 9, {}, 6, 0}}}})),
              "110105666f72756d060000000000000000000906");
    const SizesAnswer answer{{{*varied_batch().head, true, {300, 70'000, 0x18bcfe56800}}}};
    EXPECT_EQ(to_hex(encode_message(answer)),
              "120105666f72756d0d0000000000000000000000000000000000000000000000000000000000000000000000000000000368"
              "e5cf8b0100000200000000000000010000000000000000000000000000000000000000000000000000000000000000000000"
              "00000000000000000000000000000000000000000000000000000000000000000000000001ac02f0a2040068e5cf8b010000");
    EXPECT_EQ(encode_message(again(answer)), encode_message(answer));
}

TEST(Golden, Comparison)
{
    const RangeDigest digest{{record_id(1), record_id(9)}, 300, 0xfeed};
    EXPECT_EQ(to_hex(encode_message(Compare{"forum", {kJournal}, {digest}})),
              "0b05666f72756d018877665544332211010192f1a07c3e7b1d8a523f0c9d2e4b010192f1a07c3e7b1d8a523f0c9d2e4b09ac"
              "02edfe000000000000");
    const Compared compared{
        "forum", *varied_batch().head, {{kJournal, 5, 0x55, 6, 7}}, {{digest}, {{digest.range, {{record_id(2), 7}}}}}};
    EXPECT_EQ(to_hex(encode_message(compared)),
              "0c05666f72756d05666f72756d0d000000000000000000000000000000000000000000000000000000000000000000000000"
              "0000000368e5cf8b010000020000000000000001000000000000000000000000000000000000000000000000000000000000"
              "0000000000000000000000000000000000000000000000000000000000000000000000000000000000018877665544332211"
              "055500000000000000060700000000000000010192f1a07c3e7b1d8a523f0c9d2e4b010192f1a07c3e7b1d8a523f0c9d2e4b"
              "09ac02edfe000000000000010192f1a07c3e7b1d8a523f0c9d2e4b010192f1a07c3e7b1d8a523f0c9d2e4b09010192f1a07c"
              "3e7b1d8a523f0c9d2e4b020700000000000000");
    EXPECT_EQ(encode_message(again(compared)), encode_message(compared));
    EXPECT_EQ(to_hex(encode_message(Fetch{"forum", {record_id(1)}})),
              "0d05666f72756d010192f1a07c3e7b1d8a523f0c9d2e4b01");
    const Fetched fetched{"forum", 2, *varied_batch().head, {}, {varied_batch().records[0], varied_batch().records[2]}};
    EXPECT_EQ(to_hex(encode_message(fetched)),
              "0e05666f72756d0205666f72756d0d0000000000000000000000000000000000000000000000000000000000000000000000"
              "000000000368e5cf8b0100000200000000000000010000000000000000000000000000000000000000000000000000000000"
              "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000020192f1a07c3e"
              "7b1d8a523f0c9d2e4b010a656e74657270726973650b000301210b0188776655443322110444000000000000000000100000"
              "0000000204010000046e616d650b018877665544332211044400000000000000000010000000000004015a54450000067374"
              "6174757309020900000000000000026600000000000000050000000000000006076472616674008877665544332211011100"
              "000000000000040000000000000009077665726966696564000109000000000000000199000000000000000192f1a07c3e7b"
              "1d8a523f0c9d2e4b030674616c656e740d010101210d01090000000000000002660000000000000005000000000000000204"
              "0001090000000000000001990000000000000000");
    EXPECT_EQ(encode_message(again(fetched)), encode_message(fetched));
    EXPECT_EQ(to_hex(encode_message(StartOver{"forum"})), "0f05666f72756d");
    EXPECT_EQ(encode_message(again(StartOver{"forum"})), encode_message(StartOver{"forum"}));
}

TEST(Golden, RecordVersion)
{
    model::CheapDigest digest;
    EXPECT_EQ(version_of(varied_batch().records[0], digest).version, 13925230114402921384u);
}

TEST(Golden, WhatIsHashed)
{
    model::CheapDigest digest;
    EXPECT_EQ(to_hex(chain_hash({}, varied_batch().rulings[1], digest).bytes),
              "7ecae5e439df15af3c10063348bb10867da2a2a1010ff2d8575900da3c672e8d");
    EXPECT_EQ(to_hex(head_message(*varied_batch().head)),
              "0d696e646162612068656164203205666f72756d0d0000000000000000000000000000000000000000000000000000000000"
              "000000000000000000000368e5cf8b01000002000000000000000100000000000000");
}

TEST(Messages, EveryCutIsRefusedAndNoDamageIsACrash)
{
    const auto bytes = encode_batch(varied_batch());
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_TRUE(tests::model::decode_batch(shared::ByteView(bytes).first(size)).has_error()) << size;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            auto damaged = bytes;
            damaged[i] ^= std::uint8_t(1 << bit);
            if (const auto decoded = tests::model::decode_batch(damaged); decoded.has_value())
                (void)encode_batch(*decoded);
        }
    }
}

}  // namespace
}  // namespace indaba::tests
