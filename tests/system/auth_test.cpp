// Registration, login, tokens and sessions, as a client sees them.
#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/system/api_server.hpp"

using namespace mortise::test;

namespace {

std::string refreshBody(const std::string& token) {
    return R"({"refresh_token":")" + token + "\"}";
}

}  // namespace

TEST_CASE("register answers 201 with tokens and never with a password") {
    HttpClient client = apiServer().client();
    const std::string email = newEmail();
    const Answer answer = client.post("/api/v1/auth/register", registrationBody(email));
    const Json data = requireSuccess(answer, 201);
    CHECK(answer.body.find("password") == std::string::npos);
    CHECK(data.names() == std::vector<std::string>{"access_token", "expires_in", "refresh_token",
                                                   "token_type", "user"});
    CHECK(data.text("token_type") == "bearer");
    CHECK(data.integer("expires_in") == 900);
    CHECK(data.text("user.email") == email);
    CHECK(data.text("user.full_name") == "Ada Lovelace");
    CHECK(data.boolean("user.is_active"));
    CHECK(data.text("user.roles.0") == "user");
    CHECK(data.text("user.created_at").ends_with('Z'));
}

TEST_CASE("registering an address twice answers 409") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    requireFailure(client.post("/api/v1/auth/register", registrationBody(account.email)), 409,
                   "EMAIL_TAKEN");
}

TEST_CASE("an address differs from another by more than letter case") {
    HttpClient client = apiServer().client();
    Account account = registerAccount(client);
    account.email[0] = 'U';
    requireFailure(client.post("/api/v1/auth/register", registrationBody(account.email)), 409,
                   "EMAIL_TAKEN");
}

TEST_CASE("login answers 201 Authenticated with a new pair of tokens") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Answer answer = client.post("/api/v1/auth/login", loginBody(account.email));
    const Json data = requireSuccess(answer, 201);
    CHECK(answer.json().text("message") == "Authenticated");
    CHECK(data.integer("user.id") == account.id);
    CHECK(data.text("access_token") != account.access_token);
    CHECK(data.text("refresh_token") != account.refresh_token);
}

TEST_CASE("login takes the form of OAuth2 too") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Answer answer = client.send(
        {.method = "POST",
         .target = "/api/v1/auth/login",
         .body = "grant_type=password&username=" + account.email + "&password=only+for+this+test",
         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
    CHECK(requireSuccess(answer, 201).integer("user.id") == account.id);
}

TEST_CASE("a wrong password and an unknown user get the same answer") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Answer wrong = client.post("/api/v1/auth/login", loginBody(account.email, "not this"));
    const Answer unknown = client.post("/api/v1/auth/login", loginBody(newEmail(), "not this"));
    requireFailure(wrong, 401, "INVALID_CREDENTIALS");
    requireFailure(unknown, 401, "INVALID_CREDENTIALS");
    CHECK(wrong.body == unknown.body);
    CHECK(wrong.header("WWW-Authenticate") == "Bearer");
}

TEST_CASE("wrong passwords in a row lock the address for a while") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    for (int i = 0; i < 5; ++i) {
        client.post("/api/v1/auth/login", loginBody(account.email, "not this"));
    }
    const Answer locked = client.post("/api/v1/auth/login", loginBody(account.email));
    requireFailure(locked, 403, "ACCOUNT_LOCKED");
    CHECK(std::stoi(locked.header("Retry-After")) > 0);
    CHECK(locked.json().text("message") == "Your account is locked. Try again in 30 minutes.");
}

TEST_CASE("me tells whom the token stands for") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Answer answer = client.get("/api/v1/auth/me", account.access_token);
    const Json data = requireSuccess(answer, 200);
    CHECK(data.integer("user.id") == account.id);
    CHECK(data.text("roles.0") == "user");
    CHECK(data.text("expires_at").ends_with('Z'));
    CHECK(answer.header("Cache-Control") == "no-store");
}

TEST_CASE("me without a token answers 401 and says which scheme") {
    HttpClient client = apiServer().client();
    const Answer answer = client.get("/api/v1/auth/me");
    requireFailure(answer, 401, "NOT_AUTHENTICATED");
    CHECK(answer.header("WWW-Authenticate") == "Bearer");
}

