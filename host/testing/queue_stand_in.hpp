// The job queue of an app without a plugin that owns one: it keeps what is enqueued and runs nothing.
//
// The host enqueues by calling the SQL function jobs.submit() on the caller's connection, so that a job exists exactly when the
// caller's transaction commits. A table and that function are all a test needs; a test that loads the real plugin gets the real ones.
#pragma once

namespace mortise::testing {

/// Schema of the plugin that owns the queue.
inline constexpr const char* kQueueSchema = "jobs";

inline constexpr const char* kQueueStandIn = R"sql(
CREATE SCHEMA jobs;
CREATE TABLE jobs.jobs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    job_type text NOT NULL,
    args jsonb NOT NULL,
    queue text NOT NULL,
    state text NOT NULL DEFAULT 'available',
    priority integer NOT NULL,
    run_at timestamptz NOT NULL,
    max_attempts integer NOT NULL,
    unique_key text,
    submitted_by text,
    request_id text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX jobs_live_unique_key ON jobs.jobs (unique_key)
    WHERE state IN ('available', 'scheduled');
CREATE FUNCTION jobs.submit(
    p_job_type text, p_args jsonb, p_queue text, p_priority integer, p_run_at timestamptz,
    p_max_attempts integer, p_unique_key text, p_submitted_by text, p_request_id text,
    p_queue_limit integer) RETURNS uuid
LANGUAGE sql VOLATILE AS $$
    INSERT INTO jobs.jobs (job_type, args, queue, state, priority, run_at, max_attempts, unique_key,
                           submitted_by, request_id)
    VALUES (p_job_type, coalesce(p_args, '{}'), coalesce(nullif(p_queue, ''), 'default'),
            CASE WHEN p_run_at > now() THEN 'scheduled' ELSE 'available' END,
            coalesce(p_priority, 0), coalesce(p_run_at, now()), coalesce(nullif(p_max_attempts, 0), 5),
            nullif(p_unique_key, ''), nullif(p_submitted_by, ''), nullif(p_request_id, ''))
    RETURNING id;
$$;
)sql";

}  // namespace mortise::testing
