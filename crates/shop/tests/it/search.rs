//! Finding products by words, filters and order.

use serde_json::{Value, json};
use shop::ShopOptions;

use crate::app::{App, World};

/// Lanterns of several kinds, and a hat.
async fn stocked() -> App {
    let app = App::start().await;
    let products = [
        ("red-lantern", "Red lantern", "Lumen", &["garden", "light"][..], "red", 1_000),
        ("blue-lantern", "Blue lantern", "Lumen", &["light"], "blue", 1_500),
        ("lamp-oil", "Oil", "Smith, Inc", &["lantern"], "clear", 500),
        ("hat", "Hat", "Smith, Inc", &[], "red", 2_000),
    ];
    for (handle, title, vendor, tags, colour, price) in products {
        let body = json!({
            "handle": handle, "status": "active", "title": title, "vendor": vendor, "tags": tags,
            "options": [{ "name": "Colour", "values": [colour] }],
            "variants": [{ "sku": handle, "options": { "Colour": colour }, "tracks_stock": false,
                           "prices": [{ "currency": "EUR", "amount": price }] }],
        });
        let made = app.process.staff_post("/v1/shop/products", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        app.world.clock.advance(std::time::Duration::from_secs(1));
    }
    app.process.shop.search_caught_up().await.unwrap();
    app
}

async fn handles(app: &App, query: &str) -> Vec<String> {
    let page = app.process.see(&format!("/v1/shop/products?{query}")).await;
    assert_eq!(page.status, 200, "{query}: {page:?}");
    page.each("handle").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn products_are_found_by_words_filters_and_order() {
    let app = stocked().await;
    let check = async |query: &str, expected: &[&str]| {
        assert_eq!(handles(&app, query).await, expected, "{query}");
    };
    check("", &["hat", "lamp-oil", "blue-lantern", "red-lantern"]).await;
    check("q=lanterns&sort=price&currency=EUR", &["lamp-oil", "red-lantern", "blue-lantern"]).await;
    check("q=red+lantren", &["red-lantern"]).await;
    check("q=lant&filter[tag]=garden", &["red-lantern"]).await;
    check("filter[vendor]=Smith%5C,+Inc&sort=title", &["hat", "lamp-oil"]).await;
    check("filter[option.Colour]=red&sort=-price&currency=EUR", &["hat", "red-lantern"]).await;
    check("filter[option][Colour]=blue,clear", &["lamp-oil", "blue-lantern"]).await;
    check(
        "filter[price][gte]=1000&filter[price][lte]=1500&currency=EUR&sort=title",
        &["blue-lantern", "red-lantern"],
    )
    .await;
    check("filter[availability]=out_of_stock", &[]).await;
    check("sort=price&currency=USD&limit=1", &["hat"]).await;
    let first = handles(&app, "q=lantern").await;
    assert_eq!(first.last().unwrap(), "lamp-oil", "a tag counts less than a title");
}

#[tokio::test]
async fn pages_go_on_in_every_order() {
    let app = stocked().await;
    for query in ["q=lantern", "sort=title", "sort=price&currency=EUR", "filter[tag]=light", ""] {
        let all = handles(&app, query).await;
        let (mut seen, mut path) = (Vec::new(), format!("/v1/shop/products?limit=1&{query}"));
        loop {
            let page = app.process.see(&path).await;
            seen.extend(page.each("handle").into_iter().map(str::to_owned));
            let Some(cursor) = page.body["next_cursor"].as_str() else { break };
            path = format!("/v1/shop/products?limit=1&cursor={cursor}&{query}");
        }
        assert_eq!(seen, all, "{query}");
    }
    let page = app.process.see("/v1/shop/products?limit=1&sort=title").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let other = app.process.see(&format!("/v1/shop/products?cursor={cursor}")).await;
    assert_eq!(other.problem(), (400, "request.cursor.invalid"));
}

fn count(facet: &Value, value: &str) -> u64 {
    let values = facet.as_array().unwrap();
    let found = values.iter().find(|it| it["value"] == value);
    found.map_or(0, |it| it["count"].as_u64().unwrap())
}

#[tokio::test]
async fn values_are_counted() {
    let app = stocked().await;
    let facets = app.process.see("/v1/shop/products/facets?currency=EUR&q=lantern").await.body;
    assert_eq!(facets["total"], 3);
    assert_eq!((count(&facets["tags"], "light"), count(&facets["tags"], "garden")), (2, 1));
    assert_eq!(count(&facets["vendors"], "Smith, Inc"), 1);
    assert_eq!(facets["price"], json!({ "currency": "EUR", "min": "500", "max": "1500" }));
    assert_eq!(facets["options"][0]["name"], "Colour");
    let red = "/v1/shop/products/facets?filter[option.Colour]=red";
    let red = app.process.see(red).await.body;
    assert_eq!((&red["total"], count(&red["options"][0]["values"], "blue")), (&json!(2), 1));
    assert_eq!(red["price"], Value::Null);
}

#[tokio::test]
async fn what_was_typed_is_completed() {
    let app = stocked().await;
    let path = "/v1/shop/products/suggestions";
    let seen = app.process.see(&format!("{path}?q=blu")).await;
    assert_eq!(seen.each("title"), ["Blue lantern"]);
    assert!(app.process.see(&format!("{path}?q=")).await.each("title").is_empty());
    assert!(app.process.see(path).await.each("title").is_empty());
    assert_eq!(app.process.see(&format!("{path}?q=a&sort=title")).await.status, 400);
}

#[tokio::test]
async fn changes_are_found_and_what_is_gone_is_not() {
    let app = stocked().await;
    let hat = app.process.see("/v1/shop/products/hat").await;
    let path = format!("/v1/shop/products/{}", hat.id());
    app.process.staff_patch(&path, json!({ "title": "Fedora" })).await;
    app.process.shop.search_caught_up().await.unwrap();
    assert_eq!(handles(&app, "q=fedora").await, ["hat"]);
    let page = app.process.see("/v1/shop/products?q=fedora").await;
    assert_eq!(page.each("title"), ["Fedora"]);
    app.process.staff_delete(&path).await;
    assert!(handles(&app, "q=fedora").await.is_empty(), "also before the index knows");
    app.process.shop.search_caught_up().await.unwrap();
    assert!(handles(&app, "q=fedora").await.is_empty());
    let staff = "/v1/shop/products?filter[status]=archived&q=fedo";
    assert_eq!(app.process.staff_get(staff).await.each("handle"), ["hat"]);
}

#[tokio::test]
async fn the_index_goes_on_where_it_was_and_is_built_for_another_database() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        || ShopOptions { search_folder: Some(folder.path().to_owned()), ..ShopOptions::default() };
    let world = World::new().await;
    let process = world.start(options()).await;
    process.product("lamp", "L1").await;
    process.shop.search_caught_up().await.unwrap();
    drop(process);
    let process = world.start(options()).await;
    process.product("lampion", "L2").await;
    process.shop.search_caught_up().await.unwrap();
    let found = process.see("/v1/shop/products?q=lam").await;
    assert_eq!(found.each("handle").len(), 2);
    drop(process);
    let app = World::new().await;
    let process = app.start(options()).await;
    process.product("lamp-of-others", "L1").await;
    process.shop.search_caught_up().await.unwrap();
    let found = process.see("/v1/shop/products?q=lam").await;
    assert_eq!(found.each("handle"), ["lamp-of-others"]);
}

#[tokio::test]
async fn texts_are_found_in_the_callers_language() {
    let app = App::start().await;
    let mut body = crate::app::product_body("lantern", "L1");
    body["translations"] = json!({ "de": { "title": "Grüne Papierlaternen" } });
    app.process.staff_post("/v1/shop/products", body).await;
    app.process.shop.search_caught_up().await.unwrap();
    let seen = app
        .process
        .send(
            None,
            axum::http::Method::GET,
            "/v1/shop/products?q=papierlaterne",
            &[("accept-language", "de-AT, en;q=0.5")],
            axum::body::Body::empty(),
        )
        .await;
    assert_eq!(seen.each("title"), ["Grüne Papierlaternen"]);
    assert_eq!(seen.headers["vary"], "accept-language, authorization, cookie");
    let german = [("accept-language", "fr, de;q=0.5")];
    let (get, none) = (axum::http::Method::GET, axum::body::Body::empty);
    let path = "/v1/shop/products/lantern";
    let seen = app.process.send(None, get.clone(), path, &german, none()).await;
    assert_eq!(seen.body["title"], "Grüne Papierlaternen");
    assert_eq!(seen.headers["content-language"], "de");
    let own = app.process.see(path).await;
    assert_eq!(
        (&own.body["title"], &own.headers["content-language"]),
        (&json!("lantern"), &"en".parse().unwrap())
    );
    let staff = app.process.send(Some(crate::app::staff()), get, path, &german, none()).await;
    assert_eq!(staff.body["title"], "lantern", "staff sees what is written");
}
