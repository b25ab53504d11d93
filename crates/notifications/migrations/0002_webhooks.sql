-- Webhooks: where users want to be told of their events, and what became of telling them.

create table notifications.webhook_endpoints (
    id                  uuid primary key,
    user_id             uuid not null,
    url                 text not null,
    description         text,
    kinds               text[] not null check (cardinality(kinds) > 0),
    state               text collate "C" not null default 'enabled'
                        check (state in ('enabled', 'disabled')),
    disabled_reason     text collate "C" check (disabled_reason in ('user', 'gone', 'failing')),
    disabled_at         timestamptz,
    secret              bytea not null,
    secret_made_at      timestamptz not null,
    secret_before       bytea,
    secret_before_until timestamptz,
    rotation            uuid,
    version             integer not null default 1,
    created_at          timestamptz not null,
    updated_at          timestamptz not null,
    generation          bigint not null default 1,
    runner              uuid,
    runner_until        timestamptz,
    failures_in_row     integer not null default 0,
    rests_until         timestamptz,
    failing_since       timestamptz,
    warned_at           timestamptz,
    check ((state = 'disabled') = (disabled_reason is not null)),
    check ((state = 'disabled') = (disabled_at is not null)),
    check ((secret_before is null) = (secret_before_until is null)),
    check ((runner is null) = (runner_until is null))
);
comment on table notifications.webhook_endpoints is
    'Addresses to which a user has events posted, and the state of each one''s queue.';
comment on column notifications.webhook_endpoints.kinds is
    'Patterns of event kinds: a kind, a kind''s beginning with `.*`, or `*`.';
comment on column notifications.webhook_endpoints.disabled_reason is
    '`user`: switched off; `gone`: it answered 410; `failing`: nothing succeeded for five days.';
comment on column notifications.webhook_endpoints.secret is
    'What signs the messages, sealed in the vault together with this row''s id.';
comment on column notifications.webhook_endpoints.secret_before is
    'The secret before the last rotation; signs too until `secret_before_until`.';
comment on column notifications.webhook_endpoints.rotation is
    'The id of the last rotation, so that a repeated request does not rotate twice.';
comment on column notifications.webhook_endpoints.version is
    'The ETag: counts what the user changes, not what deliveries do.';
comment on column notifications.webhook_endpoints.generation is
    'Counts runs over the queue. Part of the job''s key, so that an event which comes during a run gets a run after it.';
comment on column notifications.webhook_endpoints.runner is
    'The job that works on the queue; only one does at a time, until `runner_until`.';
comment on column notifications.webhook_endpoints.failures_in_row is
    'Failed attempts since the last one that succeeded, over all deliveries.';
comment on column notifications.webhook_endpoints.rests_until is
    'After several failures in a row, or because it asked for it, nothing is sent before.';
comment on column notifications.webhook_endpoints.failing_since is
    'The first failure since the last success.';
comment on column notifications.webhook_endpoints.warned_at is
    'When the user was told that it fails; once per time of failing.';

create index webhook_endpoints_by_user on notifications.webhook_endpoints (user_id, id);

create table notifications.webhook_deliveries (
    id            uuid primary key,
    no            bigint generated always as identity,
    endpoint_id   uuid not null
                  references notifications.webhook_endpoints on delete cascade,
    user_id       uuid not null,
    sequence      bigint not null check (sequence >= 0),
    kind          text collate "C" not null,
    state         text collate "C" not null default 'pending'
                  check (state in ('pending', 'succeeded', 'failed', 'cancelled')),
    attempts      integer not null default 0,
    attempts_all  integer not null default 0,
    due_at        timestamptz,
    created_at    timestamptz not null,
    ended_at      timestamptz,
    check ((state = 'pending') = (due_at is not null)),
    check ((state = 'pending') = (ended_at is null))
);
comment on table notifications.webhook_deliveries is
    'One message: an event for one endpoint. Its text is made from the event when it is sent.';
comment on column notifications.webhook_deliveries.id is
    'The header `webhook-id`. It follows from endpoint and sequence, so it is the same however often the event is sent.';
comment on column notifications.webhook_deliveries.no is 'The order of the log, and its cursor.';
comment on column notifications.webhook_deliveries.sequence is
    'Of the event in the user''s log; 0 is a test message, which is not in the log.';
comment on column notifications.webhook_deliveries.state is
    '`failed`: no attempt is left; `cancelled`: the endpoint was disabled.';
comment on column notifications.webhook_deliveries.attempts is
    'Since it was made or sent again by hand: the place in the schedule.';
comment on column notifications.webhook_deliveries.attempts_all is 'Ever; numbers the attempts.';
comment on column notifications.webhook_deliveries.due_at is 'When it is tried next.';

create unique index webhook_deliveries_by_event
    on notifications.webhook_deliveries (endpoint_id, sequence) where sequence > 0;
create index webhook_deliveries_log on notifications.webhook_deliveries (endpoint_id, no);
create index webhook_deliveries_due
    on notifications.webhook_deliveries (endpoint_id, due_at, no) where state = 'pending';
create index webhook_deliveries_ended
    on notifications.webhook_deliveries (ended_at) where state <> 'pending';

create table notifications.webhook_attempts (
    delivery_id   uuid not null
                  references notifications.webhook_deliveries on delete cascade,
    number        integer not null check (number > 0),
    at            timestamptz not null,
    duration_ms   integer not null,
    status        smallint,
    error         text,
    response      text,
    primary key (delivery_id, number)
);
comment on table notifications.webhook_attempts is 'What became of each try to deliver a message.';
comment on column notifications.webhook_attempts.status is
    'The HTTP status; null if there was no answer.';
comment on column notifications.webhook_attempts.error is
    'Why it failed, in words for the user; null for a success.';
comment on column notifications.webhook_attempts.response is
    'The first KiB of the answer''s body.';
