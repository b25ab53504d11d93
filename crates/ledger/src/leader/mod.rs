//! The one process that writes: it takes requests from a queue, lets the engine execute them in
//! batches, commits the effects in order, and answers after the commit.
//!
//! Everything here runs on one thread of its own. Requests that arrive while batches commit form
//! the next batch (group commit, no artificial delay). After any failure all that was computed
//! is thrown away and read back from Postgres (fail-stop); the requests without an answer are
//! executed once more, which their ids make harmless.
//!
//! Reading order: `journal/lease.rs` (may we write), `recover` (where do we begin), `term` (the loop),
//! `load` (what the engine needs).

pub(crate) mod load;
mod recover;
mod term;

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use kernel::db::Database;
use kernel::time::Clock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use crate::engine::{Request, Response, TransferResult, TransferStatus};
use crate::error::{LedgerError, StoreError};
use crate::journal::lease::{self, Acquired, Validity};
use crate::journal::ranges::RANGE_SIZE;
use crate::view::View;

/// Most items of one batch, and of one request.
pub const BATCH_MAX: usize = 8_190;
/// Items that may wait for their turn before callers are told to come back later.
const QUEUE_ITEMS_MAX: usize = 12 * BATCH_MAX;
/// Requests that may wait.
const QUEUE_REQUESTS_MAX: usize = 16_384;
/// After this a caller is told that the outcome is unknown.
const ANSWER_MAX: Duration = Duration::from_secs(8);

/// How a ledger runs.
#[derive(Clone, Debug)]
pub struct LedgerOptions {
    /// Name of this process in the lease.
    pub node: String,
    /// Where other processes reach this one, such as `http://10.0.0.5:8080`.
    pub address: String,
    /// Connections that write.
    pub writers: usize,
    /// Sequences in a range of a new ledger.
    pub range_size: i64,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self { node: String::new(), address: String::new(), writers: 3, range_size: RANGE_SIZE }
    }
}

/// What this process is at the moment.
#[derive(Clone, Debug)]
pub(crate) enum Status {
    Starting,
    Leading(Led),
    Following(Option<String>),
    /// The database can't be used; the reason is for the log.
    Failing,
    Stopped,
}

/// What readers need while this process leads.
#[derive(Clone, Debug)]
pub(crate) struct Led {
    pub(crate) view: Arc<View>,
    validity: Validity,
    since: Instant,
    pub(crate) next_expiry: Arc<AtomicI64>,
}

impl Led {
    /// Whether the term has just begun: sessions from before may be dead without a sign of it.
    pub(crate) fn is_new(&self) -> bool {
        const NEW: Duration = Duration::from_secs(10);
        self.since.elapsed() < NEW
    }

    /// Whether what the view says can still be believed.
    pub(crate) fn is_valid(&self) -> bool {
        self.validity.holds()
    }
}

/// A message to the leader.
enum Message {
    /// The second follows the first in the same batch.
    Execute(Pending, Option<Box<Pending>>),
    /// Where the record with this id is, committed or not.
    Find(u128, oneshot::Sender<Found>),
    /// An asset was created.
    Asset(u32),
}

/// Where the record with an id is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// In the leader's window, with this sequence.
    InWindow(i64),
    /// Nowhere, or in one of these sealed ranges.
    MaybeSealed(Vec<i64>),
}

/// A request that waits for its answer.
struct Pending {
    request: Request,
    reply: oneshot::Sender<Result<Response, LedgerError>>,
    items: usize,
    /// Gives the place in the queue back when it is dropped.
    _permit: OwnedSemaphorePermit,
    /// Executed before, with an unknown outcome: what was recorded after this is its own work.
    retried_after: Option<i64>,
}

type Answer = oneshot::Receiver<Result<Response, LedgerError>>;

async fn answered(answer: Answer) -> Result<Response, LedgerError> {
    match tokio::time::timeout(ANSWER_MAX, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(LedgerError::Unavailable),
    }
}

impl Pending {
    fn answer(self, response: Response) {
        let response = match self.retried_after {
            Some(seq) => own_work(response, seq),
            None => response,
        };
        // A caller that has gone away needs no answer.
        let _ = self.reply.send(Ok(response));
    }

