//! `/v1/identity/password-resets`.

use identity::{AuthError, Purpose};
use serde_json::{Value, json};

use crate::app::{App, Tokens};
use crate::bank::{Answer, Bank, PASSWORD};

const RESETS: &str = "/v1/identity/password-resets";
const CONFIRM: &str = "/v1/identity/password-resets/confirm";
const NEW: &str = "seven green slow windows";
const MAIL: &str = "ann@example.org";

async fn ask(app: &App, email: &str) -> Answer {
    app.post(RESETS, json!({ "email": email })).await
}

#[tokio::test]
async fn line_06_a_reset_looks_the_same_for_known_and_unknown_addresses() {
    let app = App::start().await;
    app.user("ann").await;
    let before = app.identity.password_operations();
    let (known, unknown) =
        (ask(&app, "ANN@example.org").await, ask(&app, "nobody@example.org").await);
    assert_eq!((known.status, &known.body), (202, &json!({ "status": "reset_sent" })));
    assert_eq!(
        (unknown.status, &unknown.body, &unknown.headers),
        (202, &known.body, &known.headers)
    );
    assert_eq!(app.identity.password_operations(), before);
    assert_eq!(app.mails(MAIL, Purpose::ResetPassword).await.len(), 1);
    // A wrong code looks the same for both, too, and costs neither of them a hash.
    let wrong = |email: &str| json!({ "email": email, "code": "00000000", "password": NEW });
    let known = app.post(CONFIRM, wrong(MAIL)).await;
    let unknown = app.post(CONFIRM, wrong("nobody@example.org")).await;
    assert_eq!(known.problem(), (422, "identity.challenge.refused", ""));
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    assert_eq!(app.identity.password_operations(), before);
    // Line 31: both are recorded, one of them with the user.
    let sql = "select count(subject), count(*) from audit.entries \
               where action = 'identity.challenge.refused'";
    let client = app.database.database().client().await.unwrap();
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 2));
}

#[tokio::test]
async fn a_reset_puts_the_new_password_in_force_and_ends_all_sessions() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    ask(&app, MAIL).await;
    let mail = app.mail(MAIL, Purpose::ResetPassword).await;
    let body = json!({ "email": MAIL, "code": mail.code, "password": NEW });
    assert_eq!(app.post(CONFIRM, body.clone()).await.status, 204);
    assert_eq!(app.authenticate(&tokens.access).await, Err(AuthError::Invalid));
    assert_eq!(app.try_sign_in("ann", PASSWORD).await.status, 401);
    Tokens::of(&app.try_sign_in("ann", NEW).await);
    // Line 8: single use, code and link alike.
    assert_eq!(app.post(CONFIRM, body).await.problem().1, "identity.challenge.refused");
    let link = json!({ "token": mail.link_token, "password": "nine yellow quick gardens" });
    assert_eq!(app.post(CONFIRM, link).await.problem().1, "identity.challenge.refused");
    assert!(app.kinds(ann).await.contains(&"identity.password.reset".to_owned()));
    assert!(app.audit(ann).await.contains(&"identity.password.reset".to_owned()));
}

#[tokio::test]
async fn line_08_a_reset_lives_ten_minutes_and_takes_five_wrong_codes() {
    let app = App::start().await;
    app.user("ann").await;
    ask(&app, MAIL).await;
    let mail = app.mail(MAIL, Purpose::ResetPassword).await;
    let wrong = if mail.code == "00000000" { "00000001" } else { "00000000" };
    let body = |code: &str| json!({ "email": MAIL, "code": code, "password": NEW });
    for _ in 0..5 {
        assert_eq!(app.post(CONFIRM, body(wrong)).await.status, 422);
    }
    assert_eq!(app.post(CONFIRM, body(&mail.code)).await.problem().1, "identity.challenge.refused");
    app.pass(600);
    let late = json!({ "token": mail.link_token, "password": NEW });
    assert_eq!(app.post(CONFIRM, late).await.problem().1, "identity.challenge.refused");
    app.sign_in("ann").await;
}

