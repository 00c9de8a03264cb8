//! The numbers of a text with their units, however they are written: "1,5", "2 200", "1 1/2", "3 bar 5", "1h30",
//! "une demi-heure", "twenty five newton metres".
//!
//! A number may have more than one reading ("1,500" is fifteen hundred in English and one and a half in French; "3 bar 5"
//! is 3.5 bar, or 3 bar and five of something). The first is the plainest.

mod told;

use savoir_models::text::Language;

use super::lexemes::{Gap, Lexeme};
use super::units::{Unit, unit};
use crate::codes::numbers;

/// A number of a text.
#[derive(Debug, Clone)]
pub(super) struct Quantity {
    /// First lexeme.
    pub(super) from: usize,
    /// One past the last.
    pub(super) to: usize,
    /// What it may be worth, the plainest reading first; never empty.
    pub(super) values: Vec<f64>,
    /// What the last of its groups may be worth, where groups are told apart by a blank: "SSR 3 228 V".
    pub(super) last: Option<f64>,
    /// Below zero; `None` where a dash may also be a range's.
    pub(super) minus: Option<bool>,
    pub(super) unit: Option<Unit>,
    /// It counts nothing that must be proved: an article, "neuf" beside a noun, "first".
    pub(super) weak: bool,
    /// "4th", "deuxième".
    pub(super) ordinal: bool,
}

/// The numbers of the lexemes, in order. `language` says how numbers are spelt out.
pub(super) fn quantities(lexemes: &[Lexeme], language: Language) -> Vec<Quantity> {
    let scan = Scan { lexemes, language, chains: chains(lexemes) };
    let mut out: Vec<Quantity> = Vec::new();
    let mut i = 0;
    while i < lexemes.len() {
        match scan.read(i) {
            Some(found) => {
                i = found.to.max(i + 1);
                out.push(found);
            }
            None => i += 1,
        }
    }
    borrow(&mut out, lexemes);
    out
}

/// Where the run of glued letters, digits and joints that each lexeme stands in begins.
pub(super) fn chains(lexemes: &[Lexeme]) -> Vec<usize> {
    let joins = |l: &Lexeme| l.word() || l.digits() || matches!(l.fold.as_str(), "-" | "/" | "_" | "." | "'");
    let mut out: Vec<usize> = Vec::with_capacity(lexemes.len());
    for (i, lexeme) in lexemes.iter().enumerate() {
        let goes_on = i > 0 && lexeme.glued() && joins(lexeme) && joins(&lexemes[i - 1]);
        out.push(if goes_on { out[i - 1] } else { i });
    }
    out
}

/// "1,5 à 2 bar": the first number has the unit of the second.
fn borrow(quantities: &mut [Quantity], lexemes: &[Lexeme]) {
    for k in (1..quantities.len()).rev() {
        let (first, second) = (&quantities[k - 1], &quantities[k]);
        let between = lexemes.get(first.to..second.from).unwrap_or_default();
        let links = |l: &Lexeme| {
            matches!(
                l.fold.as_str(),
                "a" | "to"
                    | "and"
                    | "et"
                    | "ou"
                    | "or"
                    | "-"
                    | "/"
                    | "+"
                    | "±"
                    | "~"
                    | "contre"
                    | "x"
                    | "puis"
                    | "then"
            )
        };
        if first.unit.is_none()
            && !first.ordinal
            && second.unit.is_some()
            && (1..=3).contains(&between.len())
            && between.iter().all(links)
        {
            quantities[k - 1].unit = second.unit;
        }
    }
}

struct Scan<'a> {
    lexemes: &'a [Lexeme],
    language: Language,
    chains: Vec<usize>,
}

