use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kernel::audit::{AuditActor, NewEntry};
use kernel::{Database, SystemClock};
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::{Token, file, store};

/// How often the hash in force is read again.
const REFRESH_EVERY: Duration = Duration::from_millis(500);
/// A wrong token makes us look again, but not more often than this.
const REFRESH_MIN: Duration = Duration::from_millis(100);
/// Without an answer from the database for this long nobody is let in.
const BELIEF_MAX: Duration = Duration::from_secs(10);

/// What the first look at the token found.
#[derive(Debug)]
pub(crate) enum First {
    /// It was made just now, and has to be shown once.
    Made(Token),
    /// It is in the data folder.
    Known,
    /// The database has one, the data folder doesn't have it.
    Missing,
}

/// Why a token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Wrong,
    /// The database doesn't say what the token is.
    Unavailable,
}

/// Knows the hash in force and checks tokens against it.
pub(crate) struct Guard {
    database: Database,
    file: PathBuf,
    known: RwLock<Known>,
    refreshing: Mutex<()>,
}

#[derive(Clone, Copy)]
struct Known {
    hash: [u8; 32],
    read_at: Instant,
}

impl Guard {
    /// Reads the token's hash; makes the token if there is none. `given` is one that the user
    /// passed for a data folder that doesn't have it.
    pub(crate) async fn init(
        database: Database,
        path: PathBuf,
        given: Option<Token>,
    ) -> anyhow::Result<(Arc<Self>, First)> {
        let (hash, first) = match store::hash(&database).await? {
            None => make_first(&database, &path).await?,
            Some(hash) => (hash, look_up(&path, given, &hash)?),
        };
        let known = RwLock::new(Known { hash, read_at: Instant::now() });
        let guard = Self { database, file: path, known, refreshing: Mutex::new(()) };
        Ok((Arc::new(guard), first))
    }

    /// Keeps the hash fresh until it is told to stop.
    pub(crate) async fn keep_fresh(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(REFRESH_EVERY) => self.refresh_if_older(REFRESH_MIN).await,
            }
        }
    }

    /// Lets the right token pass.
    pub(crate) async fn check(&self, candidate: &str) -> Result<(), Refusal> {
        let Some(token) = super::parse(candidate) else { return Err(Refusal::Wrong) };
        let hash = token.hash();
        let known = self.known();
        if known.read_at.elapsed() > BELIEF_MAX {
            return Err(Refusal::Unavailable);
        }
        if is_same(&hash, &known.hash) {
            return Ok(());
        }
        // It may have been rotated by another process a moment ago.
        self.refresh_if_older(REFRESH_MIN).await;
        if is_same(&hash, &self.known().hash) { Ok(()) } else { Err(Refusal::Wrong) }
    }

    /// Replaces the token; the old one is refused from now on, by other processes within a
    /// second. `None` if somebody else has just done the same. It is recorded who asked, by their
    /// address unless it was a command on the data folder itself.
    pub(crate) async fn rotate(&self, from: Option<IpAddr>) -> anyhow::Result<Option<Token>> {
        let old = self.known().hash;
        let token = super::generate();
        let hash = token.hash();
        let entry = NewEntry::new(AuditActor::Operator, "operator.token.rotated");
        let entry = NewEntry { ip: from, ..entry };
        if !store::replace(&self.database, &SystemClock, &old, &hash, entry).await? {
            self.refresh_if_older(Duration::ZERO).await;
            return Ok(None);
        }
        self.learn(hash);
        tracing::info!("the operator token was rotated");
        let path = self.file.clone();
        let copy = token.clone();
        // The token is in force already, so its holder must get it whatever happens here.
        match tokio::task::spawn_blocking(move || file::write(&path, &copy)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the new token could not be stored"),
            Err(error) => tracing::error!(%error, "the new token could not be stored"),
        }
        Ok(Some(token))
    }

    fn known(&self) -> Known {
        *self.known.read().expect("nothing panics while it holds this lock")
    }

    fn learn(&self, hash: [u8; 32]) {
        let mut known = self.known.write().expect("nothing panics while it holds this lock");
        *known = Known { hash, read_at: Instant::now() };
    }

    async fn refresh_if_older(&self, age: Duration) {
        let _one_at_a_time = self.refreshing.lock().await;
        if self.known().read_at.elapsed() < age {
            return;
        }
        match store::hash(&self.database).await {
            Ok(Some(hash)) => self.learn(hash),
            Ok(None) => tracing::error!("the operator token has gone from the database"),
            Err(error) => tracing::warn!(%error, "the operator token could not be read"),
        }
    }
}

fn is_same(left: &[u8; 32], right: &[u8; 32]) -> bool {
    left.ct_eq(right).into()
}

/// Stores the token before its hash, so that a crash between the two leaves no lock without a
/// key; the next start finds the token and goes on with it.
async fn make_first(
    database: &Database,
    path: &std::path::Path,
) -> anyhow::Result<([u8; 32], First)> {
    let token = match file::read(path)? {
        Some(token) => token,
        None => {
            let token = super::generate();
            file::write(path, &token)?;
            token
        }
    };
    let hash = store::insert_first(database, &token.hash()).await?;
    if is_same(&hash, &token.hash()) {
        return Ok((hash, First::Made(token)));
    }
    std::fs::remove_file(path).context("could not remove a token that isn't in force")?;
    Ok((hash, First::Missing))
}

fn look_up(path: &std::path::Path, given: Option<Token>, hash: &[u8; 32]) -> anyhow::Result<First> {
    let is_right = |token: &Token| is_same(&token.hash(), hash);
    if file::read(path)?.as_ref().is_some_and(is_right) {
        return Ok(First::Known);
    }
    match given.filter(is_right) {
        Some(token) => file::write(path, &token).map(|()| First::Known),
        None => Ok(First::Missing),
    }
}
