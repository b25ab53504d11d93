//! Where the cluster and its socket are: in the data folder, or in a folder of our own under
//! [`SHARED`] if we are root and Postgres' user can't get to the data folder.
//!
//! Invariants: a data folder that has a cluster never gets a second, empty one; a cluster
//! belongs to one data folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::process::User;
use super::{DataDir, PostgresError};

/// The parent of the folders beside. `scripts/clean-data.sh` deletes nothing outside of it.
pub(super) const SHARED: &str = "/var/lib/bushel";
/// In the data folder: the folder beside. It moves with the data folder.
const RECORD: &str = "pgdata.location";
/// In the folder beside: the data folder that used it last, to tell a moved one from a copy.
const OWNER: &str = "data_folder";
/// Everyone may pass, nobody may list.
const PASSABLE: u32 = 0o711;
const HASH_LEN: usize = 16;

/// The folder with the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    pub(super) fn pgdata(&self) -> PathBuf {
        self.0.join("pgdata")
    }

    /// The cluster while it is being made.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.0.join("pgdata.tmp")
    }

    pub(super) fn run(&self) -> PathBuf {
        self.0.join("run")
    }

    fn owner(&self) -> Option<PathBuf> {
        read_path(&self.0.join(OWNER)).ok()
    }
}

/// Finds the cluster's place, or chooses one and makes it passable for `user`.
pub(super) fn find(
    data: &DataDir,
    user: Option<&User>,
    shared: &Path,
) -> Result<Place, PostgresError> {
    let near = Place(data.path().to_owned());
    let has_cluster = near.pgdata().symlink_metadata().is_ok();
    let recorded = if has_cluster { None } else { recorded(data, shared)? };
    let Some(user) = user else { return Ok(recorded.unwrap_or(near)) };
    let place = match recorded {
        Some(beside) => claim(data, beside)?,
        None if user.can_pass_to(data.path()) => return let_pass(near, user),
        None if has_cluster => {
            let why = ", which holds the database already".to_owned();
            return Err(unreachable(user, data.path(), why));
        }
        None => make_beside(data, shared).map_err(|error| {
            let why = format!(", and {} can't be used instead ({error})", shared.display());
            unreachable(user, data.path(), why)
        })?,
    };
    // A link in there may lead past folders that its own path doesn't show.
    let real = place.folder().canonicalize().map_err(PostgresError::io("find the database"))?;
    if !user.can_pass_to(&real.join("pgdata")) {
        let why = format!(", where the database of {} has to be", data.path().display());
        return Err(unreachable(user, place.folder(), why));
    }
    tracing::info!(
        database = %place.folder().display(),
        data_folder = %data.path().display(),
        user = user.name,
        "Postgres' user can't reach the data folder, so the database is kept elsewhere"
    );
    Ok(place)
}

fn unreachable(user: &User, folder: &Path, why: String) -> PostgresError {
    PostgresError::Unreachable { user: user.name.clone(), folder: folder.to_owned(), why }
}

/// Lets `user` pass through the data folder to Postgres' own folders, but not list it.
fn let_pass(near: Place, user: &User) -> Result<Place, PostgresError> {
    let path = near.folder();
    chown(path, None, Some(user.gid))
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o710)))
        .map_err(PostgresError::io(format!("open {} for {}", path.display(), user.name)))?;
    Ok(near)
}

/// What the record says. A record that leads nowhere is an error: without its cluster the data
/// folder would start again from nothing.
fn recorded(data: &DataDir, shared: &Path) -> Result<Option<Place>, PostgresError> {
    let record = data.path().join(RECORD);
    let folder = match read_path(&record) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(PostgresError::io(format!("read {}", record.display()))(error));
        }
    };
    let misplaced = |why: String| {
        Err(PostgresError::Misplaced { record: record.clone(), folder: folder.clone(), why })
    };
    if folder.parent() != Some(shared) || !folder.file_name().is_some_and(is_name) {
        return misplaced(format!("that is no folder that Bushel makes in {}", shared.display()));
    }
    match check_ours(&folder) {
        Ok(()) => Ok(Some(Place(folder))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => misplaced(
            "it is gone; bring it back, or delete the data folder to begin anew".to_owned(),
        ),
        Err(error) => misplaced(error.to_string()),
    }
}

/// The hash, and a number if it isn't the first.
fn is_name(name: &std::ffi::OsStr) -> bool {
    let Some((hash, rest)) = name.as_bytes().split_at_checked(HASH_LEN) else { return false };
    let is_hash = hash.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_number =
        |rest: &[u8]| rest.len() > 1 && rest[0] == b'-' && rest[1..].iter().all(u8::is_ascii_digit);
    is_hash && (rest.is_empty() || is_number(rest))
}

