//! SQL of reconciliations.

use std::time::Duration;

use deadpool_postgres::Transaction;
use hashbrown::HashMap;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, SignedAmount, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{BalancePair, Difference, Item, Kind, Reconciliation, ReconciliationId, Status};
use crate::books::ClearingEntry;
use crate::provider::{BalanceEntry, Subject};

const COLUMNS: &str = "id, provider, status, grace_s, entries, differences, failure, created_at,
    finished_at";

fn reconciliation(row: &Row) -> Reconciliation {
    let grace_s: i32 = row.get(3);
    Reconciliation {
        id: row.get(0),
        provider: row.get(1),
        status: Status::from_name(row.get(2)).expect("the table checks the status"),
        grace: Duration::from_secs(u64::try_from(grace_s).unwrap_or_default()),
        entries: row.get(4),
        differences: row.get(5),
        failure: row.get(6),
        balances: Vec::new(),
        created_at: row.get(7),
        finished_at: row.get(8),
    }
}

/// Writes the run down, if its id is new.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    new: &Reconciliation,
    requested_by: Option<UserId>,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.reconciliations
            (id, provider, status, grace_s, requested_by, created_at)
        values ($1, $2, 'running', $3, $4, $5) on conflict (id) do nothing";
    let grace_s = i32::try_from(new.grace.as_secs()).unwrap_or(i32::MAX);
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&new.id, &new.provider, &grace_s, &requested_by, &new.created_at];
    Ok(tx.execute_prepared(sql, &parameters).await? == 1)
}

pub(super) async fn get(
    database: &Database,
    id: ReconciliationId,
) -> Result<Option<Reconciliation>, DatabaseError> {
    let sql = format!("select {COLUMNS} from payments.reconciliations where id = $1");
    let row = database.client().await?.query_opt_prepared(&sql, &[&id]).await?;
    let found: Vec<Reconciliation> = row.iter().map(reconciliation).collect();
    Ok(with_balances(database, found).await?.pop())
}

/// The newest first, after the place that a cursor names.
pub(super) async fn list(
    database: &Database,
    provider: Option<&str>,
    after: Option<(Timestamp, ReconciliationId)>,
    limit: i64,
) -> Result<Vec<Reconciliation>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from payments.reconciliations
          where ($1::text is null or provider = $1)
            and ($2::timestamptz is null or (created_at, id) < ($2, $3))
          order by created_at desc, id desc limit $4"
    );
    let (at, id) = after.unzip();
    let client = database.client().await?;
    let rows = client.query_prepared(&sql, &[&provider, &at, &id, &limit]).await?;
    drop(client);
    with_balances(database, rows.iter().map(reconciliation).collect()).await
}

async fn with_balances(
    database: &Database,
    mut runs: Vec<Reconciliation>,
) -> Result<Vec<Reconciliation>, DatabaseError> {
    let ids: Vec<Uuid> = runs.iter().map(|run| run.id.as_uuid()).collect();
    let sql = "select reconciliation_id, asset, scale, ours, theirs
        from payments.reconciliation_balances where reconciliation_id = any($1) order by asset";
    let rows = database.client().await?.query_prepared(sql, &[&ids]).await?;
    let mut balances: HashMap<Uuid, Vec<BalancePair>> = HashMap::new();
    for row in &rows {
        let scale: i16 = row.get(2);
        balances.entry(row.get(0)).or_default().push(BalancePair {
            asset: row.get(1),
            scale: u8::try_from(scale).expect("scales are small"),
            ours: row.get(3),
            theirs: row.get(4),
        });
    }
    for run in &mut runs {
        run.balances = balances.remove(&run.id.as_uuid()).unwrap_or_default();
    }
    Ok(runs)
}

/// Up to when the provider's word was read.
pub(super) async fn last_read(
    database: &Database,
    provider: &str,
) -> Result<Option<Timestamp>, DatabaseError> {
    let sql = "select max(read_to) from payments.reconciliations where provider = $1";
    Ok(database.client().await?.query_one_prepared(sql, &[&provider]).await?.get(0))
}

