//! SQL of the sandbox: a card processor's own tables.

use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Amount, Database, DatabaseError, SignedAmount, Timestamp};
use tokio_postgres::Row;

use super::cards::{CardBehaviour, IbanBehaviour};
use super::flow::{PaymentRow, PaymentState, PayoutRow, PayoutState, RefundRow, RefundState};
use crate::chargebacks::{status_name, status_of};
use crate::provider::{BalanceEntry, Dispute, EntriesPage, Subject};

const PAYMENT: &str = "id, idempotency_key, asset, amount, behaviour, return_url, status, reason,
    refunded, reversed, dispute_id, dispute_status, disputed";
const REFUND: &str = "id, idempotency_key, payment, amount, status, reason";
const PAYOUT: &str = "id, idempotency_key, asset, amount, behaviour, status, reason";

/// Entries of the balance on one page.
const ENTRIES_PAGE: usize = 200;

const PAYMENT_STATES: [(&str, PaymentState); 5] = [
    ("requires_action", PaymentState::RequiresAction),
    ("processing", PaymentState::Processing),
    ("succeeded", PaymentState::Succeeded),
    ("failed", PaymentState::Failed),
    ("reversed", PaymentState::Reversed),
];
const REFUND_STATES: [(&str, RefundState); 3] = [
    ("processing", RefundState::Processing),
    ("succeeded", RefundState::Succeeded),
    ("failed", RefundState::Failed),
];
const PAYOUT_STATES: [(&str, PayoutState); 4] = [
    ("processing", PayoutState::Processing),
    ("paid", PayoutState::Paid),
    ("failed", PayoutState::Failed),
    ("returned", PayoutState::Returned),
];

