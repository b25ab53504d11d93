//! Transfers to addresses that nobody has.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use identity::{NewPassword, NewUser, Role, RoleSet, UserStatus};
use serde_json::json;
use wallet::{Interrupt, Step};

use crate::app::{Answer, App, Person};

async fn invite(app: &App, sender: &Person, email: &str, amount: u128) -> Answer {
    let body = json!({
        "to": { "email": email }, "asset": "EUR", "amount": amount.to_string(), "message": "welcome",
    });
    let answer = app.post(sender, "/v1/wallet/transfers", body).await;
    assert_eq!((answer.status, &answer.body["status"]), (201, &json!("invited")), "{answer:?}");
    answer
}

#[tokio::test]
async fn whoever_registers_with_the_address_gets_it() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let invited = invite(&app, &ann, "Bob@Example.org", 30).await;
    assert_eq!(invited.body["to"], json!({ "email": "bob@example.org" }));
    assert_eq!(invited.body["message"], "welcome");
    assert_eq!(app.balance(&ann, "EUR").await, (70, 100));
    let bob = app.person("bob").await;
    app.settle().await;
    assert_eq!(
        (app.balance(&ann, "EUR").await, app.balance(&bob, "EUR").await),
        ((70, 70), (30, 30))
    );
    // Both see one transfer, under the id of the invitation.
    for (person, direction) in [(&ann, "out"), (&bob, "in")] {
        let list = app.get(person, "/v1/wallet/transfers").await;
        assert_eq!(list.data().len(), 1, "{list:?}");
        assert_eq!(list.data()[0]["id"], invited.body["id"]);
        let one = app.get(person, &format!("/v1/wallet/transfers/{}", invited.id())).await;
        assert_eq!(
            (&one.body["status"], &one.body["direction"]),
            (&json!("accepted"), &json!(direction))
        );
        assert_eq!(one.body["to"], json!({ "handle": "bob", "name": "bob" }));
        assert_eq!(one.body["message"], "welcome");
    }
    assert_eq!(app.events().await, ["wallet.invite.created", "wallet.invite.claimed"]);
    let late = app.act(&ann, &format!("/v1/wallet/transfers/{}/cancel", invited.id())).await;
    assert_eq!(late.problem(), (409, "wallet.transfer.not_waiting"));
}

#[tokio::test]
async fn an_address_that_is_not_verified_is_nobodys() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let mut thief = NewUser::new("bob@example.org", "Thief", "");
    (thief.password, thief.is_email_verified) = (NewPassword::None, false);
    app.identity.create_user(thief).await.unwrap();
    invite(&app, &ann, "bob@example.org", 30).await;
    app.pass(60).await;
    assert_eq!(app.balance(&ann, "EUR").await, (70, 100));
}

#[tokio::test]
async fn nobody_answers_and_the_sender_has_it_back() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let invited = invite(&app, &ann, "bob@example.org", 30).await;
    app.pass(14 * 24 * 3_600 + 2).await;
    assert_eq!(app.balance(&ann, "EUR").await, (100, 100));
    // On a busy machine the ledger may have had no lease for a moment: the job comes again.
    app.pass(3).await;
    let shown = app.get(&ann, &format!("/v1/wallet/transfers/{}", invited.id())).await;
    assert_eq!(shown.body["status"], "expired");
    assert_eq!(app.events().await, ["wallet.invite.created", "wallet.invite.expired"]);
    let bob = app.person("bob").await;
    app.settle().await;
    assert_eq!(app.balance(&bob, "EUR").await, (0, 0));
}

#[tokio::test]
async fn the_sender_takes_it_back() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let invited = invite(&app, &ann, "bob@example.org", 30).await;
    let cancel = format!("/v1/wallet/transfers/{}/cancel", invited.id());
    for _ in 0..2 {
        assert_eq!(app.act(&ann, &cancel).await.body["status"], "cancelled");
    }
    let bob = app.person("bob").await;
    app.settle().await;
    assert_eq!((app.balance(&ann, "EUR").await.0, app.balance(&bob, "EUR").await.0), (100, 0));
}

#[tokio::test]
async fn claim_and_cancel_race_and_one_wins() {
    let app = App::start().await;
    let ann = app.rich("ann", 1_000).await;
    for no in 0..8 {
        let name = format!("guest{no}");
        let invited = invite(&app, &ann, &format!("{name}@example.org"), 10).await;
        let cancel = format!("/v1/wallet/transfers/{}/cancel", invited.id());
        let (cancelled, guest) = tokio::join!(app.act(&ann, &cancel), async {
            let guest = app.person(&name).await;
            app.settle().await;
            guest
        });
        app.settle().await;
        let got = app.balance(&guest, "EUR").await.0;
        assert_eq!(got, if cancelled.status == 200 { 0 } else { 10 }, "{cancelled:?}");
    }
    assert_eq!(app.sum().await, 1_000);
}