#[tokio::test]
async fn a_bad_new_password_does_not_use_the_mail_up() {
    let app = App::start().await;
    app.user("ann").await;
    ask(&app, MAIL).await;
    let token = app.mail(MAIL, Purpose::ResetPassword).await.link_token;
    let bad = app.post(CONFIRM, json!({ "token": token, "password": "short" })).await;
    assert_eq!(bad.problem(), (422, "identity.password.too_short", "/password"));
    assert_eq!(app.post(CONFIRM, json!({ "token": token, "password": NEW })).await.status, 204);
}

#[tokio::test]
async fn a_reset_verifies_the_address_that_it_was_sent_to() {
    let app = App::start().await;
    let ann = app.user_with("ann", |new| new.is_email_verified = false).await;
    ask(&app, MAIL).await;
    let token = app.mail(MAIL, Purpose::ResetPassword).await.link_token;
    assert_eq!(app.post(CONFIRM, json!({ "token": token, "password": NEW })).await.status, 204);
    assert!(app.identity.user(ann.id).await.unwrap().unwrap().is_email_verified);
}

#[tokio::test]
async fn a_mail_to_an_address_that_was_given_up_is_void() {
    let app = App::start().await;
    app.user("ann").await;
    ask(&app, MAIL).await;
    let token = app.mail(MAIL, Purpose::ResetPassword).await.link_token;
    app.sql("update identity.users set email = 'new@example.org'").await;
    let answer = app.post(CONFIRM, json!({ "token": token, "password": NEW })).await;
    assert_eq!(answer.problem().1, "identity.challenge.refused");
}

#[tokio::test]
async fn line_05_a_reset_never_bypasses_the_second_factor() {
    let bank = Bank::start().await;
    let workers = kernel::bus::Bus::new(bank.database.database().clone(), bank.clock.clone());
    let bus = identity::workers(&bank.identity).register(workers).start();
    let ann = bank.person("ann").await;
    let (secret, codes) = bank.enable_totp(&ann).await;
    let send = async |path: &str, body: Value| {
        bank.send(axum::http::Method::POST, path, None, &[], Some(body)).await
    };
    send(RESETS, json!({ "email": ann.login })).await;
    bus.settle().await;
    let events = bank.events(ann.id, "identity.challenge.created").await;
    let id = events.last().unwrap().1["challenge_id"].as_str().unwrap().parse().unwrap();
    let token = bank.identity.challenge_secret(id).await.unwrap().unwrap().link_token;

    let body = json!({ "token": token, "password": NEW });
    let none = send(CONFIRM, body.clone()).await;
    assert_eq!(none.problem(), (422, "identity.second_factor.required", ""));
    let with = |field: &str, value: &str| {
        let mut body = body.clone();
        body[field] = json!(value);
        body
    };
    let wrong = send(CONFIRM, with("totp", "000000")).await;
    assert_eq!(wrong.problem(), (422, "identity.second_factor.refused", ""));
    let wrong = send(CONFIRM, with("recovery_code", "aaaa-bbbb-cccc-dddd")).await;
    assert_eq!(wrong.problem(), (422, "identity.second_factor.refused", ""));
    let both = json!({ "token": token, "password": NEW, "totp": "1", "recovery_code": "2" });
    assert_eq!(send(CONFIRM, both).await.problem().0, 400);
    assert!(bank.needs_second_factor(&ann).await);

    let right = send(CONFIRM, with("recovery_code", &codes[0])).await;
    assert_eq!(right.status, 204, "{right:?}");
    assert!(bank.totp_code(&secret).len() == 6);
    let body = json!({ "login": ann.login, "password": NEW });
    let asked = send("/v1/identity/sign-ins", body).await;
    assert_eq!(asked.body["methods"], json!(["totp", "recovery_code"]));
    // The weaker mail is no way in.
    let path = format!("/v1/identity/sign-ins/{}", asked.body["sign_in"].as_str().unwrap());
    let mail = send(&format!("{path}/resend"), json!({})).await;
    assert_eq!(mail.problem(), (422, "identity.sign_in.method_not_allowed", ""));
    let code = send(&format!("{path}/confirm"), json!({ "code": "12345678" })).await;
    assert_eq!(code.problem(), (422, "identity.sign_in.method_not_allowed", ""));
    bus.stop().await;
}