fn name_of<S: PartialEq>(states: &[(&'static str, S)], state: &S) -> &'static str {
    let found = states.iter().find(|(_, known)| known == state);
    found.expect("every state has a name").0
}

fn state_of<S: Copy>(states: &[(&'static str, S)], name: &str) -> S {
    let found = states.iter().find(|(known, _)| *known == name);
    found.expect("only names of states are stored").1
}

fn payment(row: &Row) -> PaymentRow {
    let (dispute, status): (Option<String>, Option<&str>) = (row.get(10), row.get(11));
    let dispute = dispute.zip(status.and_then(status_of));
    PaymentRow {
        id: row.get(0),
        reference: row.get(1),
        asset: row.get(2),
        amount: row.get(3),
        behaviour: CardBehaviour::from_name(row.get(4)),
        return_url: row.get(5),
        status: state_of(&PAYMENT_STATES, row.get(6)),
        reason: row.get(7),
        refunded: row.get(8),
        reversed: row.get(9),
        dispute: dispute.map(|(id, status)| Dispute { id, status, amount: row.get(12) }),
    }
}

fn refund(row: &Row) -> RefundRow {
    RefundRow {
        id: row.get(0),
        reference: row.get(1),
        payment: row.get(2),
        amount: row.get(3),
        status: state_of(&REFUND_STATES, row.get(4)),
        reason: row.get(5),
    }
}

fn payout(row: &Row) -> PayoutRow {
    PayoutRow {
        id: row.get(0),
        reference: row.get(1),
        asset: row.get(2),
        amount: row.get(3),
        behaviour: IbanBehaviour::from_name(row.get(4)),
        status: state_of(&PAYOUT_STATES, row.get(5)),
        reason: row.get(6),
    }
}

pub(super) async fn insert_card(
    database: &Database,
    token: &str,
    behaviour: CardBehaviour,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.sandbox_cards (token, behaviour, created_at)
        values ($1, $2, $3)";
    database.client().await?.execute_prepared(sql, &[&token, &behaviour.name(), &now]).await?;
    Ok(())
}

pub(super) async fn card(
    client: &impl GenericClient,
    token: &str,
) -> Result<Option<CardBehaviour>, DatabaseError> {
    let sql = "select behaviour from payments.sandbox_cards where token = $1";
    let row = client.query_opt_prepared(sql, &[&token]).await?;
    Ok(row.map(|row| CardBehaviour::from_name(row.get(0))))
}

/// False if the idempotency key is known.
pub(super) async fn insert_payment_in_tx(
    tx: &Transaction<'_>,
    new: &PaymentRow,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.sandbox_payments (id, idempotency_key, asset, amount,
            behaviour, return_url, status, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (idempotency_key) do nothing";
    let (behaviour, status) = (new.behaviour.name(), name_of(&PAYMENT_STATES, &new.status));
    let PaymentRow { id, reference, asset, amount, return_url, .. } = new;
    let count = tx
        .execute_prepared(
            sql,
            &[id, reference, asset, amount, &behaviour, return_url, &status, &now],
        )
        .await?;
    Ok(count == 1)
}

pub(super) async fn payment_by_reference(
    client: &impl GenericClient,
    reference: &str,
) -> Result<Option<PaymentRow>, DatabaseError> {
    let sql = format!("select {PAYMENT} from payments.sandbox_payments where idempotency_key = $1");
    Ok(client.query_opt_prepared(&sql, &[&reference]).await?.as_ref().map(payment))
}

pub(super) async fn payment_by_id(
    client: &impl GenericClient,
    id: &str,
) -> Result<Option<PaymentRow>, DatabaseError> {
    let sql = format!("select {PAYMENT} from payments.sandbox_payments where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(payment))
}

/// Nobody else changes it until the transaction ends.
pub(super) async fn lock_payment_in_tx(
    tx: &Transaction<'_>,
    id: &str,
) -> Result<Option<PaymentRow>, DatabaseError> {
    let sql = format!("select {PAYMENT} from payments.sandbox_payments where id = $1 for update");
    Ok(tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(payment))
}

pub(super) async fn update_payment_in_tx(
    tx: &Transaction<'_>,
    row: &PaymentRow,
) -> Result<(), DatabaseError> {
    let sql = "update payments.sandbox_payments
           set status = $2, reason = $3, refunded = $4, reversed = $5, dispute_id = $6,
               dispute_status = $7, disputed = $8
         where id = $1";
    let status = name_of(&PAYMENT_STATES, &row.status);
    let dispute = row.dispute.as_ref();
    let (dispute_id, dispute_status, disputed) = (
        dispute.map(|dispute| &dispute.id),
        dispute.map(|dispute| status_name(dispute.status)),
        dispute.map_or(Amount::ZERO, |dispute| dispute.amount),
    );
    let PaymentRow { id, reason, refunded, reversed, .. } = row;
    tx.execute_prepared(
        sql,
        &[id, &status, reason, refunded, reversed, &dispute_id, &dispute_status, &disputed],
    )
    .await?;
    Ok(())
}

pub(super) async fn insert_refund_in_tx(
    tx: &Transaction<'_>,
    new: &RefundRow,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.sandbox_refunds
            (id, idempotency_key, payment, amount, status, created_at)
        values ($1, $2, $3, $4, $5, $6)";
    let status = name_of(&REFUND_STATES, &new.status);
    let RefundRow { id, reference, payment, amount, .. } = new;
    tx.execute_prepared(sql, &[id, reference, payment, amount, &status, &now]).await?;
    Ok(())
}

pub(super) async fn refund_by_reference(
    client: &impl GenericClient,
    reference: &str,
) -> Result<Option<RefundRow>, DatabaseError> {
    let sql = format!("select {REFUND} from payments.sandbox_refunds where idempotency_key = $1");
    Ok(client.query_opt_prepared(&sql, &[&reference]).await?.as_ref().map(refund))
}

pub(super) async fn refund_by_id(
    client: &impl GenericClient,
    id: &str,
) -> Result<Option<RefundRow>, DatabaseError> {
    let sql = format!("select {REFUND} from payments.sandbox_refunds where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(refund))
}

pub(super) async fn update_refund_in_tx(
    tx: &Transaction<'_>,
    row: &RefundRow,
) -> Result<(), DatabaseError> {
    let sql = "update payments.sandbox_refunds set status = $2, reason = $3 where id = $1";
    let status = name_of(&REFUND_STATES, &row.status);
    tx.execute_prepared(sql, &[&row.id, &status, &row.reason]).await?;
    Ok(())
}

/// False if the idempotency key is known.
pub(super) async fn insert_payout_in_tx(
    tx: &Transaction<'_>,
    new: &PayoutRow,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.sandbox_payouts
            (id, idempotency_key, asset, amount, behaviour, status, created_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (idempotency_key) do nothing";
    let (behaviour, status) = (new.behaviour.name(), name_of(&PAYOUT_STATES, &new.status));
    let PayoutRow { id, reference, asset, amount, .. } = new;
    let count = tx
        .execute_prepared(sql, &[id, reference, asset, amount, &behaviour, &status, &now])
        .await?;
    Ok(count == 1)
}

pub(super) async fn payout_by_reference(
    client: &impl GenericClient,
    reference: &str,
) -> Result<Option<PayoutRow>, DatabaseError> {
    let sql = format!("select {PAYOUT} from payments.sandbox_payouts where idempotency_key = $1");
    Ok(client.query_opt_prepared(&sql, &[&reference]).await?.as_ref().map(payout))
}

pub(super) async fn payout_by_id(
    client: &impl GenericClient,
    id: &str,
) -> Result<Option<PayoutRow>, DatabaseError> {
    let sql = format!("select {PAYOUT} from payments.sandbox_payouts where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(payout))
}

/// Nobody else changes it until the transaction ends.
pub(super) async fn lock_payout_in_tx(
    tx: &Transaction<'_>,
    id: &str,
) -> Result<Option<PayoutRow>, DatabaseError> {
    let sql = format!("select {PAYOUT} from payments.sandbox_payouts where id = $1 for update");
    Ok(tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(payout))
}

pub(super) async fn update_payout_in_tx(
    tx: &Transaction<'_>,
    row: &PayoutRow,
) -> Result<(), DatabaseError> {
    let sql = "update payments.sandbox_payouts set status = $2, reason = $3 where id = $1";
    let status = name_of(&PAYOUT_STATES, &row.status);
    tx.execute_prepared(sql, &[&row.id, &status, &row.reason]).await?;
    Ok(())
}

/// How many events an object has had.
pub(super) async fn count_events_in_tx(
    tx: &Transaction<'_>,
    object: &str,
) -> Result<i64, DatabaseError> {
    let sql = "select count(*) from payments.sandbox_events where object = $1";
    Ok(tx.query_one_prepared(sql, &[&object]).await?.get(0))
}

pub(super) async fn insert_event_in_tx(
    tx: &Transaction<'_>,
    id: &str,
    object: &str,
    body: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.sandbox_events (id, object, body, created_at)
        values ($1, $2, $3, $4)";
    tx.execute_prepared(sql, &[&id, &object, &body, &now]).await?;
    Ok(())
}

pub(super) async fn event_body(
    database: &Database,
    id: &str,
) -> Result<Option<String>, DatabaseError> {
    let sql = "select body from payments.sandbox_events where id = $1";
    let row = database.client().await?.query_opt_prepared(sql, &[&id]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) async fn insert_entry_in_tx(
    tx: &Transaction<'_>,
    new: &BalanceEntry,
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.sandbox_entries
            (id, subject, reference, payment, asset, amount, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let BalanceEntry { id, subject, reference, payment, asset, amount, at, .. } = new;
    tx.execute_prepared(sql, &[id, &subject.as_str(), reference, payment, asset, amount, at])
        .await?;
    Ok(())
}

/// What moved the merchant's balance since a moment, by the ids after the cursor.
pub(super) async fn entries(
    database: &Database,
    since: Timestamp,
    cursor: Option<&str>,
) -> Result<EntriesPage, DatabaseError> {
    let sql = "select id, subject, reference, payment, asset, amount, created_at
          from payments.sandbox_entries
         where created_at >= $1 and ($2::text is null or id > $2) order by id limit $3";
    let limit = i64::try_from(ENTRIES_PAGE).expect("a page is small");
    let rows = database.client().await?.query_prepared(sql, &[&since, &cursor, &limit]).await?;
    let entry = |row: &Row| BalanceEntry {
        id: row.get(0),
        subject: Subject::from_name(row.get(1)).unwrap_or(Subject::Other),
        reference: row.get(2),
        payment: row.get(3),
        asset: row.get(4),
        amount: row.get(5),
        fee: SignedAmount::ZERO,
        at: row.get(6),
    };
    let entries: Vec<BalanceEntry> = rows.iter().map(entry).collect();
    let next = entries.last().filter(|_| entries.len() == ENTRIES_PAGE);
    Ok(EntriesPage { next: next.map(|last| last.id.clone()), entries })
}

/// What the sandbox owes its merchant.
pub(super) async fn balance(
    database: &Database,
    asset: &str,
) -> Result<SignedAmount, DatabaseError> {
    let sql = "select
            (select coalesce(sum(amount - reversed - case
                        when dispute_status in ('open', 'lost') then disputed else 0 end), 0)
               from payments.sandbox_payments
              where asset = $1 and status in ('succeeded', 'reversed'))
          - (select coalesce(sum(r.amount), 0) from payments.sandbox_refunds r
               join payments.sandbox_payments p on p.id = r.payment
              where p.asset = $1 and r.status = 'succeeded')
          - (select coalesce(sum(amount), 0) from payments.sandbox_payouts
              where asset = $1 and status = 'paid')";
    Ok(database.client().await?.query_one_prepared(sql, &[&asset]).await?.get(0))
}
