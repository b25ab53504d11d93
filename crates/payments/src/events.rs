//! What other contexts hear: events of the context `payments`, about the user whom they concern.

use identity::UserId;
use kernel::Amount;
use kernel::bus::NewEvent;
use serde::Serialize;

use crate::deposits::Deposit;
use crate::refunds::Refund;
use crate::withdrawals::Withdrawal;

const CONTEXT: &str = "payments";

pub(crate) const DEPOSIT_REQUIRES_ACTION: &str = "payments.deposit.requires_action";
pub(crate) const DEPOSIT_SUCCEEDED: &str = "payments.deposit.succeeded";
pub(crate) const DEPOSIT_FAILED: &str = "payments.deposit.failed";
pub(crate) const DEPOSIT_DISPUTED: &str = "payments.deposit.disputed";
pub(crate) const DEPOSIT_DISPUTE_WON: &str = "payments.deposit.dispute_won";
pub(crate) const DEPOSIT_REFUNDED: &str = "payments.deposit.refunded";
pub(crate) const REFUND_FAILED: &str = "payments.refund.failed";
pub(crate) const WITHDRAWAL_PAID: &str = "payments.withdrawal.paid";
pub(crate) const WITHDRAWAL_FAILED: &str = "payments.withdrawal.failed";
pub(crate) const WITHDRAWAL_RETURNED: &str = "payments.withdrawal.returned";

#[derive(Serialize)]
struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    deposit_id: Option<String>,
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
    kind: &'static str,
    deposit: &Deposit,
    amount: Amount,
    reason: Option<&str>,
) -> NewEvent {
    let data = Data {
        deposit_id: Some(deposit.id.to_string()),
        withdrawal_id: None,
        refund_id: None,
        asset: &deposit.asset,
        amount,
        scale: deposit.scale,
        reason,
    };
    event(kind, deposit.user, data)
}

pub(crate) fn of_refund(kind: &'static str, refund: &Refund, reason: Option<&str>) -> NewEvent {
    let data = Data {
        deposit_id: Some(refund.deposit.to_string()),
        withdrawal_id: None,
        refund_id: Some(refund.id.to_string()),
        asset: &refund.asset,
        amount: refund.amount,
        scale: refund.scale,
        reason,
    };
    event(kind, refund.user, data)
}

pub(crate) fn of_withdrawal(
    kind: &'static str,
    withdrawal: &Withdrawal,
    reason: Option<&str>,
) -> NewEvent {
    let data = Data {
        deposit_id: None,
        withdrawal_id: Some(withdrawal.id.to_string()),
        refund_id: None,
        asset: &withdrawal.asset,
        amount: withdrawal.amount,
        scale: withdrawal.scale,
        reason,
    };
    event(kind, withdrawal.user, data)
}

fn event(kind: &'static str, user: UserId, data: Data<'_>) -> NewEvent {
    NewEvent::new(CONTEXT, kind, Some(user.as_u128()), data)
}
