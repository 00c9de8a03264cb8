//! The settings of the doors and of the network: where to listen, how much is taken, whom to call.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use savoir_pipeline::reach::Reach;
use serde::{Deserialize, Serialize};

use super::blank;

/// The HTTP server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port.
    pub listen: SocketAddr,
    /// Address under which people reach it, when it is not `listen`.
    #[serde(with = "blank")]
    pub public_url: Option<String>,
    /// The proxies whose word on who is asking counts.
    #[serde(with = "blank")]
    pub trusted_proxies: Option<Networks>,
    /// Largest JSON body, MiB.
    pub json_limit_mib: u64,
    /// Largest file of an upload, MiB.
    pub upload_file_limit_mib: u64,
    /// Largest upload, MiB.
    pub upload_total_limit_mib: u64,
    /// Time for an answer, seconds.
    pub request_timeout_seconds: u64,
    /// Time for an upload, seconds.
    pub upload_timeout_seconds: u64,
    /// Time for the head of a request, seconds.
    pub header_timeout_seconds: u64,
    /// Largest head of a request, KiB.
    pub header_limit_kib: u64,
    /// Connections at the same time.
    pub connections: usize,
    /// Of these, those of one address.
    pub connections_per_address: usize,
}

/// How often one may ask. 0: without limit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Questions of one token or account, a minute.
    pub reads_per_minute: u32,
    /// Everything else of one token or account, a minute.
    pub writes_per_minute: u32,
    /// Requests without a token from one address, a minute.
    pub anonymous_per_minute: u32,
    /// Refused tokens and passwords from one address, a minute.
    pub failures_per_minute: u32,
}

/// Outgoing calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Which private addresses are called.
    pub private_addresses: Reach,
}

/// Addresses and networks, written with commas between them: `127.0.0.1, 10.0.0.0/8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Whether `ip` is in one of them.
    #[must_use]
    pub fn contain(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|(network, prefix)| same_bits(*network, ip, *prefix))
    }
}

/// Whether two addresses of the same family agree in their first `prefix` bits.
fn same_bits(a: IpAddr, b: IpAddr, prefix: u8) -> bool {
    let shifted = |bits: u128, width: u32| bits.checked_shr(width.saturating_sub(prefix.into())).unwrap_or(0);
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => shifted(u32::from(a).into(), 32) == shifted(u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => shifted(a.into(), 128) == shifted(b.into(), 128),
        _ => false,
    }
}

impl FromStr for Networks {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let one = |piece: &str| {
            let (ip, prefix) = piece.split_once('/').map_or((piece, None), |(ip, prefix)| (ip, Some(prefix)));
            let ip = ip.trim().parse::<IpAddr>().ok()?.to_canonical();
            let most = if ip.is_ipv4() { 32 } else { 128 };
            let prefix = prefix.map_or(Some(most), |p| p.trim().parse().ok())?;
            (prefix <= most).then_some((ip, prefix))
        };
        let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
        let wrong = |piece| format!("« {piece} » is no address: write 127.0.0.1, 10.0.0.0/8 or fd00::/8");
        pieces.map(|piece| one(piece).ok_or_else(|| wrong(piece))).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Networks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (ip, prefix)) in self.0.iter().enumerate() {
            write!(f, "{}{ip}/{prefix}", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl Serialize for Networks {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_networks_that_are_written() {
        let networks: Networks = "127.0.0.1, 10.0.0.0/8, fd00::/8".parse().unwrap();
        let within = |text: &str| networks.contain(text.parse().unwrap());
        assert!(within("127.0.0.1") && within("10.255.0.1") && within("::ffff:10.1.2.3") && within("fd12::1"));
        assert!(!within("127.0.0.2") && !within("11.0.0.1") && !within("fe00::1") && !within("::a00:1"));
        assert!("0.0.0.0/0".parse::<Networks>().unwrap().contain("8.8.8.8".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Networks>().is_err() && "proxy.lan".parse::<Networks>().is_err());
        assert_eq!(networks.to_string().parse::<Networks>().unwrap(), networks);
    }
}
