//! Charges: card payments into the account of a purchase.

use std::time::Duration;

use identity::UserId;
use kernel::Amount;
use payments::provider::CardDetails;
use payments::{
    ChargeWith, Deposit, DepositId, DepositStatus, NewCharge, PayWith, PreparedCharge, RefundId,
};
use serde_json::json;

use crate::app::{ANN, App, GOOD_CARD, staff};

const HOUR: Duration = Duration::from_secs(3_600);
/// Who is nobody's user: its account is that of the purchase.
const PURCHASE: UserId = UserId::from_u128(0xfee);

async fn shop() -> App {
    let app = App::start().await;
    app.world.open(PURCHASE, "EUR").await;
    app
}

async fn prepared(app: &App, number: &str) -> PreparedCharge {
    let (number, cvc) = (number.to_owned(), "123".to_owned());
    let card = CardDetails { number, exp_month: 12, exp_year: 2030, cvc };
    let with = ChargeWith { provider: None, pay_with: PayWith::Card(card) };
    app.process.payments.prepare_charge(None, &with).await.unwrap()
}

/// A guest's charge that has gone as its card says up to now.
async fn charged(app: &App, number: &str, amount: u128) -> Deposit {
    let new = NewCharge {
        user: None,
        account: PURCHASE.account_id("EUR"),
        reference: "ord_1".to_owned(),
        asset: "EUR".to_owned(),
        amount: Amount::new(amount),
        with: prepared(app, number).await,
        return_url: None,
    };
    let id = DepositId::generate();
    let made = app.process.payments.create_charge(id, &new).await.unwrap();
    let again = app.process.payments.create_charge(id, &new).await.unwrap();
    assert_eq!((again.id, again.created_at), (made.id, made.created_at));
    app.process.bus.settle().await;
    app.process.payments.charge(id).await.unwrap().unwrap()
}

async fn told(app: &App, kind: &str) -> i64 {
    let sql = format!(
        "select count(*) from bus.events where kind = '{kind}' and subject is null \
            and data->>'reference' = 'ord_1'"
    );
    app.world.count(&sql).await
}

#[tokio::test]
async fn a_guests_card_pays_into_the_account_of_the_purchase() {
    let app = shop().await;
    let charge = charged(&app, GOOD_CARD, 700).await;
    assert_eq!(charge.status, DepositStatus::Succeeded);
    assert_eq!(charge.card.unwrap().face.last4, "4242");
    assert_eq!(app.world.balance(PURCHASE).await, 700);
    assert_eq!(told(&app, "payments.charge.succeeded").await, 1);
    assert_eq!(
        app.world.count("select count(*) from bus.events where kind like '%deposit%'").await,
        0
    );
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_card_that_is_declined_brings_nothing() {
    let app = shop().await;
    let charge = charged(&app, "4000000000000002", 700).await;
    assert_eq!(charge.status, DepositStatus::Failed);
    assert_eq!(charge.failure.as_deref(), Some("card_declined"));
    assert_eq!(app.world.balance(PURCHASE).await, 0);
    assert_eq!(told(&app, "payments.charge.failed").await, 1);
    app.assert_balanced().await;
}

#[tokio::test]
async fn only_who_sells_gives_a_charge_back_and_never_more_than_it_brought() {
    let app = shop().await;
    let charge = charged(&app, GOOD_CARD, 700).await;
    let path = format!("/v1/payments/deposits/{}", charge.id);
    assert_eq!(app.process.get(ANN, &path).await.status, 404);
    let refunds = format!("{path}/refunds");
    let refused = app.process.post_as(staff(ANN), &refunds, &[], json!({})).await;
    assert_eq!(refused.problem(), (404, "payments.deposit.not_found"));
    let refund =
        |id, amount| app.process.payments.refund_charge(id, charge.id, Amount::new(amount));
    let first = RefundId::generate();
    refund(first, 500).await.unwrap();
    refund(first, 500).await.unwrap();
    assert!(refund(RefundId::generate(), 201).await.is_err());
    refund(RefundId::generate(), 200).await.unwrap();
    assert_eq!(app.world.balance(PURCHASE).await, 0);
    app.process.bus.settle().await;
    assert_eq!(told(&app, "payments.charge.refunded").await, 2);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_refund_whose_card_is_gone_comes_back_into_the_account() {
    let app = shop().await;
    let charge = charged(&app, "4000000000005126", 700).await;
    let refund = RefundId::generate();
    app.process.payments.refund_charge(refund, charge.id, Amount::new(300)).await.unwrap();
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(PURCHASE).await, 400);
    app.process.pass(2 * HOUR).await;
    assert_eq!(app.world.balance(PURCHASE).await, 700);
    assert_eq!(told(&app, "payments.charge.refund_failed").await, 1);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_charge_that_nobody_confirms_is_given_up_with_its_purchase() {
    let app = shop().await;
    let charge = charged(&app, "4000000000003220", 700).await;
    assert_eq!(charge.status, DepositStatus::RequiresAction);
    assert!(app.process.payments.next_action(&charge).is_some());
    app.process.payments.give_up_charge(charge.id).await.unwrap();
    app.process.bus.settle().await;
    let ended = app.process.payments.charge(charge.id).await.unwrap().unwrap();
    assert_eq!(ended.status, DepositStatus::Failed);
    assert_eq!(told(&app, "payments.charge.failed").await, 1);
    // Giving up what has ended changes nothing.
    app.process.payments.give_up_charge(charge.id).await.unwrap();
    app.process.bus.settle().await;
    assert_eq!(told(&app, "payments.charge.failed").await, 1);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_dispute_takes_what_the_purchase_still_has_and_the_rest_from_the_house() {
    let app = shop().await;
    charged(&app, "4000000000000259", 700).await;
    app.world.transfer(PURCHASE.account_id("EUR"), ANN.account_id("EUR"), 600).await;
    app.process.pass(2 * HOUR).await;
    assert_eq!((app.world.balance(PURCHASE).await, app.world.disputes().await), (0, -600));
    assert_eq!(told(&app, "payments.charge.disputed").await, 1);
}

#[tokio::test]
async fn a_guest_has_no_card_to_pay_with_again() {
    let app = shop().await;
    let kept = prepared(&app, GOOD_CARD).await;
    let pay_with = PayWith::Token(kept.card_token.unwrap());
    let with = ChargeWith { provider: None, pay_with };
    let refused = app.process.payments.prepare_charge(None, &with).await.unwrap_err();
    assert_eq!(kernel::DomainError::code(&refused), "payments.card.not_found");
    let as_ann = app.process.payments.prepare_charge(Some(ANN), &with).await;
    assert!(as_ann.is_err(), "a guest's card is nobody else's");
}
