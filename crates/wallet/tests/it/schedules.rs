//! Transfers that are made again and again.

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{Answer, App, Person};

const DAY: u64 = 24 * 3_600;

async fn schedule(app: &App, owner: &Person, more: Value) -> Answer {
    let mut body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "10",
        "start_at": "2026-01-01T12:00:00Z", "every": "day",
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    app.post(owner, "/v1/wallet/schedules", body).await
}

async fn patch(app: &App, owner: &Person, id: &str, version: &str, body: Value) -> Answer {
    let path = format!("/v1/wallet/schedules/{id}");
    app.send(owner, Method::PATCH, &path, &[("if-match", version)], Some(body)).await
}

async fn shown(app: &App, owner: &Person, id: &str) -> Value {
    app.get(owner, &format!("/v1/wallet/schedules/{id}")).await.body
}

#[tokio::test]
async fn what_is_due_is_paid_and_the_end_is_told() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let made = schedule(&app, &ann, json!({ "count": 3, "message": "pocket money" })).await;
    assert_eq!((made.status, &made.headers["etag"]), (201, &"\"1\"".parse().unwrap()), "{made:?}");
    assert_eq!(app.balance(&bob, "EUR").await.0, 0);
    app.pass(12 * 3_600).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 10);
    let list = app.get(&bob, "/v1/wallet/transfers").await;
    assert_eq!(list.data()[0]["kind"], "scheduled");
    assert_eq!(list.data()[0]["message"], "pocket money");
    app.pass(DAY).await;
    let now = shown(&app, &ann, &made.id()).await;
    assert_eq!((&now["paid"], &now["next_at"]), (&json!(2), &json!("2026-01-03T12:00:00.000000Z")));
    app.pass(10 * DAY).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 30);
    assert_eq!(shown(&app, &ann, &made.id()).await["status"], "completed");
    assert_eq!(app.events().await, ["wallet.schedule.completed"]);
}

#[tokio::test]
async fn what_was_missed_is_made_up_in_order() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 10_000).await, app.person("bob").await);
    schedule(&app, &ann, json!({ "until": "2027-01-01" })).await;
    app.pass(150 * DAY).await;
    app.pass(1).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 1_500);
}

#[tokio::test]
async fn months_keep_their_day() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let rent = json!({ "every": "month", "start_at": "2026-01-31T00:00:00Z" });
    let id = schedule(&app, &ann, rent).await.id();
    app.pass(30 * DAY).await;
    assert_eq!(shown(&app, &ann, &id).await["next_at"], "2026-02-28T00:00:00.000000Z");
    app.pass(28 * DAY).await;
    assert_eq!(shown(&app, &ann, &id).await["next_at"], "2026-03-31T00:00:00.000000Z");
    assert_eq!(app.balance(&bob, "EUR").await.0, 20);
}

#[tokio::test]
async fn a_refusal_is_tried_again_for_a_day_and_then_told() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 5).await, app.person("bob").await);
    let id = schedule(&app, &ann, json!({ "every": "week" })).await.id();
    app.pass(12 * 3_600).await;
    let now = shown(&app, &ann, &id).await;
    assert_eq!(now["failed_attempts"], 1);
    assert_eq!(now["last_failure"], "wallet.transfer.insufficient_funds");
    for hours in [2, 6, 15] {
        app.pass(hours * 3_600).await;
    }
    assert!(app.events().await.is_empty());
    app.pass(3_600).await;
    assert_eq!(app.events().await, ["wallet.schedule.failed"]);
    let now = shown(&app, &ann, &id).await;
    assert_eq!(
        (&now["status"], &now["next_at"]),
        (&json!("active"), &json!("2026-01-08T12:00:00.000000Z"))
    );
    // The next one is a new chance, and money that comes in time saves it.
    app.pass(7 * DAY).await;
    assert_eq!(shown(&app, &ann, &id).await["failed_attempts"], 1);
    app.fund(&ann, "EUR", 100).await;
    app.pass(2 * 3_600).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 10);
    assert_eq!(shown(&app, &ann, &id).await["last_failure"], Value::Null);
}

#[tokio::test]
async fn a_pause_skips_and_a_change_counts_from_the_next_one() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let id = schedule(&app, &ann, json!({ "message": "m" })).await.id();
    let paused = patch(&app, &ann, &id, "\"1\"", json!({ "status": "paused" })).await;
    assert_eq!(
        (&paused.body["status"], &paused.headers["etag"]),
        (&json!("paused"), &"\"2\"".parse().unwrap())
    );
    app.pass(5 * DAY).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 0);
    let stale = patch(&app, &ann, &id, "\"1\"", json!({ "status": "active" })).await;
    assert_eq!(stale.problem(), (412, "wallet.schedule.changed"));
    let change = json!({ "status": "active", "amount": "25", "message": null });
    let going = patch(&app, &ann, &id, "\"2\"", change).await;
    assert_eq!(going.body["next_at"], "2026-01-06T12:00:00.000000Z");
    assert_eq!(going.body["message"], Value::Null);
    app.pass(DAY).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 25);
    for body in
        [json!({ "asset": "USD" }), json!({ "status": "completed" }), json!({ "amount": "0" })]
    {
        let answer = patch(&app, &ann, &id, "*", body).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid"));
    }
}

#[tokio::test]
async fn a_schedule_that_was_ended_pays_no_more() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let id = schedule(&app, &ann, json!({})).await.id();
    let path = format!("/v1/wallet/schedules/{id}");
    for _ in 0..2 {
        assert_eq!(app.send(&ann, Method::DELETE, &path, &[], None).await.status, 204);
    }
    app.pass(5 * DAY).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 0);
    assert_eq!(app.get(&ann, &path).await.problem(), (404, "wallet.schedule.not_found"));
    assert!(app.get(&ann, "/v1/wallet/schedules").await.data().is_empty());
}

#[tokio::test]
async fn the_schedules_of_frozen_people_wait() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    schedule(&app, &ann, json!({})).await;
    app.freeze(&ann).await;
    app.pass(2 * DAY).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 0);
    app.unfreeze(&ann).await;
    app.settle().await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 20);
    assert!(app.events().await.is_empty(), "waiting is no failure");
}

#[tokio::test]
async fn what_can_not_be_scheduled_is_refused() {
    let app = App::start().await;
    let (ann, _) = (app.rich("ann", 1_000).await, app.person("bob").await);
    for (more, expected) in [
        (json!({ "start_at": "2025-12-31" }), (422, "wallet.schedule.start_in_past")),
        (json!({ "until": "2026-01-01" }), (422, "wallet.schedule.empty")),
        (json!({ "count": 0 }), (400, "request.body.invalid")),
        (json!({ "every": "year" }), (400, "request.body.invalid")),
        (json!({ "next_no": 3 }), (400, "request.body.invalid")),
        (json!({ "to": { "handle": "ann" } }), (422, "wallet.transfer.own_account")),
        (
            json!({ "to": { "email": "new@example.org" } }),
            (404, "wallet.transfer.recipient_not_found"),
        ),
    ] {
        assert_eq!(schedule(&app, &ann, more.clone()).await.problem(), expected, "{more}");
    }
}
