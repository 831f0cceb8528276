#include "identity/tokens.hpp"

#include <thread>

#include "base/error.hpp"
#include "identity/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/identity/token_fixture.hpp"

using namespace mortise;
using namespace mortise::identity;
using namespace mortise::identity::testing;
using namespace std::chrono_literals;

TEST_CASE("an issued token says who, what and how long") {
    TokenFixture fixture;
    const std::string_view roles[] = {"admin", "user"};
    const IssuedToken issued =
        fixture.issuer.issue({.subject = "7", .session_id = "s1", .roles = roles, .lifetime = 60s});
    const VerifyResult result = fixture.verifier.verify(issued.token);
    REQUIRE(result.state == TokenState::Ok);
    CHECK(result.principal->subject == "7");
    CHECK(result.principal->roles == std::vector<std::string>{"admin", "user"});
    CHECK(result.principal->hasRole("admin"));
    CHECK_FALSE(result.principal->hasRole("root"));
    CHECK(result.principal->session_id == "s1");
    CHECK(result.principal->token_id == issued.token_id);
    CHECK(result.principal->issued_at_s == fixture.clock.unixSeconds());
    CHECK(result.principal->expires_at_s == issued.expires_at_s);
    CHECK(issued.expires_at_s == fixture.clock.unixSeconds() + 60);
}

TEST_CASE("a token carries the registered claims and no others") {
    TokenFixture fixture;
    const IssuedToken issued = fixture.issuer.issue({.subject = "a\"b"});
    const std::size_t first = issued.token.find('.');
    const std::size_t second = issued.token.find('.', first + 1);
    const std::string now = std::to_string(fixture.clock.unixSeconds());
    CHECK(decodeBase64Url(issued.token.substr(0, first)) == fixture.header);
    CHECK(decodeBase64Url(issued.token.substr(first + 1, second - first - 1)) ==
          "{\"sub\":\"a\\\"b\",\"roles\":[],\"exp\":" + std::to_string(issued.expires_at_s) +
              ",\"iat\":" + now + ",\"iss\":\"mortise\",\"aud\":\"mortise\",\"jti\":\"" +
              issued.token_id + "\"}");
    CHECK(issued.expires_at_s == fixture.clock.unixSeconds() + 900);
}

TEST_CASE("two tokens never have the same id") {
    TokenFixture fixture;
    CHECK(fixture.issuer.issue({.subject = "7"}).token_id !=
          fixture.issuer.issue({.subject = "7"}).token_id);
}

