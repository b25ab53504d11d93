//! What users do with webhooks and their secrets, and how webhooks end.

use std::collections::HashSet;
use std::time::Duration;

use axum::http::Method;
use identity::{Actor, ActorKind, ApiKeyId};
use kernel::audit::{self, EntryFilter};
use serde_json::{Value, json};

use super::harness::{Harness, ROOT, session_of};
use super::receiver::{Receiver, Reply};
use super::{DAY, accepting, ann, bob, statuses};

#[tokio::test]
async fn gone_disables_and_tells_the_user() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|_| Reply::Status(410)).await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    let other = accepting().await;
    app.hook(ann(), &other).await;
    app.tell(ann(), 1).await;
    let webhook = app.get(ann(), &hook).await;
    assert_eq!(
        (&webhook.body["is_enabled"], &webhook.body["disabled_reason"]),
        (&json!(false), &json!("gone"))
    );
    app.tell(ann(), 2).await;
    assert_eq!(receiver.count(), 1);
    let kinds: Vec<Value> = other.received().iter().map(|it| it.json()["type"].clone()).collect();
    assert_eq!(kinds, ["deposit.succeeded", "webhook.disabled", "deposit.succeeded"]);
    let told = &other.received()[1].json()["data"];
    assert_eq!((&told["webhook_host"], &told["reason"]), (&json!("127.0.0.1"), &json!("gone")));
    assert!(!told.to_string().contains("key=7"), "an address may hold a token");
}

#[tokio::test]
async fn both_secrets_sign_during_the_overlap_and_then_only_the_new_one() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, old) = app.hook(ann(), &receiver).await;
    let rotate = format!("{hook}/rotate-secret");
    let headers = [("idempotency-key", "k")];
    let body = json!({ "overlap_s": 3_600 });
    let rotated =
        app.send(session_of(ann()), Method::POST, &rotate, &headers, Some(body.clone())).await;
    let again = app.send(session_of(ann()), Method::POST, &rotate, &headers, Some(body)).await;
    assert_eq!((rotated.status, again.status), (200, 200));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(rotated.body["secret"], again.body["secret"], "a repeat rotates nothing");
    let new = rotated.body["secret"].as_str().unwrap();
    assert_ne!(new, old);
    assert!(rotated.body["secret_overlap_until"].is_string());
    app.tell(ann(), 1).await;
    let first = &receiver.received()[0];
    assert!(first.verifies(&old) && first.verifies(new));
    app.pass(Duration::from_secs(3_601)).await;
    app.tell(ann(), 2).await;
    let second = &receiver.received()[1];
    assert!(second.is_signed_with(new) && !second.is_signed_with(&old));
    assert!(app.get(ann(), &hook).await.body.get("secret_overlap_until").is_none());
    let hard = app.post(ann(), &rotate, json!({})).await;
    app.tell(ann(), 3).await;
    let third = &receiver.received()[2];
    assert!(
        third.is_signed_with(hard.body["secret"].as_str().unwrap()) && !third.is_signed_with(new)
    );
    let long = app.post(ann(), &rotate, json!({ "overlap_s": 604_801 })).await;
    assert_eq!(long.problem(), (400, "request.body.invalid", "/overlap_s"));
}

#[tokio::test]
async fn endpoint_that_fails_for_days_is_warned_of_and_then_disabled() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|_| Reply::Status(503)).await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    for hours in 1..=120 {
        app.pass(Duration::from_secs(3_600)).await;
        if hours % 12 == 0 {
            app.tell(ann(), hours).await;
        }
        let kinds: Vec<String> = app.alarms().await.into_iter().map(|event| event.kind).collect();
        match hours {
            ..24 => assert!(kinds.is_empty(), "after {hours} h"),
            48..119 => assert_eq!(kinds, ["notifications.webhook.failing"], "after {hours} h"),
            _ => {}
        }
    }
    app.pass(DAY).await;
    let kinds: Vec<String> = app.alarms().await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["notifications.webhook.failing", "notifications.webhook.disabled"]);
    let webhook = app.get(ann(), &hook).await;
    assert_eq!(webhook.body["disabled_reason"], "failing");
    assert!(!statuses(&app.log(ann(), &hook).await).contains(&"pending"));
    // Switched on again it starts anew, and what it missed comes by a replay.
    let path = format!("{hook}/enable");
    let enabled = app.send(session_of(ann()), Method::POST, &path, &[], None).await;
    assert_eq!((enabled.status, &enabled.body["is_enabled"]), (200, &json!(true)));
    assert!(enabled.body.get("failing_since").is_none());
    receiver.behave(|_| Reply::Status(200));
    let before = receiver.count();
    app.post(ann(), &format!("{hook}/replay"), json!({ "after_sequence": 0 })).await;
    app.settle().await;
    let log = app.log(ann(), &hook).await;
    assert!(receiver.count() > before && statuses(&log).iter().all(|it| *it == "succeeded"));
}

