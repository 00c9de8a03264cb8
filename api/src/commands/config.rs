//! `savoir config`: the settings in force.

use super::Outcome;
use crate::config::{Config, DEFAULTS};

/// What `config` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print the default file instead: every setting with its explanation.
    #[arg(long)]
    defaults: bool,
}

/// Prints the settings.
///
/// # Errors
/// When they cannot be written as TOML.
pub fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    if arguments.defaults {
        print!("{DEFAULTS}");
    } else {
        print!("{}", toml::to_string(config)?);
    }
    Ok(Outcome::Done)
}
