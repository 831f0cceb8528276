// What the auth plugin speaks: bodies and answers of its routes, and its side of the operations it calls.
//
// The operations' types repeat what the users plugin declares, on purpose: the two are built and shipped apart, and each reads
// of the other's JSON only what it needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <mortise/schema.hpp>
#include <mortise/types.hpp>

namespace auth {

struct RegisterRequest {
    std::string email;
    std::string full_name;
    mortise::Secret<> password;

    static constexpr auto schema() {
        using namespace mortise;
        return object<RegisterRequest>("RegisterRequest")
            .field("email", &RegisterRequest::email, maxLength(255), mortise::email(),
                   example("ada@example.com"))
            .field("full_name", &RegisterRequest::full_name, minLength(1), maxLength(255),
                   notBlank(), example("Ada Lovelace"))
            .field("password", &RegisterRequest::password, minLength(8), maxLength(128),
                   example("correct horse battery"));
    }
};

/// Any text may be a wrong password, so only sizes are checked. As a form it is OAuth2's: grant_type, username, password.
struct LoginRequest {
    std::string email;
    mortise::Secret<> password;

    static LoginRequest readPairs(mortise::Pairs pairs, mortise::Violations& violations);

    static constexpr auto schema() {
        using namespace mortise;
        return object<LoginRequest>("LoginRequest")
            .field("email", &LoginRequest::email, minLength(1), maxLength(255),
                   example("ada@example.com"))
            .field("password", &LoginRequest::password, minLength(1), maxLength(1024),
                   example("correct horse battery"));
    }
};

/// The form of a login (RFC 6749 section 4.3.2).
struct LoginForm {
    std::optional<std::string> grant_type;
    std::string username;
    mortise::Secret<> password;

    static constexpr auto schema() {
        using namespace mortise;
        return object<LoginForm>("LoginForm")
            .field("grant_type", &LoginForm::grant_type, oneOf("password"))
            .field("username", &LoginForm::username, minLength(1), maxLength(255))
            .field("password", &LoginForm::password, minLength(1), maxLength(1024));
    }
};

inline LoginRequest LoginRequest::readPairs(mortise::Pairs pairs, mortise::Violations& violations) {
    auto form = mortise::fromPairs<LoginForm>(pairs, violations);
    return {std::move(form.username), std::move(form.password)};
}

/// The form of the OAuth2 token endpoint. What its grant needs is checked by the route, which has its own form of errors.
struct TokenForm {
    std::string grant_type;
    std::string username;
    mortise::Secret<> password;
    mortise::Secret<> refresh_token;

    static constexpr auto schema() {
        using namespace mortise;
        return object<TokenForm>("TokenForm")
            .field("grant_type", &TokenForm::grant_type, defaultValue(""),
                   description("password or refresh_token"), example("password"))
            .field("username", &TokenForm::username, defaultValue(""), maxLength(255))
            .field("password", &TokenForm::password, notRequired(), maxLength(1024))
            .field("refresh_token", &TokenForm::refresh_token, notRequired(), maxLength(512));
    }
};

/// Answer of the OAuth2 token endpoint (RFC 6749 section 5.1).
struct OAuthToken {
    std::string access_token;
    std::string token_type = "bearer";
    std::int64_t expires_in = 0;
    std::string refresh_token;

    static constexpr auto schema() {
        return mortise::object<OAuthToken>("OAuthToken")
            .field("access_token", &OAuthToken::access_token)
            .field("token_type", &OAuthToken::token_type)
            .field("expires_in", &OAuthToken::expires_in)
            .field("refresh_token", &OAuthToken::refresh_token);
    }
};

/// Refusal of the OAuth2 token endpoint (RFC 6749 section 5.2).
struct OAuthError {
    std::string error;
    std::string error_description;

    static constexpr auto schema() {
        return mortise::object<OAuthError>("OAuthError")
            .field("error", &OAuthError::error)
            .field("error_description", &OAuthError::error_description);
    }
};

struct RefreshRequest {
    mortise::Secret<> refresh_token;

    static constexpr auto schema() {
        using namespace mortise;
        return object<RefreshRequest>("RefreshRequest")
            .field("refresh_token", &RefreshRequest::refresh_token, minLength(1), maxLength(512));
    }
};

struct LogoutRequest {
    std::optional<mortise::Secret<>> refresh_token;

