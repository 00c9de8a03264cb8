//! Where the house may call. Addresses of services are settings, and what a setting names can be made to lead elsewhere:
//! by a name that resolves to a machine of the house's own network, by a redirect, by an answer of the name server that
//! changes between two questions. So the address that is judged is the one that is connected to: `http.rs` hands
//! [`Resolver`] to every client.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::{Deserialize, Serialize};

/// Which private and loopback addresses may be called (`network.private_addresses`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// None.
    No,
    /// Those that a setting writes out, as in `http://127.0.0.1:11434` or `http://localhost:11434`.
    #[default]
    Written,
    /// Also those that a name leads to.
    Yes,
}

impl FromStr for Reach {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "no" => Ok(Self::No),
            "written" => Ok(Self::Written),
            "yes" => Ok(Self::Yes),
            other => Err(format!("« {other} » is not known: no, written or yes is expected")),
        }
    }
}

/// What an address is to a program that must not be led astray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    /// This machine, or a network that is not the Internet.
    Private,
    /// Nothing that a service of ours could be at: the machine's own data at cloud providers, groups, nothing at all.
    Never,
}

/// Where cloud providers hand out a machine's keys, outside 169.254.0.0/16.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

fn kind(ip: IpAddr) -> Kind {
    if METADATA.contains(&ip) {
        return Kind::Never;
    }
    match ip {
        IpAddr::V4(v4) => kind4(v4),
        IpAddr::V6(v6) => within(v6).map_or_else(|| kind6(v6), |v4| kind(IpAddr::V4(v4))),
    }
}

fn kind4(ip: Ipv4Addr) -> Kind {
    let [a, b, c, _] = ip.octets();
    if a == 0 || a >= 224 || ip.is_link_local() {
        return Kind::Never;
    }
    // 100.64/10 belongs to providers (RFC 6598), 198.18/15 to measurements (RFC 2544), 192.0.0/24 to protocols (RFC 6890).
    let shared = a == 100 && b & 0xc0 == 64 || a == 198 && b & 0xfe == 18 || (a, b, c) == (192, 0, 0);
    if ip.is_loopback() || ip.is_private() || shared { Kind::Private } else { Kind::Public }
}

fn kind6(ip: Ipv6Addr) -> Kind {
    let first = ip.segments()[0];
    if ip.is_unspecified() || ip.is_multicast() || first & 0xffc0 == 0xfe80 {
        return Kind::Never;
    }
    let local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfec0;
    if ip.is_loopback() || local { Kind::Private } else { Kind::Public }
}

/// The older address that a newer one carries and that is reached through it: mapped, compatible, NAT64, 6to4.
fn within(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

/// The machine itself, by its name (RFC 6761).
fn is_localhost(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// The address of a service as a setting writes it.
///
/// # Errors
/// In words for a person: no web address, a password in it, or an address that may not be called.
pub fn target(url: &str, reach: Reach) -> Result<Url, String> {
    let parsed = Url::parse(url.trim()).map_err(|e| format!("it is no web address ({e})"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err("it is no web address: it must begin with http:// or https://".into());
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("a name or password does not belong into an address: name the key's place instead".into());
    }
    let host = parsed.host_str().unwrap_or_default();
    let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    let found = match literal {
        Some(ip) => kind(ip),
        None if is_localhost(host) => Kind::Private,
        None => Kind::Public,
    };
    match (found, reach) {
        (Kind::Never, _) => Err(format!("{host} is never called: it is no address of a service")),
        (Kind::Private, Reach::No) => {
            Err(format!("{host} is a private address, and network.private_addresses is \"no\""))
        }
        _ => Ok(parsed),
    }
}

/// Whether a redirect from one address to another is followed by those who follow to other hosts: not to where only a
/// setting may lead, and not from an encrypted connection to an open one.
pub(crate) fn may_follow(from: &Url, to: &Url, reach: Reach) -> bool {
    if from.scheme() == "https" && to.scheme() != "https" {
        return false;
    }
    let beyond = if reach == Reach::Yes { Reach::Yes } else { Reach::No };
    from.host() == to.host() || target(to.as_str(), beyond).is_ok()
}

/// Whether two addresses lead to the same service.
pub(crate) fn same_service(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme() && a.host() == b.host() && a.port_or_known_default() == b.port_or_known_default()
}

/// A name led to nothing that may be called.
#[derive(Debug, thiserror::Error)]
struct Astray {
    name: String,
    address: IpAddr,
    kind: Kind,
}

impl fmt::Display for Astray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, address, kind } = self;
        match kind {
            Kind::Never => write!(f, "{name} leads to {address}, which is never called"),
            _ => write!(
                f,
                "{name} leads to the private address {address}: write that address itself, or set \
                 network.private_addresses to \"yes\""
            ),
        }
    }
}

/// Finds the addresses of a name and leaves out those that may not be called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver(pub(crate) Reach);

impl Resolver {
    fn may(self, name: &str, ip: IpAddr) -> bool {
        match kind(ip) {
            Kind::Public => true,
            Kind::Private => {
                self.0 == Reach::Yes
                    || self.0 == Reach::Written && is_localhost(name) && ip.to_canonical().is_loopback()
            }
            Kind::Never => false,
        }
    }

