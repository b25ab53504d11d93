use deadpool_postgres::GenericClient;
use kernel::DatabaseError;
use kernel::db::Statements as _;

use crate::ids::{ApiKeyId, UserId};

pub(super) async fn of_key(
    client: &impl GenericClient,
    key: ApiKeyId,
) -> Result<Option<UserId>, DatabaseError> {
    let sql = "select user_id from identity.api_keys where id = $1";
    let row = client.query_opt_prepared(sql, &[&key]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) async fn of_prefix(
    client: &impl GenericClient,
    prefix: &str,
) -> Result<Vec<UserId>, DatabaseError> {
    let sql = "select distinct user_id from identity.api_keys where prefix = $1 \
               order by user_id desc limit 50";
    let rows = client.query_prepared(sql, &[&prefix]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
