use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ::ledger::Ledger;
use ::ledger::engine::{NewTransfer, TransferStatus};
use anyhow::ensure;
use tokio::task::JoinHandle;

use super::super::latency::Latencies;
use super::super::load::{Load, Movement};
use super::super::report::rate;

/// What is sent.
pub(super) struct Plan {
    pub(super) transfers: u64,
    pub(super) batch: usize,
    pub(super) in_flight: usize,
    /// Id of the first account; those of the others follow.
    pub(super) first_account: u128,
    pub(super) asset: u32,
}

/// Posted debits and credits of each account, by what was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected(pub(super) Vec<(u128, u128)>);

/// How it went.
pub(super) struct Driven {
    pub(super) time: Duration,
    pub(super) per_million: Vec<u64>,
    pub(super) latencies: Latencies,
    pub(super) expected: Expected,
}

/// Notes progress while answers come in.
pub(super) struct Meter {
    began: Instant,
    million_began: Instant,
    million_done: u64,
    done: u64,
    per_million: Vec<u64>,
    latencies: Latencies,
}

impl Expected {
    pub(super) fn of(accounts: u32) -> Self {
        Self(vec![(0, 0); accounts as usize])
    }

    pub(super) fn add(&mut self, movements: &[Movement]) {
        for movement in movements {
            self.0[movement.debit as usize].0 += u128::from(movement.amount);
            self.0[movement.credit as usize].1 += u128::from(movement.amount);
        }
    }
}

impl Meter {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            million_began: now,
            million_done: 0,
            done: 0,
            per_million: Vec::new(),
            latencies: Latencies::default(),
        }
    }

    pub(super) fn answered(&mut self, transfers: usize, took: Duration) {
        const MILLION: u64 = 1_000_000;
        self.done += transfers as u64;
        self.million_done += transfers as u64;
        self.latencies.add(took);
        if self.million_done >= MILLION {
            self.per_million.push(rate(self.million_done, self.million_began.elapsed()));
            self.million_done = 0;
            self.million_began = Instant::now();
        }
    }

    pub(super) fn finish(self, expected: Expected) -> Driven {
        let Self { began, per_million, latencies, .. } = self;
        Driven { time: began.elapsed(), per_million, latencies, expected }
    }
}

/// Sizes of the batches, the last one perhaps smaller.
pub(super) fn sizes(plan: &Plan) -> impl Iterator<Item = usize> + use<> {
    let (batch, transfers) = (plan.batch, plan.transfers);
    let full = transfers / batch as u64;
    let rest = usize::try_from(transfers % batch as u64).expect("below the size of a batch");
    (0..full).map(move |_| batch).chain((rest > 0).then_some(rest))
}

type Answer = JoinHandle<anyhow::Result<(usize, Duration)>>;

/// Through the facade, in this process.
pub(super) async fn drive(
    ledger: &Ledger,
    plan: &Plan,
    load: &mut Load,
    accounts: u32,
) -> anyhow::Result<Driven> {
    let mut expected = Expected::of(accounts);
    let mut meter = Meter::start();
    let mut under_way: VecDeque<Answer> = VecDeque::new();
    for size in sizes(plan) {
        if under_way.len() >= plan.in_flight {
            let answer = under_way.pop_front().expect("there is one");
            let (transfers, took) = answer.await??;
            meter.answered(transfers, took);
        }
        let movements = load.batch(size);
        expected.add(&movements);
        let transfers: Vec<NewTransfer> =
            movements.iter().map(|movement| transfer(plan, movement)).collect();
        under_way.push_back(tokio::spawn(send(ledger.clone(), transfers)));
    }
    for answer in under_way {
        let (transfers, took) = answer.await??;
        meter.answered(transfers, took);
    }
    Ok(meter.finish(expected))
}

async fn send(ledger: Ledger, transfers: Vec<NewTransfer>) -> anyhow::Result<(usize, Duration)> {
    let (count, began) = (transfers.len(), Instant::now());
    let results = ledger.create_transfers(transfers).await?;
    let took = began.elapsed();
    let failed = results.iter().find(|result| result.status != TransferStatus::Created);
    ensure!(failed.is_none(), "a transfer was refused: {failed:?}");
    Ok((count, took))
}

fn transfer(plan: &Plan, movement: &Movement) -> NewTransfer {
    NewTransfer {
        id: movement.id,
        debit_account: plan.first_account + u128::from(movement.debit),
        credit_account: plan.first_account + u128::from(movement.credit),
        amount: movement.amount.into(),
        asset: plan.asset,
        code: 1,
        ..NewTransfer::default()
    }
}