    fn allowed(self, name: &str, found: &[SocketAddr]) -> Result<Vec<SocketAddr>, Astray> {
        let allowed: Vec<_> = found.iter().copied().filter(|a| self.may(name, a.ip())).collect();
        match found.first() {
            Some(first) if allowed.is_empty() => {
                Err(Astray { name: name.to_owned(), address: first.ip(), kind: kind(first.ip()) })
            }
            _ => Ok(allowed),
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = *self;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Addrs = Box::new(resolver.allowed(name.as_str(), &found)?.into_iter());
            Ok(allowed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(url: &str, reach: Reach) -> bool {
        target(url, reach).is_ok()
    }

    #[test]
    fn a_private_address_is_called_where_a_setting_writes_it_and_nowhere_with_no() {
        for url in [
            "http://127.0.0.1:11434/v1",
            "http://localhost:8000",
            "http://ollama.localhost",
            "http://10.0.0.7",
            "http://192.168.1.2:1",
            "http://172.16.0.1",
            "http://[::1]:80",
            "http://[fd12::1]",
            "http://100.64.0.1",
            // Other spellings of 127.0.0.1.
            "http://2130706433",
            "http://0x7f.1",
            "http://0177.0.0.1",
            "http://[::ffff:127.0.0.1]",
            "http://127.1",
        ] {
            assert!(may(url, Reach::Written) && may(url, Reach::Yes), "{url}");
            assert!(!may(url, Reach::No), "{url}");
        }
        assert!(may("https://api.example.com/v1", Reach::No) && may("http://8.8.8.8", Reach::No));
    }

    #[test]
    fn metadata_and_what_is_no_host_are_never_called() {
        for url in [
            "http://169.254.169.254/latest",
            "http://[fd00:ec2::254]",
            "http://100.100.100.200",
            "http://192.0.0.192",
            "http://[fe80::1]",
            "http://0.0.0.0",
            "http://[::]",
            "http://224.0.0.1",
            "http://255.255.255.255",
            "http://[::ffff:169.254.169.254]",
            "http://[64:ff9b::a9fe:a9fe]",
            "http://[2002:a9fe:a9fe::1]",
            "http://2852039166",
            "http://0xa9.0xfe.0xa9.0xfe",
        ] {
            assert!(!may(url, Reach::Yes), "{url}");
        }
    }

    #[test]
    fn other_schemes_and_passwords_in_addresses_are_refused() {
        for url in ["ftp://example.com", "file:///etc/passwd", "gopher://example.com", "example.com", "", "http://"] {
            assert!(!may(url, Reach::Yes), "{url}");
        }
        let refused = target("https://user:canary@example.com", Reach::Yes).unwrap_err();
        assert!(refused.contains("password") && !refused.contains("canary"), "{refused}");
    }

    #[test]
    fn a_name_that_leads_into_the_house_is_refused_and_only_what_may_be_called_is_connected_to() {
        let found: Vec<SocketAddr> = vec!["10.0.0.7:0".parse().unwrap(), "8.8.8.8:0".parse().unwrap()];
        let of = |reach, name: &str, found: &[SocketAddr]| Resolver(reach).allowed(name, found).map(|a| a.len());
        assert_eq!(of(Reach::Written, "rebound.example", &found).unwrap(), 1);
        assert_eq!(of(Reach::Yes, "ollama.lan", &found).unwrap(), 2);
        let error = of(Reach::Written, "rebound.example", &found[..1]).unwrap_err().to_string();
        assert!(error.contains("rebound.example") && error.contains("network.private_addresses"), "{error}");
        let loopback: Vec<SocketAddr> = vec!["127.0.0.1:0".parse().unwrap()];
        assert!(of(Reach::Written, "localhost", &loopback).is_ok() && of(Reach::No, "localhost", &loopback).is_err());
        assert!(of(Reach::Written, "rebound.example", &loopback).is_err());
        let metadata: Vec<SocketAddr> = vec!["169.254.169.254:0".parse().unwrap()];
        assert!(of(Reach::Yes, "metadata.google.internal", &metadata).is_err());
    }

    #[test]
    fn redirects_lead_neither_into_the_house_nor_out_of_encryption() {
        let url = |text: &str| Url::parse(text).unwrap();
        let (hub, storage) = (url("https://hub.example/a"), url("https://cdn.example/b"));
        assert!(may_follow(&hub, &storage, Reach::Written) && !same_service(&hub, &storage));
        for inside in ["https://127.0.0.1/x", "https://localhost/x", "https://169.254.169.254/", "https://10.0.0.1/"] {
            assert!(!may_follow(&hub, &url(inside), Reach::Written), "{inside}");
        }
        assert!(!may_follow(&hub, &url("http://cdn.example/b"), Reach::Yes));
        assert!(!may_follow(&hub, &url("https://169.254.169.254/"), Reach::Yes));
        let own = url("http://127.0.0.1:8080/a");
        assert!(may_follow(&own, &url("http://127.0.0.1:8080/b"), Reach::Written));
    }
}
