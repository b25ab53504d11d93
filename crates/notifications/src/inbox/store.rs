use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};

use crate::events::UserEvent;
use crate::events::store::to_event;

/// Newest first.
pub(super) async fn list(
    database: &Database,
    user: UserId,
    is_unread: Option<bool>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<UserEvent>, DatabaseError> {
    let client = database.client().await?;
    let which = match is_unread {
        None => "",
        Some(true) => "and read_at is null",
        Some(false) => "and read_at is not null",
    };
    let sql = format!(
        "select id, user_id, sequence, kind, data, at, is_in_app, is_webhook, read_at
          from notifications.events
         where user_id = $1 and sequence < $2 and is_in_app {which}
         order by sequence desc limit $3"
    );
    let before = before.unwrap_or(i64::MAX);
    let rows = client.query_prepared(&sql, &[&user, &before, &limit]).await?;
    Ok(rows.iter().map(to_event).collect())
}

/// Unread events, counted up to `max`.
pub(super) async fn count_unread(
    database: &Database,
    user: UserId,
    max: i64,
) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let sql = "select count(*) from (
            select from notifications.events
             where user_id = $1 and is_in_app and read_at is null limit $2
        ) as unread";
    Ok(client.query_one_prepared(sql, &[&user, &max]).await?.get(0))
}

/// Answers whether the user has such an event.
pub(super) async fn read(
    database: &Database,
    now: Timestamp,
    user: UserId,
    sequence: i64,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.events set read_at = coalesce(read_at, $3)
         where user_id = $1 and sequence = $2 and is_in_app";
    Ok(client.execute_prepared(sql, &[&user, &sequence, &now]).await? == 1)
}

/// Answers how many were unread.
pub(super) async fn read_all(
    database: &Database,
    now: Timestamp,
    user: UserId,
    up_to: i64,
) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.events set read_at = $3
         where user_id = $1 and sequence <= $2 and is_in_app and read_at is null";
    Ok(client.execute_prepared(sql, &[&user, &up_to, &now]).await?)
}
