//! SQL of groups of customers.

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;

use crate::error::Result;

/// Users of a group behind one, in the order of their ids.
pub(super) async fn users(
    client: &impl GenericClient,
    group: &str,
    after: Option<UserId>,
    limit: i64,
) -> Result<Vec<UserId>> {
    let sql = "select user_id from shop.customer_groups \
               where customer_group = $1 and ($2::uuid is null or user_id > $2) \
               order by user_id limit $3";
    let rows = client.query_prepared(sql, &[&group, &after, &limit]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// False: the user was in it.
pub(super) async fn add_in_tx(tx: &Transaction<'_>, group: &str, user: UserId) -> Result<bool> {
    let sql = "insert into shop.customer_groups (customer_group, user_id) values ($1, $2) \
               on conflict do nothing";
    Ok(tx.execute_prepared(sql, &[&group, &user]).await? == 1)
}

/// False: the user wasn't in it.
pub(super) async fn remove_in_tx(tx: &Transaction<'_>, group: &str, user: UserId) -> Result<bool> {
    let sql = "delete from shop.customer_groups where customer_group = $1 and user_id = $2";
    Ok(tx.execute_prepared(sql, &[&group, &user]).await? == 1)
}
