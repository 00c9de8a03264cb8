//! Numbers, codes, references and names: what a statement gives exactly, its evidence must give too.

use std::cell::LazyCell;

use savoir_models::content::{Finding, FindingCode};

use super::compact::Compact;
use super::ground::{Ground, Room, Stretch};
use super::quantities::Quantity;
use super::said::{Said, Section, finding};
use super::units::Unit;

/// Everything exact in a statement that its evidence does not give. What was looked at is marked as dealt with.
/// How many exact things its evidence does give.
pub(super) fn check(room: &Room<'_>, ground: &Ground<'_>, said: &mut Said<'_>, out: &mut Vec<Finding>) -> usize {
    machine(room, said);
    codes(room, ground, said, out)
        + references(room, ground, said, out)
        + spaced(room, ground, said)
        + designations(room, ground, said, out)
        + numbers(room, ground, said, out)
}

/// The machine's own names may be said in any statement.
fn machine(room: &Room<'_>, said: &mut Said<'_>) {
    for i in 0..said.lexemes.len() {
        let ends = room.machine.iter().filter_map(|name| name.end(&said.lexemes, i, room.language));
        if let Some(end) = ends.max() {
            let named = said.lexemes[i..end].iter().any(|l| l.digits() || l.capital());
            if named {
                said.deal(i, end);
            }
        }
    }
}

fn codes(room: &Room<'_>, ground: &Ground<'_>, said: &mut Said<'_>, out: &mut Vec<Finding>) -> usize {
    let mut given = 0;
    // The codes of the evidence are looked for once, not for each code of the statement.
    let theirs = LazyCell::new(|| {
        let of = |s: &Stretch| {
            let text = room.spelt(*s);
            crate::codes::find(text, Some(room.language)).into_iter().map(move |code| (code, text))
        };
        ground.wide.iter().flat_map(of).collect::<Vec<_>>()
    });
    for code in crate::codes::find(said.text, Some(room.language)) {
        let (from, to) = said.range(code.start, code.end);
        if said.dealt[from..to].iter().all(|d| *d) {
            continue;
        }
        let spelt = said.spelt(from, to);
        let compact = Compact::of(&code.canonical);
        let carried = theirs.iter().any(|(c, _)| crate::codes::same(&c.canonical, &code.canonical))
            || ground.lexemes.iter().any(|l| compact.find(l, room.language).is_some())
            || room.codes.iter().any(|c| crate::codes::same(c, &code.canonical));
        said.deal(from, to);
        if !carried {
            let other = theirs.first().and_then(|(c, text)| text.get(c.start..c.end));
            out.push(missing(FindingCode::Code, spelt, other, ("The code", "Le code")));
        }
        given += usize::from(carried);
    }
    given
}

fn references(room: &Room<'_>, ground: &Ground<'_>, said: &mut Said<'_>, out: &mut Vec<Finding>) -> usize {
    let mut given = 0;
    for reference in crate::codes::references(said.text) {
        let (from, to) = said.range(reference.start, reference.end);
        if said.dealt[from..to].iter().all(|d| *d) || measured(said, from, to) {
            continue;
        }
        let spelt = said.spelt(from, to);
        said.deal(from, to);
        if refers(room, ground, said, spelt) {
            given += 1;
        } else {
            out.push(missing(
                FindingCode::Reference,
                spelt,
                other_reference(room, ground),
                ("The reference", "La référence"),
            ));
        }
    }
    given
}

/// Whether a statement may give this reference: its evidence does, or the list of parts does for what it speaks of.
pub(super) fn refers(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, spelt: &str) -> bool {
    let compact = Compact::of(spelt);
    if compact.is_empty() || ground.lexemes.iter().any(|l| compact.find(l, room.language).is_some()) {
        return true;
    }
    room.case.intervention.intake.parts.iter().any(|part| {
        let listed = part.reference.as_deref().is_some_and(|r| Compact::of(r) == compact);
        listed && part.name.as_deref().is_none_or(|name| speaks_of(room, said, name))
    })
}

