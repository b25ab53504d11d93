//! What other contexts hear: events of the context `payments`, about the user whom they concern.

use identity::UserId;
use kernel::Amount;
use kernel::bus::NewEvent;
use serde::Serialize;

use crate::deposits::{Deposit, Payee};
use crate::refunds::Refund;
use crate::withdrawals::Withdrawal;

const CONTEXT: &str = "payments";

pub(crate) const WITHDRAWAL_PAID: &str = "payments.withdrawal.paid";
pub(crate) const WITHDRAWAL_FAILED: &str = "payments.withdrawal.failed";
pub(crate) const WITHDRAWAL_RETURNED: &str = "payments.withdrawal.returned";

/// What is new of a deposit, or of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    RequiresAction,
    Succeeded,
    Failed,
    Disputed,
    DisputeWon,
    Refunded,
    RefundFailed,
}

impl News {
    /// Charges have events of their own: whoever sells hears them, the payer hears of the purchase.
    const fn kind(self, payee: &Payee) -> &'static str {
        match (payee, self) {
            (Payee::User(_), Self::RequiresAction) => "payments.deposit.requires_action",
            (Payee::User(_), Self::Succeeded) => "payments.deposit.succeeded",
            (Payee::User(_), Self::Failed) => "payments.deposit.failed",
            (Payee::User(_), Self::Disputed) => "payments.deposit.disputed",
            (Payee::User(_), Self::DisputeWon) => "payments.deposit.dispute_won",
            (Payee::User(_), Self::Refunded) => "payments.deposit.refunded",
            (Payee::User(_), Self::RefundFailed) => "payments.refund.failed",
            (Payee::Purchase { .. }, Self::RequiresAction) => "payments.charge.requires_action",
            (Payee::Purchase { .. }, Self::Succeeded) => "payments.charge.succeeded",
            (Payee::Purchase { .. }, Self::Failed) => "payments.charge.failed",
            (Payee::Purchase { .. }, Self::Disputed) => "payments.charge.disputed",
            (Payee::Purchase { .. }, Self::DisputeWon) => "payments.charge.dispute_won",
            (Payee::Purchase { .. }, Self::Refunded) => "payments.charge.refunded",
            (Payee::Purchase { .. }, Self::RefundFailed) => "payments.charge.refund_failed",
        }
    }
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    deposit_id: Option<String>,
    /// What a charge is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<String>,
    asset: &'a str,
    amount: Amount,
    scale: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

pub(crate) fn of_deposit(
    news: News,
    deposit: &Deposit,
    amount: Amount,
    reason: Option<&str>,
) -> NewEvent {
    let data = Data {
        deposit_id: Some(deposit.id.to_string()),
        reference: reference(&deposit.payee),
        withdrawal_id: None,
        refund_id: None,
        asset: &deposit.asset,
        amount,
        scale: deposit.scale,
        reason,
    };
    event(news.kind(&deposit.payee), deposit.payee.user(), data)
}

pub(crate) fn of_refund(news: News, refund: &Refund, reason: Option<&str>) -> NewEvent {
    let data = Data {
        deposit_id: Some(refund.deposit.to_string()),
        reference: reference(&refund.payee),
        withdrawal_id: None,
        refund_id: Some(refund.id.to_string()),
        asset: &refund.asset,
        amount: refund.amount,
        scale: refund.scale,
        reason,
    };
    event(news.kind(&refund.payee), refund.payee.user(), data)
}

pub(crate) fn of_withdrawal(
    kind: &'static str,
    withdrawal: &Withdrawal,
    reason: Option<&str>,
) -> NewEvent {
    let data = Data {
        deposit_id: None,
        reference: None,
        withdrawal_id: Some(withdrawal.id.to_string()),
        refund_id: None,
        asset: &withdrawal.asset,
        amount: withdrawal.amount,
        scale: withdrawal.scale,
        reason,
    };
    event(kind, Some(withdrawal.user), data)
}

fn reference(payee: &Payee) -> Option<&str> {
    match payee {
        Payee::User(_) => None,
        Payee::Purchase { reference, .. } => Some(reference),
    }
}

fn event(kind: &'static str, user: Option<UserId>, data: Data<'_>) -> NewEvent {
    NewEvent::new(CONTEXT, kind, user.map(UserId::as_u128), data)
}
