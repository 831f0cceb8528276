// What an app of the testing kit is: a real host, of its own for each test.
#include <thread>

#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using mortise::testing::App;
using mortise::testing::Failure;
using mortise::testing::Options;

namespace {

constexpr const char* kErrands = "/api/v1/errands";

std::string rogue(const std::string& name) {
    return std::string(MORTISE_ROGUE_DIRECTORY) + '/' + name + ".so";
}

/// Why an app with that plugin cannot be made.
std::string reasonOf(const std::string& file, const Options& options = {}) {
    try {
        const App app(file, options);
        return {};
    } catch (const Failure& failure) {
        return failure.what();
    }
}

}  // namespace

TEST_CASE("an app that cannot be made says why, as the host does") {
    using Catch::Matchers::ContainsSubstring;
    CHECK_THAT(reasonOf("/nowhere/notes.so"), ContainsSubstring("/nowhere/notes.so"));
    CHECK_THAT(reasonOf("/proc/self/exe"), ContainsSubstring("note"));
    CHECK_THAT(reasonOf(rogue("configure_fails")),
               ContainsSubstring("plugin rogue failed in configure"));
    CHECK_THAT(reasonOf(rogue("prepare_fails")), ContainsSubstring("failed in prepare"));
    CHECK_THAT(reasonOf(rogue("undefined_symbol")), ContainsSubstring("failed in"));
    CHECK_THAT(reasonOf(MORTISE_ERRANDS_FILE, Options().setting("errands.colour", "red")),
               ContainsSubstring("errands.colour"));
    CHECK_THAT(reasonOf(MORTISE_ERRANDS_FILE, Options().setting("run.reactors", "many")),
               ContainsSubstring("run.reactors"));
}

TEST_CASE("after an app that failed the next one works") {
    CHECK_FALSE(reasonOf(rogue("prepare_fails")).empty());
    App app(MORTISE_ERRANDS_FILE);
    CHECK(app.asUser({.id = 7}).post(kErrands, R"({"name": "Post"})").status == 201);
    CHECK_NOTHROW(app.close());
    CHECK_NOTHROW(app.close());
    CHECK_THROWS_WITH(app.anonymous().get(kErrands), "the app is closed");
}

TEST_CASE("apps side by side share nothing") {
    constexpr int kAppCount = 4;
    std::vector<std::string> found(kAppCount);
    std::vector<std::thread> threads;
    for (int at = 0; at < kAppCount; ++at) {
        threads.emplace_back([at, &found] {
            try {
                const App app(MORTISE_ERRANDS_FILE);
                const std::string body = R"({"name": "Errand )" + std::to_string(at) + "\"}";
                app.asUser({.id = at + 1}).post(kErrands, body);
                found[std::size_t(at)] =
                    app.sql("SELECT string_agg(name, ',') FROM errands.errands").value();
            } catch (const std::exception& error) {
                found[std::size_t(at)] = error.what();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (int at = 0; at < kAppCount; ++at) {
        CHECK(found[std::size_t(at)] == "Errand " + std::to_string(at));
    }
}

TEST_CASE("a request passes the rules of service") {
    App app(MORTISE_ERRANDS_FILE);
    const auto user = app.asUser({.id = 7});
    CHECK(user.get("/api/v1/errands/nothing").code() == "NOT_FOUND");
    CHECK(user.del(kErrands).code() == "METHOD_NOT_ALLOWED");
    CHECK(user.send("POST", kErrands, "name=x", "text/plain").code() == "UNSUPPORTED_MEDIA_TYPE");
    CHECK(user.post(kErrands, "{").code() == "BAD_REQUEST");
    CHECK(user.post(kErrands, R"({"name": ""})").json("errors.name").size() == 1);
    CHECK(user.post(kErrands, std::string(3'000'000, ' ')).code() == "PAYLOAD_TOO_LARGE");
    const auto reply = user.get("/api/v1/errands/thanks");
    CHECK(reply.header("x-request-id").size() == 12);
    CHECK(reply.header("x-content-type-options") == "nosniff");
    CHECK(user.head("/api/v1/errands/thanks").body.empty());
    CHECK(app.logs("http_request").size() >= 8);
    CHECK(app.anonymous().get("/openapi.json").json("paths./api/v1/errands").isThere());
}

TEST_CASE("a request that no client could send is refused by the kit") {
    App app(MORTISE_ERRANDS_FILE);
    CHECK_THROWS_AS(app.anonymous().get("/a b"), Failure);
    CHECK_THROWS_AS(app.anonymous().send("get", "/"), Failure);
}

TEST_CASE("roles and scopes of a given user count") {
    App app(MORTISE_ERRANDS_FILE);
    CHECK(app.asUser({.id = 7}).get("/api/v1/errands/secret").code() == "FORBIDDEN");
    CHECK(app.asUser({.id = 7, .scopes = {"errands:read"}}).get("/api/v1/errands/secret").status ==
          200);
}

TEST_CASE("a handler that outlives its deadline is answered without it") {
    App app(MORTISE_SAMPLER_FILE, Options().setting("http.request_deadline_ms", 100));
    const auto reply = app.anonymous().get("/api/v1/sampler/pause?ms=2000");
    CHECK(reply.status == 503);
    CHECK(reply.code() == "DEADLINE_EXCEEDED");
    CHECK(reply.header("retry-after") == "1");
    app.settle();
}

TEST_CASE("a statement that fails says what the database says") {
    const App app(MORTISE_ERRANDS_FILE);
    CHECK_THROWS_AS(app.sql("SELECT * FROM errands.nothing"), Failure);
    app.sql("INSERT INTO errands.errands (owner_id, name) VALUES ($1, $2)", 7, "Post");
    try {
        app.sql("INSERT INTO errands.errands (owner_id, name) VALUES ($1, $2)", 8, "Post");
        FAIL("two errands have one name");
    } catch (const Failure& failure) {
        CHECK(failure.code() == "23505");
    }
    CHECK(app.sql("SELECT NULL AS nothing").at(0)["nothing"] == std::nullopt);
    CHECK(app.sql("SELECT $1::text", nullptr).at(0)[std::size_t{0}] == std::nullopt);
    CHECK_THROWS_AS(app.sql("SELECT 1 AS one").at(0)["two"], Failure);
    CHECK_THROWS_AS(app.sql("SELECT 1 WHERE false").value(), Failure);
}
