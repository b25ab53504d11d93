//! A browser comes with a request, its user decides, and it goes back.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, CALLBACK, Client, ISSUER, VERIFIER, challenge, parameters};

async fn go(app: &App, address: &str) -> crate::app::Answer {
    app.send(Method::GET, address, &[], None).await
}

#[tokio::test]
async fn user_sees_what_is_asked_and_allows_it() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let request = app.request(&client, &[]).await;
    let path = format!("/v1/oauth/requests/{request}");
    let seen = app.get_as(&ann, &path).await;
    assert_eq!(seen.body["application"], json!({ "id": client.id, "name": "Orchard Books" }));
    assert_eq!(seen.body["redirect_origin"], "https://books.example");
    assert_eq!(seen.body["scopes"], json!(["openid", "offline_access", "wallet.read"]));
    assert_eq!(seen.body["new_scopes"], seen.body["scopes"]);
    assert_eq!(seen.body["is_consent_needed"], true);
    assert_eq!(seen.body["is_sign_in_needed"], false);
    let back = app.approve(&ann, &request).await;
    assert!(back.starts_with("https://books.example/callback?code=bshl_ac_"), "{back}");
    assert_eq!(parameters(&back)["state"], "state-of-books");
    assert_eq!(app.get_as(&ann, &path).await.error(), (404, "oauth.request.not_found"));
    let again = app.call(&ann, Method::POST, &format!("{path}/approve"), None).await;
    assert_eq!(again.error(), (404, "oauth.request.not_found"), "decided once");
    let expected = ["oauth.consent.granted", "oauth.request.approved"];
    assert_eq!(app.audited(Some(ann.id)).await, expected);
}

#[tokio::test]
async fn user_refuses() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let request = app.request(&client, &[]).await;
    let path = format!("/v1/oauth/requests/{request}/deny");
    let denied = app.call(&ann, Method::POST, &path, None).await;
    let back = parameters(&denied.text("redirect_to"));
    assert_eq!((&*back["error"], &*back["state"]), ("access_denied", "state-of-books"));
    assert_eq!(back["iss"], ISSUER);
    assert_eq!(app.count("consents").await, 0);
    assert_eq!(app.call(&ann, Method::POST, &path, None).await.status, 404);
}

#[tokio::test]
async fn a_request_waits_half_an_hour() {
    let app = App::start().await;
    let client = app.client(&app.person("dev").await).await;
    let request = app.request(&client, &[]).await;
    app.pass(1_800);
    let ann = app.person("ann").await;
    let seen = app.get_as(&ann, &format!("/v1/oauth/requests/{request}")).await;
    assert_eq!(seen.error(), (404, "oauth.request.not_found"));
}

#[tokio::test]
async fn line_19_redirects_match_character_by_character() {
    let app = App::start().await;
    let dev = app.person("dev").await;
    let (client, public) = (app.client(&dev).await, app.public_client(&dev).await);
    let check = async |client: &Client, uri: &str, is_good: bool| {
        let answer = go(&app, &app.ask(client, &[("redirect_uri", uri)])).await;
        if is_good {
            assert_eq!(answer.status, 303, "{uri}");
        } else {
            assert_eq!(answer.error(), (400, "invalid_request"), "{uri}");
            assert!(!answer.headers.contains_key("location"), "{uri}: nowhere to go");
        }
    };
    check(&client, CALLBACK, true).await;
    for uri in [
        "",
        "https://books.example/callback/",
        "https://books.example/callback?x=1",
        "https://books.example/Callback",
        "https://books.example/callback#x",
        "https://books.example:443/callback",
        "https://books.example/callback/../callback",
        "https://books.example@evil.example/callback",
        "https://books.example.evil.example/callback",
        "http://books.example/callback",
        "https://evil.example/callback",
        "http://127.0.0.1/callback",
        "javascript:alert(1)",
    ] {
        check(&client, uri, false).await;
    }
    check(&public, "http://127.0.0.1:49152/callback", true).await;
    check(&public, "http://127.0.0.1:49152/other", false).await;
    check(&public, "http://localhost:49152/callback", false).await;
    check(&public, "https://books.example:8443/callback", false).await;
    for (name, value) in
        [("client_id", "app_00000000000000000000000001"), ("client_id", "x"), ("client_id", "")]
    {
        let answer = go(&app, &app.ask(&client, &[(name, value)])).await;
        assert_eq!(answer.error(), (400, "invalid_request"), "{value}");
        assert!(!answer.headers.contains_key("location"));
    }
    let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example%2F", app.ask(&client, &[]));
    assert_eq!(go(&app, &twice).await.error(), (400, "invalid_request"));
}

