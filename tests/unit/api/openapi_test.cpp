// The merged OpenAPI document.
#include "api/openapi.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <list>

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using Poco::JSON::Array;
using Poco::JSON::Object;

namespace {

/// Builds parts and keeps the routes they borrow.
class Parts {
public:
    http::Route& add(const std::string& plugin, http::Method method, const std::string& pattern,
                     const std::string& operation = "") {
        http::Route& route = routes_.emplace_back();
        route.method = method;
        route.pattern = pattern;
        route.plugin = plugin;
        part(plugin).routes.push_back({&route, operation, false});
        return route;
    }

    api::ApiPart& part(const std::string& plugin) {
        for (api::ApiPart& each : parts) {
            if (each.name == plugin) {
                return each;
            }
        }
        api::ApiPart& added = parts.emplace_back();
        added.name = plugin;
        return added;
    }

    Object::Ptr document() const {
        Poco::JSON::Parser parser;
        return parser.parse(api::openApiDocument({}, parts)).extract<Object::Ptr>();
    }

    std::vector<api::ApiPart> parts;

private:
    std::list<http::Route> routes_;
};

/// The object behind a chain of member names.
Object::Ptr at(Object::Ptr object, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        INFO(name);
        REQUIRE(object);
        object = object->getObject(name);
    }
    return object;
}

std::string text(Object::Ptr object, const char* name) {
    REQUIRE(object);
    return object->optValue<std::string>(name, "");
}

}  // namespace

TEST_CASE("an empty document is complete") {
    Parts parts;
    Object::Ptr document = parts.document();
    CHECK(text(document, "openapi") == "3.1.0");
    CHECK(text(at(document, {"info"}), "title") == "My API");
    CHECK(text(at(document, {"info"}), "version") == "1.0.0");
    CHECK(document->getArray("servers")->size() == 1);
    CHECK(document->isObject("paths"));
    CHECK(at(document, {"components", "schemas", "Error"})->getArray("required")->size() == 5);
    CHECK(at(document, {"x-error-codes", "NOT_FOUND"})->getValue<int>("status") == 404);
}

TEST_CASE("both ways to bring a token are described") {
    Parts parts;
    Object::Ptr schemes = at(parts.document(), {"components", "securitySchemes"});
    CHECK(text(at(schemes, {"bearer"}), "scheme") == "bearer");
    CHECK(text(at(schemes, {"password", "flows", "password"}), "tokenUrl") == "/api/v1/auth/login");
}

TEST_CASE("an operation keeps what its plugin declared and is tagged by it") {
    Parts parts;
    parts.add("notes", http::Method::Get, "/notes",
              R"({"summary":"List notes","operationId":"list_notes"})");
    parts.add("notes", http::Method::Post, "/notes", R"({"tags":["drafts"]})");
    Object::Ptr document = parts.document();
    Object::Ptr get = at(document, {"paths", "/notes", "get"});
    CHECK(text(get, "summary") == "List notes");
    CHECK(text(get, "operationId") == "list_notes");
    CHECK(get->getArray("tags")->getElement<std::string>(0) == "notes");
    Array::Ptr tags = document->getArray("tags");
    REQUIRE(tags->size() == 2);
    CHECK(text(tags->getObject(0), "name") == "drafts");
    CHECK(text(tags->getObject(1), "name") == "notes");
}

TEST_CASE("operation ids are unique whatever the plugins say") {
    Parts parts;
    parts.add("notes", http::Method::Get, "/notes", R"({"operationId":"list"})");
    parts.add("users", http::Method::Get, "/api/v1/users/{id}", R"({"operationId":"list"})");
    Object::Ptr document = parts.document();
    CHECK(text(at(document, {"paths", "/notes", "get"}), "operationId") == "list");
    CHECK(text(at(document, {"paths", "/api/v1/users/{id}", "get"}), "operationId") ==
          "users_get_api_v1_users_id");
}

TEST_CASE("path parameters come from the pattern, others from the plugin") {
    Parts parts;
    parts.add("jobs", http::Method::Get, "/jobs/{job_id:uuid}/{step:int}/{name}",
              R"({"parameters":[{"name":"q","in":"query","schema":{"type":"string"}},
                  {"name":"name","in":"path","description":"its name","schema":{"type":"string"}}]})");
    Array::Ptr parameters = at(parts.document(), {"paths", "/jobs/{job_id}/{step}/{name}", "get"})
                                ->getArray("parameters");
    REQUIRE(parameters->size() == 4);
    CHECK(text(parameters->getObject(0), "name") == "job_id");
    CHECK(text(parameters->getObject(0), "in") == "path");
    CHECK(parameters->getObject(0)->getValue<bool>("required"));
    CHECK(text(at(parameters->getObject(0), {"schema"}), "format") == "uuid");
    CHECK(text(at(parameters->getObject(1), {"schema"}), "type") == "integer");
    CHECK(text(parameters->getObject(2), "description") == "its name");
    CHECK(parameters->getObject(2)->getValue<bool>("required"));
    CHECK(text(parameters->getObject(3), "name") == "q");
}

