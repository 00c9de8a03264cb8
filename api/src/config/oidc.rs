//! Log-in by OpenID Connect: which provider, and what its word is worth here.

use std::path::PathBuf;

use savoir_models::viewer::Role;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::load::Problem;
use super::{Config, blank};

/// An OpenID Connect provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its address; `None`: nobody comes in this way.
    #[serde(with = "blank")]
    pub issuer: Option<String>,
    /// The name under which it knows us.
    #[serde(with = "blank")]
    pub client_id: Option<String>,
    /// Variable that holds our secret.
    #[serde(with = "blank")]
    pub client_secret_env: Option<String>,
    /// File that holds our secret.
    #[serde(with = "blank")]
    pub client_secret_file: Option<PathBuf>,
    /// The secret found there.
    #[serde(skip)]
    pub client_secret: Option<SecretString>,
    /// What it is asked for beside `openid`, with spaces between.
    pub scopes: String,
    /// The claim that accounts are named after.
    pub name_claim: String,
    /// The claim that holds the groups.
    pub role_claim: String,
    /// The claim that holds the organisation of those from outside.
    #[serde(with = "blank")]
    pub organisation_claim: Option<String>,
    /// Which groups make whom.
    pub roles: Roles,
}

/// Which values of the role claim make whom, with `;` between.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Make an administrator.
    pub administrator: String,
    /// Make an expert.
    pub expert: String,
    /// Make a second approver.
    pub safety: String,
    /// Make a coordinator.
    pub coordinator: String,
    /// Make a technician.
    pub technician: String,
    /// Make a contractor.
    pub contractor: String,
    /// Make a customer.
    pub customer: String,
}

impl Roles {
    /// Every value with what it makes; of several that fit the first holds.
    pub fn values(&self) -> impl Iterator<Item = (&str, Role)> {
        let rows = [
            (&self.administrator, Role::Administrator),
            (&self.expert, Role::Expert),
            (&self.safety, Role::Safety),
            (&self.coordinator, Role::Coordinator),
            (&self.technician, Role::Technician),
            (&self.contractor, Role::Contractor),
            (&self.customer, Role::Customer),
        ];
        rows.into_iter().flat_map(|(text, role)| {
            text.split(';').map(str::trim).filter(|value| !value.is_empty()).map(move |value| (value, role))
        })
    }
}

impl Config {
    pub(super) fn check_oidc(&self, found: &mut Vec<Problem>) {
        let oidc = &self.oidc;
        let Some(issuer) = &oidc.issuer else {
            let secret = oidc.client_secret_env.is_some() || oidc.client_secret_file.is_some();
            if oidc.client_id.is_some() || secret || oidc.roles.values().next().is_some() {
                found.push(Problem::new(
                    "oidc.issuer",
                    "empty, while other settings of [oidc] are made: nobody would come in by them",
                    "set it to the provider's address, or clear client_id, the secret's place and the roles",
                ));
            }
            return;
        };
        if !is_provider(issuer) {
            found.push(Problem::new(
                "oidc.issuer",
                format!("« {issuer} » is no provider's address"),
                "begin it with https:// (http:// on this machine only), without ?, # or spaces",
            ));
        }
        let needed = [
            ("oidc.client_id", oidc.client_id.is_some(), "set it to the name under which the provider knows Savoir"),
            ("server.public_url", self.server.public_url.is_some(), "set it: the provider sends browsers back there"),
            ("oidc.name_claim", !oidc.name_claim.trim().is_empty(), "set it, as in \"name\""),
            ("oidc.role_claim", !oidc.role_claim.trim().is_empty(), "set it, as in \"groups\""),
            ("oidc.roles", oidc.roles.values().next().is_some(), "map a value to a role: else nobody would be let in"),
        ];
        for (field, _, remedy) in needed.into_iter().filter(|(_, set, _)| !set) {
            found.push(Problem::new(field, "empty, while oidc.issuer is set", remedy));
        }
        let outside = |role| matches!(role, Role::Contractor | Role::Customer);
        if oidc.organisation_claim.is_none() && oidc.roles.values().any(|(_, role)| outside(role)) {
            found.push(Problem::new(
                "oidc.organisation_claim",
                "empty, while contractors or customers are to come in: they see only what is their organisation's",
                "set it to the claim that names it, or clear oidc.roles.contractor and oidc.roles.customer",
            ));
        }
        let all: Vec<_> = oidc.roles.values().collect();
        for (n, (value, role)) in all.iter().enumerate() {
            if let Some((_, before)) = all[..n].iter().find(|(other, before)| other == value && before != role) {
                found.push(Problem::new(
                    format!("oidc.roles.{role}"),
                    format!("« {value} » makes a {before} already"),
                    "let each value stand under one role",
                ));
            }
        }
    }
}

/// Whether an address can be a provider's: what is asked and told there is secret, so it is https but on this machine.
fn is_provider(issuer: &str) -> bool {
    let clean = !issuer.contains(|c: char| c.is_whitespace() || c.is_control() || ['?', '#', '@', '\\'].contains(&c));
    clean && is_confidential(issuer)
}

/// Whether nobody on the way reads what is sent to `url`.
pub(crate) fn is_confidential(url: &str) -> bool {
    if let Some(rest) = url.strip_prefix("https://") {
        return !rest.is_empty() && !rest.starts_with(['/', ':']);
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn wrong(changes: &[(&str, &str)]) -> Vec<String> {
        let whole = [
            ("server.public_url", "https://savoir.example.com"),
            ("oidc.issuer", "https://login.example.com"),
            ("oidc.client_id", "savoir"),
            ("oidc.roles.expert", "experts"),
        ];
        let overrides = whole.iter().chain(changes).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let read = Config::load(&Sources { overrides, ..Sources::default() });
        read.err().map(|e| e.0.into_iter().map(|problem| problem.field).collect()).unwrap_or_default()
    }

    #[test]
    fn settings_of_a_provider_are_whole_or_there_are_none() {
        assert!(wrong(&[]).is_empty());
        for (changes, fields) in [
            (&[("oidc.issuer", "")][..], &["oidc.issuer"][..]),
            (&[("oidc.issuer", "http://login.example.com")], &["oidc.issuer"]),
            (&[("oidc.client_id", "")], &["oidc.client_id"]),
            (&[("server.public_url", "")], &["server.public_url"]),
            (&[("oidc.roles.expert", " ; ")], &["oidc.roles"]),
            (&[("oidc.role_claim", " ")], &["oidc.role_claim"]),
            (&[("oidc.roles.customer", "clients")], &["oidc.organisation_claim"]),
            (&[("oidc.roles.safety", "x; experts")], &["oidc.roles.safety"]),
            (&[("oidc.client_secret", "x")], &["oidc.client_secret"]),
            (&[("oidc.client_secret_env", "NOT_THERE")], &["oidc.client_secret_env"]),
            (&[("oidc.issuer", ""), ("oidc.client_id", ""), ("oidc.roles.expert", "")], &[]),
        ] {
            assert_eq!(wrong(changes), fields, "{changes:?}");
        }
    }

    #[test]
    fn a_provider_is_asked_over_https_or_on_this_machine_only() {
        for good in
            ["https://login.example.com/realms/x", "http://127.0.0.1:8080", "http://localhost/x", "http://[::1]:1"]
        {
            assert!(is_provider(good), "{good}");
        }
        for bad in [
            "http://login.example.com",
            "https://",
            "https:///x",
            "login.example.com",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://a b",
            "https://a/?x",
        ] {
            assert!(!is_provider(bad), "{bad}");
        }
    }
}
