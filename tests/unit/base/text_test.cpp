#include "base/encoding.hpp"
#include "base/json_text.hpp"
#include "base/random.hpp"
#include "base/utc.hpp"
#include "base/utf8.hpp"

#include <limits>
#include <set>

#include "tests/support/catch.hpp"

using namespace mortise;
using namespace std::chrono_literals;

TEST_CASE("UTF-8 refuses overlong forms, surrogates and what lies above the last character") {
    CHECK(isUtf8("plain, \xC3\xA4, \xE2\x82\xAC, \xF0\x9F\x8D\x8E"));
    for (const char* bad : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80",
                            "\xC3", "\xE2\x82", "\xFF"}) {
        CHECK_FALSE(isUtf8(bad));
    }
}

TEST_CASE("a cut never ends inside a character") {
    const std::string text = "a\xE2\x82\xAC";
    CHECK(cutUtf8(text, 4) == text);
    CHECK(cutUtf8(text, 3) == "a");
    CHECK(cutUtf8(text, 2) == "a");
    CHECK(cutUtf8(text, 0).empty());
}

TEST_CASE("malformed bytes become replacement characters") {
    std::string out;
    appendAsUtf8(out, "a\xFF\xC3\xA4");
    CHECK(out == "a\xEF\xBF\xBD\xC3\xA4");
}

TEST_CASE("JSON strings are escaped and always valid") {
    CHECK(jsonString("a\"b\\c\n\t\x01\x7f") == "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f\"");
    CHECK(jsonString("\xE2\x82\xAC") == "\"\xE2\x82\xAC\"");
    CHECK(jsonString("x\xC3") == "\"x\xEF\xBF\xBD\"");
    CHECK(jsonString(std::string_view("\0", 1)) == "\"\\u0000\"");
}

TEST_CASE("JSON numbers have no infinities") {
    std::string out;
    appendJsonNumber(out, std::numeric_limits<double>::infinity());
    CHECK(out == "null");
    out.clear();
    appendJsonNumber(out, 1.25);
    CHECK(out == "1.25");
    out.clear();
    appendJsonInteger(out, std::numeric_limits<std::int64_t>::min());
    CHECK(out == "-9223372036854775808");
}

TEST_CASE("base64url follows RFC 4648 without padding") {
    CHECK(base64UrlText("") == "");
    CHECK(base64UrlText("f") == "Zg");
    CHECK(base64UrlText("fo") == "Zm8");
    CHECK(base64UrlText("foobar") == "Zm9vYmFy");
    CHECK(base64UrlText("\xFB\xFF") == "-_8");
    CHECK(decodeBase64Url("-_8") == "\xFB\xFF");
}

TEST_CASE("one value has one base64url spelling") {
    for (const char* bad : {"Zh", "Zg=", "Zg==", "Z", "Zm9v!", "+/8", "Zm 9v"}) {
        CHECK_FALSE(decodeBase64Url(bad));
    }
}

TEST_CASE("hexadecimal is lower case") {
    CHECK(hexText("\x0F\xA0") == "0fa0");
}

TEST_CASE("timestamps are ISO 8601 in UTC with milliseconds") {
    const std::chrono::system_clock::time_point time(1'700'000'000'007ms);
    CHECK(utcText(time) == "2023-11-14T22:13:20.007Z");
    CHECK(utcText(std::chrono::system_clock::time_point(-1ms)) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("random texts have their size and differ") {
    std::set<std::string> tokens;
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i) {
        tokens.insert(randomToken());
        ids.insert(quickHex(12));
    }
    CHECK(tokens.size() == 100);
    CHECK(ids.size() == 100);
    CHECK(tokens.begin()->size() == 43);
    CHECK(ids.begin()->size() == 12);
    CHECK(ids.begin()->find_first_not_of("0123456789abcdef") == std::string::npos);
}
