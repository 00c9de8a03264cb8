//! One statement against the case.

use savoir_models::content::{Finding, FindingCode, Statement};
use savoir_models::evidence::{Evidence, Source};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;

use super::ground::{Ground, Room, Stretch};
use super::said::{Said, Section, finding, short};
use super::{figures, hostile, names, negation, support, witness};
use crate::extractor::trade;

/// A quote of more bytes than this is no quote but a report.
const ENDLESS: usize = 350;

/// A statement of more bytes than this is read up to here, and said to be too long.
const LONGEST: usize = 2000;
/// Quotes of one statement that count.
const MOST: usize = 40;

/// Finds the statement's quotes and says what is wrong with it.
pub(super) fn judge(
    room: &Room<'_>,
    redaction: &Redaction,
    statement: &mut Statement,
    section: Section,
) -> Vec<Finding> {
    let mut out = Vec::new();
    if redaction.shows(&statement.text) {
        out.push(personal(redaction, &statement.text));
    }
    form(room, &statement.text, section, &mut out);
    // Taken over word for word from a procedure: it was held against its own case when that was approved. Nobody else
    // may point elsewhere: see `Content::keep_findings`. The same for what rests on a source that is no longer kept.
    let held = |e: &Evidence| matches!(e.source, Source::Elsewhere { .. }) || e.place.removed_at.is_some();
    if statement.evidence.iter().any(held) {
        return out;
    }
    if statement.evidence.is_empty() {
        let en = "It points at no evidence: nothing in the case is quoted for it.".to_owned();
        let fr = "Aucune preuve : rien du dossier n'est cité à l'appui.".to_owned();
        out.push(finding(FindingCode::Unproven, "", en, fr));
        return out;
    }
    let mut quotes = place(room, statement, &mut out);
    quotes.truncate(MOST);
    if quotes.is_empty() {
        return out;
    }
    let cited = Ground::new(room, quotes.clone());
    if section == Section::Title {
        quotes.extend(
            room.texts.iter().enumerate().filter(|(_, t)| names_machine(&t.source)).map(|(text, t)| Stretch {
                text,
                start: 0,
                end: t.text.len(),
            }),
        );
    }
    let ground = Ground::new(room, quotes);
    if statement.text.len() > LONGEST {
        let shown = short(&statement.text, 60);
        let en = format!("It is so long that nobody can check it: “{shown}”.");
        let fr = format!("L'énoncé est si long que personne ne peut le vérifier : « {shown} ».");
        out.push(finding(FindingCode::Unsupported, shown, en, fr));
    }
    let text = statement.text[..statement.text.floor_char_boundary(LONGEST)].to_owned();
    let mut said = Said::new(room, &text, section);
    if let Some(found) = hostile::unclean(&text) {
        let (from, to) = said.range(found.span.0, found.span.1);
        said.deal(from, to);
    }
    let given = figures::check(room, &ground, &mut said, &mut out);
    names::check(room, &ground, &said, &mut out);
    negation::check(room, &ground, &said, &mut out);
    support::check(room, &ground, &said, given, &mut out);
    witness::check(room, &cited, &said, &mut out);
    instruction(room, &cited, &mut out);
    out
}

/// What is wrong with a statement whatever it rests on.
fn form(room: &Room<'_>, text: &str, section: Section, out: &mut Vec<Finding>) {
    if let Some(found) = hostile::unclean(text) {
        let (shown, (en, fr)) = (found.shown, found.what);
        let en = format!("It holds {en}: “{shown}”.");
        let fr = format!("L'énoncé contient {fr} : « {shown} ».");
        out.push(finding(FindingCode::Markup, shown, en, fr));
    }
    let orders = matches!(section, Section::Step | Section::Prerequisite | Section::Verification | Section::Hazard);
    if let Some(shown) = orders.then(|| hostile::defeats(text, &super::lexemes::lexemes(text))).flatten() {
        let en = format!("It orders to defeat what protects: “{shown}”.");
        let fr = format!("L'énoncé demande de neutraliser une sécurité : « {shown} ».");
        out.push(finding(FindingCode::Instruction, shown, en, fr));
    }
    if let Some(shown) =
        (section == Section::Hazard).then(|| hostile::disarms(text, &super::lexemes::lexemes(text))).flatten()
    {
        let en = format!("It says that there is no danger: “{shown}”.");
        let fr = format!("L'énoncé dit qu'il n'y a pas de danger : « {shown} ».");
        out.push(finding(FindingCode::Instruction, shown, en, fr));
    }
    let words = text.split_whitespace().filter(|w| w.contains(char::is_alphabetic)).count();
    let other = trade::clear(text).filter(|language| words >= 5 && *language != room.language);
    if let Some(language) = other {
        let (en, fr) = match language {
            Language::French => {
                ("It is in French, the draft in English.", "L'énoncé est en français, le brouillon en anglais.")
            }
            Language::English => {
                ("It is in English, the draft in French.", "L'énoncé est en anglais, le brouillon en français.")
            }
        };
        out.push(finding(FindingCode::Language, language.as_str(), en.to_owned(), fr.to_owned()));
    }
}

