//! The private Postgres: a server that the program starts itself in its data folder, so that
//! nothing has to be set up.
//!
//! Invariants: it listens on a unix socket in a folder that only its user can enter, never on
//! the network; it doesn't outlive this process; what it acknowledged is on disk.

mod binaries;
mod cluster;
mod data_dir;
mod error;
mod log;
mod place;
mod process;
mod scratch;
mod server;
mod settings;
mod socket;
mod supervisor;

pub use binaries::{Binaries, VERSION_MIN};
pub use data_dir::{DataDir, DataDirError};
pub use error::PostgresError;
pub use scratch::scratch_folder;
pub use server::{Options, PrivatePostgres};

pub(crate) use binaries::INSTALL_HINT;

#[cfg(test)]
mod tests;