/// Takes the cluster over if the data folder was moved, but not if it was copied.
fn claim(data: &DataDir, beside: Place) -> Result<Place, PostgresError> {
    let owner = beside.owner();
    if owner.as_deref() == Some(data.path()) {
        return Ok(beside);
    }
    let is_copy = |owner: &PathBuf| {
        let record = read_path(&owner.join(RECORD));
        record.is_ok_and(|folder| folder == beside.folder()) && !is_same(owner, data.path())
    };
    if let Some(original) = owner.filter(is_copy) {
        return Err(PostgresError::Misplaced {
            record: data.path().join(RECORD),
            folder: beside.0,
            why: format!("it belongs to {}, of which this is a copy", original.display()),
        });
    }
    let file = beside.folder().join(OWNER);
    write_path(&file, data.path())
        .map_err(PostgresError::io(format!("write {}", file.display())))?;
    Ok(beside)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    identity(one).is_some_and(|found| Some(found) == identity(other))
}

/// A new folder, recorded before there is anything in it.
fn make_beside(data: &DataDir, shared: &Path) -> io::Result<Place> {
    make_ours(shared)?;
    let hash = blake3::hash(data.path().as_os_str().as_bytes()).to_hex();
    let hash = &hash[..HASH_LEN];
    let mut names = (2..).map(|number| format!("{hash}-{number}"));
    let mut beside = Place(shared.join(hash));
    while !is_free(&beside, data) {
        tracing::warn!(
            database = %beside.folder().display(),
            "left alone the database of a data folder that was here before"
        );
        beside = Place(shared.join(names.next().expect("numbers don't end")));
    }
    make_ours(beside.folder())?;
    fs::set_permissions(beside.folder(), fs::Permissions::from_mode(PASSABLE))?;
    write_path(&beside.folder().join(OWNER), data.path())?;
    File::open(shared)?.sync_all()?;
    write_path(&data.path().join(RECORD), beside.folder())?;
    Ok(beside)
}

/// A cluster in there is that of a data folder that was moved away or deleted. Without one it is
/// what a crash of ours left.
fn is_free(beside: &Place, data: &DataDir) -> bool {
    let has_cluster = beside.pgdata().symlink_metadata().is_ok();
    !has_cluster && beside.owner().is_none_or(|owner| owner == data.path())
}