#[tokio::test]
async fn line_19_pkce_by_s256_is_needed_always() {
    let app = App::start().await;
    let dev = app.person("dev").await;
    let plain = challenge(VERIFIER);
    for client in [app.client(&dev).await, app.public_client(&dev).await] {
        for change in [
            [("code_challenge", ""), ("code_challenge_method", "")],
            [("code_challenge", ""), ("code_challenge_method", "S256")],
            [("code_challenge", "short"), ("code_challenge_method", "S256")],
            [("code_challenge", plain.as_str()), ("code_challenge_method", "plain")],
            [("code_challenge", plain.as_str()), ("code_challenge_method", "")],
        ] {
            let back = go(&app, &app.ask(&client, &change)).await.location();
            assert!(back.starts_with("https://books.example/callback?error="), "{back}");
            assert_eq!(parameters(&back)["error"], "invalid_request", "{change:?}");
        }
    }
    assert_eq!(app.count("authorization_requests").await, 0);
}

#[tokio::test]
async fn line_19_there_is_no_implicit_grant() {
    let app = App::start().await;
    let client = app.client(&app.person("dev").await).await;
    for response_type in ["token", "id_token", "code id_token", "code token", "none", ""] {
        let address = app.ask(&client, &[("response_type", response_type)]);
        let back = go(&app, &address).await.location();
        assert_eq!(parameters(&back)["error"], "unsupported_response_type", "{response_type}");
    }
    for mode in ["fragment", "form_post"] {
        let back = go(&app, &app.ask(&client, &[("response_mode", mode)])).await.location();
        assert_eq!(parameters(&back)["error"], "invalid_request");
    }
}

#[tokio::test]
async fn line_19_answers_name_their_issuer() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let request = app.request(&client, &[]).await;
    assert_eq!(parameters(&app.approve(&ann, &request).await)["iss"], ISSUER);
    let error = go(&app, &app.ask(&client, &[("scope", "users.read")])).await.location();
    let back = parameters(&error);
    assert_eq!((&*back["error"], &*back["iss"]), ("invalid_scope", ISSUER));
    assert_eq!(back["state"], "state-of-books");
}

#[tokio::test]
async fn only_what_the_application_may_ask_for_can_be_asked() {
    let app = App::start().await;
    let dev = app.person("dev").await;
    let small = app.client_with(&dev, json!({ "scopes": ["openid"] })).await;
    let device = app.client_with(&dev, json!({ "grant_types": ["device_code"] })).await;
    let check = async |client: &Client, change: &[(&str, &str)], error: &str| {
        let back = go(&app, &app.ask(client, change)).await.location();
        assert_eq!(parameters(&back)["error"], error, "{change:?}");
    };
    check(&small, &[("scope", "openid wallet.read")], "invalid_scope").await;
    check(&small, &[("scope", "")], "invalid_scope").await;
    check(&small, &[("scope", "apples")], "invalid_scope").await;
    check(&device, &[], "unauthorized_client").await;
    let openid = [("scope", "openid")];
    check(&small, &[openid[0], ("request", "x.y.z")], "request_not_supported").await;
    check(&small, &[openid[0], ("request_uri", "https://x")], "request_uri_not_supported").await;
    check(&small, &[openid[0], ("prompt", "none login")], "invalid_request").await;
    check(&small, &[openid[0], ("prompt", "magic")], "invalid_request").await;
    check(&small, &[openid[0], ("max_age", "-1")], "invalid_request").await;
    check(&small, &[openid[0], ("nonce", "a\0b")], "invalid_request").await;
    check(&small, &[openid[0], ("state", "a\nb")], "invalid_request").await;
}

