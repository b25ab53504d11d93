//! API keys.

use std::time::{Duration, Instant};

use axum::http::Method;
use identity::{Actor, ActorKind, AuthError, Credential, Permission};
use serde_json::{Value, json};

use crate::bank::{Answer, Bank, Person, from_ip};

const KEYS: &str = "/v1/identity/api-keys";

impl Bank {
    async fn make_key(&self, person: &Person, body: Value) -> Answer {
        let made = self.post_as(person, KEYS, body).await;
        assert_eq!(made.status, 201, "{made:?}");
        made
    }

    /// A key with the scope `wallet.read`: its id and its text.
    async fn key(&self, person: &Person) -> (String, String) {
        let body = json!({ "name": "Bookkeeping", "scopes": ["wallet.read"] });
        let made = self.make_key(person, body).await.body;
        (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
    }

    async fn authenticate_from(&self, key: &str, ip: &str) -> Result<Actor, AuthError> {
        self.identity.authenticate(Credential::Bearer(key), &from_ip(ip)).await
    }
}

#[tokio::test]
async fn a_key_acts_for_its_owner_with_its_scopes() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (id, key) = bank.key(&ann).await;
    assert!(key.starts_with("bshl_key_"));
    let actor = bank.authenticate(&key).await.unwrap();
    assert_eq!(actor.user(), Some(ann.id));
    assert!(matches!(actor.kind, ActorKind::ApiKey { key, .. } if key.to_string() == id));
    assert_eq!(actor.permissions.iter().collect::<Vec<_>>(), [Permission::WalletRead]);
    assert!(!actor.is_frozen);
}

#[tokio::test]
async fn line_11_a_key_is_shown_once_and_stored_hashed() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (_, key) = bank.key(&ann).await;
    let listed = bank.get_as(&ann, KEYS).await;
    assert_eq!(listed.body["api_keys"][0]["prefix"], key[..12]);
    assert_eq!(listed.body["api_keys"][0]["scopes"], json!(["wallet.read"]));
    assert!(!listed.body.to_string().contains(&key[12..]));
    for schema in ["identity", "bus", "audit"] {
        assert!(!bank.dump(schema).await.contains(&key[12..]), "{schema}");
    }
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (_, key) = bank.key(&ann).await;
    let unknown = kernel::secret::SecretToken::generate("bshl_key_");
    let last = if key.ends_with('0') { "1" } else { "0" };
    let mistyped = format!("{}{last}", &key[..key.len() - 1]);
    for wrong in [unknown.as_str(), &mistyped, &key[..80], "bshl_key_", "bshl_key_é"] {
        assert_eq!(bank.authenticate(wrong).await, Err(AuthError::Invalid), "{wrong}");
    }
}

#[tokio::test]
async fn line_11_a_key_expires() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let ends = bank.now().saturating_add(Duration::from_secs(60));
    let body = json!({ "name": "Short", "scopes": ["wallet.read"], "expires_at": ends });
    let made = bank.make_key(&ann, body).await;
    let key = made.body["key"].as_str().unwrap();
    bank.pass(59);
    assert!(bank.authenticate(key).await.is_ok());
    bank.pass(1);
    assert_eq!(bank.authenticate(key).await, Err(AuthError::Expired));
    assert_eq!(bank.get_as(&ann, KEYS).await.body, json!({ "api_keys": [] }));
    let body = json!({ "name": "Past", "scopes": ["wallet.read"], "expires_at": bank.now() });
    assert_eq!(bank.post_as(&ann, KEYS, body).await.problem().0, 400);
}

#[tokio::test]
async fn line_11_a_key_works_only_from_its_networks() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let networks = json!(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7"]);
    let body = json!({ "name": "Office", "scopes": ["wallet.read"], "allowed_ips": networks });
    let made = bank.make_key(&ann, body).await;
    let stored = json!(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"]);
    assert_eq!(made.body["allowed_ips"], stored);
    let key = made.body["key"].as_str().unwrap();
    for ip in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::9", "198.51.100.7"] {
        assert!(bank.authenticate_from(key, ip).await.is_ok(), "{ip}");
        // Also when the key is remembered.
        assert_eq!(bank.authenticate_from(key, "203.0.113.1").await, Err(AuthError::Invalid));
    }
}

#[tokio::test]
async fn line_11_scopes_stay_within_what_the_owner_may() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    for scope in ["users.read", "security.write", "everything"] {
        let body = json!({ "name": "Key", "scopes": ["wallet.read", scope] });
        let refused = bank.post_as(&ann, KEYS, body).await;
        assert_eq!(refused.problem(), (400, "request.body.invalid", "/scopes/1"), "{scope}");
    }
    let none = bank.post_as(&ann, KEYS, json!({ "name": "Key", "scopes": [] })).await;
    assert_eq!(none.problem(), (400, "request.body.invalid", "/scopes"));
    // A session that may less than its user gives no more than it has.
    let weak =
        Person { actor: Actor { permissions: Default::default(), ..ann.actor }, ..ann.clone() };
    let body = json!({ "name": "Key", "scopes": ["wallet.read"] });
    let refused = bank.post_as(&weak, KEYS, body).await;
    assert_eq!(refused.problem(), (422, "identity.api_key.scope_refused", ""));
}

