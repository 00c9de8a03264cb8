//! Numbers in words: "deux bars et demi", "one point two", "une demi-heure", "twice".

use savoir_models::text::Language;

use super::super::lexemes::{Gap, Lexeme};
use super::super::units::{Unit, unit};
use super::{Quantity, Scan};
use crate::codes::numbers;

const ORDINALS: &[(&str, f64)] = &[
    ("premier", 1.0),
    ("premiere", 1.0),
    ("first", 1.0),
    ("deuxieme", 2.0),
    ("troisieme", 3.0),
    ("third", 3.0),
    ("quatrieme", 4.0),
    ("fourth", 4.0),
    ("cinquieme", 5.0),
    ("fifth", 5.0),
    ("sixieme", 6.0),
    ("sixth", 6.0),
    ("septieme", 7.0),
    ("seventh", 7.0),
    ("huitieme", 8.0),
    ("eighth", 8.0),
    ("dixieme", 10.0),
    ("tenth", 10.0),
];
/// Words that are worth a number, and whether the number must be proved.
const COUNTS: &[(&str, f64, bool)] = &[
    ("both", 2.0, false),
    ("twice", 2.0, true),
    ("once", 1.0, false),
    ("thrice", 3.0, true),
    ("double", 2.0, false),
    ("paire", 2.0, false),
    ("pair", 2.0, false),
    ("dizaine", 10.0, true),
    ("douzaine", 12.0, true),
    ("dozen", 12.0, true),
    ("quinzaine", 15.0, true),
    ("vingtaine", 20.0, true),
    ("trentaine", 30.0, true),
    ("centaine", 100.0, true),
];

impl Scan<'_> {
    /// A number in words.
    pub(super) fn told(&self, i: usize) -> Option<Quantity> {
        let fold = self.fold(i);
        let made = |to, value: f64, weak, ordinal| Quantity {
            from: i,
            to,
            values: vec![value],
            last: None,
            minus: self.minus(i),
            unit: None,
            weak,
            ordinal,
        };
        if let Some((_, value)) = ORDINALS.iter().find(|(w, _)| *w == fold) {
            return Some(made(i + 1, *value, *value < 3.0, true));
        }
        if let Some((_, value, strong)) = COUNTS.iter().find(|(w, ..)| *w == fold) {
            return Some(made(i + 1, *value, !strong, false));
        }
        let part = match fold {
            "demi" | "demie" | "half" => 0.5,
            "quart" | "quarter" => 0.25,
            _ => 0.0,
        };
        if part > 0.0 {
            let mut out = made(i + 1, part, true, false);
            if let Some((found, next)) = unit(self.lexemes, i + 1 + self.joints(i + 1)) {
                (out.unit, out.to, out.weak) = (Some(found), next, false);
            }
            return Some(out);
        }
        let article = matches!((self.language, fold), (Language::English, "a" | "an"));
        if article && !matches!(self.fold(i + 1), "hundred" | "thousand") {
            let (found, next) = unit(self.lexemes, i + 1)?;
            let time = found.family.name() == "time" && self.at(i + 1).is_some_and(|l| l.exact.len() > 2);
            let mut out = made(next, 1.0, false, false);
            out.unit = Some(found);
            self.halves(&mut out);
            return time.then_some(out);
        }
        let from = i + usize::from(article);
        let places: Vec<usize> = self.spoken(from).collect();
        let words = || places.iter().map(|p| self.fold(*p));
        let (digits, taken) = numbers::spelt(words(), Some(self.language))?;
        let mut value: f64 = digits.parse().ok()?;
        let mut to = places[taken - 1] + 1;
        if matches!(self.fold(to), "point" | "virgule" | "comma") {
            let more: Vec<usize> = self.spoken(to + 1).collect();
            if let Some((decimals, taken)) = numbers::spelt(more.iter().map(|p| self.fold(*p)), Some(self.language)) {
                // "deux virgule cinq trois fois": the last digit counts what comes after it.
                let counts =
                    decimals.len() == taken && taken > 1 && matches!(self.fold(more[taken - 1] + 1), "fois" | "times");
                let taken = taken - usize::from(counts);
                let decimals = &decimals[..decimals.len() - usize::from(counts)];
                value = format!("{digits}.{decimals}").parse().unwrap_or(value);
                to = more[taken - 1] + 1;
            }
        }
        let mut out = made(to, value, false, false);
        self.measure(&mut out);
        let one = taken == 1 && matches!(fold, "un" | "une" | "one" | "neuf" | "cent");
        // "un tour" is a lathe more often than a turn.
        let lathe = |u: Unit| fold != "neuf" && u.family.name() == "turn" && out.values[0] == 1.0;
        // Two of a thing are told by a plural, or one by one.
        let two = taken == 1 && matches!(fold, "deux" | "two") && out.unit.is_none();
        out.weak = two || (one && out.unit.is_none_or(lathe));
        Some(out)
    }

    /// The words from `i` on that may spell one number: hyphens between them are passed over.
    fn spoken(&self, i: usize) -> impl Iterator<Item = usize> {
        let mut at = i;
        std::iter::from_fn(move || {
            if at > i && self.fold(at) == "-" && self.at(at).is_some_and(Lexeme::glued) {
                at += 1;
            }
            self.at(at).filter(|l| l.word() && (at == i || l.gap != Gap::Line))?;
            at += 1;
            Some(at - 1)
        })
        .take(12)
    }
}