const ORDINAL_ENDS: &[&str] = &["e", "er", "ere", "eme", "ieme", "nd", "nde", "st", "rd", "th"];
impl Scan<'_> {
    fn at(&self, i: usize) -> Option<&Lexeme> {
        self.lexemes.get(i)
    }

    fn fold(&self, i: usize) -> &str {
        self.at(i).map_or("", |l| l.fold.as_str())
    }

    fn read(&self, i: usize) -> Option<Quantity> {
        let lexeme = self.at(i)?;
        if lexeme.digits() {
            self.written(i)
        } else if lexeme.word() {
            self.told(i)
        } else {
            None
        }
    }

    /// A number in digits.
    fn written(&self, i: usize) -> Option<Quantity> {
        let chain = self.chains[i];
        let before = |n: usize| self.at(chain + n);
        // "E42", "N-25": digits of a name. "x5", "Ø8" and "l'1" are numbers all the same.
        if chain < i && before(0).is_some_and(Lexeme::word) && !matches!(self.fold(i - 1), "x" | "ø" | "'") {
            return None;
        }
        let (mut values, mut j) = self.literal(i);
        let grouped =
            j > i + 1 && self.at(j - 1).is_some_and(|l| l.digits() && l.gap == Gap::Blank && l.fold.len() == 3);
        let last = grouped.then(|| self.fold(j - 1).parse().ok()).flatten();
        if let Some(suffix) = self.at(j).filter(|l| l.glued() && l.word()) {
            if ORDINAL_ENDS.contains(&suffix.fold.as_str()) && unit(self.lexemes, j).is_none() {
                let weak = values[0] < 3.0;
                return Some(Quantity {
                    from: i,
                    to: j + 1,
                    values,
                    last: None,
                    minus: Some(false),
                    unit: None,
                    weak,
                    ordinal: true,
                });
            }
            if suffix.is("k") {
                values.push(values[0] * 1000.0);
                j += 1;
            } else if !suffix.is("x") && !suffix.is("et") && unit(self.lexemes, j).is_none() {
                // "4F12", "2RS": a name that begins with a digit.
                return None;
            }
        }
        let mut out =
            Quantity { from: i, to: j, values, last, minus: self.minus(i), unit: None, weak: false, ordinal: false };
        self.measure(&mut out);
        Some(out)
    }

    /// The digits at `i` with their separators: readings, and where to go on.
    fn literal(&self, i: usize) -> (Vec<f64>, usize) {
        let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
        let first = self.fold(i);
        if let Some((above, below)) = first.split_once('/') {
            return (vec![number(above) / number(below).max(1.0)], i + 1);
        }
        let mut values = vec![number(first)];
        let mut j = i + 1;
        let digits = |n: usize| self.at(n).filter(|l| l.digits());
        let glued = |n: usize| digits(n).filter(|l| l.glued() && !l.fold.contains('/'));
        match self.at(j).filter(|l| l.glued()).map(|l| l.fold.as_str()) {
            Some(mark @ ("." | ",")) if glued(j + 1).is_some() => {
                let rest = self.fold(j + 1);
                // "2,000" is two thousand in English and two in French; "1.500" is either in French.
                let english = self.language == Language::English;
                let grouped =
                    rest.len() == 3 && first.len() <= 3 && !first.starts_with('0') && (mark == ",") == english;
                values = if grouped && english { Vec::new() } else { vec![number(&format!("{first}.{rest}"))] };
                if grouped {
                    let mut whole = format!("{first}{rest}");
                    j += 2;
                    while let Some(more) = glued(j + 1).filter(|l| l.fold.len() == 3)
                        && matches!(self.fold(j), "." | ",")
                    {
                        whole.push_str(&more.fold);
                        j += 2;
                    }
                    values.push(number(&whole));
                } else {
                    j += 2;
                }
            }
            Some("/") if glued(j + 1).is_some() => {
                let (above, below) = (number(first), number(self.fold(j + 1)));
                let date = self.fold(j + 2) == "/" && self.at(j + 2).is_some_and(Lexeme::glued);
                let common = [2.0, 3.0, 4.0, 5.0, 8.0, 10.0, 16.0, 32.0].contains(&below);
                if common && above > 0.0 && above < below && !date {
                    return (vec![above / below], j + 2);
                }
            }
            _ => {
                // Thousands apart: "2 200". Digits of a display apart ("3 0 8") are whoever reads codes' business.
                let mut whole = first.to_owned();
                while let Some(group) = digits(j).filter(|l| l.gap == Gap::Blank && l.fold.len() == 3)
                    && whole.len() <= 9
                    && first.len() <= 3
                    && !first.starts_with('0')
                {
                    whole.push_str(&group.fold);
                    j += 1;
                }
                values = vec![number(&whole)];
            }
        }
        if let Some((above, below)) = digits(j).and_then(|l| l.fold.split_once('/')) {
            values[0] += number(above) / number(below).max(1.0);
            j += 1;
        } else if digits(j).is_some_and(|l| l.gap == Gap::Blank)
            && self.fold(j + 1) == "/"
            && let Some(below) =
                glued(j + 2).map(|l| number(&l.fold)).filter(|b| [2.0, 3.0, 4.0, 8.0, 16.0].contains(b))
            && number(self.fold(j)) < below
        {
            values[0] += number(self.fold(j)) / below;
            j += 3;
        }
        (values, j)
    }

    /// Whether it stands below zero.
    fn minus(&self, i: usize) -> Option<bool> {
        let Some(before) = i.checked_sub(1).and_then(|p| self.at(p)) else { return Some(false) };
        let far = i.checked_sub(2).and_then(|p| self.at(p));
        match before.fold.as_str() {
            "-" if !self.lexemes[i].glued() => None,
            // "0 -10", "10-12": a range as well as a sign.
            "-" => match far {
                Some(far) if far.digits() || before.glued() || super::units::is_unit(far) => None,
                _ => Some(true),
            },
            "moins" => Some(!far.is_some_and(|f| matches!(f.fold.as_str(), "au" | "du" | "le" | "de" | "en"))),
            "minus" => Some(true),
            "/" | "±" | "+" => None,
            _ => Some(false),
        }
    }

    /// How many words from `i` on tie a part to what it is a part of: "half an hour", "quart d'heure".
    fn joints(&self, i: usize) -> usize {
        let ties = |l: &&Lexeme| matches!(l.fold.as_str(), "-" | "a" | "an" | "of" | "de" | "d" | "'");
        self.lexemes.get(i..).unwrap_or_default().iter().take(3).take_while(ties).count()
    }

    /// The unit after a number, and what may still follow it.
    fn measure(&self, out: &mut Quantity) {
        self.halves(out);
        // "un quart de tour", "trois quarts d'heure"
        if matches!(self.fold(out.to), "quart" | "quarts" | "quarter" | "quarters") {
            out.values.iter_mut().for_each(|v| *v *= 0.25);
            out.to += 1 + self.joints(out.to + 1);
        }
        let glue =
            usize::from(self.fold(out.to) == "-" && self.at(out.to + 1).is_some_and(|l| l.word() && l.exact.len() > 2));
        let Some((found, next)) = unit(self.lexemes, out.to + glue) else { return };
        // "3V6-LS" is 3.6 V, "M8x1" no metre.
        out.unit = Some(found);
        out.to = next;
        self.halves(out);
        self.more(out);
    }

    /// "et demi", "and a half".
    fn halves(&self, out: &mut Quantity) {
        let (and, j) = (self.fold(out.to), out.to + 1);
        if !matches!(and, "et" | "and") {
            return;
        }
        let j = j + usize::from(matches!(self.fold(j), "a" | "un"));
        let part = match self.fold(j) {
            "demi" | "demie" | "half" => 0.5,
            "quart" | "quarter" => 0.25,
            _ => return,
        };
        out.values.iter_mut().for_each(|v| *v += part);
        out.to = j + 1;
    }

    /// "1h30", "4 min 10", "3kg2", "2 bar un".
    fn more(&self, out: &mut Quantity) {
        let Some(unit_here) = out.unit else { return };
        let Some(next) = self.at(out.to).filter(|l| l.gap != Gap::Line) else { return };
        let time = unit_here.family.name() == "time" && !unit_here.family.rate();
        let followed = unit(self.lexemes, out.to + 1).map(|u| u.0);
        if time && next.digits() && next.fold.len() <= 2 && !next.fold.contains('/') {
            let below = unit_here.factor / 60.0;
            let fits = followed.is_none_or(|f| f.family == unit_here.family && (f.factor - below).abs() < 1e-9);
            let whole = unit_here.factor > 1.0 && unit_here.factor <= 3600.0 && (next.glued() || next.fold.len() == 2);
            if fits && whole && (next.glued() || followed.is_some() || self.ends(out.to + 1)) {
                let small = next.fold.parse().unwrap_or(0.0);
                out.values.iter_mut().for_each(|v| *v += small / 60.0);
                out.to +=
                    if followed.is_some() { unit(self.lexemes, out.to + 1).map_or(1, |u| u.1 - out.to) } else { 1 };
            }
            return;
        }
        let decimals = match () {
            () if next.digits() && next.fold.len() <= 2 && !next.fold.contains('/') => next.fold.clone(),
            () if next.word() && !next.glued() => {
                match numbers::spelt(std::iter::once(next.fold.as_str()), Some(self.language)) {
                    Some((digits, 1)) if digits.len() == 1 => digits,
                    _ => return,
                }
            }
            () => return,
        };
        if followed.is_some() || time || out.values[0].fract() != 0.0 {
            return;
        }
        let value = out.values[0] + decimals.parse::<f64>().unwrap_or(0.0) / 10_f64.powi(decimals.len() as i32);
        if next.glued() {
            out.values = vec![value];
            out.to += 1;
        } else {
            out.values.push(value);
        }
    }

    /// Whether a clause ends at lexeme `i`.
    fn ends(&self, i: usize) -> bool {
        self.at(i).is_none_or(|l| l.kind == super::lexemes::Kind::Mark || l.gap == Gap::Line || l.word())
    }
}

#[cfg(test)]
mod tests;
