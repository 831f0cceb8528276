// The published JSON Schema and the validator accept the same values: thousands per DTO, made from the schema and then spoiled.
#include <cstdlib>
#include <fstream>
#include <regex>

#include "schema_agreement_dtos.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/json_values.hpp"

using namespace mortise;
using mortise::test::JsonNode;
using mortise::test::JsonSchema;
using mortise::test::JsonValues;

namespace {

constexpr int kValuesPerType = 3000;

template <class Type>
std::vector<std::string> textsOf() {
    if constexpr (requires { Type::texts(); }) {
        return Type::texts();
    } else {
        return {"a", "abc", "red"};
    }
}

/// What the validator says; empty when the value is fine.
template <class Type>
std::string refusal(const std::string& json) {
    const std::string errors = dto::errorsOf<Type>(json);
    return errors == "{}" ? "" : errors;
}

/// What no schema can tell: the range of a number somewhere in a member that takes any JSON.
bool isUntold(const std::string& errors) {
    static const std::regex only(R"(\{("raw[^"]*":\["Number is out of range"\],?)+\})");
    return std::regex_match(errors, only);
}

using Texts = std::vector<std::string>;

/// The texts a form has for a value of this property: one each for the items of a list; nothing when a form cannot say it.
Texts formTexts(const JsonNode& property, const JsonNode& value) {
    const JsonNode* any = property.find("anyOf");
    const JsonNode* named = (any == nullptr ? property : any->items.front()).find("type");
    const std::string type = named == nullptr ? "" : named->text;
    using Kind = JsonNode::Kind;
    if (type == "string" && value.kind == Kind::String) {
        return {value.text};
    }
    if (type == "boolean" && (value.kind == Kind::True || value.kind == Kind::False)) {
        return {value.dump()};
    }
    const bool is_whole = value.text.find_first_of(".eE") == std::string::npos;
    if (value.kind == Kind::Number && (type == "number" || (type == "integer" && is_whole))) {
        return {value.text};
    }
    Texts all;
    for (const JsonNode& item : value.items) {
        const Texts one = type == "array" ? formTexts(*property.find("items"), item) : Texts();
        if (one.size() != 1) {
            return {};
        }
        all.push_back(one.front());
    }
    return all;
}

/// The fields of a form that say what the object says; nothing when none can. Names point into `value`.
std::vector<std::pair<std::string_view, std::string>> formFields(const JsonSchema& schema,
                                                                 const JsonNode& value) {
    std::vector<std::pair<std::string_view, std::string>> fields;
    const JsonNode& root = schema.resolve(schema.root().find("$ref")->text);
    static const JsonNode kUnknown = JsonNode::parse(R"({"type":"string"})");
    for (const auto& [name, member] : value.members) {
        const JsonNode* property = root.find("properties")->find(name);
        const Texts texts = formTexts(property == nullptr ? kUnknown : *property, member);
        if (texts.empty()) {
            return {};
        }
        for (const std::string& text : texts) {
            fields.emplace_back(name, text);
        }
    }
    return fields;
}

/// Reads a T as a form; empty when it is refused, else what was read.
template <class Type>
std::string readForm(const std::vector<std::pair<std::string_view, std::string>>& fields) {
    std::vector<mortise_pair> pairs;
    for (const auto& [name, text] : fields) {
        pairs.push_back({{name.data(), name.size()}, {text.data(), text.size()}});
    }
    Violations violations;
    const Type value = fromPairs<Type>(pairs, violations);
    return violations.empty() ? toPluginJson(value) : "";
}

}  // namespace

TEMPLATE_TEST_CASE("the JSON Schema and the validator accept the same values", "",
                   agreement::Integers, agreement::Bounds, agreement::Money, agreement::Texts,
                   agreement::Formats, agreement::Values, agreement::Containers,
                   agreement::Presence, agreement::Profile, agreement::Card, agreement::Wire,
                   agreement::Checkout, dto::UserCreate, dto::UserUpdate, dto::Order,
                   dto::Everything) {
    const JsonSchema schema(standaloneSchema<TestType>());
    JsonValues values(schema, textsOf<TestType>(), 20260131);
    int accepted = 0;
    for (int count = 0; count < kValuesPerType; ++count) {
        const JsonNode value = values.next();
        const std::string json = value.dump();
        const bool by_schema = schema.accepts(value);
        const std::string errors = refusal<TestType>(json);
        if (by_schema != errors.empty() && !isUntold(errors)) {
            INFO("schema: " << schema.root().dump());
            INFO("value: " << json);
            INFO("the validator says: " << (errors.empty() ? "fine" : errors));
            FAIL("the JSON Schema " << (by_schema ? "accepts" : "refuses") << " the value");
        }
        accepted += by_schema ? 1 : 0;
    }
    // Both answers must come up, or the values were not worth the question.
    CHECK(accepted > kValuesPerType / 100);
    CHECK(accepted < kValuesPerType * 95 / 100);
}

