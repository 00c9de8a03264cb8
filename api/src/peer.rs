//! Who is calling, as an address: the connection's, or what a proxy says that the settings trust.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};

use crate::app::App;
use crate::config::Networks;

/// The address that a request comes from; `None` where there is no connection, as in tests.
///
/// Of `X-Forwarded-For` the last entry that no trusted proxy wrote about another counts: whatever stands before it came
/// from the caller and may be invented.
pub(crate) fn address(extensions: &Extensions, headers: &HeaderMap, trusted: Option<&Networks>) -> Option<IpAddr> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    let peer = peer.ip().to_canonical();
    let Some(trusted) = trusted.filter(|trusted| trusted.contain(peer)) else { return Some(peer) };
    let said = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
    let mut entries: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    while let Some(entry) = entries.pop() {
        let Some(ip) = read(entry) else { break };
        nearest = ip;
        if !trusted.contain(ip) {
            break;
        }
    }
    Some(nearest)
}

/// An entry, with or without a port, with or without brackets.
fn read(entry: &str) -> Option<IpAddr> {
    let ip = entry.parse().or_else(|_| entry.parse::<SocketAddr>().map(|a| a.ip()));
    ip.or_else(|_| entry.trim_start_matches('[').trim_end_matches(']').parse()).ok().map(|ip: IpAddr| ip.to_canonical())
}

/// What counts as one caller: an address, or the /64 that a single customer of a provider has.
pub(crate) fn caller(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

/// Where a request comes from, as tries to come in are counted: what counts as one caller; empty where there is no
/// connection.
pub(crate) struct From(pub(crate) String);

impl FromRequestParts<Arc<App>> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let address = address(&parts.extensions, &parts.headers, app.config.server.trusted_proxies.as_ref());
        Ok(Self(address.map(|ip| caller(ip).to_string()).unwrap_or_default()))
    }
}

/// Whether the request was sent to this machine under a name that no page on the Internet could have made lead here: an
/// address, localhost, or none. A page can make its own name lead to 127.0.0.1 and would then be let in as this machine.
pub(crate) fn is_sent_here(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::HOST).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return !headers.contains_key(header::HOST) };
    let Ok(host) = value.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') && !name.ends_with(':') => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || read(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(peer: &str, forwarded: &[&'static str], trusted: &str) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 5_000)));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        address(&extensions, &headers, Some(&trusted.parse().unwrap())).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_who_is_asking() {
        assert_eq!(seen("192.0.2.7", &["203.0.113.9"], ""), "192.0.2.7");
        assert_eq!(seen("192.0.2.7", &["203.0.113.9"], "127.0.0.1"), "192.0.2.7");
        assert_eq!(seen("127.0.0.1", &["203.0.113.9"], "127.0.0.1"), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &[], "127.0.0.1"), "127.0.0.1");
    }

    #[test]
    fn what_a_caller_puts_before_the_proxys_own_entry_does_not_count() {
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, 203.0.113.9"], "127.0.0.1"), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4", "203.0.113.9, 10.0.0.2"], "127.0.0.1,10.0.0.0/8"), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["nonsense"], "127.0.0.1"), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["1.2.3.4, nonsense"], "127.0.0.1"), "127.0.0.1");
        assert_eq!(seen("127.0.0.1", &["[2001:db8::1]:443"], "127.0.0.1"), "2001:db8::1");
    }

    #[test]
    fn a_network_of_one_customer_is_one_caller() {
        let same = |a: &str, b: &str| caller(a.parse().unwrap()) == caller(b.parse().unwrap());
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9") && !same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert!(!same("192.0.2.1", "192.0.2.2"));
    }

    #[test]
    fn names_that_a_page_could_make_lead_here_are_told_from_addresses() {
        let of = |hosts: &[&'static str]| {
            is_sent_here(&hosts.iter().map(|h| (header::HOST, HeaderValue::from_static(h))).collect())
        };
        assert!(of(&[]) && of(&["127.0.0.1:4173"]) && of(&["localhost"]) && of(&["LOCALHOST:80"]));
        assert!(of(&["[::1]:4173"]) && of(&["[::1]"]) && of(&["192.168.0.3"]));
        assert!(!of(&["evil.example:4173"]) && !of(&["127.0.0.1.evil.example"]) && !of(&["localhost.evil.example"]));
        assert!(!of(&["localhost", "evil.example"]) && !of(&[""]));
    }
}
