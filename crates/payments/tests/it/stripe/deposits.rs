//! Deposits and refunds by Stripe.

use std::time::Duration;

use serde_json::json;

use super::double::{Double, Fault, PUBLISHABLE_KEY, SECRET_KEY};
use super::{StripeApp, assert_balanced, deposit_body};
use crate::app::{ANN, GOOD_CARD, deposit_body as sandbox_body, withdrawal_body};

const HOUR: Duration = Duration::from_secs(3_600);
const DECLINED: &str = "4000000000000002";
const THREE_D_SECURE: &str = "4000000000003220";

#[tokio::test]
async fn the_form_gets_what_it_needs_and_the_amount_comes_when_stripe_says_so() {
    let it = StripeApp::start().await;
    let made = it.app.process.post(ANN, "/v1/payments/deposits", deposit_body(1000)).await;
    assert_eq!((made.status, &made.body["status"]), (202, &json!("pending")), "{made:?}");
    assert_eq!((&made.body["provider"], &made.body["card"]), (&json!("stripe"), &json!(null)));
    assert_eq!(it.app.world.pending(ANN).await, (1000, 0));
    it.app.process.bus.settle().await;
    let deposit = it.deposit(&made.id()).await;
    assert_eq!(deposit["status"], "requires_action");
    assert_eq!(deposit["next_action"]["kind"], "stripe_form");
    assert_eq!(deposit["next_action"]["publishable_key"], PUBLISHABLE_KEY);
    let secret = deposit["next_action"]["client_secret"].as_str().unwrap();
    it.stripe.pay(&Double::intent_of(secret), GOOD_CARD);
    it.deliver().await;
    let deposit = it.deposit(&made.id()).await;
    assert_eq!((&deposit["status"], &deposit["next_action"]), (&json!("succeeded"), &json!(null)));
    let card = json!({ "token": null, "brand": "visa", "last4": "4242" });
    assert_eq!(deposit["card"], card);
    assert_eq!(it.app.world.balance(ANN).await, 1000);
    assert_eq!(it.app.world.pending(ANN).await, (0, 0));
    assert_balanced(&it.app.process, &it.app.world).await;
}

#[tokio::test]
async fn a_declined_card_leaves_the_form_open_for_another_one() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.begun(700).await;
    it.stripe.pay(&intent, DECLINED);
    it.deliver().await;
    assert_eq!(it.status(&deposit).await, "requires_action");
    it.stripe.pay(&intent, GOOD_CARD);
    it.deliver().await;
    assert_eq!(it.status(&deposit).await, "succeeded");
    assert_eq!(it.app.world.balance(ANN).await, 700);
}

#[tokio::test]
async fn the_cards_bank_confirms_within_the_form() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.begun(700).await;
    it.stripe.pay(&intent, THREE_D_SECURE);
    it.deliver().await;
    let shown = it.deposit(&deposit).await;
    assert_eq!(shown["status"], "requires_action");
    assert_eq!(shown["next_action"]["kind"], "stripe_form", "the same form goes on");
    it.stripe.authenticate(&intent, true);
    it.deliver().await;
    assert_eq!(it.status(&deposit).await, "succeeded");
}

#[tokio::test]
async fn a_deposit_that_nobody_confirms_is_given_up_after_a_day() {
    let it = StripeApp::start().await;
    let (left, _) = it.begun(300).await;
    let (declined, intent) = it.begun(400).await;
    it.stripe.pay(&intent, THREE_D_SECURE);
    it.stripe.authenticate(&intent, false);
    it.deliver().await;
    it.app.process.pass(20 * HOUR).await;
    assert_eq!(it.app.world.pending(ANN).await, (700, 0));
    it.app.process.pass(6 * HOUR).await;
    it.deliver().await;
    for (deposit, code) in
        [(left, "authentication_expired"), (declined, "payment_intent_authentication_failure")]
    {
        let shown = it.deposit(&deposit).await;
        assert_eq!((&shown["status"], &shown["failure"]["code"]), (&json!("failed"), &json!(code)));
        assert_eq!(shown["next_action"], json!(null));
    }
    assert_eq!(it.app.world.pending(ANN).await, (0, 0));
    assert_eq!(it.app.world.balance(ANN).await, 0);
}

