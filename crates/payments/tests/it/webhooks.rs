//! `/v1/payments/webhooks/{provider}`: forged, late, repeated, out of order, lost.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use kernel::Clock as _;
use payments::{PaymentsOptions, SandboxOptions};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use crate::app::{ANN, Answer, App, GOOD_CARD, World};

const PATH: &str = "/v1/payments/webhooks/sandbox";
const HOUR: Duration = Duration::from_secs(3_600);
const WEEK: Duration = Duration::from_secs(8 * 24 * 3_600);

/// Signs as the sandbox does, with the key that it gets from the vault of the tests.
fn signed(world: &World, id: &str, body: &str, age_s: i64) -> Vec<(&'static str, String)> {
    let key = kernel::Vault::new([7; 32]).key("bushel payments sandbox webhook key v1");
    let seconds = world.clock.now().as_millis() / 1000 - age_s;
    let signer = Webhook::from_bytes(key.to_vec()).unwrap();
    let signature = signer.sign(id, seconds, body.as_bytes()).unwrap();
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature),
    ]
}

async fn send(app: &App, headers: &[(&'static str, String)], body: &str) -> Answer {
    let headers: Vec<(&'static str, &str)> =
        headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.process.send(None, Method::POST, PATH, &headers, Body::from(body.to_owned())).await
}

fn event(id: &str, kind: &str, data: &Value) -> String {
    let timestamp = "2026-01-01T00:00:00Z";
    json!({ "id": id, "type": kind, "timestamp": timestamp, "data": data }).to_string()
}

/// What the sandbox would say of a deposit's payment.
async fn payment(app: &App, deposit: &str, status: &str) -> Value {
    let client = app.world.database().client().await.unwrap();
    let sql = "select id from payments.sandbox_payments where idempotency_key = $1";
    let id: String = client.query_one(sql, &[&deposit]).await.unwrap().get(0);
    json!({
        "id": id, "reference": deposit, "asset": "EUR", "amount": "500", "status": status,
        "reason": "forged", "disputes": [],
    })
}

#[tokio::test]
async fn forged_old_and_malformed_webhooks_are_refused_and_change_nothing() {
    let app = App::start().await;
    let id = app.deposited("4000000000000077", 500).await;
    let stored = app.world.count("select count(*) from payments.webhooks").await;
    let body = event("evt_x", "payment.succeeded", &payment(&app, &id, "succeeded").await);
    let right = signed(&app.world, "evt_x", &body, 0);
    let unsigned = "payments.webhook.signature_invalid";
    assert_eq!(send(&app, &[], &body).await.problem(), (401, unsigned));
    assert_eq!(send(&app, &right, &body.replace("500", "501")).await.problem(), (401, unsigned));
    let mut forged = right.clone();
    forged[2].1 = format!("v1,{}", "A".repeat(43) + "=");
    assert_eq!(send(&app, &forged, &body).await.problem(), (401, unsigned));
    for age_s in [301, -301] {
        let old = signed(&app.world, "evt_x", &body, age_s);
        assert_eq!(send(&app, &old, &body).await.problem(), (401, "payments.webhook.too_old"));
    }
    for body in ["", "[]", "{}", &event("evt_y", "payment.succeeded", &json!({}))] {
        let headers = signed(&app.world, "evt_y", body, 0);
        assert_eq!(send(&app, &headers, body).await.problem(), (400, "payments.webhook.malformed"));
    }
    let other_id = signed(&app.world, "evt_z", &body, 0);
    assert_eq!(send(&app, &other_id, &body).await.problem(), (400, "payments.webhook.malformed"));
    app.process.bus.settle().await;
    assert_eq!(app.deposit_status(&id).await, "pending");
    assert_eq!(app.world.count("select count(*) from payments.webhooks").await, stored);
    let elsewhere = "/v1/payments/webhooks/nobody";
    let answer = app.process.send(None, Method::POST, elsewhere, &[], Body::empty()).await;
    assert_eq!(answer.problem(), (404, "payments.provider.not_found"));
}

#[tokio::test]
async fn an_event_that_comes_again_counts_once() {
    let app = App::start().await;
    let id = app.deposited("4000000000000077", 500).await;
    let body = event("evt_x", "payment.succeeded", &payment(&app, &id, "succeeded").await);
    for age_s in [0, 10, 299] {
        let headers = signed(&app.world, "evt_x", &body, age_s);
        assert_eq!(send(&app, &headers, &body).await.status, 204);
        app.process.bus.settle().await;
    }
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    assert_eq!(app.world.balance(ANN).await, 500);
    let stored = "select count(*) from payments.webhooks where event_id = 'evt_x'";
    assert_eq!(app.world.count(stored).await, 1);
}

#[tokio::test]
async fn news_that_would_take_money_back_is_believed_only_from_the_provider() {
    let app = App::start().await;
    let id = app.deposited(GOOD_CARD, 500).await;
    // Signed, so it was true once; but the payment has succeeded since.
    let mut reversed = payment(&app, &id, "reversed").await;
    reversed["reversed"] = json!("500");
    for (at, data) in [payment(&app, &id, "failed").await, reversed].into_iter().enumerate() {
        let event_id = format!("evt_{at}");
        let body = event(&event_id, "payment.failed", &data);
        let headers = signed(&app.world, &event_id, &body, 0);
        assert_eq!(send(&app, &headers, &body).await.status, 204);
        app.process.bus.settle().await;
    }
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    assert_eq!(app.world.balance(ANN).await, 500);
    app.assert_balanced().await;
}

#[tokio::test]
async fn a_payment_of_another_amount_is_never_captured() {
    let app = App::start().await;
    let id = app.deposited("4000000000000077", 500).await;
    let mut data = payment(&app, &id, "succeeded").await;
    data["amount"] = json!("499");
    let body = event("evt_x", "payment.succeeded", &data);
    let headers = signed(&app.world, "evt_x", &body, 0);
    assert_eq!(send(&app, &headers, &body).await.status, 204);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 0);
    let dead = "select count(*) from bus.jobs where state = 'dead'
        and kind = 'payments.webhook.process'";
    assert_eq!(app.world.count(dead).await, 1);
}

#[tokio::test]
async fn a_refund_that_is_not_ours_changes_nothing() {
    let app = App::start().await;
    let deposit = app.deposited(GOOD_CARD, 500).await;
    let refund = app.process.refund(ANN, &deposit, json!({ "amount": "100" })).await.id();
    app.process.bus.settle().await;
    let data = json!({
        "id": "re_another", "reference": refund, "payment": "py_1", "amount": "100",
        "status": "failed", "reason": "card_closed",
    });
    let body = event("evt_x", "refund.failed", &data);
    let headers = signed(&app.world, "evt_x", &body, 0);
    assert_eq!(send(&app, &headers, &body).await.status, 204);
    app.process.bus.settle().await;
    assert_eq!(app.world.balance(ANN).await, 400);
    let dead = "select count(*) from bus.jobs where state = 'dead'
        and kind = 'payments.webhook.process'";
    assert_eq!(app.world.count(dead).await, 1);
}

#[tokio::test]
async fn a_flow_that_contradicts_the_provider_stops_and_is_left_to_an_operator() {
    let app = App::start().await;
    let id = app.deposited("4000000000000077", 500).await;
    let forge = "update payments.sandbox_payments set amount = 499";
    app.world.database().client().await.unwrap().batch_execute(forge).await.unwrap();
    for _ in 0..5 {
        app.process.pass(HOUR).await;
    }
    assert_eq!(app.deposit_status(&id).await, "pending");
    assert_eq!(app.world.pending(ANN).await, (500, 0));
    let dead = "select count(*) from bus.jobs where state = 'dead'
        and kind = 'payments.deposit.advance'";
    assert_eq!(app.world.count(dead).await, 1);
    let mend = "update payments.sandbox_payments set amount = 500";
    app.world.database().client().await.unwrap().batch_execute(mend).await.unwrap();
    let clock: &dyn kernel::Clock = &*app.world.clock;
    let mut client = app.world.database().client().await.unwrap();
    kernel::bus::redrive_all(&mut client, clock, "payments.deposit.advance").await.unwrap();
    app.process.bus.settle().await;
    assert_eq!(app.deposit_status(&id).await, "succeeded");
    app.assert_balanced().await;
}

#[tokio::test]
async fn webhooks_about_unknown_objects_are_noted_and_left() {
    let app = App::start().await;
    let unknown = "dep_01h455vb4pex5vsknk084sn02q";
    let payment = |reference: &str| {
        json!({
            "id": "py_1", "reference": reference, "asset": "EUR", "amount": "500",
            "status": "succeeded", "disputes": [],
        })
    };
    for (at, (kind, data)) in [
        ("payment.succeeded", payment(unknown)),
        ("payment.succeeded", payment("order 17 of somebody else")),
        ("dispute.opened", json!({ "payment": "py_1", "reference": unknown })),
        ("customer.created", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("evt_{at}");
        let body = event(&id, kind, &data);
        let headers = signed(&app.world, &id, &body, 0);
        assert_eq!(send(&app, &headers, &body).await.status, 204, "{kind}");
    }
    app.process.bus.settle().await;
    let noted = "select count(*) from payments.webhooks where outcome = 'unknown_object'";
    assert_eq!(app.world.count(noted).await, 4);
    assert_eq!(app.world.count("select count(*) from bus.jobs where state = 'dead'").await, 0);
}

/// The same flows with webhooks in order and, for many seeds, late, repeated and out of order.
#[tokio::test]
async fn any_order_of_webhooks_ends_in_the_same_state() {
    let in_order = end_of_all_flows(None).await;
    for seed in 1..=8 {
        assert_eq!(end_of_all_flows(Some(seed)).await, in_order, "seed {seed}");
    }
}

async fn end_of_all_flows(disorder: Option<u64>) -> Value {
    let sandbox = SandboxOptions { disorder, ..SandboxOptions::default() };
    let app = App::start_with(PaymentsOptions { sandbox, ..PaymentsOptions::default() }).await;
    let minute = Duration::from_secs(60);
    let mut paths = Vec::new();
    for (at, card) in payments::TEST_CARDS.iter().enumerate() {
        let made = app.process.deposit(ANN, card.number, 1000 + at as u64).await;
        assert_eq!(made.status, 202, "{made:?}");
        paths.push(format!("/v1/payments/deposits/{}", made.id()));
    }
    app.process.bus.settle().await;
    app.process.pass(minute).await;
    for path in &paths {
        let path = format!("{path}/refunds");
        let refund = app.process.post(ANN, &path, json!({ "amount": "100" })).await;
        assert!([202, 409].contains(&refund.status), "{refund:?}");
    }
    for (at, iban) in payments::TEST_IBANS.iter().enumerate() {
        let made = app.process.withdraw(ANN, iban.iban, 200 + at as u64).await;
        assert_eq!(made.status, 202, "{made:?}");
        paths.push(format!("/v1/payments/withdrawals/{}", made.id()));
    }
    for step in [minute, minute, minute, 2 * HOUR, 2 * minute, WEEK, 2 * minute] {
        app.process.pass(step).await;
    }
    app.assert_balanced().await;
    let mut states = Vec::new();
    for path in &paths {
        let body = app.process.get(ANN, path).await.body;
        states.push(json!([body["status"], body["failure"], body["refunded"], body["dispute"]]));
    }
    let balances = [app.world.balance(ANN).await, app.world.disputes().await];
    json!({ "states": states, "balances": balances })
}

#[tokio::test]
async fn a_lost_webhook_loses_nothing() {
    let app = App::start().await;
    let lose = "delete from bus.jobs where kind = 'payments.sandbox.deliver'";
    let slow = app.deposited("4000000000000077", 500).await;
    let dispute = app.deposited("4000000000000259", 300).await;
    assert_eq!(app.deposit_status(&dispute).await, "succeeded");
    // The receiver can't be reached while the sandbox decides, and then it is given up.
    let client = app.world.database().client().await.unwrap();
    let trap = "create function payments.lose() returns trigger language plpgsql as
            'begin if new.kind = ''payments.sandbox.deliver'' then return null; end if;
             return new; end';
        create trigger lose before insert on bus.jobs for each row
            execute function payments.lose()";
    client.batch_execute(lose).await.unwrap();
    client.batch_execute(trap).await.unwrap();
    app.process.pass(Duration::from_secs(30 * 60)).await;
    assert_eq!(app.deposit_status(&slow).await, "succeeded");
    app.process.pass(3 * 24 * HOUR).await;
    assert_eq!(app.deposit_status(&dispute).await, "disputed");
    app.assert_balanced().await;
}

#[tokio::test]
async fn webhooks_travel_over_http() {
    let world = World::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let webhook_url = Some(format!("http://{}/", listener.local_addr().unwrap()));
    let sandbox = SandboxOptions { webhook_url, ..SandboxOptions::default() };
    let options = PaymentsOptions { sandbox, ..PaymentsOptions::default() };
    let process = world.start(options).await;
    let made = process.deposit(ANN, GOOD_CARD, 500).await;
    // Nobody listens yet in the sense of answering: the backlog of the socket waits.
    let server = axum::serve(listener, process.router.clone()).into_future();
    let server = tokio::spawn(server);
    process.bus.settle().await;
    let deposit = process.get(ANN, &format!("/v1/payments/deposits/{}", made.id())).await;
    assert_eq!(deposit.body["status"], "succeeded");
    assert_eq!(world.balance(ANN).await, 500);
    assert!(world.count("select count(*) from payments.webhooks").await >= 2);
    server.abort();
}
