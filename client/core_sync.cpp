#include "client/core_parts.hpp"
#include "client/life.hpp"
#include "client/sync_connection.hpp"
#include "shared/limits.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace indaba::client {

using std::chrono::milliseconds;

namespace {

constexpr const char* kProgram = "indaba " INDABA_VERSION;

/// Between half and all of it, so that the devices of a hall do not all come back in the same second after the centre
/// did.
milliseconds with_jitter(milliseconds pause, shared::Random& random)
{
    const auto half = std::uint64_t(pause.count() / 2);
    return milliseconds(half + shared::draw64(random) % (half + 1));
}

/// True if another connection to this database has committed since the last time; `seen` is what it was then.
bool changed_by_others(platform::Database& database, std::int64_t& seen)
{
    auto statement = database.prepare("PRAGMA data_version");
    const auto row = statement.step();
    if (row.has_error() || !*row) return false;
    return std::exchange(seen, statement.int64(0)) != statement.int64(0);
}

void pause(std::stop_token stop, milliseconds duration)
{
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    (void)woken.wait_for(lock, stop, duration, [] { return false; });
}

/// Connections that would not get better by themselves.
bool is_final(const shared::Error& error)
{
    return error.code == shared::Errc::untrusted || error.code == shared::Errc::forbidden ||
           error.code == shared::Errc::corrupt || error.code == shared::Errc::io ||
           error.code == shared::Errc::unsupported;
}

/// Of a device that was revoked everything goes on here, so this is what its person can see of it.
void take_refusal(Contact& contact, const SyncReport& report, bool welcomed)
{
    if (welcomed) contact.refusal.clear();
    if (!report.error || report.error->code != shared::Errc::forbidden) return;
    contact.refusal = shared::is_utf8(report.error->text) ? report.error->text : "the centre does not allow this";
}

/// What a connection that was welcomed leaves to be said later; `began_ms` by this device's clock, which may have been
/// set since. What is to be said of that clock goes into the report.
Contact met(Contact contact, SyncReport& report, std::int64_t began_ms)
{
    contact.last_attempt_ms = began_ms + report.clock_offset_ms;
    contact.last_contact_ms = contact.last_attempt_ms + report.duration_ms;
    contact.over_quota_until_ms = report.over_quota ? report.over_quota->until_ms : 0;
    if (is_news(contact, report.clock_offset_ms)) report.clock_warning = clock_warning(report.clock_offset_ms);
    return contact;
}

}  // namespace

SyncReport Core::sync(const SyncOptions& options, std::stop_token stop, const SyncProgress& progress)
{
    if (auto writable = require_writable(); writable.has_error()) {
        SyncReport report;
        report.error = std::move(writable).error();
        return report;
    }
    auto& parts = *parts_;
    std::int64_t version = 0;
    auto next_pause = shared::limits::kFirstPause;
    for (;;) {
        ConnectionOptions connection_options;
        connection_options.wire = {parts.home.enrolment().server, parts.home.tls(), {}, {}};
        connection_options.program = kProgram;
        connection_options.stay = options.watch;
        connection_options.written = [&] { return changed_by_others(parts.store->database(), version); };
        auto contact = parts.home.contact();
        const auto began_ms = parts.clock.now_ms();
        if (options.on_turn)
            connection_options.on_caught_up = [&](SyncReport so_far) {
                const auto before = std::exchange(contact, met(contact, so_far, began_ms));
                take_refusal(contact, so_far, true);
                // For `status`, and whoever syncs beside it, while the session stays.
                if (contact.over_quota_until_ms != before.over_quota_until_ms ||
                    contact.told_offset_ms != before.told_offset_ms || contact.refusal != before.refusal)
                    parts.home.note_contact(contact);
                options.on_turn(so_far);
            };
        (void)changed_by_others(parts.store->database(), version);
        SyncConnection connection(parts.replica, std::move(connection_options));
        auto report = connection.run(stop, progress);
        take_refusal(contact, report, connection.welcomed());
        if (connection.welcomed()) {
            note_written(parts.home, *parts.store);
            contact = met(contact, report, began_ms);
        } else {
            if (const auto clock = parts.store->clock(); clock.has_value()) report.clock_offset_ms = clock->offset_ms;
            contact.last_attempt_ms = began_ms + report.clock_offset_ms;
        }
        parts.home.note_contact(contact);
        parts.authors.clear();
        if (!options.watch || stop.stop_requested() || (report.error && is_final(*report.error))) return report;
        if (options.on_turn) options.on_turn(report);
        next_pause =
            connection.welcomed() ? shared::limits::kFirstPause : std::min(2 * next_pause, shared::limits::kMostPause);
        pause(stop, with_jitter(next_pause, parts.random));
        if (stop.stop_requested()) return report;
    }
}

}  // namespace indaba::client
