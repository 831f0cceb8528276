// What a change of the API document breaks, rule by rule: each row changes one thing of one document.
#include "api/openapi_diff.hpp"

#include <string>

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;

namespace {

constexpr const char* kDocument = R"({
"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
"paths": {"/notes": {
  "get": {"parameters": [
      {"name": "page", "in": "query", "required": false, "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
      {"name": "sort", "in": "query", "schema": {"enum": ["id", "title"]}}],
    "responses": {"200": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                  "404": {"description": "d"}}},
  "post": {"security": [{}, {"bearer": []}], "x-required-roles": [],
    "requestBody": {"required": false, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NoteCreate"}},
                                                   "text/plain": {"schema": {"type": "string"}}}},
    "responses": {"201": {"description": "d"}}}}},
"components": {"schemas": {
  "Note": {"type": "object", "required": ["id", "title"], "properties": {
      "id": {"type": "integer"}, "title": {"type": "string"}, "kind": {"const": "note"},
      "parent": {"$ref": "#/components/schemas/Note"}}},
  "NoteCreate": {"type": "object", "required": ["title"], "properties": {
      "title": {"type": "string", "minLength": 1, "maxLength": 200}, "tags": {"type": "array", "items": {"type": "string"}},
      "color": {"type": ["string", "null"], "enum": ["red", "blue", null]},
      "shape": {"oneOf": [{"type": "string"}, {"type": "integer"}]}}}}}})";

/// The document with one text replaced, which must stand in it once.
std::string changed(const std::string& from, const std::string& to) {
    std::string text = kDocument;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    return text.replace(at, from.size(), to);
}

struct Row {
    const char* from;
    const char* to;
    const char* told;
};

}  // namespace

TEST_CASE("a change that takes something from clients is told with its place and what it was") {
    const Row rows[] = {
        {R"("/notes")", R"("/letters")", "GET /notes: is gone"},
        {R"("get": {)", R"("put": {)", "GET /notes: is gone"},
        {R"("name": "page", "in": "query", "required": false)",
         R"("name": "page", "in": "query", "required": true)",
         R"(GET /notes: query parameter "page" must be given now)"},
        {R"("name": "sort", "in": "query")", R"("name": "order", "in": "query", "required": true)",
         R"(GET /notes: query parameter "sort" is gone)"},
        {R"("maximum": 100)", R"("maximum": 50)",
         R"(GET /notes: query parameter "page": maximum was 100 and is 50)"},
        {R"("minimum": 1,)", R"("minimum": 2,)",
         R"(GET /notes: query parameter "page": minimum was 1 and is 2)"},
        {R"("enum": ["id", "title"])", R"("enum": ["id"])",
         R"(GET /notes: query parameter "sort": the value "title" is no longer allowed)"},
        {R"("200": {)", R"("206": {)", "GET /notes: the answer 200 is gone"},
        {R"("required": ["id", "title"])", R"("required": ["id"])",
         "GET /notes: answer 200: title: is no longer always there"},
        {R"("id": {"type": "integer"}, )", "", "GET /notes: answer 200: id: is gone"},
        {R"("id": {"type": "integer"}, )", R"("id": {"type": "string"}, )",
         R"(GET /notes: answer 200: id: the type was "integer" and is "string")"},
        {R"({"const": "note"})", R"({"const": "letter"})",
         R"(GET /notes: answer 200: kind: the value was "note" and is "letter")"},
        {R"("security": [{}, {"bearer": []}])", R"("security": [{"bearer": []}])",
         "POST /notes: needs a user now"},
        {R"("x-required-roles": [])", R"("x-required-roles": ["admin"])",
         "POST /notes: needs a role now"},
        {R"("security": [{}, {"bearer": []}])",
         R"("security": [{}, {"password": ["notes:write"]}])",
         R"(POST /notes: needs the scope "notes:write" now)"},
        {R"("404": {"description": "d"})", R"("410": {"description": "other"})",
         "GET /notes: the answer 404 is gone"},
        {R"("minLength": 1, )", R"("minLength": 1, "items": {"type": "integer"}, )",
         R"(POST /notes: request: title[]: the type was anything and is "integer")"},
        {R"("minLength": 1, )", R"("minLength": 1, "oneOf": [{"format": "uri"}], )",
         "POST /notes: request: title: oneOf had 0 alternatives and has 1"},
        {R"("minLength": 1, )", R"("minLength": 1, "allOf": [{"format": "uri"}], )",
         "POST /notes: request: title: allOf had 0 parts and has 1"},
        {R"("minLength": 1, )", R"("minLength": 1, "prefixItems": [{"format": "uri"}], )",
         "POST /notes: request: title: prefixItems had 0 parts and has 1"},
        {R"("required": ["title"], )",
         R"("required": ["title"], "additionalProperties": {"type": "string"}, )",
         R"(POST /notes: request: *: the type was anything and is "string")"},
        {R"("required": ["title"], )",
         R"("required": ["title"], "additionalProperties": {"$ref": "#/components/schemas/Note"}, )",
         R"(POST /notes: request: *: the type was anything and is "object")"},
        {R"("requestBody": {"required": false)", R"("requestBody": {"required": true)",
         "POST /notes: request: a body must be given now"},
        {R"("text/plain")", R"("text/html")",
         "POST /notes: request: the media type text/plain is gone"},
        {R"("required": ["title"])", R"("required": ["title", "tags"])",
         "POST /notes: request: tags: must be given now"},
        {R"("maxLength": 200)", R"("maxLength": 100)",
         "POST /notes: request: title: maxLength was 200 and is 100"},
        {R"("minLength": 1, )", R"("minLength": 1, "pattern": "^[a-z]*$", )",
         R"(POST /notes: request: title: pattern was absent and is "^[a-z]*$")"},
        {R"("items": {"type": "string"})", R"("items": {"type": "string", "maxLength": 9})",
         "POST /notes: request: tags[]: maxLength was absent and is 9"},
        {R"("type": ["string", "null"])", R"("type": "string")",
         R"(POST /notes: request: color: the type was "null", "string" and is "string")"},
        {R"([{"type": "string"}, {"type": "integer"}])", R"([{"type": "string"}])",
         "POST /notes: request: shape: oneOf had 2 alternatives and has 1"},
        {R"("required": ["title"], )", R"("required": ["title"], "additionalProperties": false, )",
         "POST /notes: request: unknown members are refused now"},
        {R"("required": ["title"], )", R"("required": ["title"], "dependentRequired": {}, )",
         "POST /notes: request: dependentRequired was absent and is {}"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.from, row.to);
        const auto breaks = api::openApiBreaks(kDocument, changed(row.from, row.to));
        REQUIRE_FALSE(breaks.empty());
        CHECK(breaks.front() == row.told);
    }
}

