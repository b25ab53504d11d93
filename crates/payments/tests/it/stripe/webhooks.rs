//! Stripe's webhooks: who signs them, and in which order they come.

use std::time::Duration;

use serde_json::{Value, json};

use super::double::{Double, WEBHOOK_SECRET, sign};
use super::{StripeApp, deliver, options, send};
use crate::app::{ANN, App, GOOD_CARD, World};
use kernel::Clock as _;
use payments::{CrashPoint, PaymentsOptions};

#[tokio::test]
async fn line_28_only_what_stripe_signed_just_now_is_taken() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.begun(500).await;
    it.stripe.pay(&intent, GOOD_CARD);
    let body = it.stripe.undelivered().pop().unwrap();
    let now = it.app.world.clock.now().as_millis() / 1_000;
    let good = sign(WEBHOOK_SECRET, now, &body);
    let at = |time: i64| format!("t={time},v1={}", sign(WEBHOOK_SECRET, time, &body));
    let refused = [
        String::new(),
        "t=1".to_owned(),
        format!("v1={good}"),
        format!("t={now},v0={good}"),
        format!("t={now},v1={}", sign("whsec_another", now, &body)),
        format!("t={},v1={good}", now + 1),
        format!("t={now},t={now},v1={good}"),
        format!("t=x,v1={}", sign(WEBHOOK_SECRET, now, &body)),
        format!("t={now},v1={}", &good[..62]),
    ];
    for signature in refused {
        let answer = send(&it.app.process, &signature, &body).await;
        assert_eq!(answer.problem(), (401, "payments.webhook.signature_invalid"), "{signature}");
    }
    let other = body.replace("succeeded", "canceled");
    let answer = send(&it.app.process, &at(now), &other).await;
    assert_eq!(answer.problem(), (401, "payments.webhook.signature_invalid"));
    for time in [now - 301, now + 301] {
        let answer = send(&it.app.process, &at(time), &body).await;
        assert_eq!(answer.problem(), (401, "payments.webhook.too_old"));
    }
    assert_eq!(it.app.world.count("select count(*) from payments.webhooks").await, 0);
    // While the secret is exchanged there are two signatures.
    let rotated = format!("t={now},v1={},v1={good}", sign("whsec_old", now, &body));
    assert_eq!(send(&it.app.process, &rotated, &body).await.status, 204);
    it.app.process.bus.settle().await;
    assert_eq!(it.status(&deposit).await, "succeeded");
    // Again within the five minutes: it is stored once.
    assert_eq!(send(&it.app.process, &rotated, &body).await.status, 204);
    assert_eq!(it.app.world.count("select count(*) from payments.webhooks").await, 1);
}

#[tokio::test]
async fn two_secrets_may_be_good_at_once() {
    let world = World::new().await;
    let stripe = Double::start(world.clock.clone()).await;
    let mut options = options(&stripe, CrashPoint::default());
    let secrets = vec!["whsec_new".to_owned(), WEBHOOK_SECRET.to_owned()];
    options.stripe.as_mut().unwrap().webhook_secrets = secrets;
    let process = world.start(options).await;
    let now = world.clock.now().as_millis() / 1_000;
    for (number, secret) in ["whsec_new", WEBHOOK_SECRET].into_iter().enumerate() {
        let body = event(&format!("evt_{number}"), "payment_intent", &json!({}));
        let signature = format!("t={now},v1={}", sign(secret, now, &body));
        assert_eq!(send(&process, &signature, &body).await.status, 204);
    }
}

fn event(id: &str, object: &str, fields: &Value) -> String {
    let mut body = json!({ "id": "x_1", "object": object });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "id": id, "object": "event", "type": format!("{object}.updated"), "data": { "object": body } })
        .to_string()
}

