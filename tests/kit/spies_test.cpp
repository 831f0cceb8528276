// What a test plays and what it watches: operations, jobs, log, tasks after the response.
#include <atomic>
#include <mutex>

#include <mortise/errors.hpp>
#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using mortise::testing::App;
using mortise::testing::Failure;
using mortise::testing::Json;
using mortise::testing::Options;

namespace {

constexpr const char* kErrands = "/api/v1/errands";
constexpr const char* kPost = R"({"name": "Post"})";

const char* ownerPath(bool waits) {
    return waits ? "/api/v1/errands/owner" : "/api/v1/errands/owner-later";
}

}  // namespace

TEST_CASE("an operation is answered by the test, for a handler that waits and for a coroutine") {
    App app(MORTISE_ERRANDS_FILE);
    app.onOperation("users.get", [](std::string_view input) {
        return R"({"id": )" + Json::parse(input).at("user_id").text() + R"(, "full_name": "Ada"})";
    });
    for (const bool waits : {true, false}) {
        INFO(waits);
        CHECK(app.asUser({.id = 7}).get(ownerPath(waits)).json("data.full_name") == "Ada");
    }
    REQUIRE(app.calls("users.get").size() == 2);
    CHECK(app.calls("users.get").at(0).at("user_id") == 7);
    CHECK(app.calls("users.find").empty());
}

TEST_CASE("an operation that the test refuses reaches the plugin with its code") {
    App app(MORTISE_ERRANDS_FILE);
    app.onOperation("users.get", [](const Json&) -> std::string {
        throw mortise::AppError("Gone away", "USER_NOT_FOUND", 404);
    });
    for (const bool waits : {true, false}) {
        INFO(waits);
        const auto reply = app.asUser({.id = 7}).get(ownerPath(waits));
        CHECK(reply.status == 404);
        CHECK(reply.code() == "USER_NOT_FOUND");
        CHECK(reply.json("message") == "Gone away");
    }
}

TEST_CASE("an answer takes the place of the one before") {
    App app(MORTISE_ERRANDS_FILE);
    for (const char* name : {"Ada", "Grace"}) {
        app.onOperation("users.get", [name](const Json&) {
            return R"({"id": 7, "full_name": ")" + std::string(name) + "\"}";
        });
        CHECK(app.asUser({.id = 7}).get(ownerPath(true)).json("data.full_name") == name);
    }
}

TEST_CASE("an operation that nobody answers is named in the log") {
    App app(MORTISE_ERRANDS_FILE);
    for (const bool waits : {true, false}) {
        INFO(waits);
        CHECK(app.asUser({.id = 7}).get(ownerPath(waits)).status == 500);
    }
    const auto records = app.logs("request.unhandled_error");
    REQUIRE_FALSE(records.empty());
    CHECK_THAT(records.at(0).fields.text(), Catch::Matchers::ContainsSubstring("users.get"));
    CHECK_THAT(records.at(0).fields.text(), Catch::Matchers::ContainsSubstring("onOperation()"));
}

TEST_CASE(
    "a call to another server is answered by the test, for a handler that waits and for a "
    "coroutine") {
    App app(MORTISE_ERRANDS_FILE);
    std::atomic<int> count{0};
    app.onHttp("GET https://prices.example.org/errands",
               [&](const mortise::testing::HttpRequest& call) {
                   count += call.url == "https://prices.example.org/errands?day=1" ? 1 : 0;
                   return std::string(R"({"amount": 7})");
               });
    for (const char* path : {"/api/v1/errands/price", "/api/v1/errands/price-later"}) {
        INFO(path);
        CHECK(app.asUser({.id = 7}).get(path).json("data.amount") == 7);
    }
    CHECK(count.load() == 2);
}

TEST_CASE("what a plugin sends to another server is seen by the test") {
    App app(MORTISE_ERRANDS_FILE);
    std::mutex mutex;
    mortise::testing::HttpRequest seen;
    app.onHttp("https://prices.example.org/*", [&](const mortise::testing::HttpRequest& call) {
        const std::lock_guard lock(mutex);
        seen = call;
        return mortise::testing::Reply{204};
    });
    CHECK(app.asUser({.id = 7}).post("/api/v1/errands/price", "{}").status == 204);
    CHECK(seen.method == "POST");
    CHECK(seen.json("amount") == 7);
    REQUIRE_FALSE(seen.headers.empty());
    CHECK(seen.headers.at(0) ==
          std::pair<std::string, std::string>("content-type", "application/json"));
}

TEST_CASE("another server that fails or is away is what the test says") {
    App app(MORTISE_ERRANDS_FILE);
    const auto ask = [&] { return app.asUser({.id = 7}).get("/api/v1/errands/price").status; };
    app.onHttp("https://prices.example.org/*",
               [](const auto&) { return mortise::testing::Reply{404}; });
    CHECK(ask() == 500);
    app.onHttp("https://prices.example.org/*",
               [](const auto&) { return mortise::testing::Reply{502}; });
    CHECK(ask() == 503);
    app.onHttp("https://prices.example.org/*",
               [](const auto&) -> mortise::testing::Reply { throw mortise::UnavailableError(); });
    CHECK(ask() == 503);
}

TEST_CASE("no test reaches the network") {
    const App app(MORTISE_ERRANDS_FILE);
    for (const char* path : {"/api/v1/errands/price", "/api/v1/errands/price-later"}) {
        INFO(path);
        CHECK(app.asUser({.id = 7}).get(path).status == 500);
    }
    const auto records = app.logs("request.unhandled_error");
    REQUIRE_FALSE(records.empty());
    CHECK_THAT(records.at(0).fields.text(), Catch::Matchers::ContainsSubstring("onHttp()"));
}

