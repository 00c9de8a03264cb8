//! How well speech is heard: word error rate, with numbers and error codes apart, and how long it takes.
//!
//! Word error rate is the edit distance between the words that were said and those that were heard, over those said.
//! Before they are compared both are normalised in the same way ([`words`]), so that "quarante-deux" and "42", "E-42"
//! and "E42", "1,5" and "un virgule cinq" are no errors.

use std::path::{Path, PathBuf};
use std::time::Instant;

use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

use super::run::share;
use super::{BadFile, Figures, Named, Run, Tally, read};
use crate::codes;
use crate::fault::Fault;
use crate::progress::Progress;
use crate::speech::{Hints, Transcriber};

/// A recording and what was said in it; other fields of a manifest are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Recording {
    /// Its file, from the folder of the manifest; several when the same was recorded in several formats.
    #[serde(alias = "audio", deserialize_with = "one_or_many")]
    pub file: Vec<PathBuf>,
    /// What was said; a recording without it is not measured.
    #[serde(rename = "ref", alias = "spoken_text", default)]
    pub said: Option<String>,
    /// In which language.
    #[serde(alias = "lang")]
    pub language: Language,
    /// The error codes that must be heard; without them those that are found in what was said.
    #[serde(default)]
    pub error_codes: Vec<String>,
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Files {
        One(PathBuf),
        Many(Vec<PathBuf>),
    }
    Ok(match Files::deserialize(deserializer)? {
        Files::One(file) => vec![file],
        Files::Many(files) => files,
    })
}

/// Names that a manifest may have in its folder.
const MANIFESTS: &[&str] = &["manifest.json", "reports.json"];

/// Reads a manifest: a JSON list of recordings (`file` or `audio`, `ref` or `spoken_text`, `lang` or `language`,
/// `error_codes`). `path` is the file, or the folder that holds `manifest.json` or `reports.json`. The files of the
/// answer can be opened as they are.
///
/// # Errors
/// Names the file, and the entry and field that are not of this shape.
pub fn manifest(path: &Path) -> Result<Vec<Recording>, BadFile> {
    let file = if path.is_dir() {
        let found = MANIFESTS.iter().map(|name| path.join(name)).find(|file| file.is_file());
        found.ok_or_else(|| BadFile::whole(path.display(), format!("holds neither {}", MANIFESTS.join(" nor "))))?
    } else {
        path.to_path_buf()
    };
    let (name, text) = read(&file)?;
    let mut json = serde_json::Deserializer::from_str(&text);
    let mut out: Vec<Recording> = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        BadFile { file: name.clone(), line: error.inner().line(), reason: format!("{field}: {}", error.inner()) }
    })?;
    let folder = file.parent().unwrap_or(Path::new(""));
    for recording in &mut out {
        for file in &mut recording.file {
            *file = folder.join(&*file);
        }
    }
    Ok(out)
}

/// The words of a text as word error rates count them: small letters, no marks, numbers in digits, error codes without
/// separators.
#[must_use]
pub fn words(text: &str, language: Language) -> Vec<String> {
    let (percent, apart) = match language {
        Language::French => (" pourcent ", "pour cent"),
        Language::English => (" percent ", "per cent"),
    };
    let lower = text.to_lowercase().replace(['\'', '’'], "' ").replace('%', percent).replace(apart, percent);
    let raw: Vec<&str> = lower
        .split(|c: char| !(c.is_alphanumeric() || "',.-".contains(c)))
        .map(|w| w.trim_matches(|c| ",.-'".contains(c)))
        .filter(|w| !w.is_empty())
        .collect();
    let mut plain: Vec<String> = Vec::with_capacity(raw.len());
    for word in raw {
        match word.split_once('-') {
            Some((letters, digits)) if code(letters, digits) => plain.push(format!("{letters}{digits}")),
            _ => plain.extend(word.split('-').filter(|w| !w.is_empty()).map(|w| decimal(w).unwrap_or(w.to_owned()))),
        }
    }
    let digits = in_digits(&plain, language);
    let mut out: Vec<String> = Vec::with_capacity(digits.len());
    let mut i = 0;
    while i < digits.len() {
        // "1 virgule 5"
        if digits.get(i + 1).is_some_and(|w| point(w))
            && number(&digits[i])
            && digits.get(i + 2).is_some_and(|w| number(w))
        {
            out.push(format!("{}.{}", digits[i], digits[i + 2]));
            i += 3;
        } else {
            out.push(digits[i].clone());
            i += 1;
        }
    }
    out
}

fn code(letters: &str, digits: &str) -> bool {
    letters.len() <= 3 && letters.chars().all(char::is_alphabetic) && number(digits)
}

