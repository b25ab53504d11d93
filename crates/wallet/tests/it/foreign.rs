//! What belongs to others is not found, by any operation.

use axum::http::Method;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn foreign_ids_are_not_found_for_every_operation() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 1_000).await);
    let eve = app.rich("eve", 1_000).await;
    let waiting = app.hold(&ann, &bob, 10, 600).await;
    let done = app.transfer(&ann, &bob, 10).await.id();
    let body = json!({ "to": { "email": "x@example.org" }, "asset": "EUR", "amount": "1" });
    let invited = app.post(&ann, "/v1/wallet/transfers", body).await.id();
    let body = json!({ "from": { "handle": "ann" }, "asset": "EUR", "amount": "1" });
    let request = app.post(&bob, "/v1/wallet/requests", body).await.id();
    let body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "1",
        "start_at": "2026-02-01", "every": "day",
    });
    let schedule = app.post(&ann, "/v1/wallet/schedules", body).await.id();
    let account = ann.account("EUR");
    let mut paths: Vec<(Method, String)> = vec![
        (Method::GET, format!("accounts/{account}")),
        (Method::POST, format!("accounts/{account}/close")),
        (Method::GET, format!("accounts/{account}/balances")),
        (Method::GET, format!("accounts/{account}/history")),
        (Method::GET, format!("accounts/{account}/statements")),
        (Method::GET, format!("accounts/{account}/statements/2026-01")),
        (Method::GET, format!("requests/{request}")),
        (Method::GET, format!("schedules/{schedule}")),
        (Method::PATCH, format!("schedules/{schedule}")),
        (Method::DELETE, format!("schedules/{schedule}")),
    ];
    for id in [&waiting, &done, &invited] {
        paths.push((Method::GET, format!("transfers/{id}")));
        paths.extend(
            ["accept", "decline", "cancel"]
                .map(|verb| (Method::POST, format!("transfers/{id}/{verb}"))),
        );
    }
    paths.extend(
        ["pay", "decline", "cancel"]
            .map(|verb| (Method::POST, format!("requests/{request}/{verb}"))),
    );
    for (method, path) in paths {
        let body = (method == Method::PATCH).then(|| json!({ "amount": "9" }));
        let headers = [("if-match", "*")];
        let foreign = app
            .send(&eve, method.clone(), &format!("/v1/wallet/{path}"), &headers, body.clone())
            .await;
        assert_eq!(foreign.status, 404, "{method} {path}: {foreign:?}");
        // An id that nobody has looks the same.
        let (kind, rest) = path.split_once('/').unwrap();
        let (id, verb) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = id.split('_').next().unwrap();
        let nobody = format!("/v1/wallet/{kind}/{prefix}_00000000000000000000000007/{verb}");
        let unknown =
            app.send(&eve, method.clone(), nobody.trim_end_matches('/'), &headers, body).await;
        assert_eq!(unknown.problem(), foreign.problem(), "{method} {path}");
    }
    assert_eq!(app.balance(&ann, "EUR").await, (979, 990));
    assert!(app.get(&eve, "/v1/wallet/transfers").await.data().is_empty());
    assert!(app.get(&eve, "/v1/wallet/requests").await.data().is_empty());
}

#[tokio::test]
async fn staff_operations_need_the_permission_and_users_a_user() {
    let app = App::start().await;
    let ann = app.rich("ann", 10).await;
    for path in
        [format!("/v1/wallet/limits/{}/EUR", ann.id), "/v1/wallet/limits/defaults/EUR".to_owned()]
    {
        let answer = app.get(&ann, &path).await;
        assert_eq!(answer.problem(), (403, "identity.permission.missing"), "{path}");
    }
    let mut operator = ann.clone();
    operator.actor = identity::Actor::OPERATOR;
    for path in ["accounts", "transfers", "recipients", "requests", "schedules", "limits"] {
        let answer = app.get(&operator, &format!("/v1/wallet/{path}")).await;
        assert_eq!(answer.problem(), (403, "identity.actor.no_user"), "{path}");
    }
    let sent = app.transfer(&operator, &ann, 1).await;
    assert_eq!(sent.problem(), (403, "identity.actor.no_user"));
}

#[tokio::test]
async fn internal_transfers_are_nobodys_to_see() {
    let app = App::start().await;
    let ann = app.rich("ann", 10).await;
    let deposit = app.book("payments/clearing", &ann.account("EUR"), "EUR", 5, 210).await;
    let answer = app.get(&ann, &format!("/v1/wallet/transfers/{deposit}")).await;
    assert_eq!(answer.problem(), (404, "wallet.transfer.not_found"));
}
