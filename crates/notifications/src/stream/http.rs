//! Server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::http::{Stopping, header, malformed_header};
use kernel::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Reader;
use crate::Notifications;
use crate::events::http::Sequence;
use crate::events::present::EventJson;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const HEARTBEAT: Duration = Duration::from_secs(15);
/// After the end of a stream, browsers come back after this time.
const COME_BACK: Duration = Duration::from_millis(200);

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    OpenApiRouter::default().routes(routes!(open))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamParams {
    /// The last sequence that the reader knows. Without it, and without `Last-Event-ID`, the
    /// stream begins with what comes next.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    after: Option<Sequence>,
}

/// The caller's log as server-sent events: the `id` of each is its sequence, `event` its kind,
/// `data` the notification. It begins with an `id` alone: the sequence after which it tells, so
/// that a reader who is cut off before the first event loses nothing either.
///
/// A stream ends after a minute, and after an event that concerns security; browsers come back by
/// themselves, and `Last-Event-ID` goes on where it ended, without loss. A user has at most three
/// streams at a time.
#[utoipa::path(
    get,
    path = "/v1/notifications/stream",
    operation_id = "notifications_stream_open",
    tag = "notifications",
    params(
        StreamParams,
        ("Last-Event-ID" = Option<i64>, Header, description = "Go on after this sequence. It wins over `after`.", minimum = 0, maximum = 9_007_199_254_740_991_i64),
    ),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream",
         example = "id: 6\n\nid: 7\nevent: transfer.received\ndata: {}\n\n"),
        ReadProblems,
    ),
)]
pub(crate) async fn open(
    State(notifications): State<Notifications>,
    actor: Actor,
    stopping: Option<Extension<Stopping>>,
    headers: HeaderMap,
    Query(params): Query<StreamParams>,
) -> Result<Response, Problem> {
    let user = actor.require_user()?;
    let after = last_event_id(&headers)?.or(params.after).map(|sequence| sequence.0);
    let stopping = stopping.map(|Extension(stopping)| stopping);
    let reader = Reader::open(notifications, (user, &actor), after, stopping).await?;
    let begin = Event::default().retry(COME_BACK).id(reader.after().to_string());
    let events = stream::unfold((Some(begin), reader), |(begin, mut reader)| async move {
        let event = match begin {
            Some(begin) => begin,
            None => push(&reader.next().await?),
        };
        Some((Ok::<_, Infallible>(event), (None, reader)))
    });
    let heartbeat = KeepAlive::new().interval(HEARTBEAT);
    Ok(Sse::new(events).keep_alive(heartbeat).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Sequence>, Problem> {
    let Some(text) = header(headers, &LAST_EVENT_ID)? else { return Ok(None) };
    let sequence = text.parse().map_err(|detail| malformed_header(&LAST_EVENT_ID, detail))?;
    Ok(Some(sequence))
}

fn push(event: &EventJson) -> Event {
    let data = serde_json::to_string(event).expect("a notification has text for keys");
    Event::default().id(event.sequence.to_string()).event(&event.kind).data(data)
}
