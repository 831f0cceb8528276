// Accounts: who may see and change what, and the two styles of paging.
#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/system/api_server.hpp"

using namespace mortise::test;

namespace {

std::string pathOf(std::int64_t id) {
    return "/api/v1/users/" + std::to_string(id);
}

/// Accounts that only their name tells from others.
std::string newName() {
    static int number = 0;
    return "Reader" + std::to_string(++number) + "x";
}

void createNamed(HttpClient& client, const Account& admin, const std::string& name, int count) {
    for (int i = 0; i < count; ++i) {
        const std::string body = R"({"email":")" + newEmail() + R"(","full_name":")" + name +
                                 R"(","password":"long enough"})";
        REQUIRE(client.post("/api/v1/users", body, admin.access_token).status == 201);
    }
}

}  // namespace

TEST_CASE("an administrator creates a user who can then log in") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    const std::string email = newEmail();
    const Answer answer =
        client.post("/api/v1/users",
                    R"({"email":")" + email +
                        R"(","full_name":"Grace Hopper","password":"only for this test"})",
                    admin.access_token);
    const Json data = requireSuccess(answer, 201);
    CHECK(answer.body.find("password") == std::string::npos);
    CHECK(data.names("user") == std::vector<std::string>{"created_at", "email", "full_name", "id",
                                                         "is_active", "roles", "updated_at"});
    CHECK(answer.header("Location") == pathOf(data.integer("user.id")));
    CHECK(data.isNull("user.updated_at"));
    CHECK(logIn(client, email).id == data.integer("user.id"));
}

TEST_CASE("users read and change themselves, and nobody else") {
    HttpClient client = apiServer().client();
    const Account self = registerAccount(client);
    const Account other = registerAccount(client);
    const Json own = requireSuccess(client.get(pathOf(self.id), self.access_token), 200);
    CHECK(own.text("user.email") == self.email);

    const Answer foreign = client.get(pathOf(other.id), self.access_token);
    requireFailure(foreign, 403, "FORBIDDEN");
    CHECK(foreign.json().text("message") == "Insufficient permissions");
    requireFailure(client.patch(pathOf(other.id), R"({"full_name":"X"})", self.access_token), 403,
                   "FORBIDDEN");
    requireFailure(client.del(pathOf(other.id), self.access_token), 403, "FORBIDDEN");
    requireFailure(client.get("/api/v1/users", self.access_token), 403, "FORBIDDEN");
    requireFailure(client.patch(pathOf(self.id), R"({"roles":["admin"]})", self.access_token), 403,
                   "FORBIDDEN");
    requireFailure(client.get(pathOf(self.id)), 401, "NOT_AUTHENTICATED");
}

TEST_CASE("a user that does not exist answers 404") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    requireFailure(client.get(pathOf(99999), admin.access_token), 404, "USER_NOT_FOUND");
    requireFailure(client.patch(pathOf(99999), R"({"full_name":"X"})", admin.access_token), 404,
                   "USER_NOT_FOUND");
    requireFailure(client.del(pathOf(99999), admin.access_token), 404, "USER_NOT_FOUND");
    requireFailure(client.del("/api/v1/admin/users/99999", admin.access_token), 404,
                   "USER_NOT_FOUND");
}

TEST_CASE("a change tells what is left out from what is null") {
    HttpClient client = apiServer().client();
    const Account self = registerAccount(client);
    const Json changed = requireSuccess(
        client.patch(pathOf(self.id), R"({"full_name":"Ada King"})", self.access_token), 200);
    CHECK(changed.text("user.full_name") == "Ada King");
    CHECK(changed.text("user.email") == self.email);
    CHECK_FALSE(changed.isNull("user.updated_at"));
    const Json errors =
        requireFailure(client.patch(pathOf(self.id), R"({"full_name":null})", self.access_token),
                       422, "VALIDATION_ERROR");
    requireFieldError(errors, "full_name");
    CHECK(requireSuccess(client.patch(pathOf(self.id), "{}", self.access_token), 200)
              .text("user.full_name") == "Ada King");
}

TEST_CASE("a change of an outdated version is refused") {
    HttpClient client = apiServer().client();
    const Account self = registerAccount(client);
    const std::string version = client.get(pathOf(self.id), self.access_token).header("ETag");
    REQUIRE_FALSE(version.empty());
    Request change{.method = "PATCH",
                   .target = pathOf(self.id),
                   .body = R"({"full_name":"First"})",
                   .token = self.access_token,
                   .headers = {{"If-Match", version}}};
    CHECK(client.send(change).status == 200);
    requireFailure(client.send(change), 412, "PRECONDITION_FAILED");
}