fn make_ours(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(PASSABLE).create(folder) {
        // The umask may have taken bits away.
        Ok(()) => fs::set_permissions(folder, fs::Permissions::from_mode(PASSABLE)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => check_ours(folder),
        Err(error) => Err(error),
    }
}

/// Nobody but root may put anything in there.
fn check_ours(folder: &Path) -> io::Result<()> {
    let found = fs::symlink_metadata(folder)?;
    if found.is_dir() && found.uid() == 0 && found.mode() & 0o022 == 0 {
        return Ok(());
    }
    let message = format!("{} isn't a folder that only root can change", folder.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

fn read_path(file: &Path) -> io::Result<PathBuf> {
    Ok(PathBuf::from(std::ffi::OsString::from_vec(fs::read(file)?)))
}

/// Whole or not at all, and on disk when this returns.
fn write_path(file: &Path, path: &Path) -> io::Result<()> {
    let unfinished = file.with_extension("tmp");
    let mut options = OpenOptions::new();
    let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    open.write_all(path.as_os_str().as_bytes())?;
    open.sync_all()?;
    fs::rename(&unfinished, file)?;
    File::open(file.parent().expect("a file is in a folder"))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A base like `/var/lib/bushel`, a closed parent for data folders, and a stranger to both.
    struct Scene {
        temp: tempfile::TempDir,
        user: User,
    }

    impl Scene {
        /// `None`, with a line that says so, if we aren't root.
        fn new() -> Option<Self> {
            if User::to_drop_to().unwrap().is_none() {
                eprintln!("skipped: only root keeps databases elsewhere");
                return None;
            }
            let temp = tempfile::tempdir().unwrap();
            fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
            DirBuilder::new().mode(0o700).create(temp.path().join("closed")).unwrap();
            let user = User { name: "stranger".to_owned(), uid: 4_000_000, gid: 4_000_000 };
            Some(Self { temp, user })
        }

        fn shared(&self) -> PathBuf {
            self.temp.path().join("shared")
        }

        fn closed(&self, name: &str) -> PathBuf {
            self.temp.path().join("closed").join(name)
        }

        fn find(&self, folder: &Path) -> Result<Place, PostgresError> {
            find(&DataDir::lock(folder).unwrap(), Some(&self.user), &self.shared())
        }

        /// As if the cluster had been made.
        fn found_with_cluster(&self, folder: &Path) -> Place {
            let place = self.find(folder).unwrap();
            fs::create_dir_all(place.pgdata()).unwrap();
            place
        }
    }

    #[test]
    fn names_are_told_from_other_paths() {
        let check = |name: &str, good: bool| assert_eq!(is_name(name.as_ref()), good, "{name}");
        check("0123456789abcdef", true);
        check("0123456789abcdef-12", true);
        check("0123456789abcdef-", false);
        check("0123456789abcdefa", false);
        check("0123456789ABCDEF", false);
        check("..", false);
        check("", false);
    }

    #[test]
    fn open_parents_leave_the_cluster_where_it_is() {
        let Some(scene) = Scene::new() else { return };
        let folder = scene.temp.path().join("open");
        assert_eq!(scene.find(&folder).unwrap().folder(), folder);
        assert!(!scene.shared().exists() && !folder.join(RECORD).exists());
    }

    #[test]
    fn closed_parents_send_it_elsewhere_and_it_is_found_after_a_move() {
        let Some(scene) = Scene::new() else { return };
        let place = scene.found_with_cluster(&scene.closed("data"));
        assert_eq!(place.folder().parent(), Some(&*scene.shared()));
        for folder in [place.folder(), &scene.shared()] {
            let found = fs::metadata(folder).unwrap();
            assert_eq!((found.mode() & 0o777, found.uid()), (PASSABLE, 0), "{folder:?}");
        }
        assert_eq!(scene.find(&scene.closed("data")).unwrap(), place, "the same again");
        fs::rename(scene.closed("data"), scene.closed("moved")).unwrap();
        assert_eq!(scene.find(&scene.closed("moved")).unwrap(), place);
        // The record wins over parents that are open now.
        let open = scene.temp.path().join("open");
        fs::rename(scene.closed("moved"), &open).unwrap();
        assert_eq!(scene.find(&open).unwrap(), place);
        let next = scene.find(&scene.closed("data")).unwrap();
        assert_ne!(next, place, "a new data folder doesn't get the moved one's cluster");
        assert!(next.folder().to_str().unwrap().ends_with("-2"), "{next:?}");
    }

    #[test]
    fn copy_does_not_get_the_cluster_of_its_original() {
        let Some(scene) = Scene::new() else { return };
        scene.found_with_cluster(&scene.closed("data"));
        fs::create_dir(scene.closed("copy")).unwrap();
        fs::copy(scene.closed("data").join(RECORD), scene.closed("copy").join(RECORD)).unwrap();
        let message = scene.find(&scene.closed("copy")).unwrap_err().to_string();
        assert!(message.contains("of which this is a copy"), "{message}");
        scene.find(&scene.closed("data")).unwrap();
    }

    #[test]
    fn lost_cluster_is_not_made_anew() {
        let Some(scene) = Scene::new() else { return };
        let place = scene.found_with_cluster(&scene.closed("data"));
        fs::remove_dir_all(place.folder()).unwrap();
        let message = scene.find(&scene.closed("data")).unwrap_err().to_string();
        assert!(message.contains("it is gone"), "{message}");
        assert!(!place.folder().exists());
    }

    #[test]
    fn record_of_any_other_folder_is_refused() {
        let Some(scene) = Scene::new() else { return };
        scene.found_with_cluster(&scene.closed("data"));
        let record = scene.closed("data").join(RECORD);
        for elsewhere in ["/etc", "", "../x", "/var/lib/bushel/0123456789abcdef/.."] {
            fs::write(&record, elsewhere).unwrap();
            let error = scene.find(&scene.closed("data")).unwrap_err();
            assert!(matches!(error, PostgresError::Misplaced { .. }), "{elsewhere}: {error}");
        }
    }

    #[test]
    fn cluster_in_a_closed_folder_is_never_replaced_by_an_empty_one() {
        let Some(scene) = Scene::new() else { return };
        fs::create_dir_all(scene.closed("data/pgdata")).unwrap();
        let message = scene.find(&scene.closed("data")).unwrap_err().to_string();
        assert!(message.contains("can't reach"), "{message}");
        assert!(message.contains("holds the database already"), "{message}");
        assert!(!scene.shared().exists());
    }

    #[test]
    fn base_of_someone_else_is_refused() {
        let Some(scene) = Scene::new() else { return };
        fs::create_dir(scene.shared()).unwrap();
        fs::set_permissions(scene.shared(), fs::Permissions::from_mode(0o777)).unwrap();
        let message = scene.find(&scene.closed("data")).unwrap_err().to_string();
        assert!(message.contains("can't be used instead"), "{message}");
        fs::set_permissions(scene.shared(), fs::Permissions::from_mode(0o700)).unwrap();
        let message = scene.find(&scene.closed("data")).unwrap_err().to_string();
        assert!(message.contains("can't reach"), "{message}");
    }
}
