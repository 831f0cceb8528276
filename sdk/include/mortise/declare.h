/* mortise/declare.h: interface "mortise.declare/1": all a plugin offers, registered in one place.
 *
 * The table comes with the declare() call and works only until that call returns; afterwards every function answers SEALED.
 * All texts are copied. Handlers and their contexts stay the plugin's and live until destroy(). Since 1.0.
 */
#ifndef MORTISE_DECLARE_H
#define MORTISE_DECLARE_H

#include "mortise/health.h"
#include "mortise/jobs.h"
#include "mortise/metrics.h"
#include "mortise/operations.h"
#include "mortise/plugin.h"
#include "mortise/request.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_DECLARE_INTERFACE "mortise.declare/1"

/** Runs on the executor and may block. Exactly one of the three must be set. */
#define MORTISE_ROUTE_BLOCKING 1u
/** Runs on the reactor, promises not to block, answers before it returns. */
#define MORTISE_ROUTE_INLINE 2u
/** Runs on the reactor, answers later through finish(). */
#define MORTISE_ROUTE_ASYNC 4u
/** Takes a JSON body: the host checks the content type (415), parses (400) and sets `json`. */
#define MORTISE_ROUTE_JSON_BODY 8u
/** Takes a form body `application/x-www-form-urlencoded` besides JSON; `json` is NULL then. */
#define MORTISE_ROUTE_FORM_BODY 16u
/** Together with one of the kinds of body: it may be missing. */
#define MORTISE_ROUTE_OPTIONAL_BODY 32u
/** Takes a form with files, `multipart/form-data`; the plugin takes `body` apart. Other types are answered 415. */
#define MORTISE_ROUTE_MULTIPART_BODY 64u

/** Anyone. A token that comes along is verified all the same. */
#define MORTISE_ACCESS_PUBLIC 0u
/** Any user with a valid token. */
#define MORTISE_ACCESS_USER 1u

typedef struct mortise_route {
    uint32_t struct_size;
    /** MORTISE_ROUTE_*. */
    uint32_t flags;
    /** MORTISE_ACCESS_*. */
    uint32_t access;
    /** The principal needs one of `roles` when there are any. */
    uint32_t role_count;
    mortise_str method;
    /** Absolute: literal segments in kebab-case and `{snake_case}` parameters, optionally typed: `{id:int}`,
     *  `{id:uuid}`. A value that does not fit its type is answered 422 by the host. */
    mortise_str pattern;
    const mortise_str *roles;
    const mortise_str *scopes;
    uint32_t scope_count;
    /** 0 takes the host's default. Milliseconds. */
    uint32_t deadline_ms;
    /** 0 takes the host's default. Bytes. */
    uint64_t body_size_max;
    /** OpenAPI 3.1 Operation Object as JSON, without security and without parameters the host derives; may be empty. */
    mortise_str openapi;
    mortise_request_handler handler;
    void *handler_context;
    /** Header fields of every answer of the route, also of those the host gives before the handler runs (401, 415, 503): what
     *  a deprecated route says. At most 8; no field that the host writes itself. */
    const mortise_pair *headers;
    uint32_t header_count;
    uint32_t reserved;
} mortise_route;

/** Operation handlers: runs on the caller's thread and may block. */
#define MORTISE_OPERATION_BLOCKING 1u
/** Runs on a reactor and completes later. */
#define MORTISE_OPERATION_ASYNC 4u

typedef struct mortise_operation {
    uint32_t struct_size;
    /** MORTISE_OPERATION_*. */
    uint32_t flags;
    /** `<plugin>.<verb_noun>`, with the plugin's own name. */
    mortise_str name;
    mortise_operation_handler handler;
    void *handler_context;
} mortise_operation;

typedef struct mortise_job_type {
    uint32_t struct_size;
    uint32_t max_attempts;
    /** `<area>.<verb>`; unique in the process. */
    mortise_str name;
    /** JSON Schema 2020-12 of the arguments; may be empty. */
    mortise_str args_schema;
    mortise_job_handler handler;
    void *handler_context;
} mortise_job_type;

typedef struct mortise_declare {
    uint32_t struct_size;
    uint32_t reserved;

    /** Adds a route.
     *  in: `route`, copied. out: nothing. status: OK; INVALID_ARGUMENT; CONFLICT same method and pattern; SEALED;
     *  EXHAUSTED. owner: the host copies. thread: [control]. since: 1.0 */
    mortise_status (*add_route)(mortise_declaration *declaration, const mortise_route *route,
                                mortise_error *error);

    /** Adds an operation other plugins may call.
     *  in: `operation`, copied. out: nothing. status: as add_route(). owner: the host copies. thread: [control]. since: 1.0 */
    mortise_status (*add_operation)(mortise_declaration *declaration,
                                    const mortise_operation *operation, mortise_error *error);

    /** Adds a job type.
     *  in: `type`, copied. out: nothing. status: as add_route(). owner: the host copies. thread: [control]. since: 1.0 */
    mortise_status (*add_job_type)(mortise_declaration *declaration, const mortise_job_type *type,
                                   mortise_error *error);

    /** Declares an error code the plugin may answer with. A code means one status everywhere.
     *  in: `code` UPPER_SNAKE; `http_status` 400 to 599; `message` its standard text. out: nothing.
     *  status: OK; CONFLICT declared with another status; INVALID_ARGUMENT; SEALED. owner: the host copies.
     *  thread: [control]. since: 1.0 */
    mortise_status (*add_error)(mortise_declaration *declaration, mortise_str code,
                                uint32_t http_status, mortise_str message, mortise_error *error);

    /** Adds a named schema to `components.schemas` of the OpenAPI document.
     *  in: `name` PascalCase; `schema` JSON Schema 2020-12. out: nothing. status: OK; CONFLICT same name, other schema;
     *  SEALED. owner: the host copies. thread: [control]. since: 1.0 */
    mortise_status (*add_schema)(mortise_declaration *declaration, mortise_str name,
                                 mortise_str schema, mortise_error *error);

    /** Adds a metric.
     *  in: `metric`, copied. out: `*index`, for the functions of mortise.metrics/1. status: OK; CONFLICT same name;
     *  INVALID_ARGUMENT; SEALED; EXHAUSTED. owner: the host copies. thread: [control]. since: 1.0 */
    mortise_status (*add_metric)(mortise_declaration *declaration, const mortise_metric *metric,
                                 uint32_t *index, mortise_error *error);

    /** Adds a health check.
     *  in: `check`, copied. out: nothing. status: as add_metric(). owner: the host copies. thread: [control]. since: 1.0 */
    mortise_status (*add_health_check)(mortise_declaration *declaration,
                                       const mortise_health_check *check, mortise_error *error);
} mortise_declare;

#ifdef __cplusplus
}
#endif

#endif
