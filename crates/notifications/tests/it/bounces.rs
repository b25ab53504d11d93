//! What a mail server's answers come to: 250, 450, 550, 421 and the like.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use crate::app::App;
use crate::sending::{DEAD_MAILS, app_on, failed_deposit, mail_to, only_mail};
use crate::smtp::SmtpServer;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn answer_250_is_the_end() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "ok-ann").await;
    app.settle().await;
    app.pass(Duration::from_secs(86_400));
    app.settle().await;
    assert_eq!(only_mail(&app, "ok-ann@example.org").await["status"], "sent");
    assert_eq!(server.accepted().await.len(), 1);
}

#[tokio::test]
async fn answer_450_is_tried_again_with_longer_waits() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "later-2-ann").await;
    for (wait, attempts, status) in [
        (MINUTE * 2, 1, "queued"),
        (MINUTE * 2, 2, "queued"),
        (MINUTE * 4, 2, "queued"),
        (MINUTE, 3, "sent"),
    ] {
        app.settle().await;
        let row = only_mail(&app, "later-2-ann@example.org").await;
        assert_eq!((&row["status"], &row["attempts"]), (&json!(status), &json!(attempts)), "{row}");
        app.pass(wait);
    }
    let accepted = server.accepted().await;
    assert_eq!(accepted.len(), 1);
}

#[tokio::test]
async fn answers_421_and_451_are_tried_again() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "busy-ann").await;
    mail_to(&app, "textlater-1-ann").await;
    app.settle().await;
    for (name, code) in [("busy-ann", "421"), ("textlater-1-ann", "451")] {
        let row = only_mail(&app, &format!("{name}@example.org")).await;
        assert_eq!(row["status"], "queued", "{row}");
        assert!(row["reply"].as_str().unwrap().contains(code), "{row}");
    }
    app.pass(MINUTE * 2);
    app.settle().await;
    assert_eq!(only_mail(&app, "textlater-1-ann@example.org").await["status"], "sent");
    assert_eq!(server.accepted().await.len(), 1);
}

#[tokio::test]
async fn answer_550_suppresses_the_address_until_staff_lifts_it() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let user = mail_to(&app, "nobody-ann").await;
    app.settle().await;
    let row = only_mail(&app, "nobody-ann@example.org").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("failed"), &json!(1)), "{row}");
    assert_eq!(app.count(DEAD_MAILS).await, 0, "a mailbox that isn't there is nobody's fault here");
    let list = app.staff(Method::GET, "/v1/notifications/suppressions").await;
    assert_eq!(list.body["data"][0]["address"], "nobody-ann@example.org");
    assert!(list.body["data"][0]["reply"].as_str().unwrap().contains("5.1.1"), "{list:?}");
    app.publish("payments.deposit.failed", user, failed_deposit()).await;
    app.settle().await;
    let statuses = statuses(&app, "nobody-ann@example.org").await;
    assert_eq!(statuses, ["failed", "suppressed"]);
    let path = "/v1/notifications/suppressions/Nobody-Ann@example.org";
    assert_eq!(app.staff(Method::DELETE, path).await.status, 204);
    let again = app.staff(Method::DELETE, path).await;
    assert_eq!(again.problem(), (404, "notifications.suppression.not_found", ""));
    app.publish("payments.deposit.failed", user, failed_deposit()).await;
    app.settle().await;
    assert_eq!(self::statuses(&app, "nobody-ann@example.org").await[2], "failed", "tried again");
    assert!(server.accepted().await.is_empty());
}

async fn statuses(app: &App, to: &str) -> Vec<String> {
    let mails = app.mails(to).await;
    mails.iter().map(|it| it["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn security_mail_goes_to_a_suppressed_address_and_lifts_it_by_arriving() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let user = mail_to(&app, "ok-ann").await;
    let suppress = "insert into notifications.suppressions (address, reply, message_id, created_at)
        values ('ok-ann@example.org', '550', gen_random_uuid(), now())";
    app.sql(suppress).await;
    app.settle().await;
    assert_eq!(statuses(&app, "ok-ann@example.org").await, ["suppressed"]);
    app.publish("identity.password.changed", user, json!({})).await;
    app.settle().await;
    assert_eq!(statuses(&app, "ok-ann@example.org").await, ["suppressed", "sent"]);
    assert_eq!(app.count("select count(*) from notifications.suppressions").await, 0);
    assert_eq!(server.accepted().await.len(), 1);
}

#[tokio::test]
async fn refusals_that_are_about_us_suppress_nobody_and_are_shown_to_operators() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    for name in ["policy-ann", "refused-ann"] {
        mail_to(&app, name).await;
    }
    app.settle().await;
    for (name, code) in [("policy-ann", "550"), ("refused-ann", "554")] {
        let row = only_mail(&app, &format!("{name}@example.org")).await;
        assert_eq!(row["status"], "failed", "{row}");
        assert!(row["reply"].as_str().unwrap().contains(code), "{row}");
    }
    assert_eq!(app.count("select count(*) from notifications.suppressions").await, 0);
    assert_eq!(app.count(DEAD_MAILS).await, 2);
    assert!(server.accepted().await.is_empty());
}

#[tokio::test]
async fn connection_that_breaks_before_the_answer_is_tried_again() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "drop-1-ann").await;
    app.settle().await;
    let row = only_mail(&app, "drop-1-ann@example.org").await;
    assert_eq!(row["status"], "queued", "whoever gets no 250 has to try again: {row}");
    app.pass(MINUTE * 2);
    app.settle().await;
    assert_eq!(only_mail(&app, "drop-1-ann@example.org").await["status"], "sent");
    assert_eq!(server.accepted().await.len(), 1);
}

#[tokio::test]
async fn one_dead_address_costs_the_others_nothing() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    for name in ["nobody-a", "ok-a", "busy-b", "ok-b", "policy-c", "ok-c"] {
        mail_to(&app, name).await;
    }
    app.settle().await;
    assert_eq!(server.accepted().await.len(), 3);
}
