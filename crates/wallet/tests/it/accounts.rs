//! Opening and closing accounts.

use ledger::TransferId;
use ledger::engine::{NewTransfer, TransferFlags, TransferStatus};
use serde_json::json;

use crate::app::App;

#[tokio::test]
async fn opening_is_repeatable() {
    let app = App::start().await;
    app.asset("APPLE", 0, "goods").await;
    let ann = app.person("ann").await;
    let open =
        async |asset: &str| app.post(&ann, "/v1/wallet/accounts", json!({ "asset": asset })).await;
    let opened = open("APPLE").await;
    assert_eq!(opened.status, 201);
    let mut shown = opened.body.clone();
    (shown["id"], shown["created_at"]) = (json!("[id]"), json!("[at]"));
    let expected = json!({
        "id": "[id]", "asset": "APPLE", "scale": 0, "status": "open", "available": "0",
        "pending_in": "0", "pending_out": "0", "total": "0", "created_at": "[at]",
    });
    assert_eq!(shown, expected);
    assert_eq!(open("APPLE").await.status, 200);
    assert_eq!(open("EUR").await.status, 201);
    assert_eq!(open("USD").await.problem(), (422, "wallet.transfer.asset_unknown"));
    let unknown =
        app.post(&ann, "/v1/wallet/accounts", json!({ "asset": "EUR", "floor": "-5" })).await;
    assert_eq!(unknown.problem(), (400, "request.body.invalid"));
    let list = app.get(&ann, "/v1/wallet/accounts").await;
    let assets: Vec<_> = list.data().iter().map(|it| it["asset"].clone()).collect();
    assert_eq!(assets, ["APPLE", "EUR"]);
}

#[tokio::test]
async fn holds_show_on_both_sides() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    app.hold(&ann, &bob, 30, 600).await;
    let ann_sees = app.get(&ann, &format!("/v1/wallet/accounts/{}", ann.account("EUR"))).await.body;
    let bob_sees = app.get(&bob, &format!("/v1/wallet/accounts/{}", bob.account("EUR"))).await.body;
    assert_eq!(
        [&ann_sees["available"], &ann_sees["pending_out"], &ann_sees["total"]],
        ["70", "30", "100"]
    );
    assert_eq!([&bob_sees["available"], &bob_sees["pending_in"]], ["1", "30"]);
}

#[tokio::test]
async fn only_an_empty_account_closes_and_nothing_can_be_sent_to_it() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    let close = format!("/v1/wallet/accounts/{}/close", bob.account("EUR"));
    assert_eq!(app.act(&bob, &close).await.problem(), (409, "wallet.account.not_empty"));
    app.transfer(&bob, &ann, 1).await;
    let waiting = app.hold(&ann, &bob, 5, 600).await;
    assert_eq!(app.act(&bob, &close).await.problem(), (409, "wallet.account.not_empty"));
    app.act(&bob, &format!("/v1/wallet/transfers/{waiting}/decline")).await;
    for _ in 0..2 {
        let closed = app.act(&bob, &close).await;
        assert_eq!((closed.status, &closed.body["status"]), (200, &json!("closed")), "{closed:?}");
    }
    let refused = app.transfer(&ann, &bob, 1).await;
    assert_eq!(refused.problem(), (422, "wallet.transfer.recipient_unavailable"));
    let sent = app.transfer(&bob, &ann, 1).await;
    assert_eq!(sent.problem(), (422, "wallet.account.closed"));
    assert_eq!(app.events().await, ["wallet.account.closed"]);
    // Opening it again works, more than once.
    for _ in 0..2 {
        let opened = app.post(&bob, "/v1/wallet/accounts", json!({ "asset": "EUR" })).await;
        assert_eq!((opened.status, &opened.body["status"]), (201, &json!("open")));
        assert_eq!(app.transfer(&ann, &bob, 1).await.status, 201);
        assert_eq!(app.transfer(&bob, &ann, 1).await.status, 201);
        assert_eq!(app.act(&bob, &close).await.status, 200);
    }
}

#[tokio::test]
async fn closing_in_a_race_with_senders_locks_nothing_in() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    app.wallet.open(bob.id, "EUR").await.unwrap();
    let close = format!("/v1/wallet/accounts/{}/close", bob.account("EUR"));
    for _ in 0..20 {
        let (sent, closed) = tokio::join!(app.transfer(&ann, &bob, 1), app.act(&bob, &close));
        let held = app.balance(&bob, "EUR").await.1;
        assert!(closed.status != 200 || held == 0, "{held} are locked in: {sent:?}");
        app.wallet.open(bob.id, "EUR").await.unwrap();
        if held > 0 {
            assert_eq!(app.transfer(&bob, &ann, held).await.status, 201);
        }
    }
    assert_eq!(app.sum().await, 1_000);
}

#[tokio::test]
async fn what_somebody_else_closed_is_not_opened_again_by_its_owner() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    let closing = NewTransfer {
        id: TransferId::generate().as_u128(),
        debit_account: bob.id.account_id("EUR"),
        credit_account: ann.id.account_id("EUR"),
        asset: app.ledger.asset("EUR").await.unwrap().unwrap().no,
        code: 900,
        flags: TransferFlags(TransferFlags::PENDING | TransferFlags::CLOSING_DEBIT),
        ..NewTransfer::default()
    };
    let results = app.ledger.create_transfers(vec![closing]).await.unwrap();
    assert_eq!(results[0].status, TransferStatus::Created);
    let opened = app.post(&bob, "/v1/wallet/accounts", json!({ "asset": "EUR" })).await;
    assert_eq!(opened.problem(), (422, "wallet.account.closed"));
    let sent = app.transfer(&bob, &ann, 1).await;
    assert_eq!(sent.problem(), (422, "wallet.account.closed"));
}
