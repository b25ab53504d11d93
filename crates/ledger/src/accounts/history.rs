//! An account's entries with running balances.
//!
//! A page is read as segments: from the view, or from one stored chunk. Each comes with the
//! balances after its last entry, and the running balances follow from there backwards.

use super::{EntriesQuery, Entry, Order, store};
use crate::engine::{Account, Balances, Record};
use crate::error::LedgerError;
use crate::journal::read;
use crate::leader::Led;
use crate::ledger::Ledger;

/// Consecutive entries of an account, oldest first, with the balances after each.
type Segment = Vec<(Record, Balances)>;

/// Sequences that a page may lie in: after `low`, before `high`.
#[derive(Clone, Copy)]
struct Bounds {
    low: i64,
    high: i64,
}

impl Ledger {
    /// A page of an account's history.
    pub async fn entries(
        &self,
        account: &Account,
        query: &EntriesQuery,
    ) -> Result<Vec<Entry>, LedgerError> {
        let led = self.settled().await?;
        self.known_balances(&led, account.no).await?;
        let mut bounds = self.bounds(&led, query).await?;
        let mut rows: Segment = Vec::new();
        while rows.len() < query.limit && bounds.low + 1 < bounds.high {
            let wanted = query.limit - rows.len();
            let mut segment = match query.order {
                Order::NewestFirst => self.newest(&led, account.no, bounds, wanted).await?,
                Order::OldestFirst => self.oldest(&led, account.no, bounds, wanted).await?,
            };
            match query.order {
                Order::NewestFirst => {
                    let Some((first, _)) = segment.first() else { break };
                    bounds.high = first.seq;
                    segment.reverse();
                }
                Order::OldestFirst => {
                    let Some((last, _)) = segment.last() else { break };
                    bounds.low = last.seq;
                }
            }
            segment.truncate(wanted);
            rows.extend(segment);
        }
        let (records, balances): (Vec<Record>, Vec<Balances>) = rows.into_iter().unzip();
        let transfers = self.complete(&led, records).await?;
        let entry = |(transfer, balances)| Entry { transfer, balances };
        Ok(transfers.into_iter().zip(balances).map(entry).collect())
    }

    async fn bounds(&self, led: &Led, query: &EntriesQuery) -> Result<Bounds, LedgerError> {
        let mut bounds = Bounds { low: 0, high: i64::MAX };
        if let Some(from) = query.from {
            bounds.low = self.seq_before(led, from).await?;
        }
        if let Some(before) = query.before {
            bounds.high = self.seq_before(led, before).await? + 1;
        }
        match (query.order, query.cursor) {
            (Order::NewestFirst, Some(cursor)) => bounds.high = bounds.high.min(cursor),
            (Order::OldestFirst, Some(cursor)) => bounds.low = bounds.low.max(cursor),
            (_, None) => {}
        }
        Ok(bounds)
    }

    /// The last committed sequence whose time is before `time`; zero if there is none.
    pub(crate) async fn seq_before(&self, led: &Led, time: i64) -> Result<i64, LedgerError> {
        loop {
            let sealed = led.view.sealed_ranges();
            if let Some(seq) = led.view.seq_before(time) {
                return Ok(seq);
            }
            let client = self.client().await?;
            let (ranges, end) = (led.view.ranges(), led.view.first_seq());
            let seq = store::sealed_seq_before(&client, time, ranges, end).await?;
            if led.view.sealed_ranges() == sealed {
                return Ok(seq);
            }
        }
    }

    /// The newest entries within the bounds: at most `wanted`, as many as one place holds.
    async fn newest(
        &self,
        led: &Led,
        no: i64,
        bounds: Bounds,
        wanted: usize,
    ) -> Result<Segment, LedgerError> {
        if let Some((balances, mut records)) = led.view.entries_before(no, bounds.high, wanted) {
            records.retain(|record| record.seq > bounds.low);
            records.reverse();
            return Ok(running(no, records, balances));
        }
        let client = self.client().await?;
        let Some(chunk) = store::chunk_before(&client, no, bounds.high).await? else {
            return Ok(Segment::new());
        };
        self.chunk_entries(&client, led, no, &chunk, bounds, |seqs| {
            let first = seqs.len().saturating_sub(wanted);
            first..seqs.len()
        })
        .await
    }

