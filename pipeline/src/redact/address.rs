//! Postal addresses: a number and a street, a zone, a box, and the town behind them; French, British, Irish, American.

mod english;

use savoir_models::redaction::PersonalData;

use super::lexicon::{ADDRESS, KNOWN, NEVER, PARTICLE, SOMETIMES, STREET, WITHIN, ZONE};
use super::sheet::Sheet;
use super::text::{Shape, Text, is_space, only_space};

/// How many words an address may have.
const LONGEST: usize = 32;

/// Finds the addresses of a text.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        i = one(sheet, i).unwrap_or(i + 1);
    }
}

/// The address that begins at word `i`; where to go on.
fn one(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let (from, to) = french(text, i)
        .or_else(|| english::street(text, i))
        .or_else(|| town_alone(text, i))
        .or_else(|| english::by_code(text, i))?;
    // "Unit 9, Tannery Road": what stands before the street in the same breath, and has not been taken.
    let from = before(text, from);
    let from = (from..to).rev().take_while(|k| !sheet.is_taken(*k, *k + 1)).last()?;
    if sheet.is_guarded(from, to, |g| g.own) {
        return None;
    }
    let key: String = (from..to).map(|k| text.word(k)).collect();
    sheet.take(PersonalData::Address, (from, to), key).then_some(to)
}

/// "7 impasse du Four à Chaux, 56170 Quiberon", "ZA de Kergaradec, bât. B, 29850 Gouesnou", "BP 40217, 59820 Gravelines".
fn french(text: &Text<'_>, i: usize) -> Option<(usize, usize)> {
    let mut at = i;
    if text.is(i, ZONE)
        && matches!(text.word(i), "dit" | "industrielle" | "artisanale" | "commerciale" | "activite" | "activites")
    {
        // The zone has words of its own before this one: "Lieu-dit", "zone d'activités".
        let from = (i.saturating_sub(3)..i).rev().find(|k| matches!(text.word(*k), "lieu" | "zone" | "parc"))?;
        return town(text, i + 1, 14)
            .or_else(|| street_name(text, i + 1).filter(|_| text.is_capital(i + 1)))
            .map(|to| (from, to));
    }
    if text.is(i, STREET) && text.is_capital(i) {
        // "Route de Quimper, 29000 Plomelin": without a number only right before its town.
        let name = street_name(text, i + 1)?;
        // "Rue du Moulin 14, 7500 Tournai": Belgian, Swiss, Luxembourgish.
        let abroad = text.is_digits(name) && text.spelt(name).len() <= 4 && only_space(text.gap(name - 1));
        if abroad
            && text.is_digits(name + 1)
            && text.spelt(name + 1).len() == 4
            && is_close(text.gap(name))
            && text.is_capital(name + 2)
        {
            return Some((i, town_name(text, name + 2)));
        }
        return town(text, name, usize::from(abroad)).map(|to| (i, to));
    }
    let numbered = is_house_number(text, at);
    if numbered {
        at += 1;
        while matches!(text.word(at), "bis" | "ter" | "quater")
            || (text.shape(at) == Some(Shape::Initial) && text.is(at + 1, STREET))
        {
            at += 1;
        }
    }
    // "14 Grand'Rue".
    if matches!(text.word(at), "grand" | "grande") && text.word(at + 1) == "rue" {
        at += 1;
    }
    let street =
        numbered && text.is(at, STREET) && (is_close(text.before(at)) || matches!(text.before(at), "'" | "’" | "-"));
    let zone = text.is(at, ZONE) && (!numbered || is_close(text.before(at)));
    let boxed = matches!(text.word(i), "bp" | "cs") && text.is_digits(i + 1) && only_space(text.gap(i));
    if boxed {
        // "BP" is also low pressure: only a town behind it makes it a box.
        let to = town(text, i + 2, 3)?;
        return Some((i, to));
    }
    if !street && !zone {
        return None;
    }
    // "Za" as it is typed in a hurry is rarely an address without its town.
    let name = street_name(text, at + 1);
    let town = town(text, name.unwrap_or(at + 1), 14);
    if zone && !street {
        let sure = text.shape(at) != Some(Shape::Lower) || numbered;
        return town
            .filter(|_| sure)
            .or(name.filter(|_| sure && text.is_capital(at + 1) || name_is_told(text, at + 1)))
            .map(|to| (i, to));
    }
    town.or_else(|| name.map(|to| with_town(text, to))).map(|to| (i, to))
}

