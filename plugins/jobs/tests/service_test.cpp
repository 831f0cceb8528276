// The rules of the queue.
#include "plugins/jobs/service.hpp"

#include <map>

#include <mortise/violations.hpp>

#include "tests/support/catch.hpp"

using namespace jobs;
using namespace std::chrono_literals;

namespace {

/// Jobs in memory, as far as the rules look.
class MemoryJobs final : public JobRepository {
public:
    Submission submit(const std::vector<JobOrder>& orders, const Actor& actor, int) override {
        submitted = orders;
        Submission answer = next_answer;
        for (const JobOrder& order : orders) {
            Job added;
            added.job_type = order.job_type;
            added.max_attempts = order.max_attempts;
            added.submitted_by = actor.subject;
            answer.jobs.push_back(added);
        }
        return answer;
    }
    std::optional<Job> find(const mortise::Uuid&) override { return job; }
    std::optional<Job> findForUpdate(const mortise::Uuid&) override { return job; }
    Job cancel(const mortise::Uuid&) override { return change("cancelled"); }
    Job requestCancellation(const mortise::Uuid&) override {
        cancellation_requested = true;
        return *job;
    }
    std::optional<Job> retry(const mortise::Uuid&) override {
        return key_is_taken ? std::nullopt : std::optional(change("available"));
    }

    std::optional<Job> job;
    std::vector<JobOrder> submitted;
    Submission next_answer;
    bool cancellation_requested = false;
    bool key_is_taken = false;

private:
    Job change(const std::string& state) {
        job->state = state;
        return *job;
    }
};

/// One type, demo.sleep, whose arguments must not be "[]".
class OneType final : public JobCatalogue {
public:
    std::optional<Type> find(std::string_view job_type) override {
        return job_type == "demo.sleep" ? std::optional(Type{3, "schema"}) : std::nullopt;
    }
    void check(const Type&, const mortise::Json& args, mortise::Violations& violations) override {
        if (args.text == "[]") {
            violations.add("seconds", "Field is required");
        }
    }
};

struct World {
    MemoryJobs jobs;
    OneType catalogue;
    Settings settings;
    JobService service{jobs, catalogue, settings};
    Actor owner{"7", false, "r"};

    void have(const std::string& state) {
        jobs.job = Job();
        jobs.job->state = state;
        jobs.job->submitted_by = "7";
    }
};

JobOrder sleepOrder() {
    JobOrder order;
    order.job_type = "demo.sleep";
    return order;
}

JobOrder orderOf(const std::string& job_type) {
    JobOrder order;
    order.job_type = job_type;
    return order;
}

template <class Call>
mortise::AppError errorOf(Call&& call) {
    try {
        call();
    } catch (const mortise::AppError& error) {
        return error;
    }
    return mortise::AppError("nothing was thrown", "NOTHING");
}

mortise::JobOutcome outcomeOf(mortise_status status, std::uint32_t http_status = 0) {
    mortise::JobOutcome outcome;
    outcome.status = status;
    outcome.http_status = http_status;
    outcome.error_message = "inner text";
    return outcome;
}

}  // namespace

TEST_CASE("a job takes the number of attempts of its type unless it names one") {
    World world;
    CHECK(world.service.submit(sleepOrder(), world.owner).max_attempts == 3);
    JobOrder order = sleepOrder();
    order.max_attempts = 9;
    CHECK(world.service.submit(order, world.owner).max_attempts == 9);
}

TEST_CASE("an unknown type is refused and nothing is stored") {
    World world;
    const auto error = errorOf([&] { world.service.submit(orderOf("no.such"), world.owner); });
    CHECK(error.code() == "JOB_TYPE_UNKNOWN");
    CHECK(error.httpStatus() == 422);
    CHECK(error.errorsJson().find("\"job_type\"") != std::string::npos);
    CHECK(world.jobs.submitted.empty());
}

