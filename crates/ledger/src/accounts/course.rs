//! The course of an account's balances: what they were at many moments, such as the end of each day.
//!
//! It costs the same few statements however many moments there are and however long the journal is.
//! A moment becomes a sequence by a binary search in one block of the hash chain, all moments step
//! by step together. From there the nearest known balances are in memory or at an end of one chunk,
//! so at most half a chunk of records is read for a moment.

use hashbrown::HashMap;

use super::store::{self, Around};
use crate::engine::{Account, Balances, Record, Time};
use crate::error::LedgerError;
use crate::leader::Led;
use crate::ledger::Ledger;

impl Ledger {
    /// Balances of an account after everything that was recorded before each of the moments, which
    /// must rise.
    pub async fn balances_before(
        &self,
        account: &Account,
        moments: &[Time],
    ) -> Result<Vec<Balances>, LedgerError> {
        assert!(moments.is_sorted(), "moments rise");
        let led = self.settled().await?;
        let no = account.no;
        self.known_balances(&led, no).await?;
        let seqs = self.seqs_before(&led, moments).await?;
        let in_memory = led.view.balances_up_to(no, &seqs);
        // What isn't in memory is older than everything that is.
        let stored = in_memory.iter().take_while(|balances| balances.is_none()).count();
        let mut balances = self.stored_balances(&led, no, &seqs[..stored]).await?;
        balances.extend(in_memory.into_iter().skip(stored).flatten());
        debug_assert_eq!(balances.len(), moments.len());
        Ok(balances)
    }

    /// For each moment the last committed sequence whose time is before it; zero if there is none.
    async fn seqs_before(&self, led: &Led, moments: &[Time]) -> Result<Vec<i64>, LedgerError> {
        loop {
            let sealed = led.view.sealed_ranges();
            let in_memory: Vec<i64> =
                moments.iter().filter_map(|moment| led.view.seq_before(*moment)).collect();
            let older = &moments[..moments.len() - in_memory.len()];
            if older.is_empty() {
                return Ok(in_memory);
            }
            let client = self.client().await?;
            let (ranges, end) = (led.view.ranges(), led.view.first_seq());
            let mut seqs = store::sealed_seqs_before(&client, older, ranges, end).await?;
            if led.view.sealed_ranges() == sealed {
                seqs.extend(in_memory);
                return Ok(seqs);
            }
        }
    }

    /// Balances after everything up to each of the sequences, from chunks.
    async fn stored_balances(
        &self,
        led: &Led,
        no: i64,
        seqs: &[i64],
    ) -> Result<Vec<Balances>, LedgerError> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let client = self.client().await?;
        let around = store::chunks_around(&client, no, seqs, led.view.ranges()).await?;
        drop(client);
        let ways: Vec<Way> = around.iter().zip(seqs).map(|(it, seq)| Way::to(it, *seq)).collect();
        let needed: Vec<i64> = ways.iter().flat_map(|way| way.seqs).copied().collect();
        let records = self.sealed_records(led, &needed).await?;
        ways.iter().map(|way| way.go(no, &records)).collect()
    }
}

/// From the nearest known balances to those at a sequence.
struct Way<'a> {
    known: Balances,
    /// What lies between, all of one chunk.
    seqs: &'a [i64],
    is_forward: bool,
}

impl<'a> Way<'a> {
    fn to(around: &'a Around, seq: i64) -> Self {
        let split = around.seqs.partition_point(|it| *it <= seq);
        let (before, after) = around.seqs.split_at(split);
        if before.len() <= after.len() {
            Self { known: around.before, seqs: before, is_forward: true }
        } else {
            Self { known: around.after, seqs: after, is_forward: false }
        }
    }

    fn go(&self, no: i64, records: &HashMap<i64, Record>) -> Result<Balances, LedgerError> {
        let mut balances = self.known;
        let record = |seq: &i64| {
            records.get(seq).ok_or(crate::error::StoreError::Corrupt("a chunk without its record"))
        };
        if self.is_forward {
            for seq in self.seqs {
                balances.apply(record(seq)?, no);
            }
        } else {
            for seq in self.seqs.iter().rev() {
                balances.unapply(record(seq)?, no);
            }
        }
        Ok(balances)
    }
}
