//! A process that dies at any moment of a mail: nothing is lost, and nothing is sent twice.
//!
//! Dropping a running bus breaks its tasks off where they are, as if the process had been killed:
//! connections end, nothing more is written, leases run out.

use std::time::Duration;

use serde_json::json;

use crate::app::App;
use crate::sending::{DEAD_MAILS, app_on, mail_to, only_mail};
use crate::smtp::SmtpServer;

/// Longer than the lease of any job.
const LEASE: Duration = Duration::from_secs(1_200);

async fn status(app: &App, name: &str) -> String {
    let row = only_mail(app, &format!("{name}@example.org")).await;
    row["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn killed_between_the_row_and_the_server_is_sent_once() {
    let server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "ok-ann").await;
    // A job that nobody runs: the process dies as soon as the row is there.
    let sends = "create function public.die() returns trigger language plpgsql as
            $$ begin raise exception 'killed'; end $$;
        create trigger die before update on bus.jobs for each row
            when (new.kind = 'notifications.mail.send' and new.state = 'running')
            execute function public.die()";
    app.sql(sends).await;
    let bus = app.bus();
    let row_is_there = async {
        while app.mails("ok-ann@example.org").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), row_is_there).await.unwrap();
    drop(bus);
    assert_eq!(status(&app, "ok-ann").await, "queued");
    app.sql("drop trigger die on bus.jobs").await;
    app.settle().await;
    assert_eq!(status(&app, "ok-ann").await, "sent");
    assert_eq!(server.accepted().await.len(), 1);
}

#[tokio::test]
async fn killed_in_the_dialogue_before_the_text_is_sent_once() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "hold-rcpt-ann").await;
    let bus = app.bus();
    server.next("holding").await;
    drop(bus);
    server.release().await;
    assert_eq!(status(&app, "hold-rcpt-ann").await, "queued", "the server saw nothing of the text");
    app.pass(LEASE);
    let bus = app.bus();
    server.next("holding").await;
    server.release().await;
    bus.settle().await;
    bus.stop().await;
    assert_eq!(status(&app, "hold-rcpt-ann").await, "sent");
    assert_eq!(server.accepted().await.len(), 1);
}

#[tokio::test]
async fn killed_after_the_text_before_the_answer_is_not_sent_twice_and_shown_to_operators() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "hold-text-ann").await;
    let bus = app.bus();
    server.next("holding").await;
    assert_eq!(status(&app, "hold-text-ann").await, "handing_over");
    drop(bus);
    server.release().await;
    server.next("accepted").await;
    app.pass(LEASE);
    app.settle().await;
    assert_eq!(status(&app, "hold-text-ann").await, "unknown");
    assert_eq!(app.count(DEAD_MAILS).await, 1);
    app.pass(Duration::from_secs(7 * 86_400));
    app.settle().await;
    assert!(server.accepted().await.is_empty(), "once is enough");
}

#[tokio::test]
async fn killed_after_the_answer_before_it_is_written_is_not_sent_twice() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "hold-text-bob").await;
    let bus = app.bus();
    server.next("holding").await;
    // The row is locked, so what the server answers can't be written.
    let mut client = app.database.database().client().await.unwrap();
    let lock = client.transaction().await.unwrap();
    lock.execute("select from notifications.messages for update", &[]).await.unwrap();
    server.release().await;
    server.next("accepted").await;
    let waits = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%notifications.messages%'";
    let waiting = async {
        while app.count(waits).await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("250 has come");
    // A killed process' sessions end, and with them what they wait to write.
    let end = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%notifications.messages%'";
    drop(bus);
    app.sql(end).await;
    lock.rollback().await.unwrap();
    assert_eq!(status(&app, "hold-text-bob").await, "handing_over");
    app.pass(LEASE);
    app.settle().await;
    assert_eq!(status(&app, "hold-text-bob").await, "unknown");
    assert!(server.accepted().await.is_empty(), "once is enough");
}

#[tokio::test]
async fn mail_in_doubt_is_sent_again_with_the_same_id_when_staff_says_so() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "hold-text-eve").await;
    let bus = app.bus();
    server.next("holding").await;
    drop(bus);
    server.release().await;
    let first = server.next("accepted").await;
    app.pass(LEASE);
    app.settle().await;
    app.redrive_mails().await;
    let bus = app.bus();
    server.next("holding").await;
    server.release().await;
    bus.settle().await;
    bus.stop().await;
    let second = server.next("accepted").await;
    assert_eq!(first["message_id"], second["message_id"], "receivers can tell that it is the same");
    assert_eq!(status(&app, "hold-text-eve").await, "sent");
}

#[tokio::test]
async fn process_that_was_stopped_and_overtaken_hands_nothing_over() {
    let mut server = SmtpServer::start().await;
    let app = app_on(&server).await;
    mail_to(&app, "hold-rcpt-kim").await;
    let slow = app.bus();
    server.next("holding").await;
    // Its lease is over while it waits for the server; another process begins an attempt.
    app.sql("update notifications.messages set attempt = attempt + 1").await;
    server.release().await;
    slow.settle().await;
    slow.stop().await;
    let row = only_mail(&app, "hold-rcpt-kim@example.org").await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("queued"), &json!(2)), "{row}");
    assert!(server.accepted().await.is_empty(), "the text never left");
}
