// TokenVerifier: what the request pipeline asks about a bearer token.
//
// There are three outcomes and no reasons: a client learns INVALID_TOKEN or TOKEN_EXPIRED and
// nothing that would help to forge one.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "identity/principal.hpp"

namespace mortise::identity {

enum class TokenState : std::uint8_t {
    Ok,
    Invalid,  ///< Malformed, forged, revoked, for somebody else.
    Expired,  ///< Everything is right except that its time is over.
};

struct VerifyResult {
    TokenState state = TokenState::Invalid;
    std::shared_ptr<const Principal> principal;  ///< Set when Ok.
};

class TokenVerifier {
public:
    virtual ~TokenVerifier() = default;
    /// Any thread; does not block. `token` without "Bearer ".
    virtual VerifyResult verify(std::string_view token) noexcept = 0;
};

}  // namespace mortise::identity
