#include "tests/fuzz/shapes.hpp"

#include "tests/model/whole.hpp"
#include "tests/property/random_shapes.hpp"

namespace indaba::tests::fuzz {

namespace {

using model::Chance;
using shared::Bytes;
using shared::ByteView;

template <class T>
void change_list(Chance& chance, std::vector<T>& items)
{
    if (items.empty()) return;
    const auto at = std::ptrdiff_t(chance.below(items.size()));
    switch (chance.below(4)) {
        case 0: items.erase(items.begin() + at); break;
        case 1: items.push_back(items[std::size_t(at)]); break;
        case 2: std::swap(items[std::size_t(at)], items.back()); break;
        default: items.resize(std::size_t(at)); break;
    }
}

void change_number(Chance& chance, std::uint64_t& number)
{
    switch (chance.below(5)) {
        case 0: ++number; break;
        case 1: --number; break;
        case 2: number = 0; break;
        case 3: number = ~number; break;
        default: number = chance.draw() >> chance.below(64); break;
    }
}

void change_write(Chance& chance, shared::Transaction& transaction)
{
    auto& write = chance.pick(transaction.writes);
    switch (chance.below(5)) {
        case 0: write.value = property::random_value(chance); break;
        case 1: write.bases.push_back(property::random_name(chance)); break;
        case 2: change_list(chance, write.bases); break;
        case 3: write.key = chance.pick(transaction.writes).key; break;
        default:
            if (!write.bases.empty()) change_number(chance, chance.pick(write.bases).number);
            break;
    }
}

/// Ordered, no key twice, no record without a write: what encode_transaction asks for.
void tidy(shared::Transaction& transaction)
{
    const auto place = [](const shared::Write& write) { return std::tie(write.record, write.key); };
    std::ranges::sort(transaction.writes, {}, place);
    const auto twice = std::ranges::unique(transaction.writes, {}, place);
    transaction.writes.erase(twice.begin(), twice.end());
    std::vector<shared::TouchedRecord> records;
    std::uint32_t before = ~std::uint32_t(0);
    for (auto& write : transaction.writes) {
        if (write.record != before) records.push_back(transaction.records[write.record]);
        before = write.record;
        write.record = std::uint32_t(records.size() - 1);
    }
    transaction.records = std::move(records);
}

void change_cells(Chance& chance, sync::FeedRecord& record)
{
    sync::Cells cells;
    for (auto cell : record.cells) {
        if (chance.below(4) == 0) change_list(chance, cell.unknown);
        if (chance.below(4) == 0) change_number(chance, cell.number);
        if (!cell.leaves.empty() && chance.below(3) == 0)
            chance.pick(cell.leaves).value = property::random_value(chance);
        if (chance.below(6) != 0) (void)cells.append(std::move(cell));
    }
    record.cells = std::move(cells);
}

struct ChangeMessage {
    Chance& chance;
    shared::Signer& signer;

    void operator()(sync::Hello& hello) const { change_following(hello.following); }
    void operator()(sync::Follow& follow) const { change_following(follow.following); }
    void operator()(sync::Push& push) const { push.change_set = changed_change_set(chance, push.change_set, signer); }
    void operator()(sync::Stored& stored) const
    {
        switch (chance.below(6)) {
            case 0: return change_number(chance, stored.through);
            case 1: return change_number(chance, stored.expected);
            case 2: return change_number(chance, stored.window_bytes);
            case 3: stored.unstored = sync::Unstored(chance.below(4)); return;
            case 4: return change_number(chance, stored.quota.changes);
            default: return change_rulings(stored.rulings);
        }
    }
    void operator()(sync::Batch& message) const
    {
        auto decoded = model::decode_batch(message.encoded);
        if (decoded.has_error()) return;
        change(*decoded);
        if (decoded->to == decoded->from + decoded->rulings.size()) message.encoded = sync::encode_batch(*decoded);
    }
    void change(sync::FeedBatch& batch) const
    {
        switch (chance.below(6)) {
            case 0: return change_rulings(batch.rulings);
            case 1: change_list(chance, batch.records); return;
            case 2:
                if (!batch.records.empty()) change_cells(chance, chance.pick(batch.records));
                return;
            case 3:
                if (!batch.records.empty()) chance.pick(batch.records).tombstone ^= true;
                return;
            case 4: change_list(chance, batch.authors); return;
            default:
                if (batch.head) change_number(chance, batch.head->backed_up);
                return;
        }
    }
    void operator()(sync::Compare& compare) const
    {
        change_list(chance, compare.ranges);
        change_list(chance, compare.journals);
    }
    void operator()(sync::Fetch& fetch) const { change_list(chance, fetch.records); }
    void operator()(sync::Fetched& fetched) const
    {
        std::vector<sync::FeedRecord> records;
        for (const auto& record : fetched.records) records.push_back(record);
        change_list(chance, records);
        if (chance.below(4) == 0) change_number(chance, fetched.head.number);
        if (!records.empty()) change_cells(chance, chance.pick(records));
        fetched.records = {};
        for (const auto& record : records) fetched.records.push_back(record);
    }
    void operator()(sync::Welcome& welcome) const
    {
        change_list(chance, welcome.standings);
        if (!welcome.standings.empty()) welcome.standings.back() = sync::Standing(chance.below(4));
    }
    void operator()(sync::Grants& grants) const { change_list(chance, grants.grants); }
    void operator()(sync::Taken& taken) const { change_number(chance, taken.window_bytes); }
    void operator()(sync::HistoryQuestion& question) const { change_number(chance, question.after); }
    void operator()(sync::HistoryAnswer& answer) const { change_list(chance, answer.entries); }
    void operator()(sync::Compared& compared) const
    {
        change_list(chance, compared.marks);
        change_list(chance, compared.answers.parts);
    }
    void operator()(sync::Unfollow& unfollow) const { change_list(chance, unfollow.spaces); }
    void operator()(sync::SizesQuestion& question) const { change_following(question.spaces); }
    void operator()(sync::SizesAnswer& answer) const
    {
        change_list(chance, answer.sizes);
        if (!answer.sizes.empty()) chance.pick(answer.sizes).on_chain ^= true;
    }
    void operator()(sync::Erasures& erasures) const
    {
        change_list(chance, erasures.orders);
        if (chance.below(4) == 0) change_number(chance, erasures.through);
        if (chance.below(4) == 0) erasures.last ^= true;
    }
    void operator()(sync::Erased& erased) const
    {
        change_number(chance, chance.below(2) == 0 ? erased.state.through : erased.state.digest);
    }
    void operator()(sync::Missing& missing) const
    {
        switch (chance.below(6)) {
            case 0: return change_number(chance, missing.gap.after);
            case 1: return change_number(chance, missing.gap.through);
            case 2: missing.gap.hash.bytes[0] ^= 1; return;
            case 3: missing.after_hash.bytes[0] ^= 1; return;
            case 4: missing.gap.journal.space = chance.below(2) == 0 ? "archive" : "forum"; return;
            default: missing.gap.journal.author = signer.public_key(); return;
        }
    }
    void operator()(sync::Bye&) const {}
    void operator()(sync::StartOver& over) const { over.space = chance.below(2) == 0 ? "archive" : "forum"; }

