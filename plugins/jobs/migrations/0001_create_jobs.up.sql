-- UUID version 7 (RFC 9562): 48 bits of milliseconds, then, as its section 6.2 allows, 12 bits of their fraction, so that rows
-- made one after the other keep their order and land at the end of the index. The rest is random.
CREATE FUNCTION jobs.uuid_v7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
AS $$
    SELECT encode(
        overlay(uuid_send(gen_random_uuid())
                PLACING int8send(((t.us / 1000) << 16) | x'7000'::bigint | (t.us % 1000) * 4096 / 1000)
                FROM 1 FOR 8),
        'hex')::uuid
    FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS t
$$;

-- The durable queue.
--
--   scheduled --due--> available --claim--> running --> completed
--                        ^   ^                |  |----> cancelled   (also from every waiting state)
--                        |   +----rescue------+  +----> discarded   (no attempts left, or the error is final)
--                        +--due-- retryable <-+
CREATE TABLE jobs.jobs (
    id                uuid PRIMARY KEY DEFAULT jobs.uuid_v7(),
    job_type          varchar(120) NOT NULL,
    queue             varchar(64) NOT NULL DEFAULT 'default',
    state             varchar(16) NOT NULL DEFAULT 'available',
    priority          integer NOT NULL DEFAULT 0,
    args              jsonb NOT NULL DEFAULT '{}',
    result            jsonb NOT NULL DEFAULT '{}',
    progress_fraction double precision NOT NULL DEFAULT 0,
    progress_message  varchar(255) NOT NULL DEFAULT '',
    attempt           integer NOT NULL DEFAULT 0,
    max_attempts      integer NOT NULL DEFAULT 5,
    run_at            timestamptz NOT NULL DEFAULT now(),
    created_at        timestamptz NOT NULL DEFAULT now(),
    started_at        timestamptz,
    finished_at       timestamptz,
    locked_until      timestamptz,
    worker            varchar(64),
    cancel_requested  boolean NOT NULL DEFAULT false,
    unique_key        varchar(255),
    submitted_by      varchar(255),
    request_id        varchar(64),
    errors            jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT jobs_state_known CHECK (state IN ('available', 'scheduled', 'running', 'retryable', 'completed',
                                                 'cancelled', 'discarded')),
    CONSTRAINT jobs_priority_range CHECK (priority BETWEEN -100 AND 100),
    CONSTRAINT jobs_max_attempts_range CHECK (max_attempts BETWEEN 1 AND 100),
    CONSTRAINT jobs_lease_while_running CHECK ((state = 'running') = (locked_until IS NOT NULL))
);

-- At most one live job per key.
CREATE UNIQUE INDEX jobs_live_unique_key ON jobs.jobs (unique_key)
    WHERE unique_key IS NOT NULL AND state IN ('available', 'scheduled', 'running', 'retryable');

-- What a claim reads, in the order it reads it. Future work is kept out, so a long schedule does not slow claims down.
CREATE INDEX jobs_claim_idx ON jobs.jobs (priority DESC, run_at, id) WHERE state = 'available';

-- What falls due, and what was left behind by a worker that died.
CREATE INDEX jobs_due_idx ON jobs.jobs (run_at) WHERE state IN ('scheduled', 'retryable');
CREATE INDEX jobs_lease_idx ON jobs.jobs (locked_until) WHERE state = 'running';

-- How full a queue is.
CREATE INDEX jobs_waiting_idx ON jobs.jobs (queue) WHERE state IN ('available', 'scheduled', 'retryable');

-- The listings, for everybody and for one submitter.
CREATE INDEX jobs_created_at_idx ON jobs.jobs (created_at DESC, id DESC);
CREATE INDEX jobs_submitted_by_idx ON jobs.jobs (submitted_by, created_at DESC, id DESC);

-- Finished jobs by age, for their removal.
CREATE INDEX jobs_finished_at_idx ON jobs.jobs (finished_at) WHERE finished_at IS NOT NULL;
