//! Calls about events: the journal in its sequence, to pull or as a stream.

use futures_util::{TryStreamExt, stream};
use proto::ledger::v1 as api;
use tokio::sync::watch;
use tonic::Status;

use super::fields::Fields;
use super::{Answers, Service, convert};
use crate::error::LedgerError;
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
        check_after(request.after, &mut fields);
        fields.finish()?;
        let events = self.ledger.events(request.after, limit.get()).await?;
        Ok(api::ListEventsResponse { events: events.iter().map(convert::event).collect() })
    }

    pub(super) fn events_to_come(
        &self,
        request: &api::StreamEventsRequest,
    ) -> Result<Answers<api::Event>, Status> {
        let mut fields = Fields::default();
        check_after(request.after, &mut fields);
        fields.finish()?;
        let position = Position {
            ledger: self.ledger.clone(),
            committed: self.ledger.watch_committed()?,
            after: request.after,
        };
        let pages = stream::try_unfold(position, |mut position| async move {
            let page = position.next_page().await?;
            let events = page.into_iter().map(|event| Ok::<_, Status>(convert::event(&event)));
            Ok::<_, Status>(Some((stream::iter(events), position)))
        });
        Ok(Box::pin(pages.try_flatten()))
    }
}

fn check_after(after: i64, fields: &mut Fields) {
    if after < 0 {
        fields.refuse("after", "it is a sequence, or zero for all events");
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