fn number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit())
}

/// What dictation says for the decimal mark.
fn point(word: &str) -> bool {
    matches!(word, "virgule" | "point")
}

/// "1,5" is "1.5".
fn decimal(word: &str) -> Option<String> {
    let (whole, part) = word.split_once(',')?;
    (number(whole) && number(part)).then(|| format!("{whole}.{part}"))
}

/// Numbers in words become digits; articles that are spelt like numbers stay.
fn in_digits(words: &[String], language: Language) -> Vec<String> {
    let mut out = Vec::with_capacity(words.len());
    let mut i = 0;
    while i < words.len() {
        match codes::spelt(words[i..].iter().map(String::as_str), language) {
            Some((digits, taken))
                if taken > 1
                    || !matches!(words[i].as_str(), "un" | "une" | "neuf" | "one" | "oh")
                    || words.get(i + 1).is_some_and(|w| point(w)) =>
            {
                out.push(digits);
                i += taken;
            }
            _ => {
                out.push(words[i].clone());
                i += 1;
            }
        }
    }
    out
}

/// How many words must be changed, added or taken away to come from `a` to `b` (Levenshtein, 1966).
#[must_use]
pub fn distance(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(corner + usize::from(x != y));
            corner = above;
        }
    }
    row[b.len()]
}

/// What was heard of one recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The file.
    pub file: PathBuf,
    /// In which language it was spoken.
    pub language: Language,
    /// How many words were said.
    pub words: usize,
    /// How many of them are wrong: changed, missing or added.
    pub wrong: usize,
    /// Numbers that were said, and those heard.
    pub numbers: Tally,
    /// Error codes that were said, and those heard.
    pub codes: Tally,
    /// How long the recording is, in seconds.
    pub length: f64,
    /// How long hearing it took, in seconds.
    pub took: f64,
    /// What was heard.
    pub heard: String,
    /// Why nothing was, when it could not be heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Hears a recording and compares. The language is told to the model, as an intervention tells it.
///
/// # Errors
/// [`Fault::Missing`] when the model is not there: then nothing is measured. Any other fault is a result.
pub async fn judge(recording: &Recording, file: &Path, transcriber: &dyn Transcriber) -> Result<Judged, Fault> {
    let hints = Hints { language: Some(recording.language), vocabulary: Vec::new() };
    let begun = Instant::now();
    let heard = match transcriber.transcribe(file, &hints, &Progress::default()).await {
        Ok(heard) => Ok(heard),
        Err(fault @ Fault::Missing { .. }) => return Err(fault),
        Err(fault) => Err(fault.to_string()),
    };
    let took = begun.elapsed().as_secs_f64();
    let segments = heard.as_ref().map(|h| h.segments.as_slice()).unwrap_or_default();
    let text = segments.iter().map(|s| s.text.trim()).collect::<Vec<_>>().join(" ");
    let mut out = compare(recording, &text);
    out.file = file.to_path_buf();
    out.length = heard.as_ref().map_or(0.0, |h| h.duration_ms as f64 / 1000.0);
    out.took = took;
    out.failed = heard.err();
    Ok(out)
}

/// What was heard, against what was said.
fn compare(recording: &Recording, heard: &str) -> Judged {
    let language = recording.language;
    let said = recording.said.as_deref().unwrap_or_default();
    let (a, b) = (words(said, language), words(heard, language));
    let numbers =
        |list: &[String]| list.iter().filter(|w| w.starts_with(|c: char| c.is_ascii_digit())).cloned().collect();
    let found = |text: &str| codes::find(text, Some(language)).into_iter().map(|c| c.canonical).collect::<Vec<_>>();
    let wanted: Vec<String> = if recording.error_codes.is_empty() {
        found(said)
    } else {
        recording.error_codes.iter().filter_map(|c| codes::canonical(c)).collect()
    };
    Judged {
        file: PathBuf::new(),
        language,
        words: a.len(),
        wrong: distance(&a, &b),
        numbers: shared(numbers(&a), numbers(&b)),
        codes: shared(wanted, found(heard)),
        length: 0.0,
        took: 0.0,
        heard: heard.to_owned(),
        failed: None,
    }
}

/// What two lists have in common, each thing as often as it stands in both.
fn shared(expected: Vec<String>, given: Vec<String>) -> Tally {
    let mut left = given.clone();
    let right =
        expected.iter().filter(|e| left.iter().position(|g| g == *e).map(|at| left.swap_remove(at)).is_some()).count();
    Tally { expected: expected.len(), given: given.len(), right }
}

