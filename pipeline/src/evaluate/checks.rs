//! The measures of the steps that no model has a part in, as runs that can be kept, compared and held to a gate.

use super::{BadFile, Figures, Named, Run, redact, verify};

/// Redaction on gold texts (JSON Lines; `file` is named in errors).
///
/// # Errors
/// Names the line that is not of its shape.
pub fn redaction(file: &str, content: &str) -> Result<Run, BadFile> {
    let measured = redact::run(&redact::parse(file, content)?);
    let mut figures = Figures::default();
    figures.put("recall", measured.all.found.ratio());
    figures.put("precision", measured.all.right.ratio());
    figures.put("kept", measured.kept.ratio());
    for (kind, of) in &measured.kinds {
        figures.put(&format!("{kind}_recall"), of.found.ratio());
        figures.put(&format!("{kind}_precision"), of.right.ratio());
    }
    let wrong = [("missed", &measured.missed), ("too_much", &measured.too_much), ("lost", &measured.lost)];
    let failures = wrong.iter().map(|(name, list)| Named { name: (*name).to_owned(), count: list.len() }).collect();
    let details = wrong
        .iter()
        .flat_map(|(what, list)| {
            list.iter().map(move |w| serde_json::json!({"what": what, "id": w.id, "kind": w.kind, "text": w.text}))
        })
        .collect();
    Ok(Run {
        of: format!("rules {}", crate::redact::VERSION),
        ..run("redact", measured.texts, figures, failures, details)
    })
}

/// The verifier on true statements and on what mutations make of them (JSON Lines; `file` is named in errors). The figures
/// that begin with `held_out` are of every third line, on which nothing was tuned.
///
/// # Errors
/// Names the line that is not of its shape.
pub fn verification(file: &str, content: &str) -> Result<Run, BadFile> {
    let lines = verify::read(content).map_err(|(line, reason)| BadFile { file: file.to_owned(), line, reason })?;
    let report = verify::evaluate(&lines);
    let mut figures = Figures::default();
    for (before, of) in [("", &report.all), ("held_out_", &report.held_out)] {
        figures.put(&format!("{before}false_finding_rate"), of.truths.rate());
        for (mutation, noticed) in &of.mutations {
            figures.put(&format!("{before}{}_caught", word(*mutation)), noticed.rate());
        }
    }
    let mut failures: Vec<Named> = Vec::new();
    for miss in &report.misses {
        let name = miss.mutation.map_or_else(|| "false finding".to_owned(), |m| format!("{} not seen", word(m)));
        match failures.iter_mut().find(|f| f.name == name) {
            Some(failure) => failure.count += 1,
            None => failures.push(Named { name, count: 1 }),
        }
    }
    failures.sort_by_key(|f| std::cmp::Reverse(f.count));
    let details = report.misses.iter().map(|m| serde_json::json!(m)).collect();
    Ok(Run { of: "rules".into(), ..run("verify", lines.len(), figures, failures, details) })
}

/// A mutation as JSON writes it.
fn word(mutation: verify::Mutation) -> String {
    let value = serde_json::json!(mutation);
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn run(eval: &str, cases: usize, figures: Figures, failures: Vec<Named>, details: Vec<serde_json::Value>) -> Run {
    Run {
        eval: eval.into(),
        of: String::new(),
        cases,
        figures,
        languages: std::collections::BTreeMap::new(),
        failures,
        details,
    }
}
