// Jobs from submission to the end, also over a restart of the host.
#include "tests/support/accounts.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/envelope.hpp"
#include "tests/system/api_server.hpp"

using namespace mortise::test;

namespace {

std::string sleepBody(const std::string& seconds, const std::string& more = "") {
    return R"({"job_type":"demo.sleep","args":{"seconds":)" + seconds + "}" + more + "}";
}

Json submit(HttpClient& client, const Account& account, const std::string& body) {
    return requireSuccess(client.post("/api/v1/jobs", body, account.access_token), 201).at("job");
}

Json jobOf(HttpClient& client, const Account& account, const std::string& id) {
    return client.get("/api/v1/jobs/" + id, account.access_token).json().at("data.job");
}

bool reaches(HttpClient& client, const Account& account, const std::string& id,
             const std::string& state) {
    return within(30s, [&] { return jobOf(client, account, id).text("state") == state; });
}

Answer act(HttpClient& client, const Account& account, const std::string& id,
           const std::string& what) {
    return client.send({.method = "POST",
                        .target = "/api/v1/jobs/" + id + "/" + what,
                        .token = account.access_token});
}

}  // namespace

TEST_CASE("a submitted job runs, reports progress and completes") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Answer answer = client.post("/api/v1/jobs", sleepBody("1.5"), account.access_token);
    const Json job = requireSuccess(answer, 201).at("job");
    const std::string id = job.text("id");
    CHECK(answer.header("Location") == "/api/v1/jobs/" + id);
    CHECK(job.text("job_type") == "demo.sleep");
    CHECK(job.text("queue") == "default");
    REQUIRE(within(20s, [&] {
        const double fraction = jobOf(client, account, id).number("progress.fraction");
        return fraction > 0 && fraction < 1;
    }));
    REQUIRE(reaches(client, account, id, "completed"));
    const Json done = jobOf(client, account, id);
    CHECK(done.number("result.slept_seconds") == 1.5);
    CHECK(done.integer("attempt") == 1);
    CHECK(done.size("errors") == 0);
    CHECK_FALSE(done.isNull("finished_at"));
}

TEST_CASE("a running job is cancelled, and can then be run again") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const std::string id = submit(client, account, sleepBody("60")).text("id");
    REQUIRE(reaches(client, account, id, "running"));
    requireFailure(act(client, account, id, "retry"), 409, "JOB_NOT_RETRYABLE");
    requireSuccess(act(client, account, id, "cancellation"), 200);
    REQUIRE(reaches(client, account, id, "cancelled"));
    requireFailure(act(client, account, id, "cancellation"), 409, "JOB_NOT_CANCELLABLE");
    requireSuccess(act(client, account, id, "retry"), 200);
    REQUIRE(reaches(client, account, id, "running"));
    requireSuccess(act(client, account, id, "cancellation"), 200);
    CHECK(reaches(client, account, id, "cancelled"));
}

TEST_CASE("a job of an unknown type answers 422") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Json errors = requireFailure(
        client.post("/api/v1/jobs", R"({"job_type":"demo.dance"})", account.access_token), 422,
        "JOB_TYPE_UNKNOWN");
    requireFieldError(errors, "job_type");
}

TEST_CASE("arguments that do not fit the type of job answer 422") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Json errors =
        requireFailure(client.post("/api/v1/jobs", sleepBody("-1"), account.access_token), 422,
                       "VALIDATION_ERROR");
    CHECK_FALSE(errors.names().empty());
    CHECK(errors.names().front() == "args.seconds");
}

TEST_CASE("a job that does not exist, or is somebody else's, answers 404") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const Account other = registerAccount(client);
    const std::string id = submit(client, account, sleepBody("0")).text("id");
    requireFailure(client.get("/api/v1/jobs/" + id, other.access_token), 404, "JOB_NOT_FOUND");
    requireFailure(
        client.get("/api/v1/jobs/0193a000-0000-7000-8000-000000000000", account.access_token), 404,
        "JOB_NOT_FOUND");
    requireFieldError(
        requireFailure(client.get("/api/v1/jobs/7", account.access_token), 422, "VALIDATION_ERROR"),
        "job_id");
    const Account admin = logInAdmin(client);
    CHECK(client.get("/api/v1/jobs/" + id, admin.access_token).status == 200);
}

