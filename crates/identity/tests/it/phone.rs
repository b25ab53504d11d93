//! `/v1/identity/phone`.

use axum::http::Method;
use identity::{ChallengeId, Limits, PhoneOptions, UserId};
use serde_json::{Value, json};

use crate::app::{App, Caller, options};
use crate::bank::Bank;

const PHONE: &str = "/v1/identity/phone";
const CONFIRM: &str = "/v1/identity/phone/confirm";
const NUMBER: &str = "+491701234567";

impl App {
    /// The codes that went to a number and may still be answered, in order.
    async fn codes(&self, number: &str) -> Vec<String> {
        let mut codes = Vec::new();
        for event in self.events().await {
            let is_meant = event.kind == "identity.phone.code_requested";
            if is_meant && event.data["number"] == number {
                let id: ChallengeId = event.data["challenge_id"].as_str().unwrap().parse().unwrap();
                let secret = self.identity.challenge_secret(id).await.unwrap();
                codes.extend(secret.map(|secret| secret.code));
            }
        }
        codes
    }

    async fn ask(&self, caller: &Caller, number: &str) -> crate::bank::Answer {
        self.post_as(caller, PHONE, json!({ "number": number })).await
    }

    /// Gives the caller a phone.
    async fn add_phone(&self, caller: &Caller, number: &str) {
        let asked = self.ask(caller, number).await;
        assert_eq!(asked.status, 202, "{asked:?}");
        let code = self.codes(number).await.pop().unwrap();
        let confirmed = self.post_as(caller, CONFIRM, json!({ "code": code })).await;
        assert_eq!(confirmed.status, 200, "{confirmed:?}");
    }
}

impl Bank {
    /// The code that went to a user's phone last.
    pub(crate) async fn phone_code(&self, user: UserId) -> String {
        let (_, data) = self.events(user, "identity.phone.code").await.pop().unwrap();
        let id: ChallengeId = data["challenge_id"].as_str().unwrap().parse().unwrap();
        self.identity.challenge_secret(id).await.unwrap().unwrap().code
    }
}

fn with(change: impl FnOnce(&mut PhoneOptions)) -> identity::IdentityOptions {
    let mut options = options();
    change(&mut options.phones);
    options
}

#[tokio::test]
async fn a_phone_is_the_users_when_its_code_comes_back() {
    let app = App::start().await;
    let (ann, tokens) = app.signed_in("ann").await;
    let caller = tokens.caller();
    let none = json!({ "number": null, "confirmed_at": null, "waiting_number": null,
        "waiting_until": null, "is_available": true });
    assert_eq!(app.get_as(&caller, PHONE).await.body, none);
    let asked = app.ask(&caller, "+49 (170) 123-4567").await;
    assert_eq!((asked.status, &asked.body["waiting_number"]), (202, &json!(NUMBER)));
    assert_eq!(asked.body["number"], Value::Null);
    let code = app.codes(NUMBER).await.pop().unwrap();
    let done = app.post_as(&caller, CONFIRM, json!({ "code": code })).await;
    assert_eq!((done.status, &done.body["number"]), (200, &json!(NUMBER)), "{done:?}");
    let shown = app.get_as(&caller, PHONE).await.body;
    assert_eq!((&shown["number"], &shown["waiting_number"]), (&json!(NUMBER), &Value::Null));
    assert_eq!(app.identity.phones(&[ann]).await.unwrap()[&ann], NUMBER);
    let changed = app.events().await.into_iter().find(|it| it.kind == "identity.phone.changed");
    assert_eq!(changed.unwrap().data, json!({ "phone_hint": "…567" }));
    let removed = app.send(Method::DELETE, PHONE, &caller, None).await;
    assert_eq!(removed.status, 204);
    let again = app.send(Method::DELETE, PHONE, &caller, None).await;
    assert_eq!(again.problem(), (404, "identity.phone.not_found", ""));
    assert_eq!(app.get_as(&caller, PHONE).await.body, none);
    let log = ["identity.phone.requested", "identity.phone.changed", "identity.phone.removed"];
    assert!(app.audit(ann).await.ends_with(&log.map(str::to_owned)));
    let log = app.count("select count(*) from audit.entries where data::text like '%1234567%'");
    assert_eq!(log.await, 0, "the number isn't in a log that can't be erased");
}

#[tokio::test]
async fn line_08_codes_to_phones_work_once_for_ten_minutes_and_take_five_tries() {
    let app = App::start().await;
    let (_, tokens) = app.signed_in("ann").await;
    let caller = tokens.caller();
    let confirm = async |code: &str| app.post_as(&caller, CONFIRM, json!({ "code": code })).await;
    app.ask(&caller, NUMBER).await;
    let code = app.codes(NUMBER).await.pop().unwrap();
    assert_eq!(confirm(&code).await.status, 200);
    assert_eq!(confirm(&code).await.problem(), (422, "identity.challenge.refused", ""));
    app.ask(&caller, NUMBER).await;
    let late = app.codes(NUMBER).await.pop().unwrap();
    app.pass(601);
    assert_eq!(confirm(&late).await.status, 422);
    app.ask(&caller, NUMBER).await;
    let worn = app.codes(NUMBER).await.pop().unwrap();
    for _ in 0..5 {
        assert_eq!(confirm("00000000").await.status, 422);
    }
    assert_eq!(confirm(&worn).await.status, 422, "five wrong ones void it");
    app.ask(&caller, NUMBER).await;
    let older = app.codes(NUMBER).await.pop().unwrap();
    app.ask(&caller, "+491709999999").await;
    assert_eq!(confirm(&older).await.status, 422, "only the newest counts");
    // A code for a phone opens nothing else.
    let newest = app.codes("+491709999999").await.pop().unwrap();
    let email = app.post_as(&caller, "/v1/identity/email/confirm", json!({ "code": newest })).await;
    assert_eq!(email.status, 422);
}

