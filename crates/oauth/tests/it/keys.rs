//! The keys that id_tokens are signed with.

use axum::http::Method;
use serde_json::Value;

use crate::app::{App, claims};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const DAY_S: u64 = 24 * 3_600;

async fn published(app: &App) -> Vec<String> {
    let answer = app.send(Method::GET, "/oauth/jwks", &[], None).await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=900");
    let keys = answer.body["keys"].as_array().unwrap().clone();
    for key in &keys {
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"]),
            (&"EC".into(), &"P-256".into(), &"ES256".into())
        );
        assert!(key.get("d").is_none(), "a private key");
    }
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn signed_by(app: &App) -> String {
    let ann = app.person(&format!("person{}", app.count("applications").await)).await;
    let client = app.client(&ann).await;
    let token = app.tokens(&ann, &client).await.text("id_token");
    assert_eq!(claims(&token)["sub"], serde_json::json!(ann.id));
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap())
            .unwrap();
    assert_eq!(header["alg"], "ES256");
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn keys_rotate_and_are_known_before_and_after_they_sign() {
    let app = App::start().await;
    let first = published(&app).await;
    assert_eq!(first.len(), 1);
    assert_eq!(signed_by(&app).await, first[0]);
    app.pass(29 * DAY_S);
    app.bus.settle().await;
    assert_eq!(published(&app).await, first);
    app.pass(DAY_S);
    app.bus.settle().await;
    let both = published(&app).await;
    assert_eq!(both.len(), 2, "published an hour before it signs");
    assert_eq!(signed_by(&app).await, first[0]);
    app.pass(3_600);
    assert_eq!(signed_by(&app).await, both[0]);
    assert_eq!(published(&app).await.len(), 2);
    app.pass(DAY_S);
    assert_eq!(published(&app).await, both[..1], "the old one is gone a day after it last signed");
    let stored = app.everything().await;
    assert!(!stored.contains("\"d\""));
}

#[tokio::test]
async fn two_first_starts_make_one_key() {
    let app = App::start().await;
    let _other = app.node().await;
    assert_eq!(app.count("signing_keys").await, 1);
}
