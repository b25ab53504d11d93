//! A ledger full of transfers of the past 120 days, of which one person is in a fifth.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use identity::UserId;
use kernel::id::derived::of_hash_at;
use kernel::{Amount, Clock as _, SystemClock, Timestamp};
use ledger::engine::{NewTransfer, TransferFlags};
use ledger::{BATCH_MAX, NewAsset, TransferId};
use wallet::{PastAccount, PastKind, PastOutcome, PastTransfer};

use super::super::people;
use crate::chance::Chance;
use crate::serve::Contexts;

/// What everybody holds, the busiest first.
pub(super) const ASSETS: [&str; 3] = ["COIN", "APPLE", "POINT"];
const PEOPLE: u32 = 300;
const PAST: Duration = Duration::from_secs(120 * 24 * 3_600);
const FUNDS: u128 = 1_000_000_000;
/// Of a transfer between people.
const CODE: u16 = 200;

/// Fills it; answers with how many transfers the person with number 0 is in.
pub(super) async fn fill(contexts: &Contexts, transfers: u32) -> anyhow::Result<u32> {
    let mut numbers = Vec::new();
    for code in ASSETS {
        let new =
            NewAsset { code: code.into(), scale: 2, kind: "money".into(), ..NewAsset::default() };
        let (_, asset) = contexts.ledger.create_asset(new).await?;
        numbers.push(asset.context("the asset was made")?.no);
    }
    let users = people::users(contexts, PEOPLE).await?;
    let begin = SystemClock.now().saturating_sub(PAST);
    begin_accounts(contexts, &users, begin).await?;
    let mut load = Load { chance: Chance::new(7), users, numbers, begin, own: 0 };
    let mut made = 0;
    while made < transfers {
        let size = (transfers - made).min(u32::try_from(BATCH_MAX).unwrap_or(u32::MAX));
        let batch = (made..made + size).map(|number| load.transfer(number, transfers)).collect();
        let results = contexts.ledger.create_transfers(batch).await?;
        let refused = results.iter().find(|result| !result.status.is_success());
        ensure!(refused.is_none(), "a transfer was refused: {refused:?}");
        made += size;
    }
    Ok(load.own)
}

async fn begin_accounts(
    contexts: &Contexts,
    users: &[UserId],
    begin: Timestamp,
) -> anyhow::Result<()> {
    let opened_at = begin.saturating_sub(Duration::from_secs(60));
    let each = || users.iter().flat_map(|user| ASSETS.map(|asset| (*user, asset.to_owned())));
    let accounts: Vec<PastAccount> =
        each().map(|(user, asset)| PastAccount { user, asset, opened_at }).collect();
    let funds: Vec<PastTransfer> = each()
        .map(|(to, asset)| PastTransfer {
            id: TransferId::generate(),
            at: opened_at.saturating_add(Duration::from_secs(1)),
            kind: PastKind::Issue,
            from: None,
            to,
            asset,
            amount: Amount::new(FUNDS),
            message: None,
            reference: None,
            outcome: PastOutcome::AtOnce,
        })
        .collect();
    Ok(contexts.wallet.import_past(&accounts, &funds).await?)
}

struct Load {
    chance: Chance,
    users: Vec<UserId>,
    numbers: Vec<u32>,
    begin: Timestamp,
    own: u32,
}

impl Load {
    fn transfer(&mut self, number: u32, of: u32) -> NewTransfer {
        let others = PEOPLE - 1;
        let one = 1 + self.chance.below(others);
        let other = if self.chance.below(5) == 0 {
            self.own += 1;
            0
        } else {
            1 + (one + self.chance.below(others - 1)) % others
        };
        let is_back = self.chance.below(2) == 0;
        let (from, to) = if is_back { (other, one) } else { (one, other) };
        let asset = match self.chance.below(10) {
            0 => 2,
            1 => 1,
            _ => 0,
        };
        let account = |who: u32| self.users[who as usize].account_id(ASSETS[asset]);
        let at = self.begin.as_micros()
            + i64::try_from(PAST.as_micros() * u128::from(number + 1) / u128::from(of + 2))
                .expect("120 days are few microseconds");
        let hash = blake3::hash(&number.to_be_bytes());
        let time = u128::try_from(at / 1_000).unwrap_or(0) << 80;
        NewTransfer {
            id: of_hash_at(time, hash.as_bytes()),
            debit_account: account(from),
            credit_account: account(to),
            amount: u128::from(1 + self.chance.below(100)),
            asset: self.numbers[asset],
            code: CODE,
            flags: TransferFlags(TransferFlags::IMPORTED),
            timestamp: at,
            extra: None,
        }
    }
}
