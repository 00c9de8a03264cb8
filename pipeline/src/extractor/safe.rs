//! What is said to make a machine safe: locked out, proved dead, without pressure.

use std::collections::BTreeSet;

use savoir_models::content::{HazardKind, Statement};
use savoir_models::text::Language;

use super::imperative::capital;
use super::lexicon::{Cue, Hit, Lexicon};
use super::sentences::{Reading, Sentence, Word, read};
use super::sources::{Sources, tells_work};
use super::verbs::Shape;
use crate::codes::words::set;

set!(
    /// What one locks.
    LOCKED =
    "sectionneur sect disjoncteur disj interrupteur vanne robinet commutateur selecteur q0 q1 q2 tgbt coffret armoire arret \
     coupe coupee coupes coupees etiquette vat isolator isolators disconnector switch breaker mcb valve supply mains main tagged"
);
set!(
    /// What takes a lock away, or tells that it is broken.
    UNLOCKS =
    "enlevez enlever enleve enleves enlevee retirez retirer retire retires otez oter ote otes deposez depose rendu rendus repris \
     force casse coupez-le perdu remove removed removing unlock unlocked took take taken broken lost"
);
set!(
    /// Words that say that it was so before, or that somebody found it so.
    FOUND =
    "trouve trouvee trouves trouvees deja etait etaient restee reste laissee laisse found already been left leave"
);
set!(
    /// Words that deny what follows them in a clause.
    DENIES =
    "pas sans ne n' jamais non ni aucun aucune inutile oublie omis evite evitez interdit not no never without nor neither \
     forgot forgotten unnecessary needless instead skip don't didn't doesn't wasn't weren't isn't cannot can't hadn't hasn't needn't"
);
set!(
    /// Words that deny what stands before them in a clause.
    DENIED =
    "pas inutile inutiles impossible non oublie oubliee omis omise superflu superflue not never unnecessary needless impossible \
     forgotten omitted skipped wasn't isn't"
);
set!(
    /// Words at which a clause ends for a denial.
    ENDS = "et puis mais ensuite alors donc and then but so"
);
set!(
    /// What makes the word before it a thing that is written down, or a setting.
    RECORDS = "registre cahier carnet rapport fiche journal ecrit pv main-courante consignes log logbook"
);
set!(
    /// What lets pressure out.
    RELIEVES =
    "purge purgee purges purgees purgez purger vide videe videz vider lache lachee lachez lacher vidange vidangee coupe coupee coupez \
     bled bleed vented vent let dumped dump released release drained drain exhausted exhaust"
);
set!(
    /// Orders to let pressure out.
    LETS_OUT =
    "purgez purger videz vider lachez lacher evacuez detendez vent bleed let dump release drain exhaust relieve      discharge"
);
set!(
    /// What pressure is in, or is told by.
    PRESSES =
    "air pression pressure vapeur steam cuve rampe gaz gas accumulateur accumulator ligne line circuit reservoir receiver tank      bar mbar psi 0 zero atmosphere"
);
set!(
    /// Orders to make dead.
    CUTS = "coupez couper debranchez debrancher abaissez baissez ouvrez retirez isolez eteignez off cut disconnect unplug isolate kill pull"
);
set!(
    /// What feeds a machine.
    FEEDS = "courant alimentation alim electricite secteur disjoncteur disj sectionneur fusible fusibles power supply mains breaker mcb electricity fuse fuses"
);
set!(
    /// What says that none is left, or that none comes.
    NAUGHT =
    "0 zero nul nulle atmosphere coupe coupee coupez couper ferme fermee fermez fermer off shut closed isolated nothing"
);
set!(
    /// Before "consigne", what makes it a setting: "la consigne".
    DETERMINERS = "la une de d' sa ses les des cette ces du ma mes votre vos leur sous en"
);

/// Bytes of a text that are read.
pub(crate) const READ: usize = 1_000_000;

