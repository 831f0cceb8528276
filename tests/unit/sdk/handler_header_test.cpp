// Header fields, cookies, users with a role and deadlines as parameters, and answers that are more than data.
#include <functional>

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using test::FakeHost;
using test::FakeRequest;
using test::OpenPlugin;

namespace {

enum class Theme { Light, Dark };
constexpr auto describe(Theme) {
    return enumeration<Theme>("Theme", {{Theme::Light, "light"}, {Theme::Dark, "dark"}});
}

struct Seen {
    std::string text;
    static constexpr auto schema() { return object<Seen>("Seen").field("text", &Seen::text); }
};

struct Change {
    Patch<std::string> title;
    Patch<std::int64_t> size;
    static constexpr auto schema() {
        return object<Change>("Change")
            .field("title", &Change::title, notNull(), maxLength(5))
            .field("size", &Change::size);
    }
};

struct CamelQuery {
    std::optional<std::int64_t> page_size;
    static constexpr auto schema() {
        return object<CamelQuery>("CamelQuery").field("pageSize", &CamelQuery::page_size);
    }
};

using AdminUser = RoleUser<"admin">;

class Notes final : public Plugin {
public:
    static inline std::function<void(RouteGroup&)> more;

    void declare(Router& router) override {
        auto notes = router.group("/notes").publicAccess();
        notes.get("/depth", &Notes::depth).summary("s");
        notes.get("/tags", &Notes::tags).summary("s");
        notes.get("/theme", &Notes::theme).summary("s");
        notes.get("/id", &Notes::session).summary("s");
        notes.get("/time", &Notes::time).summary("s");
        notes.get("/moved", &Notes::moved).summary("s");
        notes.get("/gone", &Notes::moved).summary("s").status(308);
        notes.post("/work", &Notes::work).summary("s");
        notes.patch("/", &Notes::change).summary("s");
        router.group("/notes").del("/all", &Notes::removeAll).summary("s");
        auto old = router.group("/old-notes")
                       .publicAccess()
                       .deprecated("2026-01-01", "2026-12-31", "https://example.com/moving?a=1");
        old.get("/", &Notes::depth).summary("s");
        if (more) {
            auto group = router.group("/more");
            more(group);
        }
    }

    Seen depth(Header<"x-depth", std::int64_t> depth,
               const Header<"x-note", std::optional<std::string>>& note) {
        ++call_count;
        return {std::to_string(*depth) + note->value_or("-")};
    }
    Seen tags(Header<"x-tag", std::vector<std::string>> tags) {
        Seen seen;
        for (const std::string& tag : *tags) {
            seen.text += tag + ";";
        }
        return seen;
    }
    Seen theme(Cookie<"theme", std::optional<Theme>> theme) {
        return {!*theme ? "none" : **theme == Theme::Dark ? "dark" : "light"};
    }
    Seen session(Cookie<"session", std::string> session) {
        ++call_count;
        return {*session};
    }
    Seen time(Deadline deadline, const RequestLog& log) {
        log.info("note.timed");
        return {std::to_string(deadline.isLimited()) + std::to_string(deadline.isExpired()) +
                std::to_string(deadline.isCancelled())};
    }
    Redirect moved(Query<Seen> to) { return Redirect(to->text); }
    Accepted<Seen> work() { return {{"queued"}, "/api/v1/jobs/1"}; }
    Seen change(Body<Change> change) {
        const auto state = [](const auto& field) {
            return field.isAbsent() ? "absent" : field.isNull() ? "null" : "set";
        };
        return {std::string(state(change->title)) + " " + state(change->size)};
    }
    Seen removeAll(AdminUser user) { return {std::string(user.subject())}; }
    Seen camel(Query<CamelQuery>) { return {}; }
    Seen plain() { return {}; }

    int call_count = 0;
};

struct Fixture {
    explicit Fixture(std::function<void(RouteGroup&)> more = {}) : plugin(host) {
        Notes::more = std::move(more);
        status = plugin.declare();
    }
    const test::DeclaredRoute& route(const std::string& method, const std::string& pattern) {
        for (const auto& route : host.routes) {
            if (route.method == method && route.pattern == "/api/v1" + pattern) {
                return route;
            }
        }
        FAIL("no route " << method << " " << pattern);
        return host.routes.front();
    }
    mortise_status call(FakeRequest& request, const std::string& method,
                        const std::string& pattern) {
        REQUIRE(status == MORTISE_OK);
        const auto& found = route(method, pattern);
        return found.handler(found.context, &request, error.out());
    }
    const test::StagedResponse& answer() const { return host.responses.back(); }

