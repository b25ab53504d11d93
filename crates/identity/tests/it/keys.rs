//! `/v1/identity/keys` and their rotation.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use identity::{AuthError, Credential};
use kernel::audit::AuditActor;
use pasetors::keys::AsymmetricPublicKey;
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use serde_json::{Value, json};

use crate::app::{App, Caller, IP, Tokens};
use crate::bank::{ORIGIN, from_ip};

const KEYS: &str = "/v1/identity/keys";

/// The id of the key that a token was signed with.
fn kid(token: &str) -> String {
    let footer = BASE64.decode(token.split('.').nth(3).unwrap()).unwrap();
    let footer: Value = serde_json::from_slice(&footer).unwrap();
    footer["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn line_18_others_can_verify_tokens_with_what_is_published() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    let keys = app.get_as(&Caller::default(), KEYS).await;
    let keys = keys.body["data"].as_array().unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0]["kid"], json!(kid(&tokens.access)));
    assert_eq!(keys[0].get("retires_at"), None);
    let key = AsymmetricPublicKey::<V4>::try_from(keys[0]["key"].as_str().unwrap()).unwrap();
    let token = UntrustedToken::try_from(&*tokens.access).unwrap();
    let implicit = b"bushel access token v1";
    let trusted = PublicToken::verify(&key, &token, None, Some(implicit)).unwrap();
    let payload: Value = serde_json::from_str(trusted.payload()).unwrap();
    assert_eq!(payload["iss"], ORIGIN);
    assert_eq!((&payload["aud"], &payload["sub"]), (&json!("bushel"), &json!(ann)));
    assert_eq!(payload["sid"], json!(tokens.session));
    assert_eq!(payload["roles"], json!(["user"]));
    assert_eq!(payload["iat"], "2026-01-01T00:00:00.000000Z");
    assert_eq!(payload["exp"], "2026-01-01T00:15:00.000000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn line_18_a_rotation_is_noticed_by_nobody() {
    let app = App::start().await;
    let node = app.node().await;
    let (_, before) = app.signed_in("ann").await;
    let new = app.identity.rotate_keys(AuditActor::Operator).await.unwrap();
    assert_ne!(new.kid, kid(&before.access));
    // Published at once, used ten seconds later.
    assert_eq!(
        app.get_as(&Caller::default(), KEYS).await.body["data"].as_array().unwrap().len(),
        2
    );
    let lead = app.sign_in("ann").await;
    assert_eq!(kid(&lead.access), kid(&before.access));
    app.pass(10);
    let after = app.sign_in("ann").await;
    assert_eq!(kid(&after.access), new.kid);
    let ask = async |tokens: &Tokens| {
        node.authenticate(Credential::Bearer(&tokens.access), &from_ip(IP)).await
    };
    while node.public_keys().await.unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    for tokens in [&before, &lead, &after] {
        assert!(ask(tokens).await.is_ok());
    }
    // The old key verifies until its last token has expired, and a minute more.
    app.pass(15 * 60 + 60);
    let keys = app.get_as(&Caller::default(), KEYS).await;
    assert_eq!(keys.body["data"][0]["kid"], json!(new.kid));
    assert_eq!(keys.body["data"].as_array().unwrap().len(), 1);
    for tokens in [&before, &lead] {
        assert_eq!(app.authenticate(&tokens.access).await, Err(AuthError::Invalid));
    }
    app.sign_in("ann").await;
}

#[tokio::test]
async fn two_first_starts_make_one_key() {
    let app = App::start().await;
    app.sql("delete from identity.signing_keys").await;
    let (first, second) = tokio::join!(app.node(), app.node());
    assert_eq!(first.public_keys().await.unwrap(), second.public_keys().await.unwrap());
    assert_eq!(app.count("select count(*) from identity.signing_keys").await, 1);
}