TEST_CASE("refresh hands out a new pair that works") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Json data = requireSuccess(
        client.post("/api/v1/auth/refresh", refreshBody(account.refresh_token)), 200);
    CHECK(data.text("refresh_token") != account.refresh_token);
    CHECK(client.get("/api/v1/auth/me", data.text("access_token")).status == 200);
    CHECK(client.post("/api/v1/auth/refresh", refreshBody(data.text("refresh_token"))).status ==
          200);
}

TEST_CASE("using a refresh token twice ends its whole family") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Json next = requireSuccess(
        client.post("/api/v1/auth/refresh", refreshBody(account.refresh_token)), 200);
    requireFailure(client.post("/api/v1/auth/refresh", refreshBody(account.refresh_token)), 401,
                   "TOKEN_REUSED");
    requireFailure(client.post("/api/v1/auth/refresh", refreshBody(next.text("refresh_token"))),
                   401, "INVALID_TOKEN");
    requireFailure(client.get("/api/v1/auth/me", next.text("access_token")), 401, "INVALID_TOKEN");
    CHECK(logIn(client, account.email).id == account.id);
}

TEST_CASE("an invented refresh token is refused") {
    HttpClient client = apiServer().client();
    requireFailure(client.post("/api/v1/auth/refresh", refreshBody("not-a-token")), 401,
                   "INVALID_TOKEN");
}

TEST_CASE("logout makes the tokens of this session stop working") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Account other = logIn(client, account.email);
    const Answer answer = client.send(
        {.method = "POST", .target = "/api/v1/auth/logout", .token = account.access_token});
    CHECK(answer.status == 204);
    CHECK(answer.body.empty());
    requireFailure(client.get("/api/v1/auth/me", account.access_token), 401, "INVALID_TOKEN");
    requireFailure(client.post("/api/v1/auth/refresh", refreshBody(account.refresh_token)), 401,
                   "INVALID_TOKEN");
    CHECK(client.get("/api/v1/auth/me", other.access_token).status == 200);
}

TEST_CASE("logout-all ends every session of the user") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Account other = logIn(client, account.email);
    CHECK(client
              .send({.method = "POST",
                     .target = "/api/v1/auth/logout-all",
                     .token = account.access_token})
              .status == 204);
    for (const std::string& token : {account.access_token, other.access_token}) {
        requireFailure(client.get("/api/v1/auth/me", token), 401, "INVALID_TOKEN");
    }
    const Account again = logIn(client, account.email);
    CHECK(client.get("/api/v1/auth/me", again.access_token).status == 200);
}

TEST_CASE("sessions are listed and ended one by one") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Account other = logIn(client, account.email);
    const Json list =
        requireSuccess(client.get("/api/v1/auth/sessions", other.access_token), 200).at("items");
    REQUIRE(list.size() == 2);
    const std::string first = list.text(list.boolean("0.current") ? "1.id" : "0.id");
    CHECK(client.del("/api/v1/auth/sessions/" + first, other.access_token).status == 204);
    requireFailure(client.get("/api/v1/auth/me", account.access_token), 401, "INVALID_TOKEN");
    requireFailure(client.del("/api/v1/auth/sessions/" + first, other.access_token), 404,
                   "SESSION_NOT_FOUND");
    requireFailure(client.del("/api/v1/auth/sessions/17", other.access_token), 422,
                   "VALIDATION_ERROR");
}

TEST_CASE("the OAuth2 token endpoint speaks RFC 6749") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    Request request{.method = "POST",
                    .target = "/api/v1/auth/token",
                    .body = "grant_type=password&username=" + account.email +
                            "&password=only%20for%20this%20test",
                    .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}};
    const Answer granted = client.send(request);
    REQUIRE(granted.status == 200);
    CHECK(granted.header("Cache-Control") == "no-store");
    CHECK(granted.json().names() ==
          std::vector<std::string>{"access_token", "expires_in", "refresh_token", "token_type"});
    request.body = "grant_type=password&username=" + account.email + "&password=wrong";
    const Answer refused = client.send(request);
    CHECK(refused.status == 400);
    CHECK(refused.json().text("error") == "invalid_grant");
}
