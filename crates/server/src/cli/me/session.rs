//! Who a person's commands act for.

use std::path::PathBuf;
use std::{fs, io};

use anyhow::{Context as _, bail};
use axum::http::{Method, StatusCode};
use kernel::{Clock as _, SystemClock, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::rest::{Api, Refused, text};
use crate::operator::private_file;

/// A token that lives no longer than this is exchanged first.
const MARGIN: std::time::Duration = std::time::Duration::from_secs(30);

/// A signed-in session, as it is stored.
#[derive(Serialize, Deserialize)]
pub(super) struct Session {
    pub(super) server: String,
    access_token: String,
    expires_at: Timestamp,
    refresh_token: String,
    /// Tells this host from a new device at the next sign-in.
    pub(super) device_token: Option<String>,
}

/// How a person's command reaches the server
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Person {
    /// The server, with an API key; without both, the session of `bushel sign-in` is used
    #[arg(long, value_name = "URL", env = "BUSHEL_SERVER", requires = "api_key")]
    server: Option<String>,
    /// An API key
    #[arg(long, value_name = "KEY", env = "BUSHEL_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
}

impl Person {
    /// The API as this person.
    pub(super) async fn api(&self) -> anyhow::Result<Api> {
        match (&self.server, &self.api_key) {
            (Some(server), Some(key)) => Ok(Api::new(server, Some(key.clone()))),
            (None, Some(_)) => {
                bail!("an API key needs --server URL, or the variable BUSHEL_SERVER")
            }
            _ => Session::current().await,
        }
    }
}

impl Session {
    /// From a sign-in's answer.
    pub(super) fn try_new(server: &str, answer: &Value) -> anyhow::Result<Self> {
        let device_token = answer["device_token"].as_str().map(str::to_owned);
        Ok(Self {
            server: server.to_owned(),
            access_token: text(answer, "access_token")?.to_owned(),
            expires_at: text(answer, "access_token_expires_at")?.parse()?,
            refresh_token: text(answer, "refresh_token")?.to_owned(),
            device_token,
        })
    }

    pub(super) fn read() -> anyhow::Result<Option<Self>> {
        let path = path()?;
        match fs::read_to_string(&path) {
            Ok(text) => Ok(serde_json::from_str(&text).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    pub(super) fn write(&self) -> anyhow::Result<()> {
        let path = path()?;
        let folder = path.parent().context("the path has a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| private_file::write(&path, &json!(self).to_string()))
            .with_context(|| format!("could not write {}", path.display()))
    }

    pub(super) fn remove() -> anyhow::Result<()> {
        let path = path()?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("could not remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// The API with a token that is good for a while.
    async fn current() -> anyhow::Result<Api> {
        let session = Self::read()?.context(
            "you are not signed in: run `bushel sign-in EMAIL`, or give --server and --api-key",
        )?;
        let session = match SystemClock.now().saturating_add(MARGIN) < session.expires_at {
            true => session,
            false => session.refresh().await?,
        };
        Ok(Api::new(&session.server, Some(session.access_token)))
    }

    async fn refresh(self) -> anyhow::Result<Self> {
        let api = Api::new(&self.server, None);
        let body = json!({ "refresh_token": self.refresh_token });
        let path = "/v1/identity/tokens/refresh";
        let answer = api.json(Method::POST, path, &[], Some(&body)).await.map_err(ended)?;
        let mut next = Self::try_new(&self.server, &answer)?;
        next.device_token = next.device_token.or(self.device_token);
        next.write()?;
        Ok(next)
    }

    /// Who this is, for signing out.
    pub(super) fn api(&self) -> Api {
        Api::new(&self.server, Some(self.access_token.clone()))
    }
}

/// A session that the server no longer knows has ended; anything else is said as it is.
fn ended(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<Refused>() {
        Some(refused) if refused.status == StatusCode::UNAUTHORIZED => {
            anyhow::anyhow!("your session has ended; sign in again with `bushel sign-in EMAIL`")
        }
        _ => error,
    }
}

fn path() -> anyhow::Result<PathBuf> {
    let folder = kernel::config::CONFIG_HOME.value().map(PathBuf::from);
    let home = || kernel::config::HOME.value().map(|home| PathBuf::from(home).join(".config"));
    let folder = folder.or_else(home).context("neither XDG_CONFIG_HOME nor HOME is set")?;
    Ok(folder.join("bushel").join("session.json"))
}
