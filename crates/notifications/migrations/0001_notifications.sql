-- What users are told: one log of events per user, which the in-app list, the stream, the feed and
-- webhooks read; what they want to be told; and mail.

create table notifications.logs (
    user_id        uuid primary key,
    last_sequence  bigint not null default 0 check (last_sequence >= 0),
    is_erased      boolean not null default false
);
comment on table notifications.logs is
    'One row per user''s log. Whoever appends locks it until the commit, so sequences have no gaps and become visible in order.';
comment on column notifications.logs.is_erased is
    'The user was deleted: nothing is appended any more, whatever still comes in.';

create table notifications.events (
    user_id        uuid not null,
    sequence       bigint not null check (sequence > 0),
    id             uuid not null,
    kind           text collate "C" not null,
    data           jsonb not null,
    at             timestamptz not null,
    source         text collate "C" not null,
    is_in_app      boolean not null,
    is_webhook     boolean not null,
    read_at        timestamptz,
    primary key (user_id, sequence)
);
comment on table notifications.events is
    'What happened, as each user is told of it: the only source of list, stream, feed and webhooks.';
comment on column notifications.events.sequence is 'From 1 without gaps per user.';
comment on column notifications.events.id is 'Names the event in webhooks, for ever.';
comment on column notifications.events.data is
    'Facts without names: people are named by their ids, and looked up when it is shown.';
comment on column notifications.events.source is
    'What it was made from, such as `identity:17` or `ledger:4711:recipient`: the same thing is told once.';
comment on column notifications.events.is_in_app is
    'Whether the user wanted this kind in the list when it happened.';
comment on column notifications.events.is_webhook is
    'Whether the user wanted this kind sent to webhooks when it happened.';

create unique index events_by_source on notifications.events (source);
create index events_in_app on notifications.events (user_id, sequence) where is_in_app;
create index events_unread on notifications.events (user_id, sequence)
    where is_in_app and read_at is null;

create table notifications.feeds (
    name           text collate "C" primary key,
    position       bigint not null default 0 check (position >= 0)
);
comment on table notifications.feeds is
    'How far a journal outside of the bus has been read; moves in the transaction that appends.';
insert into notifications.feeds (name) values ('wallet');

create table notifications.preferences (
    user_id        uuid primary key,
    version        integer not null,
    choices        jsonb not null,
    updated_at     timestamptz not null
);
comment on table notifications.preferences is
    'What a user chose; without a row, and for kinds that are not in it, the defaults hold.';
comment on column notifications.preferences.choices is
    'Kind to channels: {"transfer.sent": {"in_app": true, "email": false, "webhook": true}}.';

create table notifications.messages (
    id             uuid primary key,
    source         text collate "C" not null,
    kind           text collate "C" not null,
    user_id        uuid,
    to_address     text not null,
    locale         text collate "C" not null,
    params         jsonb not null,
    status         text collate "C" not null default 'queued' check (status in
        ('queued', 'handing_over', 'sent', 'kept', 'failed', 'suppressed', 'expired', 'unknown')),
    attempt        integer not null default 0,
    provider       text,
    reply          text,
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);
comment on table notifications.messages is
    'One row per mail: what it says is rendered from kind and params at each attempt.';
comment on column notifications.messages.source is
    'What it was made from: the same thing is mailed once.';
comment on column notifications.messages.user_id is
    'The user whom it tells something; null for people who are no users yet.';
comment on column notifications.messages.params is
    'What the template needs, without secrets: codes and links are asked for at each attempt.';
comment on column notifications.messages.status is
    'handing_over: the server was about to get the text. A process that finds this did not write it, so nobody knows whether the server took the mail: unknown.';
comment on column notifications.messages.attempt is
    'Names the attempt that is under way; a process whose attempt is over can change nothing.';
comment on column notifications.messages.reply is 'What the mail server said last.';

create unique index messages_by_source on notifications.messages (source);
create index messages_by_user on notifications.messages (user_id) where user_id is not null;
create index messages_by_address on notifications.messages (lower(to_address), id);

create table notifications.suppressions (
    address        text primary key check (address = lower(address)),
    reply          text not null,
    message_id     uuid not null,
    created_at     timestamptz not null
);
comment on table notifications.suppressions is
    'Addresses to which no more mail goes, because a server said that there is no such mailbox.';

create table notifications.mailbox (
    id             uuid primary key,
    kind           text collate "C" not null,
    to_address     text not null,
    subject        text not null,
    headers        jsonb not null,
    text_body      text not null,
    html_body      text not null,
    created_at     timestamptz not null
);
comment on table notifications.mailbox is
    'Where no mail server is configured, mail is kept here for 30 days instead of being sent: staff can read it.';
comment on column notifications.mailbox.id is 'The id of the message.';

create index mailbox_by_address on notifications.mailbox (lower(to_address), id);
create index mailbox_by_age on notifications.mailbox (created_at);
