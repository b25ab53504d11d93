//! Finds the Postgres that is installed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;
use crate::config;

/// Oldest major version that is supported.
pub const VERSION_MIN: u32 = 15;
pub(crate) const INSTALL_HINT: &str = "install one with `apt-get install postgresql` or `brew install postgresql@16`, point BUSHEL_PG_BIN to the folder of its programs, or set DATABASE_URL to use a server that runs already";

/// A folder with `initdb` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

/// Where to look, so that tests can look elsewhere.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The one that the user chose; nothing else is considered then.
    pub chosen: Option<OsString>,
    /// Folders that are tried.
    pub folders: Vec<PathBuf>,
}

impl Binaries {
    /// Looks at `BUSHEL_PG_BIN`, Debian's and Homebrew's folders and the PATH, and takes the
    /// newest version, or the one that made the existing data (`major`): a newer Postgres can't
    /// read it.
    pub fn find(major: Option<u32>) -> Result<Self, PostgresError> {
        Self::find_in(&Places::of_this_machine(), major)
    }

    pub(super) fn find_in(places: &Places, major: Option<u32>) -> Result<Self, PostgresError> {
        if let Some(chosen) = &places.chosen {
            return Self::in_folder(Path::new(chosen))?.new_enough();
        }
        let mut found: Vec<Self> =
            places.folders.iter().filter_map(|folder| Self::in_folder(folder).ok()).collect();
        found.sort_by_key(|binaries| binaries.major);
        if let Some(same) = found.iter().find(|binaries| Some(binaries.major) == major) {
            return same.clone().new_enough();
        }
        match found.pop() {
            Some(newest) => newest.new_enough(),
            None => Err(PostgresError::Missing { searched: names(&places.folders) }),
        }
    }

    /// Asks the `postgres` in a folder for its version.
    pub fn in_folder(folder: &Path) -> Result<Self, PostgresError> {
        let not_postgres =
            |reason: String| PostgresError::NotPostgres { folder: folder.to_owned(), reason };
        if !folder.join("initdb").is_file() {
            return Err(not_postgres("it has no program `initdb`".to_owned()));
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .map_err(|error| not_postgres(format!("`postgres --version` failed: {error}")))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let major = parse_major(&text)
            .ok_or_else(|| not_postgres(format!("`postgres --version` said {:?}", text.trim())))?;
        Ok(Self { folder: folder.to_owned(), major })
    }

    /// The major version, such as 15.
    pub const fn major(&self) -> u32 {
        self.major
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn new_enough(self) -> Result<Self, PostgresError> {
        if self.major < VERSION_MIN {
            let found = self.major.to_string();
            return Err(PostgresError::TooOld { folder: self.folder, found });
        }
        Ok(self)
    }
}

impl Places {
    fn of_this_machine() -> Self {
        let chosen = config::PG_BIN.value();
        if chosen.is_some() {
            return Self { chosen, folders: Vec::new() };
        }
        // The later of two that are of one version is taken.
        let mut folders: Vec<PathBuf> = folder_on_path().into_iter().collect();
        folders.extend(versioned("/usr/lib/postgresql", ""));
        folders.extend(versioned("/opt/homebrew/opt", "postgresql@"));
        folders.extend(versioned("/usr/local/opt", "postgresql@"));
        folders.push(PathBuf::from("/usr/local/pgsql/bin"));
        folders.retain(|folder| folder.join("initdb").is_file());
        // Each costs the start of a program.
        if folders.first().is_some_and(|on_path| folders[1..].contains(on_path)) {
            folders.remove(0);
        }
        Self { chosen: None, folders }
    }
}

/// `bin` of every folder `<parent>/<prefix><number>`.
fn versioned(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let is_version = |name: &str| {
        name.strip_prefix(prefix).is_some_and(|version| version.parse::<u32>().is_ok())
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(is_version))
        .map(|entry| entry.path().join("bin"))
        .collect()
}

/// Where a `postgres` on the PATH really is; Debian's `pg_config` knows, too.
fn folder_on_path() -> Option<PathBuf> {
    let path = config::PATH.value()?;
    let program = env::split_paths(&path).map(|folder| folder.join("postgres"));
    let real = program.filter_map(|program| program.canonicalize().ok()).next();
    let folder = real.and_then(|program| Some(program.parent()?.to_owned()));
    folder.or_else(|| {
        let output = Command::new("pg_config").arg("--bindir").output().ok()?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15; so are betas, `18beta1` is 18.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.strip_prefix("postgres (PostgreSQL) ")?;
    let digits = version.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

fn names(folders: &[PathBuf]) -> String {
    if folders.is_empty() {
        return "/usr/lib/postgresql, Homebrew, PATH".to_owned();
    }
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn fake(parent: &Path, name: &str, says: &str) -> PathBuf {
        let folder = parent.join(name);
        fs::create_dir_all(&folder).unwrap();
        for program in ["initdb", "postgres"] {
            let path = folder.join(program);
            fs::write(&path, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        folder
    }

    #[test]
    fn versions_are_read() {
        let check = |text: &str, expected: Option<u32>| assert_eq!(parse_major(text), expected);
        check("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15));
        check("postgres (PostgreSQL) 18beta1\n", Some(18));
        check("postgres (PostgreSQL) 9.6.24\n", Some(9));
        check("postgres (EnterpriseDB) 15\n", None);
        check("", None);
    }

    #[test]
    fn newest_is_taken_unless_the_data_needs_another() {
        let temp = tempfile::tempdir().unwrap();
        let folders = ["16.1", "18.0", "17.2"]
            .map(|version| fake(temp.path(), version, &format!("postgres (PostgreSQL) {version}")));
        let places = Places { chosen: None, folders: folders.to_vec() };
        let major = |data| Binaries::find_in(&places, data).unwrap().major();
        assert_eq!(major(None), 18);
        assert_eq!(major(Some(16)), 16);
        assert_eq!(major(Some(15)), 18, "the caller says that it doesn't fit");
    }

    #[test]
    fn too_old_a_version_is_named_with_the_way_out() {
        let temp = tempfile::tempdir().unwrap();
        let folder = fake(temp.path(), "bin", "postgres (PostgreSQL) 14.3");
        let chosen = Places { chosen: Some(folder.clone().into()), folders: Vec::new() };
        for places in [chosen, Places { chosen: None, folders: vec![folder.clone()] }] {
            let message = Binaries::find_in(&places, None).unwrap_err().to_string();
            let start = format!(
                "the Postgres in {} is version 14; 15 or newer is needed",
                folder.display()
            );
            assert!(message.starts_with(&start), "{message}");
            assert!(message.contains("apt-get install postgresql"), "{message}");
        }
    }

    #[test]
    fn missing_and_broken_ones_are_named() {
        let temp = tempfile::tempdir().unwrap();
        let chosen = |folder: PathBuf| Places { chosen: Some(folder.into()), folders: Vec::new() };
        let message = |places| Binaries::find_in(&places, None).unwrap_err().to_string();
        assert!(message(chosen(temp.path().join("gone"))).contains("has no program `initdb`"));
        let odd = fake(temp.path(), "odd", "hello");
        assert!(message(chosen(odd)).contains("said \"hello\""));
        assert!(message(Places::default()).starts_with("found no Postgres of version 15 or newer"));
    }

    #[test]
    fn this_machine_has_one() {
        assert!(Binaries::find(None).unwrap().major() >= VERSION_MIN);
    }
}
