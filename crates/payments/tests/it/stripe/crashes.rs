//! The process dies at every place that flows with Stripe pass, and another one takes over: all
//! flows end, the books balance, Stripe agrees, and nothing happens twice.

use std::time::Duration;

use payments::{CRASH_POINTS, CrashPoint};
use serde_json::json;

use super::double::Double;
use super::{assert_balanced, deliver, deposit_body, form_of, options};
use crate::app::{ANN, BOB, GOOD_CARD, Process, World};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3_600);

const THREE_D_SECURE: &str = "4000000000003220";
const DEPOSITS: u64 = 6;

/// Deaths at the same time; each has a world of its own.
const AT_ONCE: usize = 2;

#[tokio::test]
async fn the_process_may_die_anywhere() {
    let is_stripes =
        |place: &&&str| !place.starts_with("withdrawal.") && !place.starts_with("sandbox.");
    let deaths: Vec<(&'static str, u64)> =
        CRASH_POINTS.iter().filter(is_stripes).copied().zip(0..).collect();
    for deaths in deaths.chunks(AT_ONCE) {
        let deaths = deaths.iter().map(|(place, seed)| die_at(place, *seed));
        futures_util::future::join_all(deaths).await;
    }
}

async fn die_at(place: &'static str, seed: u64) {
    let world = World::new().await;
    let stripe = Double::start(world.clock.clone()).await;
    let crash = CrashPoint::at(place, 0);
    let process = world.start(options(&stripe, crash.clone())).await;
    let has_died = tokio::select! {
        () = crash.reached() => true,
        () = live(&process, &world, &stripe, seed) => false,
    };
    assert!(has_died, "nobody came to {place}");
    drop(process);
    // The leases of its jobs end.
    world.clock.advance(5 * MINUTE);
    let process = world.start(options(&stripe, CrashPoint::default())).await;
    live(&process, &world, &stripe, seed).await;
    for _ in 0..3 {
        process.pass(DAY).await;
        deliver(&process, &stripe, None).await;
    }
    assert_ended(&world, &stripe, place).await;
    assert_balanced(&process, &world).await;
}

/// Every kind of flow, under keys of its own: after a death the client sends them all again, and
/// the holder goes on in the form.
async fn live(process: &Process, world: &World, stripe: &Double, seed: u64) {
    let disorder = (!seed.is_multiple_of(3)).then_some(seed);
    let mut deposits = Vec::new();
    for number in 0..DEPOSITS {
        let path = "/v1/payments/deposits";
        deposits
            .push(send(process, path, &format!("d{number}"), deposit_body(1000 + number)).await);
        process.bus.settle().await;
    }
    // Jobs of a dead process come back.
    process.pass(20 * MINUTE).await;
    for (number, deposit) in deposits.iter().enumerate() {
        let Some(intent) = form_of(process, deposit).await else { continue };
        match (number, stripe.object(&intent)["status"].as_str().unwrap()) {
            // Left alone: it is given up after a day.
            (0, _) | (_, "succeeded" | "processing" | "canceled") => {}
            (1, "requires_action") => stripe.authenticate(&intent, true),
            (1, _) => {
                stripe.pay(&intent, THREE_D_SECURE);
                stripe.authenticate(&intent, true);
            }
            _ => stripe.pay(&intent, GOOD_CARD),
        }
    }
    deliver(process, stripe, disorder).await;
    for number in [1, 2] {
        let path = format!("/v1/payments/deposits/{}/refunds", deposits[number]);
        send(process, &path, &format!("r{number}"), json!({ "amount": "100" })).await;
        process.bus.settle().await;
    }
    process.pass(20 * MINUTE).await;
    for refund in stripe.refunds_of(&intent_of(world, &deposits[2]).await) {
        if stripe.object(&refund)["status"] == "succeeded" {
            stripe.fail_refund(&refund);
        }
    }
    // Ann spends nearly everything, so that chargebacks find less than they want.
    let left = world.balance(ANN).await - 300;
    if left > 0 {
        let left = u128::try_from(left).unwrap();
        world.transfer(ANN.account_id("EUR"), BOB.account_id("EUR"), left).await;
    }
    deliver(process, stripe, disorder).await;
    for (number, end) in [(3, "lost"), (4, "won")] {
        let intent = intent_of(world, &deposits[number]).await;
        if stripe.disputes_of(&intent).is_empty() {
            stripe.dispute(&intent);
        }
        deliver(process, stripe, disorder).await;
        let dispute = stripe.disputes_of(&intent).remove(0);
        if stripe.object(&dispute)["status"] == "needs_response" {
            stripe.close_dispute(&dispute, end);
        }
    }
    deliver(process, stripe, disorder).await;
    process.pass(2 * DAY).await;
    deliver(process, stripe, disorder).await;
}

/// As our row says; of a deposit of which nothing is known yet it is none.
async fn intent_of(world: &World, deposit: &str) -> String {
    let id: payments::DepositId = deposit.parse().unwrap();
    let client = world.database().client().await.unwrap();
    let sql = "select provider_payment from payments.deposits where id = $1";
    client.query_one(sql, &[&id]).await.unwrap().get::<_, Option<String>>(0).unwrap()
}

async fn send(process: &Process, path: &str, key: &str, body: serde_json::Value) -> String {
    let answer = process.post_with(ANN, path, &[("idempotency-key", key)], body).await;
    assert!([202, 409, 422].contains(&answer.status), "{path}: {answer:?}");
    answer.body["id"].as_str().unwrap_or("dep_00000000000000000000000000").to_owned()
}

async fn assert_ended(world: &World, stripe: &Double, place: &str) {
    for (table, open) in [
        ("deposits", "status in ('pending', 'requires_action', 'processing')"),
        ("refunds", "status in ('pending', 'processing')"),
        (
            "chargebacks",
            "status = 'open' or taken is null or (status = 'won' and given_at is null)",
        ),
        ("webhooks", "processed_at is null"),
    ] {
        let sql = format!("select count(*) from payments.{table} where {open}");
        assert_eq!(world.count(&sql).await, 0, "{place}: {table}");
        let sql = format!("select count(*) from payments.{table}");
        assert!(world.count(&sql).await > 0, "{place}: {table}");
    }
    let dead = "select count(*) from bus.jobs where state = 'dead'";
    assert_eq!(world.count(dead).await, 0, "{place}: dead jobs");
    assert_eq!(world.pending(ANN).await, (0, 0), "{place}: holds");
    assert_eq!(stripe.count("payment_intent"), usize::try_from(DEPOSITS).unwrap(), "{place}");
    assert_eq!(stripe.count("refund"), 2, "{place}");
    let deposits = "select count(*) from payments.deposits where status = 'succeeded'";
    assert_eq!(world.count(deposits).await, i64::try_from(DEPOSITS).unwrap() - 1, "{place}");
    let told = "select count(*) - count(distinct (kind, data::text)) from bus.events
        where context = 'payments'";
    assert_eq!(world.count(told).await, 0, "{place}: events");
}
