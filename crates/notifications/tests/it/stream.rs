//! The stream: resumes without loss, wakes across processes, ends when it has to.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::Method;
use futures_util::StreamExt as _;
use identity::UserId;
use serde_json::json;

use crate::app::{App, event, options, person};

const PATH: &str = "/v1/notifications/stream";
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream as a browser reads it.
struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(app: &App, user: UserId, headers: &[(&'static str, &str)]) -> Self {
        let response = app.respond(Method::GET, PATH, Some(person(user)), headers, None).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let mut events =
            Self { body: response.into_body().into_data_stream(), text: String::new() };
        // The first block has no id: by then the stream has its place.
        events.block().await.expect("a stream begins with a comment");
        events
    }

    /// Up to the next empty line; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let data =
                tokio::time::timeout(PATIENCE, self.body.next()).await.expect("it goes on")?;
            self.text.push_str(std::str::from_utf8(&data.unwrap()).unwrap());
        }
    }

    /// The next event's id and kind.
    async fn next(&mut self) -> Option<(i64, String)> {
        let block = self.block().await?;
        let field = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{block}")).trim().to_owned()
        };
        let data: serde_json::Value = serde_json::from_str(&field("data:")).unwrap();
        assert_eq!(data["kind"], field("event:").as_str());
        Some((field("id:").parse().unwrap(), field("event:")))
    }
}

async fn tell(app: &App, user: UserId, count: usize) {
    let data = json!({ "asset": "EUR", "amount": "1", "scale": 2, "deposit_id": "dep_1" });
    let events = (0..count).map(|_| event("payments.deposit.succeeded", user, data.clone()));
    app.publish_all(events.collect()).await;
    app.settle().await;
}

#[tokio::test]
async fn stream_goes_on_after_the_last_event_without_loss() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    tell(&app, ann, 250).await;
    let mut events = Events::open(&app, ann, &[("last-event-id", "100")]).await;
    for sequence in 101..=250 {
        assert_eq!(events.next().await.unwrap().0, sequence);
    }
    tell(&app, ann, 2).await;
    assert_eq!(events.next().await.unwrap().0, 251);
    drop(events);
    tell(&app, ann, 2).await;
    let mut events = Events::open(&app, ann, &[("last-event-id", "251")]).await;
    for sequence in 252..=254 {
        assert_eq!(events.next().await.unwrap().0, sequence);
    }
}

#[tokio::test]
async fn without_a_place_it_begins_with_what_comes() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    tell(&app, ann, 3).await;
    let mut events = Events::open(&app, ann, &[]).await;
    tell(&app, ann, 1).await;
    assert_eq!(events.next().await.unwrap(), (4, "deposit.succeeded".to_owned()));
}

#[tokio::test]
async fn other_process_is_heard_within_a_second() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let mut events = Events::open(&app, ann, &[]).await;
    // The consumers run in a process of their own, with its own listener.
    let other = app.node().await;
    let bus = kernel::bus::Bus::new(app.database.database().clone(), app.clock.clone());
    let bus = notifications::workers(&other).register(bus).start();
    app.publish("identity.user.unfrozen", ann, json!({})).await;
    bus.settle().await;
    let heard = tokio::time::timeout(Duration::from_secs(1), events.next()).await;
    assert_eq!(heard.expect("within a second").unwrap().0, 1);
    bus.stop().await;
}

#[tokio::test]
async fn stream_ends_with_the_server_and_after_its_time_and_after_security_events() {
    let mut options = options();
    options.stream_max = Duration::from_millis(300);
    let app = App::start_with(options).await;
    let ann = app.user("ann").await.id;
    let mut timed = Events::open(&app, ann, &[]).await;
    assert_eq!(timed.next().await, None, "who may still read comes back and is asked again");

    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let mut events = Events::open(&app, ann, &[]).await;
    app.publish("identity.refresh_token.reused", ann, json!({ "ip": "192.0.2.7" })).await;
    app.settle().await;
    assert_eq!(events.next().await.unwrap().1, "security.refresh_token_reused");
    assert_eq!(events.next().await, None);

    let mut events = Events::open(&app, ann, &[]).await;
    app.stop.send_replace(true);
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn line_13_a_session_that_was_ended_hears_nothing_more() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let client = app.database.database().client().await.unwrap();
    // The session that the tests' callers have.
    let begin = "insert into identity.sessions (id, user_id, transport, ip, created_at,
            last_used_at, last_ip)
        values ('00000000-0000-0000-0000-000000000001', $1, 'token', '::1', now(), now(), '::1')";
    client.execute(begin, &[&ann]).await.unwrap();
    let mut events = Events::open(&app, ann, &[]).await;
    app.publish("payments.deposit.failed", ann, json!({})).await;
    app.settle().await;
    assert_eq!(events.next().await.unwrap().1, "deposit.failed");
    let end = "update identity.sessions set ended_at = now(), end_reason = 'ended'";
    client.execute(end, &[]).await.unwrap();
    app.publish("payments.deposit.failed", ann, json!({})).await;
    app.settle().await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn fourth_stream_is_refused_until_one_is_closed() {
    let app = App::start().await;
    let (ann, bob) = (app.user("ann").await.id, app.user("bob").await.id);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Events::open(&app, ann, &[]).await);
    }
    let refused = app.get_as(Some(ann), PATH).await;
    assert_eq!(refused.problem(), (429, "notifications.stream.too_many", ""));
    assert_eq!(refused.headers["retry-after"], "5");
    open.push(Events::open(&app, bob, &[]).await);
    open.remove(0);
    open.push(Events::open(&app, ann, &[]).await);
}

#[tokio::test]
async fn malformed_places_are_refused() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    for value in ["x", "-1", "1.5", "9007199254740992"] {
        let headers = [("last-event-id", value)];
        let refused = app.send(Method::GET, PATH, Some(person(ann)), &headers, None).await;
        assert_eq!(refused.problem().2, "header:last-event-id", "{value}");
        let refused = app.get_as(Some(ann), &format!("{PATH}?after={value}")).await;
        assert_eq!(refused.problem().2, "query:after", "{value}");
    }
    assert_eq!(app.get_as(None, PATH).await.status, 401);
}

#[tokio::test]
async fn long_log_and_slow_reader_make_no_stream_longer() {
    let mut options = options();
    options.stream_max = Duration::from_secs(2);
    let app = App::start_with(options).await;
    let ann = app.user("ann").await.id;
    tell(&app, ann, 250).await;
    let mut events = Events::open(&app, ann, &[("last-event-id", "0")]).await;
    assert_eq!(events.next().await.unwrap().0, 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(events.next().await, None, "there is more, but who reads it is asked again");
    let mut events = Events::open(&app, ann, &[("last-event-id", "1")]).await;
    assert_eq!(events.next().await.unwrap().0, 2);
    app.stop.send_replace(true);
    assert_eq!(events.next().await, None, "the server doesn't wait for the end of the log");
}
