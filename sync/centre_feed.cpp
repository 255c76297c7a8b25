// Scanning: the feed as a device needs it next.
#include "sync/centre.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <cstdlib>
#include <unordered_map>

namespace indaba::sync {

namespace {

using shared::Errc;

/// Rulings in one batch at most: about 25 KiB of acceptances, half a megabyte of wordy refusals.
constexpr std::uint64_t kRulingsPerBatch = 2'048;
/// What a record costs in a batch beside its cells.
constexpr std::size_t kRecord_bytes = 32;

/// True if the newer cells are what one transaction of that name, ruled under the record's number, left there.
bool is_echo(const FeedRecord& record, const TransactionName& name)
{
    return !record.tombstone && std::ranges::all_of(record.cells, [&](const Cell& cell) {
        return cell.number == record.number && cell.unknown.empty() && cell.leaves.size() == 1 &&
               cell.leaves[0].name == name && cell.leaves[0].saw.empty();
    });
}

}  // namespace

Result<bool> Centre::on_chain(const SpaceName& space, const Place& place)
{
    if (place.position > place.head || place.base > place.position) return false;
    INDABA_ASSIGN(const auto hash, ports_.storage.chain_at(space, place.head));
    return hash && hash->prefix() == place.head_hash;
}

Result<const RecordVersions*> Centre::versions(const SpaceName& space)
{
    INDABA_ASSIGN(const auto head, ports_.storage.head(space));
    auto& known = versions_[space];
    INDABA_ASSIGN(const auto erased, ports_.storage.erasure_state());
    if (known.erased != erased.through || known.horizon != head.horizon) known = {};
    known.erased = erased.through;
    known.horizon = head.horizon;
    std::vector<RecordVersion> changed;
    INDABA_TRY(ports_.storage.each_record_after(space, known.through, [&](StoredRecord&& stored) {
        if (is_forgotten(stored, head.horizon)) return true;
        changed.push_back(version_of(to_feed(std::move(stored), 0), ports_.digest));
        return true;
    }));
    if (known.through == 0) known.records = RecordVersions(std::move(changed));
    else
        for (const auto& record : changed) known.records.set(record);
    known.through = head.number;
    return &known.records;
}

Result<SignedHead> Centre::signed_head(const SpaceName& space)
{
    INDABA_ASSIGN(const auto newest, ports_.storage.head(space));
    SignedHead head{space, newest.number, newest.hash, ports_.clock.now_ms(), newest.backed_up, newest.horizon, {}};
    head.signature = ports_.signer.sign(head_message(head));
    return head;
}

Result<std::uint64_t> Centre::forget_deletions(const SpaceName& space, std::int64_t before_ms, std::uint64_t passed)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto head, ports_.storage.head(space));
    auto horizon = head.horizon;
    INDABA_TRY(ports_.storage.each_ruling(space, head.horizon, std::min(passed, head.number), [&](Ruling&& ruling) {
        if (ruling.time_ms >= before_ms) return false;
        horizon = ruling.number;
        return true;
    }));
    if (horizon == head.horizon) return horizon;
    INDABA_TRY(ports_.storage.set_horizon(space, horizon));
    INDABA_TRY(transaction.commit());
    return horizon;
}

Result<CentreSize> Centre::size(const SpaceName& space)
{
    auto& known = sizes_[space];
    const auto now_ms = ports_.clock.now_ms();
    const bool is_new = known.as_of_ms != 0 && std::abs(now_ms - known.as_of_ms) < shared::limits::kSizeAge_ms;
    if (is_new) return known;
    INDABA_ASSIGN(known, ports_.storage.size(space));
    known.as_of_ms = std::max<std::int64_t>(now_ms, 1);
    return known;
}

Result<FeedBatch> Centre::next_batch(const Scan& scan, const std::function<bool(const Ruling&)>& holds)
{
    INDABA_ASSIGN(const auto head, ports_.storage.head(scan.space));
    FeedBatch batch;
    batch.space = scan.space;
    batch.from = scan.position;
    batch.base = scan.base;
    batch.to = std::min(head.number, scan.position + kRulingsPerBatch);
    std::size_t bytes = 0;
    INDABA_TRY(ports_.storage.each_record_after(scan.space, scan.position, [&](StoredRecord&& stored) {
        if (stored.number > batch.to) return false;
        if (is_forgotten(stored, head.horizon)) return true;
        if (bytes >= scan.target_bytes && stored.number > batch.records.back().number) {
            batch.to = batch.records.back().number;  // the records of one number are never split
            return false;
        }
        batch.records.push_back(to_feed(std::move(stored), scan.base));
        bytes += kRecord_bytes + batch.records.back().cells.size_bytes();
        return true;
    }));
    std::unordered_map<std::uint64_t, TransactionName> held;
    INDABA_TRY(ports_.storage.each_ruling(scan.space, batch.from, batch.to, [&](Ruling&& ruling) {
        if (ruling.verdict == Verdict::accepted && holds(ruling)) held[ruling.number] = ruling.name;
        batch.rulings.push_back(std::move(ruling));
        return true;
    }));
    for (auto& record : batch.records) {
        const auto place = held.find(record.number);
        if (place == held.end() || !is_echo(record, place->second)) continue;
        record.echo = true;
        record.cells.clear();
    }
    INDABA_ASSIGN(batch.head, signed_head(scan.space));
    return batch;
}

}  // namespace indaba::sync
