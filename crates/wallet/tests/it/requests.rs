//! Asking for value.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use axum::http::Method;
use serde_json::json;
use wallet::{Interrupt, Step};

use crate::app::{App, Person};

async fn ask(app: &App, payee: &Person, payer: &Person, amount: u128) -> String {
    let body = json!({
        "from": { "handle": payer.handle }, "asset": "EUR", "amount": amount.to_string(),
        "message": "half of the pizza", "expires_in_s": 3_600,
    });
    let answer = app.post(payee, "/v1/wallet/requests", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.id()
}

fn path(id: &str, verb: &str) -> String {
    format!("/v1/wallet/requests/{id}/{verb}")
}

#[tokio::test]
async fn a_request_is_paid_once_however_often_one_pays() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let id = ask(&app, &bob, &ann, 40).await;
    let incoming = app.get(&ann, "/v1/wallet/requests?direction=incoming&status=open").await;
    assert_eq!((incoming.data().len(), &incoming.data()[0]["direction"]), (1, &json!("incoming")));
    assert_eq!(app.act(&bob, &path(&id, "pay")).await.status, 404, "one can't pay oneself");
    let pay = path(&id, "pay");
    let pays = (0..20).map(|_| app.act(&ann, &pay));
    for paid in futures_util::future::join_all(pays).await {
        assert_eq!((paid.status, &paid.body["status"]), (200, &json!("paid")), "{paid:?}");
    }
    assert_eq!(app.balance(&bob, "EUR").await.0, 40);
    let request = app.get(&bob, &format!("/v1/wallet/requests/{id}")).await;
    let transfer = request.body["transfer_id"].as_str().unwrap();
    let shown = app.get(&ann, &format!("/v1/wallet/transfers/{transfer}")).await;
    assert_eq!(
        (&shown.body["kind"], &shown.body["message"]),
        (&json!("request_payment"), &json!("half of the pizza"))
    );
    let late = app.act(&ann, &path(&id, "decline")).await;
    assert_eq!(late.problem(), (409, "wallet.request.not_open"));
    assert_eq!(app.events().await, ["wallet.request.created", "wallet.request.paid"]);
}

#[tokio::test]
async fn after_a_refusal_it_is_open_again() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 10).await, app.person("bob").await);
    let id = ask(&app, &bob, &ann, 40).await;
    for _ in 0..3 {
        let refused = app.act(&ann, &path(&id, "pay")).await;
        assert_eq!(refused.problem(), (422, "wallet.transfer.insufficient_funds"));
    }
    app.fund(&ann, "EUR", 100).await;
    assert_eq!(app.act(&ann, &path(&id, "pay")).await.status, 200);
    assert_eq!((app.balance(&ann, "EUR").await.0, app.balance(&bob, "EUR").await.0), (70, 40));
    app.pass(7_200).await;
    assert_eq!(app.events().await.len(), 2, "it doesn't expire any more");
}

#[tokio::test]
async fn pay_decline_and_cancel_race_and_one_wins() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 10_000).await, app.person("bob").await);
    let mut expected = 0;
    for _ in 0..15 {
        let id = ask(&app, &bob, &ann, 10).await;
        let (pay, decline, cancel) = (path(&id, "pay"), path(&id, "decline"), path(&id, "cancel"));
        let answers =
            tokio::join!(app.act(&ann, &pay), app.act(&ann, &decline), app.act(&bob, &cancel));
        let answers = [answers.0, answers.1, answers.2];
        let winners = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(winners, 1, "{answers:?}");
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(loser.problem(), (409, "wallet.request.not_open"));
        }
        expected += if answers[0].status == 200 { 10 } else { 0 };
        assert_eq!(app.balance(&bob, "EUR").await.0, expected);
    }
}

#[tokio::test]
async fn declined_cancelled_and_expired_requests_say_so() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let ids = [
        ask(&app, &bob, &ann, 1).await,
        ask(&app, &bob, &ann, 2).await,
        ask(&app, &bob, &ann, 3).await,
    ];
    for _ in 0..2 {
        assert_eq!(app.act(&ann, &path(&ids[0], "decline")).await.body["status"], "declined");
        assert_eq!(app.act(&bob, &path(&ids[1], "cancel")).await.body["status"], "cancelled");
    }
    app.pass(3_601).await;
    let expired = app.get(&ann, &format!("/v1/wallet/requests/{}", ids[2])).await;
    assert_eq!(expired.body["status"], "expired");
    assert_eq!(
        app.act(&ann, &path(&ids[2], "pay")).await.problem(),
        (409, "wallet.request.not_open")
    );
    let events = app.events().await;
    let ends = ["wallet.request.declined", "wallet.request.cancelled", "wallet.request.expired"];
    assert_eq!(events[3..], ends);
    assert_eq!(app.balance(&ann, "EUR").await.0, 100);
}

