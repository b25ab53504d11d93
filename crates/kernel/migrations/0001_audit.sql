-- Who did what. Nothing here is ever changed or taken away: the database itself refuses it.

create table audit.entries (
    id         uuid primary key,
    at         timestamptz not null,
    actor_kind text not null check (actor_kind in ('user', 'api_key', 'operator', 'system', 'anonymous')),
    actor      uuid,
    action     text not null,
    subject    uuid,
    object     text,
    reason     text,
    data       jsonb not null,
    ip         inet,
    request_id text
);
comment on table audit.entries is
    'One thing that was done, refused, or looked at, by whom. Ids are time-ordered.';
comment on column audit.entries.action is 'Dotted and stable, such as admin.user.frozen.';
comment on column audit.entries.subject is 'The user whom it concerns.';
comment on column audit.entries.object is 'The id of what it was done to, if that is no user.';
comment on column audit.entries.reason is 'What the actor gave as the reason.';

create index entries_by_subject on audit.entries (subject, id) where subject is not null;
create index entries_by_actor on audit.entries (actor, id) where actor is not null;
create index entries_by_action on audit.entries (action, id);

create function audit.refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is only ever added to' using errcode = 'BU002';
end
$$;
create trigger entries_stay before update or delete on audit.entries
    for each row execute function audit.refuse();
create trigger entries_are_not_truncated before truncate on audit.entries
    for each statement execute function audit.refuse();