#[tokio::test]
async fn line_07_codes_to_phones_are_limited_by_user_number_and_day() {
    let app = App::start().await;
    for name in ["ann", "bob"] {
        let (_, tokens) = app.signed_in(name).await;
        let asked = if name == "ann" { 3 } else { 2 };
        for _ in 0..asked {
            assert_eq!(app.ask(&tokens.caller(), NUMBER).await.status, 202);
        }
    }
    let (_, tokens) = app.signed_in("eve").await;
    let caller = tokens.caller();
    let refused = app.ask(&caller, NUMBER).await;
    assert_eq!(refused.problem(), (429, "identity.rate_limited", ""), "five to a number");
    assert_eq!(refused.headers["retry-after"], "3600");
    for last in 0..10 {
        assert_eq!(app.ask(&caller, &format!("+49170123456{last:02}")).await.status, 202);
    }
    assert_eq!(app.ask(&caller, "+4917099999").await.status, 429, "ten for a user");
    app.pass(24 * 3_600 + 1);
    let (_, tokens) = app.signed_in("ida").await;
    assert_eq!(app.ask(&tokens.caller(), NUMBER).await.status, 202, "the next day");
}

#[tokio::test]
async fn line_07_codes_to_phones_are_limited_for_the_caller_and_for_the_bank() {
    let limited = with(|phones| phones.codes_per_day_max = 4);
    let app = App::start_with(limited).await;
    let (_, tokens) = app.signed_in("ann").await;
    for last in 0..4 {
        assert_eq!(app.ask(&tokens.caller(), &format!("+4917012345{last}")).await.status, 202);
    }
    let (_, tokens) = app.signed_in("bob").await;
    assert_eq!(app.ask(&tokens.caller(), "+491701").await.status, 400);
    assert_eq!(app.ask(&tokens.caller(), "+49170123459").await.status, 429, "all together");
    let mut limits = options();
    limits.limits = Limits::default();
    let app = App::start_with(limits).await;
    let (_, tokens) = app.signed_in("ann").await;
    for last in 0..3 {
        assert_eq!(app.ask(&tokens.caller(), &format!("+4917012345{last}")).await.status, 202);
    }
    let refused = app.ask(&tokens.caller(), "+49170123459").await;
    assert_eq!(refused.status, 429, "three at once for a user");
}

#[tokio::test]
async fn deleting_users_gives_no_new_codes() {
    let app = App::start().await;
    for name in ["ann", "bob", "eve", "ida", "joe"] {
        let (_, tokens) = app.signed_in(name).await;
        app.add_phone(&tokens.caller(), NUMBER).await;
        let body = json!({ "password": crate::bank::PASSWORD }).to_string();
        let gone =
            app.send(Method::DELETE, "/v1/identity/profile", &tokens.caller(), Some(body)).await;
        assert_eq!(gone.status, 204, "{gone:?}");
    }
    let kept = app.count("select count(*) from identity.phones").await
        + app.count("select count(*) from identity.challenges where email like '+%'").await;
    assert_eq!(kept, 0, "nothing is kept of who has left");
    let (_, tokens) = app.signed_in("kim").await;
    assert_eq!(app.ask(&tokens.caller(), NUMBER).await.status, 429);
    // What is counted is forgotten, and can't be read.
    app.pass(3 * 24 * 3_600);
    app.bus.settle().await;
    assert_eq!(app.count("select count(*) from identity.phone_codes").await, 0);
}

#[tokio::test]
async fn phones_are_refused_where_none_can_be_reached() {
    let app = App::start_with(with(|phones| phones.is_available = false)).await;
    let (_, tokens) = app.signed_in("ann").await;
    let caller = tokens.caller();
    assert_eq!(app.ask(&caller, NUMBER).await.problem(), (422, "identity.phone.unavailable", ""));
    assert_eq!(app.get_as(&caller, PHONE).await.body["is_available"], false);
    let app = App::start_with(with(|phones| phones.prefixes = vec!["+43".to_owned()])).await;
    let (_, tokens) = app.signed_in("ann").await;
    let refused = app.ask(&tokens.caller(), NUMBER).await;
    assert_eq!(refused.problem(), (422, "identity.phone.country_refused", ""));
    assert_eq!(app.ask(&tokens.caller(), "+4366012345678").await.status, 202);
    let malformed = app.ask(&tokens.caller(), "0170 1234567").await;
    assert_eq!(malformed.problem(), (400, "request.body.invalid", "/number"));
    let nobody = app.ask(&Caller::default(), NUMBER).await;
    assert_eq!(nobody.status, 401);
}
