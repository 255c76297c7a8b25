#include "tests/simulation/forger.hpp"

#include "tests/simulation/broken.hpp"
#include "tests/simulation/roles.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

using shared::Bytes;

namespace {

bool is_same(const shared::Entry& a, const shared::Entry& b) { return a.stamp == b.stamp && a.payload == b.payload; }

}  // namespace

shared::ChangeSet Forger::opened(const Bytes& set)
{
    return must(shared::open_change_set(set, digest_), "a change set that was sent").set;
}

std::optional<Bytes> Forger::truncated(const Bytes& bytes)
{
    if (chance_.below(2) == 0) return Bytes(bytes.begin(), bytes.begin() + std::ptrdiff_t(chance_.below(bytes.size())));
    auto set = opened(bytes);
    const auto left = chance_.below(set.entries.size());
    if (chance_.below(2) == 0) {
        set.entries.resize(left);
    } else {  // from the front, as if those were there already
        set.first += set.entries.size() - left;
        set.entries.erase(set.entries.begin(), set.entries.end() - std::ptrdiff_t(left));
    }
    return shared::encode_change_set(set);
}

std::optional<Bytes> Forger::reordered(const Bytes& bytes)
{
    auto set = opened(bytes);
    if (set.entries.size() < 2) return std::nullopt;
    const auto at = chance_.below(set.entries.size() - 1);
    if (is_same(set.entries[at], set.entries[at + 1])) return std::nullopt;
    std::swap(set.entries[at], set.entries[at + 1]);
    return shared::encode_change_set(set);
}

std::optional<Bytes> Forger::spliced(const Bytes& bytes, const Bytes& other_bytes)
{
    auto set = opened(bytes);
    const auto other = opened(other_bytes);
    const bool replaces = chance_.below(2) == 0;
    const auto at = chance_.below(set.entries.size() + (replaces ? 0 : 1));
    const auto& put = other.entries[chance_.below(other.entries.size())];
    if (!replaces) {
        set.entries.insert(set.entries.begin() + std::ptrdiff_t(at), put);
    } else {
        if (is_same(set.entries[at], put)) return std::nullopt;
        set.entries[at] = put;
    }
    if (chance_.below(2) == 0) set.signature = other.signature;
    // Of two lives of one journal this may be what the other one wrote: the last hash covers all before it.
    if (shared::entry_hashes(set, digest_).back() == shared::entry_hashes(other, digest_).back()) return std::nullopt;
    return shared::encode_change_set(set);
}

std::optional<Bytes> Forger::forged(const Bytes& bytes)
{
    auto set = opened(bytes);
    switch (chance_.below(3)) {
        case 0: {
            auto& payload = set.entries[chance_.below(set.entries.size())].payload;
            payload.push_back(std::uint8_t(chance_.draw()));
            const auto last = shared::entry_hashes(set, digest_).back();
            const auto author = std::exchange(set.journal.author, signer_.public_key());
            shared::seal(set, last, signer_);
            set.journal.author = author;
            break;
        }
        case 1:
            set.journal.author = signer_.public_key();
            if (set.first == 1) set.previous = shared::first_hash(set.journal, digest_);
            shared::seal(set, shared::entry_hashes(set, digest_).back(), signer_);
            break;
        default: {
            const std::string space(chance_.pick(kSpaces));
            if (space == set.journal.space) return std::nullopt;
            set.journal.space = space;
            break;
        }
    }
    return shared::encode_change_set(set);
}

}  // namespace indaba::tests::simulation
