// Access tokens that must not work. Most are signed with the key of the host itself: only what they
// say is wrong.
#include "base/encoding.hpp"
#include "identity/keys.hpp"
#include "identity/revocations.hpp"
#include "identity/tokens.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/system/refusals_server.hpp"

using namespace mortise::test;
namespace identity = mortise::identity;

namespace {

/// Signs with the key of the host.
std::shared_ptr<const identity::KeyRing> hostKeys() {
    return identity::KeyRing::load({.directory = refusalsServer().stateDirectory() / "keys"});
}

std::string issue(std::shared_ptr<const identity::KeyRing> keys,
                  const identity::TokenSettings& settings = {},
                  const mortise::Clock& clock = mortise::systemClock()) {
    const identity::Revocations none(100, clock);
    const std::string subject = std::to_string(refusedUser().id);
    const std::string_view roles[] = {"user"};
    return identity::TokenIssuer(std::move(keys), none, settings)
        .issue({.subject = subject, .roles = roles})
        .token;
}

void requireRefused(const std::string& token, const std::string& code = "INVALID_TOKEN") {
    INFO("token: " << token);
    HttpClient client = refusalsServer().client();
    const Answer answer = client.get("/api/v1/auth/me", token);
    requireFailure(answer, 401, code);
    CHECK(answer.header("WWW-Authenticate") == "Bearer");
    CHECK(answer.json().text("message") == "Invalid authentication credentials");
}

std::string part(const std::string& token, std::size_t index) {
    std::size_t begin = 0;
    for (; index > 0; --index) {
        begin = token.find('.', begin) + 1;
    }
    return token.substr(begin, token.find('.', begin) - begin);
}

}  // namespace

TEST_CASE("a token signed by the host is taken") {
    HttpClient client = refusalsServer().client();
    CHECK(client.get("/api/v1/auth/me", issue(hostKeys())).status == 200);
}

TEST_CASE("an expired token answers TOKEN_EXPIRED") {
    const mortise::testing::ManualClock years_ago;
    requireRefused(issue(hostKeys(), {}, years_ago), "TOKEN_EXPIRED");
}

TEST_CASE("a token of another issuer or for another audience is refused") {
    identity::TokenSettings elsewhere;
    elsewhere.issuer = "somebody else";
    requireRefused(issue(hostKeys(), elsewhere));
    identity::TokenSettings for_others;
    for_others.audience = "another service";
    requireRefused(issue(hostKeys(), for_others));
}

TEST_CASE("a token signed with another key is refused") {
    const TestDirectory directory;
    requireRefused(
        issue(identity::KeyRing::load({.directory = directory.path(), .may_generate = true})));
}

TEST_CASE("a token whose claims were changed is refused") {
    const std::string token = issue(hostKeys());
    const std::string claims =
        R"({"sub":"1","roles":["admin"],"exp":4102444800,"iat":1,"iss":"mortise","aud":"mortise","jti":"a"})";
    requireRefused(part(token, 0) + "." + mortise::base64UrlText(claims) + "." + part(token, 2));
}

TEST_CASE("a token without a signature is refused, whatever its header says") {
    const std::string token = issue(hostKeys());
    for (const char* header :
         {R"({"alg":"none","typ":"JWT"})", R"({"alg":"None"})", R"({"alg":"HS256","typ":"JWT"})"}) {
        requireRefused(mortise::base64UrlText(header) + "." + part(token, 1) + ".");
    }
    requireRefused(part(token, 0) + "." + part(token, 1) + ".");
}

TEST_CASE("what is no token at all is refused") {
    for (const char* text : {"nonsense", "a.b.c", "..", "a.b.c.d", "%00"}) {
        requireRefused(text);
    }
    requireRefused(std::string(4000, 'x'));
}

TEST_CASE("another authentication scheme counts as none") {
    HttpClient client = refusalsServer().client();
    requireFailure(
        client.send({.target = "/api/v1/auth/me", .headers = {{"Authorization", "Basic YTpi"}}}),
        401, "NOT_AUTHENTICATED");
}

TEST_CASE("a bad token is refused on a public route too") {
    HttpClient client = refusalsServer().client();
    requireFailure(client.get("/api/v1/sampler/count", "nonsense"), 401, "INVALID_TOKEN");
    CHECK(client.get("/api/v1/sampler/count").status == 200);
}
