-- What the ledger can't know. Value and its movements are in the ledger; a row here that goes with
-- transfers carries their ids and is written before them.

create table wallet.messages (
    transfer_id   uuid primary key,
    author        uuid not null,
    other         uuid,
    text          text not null,
    kept          boolean not null default false,
    created_at    timestamptz not null
);
comment on table wallet.messages is
    'What people write with a transfer. Not in the ledger, so that it can be erased.';
comment on column wallet.messages.author is 'Who wrote it; their deletion erases it.';
comment on column wallet.messages.other is 'The other party, if it is a user.';
comment on column wallet.messages.kept is
    'The transfer is known to exist. A message whose transfer was refused is swept away.';
create index messages_to_sweep on wallet.messages (created_at) where not kept;
create index messages_author on wallet.messages (author);
create index messages_other on wallet.messages (other) where other is not null;

create table wallet.invitations (
    id            uuid primary key,
    sender        uuid not null,
    email         text not null,
    asset         text not null,
    amount        numeric not null,
    reference     text,
    has_message   boolean not null,
    fingerprint   bigint not null,
    state         text not null
        check (state in ('new', 'waiting', 'claiming', 'claimed', 'cancelled', 'expired')),
    claimed_by    uuid,
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    timeout_s     integer not null,
    changed_at    timestamptz not null
);
comment on table wallet.invitations is
    'Transfers to an e-mail address that no user has. The value is held on the ledger.';
comment on column wallet.invitations.id is 'Also the id of the ledger transfer that holds the value.';
comment on column wallet.invitations.email is 'In lower case; empty once the sender is erased.';
comment on column wallet.invitations.state is
    'new: the hold may not be there yet; claiming: the address was verified, value is on its way.';
comment on column wallet.invitations.fingerprint is 'Of the request, to tell a repeat from a reuse.';
create index invitations_email on wallet.invitations (email)
    where state in ('new', 'waiting', 'claiming');
create index invitations_sender on wallet.invitations (sender, created_at);

create table wallet.requests (
    id            uuid primary key,
    payee         uuid not null,
    payer         uuid not null,
    asset         text not null,
    amount        numeric not null,
    message       text,
    state         text not null
        check (state in ('open', 'paying', 'paid', 'declined', 'cancelled', 'expired')),
    attempt       integer not null default 0,
    transfer_id   uuid,
    created_at    timestamptz not null,
    expires_at    timestamptz not null,
    changed_at    timestamptz not null
);
comment on table wallet.requests is 'Somebody asks somebody for value.';
comment on column wallet.requests.attempt is
    'The transfer''s id follows from request and attempt. The next attempt begins only when the '
    'one before is known to have failed for good, so at most one ever pays.';
comment on column wallet.requests.transfer_id is 'The transfer that paid it.';
create index requests_payee on wallet.requests (payee, created_at desc, id desc);
create index requests_payer on wallet.requests (payer, created_at desc, id desc);

create table wallet.schedules (
    id            uuid primary key,
    owner         uuid not null,
    recipient     uuid not null,
    asset         text not null,
    amount        numeric not null,
    message       text,
    reference     text,
    start_at      timestamptz not null,
    every         text not null check (every in ('once', 'day', 'week', 'month')),
    until         timestamptz,
    count         integer,
    state         text not null check (state in ('active', 'paused', 'completed', 'cancelled')),
    next_no       integer not null,
    next_at       timestamptz not null,
    attempt       integer not null default 0,
    done          integer not null default 0,
    last_failure  text,
    version       integer not null default 1,
    created_at    timestamptz not null,
    changed_at    timestamptz not null
);
comment on table wallet.schedules is 'Transfers that are made again and again.';
comment on column wallet.schedules.next_no is
    'The occurrence that comes next, from 0. Its transfer''s id follows from schedule, number and attempt.';
comment on column wallet.schedules.attempt is 'Attempts of the next occurrence that failed.';
comment on column wallet.schedules.done is 'Occurrences that were paid.';
create index schedules_owner on wallet.schedules (owner, created_at desc, id desc);

create table wallet.default_limits (
    asset         text primary key,
    per_transfer  numeric,
    per_day       numeric,
    version       integer not null,
    changed_at    timestamptz not null
);
comment on table wallet.default_limits is
    'What users without a limit of their own may send of an asset. Null: without limit.';

create table wallet.user_limits (
    user_id       uuid not null,
    asset         text not null,
    per_transfer  numeric,
    per_day       numeric,
    version       integer not null,
    changed_at    timestamptz not null,
    primary key (user_id, asset)
);
comment on table wallet.user_limits is 'Limits of single users. Null: the default of the asset.';

create table wallet.limits_version (
    only_row      boolean primary key default true check (only_row),
    version       bigint not null
);
comment on table wallet.limits_version is
    'One row: how often limits were changed. Processes that remember limits compare it.';
insert into wallet.limits_version (version) values (0);
