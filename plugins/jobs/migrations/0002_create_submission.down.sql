REVOKE USAGE ON SCHEMA jobs FROM PUBLIC;
DROP FUNCTION jobs.submit(text, jsonb, text, integer, timestamptz, integer, text, text, text, integer);
DROP FUNCTION jobs.require_room(text, integer, integer);
