//! From the event to the receiver: signatures, repeats, failures, processes that die.

use std::collections::HashSet;
use std::time::Duration;

use notifications::WebhookOptions;
use serde_json::{Value, json};

use super::harness::{Harness, ROOT, options};
use super::receiver::{Receiver, Reply};
use super::start;
use super::{DAY, LEASE, accepting, ann, bob, ids, sequences, statuses};

#[tokio::test]
async fn event_is_posted_once_and_verifies_with_the_library() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, secret) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1250).await;
    app.tell(bob(), 7).await;
    let received = receiver.received();
    assert_eq!(received.len(), 1, "bob's events aren't ann's");
    let message = &received[0];
    assert!(message.verifies(&secret));
    assert!(message.header("webhook-id").starts_with("msg_"));
    assert!(message.header("user-agent").starts_with("Bushel-Webhooks/"));
    assert_eq!(message.header("content-type"), "application/json");
    let body = message.json();
    assert_eq!((&body["type"], &body["sequence"]), (&json!("deposit.succeeded"), &json!(1)));
    assert_eq!(body["data"]["amount"], "1250");
    assert_eq!(body["timestamp"], app.now().to_string());
    let log = app.log(ann(), &hook).await;
    assert_eq!(log[0]["id"], message.header("webhook-id"));
    assert_eq!((&log[0]["status"], &log[0]["sequence"]), (&json!("succeeded"), &json!(1)));
    assert_eq!(log[0]["attempts"][0]["status"], 204);
    app.pass(DAY).await;
    assert_eq!(receiver.count(), 1, "what succeeded isn't sent again");
}

#[tokio::test]
async fn only_wanted_kinds_are_posted() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let body = json!({ "url": receiver.url(), "kinds": ["withdrawal.*", "security.unfrozen"] });
    assert_eq!(app.post(ann(), ROOT, body).await.status, 201);
    app.tell(ann(), 1).await;
    assert_eq!(receiver.count(), 0);
    app.publish("identity", "identity.user.unfrozen", ann(), json!({})).await;
    app.settle().await;
    assert_eq!(receiver.received()[0].json()["type"], "security.unfrozen");
    assert_eq!(sequences(&receiver), [2]);
}

#[tokio::test]
async fn failed_attempt_is_repeated_under_the_same_id() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|n| {
        Reply::Body(if n == 0 { 500 } else { 200 }, b"out of\0 paper".to_vec())
    })
    .await;
    let (hook, secret) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    assert_eq!(receiver.count(), 1);
    let log = app.log(ann(), &hook).await;
    assert_eq!(statuses(&log), ["pending"]);
    assert_eq!(log[0]["attempts"][0]["error"], "it did not answer with 2xx");
    assert_eq!(log[0]["attempts"][0]["response"], "out of paper");
    let webhook = app.get(ann(), &hook).await;
    assert_eq!(webhook.body["failing_since"], app.now().to_string());
    app.pass(Duration::from_secs(4)).await;
    assert_eq!(receiver.count(), 1, "the first wait is 5 s, 10 % more or less");
    app.pass(Duration::from_secs(2)).await;
    let received = receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert_eq!(received[0].body, received[1].body);
    assert_ne!(received[0].header("webhook-timestamp"), received[1].header("webhook-timestamp"));
    assert!(received.iter().all(|message| message.verifies(&secret)));
    let log = app.log(ann(), &hook).await;
    assert_eq!(statuses(&log), ["succeeded"]);
    let numbers: Vec<&Value> =
        log[0]["attempts"].as_array().unwrap().iter().map(|attempt| &attempt["number"]).collect();
    assert_eq!(numbers, [1, 2]);
    assert!(app.get(ann(), &hook).await.body.get("failing_since").is_none());
}

#[tokio::test]
async fn message_is_given_up_after_ten_attempts() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let body = json!({ "url": receiver.url(), "kinds": ["deposit.*"] });
    let made = app.post(ann(), ROOT, body).await;
    let hook = format!("{ROOT}/{}", made.body["id"].as_str().unwrap());
    app.tell(ann(), 1).await;
    // 83 h at most, and as much as an hour for each attempt; below the five days that disable.
    for _ in 0..100 {
        app.pass(Duration::from_secs(3_600)).await;
    }
    assert_eq!(receiver.count(), 10);
    let log = app.log(ann(), &hook).await;
    assert_eq!(statuses(&log), ["failed"]);
    assert!(log[0].get("next_attempt_at").is_none());
    assert_eq!(ids(&receiver).into_iter().collect::<HashSet<_>>().len(), 1);
}

