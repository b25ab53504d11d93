use deadpool_postgres::{GenericClient, Transaction};
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::{count_of, limit_of};
use crate::bus::job::RECURRING_KEY;
use crate::bus::{Job, JobError, JobFilter, JobRow, JobState, NewJob};
use crate::db::Statements as _;
use crate::id::{IdSource as _, UuidV7};
use crate::{Database, DatabaseError, Timestamp, db};

pub(in crate::bus) async fn insert(
    client: &impl GenericClient,
    now: Timestamp,
    jobs: &[NewJob],
) -> Result<(), DatabaseError> {
    let ids: Vec<Uuid> = jobs.iter().map(|job| Uuid::from_u128(job.id)).collect();
    let kinds: Vec<&str> = jobs.iter().map(|job| job.kind).collect();
    let keys: Vec<Option<&str>> = jobs.iter().map(|job| job.key.as_deref()).collect();
    let payloads: Vec<&Value> = jobs.iter().map(|job| &job.payload).collect();
    let subjects: Vec<Option<Uuid>> =
        jobs.iter().map(|job| job.subject.map(Uuid::from_u128)).collect();
    let run_at: Vec<Timestamp> = jobs.iter().map(|job| job.run_at.unwrap_or(now)).collect();
    // Only a key that is taken is passed over; an id that is taken is somebody's mistake. In order,
    // so that two transactions with the same keys wait for each other in one direction.
    let sql = "insert into bus.jobs
            (id, kind, key, payload, subject, run_at, created_at, updated_at)
        select id, kind, key, payload, subject, run_at, $7::timestamptz, $7
          from unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::uuid[], $6::timestamptz[])
            as new (id, kind, key, payload, subject, run_at)
         order by kind, key
            on conflict (kind, key) where state <> 'dead' do nothing";
    let params: [&(dyn ToSql + Sync); 7] =
        [&ids, &kinds, &keys, &payloads, &subjects, &run_at, &now];
    client.execute_prepared(sql, &params).await?;
    Ok(())
}

pub(in crate::bus) async fn cancel(
    tx: &Transaction<'_>,
    kind: &str,
    key: &str,
) -> Result<bool, DatabaseError> {
    let sql = "delete from bus.jobs where kind = $1 and key = $2 and state <> 'dead'";
    Ok(tx.execute_prepared(sql, &[&kind, &key]).await? == 1)
}

/// A job that is dead from the start: an event that a consumer could not handle.
pub(in crate::bus) async fn insert_dead(
    tx: &Transaction<'_>,
    now: Timestamp,
    job: &NewJob,
    attempts: u32,
    error: &JobError,
) -> Result<(), DatabaseError> {
    let sql = "insert into bus.jobs (id, kind, key, state, payload, subject, attempts, run_at,
            last_error, created_at, updated_at)
        values ($1, $2, $3, 'dead', $4, $5, $6, $7, $8, $7, $7)";
    let (id, subject) = (Uuid::from_u128(job.id), job.subject.map(Uuid::from_u128));
    let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
    tx.execute_prepared(
        sql,
        &[&id, &job.kind, &job.key, &job.payload, &subject, &attempts, &now, &error.as_str()],
    )
    .await?;
    Ok(())
}

/// A kind of which this process can run some more.
pub(in crate::bus) struct Wanted {
    pub(in crate::bus) kind: &'static str,
    pub(in crate::bus) slots: usize,
}

/// A job that is this process' to run.
pub(in crate::bus) struct Claimed {
    pub(in crate::bus) job: Job,
    pub(in crate::bus) claim: Uuid,
    pub(in crate::bus) last_error: Option<String>,
}

/// Takes what is due, of all kinds in one statement, until the leases end. Jobs of the kind
/// `event` are left alone unless their consumer is one of `consumers`.
pub(in crate::bus) async fn claim(
    database: &Database,
    (now, until): (Timestamp, Timestamp),
    wanted: &[Wanted],
    consumers: &[&str],
) -> Result<Vec<Claimed>, DatabaseError> {
    let kinds: Vec<&str> = wanted.iter().map(|wanted| wanted.kind).collect();
    let slots: Vec<i64> = wanted.iter().map(|wanted| limit_of(wanted.slots)).collect();
    let sql = "with due as materialized (
            select job.id from unnest($1::text[], $2::int8[]) as wanted (kind, slots)
             cross join lateral (
                select id from bus.jobs
                 where kind = wanted.kind and state = 'waiting' and run_at <= $4
                   and (kind <> 'event' or payload->>'consumer' = any($5))
                 order by run_at, id limit wanted.slots
                   for update skip locked
             ) as job
        )
        update bus.jobs
           set state = 'running', claim = gen_random_uuid(), locked_until = $3,
               attempts = attempts + 1, updated_at = $4
          from due
         where jobs.id = due.id
        returning jobs.id, kind, payload, attempts, subject, created_at, run_at, last_error,
            claim";
    let client = database.client().await?;
    let rows = client.query_prepared(sql, &[&kinds, &slots, &until, &now, &consumers]).await?;
    let to_claimed =
        |row: &Row| Claimed { job: to_job(row), last_error: row.get(7), claim: row.get(8) };
    Ok(rows.iter().map(to_claimed).collect())
}