#[tokio::test]
async fn events_about_what_is_not_ours_are_noted_and_left() {
    let it = StripeApp::start().await;
    let reference = |text: &str| json!({ "metadata": { "bushel_reference": text } });
    let events = [
        ("customer", json!({})),
        ("balance", json!({ "id": null, "metadata": null })),
        ("payment_intent", json!({ "metadata": { "order": "17" } })),
        ("payment_intent", reference("dep_01h455vb4pex5vsknk084sn02q")),
        ("refund", reference("order 17 of somebody else")),
        ("dispute", json!({ "payment_intent": "pi_of_another" })),
    ];
    for (at, (object, fields)) in events.iter().enumerate() {
        let body = event(&format!("evt_{at}"), object, fields).replace("\"id\":null,", "");
        let answer = send(&it.app.process, &it.stripe.signature(&body), &body).await;
        assert_eq!(answer.status, 204, "{object} {answer:?}");
    }
    it.app.process.bus.settle().await;
    let noted = "select count(*) from payments.webhooks where outcome = 'unknown_object'";
    assert_eq!(it.app.world.count(noted).await, 6);
    for body in ["", "{}", "[]", "{\"id\":7}"] {
        let answer = send(&it.app.process, &it.stripe.signature(body), body).await;
        assert_eq!(answer.problem(), (400, "payments.webhook.malformed"), "{body}");
    }
}

/// The same flows with webhooks in order and, for many seeds, repeated and out of order.
#[tokio::test]
async fn any_order_of_webhooks_ends_in_the_same_state() {
    let in_order = end_of_all_flows(None).await;
    for seed in 1..=5 {
        assert_eq!(end_of_all_flows(Some(seed)).await, in_order, "seed {seed}");
    }
}

async fn end_of_all_flows(disorder: Option<u64>) -> Value {
    let it = StripeApp::start().await;
    let mut deposits = Vec::new();
    for amount in 1..=4 {
        let (deposit, intent) = it.begun(1000 * amount).await;
        it.stripe.pay(&intent, "4000000000003220");
        it.stripe.authenticate(&intent, true);
        deposits.push((deposit, intent));
    }
    deliver(&it.app.process, &it.stripe, disorder).await;
    let dispute = it.stripe.dispute(&deposits[0].1);
    it.stripe.close_dispute(&dispute, "lost");
    let dispute = it.stripe.dispute(&deposits[1].1);
    it.stripe.close_dispute(&dispute, "won");
    it.app.process.refund(ANN, &deposits[2].0, json!({ "amount": "100" })).await;
    it.app.process.refund(ANN, &deposits[3].0, json!({})).await;
    it.app.process.bus.settle().await;
    it.stripe.fail_refund(&it.stripe.refunds_of(&deposits[2].1)[0]);
    deliver(&it.app.process, &it.stripe, disorder).await;
    super::assert_balanced(&it.app.process, &it.app.world).await;
    let mut states = Vec::new();
    for (deposit, _) in &deposits {
        let body = it.deposit(deposit).await;
        states.push(json!([body["status"], body["refunded"], body["dispute"]]));
    }
    json!({ "states": states, "balance": it.app.world.balance(ANN).await })
}

#[tokio::test]
async fn a_lost_webhook_loses_nothing() {
    let it = StripeApp::start().await;
    let (deposit, intent) = it.begun(500).await;
    it.stripe.pay(&intent, GOOD_CARD);
    it.app.process.pass(Duration::from_secs(30 * 60)).await;
    assert_eq!(it.status(&deposit).await, "succeeded");
    it.stripe.dispute(&intent);
    it.app.process.pass(Duration::from_secs(3 * 24 * 3_600)).await;
    assert_eq!(it.status(&deposit).await, "disputed");
}

#[tokio::test]
async fn handled_webhooks_are_forgotten_after_their_time_and_no_others() {
    let day = Duration::from_secs(24 * 3_600);
    let webhooks_kept = 10 * day;
    let app = App::start_with(PaymentsOptions { webhooks_kept, ..Default::default() }).await;
    app.deposited(GOOD_CARD, 500).await;
    let all = "select count(*) from payments.webhooks";
    let count = app.world.count(all).await;
    assert!(count >= 2);
    let keep = "update payments.webhooks set processed_at = null, outcome = null
        where event_id = (select min(event_id) from payments.webhooks)";
    app.world.database().client().await.unwrap().batch_execute(keep).await.unwrap();
    app.world.clock.advance(9 * day);
    assert_eq!(app.process.payments.forget_webhooks().await.unwrap(), 0);
    app.world.clock.advance(2 * day);
    assert_eq!(app.process.payments.forget_webhooks().await.unwrap(), count as u64 - 1);
    assert_eq!(app.world.count(all).await, 1, "what nobody acted on stays");
}
