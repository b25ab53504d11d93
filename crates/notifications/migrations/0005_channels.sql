-- Short messages and push messages beside mail, where a user's browsers are reached, and how much of
-- a log was forgotten.

alter table notifications.messages
    add column channel text collate "C" not null default 'mail'
        check (channel in ('mail', 'sms', 'push')),
    add column doubts smallint not null default 0,
    drop constraint messages_status_check,
    add constraint messages_status_check check (status in ('queued', 'handing_over', 'sent',
        'delivered', 'kept', 'failed', 'suppressed', 'expired', 'unknown'));
comment on table notifications.messages is
    'One row per mail, short message or push message: what it says is rendered from kind and params at each attempt.';
comment on column notifications.messages.to_address is
    'An e-mail address, the number of a phone, or the id of a push subscription.';
comment on column notifications.messages.doubts is
    'How often a short message was handed over without an answer; it may have gone out each time.';
comment on column notifications.messages.reply is 'What the server or provider said last.';

alter table notifications.mailbox
    add column channel text collate "C" not null default 'mail' check (channel in ('mail', 'sms'));
comment on column notifications.mailbox.channel is
    'A short message has neither subject nor headers nor HTML.';

create table notifications.push_subscriptions (
    id              uuid primary key,
    user_id         uuid not null,
    endpoint        text not null,
    endpoint_hash   bytea not null unique check (octet_length(endpoint_hash) = 32),
    public_key      bytea not null check (octet_length(public_key) = 65),
    secret          bytea not null,
    device          text,
    created_at      timestamptz not null,
    last_sent_at    timestamptz
);
comment on table notifications.push_subscriptions is
    'Browsers in which a user wants to be told (Web Push, RFC 8030).';
comment on column notifications.push_subscriptions.endpoint is
    'The address at the browser''s push service. Whoever knows it can''t use it without our key.';
comment on column notifications.push_subscriptions.endpoint_hash is
    'BLAKE3 of it: a browser tells one user, the one who subscribed last.';
comment on column notifications.push_subscriptions.public_key is
    'The browser''s key, for which messages are encrypted (RFC 8291): a point of P-256.';
comment on column notifications.push_subscriptions.secret is
    'The browser''s authentication secret, sealed in the vault together with this row''s id.';
comment on column notifications.push_subscriptions.device is 'What asked for it, from its User-Agent.';
create index push_subscriptions_by_user on notifications.push_subscriptions (user_id, id);

create table notifications.push_keys (
    is_only         boolean primary key default true check (is_only),
    public_key      bytea not null check (octet_length(public_key) = 65),
    sealed_secret   bytea not null,
    created_at      timestamptz not null
);
comment on table notifications.push_keys is
    'The key by which push services know us (VAPID, RFC 8292), made when it is first needed. Browsers subscribe to this very key, so it is never changed.';
comment on column notifications.push_keys.sealed_secret is 'PKCS#8, sealed with the vault.';

alter table notifications.logs add column forgotten_to bigint not null default 0;
comment on column notifications.logs.forgotten_to is
    'The last sequence that is too old to be kept; everything after it is there.';
create index events_by_age on notifications.events using brin (at);
