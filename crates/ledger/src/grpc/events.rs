//! Calls about events: the journal in its sequence, to pull or as a stream.

use futures_util::{FutureExt, TryStreamExt, stream};
use proto::ledger::v1 as api;
use tokio::sync::watch;
use tonic::Status;

use super::fields::Fields;
use super::{Answers, Service, convert, errors};
use crate::error::LedgerError;
use crate::http::Stopping;
use crate::ledger::Ledger;
use crate::transfers::Transfer;

/// Events that are read at once for a stream.
const STREAM_PAGE: usize = 500;

/// Where a stream of events has come to.
struct Position {
    ledger: Ledger,
    committed: watch::Receiver<i64>,
    after: i64,
}

impl Service {
    pub(super) async fn list_events(
        &self,
        request: api::ListEventsRequest,
    ) -> Result<api::ListEventsResponse, Status> {
        let mut fields = Fields::default();
        let limit = fields.limit(request.limit);
        let after = fields.after(request.after);
        fields.finish()?;
        let events = self.ledger.events(after, limit.get()).await?;
        Ok(api::ListEventsResponse { events: events.iter().map(convert::event).collect() })
    }

    pub(super) fn events_to_come(
        &self,
        request: &api::StreamEventsRequest,
        stopping: Option<Stopping>,
    ) -> Result<Answers<api::Event>, Status> {
        let mut fields = Fields::default();
        let after = fields.after(request.after);
        fields.finish()?;
        let (ledger, committed) = (self.ledger.clone(), self.ledger.watch_committed()?);
        let position = Position { ledger, committed, after };
        let pages = stream::try_unfold(position, |mut position| async move {
            let page = position.next_page().await?;
            let events = page.into_iter().map(|event| Ok::<_, Status>(convert::event(&event)));
            Ok::<_, Status>(Some((stream::iter(events), position)))
        });
        let stopped = errors::stopped(stopping).map(Err).into_stream();
        let strategy = |_: &mut ()| stream::PollNext::Left;
        Ok(Box::pin(stream::select_with_strategy(stopped, pages.try_flatten(), strategy)))
    }
}

impl Position {
    /// The events after the position, at least one: waits until there is one.
    async fn next_page(&mut self) -> Result<Vec<Transfer>, LedgerError> {
        loop {
            // Seen before it is read: what is committed in between is waited for no longer.
            self.committed.borrow_and_update();
            let events = self.ledger.events(self.after, STREAM_PAGE).await?;
            if let Some(last) = events.last() {
                self.after = last.record.seq;
                return Ok(events);
            }
            // The leader has gone: the caller goes on with the next one.
            self.committed.changed().await.map_err(|_| LedgerError::Unavailable)?;
        }
    }
}
