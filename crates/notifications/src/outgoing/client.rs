//! The HTTP client for addresses that users chose.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use kernel::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use url::Url;

use super::Resolver;
use super::address_guard::{AddressGuard, Scheme};
use super::resolver::{AddressRefused, GuardedResolver, NoAddress};

/// One client with TLS, and one without for what is allowed in development.
pub(crate) struct GuardedClient {
    guard: Arc<AddressGuard>,
    https: Option<Client>,
    http: Option<Client>,
}

impl GuardedClient {
    pub(crate) fn new(
        guard: AddressGuard,
        resolver: &Arc<dyn Resolver>,
        connect_timeout: Duration,
        user_agent: &'static str,
    ) -> Self {
        let guard = Arc::new(guard);
        let build = |scheme, builder: ClientBuilder| {
            let (resolver, guard) = (Arc::clone(resolver), Arc::clone(&guard));
            let resolver = GuardedResolver { resolver, guard, scheme };
            let builder = settings(builder, connect_timeout).user_agent(user_agent);
            let client = builder.dns_resolver(Arc::new(resolver)).build();
            // A host without certificates of authorities can still serve everything else.
            client.inspect_err(|error| tracing::error!(%error, "nothing can be sent")).ok()
        };
        let https = build(Scheme::Https, Client::builder().https_only(true));
        let http = build(Scheme::Http, Client::builder().tls_certs_only([]));
        Self { guard, https, http }
    }

    pub(crate) const fn guard(&self) -> &Arc<AddressGuard> {
        &self.guard
    }

    /// The client for an address. It is checked anew: the rules may have changed since it was
    /// stored.
    pub(crate) fn pick(&self, address: &str) -> Result<(&Client, Url), &'static str> {
        let Ok((url, scheme)) = self.guard.check_url(address) else {
            return Err("the address is not one that may be reached");
        };
        let client = match scheme {
            Scheme::Https => &self.https,
            Scheme::Http => &self.http,
        };
        let client = client.as_ref();
        client
            .map(|client| (client, url))
            .ok_or("this server has no certificates to check TLS with")
    }
}

/// Nothing that leads elsewhere: no proxy, no redirect, no connection kept from an earlier check.
fn settings(builder: ClientBuilder, connect_timeout: Duration) -> ClientBuilder {
    builder
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(connect_timeout)
}

/// Why there was no answer.
pub(crate) fn reason(error: &reqwest::Error) -> &'static str {
    if has_cause::<AddressRefused>(error) {
        "the name has an address that may not be reached"
    } else if has_cause::<NoAddress>(error) {
        "the name has no address"
    } else if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "no connection could be made"
    } else {
        "the connection broke before there was an answer"
    }
}

fn has_cause<E: Error + 'static>(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Seconds or a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_micros(date.as_microsecond()).since(now))
}
