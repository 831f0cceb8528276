// The route table: which route a method and a path lead to, and which routes cannot stand in one table.
#include "http/router.hpp"

#include <list>

#include "base/error.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using http::Method;

namespace {

class Routes {
public:
    const http::Route* add(Method method, std::string pattern, std::string plugin = "notes") {
        http::Route& route = routes_.emplace_back();
        route.method = method;
        route.pattern = std::move(pattern);
        route.plugin = std::move(plugin);
        all_.push_back(&route);
        return &route;
    }

    http::RouteTable table() const { return http::RouteTable(all_); }
    std::vector<std::string> faults() const { return http::RouteTable::faultsOf(all_); }

private:
    std::list<http::Route> routes_;
    std::vector<const http::Route*> all_;
};

}  // namespace

TEST_CASE("a literal path leads to its route") {
    Routes routes;
    const auto* list = routes.add(Method::Get, "/api/v1/notes");
    const auto* create = routes.add(Method::Post, "/api/v1/notes");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    CHECK(table.find(Method::Get, "/api/v1/notes", params).route == list);
    CHECK(table.find(Method::Post, "/api/v1/notes", params).route == create);
}

TEST_CASE("the root is a path like any other") {
    Routes routes;
    const auto* root = routes.add(Method::Get, "/");
    std::vector<http::Pair> params;
    CHECK(routes.table().find(Method::Get, "/", params).route == root);
}

TEST_CASE("a trailing slash means nothing, in the pattern and in the path") {
    Routes routes;
    const auto* users = routes.add(Method::Get, "/users");
    const auto* notes = routes.add(Method::Get, "/notes/");
    const auto* note = routes.add(Method::Get, "/notes/{id}");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    CHECK(table.find(Method::Get, "/users/", params).route == users);
    CHECK(table.find(Method::Get, "/notes", params).route == notes);
    CHECK(table.find(Method::Get, "/notes/", params).route == notes);
    CHECK(table.find(Method::Get, "/notes/5/", params).route == note);
}

TEST_CASE("parameters come in the order of the pattern with their types") {
    Routes routes;
    routes.add(Method::Get, "/orgs/{org_id:int}/projects/{project_id:uuid}/{name}");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    const auto match = table.find(Method::Get, "/orgs/5/projects/x/y", params);
    REQUIRE(match.param_count == 3);
    REQUIRE(params.size() == 3);
    CHECK(params[0].name == "org_id");
    CHECK(params[0].value == "5");
    CHECK(params[1].name == "project_id");
    CHECK(params[1].value == "x");
    CHECK(params[2].value == "y");
    CHECK(match.param_types[0] == http::ParamType::Int);
    CHECK(match.param_types[1] == http::ParamType::Uuid);
    CHECK(match.param_types[2] == http::ParamType::Text);
}

TEST_CASE("parameters of an earlier look-up do not stay") {
    Routes routes;
    routes.add(Method::Get, "/users/{id}");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    table.find(Method::Get, "/users/1", params);
    table.find(Method::Get, "/users/2", params);
    REQUIRE(params.size() == 1);
    CHECK(params[0].value == "2");
    table.find(Method::Get, "/nothing", params);
    CHECK(params.empty());
}

TEST_CASE("a literal beats a parameter") {
    Routes routes;
    const auto* one = routes.add(Method::Get, "/users/{id}");
    const auto* me = routes.add(Method::Get, "/users/me");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    CHECK(table.find(Method::Get, "/users/me", params).route == me);
    CHECK(params.empty());
    CHECK(table.find(Method::Get, "/users/mes", params).route == one);
}

TEST_CASE("a literal that leads nowhere gives way to the parameter") {
    Routes routes;
    const auto* posts = routes.add(Method::Get, "/users/{id}/posts");
    const auto* patch = routes.add(Method::Patch, "/users/{id}");
    routes.add(Method::Get, "/users/me");
    routes.add(Method::Get, "/users/me/keys");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    CHECK(table.find(Method::Get, "/users/me/posts", params).route == posts);
    REQUIRE(params.size() == 1);
    CHECK(params[0].value == "me");
    CHECK(table.find(Method::Patch, "/users/me", params).route == patch);
}

