//! `savoir eval extract`: drafts on gold cases.

use std::path::PathBuf;
use std::sync::Arc;

use savoir_pipeline::evaluate::extract::{Judged, Meter, judge, sum};
use savoir_pipeline::evaluate::gold::{self, Gold};
use savoir_pipeline::extractor::Extractor;
use savoir_pipeline::extractor::offline::Offline;

use super::{Output, finish, table};
use crate::boot;
use crate::commands::{Outcome, bar};
use crate::config::Config;

/// Extractors that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Engine {
    /// Rules and lexicons, whatever the settings say.
    Offline,
}

/// What `eval extract` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder of gold cases of your own, instead of those that come with Savoir.
    #[arg(long, value_name = "FOLDER")]
    gold: Vec<PathBuf>,
    /// Those that come with Savoir as well.
    #[arg(long)]
    shipped: bool,
    /// Another extractor than the settings choose.
    #[arg(long)]
    engine: Option<Engine>,
    /// Show one case: expected beside given.
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
///
/// # Errors
/// A gold file that is not as it should be; a model's endpoint that is not there.
pub(super) async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    arguments.output.check()?;
    let mut cases = arguments.cases()?;
    if let Some(name) = &arguments.case {
        let names: Vec<&str> = cases.iter().map(|g| g.name.as_str()).collect();
        if !names.contains(&name.as_str()) {
            return Ok(Outcome::WrongUse(format!("--case: there is no {name}; there are {}", names.join(", "))));
        }
        cases.retain(|g| g.name == *name);
    }
    let (extractor, meter) = extractor(arguments.engine, config)?;
    let progress = bar(cases.len() as u64, "drafting", "cases");
    let mut judged: Vec<Judged> = Vec::with_capacity(cases.len());
    for gold in &cases {
        judged.push(judge(gold, extractor.as_ref(), meter.as_deref()).await?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    if arguments.case.is_some() {
        judged.iter().for_each(table::case);
        return Ok(Outcome::Done);
    }
    let provenance = extractor.provenance();
    let words = [Some(provenance.extractor), Some(provenance.version), provenance.model];
    let of = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    finish(&sum(of, &judged), &arguments.output)
}

impl Arguments {
    fn cases(&self) -> anyhow::Result<Vec<Gold>> {
        let mut out = if self.shipped || self.gold.is_empty() { gold::shipped()? } else { Vec::new() };
        for folder in &self.gold {
            out.extend(gold::folder(folder)?);
        }
        Ok(out)
    }
}

/// What counts an extractor's tokens; nothing where it has none.
type Counted = Option<Arc<dyn Meter>>;

/// The extractor, and what counts its tokens when it has any.
fn extractor(engine: Option<Engine>, config: &Config) -> anyhow::Result<(Arc<dyn Extractor>, Counted)> {
    Ok(match engine {
        Some(Engine::Offline) => (Arc::new(Offline), None),
        None => (boot::extractor(config)?, None),
    })
}
