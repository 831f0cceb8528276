/* mortise/health.h: checks a plugin offers so that operators see what it depends on ("mortise.health/1").
 *
 * A check is declared in declare(). The host calls it every `interval_ms` on the executor while the plugin serves, never on
 * behalf of a request, and keeps the outcome: /ready shows `checks["<plugin>.<name>"]` and the plugin as degraded while one
 * fails. It stays ready, because the other plugins serve on. A check that takes longer than `timeout_ms` counts as failing.
 * The interface has no functions of its own; its id in the manifest says that the plugin needs a host with checks. Since 1.0.
 */
#ifndef MORTISE_HEALTH_H
#define MORTISE_HEALTH_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_HEALTH_INTERFACE "mortise.health/1"

/** A check: OK when healthy; any other status with a reason for operators, which goes to the log and never to clients. */
typedef mortise_status (*mortise_health_check_fn)(void *check_context, mortise_error *error);

typedef struct mortise_health_check {
    uint32_t struct_size;
    /** From 100 to 60000. */
    uint32_t timeout_ms;
    /** From 1000 to 3600000. */
    uint32_t interval_ms;
    uint32_t reserved;
    /** snake_case, unique in the plugin. */
    mortise_str name;
    mortise_health_check_fn check;
    void *check_context;
} mortise_health_check;

/** The table, without members so far. */
typedef struct mortise_health {
    uint32_t struct_size;
    uint32_t reserved;
} mortise_health;

#ifdef __cplusplus
}
#endif

#endif
