#include "base/strings.hpp"

#include "tests/support/catch.hpp"

using namespace mortise;

TEST_CASE("trimmed takes white space off both ends only") {
    CHECK(trimmed(" \t a b \r\n") == "a b");
    CHECK(trimmed(" \n ").empty());
    CHECK(trimmed("").empty());
}

TEST_CASE("splitList leaves empty parts out") {
    const auto parts = splitList(" a ,, b,c , ", ',');
    REQUIRE(parts.size() == 3);
    CHECK(parts[0] == "a");
    CHECK(parts[1] == "b");
    CHECK(parts[2] == "c");
    CHECK(splitList("", ',').empty());
}

TEST_CASE("numbers are read whole or not at all") {
    CHECK(parseInteger("-42") == -42);
    CHECK(parseInteger("9223372036854775807") == 9223372036854775807LL);
    for (const char* text : {"", " 1", "1 ", "1x", "0x10", "+1", "9223372036854775808"}) {
        CHECK_FALSE(parseInteger(text));
    }
    CHECK(parseNumber("2.5") == 2.5);
    CHECK(parseNumber("1e3") == 1000.0);
    for (const char* text : {"", "nan", "inf", "1e999", "2.5s"}) {
        CHECK_FALSE(parseNumber(text));
    }
}

TEST_CASE("booleans have four spellings each in any case") {
    for (const char* text : {"true", "YES", "On", "1"}) {
        CHECK(parseBoolean(text) == true);
    }
    for (const char* text : {"False", "no", "OFF", "0"}) {
        CHECK(parseBoolean(text) == false);
    }
    CHECK_FALSE(parseBoolean("maybe"));
}

TEST_CASE("whole numbers are written without an exponent") {
    CHECK(numberText(1'000'000.0) == "1000000");
    CHECK(numberText(-3.0) == "-3");
    CHECK(numberText(0.25) == "0.25");
}

TEST_CASE("nearest finds what a slip of the finger meant and nothing else") {
    const std::vector<std::string> keys = {"database.url", "database.echo", "port", "host"};
    CHECK(nearest("databse.url", keys) == "database.url");
    CHECK(nearest("prot", keys) == "port");
    CHECK(nearest("colour", keys).empty());
    CHECK(nearest("", keys).empty());
}

TEST_CASE("the constant-time comparison agrees with the ordinary one") {
    CHECK(equalsInConstantTime("secret", "secret"));
    CHECK_FALSE(equalsInConstantTime("secret", "secreT"));
    CHECK_FALSE(equalsInConstantTime("secret", "secret2"));
    CHECK(equalsInConstantTime("", ""));
}
