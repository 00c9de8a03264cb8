//! Secrets: fetched from where the settings say they are, and shown nowhere.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};

use super::load::{Problem, Sources};
use super::{Config, Database};

/// A PostgreSQL address. Whatever password it holds is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl FromStr for DatabaseUrl {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.trim().to_owned()))
    }
}

impl DatabaseUrl {
    /// The text before the authority, the user, the password and the rest.
    fn split(&self) -> (&str, &str, Option<&str>, &str) {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        let (scheme, rest) = self.0.split_at(start);
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        match rest[..end].rfind('@') {
            None => (scheme, "", None, rest),
            Some(at) => match rest[..at].split_once(':') {
                Some((user, password)) => (scheme, user, Some(password), &rest[at..]),
                None => (scheme, &rest[..at], None, &rest[at..]),
            },
        }
    }

    /// Whether a password stands in it.
    #[must_use]
    pub fn holds_password(&self) -> bool {
        self.split().2.is_some() || self.query_password()
    }

    fn query_password(&self) -> bool {
        self.0.split_once('?').is_some_and(|(_, query)| query.split('&').any(|pair| pair.starts_with("password=")))
    }

    pub(super) fn scheme(&self) -> &str {
        self.split().0
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, user, password, rest) = self.split();
        let rest = if self.query_password() { rest.split('?').next().unwrap_or_default() } else { rest };
        write!(f, "{scheme}{user}{}{rest}", if password.is_some() { ":***" } else { "" })
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl Database {
    /// The address to connect to, with its password; `None` is SQLite in the data folder.
    #[must_use]
    pub fn connection_url(&self) -> Option<SecretString> {
        let url = self.url.as_ref()?;
        let Some(password) = &self.password else { return Some(url.0.clone().into()) };
        let (scheme, user, _, rest) = url.split();
        let at = if rest.starts_with('@') { "" } else { "@" };
        Some(format!("{scheme}{user}:{}{at}{rest}", percent_encoded(password.expose_secret())).into())
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A setting that names the place of a secret, and where the secret goes.
struct Place<'a> {
    key: &'static str,
    variable: Option<&'a str>,
    file: Option<&'a PathBuf>,
    secret: &'a mut Option<SecretString>,
}

impl Config {
    /// Fetches every secret that the settings name. `origin` tells which layer a key came from.
    pub(super) fn fetch_secrets(&mut self, sources: &Sources, origin: &dyn Fn(&str) -> String) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.database.url.as_ref().is_some_and(DatabaseUrl::holds_password) {
            let layer = origin("database.url");
            // A variable is a place for secrets; a file is read by others and a flag is seen by every user.
            if !layer.starts_with("SAVOIR_") {
                problems.push(Problem::new(
                    "database.url",
                    format!("a password does not belong into {layer}"),
                    "take it out and name its place in database.password_env or database.password_file, or give the \
                     whole address as SAVOIR_DATABASE__URL",
                ));
            } else if self.database.password_env.is_some() || self.database.password_file.is_some() {
                problems.push(Problem::new(
                    "database.url",
                    "the password is given twice",
                    "take it out of the address, or clear database.password_env and database.password_file",
                ));
            }
        }
        let (speech, llm) = (&mut self.speech.endpoint, &mut self.llm.endpoint);
        let embedder = &mut self.embedder.endpoint;
        let places = [
            Place {
                key: "database.password",
                variable: self.database.password_env.as_deref(),
                file: self.database.password_file.as_ref(),
                secret: &mut self.database.password,
            },
            Place {
                key: "oidc.client_secret",
                variable: self.oidc.client_secret_env.as_deref(),
                file: self.oidc.client_secret_file.as_ref(),
                secret: &mut self.oidc.client_secret,
            },
            Place {
                key: "speech.endpoint.api_key",
                variable: speech.api_key_env.as_deref(),
                file: speech.api_key_file.as_ref(),
                secret: &mut speech.api_key,
            },
            Place {
                key: "llm.endpoint.api_key",
                variable: llm.api_key_env.as_deref(),
                file: llm.api_key_file.as_ref(),
                secret: &mut llm.api_key,
            },
            Place {
                key: "embedder.endpoint.api_key",
                variable: embedder.api_key_env.as_deref(),
                file: embedder.api_key_file.as_ref(),
                secret: &mut embedder.api_key,
            },
            Place {
                key: "index.qdrant_api_key",
                variable: self.index.qdrant_api_key_env.as_deref(),
                file: self.index.qdrant_api_key_file.as_ref(),
                secret: &mut self.index.qdrant_api_key,
            },
        ];
        for place in places {
            match fetch(&place, sources) {
                Ok(secret) => *place.secret = secret,
                Err(problem) => problems.push(problem),
            }
        }
        problems
    }
}

fn fetch(place: &Place<'_>, sources: &Sources) -> Result<Option<SecretString>, Problem> {
    let (field, value, remedy) = match (place.variable, place.file) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            let key = place.key;
            return Err(Problem::new(format!("{key}_env"), format!("{key}_file is set too"), "keep one of the two"));
        }
        (Some(name), None) => {
            let value = sources.variable(name).ok_or_else(|| format!("the variable {name} is not set"));
            (format!("{}_env", place.key), value.map(str::to_owned), format!("set {name} where savoir is started"))
        }
        (None, Some(path)) => {
            let shown = path.display();
            let value = std::fs::read_to_string(path).map_err(|e| format!("{shown} cannot be read: {e}"));
            (format!("{}_file", place.key), value, format!("write the secret into {shown}, readable by savoir"))
        }
    };
    // Editors end a file with a line feed that is no part of the secret.
    match value.map(|text| text.trim().to_owned()) {
        Ok(text) if text.is_empty() => Err(Problem::new(field, "the secret is empty", remedy)),
        Ok(text) => Ok(Some(text.into())),
        Err(message) => Err(Problem::new(field, message, remedy)),
    }
}
