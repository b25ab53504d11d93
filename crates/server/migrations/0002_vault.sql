-- The key that seals secrets is not in the database; this tells whether the right one is used.

create table operator.vault (
    only_row    boolean primary key default true check (only_row),
    fingerprint bytea not null check (length(fingerprint) = 16),
    created_at  timestamptz not null default now()
);
comment on table operator.vault is
    'One row: which key seals the secrets of this database. It says nothing about the key.';
