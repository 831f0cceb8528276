// The rules of sessions: who gets tokens, when they are renewed, what ends them.
//
// A login begins a session, a family of refresh tokens of which only the newest counts. Every use of a refresh token rotates
// it: the old one is marked, a new one is issued. A marked token that comes again means that two parties hold the family, and
// nobody can tell which is the thief, so the whole session ends and its access tokens are refused. Clients that lost the
// answer or asked twice at once are honest all the same: within the grace time a marked token is taken once more.
//
//   unknown, expired, session ended -> INVALID_TOKEN
//   fresh, or rotated within grace  -> rotated, new pair
//   rotated before grace            -> session ends, TOKEN_REUSED
//
// Calls to the users plugin run in a transaction of their own and are refused while this one holds a database lease, so
// every rule that needs both commits first. Missing on purpose: absolute limits on the age of a session.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mortise/types.hpp>

#include "settings.hpp"

namespace auth {

/// An account as the users plugin tells it.
struct User {
    std::int64_t id = 0;
    std::string email;
    std::string full_name;
    bool is_active = true;
    std::vector<std::string> roles;
    mortise::Timestamp created_at;
    std::optional<mortise::Timestamp> updated_at;
};

struct Registration {
    std::string email;
    std::string full_name;
    std::string password;
};

/// Where a request comes from; kept with the session so that its user recognises it.
struct Client {
    std::string user_agent;
    std::string address;
};

/// The users plugin's verdict on a login.
struct LoginVerdict {
    std::optional<User> user;
    /// INVALID_CREDENTIALS, ACCOUNT_INACTIVE or ACCOUNT_LOCKED when there is no user.
    std::string refusal;
    std::string message;
    std::chrono::seconds retry_after{0};
};

struct Session {
    mortise::Uuid id;
    mortise::Timestamp created_at;
    mortise::Timestamp last_used_at;
    std::string user_agent;
    std::string ip;
};

/// A refresh token as it is stored.
struct StoredToken {
    mortise::Uuid session_id;
    std::int64_t user_id = 0;
    bool is_expired = false;
    bool session_ended = false;
    /// Time since it was rotated, nothing when it is the newest.
    std::optional<std::chrono::milliseconds> rotated_since;
};

enum class TokenState { Invalid, Usable, Reused };

/// What a presented refresh token is worth. `stored` is empty when nobody ever issued it.
TokenState judge(const std::optional<StoredToken>& stored, std::chrono::seconds grace);

/// A session with fresh tokens.
struct Grant {
    User user;
    mortise::Uuid session_id;
    std::string access_token;
    std::string refresh_token;
    std::chrono::seconds expires_in{0};
};

/// The accounts, which another plugin owns.
class Accounts {
public:
    virtual ~Accounts() = default;
    /// Throws EMAIL_TAKEN and ValidationError as the owner of the accounts sees it.
    virtual User create(const Registration& registration) = 0;
    virtual LoginVerdict verify(const std::string& email, const std::string& password,
                                const std::string& client_address) = 0;
    virtual std::optional<User> find(std::int64_t user_id) = 0;
};

/// Sessions and their refresh tokens, by digest.
class SessionRepository {
public:
    virtual ~SessionRepository() = default;
    /// Also removes what expired and ends sessions of the user beyond `sessions_max`.
    virtual mortise::Uuid create(std::int64_t user_id, const Client& client,
                                 const Settings& settings) = 0;
    virtual void addToken(const mortise::Uuid& session_id, const std::string& digest,
                          std::chrono::seconds lifetime) = 0;
    virtual std::optional<StoredToken> find(const std::string& digest) = 0;
    /// As find(), and nobody else uses the session until the unit of work ends.
    virtual std::optional<StoredToken> findForUpdate(const std::string& digest) = 0;
    /// Marks the token as rotated and prolongs its session.
    virtual void markRotated(const std::string& digest, const mortise::Uuid& session_id,
                             std::chrono::seconds lifetime) = 0;
    /// False when the user has no such live session.
    virtual bool end(const mortise::Uuid& session_id, std::int64_t user_id) = 0;
    virtual int endAll(std::int64_t user_id) = 0;
    /// Live sessions, newest first.
    virtual std::vector<Session> list(std::int64_t user_id) = 0;
    /// Makes permanent what was written so far and gives the database connection back.
    virtual void commit() = 0;
};

/// What the host's identity does for sessions.
class TokenAuthority {
public:
    virtual ~TokenAuthority() = default;
    virtual std::string issueAccessToken(const User& user, const mortise::Uuid& session_id,
                                         std::chrono::seconds lifetime) = 0;
    /// 32 random bytes in base64url.
    virtual std::string makeRefreshToken() = 0;
    /// SHA-256 in hexadecimal.
    virtual std::string digest(std::string_view token) = 0;
    /// Refuse the access tokens of a session or a user for as long as they could be valid.
    virtual void revokeSession(const mortise::Uuid& session_id, std::chrono::seconds lifetime) = 0;
    virtual void revokeUser(std::int64_t user_id, std::chrono::seconds lifetime) = 0;
    /// Tells the operators that a rotated token came again.
    virtual void reportReuse(std::int64_t user_id, const mortise::Uuid& session_id) = 0;
};

/// The account behind a valid token. Throws INVALID_TOKEN when it is gone, ACCOUNT_INACTIVE.
User requireCurrentUser(Accounts& accounts, std::int64_t user_id);

class AuthService {
public:
    AuthService(Accounts& accounts, SessionRepository& sessions, TokenAuthority& tokens,
                const Settings& settings)
        : accounts_(accounts), sessions_(sessions), tokens_(tokens), settings_(settings) {}

    Grant registerUser(const Registration& registration, const Client& client);
    /// Throws INVALID_CREDENTIALS, ACCOUNT_INACTIVE, ACCOUNT_LOCKED.
    Grant login(const std::string& email, const std::string& password, const Client& client);
    /// Throws INVALID_TOKEN, TOKEN_REUSED, ACCOUNT_INACTIVE.
    Grant refresh(const std::string& refresh_token);

    /// Ends the session of the access token and, when given, the one of the refresh token. `session_id` may be unknown.
    void logout(std::int64_t user_id, const std::optional<mortise::Uuid>& session_id,
                const std::optional<std::string>& refresh_token);
    /// Gives the number of sessions ended.
    int logoutAll(std::int64_t user_id);
    /// Throws SESSION_NOT_FOUND.
    void endSession(std::int64_t user_id, const mortise::Uuid& session_id);
    std::vector<Session> listSessions(std::int64_t user_id) { return sessions_.list(user_id); }

private:
    Grant beginSession(User user, const Client& client);
    Grant issue(User user, const mortise::Uuid& session_id);
    void requireUsable(const std::optional<StoredToken>& stored);

    Accounts& accounts_;
    SessionRepository& sessions_;
    TokenAuthority& tokens_;
    const Settings& settings_;
};

}  // namespace auth
