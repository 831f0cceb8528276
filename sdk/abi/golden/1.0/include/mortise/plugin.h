/* mortise/plugin.h: entry symbol and life cycle of a plugin (layer L0).
 *
 *   open -> configure -> declare -> prepare -> activate -> (quiesce <-> resume) -> stop -> destroy
 *                 \________ any failure: stop (if prepare ran) and destroy ________/
 *
 * A plugin exports exactly two symbols: its note and `mortise_plugin_open_v1`. Several instances of one library may be
 * open in one process, so it keeps no mutable globals. Since 1.0, frozen.
 */
#ifndef MORTISE_PLUGIN_H
#define MORTISE_PLUGIN_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mortise_declare;
typedef struct mortise_declaration mortise_declaration;

/** What the host gives to open(). */
struct mortise_host {
    uint32_t struct_size;
    uint32_t abi_version;

    /** Looks up the table of an interface.
     *  in: `interface_id` such as "mortise.db/1"; `table_size_min` bytes the caller was built against.
     *  out: `*table`, valid until destroy() returned.
     *  status: OK; NOT_FOUND unknown interface; UNSUPPORTED the host's table is smaller; INVALID_ARGUMENT.
     *  owner: the host. thread: [any]. since: 1.0 */
    mortise_status (*query)(const mortise_host *host, mortise_str interface_id,
                            uint32_t table_size_min, const void **table, mortise_error *error);
};

/** Reads and validates settings and keeps nothing. */
#define MORTISE_CONFIGURE_DRY_RUN 0u
/** Reads and keeps the settings. */
#define MORTISE_CONFIGURE_APPLY 1u

/** What the plugin gives back from open(). Every member must be set; a plugin with nothing to do returns MORTISE_OK. */
typedef struct mortise_plugin {
    uint32_t struct_size;
    uint32_t reserved;
    /** First argument of every function below. */
    void *self;

    /** Reads its settings through mortise.config/1. Pure: no sockets, files, threads.
     *  in: `mode` MORTISE_CONFIGURE_*. out: nothing. status: OK; INVALID_ARGUMENT with all bad keys in the message.
     *  owner: nothing passes. thread: [control]. since: 1.0 */
    mortise_status (*configure)(void *self, uint32_t mode, mortise_error *error);

    /** Registers routes, operations, job types, error codes. The only place where that is possible. Pure.
     *  in: `table`, `declaration`, borrowed until it returns. out: nothing. status: OK or the first failure.
     *  owner: the host copies all texts. thread: [control]. since: 1.0 */
    mortise_status (*declare)(void *self, const struct mortise_declare *table,
                              mortise_declaration *declaration, mortise_error *error);

    /** Warms up: caches, statements, threads. Registers nothing.
     *  in: `deadline_ms` from now. out: nothing. status: OK; UNAVAILABLE is tried again at boot; others refuse.
     *  owner: nothing passes. thread: [control], may block. since: 1.0 */
    mortise_status (*prepare)(void *self, uint32_t deadline_ms, mortise_error *error);

    /** Told after the publish: from now on requests arrive. Flips flags only, cannot fail.
     *  in, out: nothing. status: none. owner: nothing passes. thread: [control], must not block. since: 1.0 */
    void (*activate)(void *self);

    /** Stops producing work (claiming jobs, timers); what is under way goes on.
     *  in, out: nothing. status: OK or a reason that stops the change. owner: nothing passes. thread: [control]. since: 1.0 */
    mortise_status (*quiesce)(void *self, mortise_error *error);

    /** Takes back quiesce().
     *  in, out: nothing. status: none. owner: nothing passes. thread: [control]. since: 1.0 */
    void (*resume)(void *self);

    /** Gives everything back: threads joined, timers cancelled. Callable after a failed prepare().
     *  in: `deadline_ms` from now. out: nothing. status: OK or what could not be given back.
     *  owner: nothing passes. thread: [control], may block. since: 1.0 */
    mortise_status (*stop)(void *self, uint32_t deadline_ms, mortise_error *error);

    /** Last call: frees `self`.
     *  in, out: nothing. status: none. owner: the plugin. thread: [control]. since: 1.0 */
    void (*destroy)(void *self);
} mortise_plugin;

#if defined(__GNUC__)
#define MORTISE_EXPORT __attribute__((visibility("default")))
#else
#define MORTISE_EXPORT
#endif

#define MORTISE_OPEN_SYMBOL "mortise_plugin_open_v1"

/** Type of the entry symbol. May not call the host except `query` and the log.
 *  in: `host`, valid until destroy() returned. out: `*out`, of which the host set `struct_size`.
 *  status: OK or a reason. owner: the plugin owns `out->self`. thread: [control]. since: 1.0 */
typedef mortise_status (*mortise_plugin_open_fn)(const mortise_host *host, mortise_plugin *out,
                                                 mortise_error *error);

MORTISE_EXPORT mortise_status mortise_plugin_open_v1(const mortise_host *host, mortise_plugin *out,
                                                     mortise_error *error);

#ifdef __cplusplus
}
#endif

#endif
