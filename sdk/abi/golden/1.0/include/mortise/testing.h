/* mortise/testing.h: the host inside a test program, behind a table of functions.
 *
 * A test links libmortise-testing and gets the table from mortise_testing_v1(); mortise/testing.hpp is the comfortable side of it.
 * An app is a whole host without sockets: it loads real plugin files as a start of the host does, gives them a database of their
 * own and answers requests through the real pipeline. Any number of apps live side by side; the functions may be called from any
 * thread, an app must not be closed while another call uses it. Not part of what plugins see. Since 1.0.
 */
#ifndef MORTISE_TESTING_H
#define MORTISE_TESTING_H

#include "mortise/db.h"
#include "mortise/identity.h"
#include "mortise/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One host. Opaque; from open() to close(). */
typedef struct mortise_testing_app mortise_testing_app;

/** What to load. Everything is copied. */
typedef struct mortise_testing_options {
    uint32_t struct_size;
    uint32_t plugin_count;
    /** Paths of plugin files, in any order. */
    const mortise_str *plugins;
    /** Keys of the host or of a plugin (`notes.count_max`) with their texts. */
    const mortise_pair *settings;
    uint32_t setting_count;
    uint32_t reserved;
} mortise_testing_options;

/** One request, borrowed until request() returns. */
typedef struct mortise_testing_request {
    uint32_t struct_size;
    uint32_t header_count;
    /** "GET" and so on, upper case. */
    mortise_str method;
    /** Path and query, percent-encoded. */
    mortise_str target;
    const mortise_pair *headers;
    mortise_str body;
    /** Whom the request comes from, as if a token had said so; NULL leaves it to the headers. */
    const mortise_principal *principal;
} mortise_testing_request;

/** What was answered. Borrowed until the function that receives it returns. */
typedef struct mortise_testing_reply {
    uint32_t struct_size;
    uint32_t http_status;
    const mortise_pair *headers;
    uint32_t header_count;
    uint32_t reserved;
    mortise_str body;
} mortise_testing_reply;

/** Receives one text, borrowed until it returns. */
typedef void (*mortise_testing_text)(void *text_context, mortise_str text);
/** Receives the answer of a request. */
typedef void (*mortise_testing_answer)(void *answer_context, const mortise_testing_reply *reply);

/** Receives one row. `names` and `cells` have `column_count` entries, a cell of size -1 is NULL. */
typedef void (*mortise_testing_row)(void *row_context, const mortise_str *names,
                                    const mortise_value *cells, uint32_t column_count);

/** Answers an operation in place of a plugin: calls `reply` with JSON text and returns OK, or fills `error`. Called on any
 *  thread, several at once. */
typedef mortise_status (*mortise_testing_operation)(void *handler_context, mortise_str operation,
                                                    mortise_str input, mortise_testing_text reply,
                                                    void *reply_context, mortise_error *error);

/** Answers a call to another server: calls `reply` and returns OK, or fills `error` with UNAVAILABLE (not reached) or
 *  DEADLINE_EXCEEDED. `target` of `call` is the whole URL. Called on any thread, several at once. */
typedef mortise_status (*mortise_testing_http)(void *handler_context, const mortise_testing_request *call,
                                               mortise_testing_answer reply, void *reply_context,
                                               mortise_error *error);