    void change_following(std::vector<sync::Following>& following) const
    {
        if (chance.below(2) == 0 || following.empty()) return change_list(chance, following);
        change_place(chance.pick(following).place);
    }
    void change_place(sync::Place& place) const
    {
        switch (chance.below(6)) {
            case 0: return change_number(chance, place.base);
            case 1: return change_number(chance, place.position);
            case 2: return change_number(chance, place.head);
            case 3: return change_number(chance, place.head_hash);
            case 4: return change_number(chance, place.backed_up);
            default: return change_number(chance, place.horizon);
        }
    }
    void change_rulings(std::vector<sync::Ruling>& rulings) const
    {
        if (rulings.empty()) return;
        auto& ruling = chance.pick(rulings);
        switch (chance.below(4)) {
            case 0: ruling.verdict = sync::Verdict(chance.below(3)); break;
            case 1: change_number(chance, ruling.name.number); break;
            case 2: change_number(chance, ruling.name.hash); break;
            default: change_number(chance, ruling.line); break;
        }
    }
};

}  // namespace

Bytes changed_transaction(Chance& chance, ByteView payload)
{
    const auto decoded = model::decode_transaction(payload);
    const bool is_any = decoded.has_value() && !decoded->writes.empty();
    auto transaction = is_any ? *decoded : property::random_transaction(chance);
    switch (chance.below(6)) {
        case 0: transaction = property::random_transaction(chance); break;
        case 1: chance.pick(transaction.records).type = "enterprise"; break;
        case 2: change_list(chance, transaction.writes); break;
        default: change_write(chance, transaction); break;
    }
    tidy(transaction);
    const auto encoded = shared::encode_transaction(transaction);
    return encoded.has_value() ? *encoded : Bytes(payload.begin(), payload.end());
}

Bytes changed_change_set(Chance& chance, ByteView bytes, shared::Signer& signer)
{
    TrustingDigest any;
    const auto opened = shared::open_change_set(bytes, any);
    auto set = opened.has_value() ? opened->set : property::random_change_set(chance);
    switch (chance.below(8)) {
        case 0: change_list(chance, set.entries); break;
        case 1: change_number(chance, set.first); break;
        case 2: set.journal.id.value = chance.below(4) << 32; break;
        case 3: set.journal.author = signer.public_key(); break;
        case 4: chance.fill(set.previous.bytes); break;
        case 5: set.journal.space = chance.below(2) == 0 ? "archive" : "forum"; break;
        default:
            if (set.entries.empty()) break;
            auto& entry = chance.pick(set.entries);
            entry.payload = changed_transaction(chance, entry.payload);
            break;
    }
    if (chance.below(8) != 0) {
        auto& head = set.journal;
        head = shared::journal_head(std::uint32_t(head.id.value >> 32), head.space, head.author, any);
    }
    if (set.first == 1 && chance.below(4) != 0) set.previous = shared::first_hash(set.journal, any);
    const auto hashes = shared::entry_hashes(set, any);
    if (set.journal.author == signer.public_key() && !hashes.empty()) shared::seal(set, hashes.back(), signer);
    if (chance.below(8) == 0) set.signature.bytes[chance.below(64)] ^= 1;
    return shared::encode_change_set(set);
}

Bytes changed_message(Chance& chance, ByteView bytes, shared::Signer& signer)
{
    auto decoded = sync::decode_message(bytes);
    auto message = decoded.has_value() && chance.below(8) != 0
                       ? std::move(*decoded)
                       : property::random_message(chance, chance.below(property::kMessageKinds));
    std::visit(ChangeMessage{chance, signer}, message);
    return sync::encode_message(message);
}

std::size_t mutate(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned seed,
                   const std::function<Bytes(Chance&, ByteView)>& change)
{
    Chance chance(seed);
    if (chance.below(2) == 0) return LLVMFuzzerMutate(bytes, size, most);
    const auto changed = change(chance, {bytes, size});
    if (changed.size() > most) return size;
    std::ranges::copy(changed, bytes);
    return changed.size();
}

}  // namespace indaba::tests::fuzz
