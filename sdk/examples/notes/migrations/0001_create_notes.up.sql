CREATE TABLE notes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id   bigint NOT NULL,
    title      text NOT NULL,
    text       text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notes_owner_title_key UNIQUE (owner_id, title)
);