#[tokio::test]
async fn silent_receiver_costs_a_timeout_and_no_other_endpoint_waits() {
    let app = Harness::start().await;
    let silent = Receiver::start(|_| Reply::Silence).await;
    let good = accepting().await;
    let (hook, _) = app.hook(ann(), &silent).await;
    app.hook(ann(), &good).await;
    app.tell(ann(), 1).await;
    assert_eq!((silent.count(), good.count()), (1, 1));
    let log = app.log(ann(), &hook).await;
    assert_eq!(log[0]["attempts"][0]["error"], "it did not answer in time");
    assert!(log[0]["attempts"][0].get("status").is_none());
    assert!(log[0]["attempts"][0]["duration_ms"].as_u64().unwrap() >= 400);
}

#[tokio::test]
async fn huge_answer_is_read_in_part_and_kept_in_less() {
    let app = Harness::start().await;
    let huge = "é".repeat(8 << 20).into_bytes();
    let receiver = Receiver::start(move |_| Reply::Body(200, huge.clone())).await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    let log = app.log(ann(), &hook).await;
    assert_eq!(statuses(&log), ["succeeded"]);
    let kept = log[0]["attempts"][0]["response"].as_str().unwrap();
    assert!((500..=513).contains(&kept.chars().count()), "{}", kept.len());
}

#[tokio::test]
async fn retry_after_is_honoured_for_the_whole_endpoint() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|n| match n {
        0 => Reply::With(429, "retry-after", "3600".to_owned()),
        _ => Reply::Status(200),
    })
    .await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    app.tell(ann(), 2).await;
    app.pass(Duration::from_secs(3_590)).await;
    assert_eq!(receiver.count(), 1);
    app.pass(Duration::from_secs(20)).await;
    assert_eq!(receiver.count(), 3);
    assert_eq!(statuses(&app.log(ann(), &hook).await), ["succeeded"; 2]);
}

#[tokio::test]
async fn receiver_that_comes_back_gets_everything() {
    let app = Harness::start().await;
    let receiver = accepting().await;
    let (hook, secret) = app.hook(ann(), &receiver).await;
    let address = receiver.address.to_string();
    drop(receiver);
    for amount in 1..=30 {
        app.happen(ann(), amount).await;
    }
    app.settle().await;
    let log = app.log(ann(), &hook).await;
    assert_eq!(statuses(&log), ["pending"; 30]);
    let tried =
        log.iter().filter(|it| it["attempts"].as_array().is_some_and(|all| !all.is_empty()));
    assert!(tried.count() < 10, "a dead endpoint rests instead of failing everything");
    let receiver = Receiver::start_at(&address, |_| Reply::Status(200)).await;
    for _ in 0..3 {
        app.pass(Duration::from_secs(300)).await;
    }
    let mut came = sequences(&receiver);
    came.sort_unstable();
    assert_eq!(came, (1..=30).collect::<Vec<i64>>());
    assert!(receiver.received().iter().all(|message| message.is_signed_with(&secret)));
    assert_eq!(statuses(&app.log(ann(), &hook).await), ["succeeded"; 30]);
}

#[tokio::test]
async fn many_events_come_once_with_at_most_two_in_flight() {
    let app = Harness::start().await;
    let receiver = accepting().await;
    app.hook(ann(), &receiver).await;
    for amount in 1..=200 {
        app.happen(ann(), amount).await;
    }
    app.settle().await;
    let mut came = sequences(&receiver);
    came.sort_unstable();
    assert_eq!(came, (1..=200).collect::<Vec<i64>>());
    assert_eq!(ids(&receiver).into_iter().collect::<HashSet<_>>().len(), 200);
    assert!(receiver.in_flight_max() <= 2, "{}", receiver.in_flight_max());
}

#[tokio::test]
async fn event_that_comes_during_a_run_is_not_forgotten() {
    let app = Harness::start().await;
    let receiver =
        Receiver::start(|n| if n == 0 { Reply::Silence } else { Reply::Status(200) }).await;
    app.hook(ann(), &receiver).await;
    app.happen(ann(), 1).await;
    receiver.arrived(1).await;
    app.tell(ann(), 2).await;
    assert_eq!(sequences(&receiver), [1, 2]);
}

