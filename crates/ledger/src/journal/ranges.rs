//! Ranges of the journal: fixed numbers of sequences, each with a partition of its own.

use std::ops::Range;

use tokio_postgres::Client;

use crate::engine::Record;

/// How many sequences a range of a new ledger holds. Larger ranges make sealing cheaper for each
/// transfer; smaller ones need less memory and make recovery after a crash shorter.
pub(crate) const RANGE_SIZE: i64 = 1 << 19;

/// Maps sequences to ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranges {
    pub(crate) size: i64,
}

impl Ranges {
    /// Number of the range that holds a sequence.
    pub(crate) fn of(self, seq: i64) -> i64 {
        (seq - 1) / self.size
    }

    /// First sequence of a range.
    pub(crate) fn start(self, no: i64) -> i64 {
        no * self.size + 1
    }

    /// Sequences of a range.
    pub(crate) fn seqs(self, no: i64) -> Range<i64> {
        self.start(no)..self.start(no + 1)
    }

    /// Splits consecutive records where a range ends.
    pub(crate) fn split(self, mut records: &[Record]) -> Vec<(i64, &[Record])> {
        let mut parts = Vec::new();
        while let Some(first) = records.first() {
            let no = self.of(first.seq);
            let fits = usize::try_from(self.start(no + 1) - first.seq).expect("positive");
            let (part, rest) = records.split_at(fits.min(records.len()));
            parts.push((no, part));
            records = rest;
        }
        parts
    }
}

/// Name of a range's partition.
pub(crate) fn table(no: i64) -> String {
    format!("ledger.transfers_{no}")
}

/// Makes sure that a range's partition exists. The partition is made apart and then attached, so
/// that readers of other ranges never wait.
pub(crate) async fn ensure(
    client: &Client,
    ranges: Ranges,
    no: i64,
) -> Result<(), tokio_postgres::Error> {
    let table = table(no);
    let seqs = ranges.seqs(no);
    let sql = format!(
        "do $$ begin
            perform pg_advisory_xact_lock(4711, 2);
            if not exists (select from ledger.ranges where no = {no}) then
                drop table if exists {table};
                create table {table} (like ledger.transfers including defaults)
                    with (autovacuum_enabled = false);
                alter table ledger.transfers attach partition {table}
                    for values from ({}) to ({});
                insert into ledger.ranges (no) values ({no});
            end if;
        end $$",
        seqs.start, seqs.end,
    );
    client.batch_execute(&sql).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TransferFlags;

    fn records(seqs: Range<i64>) -> Vec<Record> {
        let record = |seq| Record {
            seq,
            id: seq as u128,
            debit: 1,
            credit: 2,
            amount: 1,
            at: 0,
            code: 1,
            flags: TransferFlags(0),
            extra: None,
        };
        seqs.map(record).collect()
    }

    #[test]
    fn records_are_split_where_ranges_end() {
        let ranges = Ranges { size: 10 };
        let all = records(8..33);
        let parts = ranges.split(&all);
        let shape: Vec<_> = parts.iter().map(|(no, part)| (*no, part[0].seq, part.len())).collect();
        assert_eq!(shape, [(0, 8, 3), (1, 11, 10), (2, 21, 10), (3, 31, 2)]);
        assert!(ranges.split(&[]).is_empty());
    }
}
