//! Orders through HTTP: from the cart to the parcel, and back.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, App};
use crate::buying::Buyer;

#[tokio::test]
async fn an_order_holds_goods_and_money_until_it_is_sent() {
    let app = App::selling(10).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 2)]).await;
    let order = placed.id();
    assert_eq!((&placed.body["status"], &placed.body["total"]), (&json!("paid"), &json!("2990")));
    assert_eq!(placed.body["number"], 1001);
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((10, 2), (100_000, 2_990))
    );
    let sent = p.ship(&order).await;
    assert_eq!((sent.status, &sent.body["amount"]), (201, &json!("2990")), "{sent:?}");
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((8, 0), (97_010, 0)));
    assert_eq!(app.world.posted("shop/sold/MUG").await, 2);
    assert_eq!(app.world.posted("shop/sales/EUR/MUG").await, 2_500);
    assert_eq!(app.world.posted("shop/shipping/EUR").await, 490);
    assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0);
    assert_eq!(p.order(&order).await["status"], "shipped");
    let parcel = format!("/v1/shop/orders/{order}/shipments/{}/deliver", sent.id());
    assert_eq!(p.staff_post(&parcel, json!({})).await.status, 200);
    assert_eq!(p.order(&order).await["status"], "delivered");
}

#[tokio::test]
async fn payments_say_when_they_were_made_and_taken() {
    let app = App::selling(10).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 2)]).await.id();
    let payment = async || p.order(&order).await["payments"][0].clone();
    let held = payment().await;
    assert_eq!(held["created_at"], "2026-01-01T00:00:00.000000Z");
    assert_eq!((&held["updated_at"], &held["captured_at"]), (&held["created_at"], &Value::Null));
    app.world.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(p.ship(&order).await.status, 201);
    let taken = payment().await;
    assert_eq!(taken["captured_at"], "2026-01-01T00:01:00.000000Z");
    app.world.clock.advance(std::time::Duration::from_secs(60));
    let back = json!({ "shipping": "490" });
    p.staff_post(&format!("/v1/shop/orders/{order}/refunds"), back).await;
    let after = payment().await;
    assert_eq!(after["captured_at"], taken["captured_at"]);
    assert_eq!(after["updated_at"], "2026-01-01T00:02:00.000000Z");
    assert_eq!(after["created_at"], held["created_at"]);
}

#[tokio::test]
async fn completing_twice_is_one_order() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (ann, cart) = p.ready(ANN, &[("MUG", 1)]).await;
    let first = p.complete(&ann, &cart).await;
    let second = p.complete(&ann, &cart).await;
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.id(), second.id());
    assert_eq!(app.world.shelf("MUG").await, (10, 1));
    assert_eq!(p.add(&ann, &cart, "MUG", 1).await.problem(), (409, "shop.cart.not_open"));
}

#[tokio::test]
async fn taxes_are_earned_for_their_country() {
    let app = App::selling(10).await;
    let p = &app.process;
    let rate = json!({ "rate": 200_000, "title": "VAT 20 %" });
    assert_eq!(p.staff_put("/v1/shop/tax-rates/AT/standard", rate).await.status, 200);
    let placed = p.placed(ANN, &[("MUG", 3)]).await;
    assert_eq!((&placed.body["total"], &placed.body["tax"]), (&json!("4240"), &json!("707")));
    p.ship(&placed.id()).await;
    assert_eq!(app.world.posted("shop/tax/EUR/AT").await, 707);
    let earned =
        app.world.posted("shop/sales/EUR/MUG").await + app.world.posted("shop/shipping/EUR").await;
    assert_eq!(earned + 707, 4_240);
}

#[tokio::test]
async fn parcels_take_their_part_and_the_parts_add_up() {
    let app = App::selling(10).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 3)]).await;
    let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
    let path = format!("/v1/shop/orders/{order}/shipments");
    let first = p.staff_post(&path, json!({ "lines": [{ "line": line, "quantity": 1 }] })).await;
    assert_eq!((first.status, &first.body["amount"]), (201, &json!("1740")));
    assert_eq!(p.order(&order).await["status"], "partly_shipped");
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((9, 2), (98_260, 2_500))
    );
    let many = p.staff_post(&path, json!({ "lines": [{ "line": line, "quantity": 3 }] })).await;
    assert_eq!(many.problem(), (422, "shop.order.line_not_open"));
    assert_eq!(p.ship(&order).await.body["amount"], "2500");
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((7, 0), (95_760, 0)));
    assert_eq!(p.ship(&order).await.problem(), (409, "shop.order.not_open"));
}

