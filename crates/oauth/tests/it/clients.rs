//! How applications prove who they are.

use axum::http::Method;
use serde_json::json;

use crate::app::{App, Client};

#[tokio::test]
async fn secrets_come_by_header_or_form_and_never_both() {
    let app = App::start().await;
    let client = app.client(&app.person("ann").await).await;
    let grant = ("grant_type", "client_credentials");
    let (id, secret) = (client.id.as_str(), client.secret.as_deref().unwrap());
    let by_form = [grant, ("client_id", id), ("client_secret", secret)];
    assert_eq!(app.post("/oauth/token", &client.basic(), &[grant]).await.status, 200);
    assert_eq!(app.post("/oauth/token", &[], &by_form).await.status, 200);
    let both = app.post("/oauth/token", &client.basic(), &by_form).await;
    assert_eq!(both.error(), (400, "invalid_request"));
    let kind = [("content-type", "application/json".to_owned())];
    let body = json!({ "grant_type": "client_credentials" }).to_string();
    let headers = [client.basic(), kind.to_vec()].concat();
    let as_json = app.raw(Method::POST, "/oauth/token", &headers, body).await;
    assert_eq!(as_json.error(), (400, "invalid_request"));
    let kind = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let headers = [client.basic(), kind.to_vec()].concat();
    let twice = "grant_type=client_credentials&grant_type=client_credentials".to_owned();
    let twice = app.raw(Method::POST, "/oauth/token", &headers, twice).await;
    assert_eq!(twice.error(), (400, "invalid_request"));
}

#[tokio::test]
async fn who_cant_prove_it_is_refused_and_recorded() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let (client, public) = (app.client(&ann).await, app.public_client(&ann).await);
    let wrong = Client { secret: app.client(&ann).await.secret, ..client.clone() };
    let grant = [("grant_type", "client_credentials")];
    let refused = app.token(&wrong, &grant).await;
    assert_eq!(refused.error(), (401, "invalid_client"));
    assert_eq!(refused.headers["www-authenticate"], "Basic realm=\"bushel\"");
    let without = Client { secret: None, ..client.clone() };
    let refused = app.token(&without, &grant).await;
    assert_eq!(refused.error(), (401, "invalid_client"));
    assert!(!refused.headers.contains_key("www-authenticate"));
    let made_up = Client { secret: client.secret.clone(), ..public.clone() };
    assert_eq!(app.token(&made_up, &grant).await.error(), (401, "invalid_client"));
    let nobody = Client { id: "app_00000000000000000000000001".to_owned(), ..client.clone() };
    assert_eq!(app.token(&nobody, &grant).await.error(), (401, "invalid_client"));
    assert_eq!(app.post("/oauth/token", &[], &grant).await.error(), (401, "invalid_client"));
    let audited = app.audited(None).await;
    let refusals = audited.iter().filter(|it| *it == "oauth.client.refused").count();
    assert_eq!(refusals, 4, "{audited:?}");
}

#[tokio::test]
async fn line_07_failures_from_an_address_are_limited_and_successes_are_not() {
    let app = App::start().await;
    let client = app.client(&app.person("ann").await).await;
    let grant = [("grant_type", "client_credentials"), ("scope", "wallet.read")];
    for _ in 0..40 {
        assert_eq!(app.token(&client, &grant).await.status, 200);
    }
    let wrong = Client { secret: Some("wrong".to_owned()), ..client.clone() };
    for _ in 0..30 {
        assert_eq!(app.token(&wrong, &grant).await.status, 401);
    }
    let limited = app.token(&wrong, &grant).await;
    assert_eq!(limited.status, 429);
    assert_eq!(limited.headers["retry-after"], "10");
    app.pass(10);
    assert_eq!(app.token(&client, &grant).await.status, 200);
}
