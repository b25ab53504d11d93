//! `/v1/payments/reconciliations`, with the sandbox.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use payments::{TEST_CARDS, TEST_IBANS};
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, BOB, GOOD_CARD, Process, staff};

const PATH: &str = "/v1/payments/reconciliations";
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn look(process: &Process, path: &str) -> Answer {
    process.send(Some(staff(BOB)), Method::GET, path, &[], Body::empty()).await
}

pub(crate) async fn get(process: &Process, id: &str) -> Value {
    look(process, &format!("{PATH}/{id}")).await.body
}

/// A run that was asked for, when it has ended.
pub(crate) async fn run(process: &Process, provider: &str, grace_s: u32) -> Value {
    let body = json!({ "provider": provider, "grace_s": grace_s });
    let made = process.post_as(staff(BOB), PATH, &[], body).await;
    assert_eq!((made.status, &made.body["status"]), (202, &json!("running")), "{made:?}");
    assert_eq!(made.headers["location"], format!("{PATH}/{}", made.id()).as_str());
    process.bus.settle().await;
    get(process, &made.id()).await
}

/// All that a run found, read page by page.
pub(crate) async fn differences(process: &Process, run: &Value) -> Vec<Value> {
    let path = format!("{PATH}/{}/differences?limit=2", run["id"].as_str().unwrap());
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = look(process, &format!("{path}{cursor}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        found.extend(page.body["data"].as_array().unwrap().clone());
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn the_sandbox_agrees_with_the_books_about_every_kind_of_flow() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 50_000).await;
    for (at, card) in TEST_CARDS.iter().enumerate() {
        let deposit = app.deposited(card.number, 1000 + at as u64).await;
        app.process.refund(ANN, &deposit, json!({ "amount": "100" })).await;
    }
    for iban in TEST_IBANS {
        app.process.withdraw(ANN, iban.iban, 300).await;
    }
    for step in [HOUR, 2 * HOUR, DAY, 8 * DAY] {
        app.process.pass(step).await;
        let ended = run(&app.process, "sandbox", 0).await;
        assert_eq!((&ended["status"], &ended["differences"]), (&json!("completed"), &json!(0)));
        let balance = &ended["balances"][0];
        assert_eq!((&balance["asset"], &balance["scale"]), (&json!("EUR"), &json!(2)));
        assert_eq!(balance["ours"], balance["theirs"]);
    }
}

#[tokio::test]
async fn a_difference_is_reported_until_it_is_gone() {
    let app = App::start().await;
    let deposit = app.deposited(GOOD_CARD, 1000).await;
    app.deposited(GOOD_CARD, 500).await;
    let change = |sql: &'static str| {
        let database = app.world.database().clone();
        async move { database.client().await.unwrap().batch_execute(sql).await.unwrap() }
    };
    change("update payments.sandbox_entries set amount = 999 where amount = 1000").await;
    for _ in 0..2 {
        let ended = run(&app.process, "sandbox", 0).await;
        let found = differences(&app.process, &ended).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["number"], &found[0]["kind"]), (&json!(1), &json!("amount")));
        assert_eq!(found[0]["reference"], json!(deposit));
        assert_eq!((&found[0]["ours"], &found[0]["theirs"]), (&json!("1000"), &json!("999")));
    }
    change(
        "insert into payments.sandbox_entries
         select 'txn_correction', subject, reference, payment, asset, 1, created_at
           from payments.sandbox_entries where amount = 999",
    )
    .await;
    assert_eq!(run(&app.process, "sandbox", 0).await["differences"], 0);
    // What a run found stays as it was found.
    let listed = look(&app.process, &format!("{PATH}?filter[provider]=sandbox")).await.body;
    let counts: Vec<&Value> =
        listed["data"].as_array().unwrap().iter().map(|run| &run["differences"]).collect();
    assert_eq!(counts[..3], [&json!(0), &json!(1), &json!(1)]);
}

#[tokio::test]
async fn each_provider_in_use_is_reconciled_each_day() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    app.process.pass(3 * DAY).await;
    let runs = look(&app.process, PATH).await.body["data"].as_array().unwrap().clone();
    assert!((3..=4).contains(&runs.len()), "{runs:?}");
    assert!(runs.iter().all(|run| run["provider"] == "sandbox" && run["status"] == "completed"));
}

#[tokio::test]
async fn an_hour_is_left_to_the_other_side_and_a_repeat_is_the_first_again() {
    let app = App::start().await;
    app.deposited(GOOD_CARD, 1000).await;
    let forget = "delete from payments.sandbox_entries";
    app.world.database().client().await.unwrap().batch_execute(forget).await.unwrap();
    let key = [("idempotency-key", "r1")];
    let first = app.process.post_as(staff(BOB), PATH, &key, json!({})).await;
    app.process.bus.settle().await;
    let again = app.process.post_as(staff(BOB), PATH, &key, json!({})).await;
    assert_eq!(
        (again.body, again.headers.contains_key("idempotency-replayed")),
        (first.body.clone(), true)
    );
    assert_eq!(get(&app.process, &first.id()).await["differences"], 0);
    let other = app.process.post_as(staff(BOB), PATH, &key, json!({ "grace_s": 5 })).await;
    assert_eq!(other.status, 422, "{other:?}");
    app.world.clock.advance(2 * HOUR);
    let later = app.process.post_as(staff(BOB), PATH, &[], json!({})).await;
    app.process.bus.settle().await;
    assert_eq!(get(&app.process, &later.id()).await["differences"], 1);
    let audited =
        "select count(*) from audit.entries where action = 'payments.reconciliation.created'";
    assert_eq!(app.world.count(audited).await, 2);
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_users_are_no_staff() {
    let app = App::start().await;
    for (body, expected) in [
        (json!({ "provider": "nobody" }), (422, "payments.provider.not_offered")),
        (json!({ "grace_s": 2_592_001 }), (400, "request.body.invalid")),
        (json!({ "days": 1 }), (400, "request.body.invalid")),
    ] {
        let answer = app.process.post_as(staff(BOB), PATH, &[], body.clone()).await;
        assert_eq!(answer.problem(), expected, "{body}");
    }
    let users = app.process.post(ANN, PATH, json!({})).await;
    assert_eq!(users.problem(), (403, "identity.permission.missing"));
    let unknown = "rec_01h455vb4pex5vsknk084sn02q";
    for path in
        [PATH.to_owned(), format!("{PATH}/{unknown}"), format!("{PATH}/{unknown}/differences")]
    {
        assert_eq!(app.process.get(ANN, &path).await.status, 403, "{path}");
    }
    let missing = look(&app.process, &format!("{PATH}/{unknown}")).await;
    assert_eq!(missing.problem(), (404, "payments.reconciliation.not_found"));
    let none = look(&app.process, &format!("{PATH}?filter[provider]=x")).await;
    assert_eq!(none.body["data"], json!([]));
}

/// Two runs at once read the same, and count it once.
#[tokio::test]
async fn runs_at_the_same_time_count_nothing_twice() {
    let app = App::start().await;
    for _ in 0..3 {
        app.deposited(GOOD_CARD, 1000).await;
    }
    let body = json!({ "grace_s": 0 });
    let runs = (0..4).map(|_| app.process.post_as(staff(BOB), PATH, &[], body.clone()));
    let runs = futures_util::future::join_all(runs).await;
    app.process.bus.settle().await;
    for made in runs {
        let ended = get(&app.process, &made.id()).await;
        assert_eq!((&ended["status"], &ended["differences"]), (&json!("completed"), &json!(0)));
    }
}