typedef struct mortise_testing {
    uint32_t struct_size;
    uint32_t reserved;

    /** Makes the database, loads the plugins and gets ready to serve.
     *  in: `options`. out: `*app`; `reason` is called with the whole reason when the status is not OK. status: OK;
     *  INVALID_ARGUMENT; UNAVAILABLE no PostgreSQL; INTERNAL a plugin does not load. owner: the caller closes the app.
     *  thread: [any]. since: 1.0 */
    mortise_status (*open)(const mortise_testing_options *options, mortise_testing_app **app,
                           mortise_testing_text reason, void *reason_context, mortise_error *error);

    /** Stops the plugins, drops the database and frees the app, also when the status is not OK.
     *  in: `app` or NULL. out: `reason` is called with what did not stop well. status: OK; INTERNAL. owner: the app is gone.
     *  thread: [any], no call of this app's own. since: 1.0 */
    mortise_status (*close)(mortise_testing_app *app, mortise_testing_text reason, void *reason_context);

    /** Runs one request through the pipeline and waits for its answer.
     *  in: `request`. out: `answer` is called once, inside the call, when the status is OK. status: OK; INVALID_ARGUMENT for a
     *  method or target no client could send; DEADLINE_EXCEEDED when a handler blocks an event loop. owner: nothing passes.
     *  thread: [any], no event loop. since: 1.0 */
    mortise_status (*request)(mortise_testing_app *app, const mortise_testing_request *request,
                              mortise_testing_answer answer, void *answer_context, mortise_error *error);

    /** Answers an operation from now on, before any plugin.
     *  in: `operation`, copied; `handler` or NULL to leave it to the plugins again. out: nothing. status: OK.
     *  owner: `handler_context` stays valid until close(). thread: [any]. since: 1.0 */
    mortise_status (*answer_operation)(mortise_testing_app *app, mortise_str operation,
                                       mortise_testing_operation handler, void *handler_context,
                                       mortise_error *error);

    /** Runs one statement on the database of the app, in a transaction of its own.
     *  in: `statement`, `params` of `param_count`. out: `row` is called for each row. status: OK; CONFLICT a constraint;
     *  otherwise what the database says, with its SQLSTATE as code. owner: nothing passes. thread: [any]. since: 1.0 */
    mortise_status (*sql)(mortise_testing_app *app, mortise_str statement, const mortise_value *params,
                          uint32_t param_count, mortise_testing_row row, void *row_context,
                          mortise_error *error);

    /** Runs the handler of a job type on the calling thread, in a unit of work of its own.
     *  in: `job_type`; `args` JSON object; `attempt` from 1. out: `result` is called when the handler gave one. status: what
     *  the handler returned; NOT_FOUND unknown type. owner: nothing passes. thread: [any], no event loop. since: 1.0 */
    mortise_status (*run_job)(mortise_testing_app *app, mortise_str job_type, mortise_str args,
                              uint32_t attempt, mortise_testing_text result, void *result_context,
                              mortise_error *error);

    /** Visits the log records written so far, oldest first.
     *  in: nothing. out: `line` is called with each record as a JSON object. status: OK. owner: nothing passes.
     *  thread: [any]. since: 1.0 */
    mortise_status (*logs)(mortise_testing_app *app, mortise_testing_text line, void *line_context);

    /** Waits until no request, operation, job or task after a response runs any more.
     *  in: `deadline_ms` from now. out: nothing. status: OK; DEADLINE_EXCEEDED naming the plugin that is busy.
     *  owner: nothing passes. thread: [any], no event loop. since: 1.0 */
    mortise_status (*settle)(mortise_testing_app *app, uint32_t deadline_ms, mortise_error *error);

    /** Parses a JSON text by the rules of the host.
     *  in: `text`, borrowed until it returns. out: `*document`. status: OK; INVALID_ARGUMENT with place and reason.
     *  owner: lent until release_json(). thread: [any]. since: 1.0 */
    mortise_status (*parse_json)(mortise_str text, const mortise_json_document **document,
                                 mortise_error *error);

    /** Gives a document back. in: `document` or NULL. out: nothing. status: none. owner: the kit frees it. thread: [any].
     *  since: 1.0 */
    void (*release_json)(const mortise_json_document *document);

    /** Sets the clock of plugins, which stands still from then on; their steady time goes on, and jumps forward with it.
     *  in: `now_us`, microseconds since 1970-01-01 UTC. out: nothing. status: OK. owner: nothing passes. thread: [any]. since: 1.0 */
    mortise_status (*set_clock)(mortise_testing_app *app, int64_t now_us);

    /** Reads it. in: nothing. out: the number. status: none. owner: nothing passes. thread: [any]. since: 1.0 */
    int64_t (*clock)(mortise_testing_app *app);

    /** Answers calls to other servers from now on. What nobody answers is refused: no test reaches the network.
     *  in: `pattern`, "GET https://api.example.org/rates", without the method for all of them, with `*` at the end for all that
     *  begin so; without `?` the query does not count; copied. The last pattern that fits wins. out: nothing. status: OK;
     *  EXHAUSTED too many. owner: `handler_context` stays valid until close(). thread: [any]. since: 1.0 */
    mortise_status (*answer_http)(mortise_testing_app *app, mortise_str pattern,
                                  mortise_testing_http handler, void *handler_context,
                                  mortise_error *error);
} mortise_testing;

/** The table of this library, valid for ever. */
__attribute__((visibility("default"))) const mortise_testing *mortise_testing_v1(void);

#ifdef __cplusplus
}
#endif

#endif
