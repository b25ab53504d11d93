use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::super::connect::Target;
use super::super::rest::{Api, text};
use super::super::{output, prompt};
use super::reconcile::Reconcile;

/// Make administrators, and compare the books with payment providers
#[derive(Debug, Args)]
pub(crate) struct AdminCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an administrator; the password is asked for
    Create {
        /// Their e-mail address, to which sign-ins are confirmed
        email: String,
        /// What they are called
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Language of their mail: en or de
        #[arg(long, value_name = "LANGUAGE", default_value = "en")]
        locale: String,
        /// A file whose first line is the password
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        #[command(flatten)]
        target: Target,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    Reconcile(Reconcile),
}

impl AdminCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let (email, name, locale, password_file, target, json) = match self.action {
            Action::Reconcile(command) => return command.run().await,
            Action::Create { email, name, locale, password_file, target, json } => {
                (email, name, locale, password_file, target, json)
            }
        };
        let question = format!("Password for {email}");
        let password = prompt::password(password_file.as_deref(), &question)?;
        let connection = target.connect().await?;
        let body = json!({ "email": email, "name": name, "locale": locale, "password": password });
        let made = match Api::of(&connection) {
            Ok(api) => api.post("/v1/operator/administrators", &body).await,
            Err(error) => Err(error),
        };
        let url = connection.url.clone();
        connection.close().await;
        let made = made?;
        output::line(output::GREEN, &format!("made administrator {}", text(&made, "id")?))?;
        output::line(
            output::DIM,
            &format!("sign in at {url}/v1/identity/sign-ins; the code comes by mail"),
        )?;
        if json {
            output::json(&made)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
