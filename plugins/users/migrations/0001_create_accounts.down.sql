DROP TABLE users.accounts;
