//! What users choose, and what follows from it.

use axum::http::Method;
use identity::UserId;
use serde_json::{Value, json};

use crate::app::{Answer, App, person};

const PATH: &str = "/v1/notifications/preferences";

async fn put(app: &App, user: UserId, if_match: &str, preferences: Value) -> Answer {
    let body = json!({ "preferences": preferences });
    app.send(Method::PUT, PATH, Some(person(user)), &[("if-match", if_match)], Some(body)).await
}

fn choice(kind: &str, in_app: bool, email: bool) -> Value {
    json!({ "kind": kind, "in_app": in_app, "email": email, "webhook": true })
}

#[tokio::test]
async fn every_kind_has_its_default_and_a_choice_replaces_all() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let first = app.get_as(Some(ann), PATH).await;
    assert_eq!(
        (first.body["version"].as_u64(), &first.headers["etag"]),
        (Some(0), &"\"0\"".parse().unwrap())
    );
    let kinds = first.body["preferences"].as_array().unwrap();
    assert_eq!(kinds.len(), 55);
    let of = |answer: &Answer, kind: &str| {
        let all = answer.body["preferences"].as_array().unwrap();
        all.iter().find(|it| it["kind"] == kind).unwrap().clone()
    };
    assert_eq!(of(&first, "transfer.waiting")["email"], true);
    assert_eq!(of(&first, "transfer.sent")["email"], false);
    assert_eq!(of(&first, "security.frozen")["is_required"], true);
    let by_phone = |kind| (of(&first, kind)["sms"].clone(), of(&first, kind)["push"].clone());
    assert_eq!(by_phone("security.frozen"), (json!(true), json!(true)));
    assert_eq!(by_phone("transfer.received"), (json!(false), json!(true)));
    let set = put(&app, ann, "\"0\"", json!([choice("transfer.waiting", true, false)])).await;
    assert_eq!((set.status, set.body["version"].as_u64()), (200, Some(1)), "{set:?}");
    assert_eq!(of(&set, "transfer.waiting")["email"], false);
    let set = put(&app, ann, "\"1\"", json!([choice("transfer.sent", true, true)])).await;
    assert_eq!(of(&set, "transfer.waiting")["email"], true, "what is left out is as by default");
    assert_eq!(app.get_as(Some(ann), PATH).await.body, set.body);
}

#[tokio::test]
async fn security_cannot_be_switched_off() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let asked =
        json!([choice("transfer.sent", true, true), choice("security.new_device", true, false)]);
    let refused = put(&app, ann, "*", asked).await;
    assert_eq!(
        refused.problem(),
        (422, "notifications.preferences.security_required", "/preferences/1")
    );
    assert!(refused.body["detail"].as_str().unwrap().contains("could hide it"), "{refused:?}");
    assert_eq!(app.get_as(Some(ann), PATH).await.body["version"], 0, "nothing was changed");
}

#[tokio::test]
async fn change_is_based_on_what_was_read() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let none = json!([]);
    let missing = app
        .send(Method::PUT, PATH, Some(person(ann)), &[], Some(json!({ "preferences": [] })))
        .await;
    assert_eq!(missing.status, 428);
    assert_eq!(put(&app, ann, "\"0\"", none.clone()).await.status, 200);
    let stale = put(&app, ann, "\"0\"", none.clone()).await;
    assert_eq!(stale.problem(), (412, "notifications.preferences.changed", ""));
    assert_eq!(put(&app, ann, "*", none.clone()).await.body["version"], 2);
    // Many at once from the same version: one wins.
    let puts = (0..8).map(|_| put(&app, ann, "\"2\"", none.clone()));
    let answers = futures_util::future::join_all(puts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn malformed_choices_are_refused_by_name() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let unknown = put(&app, ann, "*", json!([choice("transfer.lost", true, true)])).await;
    assert_eq!(
        unknown.problem(),
        (400, "notifications.preferences.kind_unknown", "/preferences/0")
    );
    let twice = json!([choice("transfer.sent", true, true), choice("transfer.sent", true, false)]);
    let twice = put(&app, ann, "*", twice).await;
    assert_eq!(twice.problem(), (400, "notifications.preferences.kind_twice", "/preferences/1"));
    let mut extra = choice("transfer.sent", true, true);
    extra["is_required"] = json!(false);
    assert_eq!(
        put(&app, ann, "*", json!([extra])).await.status,
        400,
        "read-only fields are refused"
    );
    assert_eq!(app.get_as(None, PATH).await.status, 401);
}

#[tokio::test]
async fn choices_decide_over_list_and_mail_but_not_over_the_log() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let asked =
        json!([choice("deposit.succeeded", false, true), choice("deposit.failed", true, false)]);
    assert_eq!(put(&app, ann, "*", asked).await.status, 200);
    let data = json!({ "deposit_id": "dep_1", "asset": "EUR", "amount": "1", "scale": 2 });
    for kind in ["payments.deposit.succeeded", "payments.deposit.failed"] {
        app.publish(kind, ann, data.clone()).await;
    }
    app.settle().await;
    let list = app.get_as(Some(ann), "/v1/notifications/inbox").await;
    let listed: Vec<&Value> =
        list.body["data"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert_eq!(listed, ["deposit.failed"]);
    assert_eq!(app.kinds(ann).await, ["deposit.succeeded", "deposit.failed"]);
    let mails = app.mails("ann@example.org").await;
    let mailed: Vec<&Value> = mails.iter().map(|it| &it["kind"]).collect();
    assert_eq!(mailed, ["deposit.succeeded"]);
}
