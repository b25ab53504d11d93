//! What others are told of transfers.

use ledger::TransferId;
use ledger::engine::{NewTransfer, TransferFlags};
use serde_json::json;
use wallet::WalletEventKind as Kind;

use crate::app::App;

#[tokio::test]
async fn everything_between_people_is_told_once_in_order() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "1", "message": "hi" });
    app.post(&ann, "/v1/wallet/transfers", body).await;
    let ids = [
        app.hold(&ann, &bob, 2, 600).await,
        app.hold(&ann, &bob, 3, 600).await,
        app.hold(&ann, &bob, 4, 600).await,
        app.hold(&ann, &bob, 5, 600).await,
    ];
    app.act(&bob, &format!("/v1/wallet/transfers/{}/accept", ids[0])).await;
    app.act(&bob, &format!("/v1/wallet/transfers/{}/decline", ids[1])).await;
    app.act(&ann, &format!("/v1/wallet/transfers/{}/cancel", ids[2])).await;
    app.pass(601).await;
    let body = json!({ "to": { "email": "eve@example.org" }, "asset": "EUR", "amount": "6" });
    app.post(&ann, "/v1/wallet/transfers", body).await;
    let eve = app.person("eve").await;
    app.settle().await;

    let events = app.wallet.feed(0, 100).await.unwrap();
    let told: Vec<(Kind, u128)> = events.iter().map(|it| (it.kind, it.amount.get())).collect();
    let expected = [
        (Kind::Sent, 1),
        (Kind::Held, 2),
        (Kind::Held, 3),
        (Kind::Held, 4),
        (Kind::Held, 5),
        (Kind::Accepted, 2),
        (Kind::Declined, 3),
        (Kind::Cancelled, 4),
        (Kind::Expired, 5),
        (Kind::Held, 6),
        (Kind::Accepted, 6),
    ];
    assert_eq!(told, expected);
    assert!(events.iter().all(|it| it.sender == ann.id));
    assert_eq!((events[0].recipient, events[0].message.as_deref()), (Some(bob.id), Some("hi")));
    assert_eq!((events[9].recipient, events[10].recipient), (None, Some(eve.id)));
    assert_eq!(events[9].transfer_id, events[10].transfer_id);
    // In pieces, from any position.
    let (mut pieces, mut after) = (Vec::new(), 0);
    loop {
        let piece = app.wallet.feed(after, 2).await.unwrap();
        let Some(last) = piece.last() else { break };
        after = last.seq;
        pieces.extend(piece);
    }
    assert_eq!(pieces, events);
}

#[tokio::test]
async fn what_is_not_between_people_is_skipped_without_an_end() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    for _ in 0..3 {
        assert!(app.wallet.feed(0, 10).await.unwrap().is_empty());
        app.fund(&ann, "EUR", 1).await;
    }
    app.transfer(&ann, &bob, 1).await;
    assert_eq!(app.wallet.feed(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn after_a_restart_what_was_not_between_people_is_not_read_again() {
    let mut app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 1).await);
    let asset = app.ledger.asset("EUR").await.unwrap().unwrap().no;
    let not_between_people = || NewTransfer {
        id: TransferId::generate().as_u128(),
        debit_account: ann.id.account_id("EUR"),
        credit_account: bob.id.account_id("EUR"),
        amount: 0,
        asset,
        code: 900,
        flags: TransferFlags(TransferFlags::PENDING),
        ..NewTransfer::default()
    };
    for _ in 0..10 {
        let batch = (0..1_000).map(|_| not_between_people()).collect();
        app.ledger.create_transfers(batch).await.unwrap();
    }
    assert!(app.wallet.feed(0, 10).await.unwrap().is_empty());
    let client = app.database.database().client().await.unwrap();
    let sql = "select from_seq, to_seq from wallet.feed_gap";
    let row = client.query_one(sql, &[]).await.unwrap();
    let gap: (i64, i64) = (row.get(0), row.get(1));
    assert!(gap.0 == 0 && gap.1 > 10_000, "{gap:?}");
    app.transfer(&ann, &bob, 1).await;
    app.restart(None).await;
    assert_eq!(app.wallet.feed(0, 10).await.unwrap().len(), 1);
    // One that reaches too far shows that it is believed.
    client.execute("update wallet.feed_gap set to_seq = to_seq + 1", &[]).await.unwrap();
    app.restart(None).await;
    assert!(app.wallet.feed(0, 10).await.unwrap().is_empty());
    app.transfer(&ann, &bob, 2).await;
    assert_eq!(app.wallet.feed(0, 10).await.unwrap().len(), 1);
}
