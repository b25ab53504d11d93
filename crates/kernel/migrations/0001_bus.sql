-- Events that contexts publish, who has read them, and work to be done later. All of it is
-- written in the transaction of whoever causes it, so nothing is told that did not happen.

create table bus.contexts (
    context       text collate "C" primary key,
    position      bigint not null check (position > 0)
);
comment on table bus.contexts is 'Whose events there are, and the position of the last one.';
comment on column bus.contexts.position is
    'Kept here and not found by max(): it never goes back, also if events are ever removed.';

create table bus.events (
    id            uuid primary key,
    context       text collate "C" not null,
    position      bigint,
    kind          text collate "C" not null,
    subject       uuid,
    data          json not null,
    at            timestamptz not null
);
comment on table bus.events is 'What happened, as told by the context it happened in.';
comment on column bus.events.id is 'UUIDv7 of the publisher: the order within one batch.';
comment on column bus.events.position is
    'From 1 without gaps per context; null until the sequencer has seen it committed. Readers go by it, so a slow transaction can''t slip in behind them.';
comment on column bus.events.subject is 'The user whom it concerns.';

create unique index events_by_position on bus.events (context, position)
    where position is not null;
create index events_unsequenced on bus.events (id) where position is null;
create index events_by_subject on bus.events (subject, at desc, id desc)
    where subject is not null;
-- Each event is updated once; what that leaves behind must not pile up in the small index above.
alter table bus.events set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

create table bus.consumers (
    name          text collate "C" primary key,
    context       text collate "C" not null,
    position      bigint not null default 0 check (position >= 0),
    failures      integer not null default 0,
    retry_at      timestamptz,
    last_error    text,
    updated_at    timestamptz not null
);
comment on table bus.consumers is
    'Who reads whose events. The row is locked while its consumer works, in one process at a time.';
comment on column bus.consumers.position is
    'The last event that was handled; moves in the transaction of the handling.';
comment on column bus.consumers.failures is 'Attempts at the next event that have failed.';
comment on column bus.consumers.retry_at is 'When the next event is tried again; null is at once.';

create table bus.jobs (
    id            uuid primary key,
    kind          text collate "C" not null,
    key           text collate "C",
    state         text collate "C" not null default 'waiting'
                  check (state in ('waiting', 'running', 'dead')),
    payload       json not null,
    subject       uuid,
    attempts      integer not null default 0,
    run_at        timestamptz not null,
    claim         uuid,
    locked_until  timestamptz,
    last_error    text,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    check ((state = 'running') = (claim is not null)),
    check ((state = 'running') = (locked_until is not null))
);
comment on table bus.jobs is 'Work to be done; what is done is deleted, what failed for good stays.';
comment on column bus.jobs.key is 'At most one job of the kind that is not dead has it.';
comment on column bus.jobs.attempts is 'Runs that were begun since it was made or redriven.';
comment on column bus.jobs.claim is
    'Names one run of it: an outcome is taken from that run only.';
comment on column bus.jobs.locked_until is
    'The lease: from then on its process counts as dead and the job as free.';

create unique index jobs_live_key on bus.jobs (kind, key) where state <> 'dead';
create index jobs_waiting on bus.jobs (kind, run_at, id) where state = 'waiting';
create index jobs_running on bus.jobs (locked_until) where state = 'running';
create index jobs_dead on bus.jobs (kind) where state = 'dead';
create index jobs_by_subject on bus.jobs (subject, id) where subject is not null;
-- Rows come and go, and claims are read from the front of an index: dead rows there cost each claim.
alter table bus.jobs set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
