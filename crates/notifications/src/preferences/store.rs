use std::collections::HashMap;

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use uuid::Uuid;

use super::{Choices, Preferences};

pub(crate) async fn get(database: &Database, user: UserId) -> Result<Preferences, DatabaseError> {
    let client = database.client().await?;
    let sql = "select version, choices from notifications.preferences where user_id = $1";
    let row = client.query_opt_prepared(sql, &[&user]).await?;
    Ok(row.map_or_else(Preferences::default, |row| Preferences {
        version: u32::try_from(row.get::<_, i32>(0)).unwrap_or_default(),
        choices: read(row.get(1)),
    }))
}

/// Stores the choices if the version is still `expected`; answers whether it was.
pub(super) async fn put(
    database: &Database,
    now: Timestamp,
    user: UserId,
    expected: u32,
    choices: &Choices,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let choices = serde_json::to_value(choices).expect("choices have text for keys");
    let expected = i32::try_from(expected).unwrap_or(i32::MAX);
    // The first choice makes the row, which another first choice may have done meanwhile.
    let sql = "with made as (
            insert into notifications.preferences (user_id, version, choices, updated_at)
            select $1, 1, $2, $3 where $4 = 0
                on conflict do nothing
            returning 1
        ), changed as (
            update notifications.preferences
               set version = version + 1, choices = $2, updated_at = $3
             where user_id = $1 and version = $4
            returning 1
        )
        select exists (select from made) or exists (select from changed)";
    Ok(client.query_one_prepared(sql, &[&user, &choices, &now, &expected]).await?.get(0))
}

/// What these users chose; those who chose nothing are left out.
pub(crate) async fn of_users_in_tx(
    tx: &Transaction<'_>,
    users: &[Uuid],
) -> Result<HashMap<UserId, Choices>, DatabaseError> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = "select user_id, choices from notifications.preferences where user_id = any($1)";
    let rows = tx.query_prepared(sql, &[&users]).await?;
    Ok(rows.iter().map(|row| (row.get(0), read(row.get(1)))).collect())
}

/// A row that can't be read, which only another program could have written, counts as none.
fn read(choices: serde_json::Value) -> Choices {
    serde_json::from_value(choices).unwrap_or_default()
}
