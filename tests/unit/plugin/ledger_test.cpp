#include "plugin/ledger.hpp"

#include "base/error.hpp"
#include "plugin/manifest.hpp"
#include "tests/support/catch.hpp"

using namespace mortise::plugin;

namespace {

mortise_str view(std::string_view text) {
    return {text.data(), text.size()};
}

mortise_status handle(void*, mortise_request*, mortise_error*) {
    return MORTISE_OK;
}
mortise_status invoke(void*, mortise_invocation*, mortise_error*) {
    return MORTISE_OK;
}
mortise_status work(void*, mortise_job*, mortise_error*) {
    return MORTISE_OK;
}

mortise_route routeOf(std::string_view method, std::string_view pattern) {
    mortise_route route{};
    route.struct_size = sizeof route;
    route.flags = MORTISE_ROUTE_BLOCKING;
    route.method = view(method);
    route.pattern = view(pattern);
    route.handler = handle;
    return route;
}

Manifest manifestOf(std::string name) {
    Manifest manifest;
    manifest.name = std::move(name);
    manifest.route_grants = {"/api/v1/notes"};
    return manifest;
}

mortise_status add(Ledger& ledger, std::string_view method, std::string_view pattern) {
    const mortise_route route = routeOf(method, pattern);
    return ledger.addRoute(&route, nullptr);
}

}  // namespace

TEST_CASE("a route keeps its grammar: kebab-case, typed parameters, known methods") {
    Ledger ledger(manifestOf("notes"));
    CHECK(add(ledger, "GET", "/api/v1/notes/") == MORTISE_OK);
    CHECK(add(ledger, "GET", "/api/v1/notes/{note_id:int}/order-items/{item:uuid}") == MORTISE_OK);
    CHECK(ledger.routes()[0].pattern == "/api/v1/notes");
    CHECK(ledger.routes()[1].display == "/api/v1/notes/{note_id}/order-items/{item}");
    CHECK(ledger.routes()[1].shape == "/api/v1/notes/{}/order-items/{}");
    for (const char* pattern :
         {"", "api", "/api/v1/notes//x", "/api/v1/notes/Big", "/api/v1/notes/{id",
          "/api/v1/notes/{Id}", "/api/v1/notes/{id:text}", "/api/v1/notes/{a}/{a}",
          "/api/v1/notes/-x", "/api/v1/notes/x//"}) {
        CAPTURE(pattern);
        CHECK(add(ledger, "GET", pattern) == MORTISE_INVALID_ARGUMENT);
    }
    CHECK(add(ledger, "HEAD", "/api/v1/notes/x") == MORTISE_INVALID_ARGUMENT);
    CHECK(add(ledger, "get", "/api/v1/notes/x") == MORTISE_INVALID_ARGUMENT);
    CHECK(ledger.routes().size() == 2);
}

TEST_CASE("a route outside the granted prefixes is denied, also when it only looks alike") {
    Ledger ledger(manifestOf("notes"));
    CHECK(add(ledger, "GET", "/api/v1/users") == MORTISE_DENIED);
    CHECK(add(ledger, "GET", "/api/v1/notes-of-others") == MORTISE_DENIED);
    CHECK(ledger.firstFailure().find("grants.routes") != std::string::npos);
}

TEST_CASE(
    "two routes with one method and one shape are a conflict whatever their parameters are "
    "called") {
    Ledger ledger(manifestOf("notes"));
    CHECK(add(ledger, "GET", "/api/v1/notes/{id}") == MORTISE_OK);
    CHECK(add(ledger, "DELETE", "/api/v1/notes/{id}") == MORTISE_OK);
    CHECK(add(ledger, "GET", "/api/v1/notes/{note_id:int}") == MORTISE_CONFLICT);
}

