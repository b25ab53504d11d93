use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::super::rest::Api;
use super::super::{output, prompt};
use super::server::Server;

/// Sign up; a password, and the code from your mail, are asked for
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Your e-mail address
    email: String,
    /// What you are called
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Under which others find you, as @handle
    #[arg(long, value_name = "HANDLE")]
    handle: Option<String>,
    /// Language of your mail: en or de
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    locale: String,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

impl Register {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let server = self.server.url()?;
        let question = format!("A password for {} at {server}", self.email);
        let password = prompt::password(self.password_file.as_deref(), &question)?;
        let api = Api::new(&server, None);
        let body = json!({
            "email": self.email, "name": self.name, "handle": self.handle, "locale": self.locale,
            "password": password,
        });
        api.post("/v1/identity/users", &body).await?;
        let code = prompt::line("Code from the mail that we have just sent")?;
        let body = json!({ "email": self.email, "code": code });
        api.post("/v1/identity/email-verifications", &body).await?;
        output::line(output::GREEN, &format!("{} is confirmed", self.email))?;
        output::line(output::DIM, &format!("go on with `bushel sign-in {}`", self.email))?;
        Ok(ExitCode::SUCCESS)
    }
}
