// jobs: durable background work: enqueuing it, and the attempt a handler runs.
//
// A job is enqueued on the caller's own connection, so it exists exactly when the caller's transaction commits. Handlers are
// declared with router.job("area.verb", &Class::handler) and take Args<T>, and JobRun& for progress and cancellation.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mortise/host.hpp"
#include "mortise/host_json.hpp"
#include "mortise/jobs.h"
#include "mortise/types.hpp"

namespace mortise {

/// How a job is enqueued; what is left out takes the defaults of its type.
struct JobOptions {
    /// Empty is "default".
    std::string queue = {};
    /// -100 to 100; larger runs earlier.
    int priority = 0;
    /// Not before this time.
    std::optional<Timestamp> run_at = {};
    /// 0 takes the type's own.
    std::uint32_t max_attempts = 0;
    /// At most one live job per key; empty for none.
    std::string unique_key = {};
};

/// Enqueues. Blocking handlers only: it is a statement of the caller's transaction.
class Jobs {
public:
    explicit Jobs(const Unit& unit) : unit_(unit) {}

    /// `args` has a schema. Arguments are stored and shown, so secrets do not compile. Returns the id of the new job.
    /// HostError with NOT_FOUND: unknown type; CONFLICT: the unique key is taken; EXHAUSTED: the queue is full.
    /// UnavailableError: no plugin owns the queue.
    template <class Arguments>
    Uuid enqueue(std::string_view job_type, const Arguments& args,
                 const JobOptions& options = {}) const {
        return enqueueJson(job_type, toJson(args), options);
    }

    /// As enqueue(), with arguments that are JSON text already (an object).
    Uuid enqueueJson(std::string_view job_type, std::string_view args,
                     const JobOptions& options = {}) const {
        detail::refuseOnReactor(unit_, "Jobs::enqueue()");
        mortise_job_request request{};
        request.struct_size = sizeof request;
        request.priority = static_cast<std::uint32_t>(options.priority + 100);
        request.job_type = detail::str(job_type);
        request.args = detail::str(args);
        request.queue = detail::str(options.queue);
        request.unique_key = detail::str(options.unique_key);
        request.run_at_s = options.run_at ? options.run_at->seconds() : 0;
        request.max_attempts = options.max_attempts;
        std::array<char, 40> room{};
        mortise_buffer job_id{room.data(), room.size(), 0};
        detail::Failure failure;
        detail::check(detail::need(unit_.host->tables().jobs, MORTISE_JOBS_INTERFACE)
                          .enqueue(unit_.context, &request, &job_id, failure.out()),
                      failure);
        const auto id = Uuid::parse({room.data(), static_cast<std::size_t>(job_id.size)});
        if (!id) {
            throw HostError(MORTISE_INTERNAL, "", "the host gave a job id that is no UUID");
        }
        return *id;
    }

private:
    Unit unit_;
};

/// The job was cancelled while its handler ran; let it pass, the attempt ends as cancelled.
class JobCancelled final : public HostError {
public:
    JobCancelled() : HostError(MORTISE_CANCELLED, "", "the job was cancelled") {}
};

/// One attempt, as its handler sees it.
class JobRun {
public:
    JobRun(const Host& host, mortise_job& raw) : host_(&host), raw_(&raw) {}

    std::string_view jobId() const noexcept { return detail::view(raw_->job_id); }
    std::string_view jobType() const noexcept { return detail::view(raw_->job_type); }
    /// From 1.
    std::uint32_t attempt() const noexcept { return raw_->attempt; }
    std::uint32_t maxAttempts() const noexcept { return raw_->max_attempts; }

    /// Tells how far the work is, 0 to 1. Throws JobCancelled when somebody cancelled the job meanwhile.
    void progress(double fraction, std::string_view message = {}) const {
        const mortise_status status = detail::need(host_->tables().jobs, MORTISE_JOBS_INTERFACE)
                                          .progress(raw_, fraction, detail::str(message));
        if (status == MORTISE_CANCELLED) {
            throw JobCancelled();
        }
    }

    /// Whether the work should end early: cancelled, deadline passed, host draining. Ask it in loops.
    bool isInterrupted() const {
        return detail::need(host_->tables().tasks, MORTISE_TASKS_INTERFACE)
                   .interrupted(raw_->context) != MORTISE_OK;
    }

private:
    const Host* host_;
    mortise_job* raw_;
};

}  // namespace mortise
