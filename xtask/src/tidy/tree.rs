//! The files that the rules look at, with paths relative to the repository and `/` between parts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

/// Folders that hold what tools made or downloaded.
const SKIPPED_FOLDERS: [&str; 8] =
    [".git", "target", "node_modules", "__pycache__", "bushel-data", "dist", ".venv", "venv"];

/// A text file; `path` is relative to the repository.
#[derive(Debug)]
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl TextFile {
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The name without its last extension.
    pub(crate) fn stem(&self) -> &str {
        self.name().rsplit_once('.').map_or(self.name(), |(stem, _)| stem)
    }

    /// The last extension, or the whole name where there is none (`Makefile`).
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit('.').next().unwrap_or_default()
    }

    pub(crate) fn folders(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path.rsplit_once('/').map_or("", |(folders, _)| folders).split('/')
    }

    /// Whether the file is `name.rs` or lies in a folder `name/`: a feature starts as one file and
    /// becomes a folder, and a rule holds for both.
    pub(crate) fn is_module(&self, name: &str) -> bool {
        self.stem() == name || self.folders().any(|folder| folder == name)
    }

    /// Whether the whole file is test code; tests inside other files are found by `RustSource`.
    pub(crate) fn is_test(&self) -> bool {
        self.stem() == "tests"
            || self.folders().any(|folder| folder == "tests" || folder == "benches")
            || self.path.starts_with("crates/testkit/")
    }
}

/// Every text file of the repository, and the paths of everything else.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<TextFile>,
    /// Files of any kind and folders, for checking that a link leads somewhere.
    pub(crate) paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the working copy. It doesn't ask git, which refuses a clone owned by somebody else.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Tree> {
        let mut tree = Tree::default();
        tree.read_folder(root, "")?;
        tree.files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> anyhow::Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("reading {folder:?}"))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("reading {folder:?}"))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().with_context(|| format!("looking at {path}"))?;
            if kind.is_dir() {
                // cargo marks its target folders, wherever they were told to be.
                let is_cache = entry.path().join("CACHEDIR.TAG").exists();
                if !SKIPPED_FOLDERS.contains(&name.as_str()) && !is_cache {
                    self.read_folder(&entry.path(), &format!("{path}/"))?;
                }
            } else if kind.is_file()
                && let Ok(text) = String::from_utf8(
                    fs::read(entry.path()).with_context(|| format!("reading {path}"))?,
                )
            {
                self.files.push(TextFile { path: path.clone(), text });
            }
            self.paths.insert(path);
        }
        Ok(())
    }

    /// A tree of the given files, for the tests of the rules.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            let mut end = 0;
            while let Some(slash) = path[end..].find('/') {
                tree.paths.insert(path[..end + slash].to_owned());
                end += slash + 1;
            }
            tree.paths.insert((*path).to_owned());
            tree.files.push(TextFile { path: (*path).to_owned(), text: (*text).to_owned() });
        }
        tree
    }
}
