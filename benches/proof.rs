//! What redacting a case and verifying its draft adds to the line, for every gold case and its draft by rules; and what a
//! report of many short lines costs, with a draft whose statements are as long as statements are read.
//!
//! `cargo bench --workspace --bench proof -- [--rounds 20]`

use std::time::{Duration, Instant};

use savoir_models::content::{AppliesTo, Content, Statement};
use savoir_models::evidence::{Case, Evidence, Place, Source};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;
use savoir_pipeline::evaluate::gold::shipped;
use savoir_pipeline::extractor::{Extraction, offline};
use savoir_pipeline::redact::redact;
use savoir_pipeline::verify::verify;

fn rounds() -> u32 {
    std::env::args().skip_while(|a| a != "--rounds").nth(1).and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// Shortest, middle and longest, and their mean.
fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let mean = times.iter().sum::<Duration>() / u32::try_from(times.len().max(1)).unwrap_or(1);
    let at = |share: usize| times.get(times.len() * share / 100).or(times.last()).copied().unwrap_or_default();
    println!("{what}: mean {mean:.2?}, median {:.2?}, 95 of 100 within {:.2?}", at(50), at(95));
}

/// Draws a draft of a report of so many short lines, full of codes, and holds statements of thousands of bytes against it.
fn listed(lines: usize) -> (Duration, Duration) {
    let line = |n: usize| format!("- remplacé joint {n}, E{n} F{n}\n");
    let report: String = (0..lines).map(line).collect();
    let case = Case::told(format!("Cause : joint usé. Essai OK.\n{report}"), Language::French);
    let begun = Instant::now();
    std::hint::black_box(offline::extract(&case));
    let extract = begun.elapsed();
    let evidence = Evidence { source: Source::Report, quote: report.clone(), place: Place::default() };
    let said = || Statement::new(report.clone(), evidence.clone());
    let mut content = Content {
        language: Language::French,
        title: said(),
        symptoms: vec![said()],
        cause: Some(said()),
        prerequisites: Vec::new(),
        tools: Vec::new(),
        parts: Vec::new(),
        hazards: Vec::new(),
        steps: vec![said()],
        verification: vec![said()],
        applies_to: AppliesTo::default(),
    };
    let begun = Instant::now();
    verify(&case, &Redaction::default(), &mut content);
    std::hint::black_box(content);
    (extract, begun.elapsed())
}

fn main() -> anyhow::Result<()> {
    let mut drafts: Vec<(Case, Redaction, Content)> = Vec::new();
    for gold in shipped().map_err(|e| anyhow::anyhow!("{}: {}", e.file, e.reason))? {
        let case = gold.case();
        if let Extraction::Draft(content) = offline::extract(&case) {
            let redaction = redact(&case);
            drafts.push((case, redaction, *content));
        }
    }
    let (mut hidden, mut held) = (Vec::new(), Vec::new());
    for _ in 0..rounds() {
        for (case, redaction, content) in &drafts {
            let begun = Instant::now();
            std::hint::black_box(redact(case));
            hidden.push(begun.elapsed());
            let mut content = content.clone();
            let begun = Instant::now();
            verify(case, redaction, &mut content);
            held.push(begun.elapsed());
            std::hint::black_box(content);
        }
    }
    println!("{} cases", drafts.len());
    told("redact", hidden);
    told("verify", held);
    for lines in [350, 700] {
        let (mut drawn, mut judged) = (Vec::new(), Vec::new());
        for _ in 0..rounds().min(5) {
            let (extract, verify) = listed(lines);
            drawn.push(extract);
            judged.push(verify);
        }
        told(&format!("extract {lines} short lines"), drawn);
        told(&format!("verify {lines} short lines"), judged);
    }
    Ok(())
}
