//! Who does jobs.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::{Backoff, Job, Outcome};

/// Does the jobs of one kind. It may be asked to do a job again (a process died, an outcome
/// could not be written), so doing it twice must be as good as doing it once.
pub trait Worker: Send + Sync + 'static {
    /// `payments.deposit.submit`
    fn kind(&self) -> &'static str;

    fn policy(&self) -> Policy {
        Policy::default()
    }

    /// Implement it as `async fn run(&self, job: &Job) -> Outcome`.
    fn run(&self, job: &Job) -> impl Future<Output = Outcome> + Send;
}

/// How jobs of a kind are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// After so many failed attempts a job is dead.
    pub attempts_max: u32,
    /// A run that takes longer is dropped, and has failed.
    pub timeout: Duration,
    /// Runs at the same time in one process.
    pub concurrency: usize,
    pub backoff: Backoff,
}

impl Default for Policy {
    /// 12 attempts in about two hours on average, 60 s each, 4 at a time.
    fn default() -> Self {
        let (first, max) = (Duration::from_secs(5), Duration::from_secs(3_600));
        Self {
            attempts_max: 12,
            timeout: Duration::from_secs(60),
            concurrency: 4,
            backoff: Backoff::Exponential { first, max },
        }
    }
}

pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Worker`] behind a pointer.
pub(super) trait AnyWorker: Send + Sync {
    fn run<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome>;
}

impl<W: Worker> AnyWorker for W {
    fn run<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Outcome> {
        Box::pin(Worker::run(self, job))
    }
}
