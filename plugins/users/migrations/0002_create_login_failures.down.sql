DROP TABLE users.login_failures;
