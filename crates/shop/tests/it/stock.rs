//! Stock through HTTP: what lies where, and how it gets there.

use serde_json::{Value, json};

use crate::app::{App, Process};

const CHANGES: &str = "/v1/shop/stock/changes";

async fn change(process: &Process, kind: &str, quantity: i64, more: Value) -> (u16, Value) {
    let mut body =
        json!({ "kind": kind, "items": [{ "sku": "MUG", "quantity": quantity.to_string() }] });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = process.staff_post(CHANGES, body).await;
    (made.status, made.body)
}

async fn on_hand(process: &Process, place: usize) -> String {
    let stock = process.staff_get("/v1/shop/stock/MUG").await;
    stock.body["locations"][place]["on_hand"].as_str().expect("a number").to_owned()
}

#[tokio::test]
async fn stock_is_received_moved_adjusted_and_counted() {
    let app = App::selling(10).await;
    let p = &app.process;
    let north = json!({ "handle": "north", "title": "North", "priority": 5 });
    assert_eq!(p.staff_post("/v1/shop/locations", north).await.status, 201);
    assert_eq!(change(p, "move", 4, json!({ "to": "north" })).await.0, 201);
    assert_eq!((on_hand(p, 0).await, on_hand(p, 1).await), ("6".to_owned(), "4".to_owned()));
    assert_eq!(change(p, "adjust", -1, json!({ "reason": "broken" })).await.0, 201);
    assert_eq!(change(p, "adjust", 2, json!({ "reason": "found" })).await.0, 201);
    let (status, counted) = change(p, "count", 5, json!({})).await;
    assert_eq!((status, &counted["items"][0]["change"]), (201, &json!("-2")));
    assert_eq!(on_hand(p, 0).await, "5");
    let history = p.staff_get("/v1/shop/stock/MUG/history").await;
    assert_eq!(history.each("kind"), ["adjustment", "adjustment", "adjustment", "move", "receipt"]);
    assert_eq!(history.body["data"][2]["reason"], "broken");
    assert_eq!(app.world.posted("shop/supplier/MUG").await, -10);
    assert_eq!(app.audited("shop.stock.changed").await.len(), 5);
}

#[tokio::test]
async fn stock_says_of_what_it_is() {
    let app = App::selling(10).await;
    let p = &app.process;
    let listed = p.staff_get("/v1/shop/stock").await.body["data"][0].clone();
    let one = p.staff_get("/v1/shop/stock/MUG").await.body;
    assert_eq!(listed, one);
    let path = format!("/v1/shop/products/{}", one["product"].as_str().expect("its product"));
    let product = p.staff_get(&path).await.body;
    assert_eq!(one["title"], product["title"]);
    assert_eq!(one["variant_title"], product["variants"][0]["title"]);
}

#[tokio::test]
async fn nobody_takes_more_than_there_is() {
    let app = App::selling(3).await;
    let p = &app.process;
    let (status, body) = change(p, "adjust", -4, json!({ "reason": "broken" })).await;
    assert_eq!((status, &body["code"]), (422, &json!("shop.stock.insufficient")));
    assert!(body["detail"].as_str().unwrap().contains("MUG there are 3"), "{body}");
    assert_eq!(on_hand(p, 0).await, "3");
}

#[tokio::test]
async fn an_unknown_article_is_named_and_nothing_changes() {
    let app = App::selling(3).await;
    let p = &app.process;
    let items = json!([{ "sku": "MUG", "quantity": "1" }, { "sku": "MUGG", "quantity": "1" }]);
    let made = p.staff_post(CHANGES, json!({ "kind": "receive", "items": items })).await;
    assert_eq!(made.problem(), (422, "shop.variant.sku_unknown"));
    assert!(made.body["detail"].as_str().unwrap().ends_with("MUGG"), "{made:?}");
    assert_eq!(on_hand(p, 0).await, "3");
}

#[tokio::test]
async fn the_same_key_changes_stock_once() {
    let app = App::selling(0).await;
    let body = json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": "5" }] });
    for _ in 0..3 {
        let headers = [("idempotency-key", "delivery-17")];
        let made =
            app.process.staff_json(http::Method::POST, CHANGES, &headers, body.clone()).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    assert_eq!(on_hand(&app.process, 0).await, "5");
}

#[tokio::test]
async fn what_is_malformed_is_named() {
    let app = App::selling(5).await;
    let cases = [
        (json!({ "kind": "receive", "items": [] }), 400, "/items"),
        (
            json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": "0" }] }),
            400,
            "/items/0/quantity",
        ),
        (
            json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": "-1" }] }),
            400,
            "/items/0/quantity",
        ),
        (
            json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": "99999999999999" }] }),
            400,
            "/items/0/quantity",
        ),
        (
            json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": "1" }, { "sku": "MUG", "quantity": "1" }] }),
            400,
            "/items/1/sku",
        ),
        (json!({ "kind": "adjust", "items": [{ "sku": "MUG", "quantity": "1" }] }), 400, "/reason"),
        (json!({ "kind": "move", "items": [{ "sku": "MUG", "quantity": "1" }] }), 400, "/to"),
        (
            json!({ "kind": "move", "to": "main", "items": [{ "sku": "MUG", "quantity": "1" }] }),
            400,
            "/to",
        ),
        (
            json!({ "kind": "receive", "to": "main", "items": [{ "sku": "MUG", "quantity": "1" }] }),
            400,
            "/to",
        ),
    ];
    for (body, status, pointer) in cases {
        let refused = app.process.staff_post(CHANGES, body.clone()).await;
        assert_eq!((refused.status, refused.pointer()), (status, pointer), "{body}");
    }
    for (body, status) in [
        (json!({ "kind": "receive", "items": [{ "sku": "NONE", "quantity": "1" }] }), 422),
        (
            json!({ "kind": "receive", "location": "nowhere", "items": [{ "sku": "MUG", "quantity": "1" }] }),
            404,
        ),
        (json!({ "kind": "receive", "items": [{ "sku": "M\0", "quantity": "1" }] }), 400),
        (json!({ "kind": "steal", "items": [{ "sku": "MUG", "quantity": "1" }] }), 400),
    ] {
        assert_eq!(app.process.staff_post(CHANGES, body.clone()).await.status, status, "{body}");
    }
    assert_eq!(on_hand(&app.process, 0).await, "5");
}

#[tokio::test]
async fn only_staff_sees_and_moves_stock() {
    let app = App::selling(1).await;
    for path in
        ["/v1/shop/stock", "/v1/shop/stock/MUG", "/v1/shop/stock/MUG/history", "/v1/shop/locations"]
    {
        assert_eq!(app.process.get(path).await.status, 403, "{path}");
    }
    let body = json!({ "kind": "receive", "items": [{ "sku": "MUG", "quantity": "1" }] });
    let made = app
        .process
        .json(Some(crate::app::actor(crate::app::ANN)), http::Method::POST, CHANGES, &[], body)
        .await;
    assert_eq!(made.status, 403);
}