/// The processes that have these claims are alive.
pub(in crate::bus) async fn renew(
    database: &Database,
    claims: &[Uuid],
    until: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update bus.jobs set locked_until = $2 where state = 'running' and claim = any($1)";
    database.client().await?.execute_prepared(sql, &[&claims, &until]).await?;
    Ok(())
}

fn to_job(row: &Row) -> Job {
    Job {
        id: row.get::<_, Uuid>(0).as_u128(),
        kind: row.get(1),
        payload: row.get(2),
        attempt: count_of(row.get(3)),
        subject: row.get::<_, Option<Uuid>>(4).map(|id| id.as_u128()),
        created_at: row.get(5),
        run_at: row.get(6),
    }
}

/// Jobs of these kinds that wait or run.
pub(in crate::bus) struct Look {
    /// When the next one that waits is due.
    pub(in crate::bus) next_at: Option<Timestamp>,
    /// Whether the lease of one has run out.
    pub(in crate::bus) is_lost: bool,
}

/// `own` are the claims under way in this process: it knows that it isn't dead.
pub(in crate::bus) async fn look(
    database: &Database,
    now: Timestamp,
    kinds: &[&str],
    own: &[Uuid],
    consumers: &[&str],
) -> Result<Look, DatabaseError> {
    let sql = "select
            (select min(next.run_at) from unnest($1::text[]) as mine (kind)
              cross join lateral (
                select run_at from bus.jobs
                 where kind = mine.kind and state = 'waiting'
                   and (kind <> 'event' or payload->>'consumer' = any($4))
                 order by run_at limit 1
              ) as next),
            exists (select from bus.jobs
                     where state = 'running' and locked_until <= $2 and claim <> all($3))";
    let client = database.client().await?;
    let row = client.query_one_prepared(sql, &[&kinds, &now, &own, &consumers]).await?;
    Ok(Look { next_at: row.get(0), is_lost: row.get(1) })
}

/// Frees the jobs whose process counts as dead, of any kind, and returns their kinds.
pub(in crate::bus) async fn free_lost(
    database: &Database,
    now: Timestamp,
    own: &[Uuid],
    error: &str,
) -> Result<Vec<String>, DatabaseError> {
    let sql = "update bus.jobs
           set state = 'waiting', claim = null, locked_until = null, last_error = $3,
               updated_at = $1
         where state = 'running' and locked_until <= $1 and claim <> all($2)
        returning kind";
    let rows = database.client().await?.query_prepared(sql, &[&now, &own, &error]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Gives back jobs whose runs were broken off: as if they had not been begun.
pub(in crate::bus) async fn give_back(
    database: &Database,
    now: Timestamp,
    runs: &[(u128, Uuid)],
) -> Result<u64, DatabaseError> {
    let ids: Vec<Uuid> = runs.iter().map(|(id, _)| Uuid::from_u128(*id)).collect();
    let claims: Vec<Uuid> = runs.iter().map(|(_, claim)| *claim).collect();
    let sql = "with given as (
            update bus.jobs
               set state = 'waiting', claim = null, locked_until = null, attempts = attempts - 1,
                   updated_at = $3
              from unnest($1::uuid[], $2::uuid[]) as mine (id, claim)
             where jobs.id = mine.id and jobs.claim = mine.claim
            returning 1
        )
        select count(*), pg_notify('bus', 'jobs') from given";
    let row = database.client().await?.query_one_prepared(sql, &[&ids, &claims, &now]).await?;
    Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
}

/// The job is done: it goes. False if the claim is no longer good.
pub(in crate::bus) async fn remove(
    client: &impl GenericClient,
    id: u128,
    claim: Uuid,
) -> Result<bool, DatabaseError> {
    let sql = "delete from bus.jobs where id = $1 and claim = $2";
    Ok(client.execute_prepared(sql, &[&Uuid::from_u128(id), &claim]).await? == 1)
}

/// It runs again at `run_at`. `error` is why, if it failed; without one, attempts count anew.
pub(in crate::bus) async fn postpone(
    database: &Database,
    now: Timestamp,
    id: u128,
    claim: Uuid,
    run_at: Timestamp,
    error: Option<&JobError>,
) -> Result<bool, DatabaseError> {
    let sql = "update bus.jobs
           set state = 'waiting', claim = null, locked_until = null, run_at = $3, last_error = $4,
               attempts = case when $4::text is null then 0 else attempts end, updated_at = $5
         where id = $1 and claim = $2";
    let client = database.client().await?;
    let (id, error) = (Uuid::from_u128(id), error.map(JobError::as_str));
    Ok(client.execute_prepared(sql, &[&id, &claim, &run_at, &error, &now]).await? == 1)
}

/// It stays as a dead job. One that recurs gets a successor that runs at `again_at`.
pub(in crate::bus) async fn bury(
    database: &Database,
    now: Timestamp,
    id: u128,
    claim: Uuid,
    error: &JobError,
    again_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "with buried as (
            update bus.jobs
               set state = 'dead', claim = null, locked_until = null, last_error = $3,
                   updated_at = $4
             where id = $1 and claim = $2
            returning kind, key, payload, subject
        ), succeeded as (
            insert into bus.jobs (id, kind, key, payload, subject, run_at, created_at, updated_at)
            select $5, kind, key, payload, subject, $6, $4, $4 from buried where key = $7
                on conflict (kind, key) where state <> 'dead' do nothing
        )
        select count(*) from buried";
    let client = database.client().await?;
    let (id, successor) = (Uuid::from_u128(id), Uuid::from_u128(UuidV7.next_bits()));
    let params: [&(dyn ToSql + Sync); 7] =
        [&id, &claim, &error.as_str(), &now, &successor, &again_at, &RECURRING_KEY];
    Ok(client.query_one_prepared(sql, &params).await?.get::<_, i64>(0) == 1)
}

