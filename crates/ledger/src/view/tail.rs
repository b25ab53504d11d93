//! The records of one range in memory, with the accounts that they touch.

use std::sync::Arc;

use hashbrown::HashMap;

use super::entries::Entries;
use crate::engine::Record;

/// A range that is not sealed yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail {
    pub(crate) no: i64,
    pub(crate) start: i64,
    batches: Vec<Arc<Vec<Record>>>,
    /// For a range that is full: the accounts it touched, by number.
    pub(crate) touched: HashMap<i64, Entries>,
}

impl Tail {
    pub(crate) fn new(no: i64, start: i64) -> Self {
        Self { no, start, ..Self::default() }
    }

    /// Adds a committed batch. A batch that runs over the end of a range belongs to both.
    pub(crate) fn push(&mut self, batch: &Arc<Vec<Record>>) {
        self.batches.push(Arc::clone(batch));
    }

    /// The record of a sequence of this range.
    pub(crate) fn record(&self, seq: i64) -> Option<&Record> {
        let index = self.batches.partition_point(|batch| batch[0].seq <= seq).checked_sub(1)?;
        let batch = &self.batches[index];
        batch.get(usize::try_from(seq - batch[0].seq).ok()?)
    }

    /// The batches that hold records from `seq` on.
    pub(crate) fn batches_from(&self, seq: i64) -> &[Arc<Vec<Record>>] {
        let index = self.batches.partition_point(|batch| batch[batch.len() - 1].seq < seq);
        &self.batches[index..]
    }
}
