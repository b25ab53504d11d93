//! One run: clients ask, the leader executes, commits, seals and crashes, and everything that
//! became durable is held against the model.

use std::collections::BTreeMap;
use std::fmt;

use super::leader::{Batch, Leader, Outcome};
use super::model::Model;
use super::rng::Rng;
use super::store::RANGE_SIZE;
use super::workload::{ASSETS, Ids, Workload};
use crate::engine::{
    AccountUpdate, Balances, Request, Response, Time, TransferFlags, TransferResult, TransferState,
    TransferStatus,
};

const CLIENTS: usize = 6;
/// When every run begins: 2026-01-01.
const BEGINNING: Time = 1_767_225_600_000_000;

/// What a run did. The same seed and number of steps give the same digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub seed: u64,
    pub steps: u64,
    pub batches: u64,
    pub accounts: usize,
    pub transfers: usize,
    pub failed: usize,
    pub crashes: u64,
    pub retries: u64,
    pub lookups: u64,
    pub ranges_sealed: i64,
    pub digest: String,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "seed {} steps {}: {} batches, {} accounts, {} transfers, {} failed ids, {} crashes, \
             {} retries, {} look-ups, {} ranges sealed, digest {}",
            self.seed,
            self.steps,
            self.batches,
            self.accounts,
            self.transfers,
            self.failed,
            self.crashes,
            self.retries,
            self.lookups,
            self.ranges_sealed,
            self.digest,
        )
    }
}

/// Who asks, and asks again until there is an answer.
#[derive(Debug, Default)]
struct Client {
    request: Option<Request>,
    is_waiting: bool,
}

/// See the module's text.
struct Simulation {
    rng: Rng,
    leader: Leader,
    model: Model,
    workload: Workload,
    clients: Vec<Client>,
    clock: Time,
    /// How each id of a transfer fared first, once that was durable.
    first: BTreeMap<u128, TransferResult>,
    /// What clients were told that exists.
    acknowledged: BTreeMap<u128, i64>,
    digest: blake3::Hasher,
    batches: u64,
    retries: u64,
}

/// Runs a simulation.
///
/// # Panics
/// When the engine breaks a promise; the message says which.
pub fn run(seed: u64, steps: u64) -> Summary {
    let mut simulation = Simulation::new(seed, steps);
    for _ in 0..steps {
        simulation.step();
    }
    simulation.settle();
    simulation.verify();
    Summary {
        seed,
        steps,
        batches: simulation.batches,
        accounts: simulation.leader.store.book.accounts.len(),
        transfers: simulation.leader.store.book.records.len(),
        failed: simulation.leader.store.book.failed.len(),
        crashes: simulation.leader.crashes,
        retries: simulation.retries,
        lookups: simulation.leader.store.lookups,
        ranges_sealed: simulation.leader.store.sealed_until() / RANGE_SIZE,
        digest: simulation.digest.finalize().to_hex()[..16].to_owned(),
    }
}

impl Simulation {
    fn new(seed: u64, steps: u64) -> Self {
        // Every fourth run has ids without an order: each may be one of a sealed range.
        let ids = if seed.is_multiple_of(4) {
            Ids::Few(steps.max(500))
        } else {
            Ids::TimeOrdered { given: Vec::new(), now: BEGINNING }
        };
        let mut simulation = Self {
            rng: Rng::new(seed),
            leader: Leader::new(),
            model: Model::new(ASSETS),
            workload: Workload { ids, accounts_from: 1_000, now: BEGINNING },
            clients: (0..CLIENTS).map(|_| Client::default()).collect(),
            clock: BEGINNING,
            first: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            digest: blake3::Hasher::new(),
            batches: 0,
            retries: 0,
        };
        simulation.clients[0].request = Some(simulation.workload.all_accounts());
        simulation
    }

    fn step(&mut self) {
        self.tick();
        match self.rng.weighted(&[500, 440, 40, 4, 6]) {
            0 if self.leader.has_room() => self.submit(true),
            0 | 1 => self.commit(true),
            2 => self.leader.seal(&mut self.rng),
            3 => self.crash(),
            _ => self.move_on(),
        }
    }

