//! API keys: with them programs act for their owner.
//!
//! - A key is shown once; its hash is stored. It has 256 random bits and a checksum.
//! - It can do what its scopes say and its owner may do at that moment, whichever is less, and
//!   never what protects the owner: only a person who is signed in makes and revokes keys.
//! - It ends when it expires, when it is revoked, or when the overlap of its rotation is over;
//!   every process knows within a second.
//! - Where it may be used from is checked at each request.

mod authenticate;
pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use authenticate::{KnownKeys, authenticate};
pub(crate) use service::{NewKey, Shown};

use std::net::IpAddr;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kernel::Timestamp;

use crate::ids::ApiKeyId;
use crate::permissions::{Permission, PermissionSet};

/// What a key's text begins with.
pub(crate) const PREFIX: &str = "bshl_key_";
/// Characters of a key that its owner may see again.
pub(crate) const SHOWN_CHARS: usize = 12;
pub(crate) const NETWORKS_MAX: usize = 50;
/// Keys that a user may have at a time.
pub(crate) const KEYS_MAX: usize = 50;
pub(crate) const OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// A key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiKey {
    pub(crate) id: ApiKeyId,
    pub(crate) name: String,
    /// Its first characters.
    pub(crate) prefix: String,
    pub(crate) scopes: PermissionSet,
    pub(crate) allowed_ips: Vec<IpNet>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    /// The key that this one was made for by a rotation.
    pub(crate) replaces: Option<ApiKeyId>,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) last_used_ip: Option<IpAddr>,
}

impl ApiKey {
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

/// A network in CIDR notation, or one address. Bits of the host are an error: whoever writes
/// `10.0.0.1/8` may have meant something else than 16 million addresses.
pub(crate) fn parse_network(text: &str) -> Option<IpNet> {
    let network: IpNet = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().ok()?,
    };
    // A mapped IPv4 address arrives as IPv4, so that is what it has to be compared with.
    let network = match network {
        IpNet::V6(net) if net.prefix_len() >= 96 => match net.addr().to_ipv4_mapped() {
            Some(v4) => IpNet::V4(Ipv4Net::new(v4, net.prefix_len() - 96).ok()?),
            None => IpNet::V6(Ipv6Net::new(net.addr(), net.prefix_len()).ok()?),
        },
        other => other,
    };
    (network.trunc() == network).then_some(network)
}

/// Whether an address is in one of the networks, or there are none.
fn is_allowed(networks: &[IpNet], ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    networks.is_empty() || networks.iter().any(|network| network.contains(&ip))
}

/// Scopes from their names. The first that is none is the error.
pub(crate) fn parse_scopes<'n>(names: &[&'n str]) -> Result<PermissionSet, &'n str> {
    let scope = |name: &&'n str| {
        Permission::from_name(name).filter(|permission| permission.is_scope()).ok_or(*name)
    };
    names.iter().map(scope).collect()
}

#[cfg(test)]
mod tests;