/// The card's bank takes its time, and then says no: the form may be closed by then.
#[tokio::test]
async fn a_payment_that_fails_after_it_was_processed_is_given_up_too() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.begun(300).await;
    it.stripe.change_object(&intent, json!({ "status": "processing" }));
    it.app.process.pass(HOUR).await;
    assert_eq!(it.status(&deposit).await, "pending");
    it.stripe.change_object(&intent, json!({ "status": "requires_payment_method" }));
    it.app.process.pass(30 * HOUR).await;
    assert_eq!(it.status(&deposit).await, "failed");
    assert_eq!(it.app.world.pending(ANN).await, (0, 0));
}

#[tokio::test]
async fn nobody_is_told_that_their_own_form_waits_for_them() {
    let it = StripeApp::start().await;
    it.deposited(500).await;
    let told = "select count(*) from bus.events where kind = 'payments.deposit.requires_action'";
    assert_eq!(it.app.world.count(told).await, 0);
    let told = "select count(*) from bus.events where kind = 'payments.deposit.succeeded'";
    assert_eq!(it.app.world.count(told).await, 1);
}

#[tokio::test]
async fn a_part_and_then_the_rest_are_refunded_and_never_more() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.deposited(1000).await;
    let part = it.app.process.refund(ANN, &deposit, json!({ "amount": "400" })).await;
    assert_eq!(part.status, 202, "{part:?}");
    it.app.process.bus.settle().await;
    it.deliver().await;
    assert_eq!(it.status(&deposit).await, "partly_refunded");
    let more = it.app.process.refund(ANN, &deposit, json!({ "amount": "601" })).await;
    assert_eq!(more.problem(), (422, "payments.refund.too_large"));
    it.app.process.refund(ANN, &deposit, json!({})).await;
    it.app.process.bus.settle().await;
    assert_eq!(it.status(&deposit).await, "refunded");
    assert_eq!(it.stripe.refunds_of(&intent).len(), 2);
    assert_eq!(it.app.world.balance(ANN).await, 0);
    assert_balanced(&it.app.process, &it.app.world).await;
}

#[tokio::test]
async fn a_refund_that_the_cards_bank_sends_back_is_in_the_account_again() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.deposited(1000).await;
    it.app.process.refund(ANN, &deposit, json!({ "amount": "400" })).await;
    it.app.process.bus.settle().await;
    it.stripe.fail_refund(&it.stripe.refunds_of(&intent)[0]);
    it.deliver().await;
    assert_eq!(it.app.world.balance(ANN).await, 1000);
    let path = format!("/v1/payments/deposits/{deposit}/refunds");
    let refund = it.app.process.get(ANN, &path).await.body["data"][0].clone();
    assert_eq!(refund["failure"]["code"], "lost_or_stolen_card");
    assert_balanced(&it.app.process, &it.app.world).await;
}

/// The answer was lost, and by the time of the next attempt Stripe has forgotten the key.
#[tokio::test]
async fn a_refund_is_made_once_even_when_its_key_is_forgotten() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.deposited(1000).await;
    it.app.process.refund(ANN, &deposit, json!({ "amount": "400" })).await;
    it.app.process.bus.settle().await;
    let lose = "update payments.refunds
        set status = 'pending', provider_refund = null, check_at = '2000-01-01'";
    it.app.world.database().client().await.unwrap().batch_execute(lose).await.unwrap();
    it.stripe.forget_keys();
    it.app.process.pass(2 * HOUR).await;
    assert_eq!(it.stripe.refunds_of(&intent).len(), 1);
    assert_eq!(it.status(&deposit).await, "partly_refunded");
    assert_balanced(&it.app.process, &it.app.world).await;
}

