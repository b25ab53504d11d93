-- Mail of the last hour is counted for each user before more is made.
drop index notifications.messages_by_user;
create index messages_by_user on notifications.messages (user_id, created_at)
    where user_id is not null;