    FakeHost host;
    OpenPlugin<Notes> plugin;
    detail::Failure error;
    mortise_status status = MORTISE_OK;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "header fields are read into scalars and optionals") {
    FakeRequest request(host, "GET");
    request.withHeader("x-depth", "-3");
    CHECK(call(request, "GET", "/notes/depth") == MORTISE_OK);
    CHECK(answer().data == R"({"text":"-3-"})");
    request.withHeader("x-note", "hi, there");
    CHECK(call(request, "GET", "/notes/depth") == MORTISE_OK);
    CHECK(answer().data == R"({"text":"-3hi, there"})");
}

TEST_CASE_METHOD(Fixture, "a header field that is missing, doubled or no number is answered 422") {
    const auto [values, message] = GENERATE(table<std::vector<std::string>, std::string>({
        {std::vector<std::string>(), "Field is required"},
        {{"x"}, "Must be an integer"},
        {{"99999999999999999999"}, "Number is out of range"},
        {{"1", "2"}, "Must be given only once"},
    }));
    FakeRequest request(host, "GET");
    for (const std::string& value : values) {
        request.withHeader("x-depth", value);
    }
    CHECK(call(request, "GET", "/notes/depth") == MORTISE_OK);
    CHECK(answer().http_status == 422);
    CHECK_THAT(answer().errors, Catch::Matchers::ContainsSubstring("{\"x-depth\":[\"" + message));
}

TEST_CASE_METHOD(Fixture, "a list of header values joins fields and takes them apart at commas") {
    FakeRequest request(host, "GET");
    request.withHeader("x-tag", "a, b ,,\tc").withHeader("x-tag", "d");
    CHECK(call(request, "GET", "/notes/tags") == MORTISE_OK);
    CHECK(answer().data == R"({"text":"a;b;c;d;"})");
    FakeRequest none(host, "GET");
    CHECK(call(none, "GET", "/notes/tags") == MORTISE_OK);
    CHECK(answer().data == R"({"text":""})");
}

TEST_CASE_METHOD(Fixture, "a list of header values is bounded") {
    std::string many;
    for (int i = 0; i < 101; ++i) {
        many += "a,";
    }
    FakeRequest request(host, "GET");
    request.withHeader("x-tag", many);
    CHECK(call(request, "GET", "/notes/tags") == MORTISE_OK);
    CHECK(answer().http_status == 422);
}

TEST_CASE_METHOD(Fixture, "a cookie is found among others, quoted or not, in any of the fields") {
    const std::string field =
        GENERATE(as<std::string>{}, "theme=dark", "a=1; theme=dark; b=2", "theme=\"dark\"",
                 "theme=dark; theme=light", "garbage; =;;; theme=dark;", "x=\"a;  theme=dark",
                 "a=b,c=d;theme=dark\t");
    INFO(field);
    FakeRequest request(host, "GET");
    request.withHeader("cookie", "other=1").withHeader("cookie", field);
    CHECK(call(request, "GET", "/notes/theme") == MORTISE_OK);
    CHECK(answer().data == R"({"text":"dark"})");
}

TEST_CASE_METHOD(Fixture, "an optional cookie that did not come is nothing") {
    FakeRequest request(host, "GET");
    request.withHeader("cookie", "Theme=dark; themes=dark; xtheme=dark; theme");
    CHECK(call(request, "GET", "/notes/theme") == MORTISE_OK);
    CHECK(answer().data == R"({"text":"none"})");
}

TEST_CASE_METHOD(Fixture, "a cookie that is missing or garbage is answered 422") {
    const std::string field =
        GENERATE(as<std::string>{}, "other=1", "session=a b", "session=a\"b", "session=a,b",
                 "session=a\\b", "session=\x01", "session=\xC3\xA4", "session=\"");
    INFO(field);
    FakeRequest request(host, "GET");
    request.withHeader("cookie", field);
    CHECK(call(request, "GET", "/notes/id") == MORTISE_OK);
    CHECK(answer().http_status == 422);
    CHECK_THAT(answer().errors, Catch::Matchers::ContainsSubstring("\"session\""));
}

TEST_CASE_METHOD(Fixture, "more cookies than anybody needs are answered 400") {
    std::string field;
    for (int i = 0; i < 300; ++i) {
        field += "a=1; ";
    }
    FakeRequest request(host, "GET");
    request.withHeader("cookie", field + "theme=dark");
    CHECK(call(request, "GET", "/notes/theme") == MORTISE_OK);
    CHECK(answer().http_status == 400);
    CHECK(answer().error_code == "BAD_REQUEST");
}

TEST_CASE_METHOD(Fixture, "header fields and cookies are documented as parameters") {
    const std::string depth = route("GET", "/notes/depth").openapi;
    test::JsonTokens valid(depth);
    CHECK_THAT(
        depth,
        Catch::Matchers::ContainsSubstring(
            R"("parameters":[{"name":"x-depth","in":"header","required":true,"schema":{"type":"integer")"));
    CHECK_THAT(depth, Catch::Matchers::ContainsSubstring(
                          R"({"name":"x-note","in":"header","required":false,)"
                          R"("schema":{"type":"string"}})"));
    CHECK_THAT(depth, Catch::Matchers::ContainsSubstring("VALIDATION_ERROR"));
    CHECK_THAT(route("GET", "/notes/theme").openapi,
               Catch::Matchers::ContainsSubstring(R"({"name":"theme","in":"cookie",)"
                                                  R"("required":false,"schema":{"type":"string",)"
                                                  R"("enum":["light","dark"]}})"));
}

TEST_CASE_METHOD(Fixture, "a user with a role makes the route require the role") {
    const auto& declared = route("DELETE", "/notes/all");
    CHECK(declared.access == MORTISE_ACCESS_USER);
    CHECK(declared.roles == std::vector<std::string>{"admin"});
    FakeRequest request(host, "DELETE");
    CHECK(call(request, "DELETE", "/notes/all") == MORTISE_OK);
    CHECK(answer().http_status == 403);
    request.withRole("editor").withRole("admin");
    CHECK(call(request, "DELETE", "/notes/all") == MORTISE_OK);
    CHECK(answer().data == R"({"text":"42"})");
}

TEST_CASE("the roles of route and signature are narrowed to what both allow") {
    Fixture both([](RouteGroup& group) {
        group.get("/a", &Notes::removeAll).summary("s").requireRole("editor", "admin");
    });
    REQUIRE(both.status == MORTISE_OK);
    CHECK(both.route("GET", "/more/a").roles == std::vector<std::string>{"admin"});
    const Fixture none([](RouteGroup& group) {
        group.get("/a", &Notes::removeAll).summary("s").requireRole("editor");
    });
    CHECK(none.status == MORTISE_INVALID_ARGUMENT);
    CHECK_THAT(std::string(none.plugin.error.message),
               Catch::Matchers::ContainsSubstring(
                   "requires one of the roles editor, the signature one of admin"));
}

TEST_CASE_METHOD(Fixture, "the deadline and the log of a request belong to it") {
    const auto [left, interruption, expected] =
        GENERATE(table<std::int64_t, mortise_status, std::string>({
            {-1, MORTISE_OK, "000"},
            {500, MORTISE_OK, "100"},
            {0, MORTISE_DEADLINE_EXCEEDED, "110"},
            {500, MORTISE_CANCELLED, "101"},
        }));
    host.remaining_ms = left;
    host.interruption = interruption;
    FakeRequest request(host, "GET");
    CHECK(call(request, "GET", "/notes/time") == MORTISE_OK);
    CHECK(answer().data == "{\"text\":\"" + expected + "\"}");
    CHECK(host.events == std::vector<std::string>{"note.timed"});
}

TEST_CASE("a deadline of its own counts down and never below nothing") {
    const Deadline far{std::chrono::hours(1)};
    CHECK(far.isLimited());
    CHECK_FALSE(far.isExpired());
    CHECK(far.remaining() <= std::chrono::hours(1));
    const Deadline past{std::chrono::milliseconds(-5)};
    CHECK(past.isExpired());
    CHECK(past.remaining() == std::chrono::milliseconds(0));
    CHECK_FALSE(past.isCancelled());
}

TEST_CASE_METHOD(Fixture, "a redirect is a status and a Location without envelope") {
    FakeRequest request(host, "GET");
    request.withQuery("text", "/api/v1/notes/7?a=b#c");
    CHECK(call(request, "GET", "/notes/moved") == MORTISE_OK);
    CHECK(answer().http_status == 303);
    CHECK(answer().flags == MORTISE_RESPONSE_RAW);
    CHECK(answer().body.empty());
    CHECK(answer().headers.at("Location") == "/api/v1/notes/7?a=b#c");
    CHECK(call(request, "GET", "/notes/gone") == MORTISE_OK);
    CHECK(answer().http_status == 308);
    CHECK_THAT(route("GET", "/notes/gone").openapi,
               Catch::Matchers::ContainsSubstring(R"("responses":{"308":)"));
}

TEST_CASE_METHOD(Fixture, "a redirect whose target would end the header line never leaves") {
    const std::string target = GENERATE(as<std::string>{}, "/a\r\nSet-Cookie: b=c", "/a\nb", "/a b",
                                        "", "/\xC3\xA4", "<a>");
    FakeRequest request(host, "GET");
    request.withQuery("text", target);
    CHECK(call(request, "GET", "/notes/moved") == MORTISE_INTERNAL);
    CHECK(host.responses.empty());
}

TEST_CASE("a redirect has one of five statuses, and a local one stays on this host") {
    CHECK(Redirect::moved("/a").status() == 301);
    CHECK(Redirect::found("/a").status() == 302);
    CHECK(Redirect::seeOther("/a").status() == 303);
    CHECK(Redirect::temporary("/a").status() == 307);
    CHECK(Redirect::permanent("/a").status() == 308);
    CHECK_THROWS_AS(Redirect("/a", 200), std::invalid_argument);
    CHECK_THROWS_AS(Redirect("/a", 304), std::invalid_argument);
    CHECK(Redirect::local("/a//b").location() == "/a//b");
    for (const char* target : {"//evil.example.com", "https://evil.example.com", "a", "/\\evil"}) {
        INFO(target);
        CHECK_THROWS_AS(Redirect::local(target), std::invalid_argument);
    }
}

TEST_CASE_METHOD(Fixture, "accepted work is 202 and says where to look") {
    FakeRequest request(host, "POST");
    CHECK(call(request, "POST", "/notes/work") == MORTISE_OK);
    CHECK(answer().http_status == 202);
    CHECK(answer().headers.at("Location") == "/api/v1/jobs/1");
    CHECK(answer().data == R"({"text":"queued"})");
    CHECK_THAT(route("POST", "/notes/work").openapi,
               Catch::Matchers::ContainsSubstring(R"("responses":{"202":)"));
}

TEST_CASE_METHOD(Fixture, "a patch tells absent from null from a value") {
    const auto [body, expected] = GENERATE(table<std::string, std::string>({
        {"{}", "absent absent"},
        {R"({"size":null})", "absent null"},
        {R"({"title":"a","size":1})", "set set"},
    }));
    FakeRequest request(host, "PATCH");
    request.withJson(body);
    CHECK(call(request, "PATCH", "/notes") == MORTISE_OK);
    CHECK(answer().data == "{\"text\":\"" + expected + "\"}");
    FakeRequest null(host, "PATCH");
    null.withJson(R"({"title":null})");
    CHECK(call(null, "PATCH", "/notes") == MORTISE_OK);
    CHECK(answer().http_status == 422);
}

TEST_CASE_METHOD(Fixture, "the host is told what every answer of a deprecated route says") {
    const test::DeclaredRoute& old = route("GET", "/old-notes");
    CHECK_THAT(old.openapi, Catch::Matchers::ContainsSubstring(R"("deprecated":true)"));
    CHECK(old.headers.at("Deprecation") == "@1767225600");
    CHECK(old.headers.at("Sunset") == "Thu, 31 Dec 2026 00:00:00 GMT");
    CHECK(old.headers.at("Link") == "<https://example.com/moving?a=1>; rel=\"sunset\"");
    CHECK(route("POST", "/notes/work").headers.empty());
}

TEST_CASE("a route that cannot be said like that does not load, and the text says why") {
    using Declare = std::function<void(RouteGroup&)>;
    const auto [declare, expected] = GENERATE(table<Declare, std::string>({
        {[](RouteGroup& g) { g.get("/a", &Notes::removeAll).summary("s").publicAccess(); },
         "RoleUser<>, but the route is public"},
        {[](RouteGroup& g) {
             g.get("/a", &Notes::plain).summary("s").publicAccess().deprecated("soon");
         },
         "deprecated(): \"soon\" is no date"},
        {[](RouteGroup& g) {
             g.get("/a", &Notes::plain)
                 .summary("s")
                 .publicAccess()
                 .deprecated("2026-02-01", "2026-01-01");
         },
         "goes before it is deprecated"},
        {[](RouteGroup& g) {
             g.get("/a", &Notes::plain).summary("s").publicAccess().deprecated("", "", "a\r\nb: c");
         },
         "is no URI reference"},
        {[](RouteGroup& g) { g.get("/a", &Notes::moved).summary("s").publicAccess().status(200); },
         "a redirect answers 301"},
        {[](RouteGroup& g) { g.get("/a", &Notes::camel).summary("s").publicAccess(); },
         "query parameter pageSize is not snake_case"},
    }));
    const Fixture declared([declare = declare](RouteGroup& group) { declare(group); });
    CHECK(declared.status == MORTISE_INVALID_ARGUMENT);
    CHECK_THAT(std::string(declared.plugin.error.message),
               Catch::Matchers::ContainsSubstring(expected));
}
