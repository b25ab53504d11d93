//! Collections by hand and by rules.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, App, actor, product_body};

const PATH: &str = "/v1/shop/collections";

async fn make(app: &App, handle: &str, rules: Value) -> String {
    let body = json!({ "handle": handle, "title": handle, "rules": rules });
    let made = app.process.staff_post(PATH, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("{PATH}/{}", made.id())
}

async fn found(app: &App, query: &str) -> Vec<String> {
    app.process.shop.search_caught_up().await.unwrap();
    let page = app.process.see(&format!("/v1/shop/products?sort=title&{query}")).await;
    page.each("handle").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn products_are_chosen_by_hand() {
    let app = App::start().await;
    let (hat, lamp) =
        (app.process.product("hat", "H").await, app.process.product("lamp", "L").await);
    let path = make(&app, "mine", Value::Null).await;
    let products = format!("{path}/products");
    let body = json!({ "products": [hat.id(), lamp.id(), "prod_00000000000000000000000009"] });
    assert_eq!(app.process.staff_post(&products, body).await.status, 204);
    assert_eq!(found(&app, "filter[collection]=mine").await, ["hat", "lamp"]);
    for _ in 0..2 {
        assert_eq!(app.process.staff_delete(&format!("{products}/{}", hat.id())).await.status, 204);
    }
    assert_eq!(found(&app, "filter[collection]=mine").await, ["lamp"]);
    assert_eq!(app.process.staff_delete(&path).await.status, 204);
    let gone = app.process.see("/v1/shop/products?filter[collection]=mine").await;
    assert_eq!(gone.problem(), (422, "shop.collection.unknown"));
    assert_eq!(app.audited("shop.collection.product_removed").await.len(), 1);
}

#[tokio::test]
async fn what_has_something_in_common_is_shown_together() {
    let app = App::start().await;
    let body = json!({ "handle": "lamps", "title": "Lamps" });
    let lamps = app.process.staff_post("/v1/shop/categories", body).await.id();
    for (handle, tags, price, categories) in [
        ("red", json!(["sale"]), 500, json!(["lamps"])),
        ("blue", json!(["sale", "new"]), 900, json!([])),
        ("green", json!(["new"]), 500, json!(["lamps"])),
    ] {
        let mut body = product_body(handle, handle);
        body["tags"] = tags;
        body["categories"] = categories;
        body["variants"][0]["prices"][0]["amount"] = json!(price);
        assert_eq!(app.process.staff_post("/v1/shop/products", body).await.status, 201);
    }
    let cheap = json!({ "currency": "EUR", "max": "600" });
    let path = make(&app, "a", json!({ "tags": ["sale"] })).await;
    make(&app, "b", json!({ "tags": ["sale", "new"], "price": cheap })).await;
    make(&app, "c", json!({ "categories": [lamps], "tags": ["new"] })).await;
    make(&app, "d", json!({ "price": { "currency": "EUR", "min": "600" } })).await;
    for (query, expected) in [
        ("filter[collection]=a", &["blue", "red"][..]),
        ("filter[collection]=b", &["green", "red"]),
        ("filter[collection]=c", &["green"]),
        ("filter[collection]=d", &["blue"]),
        ("filter[collection]=c,d", &["blue", "green"]),
        ("filter[collection]=a&filter[tag]=new", &["blue"]),
        ("filter[collection]=a&q=red", &["red"]),
    ] {
        assert_eq!(found(&app, query).await, expected, "{query}");
    }
    let facets = app.process.see("/v1/shop/products/facets?filter[collection]=a").await;
    assert_eq!(facets.body["total"], 2);
    let changed = app.process.staff_patch(&path, json!({ "rules": { "tags": ["new"] } })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(found(&app, "filter[collection]=a").await, ["blue", "green"], "it holds at once");
    let by_hand = json!({ "products": ["prod_00000000000000000000000009"] });
    let refused = app.process.staff_post(&format!("{path}/products"), by_hand).await;
    assert_eq!(refused.problem(), (409, "shop.collection.has_rules"));
}

#[tokio::test]
async fn collections_are_seen_by_everybody_and_their_rules_by_staff() {
    let app = App::start().await;
    for handle in ["b", "c", "a"] {
        make(&app, handle, json!({ "vendors": ["Lumen"] })).await;
    }
    let page = app.process.see(&format!("{PATH}?limit=2")).await;
    assert_eq!(page.each("handle"), ["a", "b"]);
    assert_eq!(page.body["data"][0].get("rules"), None);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let next = app.process.see(&format!("{PATH}?limit=2&cursor={cursor}")).await;
    assert_eq!((next.each("handle"), &next.body["next_cursor"]), (vec!["c"], &Value::Null));
    let staff = app.process.staff_get(&format!("{PATH}/a")).await;
    assert_eq!(staff.body["rules"]["vendors"], json!(["Lumen"]));
    assert_eq!(
        app.process.see(&format!("{PATH}/none")).await.problem().1,
        "shop.collection.not_found"
    );
}

#[tokio::test]
async fn wrong_rules_and_callers_are_refused() {
    let app = App::start().await;
    let post = async |rules: Value| {
        app.process.staff_post(PATH, json!({ "handle": "x", "title": "x", "rules": rules })).await
    };
    for (rules, pointer) in [
        (json!({}), "/rules"),
        (json!({ "tags": vec!["a"; 51] }), "/rules"),
        (json!({ "tags": ["a,b"] }), "/rules/tags/0"),
        (json!({ "colour": "red" }), "/rules/colour"),
        (json!({ "price": { "currency": "EUR", "min": "5", "max": "4" } }), "/rules/price/max"),
        (json!({ "price": { "currency": "EUR", "min": "-5" } }), "/rules/price/min"),
    ] {
        assert_eq!(post(rules).await.pointer(), pointer);
    }
    let unknown = post(json!({ "categories": ["cat_00000000000000000000000009"] })).await;
    assert_eq!(unknown.problem(), (422, "shop.category.unknown"));
    let unknown = post(json!({ "price": { "currency": "XYZ" } })).await;
    assert_eq!(unknown.problem(), (422, "shop.currency.unknown"));
    let path = make(&app, "mine", Value::Null).await;
    let by_hand = app.process.staff_patch(&path, json!({ "rules": { "tags": ["a"] } })).await;
    assert_eq!(by_hand.problem(), (409, "shop.collection.by_hand"));
    let none = app.process.staff_post(&format!("{path}/products"), json!({ "products": [] })).await;
    assert_eq!(none.pointer(), "/products");
    let late = app
        .process
        .staff_json(Method::PATCH, &path, &[("if-match", "\"9\"")], json!({ "title": "x" }))
        .await;
    assert_eq!(late.status, 412);
    for (method, path) in [
        (Method::POST, PATH.to_owned()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/products")),
        (Method::DELETE, format!("{path}/products/prod_00000000000000000000000009")),
    ] {
        let call = |actor| app.process.json(actor, method.clone(), &path, &[], json!({}));
        assert_eq!((call(None).await.status, call(Some(actor(ANN))).await.status), (401, 403));
    }
}