#[tokio::test]
async fn a_dispute_takes_the_amount_and_a_won_one_gives_it_back() {
    let it = StripeApp::start().await;
    let (lost, lost_intent) = it.deposited(1000).await;
    let (won, won_intent) = it.deposited(2000).await;
    let disputes = [it.stripe.dispute(&lost_intent), it.stripe.dispute(&won_intent)];
    it.deliver().await;
    assert_eq!(it.status(&lost).await, "disputed");
    assert_eq!(it.app.world.balance(ANN).await, 0);
    it.stripe.close_dispute(&disputes[0], "lost");
    it.stripe.close_dispute(&disputes[1], "won");
    it.deliver().await;
    assert_eq!(it.deposit(&lost).await["dispute"]["status"], "lost");
    assert_eq!(it.deposit(&won).await["dispute"]["status"], "won");
    assert_eq!(it.status(&won).await, "succeeded");
    assert_eq!(it.app.world.balance(ANN).await, 2000);
    assert_balanced(&it.app.process, &it.app.world).await;
}

#[tokio::test]
async fn an_inquiry_moves_nothing() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.deposited(1000).await;
    let dispute = it.stripe.dispute(&intent);
    it.stripe.close_dispute(&dispute, "warning_needs_response");
    it.deliver().await;
    assert_eq!(it.status(&deposit).await, "succeeded");
    assert_eq!(it.app.world.balance(ANN).await, 1000);
}

#[tokio::test]
async fn what_goes_wrong_at_stripe_is_tried_again_and_done_once() {
    let it = StripeApp::start().await;
    for faults in [
        &[Fault::AnswerLost][..],
        &[Fault::Status(500), Fault::Status(429)],
        &[Fault::Status(409)],
        &[Fault::ShouldRetry(400, true)],
        // Not again at once, so the job comes back.
        &[Fault::ShouldRetry(503, false)],
        &[Fault::Status(401)],
        &[Fault::AnswerLost, Fault::AnswerLost, Fault::AnswerLost],
    ] {
        let before = it.stripe.count("payment_intent");
        it.stripe.fail_next(faults);
        let body = deposit_body(500);
        let made = it.app.process.post(ANN, "/v1/payments/deposits", body).await;
        assert_eq!(made.status, 202, "{made:?}");
        it.app.process.bus.settle().await;
        it.app.process.pass(Duration::from_secs(60)).await;
        assert_eq!(it.status(&made.id()).await, "requires_action", "{faults:?}");
        assert_eq!(it.stripe.count("payment_intent"), before + 1, "{faults:?}");
    }
    assert_eq!(it.app.world.count("select count(*) from bus.jobs where state = 'dead'").await, 0);
}

#[tokio::test]
async fn what_stripe_refuses_for_good_fails_and_is_released() {
    let it = StripeApp::start().await;
    it.stripe.fail_next(&[Fault::Status(400)]);
    let made = it.app.process.post(ANN, "/v1/payments/deposits", deposit_body(500)).await;
    it.app.process.bus.settle().await;
    let shown = it.deposit(&made.id()).await;
    assert_eq!(shown["status"], "failed");
    assert_eq!(shown["failure"]["code"], "refused_by_provider");
    assert_eq!(it.app.world.pending(ANN).await, (0, 0));
}

#[tokio::test]
async fn line_28_stripe_alone_decides_what_was_paid() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.begun(900).await;
    it.stripe.pay(&intent, GOOD_CARD);
    // A signed event is a hint: it says that it was paid, and Stripe says that less came.
    it.stripe.change_object(&intent, json!({ "amount_received": 899 }));
    it.deliver().await;
    assert_eq!(it.app.world.balance(ANN).await, 0);
    assert_eq!(it.status(&deposit).await, "requires_action");
    let dead = "select count(*) from bus.jobs where state = 'dead'";
    assert!(it.app.world.count(dead).await > 0, "somebody has to look");
}

