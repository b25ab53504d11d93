//! `/v1/payments/withdrawals`.

use std::time::Duration;

use serde_json::json;

use crate::app::{ANN, App, BOB, GOOD_CARD, GOOD_IBAN, withdrawal_body};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn with_money() -> App {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    app
}

async fn status(app: &App, id: &str) -> String {
    app.status(&format!("/v1/payments/withdrawals/{id}")).await
}

#[tokio::test]
async fn a_withdrawal_is_held_at_once_and_posted_when_it_is_paid() {
    let app = with_money().await;
    let made = app.process.withdraw(ANN, "AT32 1904 3002 3547 3204", 400).await;
    assert_eq!(made.status, 202, "{made:?}");
    assert_eq!(
        made.headers["location"],
        format!("/v1/payments/withdrawals/{}", made.id()).as_str()
    );
    let destination = &made.body["destination"];
    assert_eq!((&destination["country"], &destination["last4"]), (&json!("AT"), &json!("3204")));
    assert_eq!(app.world.pending(ANN).await, (0, 400));
    app.process.bus.settle().await;
    assert_eq!(status(&app, &made.id()).await, "processing");
    assert_eq!(app.world.balance(ANN).await, 1000);
    app.process.pass(11 * MINUTE).await;
    assert_eq!(status(&app, &made.id()).await, "paid");
    assert_eq!(app.world.balance(ANN).await, 600);
    assert_eq!(app.world.pending(ANN).await, (0, 0));
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_withdrawal_that_fails_is_released() {
    let app = with_money().await;
    let made = app.process.withdraw(ANN, "AT861904300235473202", 400).await;
    app.process.bus.settle().await;
    let withdrawal = app.process.get(ANN, &format!("/v1/payments/withdrawals/{}", made.id())).await;
    assert_eq!(withdrawal.body["status"], "failed");
    assert_eq!(withdrawal.body["failure"]["code"], "account_closed");
    assert_eq!(app.world.balance(ANN).await, 1000);
    assert_eq!(app.world.pending(ANN).await, (0, 0));
    app.assert_balanced().await;
}

#[tokio::test]
async fn what_the_bank_sends_back_is_in_the_account_again() {
    let app = with_money().await;
    let made = app.process.withdraw(ANN, "AT591904300235473203", 400).await;
    app.process.bus.settle().await;
    assert_eq!(status(&app, &made.id()).await, "paid");
    assert_eq!(app.world.balance(ANN).await, 600);
    app.assert_balanced().await;
    app.process.pass(2 * DAY).await;
    assert_eq!(status(&app, &made.id()).await, "returned");
    assert_eq!(app.world.balance(ANN).await, 1000);
    app.assert_balanced().await;
    let codes = "select count(*) from ledger.transfers where code = 214";
    assert_eq!(app.world.count(codes).await, 1);
}

#[tokio::test]
async fn nobody_withdraws_more_than_there_is_also_not_in_a_race() {
    let app = with_money().await;
    let key = [("idempotency-key", "w1")];
    let body = withdrawal_body(GOOD_IBAN, 1001);
    for _ in 0..2 {
        let answer =
            app.process.post_with(ANN, "/v1/payments/withdrawals", &key, body.clone()).await;
        assert_eq!(answer.problem(), (422, "payments.account.insufficient_funds"));
    }
    let requests = (0..20).map(|_| app.process.withdraw(ANN, GOOD_IBAN, 300));
    let answers = futures_util::future::join_all(requests).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 202).count(), 3);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 100);
    assert_eq!(app.world.count("select count(*) from payments.sandbox_payouts").await, 3);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_bank_account_is_used_again_by_its_token_and_only_by_its_owner() {
    let app = with_money().await;
    let made = app.process.withdraw(ANN, GOOD_IBAN, 100).await;
    let token = made.body["destination"]["token"].clone();
    let body = json!({ "asset": "EUR", "amount": "200", "destination": { "token": token } });
    let again = app.process.post(ANN, "/v1/payments/withdrawals", body.clone()).await;
    assert_eq!((again.status, &again.body["destination"]), (202, &made.body["destination"]));
    let bobs = app.process.post(BOB, "/v1/payments/withdrawals", body).await;
    assert_eq!(bobs.problem(), (422, "payments.destination.not_found"));
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 700);
}

#[tokio::test]
async fn what_can_not_be_withdrawn_is_refused() {
    let app = with_money().await;
    app.world.create_asset("USD", "money").await;
    let with = |field: &str, value: serde_json::Value| {
        let mut body = withdrawal_body(GOOD_IBAN, 500);
        *body.pointer_mut(field).unwrap() = value;
        body
    };
    for (body, expected) in [
        (with("/destination/iban", json!("AT611904300234573202")), (422, "payments.iban.invalid")),
        (with("/destination/iban", json!(7)), (400, "request.body.invalid")),
        (with("/destination/name", json!("")), (400, "request.body.invalid")),
        (with("/destination", json!({})), (400, "request.body.invalid")),
        (with("/asset", json!("USD")), (404, "payments.account.not_found")),
        (with("/amount", json!("1")), (422, "payments.amount.too_small")),
    ] {
        let answer = app.process.post(ANN, "/v1/payments/withdrawals", body.clone()).await;
        assert_eq!(answer.problem(), expected, "{body}");
    }
    assert_eq!(app.world.count("select count(*) from payments.withdrawals").await, 0);
}

#[tokio::test]
async fn foreign_withdrawals_are_like_unknown_ones() {
    let app = with_money().await;
    let made = app.process.withdraw(ANN, GOOD_IBAN, 100).await;
    for (user, id) in [(BOB, made.id().as_str()), (ANN, "wdr_01h455vb4pex5vsknk084sn02q")] {
        let answer = app.process.get(user, &format!("/v1/payments/withdrawals/{id}")).await;
        assert_eq!(answer.problem(), (404, "payments.withdrawal.not_found"));
    }
    let listed = app.process.get(BOB, "/v1/payments/withdrawals").await;
    assert_eq!(listed.body["data"], json!([]));
    let listed = app.process.get(ANN, "/v1/payments/withdrawals").await;
    assert_eq!(listed.body["data"][0]["id"], made.body["id"]);
}

#[tokio::test]
async fn what_comes_back_to_a_closed_account_is_kept_by_the_house() {
    let app = with_money().await;
    app.process.withdraw(ANN, "AT591904300235473203", 1000).await;
    app.process.bus.settle().await;
    let asset = app.world.ledger.asset("EUR").await.unwrap().unwrap().no;
    let flags =
        ledger::engine::TransferFlags::PENDING | ledger::engine::TransferFlags::CLOSING_DEBIT;
    let closing = ledger::engine::NewTransfer {
        id: 77,
        debit_account: ANN.account_id("EUR"),
        credit_account: BOB.account_id("EUR"),
        asset,
        code: 200,
        flags: ledger::engine::TransferFlags(flags),
        ..Default::default()
    };
    app.world.ledger.create_transfers(vec![closing]).await.unwrap();
    app.process.pass(2 * DAY).await;
    assert_eq!(app.world.disputes().await, 1000);
    app.assert_balanced().await;
}
