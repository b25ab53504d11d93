-- Third parties' programs ("applications"), what users allow them, and the tokens that follow.
-- Nothing secret is stored in clear: secrets, codes and tokens as hashes, signing keys sealed.

create table oauth.applications (
    id uuid primary key,
    owner_id uuid not null,
    name text not null,
    kind text not null check (kind in ('confidential', 'public')),
    secret_hash bytea check (octet_length(secret_hash) = 32),
    former_secret_hash bytea check (octet_length(former_secret_hash) = 32),
    former_secret_until timestamptz,
    redirect_uris text[] not null,
    post_logout_redirect_uris text[] not null,
    origins text[] not null,
    grant_types text[] not null,
    scopes text[] not null,
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint applications_have_a_secret check ((kind = 'confidential') = (secret_hash is not null)),
    check ((former_secret_hash is null) = (former_secret_until is null))
);
comment on table oauth.applications is 'Programs of third parties that act for users who allow it (OAuth clients).';
comment on column oauth.applications.owner_id is 'The user who registered it; by client credentials it acts for this user.';
comment on column oauth.applications.kind is 'Whether it can keep a secret (RFC 6749, 2.1).';
comment on column oauth.applications.secret_hash is 'BLAKE3 of the secret, which has 256 random bits and is shown once.';
comment on column oauth.applications.former_secret_hash is 'The secret before the last rotation, good until former_secret_until.';
comment on column oauth.applications.origins is 'Origins of its redirect URIs on the web: pages that may call the token endpoint.';
comment on column oauth.applications.grant_types is 'authorization_code, device_code, client_credentials: which ways it may use.';
comment on column oauth.applications.scopes is 'What it may ask for at most.';
comment on column oauth.applications.version is 'Counts changes, for ETags.';
create index applications_by_owner on oauth.applications (owner_id, id);
create index applications_by_origin on oauth.applications using gin (origins);

create table oauth.consents (
    user_id uuid not null,
    application_id uuid not null references oauth.applications (id) on delete cascade,
    scopes text[] not null,
    granted_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (user_id, application_id)
);
comment on table oauth.consents is 'What a user allows an application. Asked for again only for more.';
create index consents_by_application on oauth.consents (application_id);

create table oauth.grants (
    id uuid primary key,
    application_id uuid not null references oauth.applications (id) on delete cascade,
    user_id uuid not null,
    kind text not null check (kind in ('authorization_code', 'device_code', 'client_credentials')),
    scopes text[] not null,
    authenticated_at timestamptz,
    created_at timestamptz not null,
    ended_at timestamptz,
    end_reason text,
    check ((ended_at is null) = (end_reason is null))
);
comment on table oauth.grants is 'One act of giving an application access: all tokens that follow from it end with it.';
comment on column oauth.grants.user_id is 'For whom its tokens act.';
comment on column oauth.grants.authenticated_at is 'When the user had signed in, for id_tokens; null where no user was there.';
comment on column oauth.grants.end_reason is 'revoked, consent_revoked, code_reused or refresh_token_reused.';
create index grants_open on oauth.grants (user_id, application_id) where ended_at is null;
create index grants_by_application on oauth.grants (application_id);
create index grants_by_age on oauth.grants (created_at);

