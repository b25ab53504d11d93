//! The entries of one account in one range, and its balances along them.

use crate::engine::{Balances, Record};

/// A mark is kept every so many entries, so that no position is far from known balances.
const MARK_EVERY: usize = 512;

/// See the module's text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    /// Sequences less the range's first one, in order.
    pub(crate) offsets: Vec<u32>,
    /// Id and asset of the account, if they are known.
    pub(crate) name: Option<(u128, u32)>,
    /// Balances after the last entry, if they are known.
    pub(crate) balances: Option<Balances>,
    /// Balances after every `MARK_EVERY` entries, as long as they were known from the start.
    marks: Vec<Balances>,
}

impl Entries {
    /// Adds an entry.
    pub(crate) fn push(&mut self, offset: u32, record: &Record, no: i64) {
        self.offsets.push(offset);
        let Some(balances) = &mut self.balances else { return };
        balances.apply(record, no);
        if self.offsets.len().is_multiple_of(MARK_EVERY) {
            self.marks.push(*balances);
        }
    }

    /// Takes the entries of a range that ended and goes on with its balances.
    pub(crate) fn rotate(&mut self) -> Self {
        let next = Self { name: self.name, balances: self.balances, ..Self::default() };
        std::mem::replace(self, next)
    }

    /// Number of entries with an offset below `before`.
    pub(crate) fn count_before(&self, before: i64) -> usize {
        self.offsets.partition_point(|offset| i64::from(*offset) < before)
    }

    /// Balances after the first `count` entries (at least one). `record` finds a record by its
    /// offset. `None` if the balances are not known.
    pub(crate) fn balances_after<'a>(
        &self,
        count: usize,
        no: i64,
        record: impl Fn(u32) -> &'a Record,
    ) -> Option<Balances> {
        let (mut balances, known) = self.nearest_mark(count)?;
        for offset in self.offsets[count..known].iter().rev() {
            balances.unapply(record(*offset), no);
        }
        Some(balances)
    }

    /// The first known balances at or after a position.
    fn nearest_mark(&self, count: usize) -> Option<(Balances, usize)> {
        let is_complete = self.marks.len() == self.offsets.len() / MARK_EVERY;
        let index = count.div_ceil(MARK_EVERY).saturating_sub(1);
        match self.marks.get(index) {
            Some(mark) if is_complete => Some((*mark, (index + 1) * MARK_EVERY)),
            _ => Some((self.balances?, self.offsets.len())),
        }
    }
}
