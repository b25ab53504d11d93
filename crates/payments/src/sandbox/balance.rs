//! What moves the merchant's balance in the sandbox, noted in the transaction in which it does, so
//! that it can be compared with the merchant's books.

use deadpool_postgres::Transaction;
use kernel::{Amount, DatabaseError, SignedAmount};

use super::{BalanceEntryId, Sandbox, store};
use crate::provider::{BalanceEntry, Subject};

/// How much was moved, and for what.
pub(super) struct Moved<'a> {
    pub(super) reference: &'a str,
    pub(super) payment: &'a str,
    pub(super) asset: &'a str,
    pub(super) amount: Amount,
}

/// What an event does to the balance, and whether it adds; `None` if nothing.
fn effect(event: &str) -> Option<(Subject, bool)> {
    Some(match event {
        "payment.succeeded" => (Subject::Deposit, true),
        "payment.reversed" | "dispute.opened" => (Subject::Chargeback, false),
        "dispute.won" => (Subject::Chargeback, true),
        "refund.succeeded" => (Subject::Refund, false),
        "refund.failed" => (Subject::Refund, true),
        "payout.paid" => (Subject::Withdrawal, false),
        "payout.returned" => (Subject::Withdrawal, true),
        _ => return None,
    })
}

impl Sandbox {
    pub(super) async fn book(
        &self,
        tx: &Transaction<'_>,
        event: &str,
        moved: Moved<'_>,
    ) -> Result<(), DatabaseError> {
        let Some((subject, adds)) = effect(event) else { return Ok(()) };
        let (plus, minus) = match adds {
            true => (moved.amount, Amount::ZERO),
            false => (Amount::ZERO, moved.amount),
        };
        let amount = SignedAmount::difference(plus, minus);
        let entry = BalanceEntry {
            id: BalanceEntryId::generate().to_string(),
            subject,
            reference: Some(moved.reference.to_owned()),
            payment: Some(moved.payment.to_owned()),
            asset: moved.asset.to_owned(),
            amount: amount.expect("amounts of payments are far below the limit of signed ones"),
            fee: SignedAmount::ZERO,
            at: self.clock.now(),
        };
        store::insert_entry_in_tx(tx, &entry).await
    }
}
