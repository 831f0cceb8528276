/* mortise/operations.h: interface "mortise.operations/1": named calls from one plugin to another.
 *
 * An operation is `<plugin>.<verb_noun>`, JSON text in, JSON text out. The host finds the provider in the caller's
 * published table, pins it, and hands over deadline, principal and the caller's name. It is refused (DENIED) unless the
 * caller's manifest lists it under "calls". It has a transaction of its own, committed before it returns; a caller that
 * holds a database lease gets LEASE_NESTED. Since 1.0.
 */
#ifndef MORTISE_OPERATIONS_H
#define MORTISE_OPERATIONS_H

#include "mortise/identity.h"
#include "mortise/json.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_OPERATIONS_INTERFACE "mortise.operations/1"

/** One call, as the provider sees it. Borrowed until a blocking handler returns or complete() of an asynchronous one. */
typedef struct mortise_invocation {
    uint32_t struct_size;
    uint32_t reserved;
    mortise_context *context;
    mortise_str operation;
    /** Name of the calling plugin. */
    mortise_str caller;
    mortise_str input;
    /** The input as tokens. */
    const mortise_json_document *json;
    const mortise_principal *principal;
} mortise_invocation;

/** Provider's side. A blocking one calls reply() and returns; an asynchronous one returns OK and calls complete() later.
 *  MORTISE_DOMAIN_ERROR with code, message and http_status reaches the caller as it is. */
typedef mortise_status (*mortise_operation_handler)(void *handler_context,
                                                    mortise_invocation *invocation,
                                                    mortise_error *error);

/** Receives the answer. `output` and `error` are borrowed until it returns; `output` is empty unless `status` is OK. */
typedef void (*mortise_operation_done)(void *done_context, mortise_status status,
                                       mortise_str output, const mortise_error *error);

typedef struct mortise_operations {
    uint32_t struct_size;
    uint32_t reserved;

    /** Calls and waits. A blocking provider runs on the calling thread; an asynchronous one on a reactor.
     *  in: `operation`, `input` JSON text, borrowed. out: `done` is called at most once, inside the call, on OK only.
     *  status: OK; DENIED; NOT_FOUND; UNAVAILABLE; DEADLINE_EXCEEDED; CANCELLED; LEASE_NESTED; DOMAIN_ERROR; EXHAUSTED
     *  when calls nest too deep. owner: the host. thread: [request]. since: 1.0 */
    mortise_status (*call)(mortise_context *context, mortise_str operation, mortise_str input,
                           mortise_operation_done done, void *done_context, mortise_error *error);

    /** Calls without waiting.
     *  in: as call(), input copied. out: `done` is called exactly once, never inside this call, on the reactor of the
     *  unit of work, when and only when the status is OK. status: OK; DENIED; NOT_FOUND; LEASE_NESTED; EXHAUSTED.
     *  owner: the host. thread: [reactor]. since: 1.0 */
    mortise_status (*call_async)(mortise_context *context, mortise_str operation, mortise_str input,
                                 mortise_operation_done done, void *done_context,
                                 mortise_error *error);

    /** Provider: stages the output. A second call replaces the first.
     *  in: `output` JSON text, copied. out: nothing. status: OK; STALE; EXHAUSTED over the size limit.
     *  owner: the host copies. thread: [request] [reactor]. since: 1.0 */
    mortise_status (*reply)(mortise_invocation *invocation, mortise_str output,
                            mortise_error *error);

    /** Provider, asynchronous: ends the invocation, which is gone when it returns.
     *  in: `status`; `failure` or NULL, copied. out: nothing. status: none. owner: the host.
     *  thread: [reactor], the invocation's own. since: 1.0 */
    void (*complete)(mortise_invocation *invocation, mortise_status status,
                     const mortise_error *failure);
} mortise_operations;

#ifdef __cplusplus
}
#endif

#endif
