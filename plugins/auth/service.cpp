// The rules of sessions. See service.hpp.
#include "service.hpp"

#include <utility>

#include "errors.hpp"

namespace auth {

namespace {

mortise::AppError refusal(const LoginVerdict& verdict) {
    if (verdict.refusal == ACCOUNT_LOCKED.code) {
        mortise::AppError error(ACCOUNT_LOCKED, verdict.message);
        error.retryAfter(verdict.retry_after);
        return error;
    }
    if (verdict.refusal == ACCOUNT_INACTIVE.code) {
        return mortise::UnauthorizedError(ACCOUNT_INACTIVE);
    }
    return mortise::UnauthorizedError(mortise::codes::INVALID_CREDENTIALS);
}

}  // namespace

TokenState judge(const std::optional<StoredToken>& stored, std::chrono::seconds grace) {
    if (!stored || stored->is_expired || stored->session_ended) {
        return TokenState::Invalid;
    }
    if (!stored->rotated_since || *stored->rotated_since <= grace) {
        return TokenState::Usable;
    }
    return TokenState::Reused;
}

User requireCurrentUser(Accounts& accounts, std::int64_t user_id) {
    std::optional<User> user = accounts.find(user_id);
    if (!user) {
        throw mortise::UnauthorizedError();
    }
    if (!user->is_active) {
        throw mortise::UnauthorizedError(ACCOUNT_INACTIVE);
    }
    return *std::move(user);
}

Grant AuthService::registerUser(const Registration& registration, const Client& client) {
    return beginSession(accounts_.create(registration), client);
}

Grant AuthService::login(const std::string& email, const std::string& password,
                         const Client& client) {
    LoginVerdict verdict = accounts_.verify(email, password, client.address);
    if (!verdict.user) {
        throw refusal(verdict);
    }
    return beginSession(*std::move(verdict.user), client);
}

Grant AuthService::refresh(const std::string& refresh_token) {
    const std::string digest = tokens_.digest(refresh_token);
    const std::optional<StoredToken> seen = sessions_.find(digest);
    requireUsable(seen);
    sessions_.commit();

    User user = requireCurrentUser(accounts_, seen->user_id);

    // Between the first look and the lock another request may have rotated the token or ended the session.
    const std::optional<StoredToken> locked = sessions_.findForUpdate(digest);
    requireUsable(locked);
    sessions_.markRotated(digest, locked->session_id, settings_.refresh_token_lifetime);
    return issue(std::move(user), locked->session_id);
}

void AuthService::logout(std::int64_t user_id, const std::optional<mortise::Uuid>& session_id,
                         const std::optional<std::string>& refresh_token) {
    std::vector<mortise::Uuid> ended;
    if (session_id && sessions_.end(*session_id, user_id)) {
        ended.push_back(*session_id);
    }
    if (refresh_token) {
        const std::optional<StoredToken> stored = sessions_.find(tokens_.digest(*refresh_token));
        if (stored && sessions_.end(stored->session_id, user_id)) {
            ended.push_back(stored->session_id);
        }
    }
    sessions_.commit();
    for (const mortise::Uuid& id : ended) {
        tokens_.revokeSession(id, settings_.access_token_lifetime);
    }
}

int AuthService::logoutAll(std::int64_t user_id) {
    const int session_count = sessions_.endAll(user_id);
    sessions_.commit();
    tokens_.revokeUser(user_id, settings_.access_token_lifetime);
    return session_count;
}

void AuthService::endSession(std::int64_t user_id, const mortise::Uuid& session_id) {
    if (!sessions_.end(session_id, user_id)) {
        throw mortise::NotFoundError(SESSION_NOT_FOUND, "Session", session_id);
    }
    sessions_.commit();
    tokens_.revokeSession(session_id, settings_.access_token_lifetime);
}

Grant AuthService::beginSession(User user, const Client& client) {
    const mortise::Uuid session_id = sessions_.create(user.id, client, settings_);
    return issue(std::move(user), session_id);
}

Grant AuthService::issue(User user, const mortise::Uuid& session_id) {
    Grant grant;
    grant.session_id = session_id;
    grant.refresh_token = tokens_.makeRefreshToken();
    sessions_.addToken(session_id, tokens_.digest(grant.refresh_token),
                       settings_.refresh_token_lifetime);
    grant.access_token =
        tokens_.issueAccessToken(user, session_id, settings_.access_token_lifetime);
    grant.expires_in = settings_.access_token_lifetime;
    grant.user = std::move(user);
    return grant;
}

void AuthService::requireUsable(const std::optional<StoredToken>& stored) {
    switch (judge(stored, settings_.refresh_grace)) {
        case TokenState::Usable:
            return;
        case TokenState::Invalid:
            throw mortise::UnauthorizedError();
        case TokenState::Reused:
            break;
    }
    // The end of the session has to survive the error answer, so it is committed before anything is thrown.
    sessions_.end(stored->session_id, stored->user_id);
    sessions_.commit();
    tokens_.revokeSession(stored->session_id, settings_.access_token_lifetime);
    tokens_.reportReuse(stored->user_id, stored->session_id);
    throw mortise::UnauthorizedError(TOKEN_REUSED);
}

}  // namespace auth