    /// The oldest entries within the bounds: at most `wanted`, as many as one place holds.
    async fn oldest(
        &self,
        led: &Led,
        no: i64,
        bounds: Bounds,
        wanted: usize,
    ) -> Result<Segment, LedgerError> {
        loop {
            let sealed = led.view.sealed_ranges();
            let client = self.client().await?;
            if let Some(chunk) = store::chunk_from(&client, no, bounds.low + 1).await? {
                return self
                    .chunk_entries(&client, led, no, &chunk, bounds, |seqs| {
                        0..wanted.min(seqs.len())
                    })
                    .await;
            }
            let records = led.view.entries_from(no, bounds.low + 1, wanted);
            // Entries that were sealed meanwhile are in a chunk now.
            if led.view.sealed_ranges() != sealed {
                continue;
            }
            let mut records: Vec<Record> = records;
            records.retain(|record| record.seq < bounds.high);
            let Some(last) = records.last().map(|record| record.seq) else {
                return Ok(Segment::new());
            };
            let _ = match led.view.balances_before(no, last + 1) {
                Some(balances) => return Ok(running(no, records, balances)),
                // They left the memory meanwhile.
                None => self.known_balances(led, no).await?,
            };
        }
    }

    /// Entries of a chunk within the bounds, of which `pick` takes a part.
    async fn chunk_entries(
        &self,
        client: &tokio_postgres::Client,
        led: &Led,
        no: i64,
        chunk: &store::StoredChunk,
        bounds: Bounds,
        pick: impl FnOnce(&[i64]) -> std::ops::Range<usize>,
    ) -> Result<Segment, LedgerError> {
        let start = led.view.ranges().start(chunk.range_no);
        let all: Vec<i64> = chunk.offsets.iter().map(|offset| start + i64::from(*offset)).collect();
        let within: Vec<i64> =
            all.iter().copied().filter(|seq| bounds.low < *seq && *seq < bounds.high).collect();
        let picked = &within[pick(&within)];
        let (Some(first), Some(last)) = (picked.first(), picked.last()) else {
            return Ok(Segment::new());
        };
        // Balances are known after the chunk's last entry and before its first one: from the
        // nearer of them the balances in between follow.
        let (from, to) =
            (all.partition_point(|seq| seq < first), all.partition_point(|seq| seq <= last));
        let is_near_start = to < all.len() - from;
        let needed = if is_near_start { &all[..to] } else { &all[from..] };
        let records = read::by_seq(client, chunk.range_no, needed).await?;
        let mut segment = if is_near_start {
            let before = store::chunk_before(client, no, chunk.first_seq).await?;
            forward(no, records, before.map_or_else(Balances::default, |chunk| chunk.balances))
        } else {
            running(no, records, chunk.balances)
        };
        segment.retain(|(record, _)| *first <= record.seq && record.seq <= *last);
        Ok(segment)
    }
}

/// Adds the balances after each of an account's entries, given those before the first one.
fn forward(no: i64, records: Vec<Record>, mut balances: Balances) -> Segment {
    let after = |record: Record| {
        balances.apply(&record, no);
        (record, balances)
    };
    records.into_iter().map(after).collect()
}

/// Adds the balances after each of an account's entries, given those after the last one.
fn running(no: i64, records: Vec<Record>, after_last: Balances) -> Segment {
    let mut balances = after_last;
    let mut segment = Segment::with_capacity(records.len());
    for record in records.into_iter().rev() {
        let after = balances;
        balances.unapply(&record, no);
        segment.push((record, after));
    }
    segment.reverse();
    segment
}
