//! Threads that do nothing but hash passwords, behind a queue with an end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::worker::Hasher;
use super::{Strength, check};
use crate::error::IdentityError;

/// How many may wait for each thread; at about 20 ms each that is five seconds.
const WAITING_PER_THREAD: usize = 256;

type Job = Box<dyn FnOnce(&mut Hasher) + Send>;

/// See the module's text. Its threads end when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Pool {
    queue: SyncSender<Job>,
    /// Hashes that were made or compared, for tests and figures.
    operations: Arc<AtomicU64>,
    /// What unknown users are compared with, so that they take as long as known ones.
    nobody: Arc<str>,
}

/// What comparing with a stored hash came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) is_right: bool,
    /// It was made by another algorithm or with weaker parameters than today's.
    pub(crate) is_outdated: bool,
}

impl Pool {
    pub(crate) fn start(threads: usize) -> Self {
        let threads = threads.max(1);
        let (queue, jobs) = sync_channel(threads * WAITING_PER_THREAD);
        let jobs = Arc::new(Mutex::new(jobs));
        for index in 0..threads {
            let jobs = Arc::clone(&jobs);
            let spawned = thread::Builder::new().name(format!("passwords-{index}"));
            spawned.spawn(move || work(&jobs)).expect("the system has threads");
        }
        let nobody = Hasher::new().hash(b"the password of nobody");
        Self { queue, operations: Arc::default(), nobody: nobody.into() }
    }

    /// How many hashes were made or compared so far.
    pub(crate) fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// Hashes a password that is acceptable; `own` are texts about the user.
    pub(crate) async fn hash_new(
        &self,
        password: String,
        own: Vec<String>,
        strength: Strength,
    ) -> Result<String, IdentityError> {
        // The check looks through lists of words, so it belongs to these threads as well.
        let hashed = self.run(move |hasher| {
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            check(&password, &own, strength).map(|()| hasher.hash(password.as_bytes()))
        });
        hashed.await?.map_err(IdentityError::Password)
    }

    /// Hashes a password as it is: one that was accepted before.
    pub(crate) async fn hash(&self, password: String) -> Result<String, IdentityError> {
        self.run(move |hasher| hasher.hash(password.as_bytes())).await
    }

    /// Compares with a stored hash. Without one it takes the same time to say no.
    pub(crate) async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<Verdict, IdentityError> {
        let nobody = Arc::clone(&self.nobody);
        let compared = self.run(move |hasher| match stored {
            Some(stored) => hasher.verify(password.as_bytes(), &stored),
            None => {
                hasher.verify(password.as_bytes(), &nobody);
                Verdict { is_right: false, is_outdated: false }
            }
        });
        compared.await
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |hasher| {
            // Whoever asked may have gone: then nobody needs the work.
            if !answer.is_closed() {
                let _ = answer.send(work(hasher));
            }
        });
        self.queue.try_send(job).map_err(|_| IdentityError::PasswordsBusy)?;
        self.operations.fetch_add(1, Ordering::Relaxed);
        answered.await.map_err(|_| IdentityError::PasswordsBusy)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    give_way();
    let mut hasher = Hasher::new();
    loop {
        // The lock is held while waiting: the others wait for the lock instead.
        let job = jobs.lock().recv();
        match job {
            // A job that panics has failed for whoever asked; the thread is there for the others.
            Ok(job) => drop(catch_unwind(AssertUnwindSafe(|| job(&mut hasher)))),
            Err(_) => return,
        }
    }
}

/// Lets everything else go first: under a flood of sign-ins the rest stays quick. A low priority and
/// not `SCHED_IDLE`: the scheduler takes a processor that runs an idle thread for a free one, wakes
/// others there, and on kernels that preempt at the tick they wait for it (p99 twice as long).
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library can't set the priority of a thread")]
fn give_way() {
    const NICE: libc::c_int = 10;
    // SAFETY: it takes plain numbers and touches no memory. On Linux `PRIO_PROCESS` with 0 is the
    // calling thread (setpriority(2), "C library/kernel differences").
    let result = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
    if result != 0 {
        tracing::warn!("the threads that hash passwords could not be given a low priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}
