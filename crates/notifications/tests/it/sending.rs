//! Mail over a real SMTP server: what arrives, over which kind of session.

use std::time::Duration;

use identity::UserId;
use serde_json::{Value, json};

use crate::app::{App, options};
use crate::smtp::SmtpServer;

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) async fn app_with(url: &str) -> App {
    let mut options = options();
    options.mail.smtp = vec![url.parse().unwrap()];
    App::start_with(options).await
}

pub(crate) async fn app_on(server: &SmtpServer) -> App {
    app_with(&format!("smtp://127.0.0.1:{}?tls=none", server.port)).await
}

/// A user who is mailed that a deposit failed.
pub(crate) async fn mail_to(app: &App, name: &str) -> UserId {
    let user = app.user_with(name, |user| {
        user.handle = None;
    });
    let user = user.await.id;
    app.publish("payments.deposit.failed", user, failed_deposit()).await;
    user
}

pub(crate) fn failed_deposit() -> Value {
    json!({ "deposit_id": "dep_1", "asset": "EUR", "amount": "1250", "scale": 2, "reason": "card_declined" })
}

pub(crate) async fn only_mail(app: &App, to: &str) -> Value {
    let mails = app.mails(to).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    mails[0].clone()
}

#[tokio::test]
async fn mail_arrives_with_all_its_headers_and_both_parts() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "ok-ann").await;
    app.settle().await;
    let mail = server.next("accepted").await;
    assert_eq!(
        (&mail["sender"], &mail["to"]),
        (&json!("no-reply@bank.example"), &json!(["ok-ann@example.org"]))
    );
    assert_eq!(mail["subject"], "Your deposit of 12.50 EUR failed");
    let row = only_mail(&app, "ok-ann@example.org").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("sent"), &json!(1)), "{row}");
    assert!(row["reply"].as_str().unwrap().starts_with("250 "), "{row}");
    assert_eq!(row["provider"], format!("smtp 127.0.0.1:{}", server.port));
    assert_eq!(mail["message_id"], format!("<{}@bank.example>", row["id"].as_str().unwrap()));
    let header = |name: &str| {
        let headers = mail["headers"].as_array().unwrap();
        let found: Vec<&Value> = headers.iter().filter(|it| it[0] == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0][1].as_str().unwrap().to_owned()
    };
    assert_eq!(header("From"), "Bank <no-reply@bank.example>");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Date").starts_with("Thu, 01 Jan 2026 00:00:00"));
    let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
    for part in [text, html] {
        assert!(part.contains("https://bank.example/deposits/dep_1"), "{part}");
        assert!(part.contains("the card was declined"), "{part}");
    }
}

#[tokio::test]
async fn hostile_name_adds_no_header_and_no_recipient() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    let eve = app
        .user_with("eve", |eve| {
            eve.name = "=?utf-8?q?a?= \"; <x@y.z>, Bcc: all@example.org \u{1F52B}".to_owned()
        })
        .await
        .id;
    let ann = app.user("ok-ann2").await.id;
    // Identity takes no line breaks; this is what a hole there would let through.
    let data = json!({
        "request_id": "req_1\r\nBcc: all@example.org", "payer": ann, "payee": eve, "asset": "EUR\r\nX-Evil: 1",
        "amount": "5", "scale": 2,
    });
    app.publish("wallet.request.created", ann, data).await;
    app.settle().await;
    let mail = server.next("accepted").await;
    assert_eq!(mail["to"], json!(["ok-ann2@example.org"]));
    let names: Vec<&str> =
        mail["headers"].as_array().unwrap().iter().map(|it| it[0].as_str().unwrap()).collect();
    for name in ["Bcc", "X-Evil", "Cc"] {
        assert!(!names.contains(&name), "{names:?}");
    }
    assert!(!mail["subject"].as_str().unwrap().contains(['\r', '\n']));
}

#[tokio::test]
async fn starttls_required_but_missing_is_refused() {
    let mut server = SmtpServer::start().await;
    let app = app_with(&format!("smtp://127.0.0.1:{}", server.port)).await;
    mail_to(&app, "ok-ann").await;
    app.settle().await;
    let row = only_mail(&app, "ok-ann@example.org").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("queued"), &json!(1)), "{row}");
    assert!(row["reply"].as_str().unwrap().contains("no STARTTLS"), "{row}");
    server.release().await;
    assert!(server.accepted().await.is_empty(), "nothing left in the clear");
}