/// Takes a town in that follows a street without a code: ", Hexley.".
fn with_town(text: &Text<'_>, to: usize) -> usize {
    let comma = text.gap(to - 1).trim_matches(is_space) == "," && !text.gap(to - 1).contains('\n');
    if !comma || !text.is_capital(to) || text.is(to, KNOWN) {
        return to;
    }
    let end = town_name(text, to);
    let closes = end >= text.len() || text.gap(end - 1).starts_with([',', '.', ';', ')', '\n']);
    if closes { end } else { to }
}

fn name_is_told(text: &Text<'_>, i: usize) -> bool {
    (i..i + 3).any(|k| text.is_capital(k)) && text.is(i, PARTICLE) && text.behind(i, 6, ADDRESS).is_some()
}

fn is_house_number(text: &Text<'_>, i: usize) -> bool {
    let spelt = text.spelt(i);
    let digits = spelt.len() - spelt.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    // "29e rue" is an order, no number.
    (1..=5).contains(&digits)
        && spelt.len() - digits <= 1
        && !spelt.ends_with(['e', 'E'])
        && !text.before(i).ends_with(['.', ',', '-', '/', '+'])
}

/// What may stand between a number and its street: " ", ", ".
fn is_close(gap: &str) -> bool {
    gap.chars().count() <= 2 && !gap.contains('\n') && gap.trim_matches(is_space).trim_matches(',').is_empty()
}

/// The name of a street: small words and capitalised ones; in lower case up to three words. One past its last word.
fn street_name(text: &Text<'_>, from: usize) -> Option<usize> {
    let mut at = from;
    let mut end = None;
    let small = |k: usize| {
        text.is(k, PARTICLE)
            || matches!(
                text.word(k),
                "du" | "des"
                    | "aux"
                    | "au"
                    | "a"
                    | "l"
                    | "en"
                    | "sur"
                    | "sous"
                    | "et"
                    | "saint"
                    | "sainte"
                    | "st"
                    | "ste"
            )
    };
    while at < text.len() && at < from + 10 {
        let gap = if at == from { text.before(at) } else { text.gap(at - 1) };
        let joined = only_space(gap) || matches!(gap, "-" | "'" | "’" | "‑" | ". ");
        let upper =
            text.is_capital(at) || text.shape(at) == Some(Shape::Initial) || (end.is_none() && text.is_digits(at));
        if !joined || !(upper || small(at)) || (gap == ". " && end.is_some_and(|e| text.spelt(e - 1).len() > 3)) {
            break;
        }
        at += 1;
        // "en 1200 av. J.-C.": one letter is no name.
        if upper && text.shape(at - 1) != Some(Shape::Initial) {
            end = Some(at);
        }
    }
    // Dictated: "12 rue des lilas à brest".
    let lower = || {
        let mut at = from;
        while at < from + 3 && small(at) && !matches!(text.word(at), "a" | "au" | "aux" | "en" | "et") {
            at += 1;
        }
        let free = |k: usize| text.shape(k) == Some(Shape::Lower) && !text.is(k, NEVER) && text.spelt(k).len() > 2;
        let first = free(at) && only_space(text.before(at));
        let second = first && !text.is(at + 1, KNOWN) && free(at + 1) && only_space(text.gap(at));
        first.then_some(at + 1 + usize::from(second))
    };
    end.or_else(lower)
}

