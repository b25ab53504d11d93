//! Short messages: in the mailbox, and through providers of which one stands in for another.

use std::time::Duration;

use axum::http::Method;
use identity::UserId;
use serde_json::{Value, json};

use crate::app::{App, options, person};
use crate::outside::Outside;

const ANN: &str = "+491701234567";
const MINUTE: Duration = Duration::from_secs(60);
const CODE: &str = "challenge.verify_phone";

/// A provider of its own, and its URL.
async fn provider(arguments: &[&str]) -> (Outside, String) {
    let outside = Outside::start("sms_provider.py", arguments).await;
    let account = if arguments.is_empty() { "AC1" } else { "AC2" };
    let url = format!(
        "twilio://{account}:t0k%2Fen@127.0.0.1:{}?from=%2B15550100199&tls=none&timeout_s=1",
        outside.port
    );
    (outside, url)
}

async fn second_provider() -> (Outside, String) {
    provider(&["--account", "AC2"]).await
}

async fn app_with(urls: &[&str]) -> App {
    let mut options = options();
    options.sms = urls.iter().map(|url| url.parse().unwrap()).collect();
    App::start_with(options).await
}

async fn behave(provider: &mut Outside, behaviour: &str) {
    provider.ask(&json!({ "behave": behaviour }), "obeyed").await;
}

impl App {
    /// Asks for a code to a number, as identity does over HTTP.
    async fn ask_for_phone(&self, user: UserId, number: &str) {
        let asked = self.post_as(Some(user), "/v1/identity/phone", json!({ "number": number }));
        let asked = asked.await;
        assert_eq!(asked.status, 202, "{asked:?}");
    }

    /// Gives the user a phone by what the last message to it said.
    async fn confirm_phone(&self, user: UserId, text: &str) {
        let code = json!({ "code": text.split_whitespace().next().unwrap() });
        let done = self.post_as(Some(user), "/v1/identity/phone/confirm", code).await;
        assert_eq!(done.status, 200, "{done:?}");
    }

    async fn with_phone(&self, user: UserId, number: &str) {
        let sql =
            format!("insert into identity.phones values ('{}', '{number}', now())", user.as_uuid());
        self.sql(&sql).await;
    }

    /// The last short message to a number.
    async fn sms(&self, to: &str) -> Value {
        self.mails(&to.replace('+', "%2B")).await.pop().expect("a message was queued")
    }
}

#[tokio::test]
async fn without_a_provider_short_messages_are_in_the_mailbox() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    let row = app.sms(ANN).await;
    assert_eq!((&row["channel"], &row["status"]), (&json!("sms"), &json!("kept")), "{row}");
    assert_eq!((&row["kind"], &row["provider"]), (&json!(CODE), &json!("mailbox")));
    let list = app.staff(Method::GET, "/v1/notifications/mailbox?to=%2B491701234567").await;
    let kept = &list.body["data"][0];
    assert_eq!(
        (&kept["channel"], &kept["to"], &kept["subject"]),
        (&json!("sms"), &json!(ANN), &json!(""))
    );
    let path = format!("/v1/notifications/mailbox/{}", kept["id"].as_str().unwrap());
    let text = app.staff(Method::GET, &path).await.body["text"].as_str().unwrap().to_owned();
    assert!(text.contains("is your code for bank.example"), "{text}");
    let code = text.split_whitespace().next().unwrap();
    assert!(text.ends_with(&format!("\n\n@bank.example #{code}")), "{text}");
    app.confirm_phone(ann, &text).await;
    app.settle().await;
    // Both ways: mail says it, and the phone hears of what protects its user from now on.
    let mail = app.mails("ann@example.org").await.pop().unwrap();
    assert_eq!(mail["kind"], "security.phone_changed");
    assert_eq!(app.sms(ANN).await["kind"], "security.phone_changed");
    let filtered = "/v1/notifications/messages?filter[channel]=mail";
    let mails = app.staff(Method::GET, filtered).await.body["data"].as_array().unwrap().clone();
    assert!(!mails.is_empty() && mails.iter().all(|it| it["channel"] == "mail"), "{mails:?}");
    let leaks =
        format!("select count(*) from notifications.messages as m where m::text like '%{code}%'");
    assert_eq!(app.count(&leaks).await, 0, "codes are in the mailbox only");
}

