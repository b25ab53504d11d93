//! What those who bought are told: users in list and mail, guests by mail alone.

use std::time::Duration;

use axum::http::Method;
use identity::UserId;
use kernel::Vault;
use kernel::bus::NewEvent;
use serde_json::{Value, json};
use shop::{OrderId, order_link_token};

use crate::app::{App, person};
use crate::sending::{app_on, only_mail};
use crate::smtp::SmtpServer;

const ORDER: &str = "ord_01h455vb4pex5vsknk084sn02q";

/// As the shop tells it.
fn order(more: Value) -> Value {
    let mut data = json!({
        "order_id": ORDER, "number": 1001, "status": "placed", "channel": "storefront",
        "language": "de-AT", "currency": "EUR", "scale": 2, "total": "2990",
        "email": "ok-guest@example.org",
    });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    data
}

fn placed(title: &str) -> Value {
    order(json!({
        "lines": [{
            "line_id": "orl_1", "sku": "MUG", "title": title, "variant_title": null,
            "quantity": 2, "total": "2500",
        }],
        "subtotal": "2500", "discounts": [], "shipping": "490", "shipping_method": "Post",
        "tax": "498", "billing_address": null,
        "shipping_address": {
            "name": "Ann", "street": "Ring 1", "postcode": "1010", "city": "Wien", "country": "AT",
        },
    }))
}

fn shipped() -> Value {
    order(json!({
        "language": "en",
        "shipment": {
            "shipment_id": "shp_1", "carrier": "Post", "tracking": "AT1", "url": null,
            "shipped_at": "2026-01-01T00:00:00Z", "invoice": "IN-2026-000001",
            "lines": [{ "title": "Mug", "variant_title": "red", "quantity": 1 }],
        },
    }))
}

fn guests(kind: &'static str, data: Value) -> NewEvent {
    NewEvent::new("shop", kind, None, data)
}

fn part<'m>(mail: &'m Value, name: &str) -> &'m str {
    mail[name].as_str().unwrap()
}

#[tokio::test]
async fn a_guest_is_mailed_at_the_orders_address_in_its_language_with_what_opens_it() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let events =
        [guests("shop.order.placed", placed("Tasse")), guests("shop.order.shipped", shipped())];
    for event in events {
        app.publish_all(vec![event]).await;
        app.settle().await;
    }
    let mail = server.next("accepted").await;
    assert_eq!(mail["to"], json!(["ok-guest@example.org"]));
    assert_eq!(mail["subject"], "Ihre Bestellung 1001");
    let id: OrderId = ORDER.parse().unwrap();
    let token = order_link_token(&Vault::new([7; 32]), id);
    let link = format!("https://bank.example/shop/orders/{ORDER}#token={}", token.as_str());
    for name in ["text", "html"] {
        let text = part(&mail, name).replace('\u{a0}', " ");
        for said in ["2 × Tasse", "25,00 EUR", "29,90 EUR", "Ring 1, 1010 Wien", &link] {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
    let mail = server.next("accepted").await;
    assert_eq!(mail["subject"], "Your order 1001 is on its way");
    assert!(part(&mail, "text").contains("1 × Mug, red") && part(&mail, "text").contains(&link));
    for table in ["messages", "events"] {
        let leaks = format!(
            "select count(*) from notifications.{table} where {table}::text like '%{}%'",
            token.as_str()
        );
        assert_eq!(app.count(&leaks).await, 0, "what opens an order is in no table");
    }
    assert_eq!(app.count("select count(*) from notifications.events").await, 0);
}

#[tokio::test]
async fn a_user_is_told_in_the_list_and_by_mail_as_they_chose() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let ann = app.user("ok-ann").await.id;
    app.publish("shop.order.placed", ann, placed("Tasse")).await;
    app.settle().await;
    let mail = server.next("accepted").await;
    assert_eq!(mail["to"], json!(["ok-guest@example.org"]), "the order names an address");
    assert_eq!(mail["subject"], "Ihre Bestellung 1001");
    let text = part(&mail, "text");
    let link = format!("https://bank.example/shop/orders/{ORDER}");
    assert!(text.lines().any(|line| line == link), "{text}");
    assert!(!text.contains("#token"), "users sign in");
    let log = app.log(ann).await;
    assert_eq!(log[0]["title"], "Your order 1001", "the list is in the user's language");
    assert_eq!(log[0]["link"], format!("/shop/orders/{ORDER}"));
    let data = &log[0]["data"];
    assert_eq!((&data["order_number"], &data["amount"]), (&json!(1001), &json!("2990")));
    assert!(!data.to_string().contains("Ring 1"), "addresses are in no log: {data}");
    let quiet = json!({ "preferences": [
        { "kind": "order.shipped", "in_app": true, "email": false, "webhook": true },
    ] });
    let path = "/v1/notifications/preferences";
    let chosen =
        app.send(Method::PUT, path, Some(person(ann)), &[("if-match", "*")], Some(quiet)).await;
    assert_eq!(chosen.status, 200, "{chosen:?}");
    app.publish("shop.order.shipped", ann, shipped()).await;
    app.settle().await;
    assert_eq!(app.kinds(ann).await, ["order.placed", "order.shipped"]);
    assert!(server.accepted().await.is_empty(), "no mail about parcels");
}

