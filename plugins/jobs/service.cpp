// The rules of the queue. See service.hpp.
#include "service.hpp"

#include <algorithm>
#include <utility>

#include <mortise/violations.hpp>

#include "errors.hpp"

namespace jobs {

namespace {

constexpr std::chrono::seconds kQueueFullRetryAfter{5};

bool isWaiting(const Job& job) {
    return job.state == "available" || job.state == "scheduled" || job.state == "retryable";
}

bool isRetryable(const Job& job) {
    return job.state == "discarded" || job.state == "cancelled" || job.state == "retryable";
}

mortise::Violations duplicates(const std::vector<std::size_t>& indexes, bool is_batch) {
    mortise::Violations violations;
    for (const std::size_t index : indexes) {
        const std::string prefix = is_batch ? "jobs." + std::to_string(index) + '.' : std::string();
        violations.add(prefix + "unique_key", JOB_DUPLICATE.message);
    }
    return violations;
}

}  // namespace

Job JobService::submit(JobOrder order, const Actor& actor) {
    mortise::Violations violations;
    if (!complete(order, "", violations)) {
        throw mortise::AppError(JOB_TYPE_UNKNOWN).errors(violations);
    }
    if (!violations.empty()) {
        throw mortise::ValidationError(violations);
    }
    std::vector<Job> stored = store({std::move(order)}, actor, false);
    return std::move(stored.front());
}

std::vector<Job> JobService::submitBatch(std::vector<JobOrder> orders, const Actor& actor) {
    mortise::Violations violations;
    bool types_known = true;
    for (std::size_t index = 0; index < orders.size(); ++index) {
        const std::string prefix = "jobs." + std::to_string(index) + '.';
        types_known = complete(orders[index], prefix, violations) && types_known;
    }
    if (!types_known) {
        throw mortise::AppError(JOB_TYPE_UNKNOWN).errors(violations);
    }
    if (!violations.empty()) {
        throw mortise::ValidationError(violations);
    }
    return store(orders, actor, true);
}

bool JobService::complete(JobOrder& order, const std::string& prefix,
                          mortise::Violations& violations) {
    const std::optional<JobCatalogue::Type> type = catalogue_.find(order.job_type);
    if (!type) {
        violations.add(prefix + "job_type", JOB_TYPE_UNKNOWN.message);
        return false;
    }
    mortise::Violations found("");
    catalogue_.check(*type, order.args, found);
    for (const mortise::Violations::Entry& entry : found.entries()) {
        const std::string inside = entry.path.empty() ? "" : '.' + entry.path;
        violations.add(prefix + "args" + inside, entry.message);
    }
    if (order.max_attempts == 0) {
        order.max_attempts = type->max_attempts;
    }
    return true;
}

std::vector<Job> JobService::store(const std::vector<JobOrder>& orders, const Actor& actor,
                                   bool is_batch) {
    JobRepository::Submission submission = jobs_.submit(orders, actor, settings_.queue_limit);
    switch (submission.refusal) {
        case JobRepository::Refusal::None:
            break;
        case JobRepository::Refusal::Duplicate:
            throw mortise::ConflictError(JOB_DUPLICATE)
                .errors(duplicates(submission.duplicates, is_batch).toJson());
        case JobRepository::Refusal::QueueFull:
            throw mortise::UnavailableError(JOB_QUEUE_FULL, kQueueFullRetryAfter);
    }
    return std::move(submission.jobs);
}

Job JobService::requireVisible(std::optional<Job> job, const mortise::Uuid& id,
                               const Actor& actor) {
    if (!job || (!actor.is_admin && job->submitted_by != actor.subject)) {
        throw mortise::NotFoundError(JOB_NOT_FOUND, "Job", id);
    }
    return *std::move(job);
}

Job JobService::get(const mortise::Uuid& id, const Actor& actor) {
    return requireVisible(jobs_.find(id), id, actor);
}

Job JobService::cancel(const mortise::Uuid& id, const Actor& actor) {
    const Job job = requireVisible(jobs_.findForUpdate(id), id, actor);
    if (job.state == "running") {
        return jobs_.requestCancellation(id);
    }
    if (!isWaiting(job)) {
        throw mortise::ConflictError(JOB_NOT_CANCELLABLE);
    }
    return jobs_.cancel(id);
}

Job JobService::retry(const mortise::Uuid& id, const Actor& actor) {
    const Job job = requireVisible(jobs_.findForUpdate(id), id, actor);
    if (!isRetryable(job)) {
        throw mortise::ConflictError(JOB_NOT_RETRYABLE);
    }
    std::optional<Job> retried = jobs_.retry(id);
    if (!retried) {
        throw mortise::ConflictError(JOB_DUPLICATE);
    }
    return *std::move(retried);
}

Verdict decide(const mortise::JobOutcome& outcome, int attempt, int max_attempts,
               bool is_cancelled) {
    if (outcome.isDone()) {
        return Verdict::Completed;
    }
    if (is_cancelled) {
        return Verdict::Cancelled;
    }
    // The host drains, or the plugin with the handler is not here right now: neither is a fault of the job.
    if (outcome.status == MORTISE_CANCELLED || outcome.status == MORTISE_NOT_FOUND) {
        return Verdict::Released;
    }
    return outcome.shouldDiscard() || attempt >= max_attempts ? Verdict::Discarded
                                                              : Verdict::Retryable;
}

std::string publicMessage(const mortise::JobOutcome& outcome) {
    switch (outcome.status) {
        case MORTISE_DOMAIN_ERROR:
            return outcome.error_message;
        case MORTISE_INVALID_ARGUMENT:
            return "The arguments do not fit this type of job";
        case MORTISE_DEADLINE_EXCEEDED:
            return "The job took too long";
        case MORTISE_UNAVAILABLE:
            return "Something the job needs is not available right now";
        default:
            return "The job failed unexpectedly";
    }
}

std::chrono::milliseconds retryDelay(int attempt, double jitter, const Settings& settings) {
    std::chrono::milliseconds delay = std::min(settings.retry_base, settings.retry_cap);
    for (int failed = 1; failed < attempt && delay < settings.retry_cap; ++failed) {
        delay = std::min(delay * 2, settings.retry_cap);
    }
    const double shortened = static_cast<double>(delay.count()) * (1.0 - 0.2 * jitter);
    return std::chrono::milliseconds(static_cast<std::int64_t>(shortened));
}

}  // namespace jobs
