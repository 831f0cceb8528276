// "mortise.jobs/1": enqueuing on the caller's connection, and running handlers for the plugin that owns the queue.
#include <cstring>

#include "base/strings.hpp"
#include "bridge/context.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/job_run.hpp"
#include "bridge/json_document.hpp"
#include "bridge/pending_span.hpp"
#include "bridge/publication.hpp"
#include "bridge/session_failure.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "db/session.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "plugin/generation.hpp"
#include "plugin/ledger.hpp"
#include "run/reactor.hpp"

namespace mortise::bridge {
namespace {

/// Raised by jobs.submit() when the queue has no room.
constexpr std::string_view kQueueFullState = "MJ001";
/// Function or schema does not exist: the jobs plugin was never migrated in.
constexpr std::string_view kNoFunctionState = "42883";
constexpr std::string_view kNoSchemaState = "3F000";
/// Priorities of the contract are shifted so that the field stays unsigned.
constexpr std::int64_t kPriorityZero = 100;

constexpr std::string_view kSubmit =
    "SELECT jobs.submit($1, $2::jsonb, $3, $4::integer, to_timestamp($5::double precision), "
    "$6::integer, $7, $8, $9, $10::integer)";

db::Value textOrNull(std::string_view text) noexcept {
    return text.empty() ? db::Value() : db::Value::of(text);
}

std::string submit(Context& context, const mortise_job_request& request,
                   std::uint32_t max_attempts) {
    const std::string priority =
        std::to_string(static_cast<std::int64_t>(request.priority) - kPriorityZero);
    const std::string run_at = request.run_at_s > 0 ? std::to_string(request.run_at_s) : "";
    const std::string attempts = std::to_string(max_attempts);
    const std::string queue_max = std::to_string(limits::kJobQueueMax);
    const db::Value params[] = {
        db::Value::of(viewOf(request.job_type)),
        db::Value::of(request.args.size == 0 ? std::string_view("{}") : viewOf(request.args)),
        textOrNull(viewOf(request.queue)),
        db::Value::of(priority),
        textOrNull(run_at),
        db::Value::of(attempts),
        textOrNull(viewOf(request.unique_key)),
        textOrNull(context.user_id),
        textOrNull(context.request_id),
        db::Value::of(queue_max)};
    const db::Result result = context.session().execute(
        {kSubmit, params, db::Mode::Transaction, db::Access::ReadWrite, "job_submit"});
    return std::string(result.cell(0, 0).text());
}

/// The refusals of jobs.submit() that the contract names.
mortise_status failWithSubmit(const Context& context, mortise_error* error,
                              const db::Failure& failure) {
    if (failure.sqlstate() == kQueueFullState) {
        return fail(error, MORTISE_EXHAUSTED, "JOB_QUEUE_FULL", "the queue is full", 503);
    }
    if (failure.sqlstate() == kNoFunctionState || failure.sqlstate() == kNoSchemaState) {
        return fail(error, MORTISE_UNAVAILABLE, "SERVICE_UNAVAILABLE", "nobody owns a job queue",
                    503);
    }
    if (failure.kind() == db::FailureKind::UniqueViolation) {
        return fail(error, MORTISE_CONFLICT, "JOB_DUPLICATE",
                    "a live job with this unique key exists", 409);
    }
    return failWithDatabase(context, error, failure);
}

mortise_status enqueue(mortise_context* raw, const mortise_job_request* request,
                       mortise_buffer* job_id, mortise_error* error) {
    Context& context = Context::of(raw);
    return guarded(error, [&]() -> mortise_status {
        if (!context.instance().isServing() || run::Reactor::current() != nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "enqueue() needs a blocking unit of work of a running host");
        }
        std::uint32_t max_attempts = request->max_attempts;
        {
            const FoundJobType found =
                context.instance().services().publication.findJobType(viewOf(request->job_type));
            if (!found.provider && !found.is_unavailable) {
                return fail(error, MORTISE_NOT_FOUND, "JOB_TYPE_UNKNOWN", "no such job type", 422);
            }
            if (max_attempts == 0 && found.provider) {
                max_attempts = found.declared->max_attempts;
            }
        }
        try {
            const std::string id = submit(context, *request, max_attempts);
            job_id->size = id.size();
            if (id.size() > job_id->capacity) {
                return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the buffer is too small");
            }
            std::memcpy(job_id->data, id.data(), id.size());
            return MORTISE_OK;
        } catch (const db::Failure& failure) {
            return failWithSubmit(context, error, failure);
        }
    });
}

/// One running attempt: what the handler sees in front, the queue owner's observer behind.
struct Attempt : mortise_job {
    const mortise_job_observer* observer = nullptr;
    std::string result;
};

Attempt& attemptOf(mortise_job* job) noexcept {
    return *static_cast<Attempt*>(job->run);
}

mortise_status progress(mortise_job* job, double fraction, mortise_str message) {
    const Attempt& attempt = attemptOf(job);
    if (attempt.observer == nullptr) {
        return MORTISE_OK;
    }
    // The observer is code of the queue's owner, and what it throws is no fault of the handler that reports.
    mortise_error error = blankError();
    bool is_cancelled = false;
    const mortise_status observed = callPlugin(error, [&] {
        attempt.observer->progress(attempt.observer->self, fraction, message);
        is_cancelled = attempt.observer->cancelled(attempt.observer->self) != 0;
        return MORTISE_OK;
    });
    const Context& unit = Context::of(job->context);
    if (observed != MORTISE_OK) {
        const log::Context log_context = unit.logContext();
        const log::Field fields[] = {{"reason", std::string_view(error.message)}};
        unit.instance().services().log.write(log::Level::Error, "task.unhandled_error", fields,
                                             &log_context);
    }
    return is_cancelled ? MORTISE_CANCELLED : unit.interrupted();
}

mortise_status result(mortise_job* job, mortise_str text, mortise_error* error) {
    return guarded(error, [&] {
        if (text.size > limits::kReplySizeMax) {
            return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "the result is too large");
        }
        attemptOf(job).result.assign(viewOf(text));
        return MORTISE_OK;
    });
}

