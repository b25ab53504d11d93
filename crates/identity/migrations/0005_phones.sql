-- Phone numbers, to which short messages go; and how many codes were sent to them.

create table identity.phones (
    user_id              uuid primary key references identity.users (id),
    number               text collate "C" not null check (number ~ '^\+[1-9][0-9]{6,14}$'),
    confirmed_at         timestamptz not null
);
comment on table identity.phones is
    'The number of a user''s phone (E.164), once a code that went there was answered. It tells of events and lets nobody in, so two users may have the same.';

create table identity.phone_codes (
    id                   bigint generated always as identity primary key,
    user_id              uuid not null,
    number_hash          bytea not null check (octet_length(number_hash) = 16),
    at                   timestamptz not null
);
comment on table identity.phone_codes is
    'A code that went to a number, for two days: what a day''s limits count. It stays when its user is deleted, else whoever deletes users could send on.';
comment on column identity.phone_codes.number_hash is
    'Of the number, under a key of the vault: it is told apart, and can''t be read.';
create index phone_codes_by_age on identity.phone_codes (at);
create index phone_codes_by_number on identity.phone_codes (number_hash, at);
create index phone_codes_by_user on identity.phone_codes (user_id, at);

alter table identity.challenges drop constraint challenges_purpose_check;
alter table identity.challenges add constraint challenges_purpose_check check (purpose in
    ('verify_email', 'sign_in', 'reset_password', 'change_email', 'verify_phone'));
comment on column identity.challenges.email is
    'Where it goes: an e-mail address; for verify_phone the number of a phone.';