    fn tick(&mut self) {
        let step = match self.rng.below(100) {
            0 => -2_000_000,
            1..=4 => 5_000_000,
            _ => 1 + self.rng.below(300_000) as Time,
        };
        self.clock += step;
        self.workload.now = self.clock;
        if let Ids::TimeOrdered { now, .. } = &mut self.workload.ids {
            *now = self.clock;
        }
    }

    /// Accounts go out of use and others come, as in life.
    fn move_on(&mut self) {
        self.workload.accounts_from += 1;
        let idle = self.clients.iter_mut().find(|client| client.request.is_none());
        if let Some(client) = idle {
            client.request = Some(self.workload.all_accounts());
        }
    }

    fn submit(&mut self, faults: bool) {
        let (mut clients, mut requests) = (Vec::new(), Vec::new());
        if faults && self.rng.chance(20) {
            clients.push(None);
            requests.push(Request::Expire { limit: 1 + self.rng.below(5) as usize });
        }
        let wanted = 1 + self.rng.below(CLIENTS as u64) as usize;
        for (number, client) in self.clients.iter_mut().enumerate() {
            if client.is_waiting || requests.len() >= wanted {
                continue;
            }
            if client.request.is_none() && faults {
                let request = self.workload.request(&mut self.rng);
                // The leader expires at the head of a batch, where what is due is loaded.
                client.request = Some(request).filter(|new| !matches!(new, Request::Expire { .. }));
            }
            let Some(request) = &client.request else { continue };
            requests.push(request.clone());
            clients.push(Some(number));
            client.is_waiting = true;
        }
        let senders = clients.clone();
        if !requests.is_empty()
            && !self.leader.submit(clients, requests, self.clock, &mut self.rng, faults)
        {
            senders.into_iter().flatten().for_each(|client| self.ask_again(client));
            self.crash();
        }
    }

    fn ask_again(&mut self, client: usize) {
        self.clients[client].is_waiting = false;
        self.retries += 1;
    }

    fn crash(&mut self) {
        let in_vain = self.leader.crash();
        in_vain.into_iter().for_each(|client| self.ask_again(client));
    }

    fn commit(&mut self, faults: bool) {
        let Some((batch, outcome)) = self.leader.commit(&mut self.rng, faults) else { return };
        if outcome != Outcome::NothingWritten {
            self.check_batch(&batch);
        }
        if outcome == Outcome::Answered {
            self.answer(&batch, faults);
        } else {
            batch.clients.iter().flatten().for_each(|client| self.ask_again(*client));
            self.crash();
        }
    }

    /// Holds a batch that became durable against the model.
    fn check_batch(&mut self, batch: &Batch) {
        self.batches += 1;
        let from = self.model.book.records.len();
        let expected = self.model.execute(&batch.requests, batch.effects.at);
        for (request, (actual, expected)) in
            batch.requests.iter().zip(batch.responses.iter().zip(&expected))
        {
            assert_eq!(actual, expected, "the model answers otherwise to {request:#?}");
        }
        assert_eq!(
            batch.effects.records.as_slice(),
            &self.model.book.records[from..],
            "the model writes other records"
        );
        self.digest.update(format!("{:?}{:?}", batch.effects.at, batch.responses).as_bytes());
        for (request, response) in batch.requests.iter().zip(&batch.responses) {
            if let (Request::CreateTransfers(new), Response::Transfers(results)) =
                (request, response)
            {
                let results = new.iter().map(|new| (new.id, new.flags)).zip(results);
                results.for_each(|((id, flags), result)| self.check_first(id, flags, *result));
            }
        }
    }

    /// An id has one fate: whatever is asked with it later is measured by how it fared first.
    fn check_first(&mut self, id: u128, flags: TransferFlags, result: TransferResult) {
        let before = self.first.get(&id).copied();
        match result.status {
            TransferStatus::Created => {
                assert_eq!(before, None, "an id is created once, and never after a failure");
                self.first.insert(id, result);
            }
            TransferStatus::Exists => {
                let made = before.expect("what exists was created");
                assert_eq!(made.status, TransferStatus::Created);
                assert_eq!(made.seq, result.seq, "a retry gets the first answer: {flags:?}");
            }
            TransferStatus::IdAlreadyFailed => {
                let failed = before.expect("what failed before is known");
                assert_eq!(Some(failed.status), result.first_failure, "the first failure counts");
            }
            status if status.is_transient() => {
                assert_eq!(before, None, "an id fails once");
                self.first.insert(id, result);
            }
            _ => {}
        }
    }

