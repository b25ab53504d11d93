//! Products, variants and prices.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, App, Process, actor, product_body, staff};

fn lantern() -> Value {
    json!({
        "handle": "paper-lantern", "status": "active", "title": "Paper lantern",
        "description": "Glows.\nSoftly.", "vendor": "Lumen", "tags": ["garden", "light", "garden"],
        "options": [{ "name": "Colour", "values": ["red", "blue", "green"] }],
        "translations": { "de": { "title": "Papierlaterne" } },
        "variants": [
            { "sku": "85123A", "options": { "Colour": "red" }, "weight_g": 120,
              "prices": [{ "currency": "EUR", "amount": "1250",
                           "tiers": [{ "min_quantity": 10, "amount": "1100" }] },
                         { "currency": "USD", "amount": 1300 }] },
            { "sku": "lower case", "options": { "Colour": "blue" }, "backorder_max": 5,
              "prices": [{ "currency": "EUR", "amount": "1500" }] },
        ],
    })
}

async fn with_lantern() -> (App, String) {
    let app = App::start().await;
    let made = app.process.staff_post("/v1/shop/products", lantern()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = format!("/v1/shop/products/{}", made.id());
    assert_eq!(made.headers["location"], path);
    (app, path)
}

fn variant(answer: &crate::app::Answer, index: usize) -> String {
    answer.body["variants"][index]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_product_is_made_with_its_variants_and_seen_by_everybody() {
    let (app, path) = with_lantern().await;
    let seen = app.process.see(&path).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.body["title"], "Paper lantern");
    assert_eq!(seen.body["tags"], json!(["garden", "light"]));
    let red = &seen.body["variants"][0];
    assert_eq!(red["sku"], "85123A");
    assert_eq!(red["options"], json!({ "Colour": "red" }));
    assert_eq!(
        red["prices"][0],
        json!({ "currency": "EUR", "amount": "1250",
                "tiers": [{ "min_quantity": 10, "amount": "1100" }], "compare_at": null,
                "lowest_30_days": null })
    );
    assert_eq!(red["backorder_max"], Value::Null, "that is for staff");
    let by_handle = app.process.see("/v1/shop/products/paper-lantern").await;
    assert_eq!(by_handle.body, seen.body);
    let staff = app.process.staff_get(&path).await;
    assert_eq!(staff.body["variants"][1]["backorder_max"], 5);
    assert_eq!(staff.body["translations"]["de"]["title"], "Papierlaterne");
    assert_eq!(staff.etag(), "\"1\"");
    assert_eq!(app.audited("shop.product.created").await.len(), 1);
}

#[tokio::test]
async fn the_ledger_counts_a_variant_by_its_sku_or_its_id() {
    let (app, _) = with_lantern().await;
    let plain = "select count(*) from shop.variants where asset = 'SKU:85123A'";
    assert_eq!(app.world.count(plain).await, 1);
    let other = "select count(*) from shop.variants where asset like 'SKU:VAR\\_%'";
    assert_eq!(app.world.count(other).await, 1);
}

#[tokio::test]
async fn drafts_are_seen_by_staff_alone() {
    let app = App::start().await;
    let mut body = product_body("secret", "S1");
    body["status"] = json!("draft");
    let made = app.process.staff_post("/v1/shop/products", body).await;
    let path = format!("/v1/shop/products/{}", made.id());
    for seen in [app.process.see(&path).await, app.process.get(&path).await] {
        assert_eq!(seen.problem(), (404, "shop.product.not_found"));
    }
    assert_eq!(app.process.staff_get(&path).await.status, 200);
    assert!(app.process.see("/v1/shop/products").await.each("handle").is_empty());
    let drafts = "/v1/shop/products?filter[status]=draft";
    assert_eq!(app.process.see(drafts).await.problem(), (401, "request.token.missing"));
    assert_eq!(app.process.get(drafts).await.problem(), (403, "identity.permission.missing"));
    assert_eq!(app.process.staff_get(drafts).await.each("handle"), ["secret"]);
}

#[tokio::test]
async fn a_repeat_makes_nothing_new() {
    let app = App::start().await;
    let key = [("idempotency-key", "k-1")];
    let body = product_body("lamp", "L1");
    let path = "/v1/shop/products";
    let first = app.process.staff_json(Method::POST, path, &key, body.clone()).await;
    let again = app.process.staff_json(Method::POST, path, &key, body).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    // Its answer is lost: the product is found by its id.
    app.world
        .database()
        .client()
        .await
        .unwrap()
        .batch_execute("delete from replay.answers")
        .await
        .unwrap();
    let body = product_body("lamp", "L1");
    let found = app.process.staff_json(Method::POST, path, &key, body).await;
    assert_eq!((found.status, found.id()), (201, first.id()));
    assert_eq!(app.world.count("select count(*) from shop.products").await, 1);
}

#[tokio::test]
async fn names_are_taken_once() {
    let (app, _) = with_lantern().await;
    let post = async |body| app.process.staff_post("/v1/shop/products", body).await;
    let same = post(product_body("paper-lantern", "X")).await;
    assert_eq!(same.problem(), (409, "shop.product.handle_taken"));
    let same = post(product_body("other", "85123A")).await;
    assert_eq!(same.problem(), (409, "shop.variant.sku_taken"));
    assert!(same.body["detail"].as_str().unwrap().contains("85123A"));
    assert_eq!(app.world.count("select count(*) from shop.products").await, 1);
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let app = App::start().await;
    let check = async |change: fn(&mut Value), pointer: &str| {
        let mut body = lantern();
        change(&mut body);
        let answer = app.process.staff_post("/v1/shop/products", body).await;
        assert_eq!((answer.status, answer.pointer()), (400, pointer), "{answer:?}");
    };
    check(|it| it["handle"] = json!("Paper Lantern"), "/handle").await;
    check(|it| it["handle"] = json!("facets"), "/handle").await;
    check(|it| it["title"] = json!("a\u{0}b"), "/title").await;
    check(|it| it["description"] = json!("a\u{0}b"), "/description").await;
    check(|it| it["vendor"] = json!(7), "/vendor").await;
    check(|it| it["tags"] = json!(vec!["x"; 51]), "/tags").await;
    check(|it| it["tags"][1] = json!(""), "/tags/1").await;
    check(|it| it["price"] = json!("1"), "/price").await;
    check(|it| it["translations"]["deutsch"] = json!({}), "/translations/deutsch").await;
    check(|it| it["variants"] = json!([]), "/variants").await;
    check(|it| it["options"][0]["values"] = json!(["red", "red"]), "/options").await;
    check(|it| it["variants"][1]["options"]["Colour"] = json!("red"), "/variants/1/options").await;
    check(|it| it["variants"][1]["options"]["Size"] = json!("L"), "/variants/1/options").await;
    check(|it| it["variants"][1]["sku"] = json!("85123A"), "/variants").await;
    check(|it| it["variants"][0]["weight_g"] = json!(-1), "/variants/0/weight_g").await;
    check(|it| it["variants"][0]["weight_g"] = json!(4e9), "/variants/0/weight_g").await;
    check(|it| it["variants"][0]["backorder_max"] = json!(u64::MAX), "/variants/0/backorder_max")
        .await;
    let price = "/variants/0/prices/0";
    check(|it| it["variants"][0]["prices"][0]["amount"] = json!("-1"), &format!("{price}/amount"))
        .await;
    check(|it| it["variants"][0]["prices"][0]["amount"] = json!("1.5"), &format!("{price}/amount"))
        .await;
    check(
        |it| it["variants"][0]["prices"][0]["amount"] = json!("10000000000000001"),
        &format!("{price}/amount"),
    )
    .await;
    check(
        |it| it["variants"][0]["prices"][0]["tiers"][0]["min_quantity"] = json!(1),
        &format!("{price}/tiers/0/min_quantity"),
    )
    .await;
    check(
        |it| it["variants"][0]["prices"][1]["currency"] = json!("EUR"),
        "/variants/0/prices/1/currency",
    )
    .await;
    assert_eq!(app.world.count("select count(*) from shop.products").await, 0);
}

#[tokio::test]
async fn prices_are_in_money() {
    let app = App::start().await;
    for currency in ["XYZ", "APPLE", "eur", "", "\u{0}"] {
        let mut body = product_body("lamp", "L1");
        body["variants"][0]["prices"][0]["currency"] = json!(currency);
        let answer = app.process.staff_post("/v1/shop/products", body).await;
        assert_eq!(answer.problem(), (422, "shop.currency.unknown"), "{currency:?}");
    }
}

#[tokio::test]
async fn changes_need_the_version_that_they_are_based_on() {
    let (app, path) = with_lantern().await;
    let patch = async |headers: &[(&'static str, &str)], body| {
        app.process.staff_json(Method::PATCH, &path, headers, body).await
    };
    assert_eq!(patch(&[], json!({})).await.problem(), (428, "request.if_match.missing"));
    let old = [("if-match", "\"7\"")];
    assert_eq!(patch(&old, json!({})).await.problem(), (412, "shop.version.changed"));
    let first = [("if-match", "\"1\"")];
    let changed = patch(&first, json!({ "title": "Lantern", "vendor": null })).await;
    assert_eq!((changed.status, changed.etag()), (200, "\"2\""), "{changed:?}");
    assert_eq!(changed.body["title"], "Lantern");
    assert_eq!(changed.body["vendor"], Value::Null);
    assert_eq!(changed.body["tags"], json!(["garden", "light"]));
    assert_eq!(patch(&first, json!({ "title": "x" })).await.status, 412);
    assert_eq!(patch(&[("if-match", "*")], json!({ "sku": "x" })).await.pointer(), "/sku");
    assert_eq!(app.audited("shop.product.updated").await.len(), 1);
}

#[tokio::test]
async fn of_crossing_changes_one_is_told_to_look_again() {
    let (app, path) = with_lantern().await;
    app.world.open_to_many();
    let change = |title: &'static str| {
        app.process.staff_json(
            Method::PATCH,
            &path,
            &[("if-match", "\"1\"")],
            json!({ "title": title }),
        )
    };
    let (left, right) = tokio::join!(change("left"), change("right"));
    let mut statuses = [left.status, right.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn options_that_variants_need_stay() {
    let (app, path) = with_lantern().await;
    let options = |values: &[&str]| json!({ "options": [{ "name": "Colour", "values": values }] });
    let refused = app.process.staff_patch(&path, options(&["red", "green"])).await;
    assert_eq!(refused.problem(), (422, "shop.product.options_mismatch"));
    let changed = app.process.staff_patch(&path, options(&["blue", "red"])).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}

#[tokio::test]
async fn variants_come_change_and_are_retired() {
    let (app, path) = with_lantern().await;
    let variants = format!("{path}/variants");
    let green = json!({ "sku": "85123C", "options": { "Colour": "green" } });
    let made = app.process.staff_post(&variants, green.clone()).await;
    assert_eq!((made.status, made.etag()), (201, "\"2\""), "{made:?}");
    assert_eq!(made.body["position"], 2);
    let twin = json!({ "sku": "85123D", "options": { "Colour": "green" } });
    let twin = app.process.staff_post(&variants, twin).await;
    assert_eq!(twin.problem(), (422, "shop.product.options_mismatch"));
    let own = format!("{variants}/{}", made.id());
    let heavy = app.process.staff_patch(&own, json!({ "weight_g": 7, "title": "Green" })).await;
    assert_eq!((heavy.status, heavy.etag()), (200, "\"3\""), "{heavy:?}");
    assert_eq!((&heavy.body["weight_g"], &heavy.body["title"]), (&json!(7), &json!("Green")));
    assert_eq!(app.process.staff_patch(&own, json!({ "sku": "X" })).await.pointer(), "/sku");
    for _ in 0..2 {
        assert_eq!(app.process.staff_delete(&own).await.status, 204);
    }
    assert_eq!(app.process.see(&path).await.body["variants"].as_array().unwrap().len(), 2);
    let all = app.process.staff_get(&path).await;
    assert_eq!(all.body["variants"][2]["is_active"], false);
    assert_eq!(all.etag(), "\"4\"");
    // Its SKU stays its own, its options are free again.
    assert_eq!(app.process.staff_post(&variants, green).await.status, 409);
    let next = json!({ "sku": "85123E", "options": { "Colour": "green" } });
    assert_eq!(app.process.staff_post(&variants, next).await.status, 201);
    let back = app.process.staff_patch(&own, json!({ "is_active": true })).await;
    assert_eq!(back.problem(), (422, "shop.product.options_mismatch"));
    assert_eq!(app.audited("shop.variant.retired").await.len(), 1);
}

#[tokio::test]
async fn a_variant_is_found_below_its_product_only() {
    let (app, path) = with_lantern().await;
    let other = app.process.product("lamp", "L1").await;
    let foreign = format!("{path}/variants/{}", variant(&other, 0));
    let answer = app.process.staff_patch(&foreign, json!({ "weight_g": 1 })).await;
    assert_eq!(answer.problem(), (404, "shop.variant.not_found"));
    assert_eq!(app.process.staff_delete(&foreign).await.status, 404);
    let price = format!("{foreign}/prices/EUR");
    let price = app.process.staff_put(&price, json!({ "amount": "1" })).await;
    assert_eq!(price.problem(), (404, "shop.variant.not_found"));
    let wrong = app.process.staff_delete(&format!("{path}/variants/prod_1")).await;
    assert_eq!((wrong.status, wrong.pointer()), (400, "path:variant"));
}

#[tokio::test]
async fn prices_are_set_and_taken_away() {
    let (app, path) = with_lantern().await;
    let seen = app.process.see(&path).await;
    let price = format!("{path}/variants/{}/prices/EUR", variant(&seen, 0));
    let body = json!({ "amount": "999", "tiers": [{ "min_quantity": 5, "amount": "900" }] });
    let set = app.process.staff_put(&price, body.clone()).await;
    assert_eq!((set.status, set.etag()), (200, "\"2\""), "{set:?}");
    assert_eq!(set.body["tiers"][0], json!({ "min_quantity": 5, "amount": "900" }));
    let again = app.process.staff_put(&price, body).await;
    assert_eq!(again.etag(), "\"2\"", "nothing has changed");
    let missing = app.process.staff_json(Method::PUT, &price, &[], json!({ "amount": "1" })).await;
    assert_eq!(missing.status, 428);
    assert_eq!(app.process.staff_delete(&price).await.status, 204);
    let seen = app.process.see(&path).await;
    assert_eq!(seen.body["variants"][0]["prices"].as_array().unwrap().len(), 1);
    let unknown = format!("{path}/variants/{}/prices/XYZ", variant(&seen, 0));
    let unknown = app.process.staff_put(&unknown, json!({ "amount": "1" })).await;
    assert_eq!(unknown.problem(), (422, "shop.currency.unknown"));
    let entries = app.audited("shop.price.changed").await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[1].data["before"][0]["amount"], "1250");
    assert_eq!(entries[1].data["after"][0]["amount"], "999");
}

#[tokio::test]
async fn an_archived_product_is_gone_for_customers_only() {
    let (app, path) = with_lantern().await;
    for _ in 0..2 {
        assert_eq!(app.process.staff_delete(&path).await.status, 204);
    }
    assert_eq!(app.process.see(&path).await.status, 404);
    let seen = app.process.staff_get(&path).await;
    assert_eq!((&seen.body["status"], seen.etag()), (&json!("archived"), "\"2\""));
    assert_eq!(app.audited("shop.product.archived").await.len(), 1);
    let nobody = "/v1/shop/products/prod_00000000000000000000000009";
    assert_eq!(app.process.staff_delete(nobody).await.problem(), (404, "shop.product.not_found"));
}

#[tokio::test]
async fn a_reduced_price_names_the_lowest_of_thirty_days() {
    let (app, path) = with_lantern().await;
    let seen = app.process.see(&path).await;
    let price = format!("{path}/variants/{}/prices/EUR", variant(&seen, 0));
    let lowest = async || {
        let seen = app.process.see(&path).await;
        seen.body["variants"][0]["prices"][0]["lowest_30_days"].clone()
    };
    let days = |days: u64| std::time::Duration::from_secs(days * 24 * 3_600);
    app.world.clock.advance(days(1));
    app.process.staff_put(&price, json!({ "amount": "1100" })).await;
    assert_eq!(lowest().await, "1250");
    app.world.clock.advance(days(1));
    for amount in ["2000", "900"] {
        app.process.staff_put(&price, json!({ "amount": amount })).await;
    }
    assert_eq!(lowest().await, "1100", "the price of no moment was none");
    app.world.clock.advance(days(40));
    assert_eq!(lowest().await, Value::Null);
    app.process.staff_delete(&price).await;
    let open = "select count(*) from shop.price_history where until_at is null";
    assert_eq!(app.world.count(open).await, 2, "of the two prices that are left");
}

#[tokio::test]
async fn a_product_is_in_the_categories_that_it_names() {
    let (app, path) = with_lantern().await;
    let post = async |handle: &str| {
        let body = json!({ "handle": handle, "title": handle });
        app.process.staff_post("/v1/shop/categories", body).await.id()
    };
    let (lamps, sale) = (post("lamps").await, post("sale").await);
    let both = json!({ "categories": ["lamps", sale, "sale"] });
    let changed = app.process.staff_patch(&path, both).await;
    assert_eq!(changed.body["categories"], json!([lamps, sale]));
    let one = app.process.staff_patch(&path, json!({ "categories": ["sale"] })).await;
    assert_eq!(one.body["categories"], json!([sale]));
    let same = app.process.staff_patch(&path, json!({ "title": "x" })).await;
    assert_eq!(same.body["categories"], json!([sale]));
    let unknown = app.process.staff_patch(&path, json!({ "categories": ["hats"] })).await;
    assert_eq!(unknown.problem(), (422, "shop.category.unknown"));
    let mut body = product_body("torch", "T1");
    body["categories"] = json!(["lamps"]);
    let made = app.process.staff_post("/v1/shop/products", body).await;
    assert_eq!(made.body["categories"], json!([lamps]));
}

async fn handles(process: &Process, mut path: String) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let page = process.see(&path).await;
        all.extend(page.each("handle").into_iter().map(str::to_owned));
        let Some(cursor) = page.body["next_cursor"].as_str() else { return all };
        assert!(page.headers["link"].to_str().unwrap().contains("rel=\"next\""));
        path = format!("/v1/shop/products?limit=2&cursor={cursor}");
    }
}

