// SQL of the auth plugin. See store.hpp.
//
// Times are the database's, so that hosts whose clocks differ agree about what has expired.
#include "store.hpp"

#include <tuple>
#include <utility>

namespace auth {

namespace {

using mortise::Sql;

constexpr std::size_t kUserAgentSizeMax = 512;
constexpr std::size_t kAddressSizeMax = 64;

struct SessionRow : Session {
    static auto columns() {
        return std::make_tuple(&Session::id, &Session::created_at, &Session::last_used_at,
                               &Session::user_agent, &Session::ip);
    }
};

/// Session, user, expired, session ended, milliseconds since the rotation.
using TokenRow = std::tuple<mortise::Uuid, std::int64_t, bool, bool, std::optional<std::int64_t>>;

// clock_timestamp(), because a transaction that waited for the lock of another one began before that one rotated the token.
#define MORTISE_AUTH_TOKEN_SELECT                                                 \
    "SELECT s.id, s.user_id, t.expires_at <= now(), s.revoked_at IS NOT NULL,"    \
    " floor(extract(epoch FROM clock_timestamp() - t.rotated_at) * 1000)::bigint" \
    " FROM auth.refresh_tokens t JOIN auth.sessions s ON s.id = t.session_id"     \
    " WHERE t.digest = decode($1, 'hex')"

std::optional<StoredToken> toToken(const std::optional<TokenRow>& row) {
    if (!row) {
        return std::nullopt;
    }
    StoredToken token{std::get<0>(*row), std::get<1>(*row), std::get<2>(*row), std::get<3>(*row),
                      std::nullopt};
    if (std::get<4>(*row)) {
        token.rotated_since = std::chrono::milliseconds(*std::get<4>(*row));
    }
    return token;
}

/// Header fields may hold any bytes; what is kept is short and printable.
std::string columnText(const std::string& text, std::size_t size_max) {
    std::string kept;
    for (const char character : text) {
        if (kept.size() == size_max) {
            break;
        }
        kept += character >= ' ' && character <= '~' ? character : '?';
    }
    return kept;
}

}  // namespace

mortise::Uuid SessionStore::create(std::int64_t user_id, const Client& client,
                                   const Settings& settings) {
    // Every new session takes up to twenty expired ones along, of whomever, so the table stays as small as what is alive.
    db_.execute(Sql("sessions_forget",
                    "DELETE FROM auth.sessions WHERE id IN"
                    " (SELECT id FROM auth.sessions WHERE expires_at < now()"
                    "  ORDER BY expires_at LIMIT 20 FOR UPDATE SKIP LOCKED)"));
    db_.execute(Sql("sessions_trim",
                    "UPDATE auth.sessions SET revoked_at = now() WHERE id IN"
                    " (SELECT id FROM auth.sessions"
                    "  WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()"
                    "  ORDER BY last_used_at DESC, id DESC OFFSET $2)"),
                user_id, settings.sessions_max - 1);
    return db_.scalar<mortise::Uuid>(
        Sql("session_insert",
            "INSERT INTO auth.sessions (user_id, expires_at, user_agent, ip)"
            " VALUES ($1, now() + $2::interval, $3, $4) RETURNING id"),
        user_id, settings.refresh_token_lifetime, columnText(client.user_agent, kUserAgentSizeMax),
        columnText(client.address, kAddressSizeMax));
}

void SessionStore::addToken(const mortise::Uuid& session_id, const std::string& digest,
                            std::chrono::seconds lifetime) {
    db_.execute(Sql("token_insert",
                    "INSERT INTO auth.refresh_tokens (digest, session_id, expires_at)"
                    " VALUES (decode($1, 'hex'), $2, now() + $3::interval)"),
                digest, session_id, lifetime);
}

std::optional<StoredToken> SessionStore::find(const std::string& digest) {
    return toToken(db_.optional<TokenRow>(Sql("token_find", MORTISE_AUTH_TOKEN_SELECT), digest));
}

std::optional<StoredToken> SessionStore::findForUpdate(const std::string& digest) {
    return toToken(
        db_.optional<TokenRow>(Sql("token_lock", MORTISE_AUTH_TOKEN_SELECT " FOR UPDATE"), digest));
}

void SessionStore::markRotated(const std::string& digest, const mortise::Uuid& session_id,
                               std::chrono::seconds lifetime) {
    // Within the grace time a token is rotated a second time; the first time is what counts.
    db_.execute(Sql("token_rotate",
                    "UPDATE auth.refresh_tokens"
                    " SET rotated_at = coalesce(rotated_at, clock_timestamp())"
                    " WHERE digest = decode($1, 'hex')"),
                digest);
    db_.execute(Sql("session_touch",
                    "UPDATE auth.sessions SET last_used_at = now(),"
                    " expires_at = now() + $2::interval WHERE id = $1"),
                session_id, lifetime);
    db_.execute(Sql("tokens_forget",
                    "DELETE FROM auth.refresh_tokens WHERE session_id = $1 AND expires_at < now()"),
                session_id);
}

bool SessionStore::end(const mortise::Uuid& session_id, std::int64_t user_id) {
    return db_.execute(Sql("session_end",
                           "UPDATE auth.sessions SET revoked_at = now()"
                           " WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL"
                           " AND expires_at > now()"),
                       session_id, user_id) == 1;
}

int SessionStore::endAll(std::int64_t user_id) {
    return static_cast<int>(db_.execute(Sql("sessions_end",
                                            "UPDATE auth.sessions SET revoked_at = now()"
                                            " WHERE user_id = $1 AND revoked_at IS NULL"
                                            " AND expires_at > now()"),
                                        user_id));
}

std::vector<Session> SessionStore::list(std::int64_t user_id) {
    std::vector<SessionRow> rows = db_.all<SessionRow>(
        Sql("sessions_list",
            "SELECT id, created_at, last_used_at, user_agent, ip FROM auth.sessions"
            " WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()"
            " ORDER BY created_at DESC, id DESC LIMIT 1000"),
        user_id);
    return {std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())};
}

}  // namespace auth
