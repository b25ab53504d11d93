//! SQL of the audit log.

use deadpool_postgres::{GenericClient, Transaction};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{AuditActor, Entry, EntryFilter, NewEntry};
use crate::db::Statements as _;
use crate::db::{Database, DatabaseError};
use crate::http::current_request_id;
use crate::time::Clock;

/// Records within a transaction, so that what is done and its record are one.
pub async fn record_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    entries: &[NewEntry],
) -> Result<(), DatabaseError> {
    insert(tx, clock, entries).await
}

/// Records on its own: what was refused, or looked at.
pub async fn record(
    database: &Database,
    clock: &dyn Clock,
    entries: &[NewEntry],
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    insert(&client, clock, entries).await
}

async fn insert(
    client: &impl GenericClient,
    clock: &dyn Clock,
    entries: &[NewEntry],
) -> Result<(), DatabaseError> {
    let sql = "insert into audit.entries \
               (id, at, actor_kind, actor, action, subject, object, reason, data, ip, request_id) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let (now, request_id) = (clock.now(), current_request_id());
    for entry in entries {
        let actor = entry.actor.id().map(Uuid::from_u128);
        let subject = entry.subject.map(Uuid::from_u128);
        client
            .execute_prepared(
                sql,
                &[
                    &Uuid::from_u128(entry.id),
                    &now,
                    &entry.actor.kind(),
                    &actor,
                    &entry.action,
                    &subject,
                    &entry.object,
                    &entry.reason,
                    &entry.data,
                    &entry.ip,
                    &request_id,
                ],
            )
            .await?;
    }
    Ok(())
}

/// Entries that a filter lets through, the newest first, before an id.
pub async fn entries(
    database: &Database,
    filter: &EntryFilter,
    before_id: Option<u128>,
    limit: i64,
) -> Result<Vec<Entry>, DatabaseError> {
    let sql = "select id, at, actor_kind, actor, action, subject, object, reason, data, ip, \
               request_id from audit.entries \
               where ($1::uuid is null or id < $1) and ($2::uuid is null or actor = $2) \
               and ($3::uuid is null or subject = $3) \
               and ($4::text is null or action = $4 or ($4 like '%.' and starts_with(action, $4))) \
               and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6) \
               and ($7::text is null or actor_kind = $7) \
               order by id desc limit $8";
    let client = database.client().await?;
    let uuid = |id: Option<u128>| id.map(Uuid::from_u128);
    let rows = client
        .query_prepared(
            sql,
            &[
                &uuid(before_id),
                &uuid(filter.actor),
                &uuid(filter.subject),
                &filter.action,
                &filter.from,
                &filter.before,
                &filter.actor_kind,
                &limit,
            ],
        )
        .await?;
    Ok(rows.iter().map(entry).collect())
}

fn entry(row: &Row) -> Entry {
    let id = |name: &str| row.get::<_, Option<Uuid>>(name).map(|id| id.as_u128());
    Entry {
        id: row.get::<_, Uuid>("id").as_u128(),
        at: row.get("at"),
        actor: AuditActor::of(row.get("actor_kind"), id("actor")),
        action: row.get("action"),
        subject: id("subject"),
        object: row.get("object"),
        reason: row.get("reason"),
        data: row.get::<_, Value>("data"),
        ip: row.get("ip"),
        request_id: row.get("request_id"),
    }
}