#[tokio::test]
async fn line_11_keys_do_not_manage_keys_or_credentials() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (id, key) = bank.key(&ann).await;
    let program = Person { actor: bank.authenticate(&key).await.unwrap(), ..ann.clone() };
    let key_path = format!("{KEYS}/{id}");
    let rotate = format!("{KEYS}/{id}/rotate");
    for (method, path, body) in [
        (Method::GET, KEYS, None),
        (Method::POST, KEYS, Some(json!({ "name": "Key", "scopes": ["wallet.read"] }))),
        (Method::DELETE, &*key_path, None),
        (Method::POST, &*rotate, Some(json!({ "overlap_s": 0 }))),
        (Method::POST, "/v1/identity/totp", Some(json!({ "password": "x" }))),
        (Method::POST, "/v1/identity/totp/confirm", Some(json!({ "code": "000000" }))),
        (Method::DELETE, "/v1/identity/totp", Some(json!({ "password": "x", "code": "0" }))),
        (Method::GET, "/v1/identity/recovery-codes", None),
        (Method::POST, "/v1/identity/recovery-codes", Some(json!({ "password": "x" }))),
        (Method::POST, "/v1/identity/passkeys/options", Some(json!({}))),
        (Method::GET, "/v1/identity/passkeys", None),
        (Method::GET, "/v1/identity/profile/export", None),
        (Method::DELETE, "/v1/identity/profile", Some(json!({ "password": "x" }))),
    ] {
        let refused = bank.send(method.clone(), path, Some(&program), &[], body.clone()).await;
        assert_eq!(refused.problem(), (403, "identity.actor.no_session", ""), "{path}");
        let nobody = bank.send(method, path, None, &[], body).await;
        assert_eq!(nobody.problem(), (401, "request.token.missing", ""), "{path}");
    }
}

#[tokio::test]
async fn line_13_a_revoked_key_is_refused_everywhere_within_a_second() {
    let bank = Bank::start().await;
    let other = Bank::node(&bank.database, &bank.clock).await;
    let ann = bank.person("ann").await;
    let (id, key) = bank.key(&ann).await;
    let client = from_ip("192.0.2.1");
    assert!(bank.authenticate(&key).await.is_ok());
    assert!(other.authenticate(Credential::Bearer(&key), &client).await.is_ok());
    let revoked = bank.delete_as(&ann, &format!("{KEYS}/{id}"), None).await;
    assert_eq!(revoked.status, 204);
    let since = Instant::now();
    assert_eq!(bank.authenticate(&key).await, Err(AuthError::Invalid));
    while other.authenticate(Credential::Bearer(&key), &client).await.is_ok() {
        assert!(since.elapsed() < Duration::from_secs(1), "the other node still lets it in");
        tokio::task::yield_now().await;
    }
    let again = bank.delete_as(&ann, &format!("{KEYS}/{id}"), None).await;
    assert_eq!(again.problem(), (404, "identity.api_key.not_found", ""));
}

#[tokio::test]
async fn a_key_loses_what_its_owner_loses() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (_, key) = bank.key(&ann).await;
    assert!(!bank.authenticate(&key).await.unwrap().is_frozen);
    let system = kernel::audit::AuditActor::System;
    bank.identity.freeze(ann.id, system, "a test").await.unwrap();
    assert!(bank.authenticate(&key).await.unwrap().is_frozen);
    bank.identity.unfreeze(ann.id, system, "a test").await.unwrap();
    assert!(!bank.authenticate(&key).await.unwrap().is_frozen);
}

#[tokio::test]
async fn a_rotation_overlaps_as_long_as_asked() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let ends = bank.now().saturating_add(Duration::from_secs(10_000));
    let body = json!({
        "name": "Bookkeeping", "scopes": ["wallet.read"], "expires_at": ends,
        "allowed_ips": ["192.0.2.0/24"],
    });
    let made = bank.make_key(&ann, body).await.body;
    let old = made["key"].as_str().unwrap();
    let path = format!("{KEYS}/{}/rotate", made["id"].as_str().unwrap());
    bank.pass(1_000);
    let rotated = bank.post_as(&ann, &path, json!({ "overlap_s": 3_600 })).await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let new = rotated.body["key"].as_str().unwrap();
    for field in ["name", "scopes", "allowed_ips"] {
        assert_eq!(rotated.body[field], made[field], "{field}");
    }
    assert_eq!(rotated.body["replaces"], made["id"]);
    let lifetime = bank.now().saturating_add(Duration::from_secs(10_000));
    assert_eq!(rotated.body["expires_at"], json!(lifetime));

    bank.pass(3_599);
    assert!(bank.authenticate(old).await.is_ok() && bank.authenticate(new).await.is_ok());
    let again = bank.post_as(&ann, &path, json!({ "overlap_s": 0 })).await;
    assert_eq!(again.problem(), (409, "identity.api_key.already_rotated", ""));
    bank.pass(1);
    assert_eq!(bank.authenticate(old).await, Err(AuthError::Expired));
    assert!(bank.authenticate(new).await.is_ok());
}

