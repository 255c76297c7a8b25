// Answering a device that compares: it, or this centre, was put back from a backup.
#include "sync/server_session.hpp"

#include <algorithm>

namespace indaba::sync {

namespace {

using shared::Errc;

/// Journals that a device may ask about in one message: half a megabyte of ids.
constexpr std::size_t kAskedJournals = 65'536;
/// Marks told of one journal: a device that was copied, or put back, time and again.
constexpr std::size_t kToldLines = 64;
/// Records that it may ask for.
constexpr std::size_t kAskedRecords = 4'096;

}  // namespace

Result<void> ServerSession::answer_compare(const Compare& compare, Actions& actions)
{
    if (compare.journals.size() > kAskedJournals)
        return fail(Errc::too_large, "the device asks about too many journals");
    INDABA_ASSIGN(const bool granted, centre_.ports().authority.may_read(peer_.device, compare.space));
    if (!granted) return tell_grants(actions);
    Compared compared;
    compared.space = compare.space;
    INDABA_ASSIGN(compared.head, centre_.signed_head(compare.space));
    for (const auto journal : compare.journals) {
        INDABA_ASSIGN(const auto marks, centre_.storage().marks(journal, kToldLines));
        for (const auto& mark : marks) {
            const TransactionName last{journal, mark.number, mark.hash.prefix()};
            INDABA_ASSIGN(const auto entry, centre_.storage().find_entry(last));
            if (!entry || !entry->ruling) continue;
            compared.marks.push_back({journal, last.number, last.hash, entry->ruling->number, entry->ruling->time_ms});
        }
    }
    INDABA_ASSIGN(const auto* held, centre_.versions(compare.space));
    INDABA_ASSIGN(compared.answers, answer_ranges(*held, compare.ranges, centre_.ports().digest));
    actions.send.push_back(encode_message(std::move(compared)));
    return {};
}

Result<void> ServerSession::answer_fetch(const Fetch& fetch, Actions& actions)
{
    if (fetch.records.empty() || fetch.records.size() > kAskedRecords)
        return fail(Errc::too_large, "the device asks for no record, or for too many");
    INDABA_ASSIGN(const bool granted, centre_.ports().authority.may_read(peer_.device, fetch.space));
    if (!granted) return tell_grants(actions);
    Fetched fetched;
    fetched.space = fetch.space;
    std::vector<FeedRecord> records;
    std::size_t bytes = 0;
    for (const auto& id : fetch.records) {
        INDABA_ASSIGN(auto record, centre_.storage().find_record(id));
        if (record && record->space == fetch.space) {
            const auto size = record->shown.size_bytes();
            if (!records.empty() && bytes + size > peer_.flow.message_bytes) break;
            bytes += size;
            records.push_back(to_feed(std::move(*record), 0));
        }
        ++fetched.answered;
    }
    INDABA_ASSIGN(fetched.head, centre_.signed_head(fetch.space));
    INDABA_ASSIGN(fetched.authors, untold_authors({}, records));
    for (const auto& record : records) fetched.records.push_back(record);
    actions.send.push_back(encode_message(std::move(fetched)));
    return {};
}

}  // namespace indaba::sync
