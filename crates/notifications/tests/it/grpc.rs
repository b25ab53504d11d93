//! `bushel.notifications.v1.NotificationsService`, called within the process.

use futures_util::StreamExt as _;
use identity::Actor;
use kernel::http::Stopping;
use notifications::Notifications;
use proto::notifications::v1::notifications_service_client::NotificationsServiceClient;
use proto::notifications::v1::*;
use serde_json::json;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt as _;

use crate::app::{App, administrator, person};

macro_rules! call {
    ($app:expr, $call:ident, $message:expr, $actor:expr) => {{
        let service = notifications::grpc::service(Notifications::clone(&$app.notifications));
        let request = as_caller(&$app, $message, $actor);
        NotificationsServiceClient::new(service).$call(request).await.map(|it| it.into_inner())
    }};
}

fn as_caller<T>(app: &App, message: T, actor: impl Into<Option<Actor>>) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Stopping(app.stop.subscribe()));
    if let Some(actor) = actor.into() {
        request.extensions_mut().insert(actor);
    }
    request
}

fn reason(status: &Status) -> (Code, String) {
    (status.code(), status.get_error_details().error_info().unwrap().reason.clone())
}

#[tokio::test]
async fn list_count_read_and_feed() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    for _ in 0..3 {
        app.publish("payments.deposit.failed", ann, crate::sending::failed_deposit()).await;
    }
    app.settle().await;
    let me = person(ann);
    let page =
        call!(app, list_inbox, ListInboxRequest { limit: 2, ..Default::default() }, me).unwrap();
    let sequences: Vec<i64> = page.notifications.iter().map(|it| it.sequence).collect();
    assert_eq!(sequences, [3, 2]);
    let first = &page.notifications[0];
    assert_eq!(first.title, "Your deposit of 12.50\u{a0}EUR failed");
    assert!(first.data.as_ref().unwrap().fields.contains_key("deposit_id"));
    let rest = ListInboxRequest { cursor: page.next_cursor, ..Default::default() };
    assert_eq!(call!(app, list_inbox, rest, me).unwrap().notifications.len(), 1);
    call!(app, mark_read, MarkReadRequest { sequence: 2 }, me).unwrap();
    assert_eq!(call!(app, count_unread, CountUnreadRequest {}, me).unwrap().unread, 2);
    let up_to = MarkAllReadRequest { up_to: Some(1) };
    assert_eq!(call!(app, mark_all_read, up_to, me).unwrap().read, 1);
    let unread = ListInboxRequest { unread: Some(true), ..Default::default() };
    assert_eq!(call!(app, list_inbox, unread, me).unwrap().notifications.len(), 1);
    let feed = call!(app, list_events, ListEventsRequest { after: 1, limit: 0 }, me).unwrap();
    assert_eq!((feed.events.len(), feed.next_after), (2, 3));
    let missing = call!(app, mark_read, MarkReadRequest { sequence: 9 }, me).unwrap_err();
    assert_eq!(reason(&missing), (Code::NotFound, "notifications.event.not_found".to_owned()));
}

#[tokio::test]
async fn stream_goes_on_and_ends_with_the_server() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.publish("payments.deposit.failed", ann, crate::sending::failed_deposit()).await;
    app.settle().await;
    let from_start = StreamEventsRequest { after: Some(0) };
    let mut events = call!(app, stream_events, from_start, person(ann)).unwrap();
    let first = events.next().await.unwrap().unwrap().event.unwrap();
    assert_eq!((first.sequence, first.kind.as_str()), (1, "deposit.failed"));
    app.publish("payments.deposit.failed", ann, crate::sending::failed_deposit()).await;
    app.settle().await;
    assert_eq!(events.next().await.unwrap().unwrap().event.unwrap().sequence, 2);
    app.stop.send_replace(true);
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn preferences_are_replaced_by_version() {
    let app = App::start().await;
    let me = person(app.user("ann").await.id);
    let now = call!(app, get_preferences, GetPreferencesRequest {}, me).unwrap();
    assert_eq!((now.version, now.preferences.len()), (0, 55));
    let quiet = |kind: &str| NotificationPreference { kind: kind.to_owned(), ..Default::default() };
    let update = |kind, expected_version| UpdatePreferencesRequest {
        preferences: vec![quiet(kind)],
        expected_version,
    };
    let set = call!(app, update_preferences, update("transfer.sent", Some(0)), me).unwrap();
    assert_eq!(set.version, 1);
    let sent = set.preferences.iter().find(|it| it.kind == "transfer.sent").unwrap();
    assert!(!sent.in_app && !sent.email && !sent.webhook && !sent.is_required);
    let stale = call!(app, update_preferences, update("transfer.sent", Some(0)), me).unwrap_err();
    assert_eq!(reason(&stale).1, "notifications.preferences.changed");
    let security = call!(app, update_preferences, update("security.frozen", None), me).unwrap_err();
    assert_eq!(reason(&security).1, "notifications.preferences.security_required");
    let violations = security.get_error_details().bad_request().unwrap().field_violations.clone();
    assert_eq!(violations[0].field, "preferences.0");
}