#[tokio::test]
async fn a_provider_gets_what_twilio_asks_for_and_reports_back_signed() {
    let (mut outside, url) = provider(&[]).await;
    let app = app_with(&[&url]).await;
    let ann = app.user_with("ann", |ann| ann.locale = "de".to_owned()).await.id;
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    let message = outside.next("message").await;
    let form = &message["form"];
    assert_eq!(message["path"], "/2010-04-01/Accounts/AC1/Messages.json");
    assert_eq!(message["login"], "AC1:t0k/en");
    assert_eq!((&form["To"], &form["From"]), (&json!(ANN), &json!("+15550100199")));
    let text = form["Body"].as_str().unwrap();
    assert!(text.contains("ist Ihr Code für bank.example"), "{text}");
    app.confirm_phone(ann, text).await;
    let row = app.sms(ANN).await;
    assert_eq!((&row["status"], &row["attempts"]), (&json!("sent"), &json!(1)), "{row}");
    assert_eq!(row["provider"], format!("twilio 127.0.0.1:{}", outside.port));
    assert_eq!(row["reply"], "201 SM00000000000000000000000000000001");
    let callback = form["StatusCallback"].as_str().unwrap();
    let path = format!("/v1/notifications/sms/{}/status", row["id"].as_str().unwrap());
    assert_eq!(callback, format!("https://bank.example{path}"));
    let report = async |outside: &mut Outside, status: &str| {
        let fields = json!({ "AccountSid": "AC1", "MessageSid": "SM1", "MessageStatus": status,
            "ErrorCode": "30003", "To": ANN, "Body": "Äpfel & more" });
        let asked = json!({ "sign": { "url": callback, "fields": fields } });
        let signature = outside.ask(&asked, "signed").await["signature"].clone();
        app.form(&path, &fields, signature.as_str().unwrap()).await
    };
    assert_eq!(report(&mut outside, "sending").await.status, 204);
    assert_eq!(app.sms(ANN).await["status"], "sent");
    assert_eq!(report(&mut outside, "undelivered").await.status, 204);
    assert_eq!(app.sms(ANN).await["status"], "failed");
    assert_eq!(report(&mut outside, "delivered").await.status, 204);
    assert_eq!(report(&mut outside, "failed").await.status, 204, "late, and out of order");
    assert_eq!(app.sms(ANN).await["status"], "delivered");
}

#[tokio::test]
async fn reports_that_no_provider_has_signed_are_refused() {
    let (mut outside, url) = provider(&[]).await;
    let app = app_with(&[&url]).await;
    let ann = app.user("ann").await.id;
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    let id = app.sms(ANN).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/notifications/sms/{id}/status");
    let fields = json!({ "AccountSid": "AC1", "MessageStatus": "failed" });
    let sign =
        json!({ "sign": { "url": format!("https://bank.example{path}"), "fields": fields } });
    let signature = outside.ask(&sign, "signed").await["signature"].clone();
    let signature = signature.as_str().unwrap();
    let refused = (401, "notifications.sms.signature_refused", "");
    let others = json!({ "AccountSid": "AC2", "MessageStatus": "failed" });
    let changed = json!({ "AccountSid": "AC1", "MessageStatus": "delivered" });
    for (fields, signature) in
        [(&fields, ""), (&fields, "bm9uZQ=="), (&others, signature), (&changed, signature)]
    {
        assert_eq!(app.form(&path, fields, signature).await.problem(), refused);
    }
    // Signed for this message, and for no other.
    let other = "/v1/notifications/sms/mail_00000000000000000000000001/status";
    assert_eq!(app.form(other, &fields, signature).await.problem(), refused);
    assert_eq!(app.sms(ANN).await["status"], "sent");
    assert_eq!(app.form(&path, &fields, signature).await.status, 204);
}

#[tokio::test]
async fn a_provider_that_is_down_slow_or_broken_is_stood_in_for() {
    for behaviour in ["dead", "slow", "500", "429", "401", "21606"] {
        let (mut first, mut first_url) = provider(&[]).await;
        let (mut second, second_url) = second_provider().await;
        match behaviour {
            "dead" => {
                let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
                let port = free.local_addr().unwrap().port();
                first_url = first_url.replace(&first.port.to_string(), &port.to_string());
            }
            behaviour => behave(&mut first, behaviour).await,
        }
        let app = app_with(&[&first_url, &second_url]).await;
        let ann = app.user("ann").await.id;
        app.ask_for_phone(ann, ANN).await;
        app.settle().await;
        let row = app.sms(ANN).await;
        assert_eq!(
            (&row["status"], &row["attempts"]),
            (&json!("sent"), &json!(1)),
            "{behaviour} {row}"
        );
        assert_eq!(row["provider"], format!("twilio 127.0.0.1:{}", second.port), "{behaviour}");
        let taken = second.next("message").await;
        assert_eq!(taken["login"], "AC2:t0k/en");
        app.confirm_phone(ann, taken["form"]["Body"].as_str().unwrap()).await;
    }
}

