//! The provider is down, jobs give up, users leave: what operators and other contexts see.

use std::time::Duration;

use kernel::SignedAmount;
use serde_json::json;

use crate::app::{ANN, App, BOB, GOOD_CARD, GOOD_IBAN};

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn a_provider_that_is_down_is_waited_for_and_then_all_is_drained() {
    let app = App::start().await;
    let before = app.deposited(GOOD_CARD, 1000).await;
    let token = app.process.get(ANN, &format!("/v1/payments/deposits/{before}")).await.body["card"]
        ["token"]
        .clone();
    app.process.payments.sandbox().set_down(true);
    // A new card needs the provider at once; a known one doesn't, nor do refunds and withdrawals.
    let refused = app.process.deposit(ANN, GOOD_CARD, 500).await;
    assert_eq!(refused.problem(), (503, "payments.provider.unavailable"));
    assert!(refused.headers.contains_key("retry-after"));
    let body = json!({ "asset": "EUR", "amount": "500", "card": { "token": token } });
    let deposit = app.process.post(ANN, "/v1/payments/deposits", body).await;
    assert_eq!(deposit.status, 202, "{deposit:?}");
    assert_eq!(app.process.refund(ANN, &before, json!({ "amount": "100" })).await.status, 202);
    assert_eq!(app.process.withdraw(ANN, GOOD_IBAN, 300).await.status, 202);
    app.process.pass(2 * HOUR).await;
    assert_eq!(app.deposit_status(&deposit.id()).await, "pending");
    assert_eq!(app.world.pending(ANN).await, (500, 300));
    assert!(app.process.payments.holds_value(ANN).await.unwrap());
    app.process.payments.sandbox().set_down(false);
    app.process.pass(HOUR).await;
    assert_eq!(app.deposit_status(&deposit.id()).await, "succeeded");
    assert_eq!(app.world.balance(ANN).await, 1100);
    assert_eq!(app.world.pending(ANN).await, (0, 0));
    assert!(!app.process.payments.holds_value(ANN).await.unwrap());
    app.assert_balanced().await;
}

#[tokio::test]
async fn who_has_left_is_in_no_card_and_no_bank_account() {
    let app = App::start().await;
    let deposit = app.deposited(GOOD_CARD, 1000).await;
    let path = format!("/v1/payments/deposits/{deposit}");
    let token = app.process.get(ANN, &path).await.body["card"]["token"].clone();
    let withdrawal = app.process.withdraw(ANN, GOOD_IBAN, 300).await;
    let theirs = app.process.deposit(BOB, GOOD_CARD, 700).await;
    app.process.pass(HOUR).await;
    let before = app.process.payments.export(BOB).await.unwrap();
    for _ in 0..2 {
        app.process.payments.erase_user(ANN).await.unwrap();
    }
    let card = &app.process.get(ANN, &path).await.body["card"];
    assert_eq!((&card["brand"], &card["last4"]), (&json!(""), &json!("")));
    assert_ne!(card["token"], token);
    let export = app.process.payments.export(ANN).await.unwrap();
    assert_eq!(export["bank_accounts"], json!([]));
    assert_eq!(
        app.world.count("select count(*) from payments.destinations where sealed <> ''").await,
        0
    );
    // What was done stays, can be taken back, and is nobody else's business.
    assert_eq!(app.deposit_status(&deposit).await, "succeeded");
    assert_eq!(
        app.process.get(ANN, &format!("/v1/payments/withdrawals/{}", withdrawal.id())).await.status,
        200
    );
    assert_eq!(app.process.refund(ANN, &deposit, json!({ "amount": "200" })).await.status, 202);
    app.process.pass(HOUR).await;
    assert_eq!(app.world.balance(ANN).await, 500);
    assert_eq!(theirs.status, 202);
    assert_eq!(app.process.payments.export(BOB).await.unwrap(), before);
    app.assert_balanced().await;
}

#[tokio::test]
async fn flows_whose_jobs_are_gone_are_found_again() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    app.process.payments.sandbox().set_down(true);
    let made = app.process.withdraw(ANN, GOOD_IBAN, 300).await;
    app.process.bus.settle().await;
    let gone = "delete from bus.jobs where kind = 'payments.withdrawal.advance'";
    app.world.database().client().await.unwrap().batch_execute(gone).await.unwrap();
    app.process.payments.sandbox().set_down(false);
    app.process.pass(HOUR).await;
    let path = format!("/v1/payments/withdrawals/{}", made.id());
    assert_eq!(app.status(&path).await, "paid");
    app.assert_balanced().await;
}

#[tokio::test]
async fn more_silent_flows_than_fit_into_one_go_are_all_asked_for_at_once() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    let many = "insert into payments.deposits (id, user_id, asset, scale, amount, card_token,
            status, provider, check_at, checks, created_at, updated_at)
        select gen_random_uuid(), user_id, asset, scale, amount, card_token, 'failed', provider,
            created_at, 9, created_at, updated_at
          from payments.deposits, generate_series(1, 401)";
    app.world.database().client().await.unwrap().batch_execute(many).await.unwrap();
    app.process.pass(Duration::from_secs(66)).await;
    let due = "select count(*) from payments.deposits
        where status = 'failed' and check_at is not null";
    assert_eq!(app.world.count(due).await, 0);
}

#[tokio::test]
async fn ended_flows_are_asked_for_less_and_less() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    let day = 24 * HOUR;
    // 1 + 2 + 4 + … + 128 days after the end, and never again.
    for _ in 0..70 {
        app.process.pass(6 * day).await;
    }
    assert_eq!(app.world.count("select checks::int8 from payments.deposits").await, 8);
    let never = "select count(*) from payments.deposits where check_at is null";
    assert_eq!(app.world.count(never).await, 1);
}

#[tokio::test]
async fn a_user_sees_all_of_their_own_data_and_staff_an_overview() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    app.process.refund(ANN, &id, json!({ "amount": "100" })).await;
    app.process.withdraw(ANN, GOOD_IBAN, 300).await;
    app.process.deposit(BOB, GOOD_CARD, 50).await;
    app.process.bus.settle().await;
    let flows = app.process.payments.list_for(ANN, 10).await.unwrap();
    assert_eq!((flows.deposits.len(), flows.withdrawals.len()), (1, 1));
    let data = app.process.payments.export(ANN).await.unwrap();
    assert_eq!(data["deposits"][0]["id"], json!(id));
    assert_eq!(data["refunds"][0]["amount"], "100");
    assert_eq!(data["withdrawals"][0]["amount"], "300");
    assert_eq!(data["cards"][0]["last4"], "4242");
    assert_eq!(data["bank_accounts"][0]["iban"], GOOD_IBAN);
    assert_eq!(data["bank_accounts"][0]["name"], "Ann Example");
    let clearing = app.process.payments.clearing("sandbox", "EUR").await.unwrap();
    assert_eq!(clearing.books, SignedAmount::new(650));
}

#[tokio::test]
async fn what_is_open_keeps_a_user_from_leaving() {
    let app = App::start().await;
    let holds = async || app.process.payments.holds_value(ANN).await.unwrap();
    assert!(!holds().await);
    app.deposited("4000000000000077", 500).await;
    assert!(holds().await);
    app.process.pass(HOUR).await;
    assert!(!holds().await);
    app.deposited("4000000000000259", 500).await;
    assert!(!holds().await);
    app.process.pass(2 * HOUR).await;
    assert!(holds().await, "a dispute is open");
    app.process.pass(8 * 24 * HOUR).await;
    assert!(!holds().await);
}
