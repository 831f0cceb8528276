-- Wrong passwords in a row, per address and client. The key is a digest, so that what people type into the wrong field is
-- not kept, and it exists for unknown addresses too, so that a lock does not tell which addresses have an account.
CREATE TABLE users.login_failures (
    email_digest   bytea NOT NULL,
    client_address text NOT NULL,
    failed_count   integer NOT NULL DEFAULT 1,
    last_failed_at timestamptz NOT NULL DEFAULT now(),
    locked_until   timestamptz,
    PRIMARY KEY (email_digest, client_address)
);

-- Finds what has been forgiven.
CREATE INDEX login_failures_last_failed_at_idx ON users.login_failures (last_failed_at);
