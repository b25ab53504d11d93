//! The records and failed ids that the leader still holds in memory: those of the open range
//! and of ranges whose indexes are being built. Everything older is asked of the database.
//!
//! An id that is not here can only be a repeat if a sealed range may hold it. A time-ordered id,
//! the default, never lies in one's span, and of the others a filter knows; so a new id costs no
//! look-up.

use std::collections::VecDeque;
use std::sync::Arc;

use hashbrown::HashMap;

use super::sealed_ids::{RangeIds, SealedIds, is_time_ordered};
use super::status::TransferStatus;
use super::transfer::Record;

/// Where an id leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// A record of the window, by sequence.
    Record(i64),
    /// The id failed before.
    Failed(TransferStatus),
}

/// One range of the journal, in memory.
#[derive(Debug, Default)]
struct OpenRange {
    /// First sequence of the range.
    start: i64,
    seen: HashMap<u128, Seen>,
    ids: RangeIds,
}

impl OpenRange {
    fn note(&mut self, id: u128, seen: Seen) {
        self.seen.insert(id, seen);
        self.ids.note(id);
    }
}

/// What [`Window::forget_before`] dropped; let another thread free it.
#[derive(Debug)]
pub struct Forgotten {
    ranges: Vec<OpenRange>,
    batches: Vec<Arc<Vec<Record>>>,
}

/// See the module's text.
#[derive(Debug)]
pub(super) struct Window {
    range_size: i64,
    /// Oldest first; the last one is open.
    ranges: VecDeque<OpenRange>,
    /// Finished batches, in order.
    batches: VecDeque<Arc<Vec<Record>>>,
    /// Records of the batch that is being executed.
    current: Vec<Record>,
    /// Failures that were looked up for the batch at hand.
    failed_before: HashMap<u128, TransferStatus>,
    /// By number of the range.
    sealed: Vec<SealedIds>,
    /// The largest of the sealed ranges' time-ordered ids.
    ordered_max: u128,
    next_seq: i64,
}

impl Window {
    /// An empty window whose next record gets `next_seq`, the first of its range.
    pub(super) fn new(next_seq: i64, range_size: i64, sealed: Vec<SealedIds>) -> Self {
        assert!(range_size > 0 && (next_seq - 1) % range_size == 0, "ranges are aligned");
        let ordered_max = sealed.iter().filter_map(|ids| ids.span).map(|span| span.max).max();
        let ordered_max = ordered_max.unwrap_or(0);
        let range = OpenRange { start: next_seq, ..OpenRange::default() };
        Self {
            range_size,
            ranges: VecDeque::from([range]),
            batches: VecDeque::new(),
            current: Vec::new(),
            failed_before: HashMap::new(),
            sealed,
            ordered_max,
            next_seq,
        }
    }

    /// Sequence of the next record.
    pub(super) fn next_seq(&self) -> i64 {
        self.next_seq
    }

    /// First sequence that the window holds.
    pub(super) fn start(&self) -> i64 {
        self.ranges.front().expect("there is always an open range").start
    }

    /// What is known of an id.
    pub(super) fn seen(&self, id: u128) -> Option<Seen> {
        let in_window = self.ranges.iter().rev().find_map(|range| range.seen.get(&id).copied());
        in_window.or_else(|| self.failed_before.get(&id).map(|status| Seen::Failed(*status)))
    }

