//! Clients run on a thread and a runtime of their own: the server's tasks shall not wait behind
//! theirs.

use std::time::Duration;

use anyhow::Context as _;
use tokio::task::{JoinSet, spawn_blocking};

use super::latency::Latencies;
use crate::process;

/// Runs clients beside each other; answers when all are done, or when the first one fails.
pub(super) async fn run<C, T>(clients: Vec<C>) -> anyhow::Result<Vec<T>>
where
    C: Future<Output = anyhow::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    Ok(run_timed(clients).await?.0)
}

/// The same, with the processor time that the clients used; zero where the system doesn't tell.
pub(super) async fn run_timed<C, T>(clients: Vec<C>) -> anyhow::Result<(Vec<T>, Duration)>
where
    C: Future<Output = anyhow::Result<T>> + Send + 'static,
    T: Send + 'static,
{
    let thread = spawn_blocking(move || {
        let cpu = || process::thread_cpu().unwrap_or_default();
        let before = cpu();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut tasks: JoinSet<_> = clients.into_iter().collect();
            let mut results = Vec::with_capacity(tasks.len());
            while let Some(result) = tasks.join_next().await {
                results.push(result.context("a client panicked")??);
            }
            Ok((results, cpu().saturating_sub(before)))
        })
    });
    thread.await.context("the clients panicked")?
}

/// The same for clients that measure.
pub(super) async fn measure<C>(clients: Vec<C>) -> anyhow::Result<Latencies>
where
    C: Future<Output = anyhow::Result<Latencies>> + Send + 'static,
{
    let mut all = Latencies::default();
    for latencies in run(clients).await? {
        all.append(latencies);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn all_are_waited_for_and_one_failure_is_that_of_all() {
        let clients = |fails: Option<u32>| {
            let client = move |number| async move {
                anyhow::ensure!(Some(number) != fails, "client {number} failed");
                Ok(number)
            };
            (0..3).map(client).collect()
        };
        let mut done = run(clients(None)).await.unwrap();
        done.sort_unstable();
        assert_eq!(done, [0, 1, 2]);
        let failed = run(clients(Some(1))).await.unwrap_err();
        assert_eq!(failed.to_string(), "client 1 failed");
    }
}
