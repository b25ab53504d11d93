//! SQL of first answers.

use uuid::Uuid;

use super::{Answer, Claim};
use crate::db::Statements as _;
use crate::db::{Database, DatabaseError};
use crate::time::Timestamp;

/// Claims a key, or tells what is known of it. A claim older than `stale` is taken over.
pub(super) async fn claim(
    database: &Database,
    key: u128,
    body: &[u8; 32],
    now: Timestamp,
    stale: Timestamp,
) -> Result<Claim, DatabaseError> {
    let sql = "insert into replay.answers as known (key, body, claimed_at) values ($1, $2, $3) \
               on conflict (key) do update set claimed_at = $3 \
               where known.status is null and known.claimed_at < $4 and known.body = $2 \
               returning key";
    let client = database.client().await?;
    let (key, body) = (Uuid::from_u128(key), body.as_slice());
    if client.query_opt_prepared(sql, &[&key, &body, &now, &stale]).await?.is_some() {
        return Ok(Claim::Ours);
    }
    let sql = "select body, status, content_type, answer from replay.answers where key = $1";
    // It may have been forgotten or given back since: the caller tries again.
    let Some(row) = client.query_opt_prepared(sql, &[&key]).await? else {
        return Ok(Claim::InFlight);
    };
    if row.get::<_, &[u8]>("body") != body {
        return Ok(Claim::OtherBody);
    }
    let Some(status) = row.get::<_, Option<i32>>("status") else { return Ok(Claim::InFlight) };
    Ok(Claim::Answered(Answer {
        status: u16::try_from(status).unwrap_or(200),
        content_type: row.get("content_type"),
        body: row.get::<_, Option<Vec<u8>>>("answer").unwrap_or_default(),
    }))
}

pub(super) async fn keep(
    database: &Database,
    key: u128,
    status: u16,
    content_type: Option<&str>,
    answer: &[u8],
) -> Result<(), DatabaseError> {
    let sql = "update replay.answers set status = $2, content_type = $3, answer = $4 \
               where key = $1 and status is null";
    let client = database.client().await?;
    let (key, status) = (Uuid::from_u128(key), i32::from(status));
    client.execute_prepared(sql, &[&key, &status, &content_type, &answer]).await?;
    Ok(())
}

pub(super) async fn release(database: &Database, key: u128) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let sql = "delete from replay.answers where key = $1 and status is null";
    client.execute_prepared(sql, &[&Uuid::from_u128(key)]).await?;
    Ok(())
}

pub(super) async fn forget(database: &Database, before: Timestamp) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    let sql = "delete from replay.answers where claimed_at < $1";
    Ok(client.execute_prepared(sql, &[&before]).await?)
}
