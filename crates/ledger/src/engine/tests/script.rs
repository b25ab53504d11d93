//! A small language for the engine's tests: a line is a command and, after `|`, the status that
//! it gets. Commands between `batch` and `end` are one request. `//` starts a comment.
//!
//! ```text
//! account ID [asset= code= floor= ceiling= address= meta= d128= d64= d32= ts= flags…]
//! update ID [floor= ceiling= meta= version=]
//! transfer ID DEBIT CREDIT AMOUNT [flags… timeout= group= asset= code= …]
//! post|partial|void ID PENDING AMOUNT      extend ID PENDING SECONDS
//! reverse ID ORIGINAL AMOUNT               group ID GROUP post|void
//! expire [LIMIT]                           time +5s | +1us
//! balances ID DEBITS_PENDING DEBITS_POSTED CREDITS_PENDING CREDITS_POSTED
//! hold ID STATUS REMAINING                 closed ID   open ID   records COUNT
//! ```

use std::collections::BTreeSet;
use std::str::SplitWhitespace;

use crate::engine::{
    AccountFlags, AccountUpdate, Effects, Engine, Extra, Facts, GroupAction, NewAccount,
    NewTransfer, Request, ResolveGroup, Response, Start, Time, TransferFlags,
};

/// When every script begins.
pub(super) const BEGINNING: Time = 1_767_225_600_000_000;

const TRANSFER_FLAGS: [(&str, u16); 11] = [
    ("linked", TransferFlags::LINKED),
    ("pending", TransferFlags::PENDING),
    ("post", TransferFlags::POST_PENDING),
    ("void", TransferFlags::VOID_PENDING),
    ("balancing_debit", TransferFlags::BALANCING_DEBIT),
    ("balancing_credit", TransferFlags::BALANCING_CREDIT),
    ("closing_debit", TransferFlags::CLOSING_DEBIT),
    ("closing_credit", TransferFlags::CLOSING_CREDIT),
    ("imported", TransferFlags::IMPORTED),
    ("partial", TransferFlags::PARTIAL),
    ("extend", TransferFlags::EXTEND_PENDING),
];

const ACCOUNT_FLAGS: [(&str, u16); 5] = [
    ("linked", AccountFlags::LINKED),
    ("no_overdraft", AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
    ("no_surplus", AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS),
    ("imported", AccountFlags::IMPORTED),
    ("is_closed", AccountFlags::CLOSED),
];

/// An engine, its clock, and the statuses that came out of it.
pub(super) struct Ledger {
    pub(super) engine: Engine,
    pub(super) now: Time,
    pub(super) seen: BTreeSet<&'static str>,
    pub(super) effects: Effects,
    records: usize,
}

enum Item {
    Account(NewAccount),
    Transfer(NewTransfer),
}

/// Runs a script on a new ledger and panics at the first line that isn't so.
pub(super) fn check(script: &str) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.check(script);
    ledger
}

impl Ledger {
    pub(super) fn new() -> Self {
        let start = Start { next_seq: 1, range_size: 8, next_account_no: 1, ..Start::default() };
        let mut engine = Engine::new(start);
        engine.learn_assets([1, 2]);
        let (seen, effects) = (BTreeSet::new(), Effects::default());
        Self { engine, now: BEGINNING, seen, effects, records: 0 }
    }

    /// Executes one request; nothing that isn't in memory exists.
    pub(super) fn execute(&mut self, request: Request) -> Response {
        let requests = [request];
        loop {
            let needs = self.engine.needs(&requests, self.now);
            if needs.is_empty() {
                break;
            }
            self.engine.learn(&needs, Facts::default());
        }
        let (mut responses, effects) = self.engine.execute(&requests, self.now);
        self.records += effects.records.len();
        self.effects = effects;
        responses.pop().expect("one request, one response")
    }

    pub(super) fn check(&mut self, script: &str) {
        let mut batch: Option<Vec<(Item, &str, &str)>> = None;
        for line in script.lines() {
            let line = line.split("//").next().unwrap().trim();
            match line {
                "" => {}
                "batch" => batch = Some(Vec::new()),
                "end" => self.run_items(batch.take().expect("a batch was begun")),
                _ => {
                    let (command, expected) = line.split_once('|').unwrap_or((line, ""));
                    let (command, expected) = (command.trim(), expected.trim());
                    match (item(command), &mut batch) {
                        (Some(item), Some(batch)) => batch.push((item, command, expected)),
                        (Some(item), None) => self.run_items(vec![(item, command, expected)]),
                        (None, _) => self.run(command, expected),
                    }
                }
            }
        }
    }

