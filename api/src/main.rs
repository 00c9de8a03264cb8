//! `savoir`: the command line.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use savoir_api::boot;
use savoir_api::commands::{
    Outcome, account, audit, config, demo, doctor, eval, import, jobs, models, person, reindex, serve, site, status,
    token, worker,
};
use savoir_api::config::{Config, ConfigError, LogFormat, Sources};
use savoir_pipeline::speech::apart::{self, COMMAND};
use tracing_subscriber::EnvFilter;

/// Savoir: what closed service interventions taught, approved by experts, found by those who need it.
#[derive(Debug, Parser)]
#[command(name = "savoir", version, max_term_width = 110)]
struct Arguments {
    /// Settings file; without it, `savoir.toml` of this folder is read when there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of all that is kept: database, files, index, models.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Any other setting, as in `--set worker.lanes.rest=8`.
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and work the line, in one process.
    Serve(serve::Arguments),
    /// Work the line only.
    Worker(worker::Arguments),
    /// Bring closed interventions in from a file.
    Import(import::Arguments),
    /// Run the demo cases through the line, approve a few, search, and serve.
    Demo(demo::Arguments),
    /// Build both indexes anew from the database.
    Reindex(reindex::Arguments),
    /// Check settings, database, files, index and models, and say what to mend.
    Doctor(doctor::Arguments),
    /// Measure how good drafts and search are, on gold cases and judged questions.
    #[command(subcommand)]
    Eval(eval::Command),
    /// List, fetch and check speech models.
    #[command(subcommand)]
    Models(models::Command),
    /// Say where everything stands.
    Status(status::Arguments),
    /// Look at jobs, and give dead ones another life.
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Make, list and change accounts.
    #[command(subcommand)]
    Account(account::Command),
    /// Make, list and take back bearer tokens.
    #[command(subcommand)]
    Token(token::Command),
    /// Let web sites embed the chat, list them, and take their keys back.
    #[command(subcommand)]
    Site(site::Command),
    /// Write out or verify the log of who saw, said, changed and took out what.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Give out or erase one person's data.
    #[command(subcommand)]
    Person(person::Command),
    /// Print the settings in force, without secrets.
    Config(config::Arguments),
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Decode the recording at standard input, within limits: what the program starts for itself.
    #[command(name = COMMAND, hide = true)]
    Decode {
        /// The longest recording, in seconds.
        seconds: u64,
        /// Memory, in MiB.
        memory: u64,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Before anything else: this process is to know nothing but the recording.
    if let Command::Decode { seconds, memory } = arguments.command {
        return ExitCode::from(apart::run(Duration::from_secs(seconds), memory));
    }
    if let Err(error) = boot::is_program() {
        eprintln!("savoir: where this program stands is not known: {error}");
        return ExitCode::FAILURE;
    }
    let config = match settings(&arguments) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("savoir: {error}");
            return ExitCode::from(2);
        }
    };
    log(&config, &arguments.command);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("savoir: no threads can be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    let named = arguments.data.is_some() || arguments.set.iter().any(|pair| pair.starts_with("data.dir="));
    match runtime.block_on(run(arguments.command, config, named)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Ok(Outcome::WrongUse(sentence)) => {
            eprintln!("savoir: {sentence}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("savoir: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs `command`; `named` when a flag named the data folder.
async fn run(command: Command, config: Config, named: bool) -> anyhow::Result<Outcome> {
    let config = Arc::new(config);
    match command {
        Command::Serve(a) => serve::run(&a, config).await,
        Command::Worker(a) => worker::run(&a, &config).await,
        Command::Import(a) => import::run(&a, &config).await,
        Command::Demo(a) => demo::run(&a, &config, named).await,
        Command::Reindex(a) => reindex::run(&a, &config).await,
        Command::Doctor(a) => doctor::run(&a, &config).await,
        Command::Eval(c) => eval::run(&c, &config).await,
        Command::Models(c) => models::run(&c, &config).await,
        Command::Status(a) => status::run(&a, &config).await,
        Command::Jobs(c) => jobs::run(&c, &config).await,
        Command::Account(c) => account::run(&c, &config).await,
        Command::Token(c) => token::run(&c, &config).await,
        Command::Site(c) => site::run(&c, &config).await,
        Command::Audit(c) => audit::run(&c, &config).await,
        Command::Person(c) => person::run(&c, &config).await,
        Command::Config(a) => config::run(&a, &config),
        Command::Openapi => {
            println!("{}", savoir_api::openapi::document().to_pretty_json()?);
            Ok(Outcome::Done)
        }
        Command::Decode { .. } => anyhow::bail!("it is begun before the settings are read"),
    }
}

fn settings(arguments: &Arguments) -> Result<Config, ConfigError> {
    let mut overrides: Vec<(String, String)> = arguments
        .set
        .iter()
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect();
    if let Some(data) = &arguments.data {
        overrides.push(("data.dir".into(), data.to_string_lossy().into_owned()));
    }
    if let Command::Serve(serve) = &arguments.command {
        overrides.extend(serve.listen.iter().map(|address| ("server.listen".to_owned(), address.clone())));
    }
    Config::load(&Sources::of_process(arguments.config.clone(), overrides))
}

/// The log goes to standard error: standard output belongs to the command's own answer.
fn log(config: &Config, command: &Command) {
    let quiet = !matches!(command, Command::Serve(_) | Command::Worker(_));
    let level = if quiet && config.log.level == "info" { "warn" } else { &config.log.level };
    // The vector library warns at each start of flags that only its own server sets.
    let filter = EnvFilter::try_new(format!("qdrant_edge=error,{level}")).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).init(),
    }
}
