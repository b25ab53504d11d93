//! What becomes an event of whom: from the events of other contexts, and from wallet transfers.
//! Pure.
//!
//! Data that is passed on names people by their ids only, and holds nothing that one side of a
//! transfer may not know of the other.

use hashbrown::HashSet;
use identity::UserId;
use kernel::bus::Event;
use ledger::TransferId;
use serde_json::{Map, Value, json};
use wallet::{WalletEvent, WalletEventKind};

use super::{EventKind, NewUserEvent, orders};
use crate::messages::{Channel, NewMessage};

/// What follows from something that happened.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) events: Vec<NewUserEvent>,
    /// Mail that isn't an event's mail. An empty locale is that of its user.
    pub(crate) messages: Vec<NewMessage>,
    /// Users whose browsers are told nothing more until they subscribe again.
    pub(crate) unsubscribed: Vec<UserId>,
    /// Users of whom everything is forgotten.
    pub(crate) erased: Vec<UserId>,
}

/// What users are told of an event of the bus.
pub(crate) fn of_bus(event: &Event) -> Told {
    if event.context == orders::CONTEXT {
        return orders::of_shop(event);
    }
    let mut told = Told::default();
    let Some(user) = event.subject.map(UserId::from_u128) else { return told };
    match event.kind.as_str() {
        "identity.user.deleted" => told.erased.push(user),
        // Whoever got in with the old password may have subscribed a browser.
        "identity.password.changed" | "identity.password.reset" => told.unsubscribed.push(user),
        "identity.phone.code_requested" => told.messages.extend(phone_code(event, user)),
        "identity.challenge.created" => told.messages.extend(challenge(event, user)),
        "identity.user.registered_again" => {
            let message = message(event, "", "account.registered_again", user, None, json!({}));
            told.messages.push(message);
        }
        "identity.email.changed" => {
            // Whoever lost the address has to hear of it there.
            let old = event.data.get("old_email").and_then(Value::as_str);
            told.messages.extend(old.map(|old| {
                let kind = EventKind::SecurityEmailChanged.as_str();
                message(
                    event,
                    ":old",
                    kind,
                    user,
                    Some(old),
                    facts(event, &["old_email", "new_email"]),
                )
            }));
        }
        "wallet.invite.created" => told.messages.extend(invitation(event)),
        _ => {}
    }
    told.events.extend(event_kind(event).map(|(kind, data)| NewUserEvent {
        user,
        kind,
        data,
        at: event.at,
        source: format!("{}:{}", event.context, event.position),
        is_told_otherwise: false,
        mail: None,
    }));
    told
}

/// The kind that an event of the bus is for its subject, and what is passed on of its data.
fn event_kind(event: &Event) -> Option<(EventKind, Value)> {
    use EventKind as K;
    let kind = match event.kind.as_str() {
        "identity.device.added" => K::SecurityNewDevice,
        "identity.password.changed" => K::SecurityPasswordChanged,
        "identity.password.reset" => K::SecurityPasswordReset,
        "identity.email.changed" => K::SecurityEmailChanged,
        "identity.phone.changed" => K::SecurityPhoneChanged,
        "identity.phone.removed" => K::SecurityPhoneRemoved,
        "identity.credential.added" => {
            return Some((K::SecurityCredentialAdded, credential(event)));
        }
        "identity.credential.removed" => {
            return Some((K::SecurityCredentialRemoved, credential(event)));
        }
        "identity.refresh_token.reused" => K::SecurityRefreshTokenReused,
        "identity.sign_in.locked" => K::SecuritySignInLocked,
        // The reason is a note of the staff.
        "identity.user.frozen" => return Some((K::SecurityFrozen, facts(event, &[]))),
        "identity.user.unfrozen" => K::SecurityUnfrozen,
        "oauth.application.created" => {
            return Some((K::SecurityCredentialAdded, application_credential(event)));
        }
        "oauth.application.deleted" => {
            return Some((K::SecurityCredentialRemoved, application_credential(event)));
        }
        "oauth.consent.granted" => K::SecurityApplicationAllowed,
        "oauth.refresh_token.reused" => K::SecurityApplicationStopped,
        "wallet.request.created" => return Some((K::RequestCreated, request(event, "payer"))),
        "wallet.request.paid" => return Some((K::RequestPaid, request(event, "payee"))),
        "wallet.request.declined" => return Some((K::RequestDeclined, request(event, "payee"))),
        "wallet.request.cancelled" => return Some((K::RequestCancelled, request(event, "payer"))),
        "wallet.request.expired" => return Some((K::RequestExpired, request(event, "payee"))),
        "wallet.invite.claimed" => K::InviteClaimed,
        "wallet.invite.expired" => K::InviteExpired,
        "wallet.schedule.failed" => K::ScheduleFailed,
        "wallet.schedule.completed" => K::ScheduleCompleted,
        "payments.deposit.succeeded" => K::DepositSucceeded,
        "payments.deposit.failed" => K::DepositFailed,
        "payments.deposit.requires_action" => K::DepositRequiresAction,
        "payments.deposit.disputed" => K::DepositDisputed,
        "payments.deposit.dispute_won" => K::DepositDisputeWon,
        "payments.deposit.refunded" => K::DepositRefunded,
        "payments.refund.failed" => K::DepositRefundFailed,
        "payments.withdrawal.paid" => K::WithdrawalPaid,
        "payments.withdrawal.failed" => K::WithdrawalFailed,
        "payments.withdrawal.returned" => K::WithdrawalReturned,
        "notifications.webhook.failing" => K::WebhookFailing,
        "notifications.webhook.disabled" => K::WebhookDisabled,
        _ => return None,
    };
    Some((kind, facts(event, &PASSED_ON)))
}

