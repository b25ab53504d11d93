//! TLS for people who come from elsewhere: 1.3, and 1.2 with forward secrecy and authenticated
//! encryption, which is all that rustls knows.
//!
//! The certificate's files are looked at every two seconds and taken when they are whole, so that
//! renewing one needs no restart and ends no connection. Files that are half written, or don't
//! belong together, change nothing.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Where to listen for TLS, and with what.
#[derive(Debug, Clone)]
pub(crate) struct TlsOptions {
    pub(crate) listen: String,
    /// PEM: the certificate, then those that lead from it to a known authority.
    pub(crate) certificate: PathBuf,
    /// PEM.
    pub(crate) key: PathBuf,
}

/// The certificate as it is on disk.
pub(super) struct Certificate {
    files: [PathBuf; 2],
    /// Of what was read last, also if it was refused.
    hash: blake3::Hash,
    current: Arc<Current>,
}

/// The certificate that new connections get.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().expect("nothing panics while it holds this lock")))
    }
}

impl Certificate {
    /// Reads it, and takes connections with the certificate of the moment.
    pub(super) async fn read(options: &TlsOptions) -> anyhow::Result<(TlsAcceptor, Self)> {
        let files = [options.certificate.clone(), options.key.clone()];
        let (hash, texts) = read(&files).await?;
        let key = parse(&texts).with_context(|| {
            format!("--tls-cert {} with --tls-key {}", files[0].display(), files[1].display())
        })?;
        let current = Arc::new(Current(RwLock::new(Arc::new(key))));
        let builder = rustls::ServerConfig::builder_with_provider(provider());
        let mut config = builder
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok((TlsAcceptor::from(Arc::new(config)), Self { files, hash, current }))
    }

    /// Keeps up with the files until the server stops.
    pub(super) async fn follow(mut self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            // While they are exchanged one of them may not be there.
            let Ok((hash, texts)) = read(&self.files).await else { continue };
            if hash == self.hash {
                continue;
            }
            self.hash = hash;
            match parse(&texts) {
                Ok(key) => {
                    let mut current = self.current.0.write().expect("as above");
                    *current = Arc::new(key);
                    tracing::info!(file = %self.files[0].display(), "a new certificate is in use");
                }
                Err(error) => tracing::warn!(
                    error = format!("{error:#}"),
                    file = %self.files[0].display(),
                    "the new certificate can't be used; the one before stays"
                ),
            }
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

async fn read(files: &[PathBuf; 2]) -> anyhow::Result<(blake3::Hash, [Vec<u8>; 2])> {
    let [certificate, key] = files;
    let read = async |file: &PathBuf| {
        tokio::fs::read(file).await.with_context(|| format!("{} can't be read", file.display()))
    };
    let texts = [read(certificate).await?, read(key).await?];
    Ok((blake3::hash(&texts.concat()), texts))
}

fn parse([certificate, key]: &[Vec<u8>; 2]) -> anyhow::Result<CertifiedKey> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .context("the certificate isn't PEM")?;
    ensure!(!chain.is_empty(), "there is no certificate in the file; it is PEM, not DER");
    let key = PrivateKeyDer::from_pem_slice(key).context("there is no private key in PEM")?;
    CertifiedKey::from_der(chain, key, &provider())
        .context("certificate and key don't belong together, or are of a kind that isn't known")
}
