//! A folder for data that nobody needs later.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;

/// Removed, with everything in it, when it is dropped.
#[derive(Debug)]
pub(crate) struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// A new folder on a real disk: what is measured there has to be durable.
    pub(crate) fn on_disk(name: &str) -> anyhow::Result<Self> {
        // By the Filesystem Hierarchy Standard it survives a restart, so it isn't in memory.
        let disk = Path::new("/var/tmp");
        let parent = if disk.is_dir() { disk.to_owned() } else { std::env::temp_dir() };
        Self::in_folder(&parent, name)
    }

    fn in_folder(parent: &Path, name: &str) -> anyhow::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("bushel-{name}-{}-{number}", std::process::id()));
        fs::create_dir(&path).with_context(|| format!("could not make {}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "a folder is left behind");
        }
    }
}
