//! The embedder that needs nothing: hashed words and character n-grams.
//!
//! Method: the "hashing trick" with signs (Weinberger et al., *Feature Hashing for Large Scale Multitask Learning*,
//! 2009) over words and their character 3- to 5-grams with word boundaries (as in fastText, Bojanowski et al., 2017).
//! It knows no meaning: it finds the same words misspelt, inflected, compounded, or heard wrongly, in any language.

use std::collections::HashMap;

use async_trait::async_trait;

use crate::embed::{Embedder, Purpose};
use crate::fault::Fault;
use crate::index::analysis::plain_words;

/// Names this space. Whatever changes a vector changes this name.
pub const ID: &str = "builtin-v1";

/// Length of its vectors.
pub const DIMENSIONS: usize = 512;

/// Words that are looked at: a report longer than this says no new thing about its problem.
const MOST_WORDS: usize = 1_000;

/// Shortest and longest character sequences, boundaries included.
const NGRAMS: std::ops::RangeInclusive<usize> = 3..=5;

/// What a whole word weighs against all of its n-grams together.
const WORD_SHARE: f32 = 0.3;

/// The built-in embedder.
#[derive(Debug, Clone, Copy, Default)]
pub struct Builtin;

#[async_trait]
impl Embedder for Builtin {
    fn id(&self) -> &str {
        ID
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    async fn embed(&self, texts: &[String], _purpose: Purpose) -> Result<Vec<Vec<f32>>, Fault> {
        Ok(texts.iter().map(|t| vector(t)).collect())
    }
}

/// The vector of a text: of unit length, or all zeros when the text has no word that says something.
#[must_use]
pub fn vector(text: &str) -> Vec<f32> {
    let mut counts: HashMap<String, f32> = HashMap::new();
    for word in plain_words(text).into_iter().take(MOST_WORDS) {
        *counts.entry(word.term).or_default() += 1.0;
    }
    let mut out = vec![0.0_f32; DIMENSIONS];
    for (word, count) in &counts {
        add_word(&mut out, word, 1.0 + count.ln());
    }
    normalise(&mut out);
    out
}

/// How alike two vectors of unit length are, -1 to 1.
#[must_use]
pub fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Scales to unit length; zeros stay zeros.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > f32::EPSILON {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}

/// Adds a word and its n-grams; longer words weigh more, since short ones are the common ones.
fn add_word(out: &mut [f32], word: &str, frequency: f32) {
    let letters: Vec<char> = std::iter::once('\u{2}').chain(word.chars()).chain(std::iter::once('\u{3}')).collect();
    let weight = frequency * (letters.len() as f32).ln();
    add(out, hash(&letters, 1), weight * WORD_SHARE.sqrt());
    let grams: usize = NGRAMS.map(|n| (letters.len() + 1).saturating_sub(n)).sum();
    let each = weight * ((1.0 - WORD_SHARE) / grams.max(1) as f32).sqrt();
    for n in NGRAMS {
        for gram in letters.windows(n) {
            add(out, hash(gram, 2), each);
        }
    }
}

/// Adds a feature at the place, and with the sign, that its hash gives it.
fn add(out: &mut [f32], hash: u64, weight: f32) {
    let place = (hash % DIMENSIONS as u64) as usize;
    let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
    out[place] += sign * weight;
}

/// FNV-1a with a final mix: the same on every machine and in every release.
fn hash(letters: &[char], seed: u64) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for letter in letters {
        h = (h ^ u64::from(u32::from(*letter))).wrapping_mul(0x0100_0000_01b3);
    }
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^ (h >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> f32 {
        cosine(&vector(a), &vector(b))
    }

    #[test]
    fn a_vector_has_unit_length_and_is_the_same_each_time() {
        let text = "Le compresseur ne démarre plus, défaut E42";
        let once = vector(text);
        assert_eq!(once.len(), DIMENSIONS);
        assert!((cosine(&once, &once) - 1.0).abs() < 1e-4);
        assert_eq!(once, vector(text));
    }

    #[test]
    fn misspelt_and_inflected_words_stay_near() {
        let right = "électrovanne bloquée en position ouverte";
        let wrong = alike(right, "electrovane bloqués position ouvert");
        assert!(wrong > 0.5, "{wrong}");
        let other = alike(right, "remplacer la courroie du ventilateur");
        assert!(other < 0.2, "{other}");
    }

    #[test]
    fn a_text_without_words_is_near_nothing() {
        assert_eq!(alike("… !? 🙂", "pompe"), 0.0);
    }
}