TEST_CASE("a change that only gives is not told") {
    const Row rows[] = {
        {R"("/notes": {)", R"("/letters": {"get": {"responses": {}}}, "/notes": {)", ""},
        {R"("maximum": 100)", R"("maximum": 500)", ""},
        {R"("minimum": 1,)", "", ""},
        {R"("enum": ["id", "title"])", R"("enum": ["id", "title", "created_at"])", ""},
        {R"("404": {"description": "d"})",
         R"("404": {"description": "other"}, "410": {"description": "d"})", ""},
        {R"("items": {"type": "string"})", R"("items": true)", ""},
        {R"({"const": "note"})", R"({"const": "note", "allOf": [{"minLength": 1}]})", ""},
        {R"({"oneOf": [{"type": "string"}, {"type": "integer"}]})", R"({})", ""},
        {R"("id": {"type": "integer"}, )",
         R"("id": {"type": "integer"}, "color": {"type": "string"}, )", ""},
        {R"("required": ["id", "title"])", R"("required": ["id", "title", "kind"])", ""},
        {R"("security": [{}, {"bearer": []}])", R"("security": [])", ""},
        {R"("required": ["title"])", R"("required": [])", ""},
        {R"("maxLength": 200)", R"("maxLength": 300, "description": "more room")", ""},
        {R"("type": ["string", "null"])", R"("type": ["string", "null", "integer"])", ""},
        {R"([{"type": "string"}, {"type": "integer"}])",
         R"([{"type": "string"}, {"type": "integer"}, {"type": "null"}])", ""},
        {R"("in": "query", "schema": {"enum")",
         R"("in": "query", "deprecated": true, "schema": {"enum")", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.from, row.to);
        CHECK(api::openApiBreaks(kDocument, changed(row.from, row.to)).empty());
    }
    CHECK(api::openApiBreaks(kDocument, kDocument).empty());
}

TEST_CASE(
    "a break that was written down as meant is not undeclared, one that is not there is stale") {
    const auto judged =
        api::judgeBreaks({"GET /a: is gone", "GET /b: is gone"},
                         "# with version 2\n\n  GET /b: is gone\r\nGET /c: is gone");
    CHECK(judged.undeclared == std::vector<std::string>{"GET /a: is gone"});
    CHECK(judged.declared == std::vector<std::string>{"GET /b: is gone"});
    CHECK(judged.stale == std::vector<std::string>{"GET /c: is gone"});
}

TEST_CASE("what is no OpenAPI document is refused by its side") {
    using Catch::Matchers::ContainsSubstring;
    CHECK_THROWS_WITH(api::openApiBreaks("{", kDocument), ContainsSubstring("older document"));
    CHECK_THROWS_WITH(api::openApiBreaks(kDocument, "[]"), ContainsSubstring("newer document"));
    CHECK_THROWS_WITH(api::openApiBreaks(kDocument, R"({"openapi":"3.1.0"})"),
                      ContainsSubstring("newer document"));
}
