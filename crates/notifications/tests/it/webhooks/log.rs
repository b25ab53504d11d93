//! The log of messages: reading it, sending again, replay, tests.

use axum::http::Method;
use serde_json::{Value, json};

use super::harness::{Harness, session_of};
use super::receiver::{Receiver, Reply};
use super::{DAY, accepting, ann, ids, sequences};

#[tokio::test]
async fn message_for_a_test_is_in_nobodys_log() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, secret) = app.hook(ann(), &receiver).await;
    let path = format!("{hook}/test");
    let headers = [("idempotency-key", "k")];
    let test = app.send(session_of(ann()), Method::POST, &path, &headers, None).await;
    let again = app.send(session_of(ann()), Method::POST, &path, &headers, None).await;
    assert_eq!((test.status, &test.body["kind"]), (202, &json!("webhook.test")));
    assert_eq!(test.body["id"], again.body["id"]);
    app.settle().await;
    assert_eq!(sequences(&receiver), [0]);
    assert!(receiver.received()[0].verifies(&secret));
    assert_eq!(receiver.received()[0].json()["type"], "webhook.test");
    app.tell(ann(), 1).await;
    assert_eq!(sequences(&receiver), [0, 1]);
}

#[tokio::test]
async fn delivery_is_sent_again_on_request() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    let id = app.log(ann(), &hook).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{hook}/deliveries/{id}/resend");
    let resent = app.send(session_of(ann()), Method::POST, &path, &[], None).await;
    assert_eq!((resent.status, &resent.body["status"]), (202, &json!("pending")));
    app.settle().await;
    assert_eq!(ids(&receiver), [id.clone(), id]);
    let log = app.log(ann(), &hook).await;
    assert_eq!((log.len(), log[0]["attempts"].as_array().unwrap().len()), (1, 2));
    let unknown = format!("{hook}/deliveries/msg_00000000000000000000000001/resend");
    let unknown = app.send(session_of(ann()), Method::POST, &unknown, &[], None).await;
    assert_eq!(unknown.problem().1, "notifications.webhook_delivery.not_found");
}

#[tokio::test]
async fn replay_sends_the_log_from_a_position_under_the_same_ids() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, _) = app.hook(ann(), &receiver).await;
    let late = accepting().await;
    for amount in 1..=5 {
        app.tell(ann(), amount).await;
    }
    let before = ids(&receiver);
    let replayed = app.post(ann(), &format!("{hook}/replay"), json!({ "after_sequence": 2 })).await;
    assert_eq!(replayed.status, 202);
    assert_eq!(replayed.body, json!({ "queued": 3, "last_sequence": 5, "is_complete": true }));
    app.settle().await;
    assert_eq!(sequences(&receiver)[5..], [3, 4, 5]);
    assert_eq!(ids(&receiver)[5..], before[2..]);
    // A webhook that wasn't there when it happened can have it, too.
    let (hook, _) = app.hook(ann(), &late).await;
    let replayed = app.post(ann(), &format!("{hook}/replay"), json!({ "after_sequence": 0 })).await;
    assert_eq!(replayed.body["queued"], 5);
    app.settle().await;
    assert_eq!(sequences(&late), [1, 2, 3, 4, 5]);
    let end = app.post(ann(), &format!("{hook}/replay"), json!({ "after_sequence": 5 })).await;
    assert_eq!(end.body, json!({ "queued": 0, "last_sequence": 5, "is_complete": true }));
}

#[tokio::test]
async fn long_replay_is_bounded_and_goes_on_where_it_ended() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    for amount in 1..=1_100 {
        app.happen(ann(), amount).await;
    }
    app.settle().await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    let path = format!("{hook}/replay");
    let first = app.post(ann(), &path, json!({ "after_sequence": 0 })).await;
    assert_eq!(
        first.body,
        json!({ "queued": 1_000, "last_sequence": 1_000, "is_complete": false })
    );
    let second = app.post(ann(), &path, json!({ "after_sequence": 1_000 })).await;
    assert_eq!(second.body, json!({ "queued": 100, "last_sequence": 1_100, "is_complete": true }));
    app.settle().await;
    assert_eq!(receiver.count(), 1_100);
}

#[tokio::test]
async fn log_is_paged_filtered_and_forgotten_after_a_month() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|n| Reply::Status(if n == 4 { 500 } else { 200 })).await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    for amount in 1..=5 {
        app.tell(ann(), amount).await;
    }
    let page = app.get(ann(), &format!("{hook}/deliveries?limit=2")).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let next = app.get(ann(), &format!("{hook}/deliveries?limit=2&cursor={cursor}")).await;
    let of = |page: &Value| -> Vec<i64> {
        page["data"].as_array().unwrap().iter().map(|it| it["sequence"].as_i64().unwrap()).collect()
    };
    assert_eq!((of(&page.body), of(&next.body)), (vec![5, 4], vec![3, 2]));
    let pending = app.get(ann(), &format!("{hook}/deliveries?status=pending")).await;
    assert_eq!(of(&pending.body), [5]);
    let wrong = app.get(ann(), &format!("{hook}/deliveries?status=lost")).await;
    assert_eq!(wrong.problem(), (400, "request.query.invalid", "query:status"));
    for _ in 0..2 {
        app.pass(31 * DAY).await;
    }
    assert!(app.log(ann(), &hook).await.is_empty());
}

#[tokio::test]
async fn attempts_of_a_message_are_kept_in_a_bounded_number() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    let delivery = app.log(ann(), &hook).await[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..24 {
        let path = format!("{hook}/deliveries/{delivery}/resend");
        assert_eq!(app.post(ann(), &path, json!({})).await.status, 202);
        app.settle().await;
    }
    assert_eq!(receiver.count(), 25);
    let client = app.database().client().await.unwrap();
    let sql = "select count(*), min(number), max(number) from notifications.webhook_attempts";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (count, first, last): (i64, i32, i32) = (row.get(0), row.get(1), row.get(2));
    assert_eq!((count, first, last), (20, 6, 25));
}
