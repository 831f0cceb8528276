-- The list of errors of a job with one more at its end. Only the newest twenty are kept, so that a job that fails for weeks
-- does not grow.
CREATE FUNCTION jobs.append_error(p_errors jsonb, p_attempt integer, p_message text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_path_query_array(
        p_errors || jsonb_build_array(jsonb_build_object(
            'attempt', p_attempt,
            'message', left(p_message, 500),
            'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))),
        '$[last - 19 to last]')
$$;

REVOKE ALL ON FUNCTION jobs.append_error(jsonb, integer, text) FROM PUBLIC;
