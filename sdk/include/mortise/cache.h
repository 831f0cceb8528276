/* mortise/cache.h: interface "mortise.cache/1": values a plugin keeps in the memory of its host for a while.
 *
 * Entries belong to the name of the plugin, so they outlive a swap and no other plugin sees them. A value is bytes of the
 * plugin's own format, and the version after a swap may have another one: every entry therefore carries the shape of its value,
 * a number that changes with the format, and who asks with another shape finds nothing. remove() takes all shapes of a key, so
 * a version that is rolled back to does not find what its successor removed. Any entry may be gone at any time; each host has
 * its own. No function but wait() blocks.
 *
 * Computing once: claim() gives the value, or a claim to the one caller who shall compute it, or CONFLICT to those who may
 * wait() for it. The claim ends with put(), with abandon(), or when the deadline of its unit of work has passed. put() without
 * it, remove() and remove_tag() make a claim void: what was computed from older data is not kept. Since 1.0.
 */
#ifndef MORTISE_CACHE_H
#define MORTISE_CACHE_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_CACHE_INTERFACE "mortise.cache/1"

/** An entry to be kept. */
typedef struct mortise_cache_entry {
    uint32_t struct_size;
    /** At most 16. */
    uint32_t tag_count;
    /** 1 to 512 bytes. */
    mortise_str key;
    /** Number of the value's format; 0 is one as well. */
    uint64_t shape;
    /** At most 1 MiB. */
    mortise_bytes value;
    /** 1 to 128 bytes each. */
    const mortise_str *tags;
    /** From 1 ms to 7 days, counted by the clock of mortise.clock/1 that never goes back. */
    uint64_t ttl_ms;
    /** From claim() or wait() for this key and shape; 0 for none. */
    mortise_handle claim;
} mortise_cache_entry;

/** Receives a value, borrowed until it returns. */
typedef void (*mortise_cache_found)(void *found_context, mortise_bytes value);

/** Receives what wait_async() waited for. OK: `value`, borrowed until it returns. NOT_FOUND: the caller computes, with
 *  `claim`. Else DEADLINE_EXCEEDED or CANCELLED. */
typedef void (*mortise_cache_done)(void *done_context, mortise_status status, mortise_bytes value,
                                   mortise_handle claim);

typedef struct mortise_cache {
    uint32_t struct_size;
    uint32_t reserved;

    /** Looks a value up.
     *  in: `key`, `shape`, borrowed. out: `found` is called at most once, inside the call, on OK only. status: OK;
     *  NOT_FOUND; INVALID_ARGUMENT; UNAVAILABLE in the probe. owner: the host. thread: [any]. since: 1.0 */
    mortise_status (*get)(const mortise_host *host, mortise_str key, uint64_t shape,
                          mortise_cache_found found, void *found_context, mortise_error *error);

    /** Keeps a value, replaces one of the same key and shape, and hands it to those who wait.
     *  in: `entry`, copied. out: nothing. status: OK; EXHAUSTED, it is too large to be kept; STALE, the claim is void and
     *  the value was not kept; INVALID_ARGUMENT; UNAVAILABLE in the probe. owner: the host copies. thread: [any].
     *  since: 1.0 */
    mortise_status (*put)(const mortise_host *host, const mortise_cache_entry *entry,
                          mortise_error *error);

    /** Removes a key in all its shapes.
     *  in: `key`. out: nothing. status: OK, also when there was none; INVALID_ARGUMENT; UNAVAILABLE in the probe.
     *  owner: nothing passes. thread: [any]. since: 1.0 */
    mortise_status (*remove)(const mortise_host *host, mortise_str key, mortise_error *error);

    /** Removes everything that has a tag.
     *  in: `tag`. out: nothing. status: as remove(). owner: nothing passes. thread: [any]. since: 1.0 */
    mortise_status (*remove_tag)(const mortise_host *host, mortise_str tag, mortise_error *error);

    /** Looks a value up and says who computes it. Does not wait.
     *  in: `key`, `shape`, borrowed. out: `found` as for get(); `*claim`. status: OK; NOT_FOUND, the caller computes, with
     *  `*claim`, which is 0 when nothing is shared (cache off, too many claims); CONFLICT, somebody else does;
     *  INVALID_ARGUMENT; UNAVAILABLE in the probe. owner: the plugin ends the claim. thread: [request] [reactor].
     *  since: 1.0 */
    mortise_status (*claim)(mortise_context *context, mortise_str key, uint64_t shape,
                            mortise_cache_found found, void *found_context, mortise_handle *claim,
                            mortise_error *error);

    /** After CONFLICT: waits until the value is there, or until it is the caller's turn to compute it.
     *  in: as claim(). out: as claim(). status: OK; NOT_FOUND, as claim(); DEADLINE_EXCEEDED; CANCELLED;
     *  INVALID_ARGUMENT; UNAVAILABLE in the probe. owner: as claim(). thread: [request]. since: 1.0 */
    mortise_status (*wait)(mortise_context *context, mortise_str key, uint64_t shape,
                           mortise_cache_found found, void *found_context, mortise_handle *claim,
                           mortise_error *error);

    /** The same without blocking.
     *  in: as claim(). out: `done` is called exactly once, never inside this call, on the reactor of the unit of work, when
     *  and only when the status is OK. status: OK; INVALID_ARGUMENT; STALE, the plugin stops; UNAVAILABLE in the probe.
     *  owner: as claim(). thread: [reactor]. since: 1.0 */
    mortise_status (*wait_async)(mortise_context *context, mortise_str key, uint64_t shape,
                                 mortise_cache_done done, void *done_context,
                                 mortise_error *error);

    /** Ends a claim without a value: the first of those who wait is the next to compute.
     *  in: `key`, `shape`, `claim`. out: nothing. status: none; a claim that is void is left alone. owner: the claim is
     *  gone. thread: [any]. since: 1.0 */
    void (*abandon)(const mortise_host *host, mortise_str key, uint64_t shape,
                    mortise_handle claim);
} mortise_cache;

#ifdef __cplusplus
}
#endif

#endif