/// Something that makes safe, as a text says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deed {
    /// What it keeps from. To make dead is to isolate.
    pub(crate) kind: HazardKind,
    /// It locks: nobody can make it live again behind somebody's back.
    pub(crate) locks: bool,
    /// First byte of the clause that says so.
    pub(crate) start: usize,
    /// One past the last.
    pub(crate) end: usize,
}

/// What a procedure asks for that makes safe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    kinds: BTreeSet<HazardKind>,
    locks: bool,
}

impl Asked {
    /// Takes in what one more statement asks for.
    pub(crate) fn add(&mut self, more: Self) {
        self.kinds.extend(more.kinds);
        self.locks |= more.locks;
    }

    /// Whether it answers for what somebody did: to switch off is no answer to having locked.
    pub(crate) fn answers(&self, deed: &Deed) -> bool {
        self.kinds.contains(&deed.kind) && (self.locks || !deed.locks)
    }

    /// The same for what was told and is taken in from here on.
    fn take(&mut self, deed: &Deed) -> bool {
        let new = !self.answers(deed);
        self.kinds.insert(deed.kind);
        self.locks |= deed.locks;
        new
    }
}

/// The dangers that a text speaks of.
pub(crate) fn dangers(text: &str, language: Language) -> BTreeSet<HazardKind> {
    let mut out = BTreeSet::new();
    each(text, language, |_, _, hits| {
        out.extend(hits.iter().filter_map(|h| if let Cue::Hazard(kind) = h.cue { Some(kind) } else { None }));
    });
    out
}

/// What a text tells, or orders, that makes safe; in doubt it does not. For what a case says was done.
pub(crate) fn told(text: &str, language: Language) -> Vec<Deed> {
    deeds(text, language, true)
}

/// The same, in doubt it does. For what a procedure asks for.
pub(crate) fn asked(text: &str, language: Language) -> Asked {
    let mut out = Asked::default();
    for deed in deeds(text, language, false) {
        out.take(&deed);
    }
    each(text, language, |reading, sentence, _| {
        let words = &reading.words[sentence.from..sentence.to];
        let any = |set: &crate::codes::words::Words| {
            words.iter().any(|w| set.contains(w.fold.split('-').next().unwrap_or_default()))
        };
        if any(&LETS_OUT) && any(&PRESSES) && !any(&DENIES) {
            out.kinds.insert(HazardKind::Pressure);
        }
        if any(&CUTS) && any(&FEEDS) && !any(&DENIES) {
            out.kinds.insert(HazardKind::Isolation);
        }
    });
    out
}

/// Whether the word at `i` only sounds like locking out: "consigne 62 °C", "consigné au registre".
pub(super) fn recorded(words: &[Word], i: usize, accents: bool) -> bool {
    let fold = |n: Option<usize>| n.and_then(|n| words.get(n)).map_or("", |w| w.fold.as_str());
    if !fold(Some(i)).starts_with("consign") {
        return false;
    }
    if words[i + 1..].iter().take(5).take_while(|w| !w.mark).any(|w| RECORDS.contains(&w.fold)) {
        return true;
    }
    let (before, after) = (fold(i.checked_sub(1)), fold(Some(i + 1)));
    let noun = matches!(words[i].low.as_str(), "consigne" | "consignes");
    // "je consigne la machine"
    let verb = matches!(after, "la" | "le" | "les" | "l'" | "un" | "une") && !DETERMINERS.contains(before);
    let set = DETERMINERS.contains(before)
        || matches!(after, "de" | "d'" | "a" | ":" | "=" | "donnee" | "passee" | "temperature")
        || after.starts_with(|c: char| c.is_ascii_digit());
    noun && !verb && (accents || set)
}

/// Gives every sentence of a text with its cues.
fn each(text: &str, language: Language, mut take: impl FnMut(&Reading, &Sentence, &[Hit])) {
    let lexicon = Lexicon::of(language);
    let reading = read(text);
    let accents = reading.words.iter().any(|w| w.low != w.fold);
    for sentence in &reading.sentences {
        take(&reading, sentence, &lexicon.hits(&reading.words[sentence.from..sentence.to], sentence.from, accents));
    }
}

