//! What this context tells others: events of the bus, context `wallet`. The value itself moves on the
//! ledger; see `feed` for that.

use identity::{User, UserId};
use kernel::bus::NewEvent;
use kernel::{Amount, Timestamp};
use ledger::TransferId;
use serde_json::{Value, json};

use crate::ids::{RequestId, ScheduleId};
use crate::limits::Limits;

const CONTEXT: &str = "wallet";

/// How much of what.
#[derive(Clone, Debug)]
pub(crate) struct Worth<'a> {
    pub(crate) asset: &'a str,
    pub(crate) scale: u8,
    pub(crate) amount: Amount,
}

fn event(kind: &'static str, subject: Option<UserId>, data: Value) -> NewEvent {
    NewEvent::new(CONTEXT, kind, subject.map(UserId::as_u128), data)
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestEvent {
    Created,
    Paid,
    Declined,
    Cancelled,
    Expired,
}

/// A request for payment; it concerns whoever didn't do it.
pub(crate) fn request(
    what: RequestEvent,
    id: RequestId,
    (payer, payee): (UserId, UserId),
    value: &Worth<'_>,
    transfer: Option<TransferId>,
) -> NewEvent {
    let (kind, subject) = match what {
        RequestEvent::Created => ("wallet.request.created", payer),
        RequestEvent::Paid => ("wallet.request.paid", payee),
        RequestEvent::Declined => ("wallet.request.declined", payee),
        RequestEvent::Cancelled => ("wallet.request.cancelled", payer),
        RequestEvent::Expired => ("wallet.request.expired", payee),
    };
    let data = json!({
        "request_id": id, "payer": payer, "payee": payee, "transfer_id": transfer,
        "asset": value.asset, "scale": value.scale, "amount": value.amount,
    });
    event(kind, Some(subject), data)
}

/// Somebody without an account is to be told.
pub(crate) fn invite_created(
    id: TransferId,
    sender: &User,
    email: &str,
    value: &Worth<'_>,
    expires_at: Timestamp,
) -> NewEvent {
    let data = json!({
        "invite_id": id, "email": email,
        "sender": sender.id, "sender_name": sender.name, "sender_handle": sender.handle,
        "asset": value.asset, "scale": value.scale, "amount": value.amount,
        "expires_at": expires_at,
    });
    event("wallet.invite.created", Some(sender.id), data)
}

pub(crate) fn invite_claimed(
    id: TransferId,
    sender: UserId,
    claimed_by: UserId,
    value: &Worth<'_>,
) -> NewEvent {
    let data = json!({
        "invite_id": id, "sender": sender, "claimed_by": claimed_by,
        "asset": value.asset, "scale": value.scale, "amount": value.amount,
    });
    event("wallet.invite.claimed", Some(sender), data)
}

pub(crate) fn invite_expired(id: TransferId, sender: UserId, value: &Worth<'_>) -> NewEvent {
    let data = json!({
        "invite_id": id, "sender": sender,
        "asset": value.asset, "scale": value.scale, "amount": value.amount,
    });
    event("wallet.invite.expired", Some(sender), data)
}

/// An occurrence of a schedule could not be paid, after all attempts.
pub(crate) fn schedule_failed(
    id: ScheduleId,
    owner: UserId,
    occurrence: u32,
    value: &Worth<'_>,
    reason: &str,
) -> NewEvent {
    let data = json!({
        "schedule_id": id, "occurrence": occurrence, "reason": reason,
        "asset": value.asset, "scale": value.scale, "amount": value.amount,
    });
    event("wallet.schedule.failed", Some(owner), data)
}

pub(crate) fn schedule_completed(id: ScheduleId, owner: UserId) -> NewEvent {
    event("wallet.schedule.completed", Some(owner), json!({ "schedule_id": id }))
}

pub(crate) fn account_closed(owner: UserId, asset: &str) -> NewEvent {
    event("wallet.account.closed", Some(owner), json!({ "asset": asset }))
}

/// Without a user: the default of the asset.
pub(crate) fn limit_changed(
    user: Option<UserId>,
    asset: &str,
    scale: u8,
    limits: &Limits,
) -> NewEvent {
    let data = json!({
        "user": user, "asset": asset, "scale": scale,
        "per_transfer": limits.per_transfer, "per_day": limits.per_day,
    });
    event("wallet.limit.changed", user, data)
}
