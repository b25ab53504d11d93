use deadpool_postgres::{GenericClient, Transaction};
use hashbrown::HashMap;
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};
use tokio_postgres::Row;

use crate::webhooks::{
    Attempt, Delivery, DeliveryId, DeliveryStatus, Endpoint, Replayed, WebhookId,
};

/// Attempts of a message that are kept: more only come by sending it again by hand.
pub(super) const ATTEMPTS_KEPT: i32 = 20;

const COLUMNS: &str = "id, no, sequence, kind, state, due_at, created_at, ended_at";

/// Whether one of the patterns `kinds` matches `kind`; the rule of `kinds.rs`.
macro_rules! matches {
    ($kinds:literal, $kind:literal) => {
        concat!(
            "exists (select from unnest(",
            $kinds,
            ") as wanted (pattern)
                      where pattern = '*' or pattern = ",
            $kind,
            "
                         or (pattern like '%.*'
                             and starts_with(",
            $kind,
            ", left(pattern, -1))))"
        )
    };
}
/// A message's id. It follows from endpoint and sequence (a UUIDv8, RFC 9562, of their hash), so
/// that whoever sends an event again sends it under the same id.
macro_rules! message_id {
    ($endpoint:literal, $sequence:literal) => {
        concat!(
            "(with hash as (select substr(sha256(uuid_send(",
            $endpoint,
            ") || int8send(",
            $sequence,
            ")), 1, 16) as bytes)
              select encode(set_byte(set_byte(bytes,
                                6, (get_byte(bytes, 6) & 15) | 128),
                                8, (get_byte(bytes, 8) & 63) | 128), 'hex')::uuid from hash)"
        )
    };
}
pub(super) use {matches, message_id};

fn delivery(row: &Row) -> Delivery {
    let status = DeliveryStatus::from_name(row.get(4)).expect("the table checks the state");
    Delivery {
        id: row.get(0),
        no: row.get(1),
        sequence: row.get(2),
        kind: row.get(3),
        status,
        attempts: Vec::new(),
        due_at: row.get(5),
        created_at: row.get(6),
        ended_at: row.get(7),
    }
}

/// The log of an endpoint, newest first, with attempts.
pub(in crate::webhooks) async fn list(
    client: &impl GenericClient,
    endpoint: WebhookId,
    status: Option<DeliveryStatus>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from notifications.webhook_deliveries
          where endpoint_id = $1 and ($2::text is null or state = $2)
            and ($3::bigint is null or no < $3)
          order by no desc limit $4"
    );
    let status = status.map(DeliveryStatus::as_str);
    let rows = client.query_prepared(&sql, &[&endpoint, &status, &before, &limit]).await?;
    with_attempts(client, rows.iter().map(delivery).collect()).await
}

/// One message of an endpoint, with attempts.
pub(in crate::webhooks) async fn get(
    client: &impl GenericClient,
    endpoint: WebhookId,
    id: DeliveryId,
) -> Result<Option<Delivery>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from notifications.webhook_deliveries
          where id = $1 and endpoint_id = $2"
    );
    let row = client.query_opt_prepared(&sql, &[&id, &endpoint]).await?;
    let found = with_attempts(client, row.iter().map(delivery).collect()).await?;
    Ok(found.into_iter().next())
}

async fn with_attempts(
    client: &impl GenericClient,
    mut deliveries: Vec<Delivery>,
) -> Result<Vec<Delivery>, DatabaseError> {
    let sql = "select delivery_id, number, at, duration_ms, status, error, response
          from notifications.webhook_deliveries as delivery
          join notifications.webhook_attempts as attempt on attempt.delivery_id = delivery.id
         where delivery.id = any($1) and number > delivery.attempts_all - $2
         order by delivery_id, number";
    let ids: Vec<DeliveryId> = deliveries.iter().map(|delivery| delivery.id).collect();
    let rows = client.query_prepared(sql, &[&ids, &ATTEMPTS_KEPT]).await?;
    let mut attempts: HashMap<DeliveryId, Vec<Attempt>> = HashMap::new();
    for row in &rows {
        attempts.entry(row.get(0)).or_default().push(attempt(row));
    }
    for delivery in &mut deliveries {
        delivery.attempts = attempts.remove(&delivery.id).unwrap_or_default();
    }
    Ok(deliveries)
}

fn attempt(row: &Row) -> Attempt {
    Attempt {
        number: row.get::<_, i32>(1).cast_unsigned(),
        at: row.get(2),
        duration_ms: row.get::<_, i32>(3).cast_unsigned(),
        status: row.get::<_, Option<i16>>(4).map(i16::cast_unsigned),
        error: row.get(5),
        response: row.get(6),
    }
}

/// A test message; nothing if it is there already.
pub(in crate::webhooks) async fn insert_test_in_tx(
    tx: &Transaction<'_>,
    endpoint: &Endpoint,
    id: DeliveryId,
    kind: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into notifications.webhook_deliveries
            (id, endpoint_id, user_id, sequence, kind, due_at, created_at)
        values ($1, $2, $3, 0, $4, $5, $5) on conflict (id) do nothing";
    tx.execute_prepared(sql, &[&id, &endpoint.id, &endpoint.user, &kind, &now]).await?;
    Ok(())
}

/// A message waits again, as if it had never been tried. False if there is none.
pub(in crate::webhooks) async fn resend_in_tx(
    tx: &Transaction<'_>,
    endpoint: WebhookId,
    id: DeliveryId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "update notifications.webhook_deliveries
           set state = 'pending', attempts = 0, due_at = $3, ended_at = null
         where id = $1 and endpoint_id = $2";
    Ok(tx.execute_prepared(sql, &[&id, &endpoint, &now]).await? == 1)
}

/// Events of the log wait for this endpoint again, those that wait anyway as they do.
pub(in crate::webhooks) async fn replay_in_tx(
    tx: &Transaction<'_>,
    endpoint: &Endpoint,
    after: i64,
    limit: i64,
    now: Timestamp,
) -> Result<Replayed, DatabaseError> {
    let sql = concat!(
        "with looked as (
            select sequence, kind, is_webhook from notifications.events
             where user_id = $2 and sequence > $3 order by sequence limit $4
        ), queued as (
            insert into notifications.webhook_deliveries as known
                (id, endpoint_id, user_id, sequence, kind, due_at, created_at)
            select ",
        message_id!("$1::uuid", "sequence"),
        ", $1, $2, sequence, kind, $5, $5
              from looked where is_webhook and ",
        matches!("$6::text[]", "kind"),
        "
             order by sequence
                on conflict (endpoint_id, sequence) where sequence > 0 do update
               set state = 'pending', attempts = 0, due_at = $5, ended_at = null
             where known.state <> 'pending'
            returning 1
        )
        select (select count(*) from queued), (select max(sequence) from looked),
               (select count(*) from looked) < $4"
    );
    let row = tx
        .query_one_prepared(
            sql,
            &[&endpoint.id, &endpoint.user, &after, &limit, &now, &endpoint.kinds],
        )
        .await?;
    Ok(Replayed {
        queued: u32::try_from(row.get::<_, i64>(0)).expect("no more than the limit"),
        last_sequence: row.get::<_, Option<i64>>(1).unwrap_or(after),
        is_complete: row.get(2),
    })
}

/// Forgets messages that ended before this moment, a bounded number of them.
pub(in crate::webhooks) async fn forget(
    client: &impl GenericClient,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from notifications.webhook_deliveries where id = any(array(
            select id from notifications.webhook_deliveries
             where state <> 'pending' and ended_at < $1 limit $2))";
    Ok(client.execute_prepared(sql, &[&before, &limit]).await?)
}
