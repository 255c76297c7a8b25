// How much of one person's a centre stores in a day: a port, asked and added to inside the storing transaction, so that
// the count and what it counts appear together or not at all. server/ implements it over the same database. One thread
// at a time. Deliberately not: what becomes of the rest (centre.hpp, server_session.hpp).
#pragma once

#include "shared/ids.hpp"
#include "shared/limits.hpp"
#include "shared/result.hpp"

#include <cstdint>
#include <optional>

namespace indaba::sync {

/// A day of UTC by the centre's clock, counted from 1970.
struct Day {
    std::int64_t number = 0;

    [[nodiscard]] static Day of(std::int64_t now_ms)
    {
        const auto rest = now_ms % shared::limits::kDay_ms;
        return {(now_ms - rest) / shared::limits::kDay_ms - (rest < 0 ? 1 : 0)};
    }
    [[nodiscard]] std::int64_t end_ms() const { return (number + 1) * shared::limits::kDay_ms; }

    friend auto operator<=>(const Day&, const Day&) = default;
};

/// Changes are transactions, however many records they hold and however they were ruled; bytes are their payloads'.
struct Amount {
    std::uint64_t changes = 0;
    std::uint64_t bytes = 0;

    void add(std::uint64_t payload_bytes)
    {
        ++changes;
        bytes += payload_bytes;
    }
    friend bool operator==(const Amount&, const Amount&) = default;
};

struct Allowance {
    Amount used;
    Amount most;

    /// A change is taken whole while this is false, even if it goes beyond: so the largest one fits into a new day.
    [[nodiscard]] bool is_used_up() const { return used.changes >= most.changes || used.bytes >= most.bytes; }
};

/// Who answers for an entry: the author's person or, where that device is not enrolled or was revoked, the person whose
/// device brought it, if any did.
struct Writer {
    shared::DeviceId author;
    std::optional<shared::DeviceId> sender;
};

class Quotas {
public:
    virtual ~Quotas() = default;
    /// Nothing if nobody who is known answers for it: that is not counted.
    [[nodiscard]] virtual shared::Result<std::optional<Allowance>> allowance(const Writer& writer, Day day) = 0;
    [[nodiscard]] virtual shared::Result<void> add(const Writer& writer, Day day, const Amount& amount) = 0;
};

}  // namespace indaba::sync
