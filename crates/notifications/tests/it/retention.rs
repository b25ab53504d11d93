//! What is too old is forgotten: the beginnings of logs, and messages.

use std::time::Duration;

use serde_json::json;

use crate::app::{App, options};
use crate::sending::failed_deposit;

const DAY: Duration = Duration::from_secs(24 * 3_600);

#[tokio::test]
async fn logs_lose_their_beginning_and_say_so() {
    let mut options = options();
    options.kept_for = 100 * DAY;
    let app = App::start_with(options).await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    let tell = async |user| {
        app.publish("payments.deposit.failed", user, failed_deposit()).await;
        app.settle().await;
    };
    tell(ann).await;
    tell(bob).await;
    // Ids hold the time of the machine's clock, which a test doesn't move.
    app.sql("update notifications.messages set id = '01900000-0000-7000-8000-000000000000' where to_address like 'ann%'").await;
    app.pass(60 * DAY);
    tell(ann).await;
    tell(ann).await;
    app.pass(41 * DAY);
    app.settle().await;
    let page = app.get_as(Some(ann), "/v1/notifications/events").await.body;
    let sequences: Vec<i64> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["sequence"].as_i64().unwrap())
        .collect();
    assert_eq!(sequences, [2, 3], "from the beginning: the first that is kept");
    let next = app.get_as(Some(ann), "/v1/notifications/events?after=1").await.body;
    assert_eq!(next["data"][0]["sequence"], 2, "nothing was missed");
    assert!(app.log(bob).await.is_empty());
    let inbox = app.get_as(Some(ann), "/v1/notifications/inbox").await.body;
    assert_eq!(inbox["data"].as_array().unwrap().len(), 2);
    let all = "/v1/notifications/messages";
    let messages = app.staff(axum::http::Method::GET, all).await.body;
    assert_eq!(messages["data"].as_array().unwrap().len(), 3, "one of four mails was old, too");
    // Sequences go on, and who read up to within the gap is told.
    app.pass(60 * DAY);
    tell(ann).await;
    let missed = app.get_as(Some(ann), "/v1/notifications/events?after=1").await;
    assert_eq!(missed.problem(), (422, "notifications.events.forgotten", ""));
    let last = app.get_as(Some(ann), "/v1/notifications/events?after=3").await.body;
    assert_eq!(last["data"][0]["sequence"], 4);
}

#[tokio::test]
async fn what_is_old_behind_something_newer_waits() {
    let mut options = options();
    options.kept_for = 100 * DAY;
    let app = App::start_with(options).await;
    let ann = app.user("ann").await.id;
    for _ in 0..4 {
        app.publish("payments.deposit.failed", ann, failed_deposit()).await;
    }
    app.settle().await;
    app.sql("update notifications.events set at = at + interval '30 days' where sequence = 2")
        .await;
    app.pass(101 * DAY);
    app.settle().await;
    let kept = app.log(ann).await.iter().map(|it| it["sequence"].clone()).collect::<Vec<_>>();
    assert_eq!(kept, [2, 3, 4]);
    app.pass(30 * DAY);
    app.settle().await;
    assert!(app.log(ann).await.is_empty());
    let answer = app.get_as(Some(ann), "/v1/notifications/events?after=2").await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.body["code"], json!("notifications.events.forgotten"));
}
