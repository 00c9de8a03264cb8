//! `savoir eval add`: an approved review becomes a gold case.

use std::path::PathBuf;

use anyhow::Context;
use savoir_models::id::ReviewId;
use savoir_pipeline::evaluate::gold::of_approved;
use savoir_pipeline::redact::redact;

use crate::boot;
use crate::commands::Outcome;
use crate::config::Config;

/// What `eval add` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which review: it must have been approved.
    #[arg(long, value_name = "ID")]
    review: ReviewId,
    /// The folder of your gold cases.
    #[arg(long, value_name = "FOLDER")]
    gold: PathBuf,
    /// Write placeholders for what is personal, as a model would see the case.
    #[arg(long)]
    redacted: bool,
    /// What is special about the case, in one line.
    #[arg(long, default_value = "")]
    about: String,
}

/// Runs the command.
///
/// # Errors
/// When the database or the folder fails.
pub(super) async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    let id = arguments.review;
    if !boot::is_there(config) {
        return Ok(Outcome::WrongUse(format!("there is nothing in {} yet", config.data.dir.display())));
    }
    let db = boot::database(config).await?;
    let Some(review) = db.review(id).await? else {
        return Ok(Outcome::WrongUse(format!("--review: there is no review {id}")));
    };
    if review.decision.as_deref() != Some("approve") {
        let state = review.decision.unwrap_or_else(|| review.state.to_string());
        let sentence = format!("--review: {id} was not approved ({state}): only what an expert has approved is gold");
        return Ok(Outcome::WrongUse(sentence));
    }
    let draft = db.draft(review.draft).await?.context("the draft of the review is not there")?;
    let case = db.case(draft.intervention).await?.context("the intervention of the review is not there")?;
    let redaction = if arguments.redacted {
        Some(db.redaction(draft.intervention).await?.unwrap_or_else(|| redact(&case)))
    } else {
        None
    };
    db.close().await;
    let file = of_approved(&case, &draft.content, &arguments.about, redaction.as_ref());
    let inner = arguments.gold.join("extract");
    let folder = if inner.is_dir() { inner } else { arguments.gold.clone() };
    std::fs::create_dir_all(&folder).with_context(|| format!("--gold: {} cannot be made", folder.display()))?;
    let intake = &case.intervention.intake;
    let path = folder.join(format!("{}.json", slug(&format!("{}-{}", intake.source, intake.external_id))));
    if path.exists() {
        return Ok(Outcome::WrongUse(format!("--gold: {} is there already; remove it first", path.display())));
    }
    let text = serde_json::to_string_pretty(&file)? + "\n";
    std::fs::write(&path, text).with_context(|| format!("--gold: {} cannot be written", path.display()))?;
    if redaction.is_none() {
        eprintln!(
            "savoir: {} holds the case word for word, with the names and numbers of people: keep it as you keep \
             your reports, or write it with --redacted",
            path.display()
        );
    }
    println!("{}", path.display());
    Ok(Outcome::Done)
}

/// A file name that every system takes.
fn slug(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|w| !w.is_empty()).collect();
    words.join("-").chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_holds_nothing_that_leads_elsewhere() {
        assert_eq!(slug("glpi-T/1042 ../../x"), "glpi-t-1042-x");
    }
}
