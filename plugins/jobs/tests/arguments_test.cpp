// Arguments of jobs against the schemas of their types.
#include "plugins/jobs/arguments.hpp"

#include <mortise/schema.hpp>

#include "plugins/jobs/schemas.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json_tokens.hpp"

using namespace jobs;

namespace {

/// What a schema says about a value, as the errors of an answer.
std::string check(std::string_view schema, std::string_view value) {
    const mortise::test::JsonTokens schema_tokens(schema);
    const mortise::test::JsonTokens value_tokens(value);
    mortise::Violations violations;
    checkArguments(mortise::JsonValue::root(&schema_tokens.document()),
                   mortise::JsonValue::root(&value_tokens.document()), violations);
    return violations.toJson();
}

struct Address {
    std::string city;
    std::optional<std::string> zip;

    static constexpr auto schema() {
        using namespace mortise;
        return object<Address>("Address")
            .field("city", &Address::city, minLength(2), maxLength(5))
            .field("zip", &Address::zip);
    }
};

struct Parcel {
    Address address;
    std::vector<int> weights;
    std::string kind;

    static constexpr auto schema() {
        using namespace mortise;
        return object<Parcel>("Parcel")
            .field("address", &Parcel::address)
            .field("weights", &Parcel::weights, minItems(1), maxItems(2), gt(0))
            .field("kind", &Parcel::kind, oneOf("box", "bag"))
            .forbidUnknown();
    }
};

std::string checkParcel(std::string_view value) {
    return check(mortise::standaloneSchema<Parcel>(), value);
}

}  // namespace

TEST_CASE("the arguments of demo.sleep are checked against its schema") {
    const std::string schema = mortise::standaloneSchema<SleepArgs>();
    CHECK(check(schema, R"({"seconds":5})") == "{}");
    CHECK(check(schema, R"({"seconds":0.5,"other":1})") == "{}");
    CHECK(check(schema, "{}") == R"({"seconds":["Field is required"]})");
    CHECK(check(schema, R"({"seconds":-1})") == R"({"seconds":["Must be at least 0"]})");
    CHECK(check(schema, R"({"seconds":3601})") == R"({"seconds":["Must be at most 3600"]})");
    CHECK(check(schema, R"({"seconds":"5"})") == R"({"seconds":["Must be a number"]})");
    CHECK(check(schema, R"({"seconds":null})") == R"({"seconds":["Must not be null"]})");
}

TEST_CASE("nested arguments are checked through references") {
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[1],"kind":"box"})") == "{}");
    CHECK(checkParcel(R"({"address":{"city":"Ulm","zip":null},"weights":[1],"kind":"bag"})") ==
          "{}");
    CHECK(checkParcel(R"({"address":{},"weights":[1],"kind":"box"})") ==
          R"({"address.city":["Field is required"]})");
    CHECK(checkParcel(R"({"address":{"city":"Hamburg"},"weights":[1],"kind":"box"})")
              .find("address.city") != std::string::npos);
    CHECK(checkParcel(R"({"address":{"city":"Ulm","zip":7},"weights":[1],"kind":"box"})")
              .find("address.zip") != std::string::npos);
}

TEST_CASE("lists are checked in number and item by item") {
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[],"kind":"box"})").find("weights") !=
          std::string::npos);
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[1,2,3],"kind":"box"})")
              .find("weights") != std::string::npos);
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[1,0],"kind":"box"})")
              .find("weights.1") != std::string::npos);
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[1.5],"kind":"box"})")
              .find("weights.0") != std::string::npos);
}

TEST_CASE("choices and unknown fields are checked") {
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[1],"kind":"tin"})") ==
          R"({"kind":["Must be one of: box, bag"]})");
    CHECK(checkParcel(R"({"address":{"city":"Ulm"},"weights":[1],"kind":"box","x":1})") ==
          R"({"x":["Unknown field"]})");
}

TEST_CASE("all that is wrong is told at once") {
    const std::string errors = checkParcel(R"({"address":{},"weights":[0],"kind":"tin"})");
    CHECK(errors.find("address.city") != std::string::npos);
    CHECK(errors.find("weights.0") != std::string::npos);
    CHECK(errors.find("\"kind\"") != std::string::npos);
}

TEST_CASE("a schema that refers to itself does not loop") {
    CHECK(check(R"({"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/A"}}})", "{}") == "{}");
}

TEST_CASE("an empty schema allows everything") {
    CHECK(check("{}", R"({"a":[1,{"b":null}]})") == "{}");
    CHECK(check("true", "[]") == "{}");
}
