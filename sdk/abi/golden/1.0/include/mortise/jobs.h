/* mortise/jobs.h: interface "mortise.jobs/1": durable background work.
 *
 * Any plugin declares job types and their handlers (mortise.declare/1) and enqueues jobs; the plugin that owns the queue
 * claims them and asks the host to run the handler, wherever it lives. Enqueuing runs on the caller's connection, so a job
 * exists exactly when the caller's transaction commits. Since 1.0.
 */
#ifndef MORTISE_JOBS_H
#define MORTISE_JOBS_H

#include "mortise/json.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_JOBS_INTERFACE "mortise.jobs/1"

/** One attempt of one job, as its handler sees it. Borrowed until the handler returns. */
typedef struct mortise_job {
    uint32_t struct_size;
    /** From 1. */
    uint32_t attempt;
    uint32_t max_attempts;
    uint32_t reserved;
    mortise_context *context;
    mortise_str job_id;
    mortise_str job_type;
    /** JSON object. */
    mortise_str args;
    const mortise_json_document *json;
    /** Host's own. */
    void *run;
} mortise_job;

/** Does the work. OK completes the job; INVALID_ARGUMENT or a domain error with http_status 4xx discards it; anything else
 *  is tried again with backoff. */
typedef mortise_status (*mortise_job_handler)(void *handler_context, mortise_job *job,
                                              mortise_error *error);

/** What to enqueue. */
typedef struct mortise_job_request {
    uint32_t struct_size;
    /** -100 to 100 plus 100: 100 is normal, larger runs earlier. */
    uint32_t priority;
    mortise_str job_type;
    /** JSON object; empty is {}. */
    mortise_str args;
    /** Empty is "default". */
    mortise_str queue;
    /** At most one live job per key; empty for none. */
    mortise_str unique_key;
    /** Not before this time, seconds since 1970-01-01 UTC; 0 is now. */
    int64_t run_at_s;
    /** 0 takes the type's own. */
    uint32_t max_attempts;
    uint32_t reserved;
} mortise_job_request;

/** Queue owner: what happens while a job runs. */
typedef struct mortise_job_observer {
    uint32_t struct_size;
    uint32_t reserved;
    void *self;
    /** The handler reports progress. Called on the thread that runs the job.
     *  in: `fraction` 0 to 1, `message` borrowed. out: nothing. status: none. owner: nothing passes. thread: [request].
     *  since: 1.0 */
    void (*progress)(void *self, double fraction, mortise_str message);
    /** The handler asks whether its job was cancelled.
     *  in: nothing. out: 1 or 0. status: none. owner: nothing passes. thread: [request]. since: 1.0 */
    uint32_t (*cancelled)(void *self);
} mortise_job_observer;

/** Queue owner: one claimed job to be run. */
typedef struct mortise_job_run {
    uint32_t struct_size;
    uint32_t attempt;
    uint32_t max_attempts;
    /** Time the attempt may take, in milliseconds. */
    uint32_t deadline_ms;
    mortise_str job_id;
    mortise_str job_type;
    mortise_str args;
    /** Request id of the submitter, for the log. */
    mortise_str request_id;
    const mortise_job_observer *observer;
} mortise_job_run;

/** Visits one known job type. Texts borrowed until it returns. */
typedef void (*mortise_job_type_visitor)(void *visitor_context, mortise_str job_type,
                                         mortise_str plugin, mortise_str args_schema,
                                         uint32_t max_attempts);

/** Receives the JSON a handler gave as its result; borrowed until it returns. */
typedef void (*mortise_job_result)(void *result_context, mortise_str result);

typedef struct mortise_jobs {
    uint32_t struct_size;
    uint32_t reserved;

    /** Enqueues inside the caller's transaction.
     *  in: `request`, copied. out: `job_id`, 36 bytes. status: OK; NOT_FOUND unknown type; CONFLICT unique key taken;
     *  EXHAUSTED queue full; UNAVAILABLE no queue owner. owner: the caller owns the buffer. thread: [request]. since: 1.0 */
    mortise_status (*enqueue)(mortise_context *context, const mortise_job_request *request,
                              mortise_buffer *job_id, mortise_error *error);

    /** Handler: tells how far it is.
     *  in: `fraction` 0 to 1, `message` borrowed. out: nothing. status: OK; CANCELLED when the job was cancelled.
     *  owner: nothing passes. thread: [request]. since: 1.0 */
    mortise_status (*progress)(mortise_job *job, double fraction, mortise_str message);

    /** Handler: gives the result.
     *  in: `result` JSON object, copied. out: nothing. status: OK; EXHAUSTED over the size limit. owner: the host copies.
     *  thread: [request]. since: 1.0 */
    mortise_status (*result)(mortise_job *job, mortise_str result, mortise_error *error);

    /** Queue owner: runs the handler on the calling thread in a unit of work of its own, committed when it succeeded.
     *  Needs the grant "jobs.run".
     *  in: `run`, borrowed. out: `result` is called at most once, inside the call. status: what the handler returned;
     *  NOT_FOUND unknown type; UNAVAILABLE its plugin is away. owner: the host. thread: [request]. since: 1.0 */
    mortise_status (*run)(const mortise_host *host, const mortise_job_run *run,
                          mortise_job_result result, void *result_context, mortise_error *error);

    /** Visits all job types of the published table, sorted by name.
     *  in: `visit`. out: nothing. status: OK. owner: the host. thread: [any]. since: 1.0 */
    mortise_status (*types)(const mortise_host *host, mortise_job_type_visitor visit,
                            void *visitor_context, mortise_error *error);
} mortise_jobs;

#ifdef __cplusplus
}
#endif

#endif
