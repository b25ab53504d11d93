//! Finding the server that a command talks to, or starting one.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use kernel::postgres::{DataDir, DataDirError};
use proto::ledger::v1::ledger_service_client::LedgerServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use crate::operator::token::{First, Guard, file};
use crate::serve::{Options, Presence, Server};

/// A server that starts right now gets this long to tell its address.
const PRESENCE_MAX: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);
const CONNECT_MAX: Duration = Duration::from_secs(5);
const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// Which server a command talks to.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Target {
    /// Folder of the data, whose server is used
    #[arg(long, value_name = "DIR", default_value = crate::DATA_DEFAULT, global = true)]
    pub(crate) data: PathBuf,
    /// A server anywhere, instead of that of the data folder
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) server: Option<String>,
    /// The operator token, if it isn't in the data folder
    #[arg(long, value_name = "TOKEN", env = "BUSHEL_TOKEN", hide_env_values = true, global = true)]
    pub(crate) token: Option<String>,
    /// Where no server runs: a Postgres to use instead of the private one
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub(crate) database_url: Option<String>,
    /// Where no server runs: the key that seals secrets, if it isn't in the data folder
    #[arg(
        long,
        value_name = "KEY",
        env = "BUSHEL_SECRET_KEY",
        hide_env_values = true,
        global = true
    )]
    pub(crate) secret_key: Option<String>,
}

/// The way to a server.
pub(crate) struct Connection {
    pub(crate) url: String,
    /// The token, unless it isn't known: then the server is our own.
    token: Option<String>,
    /// Runs for the length of the command.
    own: Option<Server>,
}

pub(crate) type LedgerClient = LedgerServiceClient<InterceptedService<Channel, Bearer>>;

/// Adds the token to every call.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

impl Target {
    /// Finds the server, or starts one.
    pub(crate) async fn connect(&self) -> anyhow::Result<Connection> {
        if let Some(url) = &self.server {
            let token = self.token.clone().context(
                "--server needs the token of that server: --token or the variable BUSHEL_TOKEN",
            )?;
            let url = url.trim_end_matches('/').to_owned();
            return Ok(Connection { url, token: Some(token), own: None });
        }
        let began = Instant::now();
        loop {
            match self.start_own().await {
                Ok(server) => return self.use_own(server).await,
                Err(error) => {
                    let Some(holder) = holder(&error) else { return Err(error) };
                    if let Some(found) = self.find_running(&holder)? {
                        return Ok(found);
                    }
                    if began.elapsed() > PRESENCE_MAX {
                        return Err(error.context("its server does not tell its address"));
                    }
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn start_own(&self) -> anyhow::Result<Server> {
        // Asked first, because a start does more than that before it finds the folder taken.
        drop(DataDir::lock(&self.data)?);
        Server::start(Options {
            database_url: self.database_url.clone(),
            token: self.token.clone(),
            secret_key: self.secret_key.clone(),
            ..Options::local(self.data.clone())
        })
        .await
    }

    async fn use_own(&self, server: Server) -> anyhow::Result<Connection> {
        if !server.ready().await? {
            bail!("the ledger stopped before it was ready; the log above says why");
        }
        if let First::Made(_) = server.first() {
            let path = server.data().token();
            super::output::note(&format!(
                "made the operator token; it is stored in {}",
                path.display()
            ));
        }
        let stored = file::read(&server.data().token())?;
        let stored = stored.map(|token| token.as_str().to_owned());
        let token = stored.or_else(|| self.token.clone());
        Ok(Connection { url: server.url().to_owned(), token, own: Some(server) })
    }

    /// The server that holds the folder's lock, once it has told its address.
    fn find_running(&self, holder: &str) -> anyhow::Result<Option<Connection>> {
        let presence = Presence::read(&self.data)?;
        let Some(presence) = presence.filter(|found| found.is_of(holder)) else {
            return Ok(None);
        };
        let token = match &self.token {
            Some(token) => token.clone(),
            None => self.stored_token()?,
        };
        Ok(Some(Connection { url: presence.url, token: Some(token), own: None }))
    }

    fn stored_token(&self) -> anyhow::Result<String> {
        let path = self.data.join("token");
        let stored = file::read(&path)?.with_context(|| {
            format!(
                "there is no operator token in {}; give it with --token or the variable \
                 BUSHEL_TOKEN",
                path.display()
            )
        })?;
        Ok(stored.as_str().to_owned())
    }
}

impl Connection {
    /// To a server that is known to run.
    pub(crate) fn new(url: &str, token: &str) -> Self {
        Self { url: url.to_owned(), token: Some(token.to_owned()), own: None }
    }

    /// A client of the ledger.
    pub(crate) async fn ledger(&self) -> anyhow::Result<LedgerClient> {
        let endpoint = Endpoint::from_shared(self.url.clone())
            .with_context(|| format!("{} is no address of a server", self.url))?
            .connect_timeout(CONNECT_MAX)
            .tcp_nodelay(true)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20);
        let channel = endpoint
            .connect()
            .await
            .with_context(|| format!("no server answers at {}; is it running?", self.url))?;
        let bearer = format!("Bearer {}", self.token()?).parse().ok();
        let bearer = Bearer(bearer.context("the token has characters that no token has")?);
        Ok(LedgerServiceClient::with_interceptor(channel, bearer)
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX))
    }

    pub(crate) fn token(&self) -> anyhow::Result<&str> {
        self.token.as_deref().context(
            "the database has an operator token that is not in the data folder; give it with \
             --token or the variable BUSHEL_TOKEN, or make a new one with `bushel token rotate`",
        )
    }

    /// The guard of the server that runs inside of this command.
    pub(crate) fn own_guard(&self) -> Option<&Guard> {
        self.own.as_ref().map(Server::guard)
    }

    /// Stops the server that runs inside of this command.
    pub(crate) async fn close(self) {
        if let Some(server) = self.own {
            server.stop().await;
        }
    }
}

fn holder(error: &anyhow::Error) -> Option<String> {
    match error.downcast_ref() {
        Some(DataDirError::InUse { holder, .. }) => Some(holder.clone()),
        _ => None,
    }
}

/// What a refused call means for whoever typed the command.
pub(crate) fn explain(status: &Status) -> anyhow::Error {
    use tonic::Code;
    let cure = match status.code() {
        Code::Unauthenticated => {
            "; give the token with --token or the variable BUSHEL_TOKEN, or look at it with \
             `bushel token show`"
        }
        Code::Unavailable => "; try again in a moment",
        Code::Unimplemented => "; is it a Bushel of this version?",
        _ => "",
    };
    anyhow::anyhow!("{}{cure}", status.message())
}
