// A bounded queue with one reading task: what a session's writer takes its messages from. On one serial executor.
#pragma once

#include "platform/async.hpp"
#include "shared/check.hpp"

#include <deque>

namespace indaba::platform {

template <class T>
class BoundedQueue {
public:
    BoundedQueue(const Executor& executor, std::size_t capacity)
        : state_(std::make_shared<State>(Notifier(executor), Notifier(executor), capacity))
    {
        INDABA_CHECK(capacity > 0);
    }
    /// Ends the reader.
    ~BoundedQueue() { close(); }
    BoundedQueue(const BoundedQueue&) = delete;
    BoundedQueue& operator=(const BoundedQueue&) = delete;

    /// full if there is no room, cancelled after close().
    [[nodiscard]] Result<void> try_push(T item) { return put(*state_, item); }

    /// Waits for room; cancelled after close(). One pushing task at a time.
    [[nodiscard]] Task<Result<void>> push(T item) { return push_when_room(state_, std::move(item)); }

    /// Waits for an item; cancelled after close(), when what was in the queue has been read.
    [[nodiscard]] Task<Result<T>> pop() { return pop_when_filled(state_); }

    void close()
    {
        state_->closed = true;
        state_->filled.notify();
        state_->room.notify();
    }

    [[nodiscard]] std::size_t size() const { return state_->items.size(); }

private:
    struct State {
        State(Notifier filled_signal, Notifier room_signal, std::size_t capacity_items)
            : filled(std::move(filled_signal)), room(std::move(room_signal)), capacity(capacity_items)
        {
        }
        Notifier filled;
        Notifier room;
        std::size_t capacity;
        std::deque<T> items;
        bool closed = false;
    };

    static Result<void> put(State& state, T& item)
    {
        if (state.closed) return shared::fail(shared::Errc::cancelled, "the queue is closed");
        if (state.items.size() >= state.capacity) return shared::fail(shared::Errc::full, "the queue is full");
        state.items.push_back(std::move(item));
        state.filled.notify();
        return {};
    }

    static Task<Result<void>> push_when_room(std::shared_ptr<State> state, T item)
    {
        for (;;) {
            auto done = put(*state, item);
            if (done.has_value() || done.error().code != shared::Errc::full) co_return done;
            INDABA_CO_TRY(co_await state->room.wait());
        }
    }

    static Task<Result<T>> pop_when_filled(std::shared_ptr<State> state)
    {
        while (state->items.empty()) {
            if (state->closed) co_return shared::fail(shared::Errc::cancelled, "the queue is closed");
            INDABA_CO_TRY(co_await state->filled.wait());
        }
        T item = std::move(state->items.front());
        state->items.pop_front();
        state->room.notify();
        co_return item;
    }

    std::shared_ptr<State> state_;
};

}  // namespace indaba::platform