TEST_CASE("a parameter never takes an empty segment") {
    Routes routes;
    routes.add(Method::Get, "/users/{id}");
    routes.add(Method::Get, "/users/{id}/posts");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    CHECK(table.find(Method::Get, "/users/", params).route == nullptr);
    CHECK(table.find(Method::Get, "/users//", params).route == nullptr);
    CHECK(table.find(Method::Get, "/users//posts", params).route == nullptr);
}

TEST_CASE("paths are told apart by case and by every segment") {
    Routes routes;
    routes.add(Method::Get, "/api/users");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    for (const char* path :
         {"/api", "/api/Users", "/api/user", "/api/users/x", "api/users", "", "*"}) {
        INFO(path);
        const auto match = table.find(Method::Get, path, params);
        CHECK(match.route == nullptr);
        CHECK(match.allowed.isEmpty());
    }
}

TEST_CASE("HEAD falls back to GET unless it has a route of its own") {
    Routes routes;
    const auto* get = routes.add(Method::Get, "/a");
    routes.add(Method::Get, "/b");
    const auto* head = routes.add(Method::Head, "/b");
    const auto table = routes.table();
    std::vector<http::Pair> params;
    CHECK(table.find(Method::Head, "/a", params).route == get);
    CHECK(table.find(Method::Head, "/b", params).route == head);
}

TEST_CASE("a path with other methods only tells all of them") {
    Routes routes;
    routes.add(Method::Get, "/users/{id}");
    routes.add(Method::Delete, "/users/{id}");
    routes.add(Method::Put, "/users/me");
    const auto match = [&](std::string_view path) {
        std::vector<http::Pair> params;
        return routes.table().find(Method::Post, path, params);
    };
    CHECK(match("/users/1").route == nullptr);
    CHECK(match("/users/1").allowed.allowValue() == "GET, HEAD, DELETE, OPTIONS");
    CHECK(match("/users/me").allowed.allowValue() == "GET, HEAD, PUT, DELETE, OPTIONS");
}

TEST_CASE("a method nobody knows finds nothing but the allowed ones") {
    Routes routes;
    routes.add(Method::Post, "/a");
    std::vector<http::Pair> params;
    const auto match = routes.table().find(Method::Other, "/a", params);
    CHECK(match.route == nullptr);
    CHECK(match.allowed.allowValue() == "POST, OPTIONS");
}

TEST_CASE("two routes that could answer one request name both owners") {
    Routes routes;
    routes.add(Method::Get, "/users/{id:int}", "users");
    routes.add(Method::Get, "/users/{name}/", "people");
    const auto faults = routes.faults();
    REQUIRE(faults.size() == 1);
    CHECK(faults[0] ==
          "GET /users/{name}/ of plugin people clashes with GET /users/{id:int} of plugin users");
    CHECK_THROWS_AS(routes.table(), Error);
}

TEST_CASE("methods of one path may belong to several plugins") {
    Routes routes;
    routes.add(Method::Get, "/users/{id}", "users");
    routes.add(Method::Post, "/users/{id}", "people");
    CHECK(routes.faults().empty());
}

TEST_CASE("all faults of a table are told at once") {
    Routes routes;
    routes.add(Method::Get, "/a");
    routes.add(Method::Get, "/a");
    routes.add(Method::Get, "no-slash");
    routes.add(Method::Other, "/b");
    CHECK(routes.faults().size() == 3);
}

TEST_CASE("a table has a bound") {
    Routes routes;
    for (std::size_t i = 0; i <= limits::kRouteCountMax; ++i) {
        routes.add(Method::Get, "/r" + std::to_string(i));
    }
    CHECK(routes.faults().size() == 1);
}

TEST_CASE("many routes under one parent are all found") {
    Routes routes;
    std::vector<const http::Route*> expected;
    for (int i = 0; i < 300; ++i) {
        expected.push_back(routes.add(Method::Get, "/x/" + std::to_string(i * 7919 % 1000)));
    }
    const auto table = routes.table();
    std::vector<http::Pair> params;
    for (const http::Route* route : expected) {
        CHECK(table.find(Method::Get, route->pattern, params).route == route);
    }
}
