//! Passkeys, with a software authenticator that makes real keys and signatures.

use axum::http::Method;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::bank::{Answer, Bank, ORIGIN, PASSWORD, Person};

const OPTIONS: &str = "/v1/identity/passkeys/options";
const PASSKEYS: &str = "/v1/identity/passkeys";
const SIGN_INS: &str = "/v1/identity/passkey-sign-ins";

fn device(seed: u8) -> Authenticator {
    Authenticator::new(ORIGIN, "bank.example", seed)
}

impl Bank {
    async fn options(&self, person: &Person) -> Value {
        let asked = self.post_as(person, OPTIONS, json!({})).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        asked.body["options"].clone()
    }

    /// Adds a passkey of this device.
    pub(crate) async fn add_passkey(&self, person: &Person, device: &mut Authenticator) -> Answer {
        let credential = device.create(&self.options(person).await);
        let body = json!({ "name": "Telephone", "credential": credential });
        self.post_as(person, PASSKEYS, body).await
    }

    /// What to ask an authenticator, and the id for its answer.
    async fn sign_in_options(&self) -> (Value, Value) {
        let path = format!("{SIGN_INS}/options");
        let asked = self.send(Method::POST, &path, None, &[], None).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        (asked.body["id"].clone(), asked.body["options"].clone())
    }

    async fn answer(&self, id: &Value, credential: Value) -> Answer {
        let body = json!({ "id": id, "credential": credential });
        self.send(Method::POST, SIGN_INS, None, &[], Some(body)).await
    }

    async fn passkey_sign_in(&self, device: &mut Authenticator) -> Answer {
        let (id, options) = self.sign_in_options().await;
        self.answer(&id, device.get(&options)).await
    }
}

#[tokio::test]
async fn a_passkey_signs_its_user_in_without_a_name() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let (mut telephone, mut laptop) = (device(1), device(2));
    let added = bank.add_passkey(&ann, &mut telephone).await;
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(
        (&added.body["name"], &added.body["is_synced"]),
        (&json!("Telephone"), &json!(false))
    );
    assert_eq!(bank.add_passkey(&bob, &mut laptop).await.status, 201);

    for (person, device) in [(&ann, &mut telephone), (&bob, &mut laptop)] {
        let answer = bank.passkey_sign_in(device).await;
        assert_eq!((answer.status, &answer.body["status"]), (200, &json!("signed_in")));
        let signed_in = bank.person_of(&person.login, &answer).await;
        assert_eq!(signed_in.id, person.id);
        assert_ne!(signed_in.actor, person.actor, "it is a session of its own");
    }
    let listed = bank.get_as(&ann, PASSKEYS).await;
    assert_eq!(listed.body["passkeys"].as_array().unwrap().len(), 1);
    assert!(listed.body["passkeys"][0]["last_used_at"].is_string());
}

#[tokio::test]
async fn a_synced_passkey_needs_no_counter() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut synced = Authenticator { is_synced: true, counts: false, ..device(1) };
    assert_eq!(bank.add_passkey(&ann, &mut synced).await.body["is_synced"], true);
    for _ in 0..2 {
        assert_eq!(bank.passkey_sign_in(&mut synced).await.status, 200);
    }
}

#[tokio::test]
async fn a_session_by_cookie_can_be_asked_for() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;
    let (id, options) = bank.sign_in_options().await;
    let body = json!({
        "id": id, "credential": telephone.get(&options), "transport": "cookie",
        "device_name": "Ann's phone",
    });
    let answer = bank.send(Method::POST, SIGN_INS, None, &[], Some(body)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.headers.contains_key("set-cookie"));
    assert_eq!(answer.body.get("access_token"), None);
}

#[tokio::test]
async fn line_05_a_passkey_is_both_factors() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    bank.enable_totp(&ann).await;
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;
    // The device verified its user, so no code is asked for; the password alone isn't enough.
    assert_eq!(bank.passkey_sign_in(&mut telephone).await.body["status"], "signed_in");
    assert!(bank.needs_second_factor(&ann).await);
}

