//! Several processes on one database.

use std::time::{Duration, Instant};

use identity::{AuthError, Credential, Identity, IdentityOptions, Role, UserKey};
use kernel::Vault;
use kernel::audit::AuditActor;
use serde_json::json;

use crate::app::{App, IP, Tokens, options};
use crate::bank::{PASSWORD, from_ip};

/// How soon every node has to know.
const SOON: Duration = Duration::from_secs(1);

async fn ask(node: &Identity, tokens: &Tokens) -> Result<identity::Actor, AuthError> {
    node.authenticate(Credential::Bearer(&tokens.access), &from_ip(IP)).await
}

/// Waits until the node refuses the token and says how long that took.
async fn refused(node: &Identity, tokens: &Tokens) -> Duration {
    let began = Instant::now();
    while ask(node, tokens).await.is_ok() {
        assert!(began.elapsed() < 10 * SOON, "the other node never heard of it");
        tokio::task::yield_now().await;
    }
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn line_13_ended_sessions_are_refused_on_every_node_within_a_second() {
    let app = App::start().await;
    let node = app.node().await;
    let (ann, _) = app.signed_in("ann").await;
    let mut password = PASSWORD.to_owned();
    for what in ["end", "password", "freeze", "roles"] {
        let tokens = Tokens::of(&app.try_sign_in("ann", &password).await);
        assert_eq!(ask(&node, &tokens).await.unwrap().user(), Some(ann));
        match what {
            "end" => {
                let body = json!({});
                app.post_as(&tokens.caller(), "/v1/identity/sessions/end-all", body).await;
            }
            "password" => {
                let other = Tokens::of(&app.try_sign_in("ann", &password).await);
                let new = "seven green slow windows".to_owned();
                let body = json!({ "current": password, "new": new });
                let path = "/v1/identity/password";
                assert_eq!(app.post_as(&other.caller(), path, body).await.status, 204);
                password = new;
            }
            "freeze" => {
                app.identity.freeze(ann, AuditActor::Operator, "x").await.unwrap();
            }
            _ => {
                let roles = identity::RoleSet::default().with(Role::User).with(Role::Merchant);
                app.identity.set_roles(ann, roles, AuditActor::Operator, "x").await.unwrap();
            }
        }
        let took = refused(&node, &tokens).await;
        assert!(took < SOON, "{what}: {took:?}");
    }
    let user = node.user(ann).await.unwrap().unwrap();
    assert!(user.roles.has(Role::Merchant));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_changes_another_sees_within_a_second() {
    let app = App::start().await;
    let node = app.node().await;
    let ann = app.user("ann").await;
    let key = UserKey::Handle("ann");
    assert_eq!(node.find(key).await.unwrap().unwrap().status, identity::UserStatus::Active);
    app.identity.freeze(ann.id, AuditActor::Operator, "x").await.unwrap();
    let began = Instant::now();
    while node.find(key).await.unwrap().unwrap().status == identity::UserStatus::Active {
        assert!(began.elapsed() < SOON);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_transaction_is_not_missed() {
    let app = App::start().await;
    let node = app.node().await;
    let (ann, tokens) = app.signed_in("ann").await;
    assert!(ask(&node, &tokens).await.is_ok());
    // It takes its position first, and commits after a later one has long been read.
    let mut client = app.database.database().client().await.unwrap();
    let slow = client.transaction().await.unwrap();
    slow.execute("insert into identity.changes (user_id, at) values ($1, now())", &[&ann])
        .await
        .unwrap();
    slow.execute("update identity.sessions set ended_at = now(), end_reason = 'ended'", &[])
        .await
        .unwrap();
    let bob = app.user("bob").await;
    node.user(bob.id).await.unwrap();
    app.identity.freeze(bob.id, AuditActor::Operator, "x").await.unwrap();
    while node.user(bob.id).await.unwrap().unwrap().status == identity::UserStatus::Active {
        tokio::task::yield_now().await;
    }
    assert!(ask(&node, &tokens).await.is_ok());
    slow.commit().await.unwrap();
    let took = refused(&node, &tokens).await;
    assert!(took < SOON, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn line_32_a_node_without_news_lets_nobody_in() {
    let belief_max = Duration::from_millis(600);
    let app = App::start_with(IdentityOptions { belief_max, ..options() }).await;
    let (_, tokens) = app.signed_in("ann").await;
    assert!(app.authenticate(&tokens.access).await.is_ok());
    // The database goes away: nobody may connect, and all sessions are ended.
    let name = app.database.name().to_owned();
    let admin = testkit::TestDatabase::create(&[]).await;
    let client = admin.database().client().await.unwrap();
    let refuse = format!("alter database \"{name}\" allow_connections false");
    client.batch_execute(&refuse).await.unwrap();
    let end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
    client.query(end, &[&name]).await.unwrap();
    let began = Instant::now();
    while app.authenticate(&tokens.access).await != Err(AuthError::Unavailable) {
        assert!(began.elapsed() < 10 * SOON, "it still trusts what it remembers");
        tokio::task::yield_now().await;
    }
    let allow = format!("alter database \"{name}\" allow_connections true");
    client.batch_execute(&allow).await.unwrap();
    let began = Instant::now();
    while app.authenticate(&tokens.access).await.is_err() {
        assert!(began.elapsed() < 20 * SOON, "it never came back");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_sealed_for_another_vault_stop_the_start() {
    let app = App::start().await;
    let (database, clock) = (app.database.database().clone(), app.clock.clone());
    let started = Identity::start(database, clock, Vault::new([8; 32]), options()).await;
    assert!(matches!(started, Err(identity::IdentityError::Corrupt(_))));
}
