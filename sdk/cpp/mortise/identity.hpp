// identity: the host's cryptography. Keys and algorithms stay with the host; a plugin never links a crypto library.
//
// Hashing and checking passwords wait for the host's CPU pool and are for blocking handlers only. Issuing and revoking
// tokens need a grant in plugin.json ("grants": {"identity": ["issue", "revoke"]}).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/clock.hpp"
#include "mortise/host.hpp"
#include "mortise/identity.h"
#include "mortise/types.hpp"

namespace mortise {

enum class PasswordCheck {
    Mismatch,
    Match,
    /// Right, and the stored hash should be replaced by a new one.
    MatchRehash,
};

/// What goes into an access token.
struct TokenClaims {
    std::string subject;
    std::vector<std::string> roles;
    /// The session (refresh family) the token belongs to, or empty.
    std::string session_id;
    std::chrono::seconds lifetime{900};
};

struct IssuedToken {
    std::string token;
    Timestamp expires_at;
};

using Digest = std::array<std::uint8_t, 32>;

class Identity {
public:
    explicit Identity(const Host& host) : unit_{&host, nullptr, false, false} {}
    explicit Identity(const Unit& unit) : unit_(unit) {}

    /// argon2id in PHC string format, at most 255 bytes. Waits.
    std::string hashPassword(std::string_view password) const {
        detail::refuseOnReactor(unit_, "hashPassword()");
        std::array<char, 256> room{};
        mortise_buffer hash{room.data(), room.size(), 0};
        detail::Failure failure;
        detail::check(table().hash_password(context(), detail::str(password), &hash, failure.out()),
                      failure);
        return std::string(room.data(), static_cast<std::size_t>(hash.size));
    }

    /// An empty `hash` never matches and takes as long as a real one: use it for unknown accounts. Waits.
    PasswordCheck verifyPassword(std::string_view password, std::string_view hash) const {
        detail::refuseOnReactor(unit_, "verifyPassword()");
        std::uint32_t result = MORTISE_PASSWORD_MISMATCH;
        detail::Failure failure;
        detail::check(table().verify_password(context(), detail::str(password), detail::str(hash),
                                              &result, failure.out()),
                      failure);
        switch (result) {
            case MORTISE_PASSWORD_MATCH:
                return PasswordCheck::Match;
            case MORTISE_PASSWORD_MATCH_REHASH:
                return PasswordCheck::MatchRehash;
            default:
                return PasswordCheck::Mismatch;
        }
    }

    IssuedToken issueToken(const TokenClaims& claims) const {
        std::vector<mortise_str> roles;
        roles.reserve(claims.roles.size());
        for (const std::string& role : claims.roles) {
            roles.push_back(detail::str(role));
        }
        mortise_token_request request{};
        request.struct_size = sizeof request;
        request.role_count = static_cast<std::uint32_t>(roles.size());
        request.subject = detail::str(claims.subject);
        request.session_id = detail::str(claims.session_id);
        request.roles = roles.data();
        request.lifetime_s = static_cast<std::uint32_t>(claims.lifetime.count());
        std::string room(4096, '\0');
        mortise_buffer token{room.data(), room.size(), 0};
        std::int64_t expires_at_s = 0;
        detail::Failure failure;
        detail::check(
            table().issue_token(context(), &request, &token, &expires_at_s, failure.out()),
            failure);
        room.resize(static_cast<std::size_t>(token.size));
        return {std::move(room), Timestamp::fromSeconds(expires_at_s)};
    }

    /// Refuses one access token, by its `jti`, until it would have expired anyway.
    void revokeToken(std::string_view token_id, Timestamp expires_at) const {
        revoke(table().revoke_token, token_id, expires_at);
    }
    /// Refuses every access token of a session; `until` is when the last of them has expired.
    void revokeSession(std::string_view session_id, Timestamp until) const {
        revoke(table().revoke_session, session_id, until);
    }
    /// Refuses every access token of a user issued up to now.
    void revokeSubject(std::string_view subject, Timestamp until) const {
        revoke(table().revoke_subject, subject, until);
    }

    /// Bytes of the system's cryptographic generator, at most 1024.
    std::vector<std::uint8_t> randomBytes(std::size_t size) const {
        std::vector<std::uint8_t> bytes(size);
        detail::Failure failure;
        detail::check(table().random_bytes(bytes.data(), bytes.size(), failure.out()), failure);
        return bytes;
    }

    /// `size` random bytes in base64url without padding (RFC 4648 section 5): refresh tokens, links.
    std::string randomToken(std::size_t size = 32) const {
        return encodeBase64Url(randomBytes(size));
    }

    /// A new UUID of version 7 (RFC 9562): grows with time, so it makes a good primary key. The time is the host's where the
    /// plugin asks for mortise.clock/1, so a test that sets the clock sets these too.
    Uuid newUuid() const {
        const std::vector<std::uint8_t> random = randomBytes(Uuid::kRandomSize);
        const bool has_clock = unit_.host->tables().clock != nullptr;
        return Uuid::version7(has_clock ? Clock(unit_).now() : Timestamp::now(),
                              std::span<const std::uint8_t, Uuid::kRandomSize>(random));
    }

    Digest sha256(std::string_view input) const {
        Digest digest{};
        detail::Failure failure;
        detail::check(table().sha256(bytes(input), digest.data(), failure.out()), failure);
        return digest;
    }

    /// HMAC-SHA-256 under a key that only this plugin of this installation has.
    Digest sign(std::string_view input) const {
        Digest digest{};
        detail::Failure failure;
        detail::check(table().sign(unit_.host->raw(), bytes(input), digest.data(), failure.out()),
                      failure);
        return digest;
    }

private:
    using Revoke = mortise_status (*)(mortise_context*, mortise_str, std::int64_t, mortise_error*);

    const mortise_identity& table() const {
        return detail::need(unit_.host->tables().identity, MORTISE_IDENTITY_INTERFACE);
    }
    mortise_context* context() const {
        if (unit_.context == nullptr) {
            throw std::logic_error("this needs a unit of work: take Identity& as a parameter");
        }
        return unit_.context;
    }
    void revoke(Revoke function, std::string_view id, Timestamp until) const {
        detail::Failure failure;
        detail::check(function(context(), detail::str(id), until.seconds(), failure.out()),
                      failure);
    }
    static mortise_bytes bytes(std::string_view text) noexcept {
        return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
    }

    Unit unit_;
};

inline Identity Host::identity() const {
    return Identity(*this);
}

}  // namespace mortise
