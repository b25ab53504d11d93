//! Carts through HTTP.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, App};
use crate::buying::Buyer;

fn codes(answer: &Value) -> Vec<&str> {
    let all = answer["requirements"].as_array().expect("requirements");
    all.iter().map(|it| it["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_guest_fills_a_cart_and_is_told_what_is_missing() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    let added = p.add(&guest, &cart, "MUG", 2).await;
    assert_eq!(added.status, 200, "{added:?}");
    assert_eq!(added.body["total"], "2500");
    assert_eq!(
        codes(&added.body),
        [
            "shop.requirement.email",
            "shop.requirement.shipping_address",
            "shop.requirement.shipping_method"
        ]
    );
    let again = p.add(&guest, &cart, "MUG", 1).await;
    assert_eq!(again.body["lines"].as_array().unwrap().len(), 1);
    assert_eq!(again.body["lines"][0]["quantity"], 3);
    let ready = p.address(&guest, &cart).await;
    assert_eq!(codes(&ready.body), Vec::<&str>::new());
    assert_eq!((&ready.body["shipping"], &ready.body["total"]), (&json!("490"), &json!("4240")));
}

#[tokio::test]
async fn an_unknown_article_number_is_named_and_nothing_is_added() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    let path = format!("/v1/shop/carts/{cart}");
    let items = json!([{ "sku": "MUG", "quantity": 1 }, { "sku": "MUGG", "quantity": 1 }]);
    let lines = format!("{path}/lines");
    let refused = p.buy(&guest, Method::POST, &lines, json!({ "items": items })).await;
    assert_eq!(refused.problem(), (422, "shop.variant.sku_unknown"));
    assert!(refused.body["detail"].as_str().unwrap().contains("MUGG"), "{refused:?}");
    let seen = p.buy(&guest, Method::GET, &path, json!(null)).await;
    assert_eq!(seen.body["lines"], json!([]));
}

#[tokio::test]
async fn what_is_bought_is_told_from_the_other_variants() {
    let app = App::selling(10).await;
    let p = &app.process;
    let body = json!({
        "handle": "lamp", "status": "active", "title": "Lamp",
        "options": [{ "name": "Size", "values": ["S", "L"] },
                    { "name": "Colour", "values": ["red", "blue"] }],
        "variants": [
            { "sku": "BLUE", "options": { "Colour": "blue", "Size": "S" }, "title": "Our bluest" },
            { "sku": "RED", "options": { "Colour": "red", "Size": "L" } },
        ],
    });
    assert_eq!(p.staff_post("/v1/shop/products", body).await.status, 201);
    let (guest, cart) = p.guest().await;
    for sku in ["MUG", "RED", "BLUE"] {
        p.add(&guest, &cart, sku, 1).await;
    }
    let path = format!("/v1/shop/carts/{cart}");
    let lines = p.buy(&guest, Method::GET, &path, json!(null)).await.body["lines"].clone();
    let titles: Vec<&Value> = (0..3).map(|at| &lines[at]["variant_title"]).collect();
    assert_eq!(titles, [&json!(null), &json!("L / red"), &json!("Our bluest")]);
    let stock = p.staff_get("/v1/shop/stock").await;
    let named = |sku: &str| {
        let all = stock.body["data"].as_array().unwrap();
        all.iter().find(|it| it["sku"] == sku).map(|it| it["variant_title"].clone())
    };
    assert_eq!((named("RED"), named("MUG")), (Some(json!("L / red")), Some(json!(null))));
}

#[tokio::test]
async fn a_cart_is_its_owners() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (_, guests) = p.guest().await;
    let (_, anns) = p.cart_of(ANN).await;
    let stranger = Buyer::Guest("bshl_ct_wrong".to_owned());
    for (buyer, cart) in [
        (&stranger, &guests),
        (&Buyer::User(ANN), &guests),
        (&stranger, &anns),
        (&Buyer::User(identity::UserId::from_u128(0xb)), &anns),
    ] {
        let path = format!("/v1/shop/carts/{cart}");
        assert_eq!(p.buy(buyer, Method::GET, &path, json!(null)).await.status, 404);
        assert_eq!(p.add(buyer, cart, "MUG", 1).await.status, 404);
        assert_eq!(
            p.complete(&Buyer::User(identity::UserId::from_u128(0xb)), &anns).await.status,
            404
        );
    }
}

#[tokio::test]
async fn gifts_are_lines_of_their_own() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    let body = json!({ "items": [
        { "sku": "MUG", "quantity": 1 }, { "sku": "MUG", "quantity": 1, "gift_note": "For Bob" },
        { "sku": "MUG", "quantity": 1 },
    ] });
    let added = p.buy(&guest, Method::POST, &format!("/v1/shop/carts/{cart}/lines"), body).await;
    let lines = added.body["lines"].as_array().unwrap();
    let mut found: Vec<(u64, Value)> = lines
        .iter()
        .map(|it| (it["quantity"].as_u64().unwrap(), it["gift_note"].clone()))
        .collect();
    found.sort_by_key(|(quantity, _)| *quantity);
    assert_eq!(found, [(1, json!("For Bob")), (2, Value::Null)]);
}

