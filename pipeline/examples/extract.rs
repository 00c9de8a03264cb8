//! Prints the drafts that the offline extractor makes of interventions: JSON Lines on standard input, text on standard
//! output. For reading by eye when a rule or a lexicon changes:
//! `cargo run -p savoir-pipeline --example extract < demo/interventions.jsonl`

use std::io::BufRead;

use savoir_models::evidence::Case;
use savoir_models::intervention::Intake;
use savoir_pipeline::extractor::{Extraction, offline};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let mut value: serde_json::Value =
            serde_json::from_str(&line).map_err(|e| format!("line {}: {e}", number + 1))?;
        // The demo's voice file lists its recordings beside the intake.
        if let Some(fields) = value.as_object_mut() {
            fields.remove("audio");
        }
        let intake: Intake = serde_json::from_value(value).map_err(|e| format!("line {}: {e}", number + 1))?;
        println!("=== {}", intake.external_id);
        match offline::extract(&Case::of(intake)) {
            Extraction::Draft(content) => {
                print!("{}", content.lines());
                println!("applies_to: {:?}\n", content.applies_to.error_codes);
            }
            Extraction::TooThin { reason, questions } => println!("TOO THIN: {reason}\n  {}\n", questions.join("\n  ")),
        }
    }
    Ok(())
}