#[tokio::test]
async fn a_rotation_without_overlap_ends_the_old_key_at_once() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (id, old) = bank.key(&ann).await;
    assert!(bank.authenticate(&old).await.is_ok());
    let path = format!("{KEYS}/{id}/rotate");
    let long = bank.post_as(&ann, &path, json!({ "overlap_s": 604_801 })).await;
    assert_eq!(long.problem(), (400, "request.body.invalid", "/overlap_s"));
    let rotated = bank.post_as(&ann, &path, json!({ "overlap_s": 0 })).await;
    assert_eq!(bank.authenticate(&old).await, Err(AuthError::Invalid));
    assert!(bank.authenticate(rotated.body["key"].as_str().unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_repeat_with_the_same_idempotency_key_makes_no_second_key() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let body = json!({ "name": "Key", "scopes": ["wallet.read"] });
    let keyed = [("idempotency-key", "first")];
    let make = async |person: &Person| {
        bank.send(Method::POST, KEYS, Some(person), &keyed, Some(body.clone())).await
    };
    assert_eq!(make(&ann).await.status, 201);
    assert_eq!(make(&ann).await.problem(), (409, "identity.api_key.already_made", ""));
    assert_eq!(bank.get_as(&ann, KEYS).await.body["api_keys"].as_array().unwrap().len(), 1);
    let listed = bank.get_as(&bob, KEYS).await;
    assert_eq!(listed.body, json!({ "api_keys": [] }));
}

#[tokio::test]
async fn line_15_nobody_touches_anothers_key() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let (id, key) = bank.key(&ann).await;
    let deleted = bank.delete_as(&bob, &format!("{KEYS}/{id}"), None).await;
    assert_eq!(deleted.problem(), (404, "identity.api_key.not_found", ""));
    let path = format!("{KEYS}/{id}/rotate");
    let rotated = bank.post_as(&bob, &path, json!({ "overlap_s": 0 })).await;
    assert_eq!(rotated.problem(), (404, "identity.api_key.not_found", ""));
    assert!(bank.authenticate(&key).await.is_ok());
}

#[tokio::test]
async fn last_use_is_noted_once_a_minute() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (_, key) = bank.key(&ann).await;
    let noted = async |at: kernel::Timestamp, ip: &str| {
        let since = Instant::now();
        loop {
            let listed = bank.get_as(&ann, KEYS).await.body["api_keys"][0].clone();
            if listed["last_used_at"] == json!(at) {
                assert_eq!(listed["last_used_ip"], ip);
                return;
            }
            assert!(since.elapsed() < Duration::from_secs(5), "{listed}");
            tokio::task::yield_now().await;
        }
    };
    let first = bank.now();
    bank.authenticate_from(&key, "192.0.2.7").await.unwrap();
    noted(first, "192.0.2.7").await;
    bank.pass(59);
    bank.authenticate_from(&key, "192.0.2.8").await.unwrap();
    bank.pass(1);
    let second = bank.now();
    bank.authenticate_from(&key, "192.0.2.9").await.unwrap();
    noted(second, "192.0.2.9").await;
}

#[tokio::test]
async fn line_09_the_user_is_told_of_keys() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (id, _) = bank.key(&ann).await;
    bank.delete_as(&ann, &format!("{KEYS}/{id}"), None).await;
    let data = json!({ "credential": "api_key", "name": "Bookkeeping" });
    let kinds = ["identity.credential.added", "identity.credential.removed"];
    let told = bank.events(ann.id, "identity.credential.").await;
    assert_eq!(told, kinds.map(|kind| (kind.to_owned(), data.clone())));
    let log = bank.audit_log(ann.id).await;
    assert_eq!(log[0].object.as_deref(), Some(&*id));
}

#[tokio::test]
async fn line_16_malformed_keys_are_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let check = async |body: Value, pointer: &str| {
        let refused = bank.post_as(&ann, KEYS, body).await;
        assert_eq!((refused.problem().0, refused.problem().2), (400, pointer), "{refused:?}");
    };
    let scopes = json!(["wallet.read"]);
    check(json!({ "name": "", "scopes": scopes }), "/name").await;
    check(
        json!({ "name": "Key", "scopes": scopes, "allowed_ips": ["10.0.0.1/8"] }),
        "/allowed_ips/0",
    )
    .await;
    let many = vec!["10.0.0.0/8"; 51];
    check(json!({ "name": "Key", "scopes": scopes, "allowed_ips": many }), "/allowed_ips").await;
    check(json!({ "name": "Key", "scopes": scopes, "hash": "x" }), "/hash").await;
}

#[tokio::test]
async fn there_are_50_keys_at_most() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    for _ in 0..50 {
        bank.key(&ann).await;
    }
    let body = json!({ "name": "One more", "scopes": ["wallet.read"] });
    let refused = bank.post_as(&ann, KEYS, body).await;
    assert_eq!(refused.problem(), (422, "identity.api_keys.too_many", ""));
}
