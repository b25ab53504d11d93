//! The books that a verification keeps while it reads: balances and states, by the same rules as
//! the engine, with checked arithmetic, because a changed row may say anything.

use hashbrown::HashMap;

use crate::engine::{Balances, Record, TransferState};

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) balances: HashMap<i64, Balances>,
    pub(super) states: HashMap<u128, TransferState>,
    pub(super) last_at: i64,
    pub(super) last_seq: i64,
}

impl Books {
    /// Enters a record; answers with what is wrong with it.
    pub(super) fn enter(&mut self, record: &Record) -> Result<(), String> {
        if record.seq != self.last_seq + 1 {
            let last = self.last_seq;
            self.last_seq = record.seq;
            return Err(format!("follows sequence {last}: a row is missing or was added"));
        }
        self.last_seq = record.seq;
        if record.at < self.last_at {
            return Err("its time is before that of the row before it".to_owned());
        }
        self.last_at = record.at;
        if record.debit == record.credit {
            return Err("debits and credits the same account".to_owned());
        }
        self.move_value(record)?;
        self.follow(record)
    }

    fn move_value(&mut self, record: &Record) -> Result<(), String> {
        let effect = record.effect();
        let change = |pending: u128, posted: u128| {
            let pending = pending.checked_add(effect.pending)?.checked_sub(effect.released)?;
            Some((pending, posted.checked_add(effect.posted)?))
        };
        let impossible = || "its amount does not fit the balances before it".to_owned();
        let debit = self.balances.entry(record.debit).or_default();
        let (pending, posted) =
            change(debit.debits_pending, debit.debits_posted).ok_or_else(impossible)?;
        (debit.debits_pending, debit.debits_posted) = (pending, posted);
        let credit = self.balances.entry(record.credit).or_default();
        let (pending, posted) =
            change(credit.credits_pending, credit.credits_posted).ok_or_else(impossible)?;
        (credit.credits_pending, credit.credits_posted) = (pending, posted);
        Ok(())
    }

    fn follow(&mut self, record: &Record) -> Result<(), String> {
        let Some(target) = TransferState::target(record) else { return Ok(()) };
        let before = self.states.get(&target).copied();
        let extra = record.extra();
        if extra.pending_id != 0 {
            let Some(before) = before else {
                return Err("refers to a pending transfer that is not there".to_owned());
            };
            if extra.released.unwrap_or(0) > before.remaining {
                return Err("releases more than the pending transfer holds".to_owned());
            }
        }
        let state = TransferState::after(record, before.unwrap_or_default());
        self.states.insert(target, state);
        Ok(())
    }
}
