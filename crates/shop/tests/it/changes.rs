//! Changes of orders before they are sent, through HTTP.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, Process};
use crate::buying::Buyer;

fn pieces(line: &Value, quantity: u32) -> Value {
    json!({ "lines": [{ "line": line, "quantity": quantity }] })
}

async fn cancel(p: &Process, order: &str, body: Value) -> Answer {
    p.staff_post(&format!("/v1/shop/orders/{order}/cancel"), body).await
}

/// An order of Ann's, and its first line.
async fn placed(p: &Process, items: &[(&str, u32)]) -> (String, Value) {
    let placed = p.placed(ANN, items).await;
    (placed.id(), placed.body["lines"][0]["id"].clone())
}

fn number(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn staff_changes_where_an_order_goes_until_it_is_sent() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, _) = placed(p, &[("MUG", 1)]).await;
    let path = format!("/v1/shop/orders/{order}");
    let seen = p.staff_get(&path).await;
    let etag = seen.etag().to_owned();
    let mut address = seen.body["shipping_address"].clone();
    address["street"] = json!("Ring 2");
    let patch =
        json!({ "email": "new@example.org", "shipping_address": address, "note": "ring twice" });
    let none = p.staff_json(Method::PATCH, &path, &[], patch.clone()).await;
    assert_eq!(none.problem(), (428, "request.if_match.missing"));
    let changed = p.staff_json(Method::PATCH, &path, &[("if-match", &etag)], patch.clone()).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(
        (
            &changed.body["email"],
            &changed.body["shipping_address"]["street"],
            &changed.body["note"]
        ),
        (&json!("new@example.org"), &json!("Ring 2"), &json!("ring twice"))
    );
    let old = p.staff_json(Method::PATCH, &path, &[("if-match", &etag)], patch.clone()).await;
    assert_eq!(old.problem(), (412, "shop.version.changed"));
    let newer = changed.etag().to_owned();
    let cleared =
        p.staff_json(Method::PATCH, &path, &[("if-match", &newer)], json!({ "note": null })).await;
    assert_eq!((&cleared.body["note"], &cleared.body["email"]), (&json!(null), &patch["email"]));
    address["country"] = json!("DE");
    let abroad = p.staff_patch(&path, json!({ "shipping_address": address })).await;
    assert_eq!(abroad.problem(), (422, "shop.order.country_fixed"));
    let own = p
        .json(
            Some(crate::app::actor(ANN)),
            Method::PATCH,
            &path,
            &[("if-match", "*")],
            patch.clone(),
        )
        .await;
    assert_eq!(own.status, 403);
    let log = app.audited("shop.order.changed").await;
    assert_eq!(log.len(), 2);
    assert!(!format!("{log:?}").contains("Ring 2"), "the log keeps no addresses");
    p.ship(&order).await;
    assert_eq!(p.staff_patch(&path, patch).await.problem(), (409, "shop.order.fixed"));
}

#[tokio::test]
async fn pieces_that_are_taken_off_are_free_and_cost_nothing() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = placed(p, &[("MUG", 3)]).await;
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((10, 3), (100_000, 4_240))
    );
    let lowered = cancel(p, &order, pieces(&line, 1)).await;
    assert_eq!(
        (lowered.status, &lowered.body["status"], &lowered.body["cancelled"]),
        (200, &json!("paid"), &json!("1250")),
        "{lowered:?}"
    );
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((10, 2), (100_000, 2_990))
    );
    let many = cancel(p, &order, pieces(&line, 3)).await;
    assert_eq!(many.problem(), (422, "shop.order.line_not_open"));
    let sent = p.ship(&order).await;
    assert_eq!((sent.status, &sent.body["amount"]), (201, &json!("2990")), "{sent:?}");
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((8, 0), (97_010, 0)));
    assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0);
    assert_eq!(p.order(&order).await["status"], "shipped");
}

#[tokio::test]
async fn what_is_taken_off_between_parcels_adds_up() {
    let app = App::selling(20).await;
    let p = &app.process;
    let off = json!({ "title": "Off", "effect": { "kind": "amount", "currency": "EUR", "amount": "1001" } });
    assert_eq!(p.staff_post("/v1/shop/promotions", off).await.status, 201);
    let (order, line) = placed(p, &[("MUG", 7)]).await;
    let total = number(&p.order(&order).await["total"]);
    let path = format!("/v1/shop/orders/{order}/shipments");
    assert_eq!(p.staff_post(&path, pieces(&line, 2)).await.status, 201);
    assert_eq!(cancel(p, &order, pieces(&line, 1)).await.status, 200);
    assert_eq!(p.staff_post(&path, pieces(&line, 1)).await.status, 201);
    assert_eq!(cancel(p, &order, pieces(&line, 2)).await.status, 200);
    let before = p.order(&order).await;
    let held = total - number(&before["cancelled"]) - number(&before["earned"]);
    assert_eq!(app.world.wallet(ANN).await.1, held);
    assert_eq!(p.ship(&order).await.status, 201);
    let now = p.order(&order).await;
    assert_eq!(number(&now["earned"]) + number(&now["cancelled"]), total);
    let paid = 100_000 - i128::try_from(number(&now["earned"])).unwrap();
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((16, 0), (paid, 0)));
    assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0);
    assert_eq!(now["status"], "shipped");
}

