//! OpenID Connect: who has signed in.

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::{App, ISSUER, claims, form};

#[tokio::test]
async fn id_tokens_say_who_signed_in_when_and_for_whom() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    app.pass(100);
    let scope = [("scope", "openid profile email")];
    let code = app.code_with(&ann, &client, &scope).await;
    let tokens = app.exchange(&client, &code).await;
    let said = claims(&tokens.text("id_token"));
    assert_eq!((&said["iss"], &said["aud"]), (&json!(ISSUER), &json!(client.id)));
    assert_eq!((&said["sub"], &said["nonce"]), (&json!(ann.id), &json!("nonce-of-books")));
    let number = |name: &str| said[name].as_i64().unwrap();
    assert_eq!(number("exp") - number("iat"), 900);
    assert_eq!(number("iat") - number("auth_time"), 100);
    let hash = &Sha256::digest(tokens.text("access_token"))[..16];
    assert_eq!(said["at_hash"], URL_SAFE_NO_PAD.encode(hash));
    assert_eq!((&said["name"], &said["email"]), (&json!("ann"), &json!("ann@example.org")));
}

#[tokio::test]
async fn userinfo_tells_what_the_scopes_allow() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let ask = async |scope: &str| {
        let code = app.code_with(&ann, &client, &[("scope", scope)]).await;
        let access = app.exchange(&client, &code).await.text("access_token");
        let headers = [("authorization", format!("Bearer {access}"))];
        let answer = app.send(Method::GET, "/oauth/userinfo", &headers, None).await;
        let posted = app.send(Method::POST, "/oauth/userinfo", &headers, None).await;
        assert_eq!((posted.status, &posted.body), (answer.status, &answer.body));
        answer
    };
    assert_eq!(ask("openid").await.body, json!({ "sub": ann.id }));
    let all = ask("openid profile email").await.body;
    let expected = json!({ "sub": ann.id, "name": "ann", "preferred_username": "ann", "locale": "en",
        "email": "ann@example.org", "email_verified": true });
    assert_eq!(all, expected);
    let without = ask("wallet.read").await;
    assert_eq!(without.error(), (403, "insufficient_scope"));
    for headers in [vec![], vec![("authorization", format!("Bearer {}", ann.token))]] {
        let refused = app.send(Method::GET, "/oauth/userinfo", &headers, None).await;
        assert_eq!(refused.error(), (401, "invalid_token"));
        assert!(refused.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
    }
}

#[tokio::test]
async fn discovery_names_what_there_is() {
    let app = App::start().await;
    let known = app.send(Method::GET, "/.well-known/openid-configuration", &[], None).await.body;
    let other = app.send(Method::GET, "/.well-known/oauth-authorization-server", &[], None).await;
    assert_eq!(known, other.body);
    assert_eq!(known["issuer"], ISSUER);
    assert_eq!(known["response_types_supported"], json!(["code"]));
    assert_eq!(known["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(known["authorization_response_iss_parameter_supported"], true);
    assert!(!known["grant_types_supported"].to_string().contains("password"));
    let scopes = known["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&json!("wallet.write")) && !scopes.contains(&json!("security.write")));
    let document = serde_json::to_value(oauth::document()).unwrap();
    for (name, address) in known.as_object().unwrap() {
        let Some(path) = address.as_str().and_then(|it| it.strip_prefix(ISSUER)) else { continue };
        let is_there = path.is_empty() || path == "/docs/" || document["paths"].get(path).is_some();
        assert!(is_there, "{name}: {path}");
    }
}

async fn signed_in_after(app: &App, token: &str) -> bool {
    app.authenticate(token).await.is_ok()
}

#[tokio::test]
async fn an_application_signs_its_user_out() {
    let app = App::start().await;
    let ann = app.person("ann").await;
    let client = app.client(&app.person("dev").await).await;
    let hint = app.tokens(&ann, &client).await.text("id_token");
    let bye = "https://books.example/bye";
    let fields = [("id_token_hint", &*hint), ("post_logout_redirect_uri", bye), ("state", "s")];
    let address = format!("/oauth/end_session?{}", form(&fields));
    app.pass(1_000);
    let mut back = ann.clone();
    back.token = app.sign_in(&ann.email).await;
    let answer = app.get_as(&back, &address).await;
    assert_eq!(answer.location(), format!("{bye}?state=s"));
    let cleared = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cleared.starts_with("__Host-bushel_session=; Max-Age=0;"), "{cleared}");
    assert!(!signed_in_after(&app, &back.token).await);
}

#[tokio::test]
async fn nobody_is_signed_out_by_whoever_sends_their_browser() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let client = app.client(&app.person("dev").await).await;
    let bobs = app.tokens(&bob, &client).await.text("id_token");
    let bye = "https://books.example/bye";
    let forged = {
        let parts: Vec<&str> = bobs.split('.').collect();
        let mut said = claims(&bobs);
        said["sub"] = json!(ann.id);
        let said = URL_SAFE_NO_PAD.encode(said.to_string());
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        [format!("{}.{said}.{}", parts[0], parts[2]), format!("{header}.{said}.")]
    };
    for hint in [None, Some(&bobs), Some(&forged[0]), Some(&forged[1])] {
        let mut fields = vec![("post_logout_redirect_uri", bye), ("client_id", &*client.id)];
        fields.extend(hint.map(|hint| ("id_token_hint", hint.as_str())));
        let answer = app.get_as(&ann, &format!("/oauth/end_session?{}", form(&fields))).await;
        assert_eq!(answer.location(), "https://bank.example/sign-out", "she is asked");
        assert!(signed_in_after(&app, &ann.token).await);
    }
    let evil =
        form(&[("id_token_hint", &*bobs), ("post_logout_redirect_uri", "https://evil.example/")]);
    let refused = app.get_as(&bob, &format!("/oauth/end_session?{evil}")).await;
    assert_eq!(refused.error(), (400, "invalid_request"));
    assert!(!refused.headers.contains_key("location"));
    let nobody = app.send(Method::GET, "/oauth/end_session", &[], None).await;
    assert_eq!(nobody.location(), "https://bank.example/");
}
