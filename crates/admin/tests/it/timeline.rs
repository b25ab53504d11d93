use std::collections::HashSet;
use std::time::Duration;

use identity::{Actor, Role, UserId};
use kernel::audit::{AuditActor, NewEntry};
use kernel::bus::{self, NewEvent};
use ledger::engine::NewTransfer;
use serde_json::{Value, json};

use crate::app::{App, person};

fn support() -> Actor {
    person(2, Role::Support)
}

async fn transfer(app: &App, debit: u128, credit: u128, cents: u128, code: u16) {
    let transfer = NewTransfer {
        id: ledger::TransferId::generate().as_u128(),
        debit_account: debit,
        credit_account: credit,
        amount: cents,
        asset: app.ledger.asset("EUR").await.unwrap().unwrap().no,
        code,
        ..NewTransfer::default()
    };
    let results = app.ledger.create_transfers(vec![transfer]).await.unwrap();
    assert!(results[0].status.is_success(), "{results:?}");
}

async fn tell(app: &App, user: UserId, context: &'static str, kind: &'static str) {
    let event = NewEvent::new(context, kind, Some(user.as_u128()), json!({ "told": true }));
    let mut client = app.database.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    bus::publish_in_tx(&tx, &*app.clock, &[event]).await.unwrap();
    tx.commit().await.unwrap();
    bus::sequence(app.database.database()).await.unwrap();
}

async fn record(app: &App, user: UserId, action: &'static str) {
    let entry = NewEntry::new(AuditActor::System, action).subject(user.as_u128());
    kernel::audit::record(app.database.database(), &*app.clock, &[entry]).await.unwrap();
}

async fn page(app: &App, user: UserId, query: &str) -> Value {
    let answer = app.get(support(), &format!("/v1/admin/users/{user}/timeline?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

fn kinds(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

/// A user to whom something happened in every context, a second apart.
async fn user_with_a_past(app: &App) -> UserId {
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    let bob = app.user("bob@example.org", "Bob Cooper", "bobby").await;
    app.open(bob, 0).await;
    let second = || app.clock.advance(Duration::from_secs(1));
    second();
    app.open(ann, 100).await;
    second();
    tell(app, ann, "identity", "identity.device.added").await;
    second();
    transfer(app, ann.account_id("EUR"), bob.account_id("EUR"), 30, 200).await;
    second();
    tell(app, ann, "payments", "payments.deposit.failed").await;
    tell(app, bob, "payments", "payments.deposit.failed").await;
    tell(app, ann, "orchard", "orchard.apple.ripened").await;
    second();
    record(app, ann, "wallet.limit.changed").await;
    second();
    ann
}

#[tokio::test]
async fn everything_about_a_user_is_one_list_newest_first() {
    let app = App::start().await;
    let ann = user_with_a_past(&app).await;
    let page = page(&app, ann, "").await;
    let kinds = kinds(&page);
    assert_eq!(
        kinds[..4],
        [
            "wallet.limit.changed",
            "payments.deposit.failed",
            "transfer.payment",
            "identity.device.added",
        ]
    );
    assert!(kinds.contains(&"identity.user.registered"), "{kinds:?}");
    assert!(!kinds.contains(&"orchard.apple.ripened"), "of no context that is about users");
    let payment = &page["data"][2];
    assert_eq!(payment["data"]["direction"], "out");
    assert_eq!(
        (&payment["data"]["amount"], &payment["data"]["asset"]),
        (&json!("30"), &json!("EUR"))
    );
    assert!(payment["data"]["other"].as_str().unwrap().starts_with("usr_"));
    assert_eq!(
        (payment["source"].as_str(), page["data"][0]["source"].as_str()),
        (Some("transfer"), Some("audit"))
    );
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn pages_of_any_size_show_everything_once() {
    let app = App::start().await;
    let ann = user_with_a_past(&app).await;
    let all = page(&app, ann, "limit=200").await;
    let all: Vec<&Value> = all["data"].as_array().unwrap().iter().collect();
    for limit in 1..=all.len() {
        let (mut seen, mut query) = (Vec::new(), format!("limit={limit}"));
        loop {
            // Each look is an entry of its own, newer than where the first page began.
            app.clock.advance(Duration::from_secs(1));
            let page = page(&app, ann, &query).await;
            seen.extend(page["data"].as_array().unwrap().clone());
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("limit={limit}&cursor={cursor}");
        }
        let seen: Vec<&Value> =
            seen.iter().filter(|item| item["kind"] != "admin.user.viewed").collect();
        assert_eq!(seen, all, "limit {limit}");
        let ids: HashSet<&str> = seen.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), seen.len());
    }
}

#[tokio::test]
async fn forged_cursor_is_refused() {
    let app = App::start().await;
    let ann = app.user("ann@example.org", "Ann Baker", "annie").await;
    for cursor in ["zzz", "AVsxLDJd"] {
        let path = format!("/v1/admin/users/{ann}/timeline?cursor={cursor}");
        let answer = app.get(support(), &path).await;
        assert_eq!(answer.problem(), (400, "request.cursor.invalid"), "{cursor}");
    }
}
