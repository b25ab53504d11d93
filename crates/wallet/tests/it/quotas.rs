//! How much somebody may ask of others.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::{Answer, App, Person};

/// Rows as if they had been made by requests to the API, some seconds ago.
async fn fill(app: &App, sql: &str, person: &Person, count: i32) {
    let client = app.database.database().client().await.unwrap();
    let now = kernel::Clock::now(&*app.clock);
    let made = client.execute(sql, &[&person.id, &now, &count]).await.unwrap();
    assert_eq!(made, u64::from(count.unsigned_abs()));
}

/// Of five at once one fits: the places are counted, also in a race.
async fn one_of_five_fits(app: &App, person: &Person, path: &str, body: Value) {
    let tries = (0..5).map(|_| app.post(person, path, body.clone()));
    let answers: Vec<Answer> = join_all(tries).await;
    let (fit, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(fit.len(), 1, "{answers:?}");
    assert!(refused.iter().all(|it| it.problem() == (422, "wallet.quota.exceeded")), "{refused:?}");
}

const DAY: u64 = 24 * 3_600;

#[tokio::test]
async fn a_thousand_requests_a_day_are_enough() {
    let app = App::start().await;
    let (ann, bob) = (app.person("ann").await, app.person("bob").await);
    let sql = "insert into wallet.requests \
               (id, payee, payer, asset, amount, state, created_at, expires_at, changed_at) \
               select gen_random_uuid(), $1, $1, 'EUR', 1, 'cancelled', $2, $2, $2 \
               from generate_series(1, $3)";
    fill(&app, sql, &ann, 999).await;
    let body = json!({ "from": { "handle": "bob" }, "asset": "EUR", "amount": "1" });
    one_of_five_fits(&app, &ann, "/v1/wallet/requests", body.clone()).await;
    assert_eq!(app.get(&bob, "/v1/wallet/requests").await.data().len(), 1);
    let other = json!({ "from": { "handle": "ann" }, "asset": "EUR", "amount": "1" });
    assert_eq!(app.post(&bob, "/v1/wallet/requests", other).await.status, 201, "bob has his own");
    app.pass(DAY).await;
    assert_eq!(app.post(&ann, "/v1/wallet/requests", body).await.status, 201);
}

#[tokio::test]
async fn a_hundred_strangers_a_day_can_be_invited() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let sql = "insert into wallet.invitations (id, sender, email, asset, amount, has_message, \
               fingerprint, state, created_at, expires_at, timeout_s, changed_at) \
               select gen_random_uuid(), $1, 'x@example.org', 'EUR', 1, false, 0, 'cancelled', $2, \
               $2, 1, $2 from generate_series(1, $3)";
    fill(&app, sql, &ann, 99).await;
    let body = json!({ "to": { "email": "new@example.org" }, "asset": "EUR", "amount": "10" });
    one_of_five_fits(&app, &ann, "/v1/wallet/transfers", body.clone()).await;
    assert_eq!(app.balance(&ann, "EUR").await, (90, 100), "a refused one holds nothing");
    app.person("new").await;
    app.settle().await;
    let known = app.post(&ann, "/v1/wallet/transfers", body.clone()).await;
    assert_eq!(known.status, 201, "who is a user is no stranger: {known:?}");
}

#[tokio::test]
async fn schedules_that_are_over_make_room() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    app.person("bob").await;
    let sql = "insert into wallet.schedules (id, owner, recipient, asset, amount, start_at, every, \
               state, next_no, next_at, created_at, changed_at) \
               select gen_random_uuid(), $1, $1, 'EUR', 1, $2, 'day', 'paused', 0, $2, $2, $2 \
               from generate_series(1, $3)";
    fill(&app, sql, &ann, 499).await;
    let body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "1",
        "start_at": "2027-01-01T12:00:00Z", "every": "day",
    });
    one_of_five_fits(&app, &ann, "/v1/wallet/schedules", body.clone()).await;
    let client = app.database.database().client().await.unwrap();
    let ended = "update wallet.schedules set state = 'completed' where state = 'paused'";
    client.execute(ended, &[]).await.unwrap();
    assert_eq!(app.post(&ann, "/v1/wallet/schedules", body).await.status, 201);
}
