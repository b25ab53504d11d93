//! The key that seals what is secret in the database: signing keys, TOTP secrets, webhook secrets.
//!
//! It is not in the database but in the file `secret` of the data folder, or in the setting
//! `BUSHEL_SECRET_KEY`. So a copy of the database alone forges no token. All processes of a
//! database need the same key; one with another key refuses to start.

mod store;

use std::path::Path;
use std::{fs, io};

use anyhow::{Context as _, bail};
use kernel::{Database, Vault, secret};

use super::private_file;

const KEY_BYTES: usize = 32;

/// Finds the key, or makes it if the database never had one.
pub(crate) async fn open(
    database: &Database,
    file: &Path,
    given: Option<&str>,
) -> anyhow::Result<Vault> {
    let known = store::fingerprint(database).await?;
    let vault = match (given, read(file)?) {
        (Some(text), _) => Vault::parse(text).context(
            "BUSHEL_SECRET_KEY is no key: it has 64 hexadecimal digits, as `openssl rand -hex 32` \
             makes them",
        )?,
        (None, Some(vault)) => vault,
        (None, None) if known.is_none() => make(file)?,
        (None, None) => bail!(
            "the secrets in this database are sealed with a key that is not here: give it in \
             BUSHEL_SECRET_KEY, or copy the file `secret` of the data folder that has it to {}",
            file.display()
        ),
    };
    let first = store::insert_first(database, &vault.fingerprint()).await?;
    if first != vault.fingerprint() {
        bail!(
            "the key in {} is not the one that sealed the secrets in this database; give the right \
             one in BUSHEL_SECRET_KEY or in that file",
            if given.is_some() {
                "BUSHEL_SECRET_KEY".to_owned()
            } else {
                file.display().to_string()
            }
        );
    }
    Ok(vault)
}

fn read(file: &Path) -> anyhow::Result<Option<Vault>> {
    match fs::read_to_string(file) {
        Ok(text) => match Vault::parse(&text) {
            Some(vault) => Ok(Some(vault)),
            None => bail!("{} holds no key of 64 hexadecimal digits", file.display()),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("could not read {}", file.display())),
    }
}

fn make(file: &Path) -> anyhow::Result<Vault> {
    let key: [u8; KEY_BYTES] = secret::random_bytes();
    let mut text = String::new();
    secret::push_hex(&mut text, &key);
    private_file::write(file, &text)
        .with_context(|| format!("could not write {}", file.display()))?;
    Ok(Vault::new(key))
}
