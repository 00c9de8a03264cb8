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
