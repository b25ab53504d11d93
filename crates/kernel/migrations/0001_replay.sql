-- First answers, for repeats of the same request.

create table replay.answers (
    key          uuid primary key,
    body         bytea not null,
    claimed_at   timestamptz not null,
    status       integer,
    content_type text,
    answer       bytea
);
comment on table replay.answers is
    'A request that came with an Idempotency-Key, and its first answer. Kept for a day.';
comment on column replay.answers.key is 'Hash of caller, route and key.';
comment on column replay.answers.body is 'Hash of the first body: another one is refused.';
comment on column replay.answers.status is 'Null while the first request is under way.';
create index answers_by_age on replay.answers (claimed_at);