#[tokio::test]
async fn what_is_added_to_a_queue_waits_for_the_run_that_begins() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    app.hook(ann(), &receiver).await;
    let mut client = app.database().client().await.unwrap();
    // The lock of a run that begins: whoever adds now must not do so under its old generation.
    let begins = client.transaction().await.unwrap();
    let lock = "select from notifications.webhook_endpoints for no key update";
    begins.execute(lock, &[]).await.unwrap();
    app.happen(ann(), 1).await;
    let look = "select exists (select from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'),
               (select count(*) from notifications.webhook_deliveries)";
    let deliveries: i64 = loop {
        let row = begins.query_one(look, &[]).await.unwrap();
        if row.get(0) {
            break row.get(1);
        }
        begins.execute("select pg_stat_clear_snapshot()", &[]).await.unwrap();
        tokio::task::yield_now().await;
    };
    assert_eq!(deliveries, 0, "they are added only after the run has begun");
    begins.commit().await.unwrap();
    app.settle().await;
    assert_eq!(sequences(&receiver), [1]);
}

#[tokio::test]
async fn two_processes_send_everything_and_still_two_at_a_time() {
    let app = Harness::start().await;
    let second = app.another_bus();
    let receiver = accepting().await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    let chunk = async |first: u32| {
        for amount in first..first + 40 {
            app.happen(ann(), amount).await;
        }
    };
    tokio::join!(chunk(0), chunk(40), chunk(80), chunk(120));
    app.settle().await;
    second.settle().await;
    // A job that found the other process at work looks again in a moment; the one that cleans up
    // isn't due yet, so it helps nobody.
    app.pass(Duration::from_secs(1)).await;
    second.settle().await;
    let mut came = sequences(&receiver);
    came.sort_unstable();
    assert_eq!(came, (1..=160).collect::<Vec<i64>>());
    assert!(receiver.in_flight_max() <= 2, "{}", receiver.in_flight_max());
    assert_eq!(statuses(&app.log(ann(), &hook).await), ["succeeded"; 160]);
}

#[tokio::test]
async fn message_in_flight_when_the_process_dies_comes_again_under_its_id() {
    let mut app = Harness::with(WebhookOptions { timeout: LEASE, ..options() }).await;
    let receiver = Receiver::start(|_| Reply::Silence).await;
    let (hook, secret) = app.hook(ann(), &receiver).await;
    app.happen(ann(), 1).await;
    receiver.arrived(1).await;
    app.kill_bus();
    receiver.behave(|_| Reply::Status(200));
    app.start_bus();
    app.pass(LEASE).await;
    let received = receiver.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("webhook-id"), received[1].header("webhook-id"));
    assert!(received.iter().all(|message| message.verifies(&secret)));
    assert_eq!(statuses(&app.log(ann(), &hook).await), ["succeeded"]);
}

#[tokio::test]
async fn lost_job_is_found_again() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|n| Reply::Status(if n == 0 { 500 } else { 200 })).await;
    app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    let client = app.database().client().await.unwrap();
    let lost = "delete from bus.jobs where kind = 'notifications.webhooks.deliver'";
    assert_eq!(client.execute(lost, &[]).await.unwrap(), 1);
    for _ in 0..3 {
        app.pass(Duration::from_secs(600)).await;
    }
    assert_eq!(receiver.count(), 2);
}

#[tokio::test]
async fn message_verifies_with_the_python_library() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (_, secret) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1250).await;
    let message = &receiver.received()[0];
    let headers: serde_json::Map<String, Value> =
        ["webhook-id", "webhook-timestamp", "webhook-signature"]
            .into_iter()
            .map(|name| (name.to_owned(), json!(message.header(name))))
            .collect();
    let body = String::from_utf8(message.body.to_vec()).unwrap();
    let verify = |body: String| {
        start::python(
            "import json, sys\n\
             from standardwebhooks.webhooks import Webhook\n\
             given = json.load(sys.stdin)\n\
             print(Webhook(given['secret']).verify(given['body'], given['headers'])['data']['amount'])",
            &json!({ "secret": secret, "headers": headers, "body": body }),
        )
    };
    assert_eq!(verify(body.clone()), Ok("1250".to_owned()));
    let error = verify(body.replace("1250", "9999")).unwrap_err();
    assert!(error.contains("WebhookVerificationError"), "{error}");
}