#[tokio::test]
async fn cancelling_frees_goods_and_money() {
    let app = App::selling(10).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 2)]).await.id();
    let path = format!("/v1/shop/orders/{order}/cancel");
    let stranger = Buyer::User(identity::UserId::from_u128(0xb));
    assert_eq!(p.buy(&stranger, Method::POST, &path, json!({})).await.status, 404);
    let cancelled =
        p.buy(&Buyer::User(ANN), Method::POST, &path, json!({ "reason": "twice" })).await;
    assert_eq!(
        (cancelled.status, &cancelled.body["status"]),
        (200, &json!("cancelled")),
        "{cancelled:?}"
    );
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((10, 0), (100_000, 0))
    );
    assert_eq!(p.buy(&Buyer::User(ANN), Method::POST, &path, json!({})).await.status, 200);
    assert_eq!(p.ship(&order).await.problem(), (409, "shop.order.not_open"));
}

#[tokio::test]
async fn staff_cancels_what_was_not_sent() {
    let app = App::selling(10).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 3)]).await;
    let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
    let path = format!("/v1/shop/orders/{order}");
    let one = json!({ "lines": [{ "line": line, "quantity": 1 }] });
    assert_eq!(p.staff_post(&format!("{path}/shipments"), one).await.status, 201);
    let own = p.buy(&Buyer::User(ANN), Method::POST, &format!("{path}/cancel"), json!({})).await;
    assert_eq!(own.problem(), (409, "shop.order.not_open"));
    let cancelled = p.staff_post(&format!("{path}/cancel"), json!({})).await;
    assert_eq!(
        (&cancelled.body["status"], &cancelled.body["cancelled"]),
        (&json!("shipped"), &json!("2500"))
    );
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((9, 0), (98_260, 0)));
    assert_eq!(app.world.posted(&format!("shop/orders/{order}")).await, 0);
}

#[tokio::test]
async fn refunds_go_back_to_the_payer_and_never_exceed_the_line() {
    let app = App::selling(10).await;
    let p = &app.process;
    let placed = p.placed(ANN, &[("MUG", 2)]).await;
    let (order, line) = (placed.id(), placed.body["lines"][0]["id"].clone());
    let path = format!("/v1/shop/orders/{order}/refunds");
    let of =
        |amount: &str| json!({ "lines": [{ "line": line, "amount": amount }], "reason": "late" });
    assert_eq!(p.staff_post(&path, of("100")).await.problem(), (422, "shop.refund.too_large"));
    p.ship(&order).await;
    assert_eq!(p.staff_post(&path, of("2501")).await.problem(), (422, "shop.refund.too_large"));
    let back = p.staff_post(&path, of("1000")).await;
    assert_eq!((back.status, &back.body["state"]), (201, &json!("done")), "{back:?}");
    assert_eq!(p.staff_post(&path, of("1501")).await.problem(), (422, "shop.refund.too_large"));
    assert_eq!(p.staff_post(&path, of("1500")).await.status, 201);
    assert_eq!(p.staff_post(&path, json!({ "shipping": "491" })).await.status, 422);
    assert_eq!(p.staff_post(&path, json!({ "shipping": "490" })).await.status, 201);
    assert_eq!(app.world.wallet(ANN).await, (100_000, 0));
    for account in ["shop/sales/EUR/MUG", "shop/shipping/EUR", &format!("shop/orders/{order}")] {
        assert_eq!(app.world.posted(account).await, 0, "{account}");
    }
    assert_eq!(p.order(&order).await["refunded"], "2990");
    assert_eq!(app.audited("shop.order.refunded").await.len(), 3);
}

#[tokio::test]
async fn too_little_money_leaves_the_cart_and_the_shelf_as_they_were() {
    let app = App::selling(10).await;
    let p = &app.process;
    let bob = identity::UserId::from_u128(0xb);
    app.world.fund(bob, 1_000).await;
    let (buyer, cart) = p.ready(bob, &[("MUG", 1)]).await;
    let refused = p.complete(&buyer, &cart).await;
    assert_eq!(refused.problem(), (422, "shop.payment.funds_insufficient"));
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(bob).await), ((10, 0), (1_000, 0)));
    app.world.fund(bob, 1_000).await;
    assert_eq!(p.complete(&buyer, &cart).await.status, 201);
    let nobody = identity::UserId::from_u128(0xc);
    let (buyer, cart) = p.ready(nobody, &[("MUG", 1)]).await;
    assert_eq!(p.complete(&buyer, &cart).await.problem(), (422, "shop.payment.account_missing"));
}

#[tokio::test]
async fn payments_come_to_the_total_and_prices_are_those_that_were_shown() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (ann, cart) = p.ready(ANN, &[("MUG", 1)]).await;
    let path = format!("/v1/shop/carts/{cart}/complete");
    let send = async |body: Value| p.buy(&ann, Method::POST, &path, body).await;
    let none = send(json!({})).await;
    assert_eq!(none.problem(), (422, "shop.payment.differs"));
    let less = send(json!({ "payments": [{ "kind": "wallet", "amount": "100" }] })).await;
    assert_eq!(less.problem(), (422, "shop.payment.differs"));
    let shown = send(json!({ "payments": [{ "kind": "wallet" }], "total": "1739" })).await;
    assert_eq!(shown.problem(), (409, "shop.cart.total_changed"));
    let right = send(json!({ "payments": [{ "kind": "wallet" }], "total": "1740" })).await;
    assert_eq!(right.status, 201, "{right:?}");
}

