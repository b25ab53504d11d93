//! What clients ask for. Spaces of ids and amounts are small, so that commands collide, conflict
//! and exhaust each other often; now and then an amount or an id is as large as it can be.

use super::rng::Rng;
use crate::engine::{
    AccountDetails, AccountFlags, AccountUpdate, Extra, GroupAction, Limits, NewAccount,
    NewTransfer, Request, ResolveGroup, Time, TransferFlags,
};

/// Where ids of transfers come from.
#[derive(Clone, Debug)]
pub(crate) enum Ids {
    /// About as many as this: any command may meet any other.
    Few(u64),
    /// Mostly new and time-ordered; otherwise one of those given out.
    TimeOrdered { given: Vec<u128>, now: Time },
}

/// Makes requests.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) ids: Ids,
    /// First of the account ids in use.
    pub(crate) accounts_from: u128,
    pub(crate) now: Time,
}

pub(crate) const ASSETS: [u32; 2] = [1, 2];
const ACCOUNTS: u64 = 10;
const GROUPS: u64 = 4;

/// What most ids of a kind are used for: `id % 3` says so, so that a command that refers to a
/// hold mostly finds one.
#[derive(Clone, Copy)]
enum Kind {
    Movement = 0,
    Hold = 1,
    Reference = 2,
}

impl Ids {
    fn own(&mut self, rng: &mut Rng, kind: Kind) -> u128 {
        match self {
            Self::Few(end) => few(*end, rng, kind),
            Self::TimeOrdered { given, .. } if !given.is_empty() && rng.chance(6) => {
                given[rng.below(given.len() as u64) as usize]
            }
            Self::TimeOrdered { given, now } => {
                let millis = (*now / 1_000) as u128;
                let id = (millis << 80) | u128::from(rng.next());
                given.push(id - id % 3 + kind as u128);
                given[given.len() - 1]
            }
        }
    }

    /// The id of a transfer to post, void, extend or reverse.
    fn other(&self, rng: &mut Rng, kind: Kind) -> u128 {
        match self {
            Self::Few(end) => few(*end, rng, kind),
            Self::TimeOrdered { given, .. } => {
                let of_kind = |id: &&u128| **id % 3 == kind as u128;
                let back = if rng.chance(85) { rng.below(12) } else { rng.below(400) };
                given.iter().rev().filter(of_kind).nth(back as usize).copied().unwrap_or(1)
            }
        }
    }
}

fn few(end: u64, rng: &mut Rng, kind: Kind) -> u128 {
    let id = u128::from(3 + rng.below(end));
    if rng.chance(92) { id - id % 3 + kind as u128 } else { id }
}

impl Workload {
    pub(crate) fn request(&mut self, rng: &mut Rng) -> Request {
        match rng.weighted(&[12, 5, 72, 8, 3]) {
            0 => {
                let count = if rng.chance(70) { 1 } else { 1 + rng.below(4) };
                Request::CreateAccounts((0..count).map(|_| self.account(rng)).collect())
            }
            1 => Request::UpdateAccount(self.update(rng)),
            2 => {
                let count = if rng.chance(50) { 1 } else { 1 + rng.below(6) };
                let imported = rng.chance(6);
                let mut transfers: Vec<NewTransfer> =
                    (0..count).map(|_| self.transfer(rng, imported)).collect();
                if count > 1 && rng.chance(10) {
                    transfers[1] = transfers[0].clone();
                }
                if count > 1 && rng.chance(40) {
                    link(&mut transfers, rng);
                }
                Request::CreateTransfers(transfers)
            }
            3 => {
                let id = self.ids.own(rng, Kind::Reference);
                let action = rng.pick(&[GroupAction::Post, GroupAction::Void]);
                Request::ResolveGroup(ResolveGroup { id, group: self.group(rng), action })
            }
            _ => Request::Expire { limit: 1 + rng.below(4) as usize },
        }
    }

    /// Creates all accounts in use, plainly.
    pub(crate) fn all_accounts(&self) -> Request {
        let account = |offset| plain_account(self.accounts_from + u128::from(offset));
        Request::CreateAccounts((0..ACCOUNTS).map(account).collect())
    }

    fn account_id(&self, rng: &mut Rng) -> u128 {
        match rng.below(200) {
            0 => 0,
            1 => u128::MAX,
            _ => self.accounts_from + u128::from(rng.below(ACCOUNTS)),
        }
    }

