/* mortise/db.h: interface "mortise.db/1": PostgreSQL for a unit of work.
 *
 * Transaction mode: the first statement leases a connection and begins; the host commits when the unit ends well, before
 * the answer is sent, and rolls back otherwise. Statement mode (MORTISE_STATEMENT_SINGLE) runs one statement outside a
 * transaction; it is the default of GET and HEAD requests in the C++ layer and the only mode of execute_async().
 *
 * Every statement is parameterised ($1, $2, ...) and prepared by the host on first use. Values are text in PostgreSQL's
 * input and output format; the search path is the plugin's own schema, then `mortise` and `public`. Since 1.0.
 *
 * Errors carry a stable code: UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION, CHECK_VIOLATION, NOT_NULL_VIOLATION (status
 * CONFLICT, message is the constraint's name), SERIALIZATION_FAILURE (RETRY), DATABASE_UNAVAILABLE and
 * POOL_TIMEOUT (UNAVAILABLE), STATEMENT_TIMEOUT (DEADLINE_EXCEEDED), SQL_ERROR (INTERNAL, message is the SQLSTATE).
 */
#ifndef MORTISE_DB_H
#define MORTISE_DB_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_DB_INTERFACE "mortise.db/1"

/** Outside a transaction, autocommitted. Refused (LEASE_NESTED) in a unit that already runs a transaction. */
#define MORTISE_STATEMENT_SINGLE 1u
/** Promises to change nothing, so that it may be sent again after a lost connection. */
#define MORTISE_STATEMENT_READ_ONLY 2u

/** A parameter or a cell. `size` in bytes, -1 for NULL. */
typedef struct mortise_value {
    const char *data;
    int64_t size;
} mortise_value;

typedef struct mortise_statement {
    uint32_t struct_size;
    /** MORTISE_STATEMENT_*. */
    uint32_t flags;
    mortise_str sql;
    /** Name for metrics, traces and the slow log, `noun_verb`; empty takes a hash of the text. */
    mortise_str name;
    const mortise_value *params;
    uint32_t param_count;
    uint32_t reserved;
} mortise_statement;

/** Rows of one statement. Cells stand row by row: cell(r, c) = cells[r * column_count + c]. */
typedef struct mortise_result {
    uint32_t struct_size;
    uint32_t column_count;
    uint64_t row_count;
    /** Rows inserted, updated or deleted; for a query the rows returned. */
    uint64_t affected_count;
    const mortise_str *columns;
    const mortise_value *cells;
} mortise_result;

/** Receives the outcome of execute_async(). `result` is lent until release() when `status` is OK, otherwise NULL; `error`
 *  is borrowed until it returns. */
typedef void (*mortise_db_done)(void *done_context, mortise_status status,
                                const mortise_result *result, const mortise_error *error);

/** Receives a notification. Payload borrowed until it returns. Must not block. An empty channel means that the connection
 *  was lost and found again, so notifications may be missing. */
typedef void (*mortise_notification)(void *notification_context, mortise_str channel,
                                     mortise_str payload);

typedef struct mortise_db {
    uint32_t struct_size;
    uint32_t reserved;

    /** Runs a statement and waits.
     *  in: `statement`, borrowed. out: `*result`, lent until release(). status: OK or see the head of this file.
     *  owner: the host. thread: [request]. since: 1.0 */
    mortise_status (*execute)(mortise_context *context, const mortise_statement *statement,
                              const mortise_result **result, mortise_error *error);

    /** Runs a single statement without waiting.
     *  in: `statement`, copied. out: `done` is called exactly once, never inside this call, on the reactor of the unit of
     *  work, when and only when the status is OK. status: OK; INVALID_ARGUMENT; EXHAUSTED queue full; UNAVAILABLE.
     *  owner: the host. thread: [reactor]. since: 1.0 */
    mortise_status (*execute_async)(mortise_context *context, const mortise_statement *statement,
                                    mortise_db_done done, void *done_context, mortise_error *error);

    /** Gives a result back.
     *  in: `result` or NULL. out: nothing. status: none. owner: the host frees it. thread: [any]. since: 1.0 */
    void (*release)(const mortise_host *host, const mortise_result *result);

    /** Commits what was written so far, whatever becomes of the unit of work, and gives the lease back.
     *  in, out: nothing. status: OK also without a transaction; as execute(). owner: nothing passes. thread: [request].
     *  since: 1.0 */
    mortise_status (*commit_now)(mortise_context *context, mortise_error *error);

    /** Calls back whenever another session notifies `channel`.
     *  in: `channel`, an SQL identifier, copied. out: `*subscription`. status: OK; INVALID_ARGUMENT; EXHAUSTED.
     *  owner: the plugin unsubscribes in stop() at the latest. thread: [control] [request]. since: 1.0 */
    mortise_status (*subscribe)(const mortise_host *host, mortise_str channel,
                                mortise_notification notify, void *notification_context,
                                mortise_handle *subscription, mortise_error *error);

    /** Ends a subscription; no call comes after it returned.
     *  in: `subscription`. out: nothing. status: OK; STALE. owner: nothing passes. thread: [control] [request]. since: 1.0 */
    mortise_status (*unsubscribe)(const mortise_host *host, mortise_handle subscription,
                                  mortise_error *error);
} mortise_db;

#ifdef __cplusplus
}
#endif

#endif
