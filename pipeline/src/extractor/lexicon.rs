//! What the offline extractor knows: verbs of maintenance and cues, per language, from the text files beside it.
//!
//! Compiled once per process. The files are the place to teach it a word; the rules stay in the code.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use savoir_models::content::HazardKind;
use savoir_models::text::Language;

use super::safe;
use super::sentences::Word;
use super::verbs::Verbs;
use super::words::UNACCENTED;

/// What a heading says of the lines under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Symptom,
    Finding,
    Cause,
    Work,
    Safety,
    Result,
    /// Advice, quotes, times: nothing of it belongs into a procedure.
    Drop,
    /// Worth knowing before one starts.
    Note,
}

/// What a word or phrase hints at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    Symptom,
    Damage,
    Fine,
    Cause,
    Result,
    /// How the fault was found.
    Found,
    Noise,
    Advice,
    /// Somebody else did it, or it was done at another time.
    Other,
    /// It was done without effect, or not done.
    Useless,
    /// What was done before it had no effect.
    Vain,
    Unsolved,
    /// Orders to a machine that reads.
    Hostile,
    Person,
    Prerequisite,
    Tool,
    /// What is a tool where something is done with it: "à la brosse", "with the cloth".
    Instrument,
    /// A tool that a verb implies: "cadenassé".
    Implied,
    /// What a trial counts: cycles, bottles, starts.
    Trial,
    /// What one switches, opens or shuts: a participle after it tells an action.
    Operated,
    Hazard(HazardKind),
    /// What takes a danger away before one starts: "consigné", "proved dead".
    Safe(HazardKind),
    /// Words that speak of a danger elsewhere and of none here: "bouton-pression".
    Harmless,
    Label(Label),
}

/// A cue and the words it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) cue: Cue,
    /// First word.
    pub(super) from: usize,
    /// One past the last.
    pub(super) to: usize,
}

/// The knowledge of one language.
pub(super) struct Lexicon {
    pub(super) language: Language,
    pub(super) verbs: Verbs,
    automaton: AhoCorasick,
    cues: Vec<Cue>,
    /// Component nouns, folded, with whether they are feminine.
    nouns: HashMap<String, bool>,
}

static FRENCH: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::build(
        Language::French,
        include_str!("lexicon/fr/verbs.txt"),
        include_str!("lexicon/fr/cues.txt"),
        include_str!("lexicon/fr/nouns.txt"),
    )
});
static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::build(
        Language::English,
        include_str!("lexicon/en/verbs.txt"),
        include_str!("lexicon/en/cues.txt"),
        include_str!("lexicon/en/nouns.txt"),
    )
});

impl Lexicon {
    /// The lexicon of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::French => &FRENCH,
            Language::English => &ENGLISH,
        }
    }

    fn build(language: Language, verbs: &str, cues: &str, nouns: &str) -> Self {
        let (mut patterns, mut kinds) = (Vec::new(), Vec::new());
        for (cue, phrase) in phrases(cues) {
            let pattern = match phrase.strip_suffix('*') {
                Some(stem) => format!(" {stem}"),
                None => format!(" {phrase} "),
            };
            // Who takes a danger away speaks of it.
            if let Cue::Safe(kind) = cue {
                patterns.push(pattern.clone());
                kinds.push(Cue::Hazard(kind));
            }
            patterns.push(pattern);
            kinds.push(cue);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&patterns)
            .unwrap_or_else(|error| unreachable!("the lexicon's cues are a few kilobytes: {error}"));
        let nouns = nouns
            .lines()
            .filter_map(|line| line.split_once(": "))
            .flat_map(|(gender, words)| words.split_whitespace().map(move |w| (crate::codes::fold(w), gender == "f")))
            .collect();
        Self { language, verbs: Verbs::read(verbs, language), automaton, cues: kinds, nouns }
    }

    /// Every cue in the words, in order of their ends; `base` is the number of the first word;
    /// `accents` says whether the text is typed with accents.
    pub(super) fn hits(&self, words: &[Word], base: usize, accents: bool) -> Vec<Hit> {
        let mut haystack = String::new();
        let mut starts = Vec::with_capacity(words.len());
        for word in words {
            starts.push(haystack.len());
            haystack.push(' ');
            haystack.push_str(&word.fold);
        }
        haystack.push(' ');
        // Where accents are typed, "coupe" is not "coupé".
        let noun = |hit: &Hit| {
            let word = &words[hit.from - base];
            accents && hit.cue == Cue::Damage && hit.to == hit.from + 1 && UNACCENTED.contains(&word.low)
        };
        let at = |offset: usize| starts.partition_point(|s| *s <= offset).saturating_sub(1);
        let mut hits: Vec<Hit> = self
            .automaton
            .find_overlapping_iter(&haystack)
            .map(|m| Hit {
                cue: self.cues[m.pattern().as_usize()],
                from: base + at(m.start()),
                to: base + at(m.end().saturating_sub(2)) + 1,
            })
            .filter(|hit| !noun(hit))
            .collect();
        let dangers = hits.iter().any(|h| matches!(h.cue, Cue::Hazard(_)));
        if dangers {
            let harmless: Vec<Hit> = hits.iter().filter(|h| h.cue == Cue::Harmless).copied().collect();
            hits.retain(|h| {
                let danger = matches!(h.cue, Cue::Hazard(_) | Cue::Safe(_));
                let elsewhere = || harmless.iter().any(|no| no.from < h.to && h.from < no.to);
                !danger || !(elsewhere() || safe::recorded(words, h.from - base, accents))
            });
        }
        hits
    }

    /// Whether the word names a component; when it does, whether it is feminine.
    pub(super) fn noun(&self, folded: &str) -> Option<bool> {
        let find = |w: &str| self.nouns.get(w).copied();
        let plural = || match (self.language, folded.strip_suffix("ies")) {
            (Language::English, Some(stem)) => find(&format!("{stem}y")),
            _ => find(folded.strip_suffix(['s', 'x'])?),
        };
        find(folded).or_else(plural)
    }
}