#[tokio::test]
async fn taking_everything_off_cancels_the_order() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = placed(p, &[("MUG", 3)]).await;
    assert_eq!(cancel(p, &order, pieces(&line, 2)).await.body["status"], "paid");
    let last = cancel(p, &order, pieces(&line, 1)).await;
    assert_eq!(
        (&last.body["status"], &last.body["cancelled"]),
        (&json!("cancelled"), &json!("4240")),
        "{last:?}"
    );
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((10, 0), (100_000, 0))
    );
    let (order, line) = placed(p, &[("MUG", 3)]).await;
    cancel(p, &order, pieces(&line, 2)).await;
    let own = format!("/v1/shop/orders/{order}/cancel");
    let rest = p.buy(&Buyer::User(ANN), Method::POST, &own, json!({})).await;
    assert_eq!(rest.body["status"], "cancelled");
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((10, 0), (100_000, 0))
    );
}

#[tokio::test]
async fn only_staff_takes_pieces_off_and_a_repeat_is_one() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = placed(p, &[("MUG", 5)]).await;
    let path = format!("/v1/shop/orders/{order}/cancel");
    let own = p.buy(&Buyer::User(ANN), Method::POST, &path, pieces(&line, 1)).await;
    assert_eq!(own.problem(), (422, "shop.order.pieces_by_staff"));
    let twice =
        json!({ "lines": [{ "line": line, "quantity": 1 }, { "line": line, "quantity": 1 }] });
    let twice = cancel(p, &order, twice).await;
    assert_eq!((twice.status, twice.pointer()), (400, "/lines/1/line"));
    let key = [("idempotency-key", "once")];
    for _ in 0..3 {
        let made = p.staff_json(Method::POST, &path, &key, pieces(&line, 1)).await;
        assert_eq!((made.status, &made.body["lines"][0]["open"]), (200, &json!(4)), "{made:?}");
    }
    assert_eq!(app.world.shelf("MUG").await, (10, 4));
    assert_eq!(app.audited("shop.order.cancelled").await.len(), 1);
}

#[tokio::test]
async fn what_is_not_there_yet_is_taken_off_first() {
    let app = App::selling(2).await;
    let p = &app.process;
    let mug = p.staff_get("/v1/shop/products/mug").await;
    let variant = mug.body["variants"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/shop/products/{}/variants/{variant}", mug.id());
    assert_eq!(p.staff_patch(&path, json!({ "backorder_max": 5 })).await.status, 200);
    p.bus.settle().await;
    let (order, line) = placed(p, &[("MUG", 5)]).await;
    assert_eq!(cancel(p, &order, pieces(&line, 2)).await.status, 200);
    let stock = p.staff_get("/v1/shop/stock/MUG").await.body;
    assert_eq!(stock["backordered"], "1");
    assert_eq!(app.world.shelf("MUG").await, (2, 2));
    assert_eq!(cancel(p, &order, pieces(&line, 2)).await.status, 200);
    assert_eq!(app.world.shelf("MUG").await, (2, 1));
    assert_eq!(p.ship(&order).await.status, 201);
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((1, 0), (98_260, 0)));
}

#[tokio::test]
async fn what_was_cut_off_is_finished_by_its_job() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (order, line) = placed(p, &[("MUG", 3)]).await;
    app.world.cut_off("update on shop.cancellations", "true").await;
    assert_eq!(cancel(p, &order, pieces(&line, 1)).await.status, 500);
    assert_eq!(app.world.shelf("MUG").await, (10, 2));
    app.world.cut_off_no_more().await;
    app.world.clock.advance(Duration::from_secs(31));
    p.bus.settle().await;
    assert_eq!(app.world.wallet(ANN).await, (100_000, 2_990));
    assert_eq!(p.ship(&order).await.body["amount"], "2990");
    assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0);
}

#[tokio::test]
async fn of_two_payments_the_last_one_is_lowered_first() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (ann, cart) = p.ready(ANN, &[("MUG", 3)]).await;
    let body =
        json!({ "payments": [{ "kind": "wallet", "amount": "1000" }, { "kind": "wallet" }] });
    let path = format!("/v1/shop/carts/{cart}/complete");
    let made = p.buy(&ann, Method::POST, &path, body).await;
    let (order, line) = (made.id(), made.body["lines"][0]["id"].clone());
    let path = format!("/v1/shop/orders/{order}/shipments");
    assert_eq!(p.staff_post(&path, pieces(&line, 1)).await.body["amount"], "1740");
    assert_eq!(app.world.wallet(ANN).await, (98_260, 2_500));
    assert_eq!(cancel(p, &order, pieces(&line, 1)).await.status, 200);
    assert_eq!(app.world.wallet(ANN).await, (98_260, 1_250));
    let now = p.order(&order).await;
    let payments = now["payments"].as_array().unwrap().iter();
    let payments: Vec<_> = payments.map(|it| (&it["amount"], &it["captured"])).collect();
    let expected = [("1000", "1000"), ("3240", "740"), ("1250", "0")];
    assert_eq!(
        payments,
        expected.map(|(all, taken)| (json!(all), json!(taken))).each_ref().map(|(a, b)| (a, b))
    );
    assert_eq!(p.ship(&order).await.status, 201);
    assert_eq!(app.world.wallet(ANN).await, (97_010, 0));
}
