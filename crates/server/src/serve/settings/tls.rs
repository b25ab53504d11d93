//! Where people reach it over TLS.

use std::path::PathBuf;

use clap::Args;

use crate::serve::tls::TlsOptions;

/// Settings of TLS
#[derive(Debug, Clone, Args)]
pub(crate) struct TlsSettings {
    /// A second address to listen on, for TLS, such as 0.0.0.0:443
    #[arg(long, value_name = "ADDR", env = "BUSHEL_TLS_LISTEN", requires = "tls_cert")]
    tls_listen: Option<String>,
    /// The certificate in PEM, followed by those that lead to a known authority. It is read again
    /// when it changes
    #[arg(long, value_name = "FILE", env = "BUSHEL_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key in PEM
    #[arg(long, value_name = "FILE", env = "BUSHEL_TLS_KEY", requires = "tls_listen")]
    tls_key: Option<PathBuf>,
}

impl TlsSettings {
    pub(super) fn options(&self) -> Option<TlsOptions> {
        let (listen, certificate, key) =
            (self.tls_listen.clone()?, self.tls_cert.clone()?, self.tls_key.clone()?);
        Some(TlsOptions { listen, certificate, key })
    }
}
