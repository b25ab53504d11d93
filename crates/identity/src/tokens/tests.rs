use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use kernel::{Timestamp, Vault};
use pasetors::keys::{AsymmetricKeyPair, Generate as _, SymmetricKey};
use pasetors::version4::{LocalToken, PublicToken, V4};
use serde_json::{Value, json};

use super::access::{Claims, check, read, sign};
use super::refresh;
use crate::authentication::AuthError;
use crate::ids::{SessionId, UserId};
use crate::keys::SigningKey;
use crate::permissions::{Role, RoleSet};

const ISSUER: &str = "https://bank.example";
const IMPLICIT: &[u8] = b"bushel access token v1";

fn key(kid: &str) -> SigningKey {
    let pair = AsymmetricKeyPair::<V4>::generate().unwrap();
    SigningKey {
        kid: kid.to_owned(),
        public: pair.public,
        secret: pair.secret,
        signs_from: Timestamp::UNIX_EPOCH,
        retires_at: None,
    }
}

fn now() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn claims() -> Claims {
    Claims {
        user: UserId::from_u128(1),
        session: SessionId::from_u128(2),
        expires_at: now().saturating_add(Duration::from_secs(900)),
    }
}

fn token(key: &SigningKey) -> String {
    sign(key, ISSUER, &claims(), RoleSet::default().with(Role::User), now())
}

/// What the ring of one key says to a text.
fn verify(key: &SigningKey, text: &str, now: Timestamp) -> Result<Claims, AuthError> {
    let (token, kid) = read(text).ok_or(AuthError::Invalid)?;
    if kid != key.kid {
        return Err(AuthError::Invalid);
    }
    check(key, ISSUER, &token, now)
}

/// A token with this payload, rightly signed.
fn signed(key: &SigningKey, payload: &Value) -> String {
    let footer = json!({ "kid": key.kid }).to_string();
    let payload = payload.to_string();
    PublicToken::sign(&key.secret, payload.as_bytes(), Some(footer.as_bytes()), Some(IMPLICIT))
        .unwrap()
}

fn payload() -> Value {
    json!({
        "iss": ISSUER, "aud": "bushel", "sub": UserId::from_u128(1), "sid": SessionId::from_u128(2),
        "iat": now(), "nbf": now(), "exp": claims().expires_at, "roles": ["user"],
    })
}

#[test]
fn line_18_a_token_stands_for_its_session_until_it_expires() {
    let key = key("k4.pid.a");
    let text = token(&key);
    assert!(text.starts_with("v4.public."));
    assert_eq!(verify(&key, &text, now()), Ok(claims()));
    assert_eq!(verify(&key, &signed(&key, &payload()), now()), Ok(claims()));
    let end = claims().expires_at;
    assert!(verify(&key, &text, end.saturating_sub(Duration::from_micros(1))).is_ok());
    assert_eq!(verify(&key, &text, end), Err(AuthError::Expired));
}

#[test]
fn line_18_another_key_or_a_changed_text_is_refused() {
    let key_a = key("k4.pid.a");
    let text = token(&key_a);
    // The same name, another key.
    assert_eq!(verify(&key("k4.pid.a"), &text, now()), Err(AuthError::Invalid));
    assert_eq!(verify(&key("k4.pid.b"), &text, now()), Err(AuthError::Invalid));
    let parts: Vec<&str> = text.split('.').collect();
    let mut body = BASE64.decode(parts[2]).unwrap();
    for at in [0, body.len() / 2, body.len() - 65, body.len() - 64, body.len() - 1] {
        body[at] ^= 1;
        let changed = format!("v4.public.{}.{}", BASE64.encode(&body), parts[3]);
        assert_eq!(verify(&key_a, &changed, now()), Err(AuthError::Invalid), "byte {at}");
        body[at] ^= 1;
    }
    // The footer is signed, too, and has to be there.
    let footer = BASE64.encode(json!({ "kid": "k4.pid.b" }).to_string());
    let moved = format!("v4.public.{}.{footer}", parts[2]);
    assert_eq!(verify(&key("k4.pid.b"), &moved, now()), Err(AuthError::Invalid));
    assert_eq!(verify(&key_a, &format!("v4.public.{}", parts[2]), now()), Err(AuthError::Invalid));
    for footer in
        [json!({}), json!({ "kid": "k4.pid.a", "jku": "https://evil.example" }), json!("k4.pid.a")]
    {
        let footer = footer.to_string();
        let body = payload().to_string();
        let text = PublicToken::sign(
            &key_a.secret,
            body.as_bytes(),
            Some(footer.as_bytes()),
            Some(IMPLICIT),
        );
        assert_eq!(verify(&key_a, &text.unwrap(), now()), Err(AuthError::Invalid), "{footer}");
    }
}

