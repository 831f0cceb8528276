// Access tokens: compact JWS with RS256 (RFC 7515, 7519), issued and verified here and nowhere
// else.
//
// Only these claims are issued: sub, roles, exp, iat, iss, aud, jti, sid. The algorithm is fixed in
// code: `alg` is compared, never chosen by, so neither `none` nor an HMAC over the public key can
// pass. What a general library lets through is refused here: `crit`, a missing or unknown `kid`,
// claims given twice, claims of the wrong type, spare base64 bits.
//
// Verified tokens are remembered by their SHA-256 until they expire; revocation is asked every
// time, so it holds at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "identity/settings.hpp"
#include "identity/verifier.hpp"

namespace mortise::identity {

class KeyRing;
class Revocations;

struct TokenRequest {
    std::string_view subject{};
    std::string_view session_id{};  ///< May be empty.
    std::span<const std::string_view> roles{};
    std::chrono::seconds lifetime{0};  ///< 0 = the configured one; else 1 s to 1 day.
};

struct IssuedToken {
    std::string token;
    std::string token_id;
    std::int64_t expires_at_s = 0;
};

class TokenIssuer {
public:
    /// `revocations` outlives the issuer and brings its clock.
    TokenIssuer(std::shared_ptr<const KeyRing> keys, const Revocations& revocations,
                TokenSettings settings);
    ~TokenIssuer();

    /// Any thread. Throws mortise::Error with code INVALID_ARGUMENT when the request breaks a rule.
    IssuedToken issue(const TokenRequest& request) const;

    /// Signs with these keys from now on.
    void replaceKeys(std::shared_ptr<const KeyRing> keys);

private:
    struct State;
    std::unique_ptr<State> state_;
};

class JwtVerifier final : public TokenVerifier {
public:
    JwtVerifier(std::shared_ptr<const KeyRing> keys, const Revocations& revocations,
                TokenSettings settings, const Clock& clock = systemClock());
    ~JwtVerifier() override;

    VerifyResult verify(std::string_view token) noexcept override;

    /// Verifies with these keys from now on; remembered tokens are forgotten.
    void replaceKeys(std::shared_ptr<const KeyRing> keys);

    std::size_t cachedCount() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::identity
