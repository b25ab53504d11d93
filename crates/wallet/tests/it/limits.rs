//! How much may be sent.

use axum::http::Method;
use identity::{Role, RoleSet};
use serde_json::{Value, json};

use crate::app::{Answer, App, Person};

async fn manager(app: &App) -> Person {
    app.person_named("max", "Max", RoleSet::default().with(Role::User).with(Role::Manager)).await
}

async fn put(app: &App, staff: &Person, whose: &str, version: u32, limits: Value) -> Answer {
    let mut body = limits;
    body["reason"] = json!("a test");
    let headers = [("if-match", format!("\"{version}\""))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    app.send(staff, Method::PUT, &format!("/v1/wallet/limits/{whose}/EUR"), &headers, Some(body))
        .await
}

async fn left(app: &App, person: &Person) -> String {
    let limits = app.get(person, "/v1/wallet/limits").await;
    limits.data()[0]["left_today"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_day_has_its_limit_and_the_next_one_begins_anew() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 10_000).await, app.person("bob").await, manager(&app).await);
    assert_eq!(put(&app, &max, "defaults", 0, json!({ "per_day": "100" })).await.status, 200);
    assert_eq!(app.transfer(&ann, &bob, 60).await.status, 201);
    let refused = app.transfer(&ann, &bob, 41).await;
    assert_eq!(refused.problem(), (422, "wallet.transfer.limit_exceeded"));
    assert_eq!(refused.body["detail"], "the limit per_day is 100; 40 is left of it");
    assert_eq!(app.balance(&bob, "EUR").await.0, 60, "money and use are one");
    assert_eq!(left(&app, &ann).await, "40");
    assert_eq!(app.transfer(&ann, &bob, 40).await.status, 201);
    assert_eq!(left(&app, &ann).await, "0");
    app.pass(24 * 3_600).await;
    assert_eq!(left(&app, &ann).await, "100");
    assert_eq!(app.transfer(&ann, &bob, 100).await.status, 201);
    assert_eq!(app.transfer(&ann, &bob, 1).await.status, 422);
}

#[tokio::test]
async fn a_single_transfer_has_its_limit() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 1_000).await, app.person("bob").await, manager(&app).await);
    put(&app, &max, &ann.id.to_string(), 0, json!({ "per_transfer": "50" })).await;
    let refused = app.transfer(&ann, &bob, 51).await;
    assert_eq!(refused.body["detail"], "the limit per_transfer is 50; 50 is left of it");
    assert_eq!(app.transfer(&ann, &bob, 50).await.status, 201);
    assert_eq!(app.transfer(&bob, &ann, 50).await.status, 201, "others have no limit");
}

#[tokio::test]
async fn a_changed_limit_holds_at_once_and_what_was_used_stays_used() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 10_000).await, app.person("bob").await, manager(&app).await);
    let own = ann.id.to_string();
    put(&app, &max, &own, 0, json!({ "per_day": "1000" })).await;
    assert_eq!(app.transfer(&ann, &bob, 800).await.status, 201);
    // Down below what was used, and up again.
    put(&app, &max, &own, 1, json!({ "per_day": "500" })).await;
    assert_eq!(left(&app, &ann).await, "0");
    assert_eq!(app.transfer(&ann, &bob, 1).await.status, 422);
    put(&app, &max, &own, 2, json!({ "per_day": "1000" })).await;
    assert_eq!(left(&app, &ann).await, "200");
    assert_eq!(app.transfer(&ann, &bob, 201).await.status, 422);
    assert_eq!(app.transfer(&ann, &bob, 200).await.status, 201);
    put(&app, &max, &own, 3, json!({})).await;
    assert_eq!(app.transfer(&ann, &bob, 5_000).await.status, 201, "no limit any more");
}

#[tokio::test]
async fn racing_transfers_fit_the_limit_exactly() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 10_000).await, app.person("bob").await, manager(&app).await);
    put(&app, &max, "defaults", 0, json!({ "per_day": "37" })).await;
    let sends = (0..100).map(|_| app.transfer(&ann, &bob, 1));
    let answers = futures_util::future::join_all(sends).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 37);
    let refused = answers.iter().filter(|answer| answer.status != 201);
    for answer in refused {
        assert_eq!(answer.problem(), (422, "wallet.transfer.limit_exceeded"));
    }
    assert_eq!(app.balance(&bob, "EUR").await.0, 37);
}

