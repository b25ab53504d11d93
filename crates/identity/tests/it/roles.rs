//! Roles and who has which.

use axum::http::Method;
use identity::{Actor, AuthError, Permission, Role};
use serde_json::{Value, json};

use crate::bank::{Answer, Bank, Person};

impl Bank {
    async fn give_roles(&self, giver: &Person, to: &Person, tag: &str, body: Value) -> Answer {
        let path = format!("/v1/identity/users/{}/roles", to.id);
        self.send(Method::PUT, &path, Some(giver), &[("if-match", tag)], Some(body)).await
    }
}

fn as_user(person: &Person) -> Person {
    // Staff of these tests acts as itself, not as the operator.
    let session = identity::SessionId::generate();
    let kind = identity::ActorKind::Session { user: person.id, session };
    Person { actor: Actor { kind, ..person.actor }, ..person.clone() }
}

fn support() -> Value {
    json!({ "roles": ["user", "support"], "reason": "Joins the support team" })
}

#[tokio::test]
async fn the_table_says_what_each_role_may() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let table = bank.get_as(&ann, "/v1/identity/roles").await;
    let roles = table.body["roles"].as_array().unwrap();
    assert_eq!(roles.len(), Role::ALL.len());
    let support = roles.iter().find(|role| role["name"] == "support").unwrap();
    assert_eq!(support["is_staff"], true);
    assert!(support["permissions"].as_array().unwrap().contains(&json!("users.read")));
    let permissions = table.body["permissions"].as_array().unwrap();
    assert_eq!(permissions.len(), Permission::ALL.len());
    let scope = permissions.iter().find(|it| it["name"] == "security.write").unwrap();
    assert_eq!(scope["is_scope"], false);
}

#[tokio::test]
async fn new_roles_hold_at_once_and_are_recorded() {
    let bank = Bank::start().await;
    let boss = as_user(&bank.person_with("boss", &[Role::Administrator]).await);
    let ann = bank.person("ann").await;
    let path = format!("/v1/identity/users/{}/roles", ann.id);
    let before = bank.get_as(&boss, &path).await;
    assert_eq!(before.body, json!({ "id": ann.id, "roles": ["user"], "version": 1 }));

    assert_eq!(bank.audit_log(ann.id).await[0].action, "identity.roles.viewed");
    let given = bank.give_roles(&boss, &ann, "\"1\"", support()).await;
    assert_eq!(given.status, 200, "{given:?}");
    assert_eq!(given.headers["etag"], "\"2\"");
    assert_eq!(given.body["roles"], json!(["user", "support"]));
    // The old session is over, whoever signs in again has the new rights.
    assert_eq!(bank.authenticate(&ann.token).await, Err(AuthError::Invalid));
    let user = bank.identity.user(ann.id).await.unwrap().unwrap();
    assert!(user.roles.permissions().has(Permission::UsersRead));
    let entry = &bank.audit_log(ann.id).await[0];
    assert_eq!(entry.action, "identity.roles.changed");
    assert_eq!(entry.reason.as_deref(), Some("Joins the support team"));
    assert_eq!(entry.actor.id(), Some(boss.id.as_u128()));
    let told = bank.events(ann.id, "identity.roles.").await;
    assert_eq!(told[0].1, json!({ "roles": ["user", "support"] }));
}

#[tokio::test]
async fn line_29_nobody_changes_their_own_roles() {
    let bank = Bank::start().await;
    let boss = as_user(&bank.person_with("boss", &[Role::Administrator]).await);
    let body = json!({ "roles": ["user"], "reason": "I leave" });
    let refused = bank.give_roles(&boss, &boss, "*", body).await;
    assert_eq!(refused.problem(), (403, "identity.roles.own", ""));
}

#[tokio::test]
async fn only_who_may_give_roles_gives_them() {
    let bank = Bank::start().await;
    let manager = as_user(&bank.person_with("manager", &[Role::Manager]).await);
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    for giver in [&ann, &manager] {
        let refused = bank.give_roles(giver, &bob, "*", support()).await;
        assert_eq!(refused.problem(), (403, "identity.permission.missing", ""));
    }
    for (method, path) in [
        (Method::GET, format!("/v1/identity/users/{}/roles", bob.id)),
        (Method::PUT, format!("/v1/identity/users/{}/roles", bob.id)),
    ] {
        let nobody = bank.send(method, &path, None, &[("if-match", "*")], Some(support())).await;
        assert_eq!(nobody.problem().0, 401);
    }
    let path = format!("/v1/identity/users/{}/roles", bob.id);
    let refused = bank.get_as(&ann, &path).await;
    assert_eq!(refused.problem(), (403, "identity.permission.missing", ""));
    assert_eq!(bank.get_as(&manager, &path).await.status, 200);
    assert!(!bank.identity.user(bob.id).await.unwrap().unwrap().roles.is_staff());
}

#[tokio::test]
async fn a_change_of_roles_is_based_on_a_version() {
    let bank = Bank::start().await;
    let boss = as_user(&bank.person_with("boss", &[Role::Administrator]).await);
    let ann = bank.person("ann").await;
    let stale = bank.give_roles(&boss, &ann, "\"7\"", support()).await;
    assert_eq!(stale.problem(), (412, "identity.user.version_conflict", ""));
    let (one, other) = tokio::join!(
        bank.give_roles(&boss, &ann, "\"1\"", support()),
        bank.give_roles(&boss, &ann, "\"1\"", json!({ "roles": ["merchant"], "reason": "x" })),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{one:?} {other:?}");
    let path = format!("/v1/identity/users/{}/roles", ann.id);
    let none = bank.send(Method::PUT, &path, Some(&boss), &[], Some(support())).await;
    assert_eq!(none.problem().0, 428);
    let nobody = Person { id: identity::UserId::generate(), ..ann };
    let missing = bank.give_roles(&boss, &nobody, "*", support()).await;
    assert_eq!(missing.problem(), (404, "identity.user.not_found", ""));
}

#[tokio::test]
async fn line_16_roles_need_a_reason_and_have_to_exist() {
    let bank = Bank::start().await;
    let boss = as_user(&bank.person_with("boss", &[Role::Administrator]).await);
    let ann = bank.person("ann").await;
    let check = async |body: Value, pointer: &str| {
        let refused = bank.give_roles(&boss, &ann, "*", body).await;
        assert_eq!((refused.problem().0, refused.problem().2), (400, pointer), "{refused:?}");
    };
    check(json!({ "roles": ["user", "emperor"], "reason": "x" }), "/roles/1").await;
    check(json!({ "roles": ["user"], "reason": "  " }), "/reason").await;
    check(json!({ "roles": ["user"], "reason": "a\nb" }), "/reason").await;
    check(json!({ "roles": ["user"], "reason": "x", "permissions": [] }), "/permissions").await;
}
