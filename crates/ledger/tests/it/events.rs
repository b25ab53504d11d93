//! `/v1/ledger/events`.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request};
use futures_util::StreamExt;
use ledger::Stopping;
use serde_json::json;
use tower::ServiceExt;

use crate::app::App;

const EVENTS: &str = "/v1/ledger/events";

#[tokio::test]
async fn feed_is_gap_free_and_never_changes() {
    let app = App::with_accounts().await;
    let hold = json!({
        "kind": "pending", "debit_account": "bank", "credit_account": "ann", "asset": "EUR",
        "amount": "3", "timeout_s": 1,
    });
    let hold = app.make(hold).await;
    app.transfer("bank", "ann", 5).await;
    app.pass(2);
    let all = app.get(EVENTS).await;
    let kinds: Vec<_> =
        all.body["data"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["pending", "single", "expire"]);
    assert_eq!(all.body["data"][0], hold, "what became of it is in later events");
    assert_eq!(all.body["next_after"], 3);
    let rest = app.get(&format!("{EVENTS}?after=1&limit=1")).await;
    assert_eq!(
        (&rest.body["data"][0], &rest.body["next_after"]),
        (&all.body["data"][1], &json!(2))
    );
    let none = app.get(&format!("{EVENTS}?after=9007199254740991")).await;
    assert_eq!((&none.body["data"], none.status), (&json!([]), 200));
}

#[tokio::test]
async fn reader_can_wait_for_what_comes() {
    let app = App::with_accounts().await;
    let wait = [("prefer", "wait=20")];
    let (answer, ()) = tokio::join!(app.send(Method::GET, EVENTS, &wait, None), async {
        app.transfer("bank", "ann", 5).await;
    });
    assert_eq!(answer.body["next_after"], 1);
    assert_eq!(answer.headers["preference-applied"], "wait=20");
    let at_once =
        app.send(Method::GET, &format!("{EVENTS}?after=1"), &[("prefer", "wait=0")], None).await;
    assert_eq!(at_once.body["data"], json!([]));
}

#[tokio::test]
async fn stream_goes_on_from_the_last_event() {
    let app = App::with_accounts().await;
    app.transfer("bank", "ann", 5).await;
    app.transfer("bank", "ann", 6).await;
    let headers = [("accept", "text/event-stream"), ("last-event-id", "1")];
    let response = app.respond(Method::GET, EVENTS, &headers, None).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut body = response.into_body().into_data_stream();
    let mut next = async || {
        let chunk = tokio::time::timeout(Duration::from_secs(20), body.next()).await;
        chunk
            .expect("it comes soon")
            .map(|chunk| String::from_utf8(chunk.unwrap().to_vec()).unwrap())
    };
    let first = next().await.unwrap();
    assert!(first.contains("id: 2\n") && first.contains("event: transfer\n"), "{first}");
    assert!(first.contains(r#""amount":"6""#), "{first}");
    app.transfer("bank", "ann", 7).await;
    assert!(next().await.unwrap().contains("id: 3\n"));
    app.ledger.stop().await;
    assert_eq!(next().await, None, "the stream ends with the ledger");
}

#[tokio::test]
async fn stream_and_waiting_reader_end_when_the_server_stops() {
    let app = App::with_accounts().await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let call = async |name: &'static str, value: &'static str| {
        let request = Request::get(EVENTS).header(name, value);
        let request = request.extension(Stopping(stopping.clone())).body(Body::empty());
        let response = app.router.clone().oneshot(request.unwrap()).await.unwrap();
        let body = response.into_body().into_data_stream().count();
        tokio::time::timeout(Duration::from_secs(20), body).await.expect("it ends soon")
    };
    let stops = async { stop.send_replace(true) };
    let ends = tokio::join!(call("accept", "text/event-stream"), call("prefer", "wait=30"), stops);
    assert_eq!((ends.0, ends.1), (0, 1));
}

#[tokio::test]
async fn malformed_positions_are_refused() {
    let app = App::with_accounts().await;
    for query in ["after=-1", "after=x", "after=9007199254740992", "limit=0", "colour=red"] {
        assert_eq!(app.get(&format!("{EVENTS}?{query}")).await.problem().0, 400, "{query}");
    }
    let headers = [("accept", "text/event-stream"), ("last-event-id", "x")];
    let answer = app.send(Method::GET, EVENTS, &headers, None).await;
    assert_eq!(answer.problem(), (400, "request.header.invalid", "header:last-event-id"));
}
