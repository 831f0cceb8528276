DROP TABLE auth.refresh_tokens;
