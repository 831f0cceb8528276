// jobs_queue: the side of the one plugin that owns the job queue: it claims jobs and asks the host to run their handlers,
// wherever those live. Needs the grant "jobs.run".
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/host.hpp"
#include "mortise/jobs.h"

namespace mortise {

/// One job type of the published table.
struct JobTypeInfo {
    std::string job_type;
    std::string plugin;
    /// JSON Schema of the arguments, may be empty.
    std::string args_schema;
    std::uint32_t max_attempts = 0;
};

/// One claimed job.
struct JobClaim {
    std::string job_id;
    std::string job_type;
    std::string args;
    std::string request_id;
    std::uint32_t attempt = 1;
    std::uint32_t max_attempts = 1;
    std::chrono::milliseconds deadline{};
};

/// Told what happens while a job runs, on the thread that runs it. Does not throw.
class JobObserver {
public:
    virtual ~JobObserver() = default;
    virtual void progress(double fraction, std::string_view message) noexcept = 0;
    virtual bool isCancelled() noexcept = 0;
};

/// How an attempt ended.
struct JobOutcome {
    /// MORTISE_*: OK done; INVALID_ARGUMENT, or a domain error with http_status 4xx: discard; CANCELLED; others: try again.
    mortise_status status = MORTISE_OK;
    /// JSON object the handler gave; empty for none.
    std::string result;
    std::string error_code;
    std::string error_message;
    std::uint32_t http_status = 0;

    bool isDone() const noexcept { return status == MORTISE_OK; }
    bool shouldDiscard() const noexcept {
        return status == MORTISE_INVALID_ARGUMENT ||
               (status == MORTISE_DOMAIN_ERROR && http_status >= 400 && http_status < 500);
    }
};

class JobQueue {
public:
    explicit JobQueue(const Host& host) : host_(&host) {}

    /// Runs the handler of a claimed job on the calling thread, in a unit of work of its own.
    JobOutcome run(const JobClaim& claim, JobObserver& observer) const {
        mortise_job_observer raw_observer{};
        raw_observer.struct_size = sizeof raw_observer;
        raw_observer.self = &observer;
        raw_observer.progress = [](void* self, double fraction, mortise_str message) {
            static_cast<JobObserver*>(self)->progress(fraction, detail::view(message));
        };
        raw_observer.cancelled = [](void* self) -> std::uint32_t {
            return static_cast<JobObserver*>(self)->isCancelled() ? 1U : 0U;
        };
        mortise_job_run run{};
        run.struct_size = sizeof run;
        run.attempt = claim.attempt;
        run.max_attempts = claim.max_attempts;
        run.deadline_ms = static_cast<std::uint32_t>(claim.deadline.count());
        run.job_id = detail::str(claim.job_id);
        run.job_type = detail::str(claim.job_type);
        run.args = detail::str(claim.args);
        run.request_id = detail::str(claim.request_id);
        run.observer = &raw_observer;
        JobOutcome outcome;
        detail::Failure failure;
        outcome.status =
            table().run(host_->raw(), &run, &keepResult, &outcome.result, failure.out());
        outcome.error_code = failure.code;
        outcome.error_message = failure.message;
        outcome.http_status = failure.http_status;
        return outcome;
    }

    /// All job types now published, sorted by name.
    std::vector<JobTypeInfo> types() const {
        std::vector<JobTypeInfo> types;
        detail::Failure failure;
        detail::check(table().types(host_->raw(), &keepType, &types, failure.out()), failure);
        return types;
    }

private:
    const mortise_jobs& table() const {
        return detail::need(host_->tables().jobs, MORTISE_JOBS_INTERFACE);
    }
    static void keepResult(void* target, mortise_str result) {
        try {
            *static_cast<std::string*>(target) = detail::view(result);
        } catch (const std::bad_alloc&) {
            // The job is done; its result is lost.
        }
    }
    static void keepType(void* target, mortise_str job_type, mortise_str plugin,
                         mortise_str args_schema, std::uint32_t max_attempts) {
        try {
            static_cast<std::vector<JobTypeInfo>*>(target)->push_back(
                {std::string(detail::view(job_type)), std::string(detail::view(plugin)),
                 std::string(detail::view(args_schema)), max_attempts});
        } catch (const std::bad_alloc&) {
            // The list is short by one; the next call tries again.
        }
    }

    const Host* host_;
};

inline JobQueue Host::jobQueue() const {
    return JobQueue(*this);
}

}  // namespace mortise