/// All recordings in one.
#[must_use]
pub fn sum(of: String, judged: &[Judged]) -> Run {
    let all: Vec<&Judged> = judged.iter().collect();
    let languages = Language::ALL
        .iter()
        .map(|l| (l.to_string(), all.iter().copied().filter(|j| j.language == *l).collect::<Vec<_>>()))
        .filter(|(_, judged)| !judged.is_empty())
        .map(|(language, judged)| (language, figures(&judged)))
        .collect();
    let missed = |of: &dyn Fn(&Judged) -> Tally| judged.iter().map(|j| of(j).expected - of(j).right).sum();
    let mut failures = vec![
        Named { name: "word wrong".into(), count: judged.iter().map(|j| j.wrong).sum() },
        Named { name: "number not heard".into(), count: missed(&|j| j.numbers) },
        Named { name: "code not heard".into(), count: missed(&|j| j.codes) },
        Named { name: "recording not heard".into(), count: judged.iter().filter(|j| j.failed.is_some()).count() },
    ];
    failures.retain(|f| f.count > 0);
    failures.sort_by_key(|f| std::cmp::Reverse(f.count));
    Run {
        eval: "speech".into(),
        of,
        cases: judged.len(),
        figures: figures(&all),
        languages,
        failures,
        details: judged.iter().filter_map(|j| serde_json::to_value(j).ok()).collect(),
    }
}

fn figures(judged: &[&Judged]) -> Figures {
    let mut out = Figures::default();
    let count = |what: &dyn Fn(&Judged) -> usize| judged.iter().map(|j| what(j)).sum::<usize>();
    let tally = |of: &dyn Fn(&Judged) -> Tally| {
        let mut sum = Tally::default();
        judged.iter().for_each(|j| sum.add(of(j)));
        sum
    };
    let seconds = |of: &dyn Fn(&Judged) -> f64| judged.iter().map(|j| of(j)).sum::<f64>();
    out.put("word_error_rate", share(count(&|j| j.wrong), count(&|j| j.words)).unwrap_or(0.0));
    out.put("number_recall", tally(&|j| j.numbers).recall());
    out.put("code_recall", tally(&|j| j.codes).recall());
    let (length, took) = (seconds(&|j| j.length), seconds(&|j| j.took));
    out.put("real_time_factor", if length > 0.0 { took / length } else { 0.0 });
    out.put("audio_seconds", length);
    out.put("failed", count(&|j| usize::from(j.failed.is_some())) as f64);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording(said: &str) -> Recording {
        let said = Some(said.to_owned());
        Recording { file: Vec::new(), said, language: Language::French, error_codes: Vec::new() }
    }

    #[test]
    fn spelling_of_numbers_and_codes_is_no_error() {
        let french = |text| words(text, Language::French);
        assert_eq!(french("l'erreur E-42, à 1,5 bar"), french("L’erreur E42 à un virgule cinq bar."));
        assert_eq!(french("trois cent vingt sachets"), ["320", "sachets"]);
        assert_eq!(french("un joint neuf"), ["un", "joint", "neuf"]);
        assert_eq!(words("forty-two bags, 50 %", Language::English), ["42", "bags", "50", "percent"]);
    }

    #[test]
    fn words_numbers_and_codes_are_counted_apart() {
        let told = recording("La machine s'arrête en erreur E42 après 50 sachets.");
        let judged = compare(&told, "la machine s'arrête en erreur E43 après cinquante sachet");
        assert_eq!((judged.words, judged.wrong), (10, 2));
        assert_eq!((judged.numbers.expected, judged.numbers.right), (1, 1));
        assert_eq!((judged.codes.expected, judged.codes.right), (1, 0));
        let silent = compare(&told, "");
        assert_eq!((silent.wrong, silent.numbers.recall()), (10, 0.0));
    }

    #[test]
    fn a_manifest_names_the_entry_that_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("manifest.json");
        let entry = r#"{"file": "a.wav", "lang": "fr", "ref": "bonjour", "sec": 3}"#;
        let other = r#"{"audio": ["b.opus", "b.wav"], "language": "en", "spoken_text": "hello"}"#;
        std::fs::write(&file, format!("[{entry}, {other}]")).unwrap();
        let read = manifest(folder.path()).unwrap();
        assert_eq!((read.len(), read[1].file.len(), read[1].said.as_deref()), (2, 2, Some("hello")));
        assert!(read[0].file[0].starts_with(folder.path()));
        std::fs::write(&file, format!("[{entry}, {}]", other.replace("\"en\"", "\"de\""))).unwrap();
        let error = manifest(&file).unwrap_err().to_string();
        assert!(error.contains("manifest.json") && error.contains("[1].language"), "{error}");
        assert!(manifest(&folder.path().join("nowhere")).is_err());
    }
}
