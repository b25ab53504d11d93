//! `/v1/payments/deposits`.

use std::time::Duration;

use kernel::Amount;
use payments::{AmountLimits, PaymentsOptions};
use serde_json::json;

use crate::app::{ANN, App, BOB, GOOD_CARD, actor, deposit_body};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
const WEEK: Duration = Duration::from_secs(8 * 24 * 3_600);

#[tokio::test]
async fn a_deposit_comes_in_and_is_posted_when_the_provider_says_so() {
    let app = App::start().await;
    let made = app.process.deposit(ANN, GOOD_CARD, 1250).await;
    assert_eq!(made.status, 202, "{made:?}");
    let path = format!("/v1/payments/deposits/{}", made.id());
    assert_eq!(made.headers["location"], path.as_str());
    assert_eq!(made.body["status"], "pending");
    assert_eq!(made.body["card"]["last4"], "4242");
    assert_eq!(made.body["card"]["brand"], "visa");
    app.process.bus.settle().await;
    let deposit = app.process.get(ANN, &path).await;
    assert_eq!((deposit.status, &deposit.body["status"]), (200, &json!("succeeded")));
    assert_eq!(app.world.balance(ANN).await, 1250);
    assert_eq!(app.world.pending(ANN).await, (0, 0));
    app.assert_balanced().await;
    let told = "select count(*) from bus.events where kind = 'payments.deposit.succeeded'";
    assert_eq!(app.world.count(told).await, 1);
}

#[tokio::test]
async fn a_slow_deposit_is_shown_as_coming_in() {
    let app = App::start().await;
    let id = app.deposited("4000000000000077", 700).await;
    assert_eq!(app.deposit_status(&id).await, "pending");
    assert_eq!(app.world.pending(ANN).await, (700, 0));
    assert_eq!(app.world.balance(ANN).await, 0);
    app.process.pass(11 * MINUTE).await;
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    assert_eq!(app.world.balance(ANN).await, 700);
}

