//! `/v1/notifications/push-subscriptions`: what a browser gets, decrypted and verified by other
//! people's libraries.

use std::time::Duration;

use axum::http::Method;
use identity::UserId;
use serde_json::{Value, json};

use crate::app::{Answer, App, options, person};
use crate::outside::Outside;

const PATH: &str = "/v1/notifications/push-subscriptions";
const MINUTE: Duration = Duration::from_secs(60);

/// An app that may reach the push service on this host.
async fn start() -> (App, Outside) {
    let mut options = options();
    options.webhooks.allowed = vec!["127.0.0.0/8".parse().unwrap()];
    let app = App::start_with(options).await;
    (app, Outside::start("push_service.py", &[]).await)
}

/// A new browser's subscription, as its page gets it.
async fn browser(outside: &mut Outside, name: &str) -> Value {
    outside.ask(&json!({ "subscribe": name }), "subscribed").await["subscription"].clone()
}

async fn answer_next(outside: &mut Outside, statuses: &[u16], headers: Value) {
    outside.ask(&json!({ "answer": statuses, "headers": headers }), "obeyed").await;
}

impl App {
    async fn subscribe(&self, user: UserId, subscription: &Value) -> Answer {
        self.post_as(Some(user), PATH, subscription.clone()).await
    }

    async fn browsers(&self, user: UserId) -> Vec<Value> {
        let list = self.get_as(Some(user), PATH).await;
        assert_eq!(list.status, 200, "{list:?}");
        list.body["push_subscriptions"].as_array().unwrap().clone()
    }

    async fn fail_deposit(&self, user: UserId) {
        self.publish("payments.deposit.failed", user, crate::sending::failed_deposit()).await;
        self.settle().await;
    }

    async fn pushes(&self) -> Vec<Value> {
        let path = "/v1/notifications/messages?filter[channel]=push&limit=200";
        let list = self.staff(Method::GET, path).await.body;
        list["data"].as_array().unwrap().iter().rev().cloned().collect()
    }
}

#[tokio::test]
async fn browsers_get_what_happens_encrypted_and_signed() {
    let (app, mut outside) = start().await;
    let ann = app.user_with("ann", |ann| ann.locale = "de".to_owned()).await.id;
    let key = app.get_as(Some(ann), "/v1/notifications/push-key").await;
    let key = key.body["public_key"].as_str().unwrap().to_owned();
    let subscription = browser(&mut outside, "firefox").await;
    let made = app.subscribe(ann, &subscription).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(made.headers["location"], format!("{PATH}/{id}"));
    assert_eq!(made.body["host"], format!("127.0.0.1:{}", outside.port));
    assert_eq!(app.subscribe(ann, &subscription).await.status, 200, "pages repeat it");
    app.fail_deposit(ann).await;
    let pushed = outside.next("message").await;
    let payload = &pushed["payload"];
    assert_eq!(
        payload["title"].as_str().unwrap().replace('\u{a0}', " "),
        "Ihre Einzahlung von 12,50 EUR ist fehlgeschlagen"
    );
    assert!(payload["body"].as_str().unwrap().contains("die Karte wurde abgelehnt"));
    assert_eq!((&payload["url"], &payload["tag"]), (&json!("/deposits/dep_1"), &json!("dep_1")));
    assert_eq!(payload.as_object().unwrap().len(), 4);
    let claims = &pushed["claims"];
    assert_eq!(claims["aud"], format!("http://127.0.0.1:{}", outside.port));
    assert_eq!(claims["sub"], "https://bank.example");
    assert_eq!(pushed["key"], key);
    let headers = &pushed["headers"];
    assert_eq!((&headers["ttl"], &headers["urgency"]), (&json!("86400"), &json!("normal")));
    assert_eq!(headers["content-encoding"], "aes128gcm");
    assert_eq!(headers["topic"].as_str().unwrap().len(), 32);
    let row = app.pushes().await.pop().unwrap();
    assert_eq!((&row["to"], &row["status"]), (&json!(id), &json!("sent")), "{row}");
    assert!(!app.browsers(ann).await[0]["last_sent_at"].is_null());
    let sealed = "select count(*) from notifications.push_keys
        where position('PRIVATE' in encode(sealed_secret, 'escape')) = 0";
    assert_eq!(app.count(sealed).await, 1, "one key, which is sealed");
}

