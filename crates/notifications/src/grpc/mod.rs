//! Notifications over gRPC: the contracts `NotificationsService` and `WebhooksService` on top of
//! the use cases. The rules are theirs.

mod convert;
mod own;
mod staff;

use std::pin::Pin;
use std::str::FromStr;

use futures_util::Stream;
use identity::{Actor, UserId};
use kernel::http::Stopping;
use kernel::{Cursor, IdError, Limit};
use proto::failure;
use proto::notifications::v1 as api;
use proto::notifications::v1::notifications_service_server::{
    NotificationsService, NotificationsServiceServer,
};
use proto::notifications::v1::webhooks_service_server::{WebhooksService, WebhooksServiceServer};
use tonic::{Request, Response, Status};

pub(crate) use convert::time;

use crate::Notifications;
use crate::webhooks::grpc as webhooks_grpc;

/// The service of notifications and mail, for the server to mount.
pub fn service(
    notifications: Notifications,
) -> NotificationsServiceServer<impl NotificationsService> {
    NotificationsServiceServer::new(Service(notifications))
}

/// The service of webhooks, for the server to mount.
pub fn webhooks_service(
    notifications: &Notifications,
) -> WebhooksServiceServer<impl WebhooksService + use<>> {
    webhooks_grpc::service(notifications.webhooks.clone())
}

/// The calls stand with what they are about: `own` and `staff`.
struct Service(Notifications);

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The calls with one request and one answer.
macro_rules! unary {
    ($($call:ident: $request:ident => $response:ident,)*) => {
        #[tonic::async_trait]
        impl NotificationsService for Service {
            type StreamEventsStream = Answers<api::StreamEventsResponse>;

            $(async fn $call(
                &self,
                request: Request<api::$request>,
            ) -> Result<Response<api::$response>, Status> {
                let actor = actor(&request)?;
                Service::$call(self, actor, request.into_inner()).await.map(Response::new)
            })*

            async fn stream_events(
                &self,
                request: Request<api::StreamEventsRequest>,
            ) -> Result<Response<Self::StreamEventsStream>, Status> {
                let actor = actor(&request)?;
                let stopping = request.extensions().get::<Stopping>().cloned();
                let events = self.events_to_come(actor, request.get_ref(), stopping).await?;
                Ok(Response::new(events))
            }
        }
    };
}

unary! {
    list_inbox: ListInboxRequest => ListInboxResponse,
    count_unread: CountUnreadRequest => CountUnreadResponse,
    mark_read: MarkReadRequest => MarkReadResponse,
    mark_all_read: MarkAllReadRequest => MarkAllReadResponse,
    list_events: ListEventsRequest => ListEventsResponse,
    get_preferences: GetPreferencesRequest => GetPreferencesResponse,
    update_preferences: UpdatePreferencesRequest => UpdatePreferencesResponse,
    list_messages: ListMessagesRequest => ListMessagesResponse,
    list_mailbox: ListMailboxRequest => ListMailboxResponse,
    get_mailbox_mail: GetMailboxMailRequest => GetMailboxMailResponse,
    delete_mailbox_mail: DeleteMailboxMailRequest => DeleteMailboxMailResponse,
    list_suppressions: ListSuppressionsRequest => ListSuppressionsResponse,
    delete_suppression: DeleteSuppressionRequest => DeleteSuppressionResponse,
}

fn actor<T>(request: &Request<T>) -> Result<Actor, Status> {
    Actor::of(request.extensions()).map_err(refuse)
}

fn user(actor: &Actor) -> Result<UserId, Status> {
    actor.require_user().map_err(refuse)
}

fn refuse(problem: impl Into<kernel::Problem>) -> Status {
    failure::status(&problem.into())
}

/// An id in a field of a request.
pub(crate) fn id<I: FromStr<Err = IdError>>(field: &str, text: &str) -> Result<I, Status> {
    text.parse().map_err(|error: IdError| failure::invalid(field, error.to_string()))
}

/// How many are asked for; 0 is as many as by default.
pub(crate) fn limit(limit: u32) -> Result<Limit, Status> {
    if limit == 0 {
        return Ok(Limit::default());
    }
    Limit::try_new(limit.into()).map_err(|error| failure::invalid("limit", error.to_string()))
}

/// Where a page begins; an empty text is the first.
pub(crate) fn cursor<T: serde::de::DeserializeOwned>(text: &str) -> Result<Option<T>, Status> {
    let read = |text: &str| text.parse().map(|Cursor(position)| position);
    let position = (!text.is_empty()).then(|| read(text)).transpose();
    position
        .map_err(|error: kernel::page::CursorError| failure::invalid("cursor", error.to_string()))
}
