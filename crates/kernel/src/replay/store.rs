//! SQL of first answers.

use uuid::Uuid;

use super::{Answer, Claim};
use crate::db::Statements as _;
use crate::db::{Database, DatabaseError};
use crate::time::Timestamp;

/// Part of a condition: the database doesn't wait for the disk with what this statement writes. What
/// a crash of it forgets costs a repeat its answer, no more: it comes to the same ids again.
macro_rules! unhurried {
    () => {
        "set_config('synchronous_commit', 'off', true) = 'off'"
    };
}

/// Claims a key, or tells what is known of it. A claim older than `stale` is taken over.
pub(super) async fn claim(
    database: &Database,
    key: u128,
    claim: Uuid,
    body: &[u8; 32],
    now: Timestamp,
    stale: Timestamp,
) -> Result<Claim, DatabaseError> {
    let sql = concat!(
        "insert into replay.answers as known (key, body, claimed_at, claim) \
         select $1::uuid, $2::bytea, $3::timestamptz, $5::uuid where ",
        unhurried!(),
        " on conflict (key) do update set claimed_at = $3, claim = $5 \
          where known.status is null and known.claimed_at < $4 and known.body = $2 returning key"
    );
    let client = database.client().await?;
    let (key, body) = (Uuid::from_u128(key), body.as_slice());
    if client.query_opt_prepared(sql, &[&key, &body, &now, &stale, &claim]).await?.is_some() {
        return Ok(Claim::Ours);
    }
    let sql = "select body, status, content_type, etag, location, answer from replay.answers where key = $1";
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
        headers: ["content_type", "etag", "location"].map(|column| row.get(column)),
        body: row.get::<_, Option<Vec<u8>>>("answer").unwrap_or_default(),
    }))
}

/// Does nothing if the claim was taken over: who has it answers for itself.
pub(super) async fn keep(
    database: &Database,
    key: u128,
    claim: Uuid,
    status: u16,
    [content_type, etag, location]: &[Option<&str>; 3],
    answer: &[u8],
) -> Result<(), DatabaseError> {
    let sql = concat!(
        "update replay.answers set status = $3, content_type = $4, etag = $5, location = $6, \
         answer = $7 where key = $1 and claim = $2 and status is null and ",
        unhurried!()
    );
    let client = database.client().await?;
    let (key, status) = (Uuid::from_u128(key), i32::from(status));
    client
        .execute_prepared(sql, &[&key, &claim, &status, content_type, etag, location, &answer])
        .await?;
    Ok(())
}

/// Lets go of a key that has no answer, if the claim is still good.
pub(super) async fn release(
    database: &Database,
    key: u128,
    claim: Uuid,
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let sql = concat!(
        "delete from replay.answers where key = $1 and claim = $2 and status is null and ",
        unhurried!()
    );
    client.execute_prepared(sql, &[&Uuid::from_u128(key), &claim]).await?;
    Ok(())
}

pub(super) async fn forget(database: &Database, before: Timestamp) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    let sql = "delete from replay.answers where claimed_at < $1";
    Ok(client.execute_prepared(sql, &[&before]).await?)
}
