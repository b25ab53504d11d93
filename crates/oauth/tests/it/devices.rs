//! Devices without a browser.

use axum::http::Method;
use serde_json::json;

use crate::app::{Answer, App, Client};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begin(app: &App, client: &Client) -> Answer {
    let fields = [("scope", "openid wallet.read offline_access")];
    let answer = app.post_as_client(client, "/oauth/device_authorization", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

async fn poll(app: &App, client: &Client, begun: &Answer) -> Answer {
    let code = begun.text("device_code");
    app.token(client, &[("grant_type", GRANT), ("device_code", &code)]).await
}

#[tokio::test]
async fn a_user_allows_a_device_by_its_code() {
    let app = App::start().await;
    let (ann, dev) = (app.person("ann").await, app.person("dev").await);
    for client in [app.client(&dev).await, app.public_client(&dev).await] {
        let begun = begin(&app, &client).await;
        assert_eq!((&begun.body["expires_in"], &begun.body["interval"]), (&json!(600), &json!(5)));
        assert_eq!(begun.body["verification_uri"], "https://bank.example/device");
        let code = begun.text("user_code");
        let complete = format!("https://bank.example/device?user_code={code}");
        assert_eq!(begun.body["verification_uri_complete"], complete);
        assert_eq!(poll(&app, &client, &begun).await.error(), (400, "authorization_pending"));
        let path = format!("/v1/oauth/device-requests/{}", code.to_lowercase().replace('-', ""));
        let seen = app.get_as(&ann, &path).await;
        assert_eq!(seen.body["application"]["id"], client.id, "{seen:?}");
        assert_eq!(seen.body["scopes"], json!(["openid", "offline_access", "wallet.read"]));
        let approved = app.call(&ann, Method::POST, &format!("{path}/approve"), None).await;
        assert_eq!(approved.status, 204, "{approved:?}");
        app.pass(5);
        let tokens = poll(&app, &client, &begun).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        let actor = app.authenticate(&tokens.text("access_token")).await.unwrap();
        assert_eq!(actor.user(), Some(ann.id));
        assert!(tokens.body["refresh_token"].is_string() && tokens.body["id_token"].is_string());
        assert_eq!(poll(&app, &client, &begun).await.error(), (400, "invalid_grant"), "once");
        assert_eq!(app.get_as(&ann, &path).await.error(), (404, "oauth.device.not_found"));
        let stored = app.everything().await;
        assert!(!stored.contains(&code) && !stored.contains(&code.replace('-', "")));
    }
    assert!(app.audited(Some(ann.id)).await.contains(&"oauth.device.approved".to_owned()));
    assert_eq!(app.told(ann.id).await.len(), 2, "of two applications");
}

#[tokio::test]
async fn a_device_that_asks_too_often_has_to_wait_longer() {
    let app = App::start().await;
    let client = app.client(&app.person("dev").await).await;
    let begun = begin(&app, &client).await;
    let check = async |wait_s, error| {
        app.pass(wait_s);
        assert_eq!(poll(&app, &client, &begun).await.error(), (400, error), "{wait_s}");
    };
    check(0, "authorization_pending").await;
    check(4, "slow_down").await;
    check(9, "slow_down").await;
    check(15, "authorization_pending").await;
    check(14, "slow_down").await;
}

#[tokio::test]
async fn a_refusal_and_the_end_of_time_are_told() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let begun = begin(&app, &client).await;
    let path = format!("/v1/oauth/device-requests/{}/deny", begun.text("user_code"));
    assert_eq!(app.call(&ann, Method::POST, &path, None).await.status, 204);
    assert_eq!(poll(&app, &client, &begun).await.error(), (400, "access_denied"));
    assert_eq!(app.call(&ann, Method::POST, &path, None).await.status, 404);
    let begun = begin(&app, &client).await;
    app.pass(600);
    assert_eq!(poll(&app, &client, &begun).await.error(), (400, "expired_token"));
    let path = format!("/v1/oauth/device-requests/{}/approve", begun.text("user_code"));
    let mut later = ann.clone();
    later.token = app.sign_in(&ann.email).await;
    assert_eq!(
        app.call(&later, Method::POST, &path, None).await.error(),
        (404, "oauth.device.not_found")
    );
}

#[tokio::test]
async fn a_device_code_is_for_its_application_only() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let (client, other) = (app.client(&ann).await, app.client(&ann).await);
    let begun = begin(&app, &client).await;
    assert_eq!(poll(&app, &other, &begun).await.error(), (400, "invalid_grant"));
    let codes = app.client_with(&ann, json!({ "grant_types": ["authorization_code"] })).await;
    let refused = app.post_as_client(&codes, "/oauth/device_authorization", &[]).await;
    assert_eq!(refused.error(), (400, "unauthorized_client"));
    let wrong = app.post_as_client(&client, "/oauth/device_authorization", &[("scope", "x")]).await;
    assert_eq!(wrong.error(), (400, "invalid_scope"));
}

#[tokio::test]
async fn line_08_user_codes_cant_be_guessed() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let begun = begin(&app, &app.client(&ann).await).await;
    let right = format!("/v1/oauth/device-requests/{}", begun.text("user_code"));
    for _ in 0..12 {
        assert_eq!(app.get_as(&ann, &right).await.status, 200, "what is right is no guess");
    }
    for _ in 0..10 {
        let guess = app.get_as(&ann, "/v1/oauth/device-requests/BBBB-BBBB").await;
        assert_eq!(guess.error(), (404, "oauth.device.not_found"));
    }
    let limited = app.get_as(&ann, &right).await;
    assert_eq!(limited.error(), (429, "oauth.rate_limited"));
    assert_eq!(limited.headers["retry-after"], "30");
    let bob = app.person("bob").await;
    assert_eq!(app.get_as(&bob, &right).await.status, 200);
}
