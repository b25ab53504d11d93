//! `/v1/payments/deposits/{id}/refunds`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::app::{ANN, App, BOB, GOOD_CARD, actor_with, staff};

const HOUR: Duration = Duration::from_secs(3_600);

async fn refunds(app: &App, deposit: &str) -> Vec<Value> {
    let answer = app.process.get(ANN, &format!("/v1/payments/deposits/{deposit}/refunds")).await;
    answer.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_part_and_then_the_rest_are_refunded() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    let part = app.process.refund(ANN, &id, json!({ "amount": "400", "reason": "too much" })).await;
    assert_eq!((part.status, &part.body["status"]), (202, &json!("pending")), "{part:?}");
    assert_eq!(app.world.balance(ANN).await, 600);
    app.process.bus.settle().await;
    let deposit = app.process.get(ANN, &format!("/v1/payments/deposits/{id}")).await;
    assert_eq!(deposit.body["status"], "partly_refunded");
    assert_eq!(deposit.body["refunded"], "400");
    app.assert_balanced().await;
    let rest = app.process.refund(ANN, &id, json!({})).await;
    assert_eq!(rest.body["amount"], "600");
    app.process.bus.settle().await;
    assert_eq!(app.deposit_status(&id).await, "refunded");
    let more = app.process.refund(ANN, &id, json!({ "amount": "1" })).await;
    assert_eq!(more.problem(), (422, "payments.refund.too_large"));
    let listed = refunds(&app, &id).await;
    assert!(listed.iter().all(|refund| refund["status"] == "succeeded"), "{listed:?}");
    assert_eq!(listed.len(), 2);
    assert_eq!(app.world.balance(ANN).await, 0);
    app.assert_balanced().await;
}

#[tokio::test]
async fn of_24_refunds_at_once_only_as_many_succeed_as_the_deposit_brought() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    // Money from elsewhere, so that the account alone would let all of them through.
    app.process.deposit(BOB, GOOD_CARD, 9000).await;
    app.process.bus.settle().await;
    app.world.transfer(BOB.account_id("EUR"), ANN.account_id("EUR"), 9000).await;
    let body = json!({ "amount": "300" });
    let requests = (0..24).map(|_| app.process.refund(ANN, &id, body.clone()));
    let answers = futures_util::future::join_all(requests).await;
    let made = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(made, 3, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 202) {
        assert_eq!(refused.problem(), (422, "payments.refund.too_large"));
    }
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 9100);
    assert_eq!(app.deposit_status(&id).await, "partly_refunded");
    let sql = "select sum(amount)::int8 from payments.sandbox_refunds where status = 'succeeded'";
    assert_eq!(app.world.count(sql).await, 900);
    app.assert_balanced().await;
}

#[tokio::test]
async fn what_was_spent_can_not_be_refunded() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    app.world.transfer(ANN.account_id("EUR"), BOB.account_id("EUR"), 800).await;
    let path = format!("/v1/payments/deposits/{id}/refunds");
    let key = [("idempotency-key", "r1")];
    let refused = app.process.post_with(ANN, &path, &key, json!({})).await;
    assert_eq!(refused.problem(), (422, "payments.account.insufficient_funds"));
    let again = app.process.post_with(ANN, &path, &key, json!({})).await;
    assert_eq!(again.problem(), (422, "payments.account.insufficient_funds"));
    let part = app.process.refund(ANN, &id, json!({ "amount": "200" })).await;
    assert_eq!(part.status, 202);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 0);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_refund_that_comes_back_is_given_back() {
    let app = App::start().await;
    let id = app.deposited("4000000000005126", 1000).await;
    let made = app.process.refund(ANN, &id, json!({ "amount": "700" })).await;
    assert_eq!(made.status, 202);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 300);
    assert_eq!(refunds(&app, &id).await[0]["status"], "succeeded");
    app.process.pass(2 * HOUR).await;
    let refund = &refunds(&app, &id).await[0];
    assert_eq!(
        (&refund["status"], &refund["failure"]["code"]),
        (&json!("failed"), &json!("card_closed"))
    );
    assert_eq!(app.world.balance(ANN).await, 1000);
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    app.assert_balanced().await;
    let told = "select count(*) from bus.events where kind = 'payments.refund.failed'";
    assert_eq!(app.world.count(told).await, 1);
}

