//! Runs as tables, and as one line of JSON.

use comfy_table::{ContentArrangement, Table};
use savoir_pipeline::evaluate::extract::{Beside, Judged, beside};
use savoir_pipeline::evaluate::{Direction, Figures, Run};

/// Differences smaller than this are none.
const EQUAL: f64 = 0.000_05;

/// Every figure, by language; beside a run from before, its figure and the difference.
pub(super) fn figures(run: &Run, before: Option<&Run>) -> Table {
    let mut table = Table::new();
    let mut head = vec![format!("{} of {}", run.eval, run.of), format!("all ({})", run.cases)];
    match before {
        Some(before) => head.extend([format!("before: {} ({})", before.of, before.cases), "difference".into()]),
        None => head.extend(run.languages.keys().cloned()),
    }
    table.set_header(head);
    for (name, value) in &run.figures.0 {
        let mut row = vec![name.clone(), number(*value)];
        match before {
            Some(before) => {
                let earlier = before.figures.get(name);
                row.push(earlier.map_or_else(String::new, number));
                row.push(earlier.map_or_else(String::new, |e| difference(name, value - e)));
            }
            None => row.extend(run.languages.values().map(|f| f.get(name).map_or_else(String::new, number))),
        }
        table.add_row(row);
    }
    table
}

/// Names the three commonest failures.
pub(super) fn failures(run: &Run) {
    let list: Vec<String> = run.failures.iter().take(3).map(|f| format!("{} ({})", f.name, f.count)).collect();
    if !list.is_empty() {
        println!("commonest failures: {}", list.join(", "));
    }
}

/// The figures as one JSON object on one line.
pub(super) fn json(run: &Run) -> serde_json::Value {
    let mut out = serde_json::json!({
        "eval": run.eval,
        "of": run.of,
        "cases": run.cases,
    });
    for (name, value) in &run.figures.0 {
        out[name] = serde_json::json!(value);
    }
    if !run.languages.is_empty() {
        out["languages"] = serde_json::json!(run.languages);
    }
    if !run.failures.is_empty() {
        out["failures"] = serde_json::json!(run.failures);
    }
    out
}

/// One case: expected beside given, with its scores.
pub(super) fn case(judged: &Judged) {
    println!("{}: {}", judged.name, judged.about);
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Dynamic).set_header(["", "expected", "given"]);
    let mut last = "";
    for Beside { section, expected, given } in beside(judged) {
        let shown = if section == last { "" } else { section };
        table.add_row([shown, expected.as_deref().unwrap_or("-"), given.as_deref().unwrap_or("-")]);
        last = section;
    }
    println!("{table}");
    for miss in &judged.misses {
        println!("{:26} {}", miss.kind.as_str(), miss.what);
    }
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() >= 2.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}

fn difference(name: &str, change: f64) -> String {
    if change.abs() < EQUAL {
        return "=".into();
    }
    let better = (change > 0.0) == (Figures::direction(name) == Direction::Up);
    format!("{change:+.3} {}", if better { "better" } else { "worse" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_whether_it_is_for_the_better() {
        assert_eq!(difference("step_f1", 0.1), "+0.100 better");
        assert_eq!(difference("unsupported_rate", 0.1), "+0.100 worse");
        assert_eq!(difference("step_f1", 0.000_01), "=");
    }
}
