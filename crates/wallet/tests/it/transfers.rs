//! Sending, accepting, declining, taking back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use wallet::{Interrupt, Step};

use crate::app::App;

#[tokio::test]
async fn value_arrives_and_the_account_is_opened() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let body = json!({
        "to": { "handle": "BOB" }, "asset": "EUR", "amount": "400",
        "message": "for the\npizza", "reference": "p-1",
    });
    let sent = app.post(&ann, "/v1/wallet/transfers", body).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let mut shown = sent.body.clone();
    (shown["id"], shown["created_at"]) = (json!("[id]"), json!("[at]"));
    let expected = json!({
        "id": "[id]", "status": "completed", "kind": "transfer", "direction": "out",
        "from": { "handle": "ann", "name": "ann" }, "to": { "handle": "bob", "name": "bob" },
        "asset": "EUR", "scale": 2, "amount": "400", "message": "for the\npizza",
        "reference": "p-1", "created_at": "[at]",
    });
    assert_eq!(shown, expected);
    assert_eq!(app.balance(&ann, "EUR").await, (600, 600));
    assert_eq!(app.balance(&bob, "EUR").await, (400, 400));
    let received = app.get(&bob, &format!("/v1/wallet/transfers/{}", sent.id())).await;
    assert_eq!(received.body["direction"], "in");
    assert_eq!(received.body["message"], "for the\npizza");
    assert_eq!(received.body["timeline"][0]["event"], "created");
    assert!(!received.body.to_string().contains("@example.org"), "{received:?}");
}

#[tokio::test]
async fn recipients_are_found_by_handle_address_and_account() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    for to in [
        json!({ "handle": "bob" }),
        json!({ "email": "Bob@Example.org" }),
        json!({ "account": bob.account("EUR") }),
    ] {
        let body = json!({ "to": to, "asset": "EUR", "amount": "1" });
        assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 201, "{to}");
    }
    assert_eq!(app.balance(&bob, "EUR").await.0, 4);
}

#[tokio::test]
async fn nobody_gets_an_account_from_somebody_who_has_nothing() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 10).await, app.person("bob").await);
    let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "11" });
    let send = async || {
        let key = [("idempotency-key", "once")];
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &key, Some(body.clone())).await
    };
    assert_eq!(send().await.problem(), (422, "wallet.transfer.insufficient_funds"));
    let accounts = app.get(&bob, "/v1/wallet/accounts").await;
    assert_eq!(accounts.data().len(), 0, "{accounts:?}");
    app.fund(&ann, "EUR", 100).await;
    let again = send().await;
    assert_eq!(again.problem(), (422, "wallet.transfer.insufficient_funds"), "it is remembered");
}

#[tokio::test]
async fn what_can_not_be_is_refused_and_changes_nothing() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 1).await);
    app.asset("LIMIT:EUR", 2, "other").await;
    let check = async |to: Value, asset: &str, amount: &str, expected: (u16, &str)| {
        let body = json!({ "to": to, "asset": asset, "amount": amount });
        let answer = app.post(&ann, "/v1/wallet/transfers", body).await;
        assert_eq!(answer.problem(), expected, "{answer:?}");
    };
    let bob_ref = || json!({ "handle": "bob" });
    check(bob_ref(), "EUR", "101", (422, "wallet.transfer.insufficient_funds")).await;
    check(bob_ref(), "EUR", &u128::MAX.to_string(), (422, "wallet.transfer.insufficient_funds"))
        .await;
    check(bob_ref(), "EUR", "0", (400, "request.body.invalid")).await;
    check(bob_ref(), "EUR", "-1", (400, "request.body.invalid")).await;
    check(bob_ref(), "USD", "1", (422, "wallet.transfer.asset_unknown")).await;
    check(bob_ref(), "eur", "1", (422, "wallet.transfer.asset_unknown")).await;
    check(bob_ref(), "LIMIT:EUR", "1", (422, "wallet.transfer.asset_unknown")).await;
    check(json!({ "handle": "ann" }), "EUR", "1", (422, "wallet.transfer.own_account")).await;
    check(json!({ "handle": "eve" }), "EUR", "1", (404, "wallet.transfer.recipient_not_found"))
        .await;
    check(json!({ "email": "x" }), "EUR", "1", (404, "wallet.transfer.recipient_not_found")).await;
    let nobody = "acct_00000000000000000000000001";
    check(json!({ "account": nobody }), "EUR", "1", (404, "wallet.transfer.recipient_not_found"))
        .await;
    assert_eq!((app.balance(&ann, "EUR").await.0, app.balance(&bob, "EUR").await.0), (100, 1));
}

