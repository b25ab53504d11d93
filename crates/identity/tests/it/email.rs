//! `/v1/identity/email`.

use identity::{Purpose, UserKey};
use serde_json::{Value, json};

use crate::app::App;
use crate::bank::PASSWORD;

const EMAIL: &str = "/v1/identity/email";
const CONFIRM: &str = "/v1/identity/email/confirm";
const NEW: &str = "ann.applewood@example.org";

fn wish(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD })
}

#[tokio::test]
async fn an_address_changes_when_its_mail_is_answered() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    let asked = app.post_as(&tokens.caller(), EMAIL, wish(NEW)).await;
    assert_eq!((asked.status, &asked.body["status"]), (202, &json!("verification_sent")));
    assert_eq!(app.identity.user(ann).await.unwrap().unwrap().email, "ann@example.org");
    let mail = app.mail(NEW, Purpose::ChangeEmail).await;
    let wrong = app.post_as(&tokens.caller(), CONFIRM, json!({ "code": "1" })).await;
    assert_eq!(wrong.problem(), (422, "identity.challenge.refused", ""));
    let done = app.post_as(&tokens.caller(), CONFIRM, json!({ "code": mail.code })).await;
    assert_eq!(done.status, 204);
    assert_eq!(app.identity.user(ann).await.unwrap().unwrap().email, NEW);
    assert_eq!(app.identity.find(UserKey::Email("ann@example.org")).await.unwrap(), None);
    assert_eq!(app.identity.find(UserKey::Email(NEW)).await.unwrap().unwrap().id, ann);
    // Line 9: both are told.
    let event = app.events().await.into_iter().find(|it| it.kind == "identity.email.changed");
    let expected = json!({ "old_email": "ann@example.org", "new_email": NEW });
    assert_eq!(event.unwrap().data, expected);
    assert_eq!(app.try_sign_in("ann@example.org", PASSWORD).await.status, 401);
    app.sign_in(NEW).await;
    let again = app.post_as(&tokens.caller(), CONFIRM, json!({ "token": mail.link_token })).await;
    assert_eq!(again.status, 422);
}

#[tokio::test]
async fn line_05_another_address_needs_the_password() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let body = json!({ "email": NEW, "password": "wrong" });
    let wrong = app.post_as(&tokens.caller(), EMAIL, body).await;
    assert_eq!(wrong.problem(), (422, "identity.password.wrong", ""));
    assert_eq!(app.mails(NEW, Purpose::ChangeEmail).await.len(), 0);
    let malformed = app.post_as(&tokens.caller(), EMAIL, wish("a@b\r\n")).await;
    assert_eq!(malformed.problem(), (400, "request.body.invalid", "/email"));
}

#[tokio::test]
async fn line_06_an_address_that_somebody_has_looks_like_any_other() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    app.user("bob").await;
    let free = app.post_as(&tokens.caller(), EMAIL, wish(NEW)).await;
    let taken = app.post_as(&tokens.caller(), EMAIL, wish("Bob@example.org")).await;
    assert_eq!(
        (taken.status, &taken.body, &taken.headers),
        (free.status, &free.body, &free.headers)
    );
    assert_eq!(app.mails("Bob@example.org", Purpose::ChangeEmail).await.len(), 0);
    // Only the newest wish counts.
    assert_eq!(app.mails(NEW, Purpose::ChangeEmail).await.len(), 0);
}

#[tokio::test]
async fn line_15_the_mail_of_another_changes_nothing() {
    let app = App::start().await;
    let (_, ann) = app.signed_in("ann").await;
    let (bob_id, bob) = app.signed_in("bob").await;
    app.post_as(&ann.caller(), EMAIL, wish(NEW)).await;
    let mail = app.mail(NEW, Purpose::ChangeEmail).await;
    for answer in [json!({ "token": mail.link_token }), json!({ "code": mail.code })] {
        let refused = app.post_as(&bob.caller(), CONFIRM, answer).await;
        assert_eq!(refused.problem(), (422, "identity.challenge.refused", ""));
    }
    assert_eq!(app.identity.user(bob_id).await.unwrap().unwrap().email, "bob@example.org");
    let done = app.post_as(&ann.caller(), CONFIRM, json!({ "token": mail.link_token })).await;
    assert_eq!(done.status, 204);
}

#[tokio::test]
async fn line_28_an_address_that_was_taken_meanwhile_stays_its_users() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    app.post_as(&tokens.caller(), EMAIL, wish("bob@example.org")).await;
    let mail = app.mail("bob@example.org", Purpose::ChangeEmail).await;
    app.user("bob").await;
    let late = app.post_as(&tokens.caller(), CONFIRM, json!({ "code": mail.code })).await;
    assert_eq!(late.problem(), (422, "identity.challenge.refused", ""));
    assert_eq!(app.identity.user(ann).await.unwrap().unwrap().email, "ann@example.org");
}
