//! The list in the app.

use axum::http::Method;
use identity::UserId;
use serde_json::{Value, json};

use crate::app::{App, event};

async fn with_events(count: usize) -> (App, UserId) {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    let data = json!({ "asset": "EUR", "amount": "1250", "scale": 2, "deposit_id": "dep_1" });
    let events = (0..count).map(|_| event("payments.deposit.succeeded", ann, data.clone()));
    app.publish_all(events.collect()).await;
    app.settle().await;
    (app, ann)
}

fn sequences(page: &Value) -> Vec<i64> {
    page["data"].as_array().unwrap().iter().map(|it| it["sequence"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn list_is_newest_first_and_goes_on_by_cursor() {
    let (app, ann) = with_events(5).await;
    let page = app.get_as(Some(ann), "/v1/notifications/inbox?limit=2").await;
    assert_eq!(sequences(&page.body), [5, 4]);
    assert!(page.headers["link"].to_str().unwrap().contains("rel=\"next\""));
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let page = app.get_as(Some(ann), &format!("/v1/notifications/inbox?cursor={cursor}")).await;
    assert_eq!(sequences(&page.body), [3, 2, 1]);
    assert_eq!(page.body["next_cursor"], Value::Null);
    assert_eq!(page.body["data"][0]["title"], "Your deposit of 12.50\u{a0}EUR has arrived");
    let wrong = app.get_as(Some(ann), "/v1/notifications/inbox?cursor=x").await;
    assert_eq!(wrong.problem(), (400, "request.cursor.invalid", "query:cursor"));
}

#[tokio::test]
async fn what_is_read_is_no_longer_unread() {
    let (app, ann) = with_events(3).await;
    let count = async || app.get_as(Some(ann), "/v1/notifications/inbox/unread-count").await.body;
    assert_eq!(count().await, json!({ "unread": 3, "has_more": false }));
    for _ in 0..2 {
        let read = app.post_as(Some(ann), "/v1/notifications/inbox/2/read", json!({})).await;
        assert_eq!(read.status, 204, "also the second time: {read:?}");
    }
    let unread = app.get_as(Some(ann), "/v1/notifications/inbox?unread=true").await;
    assert_eq!(sequences(&unread.body), [3, 1]);
    let read = app.get_as(Some(ann), "/v1/notifications/inbox?unread=false").await;
    assert_eq!(sequences(&read.body), [2]);
    assert!(read.body["data"][0]["read_at"].is_string());
    let up_to =
        app.post_as(Some(ann), "/v1/notifications/inbox/read-all", json!({ "up_to": 1 })).await;
    assert_eq!(up_to.body, json!({ "read": 1 }));
    let path = "/v1/notifications/inbox/read-all";
    let all = app.send(Method::POST, path, Some(crate::app::person(ann)), &[], None).await;
    assert_eq!((all.status, &all.body), (200, &json!({ "read": 1 })), "the body may be left out");
    assert_eq!(count().await, json!({ "unread": 0, "has_more": false }));
}

#[tokio::test]
async fn unread_are_counted_up_to_999() {
    let (app, ann) = with_events(1_001).await;
    let count = app.get_as(Some(ann), "/v1/notifications/inbox/unread-count").await;
    assert_eq!(count.body, json!({ "unread": 999, "has_more": true }));
}

#[tokio::test]
async fn nobody_reads_or_marks_what_belongs_to_others() {
    let (app, ann) = with_events(1).await;
    let eve = app.user("eve").await.id;
    let list = app.get_as(Some(eve), "/v1/notifications/inbox").await;
    assert!(sequences(&list.body).is_empty());
    let unknown = |answer: &crate::app::Answer| {
        assert_eq!(answer.problem(), (404, "notifications.event.not_found", ""));
    };
    unknown(&app.post_as(Some(eve), "/v1/notifications/inbox/1/read", json!({})).await);
    unknown(&app.post_as(Some(eve), "/v1/notifications/inbox/9/read", json!({})).await);
    app.post_as(Some(eve), "/v1/notifications/inbox/read-all", json!({})).await;
    let mine = app.get_as(Some(ann), "/v1/notifications/inbox/unread-count").await;
    assert_eq!(mine.body["unread"], 1);
}

#[tokio::test]
async fn malformed_input_is_refused_by_name() {
    let (app, ann) = with_events(1).await;
    for sequence in ["x", "-1", "01", "9007199254740992"] {
        let path = format!("/v1/notifications/inbox/{sequence}/read");
        let refused = app.post_as(Some(ann), &path, json!({})).await;
        assert_eq!(refused.problem(), (400, "request.path.invalid", "path:sequence"));
    }
    let path = "/v1/notifications/inbox/read-all";
    let refused = app.post_as(Some(ann), path, json!({ "upto": 1 })).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    let refused = app.post_as(Some(ann), path, json!({ "up_to": -1 })).await;
    assert_eq!(refused.problem().2, "/up_to");
    let refused = app.get_as(Some(ann), "/v1/notifications/inbox?unread=maybe").await;
    assert_eq!(refused.problem().2, "query:unread");
    for path in ["/v1/notifications/inbox", "/v1/notifications/inbox/unread-count"] {
        assert_eq!(app.get_as(None, path).await.status, 401, "{path}");
    }
    let operator =
        app.send(Method::GET, path_of_list(), Some(identity::Actor::OPERATOR), &[], None).await;
    assert_eq!(operator.problem().1, "identity.actor.no_user");
}

const fn path_of_list() -> &'static str {
    "/v1/notifications/inbox"
}