#[tokio::test]
async fn texts_and_fields_are_checked() {
    let app = App::start().await;
    let (ann, _) = (app.rich("ann", 100).await, app.person("bob").await);
    for (field, value) in [
        ("message", json!("a\u{7}b")),
        ("message", json!("x".repeat(501))),
        ("reference", json!("a\nb")),
        ("reference", json!("x".repeat(101))),
        ("accept_within_s", json!(59)),
        ("accept_within_s", json!(7_776_001)),
        ("code", json!(220)),
        ("from", json!({ "handle": "bob" })),
    ] {
        let mut body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "1" });
        body[field] = value;
        let answer = app.post(&ann, "/v1/wallet/transfers", body).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid"), "{field}");
        assert!(
            answer.body["errors"][0]["pointer"].as_str().unwrap().contains(field),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_another_body_is_refused() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let key = app.key();
    let send = async |amount: &str, message: &str| {
        let body = json!({
            "to": { "handle": "bob" }, "asset": "EUR", "amount": amount, "message": message,
        });
        let headers = [("idempotency-key", key.as_str())];
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &headers, Some(body)).await
    };
    let first = send("10", "hi").await;
    assert_eq!((first.status, first.headers.get("idempotency-replayed")), (201, None));
    let again = send("10", "hi").await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.body, first.body);
    for (amount, message) in [("11", "hi"), ("10", "ho")] {
        let reused = send(amount, message).await;
        assert_eq!(reused.problem(), (422, "request.idempotency_key.reused"));
    }
    // The other body has not changed the message.
    let shown = app.get(&ann, &format!("/v1/wallet/transfers/{}", first.id())).await;
    assert_eq!(shown.body["message"], "hi");
    assert_eq!(app.balance(&bob, "EUR").await.0, 10);
    // Also when the request would be refused by now.
    app.freeze(&bob).await;
    assert_eq!(send("10", "hi").await.body, first.body);
}

#[tokio::test]
async fn a_refusal_is_remembered_with_its_key() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 5).await, app.person("bob").await);
    let key = app.key();
    let send = async |key: &str| {
        let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "10" });
        let headers = [("idempotency-key", key)];
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &headers, Some(body)).await
    };
    let refused = (422, "wallet.transfer.insufficient_funds");
    assert_eq!(send(&key).await.problem(), refused);
    app.fund(&ann, "EUR", 100).await;
    assert_eq!(send(&key).await.problem(), refused);
    assert_eq!(send(&app.key()).await.status, 201);
    assert_eq!(app.balance(&bob, "EUR").await.0, 10);
}

#[tokio::test]
async fn a_hold_is_accepted_once_and_repeats_are_harmless() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let id = app.hold(&ann, &bob, 60, 3_600).await;
    assert_eq!(app.balance(&ann, "EUR").await, (40, 100));
    let path = |verb: &str| format!("/v1/wallet/transfers/{id}/{verb}");
    // Each side has its own verbs.
    assert_eq!(app.act(&ann, &path("accept")).await.status, 404);
    assert_eq!(app.act(&ann, &path("decline")).await.status, 404);
    assert_eq!(app.act(&bob, &path("cancel")).await.status, 404);
    for _ in 0..2 {
        let accepted = app.act(&bob, &path("accept")).await;
        assert_eq!((accepted.status, &accepted.body["status"]), (200, &json!("accepted")));
        let events: Vec<&Value> =
            accepted.body["timeline"].as_array().unwrap().iter().map(|it| &it["event"]).collect();
        assert_eq!(events, ["created", "accepted"]);
        assert_eq!(accepted.body["timeline"][1]["by"], "recipient");
    }
    let late = app.act(&ann, &path("cancel")).await;
    assert_eq!(late.problem(), (409, "wallet.transfer.not_waiting"));
    assert!(late.body["detail"].as_str().unwrap().contains("accepted"));
    assert_eq!(app.balance(&bob, "EUR").await, (60, 60));
}

