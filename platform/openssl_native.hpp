// Owners of OpenSSL's objects, for sources of platform/ only.
#pragma once

#include "shared/bytes.hpp"
#include "shared/check.hpp"
#include "shared/ports.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace indaba::platform {

template <auto Free>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

template <class T, auto Free>
using OpensslOwner = std::unique_ptr<T, OpensslFree<Free>>;

using BioOwner = OpensslOwner<BIO, BIO_free_all>;
using BigNumberOwner = OpensslOwner<BIGNUM, BN_free>;
using DigestContextOwner = OpensslOwner<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignatureOwner = OpensslOwner<ECDSA_SIG, ECDSA_SIG_free>;
using ExtensionOwner = OpensslOwner<X509_EXTENSION, X509_EXTENSION_free>;
using NameOwner = OpensslOwner<X509_NAME, X509_NAME_free>;
using KeyOwner = OpensslOwner<EVP_PKEY, EVP_PKEY_free>;
using KeyContextOwner = OpensslOwner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using RequestOwner = OpensslOwner<X509_REQ, X509_REQ_free>;
using X509Owner = OpensslOwner<X509, X509_free>;

/// Reads from `text`, which must outlive it.
[[nodiscard]] BioOwner bio_over(std::string_view text);
[[nodiscard]] std::string bio_text(BIO* bio);

/// For PEM readers: an encrypted file is refused instead of asking at the terminal.
int refuse_password(char*, int, int, void*);

/// Absent if the point is not on P-256.
[[nodiscard]] KeyOwner key_of_point(const shared::PublicKey& point);
/// Absent if it is not a P-256 key.
[[nodiscard]] std::optional<shared::PublicKey> point_of_key(EVP_PKEY* key);

}  // namespace indaba::platform