#[tokio::test]
async fn an_order_without_address_and_language_is_mailed_to_its_user_in_theirs() {
    let app = App::start().await;
    let bob = app.user_with("bob", |bob| bob.locale = "de".to_owned()).await.id;
    let data = order(json!({ "email": null, "language": null, "reason": "card_declined" }));
    app.publish("shop.order.payment_failed", bob, data).await;
    app.settle().await;
    let mail = only_mail(&app, "bob@example.org").await;
    assert_eq!((&mail["locale"], &mail["status"]), (&json!("de"), &json!("kept")));
    assert!(app.log(bob).await[0]["text"].as_str().unwrap().contains("abgelehnt"));
}

#[tokio::test]
async fn what_came_twice_is_mailed_and_listed_once() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let ann = app.user("ann").await.id;
    app.publish_all(vec![guests("shop.order.placed", placed("Mug"))]).await;
    app.publish("shop.order.delivered", ann, order(json!({}))).await;
    app.settle().await;
    app.sql("update bus.consumers set position = 0 where name = 'notifications.shop'").await;
    app.settle().await;
    server.next("accepted").await;
    server.next("accepted").await;
    assert!(server.accepted().await.is_empty());
    assert_eq!(app.kinds(ann).await, ["order.delivered"]);
}

#[tokio::test]
async fn hostile_products_add_no_header_no_markup_and_no_recipient() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let evil = "Mug\r\nBcc: all@example.org\r\n\r\n<img src=x onerror=alert(1)>";
    let mut data = placed(evil);
    data["shipping_address"]["name"] = json!(evil);
    app.publish_all(vec![guests("shop.order.placed", data)]).await;
    app.settle().await;
    let mail = server.next("accepted").await;
    assert_eq!(mail["to"], json!(["ok-guest@example.org"]));
    let headers = mail["headers"].as_array().unwrap();
    assert!(headers.iter().all(|header| header[0] != "Bcc"), "{headers:?}");
    assert!(!part(&mail, "html").contains("<img"), "{}", mail["html"]);
    assert!(part(&mail, "text").contains("Mug Bcc"), "on one line: {}", mail["text"]);
}