#[tokio::test]
async fn pages_hold_everything_once_the_newest_first() {
    let app = App::start().await;
    for number in 0..5 {
        app.process.product(&format!("p-{number}"), &format!("S{number}")).await;
        if number % 2 == 0 {
            app.world.clock.advance(std::time::Duration::from_secs(1));
        }
    }
    let mut all = handles(&app.process, "/v1/shop/products?limit=2".to_owned()).await;
    assert_eq!(all[4], "p-0");
    all.sort_unstable();
    assert_eq!(all, ["p-0", "p-1", "p-2", "p-3", "p-4"]);
    let page = app.process.see("/v1/shop/products?limit=1").await;
    let price = json!([{ "currency": "EUR", "min": "1250", "max": "1250" }]);
    assert_eq!(page.body["data"][0]["prices"], price);
    for query in ["limit=0", "cursor=x", "colour=red", "filter[status]=gone", "limit=1&limit=2"] {
        let answer = app.process.see(&format!("/v1/shop/products?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
}

#[tokio::test]
async fn nobody_but_staff_changes_the_catalogue() {
    let (app, path) = with_lantern().await;
    let own = format!("{path}/variants/{}", variant(&app.process.see(&path).await, 0));
    let calls = [
        (Method::POST, "/v1/shop/products".to_owned()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/variants")),
        (Method::PATCH, own.clone()),
        (Method::DELETE, own.clone()),
        (Method::PUT, format!("{own}/prices/EUR")),
        (Method::DELETE, format!("{own}/prices/EUR")),
    ];
    for (method, path) in calls {
        let call = |actor| app.process.json(actor, method.clone(), &path, &[], json!({}));
        assert_eq!(call(None).await.problem(), (401, "request.token.missing"), "{method} {path}");
        let user = call(Some(actor(ANN))).await;
        assert_eq!(user.problem(), (403, "identity.permission.missing"), "{method} {path}");
    }
    assert_eq!(app.process.see(&path).await.body["variants"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn hostile_addresses_and_bodies_are_refused() {
    let app = App::start().await;
    for path in ["%00", "prod_1", "Paper", "..", "%ff", &"a".repeat(101)] {
        let answer = app.process.see(&format!("/v1/shop/products/{path}")).await;
        assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let json = [("content-type", "application/json")];
    for (body, status) in [(deep, 400), ("{".to_owned(), 400), ("x".repeat(2 << 20), 413)] {
        let body = Body::from(body);
        let answer =
            app.process.send(Some(staff()), Method::POST, "/v1/shop/products", &json, body);
        assert_eq!(answer.await.status, status);
    }
}

#[tokio::test]
async fn the_ledger_learns_how_many_may_be_sold_that_are_not_there() {
    let (app, path) = with_lantern().await;
    let own = format!("{path}/variants/{}", variant(&app.process.see(&path).await, 0));
    let changed = app.process.staff_patch(&own, json!({ "backorder_max": 12 })).await;
    assert_eq!(changed.body["backorder_max"], 12);
    app.process.bus.settle().await;
    let waiting = "select count(*) from bus.jobs where kind = 'shop.variant.follow'";
    assert_eq!(app.world.count(waiting).await, 0);
}