create table oauth.access_tokens (
    hash bytea primary key check (octet_length(hash) = 32),
    grant_id uuid not null references oauth.grants (id) on delete cascade,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
comment on table oauth.access_tokens is 'Tokens with which applications call; opaque, with 256 random bits.';
comment on column oauth.access_tokens.scopes is 'Of this token: at most those of its grant.';
create index access_tokens_by_grant on oauth.access_tokens (grant_id);
create index access_tokens_by_age on oauth.access_tokens (expires_at);

create table oauth.refresh_tokens (
    hash bytea primary key check (octet_length(hash) = 32),
    grant_id uuid not null references oauth.grants (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
comment on table oauth.refresh_tokens is 'The chain of refresh tokens of a grant. Each is used once; a second use ends the grant.';
create index refresh_tokens_by_grant on oauth.refresh_tokens (grant_id);
create index refresh_tokens_by_age on oauth.refresh_tokens (expires_at);

create table oauth.authorization_requests (
    id uuid primary key,
    application_id uuid not null references oauth.applications (id) on delete cascade,
    redirect_uri text not null,
    scopes text[] not null,
    state text,
    nonce text,
    code_challenge text not null,
    is_consent_forced boolean not null,
    signed_in_after timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    user_id uuid,
    authenticated_at timestamptz,
    decided_at timestamptz,
    code_hash bytea unique check (octet_length(code_hash) = 32),
    code_expires_at timestamptz,
    used_at timestamptz,
    grant_id uuid references oauth.grants (id) on delete cascade,
    check ((decided_at is null) = (user_id is null)),
    check ((code_hash is null) = (code_expires_at is null)),
    check ((used_at is null) = (grant_id is null))
);
comment on table oauth.authorization_requests is
    'What an application asked a browser for, who decided, and the code that followed.';
comment on column oauth.authorization_requests.code_challenge is 'PKCE (RFC 7636), always S256.';
comment on column oauth.authorization_requests.is_consent_forced is 'prompt=consent: asked even if it was allowed before.';
comment on column oauth.authorization_requests.signed_in_after is
    'prompt=login or max_age: only a sign-in after this moment will do.';
comment on column oauth.authorization_requests.decided_at is 'When the user allowed or refused it; without a code they refused.';
comment on column oauth.authorization_requests.grant_id is 'What the code was exchanged for; a second exchange ends it.';
create index authorization_requests_by_age on oauth.authorization_requests (expires_at);
create index authorization_requests_by_grant on oauth.authorization_requests (grant_id);
create index authorization_requests_by_application on oauth.authorization_requests (application_id);
create index authorization_requests_by_user on oauth.authorization_requests (user_id) where user_id is not null;

create table oauth.device_requests (
    id uuid primary key,
    application_id uuid not null references oauth.applications (id) on delete cascade,
    device_code_hash bytea not null unique check (octet_length(device_code_hash) = 32),
    user_code_hash bytea not null check (octet_length(user_code_hash) = 32),
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    interval_s integer not null check (interval_s > 0),
    polled_at timestamptz,
    user_id uuid,
    authenticated_at timestamptz,
    used_at timestamptz,
    check (authenticated_at is null or user_id is not null),
    constraint device_requests_user_code_key unique (user_code_hash)
);
comment on table oauth.device_requests is 'Devices without a browser that wait for a user to allow them (RFC 8628).';
comment on column oauth.device_requests.user_code_hash is
    'Under a key of the vault: a user code is short, so its plain hash would give it away.';
comment on column oauth.device_requests.user_id is 'Who decided.';
comment on column oauth.device_requests.authenticated_at is
    'When the user had signed in who allowed it; null with a user who refused.';
comment on column oauth.device_requests.interval_s is 'Seconds between two questions; grows when the device asks too often.';
create index device_requests_by_age on oauth.device_requests (expires_at);
create index device_requests_by_application on oauth.device_requests (application_id);
create index device_requests_by_user on oauth.device_requests (user_id) where user_id is not null;

create table oauth.signing_keys (
    kid text collate "C" primary key,
    x text not null,
    y text not null,
    sealed_secret bytea not null,
    created_at timestamptz not null,
    signs_from timestamptz not null,
    retires_at timestamptz
);
comment on table oauth.signing_keys is 'Keys that id_tokens are signed with (ES256).';
comment on column oauth.signing_keys.kid is 'The thumbprint of the public key (RFC 7638).';
comment on column oauth.signing_keys.x is 'With y the public key, as in a JWK.';
comment on column oauth.signing_keys.sealed_secret is 'The PKCS #8 document, sealed by the vault.';
comment on column oauth.signing_keys.signs_from is 'Published before, so that those who keep the list know it when its first token comes.';
comment on column oauth.signing_keys.retires_at is 'From then on it isn''t published; null while it is the newest.';
