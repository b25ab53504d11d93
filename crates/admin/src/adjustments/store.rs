//! SQL of adjustments. Who may decide stands in the statements that decide, so a race can't
//! come between the check and the change.

use deadpool_postgres::GenericClient;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{Adjustment, Filter, State};
use crate::ids::AdjustmentId;

const COLUMNS: &str = "id, account, user_id, asset, scale, direction, amount, reason, reference,
    reverses, transfer_id, state, proposed_by, proposed_at, expires_at, decided_by, decided_at,
    decision_reason, settled_at, failure";

/// Whether a statement failed because the adjustment is reversed, or about to be.
pub(super) fn is_reversed_already(error: &DatabaseError) -> bool {
    error.constraint() == Some("adjustments_one_reversal")
}

/// False if the id is there already.
pub(super) async fn insert(
    client: &impl GenericClient,
    new: &Adjustment,
) -> Result<bool, DatabaseError> {
    let sql = "insert into admin.adjustments
            (id, account, user_id, asset, scale, direction, amount, reason, reference, reverses,
             transfer_id, proposed_by, proposed_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            on conflict (id) do nothing";
    let rows = client
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.account,
                &new.user,
                &new.asset,
                &i16::from(new.scale),
                &new.direction.as_str(),
                &new.amount,
                &new.reason,
                &new.reference,
                &new.reverses,
                &new.transfer_id,
                &new.proposed_by,
                &new.proposed_at,
                &new.expires_at,
            ],
        )
        .await?;
    Ok(rows == 1)
}

pub(super) async fn get(
    client: &impl GenericClient,
    id: AdjustmentId,
) -> Result<Option<Adjustment>, DatabaseError> {
    let sql = format!("select {COLUMNS} from admin.adjustments where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(adjustment))
}

/// Newest first, before a position.
pub(super) async fn list(
    database: &Database,
    filter: &Filter,
    before: Option<(Timestamp, AdjustmentId)>,
    limit: i64,
) -> Result<Vec<Adjustment>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from admin.adjustments
         where ($1::text is null or state = $1) and ($2::uuid is null or user_id = $2)
           and (proposed_at, id) < ($3, $4)
         order by proposed_at desc, id desc limit $5"
    );
    let (at, id) = before.unwrap_or((Timestamp::MAX, AdjustmentId::from_u128(u128::MAX)));
    let client = database.client().await?;
    let state = filter.state.map(State::as_str);
    let rows = client.query_prepared(&sql, &[&state, &filter.user, &at, &id, &limit]).await?;
    Ok(rows.iter().map(adjustment).collect())
}

/// Approves it for somebody who may; `None` if there is nothing that they may approve.
pub(super) async fn approve(
    client: &impl GenericClient,
    id: AdjustmentId,
    approver: UserId,
    now: Timestamp,
) -> Result<Option<Adjustment>, DatabaseError> {
    let sql = format!(
        "update admin.adjustments set state = 'approved', decided_by = $2, decided_at = $3
         where id = $1 and state = 'proposed' and proposed_by <> $2 and user_id <> $2
           and expires_at > $3
         returning {COLUMNS}"
    );
    Ok(client.query_opt_prepared(&sql, &[&id, &approver, &now]).await?.as_ref().map(adjustment))
}

pub(super) async fn reject(
    client: &impl GenericClient,
    id: AdjustmentId,
    person: UserId,
    reason: &str,
    now: Timestamp,
) -> Result<Option<Adjustment>, DatabaseError> {
    let sql = format!(
        "update admin.adjustments
            set state = 'rejected', decided_by = $2, decided_at = $3, decision_reason = $4
         where id = $1 and state = 'proposed' and proposed_by <> $2 and user_id <> $2
           and expires_at > $3
         returning {COLUMNS}"
    );
    let rejected = client.query_opt_prepared(&sql, &[&id, &person, &now, &reason]).await?;
    Ok(rejected.as_ref().map(adjustment))
}

pub(super) async fn cancel(
    client: &impl GenericClient,
    id: AdjustmentId,
    proposer: UserId,
    now: Timestamp,
) -> Result<Option<Adjustment>, DatabaseError> {
    let sql = format!(
        "update admin.adjustments set state = 'cancelled'
         where id = $1 and state = 'proposed' and proposed_by = $2 and expires_at > $3
         returning {COLUMNS}"
    );
    Ok(client.query_opt_prepared(&sql, &[&id, &proposer, &now]).await?.as_ref().map(adjustment))
}

/// Ends a proposal whose time has passed.
pub(super) async fn expire(
    client: &impl GenericClient,
    id: AdjustmentId,
    now: Timestamp,
) -> Result<Option<Adjustment>, DatabaseError> {
    let sql = format!(
        "update admin.adjustments set state = 'expired'
         where id = $1 and state = 'proposed' and expires_at <= $2
         returning {COLUMNS}"
    );
    Ok(client.query_opt_prepared(&sql, &[&id, &now]).await?.as_ref().map(adjustment))
}

/// Notes what the ledger said; `failure` is why it refused. `None` if it is noted already.
pub(super) async fn settle(
    client: &impl GenericClient,
    id: AdjustmentId,
    failure: Option<&str>,
    now: Timestamp,
) -> Result<Option<Adjustment>, DatabaseError> {
    let sql = format!(
        "update admin.adjustments
            set state = case when $2::text is null then 'applied' else 'failed' end,
                failure = $2, settled_at = $3
         where id = $1 and state = 'approved'
         returning {COLUMNS}"
    );
    Ok(client.query_opt_prepared(&sql, &[&id, &failure, &now]).await?.as_ref().map(adjustment))
}

fn adjustment(row: &Row) -> Adjustment {
    let scale: i16 = row.get("scale");
    let (state, direction): (&str, &str) = (row.get("state"), row.get("direction"));
    Adjustment {
        id: row.get("id"),
        account: row.get("account"),
        user: row.get("user_id"),
        asset: row.get("asset"),
        scale: u8::try_from(scale).expect("written from a u8"),
        direction: direction.parse().expect("the table checks it"),
        amount: row.get("amount"),
        reason: row.get("reason"),
        reference: row.get("reference"),
        reverses: row.get("reverses"),
        transfer_id: row.get("transfer_id"),
        state: state.parse().expect("the table checks it"),
        proposed_by: row.get("proposed_by"),
        proposed_at: row.get("proposed_at"),
        expires_at: row.get("expires_at"),
        decided_by: row.get("decided_by"),
        decided_at: row.get("decided_at"),
        decision_reason: row.get("decision_reason"),
        settled_at: row.get("settled_at"),
        failure: row.get("failure"),
    }
}