    static constexpr auto schema() {
        using namespace mortise;
        return object<LogoutRequest>("LogoutRequest")
            .field("refresh_token", &LogoutRequest::refresh_token, maxLength(512),
                   description("Ends this token's session too, if it is another one"));
    }
};

/// The account as the users plugin tells it, in its operations and in our answers.
struct AuthUser {
    std::int64_t id = 0;
    std::string email;
    std::string full_name;
    bool is_active = true;
    std::vector<std::string> roles;
    mortise::Timestamp created_at;
    std::optional<mortise::Timestamp> updated_at;

    static constexpr auto schema() {
        using namespace mortise;
        return object<AuthUser>("AuthUser")
            .field("id", &AuthUser::id, example(1))
            .field("email", &AuthUser::email, example("ada@example.com"))
            .field("full_name", &AuthUser::full_name, example("Ada Lovelace"))
            .field("is_active", &AuthUser::is_active)
            .field("roles", &AuthUser::roles, exampleJson(R"(["user"])"))
            .field("created_at", &AuthUser::created_at)
            .field("updated_at", &AuthUser::updated_at);
    }
};

struct TokenResponse {
    std::string access_token;
    std::string refresh_token;
    std::string token_type = "bearer";
    std::int64_t expires_in = 0;
    AuthUser user;

    static constexpr auto schema() {
        using namespace mortise;
        return object<TokenResponse>("TokenResponse")
            .field("access_token", &TokenResponse::access_token)
            .field("refresh_token", &TokenResponse::refresh_token)
            .field("token_type", &TokenResponse::token_type, example("bearer"))
            .field("expires_in", &TokenResponse::expires_in, example(900),
                   description("Seconds until the access token expires"))
            .field("user", &TokenResponse::user);
    }
};

struct MeResponse {
    AuthUser user;
    std::vector<std::string> roles;
    std::vector<std::string> scopes;
    mortise::Timestamp expires_at;

    static constexpr auto schema() {
        using namespace mortise;
        return object<MeResponse>("MeResponse")
            .field("user", &MeResponse::user)
            .field("roles", &MeResponse::roles, description("Roles of this access token"))
            .field("scopes", &MeResponse::scopes)
            .field("expires_at", &MeResponse::expires_at);
    }
};

struct SessionResponse {
    mortise::Uuid id;
    mortise::Timestamp created_at;
    mortise::Timestamp last_used_at;
    std::string user_agent;
    std::string ip;
    bool current = false;

    static constexpr auto schema() {
        using namespace mortise;
        return object<SessionResponse>("SessionResponse")
            .field("id", &SessionResponse::id)
            .field("created_at", &SessionResponse::created_at)
            .field("last_used_at", &SessionResponse::last_used_at)
            .field("user_agent", &SessionResponse::user_agent)
            .field("ip", &SessionResponse::ip, example("203.0.113.7"))
            .field("current", &SessionResponse::current,
                   description("The session of the access token in use"));
    }
};

struct SessionList {
    std::vector<SessionResponse> items;

    static constexpr auto schema() {
        return mortise::object<SessionList>("SessionList").field("items", &SessionList::items);
    }
};

/// Input of `users.create`.
struct CreateUser {
    std::string email;
    std::string full_name;
    mortise::Secret<> password;

    static constexpr auto schema() {
        return mortise::object<CreateUser>("CreateUser")
            .field("email", &CreateUser::email)
            .field("full_name", &CreateUser::full_name)
            .field("password", &CreateUser::password);
    }
};

/// Input of `users.verify_credentials`.
struct VerifyCredentials {
    std::string email;
    mortise::Secret<> password;
    std::string client_address;

    static constexpr auto schema() {
        return mortise::object<VerifyCredentials>("VerifyCredentials")
            .field("email", &VerifyCredentials::email)
            .field("password", &VerifyCredentials::password)
            .field("client_address", &VerifyCredentials::client_address);
    }
};

/// Output of `users.verify_credentials`.
struct CredentialsVerdict {
    std::optional<AuthUser> user;
    std::string refusal;
    std::string message;
    std::int64_t retry_after_s = 0;

    static constexpr auto schema() {
        using namespace mortise;
        return object<CredentialsVerdict>("CredentialsVerdict")
            .field("user", &CredentialsVerdict::user)
            .field("refusal", &CredentialsVerdict::refusal, defaultValue(""))
            .field("message", &CredentialsVerdict::message, defaultValue(""))
            .field("retry_after_s", &CredentialsVerdict::retry_after_s, defaultValue(0));
    }
};

/// Input of `users.get`.
struct GetUser {
    std::int64_t user_id = 0;

    static constexpr auto schema() {
        return mortise::object<GetUser>("GetUser").field("user_id", &GetUser::user_id);
    }
};

}  // namespace auth
