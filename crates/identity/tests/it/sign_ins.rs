//! `/v1/identity/sign-ins`.

use identity::{Confirmation, IdentityOptions, Limits, NewPassword, Purpose, Role, RoleSet};
use kernel::audit::AuditActor;
use serde_json::{Value, json};

use crate::app::{App, Caller, Tokens, options};
use crate::bank::{Answer, PASSWORD};

const SIGN_INS: &str = "/v1/identity/sign-ins";
const MAIL: &str = "ann@example.org";

/// What is to be confirmed.
fn pending(answer: &Answer) -> String {
    assert_eq!(answer.body["status"], "confirmation_required", "{answer:?}");
    answer.body["sign_in"].as_str().unwrap().to_owned()
}

async fn confirm(app: &App, id: &str, proof: Value) -> Answer {
    app.post(&format!("{SIGN_INS}/{id}/confirm"), proof).await
}

/// A user whose sign-ins are confirmed on new devices, as is the policy.
async fn careful() -> App {
    let app = App::start().await;
    app.user_with("ann", |_| ()).await;
    app
}

fn wrong(code: &str) -> &'static str {
    if code == "00000000" { "00000001" } else { "00000000" }
}

#[tokio::test]
async fn a_new_device_is_confirmed_once() {
    let app = careful().await;
    let asked = app.try_sign_in(MAIL, PASSWORD).await;
    assert_eq!((asked.status, &asked.body["methods"]), (200, &json!(["email_code"])));
    assert_eq!(asked.body.get("access_token"), None);
    let id = pending(&asked);
    let code = app.mail(MAIL, Purpose::SignIn).await.code;
    let tokens = Tokens::of(&confirm(&app, &id, json!({ "code": code })).await);
    assert!(app.authenticate(&tokens.access).await.is_ok());
    // From now on the device is known, to this user only.
    let device = tokens.device.clone().unwrap();
    let body =
        |login: &str| json!({ "login": login, "password": PASSWORD, "device_token": device });
    let known = app.post(SIGN_INS, body(MAIL)).await;
    assert_eq!(Tokens::of(&known).device, None);
    app.user_with("bob", |_| ()).await;
    pending(&app.post(SIGN_INS, body("bob")).await);
    pending(&app.try_sign_in(MAIL, PASSWORD).await);
    // Line 9: the user is told which was new.
    let events = app.events().await;
    let added = events.iter().filter(|event| event.kind == "identity.device.added");
    assert_eq!(added.count(), 1);
}

#[tokio::test]
async fn a_link_confirms_the_sign_in_that_it_was_sent_for() {
    let app = careful().await;
    let first = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let mail = app.mail(MAIL, Purpose::SignIn).await;
    assert!(!mail.takes_link, "an app waits: a page that opened the link would have the session");
    let link = mail.link_token;
    let second = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let other = confirm(&app, &second, json!({ "token": link })).await;
    assert_eq!(other.problem(), (422, "identity.challenge.refused", ""));
    Tokens::of(&confirm(&app, &first, json!({ "token": link })).await);
    let body = json!({ "login": MAIL, "password": PASSWORD, "transport": "cookie" });
    pending(&app.post(SIGN_INS, body).await);
    assert!(app.mail(MAIL, Purpose::SignIn).await.takes_link, "a browser can open it");
}

/// Comparing takes a while, in which the account may get another password.
#[tokio::test]
async fn a_password_that_is_changed_while_it_is_compared_signs_nobody_in() {
    let app = App::start().await;
    app.user("ann").await;
    let mut client = app.database.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    let change = "update identity.users set password_hash = 'another', version = version + 1
        where handle = 'ann'";
    assert_eq!(tx.execute(change, &[]).await.unwrap(), 1);
    let mut answer = std::pin::pin!(app.try_sign_in(MAIL, PASSWORD));
    let waiting = "select count(*) from pg_locks where not granted";
    let answer = loop {
        tokio::select! {
            answer = &mut answer => break answer,
            count = app.count(waiting) => if count > 0 { break tx.commit().await.map(|()| answer).unwrap().await },
        }
    };
    assert_eq!(answer.problem(), (401, "identity.sign_in.refused", ""));
    assert_eq!(app.count("select count(*) from identity.sessions").await, 0);
}

