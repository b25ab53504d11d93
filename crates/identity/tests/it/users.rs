//! `/v1/identity/users` and `/v1/identity/email-verifications`.

use identity::{IdentityError, NewUser, Purpose, Role, UserKey};
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::app::{App, Caller, Tokens};
use crate::bank::PASSWORD;

const USERS: &str = "/v1/identity/users";
const VERIFY: &str = "/v1/identity/email-verifications";
const RESEND: &str = "/v1/identity/email-verifications/resend";

fn ann() -> Value {
    json!({ "email": "Ann@Example.ORG", "password": PASSWORD, "name": "Ann", "handle": "Ann.A" })
}

/// `ann()` with another field.
fn with(field: &str, value: Value) -> Value {
    let mut body = ann();
    body[field] = value;
    body
}

#[tokio::test]
async fn registered_users_sign_in_after_they_verify() {
    let app = App::start().await;
    let answer = app.post(USERS, ann()).await;
    assert_eq!(answer.status, 202);
    assert_json_snapshot!(answer.body, @r#"
    {
      "status": "verification_sent"
    }
    "#);
    let mail = app.mail("Ann@example.org", Purpose::VerifyEmail).await;
    let code = json!({ "email": "ann@example.org", "code": mail.code });
    let verified = app.post(VERIFY, code.clone()).await;
    assert_eq!((verified.status, &verified.body["status"]), (200, &json!("verified")));
    let user = app.identity.find(UserKey::Handle("ANN.a")).await.unwrap().unwrap();
    assert_eq!(
        (&*user.email, &*user.name, user.is_email_verified),
        ("Ann@example.org", "Ann", true)
    );
    assert_eq!(user.roles.names(), ["user"]);
    assert_eq!(
        app.identity.find(UserKey::Email("ANN@EXAMPLE.org")).await.unwrap(),
        Some(user.clone())
    );
    assert_eq!(app.identity.users(&[user.id]).await.unwrap()[&user.id], user);
    let kinds = app.kinds(user.id).await;
    let expected =
        ["identity.user.registered", "identity.challenge.created", "identity.email.verified"];
    assert_eq!(kinds, expected);
    // Line 8: single use.
    assert_eq!(app.post(VERIFY, code).await.problem(), (422, "identity.challenge.refused", ""));
    assert_eq!(app.try_sign_in("ann.a", PASSWORD).await.body["status"], "confirmation_required");
}

#[tokio::test]
async fn a_link_verifies_for_a_day() {
    let app = App::start().await;
    app.post(USERS, ann()).await;
    let mail = app.mail("Ann@example.org", Purpose::VerifyEmail).await;
    app.pass(24 * 3_600 - 1);
    let code = json!({ "email": "ann@example.org", "code": mail.code });
    assert_eq!(app.post(VERIFY, code).await.status, 422);
    let forged = json!({ "token": format!("{}x", mail.link_token) });
    assert_eq!(app.post(VERIFY, forged).await.status, 422);
    assert_eq!(app.post(VERIFY, json!({ "token": mail.link_token })).await.status, 200);
    assert_eq!(app.post(VERIFY, json!({ "token": mail.link_token })).await.status, 422);
}

#[tokio::test]
async fn line_06_known_and_unknown_users_get_the_same_answer() {
    let app = App::start().await;
    let known = app.user("bob").await;
    let before = app.identity.password_operations();
    let unknown = app.post(USERS, ann()).await;
    let between = app.identity.password_operations();
    let body = json!({ "email": "BOB@example.org", "password": PASSWORD, "name": "X" });
    let again = app.post(USERS, body).await;
    let after = app.identity.password_operations();
    assert_eq!((again.status, &again.body), (unknown.status, &unknown.body));
    assert_eq!(again.headers, unknown.headers);
    assert_eq!((between - before, after - between), (1, 1));
    assert_eq!(app.kinds(known.id).await.last().unwrap(), "identity.user.registered_again");
    // The one who is known is as they were.
    assert_eq!(app.identity.user(known.id).await.unwrap().unwrap().name, "bob");
    app.sign_in("bob@example.org").await;
}

#[tokio::test]
async fn line_06_asking_for_the_mail_again_looks_the_same_for_every_address() {
    let app = App::start().await;
    app.post(USERS, ann()).await;
    app.user("bob").await;
    let mut answers = Vec::new();
    for email in ["ann@example.org", "bob@example.org", "nobody@example.org"] {
        let answer = app.post(RESEND, json!({ "email": email })).await;
        answers.push((answer.status, answer.body, answer.headers));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[0].0, 202);
    assert_eq!(app.mails("Ann@example.org", Purpose::VerifyEmail).await.len(), 2);
    assert_eq!(app.mails("bob@example.org", Purpose::VerifyEmail).await.len(), 0);
    // No more than three at a time.
    for _ in 0..3 {
        app.post(RESEND, json!({ "email": "ann@example.org" })).await;
    }
    assert_eq!(app.mails("Ann@example.org", Purpose::VerifyEmail).await.len(), 3);
    let last = app.mail("Ann@example.org", Purpose::VerifyEmail).await;
    assert_eq!(app.post(VERIFY, json!({ "token": last.link_token })).await.status, 200);
    assert_eq!(app.mails("Ann@example.org", Purpose::VerifyEmail).await.len(), 0);
}

#[tokio::test]
async fn line_06_a_handle_does_not_tell_whether_the_address_was_known() {
    let app = App::start().await;
    app.user("bob").await;
    // For a known address and for a new one: the handle is free afterwards.
    for email in ["bob@example.org", "new@example.org"] {
        assert_eq!(app.post(USERS, with("email", json!(email))).await.status, 202);
    }
    assert_eq!(app.post(USERS, ann()).await.status, 202);
    // Whoever verifies first has it; the other one has none, and may choose.
    let (new, ann) = (
        app.mail("new@example.org", Purpose::VerifyEmail).await,
        app.mail("Ann@example.org", Purpose::VerifyEmail).await,
    );
    assert_eq!(app.post(VERIFY, json!({ "token": new.link_token })).await.status, 200);
    assert_eq!(app.post(VERIFY, json!({ "token": ann.link_token })).await.status, 200);
    let first = app.identity.user(new.user).await.unwrap().unwrap();
    let second = app.identity.user(ann.user).await.unwrap().unwrap();
    assert_eq!((first.handle.as_deref(), second.handle.as_deref()), (Some("ann.a"), None));
    let taken = app.post(USERS, with("email", json!("third@example.org"))).await;
    assert_eq!(taken.problem(), (409, "identity.handle.taken", ""));
    let taken = app.post(USERS, with("handle", json!("BOB"))).await;
    assert_eq!(taken.problem(), (409, "identity.handle.taken", ""));
}

#[tokio::test]
async fn nobody_verifies_an_account_for_another() {
    let app = App::start().await;
    let theirs = "seven green slow windows";
    app.post(USERS, with("password", json!(theirs))).await;
    app.post(USERS, ann()).await;
    app.post(USERS, with("password", json!(theirs))).await;
    // The one who has the address answers the mail about her own registration.
    let mails = app.mails("Ann@example.org", Purpose::VerifyEmail).await;
    assert_eq!(app.post(VERIFY, json!({ "token": mails[1].link_token })).await.status, 200);
    assert_eq!(app.try_sign_in("ann@example.org", theirs).await.status, 401);
    assert_eq!(app.try_sign_in("ann@example.org", PASSWORD).await.status, 200);
    assert_eq!(app.post(VERIFY, json!({ "token": mails[0].link_token })).await.status, 422);
}

#[tokio::test]
async fn a_mail_sent_again_after_two_registrations_brings_no_password() {
    let app = App::start().await;
    app.post(USERS, with("password", json!("seven green slow windows"))).await;
    app.post(USERS, ann()).await;
    app.post(RESEND, json!({ "email": "ann@example.org" })).await;
    let mail = app.mail("Ann@example.org", Purpose::VerifyEmail).await;
    assert_eq!(app.post(VERIFY, json!({ "token": mail.link_token })).await.status, 200);
    for password in ["seven green slow windows", PASSWORD] {
        assert_eq!(app.try_sign_in("ann@example.org", password).await.status, 401, "{password}");
    }
}

#[tokio::test]
async fn line_02_passwords_that_are_not_acceptable_say_why() {
    let app = App::start().await;
    for (password, code) in [
        ("short", "identity.password.too_short"),
        ("fourteen-chars", "identity.password.too_short"),
        (&*"x9 ".repeat(86), "identity.password.too_long"),
        ("aaaaaaaaaaaaaaaaaa", "identity.password.common"),
        ("ann@example.org!", "identity.password.own_words"),
    ] {
        let answer = app.post(USERS, with("password", json!(password))).await;
        assert_eq!(answer.problem(), (422, code, "/password"), "{password}");
        assert!(!answer.body["detail"].as_str().unwrap().is_empty());
    }
    assert_eq!(app.count("select count(*) from identity.users").await, 0);
}

#[tokio::test]
async fn line_16_unknown_and_read_only_fields_are_refused() {
    let app = App::start().await;
    for field in ["roles", "id", "is_email_verified", "status", "is_admin"] {
        let answer = app.post(USERS, with(field, json!(["administrator"]))).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid", &*format!("/{field}")));
    }
    for (path, body) in [
        (VERIFY, json!({ "token": "x", "user": "y" })),
        (RESEND, json!({ "email": "ann@example.org", "purpose": "sign_in" })),
        ("/v1/identity/sign-ins", json!({ "login": "a", "password": "b", "user_id": "c" })),
        ("/v1/identity/tokens/refresh", json!({ "refresh_token": "a", "roles": [] })),
        ("/v1/identity/password-resets", json!({ "email": "a@b.co", "x": 1 })),
    ] {
        assert_eq!(app.post(path, body).await.problem().1, "request.body.invalid", "{path}");
    }
}

#[tokio::test]
async fn line_26_malformed_fields_are_named() {
    let app = App::start().await;
    for (field, value) in [
        ("email", "ann"),
        ("email", "ann@example.org\r\nBcc: eve@example.org"),
        ("name", "Ann\r\nBcc: eve@example.org"),
        ("name", ""),
        ("name", "Ann\0"),
        ("handle", "a b"),
        ("handle", "admin"),
        ("locale", "fr"),
    ] {
        let answer = app.post(USERS, with(field, json!(value))).await;
        let pointer = format!("/{field}");
        assert_eq!(answer.problem(), (400, "request.body.invalid", &*pointer), "{value:?}");
    }
    for body in [
        json!({}),
        json!({ "code": "1" }),
        json!({ "email": "a@b.co" }),
        json!({ "token": "a", "code": "b" }),
    ] {
        assert_eq!(app.post(VERIFY, body).await.problem().0, 400);
    }
    assert_eq!(app.count("select count(*) from identity.users").await, 0);
}

#[tokio::test]
async fn line_24_one_strict_parser_reads_all_bodies() {
    let app = App::start().await;
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    for body in [
        r#"{"login":"a","login":"b","password":"c"}"#.to_owned(),
        format!(r#"{{"login":{deep},"password":"c"}}"#),
        r#"{"login":NaN,"password":"c"}"#.to_owned(),
        r#"{"login":"a","password":"c"} {}"#.to_owned(),
        r#"{"login":"a","password":null}"#.to_owned(),
        String::new(),
    ] {
        let (method, path) = (axum::http::Method::POST, "/v1/identity/sign-ins");
        let answer = app.send(method, path, &Caller::default(), Some(body.clone())).await;
        assert_eq!(answer.problem().0, 400, "{body:.60}");
    }
    let large = json!({ "login": "a", "password": "x".repeat(100_000) });
    assert_eq!(app.post("/v1/identity/sign-ins", large).await.problem().0, 413);
}

#[tokio::test]
async fn line_08_five_wrong_codes_void_the_code_but_not_the_link() {
    let app = App::start().await;
    app.post(USERS, ann()).await;
    let mail = app.mail("Ann@example.org", Purpose::VerifyEmail).await;
    let wrong = if mail.code == "00000000" { "00000001" } else { "00000000" };
    for _ in 0..5 {
        let body = json!({ "email": "ann@example.org", "code": wrong });
        assert_eq!(app.post(VERIFY, body).await.status, 422);
    }
    let body = json!({ "email": "ann@example.org", "code": mail.code });
    assert_eq!(app.post(VERIFY, body).await.problem(), (422, "identity.challenge.refused", ""));
    let unknown = json!({ "email": "nobody@example.org", "code": mail.code });
    assert_eq!(app.post(VERIFY, unknown).await.problem(), (422, "identity.challenge.refused", ""));
    assert_eq!(app.post(VERIFY, json!({ "token": mail.link_token })).await.status, 200);
}

#[tokio::test]
async fn line_10_there_is_nobody_until_a_command_makes_somebody() {
    let app = App::start().await;
    assert_eq!(app.count("select count(*) from identity.users").await, 0);
    let mut root = NewUser::new("root@example.org", "Rita", PASSWORD);
    root.roles = root.roles.with(Role::Administrator);
    let made = app.identity.create_user(root.clone()).await.unwrap();
    assert!(made.roles.has(Role::Administrator) && made.is_email_verified);
    assert!(matches!(app.identity.create_user(root).await, Err(IdentityError::EmailTaken)));
    let taken = app.user("bob").await;
    let mut second = NewUser::new("second@example.org", "Second", PASSWORD);
    second.handle = taken.handle.clone();
    assert!(matches!(
        app.identity.create_user(second.clone()).await,
        Err(IdentityError::HandleTaken)
    ));
    // Nothing of what was refused has stayed.
    second.handle = None;
    app.identity.create_user(second.clone()).await.unwrap();
    second.name = "A\nB".to_owned();
    let refused = app.identity.create_user(second).await;
    assert!(matches!(refused, Err(IdentityError::Invalid { field: "name", .. })));
}

#[tokio::test]
async fn line_23_what_is_typed_never_becomes_a_statement() {
    let app = App::start().await;
    app.user("ann").await;
    for login in ["' or '1'='1", "ann'; drop table identity.users; --", "ann\\", "%", "a\u{0}b"] {
        let answer = app.try_sign_in(login, "' or 1=1 --").await;
        assert_eq!(answer.problem(), (401, "identity.sign_in.refused", ""), "{login}");
    }
    let tokens: Tokens = app.sign_in("ANN").await;
    assert!(app.authenticate(&tokens.access).await.is_ok());
}
