// The routes of sessions through a real host with the real accounts; one test plays those that cannot be had otherwise.
#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using mortise::testing::App;
using mortise::testing::Client;
using mortise::testing::Json;
using mortise::testing::Options;
using mortise::testing::Reply;

namespace {

constexpr const char* kForm = "application/x-www-form-urlencoded";
constexpr const char* kAda =
    R"({"email": "ada@example.com", "full_name": "Ada Lovelace", "password": "correct horse battery"})";

Options withUsers() {
    return Options().plugin(MORTISE_USERS_FILE).setting("users.login_failures_max", 3);
}

Reply logIn(const App& app, const std::string& password) {
    return app.anonymous().send("POST", "/api/v1/auth/login",
                                "username=ada%40example.com&password=" + password, kForm);
}

std::string textAt(const Reply& reply, const char* path) {
    return reply.json(path).as<std::string>();
}

/// Registers Ada.
Reply registerAda(const App& app) {
    return app.anonymous().post("/api/v1/auth/register", kAda);
}

Reply refresh(const App& app, const std::string& token) {
    return app.anonymous().post("/api/v1/auth/refresh", R"({"refresh_token": ")" + token + "\"}");
}

}  // namespace

TEST_CASE("who registers has a session at once") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    const auto reply = registerAda(app);
    CHECK(reply.status == 201);
    CHECK(reply.json("data.token_type") == "bearer");
    CHECK(reply.json("data.user.email") == "ada@example.com");
    CHECK(reply.body.find("password") == std::string::npos);
    const auto ada = app.withToken(textAt(reply, "data.access_token"));
    CHECK(ada.get("/api/v1/auth/me").json("data.user.full_name") == "Ada Lovelace");
    CHECK(ada.get("/api/v1/auth/sessions").json("data.items.0.current") == true);
    CHECK(registerAda(app).code() == "EMAIL_TAKEN");
    CHECK(app.sql("SELECT count(*) FROM auth.sessions").integer() == 1);
}

TEST_CASE("a registration is refused with every field that is wrong") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    const auto reply = app.anonymous().post(
        "/api/v1/auth/register", R"({"email": "ada", "full_name": "", "password": "short"})");
    CHECK(reply.status == 422);
    for (const char* field : {"email", "full_name", "password"}) {
        INFO(field);
        CHECK(reply.json("errors").at(field).isThere());
    }
}

TEST_CASE("a login needs the password, and too many wrong ones lock it") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    REQUIRE(registerAda(app).status == 201);
    CHECK(logIn(app, "correct+horse+battery").status == 201);
    for (int at = 0; at < 3; ++at) {
        CHECK(logIn(app, "wrong").code() == "INVALID_CREDENTIALS");
    }
    const auto locked = logIn(app, "correct+horse+battery");
    CHECK(locked.status == 403);
    CHECK(locked.code() == "ACCOUNT_LOCKED");
    CHECK_FALSE(locked.header("retry-after").empty());
    CHECK(app.logs("auth.login_refused").size() == 4);
}

TEST_CASE("the OAuth2 route answers in its own form") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    REQUIRE(registerAda(app).status == 201);
    const auto ask = [&](const std::string& form) {
        return app.anonymous().send("POST", "/api/v1/auth/token", form, kForm);
    };
    const auto granted =
        ask("grant_type=password&username=ada%40example.com&password=correct+horse+battery");
    CHECK(granted.status == 200);
    CHECK(granted.json("token_type") == "bearer");
    CHECK(granted.header("cache-control") == "no-store");
    CHECK(ask("grant_type=refresh_token&refresh_token=" + textAt(granted, "refresh_token"))
              .json("access_token")
              .isThere());
    CHECK(ask("grant_type=password&username=ada%40example.com&password=wrong").json("error") ==
          "invalid_grant");
    CHECK(ask("grant_type=implicit").json("error") == "unsupported_grant_type");
}

TEST_CASE("a refresh token is exchanged once, and the second use ends the session") {
    const App app(MORTISE_PLUGIN_FILE, withUsers().setting("auth.refresh_grace_seconds", 0));
    const auto session = registerAda(app);
    const std::string old_token = textAt(session, "data.refresh_token");
    const auto next = refresh(app, old_token);
    CHECK(next.status == 200);
    CHECK(textAt(next, "data.refresh_token") != old_token);
    app.sql("UPDATE auth.refresh_tokens SET rotated_at = rotated_at - interval '1 minute'");
    CHECK(refresh(app, old_token).code() == "TOKEN_REUSED");
    CHECK(refresh(app, textAt(next, "data.refresh_token")).code() == "INVALID_TOKEN");
    CHECK(app.logs("auth.token_reused").size() == 1);
    CHECK(app.withToken(textAt(next, "data.access_token")).get("/api/v1/auth/me").code() ==
          "INVALID_TOKEN");
}

TEST_CASE("a refresh token that is none is refused") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    CHECK(refresh(app, "forged").code() == "INVALID_TOKEN");
    CHECK(app.anonymous().post("/api/v1/auth/refresh", "{}").status == 422);
}

TEST_CASE("after a logout neither token is good") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    const auto session = registerAda(app);
    const auto ada = app.withToken(textAt(session, "data.access_token"));
    CHECK(ada.post("/api/v1/auth/logout").status == 204);
    CHECK(ada.get("/api/v1/auth/me").code() == "INVALID_TOKEN");
    CHECK(refresh(app, textAt(session, "data.refresh_token")).code() == "INVALID_TOKEN");
    CHECK(app.anonymous().post("/api/v1/auth/logout").code() == "NOT_AUTHENTICATED");
}

TEST_CASE("all sessions end at once, or one of them by its id") {
    const App app(MORTISE_PLUGIN_FILE, withUsers());
    const auto first = app.withToken(textAt(registerAda(app), "data.access_token"));
    const auto second =
        app.withToken(textAt(logIn(app, "correct+horse+battery"), "data.access_token"));
    const auto sessions = second.get("/api/v1/auth/sessions").json("data.items");
    REQUIRE(sessions.size() == 2);
    for (const char* at : {"0", "1"}) {
        if (sessions.at(at).at("current") == false) {
            const std::string id = sessions.at(at).at("id").as<std::string>();
            CHECK(second.del("/api/v1/auth/sessions/" + id).status == 204);
            CHECK(second.del("/api/v1/auth/sessions/" + id).code() == "SESSION_NOT_FOUND");
        }
    }
    CHECK(first.get("/api/v1/auth/me").code() == "INVALID_TOKEN");
    CHECK(second.del("/api/v1/auth/sessions/1").status == 422);
    CHECK(second.post("/api/v1/auth/logout-all").status == 204);
    CHECK(second.get("/api/v1/auth/me").code() == "INVALID_TOKEN");
}

TEST_CASE("an account that was closed meanwhile is nobody") {
    App app(MORTISE_PLUGIN_FILE);
    app.onOperation("users.get", [](const Json&) {
        return std::string(
            R"({"id": 7, "email": "ada@example.com", "full_name": "Ada", "is_active": false, "roles": ["user"],)"
            R"( "created_at": "2026-01-01T00:00:00Z", "updated_at": null})");
    });
    const auto reply = app.asUser({.id = 7}).get("/api/v1/auth/me");
    CHECK(reply.status == 401);
    CHECK(reply.code() == "ACCOUNT_INACTIVE");
}
