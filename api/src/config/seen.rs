//! Who starts the house, and with which settings: for the audit log.

use std::collections::BTreeMap;

use savoir_models::viewer::{Role, Viewer};
use toml::Value;

use super::Config;

impl Config {
    /// Who acts when a command is run: the audit log names them.
    #[must_use]
    pub fn operator(&self) -> Viewer {
        Viewer::new(&self.operator, Role::Administrator)
    }

    /// Every setting in force, by its dotted key, as `savoir config` prints it: without secrets.
    ///
    /// # Errors
    /// When the settings cannot be written as TOML.
    pub fn values(&self) -> Result<BTreeMap<String, String>, toml::ser::Error> {
        fn walk(value: &Value, key: &str, into: &mut BTreeMap<String, String>) {
            match value {
                Value::Table(table) => {
                    for (name, inner) in table {
                        walk(inner, &if key.is_empty() { name.clone() } else { format!("{key}.{name}") }, into);
                    }
                }
                value => {
                    into.insert(key.to_owned(), value.to_string());
                }
            }
        }
        let mut out = BTreeMap::new();
        walk(&Value::try_from(self)?, "", &mut out);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sources;
    use super::*;

    #[test]
    fn every_setting_has_its_key_and_no_secret_its_value() {
        let overrides = vec![("database.connections".to_owned(), "7".to_owned())];
        let env = vec![("SAVOIR_DATABASE__URL".to_owned(), "postgres://anne:hidden@db/savoir".to_owned())];
        let config = Config::load(&Sources { env, overrides, ..Sources::default() }).expect("settings that agree");
        let values = config.values().expect("they can be written");
        assert_eq!(values.get("retention.audio_days").map(String::as_str), Some("0"));
        assert_eq!(values.get("database.connections").map(String::as_str), Some("7"));
        assert!(values.len() > 40 && !format!("{values:?}").contains("hidden"), "{values:?}");
    }
}
