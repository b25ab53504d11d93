-- Whether strangers find a user by the beginning of the handle, and the index by which they do.

alter table identity.users add column is_discoverable boolean not null default true;
comment on column identity.users.is_discoverable is
    'Whether people who never had to do with the user find them by the beginning of the handle.';

-- Those who don''t want to be found are not in it, so that however many there are nobody reads past them.
create index users_discoverable on identity.users (handle) where handle is not null and is_discoverable;
