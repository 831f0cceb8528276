// The routes and operations of accounts through a real host: who may do what, and what a client reads.
#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using mortise::testing::App;
using mortise::testing::Client;
using mortise::testing::Failure;
using mortise::testing::Options;

namespace {

constexpr const char* kUsers = "/api/v1/users";
constexpr const char* kAda =
    R"({"email": "Ada@example.com", "full_name": "Ada Lovelace", "password": "correct horse battery"})";

std::string pathOf(int id) {
    return std::string(kUsers) + '/' + std::to_string(id);
}

/// Adds accounts behind the back of the plugin; nobody can log in to them.
void addAccounts(const App& app, int count) {
    auto email = mortise::testing::sequence("user{}@example.com");
    for (int at = 0; at < count; ++at) {
        app.sql(
            "INSERT INTO users.accounts (email, full_name, hashed_password) VALUES ($1, 'Ada', "
            "'x')",
            email());
    }
}

}  // namespace

TEST_CASE("an administrator creates an account, and no answer has its password") {
    const App app(MORTISE_PLUGIN_FILE);
    const auto reply = app.asRole("admin").post(kUsers, kAda);
    CHECK(reply.status == 201);
    CHECK(reply.header("location") == "/api/v1/users/1");
    CHECK(reply.json("data.user.email") == "Ada@example.com");
    CHECK(reply.json("data.user.roles.0") == "user");
    CHECK_FALSE(reply.json("data.user.password").isThere());
    CHECK(reply.body.find("argon2") == std::string::npos);
    CHECK(app.sql("SELECT hashed_password LIKE '$argon2id$%' FROM users.accounts").value() == "t");
    CHECK(app.logs("users.account_created").size() == 1);
}

TEST_CASE("an address is taken however it is written") {
    const App app(MORTISE_PLUGIN_FILE);
    const auto admin = app.asRole("admin");
    REQUIRE(admin.post(kUsers, kAda).status == 201);
    const auto reply = admin.post(
        kUsers, R"({"email": "ada@EXAMPLE.com", "full_name": "Ada", "password": "long enough"})");
    CHECK(reply.status == 409);
    CHECK(reply.code() == "EMAIL_TAKEN");
}

TEST_CASE("an account that is no account is refused with every field") {
    const App app(MORTISE_PLUGIN_FILE);
    const auto reply = app.asRole("admin").post(
        kUsers, R"({"email": "ada", "full_name": " ", "password": "short", "roles": ["Admin!"]})");
    CHECK(reply.status == 422);
    for (const char* field : {"email", "full_name", "password"}) {
        INFO(field);
        CHECK(reply.json("errors").at(field).isThere());
    }
    CHECK(app.sql("SELECT count(*) FROM users.accounts").integer() == 0);
}

TEST_CASE("accounts are listed and created by administrators only") {
    const App app(MORTISE_PLUGIN_FILE);
    CHECK(app.anonymous().get(kUsers).code() == "NOT_AUTHENTICATED");
    const auto user = app.asUser({.id = 1});
    CHECK(user.get(kUsers).code() == "FORBIDDEN");
    CHECK(user.post(kUsers, kAda).code() == "FORBIDDEN");
    CHECK(user.del("/api/v1/admin/users/1").code() == "FORBIDDEN");
}

TEST_CASE("a list is narrowed, ordered and turned page by page") {
    const App app(MORTISE_PLUGIN_FILE);
    addAccounts(app, 5);
    const auto admin = app.asRole("admin");
    const auto page = admin.get("/api/v1/users?per_page=2&page=2&sort_by=-id");
    CHECK(page.json("data.items.0.id") == 3);
    CHECK(page.json("meta.total") == 5);
    CHECK(admin.get("/api/v1/users?email=user2@example.com").json("data.items").size() == 1);
    CHECK(admin.get("/api/v1/users?q=nobody").json("data.items").size() == 0);
    CHECK(admin.get("/api/v1/users?sort_by=password").status == 422);
    CHECK(admin.get("/api/v1/users?cursor=forged").status == 422);
}

TEST_CASE("users read and change themselves, and nobody else") {
    const App app(MORTISE_PLUGIN_FILE);
    addAccounts(app, 2);
    const auto self = app.asUser({.id = 1});
    CHECK(self.get(pathOf(1)).json("data.user.email") == "user1@example.com");
    CHECK(self.patch(pathOf(1), R"({"full_name": "Ada King"})").json("data.user.full_name") ==
          "Ada King");
    CHECK(self.get(pathOf(2)).code() == "FORBIDDEN");
    CHECK(self.patch(pathOf(2), R"({"full_name": "X"})").code() == "FORBIDDEN");
    CHECK(self.patch(pathOf(1), R"({"roles": ["admin"]})").code() == "FORBIDDEN");
    CHECK(self.patch(pathOf(1), R"({"email": null})").status == 422);
    CHECK(self.del(pathOf(2)).code() == "FORBIDDEN");
    CHECK(self.del(pathOf(1)).status == 204);
    CHECK(app.sql("SELECT count(*) FROM users.accounts").integer() == 1);
}

TEST_CASE("an account that is not there answers 404") {
    const App app(MORTISE_PLUGIN_FILE);
    const auto admin = app.asRole("admin");
    CHECK(admin.get(pathOf(99999)).code() == "USER_NOT_FOUND");
    CHECK(admin.patch(pathOf(99999), R"({"full_name": "X"})").code() == "USER_NOT_FOUND");
    CHECK(admin.del(pathOf(99999)).code() == "USER_NOT_FOUND");
    CHECK(admin.del("/api/v1/admin/users/99999").code() == "USER_NOT_FOUND");
    CHECK(admin.get("/api/v1/users/one").status == 422);
}

TEST_CASE("a change that was not based on the newest version is refused") {
    const App app(MORTISE_PLUGIN_FILE);
    addAccounts(app, 1);
    const auto self = app.asUser({.id = 1});
    const std::string version(self.get(pathOf(1)).header("etag"));
    REQUIRE(self.patch(pathOf(1), R"({"full_name": "First"})").status == 200);
    const auto late = self.header("if-match", version);
    CHECK(late.patch(pathOf(1), R"({"full_name": "Second"})").code() == "PRECONDITION_FAILED");
    CHECK(late.del(pathOf(1)).code() == "PRECONDITION_FAILED");
}

TEST_CASE("the administrator of the configuration is there from the start") {
    const App app(MORTISE_PLUGIN_FILE,
                  Options()
                      .setting("users.bootstrap_admin_email", "root@example.com")
                      .setting("users.bootstrap_admin_password", "long enough"));
    CHECK(app.sql("SELECT array_to_string(roles, ',') FROM users.accounts").value() ==
          "admin,user");
    CHECK(app.logs("users.admin_bootstrapped").size() == 1);
    CHECK_THROWS_AS(
        App(MORTISE_PLUGIN_FILE, Options()
                                     .setting("users.bootstrap_admin_email", "root@example.com")
                                     .setting("users.bootstrap_admin_password", "short")),
        Failure);
}