TEST_CASE("requests that break a rule are refused") {
    TokenFixture fixture;
    const std::string large(limits::kTokenTextSizeMax + 1, 'x');
    const std::string_view empty_role[] = {""};
    const std::vector<std::string_view> many_roles(limits::kTokenRoleCountMax + 1, "r");
    const std::vector<std::string_view> large_roles(limits::kTokenRoleCountMax,
                                                    std::string_view(large).substr(1));
    CHECK_THROWS_AS(fixture.issuer.issue({}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = large}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = "7", .session_id = large}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = "7", .roles = empty_role}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = "7", .roles = many_roles}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = "7", .roles = large_roles}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = "7", .lifetime = -1s}), Error);
    CHECK_THROWS_AS(fixture.issuer.issue({.subject = "7", .lifetime = 86'401s}), Error);
}

TEST_CASE("a token expires after its life and the leeway, also when it is remembered") {
    TokenFixture fixture;
    const std::string token = fixture.issuer.issue({.subject = "7", .lifetime = 60s}).token;
    CHECK(fixture.stateOf(token) == TokenState::Ok);
    fixture.clock.advance(64s);
    CHECK(fixture.stateOf(token) == TokenState::Ok);
    fixture.clock.advance(1s);
    CHECK(fixture.stateOf(token) == TokenState::Expired);
    CHECK(fixture.verifier.cachedCount() == 0);
    CHECK(fixture.stateOf(token) == TokenState::Expired);
}

TEST_CASE("the hand-made token of the following tests is valid unless something is changed") {
    TokenFixture fixture;
    CHECK(fixture.stateOf(fixture.forged(fixture.header, fixture.claims())) == TokenState::Ok);
}

TEST_CASE("malformed tokens are invalid") {
    TokenFixture fixture;
    const std::string good = fixture.forged(fixture.header, fixture.claims());
    for (const std::string& token :
         {std::string(), std::string("."), std::string(".."), std::string("a.b.c"),
          std::string("a.b"), good + ".", good + "=", good + "A", " " + good,
          good.substr(0, good.size() - 1), good.substr(0, good.rfind('.') + 1),
          good.substr(good.find('.')), std::string(limits::kTokenSizeMax + 1, 'a'),
          std::string("\0.\0.\0", 5)}) {
        CAPTURE(token);
        CHECK(fixture.stateOf(token) == TokenState::Invalid);
    }
}

TEST_CASE("a token without a signature or with another algorithm is invalid") {
    TokenFixture fixture;
    const std::string claims = base64UrlText(fixture.claims());
    CHECK(fixture.stateOf(base64UrlText(R"({"alg":"none","kid":"k1"})") + "." + claims + ".") ==
          TokenState::Invalid);
    for (const char* algorithm : {"none", "HS256", "rs256", "RS384", "PS256", "ES256", ""}) {
        CAPTURE(algorithm);
        const std::string header = std::string(R"({"alg":")") + algorithm + R"(","kid":"k1"})";
        CHECK(fixture.stateOf(fixture.forged(header, fixture.claims())) == TokenState::Invalid);
    }
}

TEST_CASE("an HMAC with the public key as its secret is no signature") {
    TokenFixture fixture;
    const std::string text =
        base64UrlText(R"({"alg":"HS256","kid":"k1"})") + "." + base64UrlText(fixture.claims());
    const Digest mac = hmacSha256(publicPemOf(firstPem()), text);
    const std::string token =
        text + "." + base64UrlText({reinterpret_cast<const char*>(mac.data()), mac.size()});
    CHECK(fixture.stateOf(token) == TokenState::Invalid);
}

TEST_CASE("headers that ask for more than we know are invalid") {
    TokenFixture fixture;
    for (const char* header :
         {R"({"alg":"RS256"})", R"({"alg":"RS256","kid":"k2"})", R"({"alg":"RS256","kid":7})",
          R"({"alg":["RS256"],"kid":"k1"})", R"({"kid":"k1"})",
          R"({"alg":"RS256","kid":"k1","crit":["exp"]})", R"({"alg":"RS256","kid":"k1","crit":[]})",
          R"({"alg":"RS256","kid":"k1","typ":"JWE"})", R"({"alg":"RS256","kid":"k1","typ":1})",
          R"({"alg":"none","alg":"RS256","kid":"k1"})", R"({"alg":"RS256","kid":"k2","kid":"k1"})",
          R"({"alg":"RS256","kid":"k1"} )"
          "x",
          R"(["alg"])", "", "null"}) {
        CAPTURE(header);
        CHECK(fixture.stateOf(fixture.forged(header, fixture.claims())) == TokenState::Invalid);
    }
    CHECK(fixture.stateOf(
              fixture.forged(R"({"alg":"RS256","kid":"k1","typ":"at+jwt","x":{"y":[null,1.5]}})",
                             fixture.claims())) == TokenState::Ok);
}

TEST_CASE("a signature holds for its own text only") {
    TokenFixture fixture;
    const std::string good = fixture.forged(fixture.header, fixture.claims());
    const std::string other = base64UrlText(fixture.header) + "." +
                              base64UrlText(fixture.claims("\"7\"", "\"8\"")) +
                              good.substr(good.rfind('.'));
    CHECK(fixture.stateOf(other) == TokenState::Invalid);
    const auto foreign = ringOf("[" + keyJson("k1", secondPem()) + "]");
    const std::string text = good.substr(0, good.rfind('.'));
    CHECK(fixture.stateOf(text + "." + base64UrlText(foreign->sign(text))) == TokenState::Invalid);
}

TEST_CASE("claims that are missing, doubled, of another type or for somebody else are invalid") {
    TokenFixture fixture;
    const std::string now = std::to_string(fixture.clock.unixSeconds());
    const std::string later = std::to_string(fixture.clock.unixSeconds() + 900);
    const std::pair<std::string, std::string> changes[] = {
        {"\"sub\":\"7\",", ""},
        {"\"7\"", "7"},
        {"\"7\"", "\"\""},
        {"\"sub\":\"7\"", "\"sub\":\"7\",\"sub\":\"8\""},
        {"\"exp\":" + later + ",", ""},
        {later, "\"" + later + "\""},
        {later, later + ".5"},
        {later, "-1"},
        {later, "99999999999999999999"},
        {later, "9223372036854775807"},
        {"\"iat\":" + now + ",", ""},
        {"\"iat\":" + now, "\"iat\":" + later},
        {"\"iss\":\"mortise\",", ""},
        {"\"iss\":\"mortise\"", "\"iss\":\"other\""},
        {"\"aud\":\"mortise\",", ""},
        {"\"aud\":\"mortise\"", "\"aud\":\"other\""},
        {"\"aud\":\"mortise\"", "\"aud\":[\"other\"]"},
        {"\"aud\":\"mortise\"", "\"aud\":[]"},
        {"\"jti\":\"t1\",", ""},
        {"\"t1\"", "null"},
        {"\"s1\"", "\"\""},
        {"\"s1\"", "5"},
        {"[\"admin\"]", "\"admin\""},
        {"[\"admin\"]", "[1]"},
        {"[\"admin\"]", "[\"\"]"},
        {"\"sid\"", "\"nbf\":" + later + ",\"sid\""},
        {"\"sid\"", "\"nbf\":\"x\",\"sid\""},
        {"\"sid\"", "\"scope\":[\"a\"],\"sid\""},
        {"}", "} {}"},
        {"{", "[{"},
    };
    for (const auto& [part, change] : changes) {
        CAPTURE(part, change);
        CHECK(fixture.stateOf(fixture.forged(fixture.header, fixture.claims(part, change))) ==
              TokenState::Invalid);
    }
}

TEST_CASE("several audiences and scopes are understood") {
    TokenFixture fixture;
    const std::string claims =
        fixture.claims("\"aud\":\"mortise\"", R"("aud":["other","mortise"],"scope":"read  write")");
    const VerifyResult result = fixture.verifier.verify(fixture.forged(fixture.header, claims));
    REQUIRE(result.state == TokenState::Ok);
    CHECK(result.principal->scopes == std::vector<std::string>{"read", "write"});
    CHECK(result.principal->hasScope("write"));
}

TEST_CASE("only an otherwise perfect token is called expired") {
    TokenFixture fixture;
    const std::string token = fixture.forged(fixture.header, fixture.claims());
    const std::string wrong =
        fixture.forged(fixture.header, fixture.claims("\"iss\":\"mortise\"", "\"iss\":\"other\""));
    fixture.clock.advance(24h);
    CHECK(fixture.stateOf(token) == TokenState::Expired);
    CHECK(fixture.stateOf(wrong) == TokenState::Invalid);
}

TEST_CASE("revocation holds at once, also for a remembered token") {
    TokenFixture fixture;
    const IssuedToken first = fixture.issuer.issue({.subject = "7", .session_id = "s1"});
    const IssuedToken second = fixture.issuer.issue({.subject = "7", .session_id = "s1"});
    const IssuedToken third = fixture.issuer.issue({.subject = "7", .session_id = "s2"});
    for (const IssuedToken& issued : {first, second, third}) {
        CHECK(fixture.stateOf(issued.token) == TokenState::Ok);
    }
    CHECK(fixture.verifier.cachedCount() == 3);
    CHECK(fixture.revocations.revokeToken(first.token_id, first.expires_at_s));
    CHECK(fixture.stateOf(first.token) == TokenState::Invalid);
    CHECK(fixture.stateOf(second.token) == TokenState::Ok);
    CHECK(fixture.revocations.revokeSession("s1", first.expires_at_s));
    CHECK(fixture.stateOf(second.token) == TokenState::Invalid);
    CHECK(fixture.stateOf(third.token) == TokenState::Ok);
    CHECK(fixture.revocations.revokeSubject("7", first.expires_at_s));
    CHECK(fixture.stateOf(third.token) == TokenState::Invalid);
}

TEST_CASE("a login right after everything was revoked works in the same second") {
    TokenFixture fixture;
    const IssuedToken before = fixture.issuer.issue({.subject = "7"});
    CHECK(fixture.revocations.revokeSubject("7", before.expires_at_s));
    const IssuedToken after = fixture.issuer.issue({.subject = "7"});
    CHECK(fixture.stateOf(before.token) == TokenState::Invalid);
    CHECK(fixture.stateOf(after.token) == TokenState::Ok);
}

TEST_CASE("a new key in front signs and the old one still verifies until it is dropped") {
    TokenFixture fixture;
    const std::string old_token = fixture.issuer.issue({.subject = "7"}).token;
    const auto both =
        ringOf("[" + keyJson("k2", secondPem()) + "," + keyJson("k1", firstPem()) + "]");
    fixture.issuer.replaceKeys(both);
    fixture.verifier.replaceKeys(both);
    const std::string new_token = fixture.issuer.issue({.subject = "7"}).token;
    CHECK(fixture.stateOf(old_token) == TokenState::Ok);
    CHECK(fixture.stateOf(new_token) == TokenState::Ok);
    fixture.verifier.replaceKeys(ringOf("[" + keyJson("k2", secondPem()) + "]"));
    CHECK(fixture.stateOf(old_token) == TokenState::Invalid);
    CHECK(fixture.stateOf(new_token) == TokenState::Ok);
}

TEST_CASE("the memory of verified tokens is bounded") {
    TokenFixture fixture;
    fixture.settings.cache_count_max = 16;
    JwtVerifier verifier(fixture.ring, fixture.revocations, fixture.settings, fixture.clock);
    for (int i = 0; i < 60; ++i) {
        CHECK(verifier.verify(fixture.issuer.issue({.subject = "7"}).token).state ==
              TokenState::Ok);
    }
    CHECK(verifier.cachedCount() <= 16);
    CHECK(verifier.cachedCount() > 0);
}

TEST_CASE("threads may verify, revoke and change keys at once") {
    TokenFixture fixture;
    const IssuedToken kept = fixture.issuer.issue({.subject = "7", .session_id = "s1"});
    const IssuedToken revoked = fixture.issuer.issue({.subject = "8", .session_id = "s2"});
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 3; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 100; ++i) {
                wrong += fixture.stateOf(kept.token) == TokenState::Ok ? 0 : 1;
                fixture.stateOf(revoked.token);
            }
        });
    }
    CHECK(fixture.revocations.revokeSession("s2", revoked.expires_at_s));
    for (int i = 0; i < 20; ++i) {
        fixture.verifier.replaceKeys(fixture.ring);
        fixture.issuer.issue({.subject = "9"});
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(wrong == 0);
    CHECK(fixture.stateOf(revoked.token) == TokenState::Invalid);
}
