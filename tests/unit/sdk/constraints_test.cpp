// Each constraint at its edges, and the messages it gives.
#include "mortise/constraints.hpp"

#include <limits>

#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;

namespace {

/// Messages about one text under some constraints, joined with '|'.
template <class... Constraints>
std::string checkedText(std::string_view text, const Constraints&... constraints) {
    FieldRules rules;
    (constraints.applyTo(rules), ...);
    Violations violations;
    detail::checkText(text, {rules}, violations);
    std::string all;
    for (const auto& entry : violations.entries()) {
        all += (all.empty() ? "" : "|") + entry.message;
    }
    return all;
}

template <class Number, class... Constraints>
std::string checkedNumber(Number number, const Constraints&... constraints) {
    FieldRules rules;
    (constraints.applyTo(rules), ...);
    Violations violations;
    detail::checkNumber(number, rules, violations);
    return violations.empty() ? "" : violations.entries().front().message;
}

struct Choosy {
    std::string sort_by;
    std::vector<std::string> roles;
    std::map<std::string, int> weights;

    static constexpr auto schema() {
        return object<Choosy>("Choosy")
            .field("sort_by", &Choosy::sort_by, oneOf("id", "-id").message("Cannot sort by this"))
            .field("roles", &Choosy::roles, oneOf("admin", "user"), minItems(1), maxItems(2))
            .field("weights", &Choosy::weights, notRequired(), le(9), maxItems(1));
    }
};

inline constexpr auto kSize = together(minItems(1), together(ge(1), le(4, "Too large")));
inline constexpr auto kLetter = together(oneOf("a", "b"), maxLength(1));

struct Reused {
    std::vector<int> sizes;
    std::string letter;

    static constexpr auto schema() {
        return object<Reused>("Reused")
            .field("sizes", &Reused::sizes, kSize, maxItems(2))
            .field("letter", &Reused::letter, kLetter, oneOf("c"));
    }
};

}  // namespace

TEST_CASE("lengths count characters, not bytes") {
    CHECK(checkedText("éé", minLength(2), maxLength(2)).empty());
    CHECK(checkedText("日本", minLength(3)) == "Must be at least 3 characters");
    CHECK(checkedText("😀😀😀", maxLength(2)) == "Must be at most 2 characters");
    CHECK(checkedText("", minLength(1)) == "Must be at least 1 character");
    CHECK(checkedText("", maxLength(0)).empty());
    CHECK(checkedText("a", maxLength(0)) == "Must be at most 0 characters");
    CHECK(checkedText("ab", minLength(3, "Too short")) == "Too short");
    CHECK(checkedText("abc", maxLength(2, "Too long")) == "Too long");
}

TEST_CASE("a text may break several rules at once") {
    CHECK(checkedText("@", minLength(3), email()) ==
          "Must be at least 3 characters|Invalid email format");
}

TEST_CASE("e-mail addresses people have are accepted") {
    for (const std::string_view address :
         {"valid@test.com", "a@b.co", "first.last+tag@sub.example.org", "x_1-2%3@ex-ample.io",
          "o'neil@example.museum", "UPPER@EXAMPLE.COM", "n@xn--bcher-kva.example"}) {
        CAPTURE(address);
        CHECK(formats::isEmail(address));
    }
}

TEST_CASE("what is no e-mail address is refused") {
    for (const std::string_view address :
         {"",          "invalid",  "@example.com", "a@",         "a@b",           "a@@b.com",
          "a b@c.com", ".a@b.com", "a.@b.com",     "a..b@c.com", "a@-b.com",      "a@b-.com",
          "a@b..com",  "a@.com",   "a@b.com.",     "a@b.123",    "a@[127.0.0.1]", "\"a\"@b.com",
          "a@b_c.com", "é@b.com",  "a@b.com\n"}) {
        CAPTURE(address);
        CHECK_FALSE(formats::isEmail(address));
    }
    CHECK(formats::isEmail(std::string(64, 'a') + "@b.com"));
    CHECK_FALSE(formats::isEmail(std::string(65, 'a') + "@b.com"));
    CHECK_FALSE(formats::isEmail("a@" + std::string(64, 'b') + ".com"));
    std::string long_host = "a@";
    while (long_host.size() < 260) {
        long_host += "bbbbbbb.";
    }
    CHECK_FALSE(formats::isEmail(long_host + "com"));
}

