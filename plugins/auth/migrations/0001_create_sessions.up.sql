-- UUID version 7 (RFC 9562): 48 bits of milliseconds, then, as its section 6.2 allows, 12 bits of their fraction, so that rows
-- made one after the other keep their order and land at the end of the index. The rest is random.
CREATE FUNCTION auth.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
    SELECT encode(
        overlay(uuid_send(gen_random_uuid())
                PLACING int8send(((t.us / 1000) << 16) | x'7000'::bigint | (t.us % 1000) * 4096 / 1000)
                FROM 1 FOR 8),
        'hex')::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS t
$$;

-- One login on one device: a family of refresh tokens. `user_id` names an account of the users plugin; there is no foreign
-- key, because each plugin's tables are its own.
CREATE TABLE auth.sessions (
    id           uuid PRIMARY KEY DEFAULT auth.uuid_v7(),
    user_id      bigint NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    user_agent   varchar(512) NOT NULL DEFAULT '',
    ip           varchar(64) NOT NULL DEFAULT ''
);

CREATE INDEX sessions_user_id_idx ON auth.sessions (user_id, created_at, id);

-- Finds what can be deleted.
CREATE INDEX sessions_expires_at_idx ON auth.sessions (expires_at);
