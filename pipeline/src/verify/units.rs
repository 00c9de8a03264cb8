//! Units of measurement in the spellings of reports: "12mn", "N.m", "newton mètres", "tr/min", "kg/cm2".

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexemes::{Gap, Lexeme, plainly};

/// What is measured: a family of the file, or one over another ("volume/time").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Family {
    over: u8,
    under: u8,
}

/// A unit: its family and how many of the family's base it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub(super) family: Family,
    pub(super) factor: f64,
}

/// Whole: nothing stands below the line.
const WHOLE: u8 = u8::MAX;

struct Table {
    names: Vec<&'static str>,
    exact: HashMap<String, Unit>,
    folded: HashMap<String, Unit>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("lexicon/units.txt")));

impl Table {
    fn read(file: &'static str) -> Self {
        let mut table = Self { names: Vec::new(), exact: HashMap::new(), folded: HashMap::new() };
        for line in file.lines().filter(|l| !l.starts_with('#')) {
            let parts = line.split_once('|').and_then(|(name, rest)| Some((name.trim(), rest.rsplit_once('=')?)));
            let Some((name, (spellings, factor))) = parts else { continue };
            let Ok(factor) = factor.trim().parse() else { continue };
            let family = match name.split_once('/') {
                Some((over, under)) => Family { over: table.number(over), under: table.number(under) },
                None => Family { over: table.number(name), under: WHOLE },
            };
            for spelling in spellings.split_whitespace() {
                let unit = Unit { family, factor };
                // "MW" and "mW" differ by capitals; a spelling that no other line claims may be written either way.
                let exact = plainly(spelling);
                table.folded.entry(exact.to_lowercase()).or_insert(unit);
                table.exact.insert(exact, unit);
            }
        }
        table
    }

    fn number(&mut self, name: &'static str) -> u8 {
        let at = self.names.iter().position(|n| *n == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        u8::try_from(at).unwrap_or(WHOLE)
    }
}

impl Family {
    /// The name of the file, without what stands below the line.
    pub(super) fn name(self) -> &'static str {
        TABLE.names.get(usize::from(self.over)).copied().unwrap_or_default()
    }

    /// Whether something stands below the line.
    pub(super) fn rate(self) -> bool {
        self.under != WHOLE
    }

    /// Whether a number of one family may be told in the other: "180°" is "180 °C" in a workshop, "1500 tours" is
    /// "1500 tr/min".
    pub(super) fn meets(self, other: Self) -> bool {
        let shorthand = |a: Self, b: Self| {
            (a.name() == "degree" && b.name() == "temp" && !b.rate())
                || (a.name() == "turn" && !a.rate() && b.name() == "turn" && b.rate())
        };
        self == other || shorthand(self, other) || shorthand(other, self)
    }
}

/// Whether a lexeme is a unit by itself.
pub(super) fn is_unit(lexeme: &Lexeme) -> bool {
    TABLE.exact.contains_key(&lexeme.exact)
}

/// The unit that begins at lexeme `i`, right after a number, and where to go on.
pub(super) fn unit(lexemes: &[Lexeme], i: usize) -> Option<(Unit, usize)> {
    let (over, mut next) = simple(lexemes, i, true)?;
    // "t/min" is no tonne.
    let spun = lexemes[i].is("t").then(|| TABLE.exact.get("tr").copied()).flatten();
    let line = lexemes.get(next).filter(|l| (l.is("/") || l.is("par") || l.is("per")) && l.gap != Gap::Line);
    let below = match line {
        Some(_) => simple(lexemes, next + 1, false),
        None => bare_rate(lexemes, next, over),
    };
    let Some((under, after)) = below else { return Some((over, next)) };
    if over.family.rate() || under.family.rate() {
        return Some((over, next));
    }
    let over = if under.family.name() == "time" { spun.unwrap_or(over) } else { over };
    next = after;
    let family = Family { over: over.family.over, under: under.family.over };
    Some((Unit { family, factor: over.factor / under.factor }, next))
}

/// "tours minute", "litres heure": what is said without a line.
fn bare_rate(lexemes: &[Lexeme], i: usize, over: Unit) -> Option<(Unit, usize)> {
    let next = lexemes.get(i).filter(|l| matches!(l.fold.as_str(), "minute" | "heure" | "mn" | "min" | "hour"))?;
    (matches!(over.family.name(), "turn" | "volume") && next.gap == Gap::Blank).then(|| simple(lexemes, i, false))?
}

