// Reading DTOs from JSON: strict types, all failing fields at once, paths, defaults, hooks.
#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace dto;

TEST_CASE("a valid body becomes a DTO") {
    const auto user = read<UserCreate>(
        R"({"password":"12345678","email":"ada@example.com","full_name":"Ada Lovelace"})");
    CHECK(user.email == "ada@example.com");
    CHECK(user.full_name == "Ada Lovelace");
    CHECK(user.password.reveal() == "12345678");
}

TEST_CASE("every failing field is in one answer") {
    CHECK(errorsOf<UserCreate>(R"({"email":"not-an-email","password":"short"})") ==
          R"({"email":["Invalid email format"],"full_name":["Field is required"],)"
          R"("password":["Must be at least 8 characters"]})");
}

TEST_CASE("reading throws a 422 with the fields") {
    try {
        read<UserCreate>("{}");
        FAIL("must throw");
    } catch (const ValidationError& error) {
        CHECK(error.httpStatus() == 422);
        CHECK(error.errorsJson().find(R"("full_name":["Field is required"])") != std::string::npos);
    }
}

TEST_CASE("each type refuses the others") {
    const auto one = [](std::string_view member) {
        Violations violations;
        read<Everything>("{" + std::string(member) + "}", violations);
        const std::string_view name = member.substr(1, member.find('"', 1) - 1);
        const auto messages = violations.at(name);
        return messages.empty() ? std::string() : std::string(messages.front());
    };
    CHECK(one(R"("flag":"true")") == "Must be true or false");
    CHECK(one(R"("flag":1)") == "Must be true or false");
    CHECK(one(R"("small":"5")") == "Must be an integer");
    CHECK(one(R"("small":5.5)") == "Must be an integer");
    CHECK(one(R"("small":5e-1)") == "Must be an integer");
    CHECK(one(R"("small":1e400)") == "Number is out of range");
    CHECK(one(R"("small":2147483648)") == "Number is out of range");
    CHECK(one(R"("natural":-1)") == "Number is out of range");
    CHECK(one(R"("real":"1")") == "Must be a number");
    CHECK(one(R"("real":1e999)") == "Number is out of range");
    CHECK(one(R"("text":1)") == "Must be a string");
    CHECK(one(R"("text":"a\u0000b")") == "Must not contain the character U+0000");
    CHECK(one(R"("maybe":1)") == "Must be a string");
    CHECK(one(R"("list":{})") == "Must be a list");
    CHECK(one(R"("map":[])") == "Must be an object");
    CHECK(one(R"("item":[])") == "Must be an object");
    CHECK(one(R"("color":"green")") == "Must be one of: red, deep-blue");
    CHECK(one(R"("color":1)") == "Must be a string");
    CHECK(one(R"("id":"1")") == "Must be a UUID");
    CHECK(one(R"("at":"yesterday")") == "Must be a date and time like 2026-01-31T12:00:00Z");
    for (const std::string_view name : {"flag", "small", "real", "text", "list", "map", "item",
                                        "color", "id", "at", "large", "flags"}) {
        CAPTURE(name);
        CHECK(one('"' + std::string(name) + "\":null") == "Must not be null");
    }
    for (const std::string_view fine :
         {R"("real":5)", R"("maybe":null)", R"("patch":null)", R"("raw":null)",
          R"("natural":18446744073709551615)", R"("small":5.0)", R"("small":-0.0)",
          R"("small":12e2)", R"("large":922337203685477580.70e1)", R"("small":0e999)"}) {
        CAPTURE(fine);
        CHECK(one(fine).empty());
    }
}

TEST_CASE("what may be missing is optional, Patch, defaulted or not required") {
    Violations violations;
    const auto everything = read<Everything>("{}", violations);
    CHECK(violations.count() == 15);
    CHECK(violations.at("maybe").empty());
    CHECK(violations.at("patch").empty());
    CHECK(everything.patch.isAbsent());
}

TEST_CASE("violations inside lists, objects and maps name their path") {
    CHECK(errorsOf<Order>(R"({"items":[{"name":"a","qty":1},{"name":"","qty":0}],)"
                          R"("gift":{"name":"g","qty":"1"},"extras":{"x y":{"name":"n"}}})") ==
          R"({"items.1.name":["Must be at least 1 character"],)"
          R"("items.1.qty":["Must be at least 1"],"gift.qty":["Must be an integer"],)"
          R"("extras.x y.qty":["Field is required"]})");
}

TEST_CASE("a list over its bound is one violation, whatever it holds") {
    CHECK(errorsOf<Order>(R"({"items":[1,2,3,4]})") ==
          R"({"items":["Must have at most 3 items"]})");
    CHECK(errorsOf<Order>(R"({"items":[]})") == R"({"items":["Must have at least 1 item"]})");
}

TEST_CASE("the wrong kind of body is a violation of the body") {
    CHECK(errorsOf<Item>("[]") == R"({"body":["Must be an object"]})");
    CHECK(errorsOf<Item>("null") == R"({"body":["Must not be null"]})");
    Violations violations;
    fromJson<Item>(JsonValue(), violations);
    CHECK(violations.toJson() == R"({"body":["A JSON body is required"]})");
}

