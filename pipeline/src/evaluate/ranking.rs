//! How good a ranking is, against judgements.

use std::collections::HashMap;

/// Normalised discounted cumulative gain of the first `depth` results, 0 to 1 (Järvelin and Kekäläinen, 2002; gain is
/// the score itself, as in BEIR). 0 when nothing is judged to answer.
#[must_use]
pub fn ndcg(results: &[String], judged: &HashMap<String, u32>, depth: usize) -> f64 {
    let discounted = |gains: &mut dyn Iterator<Item = u32>| -> f64 {
        gains.take(depth).enumerate().map(|(rank, gain)| f64::from(gain) / (rank as f64 + 2.0).log2()).sum()
    };
    let found = discounted(&mut results.iter().map(|id| gain(judged, id)));
    let mut ideal: Vec<u32> = judged.values().copied().collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let best = discounted(&mut ideal.into_iter());
    if best > 0.0 { found / best } else { 0.0 }
}

/// The share of what answers that stands among the first `depth` results, 0 to 1. 0 when nothing is judged to answer.
#[must_use]
pub fn recall(results: &[String], judged: &HashMap<String, u32>, depth: usize) -> f64 {
    let answers = judged.values().filter(|gain| **gain > 0).count();
    let found = results.iter().take(depth).filter(|id| gain(judged, id) > 0).count();
    if answers == 0 { 0.0 } else { found as f64 / answers as f64 }
}

/// One over the rank of the first result that answers; 0 when none does.
#[must_use]
pub fn reciprocal_rank(results: &[String], judged: &HashMap<String, u32>) -> f64 {
    results.iter().position(|id| gain(judged, id) > 0).map_or(0.0, |at| 1.0 / (at as f64 + 1.0))
}

fn gain(judged: &HashMap<String, u32>, id: &str) -> u32 {
    judged.get(id).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|s| (*s).to_owned()).collect()
    }

    #[test]
    fn the_right_text_first_is_perfect_and_later_is_worth_less() {
        let judged = HashMap::from([("a".to_owned(), 1)]);
        assert_eq!(ndcg(&list(&["a", "b"]), &judged, 10), 1.0);
        assert!((ndcg(&list(&["b", "a"]), &judged, 10) - 0.630_929_75).abs() < 1e-6);
        assert_eq!(ndcg(&list(&["b", "c", "a"]), &judged, 2), 0.0);
        assert_eq!(reciprocal_rank(&list(&["b", "a"]), &judged), 0.5);
        assert_eq!(reciprocal_rank(&list(&["b"]), &judged), 0.0);
    }

    #[test]
    fn recall_counts_what_answers_and_not_what_was_judged_to_answer_nothing() {
        let judged = HashMap::from([("a".to_owned(), 2), ("b".to_owned(), 1), ("c".to_owned(), 0)]);
        assert_eq!(recall(&list(&["c", "a", "x"]), &judged, 10), 0.5);
        assert_eq!(recall(&list(&["x", "a"]), &judged, 1), 0.0);
    }
}