TEMPLATE_TEST_CASE("a form is read as the same value in JSON is", "", agreement::Integers,
                   agreement::Bounds, agreement::Money, agreement::Texts, agreement::Formats,
                   agreement::Profile, dto::UserCreate) {
    const JsonSchema schema(standaloneSchema<TestType>());
    JsonValues values(schema, textsOf<TestType>(), 20260131);
    int accepted = 0;
    int refused = 0;
    for (int count = 0; count < kValuesPerType; ++count) {
        const JsonNode value = values.next();
        const auto fields = formFields(schema, value);
        if (fields.empty()) {
            continue;
        }
        Violations violations;
        const TestType from_json = dto::read<TestType>(value.dump(), violations);
        const std::string expected = violations.empty() ? toPluginJson(from_json) : "";
        INFO("value: " << value.dump());
        INFO("violations: " << violations.toJson());
        REQUIRE(readForm<TestType>(fields) == expected);
        (expected.empty() ? refused : accepted) += 1;
    }
    CHECK(accepted > kValuesPerType / 100);
    CHECK(refused > kValuesPerType / 100);
}

TEMPLATE_TEST_CASE("the example of a schema is one of its values", "", agreement::Integers,
                   agreement::Bounds, agreement::Money, agreement::Formats, agreement::Values,
                   agreement::Presence, agreement::Wire, dto::Order, dto::Everything) {
    const JsonSchema schema(standaloneSchema<TestType>());
    const std::string example = exampleOf<TestType>();
    INFO(example);
    CHECK(schema.accepts(JsonNode::parse(example)));
    CHECK(refusal<TestType>(example).empty());
}

// Not run by itself: schema_agreement.py asks another evaluator the same questions. Formats are left out, since most take them
// for annotations.
TEMPLATE_TEST_CASE("the verdicts of the evaluator are written down", "[.verdicts]",
                   agreement::Integers, agreement::Bounds, agreement::Money, agreement::Texts,
                   agreement::Formats, agreement::Values, agreement::Containers,
                   agreement::Presence, agreement::Checkout, dto::UserUpdate, dto::Order,
                   dto::Everything) {
    const char* path = std::getenv("MORTISE_VERDICTS");
    REQUIRE(path != nullptr);
    std::ofstream file(path, std::ios::app);
    const JsonSchema schema(standaloneSchema<TestType>());
    JsonValues values(schema, textsOf<TestType>(), 7);
    file << schema.root().dump() << '\n';
    for (int count = 0; count < 300; ++count) {
        const JsonNode value = values.next();
        const bool accepted = schema.accepts(value, JsonSchema::Formats::Ignored);
        file << (accepted ? "+ " : "- ") << value.dump() << '\n';
    }
    REQUIRE(file.flush());
}

TEST_CASE("the evaluator knows every keyword it is given, or says so") {
    const JsonSchema schema(R"({"type":"object","minimun":1})");
    CHECK_THROWS_WITH(schema.accepts(JsonNode::parse("{}")),
                      Catch::Matchers::ContainsSubstring("minimun"));
}

TEST_CASE("the evaluator judges examples of the specification") {
    const auto accepts = [](std::string_view schema, std::string_view value) {
        return JsonSchema(schema).accepts(JsonNode::parse(value));
    };
    CHECK(accepts(R"({"type":"integer"})", "1.0"));
    CHECK_FALSE(accepts(R"({"type":"integer"})", "1.5"));
    CHECK(accepts(R"({"type":"number","multipleOf":0.01})", "19.99"));
    CHECK_FALSE(accepts(R"({"type":"number","multipleOf":0.01})", "19.999"));
    CHECK_FALSE(accepts(R"({"exclusiveMinimum":0})", "0.0"));
    CHECK(accepts(R"({"exclusiveMinimum":0})", R"("text")"));
    CHECK(accepts(R"({"maxLength":2})", R"("日本")"));
    CHECK_FALSE(accepts(R"({"uniqueItems":true})", "[1,2,1.0]"));
    CHECK_FALSE(accepts(R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2,"a":1}])"));
    CHECK(accepts(R"({"enum":[1,"a"]})", "1.0"));
    CHECK_FALSE(accepts(R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "3"));
    CHECK(accepts(R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "1"));
    CHECK_FALSE(accepts(R"({"properties":{"a":{}},"additionalProperties":false})", R"({"b":1})"));
    CHECK_FALSE(accepts(R"({"propertyNames":{"maxLength":1}})", R"({"bb":1})"));
    CHECK_FALSE(accepts(R"({"$ref":"#/$defs/A","$defs":{"A":{"required":["x"]}}})", "{}"));
}
