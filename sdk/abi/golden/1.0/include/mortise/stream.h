/* mortise/stream.h: interface "mortise.stream/1": answers whose body is written piece by piece.
 *
 *   open()  commits what the unit of work wrote, releases its lease and sends status and headers
 *   write() ... or write_async(), one after the other; a slow client holds its handler up, nothing piles up in memory
 *   the end: OK from the handler, or finish() with OK, completes the body; any other status cuts the connection, so that
 *   no client takes half a body for a whole one
 *
 * The deadline of the request ends with open(). From there on each write has the time a request has, and a stream that is
 * silent for a minute is cut: one that waits for events writes a comment now and then. Statements after open() are new
 * units of their own: page by key in statement mode. Since 1.0.
 */
#ifndef MORTISE_STREAM_H
#define MORTISE_STREAM_H

#include "mortise/request.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_STREAM_INTERFACE "mortise.stream/1"

/** Largest piece of one write, in bytes. */
#define MORTISE_STREAM_PIECE_SIZE_MAX 1048576u

/** Receives the outcome of write_async(): OK when the next piece is welcome; CANCELLED when nobody reads any more. */
typedef void (*mortise_stream_done)(void *done_context, mortise_status status);

typedef struct mortise_stream {
    uint32_t struct_size;
    uint32_t reserved;

    /** Commits, releases the lease and sends the head. respond() is no longer possible then.
     *  in: `head` with MORTISE_RESPONSE_RAW and without body, `http_status` 200 to 299 but not 204, copied. out: nothing.
     *  status: OK; INVALID_ARGUMENT, also for a second call; STALE after the deadline or the end; why the commit failed:
     *  the answer is an error then, as if the handler had returned that status. owner: the host copies.
     *  thread: [request] [reactor]. since: 1.0 */
    mortise_status (*open)(mortise_request *request, const mortise_response *head,
                           mortise_error *error);

    /** Writes a piece, waiting until there is room for it.
     *  in: `piece` up to MORTISE_STREAM_PIECE_SIZE_MAX, copied. out: nothing. status: OK; CANCELLED nobody reads any more,
     *  or the host drains; DEADLINE_EXCEEDED the client took nothing for the time of a request; INVALID_ARGUMENT not
     *  open, too large, or called on a reactor. owner: the host copies. thread: [request]. since: 1.0 */
    mortise_status (*write)(mortise_request *request, mortise_bytes piece, mortise_error *error);

    /** Writes a piece without waiting; the next one is welcome when `done` was called.
     *  in: as write(). out: `done` is called exactly once, never inside this call, on the reactor of the request, when and
     *  only when the status is OK. status: OK; CANCELLED; INVALID_ARGUMENT not open, too large, or a write is under way.
     *  owner: the host copies. thread: [reactor]. since: 1.0 */
    mortise_status (*write_async)(mortise_request *request, mortise_bytes piece,
                                  mortise_stream_done done, void *done_context,
                                  mortise_error *error);
} mortise_stream;

#ifdef __cplusplus
}
#endif

#endif
