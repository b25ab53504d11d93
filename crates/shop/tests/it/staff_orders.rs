//! Orders that staff writes down: made elsewhere, paid there, perhaps long ago.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{ANN, App};

fn of_2010(lines: Value) -> Value {
    json!({
        "reference": "536365", "customer": { "reference": "17850", "name": "Mr Who" },
        "currency": "EUR", "country": "GB", "placed_at": "1970-01-01T00:00:00Z", "lines": lines,
        "payment_reference": "till 3", "shipped": {},
    })
}

async fn orders(app: &App) -> i64 {
    app.world.count("select count(*) from shop.orders where state = 'placed'").await
}

#[tokio::test]
async fn it_is_paid_elsewhere_and_sent_at_its_own_date_and_price() {
    let app = App::selling(10).await;
    let body = of_2010(json!([
        { "sku": "MUG", "quantity": 6, "unit_price": "255" },
        { "sku": "MUG", "quantity": 1, "unit_price": "0" },
    ]));
    let made = app.process.staff_post("/v1/shop/orders", body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let seen = &made.body;
    assert_eq!(
        (&seen["status"], &seen["total"], &seen["reference"]),
        (&json!("shipped"), &json!("1530"), &json!("536365"))
    );
    assert_eq!(seen["placed_at"], "1970-01-01T00:00:00.000000Z");
    assert_eq!(seen["shipments"][0]["shipped_at"], "1970-01-01T00:00:00.000000Z");
    assert_eq!(
        (&seen["payments"][0]["kind"], &seen["payments"][0]["reference"]),
        (&json!("external"), &json!("till 3"))
    );
    assert_eq!(app.world.shelf("MUG").await, (3, 0));
    let customer = seen["customer"].as_str().unwrap();
    assert_eq!(app.world.posted(&format!("shop/customers/{customer}/EUR")).await, -1530);
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, 1530);
    assert_eq!(app.audited("shop.order.created").await.len(), 1);
}

#[tokio::test]
async fn the_same_reference_is_the_same_order_also_at_once() {
    let app = App::selling(10).await;
    app.world.open_to_many();
    let body = of_2010(json!([{ "sku": "MUG", "quantity": 2, "unit_price": "255" }]));
    let requests = (0..8).map(|_| app.process.staff_post("/v1/shop/orders", body.clone()));
    let answers = join_all(requests).await;
    assert!(answers.iter().all(|it| it.status == 200 || it.status == 201), "{answers:?}");
    assert!(answers.iter().all(|it| it.id() == answers[0].id()));
    assert_eq!(orders(&app).await, 1);
    assert_eq!(app.world.shelf("MUG").await, (8, 0));
    let other = json!({ "reference": "536366", "customer": { "reference": "17850" }, "currency": "EUR",
        "lines": [{ "sku": "MUG", "quantity": 1 }] });
    let other = app.process.staff_post("/v1/shop/orders", other).await;
    assert_eq!(other.body["customer"], answers[0].body["customer"]);
    assert_eq!((&other.body["status"], &other.body["total"]), (&json!("paid"), &json!("1250")));
}

/// The ids of a parcel's transfers count them, and its rows come back in an order of their own.
#[tokio::test]
async fn a_parcel_that_was_cut_off_is_finished_with_the_same_transfers() {
    let app = App::selling(100).await;
    let lines: Vec<Value> = (1..=12)
        .map(|pieces| json!({ "sku": "MUG", "quantity": pieces, "unit_price": "255" }))
        .collect();
    app.world.cut_off("update on shop.shipments", "new.state = 'shipped'").await;
    let made = app.process.staff_post("/v1/shop/orders", of_2010(json!(lines))).await;
    assert_eq!(made.status, 500);
    assert_eq!(app.world.shelf("MUG").await, (22, 0));
    app.world.cut_off_no_more().await;
    app.world.clock.advance(Duration::from_secs(31));
    app.process.bus.settle().await;
    let sent = "select count(*) from shop.shipments where state = 'shipped'";
    assert_eq!(app.world.count(sent).await, 1);
    assert_eq!(app.world.shelf("MUG").await, (22, 0));
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, 78 * 255);
}

