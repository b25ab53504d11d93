//! `/v1/ledger/groups`.

use serde_json::{Value, json};

use crate::app::App;

const GROUP: &str = "grp_01h455vb4pex5vsknk084sn02q";

fn member(amount: &str) -> Value {
    json!({
        "kind": "pending", "debit_account": "bank", "credit_account": "ann", "asset": "EUR",
        "amount": amount, "group": GROUP,
    })
}

#[tokio::test]
async fn group_is_posted_once() {
    let app = App::with_accounts().await;
    app.make(member("5")).await;
    app.make(member("7")).await;
    let path = format!("/v1/ledger/groups/{GROUP}/post");
    let key = [("idempotency-key", "k")];
    let first = app.post_with(&path, &key, json!({})).await;
    assert_eq!((first.status, &first.body["status"]), (200, &json!("resolved")));
    assert_eq!(first.body["transfers"].as_array().unwrap().len(), 2);
    assert_eq!(app.balances("ann").await["posted"], "12");
    let again = app.post_with(&path, &key, json!({})).await;
    assert_eq!(
        (again.headers["idempotency-replayed"].to_str().unwrap(), &again.body),
        ("true", &first.body)
    );
    let other = app.post(&path, json!({})).await;
    assert_eq!(other.problem().1, "ledger.group.group_already_resolved");
    assert_eq!(other.status, 409);
}

#[tokio::test]
async fn group_is_voided_by_id() {
    let app = App::with_accounts().await;
    app.make(member("5")).await;
    let path = format!("/v1/ledger/groups/{GROUP}/void");
    let body = json!({ "id": "tr_01h455vb4pex5vsknk084sn02q" });
    assert_eq!(app.post(&path, body.clone()).await.body["status"], "resolved");
    assert_eq!(app.post(&path, body).await.body["status"], "exists");
    assert_eq!(app.balances("ann").await["credits_pending"], "0");
}

#[tokio::test]
async fn unknown_group_is_not_found_and_a_blocked_one_is_a_conflict() {
    let app = App::with_accounts().await;
    let path = format!("/v1/ledger/groups/{GROUP}/post");
    assert_eq!(app.post(&path, json!({})).await.problem().1, "ledger.group.group_not_found");
    app.make(member("5")).await;
    let mut closing = member("0");
    closing["group"] = json!(null);
    closing["closing"] = json!("credit");
    app.make(closing).await;
    let blocked = app.post(&path, json!({})).await;
    assert_eq!(blocked.problem(), (409, "ledger.group.transfer_failed", "/transfers/0"));
    assert_eq!(blocked.body["errors"][0]["code"], "ledger.transfer.credit_account_already_closed");
}
