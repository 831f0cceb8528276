// Query strings and forms: decoded pairs in the order of the client, with a bound.
#include "http/query.hpp"

#include "tests/support/catch.hpp"

using namespace mortise;
using Fault = http::DecodedParams::Fault;

TEST_CASE("pairs are decoded in the order of the client") {
    http::DecodedParams params;
    REQUIRE(params.parse("b=2&a=x+y&b=%C3%A4&flag&=v&&e=1%3D2=3") == Fault::None);
    const auto pairs = params.pairs();
    REQUIRE(pairs.size() == 6);
    CHECK(pairs[0].name == "b");
    CHECK(pairs[0].value == "2");
    CHECK(pairs[1].value == "x y");
    CHECK(pairs[2].value == "\xc3\xa4");
    CHECK(pairs[3].name == "flag");
    CHECK(pairs[3].value.empty());
    CHECK(pairs[4].name.empty());
    CHECK(pairs[5].value == "1=2=3");
    CHECK(params.find("b") == "2");
    CHECK_FALSE(params.find("missing"));
}

TEST_CASE("names are decoded too") {
    http::DecodedParams params;
    REQUIRE(params.parse("page%5Fsize=20") == Fault::None);
    CHECK(params.find("page_size") == "20");
}

TEST_CASE("an empty query has no pairs") {
    http::DecodedParams params;
    CHECK(params.parse("") == Fault::None);
    CHECK(params.parse("&&") == Fault::None);
    CHECK(params.pairs().empty());
}

TEST_CASE("a broken query is malformed and leaves nothing behind") {
    const char* text = GENERATE("a=1&b=%", "a=%4", "a=%gg", "%ff=1", "a=%00", "a=%C3");
    INFO(text);
    http::DecodedParams params;
    CHECK(params.parse(text) == Fault::Malformed);
    CHECK(params.pairs().empty());
}

TEST_CASE("the number of pairs is bounded") {
    http::DecodedParams params;
    CHECK(params.parse("a&b&c", 3) == Fault::None);
    CHECK(params.parse("a&b&c&d", 3) == Fault::TooMany);
    CHECK(params.pairs().empty());
}

TEST_CASE("pairs stay valid when the object moves") {
    http::DecodedParams params;
    REQUIRE(params.parse("a=%41") == Fault::None);
    const http::DecodedParams moved = std::move(params);
    CHECK(moved.find("a") == "A");
}

TEST_CASE("parsing again replaces the pairs") {
    http::DecodedParams params;
    REQUIRE(params.parse("a=%41") == Fault::None);
    REQUIRE(params.parse("b=1") == Fault::None);
    CHECK(params.pairs().size() == 1);
    CHECK_FALSE(params.find("a"));
}
