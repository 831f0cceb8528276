// The host's identity and the users plugin's operations. See authority.hpp.
#include "authority.hpp"

#include <utility>

#include <mortise/encoding.hpp>

#include "schemas.hpp"

namespace auth {

namespace {

/// Revocations count by the second; one more makes sure that none ends before the last token it is about.
constexpr std::chrono::seconds kRounding{1};

User toUser(AuthUser user) {
    return {user.id,        std::move(user.email), std::move(user.full_name),
            user.is_active, std::move(user.roles), user.created_at,
            user.updated_at};
}

mortise::Timestamp until(std::chrono::seconds lifetime) {
    return mortise::Timestamp::now() + lifetime + kRounding;
}

}  // namespace

std::string HostAuthority::issueAccessToken(const User& user, const mortise::Uuid& session_id,
                                            std::chrono::seconds lifetime) {
    mortise::TokenClaims claims;
    claims.subject = std::to_string(user.id);
    claims.roles = user.roles;
    claims.session_id = session_id.toString();
    claims.lifetime = lifetime;
    return identity_.issueToken(claims).token;
}

std::string HostAuthority::makeRefreshToken() {
    return identity_.randomToken(32);
}

std::string HostAuthority::digest(std::string_view token) {
    return mortise::encodeHex(identity_.sha256(token));
}

void HostAuthority::revokeSession(const mortise::Uuid& session_id, std::chrono::seconds lifetime) {
    identity_.revokeSession(session_id.toString(), until(lifetime));
}

void HostAuthority::revokeUser(std::int64_t user_id, std::chrono::seconds lifetime) {
    identity_.revokeSubject(std::to_string(user_id), until(lifetime));
}

void HostAuthority::reportReuse(std::int64_t user_id, const mortise::Uuid& session_id) {
    log_.warning("auth.token_reused", mortise::field("user_id", user_id),
                 mortise::field("session_id", session_id));
}

User UsersPlugin::create(const Registration& registration) {
    const CreateUser input{registration.email, registration.full_name,
                           mortise::Secret<>(registration.password)};
    return toUser(operations_.call<AuthUser>("users.create", input));
}

LoginVerdict UsersPlugin::verify(const std::string& email, const std::string& password,
                                 const std::string& client_address) {
    const VerifyCredentials input{email, mortise::Secret<>(password), client_address};
    CredentialsVerdict verdict =
        operations_.call<CredentialsVerdict>("users.verify_credentials", input);
    LoginVerdict result;
    if (verdict.user) {
        result.user = toUser(*std::move(verdict.user));
    }
    result.refusal = std::move(verdict.refusal);
    result.message = std::move(verdict.message);
    result.retry_after = std::chrono::seconds(verdict.retry_after_s);
    return result;
}

std::optional<User> UsersPlugin::find(std::int64_t user_id) {
    try {
        return toUser(operations_.call<AuthUser>("users.get", GetUser{user_id}));
    } catch (const mortise::AppError& error) {
        if (error.code() != "USER_NOT_FOUND") {
            throw;
        }
        return std::nullopt;
    }
}

}  // namespace auth
