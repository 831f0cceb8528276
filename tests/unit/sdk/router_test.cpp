// What declare() hands to the host, and what it refuses.
#include "tests/unit/sdk/fake_plugin.hpp"

#include "tests/support/catch.hpp"

using namespace mortise;
using test::FakeHost;
using test::OpenPlugin;

namespace {

inline constexpr ErrorCode GONE{"NOTE_GONE", 410, "Gone"};

struct Note {
    std::int64_t id = 0;
    static constexpr auto schema() { return object<Note>("Note").field("id", &Note::id); }
};

/// A plugin that declares what a test wants.
class Declaring final : public Plugin {
public:
    static inline std::function<void(Router&)> what;
    void declare(Router& router) override { what(router); }

    Note byNumber(Path<"note_id", std::int64_t>) { return {}; }
    Note byUuid(Path<"note_id", Uuid>) { return {}; }
    Note byName(Path<"note_id", std::string>) { return {}; }
    Note second(Path<"part_id", std::int64_t>) { return {}; }
    Note withUser(const Principal&) { return {}; }
    Note withDb(Db&) { return {}; }
    Note withBody(Body<Note>) { return {}; }
    Page<Note> list(Query<PageQuery>) { return {}; }
    Task<Note> later() { co_return Note(); }
    Note plain() { return {}; }
    Note operation(const Note&) { return {}; }
    Note job(Args<Note>) { return {}; }
};

struct Declared {
    explicit Declared(std::function<void(Router&)> what) : plugin(host) {
        Declaring::what = std::move(what);
        status = plugin.declare();
    }
    std::string message() const { return plugin.error.message; }
    const test::DeclaredRoute& route() const { return host.routes.at(0); }

    FakeHost host;
    OpenPlugin<Declaring> plugin;
    mortise_status status = MORTISE_OK;
};

}  // namespace

TEST_CASE("patterns get their group, their version and the types of the signature") {
    const Declared declared([](Router& router) {
        auto notes = router.group("/notes").requireUser();
        notes.get("/{note_id}", &Declaring::byNumber).summary("a");
        notes.put("/{note_id}/", &Declaring::byUuid).summary("b");
        notes.patch("/{note_id}", &Declaring::byName).summary("c");
        notes.group("/{note_id}/parts").get("/{part_id}", &Declaring::second).summary("d");
        router.version(2)
            .requireUser()
            .group("/order-items")
            .get("/", &Declaring::plain)
            .summary("e");
    });
    REQUIRE(declared.status == MORTISE_OK);
    std::vector<std::string> patterns;
    for (const auto& route : declared.host.routes) {
        patterns.push_back(route.method + " " + route.pattern);
    }
    CHECK(patterns == std::vector<std::string>{"GET /api/v1/notes/{note_id:int}",
                                               "PUT /api/v1/notes/{note_id:uuid}",
                                               "PATCH /api/v1/notes/{note_id}",
                                               "GET /api/v1/notes/{note_id}/parts/{part_id:int}",
                                               "GET /api/v2/order-items"});
}

TEST_CASE("flags follow from the signature") {
    const Declared declared([](Router& router) {
        auto notes = router.group("/notes").publicAccess();
        notes.get("/a", &Declaring::plain).summary("s");
        notes.get("/b", &Declaring::plain).summary("s").inlined();
        notes.get("/c", &Declaring::later).summary("s");
        notes.post("/d", &Declaring::withBody).summary("s").optionalBody();
        notes.post("/e", &Declaring::withBody).summary("s").acceptForm();
    });
    REQUIRE(declared.status == MORTISE_OK);
    std::vector<std::uint32_t> flags;
    for (const auto& route : declared.host.routes) {
        flags.push_back(route.flags);
    }
    CHECK(flags ==
          std::vector<std::uint32_t>{
              MORTISE_ROUTE_BLOCKING, MORTISE_ROUTE_INLINE, MORTISE_ROUTE_ASYNC,
              MORTISE_ROUTE_BLOCKING | MORTISE_ROUTE_JSON_BODY | MORTISE_ROUTE_OPTIONAL_BODY,
              MORTISE_ROUTE_BLOCKING | MORTISE_ROUTE_JSON_BODY | MORTISE_ROUTE_FORM_BODY});
}

TEST_CASE("a route takes the access of its group and may say otherwise") {
    const Declared declared([](Router& router) {
        auto notes = router.group("/notes").requireRole("admin", "editor");
        notes.get("/a", &Declaring::plain).summary("s");
        notes.get("/b", &Declaring::plain).summary("s").publicAccess();
        notes.get("/c", &Declaring::plain)
            .summary("s")
            .requireUser()
            .deadline(std::chrono::seconds(2));
    });
    REQUIRE(declared.status == MORTISE_OK);
    const auto& routes = declared.host.routes;
    CHECK(routes.at(0).roles == std::vector<std::string>{"admin", "editor"});
    CHECK(routes.at(1).access == MORTISE_ACCESS_PUBLIC);
    CHECK(routes.at(1).roles.empty());
    CHECK(routes.at(2).access == MORTISE_ACCESS_USER);
    CHECK(routes.at(2).roles.empty());
    CHECK(routes.at(2).deadline_ms == 2000);
}