/// Fields that are passed on as they are, where they are there.
const PASSED_ON: [&str; 20] = [
    "invite_id",
    "schedule_id",
    "occurrence",
    "deposit_id",
    "withdrawal_id",
    "refund_id",
    "session_id",
    "webhook_id",
    "webhook_host",
    "application_id",
    "application_name",
    "asset",
    "amount",
    "scale",
    "reason",
    "device",
    "ip",
    "old_email",
    "new_email",
    "phone_hint",
];

/// Some fields of an event's data. Who claimed an invitation is its counterparty.
fn facts(event: &Event, fields: &[&str]) -> Value {
    let mut data = Map::new();
    for field in fields {
        if let Some(value) = event.data.get(*field).filter(|value| !value.is_null()) {
            data.insert((*field).to_owned(), value.clone());
        }
    }
    if let Some(claimed_by) = event.data.get("claimed_by").filter(|value| !value.is_null()) {
        data.insert("counterparty".to_owned(), claimed_by.clone());
    }
    Value::Object(data)
}

fn credential(event: &Event) -> Value {
    let field = |name: &str| event.data.get(name).cloned().unwrap_or_default();
    json!({ "credential": field("credential"), "credential_name": field("name") })
}

/// An application acts for whoever registered it, like an API key.
fn application_credential(event: &Event) -> Value {
    let name = event.data.get("application_name").cloned().unwrap_or_default();
    json!({ "credential": "application", "credential_name": name })
}

/// A request as the side that is told of it sees it.
fn request(event: &Event, role: &str) -> Value {
    let other = if role == "payer" { "payee" } else { "payer" };
    let mut data = facts(event, &["request_id", "transfer_id", "asset", "amount", "scale"]);
    data["role"] = json!(role);
    data["counterparty"] = event.data.get(other).cloned().unwrap_or_default();
    data
}

fn challenge(event: &Event, user: UserId) -> Option<NewMessage> {
    let field = |name: &str| event.data.get(name).and_then(Value::as_str);
    let kind = match field("purpose")? {
        "verify_email" => "challenge.verify_email",
        "sign_in" => "challenge.sign_in",
        "link_identity" => "challenge.link_identity",
        "reset_password" => "challenge.reset_password",
        "change_email" => "challenge.change_email",
        _ => return None,
    };
    let mut params = json!({ "challenge_id": field("challenge_id")? });
    if let Some(provider) = field("provider") {
        params["provider"] = json!(provider);
    }
    Some(message(event, "", kind, user, Some(field("email")?), params))
}