#[tokio::test]
async fn a_declined_card_leaves_nothing_and_says_why() {
    let app = App::start().await;
    for (card, code) in [
        ("4000000000000002", "card_declined"),
        ("4000000000009995", "insufficient_funds"),
        ("4000000000000069", "expired_card"),
        ("4000000000000127", "incorrect_cvc"),
        ("4000000000000119", "processing_error"),
    ] {
        let id = app.deposited(card, 500).await;
        let deposit = app.process.get(ANN, &format!("/v1/payments/deposits/{id}")).await;
        assert_eq!(deposit.body["status"], "failed", "{card}");
        assert_eq!(deposit.body["failure"]["code"], code, "{card}");
    }
    assert_eq!(app.world.balance(ANN).await, 0);
    assert_eq!(app.world.pending(ANN).await, (0, 0));
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_bank_that_takes_it_back_an_hour_later_gets_it_from_the_user_and_the_house() {
    let app = App::start().await;
    let id = app.deposited("4000000000000341", 1000).await;
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    app.world.transfer(ANN.account_id("EUR"), BOB.account_id("EUR"), 600).await;
    app.process.pass(2 * HOUR).await;
    let deposit = app.process.get(ANN, &format!("/v1/payments/deposits/{id}")).await;
    assert_eq!(deposit.body["status"], "failed");
    assert_eq!(deposit.body["failure"]["code"], "late_failure");
    assert_eq!(app.world.balance(ANN).await, 0);
    assert_eq!(app.world.balance(BOB).await, 600);
    assert_eq!(app.world.disputes().await, -600);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_lost_dispute_stays_taken_and_a_won_one_is_given_back() {
    let app = App::start().await;
    let lost = app.deposited("4000000000000259", 1000).await;
    app.world.transfer(ANN.account_id("EUR"), BOB.account_id("EUR"), 900).await;
    app.process.pass(2 * HOUR).await;
    assert_eq!(app.deposit_status(&lost).await, "disputed");
    assert_eq!((app.world.balance(ANN).await, app.world.disputes().await), (0, -900));
    app.assert_balanced().await;
    let refund = app.process.refund(ANN, &lost, json!({})).await;
    assert_eq!(refund.problem(), (409, "payments.deposit.not_refundable"));
    let won = app.deposited("4000000000001976", 300).await;
    app.process.pass(2 * HOUR).await;
    assert_eq!(app.deposit_status(&won).await, "disputed");
    assert_eq!(app.world.balance(ANN).await, 0);
    app.process.pass(WEEK).await;
    assert_eq!(app.deposit_status(&lost).await, "disputed");
    assert_eq!(app.deposit_status(&won).await, "succeeded");
    assert_eq!((app.world.balance(ANN).await, app.world.disputes().await), (300, -900));
    app.assert_balanced().await;
    let told = "select count(*) from bus.events where kind = 'payments.deposit.disputed'";
    assert_eq!(app.world.count(told).await, 2);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_is_the_same_deposit() {
    let app = App::start().await;
    let (path, key) = ("/v1/payments/deposits", [("idempotency-key", "k1")]);
    let body = deposit_body(GOOD_CARD, 500);
    let first = app.process.post_with(ANN, path, &key, body.clone()).await;
    app.process.bus.settle().await;
    let again = app.process.post_with(ANN, path, &key, body).await;
    assert_eq!((again.status, &again.body), (202, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(first.headers.get("idempotency-replayed"), None);
    for other in [deposit_body(GOOD_CARD, 501), deposit_body("4000000000000002", 500)] {
        let answer = app.process.post_with(ANN, path, &key, other).await;
        assert_eq!(answer.problem(), (422, "request.idempotency_key.reused"));
    }
    let bobs = app.process.post_with(BOB, path, &key, deposit_body(GOOD_CARD, 500)).await;
    assert_ne!(bobs.id(), first.id());
    app.process.bus.settle().await;
    assert_eq!((app.world.balance(ANN).await, app.world.balance(BOB).await), (500, 500));
}

#[tokio::test]
async fn a_hundred_requests_with_one_key_have_one_effect() {
    let app = App::start().await;
    let (path, key) = ("/v1/payments/deposits", [("idempotency-key", "k1")]);
    let body = deposit_body(GOOD_CARD, 500);
    let requests = (0..100).map(|_| app.process.post_with(ANN, path, &key, body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    let first = &answers[0].body;
    for answer in &answers {
        let is_busy = answer.status == 503;
        assert!(
            is_busy || (answer.status == 202 && answer.body["id"] == first["id"]),
            "{answer:?}"
        );
    }
    assert!(answers.iter().filter(|answer| answer.status == 202).count() >= 50);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 500);
    assert_eq!(app.world.count("select count(*) from payments.sandbox_payments").await, 1);
}

#[tokio::test]
async fn what_can_not_be_deposited_is_refused_and_leaves_nothing() {
    let limits = AmountLimits { min: Amount::new(100), max: Amount::new(1000) };
    let options = PaymentsOptions {
        limits: [("EUR".to_owned(), limits)].into(),
        ..PaymentsOptions::default()
    };
    let app = App::start_with(options).await;
    app.world.create_asset("APPLE", "goods").await;
    app.world.create_asset("USD", "money").await;
    let with = |field: &str, value: serde_json::Value| {
        let mut body = deposit_body(GOOD_CARD, 500);
        *body.pointer_mut(field).unwrap() = value;
        body
    };
    for (body, expected) in [
        (with("/asset", json!("GBP")), (422, "payments.asset.unknown")),
        (with("/asset", json!("")), (422, "payments.asset.unknown")),
        (with("/asset", json!("APPLE")), (422, "payments.asset.not_money")),
        (with("/asset", json!("USD")), (404, "payments.account.not_found")),
        (with("/amount", json!("99")), (422, "payments.amount.too_small")),
        (with("/amount", json!("0")), (422, "payments.amount.too_small")),
        (with("/amount", json!("1001")), (422, "payments.amount.too_large")),
        (with("/amount", json!(u128::MAX.to_string())), (422, "payments.amount.too_large")),
        (with("/amount", json!("-1")), (400, "request.body.invalid")),
        (with("/amount", json!(1.5)), (400, "request.body.invalid")),
        (with("/card/number", json!("4242424242424241")), (422, "payments.card.number_invalid")),
        (with("/card/number", json!(4_242_424_242_424_242_u64)), (400, "request.body.invalid")),
        (with("/card/exp_year", json!(2024)), (422, "payments.card.expired")),
        (with("/card/cvc", json!("1")), (422, "payments.card.cvc_invalid")),
        (with("/card", json!({ "token": "pm_x" })), (422, "payments.card.not_found")),
        (with("/card", json!({})), (400, "request.body.invalid")),
        (with("/card", json!({ "number": GOOD_CARD, "pin": 1 })), (400, "request.body.invalid")),
    ] {
        let answer = app.process.post(ANN, "/v1/payments/deposits", body.clone()).await;
        assert_eq!(answer.problem(), expected, "{body}");
        assert!(!answer.text.contains("42424242"), "{answer:?}");
    }
    let mut extra = deposit_body(GOOD_CARD, 500);
    extra["status"] = json!("succeeded");
    let answer = app.process.post(ANN, "/v1/payments/deposits", extra).await;
    assert_eq!(answer.problem(), (400, "request.body.invalid"));
    let mut elsewhere = deposit_body(GOOD_CARD, 500);
    elsewhere["return_url"] = json!("javascript:alert(1)");
    let answer = app.process.post(ANN, "/v1/payments/deposits", elsewhere).await;
    assert_eq!(answer.body["errors"][0]["pointer"], "/return_url");
    app.process.bus.settle().await;
    assert_eq!(app.world.count("select count(*) from payments.deposits").await, 0);
}

#[tokio::test]
async fn a_card_is_used_again_by_its_token_and_only_by_its_owner() {
    let app = App::start().await;
    let made = app.process.deposit(ANN, GOOD_CARD, 500).await;
    let token = made.body["card"]["token"].clone();
    let body = json!({ "asset": "EUR", "amount": "300", "card": { "token": token } });
    let again = app.process.post(ANN, "/v1/payments/deposits", body.clone()).await;
    assert_eq!((again.status, &again.body["card"]), (202, &made.body["card"]));
    let bobs = app.process.post(BOB, "/v1/payments/deposits", body).await;
    assert_eq!(bobs.problem(), (422, "payments.card.not_found"));
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 800);
}

#[tokio::test]
async fn a_token_that_no_text_in_the_database_can_be_is_not_found() {
    let app = App::start().await;
    let body = json!({ "asset": "EUR", "amount": "300", "card": { "token": "pm_\0" } });
    let answer = app.process.post(ANN, "/v1/payments/deposits", body).await;
    assert_eq!(answer.problem(), (422, "payments.card.not_found"));
}

#[tokio::test]
async fn foreign_deposits_are_like_unknown_ones() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 500).await;
    let unknown = "dep_01h455vb4pex5vsknk084sn02q";
    for (user, id) in [(BOB, id.as_str()), (ANN, unknown), (BOB, unknown)] {
        let path = format!("/v1/payments/deposits/{id}");
        let answers = [
            app.process.get(user, &path).await,
            app.process.get(user, &format!("{path}/refunds")).await,
            app.process.refund(user, id, json!({})).await,
        ];
        for answer in answers {
            assert_eq!(answer.problem(), (404, "payments.deposit.not_found"), "{user} {id}");
        }
    }
    let wrong = app.process.get(ANN, "/v1/payments/deposits/usr_01h455vb4pex5vsknk084sn02q").await;
    assert_eq!(wrong.problem(), (400, "request.path.invalid"));
}

#[tokio::test]
async fn nobody_and_frozen_users_move_nothing() {
    let app = App::start().await;
    let frozen = identity::Actor { is_frozen: true, ..actor(ANN) };
    let id = app.deposited(GOOD_CARD, 500).await;
    let refunds = format!("/v1/payments/deposits/{id}/refunds");
    for (path, body) in [
        ("/v1/payments/deposits", deposit_body(GOOD_CARD, 500)),
        ("/v1/payments/withdrawals", crate::app::withdrawal_body(crate::app::GOOD_IBAN, 500)),
        (refunds.as_str(), json!({})),
    ] {
        let answer = app.process.post_as(frozen, path, &[], body.clone()).await;
        assert_eq!(answer.problem(), (403, "identity.user.frozen"), "{path}");
        let json = [("content-type", "application/json")];
        let body = axum::body::Body::from(body.to_string());
        let answer = app.process.send(None, axum::http::Method::POST, path, &json, body).await;
        assert_eq!(answer.problem(), (401, "request.token.missing"), "{path}");
    }
    assert_eq!(app.world.balance(ANN).await, 500);
}

#[tokio::test]
async fn lists_are_the_callers_own_in_pages_newest_first() {
    let app = App::start().await;
    let mut ids = Vec::new();
    for amount in [100, 200, 300] {
        ids.push(app.deposited(GOOD_CARD, amount).await);
        app.process.pass(MINUTE).await;
    }
    ids.reverse();
    app.process.deposit(BOB, GOOD_CARD, 400).await;
    let first = app.process.get(ANN, "/v1/payments/deposits?limit=2").await;
    assert!(first.headers["link"].to_str().unwrap().contains("rel=\"next\""));
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second =
        app.process.get(ANN, &format!("/v1/payments/deposits?limit=2&cursor={cursor}")).await;
    let listed = |answer: &crate::app::Answer| -> Vec<String> {
        let data = answer.body["data"].as_array().unwrap();
        data.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!([listed(&first), listed(&second)].concat(), ids);
    assert_eq!(second.body["next_cursor"], json!(null));
    let bad = app.process.get(ANN, "/v1/payments/deposits?cursor=zzz").await;
    assert_eq!(bad.problem(), (400, "request.cursor.invalid"));
}

/// Closes Ann's account, whatever is in it.
async fn close_account(app: &App) {
    let asset = app.world.ledger.asset("EUR").await.unwrap().unwrap().no;
    let closing = ledger::engine::NewTransfer {
        id: 77,
        debit_account: ANN.account_id("EUR"),
        credit_account: BOB.account_id("EUR"),
        asset,
        code: 200,
        flags: ledger::engine::TransferFlags(
            ledger::engine::TransferFlags::PENDING | ledger::engine::TransferFlags::CLOSING_DEBIT,
        ),
        ..Default::default()
    };
    let results = app.world.ledger.create_transfers(vec![closing]).await.unwrap();
    assert!(results[0].status.is_success(), "{results:?}");
}

#[tokio::test]
async fn a_deposit_into_an_account_that_closed_meanwhile_is_refused_at_once() {
    let app = App::start().await;
    close_account(&app).await;
    let made = app.process.deposit(ANN, GOOD_CARD, 500).await;
    assert_eq!(made.problem(), (422, "payments.account.closed"));
    app.process.pass(DAY).await;
    app.assert_balanced().await;
}

#[tokio::test]
async fn what_a_card_paid_for_an_account_that_was_closed_is_kept_by_the_house() {
    let mut app = App::start().await;
    let slow = app.deposited("4000000000000077", 500).await;
    // No worker may be faster than the closing.
    app.stop_workers().await;
    let disputed = app.process.deposit(ANN, "4000000000000259", 300).await;
    close_account(&app).await;
    app.process = app.world.start(PaymentsOptions::default()).await;
    app.process.pass(HOUR).await;
    assert_eq!(app.deposit_status(&slow).await, "succeeded");
    assert_eq!((app.world.balance(ANN).await, app.world.pending(ANN).await), (0, (0, 0)));
    assert_eq!(app.world.disputes().await, 800);
    app.process.pass(WEEK).await;
    assert_eq!(app.deposit_status(&disputed.id()).await, "disputed");
    assert_eq!(app.world.disputes().await, 500);
    app.assert_balanced().await;
}