TEST_CASE("arguments that do not fit are refused at submission") {
    World world;
    JobOrder order = sleepOrder();
    order.args.text = "[]";
    const auto error = errorOf([&] { world.service.submit(order, world.owner); });
    CHECK(error.code() == "VALIDATION_ERROR");
    CHECK(error.errorsJson() == R"({"args.seconds":["Field is required"]})");
}

TEST_CASE("a batch tells every wrong item by its index and stores none") {
    World world;
    JobOrder bad_args = sleepOrder();
    bad_args.args.text = "[]";
    const auto error = errorOf([&] {
        world.service.submitBatch({sleepOrder(), orderOf("no.such"), bad_args}, world.owner);
    });
    CHECK(error.code() == "JOB_TYPE_UNKNOWN");
    CHECK(error.errorsJson().find("jobs.1.job_type") != std::string::npos);
    CHECK(error.errorsJson().find("jobs.2.args.seconds") != std::string::npos);
    CHECK(error.errorsJson().find("jobs.0") == std::string::npos);
    CHECK(world.jobs.submitted.empty());
}

TEST_CASE("a full queue is 503 with Retry-After") {
    World world;
    world.jobs.next_answer.refusal = JobRepository::Refusal::QueueFull;
    const auto error = errorOf([&] { world.service.submit(sleepOrder(), world.owner); });
    CHECK(error.code() == "JOB_QUEUE_FULL");
    CHECK(error.httpStatus() == 503);
    REQUIRE(error.headers().size() == 1);
    CHECK(error.headers()[0].first == "Retry-After");
}

TEST_CASE("a taken unique key is 409, in a batch with the index") {
    World world;
    world.jobs.next_answer.refusal = JobRepository::Refusal::Duplicate;
    world.jobs.next_answer.duplicates = {1};
    const auto error = errorOf([&] {
        world.service.submitBatch({sleepOrder(), sleepOrder()}, world.owner);
    });
    CHECK(error.code() == "JOB_DUPLICATE");
    CHECK(error.httpStatus() == 409);
    CHECK(error.errorsJson().find("jobs.1.unique_key") != std::string::npos);
}

TEST_CASE("the job of somebody else does not exist, except for administrators") {
    World world;
    world.have("available");
    const Actor stranger{"8", false, ""};
    const Actor admin{"8", true, ""};
    CHECK(world.service.get(mortise::Uuid(), world.owner).state == "available");
    CHECK(world.service.get(mortise::Uuid(), admin).state == "available");
    const auto error = errorOf([&] { world.service.get(mortise::Uuid(), stranger); });
    CHECK(error.code() == "JOB_NOT_FOUND");
    CHECK(error.httpStatus() == 404);
}

TEST_CASE("a job without submitter belongs to administrators") {
    World world;
    world.have("available");
    world.jobs.job->submitted_by.reset();
    CHECK(errorOf([&] {
              world.service.get(mortise::Uuid(), {"", false, ""});
          }).code() == "JOB_NOT_FOUND");
}

TEST_CASE("a waiting job is cancelled at once, a running one is asked") {
    World world;
    world.have(GENERATE("available", "scheduled", "retryable"));
    CHECK(world.service.cancel(mortise::Uuid(), world.owner).state == "cancelled");
    CHECK_FALSE(world.jobs.cancellation_requested);
    world.have("running");
    CHECK(world.service.cancel(mortise::Uuid(), world.owner).state == "running");
    CHECK(world.jobs.cancellation_requested);
}

TEST_CASE("a finished job cannot be cancelled") {
    World world;
    world.have(GENERATE("completed", "cancelled", "discarded"));
    const auto error = errorOf([&] { world.service.cancel(mortise::Uuid(), world.owner); });
    CHECK(error.code() == "JOB_NOT_CANCELLABLE");
    CHECK(error.httpStatus() == 409);
}

TEST_CASE("what was discarded, cancelled or waits for its retry can be run again") {
    World world;
    world.have(GENERATE("discarded", "cancelled", "retryable"));
    CHECK(world.service.retry(mortise::Uuid(), world.owner).state == "available");
}

