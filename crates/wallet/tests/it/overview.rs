//! The transfers of all users, for staff.

use identity::{Role, RoleSet};
use proto::wallet::v1 as api;
use proto::wallet::v1::wallet_service_server::WalletService;
use serde_json::{Value, json};
use tonic::Request;

use crate::app::{App, Person};

const PATH: &str = "/v1/wallet/overview/transfers";

async fn support(app: &App) -> Person {
    app.person_named("sue", "Sue", RoleSet::default().with(Role::User).with(Role::Support)).await
}

fn amounts(data: &[Value]) -> Vec<&str> {
    data.iter().map(|it| it["transfer"]["amount"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn staff_sees_who_sent_what_to_whom_and_not_what_they_wrote() {
    let app = App::start().await;
    let (ann, bob, sue) =
        (app.rich("ann", 100).await, app.rich("bob", 1).await, support(&app).await);
    let body = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "7", "message": "a secret",
        "accept_within_s": 600,
    });
    let held = app.post(&ann, "/v1/wallet/transfers", body).await.id();
    app.act(&bob, &format!("/v1/wallet/transfers/{held}/accept")).await;

    let listed = app.get(&sue, PATH).await;
    let shown = &listed.data()[0];
    assert_eq!(listed.data().len(), 1, "what was paid in is no transfer between people");
    assert_eq!(shown["sender"], ann.id.to_string());
    assert_eq!(shown["recipient"], bob.id.to_string());
    assert_eq!(shown["transfer"]["status"], "accepted");
    assert_eq!(shown["transfer"]["direction"], "out");

    let one = app.get(&sue, &format!("{PATH}/{held}")).await;
    assert_eq!(one.body["transfer"]["timeline"][1]["event"], "accepted");
    assert_eq!(one.body["recipient"], bob.id.to_string());
    for answer in [listed, one] {
        assert!(!answer.body.to_string().contains("a secret"), "{answer:?}");
    }
}

#[tokio::test]
async fn only_staff_may_look_and_every_look_is_recorded() {
    let app = App::start().await;
    let (ann, bob, sue) =
        (app.rich("ann", 100).await, app.rich("bob", 1).await, support(&app).await);
    let id = app.transfer(&ann, &bob, 5).await.id();
    for path in [PATH.to_owned(), format!("{PATH}/{id}")] {
        assert_eq!(app.get(&bob, &path).await.status, 403, "{path}");
        assert_eq!(app.get(&sue, &path).await.status, 200, "{path}");
    }
    let sql = "SELECT action, subject::text FROM audit.entries WHERE action LIKE 'wallet.transfer%'
        ORDER BY action";
    let rows = app.database.database().client().await.unwrap().query(sql, &[]).await.unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(actions, ["wallet.transfer.viewed", "wallet.transfers.viewed"]);
    assert!(rows[0].get::<_, Option<&str>>(1).is_some(), "whose it is, is recorded");
}

#[tokio::test]
async fn pages_and_filters_leave_nothing_out() {
    let app = App::start().await;
    app.asset("APPLE", 0, "goods").await;
    let (ann, bob, sue) =
        (app.rich("ann", 1_000).await, app.rich("bob", 1).await, support(&app).await);
    app.fund(&ann, "APPLE", 10).await;
    for amount in 1..=5 {
        app.transfer(&ann, &bob, amount).await;
    }
    let apples = json!({ "to": { "handle": "bob" }, "asset": "APPLE", "amount": "3" });
    app.post(&ann, "/v1/wallet/transfers", apples).await;
    app.hold(&ann, &bob, 6, 600).await;

    let mut path = format!("{PATH}?limit=2");
    let mut all = Vec::new();
    for _ in 0..5 {
        let page = app.get(&sue, &path).await;
        all.extend(page.data().clone());
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("{PATH}?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(amounts(&all), ["6", "3", "5", "4", "3", "2", "1"]);

    for (filter, expected) in [
        ("filter[asset]=APPLE", vec!["3"]),
        ("filter[asset]=NONE", vec![]),
        ("filter[status]=waiting", vec!["6"]),
        ("filter[amount][gte]=4&filter[amount][lte]=5", vec!["5", "4"]),
        ("filter[before]=2000-01-01T00:00:00Z", vec![]),
    ] {
        let found = app.get(&sue, &format!("{PATH}?{filter}")).await;
        assert_eq!(amounts(found.data()), expected, "{filter}");
    }
    assert_eq!(app.get(&sue, &format!("{PATH}?filter[status]=lost")).await.status, 400);
}

#[tokio::test]
async fn an_invitation_has_no_recipient_until_it_is_claimed() {
    let app = App::start().await;
    let (ann, sue) = (app.rich("ann", 100).await, support(&app).await);
    let body = json!({ "to": { "email": "new@example.org" }, "asset": "EUR", "amount": "9" });
    let id = app.post(&ann, "/v1/wallet/transfers", body).await.id();
    let one = app.get(&sue, &format!("{PATH}/{id}")).await;
    assert_eq!(one.body["recipient"], Value::Null);
    assert_eq!(one.body["transfer"]["status"], "invited");
    let missing = "tr_00000000000000000000000000";
    let missing = app.get(&sue, &format!("{PATH}/{missing}")).await;
    assert_eq!(missing.problem(), (404, "wallet.transfer.not_found"));
}

#[tokio::test]
async fn over_grpc_too() {
    let app = App::start().await;
    let (ann, bob, sue) =
        (app.rich("ann", 100).await, app.rich("bob", 1).await, support(&app).await);
    let id = app.transfer(&ann, &bob, 5).await.id();
    let service = &wallet::grpc::calls(app.wallet.clone());
    let by = |person: &Person, message| {
        let mut request = Request::new(message);
        request.extensions_mut().insert(person.actor);
        request
    };
    let list = api::ListUserTransfersRequest { asset: "EUR".to_owned(), ..Default::default() };
    let listed = service.list_user_transfers(by(&sue, list)).await.unwrap().into_inner();
    let mut one = Request::new(api::GetUserTransferRequest { id: id.clone() });
    one.extensions_mut().insert(sue.actor);
    let one = service.get_user_transfer(one).await.unwrap().into_inner().transfer.unwrap();
    assert_eq!(listed.transfers[0].sender, ann.id.to_string());
    assert_eq!((one.recipient, one.transfer.unwrap().id), (Some(bob.id.to_string()), id));
}
