//! `/v1/identity/sessions`, `/v1/identity/sign-out`, and cookies.

use axum::http::Method;
use axum::http::header::SET_COOKIE;
use identity::{AuthError, Credential, NewPassword, Role, SessionId, Transport};
use kernel::audit::AuditActor;
use serde_json::{Value, json};

use crate::app::{App, Caller, Tokens};
use crate::bank::{Answer, PASSWORD, from_ip};

const SESSIONS: &str = "/v1/identity/sessions";
const HOUR: u64 = 3_600;

fn cookies(answer: &Answer) -> Vec<String> {
    let values = answer.headers.get_all(SET_COOKIE).iter();
    values.map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// `name=value` of what a browser would send back.
fn jar(answer: &Answer) -> String {
    let pairs: Vec<String> =
        cookies(answer).iter().map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect();
    pairs.join("; ")
}

async fn delete(app: &App, caller: &Caller, id: &str) -> Answer {
    app.send(Method::DELETE, &format!("{SESSIONS}/{id}"), caller, None).await
}

#[tokio::test]
async fn line_14_users_see_and_end_their_sessions() {
    let app = App::start().await;
    let (_, first) = app.signed_in("ann").await;
    let body = json!({ "login": "ann", "password": PASSWORD, "device_name": "Ann's phone" });
    let phone = Tokens::of(&app.post("/v1/identity/sign-ins", body).await);
    let list = app.get_as(&first.caller(), SESSIONS).await;
    let data = list.body["data"].as_array().unwrap();
    assert_eq!(data.len(), 2);
    assert_eq!(data[0]["id"], json!(phone.session));
    assert_eq!((&data[0]["device"], &data[0]["ip"]), (&json!("Ann's phone"), &json!("192.0.2.1")));
    assert_eq!((&data[0]["is_current"], &data[1]["is_current"]), (&json!(false), &json!(true)));
    assert_eq!(data[0]["expires_at"], "2026-01-02T00:00:00.000000Z");

    assert_eq!(delete(&app, &first.caller(), &phone.session).await.status, 204);
    assert_eq!(app.authenticate(&phone.access).await, Err(AuthError::Invalid));
    assert!(app.authenticate(&first.access).await.is_ok());
    let again = delete(&app, &first.caller(), &phone.session).await;
    assert_eq!(again.problem(), (404, "identity.session.not_found", ""));
    // Its refresh token is of no use either, and that is no theft.
    let refresh = json!({ "refresh_token": phone.refresh });
    assert_eq!(app.post("/v1/identity/tokens/refresh", refresh).await.problem().0, 401);
    assert!(!app.events().await.iter().any(|it| it.kind == "identity.refresh_token.reused"));
}

#[tokio::test]
async fn line_15_the_session_of_another_is_as_unknown_as_none() {
    let app = App::start().await;
    let (_, ann) = app.signed_in("ann").await;
    let (_, bob) = app.signed_in("bob").await;
    let foreign = delete(&app, &bob.caller(), &ann.session).await;
    let unknown = delete(&app, &bob.caller(), &SessionId::generate().to_string()).await;
    assert_eq!((foreign.status, &foreign.body), (unknown.status, &unknown.body));
    assert_eq!(foreign.problem(), (404, "identity.session.not_found", ""));
    assert!(app.authenticate(&ann.access).await.is_ok());
    let list = app.get_as(&bob.caller(), SESSIONS).await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(list.body["data"][0]["id"], json!(bob.session));
}

#[tokio::test]
async fn sessions_are_listed_page_by_page() {
    let app = App::start().await;
    let (_, first) = app.signed_in("ann").await;
    let mut all = vec![first.session.clone()];
    for _ in 0..4 {
        all.insert(0, app.sign_in("ann").await.session);
    }
    let mut found = Vec::new();
    let mut path = format!("{SESSIONS}?limit=2");
    loop {
        let page = app.get_as(&first.caller(), &path).await;
        let data = page.body["data"].as_array().unwrap();
        found.extend(data.iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        let Value::String(cursor) = &page.body["next_cursor"] else { break };
        path = format!("{SESSIONS}?limit=2&cursor={cursor}");
    }
    assert_eq!(found, all);
}

#[tokio::test]
async fn all_sessions_end_at_once_or_all_others() {
    let app = App::start().await;
    let (ann, first) = app.signed_in("ann").await;
    let (second, third) = (app.sign_in("ann").await, app.sign_in("ann").await);
    let (path, body) = ("/v1/identity/sessions/end-all", json!({ "keep_current": true }));
    let others = app.post_as(&first.caller(), path, body).await;
    assert_eq!(others.body, json!({ "ended": 2 }));
    for tokens in [&second, &third] {
        assert_eq!(app.authenticate(&tokens.access).await, Err(AuthError::Invalid));
    }
    let all = app.send(Method::POST, "/v1/identity/sessions/end-all", &first.caller(), None).await;
    assert_eq!(all.body, json!({ "ended": 1 }));
    assert_eq!(app.authenticate(&first.access).await, Err(AuthError::Invalid));
    let ended = app.audit(ann).await.iter().filter(|it| *it == "identity.session.ended").count();
    assert_eq!(ended, 3);
}

#[tokio::test]
async fn line_12_sessions_of_users_end_after_an_idle_hour_or_a_day() {
    let app = App::start().await;
    app.user("ann").await;
    let cookie = async || {
        let body = json!({ "login": "ann", "password": PASSWORD, "transport": "cookie" });
        let answer = app.post("/v1/identity/sign-ins", body).await;
        Caller { cookie: Some(jar(&answer)), ..Caller::default() }
    };
    let idle = cookie().await;
    app.pass(HOUR - 1);
    assert_eq!(app.get_as(&idle, SESSIONS).await.status, 200);
    app.pass(HOUR);
    assert_eq!(app.get_as(&idle, SESSIONS).await.status, 401);

    let busy = cookie().await;
    for _ in 0..47 {
        app.pass(HOUR / 2);
        assert_eq!(app.get_as(&busy, SESSIONS).await.status, 200);
    }
    app.pass(HOUR / 2);
    assert_eq!(app.get_as(&busy, SESSIONS).await.status, 401);
}

#[tokio::test]
async fn line_12_sessions_of_staff_end_after_an_idle_quarter_or_half_a_day() {
    let app = App::start().await;
    app.user_with("sam", |new| new.roles = new.roles.with(Role::Support)).await;
    let body = json!({ "login": "sam", "password": PASSWORD });
    let asked = app.post("/v1/identity/sign-ins", body).await;
    let path = format!("/v1/identity/sign-ins/{}/confirm", asked.body["sign_in"].as_str().unwrap());
    let code = app.mail("sam@example.org", identity::Purpose::SignIn).await.code;
    let mut tokens = Tokens::of(&app.post(&path, json!({ "code": code })).await);
    // Twelve hours of work, a minute short of a quarter at a time.
    for _ in 0..51 {
        app.pass(14 * 60);
        let refresh = json!({ "refresh_token": tokens.refresh });
        tokens = Tokens::of(&app.post("/v1/identity/tokens/refresh", refresh).await);
    }
    app.pass(6 * 60);
    let refresh = json!({ "refresh_token": tokens.refresh });
    assert_eq!(app.post("/v1/identity/tokens/refresh", refresh).await.status, 401);
    assert_eq!(app.authenticate(&tokens.access).await, Err(AuthError::Expired));
}

#[tokio::test]
async fn line_12_an_idle_session_is_not_refreshed() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    app.pass(HOUR);
    let refresh = json!({ "refresh_token": tokens.refresh });
    let refused = app.post("/v1/identity/tokens/refresh", refresh).await;
    assert_eq!(refused.problem(), (401, "identity.refresh_token.refused", ""));
}

#[tokio::test]
async fn line_20_cookies_have_all_their_attributes() {
    let app = App::start().await;
    app.user("ann").await;
    let body = json!({ "login": "ann", "password": PASSWORD, "transport": "cookie" });
    let answer = app.post("/v1/identity/sign-ins", body).await;
    assert_eq!(answer.status, 200);
    // No secret is where a script could read it.
    for field in ["access_token", "refresh_token", "device_token"] {
        assert_eq!(answer.body.get(field), None, "{field}");
    }
    let set = cookies(&answer);
    assert_eq!(set.len(), 2);
    assert!(
        set[0].starts_with("__Host-bushel_session=bshl_cs_") && set[0].contains("Max-Age=86400")
    );
    assert!(set[1].starts_with("__Host-bushel_device=bshl_dt_"));
    for cookie in &set {
        assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let caller = Caller { cookie: Some(jar(&answer)), ..Caller::default() };
    let list = app.get_as(&caller, SESSIONS).await;
    assert_eq!(list.body["data"][0]["transport"], "cookie");

    let out = app.send(Method::POST, "/v1/identity/sign-out", &caller, None).await;
    assert_eq!(out.status, 204);
    assert_eq!(
        cookies(&out),
        ["__Host-bushel_session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"]
    );
    assert_eq!(app.get_as(&caller, SESSIONS).await.status, 401);
}

#[tokio::test]
async fn a_known_device_is_told_by_its_cookie() {
    let app = App::start().await;
    app.user_with("ann", |_| ()).await;
    let body = json!({ "login": "ann", "password": PASSWORD, "transport": "cookie" });
    let asked = app.post("/v1/identity/sign-ins", body.clone()).await;
    let path = format!("/v1/identity/sign-ins/{}/confirm", asked.body["sign_in"].as_str().unwrap());
    let code = app.mail("ann@example.org", identity::Purpose::SignIn).await.code;
    let confirmed = app.post(&path, json!({ "code": code })).await;
    let device = cookies(&confirmed)[1].split(';').next().unwrap().to_owned();
    let caller = Caller { cookie: Some(device), ..Caller::default() };
    let known = app.post_as(&caller, "/v1/identity/sign-ins", body).await;
    assert_eq!(known.body["status"], "signed_in");
    assert_eq!(cookies(&known).len(), 1);
}

#[tokio::test]
async fn a_cookie_is_no_bearer_token_and_the_other_way_round() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let body = json!({ "login": "ann", "password": PASSWORD, "transport": "cookie" });
    let answer = app.post("/v1/identity/sign-ins", body).await;
    let cookie = jar(&answer);
    let cookie = cookie.split("; ").next().unwrap().split_once('=').unwrap().1;
    let ask = async |credential| app.identity.authenticate(credential, &from_ip("192.0.2.1")).await;
    for _ in 0..2 {
        assert!(ask(Credential::Cookie(cookie)).await.is_ok());
        assert!(ask(Credential::Bearer(&tokens.access)).await.is_ok());
        assert_eq!(ask(Credential::Bearer(cookie)).await, Err(AuthError::Invalid));
        assert_eq!(ask(Credential::Cookie(&tokens.access)).await, Err(AuthError::Invalid));
        assert_eq!(ask(Credential::Bearer(&tokens.refresh)).await, Err(AuthError::Invalid));
    }
    for other in
        ["", "bshl_cs_", &cookie.replace("bshl_cs_", "bshl_rt_"), &cookie[..cookie.len() - 1]]
    {
        assert_eq!(ask(Credential::Cookie(other)).await, Err(AuthError::Invalid), "{other}");
    }
}

#[tokio::test]
async fn line_13_the_end_of_a_session_ends_its_tokens_at_once() {
    let app = App::start().await;
    let (ann, first) = app.signed_in("ann").await;
    assert!(app.authenticate(&first.access).await.is_ok());
    let out = app.send(Method::POST, "/v1/identity/sign-out", &first.caller(), None).await;
    assert_eq!(out.status, 204);
    assert_eq!(app.authenticate(&first.access).await, Err(AuthError::Invalid));

    let second = app.sign_in("ann").await;
    assert!(app.authenticate(&second.access).await.is_ok());
    app.identity.freeze(ann, AuditActor::Operator, "a complaint").await.unwrap();
    assert_eq!(app.authenticate(&second.access).await, Err(AuthError::Invalid));

    let third = app.sign_in("ann").await;
    assert_eq!(app.identity.sessions_of(ann).await.unwrap().len(), 1);
    assert_eq!(app.identity.end_sessions(ann, AuditActor::Operator).await.unwrap(), 1);
    assert_eq!(app.authenticate(&third.access).await, Err(AuthError::Invalid));
    let list = app.identity.sessions_of(ann).await.unwrap();
    assert!(list.is_empty());
}

#[tokio::test]
async fn the_last_use_is_written_once_a_minute() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    let elsewhere = from_ip("198.51.100.9");
    for seconds in [30, 40] {
        app.pass(seconds);
        let bearer = Credential::Bearer(&tokens.access);
        app.identity.authenticate(bearer, &elsewhere).await.unwrap();
    }
    let session = app.identity.sessions_of(ann).await.unwrap().remove(0);
    assert_eq!(session.last_used_at.to_string(), "2026-01-01T00:01:10.000000Z");
    assert_eq!((session.ip, session.transport), (elsewhere.ip, Transport::Token));
}

