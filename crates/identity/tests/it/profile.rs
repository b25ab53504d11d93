//! The profile: reading, changing, exporting, deleting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::Method;
use identity::{AuthError, Role, UserKey, UserStatus};
use kernel::{ErrorKind, Problem};
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::bank::{Answer, Bank, ORIGIN, PASSWORD, Person};

const PROFILE: &str = "/v1/identity/profile";
const DAY_S: u64 = 24 * 3600;

impl Bank {
    /// Changes a profile, based on what it is now.
    async fn patch(&self, person: &Person, body: Value) -> Answer {
        let tag = self.get_as(person, PROFILE).await.headers["etag"].to_str().unwrap().to_owned();
        let headers = [("if-match", &*tag)];
        self.send(Method::PATCH, PROFILE, Some(person), &headers, Some(body)).await
    }
}

#[tokio::test]
async fn a_profile_says_what_is_known() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let answer = bank.get_as(&ann, PROFILE).await;
    assert_eq!(answer.headers["etag"], "\"1\"");
    assert_eq!(
        answer.body,
        json!({
            "id": ann.id, "email": "ann@example.org", "is_email_verified": true, "name": "ann",
            "handle": "ann", "locale": "en", "sign_in_confirmation": "never", "roles": ["user"],
            "is_discoverable": true, "created_at": bank.now(), "version": 1,
        })
    );
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let changed = bank.patch(&ann, json!({ "name": "Ann Apple", "locale": "de" })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.headers["etag"], "\"2\"");
    assert_eq!(
        (&changed.body["name"], &changed.body["locale"]),
        (&json!("Ann Apple"), &json!("de"))
    );
    assert_eq!(changed.body["handle"], "ann");
    // Others see it, too.
    assert_eq!(bank.identity.user(ann.id).await.unwrap().unwrap().name, "Ann Apple");
    let same = bank.patch(&ann, json!({ "name": "Ann Apple" })).await;
    assert_eq!(same.body["version"], 2);
    let entry = &bank.audit_log(ann.id).await[0];
    assert_eq!(
        (&*entry.action, &entry.data),
        ("identity.profile.changed", &json!({ "fields": ["name", "locale"] }))
    );
}

#[tokio::test]
async fn somebody_can_hide_from_strangers() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let found = async || bank.identity.discover("AN", 8).await.unwrap().len();
    assert_eq!(found().await, 1);
    let hidden = bank.patch(&ann, json!({ "is_discoverable": false })).await;
    assert_eq!((hidden.status, &hidden.body["is_discoverable"]), (200, &json!(false)));
    assert_eq!(found().await, 0);
    let entry = &bank.audit_log(ann.id).await[0];
    assert_eq!(entry.data, json!({ "fields": ["is_discoverable"] }));
    let export = bank.get_as(&ann, "/v1/identity/profile/export").await;
    assert_eq!(export.body["identity"]["is_discoverable"], false);
    bank.patch(&ann, json!({ "is_discoverable": true })).await;
    assert_eq!(found().await, 1);
    for start in ["", "_a", "a%", "1", "\0"] {
        assert!(bank.identity.discover(start, 8).await.unwrap().is_empty(), "{start:?}");
    }
}

#[tokio::test]
async fn a_patch_is_based_on_a_version() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let body = Some(json!({ "name": "Anna" }));
    let none = bank.send(Method::PATCH, PROFILE, Some(&ann), &[], body.clone()).await;
    assert_eq!(none.problem().0, 428);
    let stale = [("if-match", "\"7\"")];
    let stale = bank.send(Method::PATCH, PROFILE, Some(&ann), &stale, body.clone()).await;
    assert_eq!(stale.problem(), (412, "identity.user.version_conflict", ""));
    let any = [("if-match", "*")];
    assert_eq!(bank.send(Method::PATCH, PROFILE, Some(&ann), &any, body).await.status, 200);
}

