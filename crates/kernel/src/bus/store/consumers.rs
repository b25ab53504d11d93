use deadpool_postgres::Transaction;
use tokio_postgres::Row;

use super::count_of;
use crate::bus::{ConsumerRow, JobError};
use crate::db::Statements as _;
use crate::{Database, DatabaseError, Timestamp};

/// A consumer whose row this transaction has locked.
pub(in crate::bus) struct Locked {
    pub(in crate::bus) position: i64,
    pub(in crate::bus) failures: u32,
}

/// Whether there is something to do, for each consumer that is behind.
pub(in crate::bus) struct Look {
    pub(in crate::bus) is_unsequenced: bool,
    /// Per consumer: how many events it is behind, and whether it may go on now.
    pub(in crate::bus) consumers: Vec<(String, i64, bool)>,
}

/// A consumer of this process.
pub(in crate::bus) struct Mine {
    pub(in crate::bus) name: &'static str,
    pub(in crate::bus) context: &'static str,
    pub(in crate::bus) kinds: Option<&'static [&'static str]>,
}

/// Makes the rows of these consumers, and returns the names that are taken for another context.
/// Kinds are added to those that are known: a process of an older version may want other ones.
pub(in crate::bus) async fn register(
    database: &Database,
    now: Timestamp,
    mine: &[Mine],
) -> Result<Vec<String>, DatabaseError> {
    let names: Vec<&str> = mine.iter().map(|mine| mine.name).collect();
    let contexts: Vec<&str> = mine.iter().map(|mine| mine.context).collect();
    // An array of arrays would have to be a rectangle.
    let kinds: Vec<Option<String>> =
        mine.iter().map(|mine| mine.kinds.map(|kinds| kinds.join(","))).collect();
    let client = database.client().await?;
    let sql = "insert into bus.consumers as known (name, context, kinds, updated_at)
        select name, context, string_to_array(kinds, ','), $4
          from unnest($1::text[], $2::text[], $3::text[]) as mine (name, context, kinds)
            on conflict (name) do update
           set kinds = case when excluded.kinds is not null then known.kinds || excluded.kinds end
         where known.context = excluded.context and known.kinds is not null
           and (excluded.kinds is null or not known.kinds @> excluded.kinds)";
    client.execute_prepared(sql, &[&names, &contexts, &kinds, &now]).await?;
    let sql = "select known.name from bus.consumers as known
          join unnest($1::text[], $2::text[]) as mine (name, context)
            on mine.name = known.name and mine.context <> known.context";
    let rows = client.query_prepared(sql, &[&names, &contexts]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// One statement for everything that the events' side of a process has to know.
pub(in crate::bus) async fn look(
    database: &Database,
    now: Timestamp,
    names: &[&str],
) -> Result<Look, DatabaseError> {
    let client = database.client().await?;
    let sql = "select exists (select from bus.events where position is null),
            consumers.name, coalesce(contexts.position, 0) - consumers.position,
            coalesce(consumers.retry_at <= $2, true)
          from (select) as one_row
          left join bus.consumers on consumers.name = any($1)
          left join bus.contexts on contexts.context = consumers.context";
    let rows = client.query_prepared(sql, &[&names, &now]).await?;
    let consumer = |row: &Row| {
        let name: Option<String> = row.get(1);
        name.map(|name| (name, row.get(2), row.get(3)))
    };
    Ok(Look {
        is_unsequenced: rows.first().is_some_and(|row| row.get(0)),
        consumers: rows.iter().filter_map(consumer).collect(),
    })
}

/// Locks the consumer for this transaction; `None` if another process has it or it has to wait.
pub(in crate::bus) async fn lock(
    tx: &deadpool_postgres::Transaction<'_>,
    now: Timestamp,
    name: &str,
    context: &str,
) -> Result<Option<Locked>, DatabaseError> {
    let sql = "select position, failures from bus.consumers
         where name = $1 and context = $2 and coalesce(retry_at <= $3, true)
           for update skip locked";
    let row = tx.query_opt_prepared(sql, &[&name, &context, &now]).await?;
    Ok(row.map(|row| Locked { position: row.get(0), failures: count_of(row.get(1)) }))
}

pub(in crate::bus) async fn advance(
    tx: &deadpool_postgres::Transaction<'_>,
    now: Timestamp,
    name: &str,
    position: i64,
) -> Result<(), DatabaseError> {
    let sql = "update bus.consumers
           set position = $2, failures = 0, retry_at = null, last_error = null, updated_at = $3
         where name = $1";
    tx.execute_prepared(sql, &[&name, &position, &now]).await?;
    Ok(())
}

/// The next event has failed once more and is tried again at `retry_at`.
pub(in crate::bus) async fn set_failed(
    tx: &Transaction<'_>,
    now: Timestamp,
    name: &str,
    retry_at: Timestamp,
    error: &JobError,
) -> Result<(), DatabaseError> {
    let sql = "update bus.consumers
           set failures = failures + 1, retry_at = $2, last_error = $3, updated_at = $4
         where name = $1";
    tx.execute_prepared(sql, &[&name, &retry_at, &error.as_str(), &now]).await?;
    Ok(())
}

pub(in crate::bus) async fn set_position(
    database: &Database,
    now: Timestamp,
    name: &str,
    position: i64,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "with moved as (
            update bus.consumers
               set position = $2, failures = 0, retry_at = null, last_error = null, updated_at = $3
             where name = $1
            returning 1
        )
        select (select count(*) from moved), pg_notify('bus', 'events')";
    let row = client.query_one_prepared(sql, &[&name, &position.max(0), &now]).await?;
    Ok(row.get::<_, i64>(0) == 1)
}

pub(in crate::bus) async fn list(database: &Database) -> Result<Vec<ConsumerRow>, DatabaseError> {
    let client = database.client().await?;
    let sql = "select consumers.name, consumers.context, consumers.position,
            coalesce(contexts.position, 0), consumers.updated_at, consumers.failures,
            consumers.retry_at, consumers.last_error
          from bus.consumers
          left join bus.contexts on contexts.context = consumers.context
         order by consumers.name";
    let to_row = |row: &Row| ConsumerRow {
        name: row.get(0),
        context: row.get(1),
        position: row.get(2),
        last_position_of_context: row.get(3),
        updated_at: row.get(4),
        failures: count_of(row.get(5)),
        retry_at: row.get(6),
        last_error: row.get(7),
    };
    Ok(client.query_prepared(sql, &[]).await?.iter().map(to_row).collect())
}

pub(in crate::bus) async fn contexts(database: &Database) -> Result<Vec<String>, DatabaseError> {
    let client = database.client().await?;
    let sql = "select context from bus.contexts order by context";
    let rows = client.query_prepared(sql, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
