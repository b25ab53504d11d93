//! Mail without a mail server: kept, read by staff, removed; and the mails of codes.

use std::time::Duration;

use axum::http::Method;
use identity::{Role, UserId};
use kernel::audit::EntryFilter;
use serde_json::{Value, json};

use crate::app::{Answer, App};

const MAILBOX: &str = "/v1/notifications/mailbox";

async fn kept(app: &App, to: &str) -> Vec<Value> {
    let list = app.staff(Method::GET, &format!("{MAILBOX}?to={to}")).await;
    assert_eq!(list.status, 200, "{list:?}");
    let mut mails = Vec::new();
    for summary in list.body["data"].as_array().unwrap() {
        assert!(summary.get("text").is_none(), "a list shows no codes");
        let path = format!("{MAILBOX}/{}", summary["id"].as_str().unwrap());
        mails.push(app.staff(Method::GET, &path).await.body);
    }
    mails
}

/// Lets identity send, too.
async fn settle_all(app: &App) {
    let bus = kernel::bus::Bus::new(app.database.database().clone(), app.clock.clone());
    let bus = identity::workers(&app.identity).register(bus);
    let bus = notifications::workers(&app.notifications).register(bus).start();
    bus.settle().await;
    bus.stop().await;
}

#[tokio::test]
async fn code_and_link_of_a_reset_are_in_the_mail_and_nowhere_else() {
    let app = App::start().await;
    app.user_with("ann", |ann| ann.locale = "de".to_owned()).await;
    let asked = json!({ "email": "ann@example.org" });
    let answer = app.post_as(None, "/v1/identity/password-resets", asked).await;
    assert!(answer.status < 300, "{answer:?}");
    settle_all(&app).await;
    let mails = kept(&app, "ANN@example.org").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    assert_eq!(mail["subject"], "Wählen Sie ein neues Passwort");
    let text = mail["text"].as_str().unwrap();
    let link = text.lines().find(|line| line.contains("/reset?token=")).unwrap();
    assert!(link.starts_with("https://bank.example/reset?token="), "{link}");
    let is_code = |word: &&str| word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.split_whitespace().find(is_code).expect("a code of eight digits");
    assert!(mail["html"].as_str().unwrap().contains(code));
    assert_eq!(mail["headers"]["Auto-Submitted"], "auto-generated");
    // The code works.
    let reply =
        json!({ "email": "ann@example.org", "code": code, "password": "seven green slow windows" });
    let done = app.post_as(None, "/v1/identity/password-resets/confirm", reply).await;
    assert!(done.status < 300, "{done:?}");
    let token = link.split_once("token=").unwrap().1;
    for secret in [code, token] {
        let leaks = format!(
            "select (select count(*) from notifications.messages where messages::text like '%{secret}%')
                  + (select count(*) from notifications.events where events::text like '%{secret}%')
                  + (select count(*) from bus.events where events::text like '%{secret}%')
                  + (select count(*) from bus.jobs where jobs::text like '%{secret}%')"
        );
        assert_eq!(app.count(&leaks).await, 0, "only the mailbox holds it");
    }
}

#[tokio::test]
async fn code_that_is_over_is_not_mailed() {
    let app = App::start().await;
    app.user("ann").await;
    let asked = json!({ "email": "ann@example.org" });
    app.post_as(None, "/v1/identity/password-resets", asked).await;
    // Nothing of ours runs while identity makes the challenge; then it is too late.
    let bus = kernel::bus::Bus::new(app.database.database().clone(), app.clock.clone());
    let bus = identity::workers(&app.identity).register(bus).start();
    bus.settle().await;
    bus.stop().await;
    app.pass(Duration::from_secs(3_600));
    app.settle().await;
    let mails = app.mails("ann@example.org").await;
    assert_eq!(mails[0]["status"], "expired", "{mails:?}");
    assert!(kept(&app, "ann@example.org").await.is_empty());
    assert_eq!(app.count(crate::sending::DEAD_MAILS).await, 0);
}

#[tokio::test]
async fn change_of_address_is_told_at_both_addresses() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let data = json!({ "old_email": "old@example.org", "new_email": "ann@example.org" });
    app.publish("identity.email.changed", ann, data).await;
    app.settle().await;
    for to in ["old@example.org", "ann@example.org"] {
        let mails = kept(&app, to).await;
        assert_eq!(mails.len(), 1, "{to}");
        assert!(mails[0]["text"].as_str().unwrap().contains("can't be switched off"));
    }
}

