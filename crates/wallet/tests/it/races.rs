//! Crossing transfers and racing answers: bounded, without deadlock, and nothing is lost.

use std::time::Duration;

use serde_json::json;

use crate::app::App;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_pairs_send_both_ways_at_once() {
    let app = App::start().await;
    let mut people = Vec::new();
    for no in 0..20 {
        people.push(app.rich(&format!("person{no}"), 20).await);
    }
    let before = app.sum().await;
    let pairs = (0..1_000_usize).flat_map(|no| {
        let (left, right) = (&people[no % 20], &people[(no + 1 + no / 20 % 19) % 20]);
        let amount = (no % 7 + 1) as u128;
        [app.transfer(left, right, amount), app.transfer(right, left, amount)]
    });
    let all = futures_util::future::join_all(pairs);
    let answers = tokio::time::timeout(Duration::from_secs(60), all).await.expect("no deadlock");
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(refused.problem(), (422, "wallet.transfer.insufficient_funds"));
    }
    assert!(made > 100, "{made}");
    assert_eq!(app.sum().await, before);
}

#[tokio::test]
async fn accept_decline_and_cancel_race_and_one_wins() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let mut accepted = 0;
    for _ in 0..30 {
        let id = app.hold(&ann, &bob, 10, 600).await;
        let path = |verb: &str| format!("/v1/wallet/transfers/{id}/{verb}");
        let (accept, decline, cancel) = (path("accept"), path("decline"), path("cancel"));
        let answers =
            tokio::join!(app.act(&bob, &accept), app.act(&bob, &decline), app.act(&ann, &cancel));
        let answers = [answers.0, answers.1, answers.2];
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(loser.problem(), (409, "wallet.transfer.not_waiting"));
        }
        accepted += u128::from(answers[0].status == 200);
    }
    assert_eq!(app.balance(&bob, "EUR").await, (accepted * 10, accepted * 10));
    assert_eq!(app.sum().await, 1_000);
}

#[tokio::test]
async fn one_key_at_once_is_one_transfer() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.person("bob").await);
    let body =
        json!({ "to": { "handle": "bob" }, "asset": "EUR", "amount": "7", "message": "once" });
    let headers = [("idempotency-key", "same")];
    let sends = (0..50).map(|_| {
        let method = axum::http::Method::POST;
        app.send(&ann, method, "/v1/wallet/transfers", &headers, Some(body.clone()))
    });
    let answers = futures_util::future::join_all(sends).await;
    assert!(answers.iter().all(|it| it.status == 201 && it.body == answers[0].body), "{answers:?}");
    assert_eq!(app.balance(&bob, "EUR").await.0, 7);
}

#[tokio::test]
async fn the_steady_state_needs_no_statement() {
    let app = App::start().await;
    let (ann, bob) = (app.rich("ann", 1_000).await, app.rich("bob", 1).await);
    assert_eq!(app.transfer(&ann, &bob, 1).await.status, 201);
    let statements = async || {
        let client = app.database.database().client().await.unwrap();
        let sql = "select coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0)::bigint \
                   from pg_stat_all_tables where schemaname in ('wallet', 'identity') \
                   and relname not in ('limits_version', 'changes')";
        client.batch_execute("select pg_stat_force_next_flush()").await.unwrap();
        client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0)
    };
    let before = statements().await;
    for _ in 0..20 {
        assert_eq!(app.transfer(&ann, &bob, 1).await.status, 201);
    }
    // Each session tells its counters when it ends a transaction; all of the pool have one here.
    let clients = (0..8).map(|_| statements());
    let after = futures_util::future::join_all(clients).await.into_iter().max().unwrap();
    assert!(after - before < 20, "{} scans for 20 transfers", after - before);
}