#[tokio::test]
async fn staff_reads_mail_and_others_do_not() {
    let app = App::start().await;
    let ann = app.user("ann").await.id;
    app.publish("identity.password.changed", ann, json!({})).await;
    app.settle().await;
    let log = ListMessagesRequest { status: MailStatus::Kept.into(), ..Default::default() };
    let log = call!(app, list_messages, log, administrator()).unwrap();
    assert_eq!(log.messages[0].to, "ann@example.org");
    let mailbox = call!(app, list_mailbox, ListMailboxRequest::default(), administrator()).unwrap();
    assert!(mailbox.mails[0].text.is_empty());
    let id = mailbox.mails[0].id.clone();
    let mail =
        call!(app, get_mailbox_mail, GetMailboxMailRequest { id: id.clone() }, administrator())
            .unwrap();
    assert!(mail.mail.unwrap().text.contains("password"));
    let refused = call!(app, list_mailbox, ListMailboxRequest::default(), person(ann)).unwrap_err();
    assert_eq!(
        reason(&refused),
        (Code::PermissionDenied, "identity.permission.missing".to_owned())
    );
    call!(app, delete_mailbox_mail, DeleteMailboxMailRequest { id: id.clone() }, administrator())
        .unwrap();
    let gone =
        call!(app, get_mailbox_mail, GetMailboxMailRequest { id }, administrator()).unwrap_err();
    assert_eq!(reason(&gone).1, "notifications.mail.not_found");
    let list =
        call!(app, list_suppressions, ListSuppressionsRequest::default(), administrator()).unwrap();
    assert!(list.suppressions.is_empty());
    let lift = DeleteSuppressionRequest { address: "a@b.c".to_owned() };
    let missing = call!(app, delete_suppression, lift, administrator()).unwrap_err();
    assert_eq!(reason(&missing).1, "notifications.suppression.not_found");
}

#[tokio::test]
async fn nobody_and_nonsense_are_refused() {
    let app = App::start().await;
    let me = person(app.user("ann").await.id);
    let nobody = call!(app, count_unread, CountUnreadRequest {}, None).unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    let stream = call!(app, stream_events, StreamEventsRequest { after: None }, None).map(drop);
    assert_eq!(stream.unwrap_err().code(), Code::Unauthenticated);
    let field = |status: Status| {
        assert_eq!(status.code(), Code::InvalidArgument);
        status.get_error_details().bad_request().unwrap().field_violations[0].field.clone()
    };
    let limit = call!(app, list_events, ListEventsRequest { after: 0, limit: 201 }, me);
    assert_eq!(field(limit.unwrap_err()), "limit");
    let after = call!(app, list_events, ListEventsRequest { after: -1, limit: 0 }, me);
    assert_eq!(field(after.unwrap_err()), "after");
    let cursor = ListInboxRequest { cursor: "x".to_owned(), ..Default::default() };
    assert_eq!(field(call!(app, list_inbox, cursor, me).unwrap_err()), "cursor");
    let id = GetMailboxMailRequest { id: "x".to_owned() };
    assert_eq!(field(call!(app, get_mailbox_mail, id, administrator()).unwrap_err()), "id");
    let status = ListMessagesRequest { status: 99, ..Default::default() };
    // An unknown number of an enum is read as "not given" (proto3).
    call!(app, list_messages, status, administrator()).unwrap();
}
