//! The token's copy in the data folder, for the commands on this host.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context as _;

use super::Token;

/// The token in the file; `None` if there is no file.
pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Token>> {
    match fs::read_to_string(path) {
        Ok(text) => match Token::parse(text.trim()) {
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

/// Writes the file whole or not at all, readable only by its owner.
pub(crate) fn write(path: &Path, token: &Token) -> anyhow::Result<()> {
    let unfinished = path.with_extension("new");
    let attempt = || -> io::Result<()> {
        // A leftover could have another mode.
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&unfinished)?;
        writeln!(file, "{}", token.as_str())?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    attempt().with_context(|| format!("could not write the operator token to {}", path.display()))
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
        let token = Token::try_generate().unwrap();
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
