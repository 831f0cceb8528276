-- Refuses (SQLSTATE MJ001) when `p_count` more jobs would not fit into the queue. Concurrent submitters do not see each
-- other's open transactions, so the bound may be passed by as many jobs as are being submitted at that moment; a lock per
-- queue would make every submitter wait for the slowest transaction instead. Reads at most `p_limit` index entries.
CREATE FUNCTION jobs.require_room(p_queue text, p_count integer, p_limit integer) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = jobs, pg_temp
AS $$
DECLARE
    v_waiting integer;
BEGIN
    SELECT count(*) INTO v_waiting
    FROM (SELECT 1 FROM jobs.jobs WHERE queue = p_queue AND state IN ('available', 'scheduled', 'retryable')
          LIMIT p_limit) AS waiting;
    IF v_waiting + p_count > p_limit THEN
        RAISE EXCEPTION USING ERRCODE = 'MJ001', MESSAGE = 'queue is full';
    END IF;
END
$$;

-- Adds a job in the caller's transaction: it exists exactly when that transaction commits. Any plugin may call this, whoever
-- its role is; the table itself stays closed. Raises MJ001 when the queue is full and a unique violation on
-- jobs_live_unique_key when a live job has the key.
CREATE FUNCTION jobs.submit(
    p_job_type text, p_args jsonb, p_queue text, p_priority integer, p_run_at timestamptz, p_max_attempts integer,
    p_unique_key text, p_submitted_by text, p_request_id text, p_queue_limit integer) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = jobs, pg_temp
AS $$
DECLARE
    v_queue text := coalesce(nullif(p_queue, ''), 'default');
    v_run_at timestamptz := coalesce(p_run_at, now());
    v_id uuid;
BEGIN
    IF p_queue_limit IS NOT NULL THEN
        PERFORM jobs.require_room(v_queue, 1, p_queue_limit);
    END IF;
    INSERT INTO jobs.jobs (job_type, args, queue, state, priority, run_at, max_attempts, unique_key, submitted_by, request_id)
    VALUES (p_job_type, coalesce(p_args, '{}'), v_queue,
            CASE WHEN v_run_at > now() THEN 'scheduled' ELSE 'available' END,
            coalesce(p_priority, 0), v_run_at, coalesce(nullif(p_max_attempts, 0), 5),
            nullif(p_unique_key, ''), nullif(p_submitted_by, ''), nullif(p_request_id, ''))
    RETURNING id INTO v_id;
    IF v_run_at <= now() THEN
        PERFORM pg_notify('jobs_available', v_queue);
    END IF;
    RETURN v_id;
END
$$;

REVOKE ALL ON FUNCTION jobs.require_room(text, integer, integer) FROM PUBLIC;
GRANT USAGE ON SCHEMA jobs TO PUBLIC;