TEST_CASE("a patch is absent, null or a value") {
    const auto update = read<UserUpdate>(R"({"nickname":null})");
    CHECK(update.email.isAbsent());
    CHECK(update.nickname.isNull());
    CHECK(*read<UserUpdate>(R"({"email":"a@b.org"})").email == "a@b.org");
    CHECK(errorsOf<UserUpdate>(R"({"email":null,"nickname":"longer"})") ==
          R"({"email":["Must not be null"],"nickname":["Must be at most 5 characters"]})");
    CHECK(errorsOf<UserUpdate>(R"({"email":"x"})") == R"({"email":["Invalid email format"]})");
}

TEST_CASE("the hook of a struct runs after its fields are fine, and only then") {
    CHECK(errorsOf<DateRange>(R"({"start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"})") ==
          R"({"start":["start must be before end"]})");
    CHECK(errorsOf<DateRange>(R"({"start":"2026-01-02T00:00:00Z","end":"x"})") ==
          R"({"end":["Must be a date and time like 2026-01-31T12:00:00Z"]})");
    CHECK(errorsOf<DateRange>(R"({"start":"2026-01-01T00:00:00Z","end":"2026-01-02T00:00:00Z"})") ==
          "{}");
}

namespace {

struct Booking {
    std::vector<DateRange> ranges;
    static constexpr auto schema() {
        return object<Booking>("Booking").field("ranges", &Booking::ranges);
    }
};

struct Strict {
    std::string name;
    std::string made_by = "host";
    static constexpr auto schema() {
        return object<Strict>("Strict")
            .field("name", &Strict::name)
            .field("made_by", &Strict::made_by, readOnly())
            .forbidUnknown();
    }
};

struct Defaults {
    bool flag = false;
    int count = 0;
    double ratio = 0;
    std::string text;
    std::optional<int> maybe;
    Color color = Color::Red;
    std::vector<int> kept{1, 2};

    static constexpr auto schema() {
        return object<Defaults>("Defaults")
            .field("flag", &Defaults::flag, defaultValue(true))
            .field("count", &Defaults::count, defaultValue(7), ge(5))
            .field("ratio", &Defaults::ratio, defaultValue(0.5))
            .field("text", &Defaults::text, defaultValue("hello"))
            .field("maybe", &Defaults::maybe, defaultValue(3))
            .field("color", &Defaults::color, defaultValue("deep-blue"))
            .field("kept", &Defaults::kept, notRequired());
    }
};

struct Tree {
    std::string name;
    std::vector<Tree> children;
    static auto schema() {
        return object<Tree>("Tree")
            .field("name", &Tree::name)
            .field("children", &Tree::children, notRequired());
    }
};

}  // namespace

TEST_CASE("hooks of nested structs speak about their own place") {
    CHECK(errorsOf<Booking>(
              R"({"ranges":[{"start":"2026-01-02T00:00:00Z","end":"2026-01-01T00:00:00Z"}]})") ==
          R"({"ranges.0.start":["start must be before end"]})");
}

TEST_CASE("unknown fields are ignored unless the schema forbids them") {
    CHECK(errorsOf<Item>(R"({"name":"a","qty":1,"price":3,"x":{"y":[1]}})") == "{}");
    CHECK(errorsOf<Strict>(R"({"name":"a","x":1,"y":{"name":2}})") ==
          R"({"x":["Unknown field"],"y":["Unknown field"]})");
}

TEST_CASE("a read-only field of the input is ignored") {
    const auto strict = read<Strict>(R"({"name":"a","made_by":"client"})");
    CHECK(strict.made_by == "host");
}

TEST_CASE("missing fields take the default of the schema") {
    const auto defaults = read<Defaults>("{}");
    CHECK(defaults.flag);
    CHECK(defaults.count == 7);
    CHECK(defaults.ratio == 0.5);
    CHECK(defaults.text == "hello");
    CHECK(defaults.maybe == 3);
    CHECK(defaults.color == Color::DeepBlue);
    CHECK(defaults.kept == std::vector{1, 2});
    CHECK(read<Defaults>(R"({"maybe":null,"count":9})").count == 9);
    CHECK_FALSE(read<Defaults>(R"({"maybe":null})").maybe);
    CHECK(errorsOf<Defaults>(R"({"count":1})") == R"({"count":["Must be at least 5"]})");
}

TEST_CASE("a struct may contain itself") {
    const auto tree =
        read<Tree>(R"({"name":"a","children":[{"name":"b","children":[{"name":"c"}]}]})");
    CHECK(tree.children.at(0).children.at(0).name == "c");
    CHECK(errorsOf<Tree>(R"({"name":"a","children":[{"name":"b","children":[{}]}]})") ==
          R"({"children.0.children.0.name":["Field is required"]})");
}

TEST_CASE("raw JSON keeps its content") {
    Violations violations;
    const auto everything =
        read<Everything>(R"({"raw":{"a":[1,-2.50,true,null,"x\n\"y"],"b":{}}})", violations);
    CHECK(everything.raw.text == R"({"a":[1,-2.50,true,null,"x\n\"y"],"b":{}})");
}