#[tokio::test]
async fn what_is_not_there_or_not_known_is_refused_and_nothing_is_left() {
    let app = App::selling(1).await;
    let too_many = of_2010(json!([{ "sku": "MUG", "quantity": 2, "unit_price": "255" }]));
    let refused = app.process.staff_post("/v1/shop/orders", too_many).await;
    assert_eq!(refused.problem(), (422, "shop.stock.insufficient"));
    let unknown = of_2010(json!([{ "sku": "NOTHING", "quantity": 2, "unit_price": "255" }]));
    let refused = app.process.staff_post("/v1/shop/orders", unknown).await;
    assert_eq!(refused.problem(), (422, "shop.variant.sku_unknown"));
    let mut future = of_2010(json!([{ "sku": "MUG", "quantity": 1 }]));
    future["placed_at"] = json!("2999-01-01T00:00:00Z");
    assert_eq!(app.process.staff_post("/v1/shop/orders", future).await.status, 400);
    let mut nowhere = of_2010(json!([{ "sku": "MUG", "quantity": 1 }]));
    nowhere["shipped"] = json!({ "location": "moon" });
    let refused = app.process.staff_post("/v1/shop/orders", nowhere).await;
    assert_eq!(refused.problem(), (404, "shop.location.not_found"));
    assert_eq!((orders(&app).await, app.world.shelf("MUG").await), (0, (1, 0)));
    let small = of_2010(json!([{ "sku": "MUG", "quantity": 1, "unit_price": "255" }]));
    assert_eq!(app.process.staff_post("/v1/shop/orders", small).await.status, 201);
}

#[tokio::test]
async fn buyers_write_down_no_orders() {
    let app = App::selling(5).await;
    let body = of_2010(json!([{ "sku": "MUG", "quantity": 1 }]));
    let actor = Some(crate::app::actor(ANN));
    let made =
        app.process.json(actor, axum::http::Method::POST, "/v1/shop/orders", &[], body).await;
    assert_eq!(made.status, 403);
    assert_eq!(orders(&app).await, 0);
}

#[tokio::test]
async fn an_order_of_1114_lines_is_placed_and_sent_whole() {
    let app = App::selling(2_000).await;
    let lines: Vec<Value> =
        (0..1114).map(|_| json!({ "sku": "MUG", "quantity": 1, "unit_price": "255" })).collect();
    let made = app.process.staff_post("/v1/shop/orders", of_2010(json!(lines))).await;
    assert_eq!(
        (made.status, &made.body["total"]),
        (201, &json!("284070")),
        "{:?}",
        made.body["code"]
    );
    assert_eq!(app.world.shelf("MUG").await, (886, 0));
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, 284_070);
}

#[tokio::test]
async fn what_came_back_long_ago_has_its_own_date_too() {
    let app = App::selling(10).await;
    let body = of_2010(json!([{ "sku": "MUG", "quantity": 6, "unit_price": "255" }]));
    let order = app.process.staff_post("/v1/shop/orders", body).await;
    let line = &order.body["lines"][0]["id"];
    let asked = json!({ "lines": [{ "line": line, "quantity": 2, "reason": "other" }] });
    let path = format!("/v1/shop/orders/{}/returns", order.id());
    let made = app.process.staff_post(&path, asked).await;
    let receive = format!("/v1/shop/returns/{}/receive", made.id());
    let came = |at: &str| {
        let lines = json!([{ "line": line, "restock": 2 }]);
        json!({ "lines": lines, "refund": {}, "received_at": at })
    };
    let refused = app.process.staff_post(&receive, came("2999-01-01T00:00:00Z")).await;
    assert_eq!(
        (refused.status, &refused.body["errors"][0]["pointer"]),
        (400, &json!("/received_at"))
    );
    let received = app.process.staff_post(&receive, came("1970-01-01T00:00:01Z")).await;
    assert_eq!(received.body["received_at"], "1970-01-01T00:00:01.000000Z", "{received:?}");
    let dated = "select count(*) from ledger.transfers \
        where code in (235, 244) and effective_at = '1970-01-01T00:00:01Z'";
    assert_eq!(app.world.count(dated).await, 4);
    let order = app.process.order(&order.id()).await;
    assert_eq!(order["refunds"][0]["effective_at"], "1970-01-01T00:00:01.000000Z");
}