fn deeds(text: &str, language: Language, strict: bool) -> Vec<Deed> {
    let mut out: Vec<Deed> = Vec::new();
    each(text, language, |reading, sentence, hits| {
        let look = Look { words: &reading.words, lexicon: Lexicon::of(language), from: sentence.from, to: sentence.to };
        let advised = |h: &Hit| hits.iter().any(|a| a.cue == Cue::Advice && a.from <= h.from && h.from - a.from <= 8);
        // "isolators of laser and chiller locked": what is locked tells what for.
        let locked = (sentence.from..sentence.to).filter(|i| language == Language::English && look.locked(*i, strict));
        let locked = locked.map(|i| Hit { cue: Cue::Safe(HazardKind::Isolation), from: i, to: i + 1 });
        for hit in hits.iter().copied().chain(locked) {
            let Cue::Safe(kind) = hit.cue else { continue };
            let hit = &hit;
            let doubtful = || sentence.question || advised(hit) || look.found(hit) || !look.sure(hit, kind);
            if look.denied(hit) || look.undone(hit) || (strict && doubtful()) {
                continue;
            }
            let locks = kind == HazardKind::Isolation;
            let kind = if kind == HazardKind::Electricity { HazardKind::Isolation } else { kind };
            let (from, to) = look.clause(hit);
            let (start, end) = (reading.words[from].start, reading.words[to - 1].end);
            match out.last_mut() {
                Some(last) if last.kind == kind && start < last.end => {
                    (last.end, last.locks) = (last.end.max(end), last.locks || locks);
                }
                _ => out.push(Deed { kind, locks, start, end }),
            }
        }
    });
    out
}

/// A sentence that is looked at.
struct Look<'a> {
    words: &'a [Word],
    lexicon: &'static Lexicon,
    from: usize,
    to: usize,
}

