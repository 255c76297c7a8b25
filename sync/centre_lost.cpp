// What is gone from a journal: noted for an operator, and ruled lost by one.
#include "sync/centre.hpp"
#include "sync/storage_transaction.hpp"

#include <algorithm>
#include <limits>

namespace indaba::sync {

namespace {

using shared::Errc;

constexpr auto kMostNumber = std::uint64_t(std::numeric_limits<std::int64_t>::max());

/// The last number that the centre has of the line that the gap is on.
Result<std::uint64_t> last_of_line(const WaitingGap& waiting, CentreStorage& storage)
{
    INDABA_ASSIGN(const auto mark, storage.mark(waiting.gap.journal.id, waiting.line));
    return mark ? mark->number : 0;
}

}  // namespace

Reason Centre::lost_reason()
{
    return {Reason::Code::lost,
            {},
            "the centre's operator ruled this part of its journal lost: try again what is still wanted"};
}

bool Centre::is_lost(const std::vector<LostNumbers>& lost, std::uint64_t number)
{
    return std::ranges::any_of(lost, [&](const LostNumbers& numbers) { return numbers.has(number); });
}

/// Where an entry is stored and ruled, its ruling.
Result<std::optional<Ruling>> Centre::ruling_on(JournalId journal, std::uint64_t number, const Hash& hash)
{
    INDABA_ASSIGN(auto entry, ports_.storage.find_entry({journal, number, hash.prefix()}));
    return entry && entry->hash == hash ? std::move(entry->ruling) : std::nullopt;
}

Result<Centre::MissingNoted> Centre::note_missing(const Gap& gap, const Hash& after_hash,
                                                  const shared::DeviceId& sender)
{
    if (gap.through < 2 || gap.after > gap.through - 2 || gap.through > kMostNumber)
        return fail(Errc::malformed, "a device tells of a gap that is none");
    if (shared::device_of(gap.journal.author, ports_.digest) != sender)
        return fail(Errc::untrusted, "a device tells what is gone of another's journal");
    if (!shared::is_id_of(gap.journal, ports_.digest))
        return fail(Errc::untrusted, "a device tells of a gap under an id that it cannot have");
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    MissingNoted noted;
    const auto head = ports_.storage.head(gap.journal.space);
    if (head.has_error() && head.error().code == Errc::not_found) {
        noted.no_space = true;
        return noted;
    }
    INDABA_TRY(head);
    INDABA_ASSIGN(const auto known, known_journal(gap.journal));
    // Also where it is told with another hash of the same prefix: a name is ruled once.
    INDABA_ASSIGN(auto through, ports_.storage.find_entry({gap.journal.id, gap.through, gap.hash.prefix()}));
    if (through && through->ruling) {
        noted.known = std::move(through->ruling);
        return noted;
    }
    auto line = gap.journal.id.value;
    if (gap.after > 0) {
        INDABA_ASSIGN(const auto before, ruling_on(gap.journal.id, gap.after, after_hash));
        // As of a push that does not join: a gap of this centre's own, or a branch from before.
        noted.expected = before ? 0 : known && gap.after > known->last ? known->last + 1 : 1;
        if (!before) return noted;
        line = before->line;
    }
    noted.expected = gap.after + 1;
    INDABA_TRY(ports_.storage.note_gap({gap, line, ports_.clock.now_ms()}, shared::limits::kGapsPerDevice));
    INDABA_TRY(transaction.commit());
    return noted;
}

Result<std::uint64_t> Centre::first_lost(const WaitingGap& waiting, CentreStorage& storage)
{
    const auto& gap = waiting.gap;
    INDABA_ASSIGN(const auto last, last_of_line(waiting, storage));
    return (gap.through > last ? std::max(last, gap.after) : gap.after) + 1;
}

Result<Centre::RuledLost> Centre::rule_lost(JournalId id, std::uint64_t through)
{
    StorageTransaction transaction(ports_.storage);
    INDABA_TRY(transaction.begin());
    INDABA_ASSIGN(const auto gaps, ports_.storage.gaps());
    const auto place = std::ranges::find_if(gaps, [&](const WaitingGap& waiting) {
        return waiting.gap.journal.id == id && waiting.gap.through == through;
    });
    if (place == gaps.end())
        return fail(Errc::not_found, "no gap of that journal ends there: 'lost' alone lists what waits");
    const auto& gap = place->gap;
    INDABA_ASSIGN(auto known, known_journal(gap.journal));
    INDABA_ASSIGN(auto journal, known ? Result<StoredJournal>(std::move(*known)) : begin_journal(gap.journal));
    INDABA_ASSIGN(const auto head, ports_.storage.head(gap.journal.space));
    INDABA_ASSIGN(const auto first, first_lost(*place, ports_.storage));
    INDABA_ASSIGN(const auto last, last_of_line(*place, ports_.storage));
    const auto line = through > last ? place->line : gap.hash.prefix();  // else what is lost left its line as a branch
    RuledLost ruled;
    ruled.space = gap.journal.space;
    ruled.numbers = {first, through, ports_.clock.now_ms()};
    StoredEntry entry;  // of which nothing is known but its name
    entry.name = {id, through, gap.hash.prefix()};
    entry.space = gap.journal.space;
    entry.hash = gap.hash;
    entry.ruling = Ruling{head.number + 1, entry.name, line, Verdict::lost, lost_reason(), ruled.numbers.ruled_ms};
    if (through > journal.last) {
        journal.last = through;
        journal.last_hash = gap.hash;
    }
    INDABA_TRY(ports_.storage.save_journal(journal));
    INDABA_TRY(ports_.storage.append_ruled(entry, chain_hash(head.hash, *entry.ruling, ports_.digest), {}));
    INDABA_TRY(ports_.storage.set_mark(id, line, {through, gap.hash}));
    INDABA_TRY(ports_.storage.add_lost(id, ruled.numbers));
    INDABA_TRY(ports_.storage.end_gaps(id, through, through));
    INDABA_TRY(transaction.commit());
    return ruled;
}

}  // namespace indaba::sync
