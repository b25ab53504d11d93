//! Who may keep what of the catalogue.

use axum::body::Body;
use axum::http::Method;
use identity::Actor;
use serde_json::json;

use crate::app::{ANN, Answer, App, actor, staff};

async fn get(app: &App, actor: Option<Actor>, path: &str, tag: &str) -> Answer {
    let headers = [("if-none-match", tag)];
    app.process.send(actor, Method::GET, path, &headers, Body::empty()).await
}

#[tokio::test]
async fn who_has_an_answer_is_told_that_it_is_still_right() {
    let app = App::start().await;
    let made = app.process.product("lamp", "L1").await;
    let own = format!("/v1/shop/products/{}", made.id());
    let lists = ["products", "products?q=la", "categories", "collections"];
    let mut paths = lists.map(|path| format!("/v1/shop/{path}")).to_vec();
    paths.push(own.clone());
    for path in &paths {
        let seen = app.process.see(path).await;
        assert_eq!(seen.headers["cache-control"], "public, max-age=60", "{path}");
        let again = get(&app, None, path, &format!("\"x\", W/{}", seen.etag())).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
        assert_eq!(again.etag(), seen.etag());
        assert_eq!(get(&app, None, path, "\"x\"").await.status, 200);
    }
    let before = app.process.see(&own).await;
    app.process.staff_patch(&own, json!({ "title": "Lantern" })).await;
    assert_eq!(get(&app, None, &own, before.etag()).await.status, 200);
}

#[tokio::test]
async fn what_somebody_who_is_known_gets_is_theirs() {
    let app = App::start().await;
    let made = app.process.product("lamp", "L1").await;
    let path = format!("/v1/shop/products/{}", made.id());
    for who in [actor(ANN), staff()] {
        let seen = get(&app, Some(who), &path, "\"x\"").await;
        assert_eq!(seen.headers["cache-control"], "private, no-cache");
        assert_eq!(get(&app, Some(who), &path, seen.etag()).await.status, 304);
    }
    let seen = app.process.staff_get(&path).await;
    assert_eq!(seen.etag(), "\"1\"", "what a change is based on");
    assert_ne!(app.process.see(&path).await.etag(), "\"1\"");
}

#[tokio::test]
async fn failures_and_what_is_private_are_kept_by_nobody() {
    let app = App::start().await;
    let missing = app.process.see("/v1/shop/products/none").await;
    assert_eq!(
        (missing.status, &missing.headers["cache-control"]),
        (404, &"no-store".parse().unwrap())
    );
    let made = app.process.product("lamp", "L1").await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let any = get(&app, None, "/v1/shop/products/none", "*").await;
    assert_eq!(any.status, 404);
}
