//! SQL of idempotency keys.

use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::engine::Time;
use crate::error::StoreError;
use crate::journal::read::At;

/// Stores the body of a key unless there is one; answers with the one that is there.
pub(super) async fn claim(
    client: &Client,
    key: u128,
    body: &[u8; 32],
    at: Time,
) -> Result<Vec<u8>, StoreError> {
    // The update changes nothing; it makes the row that is there come back.
    let sql = "insert into ledger.idempotency_keys as known (key, body, at) values ($1, $2, $3) \
               on conflict (key) do update set body = known.body returning body";
    let rows = client
        .query_typed(
            sql,
            &[
                (&Uuid::from_u128(key), Type::UUID),
                (&body.as_slice(), Type::BYTEA),
                (&At(at), Type::TIMESTAMPTZ),
            ],
        )
        .await?;
    let row = rows.first().ok_or(StoreError::Corrupt("an idempotency key"))?;
    Ok(row.try_get(0)?)
}

pub(super) async fn release(client: &Client, key: u128, body: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "delete from ledger.idempotency_keys where key = $1 and body = $2";
    client.execute(sql, &[&Uuid::from_u128(key), &body.as_slice()]).await?;
    Ok(())
}
