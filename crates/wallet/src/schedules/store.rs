//! SQL of schedules.

use deadpool_postgres::{Object, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::Row;

use super::{Every, Rhythm, ScheduleStatus};
use crate::error::{Result, WalletError};
use crate::ids::ScheduleId;

/// A schedule as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) id: ScheduleId,
    pub(crate) owner: UserId,
    pub(crate) recipient: UserId,
    pub(crate) asset: String,
    pub(crate) amount: Amount,
    pub(crate) message: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) rhythm: Rhythm,
    pub(crate) state: ScheduleStatus,
    /// The occurrence that comes next.
    pub(crate) next_no: u32,
    pub(crate) next_at: Timestamp,
    /// Failed attempts of the next occurrence.
    pub(crate) attempt: u32,
    pub(crate) done: u32,
    pub(crate) last_failure: Option<String>,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
}

const COLUMNS: &str = "id, owner, recipient, asset, amount, message, reference, start_at, every, \
     until, count, state, next_no, next_at, attempt, done, last_failure, version, created_at";

fn stored(row: &Row) -> Result<Stored> {
    let number = |index: usize| row.get::<_, i32>(index).cast_unsigned();
    Ok(Stored {
        id: row.get(0),
        owner: row.get(1),
        recipient: row.get(2),
        asset: row.get(3),
        amount: row.get(4),
        message: row.get(5),
        reference: row.get(6),
        rhythm: Rhythm {
            start_at: row.get(7),
            every: Every::of(row.get(8)).ok_or(WalletError::Corrupt("a schedule's rhythm"))?,
            until: row.get(9),
            count: row.get::<_, Option<i32>>(10).map(i32::cast_unsigned),
        },
        state: ScheduleStatus::of(row.get(11))
            .ok_or(WalletError::Corrupt("the state of a schedule"))?,
        next_no: number(12),
        next_at: row.get(13),
        attempt: number(14),
        done: number(15),
        last_failure: row.get(16),
        version: number(17),
        created_at: row.get(18),
    })
}

/// Writes it; `false` if its id is taken.
pub(super) async fn insert_in_tx(tx: &Transaction<'_>, new: &Stored) -> Result<bool> {
    let sql = "insert into wallet.schedules \
               (id, owner, recipient, asset, amount, message, reference, start_at, every, until, \
                count, state, next_no, next_at, created_at, changed_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) \
               on conflict (id) do nothing";
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.owner,
                &new.recipient,
                &new.asset,
                &new.amount,
                &new.message,
                &new.reference,
                &new.rhythm.start_at,
                &new.rhythm.every.as_str(),
                &new.rhythm.until,
                &new.rhythm.count.map(u32::cast_signed),
                &new.state.as_str(),
                &new.next_no.cast_signed(),
                &new.next_at,
                &new.created_at,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn one(client: &Object, id: ScheduleId) -> Result<Option<Stored>> {
    let sql = format!("select {COLUMNS} from wallet.schedules where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(stored).transpose()
}

pub(super) async fn lock_in_tx(tx: &Transaction<'_>, id: ScheduleId) -> Result<Option<Stored>> {
    let sql = format!("select {COLUMNS} from wallet.schedules where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(stored).transpose()
}

/// What its owner changed.
pub(super) async fn update_in_tx(tx: &Transaction<'_>, it: &Stored, now: Timestamp) -> Result<()> {
    let sql = "update wallet.schedules set amount = $2, message = $3, reference = $4, state = $5, \
               next_no = $6, next_at = $7, attempt = $8, version = version + 1, changed_at = $9 \
               where id = $1";
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.amount,
            &it.message,
            &it.reference,
            &it.state.as_str(),
            &it.next_no.cast_signed(),
            &it.next_at,
            &it.attempt.cast_signed(),
            &now,
        ],
    )
    .await?;
    Ok(())
}

/// What an attempt came to: `after` as computed from `before`. `false` if another run was faster.
pub(super) async fn advance_in_tx(
    tx: &Transaction<'_>,
    before: &Stored,
    after: &Stored,
    now: Timestamp,
) -> Result<bool> {
    // What the owner did meanwhile (paused, cancelled) stays.
    let sql = "update wallet.schedules set next_no = $4, next_at = $5, attempt = $6, done = $7, \
               last_failure = $8, changed_at = $9, \
               state = case when state = 'active' then $10 else state end \
               where id = $1 and next_no = $2 and attempt = $3";
    let changed = tx
        .execute_prepared(
            sql,
            &[
                &before.id,
                &before.next_no.cast_signed(),
                &before.attempt.cast_signed(),
                &after.next_no.cast_signed(),
                &after.next_at,
                &after.attempt.cast_signed(),
                &after.done.cast_signed(),
                &after.last_failure,
                &now,
                &after.state.as_str(),
            ],
        )
        .await?;
    Ok(changed == 1)
}

pub(super) async fn list(
    client: &Object,
    owner: UserId,
    after: Option<(Timestamp, ScheduleId)>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let sql = format!(
        "select {COLUMNS} from wallet.schedules where owner = $1 and state <> 'cancelled' \
         and ($2::timestamptz is null or (created_at, id) < ($2, $3)) \
         order by created_at desc, id desc limit $4"
    );
    let (at, id) = after.unzip();
    let rows = client.query_prepared(&sql, &[&owner, &at, &id, &limit]).await?;
    rows.iter().map(stored).collect()
}

/// Every schedule of a user.
pub(super) async fn all_of(client: &Object, owner: UserId) -> Result<Vec<Stored>> {
    let sql =
        format!("select {COLUMNS} from wallet.schedules where owner = $1 order by created_at, id");
    client.query_prepared(&sql, &[&owner]).await?.iter().map(stored).collect()
}

/// The schedules of somebody who may move value again.
pub(super) async fn due_in_tx(
    tx: &Transaction<'_>,
    owner: UserId,
    now: Timestamp,
) -> Result<Vec<ScheduleId>, tokio_postgres::Error> {
    let sql = "select id from wallet.schedules \
               where owner = $1 and state = 'active' and next_at <= $2";
    Ok(tx.query_prepared(sql, &[&owner, &now]).await?.iter().map(|row| row.get(0)).collect())
}

/// Removes what a user wrote, and ends it.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, user: UserId, now: Timestamp) -> Result<()> {
    let sql = "update wallet.schedules set message = null, reference = null, \
               state = 'cancelled', version = version + 1, changed_at = $2 where owner = $1";
    tx.execute_prepared(sql, &[&user, &now]).await?;
    Ok(())
}
