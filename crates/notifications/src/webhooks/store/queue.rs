use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::deliveries::{ATTEMPTS_KEPT, matches, message_id};
use crate::events::UserEvent;
use crate::webhooks::schedule::{Health, Next};
use crate::webhooks::sender::Reply;
use crate::webhooks::{DeliveryId, WebhookId};

/// An endpoint that has something to send, and the generation that names its next run.
pub(in crate::webhooks) type Wanted = (WebhookId, i64);

/// Makes the deliveries of events, in one statement. The lock on the endpoints makes a run that
/// begins wait until these deliveries can be seen; see `queue.rs`.
pub(in crate::webhooks) async fn fan_out_in_tx(
    tx: &Transaction<'_>,
    events: &[&UserEvent],
    now: Timestamp,
) -> Result<Vec<Wanted>, DatabaseError> {
    let sql = concat!(
        "with event as (
            select * from unnest($1::uuid[], $2::int8[], $3::text[]) as event (user_id, sequence, kind)
        ), target as (
            select id, user_id, kinds, generation from notifications.webhook_endpoints
             where user_id = any($1) and state = 'enabled' order by id for share
        ), made as (
            insert into notifications.webhook_deliveries
                (id, endpoint_id, user_id, sequence, kind, due_at, created_at)
            select ",
        message_id!("target.id", "event.sequence"),
        ",
                   target.id, user_id, event.sequence, event.kind, $4::timestamptz, $4
              from event join target using (user_id)
             where ",
        matches!("target.kinds", "event.kind"),
        "
             order by event.sequence
                on conflict (endpoint_id, sequence) where sequence > 0 do nothing
            returning endpoint_id
        )
        select id, generation from target where id in (select endpoint_id from made)"
    );
    let users: Vec<Uuid> = events.iter().map(|event| event.user.as_uuid()).collect();
    let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let rows = tx.query_prepared(sql, &[&users, &sequences, &kinds, &now]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// What came of asking to work on a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::webhooks) enum Begin {
    Ours,
    /// Another run is at it.
    Busy,
    /// There is nothing to be done: it was deleted or disabled.
    Over,
}

/// Makes `runner` the one who works on the queue until `until`. A run of the same job before it
/// has died, and is followed at once.
pub(in crate::webhooks) async fn begin(
    client: &impl GenericClient,
    endpoint: WebhookId,
    runner: u128,
    now: Timestamp,
    until: Timestamp,
) -> Result<Begin, DatabaseError> {
    let sql = "with ours as (
            update notifications.webhook_endpoints
               set generation = generation + 1, runner = $2, runner_until = $4
             where id = $1 and state = 'enabled'
               and (runner is null or runner = $2 or runner_until <= $3)
            returning 1
        )
        select exists (select from ours),
               exists (select from notifications.webhook_endpoints
                        where id = $1 and state = 'enabled')";
    let runner = Uuid::from_u128(runner);
    let row = client.query_one_prepared(sql, &[&endpoint, &runner, &now, &until]).await?;
    Ok(match (row.get(0), row.get(1)) {
        (true, _) => Begin::Ours,
        (false, true) => Begin::Busy,
        (false, false) => Begin::Over,
    })
}

/// What a run has to know of its endpoint.
pub(in crate::webhooks) struct Target {
    pub(in crate::webhooks) user: UserId,
    pub(in crate::webhooks) url: String,
    /// Sealed, the newest first.
    pub(in crate::webhooks) secrets: Vec<Vec<u8>>,
    pub(in crate::webhooks) health: Health,
}

fn health(row: &Row, first: usize) -> Health {
    Health {
        failures_in_row: row.get::<_, i32>(first).cast_unsigned(),
        rests_until: row.get(first + 1),
        failing_since: row.get(first + 2),
        warned_at: row.get(first + 3),
    }
}

/// The endpoint as it is now; `None` if this run has nothing to do with it any more.
pub(in crate::webhooks) async fn target(
    client: &impl GenericClient,
    endpoint: WebhookId,
    runner: u128,
    now: Timestamp,
) -> Result<Option<Target>, DatabaseError> {
    let sql = "select user_id, url, secret,
               case when secret_before_until > $3 then secret_before end,
               failures_in_row, rests_until, failing_since, warned_at
          from notifications.webhook_endpoints
         where id = $1 and runner = $2 and state = 'enabled'";
    let row = client.query_opt_prepared(sql, &[&endpoint, &Uuid::from_u128(runner), &now]).await?;
    Ok(row.map(|row| {
        let before: Option<Vec<u8>> = row.get(3);
        let secrets = std::iter::once(row.get(2)).chain(before).collect();
        Target { user: row.get(0), url: row.get(1), secrets, health: health(&row, 4) }
    }))
}

/// A message that is due.
pub(in crate::webhooks) struct Due {
    pub(in crate::webhooks) id: DeliveryId,
    pub(in crate::webhooks) sequence: i64,
    pub(in crate::webhooks) kind: String,
    /// Attempts in this round of the schedule.
    pub(in crate::webhooks) attempts: u32,
    pub(in crate::webhooks) created_at: Timestamp,
    /// The event's data and time; nothing for a test, or if the event has gone from the log.
    pub(in crate::webhooks) event: Option<(Value, Timestamp)>,
}

