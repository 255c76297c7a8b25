// `keys.wrapped` of a home that somebody else had in their hands: as it is, with a hash that holds, and with what only
// the passphrase opens.
#include "client/home_keys.hpp"
#include "platform/crypto.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace indaba;

namespace {

/// Magic, version, kind, memory, passes, salt: what is before the sealed part.
constexpr std::size_t kHead_bytes = 38;

const client::Wrapping& wrapping()
{
    static const client::Wrapping kWrapping{{1, 2, 3}, {8, 1}, {4, 5, 6}};
    return kWrapping;
}

shared::Bytes head()
{
    client::HomeKeys keys;
    keys.data.resize(1);
    keys.device_pem = "key";
    auto bytes = client::WrappedKeys::write(keys, wrapping());
    bytes.resize(kHead_bytes);
    return bytes;
}

void open(shared::ByteView bytes)
{
    const auto parsed = client::WrappedKeys::parse(bytes);
    if (parsed.has_error()) return;
    const auto keys = parsed->open(parsed->wrapping(wrapping().key));
    INDABA_CHECK(keys.has_error() || (!keys->data.empty() && !keys->device_pem.empty()));
}

void open_hashed(shared::Bytes bytes)
{
    const auto hash = platform::OpensslDigest().sha256(bytes);
    bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
    open(bytes);
}

}  // namespace

FUZZ(input)
{
    open(input);
    open_hashed({input.begin(), input.end()});
    static const auto kHead = head();
    auto sealed = kHead;
    const auto secret = platform::seal(wrapping().key, input, kHead);
    sealed.insert(sealed.end(), secret.begin(), secret.end());
    open_hashed(std::move(sealed));
}