    fn answer(&mut self, batch: &Batch, faults: bool) {
        let pairs = batch.requests.iter().zip(&batch.responses);
        for (client, (request, response)) in batch.clients.iter().zip(pairs) {
            if let (Request::CreateTransfers(new), Response::Transfers(results)) =
                (request, response)
            {
                let told = new.iter().zip(results);
                let told = told.filter_map(|(new, result)| Some((new.id, result.seq?)));
                self.acknowledged.extend(told);
            }
            let Some(client) = client.map(|number| &mut self.clients[number]) else { continue };
            client.is_waiting = false;
            // Now and then an answer is lost on its way to the client, who asks once more.
            if faults && self.rng.chance(4) {
                self.retries += 1;
            } else {
                client.request = None;
            }
        }
    }

    /// The faults end: everybody gets an answer.
    fn settle(&mut self) {
        while !self.leader.pipeline.is_empty()
            || self.clients.iter().any(|client| client.request.is_some())
        {
            self.tick();
            self.commit(false);
            self.submit(false);
            self.leader.seal(&mut self.rng);
        }
    }

    fn verify(&mut self) {
        self.verify_accounts();
        self.crash();
        self.verify_accounts();
        let (store, model) = (&self.leader.store.book, &self.model.book);
        assert_eq!(store.records, model.records, "the store holds what the model holds");
        let statuses = |failed: &BTreeMap<u128, (TransferStatus, i64)>| -> Vec<_> {
            failed.iter().map(|(id, (status, _))| (*id, *status)).collect()
        };
        assert_eq!(statuses(&store.failed), statuses(&model.failed), "the same ids failed");
        for (id, seq) in &self.acknowledged {
            let stored = store.record(*id).map(|record| record.seq);
            assert_eq!(stored, Some(*seq), "what was acknowledged is there");
        }
        self.verify_states();
        self.verify_conservation();
    }

    /// The engine's accounts, loaded if need be, are the model's.
    fn verify_accounts(&mut self) {
        let ids: Vec<u128> = self.model.book.accounts.iter().map(|account| account.id).collect();
        let look =
            |id: &u128| Request::UpdateAccount(AccountUpdate { id: *id, ..Default::default() });
        let requests: Vec<Request> = ids.iter().map(look).collect();
        let needs = self.leader.engine.needs(&requests, self.clock);
        let facts = self.leader.store.load(&needs);
        self.leader.engine.learn(&needs, facts);
        for account in &self.model.book.accounts {
            let expected = self.model.seen(account);
            let actual = self.leader.engine.account(account.id).expect("it was loaded");
            assert_eq!(actual, &expected, "an account differs");
        }
    }

    /// Following the records one by one leads to the states that the book counts.
    fn verify_states(&self) {
        let book = &self.leader.store.book;
        let mut states: BTreeMap<u128, TransferState> = BTreeMap::new();
        for record in &book.records {
            let Some(target) = TransferState::target(record) else { continue };
            let seq = book.record(target).expect("a target is recorded").seq;
            let fresh = TransferState { seq, ..TransferState::default() };
            let before = states.get(&target).copied().unwrap_or(fresh);
            states.insert(target, TransferState::after(record, before));
        }
        for record in &book.records {
            assert_eq!(states.get(&record.id).copied(), book.state(record.id), "a state differs");
        }
    }

    /// Debits equal credits, pending and posted, in each asset.
    fn verify_conservation(&self) {
        for asset in ASSETS {
            let accounts = self.model.book.accounts.iter().filter(|account| account.asset == asset);
            // Sums of several accounts may exceed 128 bits; they agree modulo 2^128 too.
            let mut sum = Balances::default();
            for account in accounts {
                let has = self.model.book.balances(account.no);
                sum.debits_pending = sum.debits_pending.wrapping_add(has.debits_pending);
                sum.debits_posted = sum.debits_posted.wrapping_add(has.debits_posted);
                sum.credits_pending = sum.credits_pending.wrapping_add(has.credits_pending);
                sum.credits_posted = sum.credits_posted.wrapping_add(has.credits_posted);
            }
            assert_eq!(sum.debits_pending, sum.credits_pending, "holds balance");
            assert_eq!(sum.debits_posted, sum.credits_posted, "posted amounts balance");
        }
    }
}