#[tokio::test]
async fn line_06_unknown_wrong_locked_and_deleted_get_the_same_answer() {
    let app = App::start().await;
    for name in ["ann", "locked", "gone"] {
        app.user(name).await;
    }
    app.sql("update identity.users set password_failures = 100 where handle = 'locked'").await;
    app.sql("update identity.users set status = 'deleted' where handle = 'gone'").await;
    app.user_with("none", |new| new.password = NewPassword::None).await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("nobody@example.org", PASSWORD),
        ("nobody", PASSWORD),
        ("ann@example.org", "wrong"),
        ("ann", ""),
        ("ann", &*"x".repeat(300)),
        ("locked", PASSWORD),
        ("gone", PASSWORD),
        ("none", PASSWORD),
    ] {
        let (before, rows) = (app.identity.password_operations(), audited(&app).await);
        let answer = app.try_sign_in(login, password).await;
        assert_eq!(app.identity.password_operations() - before, 1, "{login}");
        assert_eq!(audited(&app).await - rows, 1, "{login}");
        answers.push((answer.status, answer.body, answer.headers));
    }
    assert_eq!(answers[0].1["code"], "identity.sign_in.refused");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

async fn audited(app: &App) -> i64 {
    app.count("select count(*) from audit.entries where action = 'identity.sign_in.refused'").await
}

#[tokio::test]
async fn an_unverified_address_is_told_after_the_right_password_only() {
    let app = App::start().await;
    app.user_with("ann", |new| new.is_email_verified = false).await;
    assert_eq!(app.try_sign_in(MAIL, "wrong").await.problem().0, 401);
    assert_eq!(app.mails(MAIL, Purpose::VerifyEmail).await.len(), 0);
    let right = app.try_sign_in(MAIL, PASSWORD).await;
    assert_eq!(right.problem(), (403, "identity.email.unverified", ""));
    assert_eq!(app.mails(MAIL, Purpose::VerifyEmail).await.len(), 1);
}

#[tokio::test]
async fn line_07_attempts_are_limited_per_address_and_per_account() {
    let app = App::start_with(IdentityOptions { limits: Limits::default(), ..options() }).await;
    app.user("ann").await;
    let at = |ip| Caller { ip: Some(ip), ..Caller::default() };
    let body = |login: &str| json!({ "login": login, "password": "wrong" });
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(app.post_as(&at("192.0.2.7"), SIGN_INS, body("ann")).await.status);
    }
    assert_eq!(statuses, [[401; 10].as_slice(), &[429]].concat());
    // From elsewhere, too; and it says when to come back.
    let limited = app.post_as(&at("198.51.100.7"), SIGN_INS, body("ANN")).await;
    assert_eq!(limited.problem(), (429, "identity.rate_limited", ""));
    assert_eq!(limited.headers["retry-after"], "30");
    // An unknown account is limited in the same way, and another one isn't.
    for _ in 0..10 {
        assert_eq!(app.post_as(&at("192.0.2.8"), SIGN_INS, body("nobody")).await.status, 401);
    }
    assert_eq!(app.post_as(&at("192.0.2.8"), SIGN_INS, body("nobody")).await.status, 429);
    assert_eq!(app.post_as(&at("192.0.2.8"), SIGN_INS, body("other")).await.status, 401);
    app.pass(30);
    Tokens::of(&app.try_sign_in("ann", PASSWORD).await);
}

