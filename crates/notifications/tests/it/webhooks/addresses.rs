//! Where webhooks may go: security line 27, with everything running.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use notifications::WebhookOptions;
use notifications::webhooks::{Resolver, Resolving};
use serde_json::{Value, json};

use super::harness::{Harness, ROOT, options};
use super::receiver::{Receiver, Reply};
use super::{accepting, ann, statuses};

/// Gives the addresses of its list one after the other, and the last one from then on.
struct Rebinding {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl Resolver for Rebinding {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.answers[asked.min(self.answers.len() - 1)].clone();
        Box::pin(async move { Ok(answer) })
    }
}

#[tokio::test]
async fn line_27_redirect_to_a_private_address_is_not_followed() {
    let app = Harness::start().await;
    let inside = accepting().await;
    let target = inside.url();
    let receiver = Receiver::start(move |_| Reply::With(301, "location", target.clone())).await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    assert_eq!((receiver.count(), inside.count()), (1, 0));
    let log = app.log(ann(), &hook).await;
    assert_eq!(log[0]["attempts"][0]["status"], 301);
    assert_eq!(
        log[0]["attempts"][0]["error"],
        "it answered with a redirect, which is not followed"
    );
    assert_eq!(statuses(&log), ["pending"]);
}

#[tokio::test]
async fn receiver_without_tls_gets_nothing_over_https() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let url = format!("https://{}/", receiver.address);
    let (hook, _) = app.hook_at(ann(), &url).await;
    app.tell(ann(), 1).await;
    let log = app.log(ann(), &hook).await;
    assert_eq!(receiver.count(), 0);
    assert_eq!(log[0]["attempts"][0]["error"], "no connection could be made");
}

#[tokio::test]
async fn line_27_name_that_moves_to_a_private_address_reaches_nothing() {
    let (good, bad): (IpAddr, IpAddr) =
        ("127.0.0.1".parse().unwrap(), "127.0.0.2".parse().unwrap());
    let answers = vec![vec![good], vec![bad], vec![good, bad], vec![]];
    let resolver = Arc::new(Rebinding { answers, asked: AtomicUsize::new(0) });
    let app = Harness::with(WebhookOptions {
        allowed: vec!["127.0.0.1/32".parse().unwrap()],
        resolver: resolver.clone(),
        ..options()
    })
    .await;
    let receiver = accepting().await;
    let port = receiver.address.port();
    let inside = Receiver::start_at(&format!("127.0.0.2:{port}"), |_| Reply::Status(200)).await;
    let (hook, _) = app.hook_at(ann(), &format!("http://hooks.example.com:{port}/")).await;
    app.tell(ann(), 1).await;
    assert_eq!(receiver.count(), 1, "the name was asked for, and what it said was used");
    assert_eq!(receiver.received()[0].header("host"), format!("hooks.example.com:{port}"));
    for amount in 2..=4 {
        app.tell(ann(), amount).await;
    }
    assert_eq!((receiver.count(), inside.count()), (1, 0));
    assert!(resolver.asked.load(Ordering::SeqCst) >= 4, "it is asked anew for each attempt");
    let log = app.log(ann(), &hook).await;
    let errors: Vec<&Value> = log.iter().rev().map(|it| &it["attempts"][0]["error"]).collect();
    let refused = "the name has an address that may not be reached";
    assert_eq!(errors[1..], [refused, refused, "the name has no address"]);
}

#[tokio::test]
async fn line_27_private_addresses_are_refused_at_creation() {
    let app = Harness::with(WebhookOptions { allowed: Vec::new(), ..options() }).await;
    for url in ["http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/"] {
        let body = json!({ "url": url, "kinds": ["*"] });
        let made = app.post(ann(), ROOT, body).await;
        assert_eq!(made.problem(), (400, "notifications.webhook.url_refused", "/url"), "{url}");
    }
}
