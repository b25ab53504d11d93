use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::binaries::INSTALL_HINT;

/// Why the private Postgres can't run. The messages are for whoever starts the program.
#[derive(Debug, Error)]
pub enum PostgresError {
    #[error("found no Postgres of version {min} or newer (looked in: {searched}); {INSTALL_HINT}", min = super::VERSION_MIN)]
    Missing { searched: String },
    #[error("the Postgres in {} is version {found}; {min} or newer is needed; {INSTALL_HINT}", .folder.display(), min = super::VERSION_MIN)]
    TooOld { folder: PathBuf, found: String },
    #[error("{} is no Postgres: {reason}; {INSTALL_HINT}", .folder.display())]
    NotPostgres { folder: PathBuf, reason: String },
    #[error("the data in {} was made by Postgres {data}, found only {found}; install Postgres {data} or set BUSHEL_PG_BIN to its folder", .folder.display())]
    OtherVersion { folder: PathBuf, data: u32, found: String },
    #[error(
        "Postgres refuses to run as root, and this machine has neither a user `postgres` nor `nobody`; run Bushel as another user"
    )]
    NoUser,
    #[error("the user `{user}`, as which Postgres has to run because you are root, can't reach {}{why}; use a data folder whose parents everyone may pass (such as /srv/bushel)", .folder.display())]
    Unreachable { user: String, folder: PathBuf, why: String },
    #[error("the database is in {}, says {}, but {why}", .folder.display(), .record.display())]
    Misplaced { record: PathBuf, folder: PathBuf, why: String },
    #[error("the folder {} belongs to someone else; remove it or choose another data folder", .folder.display())]
    ForeignFolder { folder: PathBuf },
    #[error("could not create the database in {}: {output}", .folder.display())]
    Initdb { folder: PathBuf, output: String },
    #[error("another Postgres (pid {pid}) still uses {}; stop it and start again", .folder.display())]
    StillRunning { pid: u32, folder: PathBuf },
    #[error("Postgres did not get ready: {reason}; the end of its log, {}: {tail}", .log.display())]
    NotReady { reason: String, log: PathBuf, tail: String },
    #[error("could not {what}: {source}")]
    Io { what: String, source: io::Error },
}

impl PostgresError {
    /// For `map_err`: says what was being done.
    pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io { what: what.into(), source }
    }
}
