//! SQL of chargebacks.

use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Amount, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{Chargeback, Claim, Kind, status_name, status_of};
use crate::ids::{ChargebackId, DepositId};
use crate::provider::DisputeStatus;

const COLUMNS: &str = "id, deposit_id, kind, amount, status, taken, given_at is not null";

fn chargeback(row: &Row) -> Chargeback {
    Chargeback {
        id: row.get(0),
        deposit: row.get(1),
        kind: if row.get::<_, &str>(2) == "dispute" { Kind::Dispute } else { Kind::Reversal },
        amount: row.get(3),
        status: status_of(row.get(4)).expect("the table checks the status"),
        taken: row.get(5),
        is_given: row.get(6),
    }
}

/// Writes the claim down, or finds what it was written down as.
pub(super) async fn upsert(
    client: &impl GenericClient,
    deposit: DepositId,
    claim: &Claim,
    now: Timestamp,
) -> Result<Chargeback, DatabaseError> {
    let sql = format!(
        "insert into payments.chargebacks as known
            (id, deposit_id, kind, provider_ref, amount, status, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (deposit_id, provider_ref) do update set updated_at = known.updated_at
         returning {COLUMNS}"
    );
    let (kind, status) = (claim.kind.as_str(), status_name(claim.status));
    let id = ChargebackId::generate();
    let row = client
        .query_one_prepared(
            &sql,
            &[&id, &deposit, &kind, &claim.reference, &claim.amount, &status, &now],
        )
        .await?;
    Ok(chargeback(&row))
}

/// Records how a dispute ended, if it was open.
pub(super) async fn end(
    client: &impl GenericClient,
    id: ChargebackId,
    status: DisputeStatus,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.chargebacks set status = $2, updated_at = $3
        where id = $1 and status = 'open'";
    client.execute_prepared(sql, &[&id, &status_name(status), &now]).await?;
    Ok(())
}

/// False if it was recorded before.
pub(super) async fn set_taken_in_tx(
    tx: &Transaction<'_>,
    id: ChargebackId,
    taken: Amount,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "update payments.chargebacks set taken = $2, updated_at = $3
        where id = $1 and taken is null";
    Ok(tx.execute_prepared(sql, &[&id, &taken, &now]).await? == 1)
}

/// False if it was recorded before.
pub(super) async fn set_given_in_tx(
    tx: &Transaction<'_>,
    id: ChargebackId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "update payments.chargebacks set given_at = $2, updated_at = $2
        where id = $1 and given_at is null";
    Ok(tx.execute_prepared(sql, &[&id, &now]).await? == 1)
}