/// Fills what the handler sees; `document` and `unit` outlive the attempt.
bool fillAttempt(Attempt& attempt, const mortise_job_run& run, Context& unit,
                 JsonDocument& document, mortise_error* error) {
    JsonDocument::Problem problem;
    const std::string_view args = run.args.size == 0 ? std::string_view("{}") : viewOf(run.args);
    if (!document.parse(args, problem)) {
        fail(error, MORTISE_INVALID_ARGUMENT, "MALFORMED_JSON", problem.message);
        return false;
    }
    attempt.struct_size = sizeof(mortise_job);
    attempt.attempt = run.attempt;
    attempt.max_attempts = run.max_attempts;
    attempt.context = &unit;
    attempt.job_id = run.job_id;
    attempt.job_type = run.job_type;
    attempt.args = strOf(args);
    attempt.json = &document.view();
    attempt.run = &attempt;
    attempt.observer = run.observer;
    return true;
}

mortise_status runFound(const FoundJobType& found, const mortise_job_run& run,
                        mortise_job_result deliver, void* result_context, mortise_error* error) {
    Context unit(found.provider.instance());
    unit.request_id = viewOf(run.request_id);
    unit.beginTrace();
    if (run.deadline_ms != 0) {
        unit.deadline =
            std::chrono::steady_clock::now() + std::chrono::milliseconds(run.deadline_ms);
    }
    PendingSpan span =
        PendingSpan::whole(unit, "job " + found.declared->name, trace::Kind::Consumer);
    span.with("mortise.job_id", viewOf(run.job_id))
        .with("mortise.job_attempt", static_cast<std::int64_t>(run.attempt))
        .with("mortise.request_id", std::string_view(unit.request_id));
    Attempt attempt{};
    JsonDocument document;
    if (!fillAttempt(attempt, run, unit, document, error)) {
        span.fail("MALFORMED_JSON");
        return MORTISE_INVALID_ARGUMENT;
    }
    const log::Context log_context = unit.logContext();
    const log::ScopedContext scope(log_context);
    mortise_error failure = blankError();
    mortise_status status = callPlugin(failure, [&] {
        return found.declared->handler(found.declared->handler_context, &attempt, &failure);
    });
    if (!unit.settle(status == MORTISE_OK, &failure)) {
        status = failure.status;
    }
    if (status != MORTISE_OK) {
        span.fail(failure.code);
        return fail(error, status, failure.code, failure.message,
                    static_cast<int>(failure.http_status));
    }
    span.end();
    unit.runAfterResponse();
    deliver(result_context, strOf(attempt.result));
    return MORTISE_OK;
}

mortise_status run(const mortise_host* host, const mortise_job_run* job_run,
                   mortise_job_result deliver, void* result_context, mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (!instance.generation().manifest().hasJobsGrant("run")) {
            return fail(error, MORTISE_DENIED, "DENIED",
                        "the manifest does not ask for the grant \"jobs.run\"");
        }
        if (!instance.isServing()) {
            return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "no jobs run here");
        }
        return runJob(instance.services().publication, *job_run, deliver, result_context, error);
    });
}

mortise_status types(const mortise_host* host, mortise_job_type_visitor visit,
                     void* visitor_context, mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (instance.isServing()) {
            instance.services().publication.visitJobTypes(
                [&](const plugin::DeclaredJobType& type, std::string_view plugin_name) {
                    visit(visitor_context, strOf(type.name), strOf(plugin_name),
                          strOf(type.args_schema), type.max_attempts);
                });
        }
        return MORTISE_OK;
    });
}

}  // namespace

mortise_status runJob(Publication& publication, const mortise_job_run& job_run,
                      mortise_job_result deliver, void* result_context, mortise_error* error) {
    const FoundJobType found = publication.findJobType(viewOf(job_run.job_type));
    if (found.is_unavailable) {
        return fail(error, MORTISE_UNAVAILABLE, "SERVICE_UNAVAILABLE",
                    "the plugin of this job type is degraded");
    }
    if (!found.provider) {
        return fail(error, MORTISE_NOT_FOUND, "JOB_TYPE_UNKNOWN", "no such job type");
    }
    return runFound(found, job_run, deliver, result_context, error);
}

const mortise_jobs& jobsTable() noexcept {
    static constexpr mortise_jobs kTable{
        sizeof(mortise_jobs),
        0,
        kOnThread<"mortise_jobs.enqueue", ThreadTag::Request, enqueue>,
        kOnThread<"mortise_jobs.progress", ThreadTag::Request, progress>,
        kOnThread<"mortise_jobs.result", ThreadTag::Request, result>,
        kOnThread<"mortise_jobs.run", ThreadTag::Request, run>,
        types};
    return kTable;
}

}  // namespace mortise::bridge
