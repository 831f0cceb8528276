// Patterns: the subset means what ECMA 262 says, and a hostile text costs linear time.
#include "mortise/pattern.hpp"

#include <random>
#include <regex>
#include <string>

#include "tests/support/catch.hpp"

using namespace mortise;

namespace {

template <FixedText kText>
void checkAgainstRegex(std::mt19937_64& random) {
    const std::regex expected(std::string(kText.view()), std::regex::ECMAScript);
    constexpr std::string_view kLetters = "abc019-_. ";
    for (int round = 0; round < 400; ++round) {
        std::string text;
        for (std::size_t left = random() % 9; left > 0; --left) {
            text += kLetters[random() % kLetters.size()];
        }
        CAPTURE(kText.view(), text);
        REQUIRE(matches<kText>(text) == std::regex_search(text, expected));
    }
}

}  // namespace

TEST_CASE("a pattern is found anywhere unless anchors say otherwise") {
    CHECK(matches<"b">("abc"));
    CHECK_FALSE(matches<"^b">("abc"));
    CHECK_FALSE(matches<"b$">("abc"));
    CHECK(matches<"c$">("abc"));
    CHECK(matches<"^abc$">("abc"));
    CHECK(matches<"">("anything"));
    CHECK(matches<"^$">(""));
    CHECK_FALSE(matches<"^$">("a"));
    CHECK_FALSE(matches<"^a$">("a\n"));
}

TEST_CASE("repetitions have the bounds they name") {
    CHECK(matches<"^a{2}$">("aa"));
    CHECK_FALSE(matches<"^a{2}$">("aaa"));
    CHECK(matches<"^a{2,}$">("aaaaa"));
    CHECK_FALSE(matches<"^a{2,}$">("a"));
    CHECK(matches<"^(ab){1,2}$">("abab"));
    CHECK_FALSE(matches<"^(ab){1,2}$">("ababab"));
    CHECK(matches<"^a{0,1}b$">("b"));
    CHECK(matches<"^(a*)*$">("aaaa"));
    CHECK(matches<"^(a|b|cd)+$">("abcdb"));
    CHECK_FALSE(matches<"^(a|b|cd)+$">("abcb"));
}

TEST_CASE("characters are code points") {
    CHECK(matches<"^.$">("é"));
    CHECK(matches<"^.{2}$">("日😀"));
    CHECK_FALSE(matches<"^.$">("\n"));
    CHECK(matches<"^[α-ω]+$">("λογος"));
    CHECK_FALSE(matches<"^[α-ω]+$">("logos"));
    CHECK(matches<"^[^a-z]$">("😀"));
    CHECK(matches<"^\\S\\s\\S$">("a\xC2\xA0z"));
}

TEST_CASE("classes and escapes mean what they mean in ECMA 262") {
    CHECK(matches<"^[\\w.-]+@\\w+\\.org$">("a.b-c@example.org"));
    CHECK(matches<"^[\\w-]+[-\\d]$">("a-b-"));
    CHECK(matches<"^\\D+$">("abc"));
    CHECK_FALSE(matches<"^\\D+$">("ab1"));
    CHECK(matches<"^\\W$">("-"));
    CHECK(matches<"^[\\]\\\\^-]+$">("]\\^-"));
    CHECK(matches<"^\\{\\}\\(\\)\\[\\]\\/\\|$">("{}()[]/|"));
    CHECK(matches<"^\\t\\r\\n$">("\t\r\n"));
    CHECK_FALSE(matches<"^[]$">("a"));
    CHECK(matches<"^[^]$">("\n"));
    CHECK(matches<"^(?:ab)?c$">("c"));
}

TEST_CASE("patterns agree with std::regex on texts of both kinds") {
    std::mt19937_64 random(4711);
    checkAgainstRegex<"^[a-c]+$">(random);
    checkAgainstRegex<"a.c">(random);
    checkAgainstRegex<"^(a|b0)*-?c{1,2}$">(random);
    checkAgainstRegex<"\\d{2,3}_">(random);
    checkAgainstRegex<"^[a-z0-9]+([._][a-z0-9]+)*$">(random);
    checkAgainstRegex<"(ab?c|[^abc]{3})+$">(random);
    checkAgainstRegex<"^(a?){3}a{3}$">(random);
    checkAgainstRegex<"a|b0|c-">(random);
}

TEST_CASE("a text that makes a backtracking matcher explode is matched in one pass") {
    // 2^40000 ways for a matcher that tries them one after the other; here each character costs the same.
    const std::string text = std::string(40'000, 'a') + "!";
    CHECK_FALSE(matches<"^(a+)+$">(text));
    CHECK_FALSE(matches<"^(a|a)*$">(text));
    CHECK_FALSE(matches<"^(.*a){12}$">(std::string(20'000, 'b')));
}

TEST_CASE("a broken sequence is one character and ends") {
    CHECK(matches<"^.$">("\xff"));
    CHECK(matches<"^.{3}$">("\xe2\x82z"));
}