#[tokio::test]
async fn more_than_there_is_can_not_be_promised() {
    let app = App::start().await;
    let ann = app.rich("ann", 10).await;
    let body = json!({ "to": { "email": "bob@example.org" }, "asset": "EUR", "amount": "11" });
    let headers = [("idempotency-key", "k")];
    for _ in 0..2 {
        let refused = app
            .send(&ann, Method::POST, "/v1/wallet/transfers", &headers, Some(body.clone()))
            .await;
        assert_eq!(refused.problem(), (422, "wallet.transfer.insufficient_funds"));
    }
    app.pass(60).await;
    assert!(app.events().await.is_empty());
    let own = json!({ "to": { "email": "ann@example.org" }, "asset": "EUR", "amount": "1" });
    let answer = app.post(&ann, "/v1/wallet/transfers", own).await;
    assert_eq!(answer.problem(), (422, "wallet.transfer.own_account"));
}

#[tokio::test]
async fn a_repeated_invitation_is_one() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    let send = async |amount: &str| {
        let body =
            json!({ "to": { "email": "bob@example.org" }, "asset": "EUR", "amount": amount });
        let headers = [("idempotency-key", "k")];
        app.send(&ann, Method::POST, "/v1/wallet/transfers", &headers, Some(body)).await
    };
    let first = send("30").await;
    let again = send("30").await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(send("31").await.problem(), (422, "request.idempotency_key.reused"));
    // Also when the address belongs to somebody by now.
    app.person("bob").await;
    app.settle().await;
    assert_eq!(send("30").await.body["id"], first.body["id"]);
    assert_eq!(app.events().await, ["wallet.invite.created", "wallet.invite.claimed"]);
    assert_eq!(app.balance(&ann, "EUR").await, (70, 70));
}

#[tokio::test]
async fn a_hold_that_was_made_is_recorded_whatever_the_limit_is_by_then() {
    let interrupt: Interrupt = Arc::new(|step| step == Step::InvitationAfterLedger);
    let mut app = App::start_with(Some(interrupt)).await;
    let ann = app.rich("ann", 100).await;
    let body = json!({ "to": { "email": "bob@example.org" }, "asset": "EUR", "amount": "30" });
    assert_eq!(app.post(&ann, "/v1/wallet/transfers", body).await.status, 503);
    app.restart(None).await;
    let roles = RoleSet::default().with(Role::User).with(Role::Manager);
    let max = app.person_named("max", "Max", roles).await;
    let path = format!("/v1/wallet/limits/{}/EUR", ann.id);
    let limits = json!({ "per_transfer": "10", "reason": "a test" });
    let set = app.send(&max, Method::PUT, &path, &[("if-match", "\"0\"")], Some(limits)).await;
    assert_eq!(set.status, 200, "{set:?}");
    app.pass(11).await;
    let bob = app.person("bob").await;
    app.settle().await;
    assert_eq!((app.balance(&ann, "EUR").await, app.balance(&bob, "EUR").await.0), ((70, 70), 30));
}

#[tokio::test]
async fn who_has_left_gets_nothing_and_the_sender_has_it_back() {
    let app = App::start().await;
    let ann = app.rich("ann", 100).await;
    invite(&app, &ann, "bob@example.org", 30).await;
    // The claim waits, and bob, whose accounts are empty, goes meanwhile.
    app.freeze(&ann).await;
    let bob = app.person("bob").await;
    app.settle().await;
    let client = app.database.database().client().await.unwrap();
    let sql = "with gone as (update identity.users set status = 'deleted', handle = null, \
               email = 'gone@deleted.invalid' where handle = 'bob' returning id) \
               insert into identity.changes (user_id, at) select id, now() from gone";
    client.execute(sql, &[]).await.unwrap();
    client.execute("select pg_notify('identity_changes', '')", &[]).await.unwrap();
    while app.identity.user(bob.id).await.unwrap().unwrap().status != UserStatus::Deleted {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    app.unfreeze(&ann).await;
    app.pass(901).await;
    assert_eq!((app.balance(&ann, "EUR").await, app.balance(&bob, "EUR").await.1), ((70, 100), 0));
    app.pass(14 * 24 * 3_600).await;
    app.pass(3).await;
    assert_eq!(app.balance(&ann, "EUR").await, (100, 100));
    assert_eq!(app.events().await, ["wallet.invite.created", "wallet.invite.expired"]);
}
