//! The authenticator app and recovery codes.

use axum::http::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::bank::{Bank, PASSWORD, Person};

impl Bank {
    /// The code of an app with this secret, at the clock's time.
    pub(crate) fn totp_code(&self, secret: &str) -> String {
        let secret = Secret::try_from_base32(secret).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        totp.generate(u64::try_from(self.now().as_micros() / 1_000_000).unwrap()).to_string()
    }

    /// Gives somebody an authenticator bank. Answers with its secret and the recovery codes.
    pub(crate) async fn enable_totp(&self, person: &Person) -> (String, Vec<String>) {
        let started =
            self.post_as(person, "/v1/identity/totp", json!({ "password": PASSWORD })).await;
        assert_eq!(started.status, 201, "{started:?}");
        let secret = started.body["secret"].as_str().unwrap().to_owned();
        let code = json!({ "code": self.totp_code(&secret) });
        let confirmed = self.post_as(person, "/v1/identity/totp/confirm", code).await;
        assert_eq!(confirmed.status, 200, "{confirmed:?}");
        let codes = confirmed.body["recovery_codes"].as_array().unwrap();
        // The next code is another one.
        self.pass(30);
        (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
    }
}

#[tokio::test]
async fn an_app_is_a_factor_after_its_first_code() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let started = bank.post_as(&ann, "/v1/identity/totp", json!({ "password": PASSWORD })).await;
    let url = started.body["otpauth_url"].as_str().unwrap();
    assert!(url.starts_with("otpauth://totp/bank.example:ann%40"), "{url}");
    assert!(url.contains("ann%40example.org?secret="), "{url}");
    assert!(!bank.needs_second_factor(&ann).await);

    let secret = started.body["secret"].as_str().unwrap();
    let wrong = bank.post_as(&ann, "/v1/identity/totp/confirm", json!({ "code": "000000" })).await;
    assert_eq!(wrong.problem(), (422, "identity.second_factor.refused", ""));
    assert!(!bank.needs_second_factor(&ann).await);
    let code = json!({ "code": bank.totp_code(secret) });
    let confirmed = bank.post_as(&ann, "/v1/identity/totp/confirm", code).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    assert_eq!(confirmed.body["recovery_codes"].as_array().unwrap().len(), 10);
    assert!(bank.needs_second_factor(&ann).await);

    let again = bank.post_as(&ann, "/v1/identity/totp", json!({ "password": PASSWORD })).await;
    assert_eq!(again.problem(), (409, "identity.totp.already_enabled", ""));
}

#[tokio::test]
async fn line_28_a_new_app_is_asked_for_by_sign_ins_that_wait_for_a_mail() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let change = "update identity.users set confirmation = 'always'";
    bank.database.database().client().await.unwrap().batch_execute(change).await.unwrap();
    let body = json!({ "login": ann.login, "password": PASSWORD });
    let waiting =
        bank.send(Method::POST, "/v1/identity/sign-ins", None, &[], Some(body)).await.body;
    assert_eq!(waiting["methods"], json!(["email_code"]));
    bank.enable_totp(&ann).await;
    let path = format!("/v1/identity/sign-ins/{}/confirm", waiting["sign_in"].as_str().unwrap());
    let body = json!({ "code": "00000000" });
    let over = bank.send(Method::POST, &path, None, &[], Some(body)).await;
    assert_eq!(over.problem(), (404, "identity.sign_in.not_found", ""));
}

#[tokio::test]
async fn an_app_that_never_answers_is_forgotten() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let none = bank.post_as(&ann, "/v1/identity/totp/confirm", json!({ "code": "000000" })).await;
    assert_eq!(none.problem(), (409, "identity.totp.not_started", ""));
    let started = bank.post_as(&ann, "/v1/identity/totp", json!({ "password": PASSWORD })).await;
    bank.pass(900);
    let code = json!({ "code": bank.totp_code(started.body["secret"].as_str().unwrap()) });
    let late = bank.post_as(&ann, "/v1/identity/totp/confirm", code).await;
    assert_eq!(late.problem(), (409, "identity.totp.not_started", ""));
}

