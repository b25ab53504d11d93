//! The folder of the socket. A socket's path fits about a hundred bytes, a data folder needn't.

use std::fs::{self, DirBuilder};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

use super::place::Place;
use super::process::User;
use super::{DataDir, PostgresError};

/// `sun_path` has 104 bytes with its final NUL on macOS, 108 on Linux.
const PATH_LEN_MAX: usize = 103;
const SOCKET: &str = ".s.PGSQL.5432";

/// `run` beside the cluster, or a folder in the temporary one; `<data>/socket_dir` says which.
pub(super) fn folder(
    data: &DataDir,
    place: &Place,
    user: Option<&User>,
) -> Result<PathBuf, PostgresError> {
    let near = place.run();
    let chosen = if fits(&near) { near } else { far(data) };
    create_private(&chosen, user)?;
    let record = data.path().join("socket_dir");
    fs::write(&record, chosen.as_os_str().as_bytes())
        .map_err(PostgresError::io(format!("write {}", record.display())))?;
    Ok(chosen)
}

/// What Postgres puts beside its socket.
pub(super) fn lock(folder: &Path) -> PathBuf {
    folder.join(format!("{SOCKET}.lock"))
}

fn fits(folder: &Path) -> bool {
    folder.join(SOCKET).as_os_str().len() <= PATH_LEN_MAX
}

/// One per data folder, and the same one after a restart.
fn far(data: &DataDir) -> PathBuf {
    let hash = blake3::hash(data.path().as_os_str().as_bytes()).to_hex();
    let name = format!("bushel-{}", &hash[..16]);
    let folder = std::env::temp_dir().join(&name);
    if fits(&folder) { folder } else { Path::new("/tmp").join(name) }
}

/// The temporary folder is everyone's, so a folder that somebody else made there is refused.
fn create_private(folder: &Path, user: Option<&User>) -> Result<(), PostgresError> {
    let failed = || PostgresError::io(format!("make the folder {}", folder.display()));
    let made = DirBuilder::new().mode(0o700).create(folder);
    match made {
        Ok(()) => {
            if let Some(user) = user {
                chown(folder, Some(user.uid), Some(user.gid)).map_err(failed())?;
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            check_private(folder, user)
        }
        Err(error) => Err(failed()(error)),
    }
}

fn check_private(folder: &Path, user: Option<&User>) -> Result<(), PostgresError> {
    let found = fs::symlink_metadata(folder)
        .map_err(PostgresError::io(format!("look at {}", folder.display())))?;
    let foreign = PostgresError::ForeignFolder { folder: folder.to_owned() };
    if !found.is_dir() || found.mode() & 0o077 != 0 {
        return Err(foreign);
    }
    match user {
        Some(user) if found.uid() == user.uid => Ok(()),
        // Left by a crash between making it and giving it away.
        Some(user) if found.uid() == 0 => chown(folder, Some(user.uid), Some(user.gid))
            .map_err(PostgresError::io(format!("give {} away", folder.display()))),
        Some(_) => Err(foreign),
        // Not root: what we can list with these modes is ours.
        None => fs::read_dir(folder).map(drop).map_err(|_| foreign),
    }
}

#[cfg(test)]
mod tests {
    use super::super::place;
    use super::*;

    fn in_data_folder(data: &DataDir) -> Result<PathBuf, PostgresError> {
        let place = place::find(data, None, Path::new(place::SHARED))?;
        folder(data, &place, None)
    }

    #[test]
    fn long_data_folder_gets_a_short_socket_folder() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::lock(&temp.path().join("x".repeat(100))).unwrap();
        let chosen = in_data_folder(&data).unwrap();
        assert!(fits(&chosen), "{chosen:?}");
        assert_eq!(fs::metadata(&chosen).unwrap().mode() & 0o777, 0o700);
        assert_eq!(in_data_folder(&data).unwrap(), chosen, "the same after a restart");
        let recorded = fs::read_to_string(data.path().join("socket_dir")).unwrap();
        assert_eq!(Path::new(&recorded), chosen);
        fs::remove_dir(chosen).unwrap();
    }

    #[test]
    fn open_or_linked_folder_is_refused() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataDir::lock(temp.path()).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), data.run()).unwrap();
        assert!(matches!(in_data_folder(&data), Err(PostgresError::ForeignFolder { .. })));
        fs::remove_file(data.run()).unwrap();
        DirBuilder::new().mode(0o755).create(data.run()).unwrap();
        assert!(matches!(in_data_folder(&data), Err(PostgresError::ForeignFolder { .. })));
    }
}