#[tokio::test]
async fn only_what_the_user_chose_is_pushed_to_every_browser() {
    let (app, mut outside) = start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    app.with_euros().await;
    app.fund(bob, 10_000).await;
    app.fund(ann, 10_000).await;
    for name in ["firefox", "chromium"] {
        assert_eq!(app.subscribe(ann, &browser(&mut outside, name).await).await.status, 201);
    }
    let feed = app.notifications.start_feed();
    app.send_money(bob, "ann", json!({})).await;
    let caught_up = async {
        while app.log(ann).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), caught_up).await.unwrap();
    drop(feed);
    app.settle().await;
    let mut told: Vec<Value> = Vec::new();
    for _ in 0..app.pushes().await.len() {
        let pushed = outside.next("message").await;
        told.push(pushed["browser"].clone());
    }
    told.sort_by_key(ToString::to_string);
    told.dedup();
    assert_eq!(told, ["chromium", "firefox"]);
    let before = app.pushes().await.len();
    let off = json!({ "preferences": [
        { "kind": "deposit.failed", "in_app": true, "email": true, "webhook": true, "push": false },
    ] });
    let headers = [("if-match", "*")];
    let path = "/v1/notifications/preferences";
    let put = app.send(Method::PUT, path, Some(person(ann)), &headers, Some(off)).await;
    assert_eq!(put.status, 200, "{put:?}");
    app.fail_deposit(ann).await;
    assert_eq!(app.pushes().await.len(), before);
}

#[tokio::test]
async fn browsers_that_are_gone_are_forgotten_and_busy_push_services_are_asked_later() {
    let (app, mut outside) = start().await;
    let ann = app.user("ann").await.id;
    for status in [404, 410] {
        let subscription = browser(&mut outside, &format!("gone-{status}")).await;
        assert_eq!(app.subscribe(ann, &subscription).await.status, 201);
        answer_next(&mut outside, &[status], json!({})).await;
        app.fail_deposit(ann).await;
        assert_eq!(outside.next("message").await["status"], status);
        assert_eq!(app.browsers(ann).await.len(), 0, "{status}");
        let row = app.pushes().await.pop().unwrap();
        assert_eq!((&row["status"], &row["reply"]), (&json!("failed"), &json!(status.to_string())));
    }
    let subscription = browser(&mut outside, "busy").await;
    assert_eq!(app.subscribe(ann, &subscription).await.status, 201);
    answer_next(&mut outside, &[429], json!({ "Retry-After": "1800" })).await;
    app.fail_deposit(ann).await;
    outside.next("message").await;
    app.pass(29 * MINUTE);
    app.settle().await;
    assert_eq!(app.pushes().await.pop().unwrap()["attempts"], 1, "it asked for half an hour");
    answer_next(&mut outside, &[500], json!({})).await;
    app.pass(2 * MINUTE);
    app.settle().await;
    assert_eq!(outside.next("message").await["status"], 500);
    app.pass(2 * MINUTE);
    app.settle().await;
    assert_eq!(outside.next("message").await["status"], 201);
    let row = app.pushes().await.pop().unwrap();
    assert_eq!((&row["status"], &row["attempts"]), (&json!("sent"), &json!(3)), "{row}");
    // What no attempt helps with isn't tried again.
    answer_next(&mut outside, &[413], json!({})).await;
    app.fail_deposit(ann).await;
    app.pass(60 * MINUTE);
    app.settle().await;
    let row = app.pushes().await.pop().unwrap();
    assert_eq!((&row["status"], &row["attempts"]), (&json!("failed"), &json!(1)), "{row}");
    assert_eq!(app.browsers(ann).await.len(), 1);
}

#[tokio::test]
async fn what_was_not_pushed_in_a_day_is_of_no_use() {
    let (app, mut outside) = start().await;
    let ann = app.user("ann").await.id;
    let subscription = browser(&mut outside, "late").await;
    assert_eq!(app.subscribe(ann, &subscription).await.status, 201);
    answer_next(&mut outside, &[503], json!({})).await;
    app.fail_deposit(ann).await;
    app.pass(25 * 60 * MINUTE);
    app.settle().await;
    assert_eq!(app.pushes().await.pop().unwrap()["status"], "expired");
}