#[tokio::test]
async fn line_07_mails_and_registrations_and_codes_are_limited() {
    let app = App::start_with(IdentityOptions { limits: Limits::default(), ..options() }).await;
    app.user("ann").await;
    let statuses = async |path: &str, body: Value, times: usize| {
        let mut last = 0;
        for _ in 0..times {
            last = app.post(path, body.clone()).await.status;
        }
        last
    };
    let reset = json!({ "email": MAIL });
    assert_eq!(statuses("/v1/identity/password-resets", reset.clone(), 4).await, 202);
    assert_eq!(statuses("/v1/identity/password-resets", reset, 1).await, 429);
    let code = json!({ "email": MAIL, "code": "12345678" });
    assert_eq!(statuses("/v1/identity/email-verifications", code.clone(), 15).await, 422);
    assert_eq!(statuses("/v1/identity/email-verifications", code, 1).await, 429);
    let register = |email: &str| json!({ "email": email, "password": "short", "name": "X" });
    assert_eq!(statuses("/v1/identity/users", register("x@example.org"), 5).await, 422);
    assert_eq!(statuses("/v1/identity/users", register("X@example.org"), 1).await, 429);
    for number in 0..14 {
        let body = register(&format!("x{number}@example.org"));
        assert_eq!(statuses("/v1/identity/users", body, 1).await, 422);
    }
    assert_eq!(statuses("/v1/identity/users", register("y@example.org"), 1).await, 429);
}

#[tokio::test]
async fn line_07_a_hundred_failures_in_a_row_lock_the_password_until_a_reset() {
    let app = App::start().await;
    let ann = app.user("ann").await;
    app.sql("update identity.users set password_failures = 98").await;
    app.sign_in("ann").await;
    // The right one began the row anew.
    app.try_sign_in("ann", "wrong").await;
    app.sign_in("ann").await;
    app.sql("update identity.users set password_failures = 98").await;
    for _ in 0..3 {
        assert_eq!(app.try_sign_in("ann", "wrong").await.status, 401);
    }
    assert_eq!(app.try_sign_in("ann", PASSWORD).await.problem().1, "identity.sign_in.refused");
    let kinds = app.kinds(ann.id).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "identity.sign_in.locked").count(), 1);

    app.post("/v1/identity/password-resets", json!({ "email": MAIL })).await;
    let mail = app.mail(MAIL, Purpose::ResetPassword).await;
    let new = "seven green slow windows";
    let body = json!({ "token": mail.link_token, "password": new });
    assert_eq!(app.post("/v1/identity/password-resets/confirm", body).await.status, 204);
    Tokens::of(&app.try_sign_in("ann", new).await);
}

#[tokio::test]
async fn line_08_a_code_is_used_once_within_ten_minutes() {
    let app = careful().await;
    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let code = app.mail(MAIL, Purpose::SignIn).await.code;
    let spaced = format!("{} {}", &code[..4], &code[4..]);
    Tokens::of(&confirm(&app, &id, json!({ "code": spaced })).await);
    let again = confirm(&app, &id, json!({ "code": code })).await;
    assert_eq!(again.problem(), (404, "identity.sign_in.not_found", ""));

    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let code = app.mail(MAIL, Purpose::SignIn).await.code;
    app.pass(600);
    assert_eq!(confirm(&app, &id, json!({ "code": code })).await.problem().0, 404);
    assert_eq!(app.mails(MAIL, Purpose::SignIn).await.len(), 0);
}

#[tokio::test]
async fn line_08_two_at_once_can_not_use_one_code() {
    let app = careful().await;
    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let code = json!({ "code": app.mail(MAIL, Purpose::SignIn).await.code });
    let (first, second) =
        tokio::join!(confirm(&app, &id, code.clone()), confirm(&app, &id, code.clone()));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
}

#[tokio::test]
async fn line_08_five_wrong_codes_end_the_sign_in() {
    let app = careful().await;
    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let code = app.mail(MAIL, Purpose::SignIn).await.code;
    for _ in 0..5 {
        let answer = confirm(&app, &id, json!({ "code": wrong(&code) })).await;
        assert_eq!(answer.problem(), (422, "identity.challenge.refused", ""));
    }
    assert_eq!(confirm(&app, &id, json!({ "code": code })).await.problem().0, 404);
}