/// Stores entries with their references and counts those that are new; how many that are.
pub(super) async fn take_entries(
    database: &Database,
    provider: &str,
    entries: &[(BalanceEntry, String)],
) -> Result<i64, DatabaseError> {
    let sql = "insert into payments.provider_entries
            (provider, id, subject, reference, asset, amount, fee, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (provider, id) do nothing";
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    let mut count = 0;
    for (entry, reference) in entries {
        let BalanceEntry { id, subject, asset, amount, fee, at, .. } = entry;
        let subject_name = subject.as_str();
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
            [&provider, id, &subject_name, reference, asset, amount, fee, at];
        if tx.execute_prepared(sql, &parameters).await? == 0 {
            continue;
        }
        count += 1;
        let fee = SignedAmount::ZERO.checked_sub(*fee).unwrap_or(SignedAmount::ZERO);
        for (subject, reference, amount) in
            [(*subject, reference, *amount), (Subject::Fee, id, fee)]
        {
            let theirs = (SignedAmount::ZERO, amount);
            count_in_tx(&tx, provider, (subject, reference), asset, theirs, *at).await?;
        }
    }
    tx.commit().await?;
    Ok(count)
}

/// How far a clearing account was read.
pub(super) async fn position(
    database: &Database,
    provider: &str,
    asset: &str,
) -> Result<i64, DatabaseError> {
    let sql = "select sequence from payments.reconciliation_positions
        where provider = $1 and asset = $2";
    let row = database.client().await?.query_opt_prepared(sql, &[&provider, &asset]).await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

/// The assets whose clearing accounts were read.
pub(super) async fn assets_read(
    database: &Database,
    provider: &str,
) -> Result<Vec<String>, DatabaseError> {
    let sql = "select asset from payments.reconciliation_positions where provider = $1";
    let rows = database.client().await?.query_prepared(sql, &[&provider]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Counts entries of a clearing account, unless somebody did since.
pub(super) async fn take_clearing(
    database: &Database,
    (provider, asset): (&str, &str),
    entries: &[ClearingEntry],
    (after, upto): (i64, i64),
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.reconciliation_positions as known (provider, asset, sequence)
        values ($1, $2, $4)
        on conflict (provider, asset) do update set sequence = $4 where known.sequence = $3";
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    if tx.execute_prepared(sql, &[&provider, &asset, &after, &upto]).await? == 0 {
        return Ok(());
    }
    for ClearingEntry { subject, reference, amount, at } in entries {
        let ours = (*amount, SignedAmount::ZERO);
        count_in_tx(&tx, provider, (*subject, reference), asset, ours, *at).await?;
    }
    Ok(tx.commit().await?)
}

/// Adds to what our side, or theirs, says of an item; one of the two is zero.
async fn count_in_tx(
    tx: &Transaction<'_>,
    provider: &str,
    (subject, reference): (Subject, &str),
    asset: &str,
    (ours, theirs): (SignedAmount, SignedAmount),
    at: Timestamp,
) -> Result<(), DatabaseError> {
    if ours == SignedAmount::ZERO && theirs == SignedAmount::ZERO {
        return Ok(());
    }
    let sql = "insert into payments.reconciliation_items as known (provider, subject, reference,
            asset, ours, theirs, has_ours, has_theirs, moved_at)
        values ($1, $2, $3, $4, $5::numeric, $6::numeric, $5 <> 0, $6 <> 0, $7)
        on conflict (provider, subject, reference, asset) do update
           set ours = known.ours + $5, theirs = known.theirs + $6,
               has_ours = known.has_ours or $5 <> 0, has_theirs = known.has_theirs or $6 <> 0,
               moved_at = greatest(known.moved_at, $7)";
    let subject = subject.as_str();
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
        [&provider, &subject, &reference, &asset, &ours, &theirs, &at];
    tx.execute_prepared(sql, &parameters).await?;
    Ok(())
}

/// An entry whose fee, or settlement, isn't in the ledger.
pub(super) struct Unbooked {
    pub(super) id: String,
    pub(super) subject: Subject,
    pub(super) asset: String,
    pub(super) amount: SignedAmount,
    pub(super) fee: SignedAmount,
}

pub(super) async fn unbooked(
    database: &Database,
    provider: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Unbooked>, DatabaseError> {
    let sql = "select id, subject, asset, amount, fee from payments.provider_entries
         where provider = $1 and id > $2 and booked_at is null
           and (fee <> 0 or subject = 'settlement')
         order by id limit $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = database.client().await?.query_prepared(sql, &[&provider, &after, &limit]).await?;
    let entry = |row: &Row| Unbooked {
        id: row.get(0),
        subject: subject_of(row.get(1)),
        asset: row.get(2),
        amount: row.get(3),
        fee: row.get(4),
    };
    Ok(rows.iter().map(entry).collect())
}

pub(super) async fn set_booked(
    database: &Database,
    provider: &str,
    id: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.provider_entries set booked_at = $3
        where provider = $1 and id = $2 and booked_at is null";
    database.client().await?.execute_prepared(sql, &[&provider, &id, &now]).await?;
    Ok(())
}

/// Items that don't agree and that nothing has moved since.
pub(super) async fn open_items(
    database: &Database,
    provider: &str,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Item>, DatabaseError> {
    let sql = "select subject, reference, asset, ours, theirs, has_ours, has_theirs, moved_at
          from payments.reconciliation_items
         where provider = $1 and ours <> theirs and moved_at <= $2
         order by subject, reference, asset limit $3";
    let rows = database.client().await?.query_prepared(sql, &[&provider, &before, &limit]).await?;
    let item = |row: &Row| Item {
        subject: subject_of(row.get(0)),
        reference: row.get(1),
        asset: row.get(2),
        ours: row.get::<_, bool>(5).then(|| row.get(3)),
        theirs: row.get::<_, bool>(6).then(|| row.get(4)),
        moved_at: row.get(7),
    };
    Ok(rows.iter().map(item).collect())
}

fn subject_of(name: &str) -> Subject {
    Subject::from_name(name).expect("only names of subjects are stored")
}

/// What a run came to.
pub(super) struct End<'a> {
    pub(super) read_to: Timestamp,
    pub(super) entries: i64,
    pub(super) balances: &'a [BalancePair],
    pub(super) differences: &'a [Difference],
}

/// Records the result, once.
pub(super) async fn complete(
    database: &Database,
    id: ReconciliationId,
    end: &End<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.reconciliations set status = 'completed', read_to = $2,
            entries = $3, differences = $4, finished_at = $5
        where id = $1 and status = 'running'";
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    let count = i32::try_from(end.differences.len()).unwrap_or(i32::MAX);
    let changed =
        tx.execute_prepared(sql, &[&id, &end.read_to, &end.entries, &count, &now]).await?;
    if changed == 0 {
        return Ok(());
    }
    for BalancePair { asset, scale, ours, theirs } in end.balances {
        let sql = "insert into payments.reconciliation_balances values ($1, $2, $3, $4, $5)";
        let scale = i16::from(*scale);
        tx.execute_prepared(sql, &[&id, asset, &scale, ours, theirs]).await?;
    }
    for it in end.differences {
        let sql = "insert into payments.reconciliation_differences
                (reconciliation_id, number, kind, subject, reference, asset, ours, theirs_asset,
                 theirs, moved_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let (kind, subject) = (it.kind.as_str(), it.subject.as_str());
        let Difference { number, reference, asset, ours, theirs_asset, theirs, moved_at, .. } = it;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 10] =
            [&id, number, &kind, &subject, reference, asset, ours, theirs_asset, theirs, moved_at];
        tx.execute_prepared(sql, &parameters).await?;
    }
    Ok(tx.commit().await?)
}

pub(super) async fn fail(
    database: &Database,
    id: ReconciliationId,
    failure: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.reconciliations set status = 'failed', failure = $2,
            finished_at = $3
        where id = $1 and status = 'running'";
    database.client().await?.execute_prepared(sql, &[&id, &failure, &now]).await?;
    Ok(())
}

/// Whether anything ever went to a provider.
pub(super) async fn is_used(database: &Database, provider: &str) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from payments.deposits where provider = $1)
        or exists (select from payments.withdrawals where provider = $1)";
    Ok(database.client().await?.query_one_prepared(sql, &[&provider]).await?.get(0))
}

/// What a run found, after a number.
pub(super) async fn differences(
    database: &Database,
    id: ReconciliationId,
    after: i32,
    limit: i64,
) -> Result<Vec<Difference>, DatabaseError> {
    let sql = "select number, kind, subject, reference, asset, ours, theirs_asset, theirs, moved_at
          from payments.reconciliation_differences
         where reconciliation_id = $1 and number > $2 order by number limit $3";
    let rows = database.client().await?.query_prepared(sql, &[&id, &after, &limit]).await?;
    let difference = |row: &Row| {
        let kind: &str = row.get(1);
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
        Difference {
            number: row.get(0),
            kind: kind.expect("the table checks the kind"),
            subject: subject_of(row.get(2)),
            reference: row.get(3),
            asset: row.get(4),
            ours: row.get(5),
            theirs_asset: row.get(6),
            theirs: row.get(7),
            moved_at: row.get(8),
        }
    };
    Ok(rows.iter().map(difference).collect())
}
