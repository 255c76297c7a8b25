#include "server/office.hpp"

#include "server/erasure_file.hpp"
#include "server/revocation_file.hpp"
#include "server/settings.hpp"
#include "shared/catalogue.hpp"

namespace indaba::server {

Result<std::unique_ptr<Office>> Office::open(const DataDirectory& directory, shared::Clock& clock, platform::Log& log,
                                             Later later)
{
    INDABA_ASSIGN(auto store, directory.open_store());
    INDABA_TRY(Registry(*store).require_openable());
    INDABA_ASSIGN(auto names, hosts(store->database()));
    INDABA_ASSIGN(auto feed_key, directory.feed_key());
    INDABA_ASSIGN(auto authority, directory.authority());
    CentreFacts facts{authority.certificate_pem(), feed_key.public_key(), std::move(names)};
    Parts parts{std::move(store), std::move(facts), std::move(feed_key), std::move(authority)};
    std::unique_ptr<Office> office(new Office(std::move(parts), clock, log, std::move(later)));
    INDABA_TRY(settle_erasures(directory, office->centre_));
    INDABA_TRY(settle_revocations(directory, office->store_->database(), office->registry_));
    return office;
}

Office::Office(Parts parts, shared::Clock& clock, platform::Log& log, Later later)
    : clock_(clock), log_(log), facts_(std::move(parts.facts)), store_(std::move(parts.store)),
      feed_key_(std::move(parts.feed_key)), registry_(*store_), quotas_(store_->database()),
      centre_({*store_, registry_, clock, digest_, feed_key_, shared::Catalogue::builtin(), &quotas_}),
      sessions_({centre_, registry_, store_->database(), clock, log, std::move(later)}),
      enrolment_({registry_, store_->database(), clock, digest_, std::move(parts.authority)})
{
}

Result<void> Office::note_port(std::uint16_t port)
{
    INDABA_ASSIGN(auto transaction, Transaction::write(store_->database()));
    INDABA_TRY(save_port(transaction, port));
    return transaction.commit();
}

Result<void> Office::forget_deletions()
{
    const auto before_ms = clock_.now_ms() - shared::limits::kDeletionsTold_ms;
    INDABA_ASSIGN(const auto spaces, store_->spaces());
    for (const auto& space : spaces) {
        INDABA_ASSIGN(const auto passed, registry_.passed_by_all(space.name));
        INDABA_TRY(centre_.forget_deletions(space.name, before_ms, passed));
    }
    return {};
}

void Office::refresh()
{
    const auto today = sync::Day::of(clock_.now_ms());
    if (forgot_ != today) {
        const auto forgotten = forget_deletions();
        if (forgotten.has_error()) log_.warning("deletions_not_forgotten", {{"reason", forgotten.error().text}});
        forgot_ = today;
    }
    (void)store_->clean_up();  // done again soon, and a disk that failed is told by whatever is done next
    sessions_.refresh();
}

Result<Health> Office::health()
{
    INDABA_ASSIGN(const auto spaces, store_->spaces());
    if (const auto& broken = store_->database().broken()) return *broken;
    INDABA_TRY(sessions_.require_storing());
    return Health{spaces.size(), sessions_.size()};
}

Result<void> Office::tidy_up() { return store_->database().checkpoint(platform::Database::Checkpoint::truncate); }

}  // namespace indaba::server
