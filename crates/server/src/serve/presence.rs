//! `server.json`: how commands find the server of a data folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kernel::postgres::{DataDir, DataDirError};
use serde::{Deserialize, Serialize};

/// What the file says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Presence {
    /// Where commands on this host reach the server.
    pub(crate) url: String,
    pub(crate) pid: u32,
}

/// Removes the file when it is dropped.
#[derive(Debug)]
pub(super) struct Announced(PathBuf);

impl Presence {
    /// What is written in a data folder; `None` without a file. The server may be gone.
    pub(crate) fn read(data: &Path) -> anyhow::Result<Option<Self>> {
        let path = data.join("server.json");
        match fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    /// The server that runs on a data folder. The file alone could be that of one that was killed,
    /// and whoever has its port now must not get a password: so the folder has to be locked by it.
    pub(crate) fn running(data: &Path) -> anyhow::Result<Option<Self>> {
        let Some(presence) = Self::read(data)? else { return Ok(None) };
        match DataDir::lock(data) {
            Ok(_) => Ok(None),
            Err(DataDirError::InUse { holder, .. }) => {
                Ok(Some(presence).filter(|found| found.is_of(&holder)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it is that of the process which holds the folder's lock.
    pub(crate) fn is_of(&self, holder: &str) -> bool {
        self.pid.to_string() == holder
    }

    /// Writes the file whole.
    pub(super) fn announce(data: &DataDir, url: &str) -> anyhow::Result<Announced> {
        let path = data.server_json();
        let unfinished = path.with_extension("json.new");
        let presence = Self { url: url.to_owned(), pid: std::process::id() };
        let text = serde_json::to_string(&presence).context("it has only a text and a number")?;
        fs::write(&unfinished, text + "\n")
            .and_then(|()| fs::rename(&unfinished, &path))
            .with_context(|| format!("could not write {}", path.display()))?;
        Ok(Announced(path))
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::debug!(%error, "server.json could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_holds_the_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Presence::running(folder.path()).unwrap().is_none());
        let data = DataDir::lock(folder.path()).unwrap();
        let announced = Presence::announce(&data, "http://127.0.0.1:1").unwrap();
        let found = Presence::running(folder.path()).unwrap().unwrap();
        assert_eq!(found.url, "http://127.0.0.1:1");
        // As after a kill: the file stays, the lock is gone.
        std::mem::forget(announced);
        drop(data);
        assert!(Presence::running(folder.path()).unwrap().is_none());
    }
}
