//! The process dies at every place of every flow, and another one takes over: all flows end, the
//! books balance, the provider agrees, and nothing happens twice.

use std::time::Duration;

use payments::{CRASH_POINTS, CrashPoint, PaymentsOptions, SandboxOptions, TEST_CARDS, TEST_IBANS};
use serde_json::json;

use crate::app::{
    ANN, Answer, BOB, GOOD_CARD, Process, World, assert_balanced, deposit_body, withdrawal_body,
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What Ann starts with.
const CAPITAL: u64 = 100_000;

/// Deaths at the same time; each has a world of its own.
const AT_ONCE: usize = 2;

#[tokio::test]
async fn the_process_may_die_anywhere() {
    // Which order webhooks come in differs from place to place.
    let deaths = CRASH_POINTS.iter().zip(0..).map(|(place, seed)| (*place, 0, seed));
    die(deaths.collect()).await;
}

/// Places that many flows pass are visited more often than once before the end.
#[tokio::test]
async fn the_process_may_die_later_too() {
    let is_rare = |place: &str| {
        place.starts_with("chargeback.given")
            || ["refund.given_back", "withdrawal.released", "withdrawal.returned"].contains(&place)
    };
    let deaths = CRASH_POINTS.iter().zip(1_000..).filter(|(place, _)| !is_rare(place));
    die(deaths.map(|(place, seed)| (*place, 2, seed)).collect()).await;
}

/// Webhooks may be all that is left of what a process did: its answer was never written down.
#[tokio::test]
async fn what_was_only_heard_of_by_webhook_is_known_to_the_end() {
    let world = World::new().await;
    let made = die_when(&world, "deposit.payment_created", async |process| {
        process.deposit(ANN, GOOD_CARD, 1000).await
    });
    let deposit = made.await.id();
    // The dead process still has the lease of its job, so only webhooks bring the deposit on.
    let process = world.start(PaymentsOptions::default()).await;
    process.pass(MINUTE).await;
    assert_eq!(world.balance(ANN).await, 1000);
    drop(process);
    let made = die_when(&world, "withdrawal.payout_created", async |process| {
        process.withdraw(ANN, TEST_IBANS[0].iban, 300).await
    });
    made.await;
    let process = world.start(PaymentsOptions::default()).await;
    process.pass(MINUTE).await;
    assert_eq!(world.balance(ANN).await, 700);
    process.pass(HOUR).await;
    let unknown = "select (select count(*) from payments.deposits where provider_payment is null)
        + (select count(*) from payments.withdrawals where provider_payout is null)";
    assert_eq!(world.count(unknown).await, 0);
    // So it can be given back.
    let refund = process.refund(ANN, &deposit, json!({ "amount": "700" })).await;
    assert_eq!(refund.status, 202, "{refund:?}");
    process.bus.settle().await;
    let succeeded = "select count(*) from payments.refunds where status = 'succeeded'";
    assert_eq!(world.count(succeeded).await, 1);
    assert_balanced(&process, &world).await;
}

/// Sends a request to a process whose job dies at a place.
async fn die_when(
    world: &World,
    place: &'static str,
    request: impl AsyncFn(&Process) -> Answer,
) -> Answer {
    let crash = CrashPoint::at(place, 0);
    let options = PaymentsOptions { crash: crash.clone(), ..PaymentsOptions::default() };
    let process = world.start(options).await;
    let answer = request(&process).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    crash.reached().await;
    drop(process);
    // The provider lives on, and its webhooks are taken: only the job that died keeps its lease.
    let free = "update bus.jobs set state = 'waiting', claim = null, locked_until = null
        where state = 'running' and kind not like '%.advance'";
    world.database().client().await.unwrap().batch_execute(free).await.unwrap();
    answer
}

async fn die(deaths: Vec<(&'static str, u32, u64)>) {
    for deaths in deaths.chunks(AT_ONCE) {
        let deaths = deaths.iter().map(|(place, visits, seed)| die_at(place, *visits, *seed));
        futures_util::future::join_all(deaths).await;
    }
}

async fn die_at(place: &'static str, visits: u32, seed: u64) {
    let world = World::new().await;
    let first = world.start(PaymentsOptions::default()).await;
    first.deposit(ANN, GOOD_CARD, CAPITAL).await;
    first.bus.settle().await;
    drop(first);
    let crash = CrashPoint::at(place, visits);
    let process = world.start(options(seed, crash.clone())).await;
    let has_died = tokio::select! {
        () = crash.reached() => true,
        () = live(&process, &world) => false,
    };
    assert!(has_died, "nobody came to {place} {visits} times");
    drop(process);
    // The leases of its jobs end.
    world.clock.advance(5 * MINUTE);
    let process = world.start(options(seed, CrashPoint::default())).await;
    live(&process, &world).await;
    for step in [HOUR, 2 * HOUR, 2 * DAY, 8 * DAY, DAY, HOUR] {
        process.pass(step).await;
    }
    assert_all_ended(&world, place).await;
    assert_nothing_twice(&world, place).await;
    assert_balanced(&process, &world).await;
}

fn options(seed: u64, crash: CrashPoint) -> PaymentsOptions {
    let disorder = (!seed.is_multiple_of(3)).then_some(seed);
    let sandbox = SandboxOptions { disorder, ..SandboxOptions::default() };
    PaymentsOptions { sandbox, crash, ..PaymentsOptions::default() }
}

/// Every kind of flow, under keys of its own: after a death the client sends them all again.
async fn live(process: &Process, world: &World) {
    let mut deposits = Vec::new();
    for (at, card) in TEST_CARDS.iter().enumerate() {
        let body = deposit_body(card.number, 1000 + at as u64);
        let path = "/v1/payments/deposits";
        deposits.push(send(process, path, &format!("deposit-{at}"), body).await);
        process.bus.settle().await;
    }
    // Webhooks may be late.
    process.pass(MINUTE).await;
    for (at, deposit) in deposits.iter().enumerate() {
        let path = format!("/v1/payments/deposits/{deposit}/refunds");
        send(process, &path, &format!("refund-{at}"), json!({ "amount": "100" })).await;
        process.bus.settle().await;
    }
    for (at, iban) in TEST_IBANS.iter().enumerate() {
        let body = withdrawal_body(iban.iban, 300 + at as u64);
        send(process, "/v1/payments/withdrawals", &format!("withdrawal-{at}"), body).await;
        process.bus.settle().await;
    }
    process.pass(MINUTE).await;
    // Ann spends nearly everything, so that chargebacks find less than they want.
    let held = i128::try_from(world.pending(ANN).await.1).unwrap();
    let left = world.balance(ANN).await - held - 300;
    if left > 0 {
        let left = u128::try_from(left).unwrap();
        world.transfer(ANN.account_id("EUR"), BOB.account_id("EUR"), left).await;
    }
    process.pass(2 * HOUR).await;
    process.pass(2 * DAY).await;
    process.pass(8 * DAY).await;
}

/// Posts under a key; answers with the id, or with nothing's if it was refused.
async fn send(process: &Process, path: &str, key: &str, body: serde_json::Value) -> String {
    let answer = process.post_with(ANN, path, &[("idempotency-key", key)], body).await;
    assert!([202, 409, 422].contains(&answer.status), "{path}: {answer:?}");
    answer.body["id"].as_str().unwrap_or("dep_00000000000000000000000000").to_owned()
}

async fn assert_all_ended(world: &World, place: &str) {
    for (table, open) in [
        ("deposits", "status in ('pending', 'requires_action', 'processing')"),
        ("refunds", "status in ('pending', 'processing')"),
        ("withdrawals", "status in ('pending', 'processing')"),
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
}

async fn assert_nothing_twice(world: &World, place: &str) {
    let cards = TEST_CARDS.len() as i64;
    let ibans = TEST_IBANS.len() as i64;
    for (table, count) in [("deposits", 1 + cards), ("withdrawals", ibans)] {
        let sql = format!("select count(*) from payments.{table}");
        assert_eq!(world.count(&sql).await, count, "{place}: {table}");
    }
    assert_eq!(world.count("select count(*) from payments.sandbox_payments").await, 1 + cards);
    assert_eq!(world.count("select count(*) from payments.sandbox_payouts").await, ibans);
    let refunds = "select (select count(*) from payments.refunds where provider_refund is not null)
        - (select count(*) from payments.sandbox_refunds)";
    assert_eq!(world.count(refunds).await, 0, "{place}: refunds");
    // What is told is told once: no two events of a kind about one object.
    let told = "select count(*) - count(distinct (kind, data::text)) from bus.events
        where context = 'payments'";
    assert_eq!(world.count(told).await, 0, "{place}: events");
}