#[tokio::test]
async fn line_11_no_secret_is_stored_in_clear() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let body = json!({ "login": "ann", "password": PASSWORD, "transport": "cookie" });
    let cookie = jar(&app.post("/v1/identity/sign-ins", body).await);
    app.user_with("bob", |new| {
        new.password = NewPassword::Text("seven green slow windows".to_owned())
    })
    .await;
    app.try_sign_in("bob", "seven green slow windows").await;
    app.post("/v1/identity/password-resets", json!({ "email": "bob@example.org" })).await;
    let sign_in = app.mail("bob@example.org", identity::Purpose::SignIn).await;
    let reset = app.mail("bob@example.org", identity::Purpose::ResetPassword).await;
    let next =
        app.post("/v1/identity/tokens/refresh", json!({ "refresh_token": tokens.refresh })).await;
    let next = Tokens::of(&next);
    let everything = app.everything().await;
    assert!(everything.contains("bob@example.org"));
    let cookie_values = cookie.split("; ").map(|pair| pair.split_once('=').unwrap().1);
    let link =
        |mail: &identity::ChallengeSecret| mail.link_token.split_once('.').unwrap().1.to_owned();
    let mut secrets: Vec<String> = cookie_values.map(str::to_owned).collect();
    secrets.extend([tokens.access, tokens.refresh, next.refresh, next.access]);
    secrets.extend(tokens.device);
    secrets.extend([link(&sign_in), link(&reset), sign_in.code, reset.code]);
    secrets.extend([PASSWORD.to_owned(), "seven green slow windows".to_owned()]);
    for secret in secrets {
        assert!(!everything.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn programs_and_the_operator_have_no_sessions() {
    let app = App::start().await;
    let answer = app.get_as(&Caller::default(), SESSIONS).await;
    assert_eq!(answer.problem(), (401, "request.token.missing", ""));
}
