/* mortise/config.h: interface "mortise.config/1": the plugin's own settings.
 *
 * Settings are declared in the manifest (`plugin.json`, "settings"), so the host validates types, bounds and unknown keys
 * before any code of the plugin runs, and knows the name of the environment variable: key `token_ttl_s` of plugin `auth`
 * is `auth.token_ttl_s` in files and `APP_AUTH_TOKEN_TTL_S` in the environment. Since 1.0.
 */
#ifndef MORTISE_CONFIG_H
#define MORTISE_CONFIG_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_CONFIG_INTERFACE "mortise.config/1"

typedef struct mortise_config {
    uint32_t struct_size;
    uint32_t reserved;

    /** Reads a setting in its canonical text: decimal integers and numbers, `true` or `false`, strings as they are, lists
     *  as JSON.
     *  in: `key` without the plugin's prefix. out: `*value`, borrowed until destroy() returned.
     *  status: OK; NOT_FOUND the manifest does not declare it, or it has neither value nor default.
     *  owner: the host. thread: [any]. since: 1.0 */
    mortise_status (*get)(const mortise_host *host, mortise_str key, mortise_str *value,
                          mortise_error *error);

    /** Reads one of the host's public facts: "environment", "name", "version", "debug", "host.version".
     *  in: `key`. out: `*value`, borrowed until destroy() returned. status: OK; NOT_FOUND. owner: the host. thread: [any].
     *  since: 1.0 */
    mortise_status (*fact)(const mortise_host *host, mortise_str key, mortise_str *value,
                           mortise_error *error);
} mortise_config;

#ifdef __cplusplus
}
#endif

#endif
