// The HTTP boundary of the auth plugin: reads what came, asks the service, shapes the answer.
#pragma once

#include <mortise/plugin.hpp>

#include "schemas.hpp"
#include "settings.hpp"

namespace auth {

class AuthRoutes {
public:
    explicit AuthRoutes(const Settings& settings) : settings_(settings) {}

    using SessionId = mortise::Path<"session_id", mortise::Uuid>;

    TokenResponse registerUser(mortise::Body<RegisterRequest> body, mortise::Request& request,
                               mortise::Db& db, mortise::Operations& operations,
                               mortise::Identity& identity, mortise::Log& log);
    TokenResponse login(mortise::Form<LoginRequest> body, mortise::Request& request,
                        mortise::Db& db, mortise::Operations& operations,
                        mortise::Identity& identity, mortise::Log& log);
    TokenResponse refresh(mortise::Body<RefreshRequest> body, mortise::Db& db,
                          mortise::Operations& operations, mortise::Identity& identity,
                          mortise::Log& log);
    /// OAuth2 (RFC 6749 sections 4.3 and 6) without envelope, for clients that only know that.
    mortise::RawReply token(mortise::Form<TokenForm> body, mortise::Request& request,
                            mortise::Db& db, mortise::Operations& operations,
                            mortise::Identity& identity, mortise::Log& log);
    mortise::NoContent logout(mortise::Request& request, const mortise::Principal& principal,
                              mortise::Db& db, mortise::Operations& operations,
                              mortise::Identity& identity, mortise::Log& log);
    mortise::NoContent logoutAll(const mortise::Principal& principal, mortise::Db& db,
                                 mortise::Operations& operations, mortise::Identity& identity,
                                 mortise::Log& log);
    MeResponse me(const mortise::Principal& principal, mortise::Operations& operations);
    SessionList listSessions(const mortise::Principal& principal, mortise::Db& db);
    mortise::NoContent endSession(SessionId id, const mortise::Principal& principal,
                                  mortise::Db& db, mortise::Operations& operations,
                                  mortise::Identity& identity, mortise::Log& log);

private:
    const Settings& settings_;
};

}  // namespace auth
