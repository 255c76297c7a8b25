// Connections that have not shown who they are, oldest first. A new one always gets in: when there are too many, of its
// own network or altogether, one of those has to make room: the oldest that should have spoken and has not, else the
// oldest. A device speaks at once, so whoever opens many and waits is in nobody's way, however often they come again.
// One thread at a time. Deliberately not: the connections themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace indaba::platform {

class AnonymousLine {
public:
    using Ticket = std::uint64_t;

    /// Both at least 1.
    AnonymousLine(std::size_t most, std::size_t most_per_network);

    /// `make_room` is called at most once, during somebody else's enter() or make_room(): cut the connection.
    [[nodiscard]] Ticket enter(const std::string& host, std::function<void()> make_room);
    /// The oldest of all has to make room, without a new one; false if nobody is here.
    bool make_room();
    /// Its first byte has come.
    void speak(Ticket ticket);
    /// False if it had to make room before.
    bool leave(Ticket ticket) { return line_.erase(ticket) > 0; }

    [[nodiscard]] std::size_t size() const { return line_.size(); }

private:
    /// Who came with the last of them may still be about to speak: what is said is read a little after who says it
    /// came.
    static constexpr Ticket kArriving = 16;

    struct Waiting {
        std::string network;
        std::function<void()> make_room;
        bool has_spoken = false;
    };
    using Line = std::map<Ticket, Waiting>;  // tickets are given in order

    template <class Among>
    void send_away_one(Among among);

    std::size_t most_;
    std::size_t most_per_network_;
    Line line_;
    Ticket last_ = 0;
};

}  // namespace indaba::platform