#[tokio::test]
async fn what_is_declined_cancelled_or_expired_comes_back() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let ids = [
        app.hold(&ann, &bob, 10, 60).await,
        app.hold(&ann, &bob, 20, 60).await,
        app.hold(&ann, &bob, 30, 60).await,
    ];
    assert_eq!(app.balance(&ann, "EUR").await.0, 40);
    app.act(&bob, &format!("/v1/wallet/transfers/{}/decline", ids[0])).await;
    app.act(&ann, &format!("/v1/wallet/transfers/{}/cancel", ids[1])).await;
    app.pass(61).await;
    let expected = ["declined", "cancelled", "expired"];
    for (id, expected) in ids.iter().zip(expected) {
        let shown = app.get(&ann, &format!("/v1/wallet/transfers/{id}")).await;
        assert_eq!(shown.body["status"], expected);
        assert_eq!(shown.body["timeline"][1]["event"], expected);
        let late = app.act(&bob, &format!("/v1/wallet/transfers/{id}/accept")).await;
        assert_eq!(late.problem(), (409, "wallet.transfer.not_waiting"), "{expected}");
    }
    assert_eq!(app.balance(&ann, "EUR").await, (100, 100));
}

#[tokio::test]
async fn the_list_has_both_sides_filters_and_pages() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 1_000).await);
    for amount in 1..=5 {
        assert_eq!(app.transfer(&ann, &bob, amount).await.status, 201);
        assert_eq!(app.transfer(&bob, &ann, 10 + amount).await.status, 201);
    }
    let waiting = app.hold(&ann, &bob, 99, 600).await;
    let list = async |query: &str| {
        let page = app.get(&ann, &format!("/v1/wallet/transfers?{query}")).await;
        page.data().iter().map(|it| it["amount"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let newest = ["99", "15", "5", "14", "4", "13", "3", "12", "2", "11", "1"];
    assert_eq!(list("").await, newest);
    assert_eq!(list("direction=in").await, ["15", "14", "13", "12", "11"]);
    assert_eq!(list("status=waiting").await, ["99"]);
    assert_eq!(list("status=declined").await, Vec::<String>::new());
    let first = app.get(&ann, "/v1/wallet/transfers?limit=4").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    assert_eq!(list(&format!("limit=200&cursor={cursor}")).await, newest[4..]);
    let last = app.get(&ann, "/v1/wallet/transfers?limit=200").await;
    assert_eq!((last.data().len(), &last.body["next_cursor"]), (11, &Value::Null));
    assert_eq!(last.data()[0]["id"], waiting.as_str());
    let wrong = app.get(&ann, "/v1/wallet/transfers?status=gone").await;
    assert_eq!(wrong.problem(), (400, "request.query.invalid"));
}

#[tokio::test]
async fn the_list_is_searched_by_period_amount_party_and_words() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 1_000).await);
    let eve = app.person("eve").await;
    let send = async |to: &str, amount: &str, message: &str| {
        let body = json!({
            "to": { "handle": to }, "asset": "EUR", "amount": amount, "message": message,
        });
        assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 201);
    };
    send("bob", "10", "Für die Pizza").await;
    app.pass(3_600).await;
    send("eve", "20", "Taxi").await;
    app.transfer(&bob, &ann, 30).await;
    app.pass(3_600).await;
    app.hold(&ann, &eve, 40, 600).await;
    let check = async |query: &str, expected: &[&str]| {
        let page = app.get(&ann, &format!("/v1/wallet/transfers?{query}")).await;
        let amounts: Vec<&str> =
            page.data().iter().map(|it| it["amount"].as_str().unwrap()).collect();
        assert_eq!(amounts, expected, "{query}");
    };
    check("filter[from]=2026-01-01T00:30:00Z", &["40", "30", "20"]).await;
    check("filter[before]=2026-01-01T01:30:00Z&asset=EUR", &["30", "20", "10"]).await;
    check("filter[from]=2026-01-01T00:30:00Z&filter[before]=2026-01-01T01:30:00Z", &["30", "20"])
        .await;
    check("filter[counterparty]=@eve", &["40", "20"]).await;
    check("filter[counterparty]=eve&status=waiting", &["40"]).await;
    check("filter[counterparty]=bob&direction=in", &["30"]).await;
    check("filter[amount][gte]=20&filter[amount][lte]=30", &["30", "20"]).await;
    check("q=PIZZA", &["10"]).await;
    check("q=bo&limit=1", &["30"]).await;
    check("q=nothing", &[]).await;
    check("filter[from]=2026-01-02T00:00:00Z", &[]).await;
}

