// JsonValue and JsonMembers over token arrays.
#include "mortise/json_reader.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/json_tokens.hpp"

using namespace mortise;
using mortise::test::JsonTokens;

namespace {
JsonValue rootOf(const JsonTokens& tokens) {
    return JsonValue::root(&tokens.document());
}
}  // namespace

TEST_CASE("a document that is missing has no root") {
    CHECK_FALSE(JsonValue::root(nullptr));
    const mortise_json_document empty{};
    CHECK_FALSE(JsonValue::root(&empty));
}

TEST_CASE("scalars answer only to their own kind") {
    const JsonTokens tokens(R"([null,true,12,"12",1.5])");
    std::vector<JsonValue> items;
    rootOf(tokens).forEachItem([&](std::size_t, JsonValue item) { items.push_back(item); });
    REQUIRE(items.size() == 5);
    CHECK(items[0].isNull());
    CHECK(items[1].asBool() == true);
    CHECK(items[2].asInt() == 12);
    CHECK_FALSE(items[2].asBool());
    CHECK_FALSE(items[3].asInt());
    CHECK(items[3].asString() == "12");
    CHECK(items[4].asDouble() == 1.5);
    CHECK_FALSE(items[4].asInt());
    CHECK_FALSE(items[4].asString());
}

TEST_CASE("members are found behind nested content") {
    const JsonTokens tokens(R"({"a":{"b":[1,2,{"z":0}]},"z":"last"})");
    CHECK(rootOf(tokens).count() == 2);
    CHECK(rootOf(tokens).find("z").asString() == "last");
    CHECK(rootOf(tokens).find("a").find("b").count() == 3);
    CHECK_FALSE(rootOf(tokens).find("b"));
}

TEST_CASE("JsonMembers finds members in any order and again") {
    const JsonTokens tokens(R"({"a":1,"b":[2,2],"c":3})");
    JsonMembers members(rootOf(tokens));
    CHECK(members.find("c").asInt() == 3);
    CHECK(members.find("a").asInt() == 1);
    CHECK(members.find("b").count() == 2);
    CHECK(members.find("b").count() == 2);
    CHECK_FALSE(members.find("d"));
    const JsonTokens empty("{}");
    CHECK_FALSE(JsonMembers(rootOf(empty)).find("a"));
}

TEST_CASE("an integer that does not fit is out of range, not malformed") {
    const auto outcome = [](std::string_view text, auto value) {
        const JsonTokens tokens(text);
        return rootOf(tokens).toInteger(value);
    };
    CHECK(outcome("127", std::int8_t{}) == NumberOutcome::Ok);
    CHECK(outcome("128", std::int8_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("-1", std::uint32_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("18446744073709551615", std::uint64_t{}) == NumberOutcome::Ok);
    CHECK(outcome("18446744073709551616", std::uint64_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("-9223372036854775808", std::int64_t{}) == NumberOutcome::Ok);
    CHECK(outcome("99999999999999999999999999", std::int64_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("5.0", std::int64_t{}) == NumberOutcome::Ok);
    CHECK(outcome("1e3", std::int64_t{}) == NumberOutcome::Ok);
    CHECK(outcome("5.5", std::int64_t{}) == NumberOutcome::NotANumber);
    CHECK(outcome("5e-1", std::int64_t{}) == NumberOutcome::NotANumber);
    CHECK(outcome("92233720368547758070e-1", std::int64_t{}) == NumberOutcome::Ok);
    CHECK(outcome("92233720368547758080e-1", std::int64_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("-1.0", std::uint64_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("1e99999999999999999999", std::int64_t{}) == NumberOutcome::OutOfRange);
    CHECK(outcome("0e99999999999999999999", std::int64_t{}) == NumberOutcome::Ok);
    CHECK(outcome("\"5\"", std::int64_t{}) == NumberOutcome::NotANumber);
}

TEST_CASE("minus zero is zero for signed and unsigned integers") {
    const JsonTokens tokens("-0");
    CHECK(rootOf(tokens).asInt<std::int32_t>() == 0);
    CHECK(rootOf(tokens).asInt<std::uint32_t>() == 0u);
}

TEST_CASE("doubles overflow to out of range and underflow to zero") {
    double value = 1;
    CHECK(detail::parseDouble("1e999", value) == NumberOutcome::OutOfRange);
    CHECK(detail::parseDouble("-1e999", value) == NumberOutcome::OutOfRange);
    CHECK(detail::parseDouble("1e-999", value) == NumberOutcome::Ok);
    CHECK(value == 0);
}

TEST_CASE("a number of any document fits a double and a numeric of PostgreSQL") {
    for (const std::string& text :
         {std::string("0"), std::string("-1.5e308"), std::string("1e-16383"), std::string("0e0"),
          "1" + std::string(308, '0'), "0." + std::string(16000, '0') + "1",
          "0." + std::string(400, '0') + "1e500"}) {
        INFO(text.substr(0, 30));
        CHECK(detail::fitsEverywhere(text));
    }
    for (const std::string& text :
         {std::string("1e309"), std::string("-1e999999"), std::string("1e-16384"),
          std::string("0e-999999"), std::string("0e99999999999999999999"),
          "1" + std::string(309, '0'), "0." + std::string(16383, '0') + "1"}) {
        INFO(text.substr(0, 30));
        CHECK_FALSE(detail::fitsEverywhere(text));
    }
}

TEST_CASE("only decimal numbers are doubles") {
    double value = 0;
    for (const std::string_view text : {"", "nan", "inf", "-inf", "0x10", "1,5", "1.5x", " 1"}) {
        CAPTURE(text);
        CHECK(detail::parseDouble(text, value) == NumberOutcome::NotANumber);
    }
    CHECK(detail::parseDouble("-12.25e2", value) == NumberOutcome::Ok);
    CHECK(value == -1225);
}