#[tokio::test]
async fn invited_person_is_mailed_without_being_a_user() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let data = json!({
        "invite_id": "tr_1", "email": "eve@example.org", "sender": ann, "sender_name": "ann",
        "asset": "EUR", "scale": 2, "amount": "1250", "expires_at": "2026-02-01T00:00:00Z",
    });
    app.publish("wallet.invite.created", ann, data).await;
    app.settle().await;
    let mails = kept(&app, "eve@example.org").await;
    assert_eq!(mails[0]["subject"], "ann has sent you 12.50 EUR");
    assert!(mails[0]["text"].as_str().unwrap().starts_with("Hello,"));
    assert_eq!(app.mails("eve@example.org").await[0]["user_id"], Value::Null);
}

#[tokio::test]
async fn unconfirmed_address_gets_no_news_but_what_protects_the_user() {
    let app = App::start().await;
    let ann = app.user_with("ann", |ann| ann.is_email_verified = false).await.id;
    app.publish("payments.deposit.failed", ann, crate::sending::failed_deposit()).await;
    app.publish("identity.password.changed", ann, json!({})).await;
    app.settle().await;
    let kinds: Vec<Value> =
        app.mails("ann@example.org").await.iter().map(|it| it["kind"].clone()).collect();
    assert_eq!(kinds, ["security.password_changed"]);
}

#[tokio::test]
async fn kept_mail_is_listed_by_cursor_removed_by_staff_and_gone_after_a_month() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    for _ in 0..3 {
        app.publish("identity.password.changed", ann, json!({})).await;
        app.settle().await;
        app.pass(Duration::from_secs(1));
    }
    let page = app.staff(Method::GET, &format!("{MAILBOX}?limit=2")).await;
    assert_eq!(page.body["data"].as_array().unwrap().len(), 2);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = app.staff(Method::GET, &format!("{MAILBOX}?cursor={cursor}")).await;
    assert_eq!(rest.body["data"].as_array().unwrap().len(), 1);
    let path = format!("{MAILBOX}/{}", rest.body["data"][0]["id"].as_str().unwrap());
    assert_eq!(app.staff(Method::DELETE, &path).await.status, 204);
    for method in [Method::GET, Method::DELETE] {
        let gone = app.staff(method, &path).await;
        assert_eq!(gone.problem(), (404, "notifications.mail.not_found", ""));
    }
    app.pass(Duration::from_secs(31 * 86_400));
    app.settle().await;
    assert!(kept(&app, "ann@example.org").await.is_empty());
}

#[tokio::test]
async fn only_staff_sees_mail() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.publish("identity.password.changed", ann, json!({})).await;
    app.settle().await;
    let id = kept(&app, "ann@example.org").await[0]["id"].as_str().unwrap().to_owned();
    let refused = |answer: Answer, path: &str| {
        assert_eq!(answer.problem(), (403, "identity.permission.missing", ""), "{path}");
    };
    for path in [
        "/v1/notifications/messages",
        MAILBOX,
        "/v1/notifications/suppressions",
        &format!("{MAILBOX}/{id}"),
    ] {
        refused(app.get_as(Some(ann), path).await, path);
        assert_eq!(app.get_as(None, path).await.status, 401, "{path}");
    }
    let me = Some(crate::app::person(ann));
    for path in [format!("{MAILBOX}/{id}"), "/v1/notifications/suppressions/a@b.c".to_owned()] {
        refused(app.send(Method::DELETE, &path, me, &[], None).await, &path);
    }
    assert_eq!(kept(&app, "ann@example.org").await.len(), 1);
    // There are codes in it; the support needs to know only what became of a mail.
    let support = Some(crate::app::with_role(UserId::from_u128(0x50), Role::Support));
    refused(app.send(Method::GET, MAILBOX, support, &[], None).await, MAILBOX);
    let log = app.send(Method::GET, "/v1/notifications/messages", support, &[], None).await;
    assert_eq!(log.status, 200, "{log:?}");
}

