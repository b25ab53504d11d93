//! Which pages of others may call from a browser.

use axum::http::Method;
use serde_json::json;

use crate::app::{Answer, App};

fn from(origin: &str) -> Vec<(&'static str, String)> {
    vec![("origin", origin.to_owned())]
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn line_20_only_pages_of_registered_applications_may_call() {
    let app = App::start().await;
    let dev = app.person("dev").await;
    app.public_client(&dev).await;
    let books = "https://books.example";
    let ask = async |method: Method, path: &str, origin: &str| {
        app.send(method, path, &from(origin), None).await
    };
    for path in
        ["/oauth/token", "/oauth/userinfo", "/oauth/jwks", "/.well-known/openid-configuration"]
    {
        let preflight = ask(Method::OPTIONS, path, books).await;
        assert_eq!((preflight.status, allowed(&preflight)), (204, Some(books)), "{path}");
        assert_eq!(
            preflight.headers["access-control-allow-headers"],
            "authorization, content-type"
        );
        assert!(!preflight.headers.contains_key("access-control-allow-credentials"));
        for other in
            ["https://evil.example", "https://books.example:444", "http://books.example", "null"]
        {
            assert_eq!(allowed(&ask(Method::OPTIONS, path, other).await), None, "{path} {other}");
        }
    }
    let keys = ask(Method::GET, "/oauth/jwks", books).await;
    assert_eq!((keys.status, allowed(&keys)), (200, Some(books)));
    assert_eq!(keys.headers["vary"], "Origin");
    let error = app.post("/oauth/token", &from(books), &[("grant_type", "x")]).await;
    assert_eq!((error.status, allowed(&error)), (401, Some(books)), "errors can be read, too");
    for path in ["/oauth/device_authorization", "/v1/oauth/applications", "/oauth/authorize"] {
        assert_eq!(allowed(&ask(Method::GET, path, books).await), None, "{path}");
        assert_eq!(allowed(&ask(Method::OPTIONS, path, books).await), None, "{path}");
    }
}

#[tokio::test]
async fn a_new_address_is_known_at_once() {
    let app = App::start().await;
    let dev = app.person("dev").await;
    let page = "https://new.example";
    let ask = async || {
        let answer = app.send(Method::OPTIONS, "/oauth/token", &from(page), None).await;
        allowed(&answer).map(str::to_owned)
    };
    assert_eq!(ask().await, None);
    app.client_with(&dev, json!({ "redirect_uris": ["https://new.example/cb"] })).await;
    assert_eq!(ask().await.as_deref(), Some(page));
}