#[tokio::test]
async fn disabled_webhook_gets_nothing_and_what_waits_is_cancelled() {
    let app = Harness::start().await;
    let receiver = Receiver::start(|_| Reply::Status(500)).await;
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    let path = format!("{hook}/disable");
    let disabled = app.send(session_of(ann()), Method::POST, &path, &[], None).await;
    assert_eq!((disabled.status, &disabled.body["disabled_reason"]), (200, &json!("user")));
    app.tell(ann(), 2).await;
    app.pass(DAY).await;
    assert_eq!(receiver.count(), 1);
    assert_eq!(statuses(&app.log(ann(), &hook).await), ["cancelled"]);
    let test = app.send(session_of(ann()), Method::POST, &format!("{hook}/test"), &[], None).await;
    assert_eq!(test.problem(), (409, "notifications.webhook.disabled", ""));
    assert!(app.alarms().await.is_empty(), "the user knows");
}

#[tokio::test]
async fn line_15_webhook_of_another_user_is_unknown() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, _) = app.hook(ann(), &receiver).await;
    app.tell(ann(), 1).await;
    let delivery = app.log(ann(), &hook).await[0]["id"].as_str().unwrap().to_owned();
    let mine = app.hook(bob(), &receiver).await.0;
    let empty = || Some(json!({}));
    let all = [
        (Method::GET, hook.clone(), None),
        (Method::PATCH, hook.clone(), empty()),
        (Method::DELETE, hook.clone(), None),
        (Method::GET, format!("{hook}/secret"), None),
        (Method::POST, format!("{hook}/rotate-secret"), empty()),
        (Method::POST, format!("{hook}/enable"), None),
        (Method::POST, format!("{hook}/disable"), None),
        (Method::POST, format!("{hook}/test"), None),
        (Method::GET, format!("{hook}/deliveries"), None),
        (Method::POST, format!("{hook}/deliveries/{delivery}/resend"), None),
        (Method::POST, format!("{hook}/replay"), Some(json!({ "after_sequence": 0 }))),
        (Method::POST, format!("{mine}/deliveries/{delivery}/resend"), None),
    ];
    for (method, path, body) in all {
        let headers = [("if-match", "*")];
        let answer = app.send(session_of(bob()), method.clone(), &path, &headers, body).await;
        assert_eq!(answer.problem().0, 404, "{method} {path}");
    }
    app.settle().await;
    assert_eq!(app.get(bob(), ROOT).await.body["data"].as_array().unwrap().len(), 1);
    let webhook = app.get(ann(), &hook).await;
    assert_eq!((webhook.status, &webhook.body["version"]), (200, &json!(1)));
    assert_eq!(receiver.count(), 1);
    let operator = app.send(Actor::OPERATOR, Method::GET, ROOT, &[], None).await;
    assert_eq!(operator.problem().1, "identity.actor.no_user");
}

#[tokio::test]
async fn line_16_unknown_and_wrong_fields_are_refused_by_name() {
    let app = Harness::start().await;
    let check = async |body: Value, code: &str, pointer: &str| {
        let answer = app.post(ann(), ROOT, body.clone()).await;
        assert_eq!(answer.problem(), (400, code, pointer), "{body}");
    };
    let url = "https://example.com/";
    check(
        json!({ "url": url, "kinds": ["*"], "secret": "whsec_x" }),
        "request.body.invalid",
        "/secret",
    )
    .await;
    check(json!({ "url": url }), "request.body.invalid", "").await;
    check(json!({ "url": url, "kinds": [] }), "notifications.webhook.kinds_count", "/kinds").await;
    check(
        json!({ "url": url, "kinds": ["*", "A"] }),
        "notifications.webhook.kind_malformed",
        "/kinds/1",
    )
    .await;
    check(
        json!({ "url": "https://a b/", "kinds": ["*"] }),
        "notifications.webhook.url_refused",
        "/url",
    )
    .await;
    let long = json!({ "url": url, "kinds": ["*"], "description": "a\nb" });
    check(long, "notifications.webhook.description_malformed", "/description").await;
    let query = app.get(ann(), &format!("{ROOT}?filter=1")).await;
    assert_eq!(query.problem(), (400, "request.query.invalid", "query:filter"));
}

#[tokio::test]
async fn webhook_is_changed_by_version_and_removed() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    let (hook, _) = app.hook_at(ann(), "https://example.com/").await;
    let patch = async |tag: &str, body: Value| {
        let headers = [("if-match", tag)];
        app.send(session_of(ann()), Method::PATCH, &hook, &headers, Some(body)).await
    };
    let change = json!({ "url": receiver.url(), "description": "Books", "kinds": ["deposit.*"] });
    let changed = patch("\"1\"", change.clone()).await;
    assert_eq!((changed.status, &changed.headers["etag"].to_str().unwrap()), (200, &"\"2\""));
    assert_eq!(changed.body["description"], "Books");
    let stale = patch("\"1\"", change).await;
    assert_eq!(stale.problem(), (412, "notifications.webhook.version_mismatch", ""));
    let cleared = patch("\"2\"", json!({ "description": null })).await;
    assert!(
        cleared.body.get("description").is_none() && cleared.body["kinds"] == json!(["deposit.*"])
    );
    let missing = app.send(session_of(ann()), Method::PATCH, &hook, &[], Some(json!({}))).await;
    assert_eq!(missing.problem().0, 428);
    app.tell(ann(), 1).await;
    assert_eq!(receiver.count(), 1);
    let removed = app.send(session_of(ann()), Method::DELETE, &hook, &[], None).await;
    assert_eq!(removed.status, 204);
    app.tell(ann(), 2).await;
    assert_eq!((receiver.count(), app.get(ann(), &hook).await.status), (1, 404));
}

