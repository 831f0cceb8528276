DROP TABLE auth.sessions;
DROP FUNCTION auth.uuid_v7();
