//! The token's copy in the data folder, for the commands on this host.

use std::path::Path;
use std::{fs, io};

use anyhow::Context as _;

use super::Token;
use crate::operator::private_file;

/// The token in the file; `None` if there is no file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Token>> {
    match fs::read_to_string(path) {
        Ok(text) => match super::parse(text.trim()) {
            Some(token) => Ok(Some(token)),
            None => anyhow::bail!(
                "{} holds no operator token; remove it and run `bushel token rotate`",
                path.display()
            ),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
    }
}

/// Writes the file, readable only by its owner.
pub(crate) fn write(path: &Path, token: &Token) -> anyhow::Result<()> {
    private_file::write(path, token.as_str())
        .with_context(|| format!("could not write the operator token to {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn file_is_only_for_its_owner_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        assert_eq!(read(&path).unwrap(), None);
        let token = super::super::generate();
        write(&path, &token).unwrap();
        write(&path, &token).unwrap();
        assert_eq!(read(&path).unwrap(), Some(token));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn damaged_file_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "bshl_op_0").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("bushel token rotate"));
    }
}