/// Whether a statement speaks of a part by its name.
pub(super) fn speaks_of(room: &Room<'_>, said: &Said<'_>, name: &str) -> bool {
    let named = room.terms_of(&super::lexemes::lexemes(name));
    let words = room.terms_of(&said.lexemes);
    named.is_empty() || named.iter().any(|n| words.iter().any(|w| w.means(n)))
}

fn other_reference<'t>(room: &Room<'t>, ground: &Ground<'_>) -> Option<&'t str> {
    ground.wide.iter().find_map(|s| {
        let text = room.spelt(*s);
        crate::codes::references(text).into_iter().next().and_then(|r| text.get(r.start..r.end))
    })
}

/// Whether lexemes are a number with its unit.
fn measured(said: &Said<'_>, from: usize, to: usize) -> bool {
    said.quantities.iter().any(|q| q.from <= from && to <= q.to)
}

/// Names told with blanks, "EV 24 B", "SPZ 1250": what the evidence spells in whatever way is dealt with whole.
fn spaced(room: &Room<'_>, ground: &Ground<'_>, said: &mut Said<'_>) -> usize {
    let mut given = 0;
    let mut i = 0;
    while i + 1 < said.lexemes.len() {
        let short = |n: usize| {
            let fits = |l: &super::lexemes::Lexeme| {
                l.digits() || (l.exact.len() <= 5 && l.exact.chars().all(char::is_uppercase))
            };
            // "CO 12 ppm" is a number, "SPZ 1250" a name.
            let measured = said.quantities.iter().any(|q| q.from == n && q.unit.is_some());
            said.lexemes.get(n).is_some_and(|l| fits(l) && !said.dealt[n]) && !measured
        };
        let first = said.lexemes[i].acronym() && short(i) && said.lexemes[i + 1].digits();
        let to = (i + 1..said.lexemes.len().min(i + 6)).take_while(|n| short(*n)).last().map_or(i, |last| last + 1);
        let told = |to: usize| {
            let compact = Compact::from(said.lexemes[i..to].iter());
            ground.lexemes.iter().any(|l| compact.find(l, room.language).is_some())
        };
        match (i + 2..=to).rev().find(|to| first && told(*to)) {
            Some(to) => {
                said.deal(i, to);
                given += 1;
                i = to;
            }
            None => i += 1,
        }
    }
    given
}

/// Letters and digits that name something: "M16", "LS-210", "CO2".
fn designations(room: &Room<'_>, ground: &Ground<'_>, said: &mut Said<'_>, out: &mut Vec<Finding>) -> usize {
    let mut given = 0;
    let chains = super::quantities::chains(&said.lexemes);
    let mut i = 0;
    while i < said.lexemes.len() {
        let mut to = i + 1;
        while to < said.lexemes.len() && chains[to] == chains[i] {
            to += 1;
        }
        // "l'E42", "d'M16": the article is none of it.
        let from = (i..to).rev().find(|j| said.lexemes[*j].is("'")).map_or(i, |j| j + 1);
        let (next, lexemes) = (to, &said.lexemes[from..to]);
        let letters = lexemes.iter().any(|l| l.word() && !matches!(l.fold.as_str(), "x" | "ø"));
        // "TB-VM" is a name as "TB-VM-24" is.
        let capitals = lexemes.len() >= 3
            && lexemes.iter().all(|l| l.acronym() || matches!(l.fold.as_str(), "-" | "/" | "." | "_"));
        let digits = capitals || lexemes.iter().any(super::lexemes::Lexeme::digits);
        let fresh = said.dealt[from..to].iter().any(|d| !d);
        let known = (from..to).all(|j| said.dealt[j] || measured(said, j, j + 1) || !said.lexemes[j].word());
        if letters && digits && fresh && !known {
            let compact = Compact::from(lexemes.iter());
            let spelt = said.spelt(from, to);
            said.deal(from, to);
            // "K1", "S3": what the wiring diagram names is told where it is first spoken of.
            let short = said.spelt(from, to).chars().count() <= 3;
            let carried = ground.lexemes.iter().any(|l| compact.find(l, room.language).is_some())
                || (short
                    && ground.quotes.iter().any(|q| compact.find(&room.hay(q.text).lexemes, room.language).is_some()))
                || room.codes.iter().any(|c| Compact::of(c) == compact)
                || refers(room, ground, said, spelt);
            if !carried {
                let part = said.section == Section::Part;
                let (code, what) = match part {
                    true => (FindingCode::Reference, ("The reference", "La référence")),
                    false => (FindingCode::Name, ("The name", "Le nom")),
                };
                out.push(missing(code, spelt, None, what));
            }
            given += usize::from(carried);
        }
        i = next;
    }
    given
}

