// Entry and wiring of the users plugin: settings, routes, operations. What they do stands in routes.cpp and service.cpp.
#include <mortise/plugin.hpp>

#include "errors.hpp"
#include "routes.hpp"
#include "settings.hpp"

namespace users {

namespace {

/// The same bounds as for every other password.
void requirePassword(const Settings& settings) {
    if (settings.bootstrap_admin_email.empty()) {
        return;
    }
    const std::size_t size = settings.bootstrap_admin_password.size();
    if (size < 8 || size > 128) {
        throw mortise::ConfigError("bootstrap_admin_password", "must have 8 to 128 characters");
    }
}

}  // namespace

class Users final : public mortise::Plugin {
public:
    void configure(const mortise::Config& config) override {
        Settings settings;
        settings.login_failures_max = config.get<int>("login_failures_max");
        settings.lock_duration = config.get<std::chrono::minutes>("lock_minutes");
        settings.bootstrap_admin_email = config.get<std::string>("bootstrap_admin_email");
        settings.bootstrap_admin_password = config.get<std::string>("bootstrap_admin_password");
        requirePassword(settings);
        settings_ = settings;
    }

    void declare(mortise::Router& router) override {
        auto users = router.group("/users").tag("users").requireUser().errors(USER_NOT_FOUND);
        users.get("/", &UserRoutes::list, routes_).requireRole("admin").summary("List users");
        users.post("/", &UserRoutes::create, routes_)
            .requireRole("admin")
            .summary("Create a user")
            .message("User created")
            .errors(EMAIL_TAKEN);
        users.get("/{user_id}", &UserRoutes::show, routes_).summary("Get one user");
        users.patch("/{user_id}", &UserRoutes::update, routes_)
            .summary("Change a user")
            .message("User updated")
            .errors(EMAIL_TAKEN, mortise::codes::PRECONDITION_FAILED);
        users.del("/{user_id}", &UserRoutes::remove, routes_)
            .summary("Delete a user")
            .errors(mortise::codes::PRECONDITION_FAILED);

        router.group("/admin/users")
            .tag("users")
            .requireRole("admin")
            .errors(USER_NOT_FOUND, mortise::codes::PRECONDITION_FAILED)
            .del("/{user_id}", &UserRoutes::remove, routes_)
            .summary("Delete any user");

        router.operation("create", &UserRoutes::createUser, routes_);
        router.operation("verify_credentials", &UserRoutes::verifyCredentials, routes_);
        router.operation("get", &UserRoutes::getUser, routes_);
        router.errors(EMAIL_TAKEN, USER_NOT_FOUND);
    }

    void prepare(mortise::Host& host, mortise::Deadline) override {
        if (!settings_.bootstrap_admin_email.empty()) {
            bootstrapAdmin(host, settings_);
        }
    }

private:
    Settings settings_;
    UserRoutes routes_{settings_};
};

}  // namespace users

MORTISE_PLUGIN(users::Users)