impl Look<'_> {
    fn fold(&self, i: usize) -> &str {
        if i < self.to { self.words[i].fold.as_str() } else { "" }
    }

    /// The words before a hit in its clause, the nearest first.
    fn before(&self, hit: &Hit, most: usize) -> impl Iterator<Item = &Word> {
        self.words[self.from..hit.from].iter().rev().take(most).take_while(|w| !w.mark)
    }

    /// The words after a hit in its clause.
    fn after(&self, hit: &Hit, most: usize) -> impl Iterator<Item = &Word> {
        self.words[hit.to..self.to].iter().take(most).take_while(|w| !w.mark)
    }

    /// "sans consigner", "pas besoin de consigner", "lock-out not needed".
    fn denied(&self, hit: &Hit) -> bool {
        let ends = |w: &&Word| !ENDS.contains(&w.fold);
        self.before(hit, 6).take_while(ends).any(|w| DENIES.contains(&w.fold))
            || self.after(hit, 4).take_while(ends).any(|w| DENIED.contains(&w.fold))
    }

    /// "cadenas enlevé", "lock off, isolator on": the machine is given back.
    fn undone(&self, hit: &Hit) -> bool {
        let unlocks = |w: &Word| UNLOCKS.contains(&w.fold);
        if self.before(hit, 4).any(unlocks) || self.after(hit, 3).any(unlocks) {
            return true;
        }
        if self.fold(hit.from) != "lock" || self.fold(hit.from + 1) != "off" {
            return false;
        }
        let held = hit.from.checked_sub(1).filter(|b| *b >= self.from).map_or("", |b| self.fold(b));
        matches!(held, "the" | "my" | "his" | "our" | "its") || self.after(hit, 1).next().is_none()
    }

    /// "trouvé consigné", "already locked out".
    fn found(&self, hit: &Hit) -> bool {
        self.before(hit, 4).any(|w| FOUND.contains(&w.fold))
    }

    /// Whether the word at `i` says that something which feeds the machine is locked, or is to be.
    fn locked(&self, i: usize, strict: bool) -> bool {
        let feeds = |j: usize| {
            matches!(
                self.fold(j),
                "isolator"
                    | "isolators"
                    | "disconnector"
                    | "switch"
                    | "breaker"
                    | "mcb"
                    | "valve"
                    | "steam"
                    | "supply"
                    | "mains"
            )
        };
        let locks = self.fold(i) == "locked" || (!strict && self.fold(i) == "lock");
        locks && (i.saturating_sub(6).max(self.from)..(i + 5).min(self.to)).any(feeds)
    }

    /// Whether the words of a hit leave no doubt that somebody made safe.
    fn sure(&self, hit: &Hit, kind: HazardKind) -> bool {
        let first = self.fold(hit.from);
        let near = |set: &crate::codes::words::Words, back: usize, on: usize| {
            let (from, to) = (hit.from.saturating_sub(back).max(self.from), (hit.to + on).min(self.to));
            (from..to).any(|i| set.contains(self.fold(i)))
        };
        let outside = |set: &crate::codes::words::Words| {
            let (from, to) = (hit.from.saturating_sub(10).max(self.from), (hit.to + 8).min(self.to));
            (from..hit.from).chain(hit.to..to).any(|i| set.contains(self.fold(i)))
        };
        match kind {
            HazardKind::Pressure => match first {
                "vented" | "bled" | "vent" | "air" | "circuit" | "cuve" | "to" | "jusqu'" | "purge" | "purgez"
                | "purger" | "purgee" | "pression" | "pressure" | "coupe" | "coupez" | "couper" => {
                    near(&RELIEVES, 10, 6) && near(&NAUGHT, 10, 6)
                }
                // "mise à l'air libre": a vent.
                "mis" | "mise" | "mettre" | "mettez" if self.fold(hit.to - 1) == "air" => near(&NAUGHT, 10, 6),
                _ => true,
            },
            _ => match first {
                "cadenas" | "etiquette" | "isolate" | "isolated" | "padlock" | "padlocks" => outside(&LOCKED),
                word if word.starts_with("condamn") => outside(&LOCKED),
                "hors" => self.before(hit, 6).any(|w| {
                    matches!(
                        w.fold.as_str(),
                        "mis" | "mise" | "mises" | "mettre" | "mettez" | "mets" | "passe" | "passee"
                    )
                }),
                "absence" => self.before(hit, 5).all(|w| !matches!(w.fold.as_str(), "cause" | "symptome" | "defaut")),
                _ => true,
            },
        }
    }

    /// The words around a hit that say it: its clause; where there are no marks, from the hit to the next thing done.
    fn clause(&self, hit: &Hit) -> (usize, usize) {
        const MOST: usize = 7;
        let ends = |w: &&Word| !ENDS.contains(&w.fold);
        let before = self.before(hit, MOST).take_while(ends).count();
        let mut from = if before < MOST { hit.from - before } else { hit.from };
        let verbs = &self.lexicon.verbs;
        let done = |i: usize| verbs.form(self.words, i).is_some_and(|f| matches!(f.shape, Shape::Participle { .. }));
        let after = self.after(hit, MOST).take_while(ends).count();
        let to = (hit.to..hit.to + after).find(|i| done(*i)).unwrap_or(hit.to + after);
        if to - from < 2 {
            from = hit.from - self.before(hit, MOST).count();
        }
        if to - from < 2 && from >= self.from + 2 && self.words[from - 1].is(",") {
            from -= 2;
        }
        (from, to)
    }
}

/// What the case tells that makes safe and `asked` does not ask for, in its own words: one statement for each kind.
pub(super) fn left_out<'a>(sources: &Sources<'_>, procedure: impl Iterator<Item = &'a Statement>) -> Vec<Statement> {
    let mut held = Asked::default();
    procedure.for_each(|s| held.add(asked(&s.text, sources.language)));
    let mut out = Vec::new();
    for (number, text) in sources.texts.iter().enumerate().filter(|(_, t)| tells_work(sources.case, &t.source)) {
        let read = &text.text[..text.text.floor_char_boundary(READ)];
        for deed in told(read, sources.language) {
            let words = capital(&read[deed.start..deed.end]);
            let evidence = sources.evidence(number, deed.start, deed.end);
            if let Some(evidence) = evidence.filter(|_| held.take(&deed)) {
                out.push(Statement::new(words, evidence));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