    fn run_items(&mut self, items: Vec<(Item, &str, &str)>) {
        let (mut accounts, mut transfers, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for (item, command, expected) in items {
            match item {
                Item::Account(new) => accounts.push(new),
                Item::Transfer(new) => transfers.push(new),
            }
            lines.push((command, expected));
        }
        let request = if accounts.is_empty() {
            Request::CreateTransfers(transfers)
        } else {
            Request::CreateAccounts(accounts)
        };
        let actual: Vec<&'static str> = match self.execute(request) {
            Response::Accounts(statuses) => statuses.iter().map(|status| status.as_str()).collect(),
            Response::Transfers(results) => {
                results.iter().map(|result| result.status.as_str()).collect()
            }
            other => panic!("not an answer to a creation: {other:?}"),
        };
        for ((command, expected), actual) in lines.into_iter().zip(actual) {
            assert_eq!(actual, expected, "in the line `{command}`");
            self.seen.insert(actual);
        }
    }

    fn run(&mut self, command: &str, expected: &str) {
        let mut words = command.split_whitespace();
        let name = words.next().unwrap();
        match name {
            "update" => self.update(command, words, expected),
            "group" => self.group(command, words, expected),
            "expire" => {
                let limit = words.next().map_or(100, |limit| limit.parse().unwrap());
                let response = self.execute(Request::Expire { limit });
                let expected = Response::Expired(expected.parse().unwrap());
                assert_eq!(response, expected, "in the line `{command}`");
            }
            "time" => self.now += duration(words.next().unwrap()),
            "records" => assert_eq!(self.records as u128, number(&mut words), "`{command}`"),
            _ => self.look(command, name, number(&mut words), words),
        }
    }

    fn look(&self, command: &str, name: &str, id: u128, mut words: SplitWhitespace) {
        let account = || self.engine.account(id).expect("the account exists");
        match name {
            "closed" => assert!(account().closed, "`{command}`"),
            "open" => assert!(!account().closed, "`{command}`"),
            "absent" => assert_eq!(self.engine.account(id), None, "`{command}`"),
            "balances" => {
                let has = account().balances;
                let has = [
                    has.debits_pending,
                    has.debits_posted,
                    has.credits_pending,
                    has.credits_posted,
                ];
                let expected: Vec<u128> = words.map(amount).collect();
                assert_eq!(has.as_slice(), expected, "in the line `{command}`");
            }
            "hold" => {
                let state = self.engine.state(id).expect("the hold exists");
                assert_eq!(state.status.name(), words.next(), "in the line `{command}`");
                assert_eq!(state.remaining, number(&mut words), "in the line `{command}`");
            }
            _ => panic!("no such command: `{command}`"),
        }
    }

    fn update(&mut self, command: &str, mut words: SplitWhitespace, expected: &str) {
        let mut update = AccountUpdate { id: number(&mut words), ..AccountUpdate::default() };
        for word in words {
            let (key, value) = word.split_once('=').unwrap();
            match key {
                "floor" => update.floor = Some(value.parse().ok()),
                "ceiling" => update.ceiling = Some(value.parse().ok()),
                "meta" => update.metadata = Some(Some(value.into())),
                "version" => update.expected_version = Some(value.parse().unwrap()),
                _ => panic!("no such field: `{command}`"),
            }
        }
        let Response::Update(status, _) = self.execute(Request::UpdateAccount(update)) else {
            panic!("an update is answered by an update");
        };
        assert_eq!(status.as_str(), expected, "in the line `{command}`");
        self.seen.insert(status.as_str());
    }

    /// The status of the command, then those of the members.
    fn group(&mut self, command: &str, mut words: SplitWhitespace, expected: &str) {
        let (id, group) = (number(&mut words), number(&mut words));
        let action = match words.next() {
            Some("post") => GroupAction::Post,
            _ => GroupAction::Void,
        };
        let response = self.execute(Request::ResolveGroup(ResolveGroup { id, group, action }));
        let Response::Group(status, results) = response else {
            panic!("a group command is answered by a group");
        };
        let members = results.iter().map(|result| result.status.as_str());
        let actual: Vec<&str> = std::iter::once(status.as_str()).chain(members).collect();
        assert_eq!(actual.join(" "), expected, "in the line `{command}`");
        self.seen.insert(status.as_str());
    }
}

