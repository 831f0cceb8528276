// JSON Schema, query parameters and examples from the same declarations.
#include "mortise/schema_text.hpp"

#include "mortise/paging.hpp"
#include "schema_dtos.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using namespace dto;

namespace {

struct Documented {
    int count = 0;
    double ratio = 0;
    std::string kind;
    std::optional<std::string> note;
    std::vector<int> sizes;
    std::string made_by;

    static constexpr auto schema() {
        return object<Documented>("Documented")
            .field("count", &Documented::count, ge(1), lt(10), defaultValue(5))
            .field("ratio", &Documented::ratio, gt(0.5), le(1), example(0.75))
            .field("kind", &Documented::kind, oneOf("a", "b"), description("Which \"kind\""))
            .field("note", &Documented::note, maxLength(9), notNull())
            .field("sizes", &Documented::sizes, minItems(1), le(3), exampleJson("[1,2]"))
            .field("made_by", &Documented::made_by, readOnly())
            .forbidUnknown();
    }
};

struct Node {
    std::string name;
    std::vector<Node> children;
    static auto schema() {
        return object<Node>("Node").field("name", &Node::name).field("children", &Node::children);
    }
};

struct Filter {
    std::string q;
    std::optional<bool> is_active;
    std::vector<std::string> role;
    static constexpr auto schema() {
        return object<Filter>("Filter")
            .field("q", &Filter::q)
            .field("is_active", &Filter::is_active, description("Only these"))
            .field("role", &Filter::role);
    }
};

/// The only entry of a collector after using T.
template <class Type>
std::string textOf() {
    SchemaCollector collector;
    collector.refTo<Type>();
    return collector.entries().at(0).json;
}

}  // namespace

TEST_CASE("each constraint has its keyword") {
    CHECK(
        textOf<Documented>() ==
        R"({"type":"object","title":"Documented","properties":{)"
        R"("count":{"type":"integer","minimum":1,"exclusiveMaximum":10,"format":"int32","default":5},)"
        R"("ratio":{"type":"number","exclusiveMinimum":0.5,"maximum":1,"format":"double",)"
        R"("examples":[0.75]},)"
        R"("kind":{"type":"string","enum":["a","b"],"description":"Which \"kind\""},)"
        R"("note":{"type":"string","maxLength":9},)"
        R"("sizes":{"type":"array","minItems":1,"items":{"type":"integer",)"
        R"("minimum":-2147483648,"maximum":3,"format":"int32"},)"
        R"("examples":[[1,2]]},)"
        R"("made_by":{"type":"string","readOnly":true}},)"
        R"("required":["ratio","kind","sizes"],"additionalProperties":false})");
}

TEST_CASE("a password is a write-only text") {
    CHECK(textOf<UserCreate>() ==
          R"({"type":"object","title":"UserCreate","description":"A new account","properties":{)"
          R"("email":{"type":"string","format":"email","examples":["ada@example.com"]},)"
          R"("full_name":{"type":"string","minLength":1,"maxLength":255,)"
          R"("description":"Name for people"},)"
          R"("password":{"type":"string","minLength":8,"maxLength":128,"format":"password",)"
          R"("writeOnly":true}},"required":["email","full_name","password"]})");
}

TEST_CASE("every kind of member has its schema") {
    const std::string int64 = R"("type":"integer","minimum":-9223372036854775808,)"
                              R"("maximum":9223372036854775807,"format":"int64")";
    CHECK(textOf<Everything>() ==
          R"({"type":"object","title":"Everything","properties":{"flag":{"type":"boolean"},)"
          R"("small":{"type":"integer","minimum":-2147483648,"maximum":2147483647,)"
          R"("format":"int32"},"large":{)" +
              int64 +
              R"(},"natural":{"type":"integer","minimum":0,"maximum":18446744073709551615,)"
              R"("format":"uint64"},"real":{"type":"number","format":"double"},)"
              R"("text":{"type":"string"},"maybe":{"anyOf":[{"type":"string"},{"type":"null"}]},)"
              R"("patch":{"anyOf":[{)" +
              int64 +
              R"(},{"type":"null"}]},"list":{"type":"array","items":{"type":"string"}},)"
              R"("flags":{"type":"array","items":{"type":"boolean"}},)"
              R"("map":{"type":"object","additionalProperties":{"type":"number",)"
              R"("format":"double"}},"item":{"$ref":"#/components/schemas/Item"},)"
              R"("items":{"type":"array","items":{"$ref":"#/components/schemas/Item"}},)"
              R"("color":{"type":"string","enum":["red","deep-blue"]},)"
              R"("id":{"type":"string","format":"uuid"},)"
              R"("at":{"type":"string","format":"date-time"},)"
              R"("raw":{}},"required":["flag","small","large","natural","real","text","list",)"
              R"("flags","map","item","items","color","id","at","raw"]})");
}

TEST_CASE("a collector holds each struct once, with all it needs") {
    SchemaCollector collector;
    CHECK(collector.refTo<Order>() == "#/components/schemas/Order");
    CHECK(collector.refTo<Item>() == "#/components/schemas/Item");
    REQUIRE(collector.entries().size() == 2);
    CHECK(collector.entries()[0].name == "Order");
    CHECK(collector.entries()[1].name == "Item");
    CHECK(collector.entries()[0].json.find(
              R"("gift":{"anyOf":[{"$ref":"#/components/schemas/Item"},{"type":"null"}]})") !=
          std::string::npos);
}

TEST_CASE("a struct that contains itself refers to itself") {
    CHECK(standaloneSchema<Node>() ==
          R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/Node",)"
          R"("$defs":{"Node":{"type":"object","title":"Node","properties":{)"
          R"("name":{"type":"string"},)"
          R"("children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},)"
          R"("required":["name","children"]}}})");
}

TEST_CASE("a page is an object with items") {
    SchemaCollector collector;
    CHECK(schemaUse<Page<Item>>(collector) ==
          R"({"type":"object","properties":{"items":{"type":"array",)"
          R"("items":{"$ref":"#/components/schemas/Item"}}},"required":["items"]})");
    CHECK(schemaUse<Item>(collector) == R"({"$ref":"#/components/schemas/Item"})");
}

TEST_CASE("query parameters are never null and lists never required") {
    std::string json;
    JsonWriter writer(json);
    SchemaCollector collector;
    writer.beginArray();
    writeQueryParameters<Filter>(writer, collector);
    writer.endArray();
    CHECK(json == R"([{"name":"q","in":"query","required":true,"schema":{"type":"string"}},)"
                  R"({"name":"is_active","in":"query","required":false,"description":"Only these",)"
                  R"("schema":{"type":"boolean"}},)"
                  R"({"name":"role","in":"query","required":false,)"
                  R"("schema":{"type":"array","items":{"type":"string"}}}])");
}

TEST_CASE("an example shows what the author gave, else what the type allows") {
    CHECK(exampleOf<Documented>() ==
          R"({"count":5,"ratio":0.75,"kind":"a","note":"text","sizes":[1,2],"made_by":"text"})");
    CHECK(exampleOf<UserCreate>() ==
          R"({"email":"ada@example.com","full_name":"text","password":"textxxxx"})");
    CHECK(exampleOf<Node>() == R"({"name":"text","children":[{"name":"text","children":[]}]})");
}

TEST_CASE("the example of a DTO passes its own schema") {
    CHECK_NOTHROW(read<UserCreate>(exampleOf<UserCreate>()));
    CHECK_NOTHROW(read<Order>(exampleOf<Order>()));
    CHECK_NOTHROW(read<Everything>(exampleOf<Everything>()));
}
