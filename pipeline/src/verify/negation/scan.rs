//! The words of negation of both languages, and what each of them denies.

use savoir_models::text::Language;

use super::super::lexemes::{Gap, Kind, Lexeme};
use super::super::terms::meaningful;
use crate::codes::words::set;

set!(
    /// Words between a negation and what it is about, in French.
    FRENCH_LIGHT =
    "y en se s le la les l lui leur vous nous a ai as avons ont est sont etait etaient ete etre avoir avait avaient doit doivent \
     devez peut peuvent pouvez faut fait va vont de d du des un une au aux encore besoin peine necessaire lieu avec ce cette \
     ces son sa ses plus pas rien aucun aucune jamais tout tous toute toutes eu faux meme reste restent restait restee restees restes rester trop tres bien par pour sur ne que qu qui quoi"
);
set!(
    /// The same in English.
    ENGLISH_LIGHT =
    "be been being to the a an any have has had need needed needs must should will would can could do does did is are was \
     were it them its that this more further other yet also even with of for in on at by use used using ever come came \
     get got go goes keep keeps"
);
set!(
    /// Second halves of a French negation.
    SECONDS = "pas plus jamais aucun aucune rien personne ni guere nul nulle"
);

/// What an English word says was not done: "untouched" is not "touched".
pub(super) fn undone(word: &str) -> Option<&str> {
    let rest = word.strip_prefix("un")?;
    matches!(rest, "touched" | "broken" | "moved" | "changed" | "damaged" | "opened" | "used" | "altered")
        .then_some(rest)
}

pub(super) enum Found {
    Nothing,
    /// "ne … que": the verb is neither denied nor affirmed.
    Only(usize),
    Denied(Vec<usize>),
}

pub(super) struct Scan<'a> {
    pub(super) lexemes: &'a [Lexeme],
    pub(super) language: Language,
}