#[tokio::test]
async fn starttls_with_a_password_is_used_and_the_certificate_is_checked() {
    for (tls, scheme) in [("starttls", "smtp"), ("implicit", "smtps")] {
        let mut server = SmtpServer::start_with(&["--tls", tls, "--auth", "ann:pa+s:s@"]).await;
        let (port, ca) = (server.port, server.ca());
        for auth in ["plain", "login"] {
            let url = format!("{scheme}://ann:pa+s%3As%40@localhost:{port}?auth={auth}&ca={ca}");
            let app = app_with(&url).await;
            mail_to(&app, "ok-ann").await;
            app.settle().await;
            let row = only_mail(&app, "ok-ann@example.org").await;
            assert_eq!(row["status"], "sent", "{tls} {auth}: {row}");
            let mail = server.next("accepted").await;
            assert_eq!((&mail["is_encrypted"], &mail["login"]), (&json!(true), &json!("ann")));
        }
        // Without the CA nobody vouches for the certificate.
        let app = app_with(&format!("{scheme}://ann:pa+s%3As%40@localhost:{port}")).await;
        mail_to(&app, "ok-bob").await;
        app.settle().await;
        let row = only_mail(&app, "ok-bob@example.org").await;
        assert_eq!(row["status"], "queued", "{row}");
        assert!(row["reply"].as_str().unwrap().to_lowercase().contains("certificate"), "{row}");
        assert!(server.accepted().await.is_empty());
    }
}

#[tokio::test]
async fn wrong_password_is_retried_and_stored_nowhere() {
    let server = SmtpServer::start_with(&["--auth", "ann:right"]).await;
    let url = format!("smtp://ann:hunter2-secret@127.0.0.1:{}?tls=none", server.port);
    let app = app_with(&url).await;
    mail_to(&app, "ok-ann").await;
    app.settle().await;
    let row = only_mail(&app, "ok-ann@example.org").await;
    assert_eq!(row["status"], "queued", "{row}");
    assert!(row["reply"].as_str().unwrap().contains("535"), "{row}");
    let leaks =
        "select (select count(*) from notifications.messages where messages::text like '%hunter2%')
        + (select count(*) from bus.jobs where jobs::text like '%hunter2%')";
    assert_eq!(app.count(leaks).await, 0);
}

#[tokio::test]
async fn server_that_is_down_is_asked_again_and_gets_everything() {
    // A port that was free a moment ago: nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let app = app_with(&format!("smtp://127.0.0.1:{port}?tls=none")).await;
    for name in ["ok-a", "ok-b", "ok-c"] {
        mail_to(&app, name).await;
    }
    app.settle().await;
    assert_eq!(only_mail(&app, "ok-a@example.org").await["status"], "queued");
    let mut server = SmtpServer::start_with(&["--port", &port.to_string()]).await;
    app.pass(2 * MINUTE);
    app.settle().await;
    let mut to: Vec<Value> = Vec::new();
    for _ in 0..3 {
        to.push(server.next("accepted").await["to"][0].clone());
    }
    to.sort_by_key(ToString::to_string);
    assert_eq!(to, ["ok-a@example.org", "ok-b@example.org", "ok-c@example.org"]);
    assert!(server.accepted().await.is_empty(), "each once");
}

#[tokio::test]
async fn a_mail_server_that_is_down_is_stood_in_for_and_its_word_counts() {
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let down = format!("smtp://127.0.0.1:{}?tls=none", free().local_addr().unwrap().port());
    let (mut first, second) = (SmtpServer::start().await, SmtpServer::start().await);
    let url = |server: &SmtpServer| format!("smtp://127.0.0.1:{}?tls=none", server.port);
    let mut options = options();
    options.mail.smtp =
        [down, url(&first), url(&second)].iter().map(|url| url.parse().unwrap()).collect();
    let app = App::start_with(options).await;
    mail_to(&app, "ok-ann").await;
    mail_to(&app, "nobody-bob").await;
    app.settle().await;
    let row = only_mail(&app, "ok-ann@example.org").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("sent"), &json!(1)), "{row}");
    assert_eq!(row["provider"], format!("smtp 127.0.0.1:{}", first.port));
    first.next("accepted").await;
    assert_eq!(only_mail(&app, "nobody-bob@example.org").await["status"], "failed");
    assert!(second.accepted().await.is_empty(), "nobody asked it");
}

#[tokio::test]
async fn mail_that_is_never_taken_fails_after_two_days_and_can_be_redriven() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "later-10-ann").await;
    let start = app.clock_now();
    for _ in 0..30 {
        app.settle().await;
        app.pass(Duration::from_secs(4 * 3_600));
    }
    let row = only_mail(&app, "later-10-ann@example.org").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("failed"), &json!(10)), "{row}");
    let last: kernel::Timestamp = row["updated_at"].as_str().unwrap().parse().unwrap();
    let days = last.since(start).as_secs() / 86_400;
    assert!((1..4).contains(&days), "{days}");
    assert_eq!(app.count(DEAD_MAILS).await, 1);
    assert_eq!(app.redrive_mails().await, 1);
    app.settle().await;
    assert_eq!(only_mail(&app, "later-10-ann@example.org").await["status"], "sent");
    assert_eq!(server.accepted().await.len(), 1);
}

pub(crate) const DEAD_MAILS: &str =
    "select count(*) from bus.jobs where state = 'dead' and kind = 'notifications.mail.send'";
