//! What a release asks of the figures: a TOML file of floors (`step_f1 = 0.6`) and, with `_max` behind the name,
//! ceilings (`unsupported_rate_max = 0.02`). At its top, or in a table a measure (`[extract]`, `[search]`).

use std::path::Path;

use savoir_pipeline::evaluate::Run;
use toml::{Table, Value};

/// Measures that may have a table of their own.
const MEASURES: &[&str] = &["extract", "verify", "redact", "compare", "search", "speech"];

/// What stands behind the name of a figure that must not be exceeded.
const CEILING: &str = "_max";

/// Reads a gate.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(file: &Path) -> Result<Table, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{name} cannot be read: {e}"))?;
    text.parse::<Table>().map_err(|e| format!("{name}: {e}"))
}

/// A sentence for each figure that is not as the gate asks.
///
/// # Errors
/// A key that is no figure of this run, a value that is no number, a file that cannot be read.
pub(super) fn below(file: &Path, run: &Run) -> Result<Vec<String>, String> {
    held(&read(file)?, run).map_err(|e| format!("{}: {e}", file.display()))
}

fn held(gate: &Table, run: &Run) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    for (key, value) in gate {
        match value {
            Value::Table(inner) if *key == run.eval => out.extend(held(inner, run)?),
            Value::Table(_) if MEASURES.contains(&key.as_str()) => {}
            _ => out.extend(one(key, value, run)?),
        }
    }
    Ok(out)
}

fn one(key: &str, value: &Value, run: &Run) -> Result<Option<String>, String> {
    let (figure, ceiling) = match key.strip_suffix(CEILING) {
        Some(figure) => (figure, true),
        None => (key, false),
    };
    let Some(measured) = run.figures.get(figure) else {
        let names = run.figures.0.iter().map(|(name, _)| name.as_str());
        let near = names.max_by(|a, b| strsim::jaro_winkler(a, figure).total_cmp(&strsim::jaro_winkler(b, figure)));
        let hint = near.map_or(String::new(), |near| format!("; is {near} meant?"));
        return Err(format!("{key}: {} has no figure {figure}{hint}", run.eval));
    };
    let bound = match value {
        Value::Float(number) => *number,
        Value::Integer(number) => *number as f64,
        other => return Err(format!("{key}: a number is expected, not {}", other.type_str())),
    };
    let (broken, word) = if ceiling { (measured > bound, "at most") } else { (measured < bound, "at least") };
    Ok(broken.then(|| format!("{figure} is {measured}, {word} {bound} is asked for")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use savoir_pipeline::evaluate::Figures;

    fn run() -> Run {
        let mut figures = Figures::default();
        figures.put("step_f1", 0.55);
        figures.put("unsupported_rate", 0.03);
        Run {
            eval: "extract".into(),
            of: "test".into(),
            cases: 1,
            figures,
            languages: Default::default(),
            failures: Vec::new(),
            details: Vec::new(),
        }
    }

    fn asked(text: &str) -> Result<Vec<String>, String> {
        held(&text.parse::<Table>().unwrap(), &run())
    }

    #[test]
    fn floors_and_ceilings_are_held() {
        assert_eq!(asked("step_f1 = 0.5\nunsupported_rate_max = 0.05"), Ok(Vec::new()));
        let below = asked("step_f1 = 0.6\nunsupported_rate_max = 0.02").unwrap();
        assert_eq!(below.len(), 2, "{below:?}");
        assert!(below[0].contains("step_f1 is 0.55, at least 0.6"), "{below:?}");
        assert!(below[1].contains("unsupported_rate is 0.03, at most 0.02"), "{below:?}");
    }

    #[test]
    fn a_file_may_hold_the_gates_of_all_measures() {
        let gate = "[extract]\nstep_f1 = 0.9\n[search]\nndcg_at_10 = 0.9";
        assert_eq!(asked(gate).unwrap().len(), 1);
    }

    #[test]
    fn unknown_keys_and_words_are_refused() {
        assert!(asked("step_f = 0.6").unwrap_err().contains("is step_f1 meant?"));
        assert!(asked("[extrakt]\nstep_f1 = 0.6").is_err());
        assert!(asked("step_f1 = \"high\"").unwrap_err().contains("a number is expected"));
    }
}