#[tokio::test]
async fn line_05_a_device_that_does_not_verify_its_user_is_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut careless = Authenticator { verifies_user: false, ..device(1) };
    let refused = bank.add_passkey(&ann, &mut careless).await;
    assert_eq!(refused.problem(), (422, "identity.passkey.refused", ""));

    let mut telephone = device(1);
    assert_eq!(bank.add_passkey(&ann, &mut telephone).await.status, 201);
    telephone.verifies_user = false;
    let refused = bank.passkey_sign_in(&mut telephone).await;
    assert_eq!(refused.problem(), (401, "identity.passkey.sign_in_refused", ""));
    telephone.verifies_user = true;
    assert_eq!(bank.passkey_sign_in(&mut telephone).await.status, 200);
}

#[tokio::test]
async fn another_origin_or_id_is_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let wrong: [fn() -> Authenticator; 4] = [
        || Authenticator { origin: "https://bank.example.evil.org".to_owned(), ..device(1) },
        || Authenticator { origin: "http://bank.example".to_owned(), ..device(1) },
        || Authenticator { origin: "https://app.bank.example".to_owned(), ..device(1) },
        || Authenticator { rp_id: "evil.org".to_owned(), ..device(1) },
    ];
    for wrong in wrong {
        let refused = bank.add_passkey(&ann, &mut wrong()).await;
        assert_eq!(refused.problem(), (422, "identity.passkey.refused", ""));
    }
    let mut right = device(1);
    assert_eq!(bank.add_passkey(&ann, &mut right).await.status, 201);
    for wrong in wrong {
        let mut phished =
            Authenticator { counter: 100, user_handle: right.user_handle.clone(), ..wrong() };
        let refused = bank.passkey_sign_in(&mut phished).await;
        assert_eq!(refused.problem(), (401, "identity.passkey.sign_in_refused", ""));
    }
    assert_eq!(bank.passkey_sign_in(&mut right).await.status, 200);
}

#[tokio::test]
async fn line_08_a_challenge_is_answered_once_and_in_time() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;

    let (id, options) = bank.sign_in_options().await;
    let credential = telephone.get(&options);
    assert_eq!(bank.answer(&id, credential.clone()).await.status, 200);
    let replayed = bank.answer(&id, credential).await;
    assert_eq!(replayed.problem(), (404, "identity.passkey.challenge_gone", ""));

    let (id, options) = bank.sign_in_options().await;
    bank.pass(300);
    let late = bank.answer(&id, telephone.get(&options)).await;
    assert_eq!(late.problem(), (404, "identity.passkey.challenge_gone", ""));

    // A wrong answer uses the challenge up as well.
    let (id, options) = bank.sign_in_options().await;
    assert_eq!(bank.answer(&id, json!({})).await.status, 401);
    let second = bank.answer(&id, telephone.get(&options)).await;
    assert_eq!(second.problem(), (404, "identity.passkey.challenge_gone", ""));
}

#[tokio::test]
async fn line_08_an_answer_belongs_to_its_challenge() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;
    let (first, options) = bank.sign_in_options().await;
    let (second, _) = bank.sign_in_options().await;
    let credential = telephone.get(&options);
    let moved = bank.answer(&second, credential.clone()).await;
    assert_eq!(moved.problem(), (401, "identity.passkey.sign_in_refused", ""));
    assert_eq!(bank.answer(&first, credential).await.status, 200);
}

#[tokio::test]
async fn line_08_only_the_last_registration_can_be_answered_once() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let (mut early, mut late) = (device(1), device(2));
    let first = early.create(&bank.options(&ann).await);
    let second = late.create(&bank.options(&ann).await);
    let body = |credential: &Value| json!({ "name": "Key", "credential": credential });
    let refused = bank.post_as(&ann, PASSKEYS, body(&first)).await;
    assert_eq!(refused.problem(), (422, "identity.passkey.refused", ""));
    let used_up = bank.post_as(&ann, PASSKEYS, body(&second)).await;
    assert_eq!(used_up.problem(), (404, "identity.passkey.challenge_gone", ""));

    let credential = late.create(&bank.options(&ann).await);
    assert_eq!(bank.post_as(&ann, PASSKEYS, body(&credential)).await.status, 201);
    let again = bank.post_as(&ann, PASSKEYS, body(&credential)).await;
    assert_eq!(again.problem(), (404, "identity.passkey.challenge_gone", ""));
}

