#include "server/outbox.hpp"

namespace indaba::server {

namespace {

using platform::CloseReason;

CloseReason reason_for(const std::optional<shared::Error>& error)
{
    if (!error) return CloseReason::finished;
    switch (error->code) {
        case shared::Errc::forbidden:
        case shared::Errc::untrusted: return CloseReason::not_allowed;
        case shared::Errc::malformed:
        case shared::Errc::rule_broken:
        case shared::Errc::usage:
        case shared::Errc::not_found:
        case shared::Errc::unsupported: return CloseReason::broke_protocol;
        case shared::Errc::too_large: return CloseReason::too_large;
        case shared::Errc::cancelled:
        case shared::Errc::unreachable:
        case shared::Errc::timed_out:
        case shared::Errc::busy: return CloseReason::going_away;
        case shared::Errc::full:
        case shared::Errc::io:
        case shared::Errc::corrupt: return CloseReason::failed;
    }
    return CloseReason::failed;
}

}  // namespace

void Outbox::take(Delivery delivery)
{
    if (end_) return;
    for (auto& message : delivery.send) {
        bytes_ += message.size();
        messages_.push_back(std::move(message));
    }
    filled_.notify();
    if (bytes_ > shared::limits::kOutboxMost_bytes) {
        cut(CloseReason::going_away, "this device asks faster than it listens: connect again");
    } else if (delivery.close) {
        end(reason_for(delivery.error), delivery.error ? delivery.error->text : std::string());
    }
}

void Outbox::end(CloseReason reason, std::string text)
{
    if (end_) return;
    end_ = End{reason, std::move(text)};
    filled_.notify();
    emptied_.notify();
}

void Outbox::cut(CloseReason reason, std::string text)
{
    messages_.clear();
    bytes_ = 0;
    end_ = End{reason, std::move(text)};
    filled_.notify();
    emptied_.notify();
}

platform::Task<shared::Result<void>> Outbox::wait_for_room()
{
    while (bytes_ > shared::limits::kOutboxPause_bytes && !end_) INDABA_CO_TRY(co_await emptied_.wait());
    co_return shared::Result<void>();
}

platform::Task<shared::Result<std::optional<shared::Bytes>>> Outbox::next()
{
    while (messages_.empty()) {
        if (end_) co_return std::optional<shared::Bytes>();
        INDABA_CO_TRY(co_await filled_.wait());
    }
    std::optional<shared::Bytes> message(std::move(messages_.front()));
    messages_.pop_front();
    bytes_ -= message->size();
    emptied_.notify();
    co_return message;
}

}  // namespace indaba::server