#[tokio::test]
async fn what_is_paid_at_once_is_one_mail_and_two_events_for_programs() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let at_once = |kind, user: Option<UserId>, more: Value| {
        let mut data = order(json!({ "status": "paid" }));
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        NewEvent::new("shop", kind, user.map(UserId::as_u128), data)
    };
    for user in [Some(ann), None] {
        app.publish_all(vec![
            at_once("shop.order.placed", user, json!({})),
            at_once("shop.order.paid", user, json!({ "at_once": true })),
        ])
        .await;
    }
    app.settle().await;
    let mails = app.mails("ok-guest@example.org").await;
    assert_eq!(mails.len(), 2, "one for the user and one for the guest: {mails:?}");
    assert!(mails.iter().all(|mail| mail["kind"] == "order.placed"), "{mails:?}");
    let log = app.log(ann).await;
    let told: Vec<(&Value, &Value)> =
        log.iter().map(|it| (&it["kind"], &it["is_in_app"])).collect();
    assert_eq!(
        told,
        [(&json!("order.placed"), &json!(true)), (&json!("order.paid"), &json!(false))]
    );
}

#[tokio::test]
async fn why_an_order_was_cancelled_decides_what_is_said() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let cancelled = |cause: &str, is_whole: bool| {
        order(json!({ "cancellation": {
            "cancellation_id": "cnl_1", "cause": cause, "is_whole": is_whole, "amount": "1250",
            "lines": [],
        } }))
    };
    for (cause, is_whole) in [("unpaid", true), ("buyer", true), ("staff", false)] {
        app.publish("shop.order.cancelled", ann, cancelled(cause, is_whole)).await;
    }
    app.settle().await;
    let log = app.log(ann).await;
    let titles: Vec<&str> = log.iter().map(|event| event["title"].as_str().unwrap()).collect();
    assert_eq!(
        titles,
        [
            "Your order 1001 was not paid in time",
            "Your order 1001 was cancelled",
            "A part of your order 1001 was cancelled",
        ]
    );
}

#[tokio::test]
async fn a_past_that_is_taken_over_is_no_news() {
    let app = App::start().await;
    let past = json!("2025-12-29T00:00:00Z");
    let mut parcel = shipped();
    parcel["shipment"]["shipped_at"] = past.clone();
    let mut sold = placed("Mug");
    sold["effective_at"] = past.clone();
    let refund = json!({ "refund_id": "rfd_1", "amount": "5", "effective_at": past });
    let back = guests("shop.order.refunded", order(json!({ "refund": refund })));
    app.publish_all(vec![
        back,
        guests("shop.order.placed", sold),
        guests("shop.order.shipped", parcel),
    ])
    .await;
    app.settle().await;
    assert!(app.mails("ok-guest@example.org").await.is_empty());
}

#[tokio::test]
async fn an_address_that_guests_give_is_not_flooded() {
    let app = App::start().await;
    let mails = async |to: &str| app.mails(to).await.len();
    for _ in 0..2 {
        let events = (0..20).map(|_| guests("shop.order.placed", placed("Mug")));
        app.publish_all(events.collect()).await;
        app.settle().await;
    }
    let mut other = placed("Mug");
    other["email"] = json!("other@example.org");
    app.publish_all(vec![guests("shop.order.placed", other)]).await;
    app.settle().await;
    assert_eq!((mails("ok-guest@example.org").await, mails("other@example.org").await), (30, 1));
    app.pass(Duration::from_secs(2 * 3_600));
    app.publish_all(vec![guests("shop.order.placed", placed("Mug"))]).await;
    app.settle().await;
    assert_eq!(mails("ok-guest@example.org").await, 31);
}

#[tokio::test]
async fn nothing_remains_of_the_mails_about_purchases_of_who_has_left() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.publish("shop.order.placed", ann, placed("Mug")).await;
    app.publish_all(vec![guests("shop.order.placed", placed("Mug"))]).await;
    app.settle().await;
    app.publish("identity.user.deleted", ann, json!({})).await;
    app.settle().await;
    for table in ["messages", "mailbox", "events"] {
        let rest = format!("select count(*) from notifications.{table}");
        assert_eq!(app.count(&rest).await, 0, "{table}: what went to the same address goes, too");
    }
}