/// Evidence that reads like an order to a machine.
fn instruction(room: &Room<'_>, ground: &Ground<'_>, out: &mut Vec<Finding>) {
    // In an endless sentence only the quote itself counts.
    let mut stretches = ground.quotes.iter().map(|q| if room.endless(*q) { *q } else { room.widened(*q, 0) });
    if let Some(suspicion) = stretches.find_map(|s| room.suspicion(s)) {
        let about = short(&suspicion.evidence.quote, 60);
        let en = format!("It rests on a stretch that is suspect. {}", suspicion.reason);
        let fr = format!("L'énoncé repose sur un passage suspect. {}", suspicion.reason_fr);
        out.push(finding(FindingCode::Instruction, about, en, fr));
    }
}

/// What a title may speak of without quoting it.
fn names_machine(source: &Source) -> bool {
    matches!(source, Source::Field { path } if path.starts_with("equipment.") || path.starts_with("request."))
}

/// Gives each quote the place where it stands; those that stand nowhere are findings.
fn place(room: &Room<'_>, statement: &mut Statement, out: &mut Vec<Finding>) -> Vec<Stretch> {
    let mut found = Vec::with_capacity(statement.evidence.len());
    for evidence in &mut statement.evidence {
        let near = (evidence.place.end > 0).then_some(evidence.place.start);
        let span = room.text_of(&evidence.source).and_then(|text| {
            let (start, end) = room.hay(text).locate(&evidence.quote, near)?;
            Some((text, start, end, room.case.evidence_in(&room.texts[text], start, end)?))
        });
        match span {
            Some((text, start, end, located)) => {
                *evidence = located;
                if end - start > ENDLESS && end - start > 3 * statement.text.len() {
                    let shown = short(&evidence.quote, 60);
                    let en = format!("The quote “{shown}” is so long that it proves nothing in particular.");
                    let fr = format!("La citation « {shown} » est si longue qu'elle ne prouve rien de précis.");
                    out.push(finding(FindingCode::Unsupported, shown, en, fr));
                }
                found.push(Stretch { text, start, end });
            }
            None => {
                evidence.place = Default::default();
                let shown = short(&evidence.quote, 80);
                let en = format!("The quote “{shown}” does not stand in its source.");
                let fr = format!("La citation « {shown} » ne se trouve pas dans sa source.");
                out.push(finding(FindingCode::QuoteMissing, shown, en, fr));
            }
        }
    }
    found
}

fn personal(redaction: &Redaction, text: &str) -> Finding {
    let labels = redaction.placeholders.iter().map(savoir_models::redaction::Placeholder::label);
    let shown = labels.filter(|l| text.contains(l.as_str())).collect::<Vec<_>>().join(", ");
    let en = format!("It names a person or gives something personal ({shown}): a procedure needs neither.");
    let fr = format!(
        "L'énoncé nomme une personne ou donne une donnée personnelle ({shown}) : une procédure n'en a pas besoin."
    );
    finding(FindingCode::PersonalData, shown, en, fr)
}

/// What a part gives beside its words: its reference and how many.
pub(super) fn part(
    room: &Room<'_>,
    statement: &Statement,
    reference: Option<&str>,
    quantity: Option<f64>,
    out: &mut Vec<Finding>,
) {
    let quotes: Vec<Stretch> = statement
        .evidence
        .iter()
        .filter(|e| e.place.end > 0)
        .filter_map(|e| Some(Stretch { text: room.text_of(&e.source)?, start: e.place.start, end: e.place.end }))
        .collect();
    if quotes.is_empty() {
        return;
    }
    let ground = Ground::new(room, quotes);
    let said = Said::new(room, &statement.text, Section::Part);
    if let Some(reference) = reference.map(str::trim).filter(|r| !r.is_empty())
        && !figures::refers(room, &ground, &said, reference)
        && !out.iter().any(|f| f.code == FindingCode::Reference)
    {
        out.push(figures::missing(FindingCode::Reference, reference, None, ("The reference", "La référence")));
    }
    let Some(quantity) = quantity.filter(|q| *q != 1.0) else { return };
    let listed = room.case.intervention.intake.parts.iter().any(|p| {
        p.quantity == Some(quantity) && p.name.as_deref().is_none_or(|name| figures::speaks_of(room, &said, name))
    });
    let told = ground.quantities.iter().flatten().any(|q| q.values.contains(&quantity));
    if !listed && !told {
        let shown = quantity.to_string();
        out.push(figures::missing(FindingCode::Number, &shown, None, ("The quantity", "La quantité")));
    }
}
