CREATE TABLE parcels (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id   bigint NOT NULL,
    label      text NOT NULL,
    weight_kg  numeric NOT NULL,
    code       text NOT NULL DEFAULT '0000',
    misses     integer NOT NULL DEFAULT 0,
    weighed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT parcels_owner_label_key UNIQUE (owner_id, label)
);
