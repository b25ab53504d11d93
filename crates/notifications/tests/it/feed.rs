//! Wallet transfers, as both sides are told.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::app::{App, person};

async fn with_money() -> (App, identity::UserId, identity::UserId) {
    let app = App::start().await;
    app.with_euros().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    app.fund(ann, 1_000_000).await;
    app.wallet.open(bob, "EUR").await.unwrap();
    (app, ann, bob)
}

#[tokio::test]
async fn both_sides_of_a_transfer_are_told_in_their_language() {
    let app = App::start().await;
    app.with_euros().await;
    let ann = app.user("ann").await.id;
    let bob = app.user_with("bob", |bob| bob.locale = "de".to_owned()).await.id;
    app.fund(ann, 5_000).await;
    app.wallet.open(bob, "EUR").await.unwrap();
    let sent = app.send_money(ann, "bob", json!({ "message": "for lunch" })).await;
    app.notifications.catch_up().await.unwrap();
    let (anns, bobs) = (app.log(ann).await, app.log(bob).await);
    assert_eq!((anns.len(), bobs.len()), (1, 1), "{anns:?} {bobs:?}");
    assert_eq!(anns[0]["title"], "You sent 12.50\u{a0}EUR");
    assert_eq!(anns[0]["text"], "You sent 12.50\u{a0}EUR to bob.");
    assert_eq!(bobs[0]["kind"], "transfer.received");
    assert_eq!(bobs[0]["title"], "Sie haben 12,50\u{a0}EUR erhalten");
    assert_eq!(bobs[0]["text"], "ann hat Ihnen 12,50\u{a0}EUR gesendet.");
    assert_eq!(bobs[0]["counterparty"], json!({ "id": ann, "handle": "ann", "name": "ann" }));
    assert_eq!(bobs[0]["data"]["message"], "for lunch");
    assert_eq!(bobs[0]["link"], format!("/transfers/{}", sent["id"].as_str().unwrap()));
    // Mail is for what asks for something.
    assert!(app.mails("bob@example.org").await.is_empty());
    app.send_money(ann, "bob", json!({ "accept_within_s": 3600 })).await;
    app.notifications.catch_up().await.unwrap();
    let mails = app.mails("bob@example.org").await;
    assert_eq!((mails.len(), &mails[0]["locale"]), (1, &json!("de")));
    assert!(app.mails("ann@example.org").await.is_empty());
}

#[tokio::test]
async fn waiting_transfer_is_told_to_its_end() {
    let (app, ann, bob) = with_money().await;
    for (verb, by) in [("accept", bob), ("decline", bob), ("cancel", ann)] {
        let held = app.send_money(ann, "bob", json!({ "accept_within_s": 3600 })).await;
        let path = format!("/v1/wallet/transfers/{}/{verb}", held["id"].as_str().unwrap());
        let done = app.post_as(Some(by), &path, json!({})).await;
        assert!(done.status < 300, "{verb}: {done:?}");
    }
    app.notifications.catch_up().await.unwrap();
    assert_eq!(
        app.kinds(ann).await,
        [
            "transfer.sent",
            "transfer.accepted",
            "transfer.sent",
            "transfer.declined",
            "transfer.sent",
            "transfer.cancelled"
        ]
    );
    assert_eq!(
        app.kinds(bob).await,
        [
            "transfer.waiting",
            "transfer.received",
            "transfer.waiting",
            "transfer.declined",
            "transfer.waiting",
            "transfer.cancelled"
        ]
    );
}

#[tokio::test]
async fn expired_transfer_is_told_to_both() {
    let (app, ann, bob) = with_money().await;
    app.send_money(ann, "bob", json!({ "accept_within_s": 3600 })).await;
    app.pass(Duration::from_secs(3_601));
    // Reading a balance makes the expiry visible at once.
    app.wallet.accounts_of(ann).await.unwrap();
    app.send_money(ann, "bob", json!({})).await;
    app.notifications.catch_up().await.unwrap();
    assert!(app.kinds(ann).await.contains(&"transfer.expired".to_owned()));
    assert!(app.kinds(bob).await.contains(&"transfer.expired".to_owned()));
}

