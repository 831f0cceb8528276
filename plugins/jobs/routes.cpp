// The boundary of the jobs plugin. See routes.hpp.
#include "routes.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "catalogue.hpp"
#include "cursor.hpp"
#include "store.hpp"

namespace jobs {

namespace {

using mortise::field;

constexpr std::string_view kAdminRole = "admin";

/// demo.sleep looks this often whether it was cancelled.
constexpr std::chrono::milliseconds kSleepStep{50};

/// A service with what it stands on, for the time of one request.
struct Queue {
    Queue(const mortise::Host& host, const mortise::Db& db, const Settings& settings)
        : store(db), catalogue(host), service(store, catalogue, settings) {}

    JobStore store;
    HostCatalogue catalogue;
    JobService service;
};

Actor actorOf(const mortise::Principal& principal) {
    return {std::string(principal.subject()), principal.hasRole(kAdminRole), ""};
}

Actor actorOf(const mortise::Principal& principal, const mortise::Request& request) {
    Actor actor = actorOf(principal);
    actor.request_id = request.requestId();
    return actor;
}

JobOrder toOrder(const JobCreate& body) {
    JobOrder order;
    order.job_type = body.job_type;
    order.args = body.args;
    order.queue = body.queue;
    order.priority = body.priority;
    order.run_at = body.run_at;
    order.max_attempts = body.max_attempts.value_or(0);
    order.unique_key = body.unique_key;
    return order;
}

JobResponse toResponse(Job job) {
    JobResponse response;
    response.id = job.id;
    response.job_type = std::move(job.job_type);
    response.queue = std::move(job.queue);
    response.state = std::move(job.state);
    response.priority = job.priority;
    response.args = std::move(job.args);
    response.result = std::move(job.result);
    response.progress = {job.progress_fraction, std::move(job.progress_message)};
    response.attempt = job.attempt;
    response.max_attempts = job.max_attempts;
    response.run_at = job.run_at;
    response.created_at = job.created_at;
    response.started_at = job.started_at;
    response.finished_at = job.finished_at;
    response.errors = std::move(job.errors);
    return response;
}

void logSubmitted(const mortise::Log& log, const Job& job, const Actor& actor) {
    log.info("job.submitted", field("job_id", job.id), field("job_type", job.job_type),
             field("user_id", actor.subject));
}

}  // namespace

mortise::Created<JobData> JobRoutes::submit(mortise::Body<JobCreate> body,
                                            mortise::Request& request,
                                            const mortise::Principal& principal, mortise::Db& db,
                                            mortise::Log& log) {
    Queue queue(*host_, db, settings_);
    const Actor actor = actorOf(principal, request);
    Job job = queue.service.submit(toOrder(*body), actor);
    logSubmitted(log, job, actor);
    std::string location = "/api/v1/jobs/" + job.id.toString();
    return {JobData{toResponse(std::move(job))}, std::move(location)};
}

JobBatchData JobRoutes::submitBatch(mortise::Body<JobBatchCreate> body, mortise::Request& request,
                                    const mortise::Principal& principal, mortise::Db& db,
                                    mortise::Log& log) {
    Queue queue(*host_, db, settings_);
    const Actor actor = actorOf(principal, request);
    std::vector<JobOrder> orders;
    orders.reserve(body->jobs.size());
    for (const JobCreate& job : body->jobs) {
        orders.push_back(toOrder(job));
    }
    JobBatchData data;
    for (Job& job : queue.service.submitBatch(std::move(orders), actor)) {
        logSubmitted(log, job, actor);
        data.items.push_back(toResponse(std::move(job)));
    }
    return data;
}

mortise::CursorPage<JobResponse> JobRoutes::list(mortise::Query<JobListQuery> query,
                                                 const mortise::Principal& principal,
                                                 mortise::Db& db, mortise::Identity& identity) {
    const mortise::Sign sign = [&](std::string_view text) { return identity.sign(text); };
    std::optional<JobPosition> position;
    if (query->cursor) {
        position = readCursor(*query->cursor, sign);
        if (!position) {
            throw mortise::ValidationError("cursor", "Is not a cursor of this list");
        }
    }
    const Actor actor = actorOf(principal);
    JobFilter filter{query->state, query->job_type, query->queue, std::nullopt};
    if (!actor.is_admin) {
        filter.submitted_by = actor.subject;
    }
    std::vector<JobResponse> items;
    for (Job& job : JobStore(db).list(filter, position, query->limit + 1)) {
        items.push_back(toResponse(std::move(job)));
    }
    mortise::PageQuery page;
    page.by_cursor = true;
    page.per_page = query->limit;
    return mortise::CursorPage<JobResponse>::of(
        page, std::move(items), [&](const JobResponse& last) {
            return writeCursor({last.created_at, last.id}, sign);
        });
}

JobData JobRoutes::show(JobId id, const mortise::Principal& principal, mortise::Db& db) {
    Queue queue(*host_, db, settings_);
    return {toResponse(queue.service.get(*id, actorOf(principal)))};
}

JobData JobRoutes::cancel(JobId id, const mortise::Principal& principal, mortise::Db& db) {
    Queue queue(*host_, db, settings_);
    return {toResponse(queue.service.cancel(*id, actorOf(principal)))};
}

JobData JobRoutes::retry(JobId id, const mortise::Principal& principal, mortise::Db& db) {
    Queue queue(*host_, db, settings_);
    return {toResponse(queue.service.retry(*id, actorOf(principal)))};
}

SleepResult JobRoutes::sleep(mortise::Args<SleepArgs> args, mortise::JobRun& run) {
    using std::chrono::steady_clock;
    const auto started_at = steady_clock::now();
    const std::chrono::duration<double> wanted(args->seconds);
    for (;;) {
        const std::chrono::duration<double> slept = steady_clock::now() - started_at;
        if (slept >= wanted) {
            return {args->seconds};
        }
        // Throws when the job was cancelled.
        run.progress(slept / wanted, std::to_string(static_cast<long>(slept.count())) + " of " +
                                         std::to_string(static_cast<long>(wanted.count())) +
                                         " seconds");
        if (run.isInterrupted()) {
            throw mortise::JobCancelled();
        }
        std::this_thread::sleep_for(
            std::min<std::chrono::duration<double>>(wanted - slept, kSleepStep));
    }
}

}  // namespace jobs
