// Entry and wiring of the auth plugin: settings and routes. What they do stands in routes.cpp and service.cpp.
#include <mortise/plugin.hpp>

#include "errors.hpp"
#include "routes.hpp"
#include "settings.hpp"

namespace auth {

class Auth final : public mortise::Plugin {
public:
    void configure(const mortise::Config& config) override {
        settings_.access_token_lifetime =
            config.get<std::chrono::minutes>("access_token_expire_minutes");
        settings_.refresh_token_lifetime =
            config.get<std::chrono::days>("refresh_token_expire_days");
        settings_.refresh_grace = config.get<std::chrono::seconds>("refresh_grace_seconds");
        settings_.sessions_max = config.get<int>("sessions_max");
    }

    void declare(mortise::Router& router) override {
        const auto auth = router.group("/auth").tag("auth");
        declareLogin(auth);
        declareSession(auth);
    }

private:
    void declareLogin(const mortise::RouteGroup& auth) {
        using namespace mortise::codes;
        auth.post("/register", &AuthRoutes::registerUser, routes_)
            .publicAccess()
            .created()
            .message("User registered")
            .summary("Register and log in")
            .errors(EMAIL_TAKEN);
        auth.post("/login", &AuthRoutes::login, routes_)
            .publicAccess()
            .created()
            .message("Authenticated")
            .summary("Log in")
            .errors(INVALID_CREDENTIALS, ACCOUNT_INACTIVE, ACCOUNT_LOCKED);
        auth.post("/token", &AuthRoutes::token, routes_)
            .publicAccess()
            .summary("Log in or refresh as OAuth2 clients do");
        auth.post("/refresh", &AuthRoutes::refresh, routes_)
            .publicAccess()
            .message("Token refreshed")
            .summary("Exchange a refresh token for a new pair")
            .errors(INVALID_TOKEN, TOKEN_REUSED, ACCOUNT_INACTIVE);
    }

    void declareSession(const mortise::RouteGroup& auth) {
        using namespace mortise::codes;
        auth.post("/logout", &AuthRoutes::logout, routes_)
            .requireUser()
            .optionalBody()
            .summary("End this session");
        auth.post("/logout-all", &AuthRoutes::logoutAll, routes_)
            .requireUser()
            .summary("End all sessions of the user");
        auth.get("/me", &AuthRoutes::me, routes_)
            .requireUser()
            .summary("Who the access token stands for")
            .errors(INVALID_TOKEN, ACCOUNT_INACTIVE);
        auth.get("/sessions", &AuthRoutes::listSessions, routes_)
            .requireUser()
            .summary("List the sessions of the user");
        auth.del("/sessions/{session_id}", &AuthRoutes::endSession, routes_)
            .requireUser()
            .summary("End one session")
            .errors(SESSION_NOT_FOUND);
    }

    Settings settings_;
    AuthRoutes routes_{settings_};
};

}  // namespace auth

MORTISE_PLUGIN(auth::Auth)
