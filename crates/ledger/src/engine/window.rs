//! The records and failed ids that the leader still holds in memory: those of the open range
//! and of ranges whose indexes are being built. Everything older is asked of the database.
//!
//! An id that is not here can only be a repeat if it lies between the smallest and the largest
//! id of a sealed range. Time-ordered ids, the default, never do; so they cost no look-up, and
//! any other kind of id stays correct.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::HashMap;

use super::status::TransferStatus;
use super::transfer::Record;

/// Smallest and largest id, created or failed, of a sealed range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdSpan {
    pub min: u128,
    pub max: u128,
}

/// Where an id leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A record of the window, by sequence.
    Record(i64),
    /// The id failed before.
    Failed(TransferStatus),
}

/// One range of the journal in memory.
#[derive(Debug, Default)]
struct RangeWindow {
    /// First sequence of the range.
    start: i64,
    seen: HashMap<u128, Seen>,
    /// Finished batches, in order.
    batches: VecDeque<Arc<Vec<Record>>>,
    span: Option<IdSpan>,
}

/// What [`Window::forget_before`] dropped; let another thread free it.
#[derive(Debug)]
pub struct Forgotten(#[expect(dead_code, reason = "held only to be dropped elsewhere")] Vec<RangeWindow>);

/// See the module's text.
#[derive(Debug)]
pub struct Window {
    ranges: VecDeque<RangeWindow>,
    /// Records of the batch that is being executed.
    current: Vec<Record>,
    sealed: Vec<IdSpan>,
    sealed_max: Option<u128>,
    next_seq: i64,
}

impl Window {
    /// An empty window whose next record gets `next_seq` and whose open range starts there.
    pub fn new(next_seq: i64, sealed: Vec<IdSpan>) -> Self {
        let sealed_max = sealed.iter().map(|span| span.max).max();
        let range = RangeWindow { start: next_seq, ..RangeWindow::default() };
        Self { ranges: VecDeque::from([range]), current: Vec::new(), sealed, sealed_max, next_seq }
    }

    /// Sequence of the next record.
    pub fn next_seq(&self) -> i64 {
        self.next_seq
    }

    /// What the window knows of an id.
    pub fn seen(&self, id: u128) -> Option<Seen> {
        self.ranges.iter().rev().find_map(|range| range.seen.get(&id).copied())
    }

    /// Whether an id that is not in the window may be in a sealed range.
    pub fn may_be_sealed(&self, id: u128) -> bool {
        self.sealed_max.is_some_and(|max| id <= max)
            && self.sealed.iter().any(|span| span.min <= id && id <= span.max)
    }

    /// The record of a sequence, if it is in the window.
    pub fn record(&self, seq: i64) -> Option<&Record> {
        let current_start = self.next_seq - self.current.len() as i64;
        if seq >= current_start {
            return self.current.get((seq - current_start) as usize);
        }
        let range = self.ranges.iter().rev().find(|range| range.start <= seq)?;
        let index = range.batches.partition_point(|batch| batch[0].seq <= seq).checked_sub(1)?;
        let batch = &range.batches[index];
        batch.get((seq - batch[0].seq) as usize)
    }

    /// Appends a record to the batch that is being executed.
    pub fn push(&mut self, record: Record) {
        assert_eq!(record.seq, self.next_seq, "records are numbered without gaps");
        self.next_seq += 1;
        self.note(record.id, Seen::Record(record.seq));
        self.current.push(record);
    }

    /// Remembers that an id failed for good.
    pub fn push_failed(&mut self, id: u128, status: TransferStatus) {
        self.note(id, Seen::Failed(status));
    }

    fn note(&mut self, id: u128, seen: Seen) {
        let range = self.ranges.back_mut().expect("there is always an open range");
        range.seen.insert(id, seen);
        let span = range.span.get_or_insert(IdSpan { min: id, max: id });
        span.min = span.min.min(id);
        span.max = span.max.max(id);
    }

    /// Takes back the records of the current batch from `seq` on (a broken chain).
    pub fn truncate(&mut self, seq: i64) {
        let range = self.ranges.back_mut().expect("there is always an open range");
        while self.next_seq > seq {
            let record = self.current.pop().expect("a chain lies within one batch");
            range.seen.remove(&record.id);
            self.next_seq -= 1;
        }
    }

    /// Ends the batch and returns its records.
    pub fn finish(&mut self) -> Arc<Vec<Record>> {
        let batch = Arc::new(std::mem::take(&mut self.current));
        if !batch.is_empty() {
            let range = self.ranges.back_mut().expect("there is always an open range");
            range.batches.push_back(Arc::clone(&batch));
        }
        batch
    }

    /// Opens the next range; the one before is about to be sealed.
    /// Returns the span of ids of the range that ended.
    pub fn rotate(&mut self) -> Option<IdSpan> {
        assert!(self.current.is_empty(), "ranges change between batches");
        let span = self.ranges.back().and_then(|range| range.span);
        self.ranges.push_back(RangeWindow { start: self.next_seq, ..RangeWindow::default() });
        span
    }

    /// Drops the ranges that end before `seq`: they are sealed, their ids have an index.
    pub fn forget_before(&mut self, seq: i64) -> Forgotten {
        let mut forgotten = Vec::new();
        while self.ranges.len() > 1 && self.ranges[1].start <= seq {
            let range = self.ranges.pop_front().expect("checked");
            if let Some(span) = range.span {
                self.sealed.push(span);
                self.sealed_max = self.sealed_max.max(Some(span.max));
            }
            forgotten.push(range);
        }
        Forgotten(forgotten)
    }
}