fn numbers(room: &Room<'_>, ground: &Ground<'_>, said: &mut Said<'_>, out: &mut Vec<Finding>) -> usize {
    let mut given = 0;
    let quantities = std::mem::take(&mut said.quantities);
    for quantity in &quantities {
        let fresh = (quantity.from..quantity.to).any(|i| said.lexemes[i].digits() && !said.dealt[i]);
        let spelt_out = !said.lexemes[quantity.from].digits();
        let dealt = said.dealt[quantity.from];
        if (fresh || (spelt_out && !dealt)) && !quantity.weak {
            let found = number(room, ground, said, quantity);
            given += usize::from(found.is_none());
            out.extend(found);
        }
        said.deal(quantity.from, quantity.to);
    }
    said.quantities = quantities;
    given
}

/// What is wrong with a number.
fn number(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, mine: &Quantity) -> Option<Finding> {
    let spelt = said.spelt(mine.from, mine.to);
    let mut same_value: Option<&str> = None;
    let mut same_family: Option<&str> = None;
    let mut any: Option<&str> = None;
    for (place, theirs) in ground.quantities.iter().enumerate() {
        let lexemes = ground.lexemes[place];
        let text = room.spelt(ground.wide[place]);
        let shift = ground.wide[place].start;
        let written = |q: &Quantity| {
            let (from, to) = (lexemes[q.from].start, lexemes[q.to - 1].end);
            text.get(from.saturating_sub(shift)..to.saturating_sub(shift)).unwrap_or_default()
        };
        let families = theirs.iter().filter_map(|q| q.unit).chain(room.units(ground.wide[place].text).iter().copied());
        for their in theirs {
            let equal = meets(mine, their);
            if equal && units(mine.unit, their.unit, families.clone()) {
                if signs(mine, their) {
                    return None;
                }
                same_value = same_value.or(Some(written(their)));
            } else if equal {
                same_value = same_value.or(Some(written(their)));
            }
            if mine.unit.zip(their.unit).is_some_and(|(a, b)| a.family.meets(b.family)) {
                same_family = same_family.or(Some(written(their)));
            }
            any = any.or(Some(written(their)));
        }
        // "3 0 8", "2 007": digits of one number apart.
        if mine.unit.is_none() {
            let whole = Compact::of(&mine.values[0].to_string());
            if mine.values[0].fract() == 0.0 && whole.find(lexemes, room.language).is_some() {
                return None;
            }
            // "2 . 18" is 2.18.
            let parts = spelt.split_once(['.', ',']);
            let apart = |w: &[super::lexemes::Lexeme]| {
                parts.is_some_and(|(a, b)| w[0].is(a) && w[2].is(b) && matches!(w[1].fold.as_str(), "." | ","))
            };
            if lexemes.windows(3).any(apart) {
                return None;
            }
        }
    }
    // "zone 3", "pompe n° 2": which of them is told where the thing is first spoken of.
    if mine.unit.is_none() && said.lexemes[mine.from].digits() && identifies(room, ground, said, mine) {
        return None;
    }
    // Two things joined by a word are two: "clapets d'aspiration et refoulement".
    let two = mine.values[0] == 2.0 && mine.unit.is_none() && !said.lexemes[mine.from].digits();
    let joined = |l: &super::lexemes::Lexeme| matches!(l.fold.as_str(), "et" | "and" | "+" | "&");
    if two && ground.lexemes.iter().any(|l| l.iter().any(joined)) {
        return None;
    }
    Some(match same_value {
        Some(theirs) => {
            let en = format!("The evidence cited says “{theirs}”, not “{spelt}”.");
            let fr = format!("La preuve citée dit « {theirs} », et non « {spelt} ».");
            finding(FindingCode::Unit, spelt, en, fr)
        }
        None => {
            let torque = mine.unit.is_some_and(|u| u.family.name() == "torque");
            let what = if torque { ("The torque", "Le couple") } else { ("The number", "Le nombre") };
            let other = same_family.or(if mine.unit.is_none() { any } else { None });
            missing(FindingCode::Number, spelt, other, what)
        }
    })
}

