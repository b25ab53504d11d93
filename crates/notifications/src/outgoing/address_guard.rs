//! Which addresses may be reached that a user chose: only public ones, so that nobody uses us to reach what is
//! inside (server-side request forgery, ASVS 1.3.6). Pure; who resolves names is elsewhere.
//!
//! Sources of the ranges: IANA's special-purpose registries for IPv4 and IPv6
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry>, RFC 6890) and the metadata
//! services of clouds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use thiserror::Error;
use url::{Host, Url};

const URL_LEN_MAX: usize = 2_048;

/// Ports of services that a line of HTTP could be mistaken for a command by: login, mail, names,
/// files, containers, databases. Others are allowed: receivers listen where they like.
const PORTS_REFUSED: [u16; 24] = [
    0, 21, 22, 23, 25, 53, 110, 111, 135, 139, 143, 389, 445, 465, 514, 587, 993, 995, 2049, 2375,
    3306, 5432, 6379, 11211,
];

/// Not public: network and length of the prefix.
const V4_REFUSED: [(Ipv4Addr, u32); 18] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8), // this network; 0.0.0.0 reaches the host itself
    (Ipv4Addr::new(10, 0, 0, 0), 8), // private
    (Ipv4Addr::new(100, 64, 0, 0), 10), // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8), // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's host service, on a public address
    (Ipv4Addr::new(169, 254, 0, 0), 16), // link-local, with the clouds' metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12), // private
    (Ipv4Addr::new(192, 0, 0, 0), 24), // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24), // documentation
    (Ipv4Addr::new(192, 31, 196, 0), 24), // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24), // AMT
    (Ipv4Addr::new(192, 88, 99, 0), 24), // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16), // private
    (Ipv4Addr::new(198, 18, 0, 0), 15), // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24), // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4), // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4), // reserved, and broadcast
];

/// Only 2000::/3 is public. This leaves out loopback, unique local (fd00::/8), link-local and
/// multicast, and the forms that hold an IPv4 address: mapped, compatible and NAT64.
const V6_PUBLIC: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Of the public ones not these.
const V6_REFUSED: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, with Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: holds an IPv4 address
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// Why an address can't be taken. The messages are meant for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UrlRefusal {
    #[error("expected an address such as https://example.com/hook, without spaces")]
    Malformed,
    #[error("the address is longer than 2,048 characters")]
    TooLong,
    #[error("the address must begin with https://")]
    Scheme,
    #[error("the address must not hold a user name or password; check the signature instead")]
    Credentials,
    #[error("the address must not have a fragment (#), which is never sent")]
    Fragment,
    #[error("this port belongs to another kind of service")]
    Port,
    #[error("write an IPv4 address as four decimal numbers, such as 203.0.113.7")]
    OddNotation,
    #[error("webhooks go to public addresses only")]
    NotPublic,
}

/// With or without TLS. What isn't public may be reached in development, what has no TLS only then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Https,
    Http,
}

/// The rules, with the networks that are allowed in development.
#[derive(Debug, Clone)]
pub(crate) struct AddressGuard {
    allowed: Vec<IpNet>,
}

impl AddressGuard {
    pub(crate) const fn new(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Checks what can be told without resolving the name.
    pub(crate) fn check_url(&self, text: &str) -> Result<(Url, Scheme), UrlRefusal> {
        if text.len() > URL_LEN_MAX {
            return Err(UrlRefusal::TooLong);
        }
        // The parser would silently drop some of them.
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(UrlRefusal::Malformed);
        }
        let url = Url::parse(text).map_err(|_| UrlRefusal::Malformed)?;
        let scheme = self.scheme(&url)?;
        if !text[url.scheme().len()..].starts_with("://") {
            return Err(UrlRefusal::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() || authority(text).contains('@') {
            return Err(UrlRefusal::Credentials);
        }
        if url.fragment().is_some() {
            return Err(UrlRefusal::Fragment);
        }
        if url.port_or_known_default().is_none_or(|port| PORTS_REFUSED.contains(&port)) {
            return Err(UrlRefusal::Port);
        }
        self.check_host(&url, text, scheme)?;
        Ok((url, scheme))
    }

    /// Whether a connection to this address may be made.
    pub(crate) fn allows(&self, scheme: Scheme, address: IpAddr) -> bool {
        self.allowed.iter().any(|network| network.contains(&address))
            || (scheme == Scheme::Https && is_public(address))
    }

    fn scheme(&self, url: &Url) -> Result<Scheme, UrlRefusal> {
        match url.scheme() {
            "https" => Ok(Scheme::Https),
            "http" if !self.allowed.is_empty() => Ok(Scheme::Http),
            _ => Err(UrlRefusal::Scheme),
        }
    }

    fn check_host(&self, url: &Url, text: &str, scheme: Scheme) -> Result<(), UrlRefusal> {
        let address = match url.host().ok_or(UrlRefusal::Malformed)? {
            Host::Domain(_) => return Ok(()),
            Host::Ipv4(address) => {
                // The parser reads 2130706433, 0x7f.1 and 017700000001 as an address, too.
                if host(text) != address.to_string() {
                    return Err(UrlRefusal::OddNotation);
                }
                IpAddr::V4(address)
            }
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if self.allows(scheme, address) { Ok(()) } else { Err(UrlRefusal::NotPublic) }
    }
}

/// What stands between `//` and the path, as it was written.
fn authority(text: &str) -> &str {
    let rest = text.split_once("//").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The same without a port.
fn host(text: &str) -> &str {
    let authority = authority(text);
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let shares = |&(network, length)| shares_v4(address, network, length);
            !V4_REFUSED.iter().any(shares)
        }
        IpAddr::V6(address) => {
            let shares = |&(network, length): &_| shares_v6(address, network, length);
            shares(&V6_PUBLIC) && !V6_REFUSED.iter().any(shares)
        }
    }
}

fn shares_v4(address: Ipv4Addr, network: Ipv4Addr, length: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}

fn shares_v6(address: Ipv6Addr, network: Ipv6Addr, length: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).leading_zeros() >= length
}
