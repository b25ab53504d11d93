//! The log of messages over HTTP, for staff.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::{Actor, UserId};
use kernel::http::documents::ReadProblems;
use kernel::{Cursor, Limit, Page, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::MessageFilter;
use super::{Channel, Message, MessageStatus};
use crate::Notifications;
use crate::ids::MailId;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessagesParams {
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<MailId>>,
    /// Such as `sms`.
    #[serde(rename = "filter[channel]")]
    #[param(rename = "filter[channel]", inline)]
    channel: Option<Channel>,
    /// The address, in any case, the number of a phone, or the id of a push subscription.
    #[serde(rename = "filter[to]")]
    #[param(rename = "filter[to]", max_length = 320)]
    to: Option<String>,
    /// Such as `transfer.received`.
    #[serde(rename = "filter[kind]")]
    #[param(rename = "filter[kind]", max_length = 100)]
    kind: Option<String>,
    /// Where the message stands.
    #[serde(rename = "filter[status]")]
    #[param(rename = "filter[status]", inline)]
    status: Option<StatusJson>,
}

/// Where a message stands. `handing_over`: the server gets the text now. `delivered`: it reached the
/// phone. `kept`: it is in the mailbox. `expired`: it was of no use any more before it could be sent.
/// `unknown`: it was handed over, and nobody knows whether the server took it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailStatus)]
pub(crate) enum StatusJson {
    Queued,
    HandingOver,
    Sent,
    Delivered,
    Kept,
    Failed,
    Suppressed,
    Expired,
    Unknown,
}

/// A mail, a short message or a push message, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mail)]
pub(crate) struct MessageJson {
    id: MailId,
    channel: Channel,
    /// What it tells.
    #[schema(example = "transfer.received")]
    kind: String,
    /// Whom it tells something; null for somebody who is no user.
    #[schema(required)]
    user_id: Option<UserId>,
    /// An address, the number of a phone, or the id of a push subscription.
    #[schema(example = "ann@example.org")]
    to: String,
    #[schema(example = "en")]
    locale: String,
    status: StatusJson,
    /// Attempts that were begun.
    attempts: u32,
    /// Where it went: the server or provider, or `mailbox`.
    #[schema(required, example = "smtp mail.example.org:587")]
    provider: Option<String>,
    /// What that said last.
    #[schema(required, example = "250 2.0.0 Ok: queued")]
    reply: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Lists mail, short messages and push messages, newest first, for staff. What they say isn't here:
/// it is made when they are sent.
#[utoipa::path(
    get,
    path = "/v1/notifications/messages",
    operation_id = "notifications_messages_list",
    tag = "notifications",
    params(MessagesParams),
    responses((status = 200, description = "A page of messages.", body = Page<MessageJson>), ReadProblems),
)]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(params): Query<MessagesParams>,
) -> Result<Response, Problem> {
    let status = params.status.map(StatusJson::status);
    let MessagesParams { to, kind, channel, .. } = params;
    let filter = MessageFilter { to, kind, channel, status };
    let before = params.cursor.map(|Cursor(id)| id);
    let rows = notifications.messages(&actor, &filter, before, params.limit).await?;
    let page = Page::cut(rows, params.limit, |row| row.id, MessageJson::new);
    Ok(page.into_response_for(&uri))
}

impl StatusJson {
    const fn status(self) -> MessageStatus {
        match self {
            Self::Queued => MessageStatus::Queued,
            Self::HandingOver => MessageStatus::HandingOver,
            Self::Sent => MessageStatus::Sent,
            Self::Delivered => MessageStatus::Delivered,
            Self::Kept => MessageStatus::Kept,
            Self::Failed => MessageStatus::Failed,
            Self::Suppressed => MessageStatus::Suppressed,
            Self::Expired => MessageStatus::Expired,
            Self::Unknown => MessageStatus::Unknown,
        }
    }

    const fn of(status: MessageStatus) -> Self {
        match status {
            MessageStatus::Queued => Self::Queued,
            MessageStatus::HandingOver => Self::HandingOver,
            MessageStatus::Sent => Self::Sent,
            MessageStatus::Delivered => Self::Delivered,
            MessageStatus::Kept => Self::Kept,
            MessageStatus::Failed => Self::Failed,
            MessageStatus::Suppressed => Self::Suppressed,
            MessageStatus::Expired => Self::Expired,
            MessageStatus::Unknown => Self::Unknown,
        }
    }
}

impl MessageJson {
    pub(crate) fn new(message: Message) -> Self {
        Self {
            id: message.id,
            channel: message.channel,
            kind: message.kind,
            user_id: message.user,
            to: message.to,
            locale: message.locale,
            status: StatusJson::of(message.status),
            attempts: u32::try_from(message.attempt).unwrap_or_default(),
            provider: message.provider,
            reply: message.reply,
            created_at: message.created_at,
            updated_at: message.updated_at,
        }
    }
}