TEST_CASE("paths that differ in parameter names only are one path") {
    Parts parts;
    parts.add("users", http::Method::Get, "/users/{user_id:int}");
    parts.add("admin", http::Method::Delete, "/users/{id:int}");
    Object::Ptr paths = at(parts.document(), {"paths"});
    CHECK(paths->size() == 1);
    Array::Ptr parameters = at(paths, {"/users/{user_id}", "delete"})->getArray("parameters");
    CHECK(text(parameters->getObject(0), "name") == "user_id");
}

TEST_CASE("security says what the host enforces") {
    Parts parts;
    parts.add("notes", http::Method::Get, "/open");
    http::Route& closed = parts.add("notes", http::Method::Get, "/closed");
    closed.access = http::Access::User;
    closed.roles = {"admin"};
    closed.scopes = {"notes:read"};
    Object::Ptr document = parts.document();
    CHECK(at(document, {"paths", "/open", "get"})->getArray("security")->size() == 0);
    Object::Ptr operation = at(document, {"paths", "/closed", "get"});
    Array::Ptr security = operation->getArray("security");
    REQUIRE(security->size() == 2);
    CHECK(security->getObject(0)->isArray("bearer"));
    CHECK(security->getObject(1)->getArray("password")->getElement<std::string>(0) == "notes:read");
    CHECK(operation->getArray("x-required-roles")->getElement<std::string>(0) == "admin");
    CHECK(at(document, {"components", "securitySchemes", "password", "flows", "password", "scopes"})
              ->has("notes:read"));
}

TEST_CASE("a route has the error answers the host can give for it, and no others") {
    Parts parts;
    parts.add("notes", http::Method::Get, "/open");
    http::Route& closed = parts.add("notes", http::Method::Post, "/closed/{id:int}");
    closed.roles = {"admin"};
    closed.takes_json = true;
    Object::Ptr document = parts.document();
    Object::Ptr open = at(document, {"paths", "/open", "get", "responses"});
    CHECK(open->getNames().size() == 3);
    for (const char* status : {"200", "500", "503"}) {
        CHECK(open->has(status));
    }
    Object::Ptr all = at(document, {"paths", "/closed/{id}", "post", "responses"});
    for (const char* status : {"400", "401", "403", "413", "415", "422", "500", "503"}) {
        INFO(status);
        const std::string reference = text(at(all, {status}), "$ref");
        REQUIRE(reference.starts_with("#/components/responses/"));
        CHECK(at(document, {"components", "responses"})->has(reference.substr(23)));
    }
}

TEST_CASE("declared error codes become the answers of their statuses") {
    Parts parts;
    parts.part("users").errors = {{"EMAIL_TAKEN", 409, "Email is already registered", "users"},
                                  {"NAME_TAKEN", 409, "Name is taken", "users"}};
    parts.add(
        "users", http::Method::Post, "/users",
        R"({"x-error-codes":["EMAIL_TAKEN","NAME_TAKEN"],"responses":{"201":{"description":"Created"}}})");
    Object::Ptr document = parts.document();
    Object::Ptr responses = at(document, {"paths", "/users", "post", "responses"});
    CHECK_FALSE(responses->has("200"));
    CHECK(text(at(responses, {"409"}), "description") ==
          "EMAIL_TAKEN: Email is already registered; NAME_TAKEN: Name is taken");
    CHECK(text(at(document, {"x-error-codes", "EMAIL_TAKEN"}), "owner") == "users");
}

TEST_CASE("an answer the plugin describes itself stays") {
    Parts parts;
    parts.add("users", http::Method::Get, "/users",
              R"({"responses":{"503":{"description":"mine"}}})");
    CHECK(text(at(parts.document(), {"paths", "/users", "get", "responses", "503"}),
               "description") == "mine");
}

TEST_CASE("the same schema of two plugins is one") {
    Parts parts;
    parts.part("auth").schemas = {{"UserResponse", R"({"type":"object","title":"u"})"}};
    parts.part("users").schemas = {{"UserResponse", R"({ "title": "u", "type": "object" })"}};
    Object::Ptr schemas = at(parts.document(), {"components", "schemas"});
    CHECK(schemas->has("UserResponse"));
    CHECK_FALSE(schemas->has("UsersUserResponse"));
}