#[tokio::test]
async fn line_05_second_factors_need_the_password() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    for path in ["/v1/identity/totp", "/v1/identity/recovery-codes"] {
        let wrong = bank.post_as(&ann, path, json!({ "password": "not the password" })).await;
        assert_eq!(wrong.problem(), (422, "identity.password.wrong", ""), "{path}");
    }
    let (secret, _) = bank.enable_totp(&ann).await;
    let body = json!({ "password": "not the password", "code": bank.totp_code(&secret) });
    let wrong = bank.delete_as(&ann, "/v1/identity/totp", Some(body)).await;
    assert_eq!(wrong.problem(), (422, "identity.password.wrong", ""));
    assert!(bank.needs_second_factor(&ann).await);
}

#[tokio::test]
async fn line_08_a_code_works_once() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, _) = bank.enable_totp(&ann).await;
    let code = bank.totp_code(&secret);
    assert_eq!(bank.sign_in_with_factor(&ann, json!({ "totp": code })).await.status, 200);
    let again = bank.sign_in_with_factor(&ann, json!({ "totp": code })).await;
    assert_eq!(again.problem().1, "identity.second_factor.refused");
    bank.pass(30);
    let code = bank.totp_code(&secret);
    assert_eq!(bank.sign_in_with_factor(&ann, json!({ "totp": code })).await.status, 200);
}

#[tokio::test]
async fn line_08_wrong_codes_make_even_right_ones_wait() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, codes) = bank.enable_totp(&ann).await;
    for _ in 0..5 {
        let wrong = bank.sign_in_with_factor(&ann, json!({ "totp": "000000" })).await;
        assert_eq!(wrong.problem().1, "identity.second_factor.refused");
    }
    let code = json!({ "totp": bank.totp_code(&secret) });
    let locked = bank.sign_in_with_factor(&ann, code).await;
    assert_eq!(locked.problem().0, 429, "{locked:?}");
    assert_eq!(locked.headers["retry-after"], "60");
    // A recovery code can't be guessed, so it isn't locked.
    let code = json!({ "recovery_code": codes[0] });
    assert_eq!(bank.sign_in_with_factor(&ann, code).await.status, 200);
    bank.pass(60);
    let code = json!({ "totp": bank.totp_code(&secret) });
    assert_eq!(bank.sign_in_with_factor(&ann, code).await.status, 200);
}

#[tokio::test]
async fn line_08_two_at_once_can_not_use_one_code() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, codes) = bank.enable_totp(&ann).await;
    for proof in [json!({ "totp": bank.totp_code(&secret) }), json!({ "recovery_code": codes[3] })]
    {
        let (first, second) = tokio::join!(
            bank.sign_in_with_factor(&ann, proof.clone()),
            bank.sign_in_with_factor(&ann, proof.clone()),
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn line_08_recovery_codes_work_once_and_are_counted() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (_, codes) = bank.enable_totp(&ann).await;
    let typed = codes[0].to_uppercase().replace('-', " ");
    let proof = json!({ "recovery_code": typed });
    assert_eq!(bank.sign_in_with_factor(&ann, proof.clone()).await.status, 200);
    let again = bank.sign_in_with_factor(&ann, proof).await;
    assert_eq!(again.problem().1, "identity.second_factor.refused");
    let left = bank.get_as(&ann, "/v1/identity/recovery-codes").await;
    assert_eq!(left.body["remaining"], 9);

    let body = json!({ "password": PASSWORD });
    let renewed = bank.post_as(&ann, "/v1/identity/recovery-codes", body).await;
    assert_eq!(renewed.status, 201, "{renewed:?}");
    let old = bank.sign_in_with_factor(&ann, json!({ "recovery_code": codes[1] })).await;
    assert_eq!(old.problem().1, "identity.second_factor.refused");
    let new = json!({ "recovery_code": renewed.body["codes"][0] });
    assert_eq!(bank.sign_in_with_factor(&ann, new).await.status, 200);
    let left = bank.get_as(&ann, "/v1/identity/recovery-codes").await;
    assert_eq!(left.body["remaining"], 9);
}

#[tokio::test]
async fn recovery_codes_are_of_one_user() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let (_, codes) = bank.enable_totp(&ann).await;
    bank.enable_totp(&bob).await;
    let foreign = bank.sign_in_with_factor(&bob, json!({ "recovery_code": codes[0] })).await;
    assert_eq!(foreign.problem().1, "identity.second_factor.refused");
    let left = bank.get_as(&ann, "/v1/identity/recovery-codes").await;
    assert_eq!(left.body["remaining"], 10);
}

#[tokio::test]
async fn without_an_app_there_are_no_recovery_codes() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let body = json!({ "password": PASSWORD });
    let refused = bank.post_as(&ann, "/v1/identity/recovery-codes", body).await;
    assert_eq!(refused.problem(), (409, "identity.totp.not_enabled", ""));
    let left = bank.get_as(&ann, "/v1/identity/recovery-codes").await;
    assert_eq!(left.body, json!({ "remaining": 0 }));
}