#[test]
fn line_18_other_audiences_issuers_and_times_are_refused() {
    let key = key("k4.pid.a");
    let hour = Duration::from_secs(3_600);
    for (field, value, error) in [
        ("aud", json!("other"), AuthError::Invalid),
        ("iss", json!("https://evil.example"), AuthError::Invalid),
        ("nbf", json!(now().saturating_add(hour)), AuthError::Invalid),
        ("exp", json!(now().saturating_sub(hour)), AuthError::Expired),
        ("exp", json!(4_102_444_800_u64), AuthError::Invalid),
        ("sub", json!("ses_00000000000000000000000001"), AuthError::Invalid),
        ("sid", json!(""), AuthError::Invalid),
        ("admin", json!(true), AuthError::Invalid),
    ] {
        let mut payload = payload();
        payload[field] = value;
        assert_eq!(verify(&key, &signed(&key, &payload), now()), Err(error), "{field}");
    }
    for field in ["iss", "aud", "sub", "sid", "exp", "nbf"] {
        let mut payload = payload();
        payload.as_object_mut().unwrap().remove(field);
        let text = signed(&key, &payload);
        assert_eq!(verify(&key, &text, now()), Err(AuthError::Invalid), "{field}");
    }
    // Signed for another purpose.
    let footer = json!({ "kid": key.kid }).to_string();
    for implicit in [None, Some(&b"bushel refresh token v1"[..])] {
        let payload = payload().to_string();
        let text =
            PublicToken::sign(&key.secret, payload.as_bytes(), Some(footer.as_bytes()), implicit);
        assert_eq!(verify(&key, &text.unwrap(), now()), Err(AuthError::Invalid));
    }
}

#[test]
fn line_18_other_versions_purposes_and_jwt_are_no_tokens() {
    let key = key("k4.pid.a");
    let text = token(&key);
    for header in [
        "v4.local.",
        "v3.public.",
        "v2.public.",
        "v1.public.",
        "v3.local.",
        "V4.public.",
        "v4.public",
    ] {
        let other = text.replacen("v4.public.", header, 1);
        assert_eq!(verify(&key, &other, now()), Err(AuthError::Invalid), "{header}");
    }
    // The public key as a secret one: the confusion that JWT allowed (RFC 8725, 2.1).
    let secret = SymmetricKey::<V4>::from(key.public.as_bytes()).unwrap();
    let footer = json!({ "kid": key.kid }).to_string();
    let body = payload().to_string();
    let local =
        LocalToken::encrypt(&secret, body.as_bytes(), Some(footer.as_bytes()), Some(IMPLICIT));
    assert_eq!(verify(&key, &local.unwrap(), now()), Err(AuthError::Invalid));
    let jwt = |header: &Value| {
        format!("{}.{}.", BASE64.encode(header.to_string()), BASE64.encode(payload().to_string()))
    };
    let long = format!("v4.public.{}", "A".repeat(100_000));
    let mut texts = vec![String::new(), "v4.public.".to_owned(), "v4.public...".to_owned(), long];
    texts.push(jwt(&json!({ "alg": "none", "typ": "JWT" })));
    texts.push(jwt(&json!({ "alg": "HS256", "kid": key.kid })));
    texts.push(jwt(&json!({ "alg": "EdDSA", "jku": "https://evil.example/keys" })));
    texts.push(format!("{text}.{text}"));
    texts.push(format!("{text}="));
    texts.push(format!(" {text}"));
    for other in texts {
        assert_eq!(verify(&key, &other, now()), Err(AuthError::Invalid), "{other:.40}");
    }
}

#[test]
fn line_11_the_next_refresh_token_follows_from_secrets_only() {
    let vault = Vault::new([7; 32]);
    let nonce = refresh::nonce();
    let next = refresh::successor(&vault, &[1; 32], &nonce);
    assert_eq!(next, refresh::successor(&vault, &[1; 32], &nonce));
    assert_ne!(next, refresh::successor(&vault, &[2; 32], &nonce));
    assert_ne!(next, refresh::successor(&vault, &[1; 32], &refresh::nonce()));
    assert_ne!(next, refresh::successor(&Vault::new([8; 32]), &[1; 32], &nonce));
    let text = next.as_str();
    assert!(kernel::secret::SecretToken::parse(refresh::PREFIX, text).is_some());
}