#[tokio::test]
async fn a_handle_changes_once_in_thirty_days_and_stays_taken() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    assert_eq!(bank.patch(&ann, json!({ "handle": "Anna" })).await.body["handle"], "anna");
    let found = bank.identity.find(UserKey::Handle("ANNA")).await.unwrap().unwrap();
    assert_eq!(found.id, ann.id);
    assert_eq!(bank.identity.find(UserKey::Handle("ann")).await.unwrap(), None);

    let early = bank.patch(&ann, json!({ "handle": "annika" })).await;
    assert_eq!(early.problem(), (422, "identity.handle.changed_recently", ""));
    let taken = bank.patch(&bob, json!({ "handle": "ann" })).await;
    assert_eq!(taken.problem(), (409, "identity.handle.taken", ""));
    let changeable_at = bank.get_as(&ann, PROFILE).await.body["handle_changeable_at"].clone();
    bank.pass(30 * DAY_S);
    assert_eq!(changeable_at, json!(bank.now()));
    // One's own old handle is still one's own.
    assert_eq!(bank.patch(&ann, json!({ "handle": "ann" })).await.body["handle"], "ann");
    bank.pass(30 * DAY_S);
    let cleared = bank.patch(&ann, json!({ "handle": null })).await;
    assert_eq!(cleared.body.get("handle"), None, "{cleared:?}");
}

#[tokio::test]
async fn confirmation_is_chosen_by_people_and_never_off_for_staff() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let always = bank.patch(&ann, json!({ "sign_in_confirmation": "always" })).await;
    assert_eq!(always.body["sign_in_confirmation"], "always");
    let house = bank.patch(&ann, json!({ "sign_in_confirmation": null })).await;
    assert_eq!(house.body["sign_in_confirmation"], "never", "the policy of this test's house");

    let body = json!({ "name": "Key", "scopes": ["profile.write"] });
    let key = bank.post_as(&ann, "/v1/identity/api-keys", body).await;
    let actor = bank.authenticate(key.body["key"].as_str().unwrap()).await.unwrap();
    let program = Person { actor, ..ann.clone() };
    assert_eq!(bank.patch(&program, json!({ "name": "Anna" })).await.status, 200);
    let refused = bank.patch(&program, json!({ "sign_in_confirmation": "never" })).await;
    assert_eq!(refused.problem(), (403, "identity.actor.no_session", ""));

    bank.identity
        .set_roles(ann.id, "support".parse_role(), kernel::audit::AuditActor::System, "a test")
        .await
        .unwrap();
    assert_ne!(bank.get_as(&ann, PROFILE).await.body["sign_in_confirmation"], "never");
    let refused = bank.patch(&ann, json!({ "sign_in_confirmation": "never" })).await;
    assert_eq!(refused.problem(), (422, "identity.profile.confirmation_required", ""));
}

trait ParseRole {
    fn parse_role(&self) -> identity::RoleSet;
}

impl ParseRole for str {
    fn parse_role(&self) -> identity::RoleSet {
        identity::RoleSet::default().with(Role::User).with(Role::from_name(self).unwrap())
    }
}

#[tokio::test]
async fn line_16_read_only_and_malformed_fields_are_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let check = async |body: Value, pointer: &str| {
        let refused = bank.patch(&ann, body).await;
        assert_eq!((refused.problem().0, refused.problem().2), (400, pointer), "{refused:?}");
    };
    check(json!({ "email": "eve@example.org" }), "/email").await;
    check(json!({ "roles": ["administrator"] }), "/roles").await;
    check(json!({ "is_email_verified": true }), "/is_email_verified").await;
    check(json!({ "version": 9 }), "/version").await;
    check(json!({ "name": "" }), "/name").await;
    check(json!({ "name": "Ann\r\nBcc: bob@example.org" }), "/name").await;
    check(json!({ "handle": "a b" }), "/handle").await;
    check(json!({ "handle": "admin" }), "/handle").await;
    check(json!({ "locale": "xx" }), "/locale").await;
    check(json!({ "sign_in_confirmation": "sometimes" }), "/sign_in_confirmation").await;
}

