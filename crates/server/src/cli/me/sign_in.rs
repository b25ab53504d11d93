use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::super::rest::{Api, text};
use super::super::{output, prompt};
use super::server::Server;
use super::session::Session;

/// Sign in; the password, and the code from your mail, are asked for
#[derive(Debug, Args)]
pub(crate) struct SignIn {
    /// Your e-mail address or handle
    login: String,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

/// Sign out; the session ends everywhere
#[derive(Debug, Args)]
pub(crate) struct SignOut {}

impl SignIn {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let server = self.server.url()?;
        let before = Session::read()?.filter(|session| session.server == server);
        let question = format!("Password for {} at {server}", self.login);
        let password = prompt::password(self.password_file.as_deref(), &question)?;
        let api = Api::new(&server, None);
        let mut body = json!({
            "login": self.login, "password": password, "device_name": "bushel on the command line",
        });
        if let Some(device) = before.and_then(|session| session.device_token) {
            body["device_token"] = Value::String(device);
        }
        let mut answer = api.post("/v1/identity/sign-ins", &body).await?;
        if answer["status"] == "confirmation_required" {
            answer = confirm(&api, &answer).await?;
        }
        Session::try_new(&server, &answer)?.write()?;
        output::line(output::GREEN, &format!("signed in as {}", self.login))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Asks for what the sign-in has to be confirmed with.
async fn confirm(api: &Api, pending: &Value) -> anyhow::Result<Value> {
    let methods = pending["methods"].as_array().cloned().unwrap_or_default();
    let by_app = methods.iter().any(|method| method == "totp");
    let (question, field) = match by_app {
        true => ("Code of your authenticator app", "totp"),
        false => ("Code from the mail that we have just sent", "code"),
    };
    let code = prompt::line(question)?;
    let path = format!("/v1/identity/sign-ins/{}/confirm", text(pending, "sign_in")?);
    api.post(&path, &json!({ field: code })).await
}

impl SignOut {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(session) = Session::read()? {
            // What the server no longer knows has ended, too.
            if let Err(error) = session.api().post("/v1/identity/sign-out", &json!({})).await {
                output::note(&format!("the server did not end the session: {error}"));
            }
            Session::remove()?;
        }
        output::line(output::GREEN, "signed out")?;
        Ok(ExitCode::SUCCESS)
    }
}
