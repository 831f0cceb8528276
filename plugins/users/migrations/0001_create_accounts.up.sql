-- The accounts of the product. `hashed_password` is a PHC string and never leaves this plugin.
CREATE TABLE users.accounts (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email           varchar(255) NOT NULL,
    full_name       varchar(255) NOT NULL,
    hashed_password varchar(255) NOT NULL,
    is_active       boolean NOT NULL DEFAULT true,
    roles           text[] NOT NULL DEFAULT '{user}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz,
    CONSTRAINT accounts_email_not_empty CHECK (email <> ''),
    CONSTRAINT accounts_full_name_not_empty CHECK (full_name <> '')
);

-- An address is the same account however it is capitalised. The index is the only judge of that: the plugin inserts and
-- reads the violation, it does not look first.
CREATE UNIQUE INDEX accounts_email_key ON users.accounts (lower(email));

-- Serves the listing by age; the primary key breaks ties.
CREATE INDEX accounts_created_at_idx ON users.accounts (created_at, id);
