#include "tests/simulation/stranger.hpp"

#include "tests/model/item.hpp"

#include <algorithm>

namespace indaba::tests::simulation {

using shared::Value;

Stranger::Stranger(model::Chance chance, shared::Digest& digest)
    : chance_(chance), digest_(digest), signer_(chance_), id_(shared::device_of(signer_.public_key(), digest))
{
}

shared::Bytes Stranger::change_set(Truth& truth, std::int64_t now_ms, bool newer)
{
    newer_ = newer;
    const std::string space(chance_.pick(kSpaces));
    auto& journal = journals_[space];
    if (journal.hashes.empty() || chance_.below(20) == 0) {
        journal.head = shared::journal_head(std::uint32_t(chance_.draw()), space, signer_.public_key(), digest_);
        journal.hashes = {shared::first_hash(journal.head, digest_)};
        truth.suspect(journal.head.id);
    }
    // Sometimes from further back than its end: a branch, as a copied database writes. Sometimes with a gap.
    const auto back = chance_.below(4) == 0 ? chance_.below(journal.hashes.size()) : 0;
    journal.hashes.resize(journal.hashes.size() - back);
    shared::ChangeSet set;
    set.journal = journal.head;
    for (auto count = chance_.below(3) + (chance_.below(8) == 0 ? 2 : 1); count > 0; --count) {
        if (set.entries.empty()) {
            set.first = journal.hashes.size();
            set.previous = journal.hashes.back();
        }
        const auto lead_ms = chance_.below(3) == 0 ? std::int64_t(1) << 46 : 0;
        shared::Entry entry{shared::Stamp::at(now_ms + lead_ms), payload(truth, space)};
        journal.hashes.push_back(shared::entry_hash(journal.hashes.back(), journal.hashes.size(), entry.stamp,
                                                    digest_.sha256(entry.payload), digest_));
        if (set.entries.empty() && chance_.below(10) == 0) continue;  // never sent: what follows does not join
        set.entries.push_back(std::move(entry));
    }
    if (set.entries.empty()) return {};
    if (chance_.below(12) == 0) set.journal.space = chance_.pick(kSpaces);
    shared::seal(set, journal.hashes.back(), signer_);
    if (chance_.below(12) == 0) set.signature.bytes[0] ^= 1;
    return shared::encode_change_set(set);
}

shared::Bytes Stranger::payload(const Truth& truth, const std::string& space)
{
    if (chance_.below(15) == 0) {
        shared::Bytes noise(chance_.below(60));
        chance_.fill(noise);
        return noise;
    }
    const auto encoded = shared::encode_transaction(transaction(truth, space));
    return encoded ? *encoded : shared::Bytes();
}

/// Of anybody, of the future, of nobody.
std::vector<Name> Stranger::bases(const Truth& truth)
{
    std::vector<Name> names;
    for (const auto& [name, written] : truth.history().all())
        if (chance_.below(6) == 0 && names.size() < 12) names.push_back(name);
    if (chance_.below(4) == 0) names.push_back({{chance_.draw()}, 1 + chance_.below(9), chance_.draw()});
    return names;
}

shared::Transaction Stranger::transaction(const Truth& truth, const std::string& space)
{
    shared::Transaction transaction;
    std::string where = chance_.below(10) == 0 ? std::string(chance_.pick(kSpaces)) : space;
    const auto ids = truth.records_at_centre(where);
    for (std::uint32_t i = 0, count = 1 + std::uint32_t(chance_.below(2)); i < count; ++i) {
        shared::RecordId id;
        if (!ids.empty() && chance_.below(4) != 0) id = ids[chance_.below(ids.size())];
        else chance_.fill(id.bytes);
        const auto type = chance_.below(12) == 0 ? "type-of-tomorrow" : std::string(model::kItem);
        transaction.records.push_back({id, type});
        std::map<std::string, shared::Write> writes;
        const auto put = [&](std::string_view key, Value value, std::vector<Name> names) {
            writes[std::string(key)] = {i, std::string(key), std::move(value), std::move(names)};
        };
        if (chance_.below(2) == 0)
            put("!", Value::boolean(chance_.below(3) != 0), chance_.below(2) == 0 ? std::vector<Name>() : bases(truth));
        put("name", chance_.below(8) == 0 ? Value() : Value::text("stranger"), bases(truth));
        for (auto more = chance_.below(3); more > 0; --more) {
            const auto key = model::item_keys()[chance_.below(model::item_keys().size())];
            put(key, model::item_value(key, std::uint8_t(chance_.draw())), bases(truth));
        }
        if (chance_.below(10) == 0) put("peak", Value::integer(5000), {});
        if (chance_.below(10) == 0)
            put("field-of-tomorrow", Value::integer(std::int64_t(chance_.below(4))), bases(truth));
        if (newer_ && chance_.below(3) == 0)
            put(model::kGrade, Value::integer(std::int64_t(chance_.below(200))), bases(truth));  // 100 at most
        for (auto& [key, write] : writes) transaction.writes.push_back(std::move(write));
    }
    return transaction;
}

}  // namespace indaba::tests::simulation
