//! The thread that owns the Postgres process: starts it, waits for it, starts it again.
//!
//! Everything is spawned here, because the kernel ends the children of a thread together with
//! it, and the caller's may be a short-lived one of some pool.

use std::io;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::place::Place;
use super::process::{self, Signal, User};
use super::{Binaries, DataDir, Options, PostgresError, cluster, log};

const POLL: Duration = Duration::from_millis(2);
/// Recovery may have to replay `max_wal_size`.
const READY_MAX: Duration = Duration::from_secs(600);
const PATIENCE_REPORT: Duration = Duration::from_secs(10);
/// For sessions of a Postgres that was killed to notice it and end.
const SESSIONS_END_MAX: Duration = Duration::from_secs(10);
const FAST_SHUTDOWN_MAX: Duration = Duration::from_secs(30);
const QUICK_SHUTDOWN_MAX: Duration = Duration::from_secs(10);
const BACKOFF_MIN: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// After so long a death is taken for a new one, not for the last one again.
const STEADY: Duration = Duration::from_secs(30);

/// All that is needed to start it, and start it again.
pub(super) struct Plan {
    pub data: DataDir,
    pub place: Place,
    pub socket_folder: PathBuf,
    pub binaries: Binaries,
    pub user: Option<User>,
    pub options: Options,
    pub arguments: Vec<(&'static str, String)>,
}

/// What the handle and the thread share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    pid: Option<u32>,
    stopping: bool,
    ended: bool,
    restarts: u64,
}

/// Starts the thread and waits until Postgres is ready or can't be.
pub(super) fn start(plan: Plan) -> Result<(Arc<Shared>, JoinHandle<()>), PostgresError> {
    let shared = Arc::new(Shared::default());
    let (sender, receiver) = mpsc::sync_channel(1);
    let thread_shared = Arc::clone(&shared);
    let run = move || {
        let child = plan.prepare().and_then(|()| plan.launch(&thread_shared));
        match child {
            Ok(child) => {
                // The receiver waits below.
                let _ = sender.send(Ok(()));
                plan.watch(child, &thread_shared);
            }
            Err(error) => drop(sender.send(Err(error))),
        }
        thread_shared.end();
    };
    let thread = thread::Builder::new()
        .name("postgres".to_owned())
        .spawn(run)
        .map_err(PostgresError::io("start a thread"))?;
    receiver.recv().expect("the thread answers before it ends")?;
    Ok((shared, thread))
}

impl Plan {
    fn prepare(&self) -> Result<(), PostgresError> {
        if cluster::data_version(&self.place).is_some() {
            return Ok(());
        }
        tracing::info!(folder = %self.place.pgdata().display(), "creating the database");
        cluster::create(&self.place, &self.binaries, self.user.as_ref(), &self.options)
    }

    /// Waits for each end of the process and starts it again, until it is told to stop.
    fn watch(&self, mut child: Child, shared: &Shared) {
        let mut backoff = BACKOFF_MIN;
        loop {
            let since = Instant::now();
            let status = child.wait();
            if shared.is_gone() {
                return;
            }
            tracing::error!(status = %describe(status), "Postgres died; starting it again");
            if since.elapsed() > STEADY {
                backoff = BACKOFF_MIN;
            }
            child = loop {
                match self.launch(shared) {
                    Ok(child) => break child,
                    Err(error) => tracing::error!(%error, "Postgres could not be started again"),
                }
                if shared.sleep(backoff) {
                    return;
                }
                backoff = (backoff * 2).min(BACKOFF_MAX);
            };
            shared.count_restart();
            tracing::warn!(pid = child.id(), "Postgres runs again");
        }
    }

    /// A process that is ready. Right after a kill the old one's sessions may still hold the
    /// shared memory; they end by themselves.
    fn launch(&self, shared: &Shared) -> Result<Child, PostgresError> {
        cluster::await_leftover(&self.place, &self.socket_folder)?;
        let started = Instant::now();
        loop {
            match self.launch_once(shared)? {
                Ok(child) => return Ok(child),
                Err(reason) => {
                    let tail = log::tail(&self.data.postgres_log());
                    let held =
                        tail.lines().rev().take(3).any(|line| line.contains("shared memory"));
                    if !held || started.elapsed() > SESSIONS_END_MAX || shared.sleep(BACKOFF_MIN) {
                        let log = self.data.postgres_log();
                        return Err(PostgresError::NotReady { reason, log, tail });
                    }
                }
            }
        }
    }

