/* mortise/tasks.h: interface "mortise.tasks/1": units of work, threads and timers of a plugin.
 *
 * Threads belong to the host: it names them, counts them, asks them to stop and knows at unload that none is left. A plugin
 * that starts its own thread is never unmapped. Since 1.0.
 */
#ifndef MORTISE_TASKS_H
#define MORTISE_TASKS_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_TASKS_INTERFACE "mortise.tasks/1"

/** Body of a thread. Returns soon after `stop_requested(thread)` answers 1. */
typedef void (*mortise_thread_body)(void *body_context, mortise_handle thread);

/** A piece of work. Must not block on a timer; may block after a response. */
typedef void (*mortise_task)(void *task_context);

/** The end of a wait. `error` is NULL unless `status` is an error; borrowed. Must not block. */
typedef void (*mortise_wait_done)(void *done_context, mortise_status status,
                                  const mortise_error *error);

typedef struct mortise_tasks {
    uint32_t struct_size;
    uint32_t reserved;

    /** Opens a unit of work that belongs to no request.
     *  in: `deadline_ms` from now, 0 for none. out: `*context`, the caller's until close(). status: OK; EXHAUSTED.
     *  owner: the plugin. thread: [request]. since: 1.0 */
    mortise_status (*open)(const mortise_host *host, uint32_t deadline_ms,
                           mortise_context **context, mortise_error *error);

    /** Ends it: commits when `outcome` is OK, rolls back otherwise. The context is gone in every case.
     *  in: `context`, `outcome`. out: nothing. status: OK; why the commit failed. owner: the host frees. thread: [request].
     *  since: 1.0 */
    mortise_status (*close)(mortise_context *context, mortise_status outcome, mortise_error *error);

    /** Tells whether the unit of work should end early: client gone, deadline passed, host draining.
     *  in: `context`. out: MORTISE_OK to go on, CANCELLED or DEADLINE_EXCEEDED. status: the same. owner: nothing passes.
     *  thread: [any]. since: 1.0 */
    mortise_status (*interrupted)(mortise_context *context);

    /** Time left, in milliseconds, -1 without a deadline.
     *  in: `context`. out: the number. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    int64_t (*remaining_ms)(mortise_context *context);

    /** Starts a named thread of the host.
     *  in: `name` up to 15 bytes, copied; `body`. out: `*thread`. status: OK; EXHAUSTED.
     *  owner: the plugin joins it in stop() at the latest. thread: [control]. since: 1.0 */
    mortise_status (*start_thread)(const mortise_host *host, mortise_str name,
                                   mortise_thread_body body, void *body_context,
                                   mortise_handle *thread, mortise_error *error);

    /** Tells a thread body whether it should return.
     *  in: `thread`. out: 1 or 0. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    uint32_t (*stop_requested)(const mortise_host *host, mortise_handle thread);

    /** Asks a thread to return and waits.
     *  in: `thread`, `deadline_ms`. out: nothing. status: OK; STALE; DEADLINE_EXCEEDED, it still runs.
     *  owner: the handle is gone on OK. thread: [control]. since: 1.0 */
    mortise_status (*join_thread)(const mortise_host *host, mortise_handle thread,
                                  uint32_t deadline_ms, mortise_error *error);

    /** Runs a task once after a delay, on the executor. After a refusal nothing waits and the task will not run.
     *  in: `delay_ms`; `task`. out: `*timer`. status: OK; EXHAUSTED, too many timers wait in the host, those of other
     *  plugins counted; STALE, the plugin stops. owner: the host cancels it when the plugin stops. thread: [any].
     *  since: 1.0 */
    mortise_status (*after)(const mortise_host *host, uint32_t delay_ms, mortise_task task,
                            void *task_context, mortise_handle *timer, mortise_error *error);

    /** Cancels a timer.
     *  in: `timer`. out: nothing. status: OK it will not run; STALE it ran or runs. owner: nothing passes. thread: [any].
     *  since: 1.0 */
    mortise_status (*cancel)(const mortise_host *host, mortise_handle timer, mortise_error *error);

    /** Runs a task on the executor after the response of this unit of work was sent; not after an error. May be lost when
     *  the process dies: what must happen is a job.
     *  in: `task`. out: nothing. status: OK; EXHAUSTED. owner: pins the generation until it ran. thread: [request].
     *  since: 1.0 */
    mortise_status (*after_response)(mortise_context *context, mortise_task task,
                                     void *task_context, mortise_error *error);

    /** Begins a wait of a coroutine for the plugin itself, for example for a permit another request holds.
     *  in: `context`; `done`, called once, later, on this reactor: OK after wake(), DEADLINE_EXCEEDED at the deadline of the
     *  unit of work, CANCELLED when the plugin stops. out: `*wait`. status: OK; EXHAUSTED, too many wait; CANCELLED, the plugin
     *  stops. owner: the handle ends with the wait. thread: [reactor]. since: 1.0 */
    mortise_status (*wait_async)(mortise_context *context, mortise_wait_done done,
                                 void *done_context, mortise_handle *wait, mortise_error *error);

    /** Ends a wait.
     *  in: `wait`. out: nothing. status: OK, `done` follows with OK; STALE, it has ended or is ending otherwise.
     *  owner: nothing passes. thread: [any]. since: 1.0 */
    mortise_status (*wake)(const mortise_host *host, mortise_handle wait);
} mortise_tasks;

#ifdef __cplusplus
}
#endif

#endif
