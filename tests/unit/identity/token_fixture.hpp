// What the tests about tokens share: a key made once, and hand-made tokens that only a forger would
// write.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <string>

#include "base/encoding.hpp"
#include "base/json_text.hpp"
#include "identity/keys.hpp"
#include "identity/revocations.hpp"
#include "identity/tokens.hpp"
#include "tests/support/manual_clock.hpp"

namespace mortise::identity::testing {

/// A private RSA key in PEM.
inline std::string makePem(unsigned bits = 2048) {
    EVP_PKEY* key = EVP_RSA_gen(bits);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(key);
    return pem;
}

/// The public half of a private key in PEM.
inline std::string publicPemOf(const std::string& pem) {
    BIO* in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(in);
    BIO_free(out);
    EVP_PKEY_free(key);
    return text;
}

/// Making keys takes a while, so the tests of one process share two.
inline const std::string& firstPem() {
    static const std::string pem = makePem();
    return pem;
}
inline const std::string& secondPem() {
    static const std::string pem = makePem();
    return pem;
}

inline std::string keyJson(const std::string& id, const std::string& pem) {
    return "{\"kid\":" + jsonString(id) + ",\"key\":" + jsonString(pem) + "}";
}

inline std::shared_ptr<const KeyRing> ringOf(const std::string& json_list) {
    return KeyRing::load({.keys_json = json_list});
}

struct TokenFixture {
    /// Signs any header and claims with the first key.
    std::string forged(const std::string& head, const std::string& body) const {
        const std::string text = base64UrlText(head) + "." + base64UrlText(body);
        return text + "." + base64UrlText(ring->sign(text));
    }
    /// Claims nothing is wrong with, after `change` replaced one part.
    std::string claims(const std::string& part = "", const std::string& change = "") const {
        const std::int64_t now = clock.unixSeconds();
        std::string text = R"({"sub":"7","roles":["admin"],"exp":)" + std::to_string(now + 900) +
                           R"(,"iat":)" + std::to_string(now) +
                           R"(,"iss":"mortise","aud":"mortise","jti":"t1","sid":"s1"})";
        if (!part.empty()) {
            text.replace(text.find(part), part.size(), change);
        }
        return text;
    }
    TokenState stateOf(const std::string& token) { return verifier.verify(token).state; }

    mortise::testing::ManualClock clock;
    std::shared_ptr<const KeyRing> ring = ringOf("[" + keyJson("k1", firstPem()) + "]");
    Revocations revocations{100, clock};
    TokenSettings settings;
    TokenIssuer issuer{ring, revocations, settings};
    JwtVerifier verifier{ring, revocations, settings, clock};
    const std::string header = R"({"alg":"RS256","typ":"JWT","kid":"k1"})";
};

}  // namespace mortise::identity::testing
