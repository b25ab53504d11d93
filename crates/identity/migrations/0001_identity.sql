-- Users, how they prove who they are, and the sessions that follow from it. No secret stands here
-- in clear: passwords and tokens as hashes, signing keys sealed with a key outside the database.

create table identity.users (
    id                   uuid primary key,
    email                text collate "C" not null,
    handle               text collate "C",
    handle_wanted        text collate "C",
    name                 text not null,
    locale               text not null check (locale in ('en', 'de')),
    roles                text[] not null,
    status               text not null default 'active' check (status in ('active', 'frozen', 'deleted')),
    email_verified_at    timestamptz,
    password_hash        text,
    password_changed_at  timestamptz,
    password_failures    integer not null default 0 check (password_failures >= 0),
    confirmation         text check (confirmation in ('always', 'new_devices', 'never')),
    version              integer not null default 1 check (version > 0),
    created_at           timestamptz not null,
    updated_at           timestamptz not null
);
comment on table identity.users is 'A person or company that signs in.';
comment on column identity.users.email is 'As given, the domain in lower case. Unique whatever the case.';
comment on column identity.users.handle is 'The public name, in lower case; also in identity.handles.';
comment on column identity.users.handle_wanted is
    'Asked for at registration. It is taken when the e-mail address is verified: taken earlier, it would tell which addresses are known.';
comment on column identity.users.password_hash is
    'Argon2id as a PHC text, or bcrypt from an import until the next sign-in; null without a password.';
comment on column identity.users.password_failures is
    'Wrong passwords in a row; at 100 the password is locked until it is reset.';
comment on column identity.users.confirmation is
    'When a sign-in with the password has to be confirmed by mail; null is the policy of the house.';
comment on column identity.users.version is 'Counts changes, for ETags.';

create function identity.words(name text) returns tsvector language sql immutable parallel safe as $$
    select array_to_tsvector(array_remove(
        string_to_array(translate(lower(name), '-.,''/()', '       '), ' '), ''))
$$;
comment on function identity.words is
    'The words of a name as they are: no dictionary, and only ASCII in lower case, because the database''s locale is C.';

create unique index users_email_key on identity.users (lower(email));
create unique index users_handle_key on identity.users (handle) where handle is not null;
-- For the search of staff: beginnings of addresses and handles, beginnings of words of a name.
create index users_by_email_start on identity.users (lower(email) text_pattern_ops);
create index users_by_name on identity.users using gin (identity.words(name));

create table identity.handles (
    handle               text collate "C" primary key,
    user_id              uuid not null,
    taken_at             timestamptz not null
);
comment on table identity.handles is
    'Every handle that was ever taken. Rows stay, so nobody gets what is sent to somebody who had the name before.';

create table identity.challenges (
    id                   uuid primary key,
    user_id              uuid not null references identity.users (id),
    purpose              text not null check (purpose in ('verify_email', 'sign_in', 'reset_password', 'change_email')),
    email                text not null,
    nonce                bytea not null check (octet_length(nonce) = 16),
    sign_in_id           uuid,
    registration         json,
    device               text,
    tries                integer not null default 0,
    created_at           timestamptz not null,
    code_expires_at      timestamptz not null,
    expires_at           timestamptz not null,
    used_at              timestamptz
);
comment on table identity.challenges is
    'A one-time code and link that were sent by mail. Neither is stored: both follow from id and nonce by HMAC under a key of the vault.';
comment on column identity.challenges.email is 'Where the mail goes.';
comment on column identity.challenges.sign_in_id is 'The sign-in that it confirms.';
comment on column identity.challenges.registration is
    'What was given at the registration that the mail is about, password hashed. It counts when that very mail is answered, so nobody verifies an account for another who asked for it.';
comment on column identity.challenges.device is 'Who asked for it, for the text of the mail.';
comment on column identity.challenges.tries is 'Wrong codes; at 5 the code is void, not the link.';
create index challenges_open on identity.challenges (user_id, purpose) where used_at is null;
create index challenges_by_age on identity.challenges (expires_at);