    /// An account whose fields follow from its id, so that repeats agree; sometimes they don't.
    fn account(&self, rng: &mut Rng) -> NewAccount {
        let mut new = plain_account(self.account_id(rng));
        if rng.chance(20) {
            new.flags.0 ^= 1 << rng.below(7);
        }
        if rng.chance(8) {
            new.asset = rng.below(4) as u32;
        }
        if rng.chance(5) {
            new.limits = limits(rng);
        }
        if rng.chance(5) {
            new.details.user_data_64 = rng.below(3);
        }
        if rng.chance(10) {
            new.details.address = Some(format!("shop/{}", rng.below(6)).into());
        }
        if new.flags.has(AccountFlags::IMPORTED) {
            new.timestamp = self.past(rng);
        }
        new
    }

    fn update(&self, rng: &mut Rng) -> AccountUpdate {
        let limits = limits(rng);
        AccountUpdate {
            id: self.account_id(rng),
            expected_version: rng.chance(30).then(|| 1 + rng.below(3) as u32),
            floor: rng.chance(60).then_some(limits.floor),
            ceiling: rng.chance(40).then_some(limits.ceiling),
            metadata: rng.chance(30).then(|| Some(format!("{{\"n\":{}}}", rng.below(3)).into())),
        }
    }

    fn transfer(&mut self, rng: &mut Rng, imported: bool) -> NewTransfer {
        let choice = rng.weighted(&[40, 22, 26, 4, 8]);
        let kind = [Kind::Movement, Kind::Hold, Kind::Reference, Kind::Movement, Kind::Reference];
        let id = match rng.below(300) {
            0 => 0,
            1 => u128::MAX,
            _ => self.ids.own(rng, kind[choice]),
        };
        // Half of the commands follow from their id alone: a repeat of the id repeats them.
        let mut by_id = Rng::new(id as u64);
        let other_amount = rng.chance(8).then(|| rng.pick(&[0, 4, 10, u128::MAX]));
        let rng = if rng.chance(50) { &mut by_id } else { rng };
        let mut new = match choice {
            0 => self.movement(rng, 0),
            1 => self.movement(rng, TransferFlags::PENDING),
            2 => self.resolution(rng),
            3 => {
                let flag = 1 << rng.below(12);
                self.movement(rng, flag)
            }
            _ => self.reversal(rng),
        };
        new.id = id;
        new.amount = other_amount.unwrap_or(new.amount);
        if imported || rng.chance(1) {
            new.flags.0 |= TransferFlags::IMPORTED;
            new.timestamp = self.past(rng);
        }
        if new.extra == Some(Box::default()) {
            new.extra = None;
        }
        new
    }

    fn movement(&mut self, rng: &mut Rng, flags: u16) -> NewTransfer {
        let debit = self.account_id(rng);
        let mut credit = self.account_id(rng);
        if rng.chance(90) {
            // The neighbours of the same asset, so that most transfers can succeed.
            credit = debit.wrapping_add(rng.pick(&[2, 4, 6, 8]));
            let end = self.accounts_from + u128::from(ACCOUNTS);
            credit = if credit >= end { credit.wrapping_sub(ACCOUNTS.into()) } else { credit };
        }
        let is_pending = flags & TransferFlags::PENDING != 0;
        let mut flags = flags;
        if rng.chance(12) {
            flags |= rng.pick(&[TransferFlags::BALANCING_DEBIT, TransferFlags::BALANCING_CREDIT]);
        }
        let closes = is_pending && rng.chance(5);
        if closes {
            flags |= rng.pick(&[TransferFlags::CLOSING_DEBIT, TransferFlags::CLOSING_CREDIT]);
        }
        let extra = Extra {
            timeout_s: if closes || (is_pending && rng.chance(50)) {
                1 + rng.below(8) as u32
            } else {
                0
            },
            group: if is_pending && rng.chance(50) { self.group(rng) } else { 0 },
            user_data_64: if rng.chance(10) { rng.below(3) } else { 0 },
            reference: rng.chance(5).then(|| format!("invoice {}", rng.below(3)).into()),
            effective_at: rng.chance(5).then_some(1_000_000),
            pending_id: u128::from(rng.chance(1)),
            ..Extra::default()
        };
        NewTransfer {
            debit_account: debit,
            credit_account: credit,
            amount: amount(rng),
            asset: asset_of(debit),
            code: if rng.chance(98) { 1 + rng.below(2) as u16 } else { 0 },
            flags: TransferFlags(flags),
            extra: Some(Box::new(extra)),
            ..NewTransfer::default()
        }
    }