#[tokio::test]
async fn lines_are_set_and_removed() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    let line = p.add(&guest, &cart, "MUG", 2).await.body["lines"][0]["id"].clone();
    let path = format!("/v1/shop/carts/{cart}/lines/{}", line.as_str().unwrap());
    let set = p.buy(&guest, Method::PATCH, &path, json!({ "quantity": 5 })).await;
    assert_eq!(set.body["lines"][0]["quantity"], 5);
    for quantity in [json!(0), json!(-1), json!(1_000_001), json!("2"), json!(1.5)] {
        let refused = p.buy(&guest, Method::PATCH, &path, json!({ "quantity": quantity })).await;
        assert_eq!(refused.status, 400, "{quantity}");
    }
    let removed = p.buy(&guest, Method::DELETE, &path, json!(null)).await;
    assert_eq!(removed.body["lines"], json!([]));
    assert_eq!(p.buy(&guest, Method::DELETE, &path, json!(null)).await.status, 404);
}

#[tokio::test]
async fn what_is_written_on_a_present_can_be_changed() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    let items = json!({ "items": [
        { "sku": "MUG", "quantity": 1 }, { "sku": "MUG", "quantity": 2, "gift_note": "For Bob" },
    ] });
    let path = format!("/v1/shop/carts/{cart}/lines");
    let added = p.buy(&guest, Method::POST, &path, items).await;
    let line = |note: Value| {
        let lines = added.body["lines"].as_array().unwrap();
        let found = lines.iter().find(|it| it["gift_note"] == note).unwrap();
        format!("{path}/{}", found["id"].as_str().unwrap())
    };
    let (plain, gift) = (line(Value::Null), line(json!("For Bob")));
    let changed = p.buy(&guest, Method::PATCH, &gift, json!({ "gift_note": "For Ben" })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let lines = changed.body["lines"].as_array().unwrap();
    assert!(lines.iter().any(|it| it["gift_note"] == "For Ben" && it["quantity"] == 2));
    let same = json!({ "gift_note": "For Ben", "quantity": 3 });
    let one = p.buy(&guest, Method::PATCH, &plain, same).await;
    assert_eq!(one.body["lines"].as_array().unwrap().len(), 1, "{one:?}");
    assert_eq!(one.body["lines"][0]["quantity"], 5);
    assert_eq!(p.buy(&guest, Method::PATCH, &plain, json!({})).await.status, 404, "it is no more");
    let none = p.buy(&guest, Method::PATCH, &gift, json!({ "gift_note": null })).await;
    assert_eq!(none.body["lines"][0]["gift_note"], Value::Null);
    let many = json!({ "sku": "MUG", "quantity": 999_999, "gift_note": "x" });
    let added = p.buy(&guest, Method::POST, &path, json!({ "items": [many] })).await;
    assert_eq!(added.status, 200, "{added:?}");
    let refused = p.buy(&guest, Method::PATCH, &gift, json!({ "gift_note": "x" })).await;
    assert_eq!(refused.problem(), (422, "shop.cart.too_many_pieces"));
    let note = json!({ "note": "Ring twice" });
    let cart = p.buy(&guest, Method::PATCH, &format!("/v1/shop/carts/{cart}"), note).await;
    assert_eq!(
        (&cart.body["note"], cart.body["lines"].as_array().unwrap().len()),
        (&json!("Ring twice"), 2)
    );
}

#[tokio::test]
async fn ones_open_carts_are_found_without_their_ids() {
    let app = App::selling(10).await;
    let p = &app.process;
    assert_eq!(p.get("/v1/shop/carts").await.body["data"], json!([]));
    let (ann, cart) = p.cart_of(ANN).await;
    p.add(&ann, &cart, "MUG", 2).await;
    p.cart_of(identity::UserId::from_u128(0xb)).await;
    app.world.clock.advance(std::time::Duration::from_secs(1));
    let dollars = p.buy(&ann, Method::POST, "/v1/shop/carts", json!({ "currency": "USD" })).await;
    let all = p.get("/v1/shop/carts").await;
    assert_eq!(all.each("id"), [&*dollars.id(), &*cart]);
    assert_eq!(all.body["data"][1]["lines"][0]["quantity"], 2);
    let euros = p.get("/v1/shop/carts?filter%5Bcurrency%5D=EUR").await;
    assert_eq!(euros.each("id"), [&*cart]);
    assert_eq!(p.see("/v1/shop/carts").await.status, 401, "a guest has the id of theirs");
    p.address(&ann, &cart).await;
    assert_eq!(p.complete(&ann, &cart).await.status, 201);
    assert_eq!(p.get("/v1/shop/carts?filter%5Bcurrency%5D=EUR").await.body["data"], json!([]));
}