TEST_CASE("a unique key is held by one waiting job only") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const std::string body =
        sleepBody("0", R"(,"unique_key":"nightly","run_at":"2999-01-01T00:00:00Z")");
    const std::string id = submit(client, account, body).text("id");
    requireFailure(client.post("/api/v1/jobs", body, account.access_token), 409, "JOB_DUPLICATE");
    CHECK(jobOf(client, account, id).text("state") == "scheduled");
    requireSuccess(act(client, account, id, "cancellation"), 200);
    CHECK(client.post("/api/v1/jobs", body, account.access_token).status == 201);
}

TEST_CASE("jobs are listed newest first, filtered and by cursor") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const std::string later = R"(,"run_at":"2999-01-01T00:00:00Z")";
    std::vector<std::string> ids;
    for (int i = 0; i < 3; ++i) {
        ids.insert(ids.begin(), submit(client, account, sleepBody("0", later)).text("id"));
    }
    const Json first =
        client.get("/api/v1/jobs?state=scheduled&limit=2", account.access_token).json();
    REQUIRE(first.size("data.items") == 2);
    CHECK(first.text("data.items.0.id") == ids[0]);
    CHECK(first.text("data.items.1.id") == ids[1]);
    const Json second =
        client
            .get("/api/v1/jobs?state=scheduled&limit=2&cursor=" + first.text("meta.next_cursor"),
                 account.access_token)
            .json();
    REQUIRE(second.size("data.items") == 1);
    CHECK(second.text("data.items.0.id") == ids[2]);
    CHECK(second.isNull("meta.next_cursor"));
    CHECK(
        client.get("/api/v1/jobs?state=running", account.access_token).json().size("data.items") ==
        0);
}

TEST_CASE("a batch is taken as a whole or not at all") {
    HttpClient client = apiServer().client();
    const Account account = registerAccount(client);
    const std::string later = R"(,"run_at":"2999-01-01T00:00:00Z")";
    const Answer taken =
        client.post("/api/v1/jobs/batches",
                    R"({"jobs":[)" + sleepBody("0", later) + "," + sleepBody("0", later) + "]}",
                    account.access_token);
    CHECK(requireSuccess(taken, 201).size("items") == 2);
    const Answer refused =
        client.post("/api/v1/jobs/batches",
                    R"({"jobs":[)" + sleepBody("0", later) + R"(,{"job_type":"demo.dance"}]})",
                    account.access_token);
    const Json errors = requireFailure(refused, 422, "JOB_TYPE_UNKNOWN");
    CHECK(errors.names() == std::vector<std::string>{"jobs.1.job_type"});
    CHECK(client.get("/api/v1/jobs?limit=100", account.access_token).json().size("data.items") ==
          2);
}

TEST_CASE("a full queue answers 503 with Retry-After") {
    Server server({.settings = {"--jobs.queue_limit=1", "--jobs.workers=0"}});
    HttpClient client = server.client();
    const Account account = registerAccount(client);
    submit(client, account, sleepBody("0"));
    const Answer refused = client.post("/api/v1/jobs", sleepBody("0"), account.access_token);
    requireFailure(refused, 503, "JOB_QUEUE_FULL");
    CHECK(std::stoi(refused.header("Retry-After")) > 0);
}

TEST_CASE("jobs survive a restart of the host, waiting and running ones") {
    Server server;
    HttpClient client = server.client();
    const Account account = registerAccount(client);
    std::vector<std::string> ids;
    for (int i = 0; i < 6; ++i) {  // More than there are workers.
        ids.push_back(submit(client, account, sleepBody("1.5")).text("id"));
    }
    REQUIRE(reaches(client, account, ids[0], "running"));
    CHECK(server.stop(SIGTERM) == 0);
    server.start();
    HttpClient again = server.client();
    for (const std::string& id : ids) {
        INFO(jobOf(again, account, id).dump());
        CHECK(reaches(again, account, id, "completed"));
    }
}
