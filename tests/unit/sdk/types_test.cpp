// Uuid, Timestamp, Secret, Patch and the text forms of bytes.
#include "mortise/types.hpp"

#include <random>
#include <set>
#include <unordered_set>

#include "mortise/utf8.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;

static_assert(!std::is_convertible_v<Secret<std::string>, std::string>);
static_assert(!std::is_constructible_v<std::string_view, Secret<std::string>>);

TEST_CASE("a UUID reads both cases and writes lower case") {
    const auto uuid = Uuid::parse("0190A6F4-7b1c-7CC3-98c4-dc0c0c07398f");
    REQUIRE(uuid);
    CHECK(uuid->toString() == "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f");
    CHECK(uuid->version() == 7);
    CHECK_FALSE(uuid->isNil());
    CHECK(Uuid().toString() == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("a UUID in any other form is refused") {
    for (const std::string_view text :
         {"", "0190a6f47b1c7cc398c4dc0c0c07398f", "{190a6f4-7b1c-7cc3-98c4-dc0c0c07398f}",
          "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398", "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398g",
          "0190a6f4-7b1c-7cc3-98c4dc-0c0c07398f", "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f0"}) {
        CAPTURE(text);
        CHECK_FALSE(Uuid::parse(text));
    }
}

TEST_CASE("version 7 holds the milliseconds, the version and the variant") {
    const std::array<std::uint8_t, 10> random{0xff, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7};
    const Uuid uuid = Uuid::version7(Timestamp(0x0190a6f47b1cLL * 1000 + 999), random);
    CHECK(uuid.toString() == "0190a6f4-7b1c-7fff-bf01-020304050607");
}

TEST_CASE("version 7 values sort by the time they were made") {
    const std::array<std::uint8_t, 10> high{255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const std::array<std::uint8_t, 10> low{};
    const Timestamp time = Timestamp::fromSeconds(1'700'000'000);
    const Uuid earlier = Uuid::version7(time, high);
    const Uuid later = Uuid::version7(time + std::chrono::milliseconds(1), low);
    CHECK(earlier < later);
    CHECK(earlier.toString() < later.toString());
    CHECK(std::unordered_set<Uuid>{earlier, later, earlier}.size() == 2);
}

TEST_CASE("RFC 3339 moments are read with fractions and offsets") {
    struct Row {
        std::string_view text;
        std::string_view utc;
    };
    for (const auto& [text, utc] :
         {Row{"2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000Z"},
          Row{"2026-01-31t12:00:00.25z", "2026-01-31T12:00:00.250000Z"},
          Row{"2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123456Z"},
          Row{"2026-01-31T12:00:00.1234567890123Z", "2026-01-31T12:00:00.123456Z"},
          Row{"2026-01-31T00:30:00+02:00", "2026-01-30T22:30:00.000000Z"},
          Row{"2024-02-29T23:59:59-00:30", "2024-03-01T00:29:59.000000Z"},
          Row{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
          Row{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"},
          Row{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000Z"}}) {
        CAPTURE(text);
        const auto moment = Timestamp::parse(text);
        REQUIRE(moment);
        CHECK(moment->toString() == utc);
    }
}

TEST_CASE("what is no RFC 3339 moment is refused") {
    for (const std::string_view text :
         {"", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-02-30T12:00:00Z",
          "2026-13-01T12:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
          "2026-01-31T12:00:60Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+0200",
          "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00Zx", "0000-01-01T00:00:00Z",
          "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "26-01-31T12:00:00Z",
          "2026-1-31T12:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(Timestamp::parse(text));
    }
}

TEST_CASE("PostgreSQL's timestamptz texts are read") {
    struct Row {
        std::string_view text;
        std::string_view utc;
    };
    for (const auto& [text, utc] :
         {Row{"2026-01-31 12:00:00+00", "2026-01-31T12:00:00.000000Z"},
          Row{"2026-01-31 12:00:00.5+05:30", "2026-01-31T06:30:00.500000Z"},
          Row{"2026-01-31 12:00:00.123456-03", "2026-01-31T15:00:00.123456Z"},
          Row{"1890-01-01 00:00:00+00:53:28", "1889-12-31T23:06:32.000000Z"},
          Row{"2026-01-31 12:00:00", "2026-01-31T12:00:00.000000Z"}}) {
        CAPTURE(text);
        const auto moment = Timestamp::parsePostgres(text);
        REQUIRE(moment);
        CHECK(moment->toString() == utc);
    }
    CHECK_FALSE(Timestamp::parsePostgres("infinity"));
    CHECK_FALSE(Timestamp::parsePostgres("0044-03-15 12:00:00+00 BC"));
    CHECK_FALSE(Timestamp::parsePostgres("2026-01-31 12:00:00+"));
}

TEST_CASE("moments before the epoch have whole seconds rounded down") {
    CHECK(Timestamp(-1).seconds() == -1);
    CHECK(Timestamp(-1'000'000).seconds() == -1);
    CHECK(Timestamp(1'999'999).seconds() == 1);
    CHECK(Timestamp(0).seconds() == 0);
}

TEST_CASE("random moments read back what they write") {
    std::mt19937_64 random(20260131);
    std::uniform_int_distribution<std::int64_t> moments(-62'135'596'800'000'000,
                                                        253'402'300'799'999'999);
    for (int round = 0; round < 5000; ++round) {
        const Timestamp moment(moments(random));
        REQUIRE(Timestamp::parse(moment.toString()) == moment);
    }
}

TEST_CASE("base64url follows the test vectors of RFC 4648 without padding") {
    CHECK(encodeBase64Url("").empty());
    CHECK(encodeBase64Url("f") == "Zg");
    CHECK(encodeBase64Url("fo") == "Zm8");
    CHECK(encodeBase64Url("foo") == "Zm9v");
    CHECK(encodeBase64Url("foobar") == "Zm9vYmFy");
    CHECK(encodeBase64Url("\xfb\xff") == "-_8");
}

TEST_CASE("base64url and hexadecimal read back what they write") {
    std::mt19937 random(7);
    for (std::size_t size = 0; size < 70; ++size) {
        std::string bytes(size, '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(random() & 0xFFu);
        }
        CHECK(decodeBase64Url(encodeBase64Url(bytes)) == bytes);
        CHECK(decodeHex(encodeHex(bytesOf(bytes))) == bytes);
    }
}

TEST_CASE("a second spelling of the same bytes is refused") {
    CHECK_FALSE(decodeBase64Url("Zh"));  // stray bits
    CHECK_FALSE(decodeBase64Url("Zg=="));
    CHECK_FALSE(decodeBase64Url("Z"));
    CHECK_FALSE(decodeBase64Url("Zm+v"));
    CHECK_FALSE(decodeHex("abc"));
    CHECK_FALSE(decodeHex("zz"));
    CHECK(decodeHex("aBcD") == "\xab\xcd");
}

TEST_CASE("a secret gives its value only through reveal") {
    Secret<> secret(std::string("correct horse"));
    Secret<> copy = secret;
    Secret<> moved = std::move(secret);
    CHECK(copy.reveal() == "correct horse");
    CHECK(moved.reveal() == "correct horse");
    copy = Secret<>(std::string("other"));
    CHECK(copy.reveal() == "other");
    CHECK(Secret<>().empty());
}

TEST_CASE("wiping overwrites every byte of a text") {
    std::string text = "password";
    detail::wipe(text);
    CHECK(text == std::string(8, '\0'));
}

TEST_CASE("a patch tells absent, null and value apart") {
    Patch<int> absent;
    CHECK(absent.isAbsent());
    CHECK_FALSE(absent.isNull());
    CHECK(Patch<int>::null().isNull());
    CHECK(*Patch<int>(3) == 3);
    CHECK(absent.valueOr(9) == 9);

    std::optional<int> column = 1;
    absent.applyTo(column);
    CHECK(column == 1);
    Patch<int>(2).applyTo(column);
    CHECK(column == 2);
    Patch<int>::null().applyTo(column);
    CHECK_FALSE(column);
}

TEST_CASE("text length counts characters") {
    CHECK(utf8::length("") == 0);
    CHECK(utf8::length("aé€😀") == 4);
    CHECK(utf8::isValid("aé€😀"));
    CHECK_FALSE(utf8::isValid("\xf0\x8f\xbf\xbf"));
    CHECK_FALSE(utf8::isValid("\xf4\x90\x80\x80"));
    CHECK_FALSE(utf8::isValid("\xe0\x9f\xbf"));
    CHECK_FALSE(utf8::isValid("\xe2\x82"));
    CHECK_FALSE(utf8::isValid("\x80"));
}