fn item(command: &str) -> Option<Item> {
    let mut words = command.split_whitespace();
    let name = words.next()?;
    let reference = |flags: u16, words: &mut SplitWhitespace| NewTransfer {
        id: number(words),
        flags: TransferFlags(flags),
        extra: Some(Box::new(Extra { pending_id: number(words), ..Extra::default() })),
        ..NewTransfer::default()
    };
    let mut new = match name {
        "account" => return Some(Item::Account(account(words))),
        "transfer" => NewTransfer {
            id: number(&mut words),
            debit_account: number(&mut words),
            credit_account: number(&mut words),
            asset: 1,
            code: 1,
            ..NewTransfer::default()
        },
        "post" => reference(TransferFlags::POST_PENDING, &mut words),
        "partial" => reference(TransferFlags::POST_PENDING | TransferFlags::PARTIAL, &mut words),
        "void" => reference(TransferFlags::VOID_PENDING, &mut words),
        "extend" => reference(TransferFlags::EXTEND_PENDING, &mut words),
        "reverse" => {
            let mut new = reference(0, &mut words);
            let extra = new.extra.as_mut().unwrap();
            extra.reverses = std::mem::take(&mut extra.pending_id);
            new
        }
        _ => return None,
    };
    if name == "extend" {
        new.extra.as_mut().unwrap().timeout_s = number(&mut words) as u32;
    } else {
        new.amount = number(&mut words);
    }
    words.for_each(|word| set(&mut new, word));
    Some(Item::Transfer(new))
}

fn account(mut words: SplitWhitespace) -> NewAccount {
    let mut new = NewAccount { id: number(&mut words), asset: 1, code: 1, ..NewAccount::default() };
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            let (_, flag) = ACCOUNT_FLAGS.iter().find(|(name, _)| *name == word).unwrap();
            new.flags.0 |= flag;
            continue;
        };
        match key {
            "asset" => new.asset = value.parse().unwrap(),
            "code" => new.code = value.parse().unwrap(),
            "flags" => new.flags.0 |= value.parse::<u16>().unwrap(),
            "floor" => new.limits.floor = Some(value.parse().unwrap()),
            "ceiling" => new.limits.ceiling = Some(value.parse().unwrap()),
            "address" => new.details.address = Some(value.into()),
            "meta" => new.details.metadata = Some(value.into()),
            "d128" => new.details.user_data_128 = value.parse().unwrap(),
            "d64" => new.details.user_data_64 = value.parse().unwrap(),
            "d32" => new.details.user_data_32 = value.parse().unwrap(),
            "ts" => new.timestamp = BEGINNING + duration(value),
            _ => panic!("no such field: {word}"),
        }
    }
    new
}

fn set(new: &mut NewTransfer, word: &str) {
    let Some((key, value)) = word.split_once('=') else {
        let (_, flag) = TRANSFER_FLAGS.iter().find(|(name, _)| *name == word).unwrap();
        new.flags.0 |= flag;
        return;
    };
    let extra = new.extra.get_or_insert_default();
    match key {
        "asset" => new.asset = value.parse().unwrap(),
        "code" => new.code = value.parse().unwrap(),
        "dr" => new.debit_account = value.parse().unwrap(),
        "cr" => new.credit_account = value.parse().unwrap(),
        "amount" => new.amount = amount(value),
        "flags" => new.flags.0 |= value.parse::<u16>().unwrap(),
        "ts" => new.timestamp = BEGINNING + duration(value),
        "timeout" => extra.timeout_s = value.parse().unwrap(),
        "pending_id" => extra.pending_id = value.parse().unwrap(),
        "group" => extra.group = value.parse().unwrap(),
        "reverses" => extra.reverses = value.parse().unwrap(),
        "effective" => extra.effective_at = Some(value.parse().unwrap()),
        "ref" => extra.reference = Some(value.into()),
        "meta" => extra.metadata = Some(value.into()),
        "d128" => extra.user_data_128 = value.parse().unwrap(),
        "d64" => extra.user_data_64 = value.parse().unwrap(),
        "d32" => extra.user_data_32 = value.parse().unwrap(),
        _ => panic!("no such field: {word}"),
    }
}

fn number(words: &mut SplitWhitespace) -> u128 {
    amount(words.next().expect("a number is missing"))
}

/// A number, `max`, or `max-N`.
fn amount(word: &str) -> u128 {
    match word.strip_prefix("max") {
        Some("") => u128::MAX,
        Some(less) => u128::MAX - less.strip_prefix('-').unwrap().parse::<u128>().unwrap(),
        None => word.parse().unwrap(),
    }
}

/// `+5s`, `-5s` or `+5us`, in microseconds.
fn duration(word: &str) -> Time {
    match word.strip_suffix("us") {
        Some(micros) => micros.parse().unwrap(),
        None => word.strip_suffix('s').unwrap().parse::<Time>().unwrap() * 1_000_000,
    }
}
