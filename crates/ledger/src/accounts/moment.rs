//! An account's balances as of a moment: by ledger time, or by effective time.

use super::{Moment, store};
use crate::engine::{Account, Balances, Record, Time};
use crate::error::LedgerError;
use crate::journal::read;
use crate::leader::Led;
use crate::ledger::Ledger;

impl Ledger {
    /// Balances of an account as of a moment.
    pub async fn balances_at(
        &self,
        account: &Account,
        moment: Moment,
    ) -> Result<Balances, LedgerError> {
        let led = self.settled().await?;
        let now = self.known_balances(&led, account.no).await?;
        match moment {
            Moment::Now => Ok(now),
            Moment::At(at) => {
                let seq = self.seq_before(&led, at.saturating_add(1)).await?;
                self.balances_after(&led, account.no, seq).await
            }
            Moment::Effective(at) => self.effective_balances(&led, account.no, at).await,
        }
    }

    /// Balances after everything up to a sequence.
    async fn balances_after(&self, led: &Led, no: i64, seq: i64) -> Result<Balances, LedgerError> {
        if let Some(balances) = led.view.balances_before(no, seq + 1) {
            return Ok(balances);
        }
        let client = self.client().await?;
        let Some(chunk) = store::chunk_before(&client, no, seq + 1).await? else {
            return Ok(Balances::default());
        };
        let mut balances = chunk.balances;
        if chunk.last_seq > seq {
            for record in later(&client, led, &chunk, seq).await?.iter().rev() {
                balances.unapply(record, no);
            }
        }
        Ok(balances)
    }

    /// The sum of everything that took effect up to a moment.
    async fn effective_balances(
        &self,
        led: &Led,
        no: i64,
        at: Time,
    ) -> Result<Balances, LedgerError> {
        loop {
            let sealed = led.view.sealed_ranges();
            let mut sum = Sum::default();
            let client = self.client().await?;
            let mut before = Balances::default();
            let chunks = store::chunks(&client, no).await?;
            let last_seq = chunks.last().map_or(0, |chunk| chunk.last_seq);
            for chunk in chunks {
                if chunk.effective_max <= at {
                    sum.add_difference(&chunk.balances, &before);
                } else if chunk.effective_min <= at {
                    for record in later(&client, led, &chunk, 0).await? {
                        sum.add_if_effective(&record, no, at);
                    }
                }
                before = chunk.balances;
            }
            let mut from = last_seq + 1;
            loop {
                const PAGE: usize = 4_096;
                let records = led.view.entries_from(no, from, PAGE);
                let Some(last) = records.last() else { break };
                from = last.seq + 1;
                records.iter().for_each(|record| sum.add_if_effective(record, no, at));
            }
            // Entries that were sealed meanwhile may have been missed in both places.
            if led.view.sealed_ranges() == sealed {
                return Ok(sum.balances());
            }
        }
    }
}

/// Records of a chunk after a sequence.
async fn later(
    client: &tokio_postgres::Client,
    led: &Led,
    chunk: &store::StoredChunk,
    seq: i64,
) -> Result<Vec<Record>, LedgerError> {
    let start = led.view.ranges().start(chunk.range_no);
    let seqs = chunk.offsets.iter().map(|offset| start + i64::from(*offset));
    let seqs: Vec<i64> = seqs.filter(|later| *later > seq).collect();
    Ok(read::by_seq(client, chunk.range_no, &seqs).await?)
}

/// Adds up effects in any order. Effective times need not follow the order of the journal, so a
/// release can come before its hold; the arithmetic wraps and comes out right at the end.
#[derive(Default)]
struct Sum(Balances);

impl Sum {
    fn add_if_effective(&mut self, record: &Record, no: i64, at: Time) {
        if record.extra().effective_at.unwrap_or(record.at) > at {
            return;
        }
        let effect = record.effect();
        let pending = effect.pending.wrapping_sub(effect.released);
        let (pending_sum, posted_sum) = if record.debit == no {
            (&mut self.0.debits_pending, &mut self.0.debits_posted)
        } else {
            (&mut self.0.credits_pending, &mut self.0.credits_posted)
        };
        *pending_sum = pending_sum.wrapping_add(pending);
        *posted_sum = posted_sum.wrapping_add(effect.posted);
    }

    fn add_difference(&mut self, after: &Balances, before: &Balances) {
        let add = |sum: &mut u128, after: u128, before: u128| {
            *sum = sum.wrapping_add(after.wrapping_sub(before));
        };
        add(&mut self.0.debits_pending, after.debits_pending, before.debits_pending);
        add(&mut self.0.debits_posted, after.debits_posted, before.debits_posted);
        add(&mut self.0.credits_pending, after.credits_pending, before.credits_pending);
        add(&mut self.0.credits_posted, after.credits_posted, before.credits_posted);
    }

    /// A release that took effect before its hold leaves nothing reserved.
    fn balances(self) -> Balances {
        let clamp = |value: u128| if value > u128::MAX / 2 { 0 } else { value };
        Balances {
            debits_pending: clamp(self.0.debits_pending),
            credits_pending: clamp(self.0.credits_pending),
            ..self.0
        }
    }
}