#[tokio::test]
async fn users_are_asked_again_only_for_more() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let dev = app.person("dev").await;
    let client = app.client(&dev).await;
    let seen = async |client: &Client, change: &[(&str, &str)]| -> Value {
        let request = app.request(client, change).await;
        app.get_as(&ann, &format!("/v1/oauth/requests/{request}")).await.body
    };
    app.code(&ann, &client).await;
    assert_eq!(seen(&client, &[]).await["is_consent_needed"], false);
    assert_eq!(seen(&client, &[("scope", "openid")]).await["is_consent_needed"], false);
    assert_eq!(seen(&client, &[("prompt", "consent")]).await["is_consent_needed"], true);
    let more = seen(&client, &[("scope", "openid wallet.write")]).await;
    assert_eq!(more["is_consent_needed"], true);
    assert_eq!(more["new_scopes"], json!(["wallet.write"]));
    app.code_with(&ann, &client, &[("scope", "wallet.write")]).await;
    let both = seen(&client, &[("scope", "openid wallet.read wallet.write")]).await;
    assert_eq!(both["is_consent_needed"], false, "what was allowed adds up");
    let told = app.told(ann.id).await;
    assert_eq!(told.len(), 2, "told of what is new only: {told:?}");
    assert_eq!(told[0].1["application_name"], "Orchard Books");
    // Any program on the device could take the place of this one.
    let public = app.public_client(&dev).await;
    let loopback = [("redirect_uri", "http://127.0.0.1:4000/callback")];
    app.code_with(&ann, &public, &loopback).await;
    assert_eq!(seen(&public, &loopback).await["is_consent_needed"], true);
    assert_eq!(seen(&public, &[]).await["is_consent_needed"], false);
}

#[tokio::test]
async fn a_fresh_sign_in_is_asked_for_and_checked() {
    let app = App::start().await;
    let mut ann = app.person("ann").await;
    let client = app.client(&ann).await;
    app.pass(100);
    for change in [[("max_age", "60")], [("prompt", "login")]] {
        let request = app.request(&client, &change).await;
        let path = format!("/v1/oauth/requests/{request}");
        assert_eq!(app.get_as(&ann, &path).await.body["is_sign_in_needed"], true, "{change:?}");
        let approve = format!("{path}/approve");
        let refused = app.call(&ann, Method::POST, &approve, None).await;
        assert_eq!(refused.error(), (403, "oauth.request.sign_in_too_old"));
        ann.token = app.sign_in(&ann.email).await;
        assert_eq!(app.get_as(&ann, &path).await.body["is_sign_in_needed"], false);
        assert_eq!(app.call(&ann, Method::POST, &approve, None).await.status, 200);
        app.pass(100);
    }
    let old_enough = app.request(&client, &[("max_age", "1000")]).await;
    app.approve(&ann, &old_enough).await;
}

#[tokio::test]
async fn without_a_page_only_who_has_allowed_it_before_gets_a_code() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let silent = app.ask(&client, &[("prompt", "none")]);
    let back = go(&app, &silent).await.location();
    assert_eq!(parameters(&back)["error"], "login_required");
    let mine = app.get_as(&ann, &silent).await.location();
    assert_eq!(parameters(&mine)["error"], "consent_required");
    app.code(&ann, &client).await;
    let mine = parameters(&app.get_as(&ann, &silent).await.location());
    assert!(mine["code"].starts_with("bshl_ac_"), "{mine:?}");
    assert_eq!(app.exchange(&client, &mine["code"]).await.status, 200);
    app.pass(100);
    let old = app.get_as(&ann, &app.ask(&client, &[("prompt", "none"), ("max_age", "10")])).await;
    assert_eq!(parameters(&old.location())["error"], "login_required");
}

#[tokio::test]
async fn an_address_that_was_taken_away_meanwhile_gets_nothing() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&ann).await;
    let request = app.request(&client, &[]).await;
    let headers =
        [("authorization", format!("Bearer {}", ann.token)), ("if-match", "*".to_owned())];
    let change = json!({ "redirect_uris": ["https://other.example/cb"] });
    let path = format!("/v1/oauth/applications/{}", client.id);
    assert_eq!(app.send(Method::PATCH, &path, &headers, Some(&change)).await.status, 200);
    let path = format!("/v1/oauth/requests/{request}");
    assert_eq!(app.get_as(&ann, &path).await.status, 404);
    let approve = app.call(&ann, Method::POST, &format!("{path}/approve"), None).await;
    assert_eq!(approve.status, 404);
}