    fn refuse(self, error: LedgerError) {
        let _ = self.reply.send(Err(error));
    }
}

/// After a failure a request is executed again. What it finds recorded since then, it made itself.
fn own_work(response: Response, seq: i64) -> Response {
    let own = |result: TransferResult| match (result.status, result.first_failure) {
        (TransferStatus::Exists, _) if result.seq.is_some_and(|recorded| recorded > seq) => {
            TransferResult { status: TransferStatus::Created, ..result }
        }
        (TransferStatus::IdAlreadyFailed, Some(first)) => {
            TransferResult { status: first, seq: None, first_failure: None }
        }
        _ => result,
    };
    match response {
        Response::Transfers(results) => Response::Transfers(results.into_iter().map(own).collect()),
        response => response,
    }
}

/// A handle to the leader's thread. Clones share it.
#[derive(Clone)]
pub(crate) struct Handle {
    queue: mpsc::Sender<Message>,
    items: Arc<Semaphore>,
    status: watch::Receiver<Status>,
    stopping: Arc<AtomicBool>,
    wake: Arc<tokio::sync::Notify>,
}

impl Handle {
    /// Starts the leader's thread.
    pub(crate) fn start(database: Database, clock: Arc<dyn Clock>, options: LedgerOptions) -> Self {
        let (queue, messages) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let (status_sender, status) = watch::channel(Status::Starting);
        let stopping = Arc::new(AtomicBool::new(false));
        let wake = Arc::new(tokio::sync::Notify::new());
        let leader = Leader {
            database,
            clock,
            options,
            messages,
            status: status_sender,
            retry: VecDeque::new(),
            stopping: Arc::clone(&stopping),
            wake: Arc::clone(&wake),
        };
        std::thread::Builder::new()
            .name("ledger-leader".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime needs nothing but a thread");
                runtime.block_on(leader.run());
            })
            .expect("the process may start a thread");
        Self { queue, items: Arc::new(Semaphore::new(QUEUE_ITEMS_MAX)), status, stopping, wake }
    }

    /// Executes a request; answers after its commit.
    pub(crate) async fn execute(
        &self,
        request: Request,
        items: usize,
    ) -> Result<Response, LedgerError> {
        let (pending, answer) = self.pending(request, items)?;
        self.enqueue(Message::Execute(pending, None))?;
        answered(answer).await
    }

    /// Executes two requests, one right behind the other: one commit for both.
    pub(crate) async fn execute_both(
        &self,
        (first, first_items): (Request, usize),
        (second, second_items): (Request, usize),
    ) -> Result<(Response, Response), LedgerError> {
        if first_items + second_items > BATCH_MAX {
            let first = self.execute(first, first_items).await?;
            return Ok((first, self.execute(second, second_items).await?));
        }
        let (first, first_answer) = self.pending(first, first_items)?;
        let (second, second_answer) = self.pending(second, second_items)?;
        self.enqueue(Message::Execute(first, Some(Box::new(second))))?;
        tokio::try_join!(answered(first_answer), answered(second_answer))
    }

    /// A request with its place in the queue, and where its answer comes.
    fn pending(&self, request: Request, items: usize) -> Result<(Pending, Answer), LedgerError> {
        if items > BATCH_MAX {
            return Err(LedgerError::BatchTooLarge { max: BATCH_MAX });
        }
        let permits = u32::try_from(items.max(1)).expect("checked");
        let permit = Arc::clone(&self.items)
            .try_acquire_many_owned(permits)
            .map_err(|_| LedgerError::Overloaded)?;
        let (reply, answer) = oneshot::channel();
        Ok((Pending { request, reply, items, _permit: permit, retried_after: None }, answer))
    }

    fn enqueue(&self, message: Message) -> Result<(), LedgerError> {
        self.queue.try_send(message).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LedgerError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => LedgerError::Unavailable,
        })
    }

    /// Where the record with an id is.
    pub(crate) async fn find(&self, id: u128) -> Result<Found, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Find(id, reply)).await?;
        answer.await.map_err(|_| LedgerError::Unavailable)
    }

    /// Tells the engine of a new asset.
    pub(crate) async fn learn_asset(&self, no: u32) -> Result<(), LedgerError> {
        self.send(Message::Asset(no)).await
    }

    async fn send(&self, message: Message) -> Result<(), LedgerError> {
        self.queue.send(message).await.map_err(|_| LedgerError::Unavailable)
    }

    /// What this process is now.
    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// The view, if this process leads and may be believed.
    pub(crate) fn led(&self) -> Result<Led, LedgerError> {
        match &*self.status.borrow() {
            Status::Leading(led) if led.is_valid() => Ok(led.clone()),
            Status::Following(address) => Err(LedgerError::NotLeader(address.clone())),
            _ => Err(LedgerError::Unavailable),
        }
    }

    /// Waits until this process leads or knows who does.
    pub(crate) async fn settled(&self) -> Status {
        let mut status = self.status.clone();
        let is_settled = |status: &Status| {
            matches!(status, Status::Leading(_) | Status::Following(Some(_)) | Status::Stopped)
        };
        match status.wait_for(is_settled).await {
            Ok(status) => status.clone(),
            Err(_) => Status::Stopped,
        }
    }

    /// Stops leading: answers what is under way, gives the lease up.
    pub(crate) async fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.wake.notify_one();
        let mut status = self.status.clone();
        let _ = status.wait_for(|status| matches!(status, Status::Stopped)).await;
    }
}

