DROP FUNCTION jobs.append_error(jsonb, integer, text);
