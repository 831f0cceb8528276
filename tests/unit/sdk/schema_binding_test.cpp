// Query, path and form parameters into DTOs.
#include "mortise/binding.hpp"

#include <initializer_list>
#include <vector>

#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;

namespace {

struct Search {
    std::string q;
    std::int64_t limit = 0;
    std::optional<bool> is_active;
    std::vector<std::string> role;
    std::optional<std::vector<int>> size;
    std::optional<dto::Color> color;
    std::optional<double> price;

    static constexpr auto schema() {
        return object<Search>("Search")
            .field("q", &Search::q, minLength(1))
            .field("limit", &Search::limit, ge(1), le(100), defaultValue(20))
            .field("is_active", &Search::is_active)
            .field("role", &Search::role, notRequired(), maxItems(2), maxLength(5))
            .field("size", &Search::size)
            .field("color", &Search::color)
            .field("price", &Search::price);
    }
};

struct Exact {
    std::optional<int> a;
    static constexpr auto schema() {
        return object<Exact>("Exact").field("a", &Exact::a).forbidUnknown();
    }
};

struct Account {
    std::string name;
    std::string role = "user";
    std::vector<std::string> groups = {"all"};
    std::string link() const { return "/" + name; }

    static constexpr auto schema() {
        return object<Account>("Account")
            .field("name", &Account::name)
            .field("role", &Account::role, readOnly(), oneOf("user", "admin"))
            .field("groups", &Account::groups, readOnly(), maxItems(2))
            .computed("link", &Account::link)
            .forbidUnknown();
    }
};

mortise_str strOf(std::string_view text) {
    return {text.data(), text.size()};
}

std::vector<mortise_pair> pairsOf(
    std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
    std::vector<mortise_pair> pairs;
    for (const auto& [name, value] : list) {
        pairs.push_back({strOf(name), strOf(value)});
    }
    return pairs;
}

std::string errorsOf(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
    Violations violations("query");
    fromPairs<Search>(pairsOf(list), violations);
    return violations.toJson();
}

}  // namespace

TEST_CASE("texts are parsed into the types of the members") {
    const auto pairs = pairsOf({{"q", "ada"},
                                {"limit", "5"},
                                {"is_active", "true"},
                                {"role", "admin"},
                                {"size", "1"},
                                {"role", "user"},
                                {"size", "-2"},
                                {"color", "deep-blue"},
                                {"price", "1.5"},
                                {"unknown", "x"}});
    const auto search = fromPairs<Search>(pairs);
    CHECK(search.q == "ada");
    CHECK(search.limit == 5);
    CHECK(search.is_active == true);
    CHECK(search.role == std::vector<std::string>{"admin", "user"});
    CHECK(search.size == std::vector<int>{1, -2});
    CHECK(search.color == dto::Color::DeepBlue);
    CHECK(search.price == 1.5);
}

TEST_CASE("missing parameters take their defaults") {
    const auto search = fromPairs<Search>(pairsOf({{"q", "x"}}));
    CHECK(search.limit == 20);
    CHECK_FALSE(search.is_active);
    CHECK(search.role.empty());
    CHECK_FALSE(search.size);
}

TEST_CASE("every wrong parameter is in one answer") {
    CHECK(errorsOf({{"limit", "0"},
                    {"is_active", "yes"},
                    {"role", "administrator"},
                    {"color", "green"},
                    {"price", "cheap"},
                    {"size", "1"},
                    {"size", "big"}}) ==
          R"({"q":["Field is required"],"limit":["Must be at least 1"],)"
          R"("is_active":["Must be true or false"],"role.0":["Must be at most 5 characters"],)"
          R"("size.1":["Must be an integer"],"color":["Must be one of: red, deep-blue"],)"
          R"("price":["Must be a number"]})");
    CHECK(errorsOf({{"q", "x"}, {"limit", ""}}) == R"({"limit":["Must be an integer"]})");
    CHECK(errorsOf({{"q", "x"}, {"limit", "+5"}}) == R"({"limit":["Must be an integer"]})");
    CHECK(errorsOf({{"q", ""}}) == R"({"q":["Must be at least 1 character"]})");
}

TEST_CASE("a scalar that is given twice is refused") {
    CHECK(errorsOf({{"q", "x"}, {"q", "y"}}) == R"({"q":["Must be given only once"]})");
}

TEST_CASE("the item count bounds a repeated parameter") {
    CHECK(errorsOf({{"q", "x"}, {"role", "a"}, {"role", "b"}, {"role", "c"}}) ==
          R"({"role":["Must have at most 2 items"]})");
}

TEST_CASE("unknown parameters are refused when the schema says so") {
    Violations violations("query");
    fromPairs<Exact>(pairsOf({{"a", "1"}, {"b", "2"}}), violations);
    CHECK(violations.toJson() == R"({"b":["Unknown parameter"]})");
}

TEST_CASE("what only answers hold is checked in pairs and not taken") {
    Violations violations;
    const auto account = fromPairs<Account>(
        pairsOf({{"name", "ada"}, {"role", "admin"}, {"groups", "root"}, {"link", "/x"}}),
        violations);
    CHECK(violations.toJson() == "{}");
    CHECK(account.role == "user");
    CHECK(account.groups == std::vector<std::string>{"all"});
    fromPairs<Account>(
        pairsOf({{"name", "ada"}, {"role", "emperor"}, {"link", "a"}, {"link", "b"}}), violations);
    CHECK(violations.toJson() == R"({"role":["Must be one of: user, admin"],)"
                                 R"("link":["Must be given only once"]})");
}

TEST_CASE("the throwing form answers 422") {
    CHECK_THROWS_AS(fromPairs<Search>(pairsOf({})), ValidationError);
}

TEST_CASE("a path parameter is read by its type") {
    Violations violations("path");
    CHECK(fromText<std::int64_t>("user_id", "42", violations) == 42);
    CHECK(fromText<Uuid>("job_id", "0190a6f4-7b1c-7cc3-98c4-dc0c0c07398f", violations).version() ==
          7);
    CHECK(violations.empty());
    fromText<std::int64_t>("user_id", "me", violations);
    fromText<Uuid>("job_id", "42", violations);
    CHECK(violations.toJson() ==
          R"({"user_id":["Must be an integer"],"job_id":["Must be a UUID"]})");
}
