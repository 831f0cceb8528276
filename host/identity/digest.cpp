#include "identity/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <string>

#include "base/assert.hpp"

namespace mortise::identity {

namespace {

// Separates this use of the host's secret from every other one (RFC 5869, salt).
constexpr std::string_view kPluginSignerSalt = "mortise plugin signer";

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view textOf(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Digest sha256(std::string_view input) {
    Digest digest{};
    ::SHA256(bytesOf(input), input.size(), digest.data());
    return digest;
}

Digest hmacSha256(std::string_view key, std::string_view input) {
    Digest digest{};
    unsigned size = 0;
    const unsigned char* done = ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                       bytesOf(input), input.size(), digest.data(), &size);
    MORTISE_ASSERT(done != nullptr && size == digest.size(), "HMAC-SHA-256 is not available");
    return digest;
}

PluginSigner::PluginSigner(std::string_view secret_key)
    : root_(hmacSha256(kPluginSignerSalt, secret_key)) {}

PluginSigner::~PluginSigner() {
    ::OPENSSL_cleanse(root_.data(), root_.size());
}

Digest PluginSigner::sign(std::string_view plugin, std::string_view input) const {
    // One block of HKDF-Expand: info is the plugin's name, the counter 1.
    std::string info(plugin);
    info += '\x01';
    const Digest key = hmacSha256(textOf(root_), info);
    return hmacSha256(textOf(key), input);
}

}  // namespace mortise::identity
