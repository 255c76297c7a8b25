// Change sets that nobody wrote, made of those that somebody did: what a malicious device can do with what it got hold
// of. One thread.
#pragma once

#include "shared/journal.hpp"
#include "tests/model/chance.hpp"

#include <optional>

namespace indaba::tests::simulation {

class Forger {
public:
    /// Signs with a key of its own, where it signs.
    Forger(model::Chance& chance, shared::Digest& digest, shared::Signer& signer)
        : chance_(chance), digest_(digest), signer_(signer)
    {
    }

    // Each of a change set that holds; nothing if there is too little in it for that.

    /// Ends early, in its bytes or by whole entries.
    [[nodiscard]] std::optional<shared::Bytes> truncated(const shared::Bytes& set);
    /// Two entries in each other's place.
    [[nodiscard]] std::optional<shared::Bytes> reordered(const shared::Bytes& set);
    /// Entries of another one between its own, behind them or instead of them.
    [[nodiscard]] std::optional<shared::Bytes> spliced(const shared::Bytes& set, const shared::Bytes& other);
    /// Something else in it, in its author's name, or somebody else's name on it, or another space.
    [[nodiscard]] std::optional<shared::Bytes> forged(const shared::Bytes& set);

private:
    [[nodiscard]] shared::ChangeSet opened(const shared::Bytes& set);

    model::Chance& chance_;
    shared::Digest& digest_;
    shared::Signer& signer_;
};

}  // namespace indaba::tests::simulation
