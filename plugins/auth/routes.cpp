// The boundary of the auth plugin. See routes.hpp.
#include "routes.hpp"

#include <utility>

#include "authority.hpp"
#include "errors.hpp"
#include "service.hpp"
#include "store.hpp"

namespace auth {

namespace {

using mortise::field;

/// A service with what it stands on, for the time of one request.
struct Sessions {
    Sessions(const mortise::Db& db, const mortise::Operations& operations,
             const mortise::Identity& identity, const mortise::Log& log, const Settings& settings)
        : accounts(operations),
          store(db),
          authority(identity, log),
          service(accounts, store, authority, settings) {}

    UsersPlugin accounts;
    SessionStore store;
    HostAuthority authority;
    AuthService service;
};

AuthUser toResponse(User user) {
    return {user.id,        std::move(user.email), std::move(user.full_name),
            user.is_active, std::move(user.roles), user.created_at,
            user.updated_at};
}

TokenResponse toResponse(Grant grant) {
    TokenResponse response;
    response.access_token = std::move(grant.access_token);
    response.refresh_token = std::move(grant.refresh_token);
    response.expires_in = grant.expires_in.count();
    response.user = toResponse(std::move(grant.user));
    return response;
}

Client clientOf(const mortise::Request& request) {
    return {std::string(request.header("user-agent").value_or("")),
            std::string(request.clientAddress())};
}

std::vector<std::string> toTexts(const std::vector<std::string_view>& views) {
    return {views.begin(), views.end()};
}

/// The login with its log; both login routes share it.
Grant logIn(Sessions& sessions, const std::string& email, const std::string& password,
            const Client& client, const mortise::Log& log) {
    try {
        Grant grant = sessions.service.login(email, password, client);
        log.info("auth.login_succeeded", field("user_id", grant.user.id),
                 field("session_id", grant.session_id));
        return grant;
    } catch (const mortise::AppError& error) {
        log.info("auth.login_refused", field("code", error.code()),
                 field("client_address", client.address));
        throw;
    }
}

Grant refreshGrant(Sessions& sessions, const std::string& refresh_token, const mortise::Log& log) {
    Grant grant = sessions.service.refresh(refresh_token);
    log.debug("auth.token_refreshed", field("user_id", grant.user.id),
              field("session_id", grant.session_id));
    return grant;
}

mortise::RawReply oauthReply(int status, std::string body) {
    return {status, "application/json", std::move(body), {{"Cache-Control", "no-store"}}};
}

mortise::RawReply oauthError(std::string_view error, std::string_view description) {
    return oauthReply(400,
                      mortise::toJson(OAuthError{std::string(error), std::string(description)}));
}

}  // namespace

TokenResponse AuthRoutes::registerUser(mortise::Body<RegisterRequest> body,
                                       mortise::Request& request, mortise::Db& db,
                                       mortise::Operations& operations, mortise::Identity& identity,
                                       mortise::Log& log) {
    Sessions sessions(db, operations, identity, log, settings_);
    Grant grant = sessions.service.registerUser(
        {body->email, body->full_name, body->password.reveal()}, clientOf(request));
    log.info("auth.user_registered", field("user_id", grant.user.id),
             field("session_id", grant.session_id));
    return toResponse(std::move(grant));
}

TokenResponse AuthRoutes::login(mortise::Form<LoginRequest> body, mortise::Request& request,
                                mortise::Db& db, mortise::Operations& operations,
                                mortise::Identity& identity, mortise::Log& log) {
    Sessions sessions(db, operations, identity, log, settings_);
    return toResponse(
        logIn(sessions, body->email, body->password.reveal(), clientOf(request), log));
}

TokenResponse AuthRoutes::refresh(mortise::Body<RefreshRequest> body, mortise::Db& db,
                                  mortise::Operations& operations, mortise::Identity& identity,
                                  mortise::Log& log) {
    Sessions sessions(db, operations, identity, log, settings_);
    return toResponse(refreshGrant(sessions, body->refresh_token.reveal(), log));
}

mortise::RawReply AuthRoutes::token(mortise::Form<TokenForm> body, mortise::Request& request,
                                    mortise::Db& db, mortise::Operations& operations,
                                    mortise::Identity& identity, mortise::Log& log) {
    Sessions sessions(db, operations, identity, log, settings_);
    try {
        Grant grant;
        if (body->grant_type == "password") {
            grant =
                logIn(sessions, body->username, body->password.reveal(), clientOf(request), log);
        } else if (body->grant_type == "refresh_token") {
            grant = refreshGrant(sessions, body->refresh_token.reveal(), log);
        } else {
            return oauthError("unsupported_grant_type",
                              "grant_type must be password or refresh_token");
        }
        OAuthToken answer;
        answer.access_token = std::move(grant.access_token);
        answer.refresh_token = std::move(grant.refresh_token);
        answer.expires_in = grant.expires_in.count();
        return oauthReply(200, mortise::toJson(answer));
    } catch (const mortise::AppError& error) {
        if (error.httpStatus() >= 500) {
            throw;  // our trouble, not the client's: the usual answer with its Retry-After
        }
        return oauthError("invalid_grant", error.message());
    }
}

mortise::NoContent AuthRoutes::logout(mortise::Request& request,
                                      const mortise::Principal& principal, mortise::Db& db,
                                      mortise::Operations& operations, mortise::Identity& identity,
                                      mortise::Log& log) {
    LogoutRequest body;
    if (request.json() != nullptr) {
        body = mortise::fromJson<LogoutRequest>(mortise::JsonValue::root(request.json()));
    }
    const std::optional<std::string> refresh_token =
        body.refresh_token ? std::optional(body.refresh_token->reveal()) : std::nullopt;
    Sessions sessions(db, operations, identity, log, settings_);
    sessions.service.logout(principal.userId(), mortise::Uuid::parse(principal.sessionId()),
                            refresh_token);
    identity.revokeToken(principal.tokenId(), principal.expiresAt());
    log.info("auth.session_ended", field("user_id", principal.userId()),
             field("session_id", principal.sessionId()));
    return {};
}

mortise::NoContent AuthRoutes::logoutAll(const mortise::Principal& principal, mortise::Db& db,
                                         mortise::Operations& operations,
                                         mortise::Identity& identity, mortise::Log& log) {
    Sessions sessions(db, operations, identity, log, settings_);
    const int session_count = sessions.service.logoutAll(principal.userId());
    log.info("auth.sessions_ended", field("user_id", principal.userId()),
             field("session_count", session_count));
    return {};
}

MeResponse AuthRoutes::me(const mortise::Principal& principal, mortise::Operations& operations) {
    UsersPlugin accounts(operations);
    MeResponse response;
    response.user = toResponse(requireCurrentUser(accounts, principal.userId()));
    response.roles = toTexts(principal.roles());
    response.scopes = toTexts(principal.scopes());
    response.expires_at = principal.expiresAt();
    return response;
}

SessionList AuthRoutes::listSessions(const mortise::Principal& principal, mortise::Db& db) {
    const std::optional<mortise::Uuid> current = mortise::Uuid::parse(principal.sessionId());
    SessionList list;
    for (Session& session : SessionStore(db).list(principal.userId())) {
        list.items.push_back({session.id, session.created_at, session.last_used_at,
                              std::move(session.user_agent), std::move(session.ip),
                              current == session.id});
    }
    return list;
}

mortise::NoContent AuthRoutes::endSession(SessionId id, const mortise::Principal& principal,
                                          mortise::Db& db, mortise::Operations& operations,
                                          mortise::Identity& identity, mortise::Log& log) {
    Sessions sessions(db, operations, identity, log, settings_);
    sessions.service.endSession(principal.userId(), *id);
    log.info("auth.session_ended", field("user_id", principal.userId()), field("session_id", *id));
    return {};
}

}  // namespace auth
