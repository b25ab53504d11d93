//! Where one is signed in, and the keys of one's programs.

use std::process::ExitCode;

use axum::http::Method;
use clap::{Args, Subcommand};
use kernel::Timestamp;
use serde_json::json;

use super::super::output;
use super::super::rest::text;
use super::super::staff::{escaped, table};
use super::session::Person;

/// See where you are signed in, and end it
#[derive(Debug, Args)]
pub(crate) struct SessionCommand {
    #[command(subcommand)]
    action: SessionAction,
    #[command(flatten)]
    person: Person,
}

#[derive(Debug, Subcommand)]
enum SessionAction {
    /// Show your sessions
    List {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// End one of them
    End {
        /// The session, ses_…
        id: String,
    },
}

/// Make keys for programs
#[derive(Debug, Args)]
pub(crate) struct KeyCommand {
    #[command(subcommand)]
    action: KeyAction,
    #[command(flatten)]
    person: Person,
}

#[derive(Debug, Subcommand)]
enum KeyAction {
    /// Make a key; it is shown this once
    Add {
        /// What it is for
        name: String,
        /// What it may do, such as wallet.read; several are possible
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<String>,
        /// When it ends, such as 2027-12-01T00:00:00Z; never unless given
        #[arg(long, value_name = "TIME")]
        expires: Option<Timestamp>,
        /// A network from which it may be used, such as 192.0.2.0/24; several are possible
        #[arg(long = "from", value_name = "CIDR")]
        allowed_ips: Vec<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show your keys
    List {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// End a key
    Revoke {
        /// The key's id, key_…
        id: String,
    },
}

impl SessionCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        match self.action {
            SessionAction::List { json } => {
                let page = api.get("/v1/identity/sessions?limit=200").await?;
                table(&["id", "device", "ip", "last_used_at", "is_current"], &page["data"])?;
                if json {
                    output::json(&page)?;
                }
            }
            SessionAction::End { id } => {
                let path = format!("/v1/identity/sessions/{}", escaped(&id));
                api.json(Method::DELETE, &path, &[], None).await?;
                output::line(output::GREEN, &format!("{id} has ended"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl KeyCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        match self.action {
            KeyAction::Add { name, scopes, expires, allowed_ips, json } => {
                let body = json!({
                    "name": name, "scopes": scopes, "expires_at": expires,
                    "allowed_ips": allowed_ips,
                });
                let made = api.post("/v1/identity/api-keys", &body).await?;
                output::line(output::GREEN, text(&made, "key")?)?;
                output::line(output::DIM, "shown only this once")?;
                if json {
                    output::json(&made)?;
                }
            }
            KeyAction::List { json } => {
                let page = api.get("/v1/identity/api-keys").await?;
                let columns = ["id", "name", "prefix", "scopes", "expires_at", "last_used_at"];
                table(&columns, &page["api_keys"])?;
                if json {
                    output::json(&page)?;
                }
            }
            KeyAction::Revoke { id } => {
                let path = format!("/v1/identity/api-keys/{}", escaped(&id));
                api.json(Method::DELETE, &path, &[], None).await?;
                output::line(output::GREEN, &format!("{id} is revoked"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
