//! One term of leadership: the loop that turns the queue into committed batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesOrdered;
use tokio::sync::{mpsc, oneshot};

use super::load::Reader;
use super::recover::{Recovered, recover};
use super::{BATCH_MAX, Ended, Found, Leader, Led, Message, Pending, Status};
use crate::engine::{Effects, Engine, Request, Response};
use crate::error::StoreError;
use crate::journal::lease::{Lease, RENEW_EVERY};
use crate::journal::ranges::{self, Ranges};
use crate::journal::writer::{Commit, Encoded, Writer};
use crate::seal::{SealJob, Sealed, Sealer};
use crate::view::{FullRange, View};

/// Full ranges that may wait for their seal before the leader takes no more work.
const FULL_RANGES_MAX: usize = 3;
/// Batches under way as long as they are small: what counts then is the commit, and more of them
/// would only make each smaller.
const SMALL_BATCHES_MAX: usize = 2;
/// Rows under way from which on one more connection helps.
const MANY_ROWS: usize = 2_048;
/// Pending transfers that expire in one batch.
const EXPIRE_MAX: usize = BATCH_MAX;

/// A batch between its execution and its commit.
struct Batch {
    requests: Vec<Pending>,
    responses: Vec<Response>,
    effects: Effects,
    /// When the next hold runs out, once this is committed.
    next_expiry: i64,
}

/// How writing a batch ended. The writer comes back for the next one.
struct Written {
    batch: Batch,
    writer: Writer,
    result: Result<(), StoreError>,
}

/// State of a term.
struct Term<'l> {
    leader: &'l mut Leader,
    engine: Engine,
    view: Arc<View>,
    ranges: Ranges,
    /// Highest range whose partition exists.
    ensured: i64,
    reader: Reader,
    writers: Vec<Writer>,
    under_way: FuturesOrdered<LocalBoxFuture<'static, Written>>,
    rows_under_way: usize,
    /// Told when the batch before has committed.
    turn: Option<oneshot::Receiver<()>>,
    /// What did not fit into the last batch.
    held: Option<(Pending, Option<Box<Pending>>)>,
    sealer: Sealer,
    full_ranges: usize,
    /// When the next hold runs out of those that readers can see.
    next_expiry: Arc<AtomicI64>,
    /// Sequence of the last record that was committed when the term began.
    began_after: i64,
}

/// Leads until something ends it.
pub(super) async fn run(leader: &mut Leader, lease: Lease) -> Result<Ended, StoreError> {
    let (lost_sender, mut lost) = mpsc::channel(1);
    let epoch = lease.epoch;
    let validity = lease.validity.clone();
    let (release, released) = oneshot::channel::<()>();
    let keeper = tokio::spawn(keep(lease, lost_sender, released));
    let mut term = match Term::begin(leader, epoch).await {
        Ok(term) => term,
        Err(error) => {
            drop(release);
            let _ = keeper.await;
            return Err(error);
        }
    };
    let led = Led {
        view: Arc::clone(&term.view),
        validity,
        since: std::time::Instant::now(),
        next_expiry: Arc::clone(&term.next_expiry),
    };
    tracing::info!(epoch, seq = term.began_after, "leading the ledger");
    term.leader.status.send_replace(Status::Leading(led));
    let ended = term.run(&mut lost).await;
    term.end(&ended).await;
    drop(release);
    let _ = keeper.await;
    Ok(ended)
}

/// Renews the lease until it is lost or given up.
async fn keep(lease: Lease, lost: mpsc::Sender<()>, mut released: oneshot::Receiver<()>) {
    loop {
        tokio::select! {
            _ = &mut released => return lease.release().await,
            () = tokio::time::sleep(RENEW_EVERY) => {}
        }
        match lease.renew().await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(epoch = lease.epoch, "another process leads the ledger now");
                let _ = lost.send(()).await;
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "the lease could not be renewed");
                let _ = lost.send(()).await;
                return;
            }
        }
    }
}

