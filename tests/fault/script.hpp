// A session told step by step, each step one storage transaction, so that it can be played again with a fault in any of
// them: what a device does and hears from its first grant to a conflict settled, a refusal, a feed that starts over and
// a space lost and regained; and the same at the centre.
#pragma once

#include "tests/fault/disk.hpp"
#include "tests/fault/party.hpp"

#include <functional>
#include <stdexcept>

namespace indaba::tests::fault {

struct Step {
    std::string name;
    std::function<Result<void>(Party&)> act;
};

struct Script {
    std::string file;
    std::function<Result<std::unique_ptr<Party>>(const platform::DatabaseOptions&)> open;
    std::vector<Step> steps;
};

struct Session {
    Script device;
    Script centre;
};
/// Rehearsed once, between a device, another one and a centre, on disks that work.
[[nodiscard]] const Session& session();

/// A script played without a fault. Moment 0 is after the opening, moment k after step k.
struct Recording {
    std::vector<shared::Hash> states;
    std::vector<std::size_t> ends;  ///< of the disk's history at that moment
    std::vector<Files> images;
    std::vector<DiskStep> history;  ///< the closing included
    Files closed;
};
[[nodiscard]] const Recording& recording(const Script& script);

/// The value of what cannot fail on a disk that works.
template <class T>
[[nodiscard]] T must(Result<T> result)
{
    if (result.has_error()) throw std::runtime_error(result.error().text);
    return std::move(*result);
}
inline void must(Result<void> result)
{
    if (result.has_error()) throw std::runtime_error(result.error().text);
}

/// Where the next fault of a step strikes: at each of its first calls, and of a long step's many alike at every
/// seventh.
[[nodiscard]] constexpr std::size_t next_call(std::size_t calls) { return calls + (calls < 30 ? 1 : 7); }

/// Step `number`, counted from 1 as the moments are.
[[nodiscard]] Result<void> play(const Script& script, std::size_t number, Party& party);

}  // namespace indaba::tests::fault
