//! Real input for tests that can use it.

use std::path::{Path, PathBuf};

use kernel::config::Setting;

const FOLDER: Setting =
    Setting { name: "BUSHEL_TEST_DATA", meaning: "Folder of real input for tests." };

/// A file of real input, such as `donations.csv.gz`: from the folder `BUSHEL_TEST_DATA`, or from
/// `../shared/data` beside the repository. `None`, with a message, where there is none; the test
/// then returns early.
pub fn shared_data(file: &str) -> Option<PathBuf> {
    let folder = FOLDER.value().map_or_else(beside_repository, PathBuf::from);
    find(&folder, file)
}

fn beside_repository() -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    repository.expect("the crate is in crates/").join("../shared/data")
}

#[expect(clippy::print_stderr, reason = "a test that is skipped has to say so")]
fn find(folder: &Path, file: &str) -> Option<PathBuf> {
    let path = folder.join(file);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there; set {} to its folder", path.display(), FOLDER.name);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_that_is_there_is_found_and_a_missing_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("apples.csv"), "n\n7\n").unwrap();
        assert_eq!(find(folder.path(), "apples.csv"), Some(folder.path().join("apples.csv")));
        assert_eq!(find(folder.path(), "pears.csv"), None);
    }
}