/// A unit without a line. `counted`: a number stands before it, so that single letters need their own spelling.
fn simple(lexemes: &[Lexeme], i: usize, counted: bool) -> Option<(Unit, usize)> {
    let first = lexemes.get(i).filter(|l| l.gap != Gap::Line)?;
    let table = &*TABLE;
    let after = lexemes.get(i + 1);
    if first.is("°") {
        let joined = after
            .filter(|l| l.word() && l.exact.len() <= 2)
            .and_then(|l| table.exact.get(&format!("°{}", l.exact)).map(|u| (*u, i + 2)));
        return joined.or_else(|| table.exact.get("°").map(|u| (*u, i + 1)));
    }
    if first.is("'") {
        let closes = after.is_none_or(|l| !l.glued() || !l.word());
        return (first.glued() && closes).then(|| table.exact.get("min").map(|u| (*u, i + 1)))?;
    }
    if !first.word() {
        return table.exact.get(&first.exact).map(|u| (*u, i + 1));
    }
    // "N·m", "newton mètres", "in wg".
    let joint = usize::from(after.is_some_and(|l| matches!(l.fold.as_str(), "." | "·" | "-" | "*") && l.glued()));
    if let Some(second) = lexemes.get(i + 1 + joint).filter(|l| l.word() && l.gap != Gap::Line) {
        let pair = format!("{}_{}", first.exact, second.exact);
        let found = table.exact.get(&pair).or_else(|| {
            (first.exact.len() > 2).then(|| table.folded.get(&format!("{}_{}", first.fold, second.fold))).flatten()
        });
        if let Some(unit) = found {
            return Some((*unit, i + 2 + joint));
        }
    }
    if let Some(power) = after.filter(|l| l.glued() && (l.is("2") || l.is("3")))
        && let Some(unit) = table.exact.get(&format!("{}{}", first.exact, power.fold))
    {
        return Some((*unit, i + 2));
    }
    // "2 s'arrêtent", "3 l'un": the article, not the unit.
    let elided = after.is_some_and(|l| l.is("'") && l.glued())
        && lexemes.get(i + 2).is_some_and(|l| l.word() && l.glued() && !l.is("s"));
    if elided && counted {
        return None;
    }
    let found = table.exact.get(&first.exact).or_else(|| {
        let single = first.exact.chars().nth(1).is_none();
        // "3 a été": a letter that is also a word counts only where it is glued to its number.
        let loose = single && !first.glued() && matches!(first.fold.as_str(), "a" | "c" | "k" | "n" | "f");
        (!loose).then(|| table.folded.get(&first.fold)).flatten()
    })?;
    let heavy = first.exact == "T" && !first.glued();
    // A unit ends where its letters end: "3V6" is read by whoever reads numbers.
    (!heavy).then_some((*found, i + 1))
}

#[cfg(test)]
mod tests {
    use super::super::lexemes::lexemes;
    use super::*;

    fn read(text: &str) -> Option<(String, f64)> {
        let lexemes = lexemes(text);
        let (unit, next) = unit(&lexemes, 1)?;
        assert!(next <= lexemes.len());
        Some((unit.family.name().to_owned(), unit.factor))
    }

    #[test]
    fn the_spellings_of_one_unit_are_one() {
        for torque in ["5 N·m", "5 N.m", "5Nm", "5 N m", "5 newton mètres", "5 newton-metres"] {
            assert_eq!(read(torque), Some(("torque".into(), 1.0)), "{torque}");
        }
        for speed in ["5 tr/min", "5 tr/mn", "5 t/min", "5 tours par minute", "5 tours/minute"] {
            let (name, factor) = read(speed).unwrap();
            assert!(name == "turn" && (factor - 1.0 / 60.0).abs() < 1e-9, "{speed}");
        }
        assert_eq!(read("5°"), Some(("degree".into(), 1.0)));
        assert_eq!(read("5 °C"), Some(("temp".into(), 1.0)));
        assert_eq!(read("5 kg/cm2"), Some(("mass".into(), 10.0)));
        assert_eq!(read("5'"), Some(("time".into(), 60.0)));
    }

    #[test]
    fn capitals_count_where_they_tell_units_apart() {
        assert_eq!(read("5 mW"), Some(("power".into(), 0.001)));
        assert_eq!(read("5 MW"), Some(("power".into(), 1e6)));
        assert_eq!(read("5 Bar"), Some(("pressure".into(), 1e5)));
    }

    #[test]
    fn words_that_look_like_units_are_none() {
        assert_eq!(read("3 a été"), None);
        assert_eq!(read("2 l'un"), None);
        assert_eq!(read("3 vis"), None);
        assert!(read("5A").is_some());
    }
}