/// A code to a phone that isn't the user's yet.
fn phone_code(event: &Event, user: UserId) -> Option<NewMessage> {
    let field = |name: &str| event.data.get(name).and_then(Value::as_str);
    let params = json!({ "challenge_id": field("challenge_id")? });
    let number = Some(field("number")?);
    let message = message(event, "", "challenge.verify_phone", user, number, params);
    Some(NewMessage { channel: Channel::Sms, ..message })
}

/// To somebody who is no user yet. Its language is that of whoever invites, its counterparty.
fn invitation(event: &Event) -> Option<NewMessage> {
    let email = event.data.get("email").and_then(Value::as_str)?;
    let sender = event.data.get("sender").cloned().unwrap_or_default();
    let mut params = facts(event, &["invite_id", "asset", "amount", "scale"]);
    params["counterparty"] = sender;
    let user = UserId::from_u128(event.subject?);
    let message = message(event, "", "invite.created", user, Some(email), params);
    Some(NewMessage { user: None, ..message })
}

/// Without `to` it goes to the user's address.
fn message(
    event: &Event,
    part: &str,
    kind: &'static str,
    user: UserId,
    to: Option<&str>,
    mut params: Value,
) -> NewMessage {
    params["at"] = json!(event.at);
    NewMessage {
        source: format!("{}:{}{part}", event.context, event.position),
        channel: Channel::Mail,
        kind,
        user: Some(user),
        to: to.unwrap_or_default().to_owned(),
        locale: String::new(),
        params,
    }
}

/// Transfers that were sent to an address which nobody had, as far as these events say.
pub(crate) fn invitations(events: &[WalletEvent]) -> HashSet<TransferId> {
    let nobodys = events.iter().filter(|event| event.recipient.is_none());
    nobodys.map(|event| event.transfer_id).collect()
}

/// What both sides of a wallet transfer are told. Each side's own act is told too: the user's
/// other devices follow it.
pub(crate) fn of_transfer(
    event: &WalletEvent,
    invitations: &HashSet<TransferId>,
) -> Vec<NewUserEvent> {
    use EventKind as K;
    let (sender, recipient) = match event.kind {
        WalletEventKind::Sent => (K::TransferSent, K::TransferReceived),
        WalletEventKind::Held => (K::TransferSent, K::TransferWaiting),
        WalletEventKind::Accepted => (K::TransferAccepted, K::TransferReceived),
        WalletEventKind::Declined => (K::TransferDeclined, K::TransferDeclined),
        WalletEventKind::Cancelled => (K::TransferCancelled, K::TransferCancelled),
        WalletEventKind::Expired => (K::TransferExpired, K::TransferExpired),
        // It comes back: whoever sent it gets it.
        WalletEventKind::Reversed => (K::TransferReceived, K::TransferSent),
    };
    let mut own = side(event, sender, "sender", event.sender, event.recipient);
    // The bus says these of an invitation, in its own words (`invite.claimed`, `invite.expired`).
    own.is_told_otherwise =
        matches!(event.kind, WalletEventKind::Accepted | WalletEventKind::Expired)
            && invitations.contains(&event.transfer_id);
    let mut told = vec![own];
    if let Some(user) = event.recipient {
        told.push(side(event, recipient, "recipient", user, Some(event.sender)));
    }
    told
}

fn side(
    event: &WalletEvent,
    kind: EventKind,
    role: &str,
    user: UserId,
    counterparty: Option<UserId>,
) -> NewUserEvent {
    let mut data = json!({
        "transfer_id": event.transfer_id,
        "role": role,
        "asset": event.asset,
        "scale": event.scale,
        "amount": event.amount,
    });
    let optional = [
        ("counterparty", counterparty.map(|user| json!(user))),
        ("message", event.message.as_ref().map(|text| json!(text))),
        ("reference", event.reference.as_ref().map(|text| json!(text))),
        ("is_waiting", (event.kind == WalletEventKind::Held).then_some(Value::Bool(true))),
        ("is_reversal", (event.kind == WalletEventKind::Reversed).then_some(Value::Bool(true))),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            data[name] = value;
        }
    }
    let source = format!("ledger:{}:{role}", event.seq);
    NewUserEvent { user, kind, data, at: event.at, source, is_told_otherwise: false, mail: None }
}