impl<'l> Term<'l> {
    async fn begin(leader: &'l mut Leader, epoch: i64) -> Result<Self, StoreError> {
        let reader = leader.database.dedicated_client().await?;
        let Recovered { engine, view, ranges, full } =
            recover(&reader, leader.options.range_size).await?;
        let reader = Reader::new(reader).await?;
        let mut writers = Vec::new();
        for _ in 0..leader.options.writers.max(1) {
            writers.push(Writer::new(leader.database.dedicated_client().await?, epoch));
        }
        let sealer = Sealer::start(leader.database.clone(), Arc::clone(&view), ranges, epoch);
        let began_after = view.last().0;
        let next_expiry = Arc::new(AtomicI64::new(next_expiry(&engine)));
        let open_range = ranges.of(engine.next_seq());
        let mut term = Self {
            leader,
            engine,
            view,
            ranges,
            ensured: open_range - 1,
            reader,
            writers,
            under_way: FuturesOrdered::new(),
            rows_under_way: 0,
            turn: None,
            held: None,
            sealer,
            full_ranges: 0,
            next_expiry,
            began_after,
        };
        term.seal(full);
        term.ensure(open_range).await?;
        Ok(term)
    }

    async fn run(&mut self, lost: &mut mpsc::Receiver<()>) -> Ended {
        if let Err(error) = self.retry().await {
            return Ended::Failed(error);
        }
        loop {
            if self.leader.is_stopping() && self.under_way.is_empty() {
                return Ended::Stopped;
            }
            let accepts =
                self.has_room() && self.full_ranges < FULL_RANGES_MAX && !self.leader.is_stopping();
            if accepts && let Some((first, second)) = self.held.take() {
                if let Err(error) = self.take(Message::Execute(first, second)).await {
                    return Ended::Failed(error);
                }
                continue;
            }
            let expiry = self.until_expiry();
            let result = tokio::select! {
                biased;
                Some(written) = self.under_way.next() => self.written(written),
                Some(()) = lost.recv() => return Ended::Fenced,
                sealed = self.sealer.next() => self.sealed(sealed),
                message = self.leader.messages.recv(), if accepts => match message {
                    Some(message) => self.take(message).await,
                    None => return Ended::Stopped,
                },
                () = tokio::time::sleep(expiry), if accepts => self.execute(Vec::new()).await,
                () = self.leader.wake.notified() => Ok(()),
            };
            match result {
                Ok(()) => {}
                Err(error) if error.is_fenced() => return Ended::Fenced,
                Err(error) => return Ended::Failed(error),
            }
        }
    }

    /// Executes again what the last term left open.
    async fn retry(&mut self) -> Result<(), StoreError> {
        while !self.leader.retry.is_empty() {
            let mut batch = Vec::new();
            let mut items = 0;
            while let Some(pending) = self.leader.retry.front() {
                if !batch.is_empty() && items + pending.items > BATCH_MAX {
                    break;
                }
                items += pending.items;
                batch.extend(self.leader.retry.pop_front());
            }
            self.execute(batch).await?;
            while let Some(written) = self.under_way.next().await {
                self.written(written)?;
            }
        }
        Ok(())
    }

    /// Whether one more batch may be written beside those under way.
    fn has_room(&self) -> bool {
        let is_worth_it =
            self.under_way.len() < SMALL_BATCHES_MAX || self.rows_under_way >= MANY_ROWS;
        !self.writers.is_empty() && is_worth_it
    }

    fn until_expiry(&self) -> Duration {
        let now = self.leader.clock.now().as_micros();
        let micros = next_expiry(&self.engine).saturating_sub(now).max(0);
        Duration::from_micros(micros.cast_unsigned()).min(Duration::from_secs(60))
    }

