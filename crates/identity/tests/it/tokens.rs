//! `/v1/identity/tokens/refresh`, and what authenticates.

use identity::{AuthError, Credential};
use serde_json::json;

use crate::app::{App, Caller, IP, Tokens};
use crate::bank::{Answer, from_ip};

const REFRESH: &str = "/v1/identity/tokens/refresh";

async fn refresh(app: &App, token: &str) -> Answer {
    app.post(REFRESH, json!({ "refresh_token": token })).await
}

async fn reused(app: &App) -> usize {
    app.events().await.iter().filter(|it| it.kind == "identity.refresh_token.reused").count()
}

#[tokio::test]
async fn line_11_refresh_tokens_are_rotated() {
    let app = App::start().await;
    let (ann, first) = app.signed_in("ann").await;
    app.pass(15 * 60);
    assert_eq!(app.authenticate(&first.access).await, Err(AuthError::Expired));
    let second = Tokens::of(&refresh(&app, &first.refresh).await);
    assert_eq!(second.session, first.session);
    assert_ne!((&second.refresh, &second.access), (&first.refresh, &first.access));
    assert_eq!(app.authenticate(&second.access).await.unwrap().user(), Some(ann));
    let third = Tokens::of(&refresh(&app, &second.refresh).await);
    assert!(app.authenticate(&third.access).await.is_ok());
    assert_eq!(reused(&app).await, 0);
}

#[tokio::test]
async fn line_11_a_second_use_ends_the_whole_family_and_alerts() {
    let app = App::start().await;
    let (ann, first) = app.signed_in("ann").await;
    let second = Tokens::of(&refresh(&app, &first.refresh).await);
    let third = Tokens::of(&refresh(&app, &second.refresh).await);
    app.pass(11);
    let again = refresh(&app, &first.refresh).await;
    assert_eq!(again.problem(), (401, "identity.refresh_token.refused", ""));
    for tokens in [&first, &second, &third] {
        assert_eq!(app.authenticate(&tokens.access).await, Err(AuthError::Invalid));
        assert_eq!(refresh(&app, &tokens.refresh).await.status, 401);
    }
    let event =
        app.events().await.into_iter().find(|it| it.kind == "identity.refresh_token.reused");
    let event = event.unwrap();
    assert_eq!(event.subject, Some(ann.as_u128()));
    assert_eq!(event.data, json!({ "session_id": first.session, "ip": IP }));
    assert_eq!(reused(&app).await, 1);
    assert!(app.audit(ann).await.contains(&"identity.refresh_token.reused".to_owned()));
    // Other sessions of the user go on.
    app.sign_in("ann").await;
}

#[tokio::test]
async fn line_11_a_lost_answer_is_given_again_to_the_same_client_only() {
    let app = App::start().await;
    let (_, first) = app.signed_in("ann").await;
    let second = Tokens::of(&refresh(&app, &first.refresh).await);
    app.pass(10);
    let again = Tokens::of(&refresh(&app, &first.refresh).await);
    assert_eq!(again.refresh, second.refresh);
    // Once the next one was used, the answer was not lost.
    Tokens::of(&refresh(&app, &second.refresh).await);
    assert_eq!(refresh(&app, &first.refresh).await.status, 401);
    assert_eq!(reused(&app).await, 1);

    let third = app.sign_in("ann").await;
    Tokens::of(&refresh(&app, &third.refresh).await);
    let elsewhere = Caller { ip: Some("198.51.100.66"), ..Caller::default() };
    let stolen = app.post_as(&elsewhere, REFRESH, json!({ "refresh_token": third.refresh })).await;
    assert_eq!(stolen.status, 401);
    assert_eq!(reused(&app).await, 2);
}

#[tokio::test]
async fn line_11_two_uses_at_once_get_one_successor() {
    let app = App::start().await;
    let (_, first) = app.signed_in("ann").await;
    let (left, right) = tokio::join!(refresh(&app, &first.refresh), refresh(&app, &first.refresh));
    assert_eq!(Tokens::of(&left).refresh, Tokens::of(&right).refresh);
    assert_eq!(app.count("select count(*) from identity.refresh_tokens").await, 2);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused_alike() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let mut typo = tokens.refresh.clone();
    typo.replace_range(20..21, if &typo[20..21] == "0" { "1" } else { "0" });
    let unknown = kernel::secret::SecretToken::generate("bshl_rt_");
    for text in ["", "x", &tokens.access, &typo, unknown.as_str()] {
        let answer = refresh(&app, text).await;
        assert_eq!(answer.problem(), (401, "identity.refresh_token.refused", ""), "{text:.20}");
    }
    Tokens::of(&refresh(&app, &tokens.refresh).await);
}

#[tokio::test]
async fn line_18_forged_tokens_are_refused() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let (header, rest) = tokens.access.split_at("v4.public.".len());
    assert_eq!(header, "v4.public.");
    let parts: Vec<&str> = rest.split('.').collect();
    // Everything that unit tests forge with keys of their own stands in src/tokens/tests.rs; these
    // come to the real door.
    let forged = [
        format!("v4.local.{rest}"),
        format!("v3.public.{rest}"),
        format!("v2.public.{rest}"),
        format!("v4.public.{}", parts[0]),
        format!("v4.public.{}.", parts[0]),
        format!("v4.public.{}.{}", parts[0].replacen('A', "B", 1), parts[1]),
        format!("{}.{}.", "eyJhbGciOiJub25lIn0", "eyJzdWIiOiJhbm4ifQ"),
        format!("{} ", tokens.access),
        String::new(),
        "bshl_key_0".to_owned(),
        "null".to_owned(),
    ];
    for text in forged {
        assert_eq!(app.authenticate(&text).await, Err(AuthError::Invalid), "{text:.30}");
    }
    assert!(app.authenticate(&tokens.access).await.is_ok());
    // A token of another bank with the same user and session.
    let other = App::start_with(identity::IdentityOptions {
        issuer: "https://other.example".to_owned(),
        ..crate::app::options()
    })
    .await;
    assert_eq!(other.authenticate(&tokens.access).await, Err(AuthError::Invalid));
}

#[tokio::test]
async fn a_known_token_costs_no_look_into_the_database() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    assert!(app.authenticate(&tokens.access).await.is_ok());
    app.database.database().close();
    for _ in 0..3 {
        assert_eq!(app.authenticate(&tokens.access).await.unwrap().user(), Some(ann));
        assert!(app.identity.user(ann).await.unwrap().is_some());
    }
    // What isn't known can't be found out: nobody is let in by mistake.
    let forged = app.identity.authenticate(Credential::Cookie("bshl_cs_x"), &from_ip(IP)).await;
    assert_eq!(forged, Err(AuthError::Invalid));
    app.pass(15 * 60);
    assert_eq!(app.authenticate(&tokens.access).await, Err(AuthError::Expired));
}