#[tokio::test]
async fn line_15_a_registration_is_of_its_user() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let mut telephone = device(1);
    let credential = telephone.create(&bank.options(&ann).await);
    let body = json!({ "name": "Key", "credential": credential });
    let none = bank.post_as(&bob, PASSKEYS, body.clone()).await;
    assert_eq!(none.problem(), (404, "identity.passkey.challenge_gone", ""));
    assert_eq!(bank.post_as(&ann, PASSKEYS, body).await.status, 201);
}

#[tokio::test]
async fn a_credential_belongs_to_one_user() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;
    // Bob's device claims the same id, with a key of its own.
    let mut thief = Authenticator { credential_id: telephone.credential_id.clone(), ..device(9) };
    let refused = bank.add_passkey(&bob, &mut thief).await;
    assert_eq!(refused.problem(), (409, "identity.passkey.already_added", ""));
}

#[tokio::test]
async fn foreign_and_unknown_credentials_are_refused_alike() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let (mut anns, mut bobs) = (device(1), device(2));
    bank.add_passkey(&ann, &mut anns).await;
    bank.add_passkey(&bob, &mut bobs).await;
    let mut stranger = Authenticator { user_handle: anns.user_handle.clone(), ..device(3) };
    let mut as_ann = Authenticator { user_handle: anns.user_handle.clone(), ..bobs.clone() };
    let mut other_key = Authenticator {
        credential_id: anns.credential_id.clone(),
        user_handle: anns.user_handle.clone(),
        counter: 100,
        ..device(4)
    };
    let mut nobody = Authenticator { user_handle: vec![7; 16], ..device(5) };
    for device in [&mut stranger, &mut as_ann, &mut other_key, &mut nobody] {
        let refused = bank.passkey_sign_in(device).await;
        assert_eq!(refused.problem(), (401, "identity.passkey.sign_in_refused", ""));
    }
    assert_eq!(bank.passkey_sign_in(&mut anns).await.status, 200);
}

#[tokio::test]
async fn line_09_a_counter_that_goes_back_ends_the_passkey_and_is_told() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;
    let mut copy = telephone.clone();
    assert_eq!(bank.passkey_sign_in(&mut telephone).await.status, 200);
    let refused = bank.passkey_sign_in(&mut copy).await;
    assert_eq!(refused.problem(), (401, "identity.passkey.copied", ""));
    let told = bank.events(ann.id, "identity.credential.removed").await;
    assert_eq!(told[0].1, json!({ "credential": "passkey", "name": "Telephone" }));
    let entry = &bank.audit_log(ann.id).await[1];
    assert_eq!(
        (&*entry.action, &entry.data["reason"]),
        ("identity.sign_in.refused", &json!("passkey_copied"))
    );
    // Nobody knows which of the two is the copy.
    assert_eq!(bank.passkey_sign_in(&mut telephone).await.status, 401);
    assert_eq!(bank.get_as(&ann, PASSKEYS).await.body, json!({ "passkeys": [] }));
}

#[tokio::test]
async fn line_28_two_answers_with_one_counter_sign_in_once() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut telephone = device(1);
    bank.add_passkey(&ann, &mut telephone).await;
    let mut copy = telephone.clone();
    let (first, second) =
        tokio::join!(bank.passkey_sign_in(&mut telephone), bank.passkey_sign_in(&mut copy));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn line_09_adding_and_removing_is_told() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let mut telephone = device(1);
    let added = bank.add_passkey(&ann, &mut telephone).await;
    let id = added.body["id"].as_str().unwrap();
    let path = format!("{PASSKEYS}/{id}");
    assert_eq!(bank.delete_as(&ann, &path, None).await.status, 204);
    assert_eq!(bank.delete_as(&ann, &path, None).await.problem().1, "identity.passkey.not_found");
    let told = bank.events(ann.id, "identity.credential.").await;
    let data = json!({ "credential": "passkey", "name": "Telephone" });
    let kinds = ["identity.credential.added", "identity.credential.removed"];
    assert_eq!(told, kinds.map(|kind| (kind.to_owned(), data.clone())));
    let refused = bank.passkey_sign_in(&mut telephone).await;
    assert_eq!(refused.problem().1, "identity.passkey.sign_in_refused");
}

