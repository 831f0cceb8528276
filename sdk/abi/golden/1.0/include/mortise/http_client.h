/* mortise/http_client.h: interface "mortise.http_client/1": requests to other servers.
 *
 * The host keeps the connections, so a plugin never makes a client of its own and never pays for a handshake twice. A plugin may
 * call the origins that its manifest lists under grants.http:
 *
 *   "https://api.example.org"     that server; a port other than the scheme's own is written: "https://api.example.org:8443"; ":*" means any
 *   a host that begins with "*."  all names below it: *.example.org means api.example.org, not example.org
 *   "*"                           any server with an address of the public internet, for URLs that users give
 *
 * A call ends by the deadline of its unit of work, or by its own timeout when that is earlier. Calls of one plugin to one origin
 * are bounded, and an origin that fails again and again is left alone for a while (UNAVAILABLE at once). Certificates are always
 * verified. A redirect is an answer like any other, because it may lead where the plugin may not go. Compressed answers arrive
 * decompressed. A caller that holds a database lease gets LEASE_NESTED: call first, or commit before. Since 1.0.
 */
#ifndef MORTISE_HTTP_CLIENT_H
#define MORTISE_HTTP_CLIENT_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_HTTP_CLIENT_INTERFACE "mortise.http_client/1"

/** What to send. Everything is copied. */
typedef struct mortise_http_call {
    uint32_t struct_size;
    /** Milliseconds for all attempts together; 0 leaves it to the unit of work. */
    uint32_t timeout_ms;
    /** Upper case; not CONNECT or TRACE. */
    mortise_str method;
    /** Absolute, http or https, without user and password; percent-encoded. */
    mortise_str url;
    /** Not those that frame the message or name the server (host, content-length, transfer-encoding, connection, ...). */
    const mortise_pair *headers;
    uint32_t header_count;
    /** How often it may be sent, at most 8; 0 means once. Only idempotent methods, and others with an Idempotency-Key, are
     *  repeated: when the server was not reached or answered 429, 502, 503 or 504, after a growing random pause. */
    uint32_t attempts_max;
    mortise_bytes body;
    /** Largest body of the answer in bytes, at most 16 MiB; 0 means 1 MiB. */
    uint64_t response_size_max;
} mortise_http_call;

/** What the server answered, with whatever status. Borrowed until the function that receives it returns. */
typedef struct mortise_http_reply {
    uint32_t struct_size;
    uint32_t http_status;
    /** Names in lower case, in the order of the server. */
    const mortise_pair *headers;
    uint32_t header_count;
    /** Requests that were sent. */
    uint32_t attempts;
    mortise_bytes body;
} mortise_http_reply;

/** Receives the outcome. `reply` is NULL unless `status` is OK, `error` is NULL when it is. Both are borrowed until it returns. */
typedef void (*mortise_http_done)(void *done_context, mortise_status status,
                                  const mortise_http_reply *reply, const mortise_error *error);

typedef struct mortise_http_client {
    uint32_t struct_size;
    uint32_t reserved;

    /** Sends and waits.
     *  in: `request`. out: `done` is called once, inside the call, when the status is OK. status: OK the server answered;
     *  DENIED the manifest does not grant the origin, or its address is not public; INVALID_ARGUMENT; LEASE_NESTED;
     *  UNAVAILABLE not reached, or left alone after failures; DEADLINE_EXCEEDED; CANCELLED; EXHAUSTED too many calls, or the
     *  answer is too large. owner: the host. thread: [request]. since: 1.0 */
    mortise_status (*send)(mortise_context *context, const mortise_http_call *request,
                           mortise_http_done done, void *done_context, mortise_error *error);

    /** Sends without waiting.
     *  in: `request`. out: `done` is called exactly once, never inside this call, on the reactor of the unit of work, when
     *  and only when the status is OK. status: OK; DENIED; INVALID_ARGUMENT; LEASE_NESTED; CANCELLED; DEADLINE_EXCEEDED;
     *  EXHAUSTED; UNAVAILABLE. owner: the host. thread: [reactor]. since: 1.0 */
    mortise_status (*send_async)(mortise_context *context, const mortise_http_call *request,
                                 mortise_http_done done, void *done_context, mortise_error *error);
} mortise_http_client;

#ifdef __cplusplus
}
#endif

#endif