#[tokio::test]
async fn line_28_a_sign_in_is_confirmed_only_in_its_own_way() {
    let app = careful().await;
    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let totp = confirm(&app, &id, json!({ "totp": "123456" })).await;
    assert_eq!(totp.problem(), (422, "identity.sign_in.method_not_allowed", ""));
    for proof in [json!({}), json!({ "code": "1", "totp": "2" }), json!({ "password": PASSWORD })] {
        assert_eq!(confirm(&app, &id, proof).await.problem().0, 400);
    }
    let unknown = confirm(&app, "sgn_00000000000000000000000001", json!({ "code": "1" })).await;
    assert_eq!(unknown.problem(), (404, "identity.sign_in.not_found", ""));
    let wrong_kind = confirm(&app, "ses_00000000000000000000000001", json!({ "code": "1" })).await;
    assert_eq!(wrong_kind.problem(), (400, "request.path.invalid", "path:id"));
    // A code for something else is none for this.
    app.post("/v1/identity/password-resets", json!({ "email": MAIL })).await;
    let reset = app.mail(MAIL, Purpose::ResetPassword).await;
    assert_eq!(confirm(&app, &id, json!({ "code": reset.code })).await.problem().0, 422);
    assert_eq!(confirm(&app, &id, json!({ "token": reset.link_token })).await.problem().0, 422);
}

#[tokio::test]
async fn the_mail_of_a_sign_in_is_sent_again_up_to_three_times() {
    let app = careful().await;
    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    for _ in 0..5 {
        assert_eq!(app.post(&format!("{SIGN_INS}/{id}/resend"), json!({})).await.status, 202);
    }
    let mails = app.mails(MAIL, Purpose::SignIn).await;
    assert_eq!(mails.len(), 3);
    // Each of them works.
    Tokens::of(&confirm(&app, &id, json!({ "code": mails[0].code })).await);
    let gone = app.post(&format!("{SIGN_INS}/{id}/resend"), json!({})).await;
    assert_eq!(gone.problem().0, 404);
}

#[tokio::test]
async fn always_means_on_known_devices_too() {
    let app = App::start().await;
    app.user_with("ann", |new| new.confirmation = Some(Confirmation::Always)).await;
    let mut device = None;
    for _ in 0..2 {
        let body = json!({ "login": MAIL, "password": PASSWORD, "device_token": device });
        let id = pending(&app.post(SIGN_INS, body).await);
        let code = app.mail(MAIL, Purpose::SignIn).await.code;
        let given = Tokens::of(&confirm(&app, &id, json!({ "code": code })).await).device;
        assert_ne!(
            given.is_some(),
            device.is_some(),
            "a device that is known needs no other token"
        );
        device = given.or(device);
    }
    assert_eq!(app.count("select count(*) from identity.devices").await, 1);
}

#[tokio::test]
async fn staff_confirms_on_known_devices_too() {
    let app = App::start().await;
    let roles = RoleSet::default().with(Role::User).with(Role::Support);
    app.user_with("ann", |new| new.roles = roles).await;
    let mut device = None;
    for _ in 0..2 {
        let body = json!({ "login": MAIL, "password": PASSWORD, "device_token": device });
        let id = pending(&app.post(SIGN_INS, body).await);
        let code = app.mail(MAIL, Purpose::SignIn).await.code;
        let given = Tokens::of(&confirm(&app, &id, json!({ "code": code })).await).device;
        device = given.or(device);
    }
    assert!(device.is_some());
}

/// One that is in use must not be forgotten, and a flood of sign-ins need not write each time.
#[tokio::test]
async fn the_use_of_a_known_device_is_noted_once_a_day() {
    let app = careful().await;
    let id = pending(&app.try_sign_in(MAIL, PASSWORD).await);
    let code = app.mail(MAIL, Purpose::SignIn).await.code;
    let device = Tokens::of(&confirm(&app, &id, json!({ "code": code })).await).device;
    let body = json!({ "login": MAIL, "password": PASSWORD, "device_token": device });
    let mut noted = Vec::new();
    for hours in [1, 24, 1] {
        app.pass(hours * 3_600);
        Tokens::of(&app.post(SIGN_INS, body.clone()).await);
        let sql = "select extract(epoch from last_used_at - created_at)::bigint / 3600 \
                   from identity.devices";
        noted.push(app.count(sql).await);
    }
    assert_eq!(noted, [0, 25, 25]);
}

