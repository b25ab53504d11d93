//! Deleted users, and what a user can take along.

use serde_json::json;

use crate::app::App;
use crate::sending::failed_deposit;

#[tokio::test]
async fn nothing_remains_of_a_deleted_user_and_nothing_comes_after() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    for user in [ann, bob] {
        app.publish("payments.deposit.failed", user, failed_deposit()).await;
    }
    let suppress = "insert into notifications.suppressions (address, reply, message_id, created_at)
        values ('ann@example.org', '550', gen_random_uuid(), now())";
    app.settle().await;
    app.sql(suppress).await;
    app.publish("identity.user.deleted", ann, json!({})).await;
    app.settle().await;
    // What was still under way when the user went.
    app.publish("payments.deposit.failed", ann, failed_deposit()).await;
    app.settle().await;
    assert!(app.log(ann).await.is_empty());
    assert!(app.mails("ann@example.org").await.is_empty());
    let (id, text) = (ann.as_uuid(), "ann@example.org");
    for table in ["events", "messages", "mailbox", "suppressions", "preferences"] {
        let rest = format!(
            "select count(*) from notifications.{table}
              where {table}::text like '%{id}%' or {table}::text like '%{text}%'"
        );
        assert_eq!(app.count(&rest).await, 0, "{table}");
    }
    assert_eq!((app.log(bob).await.len(), app.mails("bob@example.org").await.len()), (1, 1));
    assert_eq!(app.count("select count(*) from bus.jobs where state = 'dead'").await, 0);
}

#[tokio::test]
async fn others_logs_no_longer_name_who_has_gone() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    let data = json!({ "payer": ann, "payee": bob, "asset": "EUR", "amount": "5", "scale": 2 });
    app.publish("wallet.request.created", ann, data).await;
    app.settle().await;
    assert_eq!(app.log(ann).await[0]["title"], "bob asks you for 0.05\u{a0}EUR");
    let gone = app.send(
        axum::http::Method::GET,
        "/v1/notifications/events",
        Some(crate::app::person(ann)),
        &[],
        None,
    );
    assert!(!gone.await.body["data"][0]["data"].to_string().contains("bob"), "ids, not names");
}

#[tokio::test]
async fn export_holds_log_choices_and_mail_and_nobody_elses() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    for user in [ann, bob] {
        app.publish("payments.deposit.failed", user, failed_deposit()).await;
    }
    app.settle().await;
    let export = app.notifications.export(ann).await.unwrap();
    assert_eq!(export["events"][0]["kind"], "deposit.failed");
    assert_eq!(export["mail"][0]["to"], "ann@example.org");
    assert_eq!(export["preferences"], json!({}));
    assert!(!export.to_string().contains("bob"));
}

#[tokio::test]
async fn invitation_of_a_deleted_user_is_forgotten_with_them() {
    let app = App::start().await;
    let (ann, eve) = (app.user("ann").await.id, app.user("eve").await.id);
    for (id, email) in [("tr_1", "Eve@example.org"), ("tr_2", "zoe@example.org")] {
        let data = json!({
            "invite_id": id, "email": email, "sender": ann,
            "asset": "EUR", "scale": 2, "amount": "1250",
        });
        app.publish("wallet.invite.created", ann, data).await;
    }
    app.publish("payments.deposit.failed", eve, failed_deposit()).await;
    app.settle().await;
    assert_eq!(app.mails("eve@example.org").await.len(), 2);
    app.publish("identity.user.deleted", eve, json!({})).await;
    app.settle().await;
    assert!(app.mails("eve@example.org").await.is_empty());
    assert_eq!(app.mails("zoe@example.org").await.len(), 1);
    let kept = "select count(*) from notifications.mailbox where to_address ilike 'eve@%'";
    assert_eq!(app.count(kept).await, 0);
}

#[tokio::test]
async fn export_holds_webhooks_without_their_secrets() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    for user in [ann, bob] {
        let webhook = format!(
            "insert into notifications.webhook_endpoints
                (id, user_id, url, kinds, secret, secret_made_at, created_at, updated_at)
             values (gen_random_uuid(), '{}', 'https://example.com/{user}', '{{*}}', 'sealed',
                     now(), now(), now())",
            user.as_uuid()
        );
        app.sql(&webhook).await;
    }
    let webhooks = app.notifications.export(ann).await.unwrap()["webhooks"].clone();
    let [webhook] = &webhooks.as_array().unwrap()[..] else { panic!("{webhooks}") };
    assert_eq!(webhook["url"], format!("https://example.com/{ann}"));
    assert_eq!(webhook["kinds"], json!(["*"]));
    assert!(!webhooks.to_string().contains("secret"));
}
