// OpenSSL's objects as owners, and its error queue as text. For the .cpp files of identity only.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <string>

namespace mortise::identity {

template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using KeyPointer = std::unique_ptr<EVP_PKEY, FreeWith<&EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<&EVP_MD_CTX_free>>;
using BioPointer = std::unique_ptr<BIO, FreeWith<&BIO_free_all>>;
using NumberPointer = std::unique_ptr<BIGNUM, FreeWith<&BN_free>>;

/// The reason of the last failure on this thread; empties the queue.
inline std::string opensslReason() {
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "no reason given" : reason;
}

}  // namespace mortise::identity