#[tokio::test]
async fn no_card_comes_to_us_and_stripe_pays_nothing_out() {
    let it = StripeApp::start().await;
    let deposits = "/v1/payments/deposits";
    let with_card = it.app.process.post(ANN, deposits, sandbox_body(GOOD_CARD, 500)).await;
    assert_eq!(with_card.problem(), (422, "payments.card.not_taken"));
    let mut elsewhere = deposit_body(500);
    elsewhere["provider"] = json!("sandbox");
    let elsewhere = it.app.process.post(ANN, deposits, elsewhere).await;
    assert_eq!(elsewhere.problem(), (422, "payments.provider.not_offered"));
    it.deposited(1000).await;
    let body = withdrawal_body(crate::app::GOOD_IBAN, 500);
    let withdrawal = it.app.process.post(ANN, "/v1/payments/withdrawals", body).await;
    assert_eq!(withdrawal.problem(), (422, "payments.withdrawal.not_offered"));
    assert_eq!(it.app.world.pending(ANN).await, (0, 0));
}

#[tokio::test]
async fn assets_and_amounts_that_stripe_cannot_count_are_refused() {
    let it = StripeApp::start().await;
    for (code, scale) in [("JPY", 0), ("KWD", 3), ("ISK", 0), ("BTC", 8), ("GBP", 4)] {
        it.app.world.create_scaled_asset(code, scale).await;
        it.app.world.open(ANN, code).await;
    }
    let deposit = async |asset: &str, amount: &str| {
        let body = json!({ "asset": asset, "amount": amount });
        it.app.process.post(ANN, "/v1/payments/deposits", body).await
    };
    assert_eq!(deposit("BTC", "5000").await.problem(), (422, "payments.asset.not_offered"));
    assert_eq!(deposit("GBP", "5000").await.problem(), (422, "payments.asset.not_offered"));
    assert_eq!(deposit("KWD", "5001").await.problem(), (422, "payments.amount.not_payable"));
    for (asset, amount, units) in
        [("JPY", "5000", 5000), ("KWD", "5010", 5010), ("ISK", "500", 50_000)]
    {
        let made = deposit(asset, amount).await;
        assert_eq!(made.status, 202, "{made:?}");
        it.app.process.bus.settle().await;
        let intent = super::form_of(&it.app.process, &made.id()).await.unwrap();
        assert_eq!(it.stripe.object(&intent)["amount"], units, "{asset}");
        it.stripe.pay(&intent, GOOD_CARD);
        it.deliver().await;
        assert_eq!(it.status(&made.id()).await, "succeeded", "{asset}");
    }
}

#[tokio::test]
async fn a_repeat_is_the_first_deposit_again() {
    let it = StripeApp::start().await;
    let key = [("idempotency-key", "d1")];
    let path = "/v1/payments/deposits";
    let first = it.app.process.post_with(ANN, path, &key, deposit_body(500)).await;
    it.app.process.bus.settle().await;
    let intent = super::form_of(&it.app.process, &first.id()).await.unwrap();
    it.stripe.pay(&intent, GOOD_CARD);
    it.deliver().await;
    let again = it.app.process.post_with(ANN, path, &key, deposit_body(500)).await;
    assert_eq!(again.body, first.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = it.app.process.post_with(ANN, path, &key, deposit_body(501)).await;
    assert_eq!(other.status, 422);
    assert_eq!(it.stripe.count("payment_intent"), 1);
}

#[tokio::test]
async fn line_30_no_key_and_no_client_secret_is_in_a_table_or_an_error() {
    let it = StripeApp::start().await;
    let (deposit, _) = it.begun(500).await;
    it.stripe.fail_next(&[Fault::Status(500); 9]);
    it.app.process.pass(HOUR).await;
    it.deliver().await;
    let secret = it.deposit(&deposit).await["next_action"]["client_secret"].clone();
    let rows = crate::secrets::dump(&it.app).await;
    assert!(rows.contains("payment_intent.created"), "the webhooks are in the dump");
    for canary in [secret.as_str().unwrap(), "_secret_", SECRET_KEY, super::double::WEBHOOK_SECRET]
    {
        assert!(!rows.contains(canary), "{canary}");
    }
}

#[tokio::test]
async fn who_leaves_takes_the_cards_name_along() {
    let it = StripeApp::start().await;
    let (deposit, _) = it.deposited(500).await;
    it.app.process.payments.erase_user(ANN).await.unwrap();
    assert_eq!(it.deposit(&deposit).await["card"], json!(null));
}