create table identity.sign_ins (
    id                   uuid primary key,
    user_id              uuid not null references identity.users (id),
    methods              text[] not null,
    device               text,
    user_agent           text,
    ip                   inet not null,
    transport            text not null check (transport in ('token', 'cookie')),
    tries                integer not null default 0,
    created_at           timestamptz not null,
    expires_at           timestamptz not null,
    done_at              timestamptz
);
comment on table identity.sign_ins is
    'A sign-in with the right password that still has to be confirmed.';
comment on column identity.sign_ins.methods is 'How it may be confirmed: never by mail alone if there is a second factor.';
create index sign_ins_by_age on identity.sign_ins (expires_at);

create table identity.devices (
    token_hash           bytea not null check (octet_length(token_hash) = 32),
    user_id              uuid not null references identity.users (id),
    created_at           timestamptz not null,
    last_used_at         timestamptz not null,
    primary key (token_hash, user_id)
);
comment on table identity.devices is 'A device on which the user has confirmed a sign-in, known by a random token of its own.';
create index devices_by_user on identity.devices (user_id);

create table identity.sessions (
    id                   uuid primary key,
    user_id              uuid not null references identity.users (id),
    transport            text not null check (transport in ('token', 'cookie')),
    cookie_hash          bytea unique check (octet_length(cookie_hash) = 32),
    device               text,
    user_agent           text,
    ip                   inet not null,
    created_at           timestamptz not null,
    last_used_at         timestamptz not null,
    last_ip              inet not null,
    ended_at             timestamptz,
    end_reason           text,
    check ((transport = 'cookie') = (cookie_hash is not null)),
    check ((ended_at is null) = (end_reason is null))
);
comment on table identity.sessions is
    'A signed-in device. When it ends by time follows from created_at, last_used_at and the roles of the user.';
comment on column identity.sessions.last_used_at is 'Written at most once a minute.';
comment on column identity.sessions.end_reason is
    'signed_out, ended, password_changed, password_reset, frozen, roles_changed, deleted or refresh_token_reused.';
create index sessions_by_user on identity.sessions (user_id, id);
create index sessions_by_use on identity.sessions (last_used_at);

create table identity.refresh_tokens (
    hash                 bytea primary key check (octet_length(hash) = 32),
    session_id           uuid not null references identity.sessions (id) on delete cascade,
    generation           integer not null check (generation > 0),
    created_at           timestamptz not null,
    used_at              timestamptz,
    used_from            inet,
    nonce                bytea,
    unique (session_id, generation),
    check ((used_at is null) = (nonce is null))
);
comment on table identity.refresh_tokens is 'The chain of refresh tokens of a session; the last one is not used yet.';
comment on column identity.refresh_tokens.nonce is
    'What the next token follows from, by HMAC under a key of the vault: the same client gets the same next one again when the answer was lost.';

create table identity.signing_keys (
    kid                  text collate "C" primary key,
    public_key           bytea not null check (octet_length(public_key) = 32),
    sealed_secret        bytea not null,
    created_at           timestamptz not null,
    signs_from           timestamptz not null,
    retires_at           timestamptz
);
comment on table identity.signing_keys is 'Keys that access tokens are signed with (Ed25519).';
comment on column identity.signing_keys.kid is 'The PASERK id of the public key.';
comment on column identity.signing_keys.sealed_secret is 'Sealed with the vault.';
comment on column identity.signing_keys.signs_from is 'Published before, so that every node knows it when the first token comes.';
comment on column identity.signing_keys.retires_at is 'From then on nothing is verified with it; null while it is the newest.';

create table identity.changes (
    position             bigint generated always as identity primary key,
    xid                  bigint not null default (pg_current_xact_id()::text::bigint),
    user_id              uuid,
    at                   timestamptz not null
);
comment on table identity.changes is
    'Users whose cached state is out of date, for every node. Rows are kept for an hour.';
comment on column identity.changes.xid is
    'The writing transaction. Readers go on from the oldest one that was still running when they last read, so a slow one is never missed.';
comment on column identity.changes.user_id is 'Null: the signing keys changed.';
create index changes_by_xid on identity.changes (xid);
create index changes_by_age on identity.changes (at);