/// The phrases of a cue file with their cue.
fn phrases(file: &str) -> Vec<(Cue, &str)> {
    let mut out = Vec::new();
    let mut cue = None;
    for line in file.lines().filter(|l| !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            cue = section(name);
            debug_assert!(cue.is_some(), "unknown section {name}");
        } else if let Some(cue) = cue {
            out.extend(line.split('|').map(str::trim).filter(|p| !p.is_empty()).map(|p| (cue, p)));
        }
    }
    out
}

fn section(name: &str) -> Option<Cue> {
    if let Some(kind) = name.strip_prefix("hazard.") {
        return kind.parse().ok().map(Cue::Hazard);
    }
    if let Some(kind) = name.strip_prefix("safe.") {
        return kind.parse().ok().map(Cue::Safe);
    }
    Some(match name {
        "symptom" => Cue::Symptom,
        "damage" => Cue::Damage,
        "fine" => Cue::Fine,
        "cause" => Cue::Cause,
        "result" => Cue::Result,
        "found" => Cue::Found,
        "noise" => Cue::Noise,
        "advice" => Cue::Advice,
        "other" => Cue::Other,
        "useless" => Cue::Useless,
        "vain" => Cue::Vain,
        "unsolved" => Cue::Unsolved,
        "hostile" => Cue::Hostile,
        "person" => Cue::Person,
        "prerequisite" => Cue::Prerequisite,
        "tool" => Cue::Tool,
        "instrument" => Cue::Instrument,
        "implied" => Cue::Implied,
        "trial" => Cue::Trial,
        "operated" => Cue::Operated,
        "harmless" => Cue::Harmless,
        "label.symptom" => Cue::Label(Label::Symptom),
        "label.finding" => Cue::Label(Label::Finding),
        "label.cause" => Cue::Label(Label::Cause),
        "label.work" => Cue::Label(Label::Work),
        "label.safety" => Cue::Label(Label::Safety),
        "label.result" => Cue::Label(Label::Result),
        "label.drop" => Cue::Label(Label::Drop),
        "label.note" => Cue::Label(Label::Note),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_of_the_lexicon_is_known() {
        for file in [include_str!("lexicon/fr/cues.txt"), include_str!("lexicon/en/cues.txt")] {
            for name in file.lines().filter_map(|l| l.strip_prefix('[')?.strip_suffix(']')) {
                assert!(section(name).is_some(), "[{name}]");
            }
        }
    }

    #[test]
    fn cues_are_found_with_the_words_they_cover() {
        let reading = super::super::sentences::read("Le thermocouple est usé : pince ampèremétrique");
        let hits = Lexicon::of(Language::French).hits(&reading.words, 0, true);
        assert!(hits.contains(&Hit { cue: Cue::Damage, from: 3, to: 4 }), "{hits:?}");
        assert!(hits.contains(&Hit { cue: Cue::Tool, from: 5, to: 7 }), "{hits:?}");
    }
}
