use kernel::bus::Event;
use kernel::{Clock as _, MockClock};
use serde_json::{Value, json};

use super::EventKind;
use super::sources::{Told, of_bus};

const ANN: u128 = 1;

fn told(kind: &str, data: Value) -> Told {
    of_bus(&Event {
        position: 17,
        id: 1,
        context: kind.split('.').next().unwrap().to_owned(),
        kind: kind.to_owned(),
        subject: Some(ANN),
        data,
        at: MockClock::default().now(),
    })
}

fn only_event(told: &Told) -> (EventKind, &Value) {
    assert_eq!((told.events.len(), told.messages.len(), told.erased.len()), (1, 0, 0), "{told:?}");
    (told.events[0].kind, &told.events[0].data)
}

#[test]
fn line_09_new_devices_are_told_of() {
    let session = json!({ "session_id": "ses_1", "device": "Firefox", "ip": "192.0.2.7" });
    let new = told("identity.device.added", session.clone());
    assert_eq!(only_event(&new), (EventKind::SecurityNewDevice, &session));
    assert_eq!(new.events[0].source, "identity:17");
}

#[test]
fn staffs_reason_for_freezing_is_not_passed_on() {
    let frozen = told("identity.user.frozen", json!({ "reason": "looks like a mule" }));
    assert_eq!(only_event(&frozen), (EventKind::SecurityFrozen, &json!({})));
}

#[test]
fn both_sides_of_a_request_see_the_other() {
    let data = json!({
        "request_id": "req_1", "payer": "usr_a", "payee": "usr_b", "transfer_id": null,
        "asset": "EUR", "scale": 2, "amount": "5",
    });
    for (kind, role, other) in [
        ("created", "payer", "usr_b"),
        ("cancelled", "payer", "usr_b"),
        ("paid", "payee", "usr_a"),
        ("declined", "payee", "usr_a"),
        ("expired", "payee", "usr_a"),
    ] {
        let told = told(&format!("wallet.request.{kind}"), data.clone());
        let (event, data) = only_event(&told);
        assert_eq!(event.as_str(), format!("request.{kind}"));
        assert_eq!((&data["role"], &data["counterparty"]), (&json!(role), &json!(other)));
        assert!(data.get("transfer_id").is_none(), "what is null is left out");
    }
}

#[test]
fn change_of_address_is_mailed_to_the_old_one_too() {
    let data = json!({ "old_email": "old@example.org", "new_email": "new@example.org" });
    let told = told("identity.email.changed", data);
    assert_eq!(told.events[0].kind, EventKind::SecurityEmailChanged);
    let [message] = &told.messages[..] else { panic!("{told:?}") };
    assert_eq!((message.to.as_str(), message.kind), ("old@example.org", "security.email_changed"));
    assert_ne!(message.source, format!("{}:mail", told.events[0].source));
}

#[test]
fn challenges_are_mailed_where_they_belong_without_a_secret() {
    for purpose in ["verify_email", "sign_in", "reset_password", "change_email"] {
        let data =
            json!({ "challenge_id": "chl_1", "purpose": purpose, "email": "new@example.org" });
        let told = told("identity.challenge.created", data);
        assert!(told.events.is_empty(), "a code is no event");
        let [message] = &told.messages[..] else { panic!("{told:?}") };
        assert_eq!(message.kind, format!("challenge.{purpose}"));
        assert_eq!(message.to, "new@example.org");
        assert_eq!(message.params["challenge_id"], "chl_1");
    }
}

#[test]
fn invited_person_is_mailed_and_is_no_user() {
    let data = json!({
        "invite_id": "tr_1", "email": "eve@example.org", "sender": "usr_a", "sender_name": "Ann",
        "asset": "EUR", "scale": 2, "amount": "5",
    });
    let told = told("wallet.invite.created", data);
    let [message] = &told.messages[..] else { panic!("{told:?}") };
    assert_eq!((message.user, message.to.as_str()), (None, "eve@example.org"));
    assert_eq!(message.params["counterparty"], "usr_a");
}

#[test]
fn deleted_user_is_forgotten_and_told_nothing() {
    let told = told("identity.user.deleted", json!({}));
    assert!(told.events.is_empty() && told.messages.is_empty());
    assert_eq!(told.erased.len(), 1);
}

#[test]
fn what_concerns_nobody_or_is_unknown_is_passed_over() {
    for kind in ["identity.user.registered", "wallet.limit.changed", "identity.roles.changed"] {
        let told = told(kind, json!({}));
        assert!(told.events.is_empty() && told.messages.is_empty(), "{kind}");
    }
}

#[test]
fn every_payment_event_has_its_kind_and_facts() {
    for (kind, name) in [
        ("payments.deposit.succeeded", "deposit.succeeded"),
        ("payments.deposit.dispute_won", "deposit.dispute_won"),
        ("payments.refund.failed", "deposit.refund_failed"),
        ("payments.withdrawal.returned", "withdrawal.returned"),
    ] {
        let data = json!({ "deposit_id": "dep_1", "asset": "EUR", "amount": "5", "scale": 2, "reason": "x" });
        let told = told(kind, data.clone());
        let (event, passed_on) = only_event(&told);
        assert_eq!((event.as_str(), passed_on), (name, &data));
    }
}