#[tokio::test]
async fn a_promotion_is_used_as_often_as_it_may_be() {
    let app = App::selling(10).await;
    let p = &app.process;
    let once = json!({ "title": "First", "effect": { "kind": "free_shipping" }, "uses_max": 1 });
    let made = p.staff_post("/v1/shop/promotions", once).await;
    assert_eq!(p.placed(ANN, &[("MUG", 1)]).await.body["total"], "1250");
    let (ann, cart) = p.ready(ANN, &[("MUG", 1)]).await;
    assert_eq!(p.complete(&ann, &cart).await.problem(), (422, "shop.promotion.used_up"));
    let path = format!("/v1/shop/promotions/{}", made.id());
    assert_eq!(p.staff_get(&path).await.body["used"], 1);
    assert_eq!(p.staff_patch(&path, json!({ "uses_max": 2 })).await.status, 200);
    assert_eq!(p.complete(&ann, &cart).await.status, 201);
}

#[tokio::test]
async fn what_is_not_there_yet_is_sold_within_bounds_and_sent_when_it_comes() {
    let app = App::selling(1).await;
    let p = &app.process;
    let mug = p.staff_get("/v1/shop/products/mug").await;
    let (product, variant) = (mug.id(), mug.body["variants"][0]["id"].as_str().unwrap().to_owned());
    let path = format!("/v1/shop/products/{product}/variants/{variant}");
    let patched = p.staff_patch(&path, json!({ "backorder_max": 3 })).await;
    assert_eq!(patched.status, 200, "{patched:?}");
    app.process.bus.settle().await;
    let order = p.placed(ANN, &[("MUG", 3)]).await.id();
    let stock = p.staff_get("/v1/shop/stock/MUG").await.body;
    assert_eq!((&stock["backordered"], &stock["sellable"]), (&json!("2"), &json!("1")));
    assert_eq!(p.ship(&order).await.problem(), (422, "shop.shipment.not_in_stock"));
    assert_eq!(
        (app.world.shelf("MUG").await, app.world.wallet(ANN).await),
        ((1, 1), (100_000, 4_240))
    );
    p.receive("MUG", 2).await;
    assert_eq!(p.staff_get("/v1/shop/stock/MUG").await.body["sellable"], "1", "they are Ann's");
    let sent = p.ship(&order).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    assert_eq!((app.world.shelf("MUG").await, app.world.wallet(ANN).await), ((0, 0), (95_760, 0)));
    assert_eq!(p.staff_get("/v1/shop/stock/MUG").await.body["backordered"], "0");
}

#[tokio::test]
async fn a_reserved_cart_becomes_an_order_of_the_same_goods() {
    let app = App::selling(2).await;
    let p = &app.process;
    let (ann, cart) = p.ready(ANN, &[("MUG", 2)]).await;
    p.buy(&ann, Method::PUT, &format!("/v1/shop/carts/{cart}/reservation"), json!(null)).await;
    assert_eq!(app.world.shelf("MUG").await, (2, 2));
    assert_eq!(p.complete(&ann, &cart).await.status, 201);
    assert_eq!(app.world.shelf("MUG").await, (2, 2));
    app.world.clock.advance(std::time::Duration::from_secs(5_000));
    assert_eq!(app.world.shelf("MUG").await, (2, 2), "an order's goods are held for good");
}

#[tokio::test]
async fn orders_are_their_buyers_and_staffs() {
    let app = App::selling(10).await;
    let p = &app.process;
    let order = p.placed(ANN, &[("MUG", 1)]).await.id();
    let path = format!("/v1/shop/orders/{order}");
    let own = p.buy(&Buyer::User(ANN), Method::GET, &path, json!(null)).await;
    assert_eq!(own.status, 200);
    for stranger in [Buyer::User(identity::UserId::from_u128(0xb)), Buyer::Guest("x".to_owned())] {
        assert_eq!(p.buy(&stranger, Method::GET, &path, json!(null)).await.status, 404);
    }
    assert_eq!(p.get("/v1/shop/orders").await.each("id"), [&order]);
    assert_eq!(p.get("/v1/shop/overview/orders").await.status, 403);
    let all = p.staff_get("/v1/shop/overview/orders?filter[status]=paid").await;
    assert_eq!(all.each("id"), [&order]);
    assert_eq!(
        p.staff_get("/v1/shop/overview/orders?filter[status]=shipped").await.each("id").len(),
        0
    );
    assert_eq!(
        p.staff_get("/v1/shop/overview/orders?filter[number]=1001").await.each("id"),
        [&order]
    );
}
