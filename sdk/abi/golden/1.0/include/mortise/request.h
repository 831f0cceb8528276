/* mortise/request.h: interface "mortise.request/1": one HTTP request and its answer.
 *
 * The hot fields are plain members, so a handler reads them without a call; an answer is one call. The envelope is written
 * by the host from parts, so no plugin, in whatever language, can get it wrong:
 *
 *   {"status":"success","status_code":201,"message":M,"data":DATA[,"meta":META]}
 *   {"status":"failure","status_code":404,"message":M,"error_code":CODE,"errors":ERRORS}
 *
 * Everything a request points to is borrowed until the request ends: when a blocking or inline handler returns, or when
 * finish() of an asynchronous one returns. Since 1.0.
 */
#ifndef MORTISE_REQUEST_H
#define MORTISE_REQUEST_H

#include "mortise/identity.h"
#include "mortise/json.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_REQUEST_INTERFACE "mortise.request/1"

typedef struct mortise_request {
    uint32_t struct_size;
    uint32_t header_count;
    /** The unit of work, for every other interface. */
    mortise_context *context;
    /** Upper case, for example "GET". */
    mortise_str method;
    /** Decoded path without query. */
    mortise_str path;
    /** Undecoded query without '?'. */
    mortise_str query;
    /** Pattern of the matched route, for example "/api/v1/users/{user_id}". */
    mortise_str route;
    /** Decoded path parameters in the order of the pattern. */
    const mortise_pair *path_params;
    /** Decoded query parameters in the order of the client; `+` is a space. */
    const mortise_pair *query_params;
    uint32_t path_param_count;
    uint32_t query_param_count;
    /** Header fields; names are lower case. */
    const mortise_pair *headers;
    mortise_bytes body;
    /** The body as tokens, when the route takes JSON and a body came; otherwise NULL. */
    const mortise_json_document *json;
    /** NULL on a public route without a token. */
    const mortise_principal *principal;
    mortise_str request_id;
    /** Address of the client, without port. */
    mortise_str client_address;
} mortise_request;

/** The body is `body` with `content_type`; no envelope is written. */
#define MORTISE_RESPONSE_RAW 1u
/** The answer is an error, but what was written to the database stays. */
#define MORTISE_RESPONSE_KEEP_WRITES 2u

typedef struct mortise_response {
    uint32_t struct_size;
    /** 200 to 599. 204 and 304 carry no body. */
    uint32_t http_status;
    /** MORTISE_RESPONSE_*. */
    uint32_t flags;
    uint32_t header_count;
    /** Text of the envelope; when empty the host takes the standard text of the status. */
    mortise_str message;
    /** JSON object; when empty the host writes {}. */
    mortise_str data;
    /** JSON object or empty. */
    mortise_str meta;
    /** Set for failures: a declared UPPER_SNAKE code. */
    mortise_str error_code;
    /** JSON object or array; when empty the host writes {}. */
    mortise_str errors;
    /** Additional header fields. */
    const mortise_pair *headers;
    /** Only with MORTISE_RESPONSE_RAW. */
    mortise_str content_type;
    mortise_bytes body;
} mortise_response;

/** A handler. A blocking or inline one calls respond() and returns OK. An asynchronous one returns OK at once and calls
 *  finish() later, exactly once. Any other status is an error: the host rolls back and writes the envelope from `error`;
 *  only MORTISE_DOMAIN_ERROR shows its code and message to the client. */
typedef mortise_status (*mortise_request_handler)(void *handler_context, mortise_request *request,
                                                  mortise_error *error);

typedef struct mortise_request_api {
    uint32_t struct_size;
    uint32_t reserved;

    /** Stages the answer; nothing is sent before the transaction is committed. A second call replaces the first.
     *  in: `response`, copied. out: nothing. status: OK; INVALID_ARGUMENT; STALE after the deadline or the end.
     *  owner: the host copies. thread: [request] [reactor]. since: 1.0 */
    mortise_status (*respond)(mortise_request *request, const mortise_response *response,
                              mortise_error *error);

    /** Ends an asynchronous request: commits or rolls back, then sends. The request is gone when it returns.
     *  in: `status` as a handler would return it; `failure` or NULL, copied. out: nothing. status: none.
     *  owner: the host. thread: [reactor], the request's own. since: 1.0 */
    void (*finish)(mortise_request *request, mortise_status status, const mortise_error *failure);
} mortise_request_api;

#ifdef __cplusplus
}
#endif

#endif