/// State of the leader's thread across its terms.
struct Leader {
    database: Database,
    clock: Arc<dyn Clock>,
    options: LedgerOptions,
    messages: mpsc::Receiver<Message>,
    status: watch::Sender<Status>,
    /// Requests whose outcome a failure left open.
    retry: VecDeque<Pending>,
    stopping: Arc<AtomicBool>,
    wake: Arc<tokio::sync::Notify>,
}

/// Why a term ended.
enum Ended {
    Stopped,
    /// Another process leads.
    Fenced,
    Failed(StoreError),
}

impl Leader {
    async fn run(mut self) {
        const PAUSE_MIN: Duration = Duration::from_millis(20);
        const PAUSE_MAX: Duration = Duration::from_secs(1);
        let mut pause = PAUSE_MIN;
        while !self.is_stopping() {
            // A broken invariant ends the term, not the process: what was computed is thrown away.
            let attempt = AssertUnwindSafe(self.try_lead()).catch_unwind().await;
            match attempt.unwrap_or(Err(StoreError::Panicked)) {
                Ok(Ended::Stopped) => break,
                Ok(Ended::Fenced) => pause = PAUSE_MIN,
                Ok(Ended::Failed(error)) | Err(error) => {
                    tracing::error!(%error, "the ledger lost its database; it starts over");
                    self.status.send_replace(Status::Failing);
                    self.wait(pause).await;
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
        self.refuse_all(LedgerError::Unavailable);
        self.status.send_replace(Status::Stopped);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// One attempt to lead: a whole term, or a moment of following.
    async fn try_lead(&mut self) -> Result<Ended, StoreError> {
        const FOLLOW: Duration = Duration::from_millis(300);
        let acquired =
            lease::acquire(&self.database, &self.options.node, &self.options.address).await?;
        match acquired {
            Acquired::Follows(address) => {
                self.refuse_all(LedgerError::NotLeader(address.clone()));
                self.status.send_replace(Status::Following(address));
                self.wait(FOLLOW).await;
                Ok(Ended::Fenced)
            }
            Acquired::Leads(lease) => term::run(self, lease).await,
        }
    }

    /// Waits a moment, but not longer than until the process stops.
    async fn wait(&self, pause: Duration) {
        let _ = tokio::time::timeout(pause, self.wake.notified()).await;
    }

    /// Refuses what waits: this process can't execute it.
    fn refuse_all(&mut self, error: LedgerError) {
        for pending in self.retry.drain(..) {
            pending.refuse(error.clone());
        }
        while let Ok(message) = self.messages.try_recv() {
            if let Message::Execute(first, second) = message {
                first.refuse(error.clone());
                if let Some(second) = second {
                    second.refuse(error.clone());
                }
            }
        }
    }
}