TEST_CASE("a job that is done or under way is not run again") {
    World world;
    world.have(GENERATE("completed", "running", "available", "scheduled"));
    CHECK(errorOf([&] { world.service.retry(mortise::Uuid(), world.owner); }).code() ==
          "JOB_NOT_RETRYABLE");
}

TEST_CASE("a retry does not break the uniqueness of a key") {
    World world;
    world.have("discarded");
    world.jobs.key_is_taken = true;
    CHECK(errorOf([&] { world.service.retry(mortise::Uuid(), world.owner); }).code() ==
          "JOB_DUPLICATE");
}

TEST_CASE("an attempt that went well completes the job, even when it was cancelled meanwhile") {
    CHECK(decide(outcomeOf(MORTISE_OK), 1, 3, false) == Verdict::Completed);
    CHECK(decide(outcomeOf(MORTISE_OK), 1, 3, true) == Verdict::Completed);
}

TEST_CASE("a failed attempt is tried again until none is left") {
    CHECK(decide(outcomeOf(MORTISE_INTERNAL), 1, 3, false) == Verdict::Retryable);
    CHECK(decide(outcomeOf(MORTISE_UNAVAILABLE), 2, 3, false) == Verdict::Retryable);
    CHECK(decide(outcomeOf(MORTISE_DOMAIN_ERROR, 503), 2, 3, false) == Verdict::Retryable);
    CHECK(decide(outcomeOf(MORTISE_INTERNAL), 3, 3, false) == Verdict::Discarded);
}

TEST_CASE("an error that another attempt cannot mend discards the job") {
    CHECK(decide(outcomeOf(MORTISE_INVALID_ARGUMENT), 1, 3, false) == Verdict::Discarded);
    CHECK(decide(outcomeOf(MORTISE_DOMAIN_ERROR, 422), 1, 3, false) == Verdict::Discarded);
}

TEST_CASE("a cancelled job that stopped is cancelled, whatever it said") {
    CHECK(decide(outcomeOf(MORTISE_CANCELLED), 1, 3, true) == Verdict::Cancelled);
    CHECK(decide(outcomeOf(MORTISE_INTERNAL), 3, 3, true) == Verdict::Cancelled);
}

TEST_CASE("a drain or an absent handler costs the job no attempt") {
    CHECK(decide(outcomeOf(MORTISE_CANCELLED), 3, 3, false) == Verdict::Released);
    CHECK(decide(outcomeOf(MORTISE_NOT_FOUND), 3, 3, false) == Verdict::Released);
}

TEST_CASE("only texts of the domain reach the owner of a job") {
    CHECK(publicMessage(outcomeOf(MORTISE_DOMAIN_ERROR, 422)) == "inner text");
    for (const mortise_status status : {MORTISE_INTERNAL, MORTISE_UNAVAILABLE,
                                        MORTISE_DEADLINE_EXCEEDED, MORTISE_INVALID_ARGUMENT}) {
        CHECK(publicMessage(outcomeOf(status)).find("inner text") == std::string::npos);
        CHECK_FALSE(publicMessage(outcomeOf(status)).empty());
    }
}

TEST_CASE("the delay doubles with every failure up to the cap") {
    Settings settings;
    settings.retry_base = 1s;
    settings.retry_cap = 10s;
    CHECK(retryDelay(1, 0, settings) == 1s);
    CHECK(retryDelay(2, 0, settings) == 2s);
    CHECK(retryDelay(4, 0, settings) == 8s);
    CHECK(retryDelay(5, 0, settings) == 10s);
    CHECK(retryDelay(1'000'000, 0, settings) == 10s);
}

TEST_CASE("jitter shortens the delay by at most a fifth") {
    Settings settings;
    settings.retry_base = 1s;
    CHECK(retryDelay(1, 1, settings) == 800ms);
    CHECK(retryDelay(1, 0.5, settings) == 900ms);
}

TEST_CASE("a cap below the base wins") {
    Settings settings;
    settings.retry_base = 5s;
    settings.retry_cap = 1s;
    CHECK(retryDelay(1, 0, settings) == 1s);
}