#[tokio::test]
async fn log_of_mail_is_filtered_and_holds_no_texts() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.publish("identity.password.changed", ann, json!({})).await;
    app.publish("identity.user.unfrozen", ann, json!({})).await;
    app.settle().await;
    let list = async |query: &str| {
        app.staff(Method::GET, &format!("/v1/notifications/messages?{query}")).await
    };
    let count = |answer: &Answer| answer.body["data"].as_array().unwrap().len();
    assert_eq!(count(&list("filter[kind]=security.unfrozen").await), 1);
    assert_eq!(count(&list("filter[status]=kept").await), 2);
    assert_eq!(count(&list("filter[status]=sent").await), 0);
    assert_eq!(count(&list("filter[to]=bob@example.org").await), 0);
    assert_eq!(list("filter[status]=lost").await.problem().2, "query:filter[status]");
    assert_eq!(list("filter[from]=x").await.status, 400);
    let all = list("").await;
    assert!(
        all.body["data"][0].get("params").is_none() && all.body["data"][0].get("text").is_none()
    );
}

#[tokio::test]
async fn invitation_is_in_the_language_of_whoever_invites() {
    let app = App::start().await;
    let ann = app.user_with("ann", |ann| ann.locale = "de".to_owned()).await.id;
    let data = json!({
        "invite_id": "tr_1", "email": "eve@example.org", "sender": ann,
        "asset": "EUR", "scale": 2, "amount": "1250",
    });
    app.publish("wallet.invite.created", ann, data).await;
    app.settle().await;
    assert_eq!(app.mails("eve@example.org").await[0]["locale"], "de");
    assert!(kept(&app, "eve@example.org").await[0]["subject"].as_str().unwrap().contains("12,50"));
}

#[tokio::test]
async fn staff_that_reads_or_removes_mail_is_audited() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.publish("payments.deposit.failed", ann, crate::sending::failed_deposit()).await;
    app.settle().await;
    let mail = kept(&app, "ann@example.org").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{MAILBOX}/{mail}");
    assert_eq!(app.staff(Method::DELETE, &path).await.status, 204);
    assert_eq!(app.staff(Method::DELETE, &path).await.status, 404);
    let suppress = "insert into notifications.suppressions (address, reply, message_id, created_at)
        values ('gone@example.org', '550', gen_random_uuid(), now())";
    app.sql(suppress).await;
    let path = "/v1/notifications/suppressions/Gone@example.org";
    assert_eq!(app.staff(Method::DELETE, path).await.status, 204);
    assert_eq!(app.staff(Method::DELETE, path).await.status, 404);
    let filter =
        EntryFilter { action: Some("notifications.".to_owned()), ..EntryFilter::default() };
    let entries = kernel::audit::entries(app.database.database(), &filter, None, 10).await.unwrap();
    let mut actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(
        actions,
        [
            "notifications.mail.deleted",
            "notifications.mail.viewed",
            "notifications.suppression.lifted"
        ]
    );
    assert!(!format!("{entries:?}").contains("example.org"), "no address for ever");
    let viewed = entries.iter().find(|entry| entry.action.ends_with("viewed")).unwrap();
    assert_eq!(viewed.object.as_deref(), Some(mail.as_str()));
}

#[tokio::test]
async fn text_that_nothing_can_hold_finds_nothing() {
    let app = App::start().await;
    let mail = "/v1/notifications/messages";
    let cursor = kernel::Cursor("a\0b".to_owned());
    for path in [
        format!("{mail}?filter[to]=a%00b"),
        format!("{mail}?filter[kind]=%00"),
        format!("{MAILBOX}?to=%00"),
        format!("/v1/notifications/suppressions?cursor={cursor}"),
    ] {
        let found = app.staff(Method::GET, &path).await;
        assert_eq!((found.status, &found.body["data"]), (200, &json!([])), "{path}");
    }
    let lifted = app.staff(Method::DELETE, "/v1/notifications/suppressions/a%00b").await;
    assert_eq!(lifted.problem().0, 404);
}

#[tokio::test]
async fn mail_is_forgotten_after_a_year_whatever_became_of_it() {
    let app = App::start().await;
    // An id of 1970.
    let old = "insert into notifications.messages
            (id, source, kind, to_address, locale, params, status, created_at, updated_at)
        select ('00000000-0000-7000-8000-00000000000' || no)::uuid, status, 'invite.created',
               'eve@example.org', 'en', '{}', status, now(), now()
          from unnest(array['sent', 'queued', 'handing_over']) with ordinality as old (status, no)";
    app.sql(old).await;
    app.settle().await;
    assert!(app.mails("eve@example.org").await.is_empty());
}