pub(in crate::webhooks) async fn due(
    client: &impl GenericClient,
    endpoint: WebhookId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Due>, DatabaseError> {
    let sql = "select delivery.id, delivery.sequence, delivery.kind, attempts, created_at,
               event.data, event.at
          from notifications.webhook_deliveries as delivery
          left join notifications.events as event
            on event.user_id = delivery.user_id and event.sequence = delivery.sequence
         where endpoint_id = $1 and state = 'pending' and due_at <= $2
         order by due_at, no limit $3";
    let rows = client.query_prepared(sql, &[&endpoint, &now, &limit]).await?;
    let due = |row: &Row| Due {
        id: row.get(0),
        sequence: row.get(1),
        kind: row.get(2),
        attempts: row.get::<_, i32>(3).cast_unsigned(),
        created_at: row.get(4),
        event: row.get::<_, Option<Value>>(5).zip(row.get(6)),
    };
    Ok(rows.iter().map(due).collect())
}

/// How the endpoint fares, locked; `None` if it is gone or disabled.
pub(in crate::webhooks) async fn lock_health_in_tx(
    tx: &Transaction<'_>,
    endpoint: WebhookId,
) -> Result<Option<Health>, DatabaseError> {
    let sql = "select failures_in_row, rests_until, failing_since, warned_at
          from notifications.webhook_endpoints
         where id = $1 and state = 'enabled' for update";
    Ok(tx.query_opt_prepared(sql, &[&endpoint]).await?.map(|row| health(&row, 0)))
}

pub(in crate::webhooks) async fn set_health_in_tx(
    tx: &Transaction<'_>,
    endpoint: WebhookId,
    health: &Health,
) -> Result<(), DatabaseError> {
    let sql = "update notifications.webhook_endpoints
           set failures_in_row = $2, rests_until = $3, failing_since = $4, warned_at = $5
         where id = $1";
    let failures = i32::try_from(health.failures_in_row).unwrap_or(i32::MAX);
    tx.execute_prepared(
        sql,
        &[&endpoint, &failures, &health.rests_until, &health.failing_since, &health.warned_at],
    )
    .await?;
    Ok(())
}

/// Writes an attempt into the log of the last ones, and what is to become of the message. One that
/// was cancelled meanwhile stays so, unless the attempt succeeded.
pub(in crate::webhooks) async fn record_in_tx(
    tx: &Transaction<'_>,
    id: DeliveryId,
    at: Timestamp,
    now: Timestamp,
    reply: &Reply,
    next: Next,
) -> Result<(), DatabaseError> {
    let sql = "with tried as (
            update notifications.webhook_deliveries
               set attempts = attempts + 1, attempts_all = attempts_all + 1,
                   state = case when state = 'pending' or $2 = 'succeeded' then $2 else state end,
                   due_at = case when state = 'pending' then $3::timestamptz end,
                   ended_at = case when $3::timestamptz is null then coalesce(ended_at, $4)
                                   else ended_at end
             where id = $1
            returning id, attempts_all
        ), forgotten as (
            delete from notifications.webhook_attempts using tried
             where delivery_id = tried.id and number <= tried.attempts_all - $10
        )
        insert into notifications.webhook_attempts
            (delivery_id, number, at, duration_ms, status, error, response)
        select id, attempts_all, $5, $6, $7, $8, $9 from tried";
    let (state, due_at) = match next {
        Next::Succeeded => ("succeeded", None),
        Next::Failed => ("failed", None),
        Next::Again(at) => ("pending", Some(at)),
    };
    let duration_ms = i32::try_from(reply.duration.as_millis()).unwrap_or(i32::MAX);
    let status = reply.status.map(u16::cast_signed);
    tx.execute_prepared(
        sql,
        &[
            &id,
            &state,
            &due_at,
            &now,
            &at,
            &duration_ms,
            &status,
            &reply.error,
            &reply.excerpt,
            &ATTEMPTS_KEPT,
        ],
    )
    .await?;
    Ok(())
}

/// Gives the queue up. Answers when it wants the next run, and the generation that names it.
pub(in crate::webhooks) async fn end_in_tx(
    tx: &Transaction<'_>,
    endpoint: WebhookId,
    runner: u128,
) -> Result<Option<(Timestamp, i64)>, DatabaseError> {
    let sql = "with given_up as (
            update notifications.webhook_endpoints set runner = null, runner_until = null
             where id = $1 and runner = $2
            returning state, rests_until, generation
        )
        select greatest(rests_until,
                   (select min(due_at) from notifications.webhook_deliveries
                     where endpoint_id = $1 and state = 'pending')),
               generation,
               exists (select from notifications.webhook_deliveries
                        where endpoint_id = $1 and state = 'pending')
          from given_up where state = 'enabled'";
    let row = tx.query_opt_prepared(sql, &[&endpoint, &Uuid::from_u128(runner)]).await?;
    let row = row.filter(|row| row.get(2));
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// Endpoints that have had something to send for a while, and nobody at it: their job was lost,
/// by an operator who discarded it perhaps.
pub(in crate::webhooks) async fn forgotten(
    client: &impl GenericClient,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Wanted>, DatabaseError> {
    let sql = "select id, generation from notifications.webhook_endpoints as endpoint
         where state = 'enabled' and (runner is null or runner_until < $1)
           and (rests_until is null or rests_until < $1)
           and exists (select from notifications.webhook_deliveries as delivery
                        where delivery.endpoint_id = endpoint.id and delivery.state = 'pending'
                          and due_at < $1)
         order by id limit $2";
    let rows = client.query_prepared(sql, &[&before, &limit]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