TEST_CASE("another plugin answers its own operations") {
    const App app(MORTISE_ERRANDS_FILE, Options().plugin(MORTISE_USERS_FILE));
    app.sql("INSERT INTO users.accounts (email, full_name, hashed_password) VALUES ($1, $2, 'x')",
            "ada@example.com", "Ada Lovelace");
    CHECK(app.asUser({.id = 1}).get(ownerPath(true)).json("data.full_name") == "Ada Lovelace");
    CHECK(app.asUser({.id = 2}).get(ownerPath(true)).code() == "USER_NOT_FOUND");
}

TEST_CASE("a job is there when its transaction was committed, and only then") {
    const App app(MORTISE_ERRANDS_FILE);
    const auto user = app.asUser({.id = 7});
    CHECK(user.post(kErrands, R"({"name": "impossible"})").code() == "ERRAND_IMPOSSIBLE");
    CHECK(app.jobs().empty());
    REQUIRE(user.post(kErrands, kPost).status == 201);
    const auto jobs = app.jobs();
    REQUIRE(jobs.size() == 1);
    CHECK(jobs.at(0).type == "errands.run");
    CHECK(jobs.at(0).args.at("name") == "Post");
    CHECK(jobs.at(0).queue == "slow");
    CHECK(jobs.at(0).priority == 5);
    CHECK(jobs.at(0).submitted_by == "7");
}

TEST_CASE("a job runs when the test says so, in a transaction of its own") {
    const App app(MORTISE_ERRANDS_FILE);
    app.asUser({.id = 7}).post(kErrands, kPost);
    CHECK(app.runJob(app.jobs().at(0)).at("name") == "Post");
    CHECK(app.sql("SELECT is_done FROM errands.errands").value() == "t");
    try {
        app.runJob("errands.run", R"({"name": "Unknown"})");
        FAIL("a job without an errand succeeded");
    } catch (const Failure& failure) {
        CHECK(failure.code() == "ERRAND_IMPOSSIBLE");
        CHECK(failure.status() == 409);
    }
    CHECK_THROWS_AS(app.runJob("errands.dance"), Failure);
    CHECK_THROWS_AS(app.runJob("errands.run", "{"), Failure);
}

TEST_CASE("log records are seen as they are written, without secrets") {
    const App app(MORTISE_ERRANDS_FILE);
    app.asUser({.id = 7}).post(kErrands, kPost);
    const auto records = app.logs("errands.created");
    REQUIRE(records.size() == 1);
    CHECK(records.at(0).level == "info");
    CHECK(records.at(0).fields.at("errand_id") == 1);
    CHECK(records.at(0).fields.at("user_id") == "7");
    CHECK_FALSE(records.at(0).fields.at("password") == "hidden");
    CHECK(app.logs().size() > records.size());
}

TEST_CASE("settle() waits for tasks after the response") {
    const App app(MORTISE_ERRANDS_FILE);
    const auto user = app.asUser({.id = 7});
    user.post(kErrands, kPost);
    app.settle();
    CHECK(user.get("/api/v1/errands/thanks").json("data.count") == 1);
}

TEST_CASE("the clock of plugins stands where the test puts it") {
    const App app(MORTISE_ERRANDS_FILE);
    const auto ask = [&](const char* path) {
        return app.asUser({.id = 7}).get("/api/v1/errands/time").json("data").at(path);
    };
    const auto start = ask("steady_s").as<std::int64_t>();
    app.setTime(mortise::Timestamp(std::int64_t{4'102'444'799} * 1'000'000));
    CHECK(ask("now") == "2099-12-31T23:59:59.000000Z");
    app.advance(std::chrono::seconds(1));
    CHECK(ask("now") == "2100-01-01T00:00:00.000000Z");
    app.setTime(mortise::Timestamp(0));
    CHECK(ask("now") == "1970-01-01T00:00:00.000000Z");
    CHECK(ask("steady_s").as<std::int64_t>() > start + 3600);
}

TEST_CASE("values of an answer are compared as what they are") {
    const Json json = Json::parse(
        R"({"text": "a\"b", "number": 7, "real": 0.5, "yes": true, "none": null, "list": [1, {"x": 2}]})");
    CHECK(json.at("text") == "a\"b");
    CHECK(json.at("number") == 7);
    CHECK_FALSE(json.at("number") == "7");
    CHECK_FALSE(json.at("text") == 7);
    CHECK(json.at("real") == 0.5);
    CHECK(json.at("yes") == true);
    CHECK(json.at("none") == nullptr);
    CHECK(json.at("list.1.x") == 2);
    CHECK(json.at("list.1") == Json::parse(R"({"x":2})"));
    CHECK(json.at("list").size() == 2);
    CHECK_FALSE(json.at("list.2").isThere());
    CHECK_FALSE(json.at("nothing.at.all").isThere());
    CHECK_FALSE(json.at("nothing") == nullptr);
    CHECK(json.at("list").as<std::vector<mortise::Json>>().size() == 2);
    CHECK(json.at("text").text() == R"("a\"b")");
    CHECK_THROWS_AS(json.at("text").as<int>(), Failure);
    CHECK_THROWS_AS(json.at("nothing").as<int>(), Failure);
    CHECK_THROWS_AS(Json::parse("{\"a\":}"), Failure);
}

TEST_CASE("a sequence gives texts that differ") {
    auto email = mortise::testing::sequence("user{}@example.com");
    CHECK(email() == "user1@example.com");
    CHECK(email() == "user2@example.com");
    CHECK(mortise::testing::sequence("Note ")() == "Note 1");
}