#[tokio::test]
async fn frozen_people_move_nothing_and_receive_nothing() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.rich("bob", 100).await);
    let waiting = app.hold(&ann, &bob, 10, 3_600).await;
    app.freeze(&ann).await;
    let frozen = app.transfer(&ann.frozen(), &bob, 1).await;
    assert_eq!(frozen.problem(), (403, "identity.user.frozen"));
    let received = app.transfer(&bob, &ann, 1).await;
    assert_eq!(received.problem(), (422, "wallet.transfer.recipient_unavailable"));
    let accept = format!("/v1/wallet/transfers/{waiting}/accept");
    let refused = app.act(&bob, &accept).await;
    assert_eq!(refused.problem(), (422, "wallet.transfer.sender_unavailable"));
    app.unfreeze(&ann).await;
    assert_eq!(app.act(&bob, &accept).await.status, 200);
}

#[tokio::test]
async fn messages_of_refused_transfers_do_not_stay() {
    let app = App::start().await;
    let (ann, _) = (app.rich("ann", 5).await, app.person("bob").await);
    let body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "10", "message": "never arrives",
    });
    assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 422);
    let client = app.database.database().client().await.unwrap();
    let row = client.query_one("select count(*) from wallet.messages", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn a_repeat_that_would_be_refused_by_now_leaves_the_message_where_it_is() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 100).await, app.person("bob").await);
    let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "7", "message": "hi" });
    let headers = [("idempotency-key", "k")];
    let send = async || {
        let body = Some(body.clone());
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &headers, body).await
    };
    let first = send().await;
    assert_eq!(app.transfer(&bob, &ann, 7).await.status, 201);
    let close = format!("/v1/wallet/accounts/{}/close", bob.account("EUR"));
    assert_eq!(app.act(&bob, &close).await.status, 200);
    let again = send().await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let shown = app.get(&bob, &format!("/v1/wallet/transfers/{}", first.id())).await;
    assert_eq!(shown.body["message"], "hi");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sweep_leaves_the_message_of_a_late_repeat_alone() {
    let (app, is_dead) = (Arc::new(OnceLock::<App>::new()), Arc::new(AtomicBool::new(true)));
    let (shared, flag) = (Arc::downgrade(&app), Arc::clone(&is_dead));
    let interrupt: Interrupt = Arc::new(move |step| {
        if step != Step::TransferBeforeLedger || flag.load(Ordering::SeqCst) {
            return step == Step::TransferBeforeLedger;
        }
        let app = shared.upgrade().expect("the test goes on");
        let settled = app.get().expect("it runs").settle();
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(settled));
        false
    });
    app.set(App::start_with(Some(interrupt)).await).ok().expect("it is set once");
    let app = app.get().expect("it was set");
    let (ann, _) = (app.rich("ann", 100).await, app.person("bob").await);
    app.settle().await;
    let body = json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "7", "message": "hi" });
    let headers = [("idempotency-key", "k")];
    let send = async || {
        let body = Some(body.clone());
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &headers, body).await
    };
    assert_eq!(send().await.status, 503);
    is_dead.store(false, Ordering::SeqCst);
    app.clock.advance(Duration::from_secs(1_300));
    let sent = send().await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let shown = app.get(&ann, &format!("/v1/wallet/transfers/{}", sent.id())).await;
    assert_eq!(shown.body["message"], "hi");
}