#[tokio::test]
async fn a_refund_that_the_provider_refuses_is_given_back() {
    let app = App::start().await;
    // Disputed at the provider, of which we have not heard: its webhooks are held up.
    let id = app.deposited("4000000000000259", 1000).await;
    app.process.pass(2 * HOUR).await;
    let sql = "update payments.chargebacks set status = 'won'";
    app.world.database().client().await.unwrap().batch_execute(sql).await.unwrap();
    app.process.deposit(ANN, GOOD_CARD, 1000).await;
    app.process.bus.settle().await;
    let made = app.process.refund(ANN, &id, json!({})).await;
    assert_eq!(made.status, 202, "{made:?}");
    assert_eq!(app.world.balance(ANN).await, 0);
    app.process.bus.settle().await;
    let refund = &refunds(&app, &id).await[0];
    assert_eq!(refund["failure"]["code"], "payment_disputed", "{refund}");
    assert_eq!(app.world.balance(ANN).await, 1000);
}

#[tokio::test]
async fn staff_refunds_for_others_and_it_is_audited() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    let path = format!("/v1/payments/deposits/{id}/refunds");
    let body = json!({ "amount": "100", "reason": "goodwill" });
    let support = actor_with(BOB, identity::Role::Support.permissions());
    let refused = app.process.post_as(support, &path, &[], body.clone()).await;
    assert_eq!(refused.problem(), (404, "payments.deposit.not_found"));
    let made = app.process.post_as(staff(BOB), &path, &[], body.clone()).await;
    assert_eq!(made.status, 202, "{made:?}");
    let made = app.process.post_as(identity::Actor::OPERATOR, &path, &[], body.clone()).await;
    assert_eq!(made.status, 202, "{made:?}");
    let mine = app.process.refund(ANN, &id, body).await;
    assert_eq!(mine.status, 202, "{mine:?}");
    let audited = "select count(*) from audit.entries where action = 'payments.refund.created'
        and reason = 'goodwill'";
    assert_eq!(app.world.count(audited).await, 2);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 700);
}

#[tokio::test]
async fn refunds_need_a_deposit_that_succeeded_and_a_sane_body() {
    let app = App::start().await;
    let slow = app.deposited("4000000000000077", 500).await;
    let failed = app.deposited("4000000000000002", 500).await;
    for id in [slow, failed] {
        let answer = app.process.refund(ANN, &id, json!({})).await;
        assert_eq!(answer.problem(), (409, "payments.deposit.not_refundable"));
    }
    let id = app.deposited(GOOD_CARD, 500).await;
    for (body, expected) in [
        (json!({ "amount": "0" }), (422, "payments.amount.too_small")),
        (json!({ "amount": "501" }), (422, "payments.refund.too_large")),
        (json!({ "amount": "-1" }), (400, "request.body.invalid")),
        (json!({ "reason": "" }), (400, "request.body.invalid")),
        (json!({ "reason": "a\nb" }), (400, "request.body.invalid")),
        (json!({ "status": "succeeded" }), (400, "request.body.invalid")),
    ] {
        let answer = app.process.refund(ANN, &id, body.clone()).await;
        assert_eq!(answer.problem(), expected, "{body}");
    }
    assert_eq!(app.world.balance(ANN).await, 500);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_refunds_once() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 1000).await;
    let path = format!("/v1/payments/deposits/{id}/refunds");
    let key = [("idempotency-key", "r1")];
    let first = app.process.post_with(ANN, &path, &key, json!({})).await;
    app.process.bus.settle().await;
    let again = app.process.post_with(ANN, &path, &key, json!({})).await;
    assert_eq!((again.status, &again.body), (202, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = app.process.post_with(ANN, &path, &key, json!({ "amount": "1" })).await;
    assert_eq!(other.problem(), (422, "request.idempotency_key.reused"));
    assert_eq!(refunds(&app, &id).await.len(), 1);
}

/// Whoever takes a deposit back takes what is left of it.
#[tokio::test]
async fn what_was_refunded_is_not_taken_back_again() {
    for (card, status) in [("4000000000000341", "failed"), ("4000000000000259", "disputed")] {
        let app = App::start().await;
        let id = app.deposited(card, 1000).await;
        app.process.refund(ANN, &id, json!({ "amount": "300" })).await;
        app.process.bus.settle().await;
        assert_eq!(app.world.balance(ANN).await, 700);
        app.process.pass(2 * HOUR).await;
        assert_eq!(app.deposit_status(&id).await, status);
        assert_eq!((app.world.balance(ANN).await, app.world.disputes().await), (0, 0));
        app.assert_balanced().await;
        let taken = "select sum(amount)::int8 from payments.chargebacks";
        assert_eq!(app.world.count(taken).await, 700);
    }
}
