-- Who may use this Bushel until people exist: whoever holds the operator's token.

create table operator.tokens (
    only_row      boolean primary key default true check (only_row),
    hash          bytea not null check (length(hash) = 32),
    created_at    timestamptz not null default now()
);
comment on table operator.tokens is
    'One row: the token that guards every request. The token itself is stored nowhere here.';
comment on column operator.tokens.hash is 'BLAKE3 of the token''s text.';
