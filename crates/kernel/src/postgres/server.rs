//! The handle of the private Postgres: start, connect, stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use super::place::{self, Place};
use super::process::User;
use super::supervisor::{self, Plan, Shared};
use super::{Binaries, DataDir, PostgresError, cluster, settings, socket};

/// What can be chosen; the default is right outside of tests.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether what is committed survives a power failure. Only tests turn it off.
    pub durable: bool,
    /// Postgres' own buffers, in MiB; `None` scales them to the machine's memory.
    pub shared_buffers_mib: Option<u64>,
    /// The programs to use instead of searching.
    pub binaries: Option<Binaries>,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: true, shared_buffers_mib: None, binaries: None }
    }
}

/// A running private Postgres. It is stopped when this value is dropped, and dies with the
/// process if that is killed. If it dies on its own it is started again.
#[derive(Debug)]
pub struct PrivatePostgres {
    shared: Arc<Shared>,
    supervisor: Option<JoinHandle<()>>,
    socket_folder: PathBuf,
    major: u32,
}

impl PrivatePostgres {
    /// Starts it in a locked data folder and waits until it takes connections; makes the
    /// database first if there is none. Blocks for about 0.1 s, 1 s the first time, longer when
    /// it has to recover after a crash.
    pub fn start(data: &DataDir) -> Result<Self, PostgresError> {
        Self::start_with(data, Options::default())
    }

    pub fn start_with(data: &DataDir, options: Options) -> Result<Self, PostgresError> {
        Self::start_or_beside(data, options, Path::new(place::SHARED))
    }

    /// `shared` is the parent of the folder that is used if Postgres can't reach the data folder.
    pub(super) fn start_or_beside(
        data: &DataDir,
        options: Options,
        shared: &Path,
    ) -> Result<Self, PostgresError> {
        let user = User::to_drop_to()?;
        let place = place::find(data, user.as_ref(), shared)?;
        let socket_folder = socket::folder(data, &place, user.as_ref())?;
        let binaries = choose_binaries(&place, &options)?;
        let major = binaries.major();
        let arguments = settings::arguments(&options, &socket_folder);
        let plan = Plan {
            data: data.clone(),
            place,
            socket_folder: socket_folder.clone(),
            binaries,
            user,
            options,
            arguments,
        };
        let (shared, supervisor) = supervisor::start(plan)?;
        Ok(Self { shared, supervisor: Some(supervisor), socket_folder, major })
    }

    /// How to connect: over the unix socket, as its superuser.
    pub fn connection_config(&self) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.socket_folder).port(5432);
        config.user(cluster::SUPERUSER).dbname(cluster::DATABASE);
        config
    }

    /// The folder of the socket, for `psql -h`.
    pub fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    /// The major version, such as 15.
    pub const fn major(&self) -> u32 {
        self.major
    }

    /// The process; `None` while it is being started again.
    pub fn pid(&self) -> Option<u32> {
        self.shared.pid()
    }

    /// How often it died on its own and was started again.
    pub fn restarts(&self) -> u64 {
        self.shared.restarts()
    }

    /// Ends all sessions, writes a checkpoint and waits for the end. Blocks, usually for less
    /// than 0.1 s; after half a minute it stops without a checkpoint, which loses nothing.
    pub fn stop(mut self) {
        self.stop_and_wait();
    }

    /// Leaves the process running, as a crash of ours would without the kernel's help.
    #[cfg(test)]
    pub(super) fn forget(self) {
        self.shared.abandon();
        std::mem::forget(self);
    }

    fn stop_and_wait(&mut self) {
        if let Some(supervisor) = self.supervisor.take() {
            self.shared.stop();
            // It ends after the process; a panic in it has been printed already.
            let _ = supervisor.join();
        }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.stop_and_wait();
    }
}

fn choose_binaries(place: &Place, options: &Options) -> Result<Binaries, PostgresError> {
    let made_by = cluster::data_version(place);
    let binaries = match &options.binaries {
        Some(binaries) => binaries.clone(),
        None => Binaries::find(made_by)?,
    };
    match made_by {
        Some(version) if version != binaries.major() => Err(PostgresError::OtherVersion {
            folder: place.pgdata(),
            data: version,
            found: format!("{} in {}", binaries.major(), binaries.folder().display()),
        }),
        _ => Ok(binaries),
    }
}
