//! Shows what redaction does. For reading by eye when a rule or a lexicon changes:
//! `cargo run -p savoir-pipeline --example redact < demo/interventions.jsonl` prints the masked texts of interventions, and
//! `… --example redact -- gold < gold/redact.jsonl` the figures on gold.

use std::io::Read;

use savoir_models::evidence::Case;
use savoir_models::intervention::Intake;
use savoir_pipeline::evaluate::redact::{parse, run};
use savoir_pipeline::redact::redact;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut input = String::new();
    std::io::stdin().lock().read_to_string(&mut input)?;
    if std::env::args().nth(1).as_deref() == Some("gold") {
        let figures = run(&parse("standard input", &input)?);
        for (kind, f) in &figures.kinds {
            println!(
                "{kind:<9} found {:>3}/{:<3} named {:>3}/{:<3} right {:>3}/{:<3}",
                f.found.right, f.found.of, f.named.right, f.named.of, f.right.right, f.right.of
            );
        }
        let all = figures.all;
        println!(
            "all       found {:.4} right {:.4} kept {:.4} of {}",
            all.found.ratio(),
            all.right.ratio(),
            figures.kept.ratio(),
            figures.kept.of
        );
        for (what, list) in [("missed", &figures.missed), ("too much", &figures.too_much), ("lost", &figures.lost)] {
            for wrong in list {
                println!("{what}: {} {} « {} »", wrong.id, wrong.kind.map_or("", |k| k.as_str()), wrong.text);
            }
        }
        return Ok(());
    }
    let mut took = std::time::Duration::ZERO;
    for (number, line) in input.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut value: serde_json::Value =
            serde_json::from_str(line).map_err(|e| format!("line {}: {e}", number + 1))?;
        // The demo's voice file lists its recordings beside the intake.
        if let Some(fields) = value.as_object_mut() {
            fields.remove("audio");
        }
        let intake: Intake = serde_json::from_value(value).map_err(|e| format!("line {}: {e}", number + 1))?;
        println!("=== {}", intake.external_id);
        let case = Case::of(intake);
        let begun = std::time::Instant::now();
        let redaction = redact(&case);
        took += begun.elapsed();
        for text in case.texts() {
            let masked = redaction.mask(&text);
            if masked.text != text.text {
                println!("{}", masked.text);
            }
        }
        for placeholder in &redaction.placeholders {
            println!("  {} = {}", placeholder.label(), placeholder.original);
        }
    }
    eprintln!("{took:?} for all of them");
    Ok(())
}