#[tokio::test]
async fn a_number_that_is_none_is_not_tried_elsewhere() {
    let (mut first, first_url) = provider(&[]).await;
    let (second, second_url) = second_provider().await;
    behave(&mut first, "21211").await;
    let app = app_with(&[&first_url, &second_url]).await;
    let ann = app.user("ann").await.id;
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    let row = app.sms(ANN).await;
    assert_eq!(row["status"], "failed", "{row}");
    assert!(row["reply"].as_str().unwrap().starts_with("400 21211 "), "{row}");
    assert_eq!(second.rest("message").await.len(), 0);
    app.pass(10 * MINUTE);
    app.settle().await;
    assert_eq!(first.rest("message").await.len(), 1, "nor again");
}

#[tokio::test]
async fn what_nobody_answered_is_handed_over_twice_and_no_more() {
    let (mut first, first_url) = provider(&[]).await;
    let (mut second, second_url) = second_provider().await;
    behave(&mut first, "slow").await;
    behave(&mut second, "slow").await;
    let app = app_with(&[&first_url, &second_url]).await;
    let ann = app.user("ann").await.id;
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    assert_eq!(app.sms(ANN).await["status"], "unknown");
    for _ in 0..20 {
        app.pass(MINUTE);
        app.settle().await;
    }
    let dead = "select count(*) from bus.jobs
        where state = 'dead' and kind = 'notifications.sms.send'";
    assert_eq!(app.count(dead).await, 1, "staff decides");
    assert_eq!((first.rest("message").await.len(), second.rest("message").await.len()), (1, 1));
}

#[tokio::test]
async fn killed_while_it_hands_over_counts_as_no_answer() {
    let (mut outside, url) = provider(&[]).await;
    behave(&mut outside, "slow").await;
    let app = app_with(&[&url]).await;
    let ann = app.user("ann").await.id;
    app.with_phone(ann, ANN).await;
    app.publish("identity.user.frozen", ann, json!({})).await;
    let mut killed = 0;
    while killed < 2 {
        let bus = app.bus();
        outside.next("message").await;
        drop(bus);
        killed += 1;
        assert_eq!(app.sms(ANN).await["status"], "handing_over");
        // Longer than the lease of the job.
        app.pass(10 * MINUTE);
    }
    app.settle().await;
    assert_eq!(app.sms(ANN).await["status"], "unknown");
    assert_eq!(outside.rest("message").await.len(), 0, "twice at most");
}

