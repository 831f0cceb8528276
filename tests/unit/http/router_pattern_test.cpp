// Route patterns: what may be written, how it is shown, which values fit.
#include "http/route_pattern.hpp"

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using http::ParamType;

TEST_CASE("a pattern is taken apart into literals and typed parameters") {
    const auto segments = http::parsePattern("/api/{org_id}/{user_id:int}/{job:uuid}/");
    REQUIRE(segments.size() == 4);
    CHECK_FALSE(segments[0].is_param);
    CHECK(segments[0].text == "api");
    CHECK(segments[1].is_param);
    CHECK(segments[1].type == ParamType::Text);
    CHECK(segments[2].text == "user_id");
    CHECK(segments[2].type == ParamType::Int);
    CHECK(segments[3].type == ParamType::Uuid);
    CHECK(http::parsePattern("/").empty());
}

TEST_CASE("a malformed pattern is refused") {
    const char* pattern = GENERATE("", "users", "//", "/a//b", "/a//", "/a b", "/{}", "/{Id}",
                                   "/{1d}", "/{id:float}", "/{id:}", "/x{id}", "/{id}x",
                                   "/{id}/{id}", "/..", "/a/./b", "/%41", "/{id", "/id}");
    INFO(pattern);
    CHECK_THROWS_AS(http::parsePattern(pattern), Error);
}

TEST_CASE("a pattern has at most so many parameters") {
    std::string pattern;
    for (int i = 0; i < 16; ++i) {
        pattern += "/{p" + std::to_string(i) + "}";
    }
    CHECK(http::parsePattern(pattern).size() == 16);
    CHECK_THROWS_AS(http::parsePattern(pattern + "/{more}"), Error);
}

TEST_CASE("a pattern is shown without types and trailing slash") {
    CHECK(http::displayPattern("/users/{user_id:int}/") == "/users/{user_id}");
    CHECK(http::displayPattern("/") == "/");
}

TEST_CASE("patterns with other parameter names have one shape") {
    CHECK(http::patternShape("/a/{x:int}") == http::patternShape("/a/{y}/"));
    CHECK(http::patternShape("/a/{x}") != http::patternShape("/b/{x}"));
}

TEST_CASE("kebab-case nouns break no naming rule") {
    CHECK(http::namingViolations("/api/v1/order-items/{order_item_id}").empty());
    CHECK(http::namingViolations("/listings/settings").empty());
}

TEST_CASE("verbs, capitals and underscores in a path break a naming rule") {
    const char* pattern =
        GENERATE("/get-user", "/create_user", "/orderItems", "/order_items", "/a--b", "/-a", "/a-");
    INFO(pattern);
    CHECK(http::namingViolations(pattern).size() == 1);
}

TEST_CASE("an integer parameter is a decimal 64-bit number") {
    CHECK(http::fits(ParamType::Int, "0"));
    CHECK(http::fits(ParamType::Int, "-12"));
    CHECK(http::fits(ParamType::Int, "9223372036854775807"));
    for (const char* value : {"", "abc", "1.0", "+1", "1 ", "9223372036854775808", "0x1", "-"}) {
        INFO(value);
        CHECK_FALSE(http::fits(ParamType::Int, value));
    }
}

TEST_CASE("a uuid parameter has the canonical form in any case") {
    CHECK(http::fits(ParamType::Uuid, "0190163d-8694-739b-aea5-966c26f8ad91"));
    CHECK(http::fits(ParamType::Uuid, "0190163D-8694-739B-AEA5-966C26F8AD91"));
    for (const char* value :
         {"", "0190163d8694739baea5966c26f8ad91", "0190163d-8694-739b-aea5-966c26f8ad9",
          "0190163d-8694-739b-aea5-966c26f8ad9g", "0190163d-8694-739ba-ea5-966c26f8ad91",
          "{190163d-8694-739b-aea5-966c26f8ad91"}) {
        INFO(value);
        CHECK_FALSE(http::fits(ParamType::Uuid, value));
    }
}

TEST_CASE("any text fits an untyped parameter") {
    CHECK(http::fits(ParamType::Text, "a b"));
}