/// It was acceptable beside something that is gone since, or comes from an import.
#[tokio::test]
async fn line_01_a_short_password_lets_nobody_in_alone() {
    let app = App::start().await;
    let short = "kiwi7Plum";
    let made = app.user_with("ann", |new| {
        new.confirmation = Some(Confirmation::Always);
        new.password = NewPassword::Text(short.to_owned());
    });
    made.await;
    app.sql("update identity.users set confirmation = 'never'").await;
    let id = pending(&app.try_sign_in(MAIL, short).await);
    let code = app.mail(MAIL, Purpose::SignIn).await.code;
    let device = Tokens::of(&confirm(&app, &id, json!({ "code": code })).await).device;
    let body = json!({ "login": MAIL, "password": short, "device_token": device });
    pending(&app.post(SIGN_INS, body).await);
}

#[tokio::test]
async fn line_03_bcrypt_hashes_verify_and_are_rehashed() {
    let app = App::start().await;
    let hash = bcrypt::hash(PASSWORD, 4).unwrap();
    app.user_with("ann", |new| {
        new.password = NewPassword::Hash(hash);
        new.confirmation = Some(Confirmation::Never);
    })
    .await;
    let stored = "select count(*) from identity.users where password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(app.try_sign_in("ann", "wrong").await.status, 401);
    assert_eq!(app.count(stored).await, 0);
    app.sign_in("ann").await;
    assert_eq!(app.count(stored).await, 1);
    app.sign_in("ann").await;
}

#[tokio::test]
async fn line_04_passwords_are_verified_exactly_as_sent() {
    let app = App::start().await;
    let password = "  Grüße aus Lübeck ";
    app.user_with("ann", |new| {
        new.password = NewPassword::Text(password.to_owned());
        new.confirmation = Some(Confirmation::Never);
    })
    .await;
    let decomposed = password.replace('ü', "u\u{308}");
    for other in ["Grüße aus Lübeck", "  grüße aus lübeck ", &decomposed] {
        assert_eq!(app.try_sign_in("ann", other).await.status, 401, "{other:?}");
    }
    assert_eq!(app.try_sign_in("ann", password).await.status, 200);
}

#[tokio::test]
async fn the_frozen_may_sign_in_and_look() {
    let app = App::start().await;
    let ann = app.user("ann").await;
    app.identity.freeze(ann.id, AuditActor::Operator, "a complaint").await.unwrap();
    let tokens = app.sign_in("ann").await;
    let actor = app.authenticate(&tokens.access).await.unwrap();
    assert!(actor.is_frozen && actor.require_active().is_err());
    assert_eq!(app.get_as(&tokens.caller(), "/v1/identity/sessions").await.status, 200);
}

#[tokio::test]
async fn line_31_sign_ins_and_refusals_are_recorded() {
    let app = App::start().await;
    let ann = app.user("ann").await;
    app.try_sign_in("ann", "wrong").await;
    app.sign_in("ann").await;
    let expected =
        ["identity.user.registered", "identity.sign_in.refused", "identity.sign_in.succeeded"];
    assert_eq!(app.audit(ann.id).await, expected);
    let client = app.database.database().client().await.unwrap();
    assert!(client.execute("delete from audit.entries", &[]).await.is_err());
    // Nothing that was typed gets into the log.
    app.try_sign_in("ann\r\n2026 sign_in.succeeded", "hunter2").await;
    let rows = client.query("select t::text from audit.entries t", &[]).await.unwrap();
    for row in rows {
        let text: &str = row.get(0);
        assert!(!text.contains("hunter2") && !text.contains('\n'), "{text}");
    }
}

#[tokio::test]
async fn names_of_devices_are_checked() {
    let app = App::start().await;
    app.user("ann").await;
    let body = |name: &str| json!({ "login": "ann", "password": PASSWORD, "device_name": name });
    for name in ["a\nb", &*"x".repeat(101)] {
        let answer = app.post(SIGN_INS, body(name)).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid", "/device_name"));
    }
    Tokens::of(&app.post(SIGN_INS, body("Ann's phone")).await);
}
