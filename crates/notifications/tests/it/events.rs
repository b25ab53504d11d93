//! The log: gap-free, once per source, from the events of other contexts.

use std::time::Duration;

use kernel::bus;
use serde_json::json;

use crate::app::{App, event};

#[tokio::test]
async fn what_happened_is_told_once_in_a_sequence_without_gaps() {
    let app = App::start().await;
    let ann = app.user("ann").await;
    app.publish("identity.password.changed", ann.id, json!({})).await;
    let data = json!({ "deposit_id": "dep_1", "asset": "EUR", "amount": "1250", "scale": 2 });
    app.publish("payments.deposit.succeeded", ann.id, data).await;
    app.settle().await;
    let mut kinds = app.kinds(ann.id).await;
    kinds.sort();
    assert_eq!(kinds, ["deposit.succeeded", "security.password_changed"]);
    // A consumer that is set back hands the same events over again.
    for consumer in ["notifications.identity", "notifications.payments"] {
        bus::set_position(app.database.database(), &*app.clock, consumer, 0).await.unwrap();
    }
    app.settle().await;
    assert_eq!(app.kinds(ann.id).await.len(), 2);
    assert_eq!(app.mails("ann@example.org").await.len(), 1);
}

#[tokio::test]
async fn feed_is_read_page_by_page_and_shows_nobody_elses() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let events = (0..5).map(|_| event("identity.user.unfrozen", ann.id, json!({}))).collect();
    app.publish_all(events).await;
    app.settle().await;
    let page = app.get_as(Some(ann.id), "/v1/notifications/events?limit=2").await;
    assert_eq!(page.body["next_after"], 2);
    let page = app.get_as(Some(ann.id), "/v1/notifications/events?limit=200&after=2").await;
    let sequences: Vec<i64> = page.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["sequence"].as_i64().unwrap())
        .collect();
    assert_eq!(sequences, [3, 4, 5]);
    let end = app.get_as(Some(ann.id), "/v1/notifications/events?after=5").await;
    assert_eq!(
        (end.body["next_after"].as_i64(), end.body["data"].as_array().unwrap().len()),
        (Some(5), 0)
    );
    assert!(app.log(bob.id).await.is_empty());
    let wrong = app.get_as(Some(ann.id), "/v1/notifications/events?after=-1").await;
    assert_eq!(wrong.problem(), (400, "request.query.invalid", "query:after"));
    assert_eq!(app.get_as(None, "/v1/notifications/events").await.status, 401);
}

#[tokio::test]
async fn three_contexts_at_once_leave_no_gap_and_no_deadlock() {
    let app = App::start().await;
    let mut users = Vec::new();
    for name in ["ann", "bob", "eve", "kim"] {
        users.push(app.user(name).await.id);
    }
    let each = 300;
    let kinds =
        ["identity.user.unfrozen", "wallet.schedule.completed", "payments.deposit.succeeded"];
    let data = json!({ "asset": "EUR", "amount": "1", "scale": 2 });
    for kind in kinds {
        // Each context names the users in another order.
        users.rotate_left(1);
        let events = (0..each).map(|n| event(kind, users[n % users.len()], data.clone()));
        app.publish_all(events.collect()).await;
    }
    // Two processes, three consumers each.
    let (one, other) = (app.bus(), app.bus());
    tokio::join!(one.settle(), other.settle());
    one.stop().await;
    other.stop().await;
    let broken = "select count(*) from (
            select user_id, count(*) as events, min(sequence) as first, max(sequence) as last
              from notifications.events group by user_id
        ) as logs join notifications.logs as known using (user_id)
        where first <> 1 or last <> events or last_sequence <> events";
    assert_eq!(app.count(broken).await, 0);
    let all = app.count("select count(*) from notifications.events").await;
    assert_eq!(all, 3 * i64::try_from(each).unwrap());
    assert_eq!(app.count("select count(*) from bus.jobs where state = 'dead'").await, 0);
}

#[tokio::test]
async fn slow_appender_is_waited_for_and_not_overtaken() {
    let app = App::start().await;
    let ann = app.user("ann").await;
    app.publish("identity.user.unfrozen", ann.id, json!({})).await;
    app.settle().await;
    // Somebody appends for the same user, and takes long.
    let mut client = app.database.database().client().await.unwrap();
    let slow = client.transaction().await.unwrap();
    let raise = "update notifications.logs set last_sequence = last_sequence + 1";
    assert_eq!(slow.execute(raise, &[]).await.unwrap(), 1);
    app.publish("identity.user.unfrozen", ann.id, json!({})).await;
    let bus = app.bus();
    let settled = tokio::time::timeout(Duration::from_millis(300), bus.settle()).await;
    assert!(settled.is_err(), "the next sequence depends on what the slow one does");
    assert_eq!(app.kinds(ann.id).await.len(), 1);
    slow.rollback().await.unwrap();
    bus.settle().await;
    bus.stop().await;
    assert_eq!(app.kinds(ann.id).await.len(), 2, "what was rolled back leaves no gap");
}

#[tokio::test]
async fn nobody_is_flooded_with_mail_and_warnings_always_come() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let failed = || event("wallet.schedule.failed", ann.id, json!({ "schedule_id": "sch_1" }));
    app.publish_all((0..20).map(|_| failed()).collect()).await;
    app.settle().await;
    app.publish_all((0..20).map(|_| failed()).collect()).await;
    app.publish("identity.password.changed", ann.id, json!({})).await;
    app.publish("wallet.schedule.failed", bob.id, json!({ "schedule_id": "sch_2" })).await;
    app.settle().await;
    let mails = async |to: &str| app.mails(to).await.len();
    assert_eq!((mails("ann@example.org").await, mails("bob@example.org").await), (31, 1));
    let told = app.kinds(ann.id).await;
    assert_eq!(
        told.iter().filter(|kind| *kind == "schedule.failed").count(),
        40,
        "the list has all"
    );
    app.pass(Duration::from_secs(3_601));
    app.publish_all(vec![failed()]).await;
    app.settle().await;
    assert_eq!(mails("ann@example.org").await, 32);
}
