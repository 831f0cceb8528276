/* mortise/identity.h: interface "mortise.identity/1": who asks, and the cryptography behind it.
 *
 * The host verifies access tokens and enforces what a route declared; plugins only read the principal. Hashing runs on the
 * host's CPU pool, so that a storm of logins cannot starve the request threads: the calling thread waits, bounded by the
 * deadline of its unit of work. Since 1.0.
 */
#ifndef MORTISE_IDENTITY_H
#define MORTISE_IDENTITY_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_IDENTITY_INTERFACE "mortise.identity/1"

/** Who a unit of work runs for. Borrowed until that unit ends. Anonymous work has no principal (NULL). */
typedef struct mortise_principal {
    uint32_t struct_size;
    uint32_t role_count;
    /** Subject of the token: the user's id as text. */
    mortise_str subject;
    const mortise_str *roles;
    const mortise_str *scopes;
    uint32_t scope_count;
    uint32_t reserved;
    /** `jti` of the access token. */
    mortise_str token_id;
    /** `sid`: the session (refresh family) the token belongs to, empty when it has none. */
    mortise_str session_id;
    /** Seconds since 1970-01-01 UTC. */
    int64_t issued_at_s;
    int64_t expires_at_s;
} mortise_principal;

/** What goes into an access token. */
typedef struct mortise_token_request {
    uint32_t struct_size;
    uint32_t role_count;
    mortise_str subject;
    mortise_str session_id;
    const mortise_str *roles;
    /** Life in seconds, 1 to 86400. */
    uint32_t lifetime_s;
    uint32_t reserved;
} mortise_token_request;

/** The password is right. */
#define MORTISE_PASSWORD_MATCH 1u
/** The password is right and the hash should be replaced: weaker parameters or an old algorithm. */
#define MORTISE_PASSWORD_MATCH_REHASH 2u
#define MORTISE_PASSWORD_MISMATCH 0u

typedef struct mortise_identity {
    uint32_t struct_size;
    uint32_t reserved;

    /** Hashes a password with argon2id (RFC 9106), PHC string format.
     *  in: `password` up to 1024 bytes, borrowed. out: `hash`, at most 255 bytes.
     *  status: OK; INVALID_ARGUMENT; EXHAUSTED buffer or hashing queue full; DEADLINE_EXCEEDED.
     *  owner: the caller owns the buffer. thread: [request], waits. since: 1.0 */
    mortise_status (*hash_password)(mortise_context *context, mortise_str password,
                                    mortise_buffer *hash, mortise_error *error);

    /** Compares a password with a stored hash (argon2id, argon2i, bcrypt). An empty `hash` costs the same time as a real
     *  one and never matches, so that an unknown account cannot be told from a wrong password.
     *  in: both borrowed. out: `*result` MORTISE_PASSWORD_*. status: OK; INVALID_ARGUMENT unknown hash format; EXHAUSTED;
     *  DEADLINE_EXCEEDED. owner: nothing passes. thread: [request], waits. since: 1.0 */
    mortise_status (*verify_password)(mortise_context *context, mortise_str password,
                                      mortise_str hash, uint32_t *result, mortise_error *error);

    /** Issues a signed access token. Needs the grant "identity.issue".
     *  in: `request`, borrowed. out: `token`, at most 4096 bytes; `*expires_at_s`.
     *  status: OK; DENIED; INVALID_ARGUMENT; EXHAUSTED. owner: the caller owns the buffer. thread: [any]. since: 1.0 */
    mortise_status (*issue_token)(mortise_context *context, const mortise_token_request *request,
                                  mortise_buffer *token, int64_t *expires_at_s,
                                  mortise_error *error);

    /** Refuses one access token from now on until it expires. Needs the grant "identity.revoke".
     *  in: `token_id`, copied; `expires_at_s` when it may be forgotten. out: nothing. status: OK; DENIED; EXHAUSTED.
     *  owner: the host copies. thread: [any]. since: 1.0 */
    mortise_status (*revoke_token)(mortise_context *context, mortise_str token_id,
                                   int64_t expires_at_s, mortise_error *error);

    /** Refuses every access token of a session from now on. Needs the grant "identity.revoke".
     *  in: `session_id`, copied; `until_s` when it may be forgotten. out: nothing. status: OK; DENIED; EXHAUSTED.
     *  owner: the host copies. thread: [any]. since: 1.0 */
    mortise_status (*revoke_session)(mortise_context *context, mortise_str session_id,
                                     int64_t until_s, mortise_error *error);

    /** Refuses every access token of a subject issued up to now. Needs the grant "identity.revoke".
     *  in: `subject`, copied; `until_s` when it may be forgotten. out: nothing. status: OK; DENIED; EXHAUSTED.
     *  owner: the host copies. thread: [any]. since: 1.0 */
    mortise_status (*revoke_subject)(mortise_context *context, mortise_str subject, int64_t until_s,
                                     mortise_error *error);

    /** Fills memory with bytes of the system's cryptographic generator.
     *  in: `size` up to 1024. out: `data`. status: OK; INVALID_ARGUMENT. owner: the caller. thread: [any]. since: 1.0 */
    mortise_status (*random_bytes)(uint8_t *data, uint64_t size, mortise_error *error);

    /** SHA-256 (FIPS 180-4).
     *  in: `input`, borrowed. out: 32 bytes at `digest`. status: OK. owner: the caller. thread: [any]. since: 1.0 */
    mortise_status (*sha256)(mortise_bytes input, uint8_t *digest, mortise_error *error);

    /** HMAC-SHA-256 (RFC 2104) under a key of the host's `secret_key`, separate for every plugin: for cursors and links.
     *  in: `input`, borrowed. out: 32 bytes at `digest`. status: OK. owner: the caller. thread: [any]. since: 1.0 */
    mortise_status (*sign)(const mortise_host *host, mortise_bytes input, uint8_t *digest,
                           mortise_error *error);
} mortise_identity;

#ifdef __cplusplus
}
#endif

#endif
