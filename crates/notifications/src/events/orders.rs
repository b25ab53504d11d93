//! What those who bought are told of orders and returns: from the events of the shop. Pure.
//!
//! A user has it in the log, and by mail as they chose. A guest has the mail alone, at the address of
//! the order, because there is nobody whose log that would be. What a mail says beyond its event
//! (lines, sums, addresses) is enclosed in the mail and in no log.

use std::time::Duration;

use identity::UserId;
use kernel::Timestamp;
use kernel::bus::Event;
use serde_json::{Map, Value, json};

use super::sources::Told;
use super::{EventKind, NewUserEvent, OwnMail};
use crate::messages::{Channel, ENCLOSED, NewMessage};

pub(super) const CONTEXT: &str = "shop";

/// What was recorded so much later than it happened is no news: somebody takes over their books.
const NEWS_AGE_MAX: Duration = Duration::from_secs(2 * 24 * 3_600);
/// Lines that a mail lists; the page has them all.
const LINES_MAX: usize = 50;

pub(super) fn of_shop(event: &Event) -> Told {
    let mut told = Told::default();
    let Some(kind) = kind(event) else { return told };
    if is_past(event) {
        return told;
    }
    let (data, mail) = (facts(event), own_mail(event));
    // The confirmation says that it is paid.
    let is_told_otherwise = event.data["at_once"] == true;
    let source = format!("{}:{}", event.context, event.position);
    match event.subject.map(UserId::from_u128) {
        Some(user) => told.events.push(NewUserEvent {
            user,
            kind,
            data,
            at: event.at,
            source,
            is_told_otherwise,
            mail: Some(mail),
        }),
        None if is_told_otherwise || mail.to.is_empty() => {}
        None => told.messages.push(to_guest(event, kind, data, mail)),
    }
    told
}

fn kind(event: &Event) -> Option<EventKind> {
    use EventKind as K;
    Some(match event.kind.as_str() {
        "shop.order.placed" => K::OrderPlaced,
        "shop.order.paid" => K::OrderPaid,
        "shop.order.payment_needed" => K::OrderPaymentNeeded,
        "shop.order.payment_failed" => K::OrderPaymentFailed,
        "shop.order.shipped" => K::OrderShipped,
        "shop.order.delivered" => K::OrderDelivered,
        "shop.order.cancelled" if event.data["cancellation"]["cause"] == "unpaid" => {
            K::OrderExpired
        }
        "shop.order.cancelled" => K::OrderCancelled,
        "shop.order.refunded" => K::OrderRefunded,
        "shop.return.requested" => K::ReturnRequested,
        "shop.return.approved" => K::ReturnApproved,
        "shop.return.rejected" => K::ReturnRejected,
        "shop.return.received" => K::ReturnReceived,
        _ => return None,
    })
}

fn is_past(event: &Event) -> bool {
    let happened = match event.kind.as_str() {
        "shop.order.placed" | "shop.order.paid" => &event.data["effective_at"],
        "shop.order.shipped" => &event.data["shipment"]["shipped_at"],
        "shop.order.refunded" => &event.data["refund"]["effective_at"],
        _ => return false,
    };
    let happened: Option<Timestamp> = happened.as_str().and_then(|at| at.parse().ok());
    happened.is_some_and(|at| event.at.since(at) > NEWS_AGE_MAX)
}

/// What the log keeps: ids, numbers and amounts, and what staff said.
fn facts(event: &Event) -> Value {
    let (data, mut facts) = (&event.data, Map::new());
    let (parcel, refund) = (&data["shipment"], &data["refund"]);
    let (cancelled, returned) = (&data["cancellation"], &data["return"]);
    let amount = match () {
        () if refund.is_object() => &refund["amount"],
        () if cancelled.is_object() => &cancelled["amount"],
        // Of a return nobody knows yet what goes back.
        () if returned.is_object() => &Value::Null,
        () => &data["total"],
    };
    let is_paid = event.kind == "shop.order.placed" && data["status"] == "paid";
    let is_partly = cancelled.is_object() && cancelled["is_whole"] == false;
    let all = [
        ("order_id", &data["order_id"]),
        ("order_number", &data["number"]),
        ("asset", &data["currency"]),
        ("scale", &data["scale"]),
        ("amount", amount),
        ("is_paid", &Value::Bool(is_paid)),
        ("is_partly", &Value::Bool(is_partly)),
        ("reason", &data["reason"]),
        ("shipment_id", &parcel["shipment_id"]),
        ("carrier", &parcel["carrier"]),
        ("tracking", &parcel["tracking"]),
        ("tracking_url", &parcel["url"]),
        ("invoice", &parcel["invoice"]),
        ("refund_id", &refund["refund_id"]),
        ("credit_note", &refund["credit_note"]),
        ("is_exchange", &refund["is_exchange"]),
        ("return_id", &returned["return_id"]),
        ("decision", &returned["decision"]),
    ];
    for (name, value) in all {
        if !value.is_null() && *value != Value::Bool(false) {
            facts.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(facts)
}

fn own_mail(event: &Event) -> OwnMail {
    let text = |field: &str| event.data[field].as_str().unwrap_or_default().to_owned();
    OwnMail { to: text("email"), locale: text("language"), enclosed: enclosed(&event.data) }
}

/// What the mail lists, and the sums and addresses of a confirmation.
fn enclosed(data: &Value) -> Value {
    let parts = [&data["shipment"], &data["cancellation"], &data["return"], data];
    let lines = parts.iter().find_map(|part| part["lines"].as_array());
    let lines = lines.map(Vec::as_slice).unwrap_or_default();
    let line = |line: &Value| {
        json!({
            "title": line["title"], "variant_title": line["variant_title"],
            "quantity": line["quantity"], "total": line["total"],
        })
    };
    let mut enclosed = json!({
        "lines": lines.iter().take(LINES_MAX).map(line).collect::<Vec<_>>(),
        "more": lines.len().saturating_sub(LINES_MAX),
    });
    if data.get("subtotal").is_some() {
        for field in [
            "subtotal",
            "discounts",
            "shipping",
            "shipping_method",
            "tax",
            "shipping_address",
            "billing_address",
        ] {
            enclosed[field] = data[field].clone();
        }
    }
    enclosed
}

fn to_guest(event: &Event, kind: EventKind, mut params: Value, mail: OwnMail) -> NewMessage {
    params["at"] = json!(event.at);
    params[ENCLOSED] = mail.enclosed;
    NewMessage {
        source: format!("{}:{}:mail", event.context, event.position),
        channel: Channel::Mail,
        kind: kind.as_str(),
        user: None,
        to: mail.to,
        locale: mail.locale,
        params,
    }
}