#[tokio::test]
async fn line_15_nobody_removes_anothers_passkey() {
    let bank = Bank::start().await;
    let (ann, bob) = (bank.person("ann").await, bank.person("bob").await);
    let mut telephone = device(1);
    let added = bank.add_passkey(&ann, &mut telephone).await;
    let path = format!("{PASSKEYS}/{}", added.body["id"].as_str().unwrap());
    let refused = bank.delete_as(&bob, &path, None).await;
    assert_eq!(refused.problem(), (404, "identity.passkey.not_found", ""));
    assert_eq!(bank.passkey_sign_in(&mut telephone).await.status, 200);
}

#[tokio::test]
async fn an_old_session_needs_the_password_to_link_an_account_elsewhere() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    let link = async |body| bank.post_as(&ann, "/v1/identity/linked-identities", body).await;
    let unknown = (404, "identity.provider.not_found", "");
    assert_eq!(link(json!({ "provider": "none" })).await.problem(), unknown, "it gets that far");
    bank.pass(600);
    let refused = link(json!({ "provider": "none" })).await;
    assert_eq!(refused.problem(), (403, "identity.password.required", ""));
    let proved = link(json!({ "provider": "none", "password": PASSWORD })).await;
    assert_eq!(proved.problem(), unknown);
}

#[tokio::test]
async fn an_old_session_needs_the_password_to_add_a_passkey() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    bank.pass(600);
    let refused = bank.post_as(&ann, OPTIONS, json!({})).await;
    assert_eq!(refused.problem(), (403, "identity.password.required", ""));
    let wrong = bank.post_as(&ann, OPTIONS, json!({ "password": "not the password" })).await;
    assert_eq!(wrong.problem(), (422, "identity.password.wrong", ""));
    let right = bank.post_as(&ann, OPTIONS, json!({ "password": PASSWORD })).await;
    assert_eq!(right.status, 200, "{right:?}");
}

#[tokio::test]
async fn there_are_25_passkeys_at_most() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    for seed in 1..=25 {
        assert_eq!(bank.add_passkey(&ann, &mut device(seed)).await.status, 201);
    }
    let refused = bank.post_as(&ann, OPTIONS, json!({})).await;
    assert_eq!(refused.problem(), (422, "identity.passkeys.too_many", ""));
}

#[tokio::test]
async fn line_16_unknown_fields_and_bad_names_are_refused() {
    let bank = Bank::start().await;
    let ann = bank.person("ann").await;
    for (path, body) in [
        (OPTIONS, json!({ "user": "usr_1" })),
        (PASSKEYS, json!({ "name": "Key", "credential": {}, "counter": 0 })),
        (SIGN_INS, json!({ "id": "cer_1", "credential": {} })),
    ] {
        assert_eq!(bank.post_as(&ann, path, body).await.problem().0, 400, "{path}");
    }
    for name in ["", "Key\r\nBcc: bob@example.org", &*"x".repeat(101)] {
        let body = json!({ "name": name, "credential": {} });
        let refused = bank.post_as(&ann, PASSKEYS, body).await;
        assert_eq!(refused.problem(), (400, "request.body.invalid", "/name"));
    }
}

#[tokio::test]
async fn an_address_without_a_name_has_no_passkeys() {
    let bank = Bank::start_at("http://192.0.2.7:8080").await;
    let ann = bank.person("ann").await;
    let options = format!("{SIGN_INS}/options");
    for path in [OPTIONS, &options] {
        let refused = bank.post_as(&ann, path, json!({})).await;
        assert_eq!(refused.problem(), (422, "identity.passkeys.unavailable", ""));
    }
}

#[tokio::test]
async fn a_loopback_address_is_localhost() {
    let bank = Bank::start_at("http://127.0.0.1:8080").await;
    let ann = bank.person("ann").await;
    let mut laptop = Authenticator::new("http://localhost:8080", "localhost", 1);
    assert_eq!(bank.add_passkey(&ann, &mut laptop).await.status, 201);
    assert_eq!(bank.passkey_sign_in(&mut laptop).await.status, 200);
}