TEST_CASE("a route's flags must make sense together") {
    Ledger ledger(manifestOf("notes"));
    const auto tryWith = [&](auto change) {
        mortise_route route = routeOf("POST", "/api/v1/notes");
        change(route);
        return ledger.addRoute(&route, nullptr);
    };
    CHECK(tryWith([](auto& r) { r.flags = 0; }) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.flags = MORTISE_ROUTE_INLINE | MORTISE_ROUTE_ASYNC; }) ==
          MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.flags |= 1u << 20; }) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.flags |= MORTISE_ROUTE_OPTIONAL_BODY; }) ==
          MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.access = 7; }) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.handler = nullptr; }) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.struct_size = 8; }) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.body_size_max = UINT64_MAX; }) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) { r.openapi = view("[]"); }) == MORTISE_INVALID_ARGUMENT);
    const mortise_str admin = view("admin");
    CHECK(tryWith([&](auto& r) { r.roles = &admin, r.role_count = 1; }) ==
          MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([&](auto& r) {
              r.roles = &admin, r.role_count = 1, r.access = MORTISE_ACCESS_USER;
          }) == MORTISE_OK);
    CHECK(ledger.addRoute(nullptr, nullptr) == MORTISE_INVALID_ARGUMENT);
    CHECK(tryWith([](auto& r) {
              r.pattern = view("/api/v1/notes/files");
              r.flags |= MORTISE_ROUTE_MULTIPART_BODY | MORTISE_ROUTE_OPTIONAL_BODY;
          }) == MORTISE_OK);
}

TEST_CASE("header fields of a route are kept, and those nobody could write are refused") {
    Ledger ledger(manifestOf("notes"));
    const auto addWith = [&](const std::vector<mortise_pair>& headers) {
        mortise_route route = routeOf("GET", "/api/v1/notes");
        route.headers = headers.data();
        route.header_count = static_cast<std::uint32_t>(headers.size());
        return ledger.addRoute(&route, nullptr);
    };
    CHECK(addWith({{view("a b"), view("c")}}) == MORTISE_INVALID_ARGUMENT);
    CHECK(addWith({{view(""), view("c")}}) == MORTISE_INVALID_ARGUMENT);
    CHECK(addWith({{view("A"), view("b\r\nSet-Cookie: c")}}) == MORTISE_INVALID_ARGUMENT);
    CHECK(addWith(std::vector<mortise_pair>(9, {view("A"), view("b")})) ==
          MORTISE_INVALID_ARGUMENT);
    REQUIRE(addWith({{view("Sunset"), view("soon: now")}, {view("Link"), view("<x>")}}) ==
            MORTISE_OK);
    using Fields = std::vector<std::pair<std::string, std::string>>;
    CHECK(ledger.routes()[0].headers == Fields{{"Sunset", "soon: now"}, {"Link", "<x>"}});
    const Ledger read = Ledger::fromJson(ledger.toJson(), manifestOf("notes"));
    CHECK(read.routes()[0].headers == Fields{{"Link", "<x>"}, {"Sunset", "soon: now"}});
    CHECK(read.toJson() == ledger.toJson());
}

TEST_CASE("an operation carries the plugin's own name and one mode") {
    Ledger ledger(manifestOf("notes"));
    mortise_operation operation{sizeof operation, MORTISE_OPERATION_BLOCKING,
                                view("notes.find_note"), invoke, nullptr};
    CHECK(ledger.addOperation(&operation, nullptr) == MORTISE_OK);
    CHECK(ledger.addOperation(&operation, nullptr) == MORTISE_CONFLICT);
    operation.name = view("users.find_user");
    CHECK(ledger.addOperation(&operation, nullptr) == MORTISE_INVALID_ARGUMENT);
    operation.name = view("notes.other");
    operation.flags = MORTISE_OPERATION_BLOCKING | MORTISE_OPERATION_ASYNC;
    CHECK(ledger.addOperation(&operation, nullptr) == MORTISE_INVALID_ARGUMENT);
    CHECK(ledger.hasOperation("notes.find_note"));
}

TEST_CASE("an error code means one status, and saying so twice is allowed") {
    Ledger ledger(manifestOf("notes"));
    CHECK(ledger.addError(view("TITLE_TAKEN"), 409, view("Title is taken"), nullptr) == MORTISE_OK);
    CHECK(ledger.addError(view("TITLE_TAKEN"), 409, view("Title is taken"), nullptr) == MORTISE_OK);
    CHECK(ledger.addError(view("TITLE_TAKEN"), 400, view("Title is taken"), nullptr) ==
          MORTISE_CONFLICT);
    CHECK(ledger.addError(view("title"), 409, view("x"), nullptr) == MORTISE_INVALID_ARGUMENT);
    CHECK(ledger.addError(view("OK"), 200, view("x"), nullptr) == MORTISE_INVALID_ARGUMENT);
    CHECK(ledger.addError(view(std::string(48, 'A')), 409, view("x"), nullptr) ==
          MORTISE_INVALID_ARGUMENT);
    CHECK(ledger.errors().size() == 1);
}

