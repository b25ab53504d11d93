-- Signing in with outside providers (OpenID Connect).

create table identity.linked_identities (
    id uuid primary key,
    user_id uuid not null references identity.users (id),
    provider text not null,
    issuer text not null,
    subject text not null,
    email text,
    created_at timestamptz not null,
    last_used_at timestamptz,
    constraint linked_identities_subject_key unique (issuer, subject)
);
comment on table identity.linked_identities is 'Who somebody is at an outside provider, with which they sign in.';
comment on column identity.linked_identities.provider is 'The name that the provider had in the configuration when it was linked.';
comment on column identity.linked_identities.subject is 'What the issuer calls them, for ever; no two users have the same.';
comment on column identity.linked_identities.email is 'What the provider called their address then, by which they recognize it.';
create index linked_identities_by_user on identity.linked_identities (user_id, id);

create table identity.provider_sign_ins (
    id uuid primary key,
    provider text not null,
    state_hash bytea not null unique check (octet_length(state_hash) = 32),
    browser_hash bytea not null check (octet_length(browser_hash) = 32),
    user_id uuid references identity.users (id),
    device text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
comment on table identity.provider_sign_ins is
    'Browsers that were sent to a provider. Nonce and PKCE verifier follow from the id under a key of the vault, so they are in no table.';
comment on column identity.provider_sign_ins.browser_hash is 'Of the cookie of the browser that began: another one can''t finish.';
comment on column identity.provider_sign_ins.user_id is 'Who was signed in and links a provider; null where somebody signs in.';
create index provider_sign_ins_by_age on identity.provider_sign_ins (expires_at);
create index provider_sign_ins_by_user on identity.provider_sign_ins (user_id) where user_id is not null;

alter table identity.sign_ins add column linked_provider text;
alter table identity.sign_ins add column linked_issuer text;
alter table identity.sign_ins add column linked_subject text;
alter table identity.sign_ins add column linked_email text;
comment on column identity.sign_ins.linked_subject is
    'With linked_issuer: who they are at a provider, to be linked when the sign-in is confirmed.';
