// A hostile device: change sets that its program would never have written. It signs well, unless it means not to.
#pragma once

#include "tests/model/cheap_crypto.hpp"
#include "tests/simulation/truth.hpp"

#include <string>

namespace indaba::tests::simulation {

class Stranger {
public:
    Stranger(model::Chance chance, shared::Digest& digest);

    [[nodiscard]] const shared::DeviceId& id() const { return id_; }
    [[nodiscard]] shared::Signer& signer() { return signer_; }
    /// The next change set, on what it could know of others' records.
    /// `newer`: its program is of the next version.
    [[nodiscard]] shared::Bytes change_set(Truth& truth, std::int64_t now_ms, bool newer);

private:
    struct Journal {
        shared::JournalHead head;
        std::vector<sync::Hash> hashes;  ///< of all entries, from the hash before the first
    };

    [[nodiscard]] shared::Bytes payload(const Truth& truth, const std::string& space);
    [[nodiscard]] shared::Transaction transaction(const Truth& truth, const std::string& space);
    [[nodiscard]] std::vector<Name> bases(const Truth& truth);

    model::Chance chance_;
    shared::Digest& digest_;
    model::CheapSigner signer_;
    shared::DeviceId id_;
    std::map<std::string, Journal> journals_;
    bool newer_ = false;
};

}  // namespace indaba::tests::simulation
