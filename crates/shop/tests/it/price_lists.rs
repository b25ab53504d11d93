//! Prices for a time, or for a group of customers.

use std::time::Duration;

use axum::http::Method;
use identity::UserId;
use kernel::{Clock as _, Timestamp};
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, actor};

const PATH: &str = "/v1/shop/price-lists";
const HOUR: u64 = 3_600;

/// A lamp for 12.50 EUR, and where it is.
async fn with_lamp() -> (App, String) {
    let app = App::start().await;
    let made = app.process.product("lamp", "L1").await;
    let path = format!("/v1/shop/products/{}", made.id());
    (app, path)
}

fn hours(app: &App, hours: u64) -> Timestamp {
    app.world.clock.now().saturating_add(Duration::from_secs(hours * HOUR))
}

/// A list with these prices of the lamp.
async fn list(app: &App, more: Value, tiers: Value) -> String {
    let mut body = json!({ "title": "Sale", "currency": "EUR" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = app.process.staff_post(PATH, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("{PATH}/{}", made.id());
    assert_eq!(made.headers["location"], path);
    let prices = json!({ "prices": [{ "sku": "L1", "tiers": tiers }] });
    let set = app.process.staff_put(&format!("{path}/prices"), prices).await;
    assert_eq!(set.status, 204, "{set:?}");
    path
}

fn one(amount: &str) -> Value {
    json!([{ "min_quantity": 1, "amount": amount }])
}

fn price(seen: &Answer) -> Value {
    let price = &seen.body["variants"][0]["prices"][0];
    json!([price["amount"], price["compare_at"], price["lowest_30_days"]])
}

/// What the list of products shows, which follows what is written down.
async fn card(app: &App) -> Value {
    app.process.bus.settle().await;
    let page = app.process.see("/v1/shop/products").await;
    page.body["data"][0]["prices"][0]["min"].clone()
}

/// What so many lamps cost a piece in a cart of a user, or of a guest.
async fn in_cart(app: &App, user: Option<UserId>, quantity: u32) -> Value {
    let (buyer, cart) = match user {
        Some(user) => app.process.cart_of(user).await,
        None => app.process.guest().await,
    };
    let added = app.process.add(&buyer, &cart, "L1", quantity).await;
    assert_eq!(added.status, 200, "{added:?}");
    let price = added.body["lines"][0]["unit_price"].clone();
    app.process.empty(&buyer, &cart).await;
    price
}

#[tokio::test]
async fn a_list_holds_from_its_first_moment_to_its_last() {
    let (app, lamp) = with_lamp().await;
    app.world.clock.advance(Duration::from_secs(HOUR));
    let times = json!({ "from": hours(&app, 1), "until": hours(&app, 3) });
    list(&app, times, one("1000")).await;
    assert_eq!(price(&app.process.see(&lamp).await), json!(["1250", null, null]));
    assert_eq!((card(&app).await, in_cart(&app, None, 1).await), (json!("1250"), json!("1250")));
    let before = app.process.staff_get(&lamp).await.etag().to_owned();

    app.world.clock.advance(Duration::from_secs(HOUR));
    let seen = app.process.see(&lamp).await;
    assert_eq!(price(&seen), json!(["1000", "1250", "1250"]), "before any job ran");
    assert_eq!((card(&app).await, in_cart(&app, None, 1).await), (json!("1000"), json!("1000")));
    let staff = app.process.staff_get(&lamp).await;
    assert_ne!(staff.etag(), before);
    assert_eq!(price(&staff), json!(["1250", null, "1250"]), "what is written");

    app.world.clock.advance(Duration::from_secs(2 * HOUR));
    assert_eq!(price(&app.process.see(&lamp).await), json!(["1250", null, null]));
    assert_eq!((card(&app).await, in_cart(&app, None, 1).await), (json!("1250"), json!("1250")));
    app.process.shop.search_caught_up().await.unwrap();
    let dear = "/v1/shop/products?currency=EUR&filter[price][gte]=1250";
    assert_eq!(app.process.see(dear).await.each("handle"), ["lamp"]);
}

#[tokio::test]
async fn the_past_of_a_price_knows_when_lists_began_and_ended() {
    let (app, lamp) = with_lamp().await;
    app.world.clock.advance(Duration::from_secs(HOUR));
    let (from, until) = (hours(&app, 1), hours(&app, 2));
    list(&app, json!({ "from": from, "until": until }), one("800")).await;
    // The jobs come late.
    for _ in 0..2 {
        app.world.clock.advance(Duration::from_secs(HOUR + 7));
        app.process.bus.settle().await;
    }
    let client = app.world.database().dedicated_client().await.unwrap();
    let sql = "select amount::text, from_at, until_at from shop.price_history \
               order by from_at, until_at";
    let rows = client.query(sql, &[]).await.unwrap();
    let past: Vec<(String, Timestamp, Option<Timestamp>)> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    let text = |text: &str| text.to_owned();
    assert_eq!(past.len(), 3, "{past:?}");
    assert_eq!(past[0], (text("1250"), past[0].1, Some(from)));
    assert_eq!(past[1], (text("800"), from, Some(until)));
    assert_eq!(past[2], (text("1250"), until, None));
    // A next reduction names the list's price as the lowest before it.
    app.world.clock.advance(Duration::from_secs(24 * HOUR));
    list(&app, json!({}), one("900")).await;
    assert_eq!(price(&app.process.see(&lamp).await), json!(["900", "1250", "800"]));
}

#[tokio::test]
async fn the_lowest_of_those_that_hold_applies_from_quantity_to_quantity() {
    let (app, lamp) = with_lamp().await;
    list(&app, json!({}), json!([{ "min_quantity": 1, "amount": "1200" }])).await;
    list(&app, json!({}), json!([{ "min_quantity": 10, "amount": "700" }])).await;
    list(&app, json!({ "is_active": false }), one("1")).await;
    list(&app, json!({ "currency": "USD" }), one("1")).await;
    list(&app, json!({}), one("9999")).await;
    let seen = app.process.see(&lamp).await;
    let shown = &seen.body["variants"][0]["prices"][0];
    assert_eq!(shown["amount"], "1200");
    assert_eq!(shown["tiers"], json!([{ "min_quantity": 10, "amount": "700" }]));
    for (quantity, amount) in [(1, "1200"), (9, "1200"), (10, "700")] {
        assert_eq!(in_cart(&app, None, quantity).await, amount, "{quantity}");
    }
    assert_eq!(seen.body["variants"][0]["prices"][1]["currency"], "USD");
}

#[tokio::test]
async fn prices_of_a_group_are_for_those_who_are_in_it() {
    let (app, lamp) = with_lamp().await;
    list(&app, json!({ "customer_group": "wholesale" }), one("500")).await;
    let member = format!("/v1/shop/customer-groups/wholesale/users/{ANN}");
    assert_eq!(price(&app.process.get(&lamp).await), json!(["1250", null, null]));
    for _ in 0..2 {
        assert_eq!(app.process.staff_put(&member, json!({})).await.status, 204);
    }
    let users = app.process.staff_get("/v1/shop/customer-groups/wholesale/users").await;
    assert_eq!(users.each("user"), [ANN.to_string()]);
    assert_eq!(price(&app.process.get(&lamp).await), json!(["500", "1250", null]));
    assert_eq!(price(&app.process.see(&lamp).await), json!(["1250", null, null]));
    assert_eq!(in_cart(&app, Some(ANN), 1).await, "500");
    assert_eq!(in_cart(&app, None, 1).await, "1250");
    assert_eq!(in_cart(&app, Some(UserId::from_u128(7)), 1).await, "1250");
    assert_eq!(card(&app).await, "1250");
    assert_eq!(app.process.staff_delete(&member).await.status, 204);
    assert_eq!(in_cart(&app, Some(ANN), 1).await, "1250");
    assert_eq!(app.audited("shop.customer_group.user_added").await.len(), 1);
}

#[tokio::test]
async fn what_changes_in_a_list_changes_what_is_shown() {
    let (app, lamp) = with_lamp().await;
    let path = list(&app, json!({}), one("1000")).await;
    assert_eq!(card(&app).await, "1000");
    let variant = app.process.see(&lamp).await.body["variants"][0]["id"].clone();
    let own = format!("{lamp}/variants/{}/prices/EUR", variant.as_str().unwrap());
    app.process.staff_put(&own, json!({ "amount": "900" })).await;
    assert_eq!(card(&app).await, "900", "its own price is lower now");
    app.process.staff_put(&own, json!({ "amount": "1300" })).await;
    assert_eq!(card(&app).await, "1000");
    let listed = app.process.staff_get(&format!("{path}/prices?limit=1")).await;
    let expected = json!([{ "sku": "L1", "tiers": one("1000") }]);
    assert_eq!(listed.body["data"], expected);
    app.process.staff_patch(&path, json!({ "is_active": false })).await;
    assert_eq!(card(&app).await, "1300");
    app.process.staff_patch(&path, json!({ "is_active": true })).await;
    assert_eq!(card(&app).await, "1000");
    let none = json!({ "prices": [{ "sku": "L1", "tiers": [] }] });
    app.process.staff_put(&format!("{path}/prices"), none).await;
    assert_eq!(card(&app).await, "1300");
    assert!(app.process.staff_get(&format!("{path}/prices")).await.each("sku").is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_named_and_others_are_refused() {
    let (app, _) = with_lamp().await;
    let path = list(&app, json!({}), one("1000")).await;
    let prices = format!("{path}/prices");
    let check = async |body: Value, expected: &str| {
        let refused = app.process.staff_put(&prices, body.clone()).await;
        assert_eq!(refused.problem().1, expected, "{body}");
    };
    let tier = |quantity: i64| json!({ "min_quantity": quantity, "amount": "1" });
    let of = |sku: &str, tiers: Value| json!({ "prices": [{ "sku": sku, "tiers": tiers }] });
    check(of("none", json!([])), "shop.variant.sku_unknown").await;
    check(of("L1", json!([tier(0)])), "request.body.invalid").await;
    check(of("L1", json!([tier(2), tier(2)])), "request.body.invalid").await;
    check(json!({ "prices": [] }), "request.body.invalid").await;
    let twice = json!({ "prices": [{ "sku": "L1", "tiers": [] }, { "sku": "L1", "tiers": [] }] });
    check(twice, "request.body.invalid").await;
    let now = hours(&app, 1);
    let body = json!({ "title": "x", "currency": "EUR", "from": now, "until": now });
    let refused = app.process.staff_post(PATH, body).await;
    assert_eq!(refused.problem(), (422, "shop.price_list.times"));
    let refused = app.process.staff_post(PATH, json!({ "title": "x", "currency": "APPLE" })).await;
    assert_eq!(refused.problem(), (422, "shop.currency.unknown"));
    for path in [PATH, &*path, &*prices, "/v1/shop/customer-groups/x/users"] {
        assert_eq!(app.process.see(path).await.status, 401, "{path}");
        assert_eq!(app.process.get(path).await.status, 403, "{path}");
    }
    let body = json!({ "title": "x" });
    let late = [("if-match", "\"9\"")];
    let patch = app.process.json(Some(actor(ANN)), Method::PATCH, &path, &late, body).await;
    assert_eq!(patch.status, 403);
}
