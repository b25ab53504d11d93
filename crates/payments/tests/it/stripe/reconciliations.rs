//! Stripe's balance transactions against the clearing account.

use serde_json::{Value, json};

use super::StripeApp;
use super::double::{DISPUTE_FEE, FEE};
use crate::app::{ANN, Process, staff};
use ledger::AccountKey;

/// A reconciliation that has ended, and its differences.
pub(crate) async fn reconciled(process: &Process, provider: &str, grace_s: u32) -> Vec<Value> {
    let run = crate::reconciliations::run(process, provider, grace_s).await;
    assert_eq!(run["status"], "completed", "{run}");
    let found = crate::reconciliations::differences(process, &run).await;
    assert_eq!(run["differences"], found.len(), "{run}");
    found
}

#[tokio::test]
async fn everything_agrees_and_fees_are_booked_once() {
    let it = StripeApp::start().await;
    let (_, intent) = it.deposited(1000).await;
    let (refunded, _) = it.deposited(2000).await;
    it.app.process.refund(ANN, &refunded, json!({ "amount": "500" })).await;
    it.app.process.bus.settle().await;
    it.stripe.dispute(&intent);
    it.deliver().await;
    // Stripe pays what it owes to the house's bank, and takes its price for something else.
    it.stripe.move_by("payout", "eur", -700, 0);
    it.stripe.move_by("stripe_fee", "eur", -90, 0);
    for _ in 0..2 {
        assert_eq!(reconciled(&it.app.process, "stripe", 0).await, [] as [Value; 0]);
    }
    let fees = AccountKey::Address("payments/fees/EUR");
    assert_eq!(it.app.world.posted(fees).await, -i128::from(2 * FEE + DISPUTE_FEE + 90));
    assert_eq!(it.app.world.posted(AccountKey::Address("payments/bank/EUR")).await, -700);
    let clearing = it.app.process.payments.clearing("stripe", "EUR").await.unwrap();
    assert_eq!(clearing.books, clearing.provider);
}

#[tokio::test]
async fn pages_are_read_to_their_end() {
    let it = StripeApp::start().await;
    it.stripe.page(3);
    for _ in 0..8 {
        it.deposited(1000).await;
    }
    assert_eq!(reconciled(&it.app.process, "stripe", 0).await, [] as [Value; 0]);
    let entries = "select count(*) from payments.provider_entries";
    assert_eq!(it.app.world.count(entries).await, 8);
}

#[tokio::test]
async fn every_kind_of_difference_is_found() {
    let it = StripeApp::start().await;
    let (missing_there, _) = it.deposited(1000).await;
    it.stripe.forget_transactions("charge");
    it.stripe.move_by("charge", "eur", 77, 0);
    let (amount, _) = it.deposited(2000).await;
    it.stripe.change_transaction("charge", json!({ "amount": 1999 }));
    let (currency, _) = it.deposited(3000).await;
    it.stripe.change_transaction("charge", json!({ "currency": "usd", "amount": 3300, "fee": 0 }));
    // Nobody holds this asset here, so the fee can't be booked.
    it.stripe.move_by("stripe_fee", "chf", -5, 0);
    let found = reconciled(&it.app.process, "stripe", 0).await;
    let of = |kind: &str| {
        let mut all = found.iter().filter(|it| it["kind"] == kind);
        let one = all.next().unwrap_or_else(|| panic!("{kind} in {found:?}"));
        assert!(all.next().is_none(), "{found:?}");
        one
    };
    assert_eq!(found.len(), 5, "{found:?}");
    let it = of("missing_there");
    assert_eq!((&it["reference"], &it["ours"]), (&json!(missing_there), &json!("1000")));
    let it = of("missing_here");
    assert_eq!(
        (&it["theirs"], &it["ours"], &it["subject"]),
        (&json!("77"), &json!(null), &json!("deposit"))
    );
    let it = of("amount");
    assert_eq!((&it["reference"], &it["theirs"]), (&json!(amount), &json!("1999")));
    let it = of("currency");
    assert_eq!((&it["reference"], &it["theirs_asset"]), (&json!(currency), &json!("USD")));
    assert_eq!(
        (&it["asset"], &it["ours"], &it["theirs"]),
        (&json!("EUR"), &json!("3000"), &json!("3300"))
    );
    let it = of("fee");
    assert_eq!((&it["asset"], &it["theirs"]), (&json!("CHF"), &json!("-5")));
}

#[tokio::test]
async fn what_is_younger_than_the_grace_may_be_on_its_way() {
    let it = StripeApp::start().await;
    it.deposited(1000).await;
    it.stripe.forget_transactions("charge");
    assert_eq!(reconciled(&it.app.process, "stripe", 3_600).await.len(), 0);
    it.app.world.clock.advance(std::time::Duration::from_secs(3_601));
    assert_eq!(reconciled(&it.app.process, "stripe", 3_600).await.len(), 1);
    it.stripe.move_by("charge", "eur", 1000, 0);
    // Of a charge that names no deposit nobody knows that it is this one.
    assert_eq!(reconciled(&it.app.process, "stripe", 0).await.len(), 2);
}

#[tokio::test]
async fn a_refund_made_in_stripes_dashboard_is_found() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.deposited(1000).await;
    it.stripe.refund_by_hand(&intent, 300);
    it.deliver().await;
    let found = reconciled(&it.app.process, "stripe", 0).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (&found[0]["kind"], &found[0]["subject"]),
        (&json!("missing_here"), &json!("refund"))
    );
    assert_eq!((&found[0]["reference"], &found[0]["theirs"]), (&json!(deposit), &json!("-300")));
}

#[tokio::test]
async fn a_run_that_stripe_does_not_answer_fails_in_the_end_and_says_so() {
    let it = StripeApp::start().await;
    let body = json!({ "provider": "stripe" });
    it.stripe.fail_next(&[super::double::Fault::ShouldRetry(500, false); 40]);
    let path = "/v1/payments/reconciliations";
    let made = it.app.process.post_as(staff(crate::app::BOB), path, &[], body).await;
    assert_eq!(made.status, 202, "{made:?}");
    it.app.process.bus.settle().await;
    let run = crate::reconciliations::get(&it.app.process, &made.id()).await;
    assert_eq!(run["status"], "running");
    for _ in 0..8 {
        it.app.process.pass(std::time::Duration::from_secs(3_600)).await;
    }
    let run = crate::reconciliations::get(&it.app.process, &made.id()).await;
    assert_eq!(run["status"], "failed", "{run}");
    assert_eq!(run["failure"]["code"], "payments.provider.unavailable");
}