#[tokio::test]
async fn line_15_a_browser_tells_one_user_and_nobody_sees_anothers() {
    let (app, mut outside) = start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    let subscription = browser(&mut outside, "shared").await;
    let anns = app.subscribe(ann, &subscription).await.body;
    let path = format!("{PATH}/{}", anns["id"].as_str().unwrap());
    assert!(app.browsers(bob).await.is_empty());
    let foreign = app.send(Method::DELETE, &path, Some(person(bob)), &[], None).await;
    assert_eq!(foreign.problem(), (404, "notifications.push_subscription.not_found", ""));
    assert_eq!(app.browsers(ann).await.len(), 1);
    // Bob signs in on the same browser.
    let bobs = app.subscribe(bob, &subscription).await;
    assert_eq!(bobs.status, 201, "{bobs:?}");
    assert!(app.browsers(ann).await.is_empty());
    app.fail_deposit(ann).await;
    assert!(app.pushes().await.is_empty(), "nothing of ann's comes up before bob");
    let own = format!("{PATH}/{}", bobs.body["id"].as_str().unwrap());
    let gone = app.send(Method::DELETE, &own, Some(person(bob)), &[], None).await;
    assert_eq!(gone.status, 204);
    assert!(app.browsers(bob).await.is_empty());
}

#[tokio::test]
async fn another_password_and_the_end_of_a_user_unsubscribe_all() {
    let (app, mut outside) = start().await;
    let ann = app.user("ann").await.id;
    for kind in ["identity.password.changed", "identity.password.reset", "identity.user.deleted"] {
        let subscription = browser(&mut outside, "firefox").await;
        assert_eq!(app.subscribe(ann, &subscription).await.status, 201);
        app.publish(kind, ann, json!({})).await;
        app.settle().await;
        assert!(app.browsers(ann).await.is_empty(), "{kind}");
    }
    assert_eq!(app.pushes().await.len(), 0, "of a deleted user nothing is kept");
}

#[tokio::test]
async fn line_27_browsers_are_reached_at_public_addresses_only() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let mut outside = Outside::start("push_service.py", &[]).await;
    let good = browser(&mut outside, "local").await;
    let refused = (400, "notifications.push_subscription.endpoint_refused", "/endpoint");
    for endpoint in [
        good["endpoint"].as_str().unwrap(),
        "http://push.example.net/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/x",
        "https://[::1]/x",
        "https://user:password@push.example.net/x",
        "push",
    ] {
        let mut subscription = good.clone();
        subscription["endpoint"] = json!(endpoint);
        assert_eq!(app.subscribe(ann, &subscription).await.problem(), refused, "{endpoint}");
    }
    let mut public = good.clone();
    public["endpoint"] = json!("https://push.example.net/x");
    assert_eq!(app.subscribe(ann, &public).await.status, 201);
    // The rules may have changed since an address was stored.
    app.sql("update notifications.push_subscriptions set endpoint = 'https://10.0.0.1/x'").await;
    app.fail_deposit(ann).await;
    assert_eq!(app.pushes().await.pop().unwrap()["status"], "failed");
}

#[tokio::test]
async fn malformed_subscriptions_are_refused() {
    let (app, mut outside) = start().await;
    let ann = app.user("ann").await.id;
    let good = browser(&mut outside, "firefox").await;
    let with = |change: fn(&mut Value)| {
        let mut subscription = good.clone();
        change(&mut subscription);
        subscription
    };
    let keys = (400, "notifications.push_subscription.keys_malformed", "/keys");
    for bad in [
        with(|it| it["keys"]["auth"] = json!("AAAA")),
        with(|it| it["keys"]["p256dh"] = json!("AAAA")),
        with(|it| it["keys"]["p256dh"] = json!("not base64!")),
    ] {
        assert_eq!(app.subscribe(ann, &bad).await.problem(), keys);
    }
    // Line 16.
    let unknown = app.subscribe(ann, &with(|it| it["user"] = json!("x"))).await;
    assert_eq!(unknown.status, 400, "{unknown:?}");
    let nobody = app.post_as(None, PATH, good.clone()).await;
    assert_eq!(nobody.status, 401);
    for name in 0..20 {
        let subscription = browser(&mut outside, &name.to_string()).await;
        assert_eq!(app.subscribe(ann, &subscription).await.status, 201);
    }
    let last = app.subscribe(ann, &browser(&mut outside, "one-more").await).await;
    assert_eq!(last.problem(), (422, "notifications.push_subscriptions.too_many", ""));
}
