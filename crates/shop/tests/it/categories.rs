//! The tree of categories.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, actor, product_body};

const PATH: &str = "/v1/shop/categories";

async fn make(app: &App, handle: &str, parent: Option<&str>) -> String {
    let body = json!({ "handle": handle, "title": handle, "parent": parent });
    let made = app.process.staff_post(PATH, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["location"], format!("{PATH}/{}", made.id()));
    made.id()
}

/// `home` with `lamps` with `lanterns`, and `garden`.
async fn tree() -> (App, [String; 4]) {
    let app = App::start().await;
    let home = make(&app, "home", None).await;
    let lamps = make(&app, "lamps", Some(&home)).await;
    let lanterns = make(&app, "lanterns", Some(&lamps)).await;
    let garden = make(&app, "garden", None).await;
    (app, [home, lamps, lanterns, garden])
}

async fn patch(app: &App, id: &str, body: Value) -> Answer {
    app.process.staff_patch(&format!("{PATH}/{id}"), body).await
}

async fn found(app: &App, category: &str) -> Vec<String> {
    app.process.shop.search_caught_up().await.unwrap();
    let path = format!("/v1/shop/products?filter[category]={category}&sort=title");
    let page = app.process.see(&path).await;
    page.each("handle").into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn the_tree_is_read_from_above_by_everybody() {
    let (app, [home, lamps, ..]) = tree().await;
    let seen = app.process.see(PATH).await;
    assert_eq!(seen.each("handle"), ["garden", "home", "lamps", "lanterns"]);
    assert_eq!(seen.body["data"][2]["parent"], json!(home));
    assert_eq!(seen.body["data"][2].get("translations"), None);
    let first = patch(&app, &home, json!({ "position": 0 })).await;
    assert_eq!((first.status, first.etag()), (200, "\"2\""));
    patch(
        &app,
        &lamps,
        json!({ "title": "Lamps", "translations": { "de": { "title": "Lampen" } } }),
    )
    .await;
    let german = [("accept-language", "de")];
    let by_handle = format!("{PATH}/lamps");
    let seen = app.process.send(None, Method::GET, &by_handle, &german, axum::body::Body::empty());
    assert_eq!(seen.await.body["title"], "Lampen");
    let staff = app.process.staff_get(&by_handle).await;
    assert_eq!(staff.body["translations"]["de"]["title"], "Lampen");
    assert_eq!(
        app.process.see(&format!("{PATH}/none")).await.problem().1,
        "shop.category.not_found"
    );
    assert_eq!(app.process.see(&format!("{PATH}/a%00")).await.status, 400);
    assert_eq!(app.audited("shop.category.created").await.len(), 4);
}

#[tokio::test]
async fn what_is_in_a_category_is_in_all_above_it() {
    let (app, [home, lamps, lanterns, _]) = tree().await;
    let mut body = product_body("paper", "P1");
    body["categories"] = json!(["lanterns"]);
    assert_eq!(app.process.staff_post("/v1/shop/products", body).await.status, 201);
    app.process.product("hat", "H1").await;
    for category in ["lanterns", "lamps", &home] {
        assert_eq!(found(&app, category).await, ["paper"], "{category}");
    }
    assert!(found(&app, "garden").await.is_empty());
    patch(&app, &lamps, json!({ "parent": null })).await;
    assert!(found(&app, "home").await.is_empty(), "it has moved with all below it");
    assert_eq!(found(&app, "lamps").await, ["paper"]);
    let facets = app.process.see("/v1/shop/products/facets").await;
    assert_eq!(facets.body["categories"].as_array().unwrap().len(), 2);
    app.process.staff_delete(&format!("{PATH}/{lanterns}")).await;
    assert!(found(&app, "lamps").await.is_empty());
    assert_eq!(app.process.see("/v1/shop/products/paper").await.body["categories"], json!([]));
    let unknown = app.process.see("/v1/shop/products?filter[category]=none").await;
    assert_eq!(unknown.problem(), (422, "shop.category.unknown"));
}

#[tokio::test]
async fn no_category_is_below_itself() {
    let (app, [home, lamps, lanterns, _]) = tree().await;
    for (id, parent) in [(&home, &home), (&home, &lanterns), (&lamps, &lanterns)] {
        let answer = patch(&app, id, json!({ "parent": parent })).await;
        assert_eq!(answer.problem(), (422, "shop.category.misplaced"));
    }
    let nowhere = json!({ "parent": "cat_00000000000000000000000009" });
    assert_eq!(patch(&app, &home, nowhere).await.status, 422);
    let mut parent = lanterns;
    for depth in 4..=10 {
        parent = make(&app, &format!("deep-{depth}"), Some(&parent)).await;
    }
    let body = json!({ "handle": "deeper", "title": "x", "parent": parent });
    assert_eq!(app.process.staff_post(PATH, body).await.status, 422);
}

#[tokio::test]
async fn crossing_moves_make_no_circle() {
    let (app, [home, _, _, garden]) = tree().await;
    app.world.open_to_many();
    let move_to = |id: String, parent: String| {
        let app = &app;
        async move { patch(app, &id, json!({ "parent": parent })).await.status }
    };
    let (left, right) =
        tokio::join!(move_to(home.clone(), garden.clone()), move_to(garden.clone(), home.clone()));
    let mut statuses = [left, right];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_eq!(app.process.see(PATH).await.each("handle").len(), 4);
}

#[tokio::test]
async fn a_category_goes_when_nothing_is_below_it() {
    let (app, [home, lamps, lanterns, _]) = tree().await;
    let path = |id: &str| format!("{PATH}/{id}");
    assert_eq!(
        app.process.staff_delete(&path(&home)).await.problem().1,
        "shop.category.has_children"
    );
    for id in [&lanterns, &lamps, &home] {
        assert_eq!(app.process.staff_delete(&path(id)).await.status, 204);
    }
    assert_eq!(app.process.staff_delete(&path(&home)).await.status, 404);
}

#[tokio::test]
async fn wrong_fields_and_callers_are_refused() {
    let (app, [home, ..]) = tree().await;
    let post = async |body: Value| app.process.staff_post(PATH, body).await;
    let taken = post(json!({ "handle": "home", "title": "x" })).await;
    assert_eq!(taken.problem(), (409, "shop.category.handle_taken"));
    for (body, pointer) in [
        (json!({ "handle": "A", "title": "x" }), "/handle"),
        (json!({ "handle": "a", "title": "" }), "/title"),
        (json!({ "handle": "a", "title": "x", "position": 1_000_001 }), "/position"),
        (json!({ "handle": "a", "title": "x", "position": -1 }), "/position"),
        (json!({ "handle": "a", "title": "x", "parent": "prod_1" }), "/parent"),
        (json!({ "handle": "a", "title": "x", "colour": "red" }), "/colour"),
    ] {
        assert_eq!(post(body).await.pointer(), pointer);
    }
    let own = format!("{PATH}/{home}");
    let old = [("if-match", "\"7\"")];
    let body = json!({ "title": "x" });
    let late = app.process.staff_json(Method::PATCH, &own, &old, body.clone()).await;
    assert_eq!(late.problem(), (412, "shop.version.changed"));
    for (method, path) in [(Method::POST, PATH), (Method::PATCH, &*own), (Method::DELETE, &*own)] {
        let call = |actor| app.process.json(actor, method.clone(), path, &[], body.clone());
        assert_eq!((call(None).await.status, call(Some(actor(ANN))).await.status), (401, 403));
    }
}
