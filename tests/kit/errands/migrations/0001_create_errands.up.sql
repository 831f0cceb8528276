CREATE TABLE errands.errands (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id bigint NOT NULL,
    name     varchar(100) NOT NULL,
    is_done  boolean NOT NULL DEFAULT false,
    CONSTRAINT errands_name_key UNIQUE (name)
);
