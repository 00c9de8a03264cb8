//! How good search is, on judged questions: nDCG over a corpus, its queries and its judgements (BEIR's three files).
//! How good the other steps are, on gold of their own, is measured in the modules below.

pub mod redact;

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

/// A text of the corpus, or a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Judged {
    /// Its name in the judgements.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its title; questions have none.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

/// Which texts answer a question, and how well (1 and more).
pub type Judgements = HashMap<String, HashMap<String, u32>>;

/// A file of an evaluation cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}: {reason}")]
pub struct BadFile {
    /// Which file.
    pub file: String,
    /// Which line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads a corpus or the questions: JSON Lines with `_id`, `title`, `text`.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn read_texts(file: &Path) -> Result<Vec<Judged>, BadFile> {
    let (name, content) = read(file)?;
    content
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|e| BadFile {
                file: name.clone(),
                line: at + 1,
                reason: format!("{e}: JSON with _id and text is expected"),
            })
        })
        .collect()
}

/// Reads the judgements: tab-separated `query-id`, `corpus-id`, `score`, with a heading.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn read_judgements(file: &Path) -> Result<Judgements, BadFile> {
    let (name, content) = read(file)?;
    let mut out = Judgements::new();
    for (at, line) in content.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [query, text, score] = fields[..] else {
            return Err(BadFile { file: name, line: at + 1, reason: "three columns are expected".into() });
        };
        let score = score.trim().parse().map_err(|_| BadFile {
            file: name.clone(),
            line: at + 1,
            reason: format!("« {score} » is no score: a whole number is expected"),
        })?;
        out.entry(query.to_owned()).or_default().insert(text.to_owned(), score);
    }
    Ok(out)
}

fn read(file: &Path) -> Result<(String, String), BadFile> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(content) => Ok((name, content)),
        Err(e) => Err(BadFile { file: name, line: 0, reason: e.to_string() }),
    }
}

/// Normalised discounted cumulative gain of the first `depth` results, 0 to 1 (Järvelin and Kekäläinen, 2002; gain is
/// the score itself, as in BEIR). 0 when nothing is judged to answer.
#[must_use]
pub fn ndcg(results: &[String], judged: &HashMap<String, u32>, depth: usize) -> f64 {
    let discounted = |gains: &mut dyn Iterator<Item = u32>| -> f64 {
        gains.take(depth).enumerate().map(|(rank, gain)| f64::from(gain) / (rank as f64 + 2.0).log2()).sum()
    };
    let found = discounted(&mut results.iter().map(|id| judged.get(id).copied().unwrap_or(0)));
    let mut ideal: Vec<u32> = judged.values().copied().collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = discounted(&mut ideal.into_iter());
    if best > 0.0 { found / best } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_text_first_is_perfect_and_later_is_worth_less() {
        let judged = HashMap::from([("a".to_owned(), 1)]);
        let list = |ids: &[&str]| ids.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(ndcg(&list(&["a", "b"]), &judged, 10), 1.0);
        assert!((ndcg(&list(&["b", "a"]), &judged, 10) - 0.630_929_75).abs() < 1e-6);
        assert_eq!(ndcg(&list(&["b", "c", "a"]), &judged, 2), 0.0);
    }
}