#[tokio::test]
async fn who_can_not_be_asked_is_refused() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    for (from, expected) in [
        (json!({ "handle": "eve" }), (404, "wallet.request.payer_not_found")),
        (json!({ "email": "eve@example.org" }), (404, "wallet.request.payer_not_found")),
        (json!({ "handle": "ann" }), (422, "wallet.transfer.own_account")),
    ] {
        let body = json!({ "from": from, "asset": "EUR", "amount": "1" });
        assert_eq!(app.post(&ann, "/v1/wallet/requests", body).await.problem(), expected);
    }
    let body =
        json!({ "from": { "handle": "x" }, "asset": "EUR", "amount": "1", "status": "paid" });
    let answer = app.post(&ann, "/v1/wallet/requests", body).await;
    assert_eq!(answer.problem(), (400, "request.body.invalid"));
}

#[tokio::test]
async fn lists_go_on_by_cursor_and_keys_make_one_request() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let body = json!({ "from": { "handle": "ann" }, "asset": "EUR", "amount": "9" });
    let headers = [("idempotency-key", "one")];
    for _ in 0..2 {
        let made =
            app.send(&bob, Method::POST, "/v1/wallet/requests", &headers, Some(body.clone())).await;
        assert_eq!(made.status, 201);
    }
    for amount in 1..=4 {
        app.clock.advance(std::time::Duration::from_secs(1));
        ask(&app, &bob, &ann, amount).await;
    }
    let mut seen = Vec::new();
    let mut next = "/v1/wallet/requests?limit=2".to_owned();
    loop {
        let page = app.get(&ann, &next).await;
        seen.extend(page.data().iter().map(|it| it["amount"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        next = format!("/v1/wallet/requests?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["4", "3", "2", "1", "9"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_whose_attempt_another_one_ended_says_why_too() {
    let database: Arc<OnceLock<kernel::Database>> = Arc::default();
    let shared = Arc::clone(&database);
    // The other one of two payments at once is faster, and is refused.
    let end_attempt = async move {
        let client = shared.get().expect("the app runs").client().await.unwrap();
        let sql = "update wallet.requests set state = 'open' where state = 'paying'";
        assert_eq!(client.execute(sql, &[]).await.unwrap(), 1);
    };
    let end_attempt = Mutex::new(Some(end_attempt));
    let interrupt: Interrupt = Arc::new(move |step| {
        if step == Step::RequestBeforeLedger {
            let once = end_attempt.lock().unwrap().take().expect("there is one attempt");
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(once));
        }
        false
    });
    let app = App::start_with(Some(interrupt)).await;
    database.set(app.database.database().clone()).expect("it is set once");
    let (ann, bob) = (app.rich("ann", 10).await, app.person("bob").await);
    let pay = path(&ask(&app, &bob, &ann, 40).await, "pay");
    let refused = app.act(&ann, &pay).await;
    assert_eq!(refused.problem(), (422, "wallet.transfer.insufficient_funds"));
}

#[tokio::test]
async fn an_attempt_has_its_own_job_while_that_of_the_one_before_runs() {
    let is_dead = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&is_dead);
    let interrupt: Interrupt =
        Arc::new(move |step| step == Step::RequestBeforeLedger && flag.load(Ordering::SeqCst));
    let app = App::start_with(Some(interrupt)).await;
    let (ann, bob) = (app.rich("ann", 10).await, app.person("bob").await);
    let pay = path(&ask(&app, &bob, &ann, 40).await, "pay");
    assert_eq!(app.act(&ann, &pay).await.status, 422);
    let sql = "update bus.jobs set state = 'running', claim = gen_random_uuid(), \
               locked_until = created_at + interval '1 day' where kind = 'wallet.requests.finish'";
    let client = app.database.database().client().await.unwrap();
    assert_eq!(client.execute(sql, &[]).await.unwrap(), 1);
    app.fund(&ann, "EUR", 100).await;
    is_dead.store(true, Ordering::SeqCst);
    assert_eq!(app.act(&ann, &pay).await.status, 503);
    app.pass(11).await;
    assert_eq!(app.balance(&bob, "EUR").await.0, 40);
}
