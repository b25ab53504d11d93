//! Names become addresses. We ask ourselves, so that exactly what was checked is connected to: a
//! name that has another address a moment later (DNS rebinding) gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve};
use thiserror::Error;

use super::address_guard::{AddressGuard, Scheme};

/// The answer of a [`Resolver`].
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Knows the addresses of names.
pub trait Resolver: Send + Sync {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// Asks the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// A name has an address that may not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the name has an address that is not public")]
pub(crate) struct AddressRefused;

/// A name has no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the name has no address")]
pub(crate) struct NoAddress;

/// Gives the HTTP client only addresses that may be reached. It asks anew for each connection,
/// and no connection is kept for a second request.
pub(crate) struct GuardedResolver {
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) guard: Arc<AddressGuard>,
    pub(crate) scheme: Scheme,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> reqwest::dns::Resolving {
        let (resolver, guard) = (Arc::clone(&self.resolver), Arc::clone(&self.guard));
        let scheme = self.scheme;
        Box::pin(async move {
            let addresses = resolver.resolve(name.as_str()).await.map_err(|_| NoAddress)?;
            if addresses.is_empty() {
                return Err(NoAddress.into());
            }
            // One bad address among good ones is an attempt to get at it by chance.
            if !addresses.iter().all(|address| guard.allows(scheme, *address)) {
                return Err(AddressRefused.into());
            }
            // Port 0 stands for the one of the URL.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