#[tokio::test]
async fn an_app_is_removed_with_password_and_code() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let path = "/v1/identity/totp";
    let none = json!({ "password": PASSWORD, "code": "000000" });
    let none = bank.delete_as(&ann, path, Some(none)).await;
    assert_eq!(none.problem(), (409, "identity.totp.not_enabled", ""));

    let (secret, codes) = bank.enable_totp(&ann).await;
    for body in [
        json!({ "password": PASSWORD }),
        json!({ "password": PASSWORD, "code": "000000", "recovery_code": codes[0] }),
    ] {
        let refused = bank.delete_as(&ann, path, Some(body)).await;
        assert_eq!(refused.problem(), (400, "identity.second_factor.ambiguous", ""));
    }
    let wrong = json!({ "password": PASSWORD, "code": "000000" });
    let wrong = bank.delete_as(&ann, path, Some(wrong)).await;
    assert_eq!(wrong.problem(), (422, "identity.second_factor.refused", ""));
    assert_eq!(bank.audit_log(ann.id).await[0].action, "identity.second_factor.refused");
    let body = json!({ "password": PASSWORD, "code": bank.totp_code(&secret) });
    assert_eq!(bank.delete_as(&ann, path, Some(body)).await.status, 204);
    assert!(!bank.needs_second_factor(&ann).await);
    let left = bank.get_as(&ann, "/v1/identity/recovery-codes").await;
    assert_eq!(left.body["remaining"], 0);

    let (_, codes) = bank.enable_totp(&ann).await;
    let body = json!({ "password": PASSWORD, "recovery_code": codes[0] });
    assert_eq!(bank.delete_as(&ann, path, Some(body)).await.status, 204);
}

#[tokio::test]
async fn line_01_a_short_password_keeps_its_second_factor() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, _) = bank.enable_totp(&ann).await;
    let short = "kiwi7Plum";
    let body = json!({ "current": PASSWORD, "new": short });
    let changed = bank.post_as(&ann, "/v1/identity/password", body).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    let body = json!({ "password": short, "code": bank.totp_code(&secret) });
    let refused = bank.delete_as(&ann, "/v1/identity/totp", Some(body)).await;
    assert_eq!(refused.problem(), (422, "identity.password.too_short", ""));
}

#[tokio::test]
async fn line_09_the_user_is_told_of_each_change() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, _) = bank.enable_totp(&ann).await;
    let body = json!({ "password": PASSWORD, "code": bank.totp_code(&secret) });
    bank.delete_as(&ann, "/v1/identity/totp", Some(body)).await;
    let told = bank.events(ann.id, "identity.credential.").await;
    let expected: Vec<(String, Value)> = [
        ("identity.credential.added", "totp"),
        ("identity.credential.added", "recovery_codes"),
        ("identity.credential.removed", "totp"),
    ]
    .map(|(kind, credential)| (kind.to_owned(), json!({ "credential": credential, "name": "" })))
    .to_vec();
    assert_eq!(told, expected);
    let log = bank.audit_log(ann.id).await;
    for action in ["identity.credential.added", "identity.credential.removed"] {
        assert!(log.iter().any(|entry| entry.action == action), "{log:?}");
    }
}

#[tokio::test]
async fn line_16_unknown_fields_are_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    for (path, body) in [
        ("/v1/identity/totp", json!({ "password": PASSWORD, "secret": "GEZDGNBVGY3TQOJQ" })),
        ("/v1/identity/totp/confirm", json!({ "code": "000000", "confirmed": true })),
        ("/v1/identity/recovery-codes", json!({ "password": PASSWORD, "codes": ["a"] })),
    ] {
        assert_eq!(bank.post_as(&ann, path, body).await.problem().0, 400, "{path}");
    }
}

#[tokio::test]
async fn line_30_secrets_are_not_stored_in_clear() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (secret, codes) = bank.enable_totp(&ann).await;
    let dump = bank.dump("identity").await;
    let bytes = Secret::try_from_base32(&secret).unwrap();
    let mut hex = String::new();
    kernel::secret::push_hex(&mut hex, bytes.as_ref());
    for text in [&*secret, &*hex, &*codes[0], &*codes[0].replace('-', "")] {
        assert!(!dump.contains(text));
    }
}
