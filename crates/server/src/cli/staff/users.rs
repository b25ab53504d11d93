use std::process::ExitCode;

use axum::http::Method;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::super::connect::{Connection, Target};
use super::super::output::{self, Align, Table};
use super::super::rest::Api;

/// Find users and help them
#[derive(Debug, Args)]
pub(crate) struct UserCommand {
    #[command(flatten)]
    target: Target,
    /// Print one JSON object
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Find users by anything: e-mail, handle, name, or an id of theirs, an account, a transfer
    Find { query: String },
    /// Show a user
    Show { id: String },
    /// Show where a user is signed in
    Sessions { id: String },
    /// Show what a user holds
    Accounts { id: String },
    /// Show what happened to a user, the newest first
    Timeline { id: String },
    /// Stop a user from moving anything
    Freeze(Reasoned),
    /// Let a frozen user move again
    Unfreeze(Reasoned),
    /// Sign a user out everywhere
    EndSessions(Reasoned),
    /// Say what a user is: user, merchant, support, manager, administrator
    Roles {
        id: String,
        roles: Vec<String>,
        /// Why; it goes into the audit log
        #[arg(long)]
        reason: String,
    },
}

/// Something that needs a reason.
#[derive(Debug, Args)]
struct Reasoned {
    id: String,
    /// Why; it goes into the audit log
    #[arg(long)]
    reason: String,
}

impl UserCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let answer = ask(&connection, &self.action).await;
        connection.close().await;
        let answer = answer?;
        show(&self.action, &answer)?;
        if self.json {
            output::json(&answer)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn ask(connection: &Connection, action: &Action) -> anyhow::Result<Value> {
    let api = Api::of(connection)?;
    let user = |id: &str, rest: &str| format!("/v1/admin/users/{}{rest}", escaped(id));
    match action {
        Action::Find { query } => api.get(&format!("/v1/admin/users?q={}", escaped(query))).await,
        Action::Show { id } => api.get(&user(id, "")).await,
        Action::Sessions { id } => api.get(&user(id, "/sessions")).await,
        Action::Accounts { id } => api.get(&user(id, "/accounts")).await,
        Action::Timeline { id } => api.get(&user(id, "/timeline")).await,
        Action::Freeze(it) => act(&api, user(&it.id, "/freeze"), &it.reason).await,
        Action::Unfreeze(it) => act(&api, user(&it.id, "/unfreeze"), &it.reason).await,
        Action::EndSessions(it) => act(&api, user(&it.id, "/end-sessions"), &it.reason).await,
        Action::Roles { id, roles, reason } => {
            let path = format!("/v1/identity/users/{}/roles", escaped(id));
            let body = json!({ "roles": roles, "reason": reason });
            // Whatever they were: who types this means it.
            api.json(Method::PUT, &path, &[("if-match", "*")], Some(&body)).await
        }
    }
}

async fn act(api: &Api, path: String, reason: &str) -> anyhow::Result<Value> {
    api.post(&path, &json!({ "reason": reason })).await
}

/// A text as a part of a path or query.
pub(in super::super) fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn show(action: &Action, answer: &Value) -> anyhow::Result<()> {
    let columns: &[&str] = match action {
        Action::Find { .. } => &["id", "handle", "email", "name", "status"],
        Action::Sessions { .. } => &["id", "device", "ip", "last_used_at"],
        Action::Accounts { .. } => &["id", "asset", "available", "pending_in", "pending_out"],
        Action::Timeline { .. } => &["at", "source", "kind"],
        Action::Show { .. } => {
            for (name, value) in answer.as_object().into_iter().flatten() {
                output::line(anstyle::Style::new(), &format!("{name}: {}", plain(value)))?;
            }
            return Ok(());
        }
        _ => return Ok(output::line(output::GREEN, "done")?),
    };
    table(columns, &answer["data"])
}

/// A list as a table of these fields.
pub(in super::super) fn table(columns: &[&'static str], rows: &Value) -> anyhow::Result<()> {
    let head: Vec<_> = columns.iter().map(|name| (*name, Align::Left)).collect();
    let mut table = Table::new(&head);
    for row in rows.as_array().into_iter().flatten() {
        table.row(columns.iter().map(|name| plain(&row[*name])).collect());
    }
    Ok(table.print()?)
}

/// A value as people read it.
pub(in super::super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