impl Scan<'_> {
    fn fold(&self, i: usize) -> &str {
        self.lexemes.get(i).map_or("", |l| l.fold.as_str())
    }

    /// The end of what a negation may reach from `i`: a mark that ends a clause, or a dozen lexemes.
    pub(super) fn reach(&self, i: usize) -> usize {
        let stops = |n: usize, l: &Lexeme| {
            let mark = matches!(l.fold.as_str(), "." | ";" | ":" | "(" | ")" | "!" | "?" | ",");
            mark || (n > 0 && l.gap == Gap::Line)
        };
        let near = self.lexemes.get(i..).unwrap_or_default().iter().take(12);
        i + near.enumerate().take_while(|(n, l)| !stops(*n, l)).count()
    }

    pub(super) fn light(&self, i: usize) -> bool {
        let fold = self.fold(i);
        match self.language {
            Language::French => FRENCH_LIGHT.contains(fold),
            Language::English => ENGLISH_LIGHT.contains(fold),
        }
    }

    /// Whether what is denied at `i` is denied within bounds only: "ne relancez pas avant que …", "must not fall more than".
    pub(super) fn bounded(&self, i: usize) -> bool {
        let word = |j: usize| self.fold(j);
        (i + 1..self.reach(i + 1)).any(|j| match word(j) {
            "avant" | "before" | "until" | "unless" | "sans" | "without" | "alone" | "seul" | "tant" => true,
            "plus" | "moins" => matches!(word(j + 1), "de" | "d" | "que") && self.counts(j + 2),
            "more" | "less" | "above" | "over" | "below" => true,
            _ => false,
        })
    }

    /// Whether a number stands at `i`, with or without its article: "d'un centième".
    fn counts(&self, i: usize) -> bool {
        let at = i + usize::from(self.fold(i) == "'");
        let number =
            |l: &Lexeme| l.digits() || matches!(l.fold.as_str(), "un" | "une" | "deux" | "trois" | "one" | "two");
        self.lexemes.get(at).is_some_and(number)
    }

    /// The first word of meaning from `i` on.
    fn next(&self, i: usize) -> Option<usize> {
        (i..self.reach(i)).find(|j| {
            let l = &self.lexemes[*j];
            // "sans F-27": the number of a code.
            let code = l.digits()
                && (j.saturating_sub(2)..*j)
                    .any(|b| self.lexemes[b].word() && self.lexemes[b].capital() && self.lexemes[b].exact.len() <= 3);
            (l.word() && l.fold.len() > 1 && !self.light(*j))
                || code
                || (l.digits() && self.language == Language::English)
        })
    }

    /// Nouns that stand together: "no crash sensor fault".
    fn compound(&self, i: usize) -> Vec<usize> {
        let Some(first) = self.next(i) else { return Vec::new() };
        // "not Vaclube 32": the number is what tells.
        if self.lexemes[first].capital() && self.lexemes.get(first + 1).is_some_and(Lexeme::digits) {
            return vec![first + 1];
        }
        // "no dropout two full mixes", dictated: a number begins something else.
        let counts =
            |l: &Lexeme| crate::codes::numbers::spelt(std::iter::once(l.fold.as_str()), Some(self.language)).is_some();
        let meant = |j: &usize| meaningful(&self.lexemes[*j], self.language) && !counts(&self.lexemes[*j]);
        let row = (first..self.reach(first)).take_while(|j| *j == first || meant(j)).take(3);
        if self.language == Language::English { row.collect() } else { vec![first] }
    }

    pub(super) fn french(&self, i: usize) -> Found {
        let fold = self.fold(i);
        let before = i.checked_sub(1).map_or("", |p| self.fold(p));
        match fold {
            // "pour ne pas perdre le zéro": an end, not an order.
            "ne" if matches!(before, "pour" | "de") && self.fold(i + 1) == "pas" => Found::Denied(Vec::new()),
            "ne" | "n" if fold == "ne" || self.fold(i + 1) == "'" => self.negated_verb(i),
            // "s'arrête sans arrêt": again and again.
            "sans" if self.fold(i + 1) == "arret" && i > 0 && self.fold(i - 1).starts_with("arret") => Found::Nothing,
            "sans" | "aucun" | "aucune" | "ni" => self.from(i + 1),
            // "le zéro", "zéro refait": what an instrument is set to.
            "zero" if matches!(before, "le" | "du" | "un" | "a" | "au") => Found::Nothing,
            "zero" if crate::extractor::trade::verb(self.fold(i + 1), self.language).is_some() => Found::Nothing,
            "zero" => self.from(i + 1),
            // "Non c'est le groupe": an answer.
            "non"
                if matches!(
                    self.fold(i + 1),
                    "c" | "ce" | "il" | "elle" | "ca" | "le" | "la" | "les" | "," | "." | ""
                ) =>
            {
                Found::Nothing
            }
            "non" if before != "ou" => self.from(i + 1),
            "absence" => self.from(i + 1),
            "evitez" | "eviter" | "interdit" | "inutile" => self.from(i + 1),
            "arretez" | "cessez" if self.fold(i + 1) == "de" => self.from(i + 2),
            "pas" if matches!(self.fold(i + 1), "plus" | "moins" | "trop" | "mal") => Found::Denied(Vec::new()),
            "plus" if before == "pas" => Found::Nothing,
            "pas" | "jamais" | "plus" | "rien" if !self.after_ne(i) => self.alone(i),
            _ => Found::Nothing,
        }
    }

    fn from(&self, i: usize) -> Found {
        Found::Denied(self.compound(i))
    }

    /// Whether a "ne" or "n'" before it in its clause makes it the second half.
    fn after_ne(&self, i: usize) -> bool {
        let stops = |l: &&Lexeme| !matches!(l.fold.as_str(), "." | ";" | ":" | ",");
        let before = self.lexemes[..i].iter().rev().take(8).take_while(stops);
        before.enumerate().any(|(n, l)| l.is("ne") || (l.is("n") && self.lexemes.get(i - n).is_some_and(|l| l.is("'"))))
    }

    /// "ne … pas": the verb, or what comes after a verb that says nothing.
    fn negated_verb(&self, i: usize) -> Found {
        let from = i + 1 + usize::from(self.fold(i + 1) == "'");
        let to = self.reach(from);
        let second = (from..to).find(|j| SECONDS.contains(self.fold(*j)));
        let before = self.lexemes[..i].iter().rev().take(4).any(|l| SECONDS.contains(&l.fold));
        let verb = (from..to).find(|j| self.lexemes[*j].word() && self.fold(*j).len() > 1 && !self.light(*j));
        let only = (from..to.min(from + 6)).find(|j| matches!(self.fold(*j), "que" | "qu"));
        if let (Some(only), Some(verb)) = (only, verb)
            && second.is_none_or(|s| s > only)
            && only > verb
        {
            return Found::Only(verb);
        }
        let infinitive = verb.is_some_and(|v| second.is_some_and(|s| s < v));
        let mut targets: Vec<usize> = verb.into_iter().collect();
        match second {
            Some(second) if matches!(self.fold(second), "aucun" | "aucune" | "ni") => {
                targets.extend(self.next(second + 1))
            }
            // "n'y a plus d'écart", "n'est pas posée": verb is what stands after.
            Some(_) | None if infinitive || second.is_some() || before => {}
            _ => return Found::Nothing,
        }
        if targets.is_empty() { Found::Nothing } else { Found::Denied(targets) }
    }

    /// "pas de goutte", "démarre pas", "pas changée", "plus d'alarme", "jamais gratter".
    fn alone(&self, i: usize) -> Found {
        let fold = self.fold(i);
        let before = i.checked_sub(1).map(|p| &self.lexemes[p]);
        let opens = before.is_none_or(|l| {
            l.kind == Kind::Mark
                || l.digits()
                || self.lexemes[i].gap == Gap::Line
                || matches!(l.fold.as_str(), "et" | "mais" | "ou" | "donc" | "ok" | "or")
        });
        let after = self.lexemes.get(i + 1).filter(|l| l.gap != Gap::Line);
        let closes = after.is_none_or(|l| l.kind == Kind::Mark && !l.is("'"))
            || matches!(self.fold(i + 1), "et" | "mais" | "elle" | "il" | "quand" | "si" | "sinon");
        let of = matches!(self.fold(i + 1), "de" | "d" | "aucun" | "aucune");
        let verb = before.filter(|l| l.word() && !l.is("encore")).map(|_| i - 1);
        let content = verb.filter(|v| meaningful(&self.lexemes[*v], self.language) && !self.light(*v));
        if fold == "plus" {
            // More than, the most, two bars more: only what is at the head of a clause or ends it denies.
            let more = matches!(
                before.map_or("", |l| l.fold.as_str()),
                "un" | "peu" | "bien" | "le" | "la" | "les" | "au" | "de" | "en" | "non"
            );
            let of = of && !more;
            let head = of
                || opens && (of || after.is_some_and(|l| l.fold.ends_with(['e', 's', 'u', 'i']) && l.fold.len() > 4));
            let counted = self.counts(i + 2);
            let ends = content.is_some() && closes && !before.is_some_and(|l| l.digits());
            let after_aux = before.is_some_and(|l| matches!(l.fold.as_str(), "a" | "est" | "y"));
            return match () {
                () if head && !counted => self.from(i + 1),
                () if ends => Found::Denied(content.into_iter().collect()),
                () if after_aux && !counted => self.from(i + 1),
                () => Found::Nothing,
            };
        }
        // "bouge pas de plus d'un centième", "piston pas marqué"
        let measured = of && matches!(self.fold(i + 2), "plus" | "moins");
        let participle = after
            .is_some_and(|l| l.word() && l.fold.len() > 3 && l.fold.trim_end_matches('s').ends_with(['e', 'i', 'u']));
        let thing = content.is_some_and(|v| {
            let fold = self.fold(v);
            crate::extractor::trade::component(fold, self.language)
                || crate::extractor::trade::verb(fold, self.language).is_none()
        });
        match () {
            () if measured && content.is_some() => Found::Denied(content.into_iter().collect()),
            () if of => self.from(i + 1),
            () if opens && !closes => self.from(i + 1),
            () if thing && participle => self.from(i + 1),
            () if content.is_some() => Found::Denied(content.into_iter().collect()),
            () => self.from(i + 1),
        }
    }

    pub(super) fn english(&self, i: usize) -> Found {
        let before = i.checked_sub(1).map_or("", |p| self.fold(p));
        match self.fold(i) {
            "not" if before == "as" && self.fold(i + 1) == "to" => Found::Denied(Vec::new()),
            "without" => self.from(i + 1),
            "not" | "never" | "cannot" | "avoid" => Found::Denied(self.compound(i + 1).into_iter().take(1).collect()),
            "t" if i > 1 && self.fold(i - 1) == "'" && self.fold(i - 2).ends_with('n') => {
                Found::Denied(self.next(i + 1).into_iter().collect())
            }
            // "pt no FW 25": a number, not a denial.
            "no" if matches!(before, "pt" | "part" | "ref" | "serial" | "model" | "item" | "order") => Found::Nothing,
            "no" if !matches!(self.fold(i + 1), "." | "") && !self.lexemes.get(i + 1).is_some_and(Lexeme::digits) => {
                self.from(i + 1)
            }
            // "changed nothing": the verb before it.
            "nothing" if i > 0 && self.reach(i + 1) == i + 1 => {
                Found::Denied((i - 1..i).filter(|p| meaningful(&self.lexemes[*p], self.language)).collect())
            }
            "none" | "nothing" | "neither" | "nor" | "nobody" => self.from(i + 1),
            // "please stop restarting"
            "stop" if self.fold(i + 1).ends_with("ing") => Found::Denied(vec![i + 1]),
            "zero" if !self.lexemes.get(i + 1).is_some_and(|l| l.kind == Kind::Mark) => Found::Nothing,
            word if undone(word).is_some() => Found::Denied(vec![i]),
            _ => Found::Nothing,
        }
    }
}
