//! What the benchmarks send: transfers between random accounts, the same for the same seed.

use kernel::{Clock as _, SystemClock};

use crate::chance::Chance;

/// A movement between two accounts, which are numbered from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Movement {
    pub(super) id: u128,
    pub(super) debit: u32,
    pub(super) credit: u32,
    pub(super) amount: u32,
}

/// Makes movements with time-ordered ids.
#[derive(Debug)]
pub(super) struct Load {
    chance: Chance,
    accounts: u32,
    hot_percent: u32,
    counter: u64,
}

impl Load {
    /// `hot_percent` of the movements have account 0 on one side.
    pub(super) fn new(accounts: u32, hot_percent: u32, seed: u64) -> Self {
        assert!(accounts >= 2 && hot_percent <= 100, "checked by the command line");
        Self { chance: Chance::new(seed), accounts, hot_percent, counter: 0 }
    }

    pub(super) fn batch(&mut self, size: usize) -> Vec<Movement> {
        let millis = u128::try_from(SystemClock.now().as_millis()).unwrap_or(0);
        (0..size).map(|_| self.movement(millis)).collect()
    }

    fn movement(&mut self, millis: u128) -> Movement {
        const VERSION_7: u128 = 7 << 76;
        const VARIANT: u128 = 0b10 << 62;
        self.counter += 1;
        let id = millis << 80 | VERSION_7 | VARIANT | u128::from(self.counter);
        let mut debit = self.chance.below(self.accounts);
        let mut credit = self.chance.below(self.accounts - 1);
        // Any account but the debited one.
        credit += u32::from(credit >= debit);
        if self.hot_percent > 0 && self.chance.below(100) < self.hot_percent {
            match (debit, credit) {
                (0, _) | (_, 0) => {}
                _ if self.counter.is_multiple_of(2) => debit = 0,
                _ => credit = 0,
            }
        }
        Movement { id, debit, credit, amount: 1 + self.chance.below(100_000_000) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_and_sides_differ() {
        let mut load = Load::new(10, 0, 7);
        let all: Vec<_> = (0..10).flat_map(|_| load.batch(100)).collect();
        assert!(all.is_sorted_by(|left, right| left.id < right.id));
        assert!(all.iter().all(|one| one.debit != one.credit && one.debit < 10 && one.credit < 10));
    }

    #[test]
    fn hot_account_has_its_share() {
        let hot = |percent| {
            let all = Load::new(1_000, percent, 7).batch(10_000);
            all.iter().filter(|one| one.debit == 0 || one.credit == 0).count()
        };
        assert!(hot(0) < 100);
        assert!((4_500..5_500).contains(&hot(50)), "{}", hot(50));
        assert_eq!(hot(100), 10_000);
    }
}
