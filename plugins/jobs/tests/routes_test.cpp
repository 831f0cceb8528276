// The routes of the queue through a real host. Nothing runs by itself: the workers are off, tests run jobs themselves or set
// states they need; that workers work is tested with the rules and with the whole host.
#include <mortise/testing.hpp>

#include "tests/support/catch.hpp"

using mortise::testing::App;
using mortise::testing::Failure;
using mortise::testing::Options;
using mortise::testing::Reply;

namespace {

constexpr const char* kJobs = "/api/v1/jobs";
constexpr const char* kSleep = R"({"job_type": "demo.sleep", "args": {"seconds": 0}})";

Options withoutWorkers() {
    return Options().setting("jobs.workers", 0);
}

std::string pathOf(const Reply& created) {
    return std::string(created.header("location"));
}

}  // namespace

TEST_CASE("a submitted job waits with what it was given") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    const auto user = app.asUser({.id = 7});
    const auto reply = user.post(
        kJobs,
        R"({"job_type": "demo.sleep", "args": {"seconds": 0}, "queue": "slow", "priority": 5})");
    CHECK(reply.status == 201);
    CHECK(reply.json("data.job.state") == "available");
    CHECK(user.get(pathOf(reply)).json("data.job.queue") == "slow");
    const auto jobs = app.jobs();
    REQUIRE(jobs.size() == 1);
    CHECK(jobs.at(0).priority == 5);
    CHECK(jobs.at(0).submitted_by == "7");
    CHECK(app.runJob(jobs.at(0)).at("slept_seconds") == 0);
}

TEST_CASE("a job that cannot be is refused") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    const auto user = app.asUser({.id = 7});
    CHECK(app.anonymous().post(kJobs, kSleep).code() == "NOT_AUTHENTICATED");
    CHECK(user.post(kJobs, R"({"job_type": "demo.dance"})").code() == "JOB_TYPE_UNKNOWN");
    CHECK(user.post(kJobs, R"({"job_type": "demo.sleep", "args": {"seconds": "long"}})").status ==
          422);
    CHECK(user.post(kJobs, R"({"job_type": "demo.sleep", "priority": 101})").status == 422);
    CHECK(app.jobs().empty());
}

TEST_CASE("a unique key has one live job") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    const auto user = app.asUser({.id = 7});
    const char* keyed =
        R"({"job_type": "demo.sleep", "args": {"seconds": 0}, "unique_key": "nightly"})";
    REQUIRE(user.post(kJobs, keyed).status == 201);
    CHECK(user.post(kJobs, keyed).code() == "JOB_DUPLICATE");
}

TEST_CASE("a full queue takes no more") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers().setting("jobs.queue_limit", 1));
    const auto user = app.asUser({.id = 7});
    REQUIRE(user.post(kJobs, kSleep).status == 201);
    const auto reply = user.post(kJobs, kSleep);
    CHECK(reply.status == 503);
    CHECK(reply.code() == "JOB_QUEUE_FULL");
    CHECK_FALSE(reply.header("retry-after").empty());
}

TEST_CASE("a batch is taken whole or not at all") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    const auto user = app.asUser({.id = 7});
    const std::string batches = std::string(kJobs) + "/batches";
    const std::string one = kSleep;
    CHECK(user.post(batches, R"({"jobs": [)" + one + ',' + one + "]}").json("data.items").size() ==
          2);
    const auto reply =
        user.post(batches, R"({"jobs": [)" + one + R"(, {"job_type": "demo.dance"}]})");
    CHECK(reply.code() == "JOB_TYPE_UNKNOWN");
    CHECK(user.post(batches, R"({"jobs": []})").status == 422);
    CHECK(app.jobs().size() == 2);
}

TEST_CASE("users see their own jobs, administrators everybody's") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    const auto ada = app.asUser({.id = 7});
    const auto bob = app.asUser({.id = 8});
    const auto job = ada.post(kJobs, kSleep);
    CHECK(ada.get(kJobs).json("data.items").size() == 1);
    CHECK(bob.get(kJobs).json("data.items").size() == 0);
    CHECK(bob.get(pathOf(job)).code() == "JOB_NOT_FOUND");
    CHECK(bob.post(pathOf(job) + "/cancellation").code() == "JOB_NOT_FOUND");
    CHECK(app.asRole("admin").get(kJobs).json("data.items").size() == 1);
    CHECK(app.asRole("admin").get(pathOf(job)).status == 200);
    CHECK(ada.get("/api/v1/jobs?state=unheard").status == 422);
    CHECK(ada.get("/api/v1/jobs?cursor=forged").status == 422);
    CHECK(ada.get("/api/v1/jobs/7").status == 422);
}

TEST_CASE("a waiting job is cancelled, and a cancelled one runs again") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    const auto user = app.asUser({.id = 7});
    const std::string job = pathOf(user.post(kJobs, kSleep));
    CHECK(user.post(job + "/retry").code() == "JOB_NOT_RETRYABLE");
    CHECK(user.post(job + "/cancellation").json("data.job.state") == "cancelled");
    CHECK(user.post(job + "/cancellation").code() == "JOB_NOT_CANCELLABLE");
    CHECK(user.post(job + "/retry").json("data.job.state") == "available");
    CHECK(user.post(std::string(kJobs) + "/00000000-0000-7000-8000-000000000000/retry").code() ==
          "JOB_NOT_FOUND");
}

TEST_CASE("the arguments of the sleeping job are checked before it sleeps") {
    const App app(MORTISE_PLUGIN_FILE, withoutWorkers());
    CHECK_THROWS_AS(app.runJob("demo.sleep", R"({"seconds": -1})"), Failure);
    CHECK_THROWS_AS(app.runJob("demo.sleep", "{}"), Failure);
}
