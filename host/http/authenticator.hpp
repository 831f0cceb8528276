// Authenticator: turns a bearer token into a principal; what the pipeline needs to know of identity.
//
// Abstract, so that the edge neither knows key rings nor revocation, and tests need no keys. Implemented by app over
// identity::TokenVerifier.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace mortise::identity {
struct Principal;
}

namespace mortise::http {

struct AuthResult {
    enum class Status : std::uint8_t {
        Ok,
        Missing,  ///< No bearer token came; never returned by an Authenticator.
        Invalid,  ///< 401 INVALID_TOKEN: malformed, wrong signature, issuer or audience, revoked.
        Expired,  ///< 401 TOKEN_EXPIRED: good but for its time.
        Unavailable,  ///< 503: nobody can tell yet, because the host has no keys while it starts.
    };
    Status status = Status::Missing;
    std::shared_ptr<const identity::Principal> principal;  ///< Set with Ok.
};

class Authenticator {
public:
    virtual ~Authenticator() = default;
    /// Reactor thread, many at once: decides locally and never blocks. `token` is what stood behind "Bearer ".
    virtual AuthResult authenticate(std::string_view token) noexcept = 0;
};

}  // namespace mortise::http