    fn resolution(&mut self, rng: &mut Rng) -> NewTransfer {
        let post = TransferFlags::POST_PENDING;
        let kinds = [
            (post, rng.pick(&[u128::MAX, u128::MAX, 3, 10])),
            (post | TransferFlags::PARTIAL, rng.pick(&[0, 1, 4, 7, u128::MAX])),
            (TransferFlags::VOID_PENDING, rng.pick(&[0, 0, 0, 10])),
            (TransferFlags::EXTEND_PENDING, rng.pick(&[0, 0, 0, 1])),
            (post | TransferFlags::VOID_PENDING, 0),
        ];
        let (flags, amount) = kinds[rng.weighted(&[30, 30, 25, 14, 1])];
        let extends = flags & TransferFlags::EXTEND_PENDING != 0;
        let given = rng.chance(5);
        NewTransfer {
            debit_account: if given { self.account_id(rng) } else { 0 },
            credit_account: if given { self.account_id(rng) } else { 0 },
            asset: if rng.chance(3) { 1 } else { 0 },
            code: if rng.chance(3) { 1 } else { 0 },
            amount,
            flags: TransferFlags(flags),
            extra: Some(Box::new(Extra {
                pending_id: if rng.chance(98) { self.ids.other(rng, Kind::Hold) } else { 0 },
                timeout_s: if extends == rng.chance(97) { 1 + rng.below(9) as u32 } else { 0 },
                user_data_64: if rng.chance(10) { rng.below(3) } else { 0 },
                ..Extra::default()
            })),
            ..NewTransfer::default()
        }
    }

    fn reversal(&mut self, rng: &mut Rng) -> NewTransfer {
        let given = rng.chance(10);
        NewTransfer {
            debit_account: if given { self.account_id(rng) } else { 0 },
            credit_account: if given { self.account_id(rng) } else { 0 },
            amount: rng.pick(&[u128::MAX, u128::MAX, 0, 2, 5, 9]),
            code: rng.below(2) as u16,
            extra: Some(Box::new(Extra {
                reverses: self.ids.other(rng, Kind::Movement),
                ..Extra::default()
            })),
            ..NewTransfer::default()
        }
    }

    fn group(&self, rng: &mut Rng) -> u128 {
        self.accounts_from / 8 + u128::from(rng.below(GROUPS))
    }

    fn past(&self, rng: &mut Rng) -> Time {
        self.now - 3_000_000 + rng.below(3_100_000) as Time
    }
}

/// Links a run of transfers; a last one that is linked leaves its chain open.
fn link(transfers: &mut [NewTransfer], rng: &mut Rng) {
    let count = transfers.len() as u64;
    let start = rng.below(count);
    let length = 1 + rng.below(count - start);
    let open = rng.chance(4);
    for index in start..start + length {
        if open || index + 1 < count {
            transfers[index as usize].flags.0 |= TransferFlags::LINKED;
        }
    }
}

fn asset_of(account: u128) -> u32 {
    ASSETS[(account % 2) as usize]
}

fn plain_account(id: u128) -> NewAccount {
    let mut by_id = Rng::new(id as u64);
    let rng = &mut by_id;
    let mut flags = 0;
    if rng.chance(25) {
        flags |= rng.pick(&[
            AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS,
            AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS,
        ]);
    }
    let limits = if rng.chance(35) { limits(rng) } else { Limits::default() };
    let contradictory = limits.are_contradictory();
    NewAccount {
        id,
        asset: asset_of(id),
        code: 1,
        flags: AccountFlags(flags),
        limits: if contradictory { Limits::default() } else { limits },
        details: AccountDetails {
            address: rng.chance(20).then(|| format!("users/{id}").into()),
            user_data_32: rng.below(2) as u32,
            ..AccountDetails::default()
        },
        timestamp: 0,
    }
}

fn limits(rng: &mut Rng) -> Limits {
    let floor = rng.pick(&[0, 0, -50, -10, 5, i128::MIN]);
    let ceiling = rng.pick(&[0, 40, 100, -5, i128::MAX]);
    Limits { floor: rng.chance(60).then_some(floor), ceiling: rng.chance(30).then_some(ceiling) }
}

fn amount(rng: &mut Rng) -> u128 {
    match rng.below(100) {
        0..=4 => 0,
        5..=8 => u128::MAX,
        9..=10 => u128::MAX / 2 + u128::from(rng.below(3)),
        11..=30 => u128::from(rng.below(200)),
        _ => u128::from(1 + rng.below(20)),
    }
}
