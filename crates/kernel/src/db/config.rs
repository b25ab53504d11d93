use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use super::DatabaseError;

/// How a pool behaves.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Sessions at most.
    pub connections_max: usize,
    /// How long a start waits for the server.
    pub connect_max: Duration,
    /// How long a caller waits for a session.
    pub wait_max: Duration,
    /// How long a statement may run before Postgres ends it; zero is for ever.
    pub statement_max: Duration,
    /// What `pg_stat_activity` shows.
    pub application_name: String,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            connections_max: 16,
            connect_max: Duration::from_secs(15),
            wait_max: Duration::from_secs(5),
            statement_max: Duration::from_secs(30),
            application_name: "bushel".to_owned(),
        }
    }
}

impl DatabaseOptions {
    /// Settings of each session, sent with its start, so that they cost no round trip.
    pub(super) fn apply(&self, mut config: Config) -> Config {
        let statement_ms = self.statement_max.as_millis();
        let given = config.get_options().unwrap_or_default();
        // What the user put into the URL comes last and wins.
        let options = format!(
            "-c statement_timeout={statement_ms} -c timezone=UTC -c default_transaction_isolation=read\\ committed {given}"
        );
        config.options(options.trim_end());
        if config.get_application_name().is_none() {
            config.application_name(&self.application_name);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(self.wait_max);
        }
        config
    }
}

/// Reads a connection URL or `key=value` pairs. The text is a secret: no error repeats it.
pub fn parse_url(url: &str) -> Result<Config, DatabaseError> {
    // The parser doesn't know these at all, and its message would not help.
    if ["sslmode=verify-ca", "sslmode=verify-full"].iter().any(|mode| url.contains(mode)) {
        return Err(DatabaseError::TlsUnsupported);
    }
    let config: Config =
        url.parse().map_err(|error: tokio_postgres::Error| DatabaseError::BadUrl {
            reason: std::error::Error::source(&error).map_or_else(String::new, ToString::to_string),
        })?;
    match config.get_ssl_mode() {
        SslMode::Disable | SslMode::Prefer => Ok(config),
        _ => Err(DatabaseError::TlsUnsupported),
    }
}
