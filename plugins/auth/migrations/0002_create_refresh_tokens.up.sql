-- Refresh tokens by their SHA-256; the token itself is never stored. A rotated token stays until it would have expired, so
-- that its second use is recognised as theft.
CREATE TABLE auth.refresh_tokens (
    digest     bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES auth.sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    CONSTRAINT refresh_tokens_digest_size CHECK (octet_length(digest) = 32)
);

CREATE INDEX refresh_tokens_session_id_idx ON auth.refresh_tokens (session_id, expires_at);
