use std::path::PathBuf;

use clap::Args;

use crate::serve::Presence;

/// Where somebody without a session goes
#[derive(Debug, Args)]
pub(super) struct Server {
    /// The server; that of the data folder unless given
    #[arg(long, value_name = "URL", env = "BUSHEL_SERVER")]
    server: Option<String>,
    /// Folder of the data, whose server is used
    #[arg(long, value_name = "DIR", default_value = crate::DATA_DEFAULT)]
    data: PathBuf,
}

impl Server {
    pub(super) fn url(&self) -> anyhow::Result<String> {
        if let Some(server) = &self.server {
            return Ok(server.trim_end_matches('/').to_owned());
        }
        match Presence::running(&self.data)? {
            Some(presence) => Ok(presence.url),
            None => anyhow::bail!(
                "no server runs on the data folder {}; start one with `bushel serve`, or give --server",
                self.data.display()
            ),
        }
    }
}