    /// Takes a message and everything that came with it, up to a batch.
    async fn take(&mut self, first: Message) -> Result<(), StoreError> {
        let mut batch = Vec::new();
        let mut items = 0;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Execute(first, second) => {
                    let more = first.items + second.as_ref().map_or(0, |it| it.items);
                    if !batch.is_empty() && items + more > BATCH_MAX {
                        self.held = Some((first, second));
                        break;
                    }
                    items += more;
                    batch.push(first);
                    batch.extend(second.map(|it| *it));
                }
                Message::Find(id, reply) => {
                    let _ = reply.send(match self.engine.recorded_seq(id) {
                        Some(seq) => Found::InWindow(seq),
                        None => Found::MaybeSealed(self.engine.sealed_candidates(id).collect()),
                    });
                }
                Message::Asset(no) => self.engine.learn_assets([no]),
            }
            next = if items < BATCH_MAX { self.leader.messages.try_recv().ok() } else { None };
        }
        if !batch.is_empty() {
            self.execute(batch).await?;
        }
        Ok(())
    }

    /// Executes a batch and starts to write it. Expiries that are due come first.
    async fn execute(&mut self, mut batch: Vec<Pending>) -> Result<(), StoreError> {
        let now = self.leader.clock.now().as_micros();
        let mut requests: Vec<Request> = Vec::with_capacity(batch.len() + 1);
        let expires = next_expiry(&self.engine) <= now;
        if expires {
            requests.push(Request::Expire { limit: EXPIRE_MAX });
        }
        for pending in &mut batch {
            let taken = Request::CreateTransfers(Vec::new());
            requests.push(std::mem::replace(&mut pending.request, taken));
        }
        let learned = self.learn(&requests, now).await;
        let executed = learned.map(|()| self.engine.execute(&requests, now));
        let mut requests = requests.into_iter().skip(usize::from(expires));
        for pending in &mut batch {
            pending.request = requests.next().expect("one for each");
        }
        let (mut responses, effects) = match executed {
            Ok(executed) => executed,
            Err(error) => {
                self.leader.retry.extend(batch);
                return Err(error);
            }
        };
        if expires {
            responses.remove(0);
        }
        let next_expiry = next_expiry(&self.engine);
        self.write(Batch { requests: batch, responses, effects, next_expiry }).await
    }

    /// Loads what the engine does not have in memory.
    async fn learn(&mut self, requests: &[Request], now: i64) -> Result<(), StoreError> {
        loop {
            let needs = self.engine.needs(requests, now);
            if needs.is_empty() {
                return Ok(());
            }
            let facts = self.reader.facts(&self.view, &needs).await?;
            self.engine.learn(&needs, facts);
        }
    }

    /// Starts to write a batch on a free connection; it commits when its turn comes.
    async fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        if batch.effects.is_empty() && self.under_way.is_empty() {
            return self.commit(batch);
        }
        if let Some(last) = batch.effects.records.last() {
            let no = self.ranges.of(last.seq);
            if let Err(error) = self.ensure(no).await {
                self.leader.retry.extend(batch.requests);
                return Err(error);
            }
        }
        let encoded = Encoded::new(&batch.effects, self.ranges);
        self.rows_under_way += batch.effects.records.len();
        let writer = self.writers.pop().expect("a batch is taken only with a free writer");
        let (committed, next_turn) = oneshot::channel();
        let turn = self.turn.replace(next_turn);
        let is_empty = batch.effects.is_empty();
        self.under_way.push_back(Box::pin(async move {
            let mut writer = writer;
            let result = if is_empty {
                wait(turn).await
            } else {
                write_in_turn(&mut writer, &encoded, turn).await
            };
            if result.is_ok() {
                let _ = committed.send(());
            }
            Written { batch, writer, result }
        }));
        Ok(())
    }

    fn written(&mut self, written: Written) -> Result<(), StoreError> {
        let Written { batch, writer, result } = written;
        self.rows_under_way -= batch.effects.records.len();
        match result {
            Ok(()) => {
                self.writers.push(writer);
                self.commit(batch)
            }
            Err(error) => {
                self.keep_for_retry(batch);
                Err(error)
            }
        }
    }

    /// A batch is committed: readers see it, callers get their answers.
    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        let full = self.view.apply(&batch.effects);
        // Not before: readers take it for a sign that what has expired is in the view.
        self.next_expiry.store(batch.next_expiry, Ordering::Release);
        self.seal(full);
        for (pending, response) in batch.requests.into_iter().zip(batch.responses) {
            pending.answer(response);
        }
        if self.under_way.is_empty() {
            self.turn = None;
        }
        Ok(())
    }

    fn keep_for_retry(&mut self, batch: Batch) {
        let last = self.view.last().0;
        for mut pending in batch.requests {
            // Twice is enough: then the caller is told that the outcome is unknown.
            if pending.retried_after.is_some() {
                pending.refuse(crate::error::LedgerError::Unavailable);
                continue;
            }
            pending.retried_after = Some(last);
            self.leader.retry.push_back(pending);
        }
    }

    fn seal(&mut self, full: Vec<FullRange>) {
        for tail in full {
            self.full_ranges += 1;
            let ids = self.engine.ids(tail.start).cloned().unwrap_or_default();
            self.sealer.seal(SealJob { tail, ids });
        }
    }

    /// A range's seal is committed: what it holds leaves the memory.
    fn sealed(&mut self, sealed: Result<Sealed, StoreError>) -> Result<(), StoreError> {
        let Sealed { no, ids } = sealed?;
        self.full_ranges -= 1;
        let tail = self.view.forget_range(no);
        let forgotten = self.engine.forget_before(self.ranges.start(no + 1), vec![ids]);
        // Freeing half a million records takes longer than a batch may wait.
        self.sealer.free(Box::new((tail, forgotten)));
        Ok(())
    }

    /// Makes sure that the ranges up to this one have a partition.
    async fn ensure(&mut self, no: i64) -> Result<(), StoreError> {
        while self.ensured < no {
            ranges::ensure(self.reader.client(), self.ranges, self.ensured + 1).await?;
            self.ensured += 1;
        }
        Ok(())
    }

    async fn end(mut self, ended: &Ended) {
        const PATIENCE: Duration = Duration::from_secs(2);
        let mut unanswered: Vec<Batch> = Vec::new();
        // What was under way may still commit; either way its requests are executed again. If
        // the database does not answer at all, their callers are told that nobody knows.
        let drain = async {
            while let Some(written) = self.under_way.next().await {
                unanswered.push(written.batch);
            }
        };
        let _ = tokio::time::timeout(PATIENCE, drain).await;
        for batch in unanswered {
            self.keep_for_retry(batch);
        }
        if let Some((first, second)) = self.held.take() {
            self.leader.retry.push_back(first);
            self.leader.retry.extend(second.map(|it| *it));
        }
        if matches!(ended, Ended::Stopped) {
            self.sealer.stop().await;
        }
    }
}

/// When the next hold runs out; if none does, at the end of time.
fn next_expiry(engine: &Engine) -> i64 {
    engine.next_expiry().unwrap_or(i64::MAX)
}

async fn write_in_turn(
    writer: &mut Writer,
    encoded: &Encoded,
    mut turn: Option<oneshot::Receiver<()>>,
) -> Result<(), StoreError> {
    let has_turn = match turn.as_mut().map(oneshot::Receiver::try_recv) {
        None | Some(Ok(())) => true,
        Some(Err(oneshot::error::TryRecvError::Empty)) => false,
        Some(Err(oneshot::error::TryRecvError::Closed)) => return Err(StoreError::Aborted),
    };
    if has_turn {
        return Ok(writer.write(encoded, Commit::AtOnce).await?);
    }
    writer.write(encoded, Commit::Later).await?;
    wait(turn).await?;
    Ok(writer.commit().await?)
}

/// Waits until the batch before has committed.
async fn wait(turn: Option<oneshot::Receiver<()>>) -> Result<(), StoreError> {
    match turn {
        None => Ok(()),
        Some(turn) => turn.await.map_err(|_| StoreError::Aborted),
    }
}