#[tokio::test]
async fn two_readers_of_the_feed_tell_each_transfer_once() {
    let (app, ann, bob) = with_money().await;
    let other = app.node().await;
    for _ in 0..30 {
        app.send_money(ann, "bob", json!({ "accept_within_s": 3600 })).await;
        let (one, two) = tokio::join!(app.notifications.catch_up(), other.catch_up());
        one.unwrap();
        two.unwrap();
    }
    app.notifications.catch_up().await.unwrap();
    assert_eq!((app.kinds(ann).await.len(), app.kinds(bob).await.len()), (30, 30));
    assert_eq!(app.mails("bob@example.org").await.len(), 30);
}

#[tokio::test]
async fn running_feed_tells_within_a_second() {
    let (app, ann, bob) = with_money().await;
    let _feed = app.notifications.start_feed();
    app.send_money(ann, "bob", json!({})).await;
    let seen = async {
        while app.log(bob).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), seen).await.expect("bob hears of it");
}

/// Ann wants mail of whatever becomes of what she sends.
async fn with_mail_of_ends(app: &App, ann: identity::UserId) {
    let kinds = ["transfer.accepted", "transfer.expired", "invite.claimed", "invite.expired"];
    let choice = |kind| json!({ "kind": kind, "in_app": true, "email": true, "webhook": true });
    let body = json!({ "preferences": kinds.map(choice) });
    let path = "/v1/notifications/preferences";
    let set =
        app.send(Method::PUT, path, Some(person(ann)), &[("if-match", "*")], Some(body)).await;
    assert_eq!(set.status, 200, "{set:?}");
}

/// Lets the wallet work, too.
async fn settle_all(app: &App) {
    let bus = kernel::bus::Bus::new(app.database.database().clone(), app.clock.clone());
    let bus = wallet::workers(&app.wallet).register(bus);
    let bus = notifications::workers(&app.notifications).register(bus).start();
    bus.settle().await;
    bus.stop().await;
    app.notifications.catch_up().await.unwrap();
}

/// The kinds in the user's list, oldest first, and those of the mail to them.
async fn told(app: &App, user: identity::UserId, address: &str) -> (Vec<String>, Vec<String>) {
    let list = app.get_as(Some(user), "/v1/notifications/inbox").await;
    let kind = |row: &Value| row["kind"].as_str().unwrap().to_owned();
    let listed = list.body["data"].as_array().unwrap().iter().rev().map(kind).collect();
    (listed, app.mails(address).await.iter().map(kind).collect())
}

#[tokio::test]
async fn sender_of_an_invitation_is_told_once_that_it_was_accepted() {
    let (app, ann, _) = with_money().await;
    with_mail_of_ends(&app, ann).await;
    let to = json!({ "to": { "email": "eve@example.org" } });
    app.send_money(ann, "", to.clone()).await;
    // It is told in a batch of its own, and in one with its end.
    settle_all(&app).await;
    app.send_money(ann, "", to).await;
    let eve = app.user("eve").await.id;
    app.wallet.open(eve, "EUR").await.unwrap();
    let verified = json!({ "email": "eve@example.org" });
    app.publish("identity.email.verified", eve, verified).await;
    settle_all(&app).await;
    let mut kinds = app.kinds(ann).await;
    kinds.sort();
    let each = ["invite.claimed", "transfer.accepted", "transfer.sent"];
    assert_eq!(kinds, each.map(|kind| [kind; 2]).concat(), "the log has everything");
    let (mut listed, mailed) = told(&app, ann, "ann@example.org").await;
    listed.sort();
    assert_eq!(listed, [["invite.claimed"; 2], ["transfer.sent"; 2]].concat());
    assert_eq!(mailed, ["invite.claimed"; 2]);
    assert_eq!(told(&app, eve, "").await.0, ["transfer.received"; 2]);
}

#[tokio::test]
async fn sender_of_an_invitation_is_told_once_that_it_has_expired() {
    let (app, ann, _) = with_money().await;
    with_mail_of_ends(&app, ann).await;
    let to = json!({ "to": { "email": "eve@example.org" }, "accept_within_s": 3600 });
    app.send_money(ann, "", to).await;
    settle_all(&app).await;
    app.pass(Duration::from_secs(3_602));
    // Reading a balance makes the expiry visible at once.
    app.wallet.accounts_of(ann).await.unwrap();
    settle_all(&app).await;
    let mut kinds = app.kinds(ann).await;
    kinds.sort();
    assert_eq!(kinds, ["invite.expired", "transfer.expired", "transfer.sent"]);
    let (listed, mailed) = told(&app, ann, "ann@example.org").await;
    assert_eq!(listed, ["transfer.sent", "invite.expired"]);
    assert_eq!(mailed, ["invite.expired"]);
}