#[tokio::test]
async fn an_export_holds_everything_but_secrets() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    bank.enable_totp(&ann).await;
    bank.add_passkey(&ann, &mut Authenticator::new(ORIGIN, "bank.example", 1)).await;
    let body = json!({ "name": "Bookkeeping", "scopes": ["wallet.read"] });
    let key = bank.post_as(&ann, "/v1/identity/api-keys", body).await.body["key"].clone();
    bank.identity.on_export("wallet", |user| {
        Box::pin(async move { Ok(json!({ "of": user, "accounts": ["EUR"] })) })
    });

    let export = bank.get_as(&ann, "/v1/identity/profile/export").await;
    assert_eq!(export.status, 200, "{export:?}");
    let own = &export.body["identity"];
    assert_eq!(own["profile"]["email"], "ann@example.org");
    assert_eq!(own["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(own["sessions"][0]["ip"], "192.0.2.1");
    assert_eq!(own["passkeys"][0]["name"], "Telephone");
    assert_eq!(own["api_keys"][0]["name"], "Bookkeeping");
    assert_eq!(own["handles"][0]["handle"], "ann");
    assert_eq!(own["recovery_codes"]["remaining"], 10);
    assert!(own["authenticator_app"]["confirmed_at"].is_string());
    let actions: Vec<&str> = own["log"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert!(actions.contains(&"identity.sign_in.succeeded"), "{actions:?}");
    assert_eq!(export.body["wallet"], json!({ "of": ann.id, "accounts": ["EUR"] }));
    let text = export.body.to_string();
    for secret in [&key.as_str().unwrap()[12..], "argon2", "hash", "public_key"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(bank.audit_log(ann.id).await[0].action, "identity.profile.exported");
}

#[tokio::test]
async fn an_export_that_a_part_can_not_give_is_not_half_given() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    bank.identity.on_export("wallet", |_| {
        let gone = Problem::new(ErrorKind::Unavailable, "wallet.unavailable", "come back later");
        Box::pin(async { Err(gone) })
    });
    let refused = bank.get_as(&ann, "/v1/identity/profile/export").await;
    assert_eq!(refused.problem(), (503, "wallet.unavailable", ""));
}

#[tokio::test]
async fn who_still_holds_something_can_not_leave() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let holds = Arc::new(AtomicBool::new(true));
    let still = holds.clone();
    bank.identity.before_delete("wallet", move |_| {
        let holds = still.load(Ordering::SeqCst);
        let problem =
            || Problem::new(ErrorKind::Conflict, "wallet.not_empty", "there is a balance");
        Box::pin(async move { if holds { Err(problem()) } else { Ok(()) } })
    });
    let body = json!({ "password": PASSWORD });
    let refused = bank.delete_as(&ann, PROFILE, Some(body.clone())).await;
    assert_eq!(refused.problem(), (409, "wallet.not_empty", ""));
    assert_eq!(bank.get_as(&ann, PROFILE).await.status, 200);
    holds.store(false, Ordering::SeqCst);
    assert_eq!(bank.delete_as(&ann, PROFILE, Some(body)).await.status, 204);
}

#[tokio::test]
async fn what_comes_in_meanwhile_keeps_the_user() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    // Empty when first asked, not when asked again before the end.
    let is_asked = AtomicBool::new(false);
    bank.identity.before_delete("wallet", move |_| {
        let holds = is_asked.swap(true, Ordering::SeqCst);
        let problem =
            || Problem::new(ErrorKind::Conflict, "wallet.not_empty", "there is a balance");
        Box::pin(async move { if holds { Err(problem()) } else { Ok(()) } })
    });
    let refused = bank.delete_as(&ann, PROFILE, Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(refused.problem(), (409, "wallet.not_empty", ""));
    assert_eq!(bank.get_as(&ann, PROFILE).await.body["name"], "ann");
    assert_eq!(bank.events(ann.id, "identity.user.deleted").await, []);
}

#[tokio::test]
async fn line_05_leaving_needs_password_and_second_factor() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let wrong = json!({ "password": "not the password" });
    let wrong = bank.delete_as(&ann, PROFILE, Some(wrong)).await;
    assert_eq!(wrong.problem(), (422, "identity.password.wrong", ""));
    let (secret, _) = bank.enable_totp(&ann).await;
    let check = async |body: Value, code: &str| {
        let refused = bank.delete_as(&ann, PROFILE, Some(body)).await;
        assert_eq!(refused.problem(), (422, code, ""));
    };
    check(json!({ "password": PASSWORD }), "identity.second_factor.required").await;
    let guess = json!({ "password": PASSWORD, "totp": "000000" });
    for _ in 0..5 {
        check(guess.clone(), "identity.second_factor.refused").await;
    }
    // Wrong codes count here as well.
    let body = json!({ "password": PASSWORD, "totp": bank.totp_code(&secret) });
    let locked = bank.delete_as(&ann, PROFILE, Some(body)).await;
    assert_eq!(locked.problem().0, 429);
    bank.pass(60);
    let body = json!({ "password": PASSWORD, "totp": bank.totp_code(&secret) });
    assert_eq!(bank.delete_as(&ann, PROFILE, Some(body)).await.status, 204);
}