TEST_CASE("another schema of the same name is renamed with everything that refers to it") {
    Parts parts;
    const std::string list = R"({"type":"array","items":{"$ref":"#/components/schemas/Item"}})";
    parts.part("shop").schemas = {{"Item", R"({"type":"object"})"}, {"ItemList", list}};
    parts.part("job_queue").schemas = {{"Item", R"({"type":"string"})"}, {"ItemList", list}};
    parts.add("job_queue", http::Method::Get, "/items",
              R"({"responses":{"200":{"description":"OK","content":{"application/json":
                  {"schema":{"$ref":"#/components/schemas/ItemList"}}}}}})");
    Object::Ptr document = parts.document();
    Object::Ptr schemas = at(document, {"components", "schemas"});
    CHECK(text(at(schemas, {"Item"}), "type") == "object");
    CHECK(text(at(schemas, {"JobQueueItem"}), "type") == "string");
    CHECK(text(at(schemas, {"ItemList", "items"}), "$ref") == "#/components/schemas/Item");
    CHECK(text(at(schemas, {"JobQueueItemList", "items"}), "$ref") ==
          "#/components/schemas/JobQueueItem");
    CHECK(text(at(document, {"paths", "/items", "get", "responses", "200", "content",
                             "application/json", "schema"}),
               "$ref") == "#/components/schemas/JobQueueItemList");
}

TEST_CASE("a plugin cannot replace the schema of errors") {
    Parts parts;
    parts.part("shop").schemas = {{"Error", R"({"type":"string"})"}};
    Object::Ptr schemas = at(parts.document(), {"components", "schemas"});
    CHECK(text(at(schemas, {"Error"}), "type") == "object");
    CHECK(schemas->has("ShopError"));
}

TEST_CASE("hidden routes are not shown") {
    Parts parts;
    parts.add("host", http::Method::Get, "/docs");
    parts.part("host").routes[0].is_hidden = true;
    CHECK(at(parts.document(), {"paths"})->size() == 0);
}

TEST_CASE("the same parts give the same bytes") {
    Parts parts;
    parts.add("b", http::Method::Get, "/b");
    parts.add("a", http::Method::Get, "/a");
    CHECK(api::openApiDocument({}, parts.parts) == api::openApiDocument({}, parts.parts));
}

TEST_CASE("texts of any language survive") {
    api::ApiInfo info;
    info.title = "Caf\xc3\xa9 \"API\"";
    Poco::JSON::Parser parser;
    Object::Ptr document = parser.parse(api::openApiDocument(info, {})).extract<Object::Ptr>();
    CHECK(text(at(document, {"info"}), "title") == info.title);
}

TEST_CASE("a part that is no JSON object is named") {
    Parts parts;
    parts.add("notes", http::Method::Get, "/notes", GENERATE("{", "[]", "nonsense"));
    CHECK_THROWS_WITH(api::openApiDocument({}, parts.parts),
                      Catch::Matchers::ContainsSubstring("operation GET /notes of plugin notes"));
}

TEST_CASE("a code with two statuses makes no document") {
    Parts parts;
    parts.part("a").errors = {{"TAKEN", 409, "m", "a"}};
    parts.part("b").errors = {{"TAKEN", 400, "m", "b"}};
    CHECK_THROWS_AS(api::openApiDocument({}, parts.parts), Error);
}

TEST_CASE("all faults of a part are told at once") {
    Parts parts;
    parts.part("notes").schemas = {{"Bad Name", "{}"}, {"Broken", "{"}};
    parts.part("notes").errors = {{"NOT_FOUND", 410, "m", "notes"}};
    parts.add(
        "notes", http::Method::Get, "/notes",
        R"({"x-error-codes":["UNKNOWN_CODE"],"requestBody":{"$ref":"#/components/schemas/Missing"}})");
    CHECK(api::faultsOf(parts.part("notes")).size() == 5);
}

TEST_CASE("a sound part has no faults") {
    Parts parts;
    parts.part("notes").schemas = {{"Note", R"({"type":"object"})"}};
    parts.part("notes").errors = {{"TITLE_TAKEN", 409, "m", "notes"}};
    parts.add(
        "notes", http::Method::Get, "/notes",
        R"({"x-error-codes":["TITLE_TAKEN","NOT_FOUND"],"x":{"$ref":"#/components/schemas/Note"}})");
    CHECK(api::faultsOf(parts.part("notes")).empty());
}

TEST_CASE("a tag carries the description of the part that has its name") {
    Parts parts;
    parts.add("notes", http::Method::Get, "/notes", R"({"tags":["notes","extra"]})");
    parts.part("notes").description = "Notes of a user";
    const Array::Ptr tags = parts.document()->getArray("tags");
    REQUIRE(tags->size() == 2);
    CHECK_FALSE(tags->getObject(0)->has("description"));
    CHECK(tags->getObject(1)->getValue<std::string>("name") == "notes");
    CHECK(tags->getObject(1)->getValue<std::string>("description") == "Notes of a user");
}