#[tokio::test]
async fn a_provider_that_fails_rests_and_comes_back() {
    let (mut first, first_url) = provider(&[]).await;
    let (second, second_url) = second_provider().await;
    let app = app_with(&[&first_url, &second_url]).await;
    let mut provider_of = Vec::new();
    let mut send = async |app: &App, name: &str| {
        let user = app.user(name).await.id;
        let number = format!("+4917012345{:02}", provider_of.len());
        app.ask_for_phone(user, &number).await;
        app.settle().await;
        let row = app.sms(&number).await;
        assert_eq!(row["status"], "sent", "{name} {row}");
        let port = row["provider"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        provider_of.push(port);
        provider_of.last().unwrap().parse::<u16>().unwrap()
    };
    assert_eq!(send(&app, "ann").await, first.port);
    first.next("message").await;
    behave(&mut first, "500").await;
    for name in ["bob", "eve", "ida"] {
        assert_eq!(send(&app, name).await, second.port);
        first.next("message").await;
    }
    behave(&mut first, "take").await;
    assert_eq!(send(&app, "joe").await, second.port, "it rests, though it is back");
    app.pass(Duration::from_secs(31));
    assert_eq!(send(&app, "kim").await, first.port, "one tries, and it is back");
    assert_eq!(send(&app, "lea").await, first.port);
    assert_eq!(first.rest("message").await.len(), 2, "nobody asked it meanwhile");
}

#[tokio::test]
async fn when_all_providers_are_down_codes_wait_until_they_are_over() {
    let (mut outside, url) = provider(&[]).await;
    behave(&mut outside, "500").await;
    let app = app_with(&[&url]).await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    for _ in 0..20 {
        assert_eq!(app.sms(ANN).await["status"], "queued");
        app.pass(Duration::from_secs(16));
        app.settle().await;
    }
    behave(&mut outside, "take").await;
    for _ in 0..8 {
        app.pass(Duration::from_secs(16));
        app.settle().await;
    }
    assert_eq!(app.sms(ANN).await["status"], "sent", "within two minutes of its return");
    behave(&mut outside, "500").await;
    app.ask_for_phone(bob, "+491709999999").await;
    app.settle().await;
    app.pass(11 * MINUTE);
    behave(&mut outside, "take").await;
    app.settle().await;
    assert_eq!(app.sms("+491709999999").await["status"], "expired");
}

#[tokio::test]
async fn security_goes_to_the_phone_unless_it_was_switched_off_and_the_rest_if_it_is_wanted() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.with_phone(ann, ANN).await;
    let kinds = async || {
        let rows = app.mails("%2B491701234567").await;
        rows.iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let failed = crate::sending::failed_deposit();
    app.publish("payments.deposit.failed", ann, failed.clone()).await;
    app.publish("identity.user.frozen", ann, json!({})).await;
    app.settle().await;
    assert_eq!(kinds().await, ["security.frozen"]);
    let choose = json!({ "preferences": [
        { "kind": "deposit.failed", "in_app": true, "email": true, "webhook": true, "sms": true },
        { "kind": "security.frozen", "in_app": true, "email": true, "webhook": true, "sms": false },
    ] });
    let path = "/v1/notifications/preferences";
    let headers = [("if-match", "*")];
    let put = app.send(Method::PUT, path, Some(person(ann)), &headers, Some(choose)).await;
    assert_eq!(put.status, 200, "{put:?}");
    app.publish("payments.deposit.failed", ann, failed).await;
    app.publish("identity.user.frozen", ann, json!({})).await;
    app.settle().await;
    assert_eq!(kinds().await, ["security.frozen", "deposit.failed"]);
    let list = app.staff(Method::GET, "/v1/notifications/mailbox?to=%2B491701234567").await;
    let id = list.body["data"][0]["id"].as_str().unwrap().to_owned();
    let mail = app.staff(Method::GET, &format!("/v1/notifications/mailbox/{id}")).await.body;
    let expected = "Your deposit of 12.50 EUR failed. https://bank.example/deposits/dep_1";
    assert_eq!(mail["text"].as_str().unwrap().replace('\u{a0}', " "), expected);
}

#[tokio::test]
async fn line_07_a_phone_gets_twenty_messages_of_events_a_day() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.with_phone(ann, ANN).await;
    for _ in 0..3 {
        let ten = (0..10).map(|_| crate::app::event("identity.user.frozen", ann, json!({})));
        app.publish_all(ten.collect()).await;
        app.settle().await;
    }
    assert_eq!(app.mails("%2B491701234567").await.len(), 20);
    assert_eq!(app.mails("ann@example.org").await.len(), 30, "mail has it all");
    app.pass(Duration::from_secs(24 * 3_600 + 1));
    app.publish("identity.user.frozen", ann, json!({})).await;
    app.settle().await;
    assert_eq!(app.mails("%2B491701234567").await.len(), 21);
}

#[tokio::test]
async fn of_a_deleted_user_no_number_is_kept() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.ask_for_phone(ann, ANN).await;
    app.with_phone(ann, ANN).await;
    app.publish("identity.user.frozen", ann, json!({})).await;
    app.settle().await;
    assert!(app.mails("%2B491701234567").await.len() > 1);
    app.publish("identity.user.deleted", ann, json!({})).await;
    app.publish("identity.user.frozen", ann, json!({})).await;
    app.settle().await;
    let kept = "select (select count(*) from notifications.messages where to_address like '+%')
        + (select count(*) from notifications.mailbox where to_address like '+%')";
    assert_eq!(app.count(kept).await, 0);
}

#[tokio::test]
async fn line_30_the_token_is_nowhere() {
    let (mut outside, url) = provider(&["--account", "AC2", "--token", "other"]).await;
    let app = app_with(&[&url.replace("t0k%2Fen", "hunter2-canary")]).await;
    let ann = app.user("ann").await.id;
    app.ask_for_phone(ann, ANN).await;
    app.settle().await;
    outside.next("message").await;
    let row = app.sms(ANN).await;
    assert_eq!(row["reply"], "401 20003 Authenticate", "{row}");
    let leaks =
        "select (select count(*) from notifications.messages as m where m::text like '%hunter2%')
        + (select count(*) from bus.jobs as j where j::text like '%hunter2%')";
    assert_eq!(app.count(leaks).await, 0);
}
