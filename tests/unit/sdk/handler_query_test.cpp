// Single parameters of the query as parameters of a handler.
#include <functional>

#include "tests/support/catch.hpp"
#include "tests/unit/sdk/fake_plugin.hpp"

using namespace mortise;
using test::FakeHost;
using test::FakeRequest;
using test::OpenPlugin;

namespace {

struct Found {
    std::string text;
    static constexpr auto schema() { return object<Found>("Found").field("text", &Found::text); }
};

struct Filter {
    std::optional<std::string> q;
    static constexpr auto schema() { return object<Filter>("Filter").field("q", &Filter::q); }
};

struct Closed {
    std::optional<std::string> color;
    static constexpr auto schema() {
        return object<Closed>("Closed").field("color", &Closed::color).forbidUnknown();
    }
};

using Limit = Constrained<std::int64_t, Ge<1>, Le<100>>;

class Search final : public Plugin {
public:
    static inline std::function<void(RouteGroup&)> what;
    void declare(Router& router) override {
        auto group = router.group("/search").publicAccess();
        what(group);
    }

    Found search(QueryParam<"limit", Limit> limit,
                 const QueryParam<"q", std::optional<std::string>>& q,
                 QueryParam<"tag", std::vector<std::string>> tags) {
        std::string text = std::to_string(limit->value()) + q->value_or("-");
        for (const std::string& tag : *tags) {
            text += "," + tag;
        }
        return {text};
    }
    Found twice(QueryParam<"q", std::string> q, QueryParam<"q", std::string> again) {
        return {*q + *again};
    }
    Found both(Query<Filter>, QueryParam<"page_size", std::optional<int>>) { return {}; }
    Found clash(Query<Filter>, QueryParam<"q", std::optional<int>>) { return {}; }
    Found otherwise(QueryParam<"q", int>, QueryParam<"q", std::string>) { return {}; }
    Found camel(QueryParam<"pageSize", int>) { return {}; }
    Found closed(Query<Closed>, QueryParam<"q", std::optional<std::string>>) { return {}; }
    Found alone(Query<Closed>) { return {}; }
};

template <class Member>
std::function<void(RouteGroup&)> routeTo(Member member) {
    return [member](RouteGroup& group) { group.get("/", member).summary("s"); };
}

struct Declared {
    explicit Declared(std::function<void(RouteGroup&)> what) : plugin(host) {
        Search::what = std::move(what);
        status = plugin.declare();
    }
    const test::StagedResponse& call(FakeRequest& request) {
        REQUIRE(status == MORTISE_OK);
        REQUIRE(host.routes.front().handler(host.routes.front().context, &request, error.out()) ==
                MORTISE_OK);
        return host.responses.back();
    }
    std::string refusal() const {
        return status == MORTISE_OK ? "" : std::string(plugin.error.message);
    }

    FakeHost host;
    OpenPlugin<Search> plugin;
    detail::Failure error;
    mortise_status status = MORTISE_OK;
};

}  // namespace

TEST_CASE("single parameters of the query are read into their types") {
    Declared declared(routeTo(&Search::search));
    FakeRequest few(declared.host, "GET");
    few.withQuery("limit", "7");
    CHECK(declared.call(few).data == R"({"text":"7-"})");
    FakeRequest all(declared.host, "GET");
    all.withQuery("tag", "a").withQuery("limit", "100").withQuery("q", "x").withQuery("tag", "b");
    CHECK(declared.call(all).data == R"({"text":"100x,a,b"})");
}

TEST_CASE("a parameter that is missing, doubled or out of bounds is answered 422 and named") {
    const auto [values, message] = GENERATE(table<std::vector<std::string>, std::string>({
        {std::vector<std::string>(), "Field is required"},
        {{"x"}, "Must be an integer"},
        {{"0"}, "Must be at least 1"},
        {{"101"}, "Must be at most 100"},
        {{"1", "2"}, "Must be given only once"},
    }));
    Declared declared(routeTo(&Search::search));
    FakeRequest request(declared.host, "GET");
    for (const std::string& value : values) {
        request.withQuery("limit", value);
    }
    const auto& answer = declared.call(request);
    CHECK(answer.http_status == 422);
    CHECK(answer.errors == "{\"limit\":[\"" + message + "\"]}");
}

TEST_CASE("single parameters are documented with their constraints, once") {
    const Declared declared(routeTo(&Search::search));
    const std::string openapi = declared.host.routes.front().openapi;
    test::JsonTokens valid(openapi);
    for (
        const char* part :
        {R"("parameters":[{"name":"limit","in":"query","required":true,"schema":{"type":"integer","minimum":1,"maximum":100)",
         R"({"name":"q","in":"query","required":false,"schema":{"type":"string"}})",
         R"({"name":"tag","in":"query","required":false,"schema":{"type":"array","items":{"type":"string"}}})",
         "VALIDATION_ERROR"}) {
        CHECK_THAT(openapi, Catch::Matchers::ContainsSubstring(part));
    }
    Declared twice(routeTo(&Search::twice));
    const std::string text = twice.host.routes.front().openapi;
    CHECK(text.find("\"in\":\"query\"") == text.rfind("\"in\":\"query\""));
    FakeRequest request(twice.host, "GET");
    request.withQuery("q", "a");
    CHECK(twice.call(request).data == R"({"text":"aa"})");
}

TEST_CASE("a schema and single parameters read one query, each parameter in one way") {
    CHECK(Declared(routeTo(&Search::both)).refusal().empty());
    CHECK(Declared(routeTo(&Search::alone)).refusal().empty());
    const auto [route, expected] = GENERATE(table<std::function<void(RouteGroup&)>, std::string>({
        {routeTo(&Search::clash), "query parameter q is read in two ways"},
        {routeTo(&Search::otherwise), "query parameter q is read in two ways"},
        {routeTo(&Search::camel), "query parameter pageSize is not snake_case"},
        {routeTo(&Search::closed), "forbids unknown parameters reads the query alone"},
    }));
    CHECK_THAT(Declared(route).refusal(), Catch::Matchers::ContainsSubstring(expected));
}
