//! The feed over HTTP: pulled page by page, or pushed as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use kernel::{Json, Limit, Problem, Query};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::documents::ReadProblems;
use crate::http::fields::Sequence;
use crate::http::{Stopping, header, malformed_header};
use crate::ledger::Ledger;
use crate::transfers::Transfer;
use crate::transfers::http::json::TransferJson;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const WAIT_S_MAX: u64 = 30;
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that a stream holds at most.
const STREAM_PAGE: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<Ledger> {
    OpenApiRouter::default().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsParams {
    /// The last sequence that the reader knows; 0 unless given.
    #[serde(default)]
    #[param(inline)]
    after: Sequence,
    /// How many events an answer holds. A stream has no such limit.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Committed transfers, in sequence and without gaps. They are shown as they were recorded.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Events)]
pub(crate) struct EventsJson {
    data: Vec<TransferJson>,
    /// What to give as `after` next.
    #[schema(value_type = Sequence)]
    next_after: i64,
}

/// The journal as a feed: every committed transfer, expiries too, in sequence without gaps.
///
/// With `Accept: text/event-stream` it is a stream that goes on with what comes: the `id` of each
/// event is its sequence, `data` the transfer; `Last-Event-ID` resumes.
#[utoipa::path(
    get,
    path = "/v1/ledger/events",
    operation_id = "ledger_events_list",
    tag = "ledger",
    params(
        EventsParams,
        ("Prefer" = Option<String>, Header, description = "`wait=N`: if there is nothing yet, wait up to N seconds, at most 30 (RFC 7240).", example = "wait=5"),
        ("Last-Event-ID" = Option<Sequence>, Header, description = "For streams: go on after this event. It wins over `after`."),
    ),
    responses(
        (status = 200, description = "Events after the sequence, oldest first.",
         content(
            (EventsJson = "application/json"),
            (String = "text/event-stream", example = "id: 1\nevent: transfer\ndata: {}\n\n"),
         ),
         headers(("Preference-Applied" = Option<String>, description = "`wait=N` if the server was asked to wait."))),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(ledger): State<Ledger>,
    stopping: Option<Extension<Stopping>>,
    headers: HeaderMap,
    Query(params): Query<EventsParams>,
) -> Result<Response, Problem> {
    let stopping = stopping.map(|Extension(stopping)| stopping);
    if wants_stream(&headers) {
        let after = last_event_id(&headers)?.unwrap_or(params.after);
        let feed = Feed::new(ledger, after.0, stopping)?;
        let heartbeat = KeepAlive::new().interval(HEARTBEAT);
        return Ok(Sse::new(feed.into_stream()).keep_alive(heartbeat).into_response());
    }
    let (after, limit) = (params.after.0, params.limit.get());
    let wait_s = wait_s(&headers);
    let mut events = ledger.events(after, limit).await?;
    if let Some(seconds) = wait_s.filter(|_| events.is_empty()) {
        let mut feed = Feed::new(ledger.clone(), after, stopping)?;
        // A timeout, a stop and the end of the ledger all mean: nothing has come.
        let _ = tokio::time::timeout(Duration::from_secs(seconds), feed.more()).await;
        events = ledger.events(after, limit).await?;
    }
    let next_after = events.last().map_or(after, |event| event.record.seq);
    let data = events.into_iter().map(TransferJson::as_recorded).collect();
    let mut response = Json(EventsJson { data, next_after }).into_response();
    if let Some(seconds) = wait_s {
        let applied = HeaderValue::try_from(format!("wait={seconds}")).expect("this is ASCII");
        response.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    Ok(response)
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepts = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.flat_map(|value| value.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("text/event-stream")
    })
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Sequence>, Problem> {
    let Some(text) = header(headers, &LAST_EVENT_ID)? else { return Ok(None) };
    let sequence = text.parse().map_err(|detail| malformed_header(&LAST_EVENT_ID, detail))?;
    Ok(Some(sequence))
}

/// What isn't understood is ignored, as RFC 7240 asks.
fn wait_s(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(','));
    let seconds = preferences.find_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        value.trim().trim_matches('"').parse::<u64>().ok().filter(|_| is_wait)
    });
    seconds.map(|seconds| seconds.min(WAIT_S_MAX))
}

/// A reader's place in the journal. It holds one page, whatever the writer does.
struct Feed {
    ledger: Ledger,
    committed: watch::Receiver<i64>,
    stopping: Option<Stopping>,
    after: i64,
    page: std::vec::IntoIter<Transfer>,
}

impl Feed {
    fn new(ledger: Ledger, after: i64, stopping: Option<Stopping>) -> Result<Self, Problem> {
        let committed = ledger.watch_committed()?;
        Ok(Self { ledger, committed, stopping, after, page: Vec::new().into_iter() })
    }

    /// Waits until something after the place is committed; false at the end.
    async fn more(&mut self) -> bool {
        let after = self.after;
        let committed = self.committed.wait_for(|seq| *seq > after);
        match &mut self.stopping {
            None => committed.await.is_ok(),
            Some(Stopping(stopping)) => tokio::select! {
                more = committed => more.is_ok(),
                // Whoever could say that the server stops may be gone: then it does.
                _ = stopping.wait_for(|stops| *stops) => false,
            },
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.as_ref().is_some_and(|Stopping(stopping)| *stopping.borrow())
    }

    /// The next event; `None` at the end. After a failure the client comes back to where it was.
    async fn next(&mut self) -> Option<Transfer> {
        while !self.is_stopping() {
            if let Some(event) = self.page.next() {
                self.after = event.record.seq;
                return Some(event);
            }
            if !self.more().await {
                return None;
            }
            let page = self.ledger.events(self.after, STREAM_PAGE).await.ok()?;
            if page.is_empty() {
                // What was announced is not there: this process no longer knows the journal.
                return None;
            }
            self.page = page.into_iter();
        }
        None
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut feed| async move {
            let event = feed.next().await?;
            Some((Ok(push(event)), feed))
        })
    }
}

fn push(transfer: Transfer) -> Event {
    let seq = transfer.record.seq;
    let data = serde_json::to_string(&TransferJson::as_recorded(transfer));
    let data = data.expect("a transfer has only strings and numbers");
    Event::default().id(seq.to_string()).event("transfer").data(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn preferences_are_read_and_others_ignored() {
        let check =
            |value, seconds| assert_eq!(wait_s(&headers(PREFER, value)), seconds, "{value}");
        check("wait=5", Some(5));
        check("respond-async, Wait = \"7\"", Some(7));
        check("wait=99999", Some(30));
        check("wait=soon", None);
        check("return=minimal", None);
        check("wait", None);
    }

    #[test]
    fn stream_is_asked_for_by_its_type() {
        assert!(wants_stream(&headers(ACCEPT, "text/event-stream")));
        assert!(wants_stream(&headers(ACCEPT, "*/*;q=0.1, Text/Event-Stream; q=1")));
        assert!(!wants_stream(&headers(ACCEPT, "application/json")));
        assert!(!wants_stream(&HeaderMap::new()));
    }

    #[test]
    fn last_event_id_is_a_sequence() {
        let read = |value| last_event_id(&headers(LAST_EVENT_ID, value)).map(|id| id.unwrap().0);
        assert_eq!(read("7").unwrap(), 7);
        assert_eq!(read("x").unwrap_err().status, 400);
    }
}