TEST_CASE("name formats accept joined lower-case words only") {
    CHECK(checkedText("order-items", kebabCase()).empty());
    CHECK(checkedText("v2", kebabCase()).empty());
    CHECK(checkedText("page_size", snakeCase()).empty());
    CHECK(checkedText("demo.sleep", dottedName()).empty());
    for (const std::string_view text : {"", "-a", "a-", "a--b", "A", "a_b", "a b"}) {
        CAPTURE(text);
        CHECK(checkedText(text, kebabCase()) == "Must be lower-case words joined by hyphens");
    }
    for (const std::string_view text : {"", "_a", "a_", "a__b", "a-b"}) {
        CAPTURE(text);
        CHECK(checkedText(text, snakeCase()) == "Must be lower-case words joined by underscores");
    }
    for (const std::string_view text : {"", ".", "a.", ".a", "a..b", "a.B"}) {
        CAPTURE(text);
        CHECK(checkedText(text, dottedName()) == "Must be lower-case names joined by dots");
    }
    CHECK(checkedText(" \t\n", notBlank()) == "Must not be blank");
    CHECK(checkedText(" a ", notBlank()).empty());
}

TEST_CASE("an own predicate brings its own message") {
    const auto isShort = [](std::string_view text) { return text.size() < 3; };
    CHECK(checkedText("ab", matching(isShort, "Must be short")).empty());
    CHECK(checkedText("abc", matching(isShort, "Must be short")) == "Must be short");
}

TEST_CASE("number bounds include or exclude their limit") {
    CHECK(checkedNumber(1, ge(1)).empty());
    CHECK(checkedNumber(0, ge(1)) == "Must be at least 1");
    CHECK(checkedNumber(100, le(100)).empty());
    CHECK(checkedNumber(101, le(100)) == "Must be at most 100");
    CHECK(checkedNumber(0, gt(0)) == "Must be greater than 0");
    CHECK(checkedNumber(1, gt(0)).empty());
    CHECK(checkedNumber(10, lt(10)) == "Must be less than 10");
    CHECK(checkedNumber(9, lt(10)).empty());
    CHECK(checkedNumber(0.0, gt(0)) == "Must be greater than 0");
    CHECK(checkedNumber(0.001, gt(0)).empty());
    CHECK(checkedNumber(0.4, ge(0.5)) == "Must be at least 0.5");
    CHECK(checkedNumber(1, ge(0.5)).empty());
    CHECK(checkedNumber(0, gt(0, "Amount must be positive")) == "Amount must be positive");
    CHECK(checkedNumber(100'001, le(100'000, "Amount exceeds single transfer limit")) ==
          "Amount exceeds single transfer limit");
}

TEST_CASE("bounds compare integers exactly at the ends of their types") {
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    CHECK(checkedNumber(kMax, le(kMax)).empty());
    CHECK_FALSE(checkedNumber(kMax, le(kMax - 1)).empty());
    CHECK_FALSE(checkedNumber(std::numeric_limits<std::uint64_t>::max(), le(kMax)).empty());
    CHECK(checkedNumber(std::uint64_t{0}, ge(-1)).empty());
}

TEST_CASE("choices hold for a text and for each text of a list") {
    CHECK(dto::errorsOf<Choosy>(R"({"sort_by":"id","roles":["admin","user"]})") == "{}");
    CHECK(dto::errorsOf<Choosy>(R"({"sort_by":"name","roles":["admin","root"]})") ==
          R"({"sort_by":["Cannot sort by this"],"roles.1":["Must be one of: admin, user"]})");
}

TEST_CASE("item counts bound lists and maps, number rules their values") {
    CHECK(dto::errorsOf<Choosy>(R"({"sort_by":"id","roles":[],"weights":{"a":1,"b":10}})") ==
          R"({"roles":["Must have at least 1 item"],"weights":["Must have at most 1 item"]})");
    CHECK(dto::errorsOf<Choosy>(R"({"sort_by":"id","roles":["user"],"weights":{"b":10}})") ==
          R"({"weights.b":["Must be at most 9"]})");
}

TEST_CASE("constraints under one name work as if they were written out") {
    CHECK(dto::errorsOf<Reused>(R"({"sizes":[0,5],"letter":"dd"})") ==
          R"({"sizes.0":["Must be at least 1"],"sizes.1":["Too large"],)"
          R"("letter":["Must be at most 1 character","Must be one of: a, b, c"]})");
    CHECK(dto::errorsOf<Reused>(R"({"sizes":[],"letter":"c"})") ==
          R"({"sizes":["Must have at least 1 item"]})");
    CHECK(dto::errorsOf<Reused>(R"({"sizes":[1,4],"letter":"c"})") == "{}");
}