TEST_CASE("the documentation of a route follows from its signature and description") {
    const Declared declared([](Router& router) {
        router.group("/notes")
            .tag("notes")
            .requireUser()
            .post("/", &Declaring::withBody)
            .created()
            .summary("Create \"one\"")
            .errors(GONE);
    });
    REQUIRE(declared.status == MORTISE_OK);
    CHECK(
        declared.route().openapi ==
        R"({"summary":"Create \"one\"","tags":["notes"],)"
        R"("requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Note"}}}},)"
        R"("responses":{"201":{"description":"Success","content":{"application/json":{"schema":)"
        R"({"type":"object","required":["status","status_code","message","data"],"properties":{)"
        R"("status":{"const":"success"},"status_code":{"const":201},"message":{"type":"string"},)"
        R"("data":{"$ref":"#/components/schemas/Note"}}}}}}},"x-error-codes":["NOTE_GONE","VALIDATION_ERROR"]})");
    CHECK(declared.host.schemas.count("Note") == 1);
    CHECK(declared.host.errors == std::map<std::string, std::uint32_t>{{"NOTE_GONE", 410}});
}

TEST_CASE("query parameters are documented from the schema") {
    const Declared declared([](Router& router) {
        router.group("/notes").requireUser().get("/", &Declaring::list).summary("List");
    });
    REQUIRE(declared.status == MORTISE_OK);
    CHECK(declared.route().openapi.find(R"("parameters":[{"name":"page","in":"query")") !=
          std::string::npos);
    CHECK(declared.route().openapi.find(R"("meta":{"type":"object"})") != std::string::npos);
    test::JsonTokens valid(declared.route().openapi);
}

TEST_CASE("an error code that several routes name is declared once") {
    const Declared declared([](Router& router) {
        auto notes = router.group("/notes").requireUser().errors(GONE);
        notes.get("/a", &Declaring::plain).summary("s").errors(GONE);
        router.errors(GONE);
    });
    CHECK(declared.status == MORTISE_OK);
    CHECK(declared.host.errors.size() == 1);
}

TEST_CASE("operations carry the plugin's name, job types their schema") {
    const Declared declared([](Router& router) {
        router.operation("find_note", &Declaring::operation);
        router.job("notes.purge", &Declaring::job);
    });
    REQUIRE(declared.status == MORTISE_OK);
    CHECK(declared.host.operations.count("notes.find_note") == 1);
    CHECK(declared.host.job_schemas.at("notes.purge").find("\"$defs\":{\"Note\"") !=
          std::string::npos);
}

TEST_CASE("a route that cannot work does not load, and the text says why") {
    using Declare = std::function<void(RouteGroup&)>;
    const auto [declare, expected] = GENERATE(table<Declare, std::string>({
        {[](RouteGroup& g) { g.get("/{id}", &Declaring::byNumber).summary("s").requireUser(); },
         "GET /api/v1/notes/{id}: the handler takes Path<\"note_id\">, but the pattern has no "
         "{note_id}"},
        {[](RouteGroup& g) {
             g.get("/{note_id:uuid}", &Declaring::byNumber).summary("s").requireUser();
         },
         "does not fit the type of Path<\"note_id\">"},
        {[](RouteGroup& g) { g.get("/", &Declaring::plain).summary("s"); }, "say who may call it"},
        {[](RouteGroup& g) { g.get("/", &Declaring::withUser).summary("s").publicAccess(); },
         "takes const Principal& or RoleUser<>, but the route is public"},
        {[](RouteGroup& g) { g.get("/", &Declaring::withDb).summary("s").requireUser().inlined(); },
         "inlined() promises not to block"},
        {[](RouteGroup& g) { g.get("/", &Declaring::later).summary("s").requireUser().inlined(); },
         "a coroutine runs on the reactor anyway"},
        {[](RouteGroup& g) { g.get("/", &Declaring::plain).requireUser(); }, "has no summary()"},
        {[](RouteGroup& g) { g.get("/", &Declaring::withBody).summary("s").requireUser(); },
         "a GET request has no body"},
        {[](RouteGroup& g) { g.get("/get-note", &Declaring::plain).summary("s").requireUser(); },
         "begins with a verb"},
        {[](RouteGroup& g) { g.get("/my_notes", &Declaring::plain).summary("s").requireUser(); },
         "is not kebab-case"},
        {[](RouteGroup& g) { g.get("/Notes", &Declaring::plain).summary("s").requireUser(); },
         "is not kebab-case"},
        {[](RouteGroup& g) { g.get("/{noteId}", &Declaring::plain).summary("s").requireUser(); },
         "is not snake_case"},
        {[](RouteGroup& g) { g.get("/{a}/{a}", &Declaring::plain).summary("s").requireUser(); },
         "appears twice"},
    }));
    const Declared declared([declare = declare](Router& router) {
        auto group = router.group("/notes");
        declare(group);
    });
    CHECK(declared.status == MORTISE_INVALID_ARGUMENT);
    CHECK_THAT(declared.message(), Catch::Matchers::ContainsSubstring(expected));
}