#[tokio::test]
async fn creation_repeats_harmlessly_and_ends_at_twenty() {
    let app = Harness::start().await;
    let create = async |key: &str, url: &str| {
        let body = json!({ "url": url, "kinds": ["*"] });
        let headers = [("idempotency-key", key)];
        app.send(session_of(ann()), Method::POST, ROOT, &headers, Some(body)).await
    };
    let first = create("k0", "https://example.com/").await;
    let again = create("k0", "https://example.com/").await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(first.headers["location"], again.headers["location"]);
    let other = create("k0", "https://example.org/").await;
    assert_eq!(other.problem().1, "request.idempotency_key.reused");
    for n in 1..20 {
        assert_eq!(create(&format!("k{n}"), "https://example.com/").await.status, 201);
    }
    let (left, right) =
        tokio::join!(create("k20", "https://a.com/"), create("k21", "https://a.com/"));
    assert_eq!(left.problem(), (409, "notifications.webhook.too_many", ""));
    assert_eq!(right.problem().0, 409);
    let page = app.get(ann(), &format!("{ROOT}?limit=15")).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = app.get(ann(), &format!("{ROOT}?limit=15&cursor={cursor}")).await;
    assert_eq!(rest.body["data"].as_array().unwrap().len(), 5);
    assert_eq!(rest.body["next_cursor"], Value::Null);
}

#[tokio::test]
async fn line_30_secret_is_shown_to_sessions_only_and_stored_sealed() {
    let app = Harness::start().await;
    let (hook, secret) = app.hook_at(ann(), "https://example.com/").await;
    for path in [hook.clone(), ROOT.to_owned()] {
        assert!(!app.get(ann(), &path).await.body.to_string().contains("whsec_"));
    }
    let shown = app.get(ann(), &format!("{hook}/secret")).await;
    assert_eq!(shown.body, json!({ "secret": secret }));
    let kind = ActorKind::ApiKey { user: ann(), key: ApiKeyId::from_u128(1) };
    let program = Actor { kind, ..session_of(ann()) };
    let refused = app.send(program, Method::GET, &format!("{hook}/secret"), &[], None).await;
    assert_eq!(refused.problem(), (403, "identity.actor.no_session", ""));
    let filter = EntryFilter { subject: Some(ann().as_u128()), ..EntryFilter::default() };
    let entries = audit::entries(app.database(), &filter, None, 10).await.unwrap();
    let actions: HashSet<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert!(actions.contains("notifications.webhook.secret_shown"), "{actions:?}");
    assert!(actions.contains("notifications.webhook.created"));
    let client = app.database().client().await.unwrap();
    let sql =
        "select w::text || coalesce((select string_agg(e::text, '') from audit.entries e), '')
          from notifications.webhook_endpoints w";
    let rows: String = client.query_one(sql, &[]).await.unwrap().get(0);
    let bytes =
        base64::Engine::decode(&base64::prelude::BASE64_STANDARD, &secret["whsec_".len()..]);
    let digits =
        bytes.unwrap().iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    assert!(!rows.contains(&secret) && !rows.contains(&digits));
}

#[tokio::test]
async fn deleted_user_has_no_webhooks_any_more() {
    let (app, receiver) = (Harness::start().await, accepting().await);
    app.hook(ann(), &receiver).await;
    app.hook(bob(), &receiver).await;
    app.publish("identity", "identity.user.deleted", ann(), json!({})).await;
    app.settle().await;
    assert_eq!(app.get(ann(), ROOT).await.body["data"], json!([]));
    assert_eq!(app.get(bob(), ROOT).await.body["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn line_30_repeated_creation_does_not_show_a_secret_that_was_rotated_since() {
    let app = Harness::start().await;
    let body = json!({ "url": "https://example.com/", "kinds": ["*"] });
    let create = async || {
        let headers = [("idempotency-key", "k0")];
        app.send(session_of(ann()), Method::POST, ROOT, &headers, Some(body.clone())).await
    };
    let made = create().await;
    let hook = format!("{ROOT}/{}", made.body["id"].as_str().unwrap());
    let rotated = app.post(ann(), &format!("{hook}/rotate-secret"), json!({})).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let again = create().await;
    assert_eq!(again.problem().1, "request.idempotency_key.reused");
    assert!(!again.body.to_string().contains("whsec_"));
}
