// KeyRing: the RSA keys that sign and verify access tokens (RS256, RFC 7518).
//
// The first key signs, all of them verify; so a key is rotated by putting a new one in front and
// dropping the old one when its last token has expired. The ring never changes: a reload builds a
// new one and hands it to issuer and verifier.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identity/settings.hpp"

namespace mortise::identity {

class KeyRing {
public:
    /// From the JSON list, or from <directory>/token-key.pem, which is made (2048 bits, mode 0600)
    /// when it is missing and may be. Throws mortise::Error with the reason; key material never
    /// appears in it.
    static std::shared_ptr<const KeyRing> load(const KeySettings& settings);

    ~KeyRing();
    KeyRing(const KeyRing&) = delete;
    KeyRing& operator=(const KeyRing&) = delete;

    /// `kid` of the key that signs.
    const std::string& signingKeyId() const noexcept;
    /// RSASSA-PKCS1-v1_5 with SHA-256 over `input` with the first key.
    std::string sign(std::string_view input) const;
    /// False for an unknown key id and for a wrong signature.
    bool isSignedBy(std::string_view key_id, std::string_view input,
                    std::string_view signature) const noexcept;

    /// The public keys as a JWK Set (RFC 7517), for /.well-known/jwks.json.
    const std::string& jwks() const noexcept;

private:
    struct State;
    explicit KeyRing(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace mortise::identity
