use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{NEW_EVENTS, limit_of};
use crate::bus::{Event, NewEvent};
use crate::db::Statements as _;
use crate::{Database, DatabaseError, Timestamp};

/// Any number that nothing else locks. Held by the one who gives positions.
const SEQUENCER_LOCK: i64 = 0x6275_735f_7365_7121;

/// Positions given in one transaction.
pub(in crate::bus) const SEQUENCED_MAX: u64 = 5_000;

/// Events of a context that are removed in one statement, so that none takes long.
const FORGOTTEN_MAX: i64 = 5_000;

pub(in crate::bus) async fn insert(
    tx: &Transaction<'_>,
    now: Timestamp,
    events: &[NewEvent],
) -> Result<(), DatabaseError> {
    let ids: Vec<Uuid> = events.iter().map(|event| Uuid::from_u128(event.id)).collect();
    let contexts: Vec<&str> = events.iter().map(|event| event.context).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind).collect();
    let subjects: Vec<Option<Uuid>> =
        events.iter().map(|event| event.subject.map(Uuid::from_u128)).collect();
    let data: Vec<&Value> = events.iter().map(|event| &event.data).collect();
    let sql = "insert into bus.events (id, context, kind, subject, data, at)
        select id, context, kind, subject, data, $6::timestamptz
          from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::json[])
            as new (id, context, kind, subject, data)";
    tx.execute_prepared(sql, &[&ids, &contexts, &kinds, &subjects, &data, &now]).await?;
    Ok(())
}

/// Gives positions to some of what has been committed, tells all processes but the one that is
/// called `origin`, and returns how many; `None` if another process is at it. Consumers that are
/// not behind and for whom there is nothing are moved on, which saves each a transaction.
pub(in crate::bus) async fn sequence(
    database: &Database,
    now: Timestamp,
    origin: &str,
) -> Result<Option<u64>, DatabaseError> {
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    if !tx
        .query_one_prepared("select pg_try_advisory_xact_lock($1)", &[&SEQUENCER_LOCK])
        .await?
        .get::<_, bool>(0)
    {
        return Ok(None);
    }
    // A statement of its own: its snapshot is later than the lock, so it sees what the holder
    // before us committed.
    let sql = "with batch as materialized (
            select id, context, kind, row_number() over (partition by context order by id) as place
              from (select id, context, kind from bus.events
                     where position is null order by id limit $1) as committed
        ), sizes as (
            select context, count(*) as size from batch group by context
        ), ends as (
            insert into bus.contexts as known (context, position)
            select context, size from sizes order by context
                on conflict (context) do update set position = known.position + excluded.position
            returning context, position
        ), sequenced as (
            update bus.events
               set position = ends.position - sizes.size + batch.place
              from batch
              join sizes on sizes.context = batch.context
              join ends on ends.context = batch.context
             where events.id = batch.id
            returning 1
        ), idle as (
            select consumers.name, ends.position
              from ends
              join sizes on sizes.context = ends.context
              join bus.consumers on consumers.context = ends.context
                                and consumers.position = ends.position - sizes.size
             where consumers.kinds is not null
               and not exists (select from batch where batch.context = ends.context
                                                   and batch.kind = any(consumers.kinds))
               for update of consumers skip locked
        ), moved as (
            update bus.consumers
               set position = idle.position, updated_at = $3
              from idle
             where consumers.name = idle.name
        )
        select count(*), case when count(*) > 0 then pg_notify('bus', $2)::text end
          from sequenced";
    let notice = format!("{NEW_EVENTS} {origin}");
    let row = tx.query_one_prepared(sql, &[&(SEQUENCED_MAX as i64), &notice, &now]).await?;
    let sequenced = u64::try_from(row.get::<_, i64>(0)).unwrap_or(0);
    tx.commit().await?;
    Ok(Some(sequenced))
}

pub(in crate::bus) async fn after(
    client: &impl GenericClient,
    context: &str,
    after: i64,
    limit: usize,
) -> Result<Vec<Event>, DatabaseError> {
    let sql = "select position, id, context, kind, subject, data, at
          from bus.events
         where context = $1 and position > $2
         order by position limit $3";
    let rows = client.query_prepared(sql, &[&context, &after, &limit_of(limit)]).await?;
    Ok(rows.iter().map(to_event).collect())
}

pub(in crate::bus) async fn last_position(
    database: &Database,
    context: &str,
) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let sql = "select position from bus.contexts where context = $1";
    let row = client.query_opt_prepared(sql, &[&context]).await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

pub(in crate::bus) async fn of_subject(
    database: &Database,
    subject: u128,
    contexts: &[&str],
    before: Option<(Timestamp, u128)>,
    limit: usize,
) -> Result<Vec<Event>, DatabaseError> {
    let (at, id) = before.unwrap_or((Timestamp::MAX, u128::MAX));
    let client = database.client().await?;
    let sql = "select position, id, context, kind, subject, data, at
          from bus.events
         where subject = $1 and context = any($2) and (at, id) < ($3, $4)
           and position is not null
         order by at desc, id desc limit $5";
    let (subject, id) = (Uuid::from_u128(subject), Uuid::from_u128(id));
    let rows =
        client.query_prepared(sql, &[&subject, &contexts, &at, &id, &limit_of(limit)]).await?;
    Ok(rows.iter().map(to_event).collect())
}

/// Removes some of the oldest events of each context that all its consumers have passed and that
/// are from before a moment; returns how many.
pub(in crate::bus) async fn forget(
    database: &Database,
    before: Timestamp,
) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    let sql = "with passed as (
            select contexts.context, coalesce(min(consumers.position), contexts.position) as position
              from bus.contexts left join bus.consumers on consumers.context = contexts.context
             group by contexts.context
        ), oldest as (
            select events.id, events.at
              from passed cross join lateral (
                select id, at from bus.events
                 where events.context = passed.context and events.position <= passed.position
                 order by events.position limit $2) as events
        )
        delete from bus.events where id in (select id from oldest where at < $1)";
    Ok(client.execute_prepared(sql, &[&before, &FORGOTTEN_MAX]).await?)
}

fn to_event(row: &Row) -> Event {
    Event {
        position: row.get(0),
        id: row.get::<_, Uuid>(1).as_u128(),
        context: row.get(2),
        kind: row.get(3),
        subject: row.get::<_, Option<Uuid>>(4).map(|id| id.as_u128()),
        data: row.get(5),
        at: row.get(6),
    }
}