TEST_CASE("a refusal is explained in the caller's error, cut at a character") {
    Ledger ledger(manifestOf("notes"));
    mortise_error error{};
    error.struct_size = sizeof error;
    std::string name;
    for (int i = 0; i < 200; ++i) {
        name += "ä";
    }
    CHECK(ledger.addError(view(name), 409, view("x"), &error) == MORTISE_INVALID_ARGUMENT);
    CHECK(std::string(error.code) == "INVALID_ARGUMENT");
    const std::string message = error.message;
    CHECK(message.size() <= 207);
    CHECK(static_cast<unsigned char>(message.back()) == 0xA4);
}

TEST_CASE("after seal() every add answers SEALED and changes nothing") {
    Ledger ledger(manifestOf("notes"));
    ledger.seal();
    CHECK(add(ledger, "GET", "/api/v1/notes") == MORTISE_SEALED);
    CHECK(ledger.addSchema(view("Note"), view("{}"), nullptr) == MORTISE_SEALED);
    CHECK(ledger.routes().empty());
}

TEST_CASE(
    "the text of a ledger does not depend on the order of registration and can be read back") {
    const auto fill = [](Ledger& ledger, bool backwards) {
        const std::string_view patterns[] = {"/api/v1/notes", "/api/v1/notes/{id}"};
        for (int i = 0; i < 2; ++i) {
            add(ledger, "GET", patterns[backwards ? 1 - i : i]);
        }
        mortise_job_type type{
            sizeof type, 3, view("notes.tidy"), view("{\"type\":\"object\"}"), work, nullptr};
        ledger.addJobType(&type, nullptr);
        mortise_operation operation{sizeof operation, MORTISE_OPERATION_ASYNC,
                                    view("notes.find_note"), invoke, nullptr};
        ledger.addOperation(&operation, nullptr);
        ledger.addError(view("TITLE_TAKEN"), 409, view("Titel \"schön\" \n vergeben"), nullptr);
        ledger.addSchema(view("Note"), view("{\"type\": \"object\"}"), nullptr);
    };
    Ledger forwards(manifestOf("notes"));
    Ledger backwards(manifestOf("notes"));
    fill(forwards, false);
    fill(backwards, true);
    CHECK(forwards.toJson() == backwards.toJson());
    CHECK(Ledger::fromJson(forwards.toJson(), manifestOf("notes")).toJson() == forwards.toJson());
    CHECK_THROWS_AS(Ledger::fromJson("{}", manifestOf("notes")), mortise::Error);
    CHECK_THROWS_AS(Ledger::fromJson(forwards.toJson(), manifestOf("other")), mortise::Error);
}

TEST_CASE("what two plugins cannot own together is named with both owners") {
    Ledger one(manifestOf("notes"));
    Ledger two("rival", {"/api/v1/notes"});
    add(one, "GET", "/api/v1/notes/{id}");
    add(two, "GET", "/api/v1/notes/{other}");
    add(two, "POST", "/api/v1/notes/{other}");
    one.addError(view("TAKEN"), 409, view("x"), nullptr);
    two.addError(view("TAKEN"), 400, view("x"), nullptr);
    mortise_job_type type{sizeof type, 3, view("notes.tidy"), {}, work, nullptr};
    one.addJobType(&type, nullptr);
    two.addJobType(&type, nullptr);
    const auto clashes = ledgerClashes({&one, &two});
    REQUIRE(clashes.size() == 3);
    CHECK(clashes[0].kind == "route");
    CHECK(clashes[0].owner == "notes");
    CHECK(clashes[0].rival == "rival");
    CHECK(clashes[1].kind == "job_type");
    CHECK(clashes[2].kind == "error_code");
}