TEST_CASE("a change to somebody else's address answers 409") {
    HttpClient client = apiServer().client();
    const Account self = registerAccount(client);
    const Account other = registerAccount(client);
    requireFailure(
        client.patch(pathOf(self.id), R"({"email":")" + other.email + "\"}", self.access_token),
        409, "EMAIL_TAKEN");
}

TEST_CASE("a deleted user answers 204, then 404, and its token is worth nothing") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    const Account self = registerAccount(client);
    const Account second = registerAccount(client);
    const Answer deleted = client.del(pathOf(self.id), self.access_token);
    CHECK(deleted.status == 204);
    CHECK(deleted.body.empty());
    requireFailure(client.get(pathOf(self.id), admin.access_token), 404, "USER_NOT_FOUND");
    requireFailure(client.get("/api/v1/auth/me", self.access_token), 401, "INVALID_TOKEN");
    CHECK(
        client.del("/api/v1/admin/users/" + std::to_string(second.id), admin.access_token).status ==
        204);
    requireFailure(client.del("/api/v1/admin/users/" + std::to_string(second.id),
                              registerAccount(client).access_token),
                   403, "FORBIDDEN");
}

TEST_CASE("an inactive user cannot log in") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    const Account self = registerAccount(client);
    CHECK(client.patch(pathOf(self.id), R"({"is_active":false})", admin.access_token).status ==
          200);
    requireFailure(client.post("/api/v1/auth/login", loginBody(self.email)), 401,
                   "ACCOUNT_INACTIVE");
    CHECK(client.get("/api/v1/auth/me", self.access_token).status == 401);
}

TEST_CASE("the pages of a list are counted") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    const std::string name = newName();
    createNamed(client, admin, name, 5);
    const Answer answer =
        client.get("/api/v1/users?page=2&per_page=2&q=" + name, admin.access_token);
    CHECK(requireSuccess(answer, 200).size("items") == 2);
    const Json meta = answer.json().at("meta");
    CHECK(meta.integer("page") == 2);
    CHECK(meta.integer("per_page") == 2);
    CHECK(meta.integer("total") == 5);
    CHECK(meta.boolean("has_next"));
    const Answer last =
        client.get("/api/v1/users?page=3&page_size=2&q=" + name, admin.access_token);
    CHECK(last.json().size("data.items") == 1);
    CHECK_FALSE(last.json().boolean("meta.has_next"));
}

TEST_CASE("a cursor leads through a list to its end without a gap") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    const std::string name = newName();
    createNamed(client, admin, name, 5);
    const std::string first = "/api/v1/users?limit=2&sort_by=-id&q=" + name;
    std::vector<std::int64_t> ids;
    std::string target = first;
    for (int part = 0; part < 3; ++part) {
        const Json answer = client.get(target, admin.access_token).json();
        for (std::size_t i = 0; i < answer.size("data.items"); ++i) {
            ids.push_back(answer.integer("data.items." + std::to_string(i) + ".id"));
        }
        REQUIRE(answer.isNull("meta.next_cursor") == (part == 2));
        target = first + "&cursor=" + (part == 2 ? "" : answer.text("meta.next_cursor"));
    }
    CHECK(ids.size() == 5);
    CHECK(std::is_sorted(ids.rbegin(), ids.rend()));
}

TEST_CASE("the styles of paging cannot be mixed, and have bounds") {
    HttpClient client = apiServer().client();
    const Account admin = logInAdmin(client);
    const auto [query, field] = GENERATE(table<std::string, std::string>({
        {"page=1&cursor=abc", "cursor"},
        {"page=1&limit=5", "limit"},
        {"per_page=101", "per_page"},
        {"per_page=0", "per_page"},
        {"limit=101", "limit"},
        {"page=0", "page"},
        {"skip=10001", "skip"},
        {"page=1000&per_page=100", "page"},
        {"limit=5&cursor=forged", "cursor"},
        {"sort_by=password", "sort_by"},
        {"is_active=perhaps", "is_active"},
        {"page=two", "page"},
    }));
    INFO("query: " << query);
    requireFieldError(requireFailure(client.get("/api/v1/users?" + query, admin.access_token), 422,
                                     "VALIDATION_ERROR"),
                      field);
}
