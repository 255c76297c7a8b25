#include "sync/feed.hpp"

#include "shared/archive.hpp"
#include "sync/feed_archive.hpp"

namespace indaba::sync {

Hash chain_hash(const Hash& before, const Ruling& ruling, shared::Digest& digest)
{
    shared::BinaryOutput out;
    out(std::string_view("indaba feed 1"), before, ruling);
    return digest.sha256(out.take());
}

shared::Bytes head_message(const SignedHead& head)
{
    shared::BinaryOutput out;
    out(std::string_view("indaba head 1"), head.space, head.number, head.hash, head.time_ms, head.backed_up);
    return out.take();
}

}  // namespace indaba::sync
