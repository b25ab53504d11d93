-- Third parties' programs act for users who allow it, and the log says which one it was.

alter table audit.entries drop constraint entries_actor_kind_check;
alter table audit.entries add constraint entries_actor_kind_check
    check (actor_kind in ('user', 'api_key', 'operator', 'system', 'anonymous', 'application')) not valid;