/// How many dead jobs there are of each kind that has some.
pub(in crate::bus) async fn count_dead(
    database: &Database,
) -> Result<Vec<(String, i64)>, DatabaseError> {
    let sql = "select kind, count(*) from bus.jobs where state = 'dead' group by kind";
    let rows = database.client().await?.query_prepared(sql, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

const COLUMNS: &str = "id, kind, key, state, payload, subject, attempts, run_at, locked_until,
    last_error, created_at, updated_at";

pub(in crate::bus) async fn list(
    database: &Database,
    filter: &JobFilter,
    after: Option<u128>,
    limit: usize,
) -> Result<Vec<JobRow>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from bus.jobs
         where ($1::text is null or state = $1) and ($2::text is null or kind = $2)
           and ($3::uuid is null or subject = $3) and ($4::uuid is null or id < $4)
         order by id desc limit $5"
    );
    let state = filter.state.map(JobState::as_str);
    let (subject, after) = (filter.subject.map(Uuid::from_u128), after.map(Uuid::from_u128));
    let client = database.client().await?;
    let params: [&(dyn ToSql + Sync); 5] =
        [&state, &filter.kind, &subject, &after, &limit_of(limit)];
    Ok(client.query_prepared(&sql, &params).await?.iter().map(to_row).collect())
}

pub(in crate::bus) async fn get(
    database: &Database,
    id: u128,
) -> Result<Option<JobRow>, DatabaseError> {
    let sql = format!("select {COLUMNS} from bus.jobs where id = $1");
    let client = database.client().await?;
    Ok(client.query_opt_prepared(&sql, &[&Uuid::from_u128(id)]).await?.as_ref().map(to_row))
}

/// Dead jobs wait again: this one, or all of a kind. Those whose key is taken stay dead, and of
/// several with one key only the newest gets on.
pub(in crate::bus) async fn redrive(
    client: &mut impl GenericClient,
    now: Timestamp,
    id: Option<u128>,
    kind: Option<&str>,
) -> Result<u64, DatabaseError> {
    let sql = "with chosen as (
            select distinct on (kind, coalesce(key, id::text)) id
              from bus.jobs as dead
             where state = 'dead'
               and ($1::uuid is null or id = $1) and ($2::text is null or kind = $2)
               and not exists (select from bus.jobs as live
                                where live.kind = dead.kind and live.key = dead.key
                                  and live.state <> 'dead')
             order by kind, coalesce(key, id::text), id desc
        ), redriven as (
            update bus.jobs set state = 'waiting', attempts = 0, run_at = $3, updated_at = $3
              from chosen
             where jobs.id = chosen.id and jobs.state = 'dead'
            returning 1
        )
        select count(*), pg_notify('bus', 'jobs') from redriven";
    // In a transaction of the caller's it is a savepoint, so that the rest of it can go on.
    let tx = client.transaction().await?;
    match tx.query_one_prepared(sql, &[&id.map(Uuid::from_u128), &kind, &now]).await {
        Ok(row) => {
            tx.commit().await?;
            Ok(u64::try_from(row.get::<_, i64>(0)).unwrap_or(0))
        }
        // The key was taken in this moment.
        Err(error) if db::constraint(&error) == Some("jobs_live_key") => Ok(0),
        Err(error) => Err(error.into()),
    }
}

pub(in crate::bus) async fn discard(
    client: &impl GenericClient,
    id: u128,
) -> Result<bool, DatabaseError> {
    let sql = "delete from bus.jobs where id = $1 and state <> 'running'";
    Ok(client.execute_prepared(sql, &[&Uuid::from_u128(id)]).await? == 1)
}

fn to_row(row: &Row) -> JobRow {
    let state: &str = row.get(3);
    JobRow {
        id: row.get::<_, Uuid>(0).as_u128(),
        kind: row.get(1),
        key: row.get(2),
        state: state.parse().expect("the table checks the state"),
        payload: row.get(4),
        subject: row.get::<_, Option<Uuid>>(5).map(|id| id.as_u128()),
        attempts: count_of(row.get(6)),
        run_at: row.get(7),
        locked_until: row.get(8),
        last_error: row.get(9),
        created_at: row.get(10),
        updated_at: row.get(11),
    }
}
