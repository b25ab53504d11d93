//! Whether there is a demo world, starting again, and removing it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use http::Uri;
use identity::{Identity, User, UserKey, UserStatus};
use kernel::{Database, Problem};

use super::world::{CAST, Member, SHOWN, who};
use super::{DemoError, store};
use crate::serve::Storage;

/// The demo world of a server.
#[derive(Clone)]
pub(crate) struct Demo {
    database: Database,
    identity: Identity,
    /// Whether nobody but this host reaches the server.
    is_local: bool,
    /// The origins of our own pages.
    origins: Arc<[String]>,
}

/// Somebody whom one can be.
pub(super) struct Shown {
    pub(super) member: &'static Member,
    pub(super) user: Arc<User>,
    pub(super) english: &'static str,
    pub(super) german: &'static str,
}

impl Demo {
    pub(crate) fn new(
        database: Database,
        identity: Identity,
        is_local: bool,
        origins: Vec<String>,
    ) -> Self {
        Self { database, identity, is_local, origins: origins.into() }
    }

    pub(super) fn origins(&self) -> &[String] {
        &self.origins
    }

    pub(super) const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether one can be somebody here.
    pub(crate) async fn is_open(&self) -> Result<bool, Problem> {
        let mark = store::mark(&self.database).await?;
        Ok(self.is_local && mark.is_some_and(|mark| mark.is_finished))
    }

    /// Whom one can be; who left or was frozen is not among them.
    pub(super) async fn people(&self) -> Result<Vec<Shown>, Problem> {
        let mut people = Vec::new();
        if !self.is_open().await? {
            return Ok(people);
        }
        for (handle, english, german) in SHOWN {
            let user = self.identity.find(UserKey::Handle(handle)).await?;
            let Some(user) = user.filter(|user| user.status == UserStatus::Active) else {
                continue;
            };
            people.push(Shown { member: &CAST[who(handle)], user, english, german });
        }
        Ok(people)
    }

    /// Somebody by the handle by which they are shown.
    pub(super) async fn person(&self, handle: &str) -> Result<Shown, Problem> {
        if !self.is_open().await? {
            return Err(DemoError::NoDemo.into());
        }
        let mut people = self.people().await?.into_iter();
        let found = people.find(|shown| shown.member.handle == handle);
        Ok(found.ok_or(DemoError::PersonNotFound)?)
    }
}

/// Whether a URL is of this host alone.
pub(crate) fn is_local_url(url: &str) -> bool {
    let uri: Option<Uri> = url.parse().ok();
    let Some(host) = uri.as_ref().and_then(Uri::host) else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// Throws a half-made world away, at a start, before anything else uses the database.
pub(crate) async fn begin_again(storage: &Storage) -> anyhow::Result<()> {
    let is_half_made = async || -> anyhow::Result<bool> {
        Ok(store::mark(storage.database()).await?.is_some_and(|mark| !mark.is_finished))
    };
    if !is_half_made().await? || !is_free(storage).await? || !is_half_made().await? {
        return Ok(());
    }
    tracing::info!("a demo world was not finished; it is thrown away");
    empty(storage).await
}

/// Whether no other process uses the database; one that was killed is waited for. One that is making
/// the world at this moment renews its lease.
async fn is_free(storage: &Storage) -> anyhow::Result<bool> {
    const MORE: Duration = Duration::from_millis(50);
    let Some(lease_ms) = store::lease_ms(storage.database()).await? else { return Ok(true) };
    tokio::time::sleep(Duration::from_millis(lease_ms.unsigned_abs()) + MORE).await;
    Ok(store::lease_ms(storage.database()).await?.is_none())
}

/// Removes the demo world whole. The operator's token and the key stay.
pub(crate) async fn remove(storage: &Storage) -> anyhow::Result<()> {
    if store::mark(storage.database()).await?.is_none() {
        bail!("this database is not marked as a demo world; nothing was removed");
    }
    if !is_free(storage).await? {
        bail!("a server uses this database; stop it first");
    }
    empty(storage).await
}

async fn empty(storage: &Storage) -> anyhow::Result<()> {
    let kept = crate::operator::MIGRATIONS.schema;
    let schemas: Vec<&str> = Storage::schemas().filter(|schema| *schema != kept).collect();
    store::drop_all(storage.database(), &schemas).await?;
    storage.migrate().await.context("the empty database could not be made ready again")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_host_is_local() {
        for url in
            ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1/", "http://127.9.9.9"]
        {
            assert!(is_local_url(url), "{url}");
        }
        for url in ["https://bank.example", "http://10.0.0.1", "http://localhost.example", ""] {
            assert!(!is_local_url(url), "{url}");
        }
    }
}
