//! Threads that do nothing but hash passwords, behind a queue with an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::worker::Hasher;
use super::{Strength, check};
use crate::error::IdentityError;

/// How many may wait for each thread; at about 20 ms each that is five seconds.
const WAITING_PER_THREAD: usize = 256;

/// A job that waited longer than a full queue takes has waited for the processor.
const PATIENCE: Duration = Duration::from_secs(8);

/// What to do, and since when it waits.
type Job = (Instant, Box<dyn FnOnce(&mut Hasher) + Send>);

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

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Hasher) -> T + Send + 'static,
    ) -> Result<T, IdentityError> {
        let (answer, answered) = oneshot::channel();
        let job = move |hasher: &mut Hasher| {
            // Whoever asked may have gone: then nobody needs the work.
            if !answer.is_closed() {
                let _ = answer.send(work(hasher));
            }
        };
        self.queue
            .try_send((Instant::now(), Box::new(job)))
            .map_err(|_| IdentityError::PasswordsBusy)?;
        self.operations.fetch_add(1, Ordering::Relaxed);
        answered.await.map_err(|_| IdentityError::PasswordsBusy)
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    let mut priority = Priority::default();
    let mut hasher = Hasher::new();
    loop {
        // The lock is held while waiting: the others wait for the lock instead.
        let job = jobs.lock().recv();
        match job {
            Ok((since, job)) => {
                priority.set(if since.elapsed() > PATIENCE { Share::Some } else { Share::Rest });
                job(&mut hasher);
            }
            Err(_) => return,
        }
    }
}

/// How much of the processor a thread gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Share {
    /// What nobody else wants: under a flood of sign-ins the rest stays quick.
    Rest,
    /// A little in any case: on a machine without any rest people still get in.
    Some,
}

/// The share that the calling thread has, as far as it was set.
#[derive(Default)]
struct Priority(Option<Share>);

impl Priority {
    fn set(&mut self, share: Share) {
        if self.0 != Some(share) {
            self.0 = Some(share);
            give(share);
        }
    }
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the standard library can't set the priority of a thread")]
fn give(share: Share) {
    const NICE: libc::c_int = 10;
    let policy = match share {
        Share::Rest => libc::SCHED_IDLE,
        Share::Some => libc::SCHED_OTHER,
    };
    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: the calls read a value that outlives them and touch no other memory. On Linux 0 is
    // the calling thread for both (sched(7); setpriority(2), "C library/kernel differences").
    let failed = unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICE)
            | libc::sched_setscheduler(0, policy, &raw const parameters)
    };
    if failed != 0 {
        tracing::warn!("the threads that hash passwords could not be given a low priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn give(_: Share) {}