    /// The inner error is the reason why the process ended before it was ready.
    fn launch_once(&self, shared: &Shared) -> Result<Result<Child, String>, PostgresError> {
        let (mut child, copying) = self.spawn().map_err(PostgresError::io("run Postgres"))?;
        shared.set_pid(child.id());
        let started = Instant::now();
        let mut reported = started;
        loop {
            if cluster::is_ready(&self.place, child.id()) {
                return Ok(Ok(child));
            }
            if let Some(status) =
                child.try_wait().map_err(PostgresError::io("wait for Postgres"))?
            {
                shared.is_gone();
                finish_copying(&copying);
                return Ok(Err(format!("it ended with {status}")));
            }
            if started.elapsed() > READY_MAX {
                process::send(child.id(), Signal::Quit);
            } else if shared.is_stopping() {
                process::send(child.id(), Signal::Interrupt);
            } else if reported.elapsed() > PATIENCE_REPORT {
                tracing::info!("Postgres is still recovering from a crash");
                reported = Instant::now();
            }
            process::pause(POLL);
        }
    }

    fn spawn(&self) -> io::Result<(Child, JoinHandle<()>)> {
        let program = self.binaries.program("postgres");
        let mut command = process::command(&program, self.user.as_ref());
        command.arg("-D").arg(self.place.pgdata()).current_dir("/");
        for (name, value) in &self.arguments {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let pipe = child.stderr.take().expect("stderr is piped");
        Ok((child, log::copy_in_background(pipe, self.data.postgres_log())))
    }
}

impl Shared {
    pub(super) fn pid(&self) -> Option<u32> {
        self.state.lock().pid
    }

    pub(super) fn restarts(&self) -> u64 {
        self.state.lock().restarts
    }

    /// Fast shutdown, then an immediate one, then the end of the process. Returns when the
    /// thread has seen it end.
    pub(super) fn stop(&self) {
        let mut state = self.state.lock();
        state.stopping = true;
        self.changed.notify_all();
        let steps = [
            (Signal::Interrupt, FAST_SHUTDOWN_MAX),
            (Signal::Quit, QUICK_SHUTDOWN_MAX),
            (Signal::Kill, QUICK_SHUTDOWN_MAX),
        ];
        for (signal, patience) in steps {
            if let Some(pid) = state.pid {
                process::send(pid, signal);
            }
            let deadline = Instant::now() + patience;
            while !state.ended && !self.changed.wait_until(&mut state, deadline).timed_out() {}
            if state.ended {
                return;
            }
            tracing::warn!(?signal, "Postgres did not stop in time");
        }
    }

    /// Stops looking after it without stopping it.
    #[cfg(test)]
    pub(super) fn abandon(&self) {
        self.state.lock().stopping = true;
    }

    fn set_pid(&self, pid: u32) {
        self.state.lock().pid = Some(pid);
    }

    /// The process has ended; whether that was wanted.
    fn is_gone(&self) -> bool {
        let mut state = self.state.lock();
        state.pid = None;
        state.stopping
    }

    fn is_stopping(&self) -> bool {
        self.state.lock().stopping
    }

    fn count_restart(&self) {
        self.state.lock().restarts += 1;
    }

    /// Whether it was woken because it should stop.
    fn sleep(&self, duration: Duration) -> bool {
        let mut state = self.state.lock();
        let deadline = Instant::now() + duration;
        while !state.stopping && !self.changed.wait_until(&mut state, deadline).timed_out() {}
        state.stopping
    }

    fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        self.changed.notify_all();
    }
}

/// So that the reason is in the log before it is read; its sessions may keep the pipe longer.
fn finish_copying(copying: &JoinHandle<()>) {
    let deadline = Instant::now() + Duration::from_millis(200);
    while !copying.is_finished() && Instant::now() < deadline {
        process::pause(POLL);
    }
}

fn describe(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}