/// Whether the number names which of several things is meant, and the texts that are quoted name it so.
fn identifies(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, mine: &Quantity) -> bool {
    let number = &said.lexemes[mine.from];
    let marks = |l: &super::lexemes::Lexeme| matches!(l.fold.as_str(), "n" | "°" | "no" | "." | "#");
    let Some(thing) =
        said.lexemes[..mine.from].iter().rev().find(|l| !marks(l)).filter(|l| l.word() && l.exact.len() > 2)
    else {
        return false;
    };
    if number.fold.len() > 2 {
        return false;
    }
    let thing = room.term(&thing.fold);
    ground.quotes.iter().any(|q| {
        let text = &room.hay(q.text).lexemes;
        let named = |i: usize| {
            text[i].fold == number.fold
                && text[..i].iter().rev().find(|l| !marks(l)).is_some_and(|l| l.word() && room.term(&l.fold).is(&thing))
        };
        (1..text.len()).any(named)
    })
}

/// Whether two numbers have a reading in common: the same quantity, whatever unit it is given in.
fn meets(mine: &Quantity, theirs: &Quantity) -> bool {
    let equal = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1e-9);
    let scale = |u: Option<Unit>| u.map_or(1.0, |u| u.factor);
    let converted = mine.unit.zip(theirs.unit).is_some_and(|(a, b)| a.family == b.family);
    mine.values.iter().any(|a| {
        theirs
            .values
            .iter()
            .chain(&theirs.last)
            .any(|b| if converted { equal(a * scale(mine.unit), b * scale(theirs.unit)) } else { equal(*a, *b) })
    })
}

/// Whether the units agree. A number that is told without its unit has one that the text gives to others: "42 degrés au lieu
/// de soixante", "HP 24 bars … HP 16,2".
fn units(mine: Option<Unit>, theirs: Option<Unit>, mut beside: impl Iterator<Item = Unit>) -> bool {
    match (mine, theirs) {
        (None, _) => true,
        (Some(a), Some(b)) => a.family.meets(b.family),
        (Some(a), None) => {
            a.family.name() == "times" || beside.any(|b| a.family.meets(b.family) && a.factor == b.factor)
        }
    }
}

fn signs(mine: &Quantity, theirs: &Quantity) -> bool {
    match (mine.minus, theirs.minus) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// A finding on something exact that the evidence does not give.
pub(super) fn missing(code: FindingCode, spelt: &str, other: Option<&str>, what: (&str, &str)) -> Finding {
    let (en, fr) = match other.filter(|o| !o.is_empty()) {
        Some(other) => (format!(", which says “{other}”."), format!(", qui dit « {other} ».")),
        None => (".".to_owned(), ".".to_owned()),
    };
    finding(
        code,
        spelt,
        format!("{} “{spelt}” is not in the evidence cited{en}", what.0),
        format!("{} « {spelt} » n'est pas dans la preuve citée{fr}", what.1),
    )
}
