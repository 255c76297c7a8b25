// What a hostile program would make of something valid: the same thing with one part changed, encoded, hashed and
// signed again, so that it gets behind the checks that stop mere noise. Same seed, same bytes.
#pragma once

#include "shared/journal.hpp"
#include "shared/transaction.hpp"
#include "sync/messages.hpp"
#include "tests/model/cheap_crypto.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

namespace indaba::tests::fuzz {

/// Believes every signature, so that what lies behind that check is reached too.
class TrustingDigest final : public shared::Digest {
public:
    [[nodiscard]] shared::Hash sha256(shared::ByteView bytes) override { return real_.sha256(bytes); }
    [[nodiscard]] bool verify(const shared::PublicKey&, shared::ByteView, const shared::Signature&) override
    {
        return true;
    }

private:
    platform::OpensslDigest real_;
};

/// Any of them from bytes that are none.
[[nodiscard]] shared::Bytes changed_transaction(model::Chance& chance, shared::ByteView payload);
/// `signer` signs it if it is the author; otherwise a signer of no device does.
[[nodiscard]] shared::Bytes changed_change_set(model::Chance& chance, shared::ByteView bytes, shared::Signer& signer);
[[nodiscard]] shared::Bytes changed_message(model::Chance& chance, shared::ByteView bytes, shared::Signer& signer);

/// One of the last two with a signer of its own, who is no device.
template <auto Change>
[[nodiscard]] shared::Bytes signed_anew(model::Chance& chance, shared::ByteView bytes)
{
    static model::CheapSigner signer(chance);
    return Change(chance, bytes, signer);
}

/// One step of libFuzzer's: as often a changed shape as changed bytes.
std::size_t mutate(std::uint8_t* bytes, std::size_t size, std::size_t most, unsigned seed,
                   const std::function<shared::Bytes(model::Chance&, shared::ByteView)>& change);

}  // namespace indaba::tests::fuzz

/// Beside FUZZ(input): how its inputs are changed, a function of (model::Chance&, shared::ByteView).
#define CHANGED_BY(change)                                                                                     \
    extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t most,    \
                                                   unsigned seed)                                              \
    {                                                                                                          \
        return ::indaba::tests::fuzz::mutate(bytes, size, most, seed, change);                                 \
    }