/// A postcode and its town, up to `within` words on and without the end of a sentence between; one past the last word.
fn town(text: &Text<'_>, from: usize, within: usize) -> Option<usize> {
    let mut at = from;
    while at < text.len() && at <= from + within {
        let gap = text.before(at);
        let ends = gap.contains(['!', '?', ';'])
            || gap.matches('\n').count() > 1
            || (gap.contains(". ") && !text.is(at.wrapping_sub(1), WITHIN));
        if at > from && ends {
            return None;
        }
        if is_postcode(text, at) {
            return Some(town_name(text, at + 1));
        }
        let may = text.is(at, WITHIN | STREET | PARTICLE)
            || text.is_digits(at)
            || text.is_capital(at)
            || text.shape(at) == Some(Shape::Initial)
            || text.shape(at) == Some(Shape::Mixed);
        // "à Saint-Orvain, 29000": a name in lower case may stand there too, in dictation.
        if !may && at > from + 3 {
            return None;
        }
        at += 1;
    }
    None
}

/// Five figures before a town; "F-29000" as well.
fn is_postcode(text: &Text<'_>, i: usize) -> bool {
    let named = text.is_capital(i + 1) && !text.is(i + 1, NEVER) && only_space(text.gap(i));
    text.is_digits(i) && text.spelt(i).len() == 5 && named
}

/// The end of a town's name that begins at word `i`: "Saint-Jean-sur-Mer", "Gravelines Cedex 2".
fn town_name(text: &Text<'_>, i: usize) -> usize {
    let mut at = i + 1;
    while at < text.len() && at < i + 7 {
        let gap = text.gap(at - 1);
        let hyphen = matches!(gap, "-" | "'" | "’" | "‑");
        let cedex = text.word(at) == "cedex";
        let number = text.word(at - 1) == "cedex" && text.is_digits(at) && text.spelt(at).len() <= 2;
        let more = text.is_capital(at) && (text.is(at, SOMETIMES) || !text.is(at, KNOWN & !PARTICLE));
        let small = matches!(
            text.word(at),
            "sur" | "sous" | "le" | "la" | "les" | "en" | "de" | "du" | "des" | "l" | "d" | "et"
        ) && text.is_capital(at + 1);
        if !(hyphen || (only_space(gap) && (cedex || number || more || small))) {
            break;
        }
        at += 1;
    }
    at
}

/// A postcode and town without a street: only where an address is announced.
fn town_alone(text: &Text<'_>, i: usize) -> Option<(usize, usize)> {
    let announced = text.behind(i, 6, ADDRESS).is_some() || (text.heads_line(i) && i > 0);
    (is_postcode(text, i) && announced && text.spelt(i) < "98900").then(|| (i, town_name(text, i + 1)))
}

/// Takes in what stands before a street and belongs to it: "Unit ", "Flat 2, ", "Apt 5B, ".
fn before(text: &Text<'_>, from: usize) -> usize {
    let mut first = from;
    if from > 0 && text.is(from - 1, WITHIN) && only_space(text.gap(from - 1)) {
        first -= 1;
    }
    for _ in 0..2 {
        let Some(number) = first.checked_sub(1) else { break };
        let close = text.gap(number).trim_matches(is_space) == "," && !text.gap(number).contains('\n');
        let short = matches!(text.shape(number), Some(Shape::Digits | Shape::Mixed | Shape::Initial))
            && text.spelt(number).len() <= 4;
        if close && short && number > 0 && text.is(number - 1, WITHIN) && only_space(text.gap(number - 1)) {
            first = number - 1;
        } else {
            break;
        }
    }
    first.max(from.saturating_sub(LONGEST))
}

#[cfg(test)]
mod tests {
    use savoir_models::evidence::Source;

    use super::*;

    fn found(raw: &str) -> Vec<&str> {
        let mut sheet = Sheet::new(Source::Report, raw);
        find(&mut sheet);
        sheet.found.iter().map(|f| &raw[f.bytes.0..f.bytes.1]).collect()
    }

