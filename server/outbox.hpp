// Messages on their way to one device: filled by its session, emptied by its writer. On the network's executor.
#pragma once

#include "platform/async.hpp"
#include "platform/websocket.hpp"
#include "server/sessions.hpp"
#include "shared/limits.hpp"

#include <deque>
#include <optional>

namespace indaba::server {

class Outbox {
public:
    explicit Outbox(const platform::Executor& executor) : filled_(executor), emptied_(executor) {}

    /// After the first end nothing more is taken.
    void take(Delivery delivery);
    /// What is queued is still sent, then the stream is closed.
    void end(platform::CloseReason reason, std::string text);
    /// What is queued is not sent any more; replaces an end that was still to come.
    void cut(platform::CloseReason reason, std::string text);

    [[nodiscard]] bool has_ended() const { return end_.has_value(); }
    /// Waits until little enough is queued to let the device ask for more.
    [[nodiscard]] platform::Task<shared::Result<void>> wait_for_room();
    /// The next message; absent at the end.
    [[nodiscard]] platform::Task<shared::Result<std::optional<shared::Bytes>>> next();

    struct End {
        platform::CloseReason reason = platform::CloseReason::finished;
        std::string text;
    };
    [[nodiscard]] const End& ending() const { return *end_; }

private:
    platform::Notifier filled_;
    platform::Notifier emptied_;
    std::deque<shared::Bytes> messages_;
    std::size_t bytes_ = 0;
    std::optional<End> end_;
};

}  // namespace indaba::server