#[tokio::test]
async fn who_left_leaves_nothing_personal_behind() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let mut telephone = Authenticator::new(ORIGIN, "bank.example", 1);
    bank.add_passkey(&ann, &mut telephone).await;
    bank.patch(&ann, json!({ "name": "Ann Apple" })).await;
    let body = json!({ "name": "Bookkeeping", "scopes": ["wallet.read"] });
    let key = bank.post_as(&ann, "/v1/identity/api-keys", body).await.body["key"].clone();
    let key = key.as_str().unwrap();
    assert!(bank.authenticate(key).await.is_ok());

    let gone = bank.delete_as(&ann, PROFILE, Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let dump = bank.dump("identity").await;
    for text in ["ann@example.org", "Ann Apple", "Telephone", "Bookkeeping"] {
        assert!(!dump.contains(text), "{text}");
    }
    assert_eq!(bank.authenticate(&ann.token).await, Err(AuthError::Invalid));
    assert_eq!(bank.authenticate(key).await, Err(AuthError::Invalid));
    let user = bank.identity.user(ann.id).await.unwrap().unwrap();
    assert_eq!((user.status, user.handle.as_deref()), (UserStatus::Deleted, None));
    // Whoever was let in a moment before changes nothing any more.
    let (any, body) = ([("if-match", "*")], json!({ "name": "Ann Apple" }));
    let late = bank.send(Method::PATCH, PROFILE, Some(&ann), &any, Some(body)).await;
    assert_eq!(late.problem(), (404, "identity.user.not_found", ""));
    assert_eq!(bank.identity.find(UserKey::Email("ann@example.org")).await.unwrap(), None);
    // Nobody gets the handle, somebody may get the address.
    let taken = bank.patch(&bob, json!({ "handle": "ann" })).await;
    assert_eq!(taken.problem(), (409, "identity.handle.taken", ""));
    let again = identity::NewUser::new("ann@example.org", "Ann", PASSWORD);
    assert_ne!(bank.identity.create_user(again).await.unwrap().id, ann.id);
    assert_eq!(
        bank.events(ann.id, "identity.user.deleted").await,
        [("identity.user.deleted".to_owned(), json!({}))]
    );
    let entry = &bank.audit_log(ann.id).await[0];
    assert_eq!(entry.action, "identity.user.deleted");
}

#[tokio::test]
async fn the_operator_has_no_profile() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let operator = Person { actor: identity::Actor::OPERATOR, ..ann };
    assert_eq!(
        bank.get_as(&operator, PROFILE).await.problem(),
        (403, "identity.actor.no_user", "")
    );
    let nobody = bank.send(Method::GET, PROFILE, None, &[], None).await;
    assert_eq!(nobody.problem().0, 401);
}

#[tokio::test]
async fn line_28_nothing_is_added_to_who_leaves_at_the_same_moment() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, _) = bank.enable_totp(&ann).await;
    let key = json!({ "name": "Bookkeeping", "scopes": ["wallet.read"] });
    let leave = json!({ "password": PASSWORD, "totp": bank.totp_code(&secret) });
    let codes = json!({ "password": PASSWORD });
    let (made, renewed, changed, gone) = tokio::join!(
        bank.post_as(&ann, "/v1/identity/api-keys", key),
        bank.post_as(&ann, "/v1/identity/recovery-codes", codes),
        bank.patch(&ann, json!({ "name": "Ann Apple" })),
        bank.delete_as(&ann, PROFILE, Some(leave)),
    );
    assert_eq!(gone.status, 204, "{gone:?}");
    for answer in [made, renewed, changed] {
        // In time or too late, but never a deadlock.
        assert!(answer.status < 500, "{answer:?}");
    }
    let dump = bank.dump("identity").await;
    for text in ["Bookkeeping", "Ann Apple", "ann@example.org"] {
        assert!(!dump.contains(text), "{text}");
    }
}