    /// Sealed ranges, by number, that may hold an id that is not in the window. The newest first.
    pub(super) fn sealed_candidates(&self, id: u128) -> impl Iterator<Item = i64> + '_ {
        let is_beyond = is_time_ordered(id) && id > self.ordered_max;
        let sealed = if is_beyond { &[] } else { &self.sealed[..] };
        let numbered = sealed.iter().enumerate().rev();
        numbered.filter(move |(_, ids)| ids.may_hold(id)).map(|(no, _)| no as i64)
    }

    /// The record of a sequence, if it is in the window.
    pub(super) fn record(&self, seq: i64) -> Option<&Record> {
        let current_start = self.next_seq - self.current.len() as i64;
        if seq >= current_start {
            return self.current.get((seq - current_start) as usize);
        }
        let index = self.batches.partition_point(|batch| batch[0].seq <= seq).checked_sub(1)?;
        let batch = &self.batches[index];
        batch.get(usize::try_from(seq - batch[0].seq).ok()?)
    }

    /// Appends a record to the batch that is being executed.
    pub(super) fn push(&mut self, record: Record) {
        assert_eq!(record.seq, self.next_seq, "records are numbered without gaps");
        self.note(record.id, Seen::Record(record.seq));
        self.next_seq += 1;
        self.current.push(record);
    }

    /// Remembers that an id failed for good.
    pub(super) fn push_failed(&mut self, id: u128, status: TransferStatus) {
        self.note(id, Seen::Failed(status));
    }

    /// Learns a failure of a sealed range.
    pub(super) fn learn_failed(&mut self, id: u128, status: TransferStatus) {
        self.failed_before.insert(id, status);
    }

    /// Forgets what was learned for the batch at hand.
    pub(super) fn forget_learned(&mut self) {
        self.failed_before.clear();
    }

    /// Puts back an id that failed when `seq` was next.
    pub(super) fn replay_failed(&mut self, id: u128, status: TransferStatus, seq: i64) {
        let index = self.ranges.partition_point(|range| range.start <= seq).saturating_sub(1);
        self.ranges[index].note(id, Seen::Failed(status));
    }

    /// Notes an id in the range of the next sequence. A failure never goes into a range that is
    /// full: that range's span may be written down already.
    fn note(&mut self, id: u128, seen: Seen) {
        let next_range = self.ranges[self.ranges.len() - 1].start + self.range_size;
        if self.next_seq >= next_range {
            self.ranges.push_back(OpenRange { start: next_range, ..OpenRange::default() });
        }
        self.ranges.back_mut().expect("there is always an open range").note(id, seen);
    }

    /// Takes back the records of the current batch from `seq` on (a broken chain).
    pub(super) fn truncate(&mut self, seq: i64) {
        while self.next_seq > seq {
            let record = self.current.pop().expect("a chain lies within one batch");
            for range in self.ranges.iter_mut().rev() {
                if range.seen.remove(&record.id).is_some() {
                    break;
                }
            }
            self.next_seq -= 1;
        }
        // A range that the chain had opened is not reached yet. Its failed ids stay remembered.
        while self.ranges.len() > 1 && self.ranges[self.ranges.len() - 1].start > self.next_seq {
            let range = self.ranges.pop_back().expect("checked");
            range.seen.into_iter().for_each(|(id, seen)| self.note(id, seen));
        }
    }

    /// Ends the batch and returns its records.
    pub(super) fn finish(&mut self) -> Arc<Vec<Record>> {
        let batch = Arc::new(std::mem::take(&mut self.current));
        if !batch.is_empty() {
            self.batches.push_back(Arc::clone(&batch));
        }
        batch
    }

    /// The ids, created or failed, of the range that starts at `start`.
    pub(super) fn ids(&self, start: i64) -> Option<&RangeIds> {
        self.ranges.iter().find(|range| range.start == start).map(|range| &range.ids)
    }

    /// Drops the ranges that end before `seq`: they are sealed, their ids have an index. The last
    /// one stays until the next one is begun. What is to be remembered of the ids of each range
    /// that was sealed since the last call is given, in order.
    pub(super) fn forget_before(&mut self, seq: i64, sealed: Vec<SealedIds>) -> Forgotten {
        let mut forgotten = Forgotten { ranges: Vec::new(), batches: Vec::new() };
        while self.ranges.len() > 1 && self.ranges[1].start <= seq {
            forgotten.ranges.extend(self.ranges.pop_front());
        }
        for ids in sealed {
            self.ordered_max = self.ordered_max.max(ids.span.map_or(0, |span| span.max));
            self.sealed.push(ids);
        }
        let sealed_until = self.sealed.len() as i64 * self.range_size;
        assert!(sealed_until < self.next_seq, "only what is full is sealed");
        let start = self.start();
        while self.batches.front().is_some_and(|batch| batch[batch.len() - 1].seq < start) {
            forgotten.batches.extend(self.batches.pop_front());
        }
        forgotten
    }
}
