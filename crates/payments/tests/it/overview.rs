//! `/v1/payments/overview`: what staff sees of all users.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{ANN, Answer, App, BOB, GOOD_CARD, GOOD_IBAN, staff};

const DEPOSITS: &str = "/v1/payments/overview/deposits";
const WITHDRAWALS: &str = "/v1/payments/overview/withdrawals";

async fn look(app: &App, path: &str) -> Answer {
    app.process.send(Some(staff(BOB)), Method::GET, path, &[], Body::empty()).await
}

async fn ids(app: &App, path: &str, what: &str) -> Vec<Value> {
    let page = look(app, path).await;
    assert_eq!(page.status, 200, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|it| it[what]["id"].clone()).collect()
}

#[tokio::test]
async fn staff_sees_the_flows_of_all_users_by_filters() {
    let app = App::start().await;
    let anns = json!(app.deposited(GOOD_CARD, 1000).await);
    let declined = json!(app.deposited("4000000000000002", 1000).await);
    let waits = json!(app.deposited("4000000000003220", 1000).await);
    let bobs = json!(app.process.deposit(BOB, GOOD_CARD, 700).await.id());
    app.process.bus.settle().await;
    assert_eq!(ids(&app, DEPOSITS, "deposit").await.len(), 4);
    for (filter, expected) in [
        (format!("filter[user]={ANN}&filter[status]=succeeded"), vec![&anns]),
        ("filter[status]=failed".to_owned(), vec![&declined]),
        (format!("filter[user]={BOB}"), vec![&bobs]),
        ("filter[asset]=USD".to_owned(), vec![]),
        ("filter[asset]=%00".to_owned(), vec![]),
        ("filter[provider]=stripe".to_owned(), vec![]),
        (
            "filter[provider]=sandbox&filter[asset]=EUR&filter[status]=requires_action".to_owned(),
            vec![&waits],
        ),
    ] {
        let found = ids(&app, &format!("{DEPOSITS}?{filter}"), "deposit").await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    // Staff can't confirm a payment for its holder.
    let shown = look(&app, &format!("{DEPOSITS}?filter[status]=requires_action")).await;
    assert_eq!(shown.body["data"][0]["deposit"]["next_action"], json!(null));
    assert_eq!(shown.body["data"][0]["user"], json!(ANN));
    let made = json!(app.process.withdraw(ANN, GOOD_IBAN, 300).await.id());
    app.process.bus.settle().await;
    assert_eq!(
        ids(&app, &format!("{WITHDRAWALS}?filter[status]=paid"), "withdrawal").await,
        [made]
    );
    let wrong = look(&app, &format!("{WITHDRAWALS}?filter[status]=gone")).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn pages_follow_each_other_and_every_look_is_recorded() {
    let app = App::start().await;
    for _ in 0..5 {
        app.process.deposit(ANN, GOOD_CARD, 500).await;
        app.world.clock.advance(std::time::Duration::from_secs(1));
    }
    app.process.bus.settle().await;
    let all = ids(&app, DEPOSITS, "deposit").await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    let mut pages = 0;
    while pages == 0 || !cursor.is_empty() {
        let page = look(&app, &format!("{DEPOSITS}?limit=2{cursor}")).await.body;
        found.extend(page["data"].as_array().unwrap().iter().map(|it| it["deposit"]["id"].clone()));
        cursor =
            page["next_cursor"].as_str().map_or_else(String::new, |it| format!("&cursor={it}"));
        pages += 1;
    }
    assert_eq!((found, pages), (all, 3));
    let looks = "select count(*) from audit.entries where action = 'payments.deposits.viewed'";
    assert_eq!(app.world.count(looks).await, 4);
}

#[tokio::test]
async fn users_see_only_their_own() {
    let app = App::start().await;
    for path in [DEPOSITS, WITHDRAWALS] {
        assert_eq!(
            app.process.get(ANN, path).await.problem(),
            (403, "identity.permission.missing")
        );
    }
}

#[tokio::test]
async fn refunds_come_in_pages() {
    let app = App::start().await;
    let deposit = app.deposited(GOOD_CARD, 1000).await;
    for _ in 0..3 {
        app.process.refund(ANN, &deposit, json!({ "amount": "100" })).await;
        app.world.clock.advance(std::time::Duration::from_secs(1));
    }
    let path = format!("/v1/payments/deposits/{deposit}/refunds?limit=2");
    let first = app.process.get(ANN, &path).await;
    assert_eq!(first.body["data"].as_array().unwrap().len(), 2);
    assert!(first.headers.contains_key("link"));
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = app.process.get(ANN, &format!("{path}&cursor={cursor}")).await.body;
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
    assert_eq!(second["next_cursor"], json!(null));
    assert_ne!(second["data"][0]["id"], first.body["data"][1]["id"]);
}
