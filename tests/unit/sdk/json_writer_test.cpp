// JsonWriter: whatever goes in, valid JSON comes out.
#include "mortise/json_writer.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "tests/support/catch.hpp"

using mortise::JsonWriter;

namespace {

template <class Value>
std::string written(const Value& value) {
    std::string out;
    JsonWriter writer(out);
    writer.value(value);
    return out;
}

std::string jsonTextOf(std::string_view text) {
    std::string out;
    mortise::appendJsonString(out, text);
    return out;
}

}  // namespace

TEST_CASE("commas stand between members and items and nowhere else") {
    std::string out;
    JsonWriter writer(out);
    writer.beginObject();
    writer.member("a", 1);
    writer.key("b");
    writer.beginArray();
    writer.value(true);
    writer.null();
    writer.beginObject();
    writer.endObject();
    writer.beginArray();
    writer.endArray();
    writer.raw("{}");
    writer.endArray();
    writer.plainKey("c");
    writer.value("x");
    writer.endObject();
    CHECK(out == R"({"a":1,"b":[true,null,{},[],{}],"c":"x"})");
}

TEST_CASE("a writer appends and leaves what was there") {
    std::string out = "data: ";
    JsonWriter(out).value(7);
    CHECK(out == "data: 7");
}

TEST_CASE("integers are written to their limits") {
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(written(std::int8_t{-5}) == "-5");
}

TEST_CASE("doubles are the shortest text that reads back") {
    CHECK(written(0.1) == "0.1");
    CHECK(written(5.0) == "5");
    CHECK(written(100000.0) == "100000");
    CHECK(written(0.0) == "0");
    CHECK(written(1e300) == "1e+300");
    CHECK(written(-2.5e-9) == "-2.5e-09");
    CHECK(std::stod(written(1.0 / 3.0)) == 1.0 / 3.0);
}

TEST_CASE("numbers that are not finite are refused") {
    CHECK_THROWS_AS(written(std::numeric_limits<double>::quiet_NaN()), std::domain_error);
    CHECK_THROWS_AS(written(-std::numeric_limits<double>::infinity()), std::domain_error);
}

TEST_CASE("quotes, backslashes and control characters are escaped") {
    CHECK(jsonTextOf("a\"b\\c") == R"("a\"b\\c")");
    CHECK(jsonTextOf("\b\f\n\r\t") == R"("\b\f\n\r\t")");
    CHECK(jsonTextOf(std::string_view("\0\x1f", 2)) == R"("\u0000\u001f")");
    CHECK(jsonTextOf("</script>/") == R"("</script>/")");
}

TEST_CASE("a special character is found at every distance from the start") {
    for (std::size_t before = 0; before < 40; ++before) {
        const std::string clean(before, 'x');
        CHECK(jsonTextOf(clean) == '"' + clean + '"');
        CHECK(jsonTextOf(clean + '"' + clean) == '"' + clean + "\\\"" + clean + '"');
        CHECK(jsonTextOf(clean + '\n') == '"' + clean + "\\n\"");
        CHECK(jsonTextOf(clean + "\\") == '"' + clean + "\\\\\"");
    }
}

TEST_CASE("well-formed UTF-8 passes unchanged") {
    for (const std::string text : {"é", "€", "日本語", "😀", "\x7f"}) {
        CHECK(jsonTextOf(text) == '"' + text + '"');
    }
}

TEST_CASE("each broken UTF-8 byte becomes a replacement character") {
    const std::string replacement = "\xEF\xBF\xBD";
    CHECK(jsonTextOf("a\xff") == "\"a" + replacement + '"');
    CHECK(jsonTextOf("\xc3") == '"' + replacement + '"');
    CHECK(jsonTextOf("\xc0\xaf") == '"' + replacement + replacement + '"');
    CHECK(jsonTextOf("\xed\xa0\x80") == '"' + replacement + replacement + replacement + '"');
    CHECK(jsonTextOf("\xf5\x80\x80\x80z") ==
          '"' + replacement + replacement + replacement + replacement + "z\"");
}
