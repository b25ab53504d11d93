//! Who reads events.

use std::future::Future;

use deadpool_postgres::Transaction;

use super::worker::BoxFuture;
use super::{Event, JobError};

/// Handles the events of one context in order, in one process at a time.
///
/// What it writes through `tx` counts once. What it does elsewhere may be done twice, so calls to
/// the outside belong into a job: `enqueue_in_tx(tx, ..)`.
pub trait Consumer: Send + Sync + 'static {
    /// `notifications.mail`; its position is kept under this name.
    fn name(&self) -> &'static str;

    /// Whose events it reads. A new consumer starts with the first one.
    fn context(&self) -> &'static str;

    /// The only kinds of events that it is handed; `None` is all. Others cost it nothing. Say it when
    /// many events of the context are not for it.
    fn kinds(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Whether it waits for as long as it takes, and never leaves an event out: for one that hands
    /// all events on, in their order, to something that may be gone for hours. Nobody is told when it
    /// waits; that is its own to say.
    fn is_patient(&self) -> bool {
        false
    }

    /// Implement it as
    /// `async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError>`.
    ///
    /// `events` are never empty. After an error nothing of the call remains; the events are then
    /// tried one by one, and one that keeps failing is put aside as a dead job, unless the consumer
    /// is [patient](Self::is_patient).
    fn handle(
        &self,
        tx: &Transaction<'_>,
        events: &[Event],
    ) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// [`Consumer`] behind a pointer.
pub(super) trait AnyConsumer: Send + Sync {
    fn name(&self) -> &'static str;
    fn context(&self) -> &'static str;
    fn kinds(&self) -> Option<&'static [&'static str]>;
    fn is_patient(&self) -> bool;
    fn handle<'a>(
        &'a self,
        tx: &'a Transaction<'a>,
        events: &'a [Event],
    ) -> BoxFuture<'a, Result<(), JobError>>;
}

impl<C: Consumer> AnyConsumer for C {
    fn name(&self) -> &'static str {
        Consumer::name(self)
    }

    fn context(&self) -> &'static str {
        Consumer::context(self)
    }

    fn kinds(&self) -> Option<&'static [&'static str]> {
        Consumer::kinds(self)
    }

    fn is_patient(&self) -> bool {
        Consumer::is_patient(self)
    }

    fn handle<'a>(
        &'a self,
        tx: &'a Transaction<'a>,
        events: &'a [Event],
    ) -> BoxFuture<'a, Result<(), JobError>> {
        Box::pin(Consumer::handle(self, tx, events))
    }
}
