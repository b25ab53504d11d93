-- Second factors, passkeys and API keys, and what a profile needs besides.

create table identity.totps (
    user_id uuid primary key references identity.users (id),
    secret bytea not null,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    last_step bigint not null default 0,
    failures integer not null default 0 check (failures >= 0),
    failed_at timestamptz
);
comment on table identity.totps is 'Authenticator apps (RFC 6238), one for each user at most.';
comment on column identity.totps.secret is 'The shared secret, sealed by the vault.';
comment on column identity.totps.confirmed_at is 'When a first code proved that the app has the secret; before that it is no factor.';
comment on column identity.totps.last_step is 'The latest 30-second step whose code was used: its code and older ones are refused.';
comment on column identity.totps.failures is 'Wrong codes in a row; they decide how long the next try has to wait.';

create table identity.recovery_codes (
    user_id uuid not null references identity.users (id),
    hash bytea not null check (octet_length(hash) = 32),
    created_at timestamptz not null,
    used_at timestamptz,
    primary key (user_id, hash)
);
comment on table identity.recovery_codes is 'Codes for when the authenticator app is lost; each works once.';
comment on column identity.recovery_codes.hash is 'BLAKE3 of user and code; the code has 80 random bits.';

create table identity.passkeys (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    credential_id bytea not null,
    name text not null,
    credential jsonb not null,
    is_synced boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz,
    constraint passkeys_credential_id_key unique (credential_id)
);
comment on table identity.passkeys is 'WebAuthn credentials, with which their user signs in without a password.';
comment on column identity.passkeys.credential_id is 'What the authenticator calls it; no two users have the same.';
comment on column identity.passkeys.credential is 'Public key, signature counter and flags, as the WebAuthn library keeps them.';
comment on column identity.passkeys.is_synced is 'Whether it may be on several devices (backup eligible); such keys have no counter.';
create index passkeys_user_id on identity.passkeys (user_id);

create table identity.passkey_ceremonies (
    id uuid primary key,
    user_id uuid unique references identity.users (id),
    state jsonb not null,
    expires_at timestamptz not null
);
comment on table identity.passkey_ceremonies is 'Challenges that wait for an authenticator''s answer; each is taken out by the first one.';
comment on column identity.passkey_ceremonies.user_id is 'Who adds a passkey, one at a time; null where somebody unknown signs in.';
comment on column identity.passkey_ceremonies.state is 'What the WebAuthn library has to know to check the answer.';
create index passkey_ceremonies_expires_at on identity.passkey_ceremonies (expires_at);

create table identity.api_keys (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    name text not null,
    hash bytea not null unique check (octet_length(hash) = 32),
    prefix text not null,
    scopes text[] not null,
    allowed_ips text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    replaces uuid references identity.api_keys (id),
    last_used_at timestamptz,
    last_used_ip inet
);
comment on table identity.api_keys is 'Keys with which programs act for their owner.';
comment on column identity.api_keys.hash is 'BLAKE3 of the key, which has 256 random bits and is shown once.';
comment on column identity.api_keys.prefix is 'The first characters of the key, by which its owner recognizes it.';
comment on column identity.api_keys.scopes is 'Names of permissions; the key has those that its owner has too.';
comment on column identity.api_keys.allowed_ips is 'Networks in CIDR notation from which it may be used; empty for all.';
comment on column identity.api_keys.replaces is 'The key that this one was made for by a rotation.';
comment on column identity.api_keys.last_used_at is 'Written at most once a minute.';
create index api_keys_user_id on identity.api_keys (user_id, id);

alter table identity.users add column handle_changed_at timestamptz;
comment on column identity.users.handle_changed_at is
    'When the user last took another handle: that is possible once in 30 days. Null if never.';