#[tokio::test]
async fn too_little_stock_is_a_requirement_and_not_a_refusal() {
    let app = App::selling(2).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    p.add(&guest, &cart, "MUG", 3).await;
    let ready = p.address(&guest, &cart).await;
    assert_eq!(codes(&ready.body), ["shop.requirement.stock"]);
    assert_eq!(ready.body["lines"][0]["available"], "2");
    let refused = p.complete(&guest, &cart).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn a_guests_cart_goes_into_that_of_the_user() {
    let app = App::selling(10).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    p.add(&guest, &cart, "MUG", 2).await;
    let (ann, own) = p.cart_of(ANN).await;
    p.add(&ann, &own, "MUG", 1).await;
    let Buyer::Guest(token) = &guest else { unreachable!() };
    let path = format!("/v1/shop/carts/{cart}/claim");
    let actor = Some(crate::app::actor(ANN));
    let claimed = p.json(actor, Method::POST, &path, &[("cart-token", token)], json!(null)).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    assert_eq!((claimed.id(), &claimed.body["lines"][0]["quantity"]), (own, &json!(3)));
    let old = p.buy(&guest, Method::GET, &format!("/v1/shop/carts/{cart}"), json!(null)).await;
    assert_eq!(old.body["status"], "merged");
    assert_eq!(p.add(&guest, &cart, "MUG", 1).await.status, 409);
    let unknown = p.json(None, Method::POST, &path, &[("cart-token", token)], json!(null)).await;
    assert_eq!(unknown.problem(), (422, "shop.cart.claim_needs_user"));
}

#[tokio::test]
async fn codes_take_something_off_and_unknown_ones_are_refused() {
    let app = App::selling(10).await;
    let p = &app.process;
    let spring = json!({ "title": "Spring", "code": "spring10", "effect": { "kind": "percentage", "rate": 100_000 } });
    assert_eq!(p.staff_post("/v1/shop/promotions", spring).await.status, 201);
    let (guest, cart) = p.guest().await;
    p.add(&guest, &cart, "MUG", 2).await;
    let path = format!("/v1/shop/carts/{cart}");
    let with = p.buy(&guest, Method::PATCH, &path, json!({ "codes": ["Spring10"] })).await;
    assert_eq!((&with.body["total"], &with.body["codes"]), (&json!("2250"), &json!(["SPRING10"])));
    assert_eq!(with.body["discounts"][0]["title"], "Spring");
    let refused = p.buy(&guest, Method::PATCH, &path, json!({ "codes": ["NOPE"] })).await;
    assert_eq!(refused.problem(), (422, "shop.promotion.code_unknown"));
    assert_eq!(refused.pointer(), "/codes/0");
}

#[tokio::test]
async fn stock_is_held_for_a_while_and_activity_extends_it() {
    let app = App::selling(3).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    p.add(&guest, &cart, "MUG", 2).await;
    let path = format!("/v1/shop/carts/{cart}/reservation");
    let held = p.buy(&guest, Method::PUT, &path, json!(null)).await;
    assert_eq!(held.status, 200, "{held:?}");
    assert!(held.body["reserved_until"].is_string());
    assert_eq!(app.world.shelf("MUG").await, (3, 2));
    assert_eq!(held.body["requirements"].as_array().unwrap().len(), 3, "its own hold is no lack");
    let (other, others) = p.guest().await;
    let added = p.add(&other, &others, "MUG", 2).await;
    assert_eq!(added.body["lines"][0]["available"], "1");
    app.world.clock.advance(std::time::Duration::from_secs(800));
    let more = p.add(&guest, &cart, "MUG", 1).await;
    assert_eq!(app.world.shelf("MUG").await, (3, 3), "{more:?}");
    app.world.clock.advance(std::time::Duration::from_secs(800));
    assert_eq!(app.world.shelf("MUG").await, (3, 3), "activity extended it");
    app.world.clock.advance(std::time::Duration::from_secs(200));
    assert_eq!(app.world.shelf("MUG").await, (3, 0), "nobody came back");
    p.buy(&guest, Method::PUT, &path, json!(null)).await;
    assert_eq!(app.world.shelf("MUG").await, (3, 3));
    assert_eq!(p.buy(&guest, Method::DELETE, &path, json!(null)).await.status, 204);
    assert_eq!(app.world.shelf("MUG").await, (3, 0));
}

#[tokio::test]
async fn a_key_repeats_an_answer_only_to_its_own_guest() {
    let app = App::selling(9).await;
    let p = &app.process;
    let (guest, cart) = p.guest().await;
    let Buyer::Guest(token) = &guest else { unreachable!() };
    let path = format!("/v1/shop/carts/{cart}/lines");
    let body = json!({ "items": [{ "sku": "MUG", "quantity": 1 }] });
    let send = async |token: &str| {
        let headers = [("cart-token", token), ("idempotency-key", "k1")];
        p.json(None, Method::POST, &path, &headers, body.clone()).await
    };
    assert_eq!(send(token).await.body["lines"][0]["quantity"], 1);
    assert_eq!(send(token).await.body["lines"][0]["quantity"], 1, "carried out once");
    assert_eq!(send("bshl_ct_other").await.status, 404);
}
