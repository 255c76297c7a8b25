// What a home's files go through when its keys change, step by step, and how it is brought to an end wherever it was
// cut off. Whoever calls holds the home's lock alone, unless it says otherwise. Deliberately not: passphrases, locks,
// and who may ask for a change (protection.hpp).
#pragma once

#include "client/home_keys.hpp"

#include <optional>
#include <string>

namespace indaba::client {

struct Loaded {
    HomeKeys keys;
    std::optional<Wrapping> wrapping;  ///< nothing: kept by permission
};

/// True if a change, or a salvage, was cut off and left something. The lock may be shared.
[[nodiscard]] bool has_rests(const std::string& directory, const Loaded& loaded);

/// Finishes it from wherever it stands.
[[nodiscard]] Result<void> settle(const std::string& directory, Loaded& loaded);

/// The keys go under another wrapping, and the database under another key. Until `keys.wrapped` is written everything
/// is as it was; from then on settle() brings it to its end, also after a kill.
[[nodiscard]] Result<void> wrap_anew(const std::string& directory, Loaded& loaded, Wrapping wrapping);

/// Which of the keys the database is in; corrupt if none. The lock may be shared if `read_only`.
[[nodiscard]] Result<platform::Key32> right_key(const std::string& directory, const HomeKeys& keys, bool read_only);

}  // namespace indaba::client