    #[test]
    fn addresses_are_found_to_their_town() {
        for (raw, address) in [
            (
                "Chez M. Le Meur, 7 impasse du Four à Chaux, 56170 Quiberon. Poêle",
                "7 impasse du Four à Chaux, 56170 Quiberon",
            ),
            (
                "adresse : ZA de Kergaradec, bât. B, 29850 Gouesnou. À l'attention",
                "ZA de Kergaradec, bât. B, 29850 Gouesnou",
            ),
            ("au 24 bd Gambetta, 29000 Quimper, de 8 h à 12 h", "24 bd Gambetta, 29000 Quimper"),
            ("à 5, place de la République - 56000 Vannes. Reçu", "5, place de la République - 56000 Vannes"),
            (
                "8 rue Jean-Jaurès, 3e étage porte gauche, 29600 Morlaix. Résistance",
                "8 rue Jean-Jaurès, 3e étage porte gauche, 29600 Morlaix",
            ),
            ("Écluses, BP 40217, 59820 Gravelines Cedex. N°", "BP 40217, 59820 Gravelines Cedex"),
            ("18 chemin des Peupliers Creux à Saint-Orvain.", "18 chemin des Peupliers Creux à Saint-Orvain"),
            ("12 bis rue des lilas à brest pour", "12 bis rue des lilas"),
            ("collect from 22 Foundry Lane, Tarn Bridge TB7 3AA, ask", "22 Foundry Lane, Tarn Bridge TB7 3AA"),
            ("We're at Unit 9, 3 Tannery Road, Brackwater BK4 7QP, open", "Unit 9, 3 Tannery Road, Brackwater BK4 7QP"),
            ("2210 Maple Grove Ave, Apt 5B, Dayton, OH 45402, cell", "2210 Maple Grove Ave, Apt 5B, Dayton, OH 45402"),
            ("3 Mill Lane, Drogheda, Co. Louth A92 X2P7. Truck", "3 Mill Lane, Drogheda, Co. Louth A92 X2P7"),
            ("16 Weavers Cut, Hexley.", "16 Weavers Cut, Hexley"),
            ("we are at The Old Mill, Church Lane, Hexley HX2 4RT from", "The Old Mill, Church Lane, Hexley HX2 4RT"),
            ("at 45 High Street, Tarn Bridge.", "45 High Street, Tarn Bridge"),
            ("Route de Quimper, 29000 Plomelin", "Route de Quimper, 29000 Plomelin"),
            ("livraison Rue du Moulin 14, 7500 Tournai. Variateur", "Rue du Moulin 14, 7500 Tournai"),
            ("Mail to PO Box 418, Hexley HX3 9ZZ. Invoice", "PO Box 418, Hexley HX3 9ZZ"),
            ("Dunmarsh Parcels Ltd\nDock Road, Dunmarsh DM2 6RL", "Dock Road, Dunmarsh DM2 6RL"),
            ("Lieu-dit Kergoat, 29720 Plonéour-Lanvern", "Lieu-dit Kergoat, 29720 Plonéour-Lanvern"),
            ("au 14 Grand'Rue, 68000 Colmar", "14 Grand'Rue, 68000 Colmar"),
            ("10 rue Victor-Hugo 75011 Paris", "10 rue Victor-Hugo 75011 Paris"),
            ("passer 3 rue de la Paix, Kermadoué, vers midi", "3 rue de la Paix, Kermadoué"),
        ] {
            assert_eq!(found(raw), [address], "{raw}");
        }
    }

    #[test]
    fn places_inside_a_plant_are_no_addresses() {
        for raw in [
            "quai 4, pas par l'accueil, Hall 12",
            "14 High Pressure Drive fault on the inverter",
            "2 Way valve hanging close to shut",
            "Lane 3, bay 14, level 2: tote stuck. Park Lane sorter",
            "Plieuse « Place d'Armes » Butée arrière",
            "BP à 0,5 bar, 8 200 tr/min, 24000 Cycles",
            "VL 3 voies, 2 routes possibles, mis en place 4 joints",
            "Résidence des Embruns Clairs",
            "moteur HX4 4KW monté, Motor B14 4KW",
            "remis 12 places libres, arrivé 3e place, en 1200 av. J.-C.",
        ] {
            assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
        }
    }
}
