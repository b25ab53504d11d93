//! The data folder: one process at a time, nobody else's business.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

const PRIVATE: u32 = 0o700;
/// Bits that are too open. The group may pass (not list): Postgres needs that if we are root.
const TOO_OPEN: u32 = 0o067;

/// A locked data folder. The lock ends with the last clone or with the process, however it ends.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    _lock: Arc<Lock>,
}

/// The lock. It is given up explicitly: a child process that is being started at this moment has
/// a copy of the file until it runs its own program, and would hold the lock that long.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "the lock of the data folder ends with the file");
        }
    }
}

/// Why the data folder can't be used.
#[derive(Debug, Error)]
pub enum DataDirError {
    #[error("the data folder {} is in use by another Bushel (pid {holder}); stop it or choose another folder", .path.display())]
    InUse { path: PathBuf, holder: String },
    #[error("could not use the data folder {}: {source}", .path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl DataDir {
    /// Creates the folder (only for this user) if it isn't there, and takes its lock.
    pub fn lock(path: &Path) -> Result<Self, DataDirError> {
        let failed = |source| DataDirError::Io { path: path.to_owned(), source };
        create(path).map_err(failed)?;
        // A relative path would change its meaning with the working directory.
        let path = path.canonicalize().map_err(failed)?;
        let mut lock = open_lock(&path).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataDirError::InUse { path, holder: holder(&mut lock) });
            }
            Err(TryLockError::Error(source)) => return Err(DataDirError::Io { path, source }),
        }
        write_pid(&mut lock).map_err(failed)?;
        Ok(Self { path, _lock: Arc::new(Lock(lock)) })
    }

    /// The folder, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Address and pid of the running server, for the other commands.
    pub fn server_json(&self) -> PathBuf {
        self.path.join("server.json")
    }

    /// The token with which the commands on this host speak to the server.
    pub fn token(&self) -> PathBuf {
        self.path.join("token")
    }

    /// The key that seals the secrets in the database.
    pub fn secret(&self) -> PathBuf {
        self.path.join("secret")
    }

    /// The data of the private Postgres, unless `pgdata.location` says that it is elsewhere.
    pub fn pgdata(&self) -> PathBuf {
        self.path.join("pgdata")
    }

    /// Its socket, if it is with the data and the path is short enough for one.
    pub fn run(&self) -> PathBuf {
        self.path.join("run")
    }

    /// Its log.
    pub fn postgres_log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }
}

fn create(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(PRIVATE).create(path)?;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & TOO_OPEN != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(PRIVATE))?;
    }
    Ok(())
}

/// Never removed, not even at the end: two processes could then lock two files of one name.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(path.join("lock"))
}

fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.seek(SeekFrom::Start(0))?;
    writeln!(lock, "{}", std::process::id())
}

fn holder(lock: &mut File) -> String {
    let mut pid = String::new();
    match lock.read_to_string(&mut pid) {
        Ok(_) if !pid.trim().is_empty() => pid.trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_holder_is_told_the_folder_and_the_first_ones_pid() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a/b");
        let first = DataDir::lock(&path).unwrap();
        let message = DataDir::lock(&path).unwrap_err().to_string();
        assert!(message.contains(&path.display().to_string()), "{message}");
        assert!(message.contains(&format!("(pid {})", std::process::id())), "{message}");
        drop(first);
        DataDir::lock(&path).unwrap();
    }

    #[test]
    fn folder_is_only_for_its_user() {
        let temp = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = temp.path().join("data");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let dir = DataDir::lock(&path).unwrap();
        assert_eq!(mode(dir.path()), 0o700);
        assert_eq!(mode(&dir.path().join("lock")), 0o600);
    }

    #[test]
    fn relative_folder_becomes_absolute() {
        let temp = tempfile::tempdir_in(".").unwrap();
        let relative = Path::new(".").join(temp.path().file_name().unwrap());
        let dir = DataDir::lock(&relative).unwrap();
        assert!(dir.pgdata().is_absolute(), "{:?}", dir.pgdata());
    }

    #[test]
    fn what_is_no_folder_is_named() {
        let temp = tempfile::NamedTempFile::new().unwrap();
        let message = DataDir::lock(temp.path()).unwrap_err().to_string();
        assert!(message.contains(&temp.path().display().to_string()), "{message}");
    }
}
