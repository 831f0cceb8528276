/* mortise/abi.h: the scalars, strings, errors and status codes every other header of the contract uses.
 *
 * Problem: a host and its plugins are compiled apart, by different compilers, years apart, in different languages.
 * Choice:  only fixed-width integers, {pointer, size} views, tables of functions and opaque handles cross the line.
 * Guarantee: what stands in this file (layer L0) never changes its layout or its numbers.
 * Missing on purpose: allocators, reference counts, exceptions, errno, thread-local "last error".
 *
 * Ownership has three words, used in every header:
 *   borrowed  valid until the call returns, or until the named unit of work ends where it says so;
 *   lent      valid until the receiver calls the paired release; pins the generation meanwhile;
 *   copied    the callee keeps its own copy, the caller may free at once.
 *
 * Thread tags, one per function:
 *   [control]  the thread that changes plugins, one call at a time per plugin;
 *   [request]  executor, job and host-started plugin threads, many at once, may block;
 *   [reactor]  an event loop, must not block;
 *   [any]      any thread of the process.
 *
 * Since 1.0.
 */
#ifndef MORTISE_ABI_H
#define MORTISE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of layer L0. A host refuses a plugin whose manifest names another one. */
#define MORTISE_ABI_VERSION 1u

/** Version of the SDK a plugin is built with: major * 10000 + minor * 100 + patch. */
#define MORTISE_SDK_VERSION 10000u

/** The oldest minor release whose hosts shall take what is compiled now, written alike. Members that came later are hidden, so that
 *  neither the size of a table nor a call can need them. mortise_add_plugin() sets it; a host sees everything. */
#ifndef MORTISE_TARGET
#define MORTISE_TARGET MORTISE_SDK_VERSION
#endif
#if MORTISE_TARGET > MORTISE_SDK_VERSION
#error "MORTISE_TARGET is later than this SDK: update the SDK or lower the target"
#endif

/** True when the table the host gave reaches as far as `member`, so that it may be called. */
#define MORTISE_HAS(table, member)                                                                 \
    ((table)->struct_size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member))

/** Outcome of every function of the contract: one of the MORTISE_* numbers below. */
typedef int32_t mortise_status;

#define MORTISE_OK 0
/** A parameter breaks the documented rules; the caller is wrong. */
#define MORTISE_INVALID_ARGUMENT 1
/** The named thing does not exist. */
#define MORTISE_NOT_FOUND 2
/** The thing exists already, or a unique or foreign-key constraint refused the write. */
#define MORTISE_CONFLICT 3
/** The manifest does not declare this call or grant. */
#define MORTISE_DENIED 4
/** A dependency (database, other plugin) is away; trying later makes sense. */
#define MORTISE_UNAVAILABLE 5
/** The deadline of the unit of work passed. */
#define MORTISE_DEADLINE_EXCEEDED 6
/** The client left or the host drains. */
#define MORTISE_CANCELLED 7
/** The handle outlived what it named. Nothing happened. */
#define MORTISE_STALE 8
/** This host does not offer the function. */
#define MORTISE_UNSUPPORTED 9
/** A bound (queue, size, count) is reached. */
#define MORTISE_EXHAUSTED 10
/** The caller holds a database lease and asks for a second one; the message names both places. */
#define MORTISE_LEASE_NESTED 11
/** Registration is only possible inside declare(). */
#define MORTISE_SEALED 12
/** An error of the domain: `code` and `http_status` of the error say which. */
#define MORTISE_DOMAIN_ERROR 13
/** The other side failed in a way it did not foresee. */
#define MORTISE_INTERNAL 14
/** The transaction lost against another one and may be run again as a whole. */
#define MORTISE_RETRY 15

/** Text, UTF-8, not terminated. `data` may be NULL only when `size` is 0. `size` in bytes. */
typedef struct mortise_str {
    const char *data;
    uint64_t size;
} mortise_str;

/** Bytes of any kind. `data` may be NULL only when `size` is 0. `size` in bytes. */
typedef struct mortise_bytes {
    const uint8_t *data;
    uint64_t size;
} mortise_bytes;

/** Room the caller offers for an answer. The callee writes at most `capacity` bytes to `data` and sets `size` to what the
 *  whole answer needs; when `size` exceeds `capacity` nothing was written and the status is MORTISE_EXHAUSTED. */
typedef struct mortise_buffer {
    char *data;
    uint64_t capacity;
    uint64_t size;
} mortise_buffer;

/** Why a call failed. Owned and zeroed by the caller, who sets `struct_size`; may be NULL where the reason is not wanted. */
typedef struct mortise_error {
    uint32_t struct_size;
    /** The same number the function returned. */
    mortise_status status;
    /** HTTP status this error means at the boundary, 0 when it has none. */
    uint32_t http_status;
    uint32_t reserved;
    /** Stable UPPER_SNAKE code, terminated. */
    char code[48];
    /** Text for people, UTF-8, terminated, cut at a character boundary. */
    char message[208];
} mortise_error;

/** The host as one generation of one plugin sees it. Opaque; comes with open() and lives until destroy() returned. */
typedef struct mortise_host mortise_host;

/** A unit of work: one request, one operation call, one job attempt or one piece of background work. It carries the
 *  deadline, the principal, the request id, the database session and the wish to cancel. Opaque. Not shared between
 *  threads; it may move from one thread to another between two calls. */
typedef struct mortise_context mortise_context;

/** A handle that outlives a call: slot and generation in one number. 0 is never valid. */
typedef uint64_t mortise_handle;

/** One decoded name and value pair: path parameter, query parameter, header. Borrowed from its request. */
typedef struct mortise_pair {
    mortise_str name;
    mortise_str value;
} mortise_pair;

#ifdef __cplusplus
}
#endif

#endif
