//! `/v1/identity/password`.

use identity::{AuthError, Confirmation, NewPassword};
use serde_json::json;

use crate::app::{App, Caller, Tokens};
use crate::bank::PASSWORD;

const CHANGE: &str = "/v1/identity/password";
const NEW: &str = "seven green slow windows";

#[tokio::test]
async fn line_05_changing_needs_the_current_password_and_ends_other_sessions() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    let other = app.sign_in("ann").await;
    let wrong = json!({ "current": "wrong", "new": NEW });
    let wrong = app.post_as(&tokens.caller(), CHANGE, wrong).await;
    assert_eq!(wrong.problem(), (422, "identity.password.wrong", ""));
    assert!(app.authenticate(&other.access).await.is_ok());

    let right = json!({ "current": PASSWORD, "new": NEW });
    assert_eq!(app.post_as(&tokens.caller(), CHANGE, right).await.status, 204);
    assert!(app.authenticate(&tokens.access).await.is_ok());
    assert_eq!(app.authenticate(&other.access).await, Err(AuthError::Invalid));
    assert_eq!(app.try_sign_in("ann", PASSWORD).await.status, 401);
    Tokens::of(&app.try_sign_in("ann", NEW).await);
    // Lines 9 and 31: the user is told, the log knows.
    assert!(app.kinds(ann).await.contains(&"identity.password.changed".to_owned()));
    let log = app.audit(ann).await;
    for action in
        ["identity.password.refused", "identity.password.changed", "identity.session.ended"]
    {
        assert!(log.contains(&action.to_owned()), "{action}");
    }
}

#[tokio::test]
async fn line_01_the_length_depends_on_what_else_protects_the_account() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let short = "k7#pQ2vX";
    let body = json!({ "current": PASSWORD, "new": short });
    let refused = app.post_as(&tokens.caller(), CHANGE, body.clone()).await;
    assert_eq!(refused.problem(), (422, "identity.password.too_short", "/new"));
    app.sql("update identity.users set confirmation = 'always'").await;
    assert_eq!(app.post_as(&tokens.caller(), CHANGE, body).await.status, 204);

    let made = app.user_with("bob", |new| {
        new.confirmation = Some(Confirmation::Always);
        new.password = NewPassword::Text(short.to_owned());
    });
    assert_eq!(made.await.handle.as_deref(), Some("bob"));
}

#[tokio::test]
async fn line_02_a_new_password_is_checked_with_the_reason() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    for (new, code) in [
        ("ann@example.org", "identity.password.own_words"),
        ("abcdefghijklmnopqrstuvwxyz", "identity.password.common"),
        ("short", "identity.password.too_short"),
    ] {
        let body = json!({ "current": PASSWORD, "new": new });
        let answer = app.post_as(&tokens.caller(), CHANGE, body).await;
        assert_eq!(answer.problem(), (422, code, "/new"), "{new}");
    }
    app.sign_in("ann").await;
}

#[tokio::test]
async fn two_changes_at_once_are_one() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let change = async |new: &str| {
        app.post_as(&tokens.caller(), CHANGE, json!({ "current": PASSWORD, "new": new }))
            .await
            .status
    };
    let (first, second) = tokio::join!(change(NEW), change("nine yellow quick gardens"));
    let mut statuses = [first, second];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 422]);
}

/// Whoever has a session, but not the password, doesn't get to guess it.
#[tokio::test]
async fn line_07_wrong_passwords_count_wherever_they_are_given() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    app.sql("update identity.users set password_failures = 98").await;
    let change = async |current: &str| {
        app.post_as(&tokens.caller(), CHANGE, json!({ "current": current, "new": NEW })).await
    };
    assert_eq!(change("wrong").await.status, 422);
    assert!(!app.kinds(ann).await.contains(&"identity.sign_in.locked".to_owned()));
    assert_eq!(change("wrong").await.status, 422);
    assert!(app.kinds(ann).await.contains(&"identity.sign_in.locked".to_owned()));
    assert_eq!(change(PASSWORD).await.problem(), (422, "identity.password.wrong", ""));
    assert_eq!(app.try_sign_in("ann", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn whoever_is_not_signed_in_changes_nothing() {
    let app = App::start().await;
    app.user("ann").await;
    let body = json!({ "current": PASSWORD, "new": NEW });
    let answer = app.post_as(&Caller::default(), CHANGE, body).await;
    assert_eq!(answer.problem().0, 401);
}
