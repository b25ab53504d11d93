use std::time::{Duration, Instant};

use ::ledger::{AccountKey, EntriesQuery, Ledger, Order};
use anyhow::{Context as _, ensure};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::super::latency::Latencies;
use super::check;
use crate::chance::Chance;

/// 200 questions a second, at fixed times whatever became of those before.
const EVERY: Duration = Duration::from_millis(5);
const PAGE: usize = 50;

/// Asks for balances and history while transfers come in.
pub(super) struct Reader {
    stop: CancellationToken,
    task: JoinHandle<anyhow::Result<Read>>,
}

/// How that went.
#[derive(Default)]
pub(super) struct Read {
    pub(super) balances: Latencies,
    pub(super) history: Latencies,
    /// Pages of history whose running balances were right.
    pub(super) pages: usize,
}

enum Answer {
    Balance(Duration),
    History(Duration),
}

impl Reader {
    pub(super) fn start(ledger: Ledger, first_account: u128, accounts: u32) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(ask(ledger, first_account, accounts, stop.clone()));
        Self { stop, task }
    }

    pub(super) async fn stop(self) -> anyhow::Result<Read> {
        self.stop.cancel();
        self.task.await.context("the reader panicked")?
    }
}

async fn ask(
    ledger: Ledger,
    first_account: u128,
    accounts: u32,
    stop: CancellationToken,
) -> anyhow::Result<Read> {
    let mut chance = Chance::new(99);
    let (sender, mut answers) = mpsc::unbounded_channel();
    let mut ticks = tokio::time::interval(EVERY);
    let mut wants_history = false;
    while !stop.is_cancelled() {
        let due = ticks.tick().await.into_std();
        let id = first_account + u128::from(chance.below(accounts));
        wants_history = !wants_history;
        let (ledger, sender, history) = (ledger.clone(), sender.clone(), wants_history);
        tokio::spawn(async move {
            let answer = if history {
                page(&ledger, id, due).await
            } else {
                balance(&ledger, id, due).await
            };
            // Nobody listens after the end.
            let _ = sender.send(answer);
        });
    }
    drop(sender);
    let mut read = Read::default();
    while let Some(answer) = answers.recv().await {
        match answer? {
            Answer::Balance(took) => read.balances.add(took),
            Answer::History(took) => {
                read.history.add(took);
                read.pages += 1;
            }
        }
    }
    Ok(read)
}

async fn balance(ledger: &Ledger, id: u128, due: Instant) -> anyhow::Result<Answer> {
    let account = ledger.account(AccountKey::Id(id)).await?;
    let took = due.elapsed();
    ensure!(account.is_some(), "an account is gone");
    Ok(Answer::Balance(took))
}

async fn page(ledger: &Ledger, id: u128, due: Instant) -> anyhow::Result<Answer> {
    let account = ledger.account(AccountKey::Id(id)).await?.context("an account is gone")?;
    let query = EntriesQuery {
        order: Order::NewestFirst,
        cursor: None,
        from: None,
        before: None,
        limit: PAGE,
    };
    let entries = ledger.entries(&account, &query).await?;
    let took = due.elapsed();
    for pair in entries.windows(2) {
        check::follows(id, &pair[1], &pair[0])?;
    }
    Ok(Answer::History(took))
}
