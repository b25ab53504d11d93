//! Export, erasure, and what keeps somebody from going.

use axum::http::Method;
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn everything_of_a_user_is_exported() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let body =
        json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "1", "message": "secret" });
    app.post(&ann, "/v1/wallet/transfers", body).await;
    let body = json!({ "from": { "handle": "ann" }, "asset": "EUR", "amount": "2" });
    app.post(&bob, "/v1/wallet/requests", body).await;
    let export = app.wallet.export_user(ann.id).await.unwrap();
    assert_eq!(export["accounts"][0]["total"], "99");
    assert_eq!(export["transfers"][0]["message"], "secret");
    assert_eq!(export["messages"][0]["text"], "secret");
    assert_eq!(export["requests"][0]["amount"], "2");
    assert_eq!(export["invitations"], json!([]));
}

#[tokio::test]
async fn cancelled_schedules_are_exported_too() {
    let app = App::start().await;
    let (ann, _) = (app.rich("ann", 100).await, app.person("bob").await);
    let body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "1", "message": "secret",
        "start_at": "2026-02-01", "every": "day",
    });
    let id = app.post(&ann, "/v1/wallet/schedules", body).await.id();
    let path = format!("/v1/wallet/schedules/{id}");
    assert_eq!(app.send(&ann, Method::DELETE, &path, &[], None).await.status, 204);
    let export = app.wallet.export_user(ann.id).await.unwrap();
    assert_eq!(export["schedules"][0]["message"], "secret");
}

#[tokio::test]
async fn who_was_invited_takes_the_address_along() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let body = json!({ "to": { "email": "bob@example.org" }, "asset": "EUR", "amount": "30" });
    assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 201);
    let bob = app.person("bob").await;
    app.settle().await;
    let email = async || {
        let export = app.wallet.export_user(ann.id).await.unwrap();
        export["invitations"][0]["email"].as_str().unwrap().to_owned()
    };
    assert_eq!(email().await, "bob@example.org");
    app.wallet.erase_user(bob.id).await.unwrap();
    assert_eq!(email().await, "");
}

#[tokio::test]
async fn erasing_removes_words_and_keeps_the_books() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let body =
        json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "1", "message": "secret" });
    let id = app.post(&ann, "/v1/wallet/transfers", body).await.id();
    let body =
        json!({ "from": { "handle": "bob" }, "asset": "EUR", "amount": "2", "message": "secret" });
    let request = app.post(&ann, "/v1/wallet/requests", body).await.id();
    for _ in 0..2 {
        app.wallet.erase_user(ann.id).await.unwrap();
    }
    let seen = app.get(&bob, &format!("/v1/wallet/transfers/{id}")).await;
    assert_eq!((seen.status, &seen.body["amount"]), (200, &json!("1")));
    let asked = app.get(&bob, &format!("/v1/wallet/requests/{request}")).await;
    assert_eq!(asked.body["status"], "cancelled");
    for answer in [seen, asked] {
        assert!(!answer.body.to_string().contains("secret"), "{answer:?}");
    }
}

#[tokio::test]
async fn whoever_holds_something_can_not_go() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    app.wallet.open(bob.id, "EUR").await.unwrap();
    assert!(app.wallet.holdings(bob.id).await.unwrap().is_empty());
    assert_eq!(app.wallet.holdings(ann.id).await.unwrap().len(), 1);
    app.hold(&ann, &bob, 1, 600).await;
    assert_eq!(app.wallet.holdings(bob.id).await.unwrap().len(), 1, "something is on its way");
}