#[tokio::test]
async fn what_waits_counts_and_is_not_given_back() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 1_000).await, app.person("bob").await, manager(&app).await);
    put(&app, &max, "defaults", 0, json!({ "per_day": "100" })).await;
    let id = app.hold(&ann, &bob, 70, 600).await;
    assert_eq!(left(&app, &ann).await, "30");
    app.act(&bob, &format!("/v1/wallet/transfers/{id}/decline")).await;
    assert_eq!(left(&app, &ann).await, "30");
    assert_eq!(app.balance(&ann, "EUR").await.0, 1_000);
}

#[tokio::test]
async fn a_repeat_is_the_same_transfer_though_a_limit_came_in_between() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 1_000).await, app.person("bob").await, manager(&app).await);
    let key = app.key();
    let send = async || {
        let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "70" });
        let headers = [("idempotency-key", key.as_str())];
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &headers, Some(body)).await
    };
    let first = send().await;
    put(&app, &max, "defaults", 0, json!({ "per_day": "100" })).await;
    let again = send().await;
    assert_eq!((again.status, &again.body), (201, &first.body), "{again:?}");
    put(&app, &max, "defaults", 1, json!({ "per_transfer": "1" })).await;
    assert_eq!(send().await.body, first.body);
    assert_eq!(app.balance(&bob, "EUR").await.0, 70);
}

#[tokio::test]
async fn staff_needs_the_permission_the_version_and_a_reason() {
    let app = App::start().await;
    let (ann, max) = (app.rich("ann", 10).await, manager(&app).await);
    let own = ann.id.to_string();
    let refused = put(&app, &ann, &own, 0, json!({ "per_day": "1" })).await;
    assert_eq!(refused.problem(), (403, "identity.permission.missing"));
    let stale = put(&app, &max, &own, 1, json!({ "per_day": "1" })).await;
    assert_eq!(stale.problem(), (412, "wallet.limit.changed"));
    let nobody = put(&app, &max, "usr_00000000000000000000000001", 0, json!({})).await;
    assert_eq!(nobody.problem(), (404, "wallet.user.not_found"));
    let path = format!("/v1/wallet/limits/{own}/EUR");
    let body = json!({ "per_day": "1", "reason": "x" });
    let missing = app.send(&max, Method::PUT, &path, &[], Some(body)).await;
    assert_eq!(missing.problem(), (428, "request.if_match.missing"));
    let headers = [("if-match", "*")];
    for body in [
        json!({ "per_day": "1", "reason": " " }),
        json!({ "per_day": "1" }),
        json!({ "per_day": u128::MAX.to_string(), "reason": "x" }),
        json!({ "per_week": "1", "reason": "x" }),
    ] {
        let answer = app.send(&max, Method::PUT, &path, &headers, Some(body)).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid"));
    }
    assert_eq!(put(&app, &max, &own, 0, json!({ "per_day": "7" })).await.status, 200);
    let seen = app.get(&max, &path).await;
    assert_eq!(
        (&seen.body["per_day"], &seen.headers["etag"]),
        (&json!("7"), &"\"1\"".parse().unwrap())
    );
    let filter =
        kernel::audit::EntryFilter { subject: Some(ann.id.as_u128()), ..Default::default() };
    let log = kernel::audit::entries(app.database.database(), &filter, None, 10).await.unwrap();
    let entry = log.iter().find(|entry| entry.action == "wallet.limit.changed").unwrap();
    assert_eq!(
        (entry.reason.as_deref(), &entry.data["after"]["per_day"]),
        (Some("a test"), &json!("7"))
    );
}

#[tokio::test]
async fn limits_that_another_process_changed_are_noticed() {
    let app = App::start().await;
    let (ann, bob, max) =
        (app.rich("ann", 1_000).await, app.person("bob").await, manager(&app).await);
    assert_eq!(app.transfer(&ann, &bob, 60).await.status, 201, "the limits are remembered now");
    let other = wallet::Wallet::start(
        app.database.database().clone(),
        app.clock.clone(),
        app.ledger.clone(),
        app.identity.clone(),
        wallet::WalletOptions::default(),
    );
    let (router, _) = wallet::routes(other).split_for_parts();
    let mut request = axum::http::Request::new(axum::body::Body::from(
        json!({ "per_transfer": "5", "reason": "x" }).to_string(),
    ));
    *request.method_mut() = Method::PUT;
    *request.uri_mut() = "/v1/wallet/limits/defaults/EUR".parse().unwrap();
    request.headers_mut().insert("if-match", "*".parse().unwrap());
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    request.extensions_mut().insert(max.actor);
    let put = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(put.status(), 200);
    let noticed = async {
        while app.transfer(&ann, &bob, 6).await.status != 422 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), noticed)
        .await
        .expect("within a second");
}
