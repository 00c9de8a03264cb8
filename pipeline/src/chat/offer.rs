//! Which approved procedure fits what a visitor told.
//!
//! The search brings candidates, best first; what is offered must also fit by rules, for a ranking has a first place even
//! where nothing fits: the machine is of that kind, and either the code is the same or the words of the problem are.

use std::collections::BTreeSet;

use savoir_models::chat::Chat;
use savoir_models::content::Content;
use savoir_models::procedure::Procedure;
use savoir_models::store::StoreError;
use savoir_models::text::Language;
use savoir_models::viewer::Viewer;

use crate::codes;
use crate::index::analysis::{exact_key, family_key, fold, plain_words, words};
use crate::kit::Kit;
use crate::search::{Hit, Query, search};

/// Candidates that are looked at.
const LOOKED_AT: usize = 12;
/// Words of the problem that must be the same, where that many were told.
const SHARED: usize = 2;
/// Words that name no kind of machine.
const GENERIC: &[&str] =
    &["machine", "appareil", "device", "system", "systeme", "unit", "unite", "equipement", "line", "ligne"];
/// Words of a model in a row that are tried as one: "GA 37 VSD".
const IN_A_ROW: usize = 3;

/// What the search finds; nothing where it fails, for people then take over.
async fn hits(kit: &Kit, viewer: &Viewer, text: String, language: Option<Language>) -> Vec<Hit> {
    let query = Query { text, language, limit: LOOKED_AT, ..Query::default() };
    match search(&kit.index, kit.embedder.as_ref(), &query, viewer).await {
        Ok(answer) => answer.hits,
        Err(fault) => {
            tracing::error!(%fault, "the search failed: nothing is offered");
            Vec::new()
        }
    }
}

/// The procedure to offer next, as `viewer` sees it.
///
/// # Errors
/// When the database fails.
pub(super) async fn find(kit: &Kit, chat: &Chat, viewer: &Viewer) -> Result<Option<Procedure>, StoreError> {
    let told = [&chat.symptom, &chat.code, &chat.machine].into_iter().flatten();
    let text = told.map(String::as_str).filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
    for language in [Some(chat.language), None] {
        let hits = hits(kit, viewer, text.clone(), language).await;
        let kin = |hit: &Hit| kinship(chat.machine.as_deref().unwrap_or_default(), hit.family.as_deref(), &hit.models);
        let nearest = hits.iter().map(kin).max().unwrap_or_default();
        for hit in hits.iter().filter(|hit| kin(hit) == nearest || hit.family.is_none()) {
            if chat.tried.iter().any(|tried| tried.procedure == hit.procedure) {
                continue;
            }
            let Some(known) = kit.db.procedure(hit.procedure, viewer).await? else { continue };
            if !known.revision.content.steps.is_empty() && fits(chat, &known.revision.content) {
                return Ok(Some(known));
            }
        }
    }
    Ok(None)
}

/// The words of a text by which a machine is named that the viewer finds procedures for; none when it names none.
pub(super) async fn machine_in(kit: &Kit, viewer: &Viewer, text: &str) -> Option<String> {
    let hits = hits(kit, viewer, text.to_owned(), None).await;
    let mut named: BTreeSet<(usize, usize)> = BTreeSet::new();
    for hit in &hits {
        named.extend(mentions(text, hit.family.as_deref(), &hit.models));
    }
    let stretches: Vec<&str> = named.iter().filter_map(|(start, end)| text.get(*start..*end)).collect();
    (!stretches.is_empty()).then(|| stretches.join(" "))
}

/// The words that say something of a kind of machine.
fn family_words(family: &str) -> Vec<String> {
    let key = family_key(family);
    let telling = |word: &&str| word.chars().count() > 3 && !GENERIC.contains(word);
    key.split(' ').filter(telling).map(str::to_owned).collect()
}

/// Where a text names a kind of machine or a model, in bytes.
fn mentions(text: &str, family: Option<&str>, models: &[String]) -> Vec<(usize, usize)> {
    let family: Vec<String> = family.map(family_words).unwrap_or_default();
    let models: Vec<String> = models.iter().map(|m| exact_key(m)).filter(|key| key.chars().count() > 2).collect();
    let words = plain_words(text);
    let mut out = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if family.contains(&family_key(&word.term)) {
            out.push((word.at.start, word.at.end));
        }
        for last in words.iter().skip(at).take(IN_A_ROW) {
            let (start, end) = (word.at.start, last.at.end);
            if text.get(start..end).is_some_and(|stretch| models.contains(&exact_key(stretch))) {
                out.push((start, end));
            }
        }
    }
    out
}

/// How much of a kind of machine a text names: its words, and more for a model.
fn kinship(machine: &str, family: Option<&str>, models: &[String]) -> usize {
    mentions(machine, family, &[]).len() + 2 * usize::from(!mentions(machine, None, models).is_empty())
}

/// Whether a procedure is about the machine and the problem that were told.
fn fits(chat: &Chat, content: &Content) -> bool {
    let about = &content.applies_to;
    let machine = chat.machine.as_deref().unwrap_or_default();
    let kin = kinship(machine, about.family.as_deref(), &about.models) > 0
        || (about.family.is_none() && about.models.is_empty())
        || about.family.is_none()
            && !shared(machine, chat.language, &[&content.title.text], content.language).is_empty();
    if !kin {
        return false;
    }
    let code = chat.code.as_deref().filter(|code| !code.is_empty());
    let same = |code: &str| about.error_codes.iter().any(|known| codes::same(known, code));
    match code {
        Some(code) if same(code) => return true,
        // Another code is another fault.
        Some(_) if !about.error_codes.is_empty() => return false,
        _ => {}
    }
    let problem: Vec<&str> = std::iter::once(&content.title)
        .chain(&content.symptoms)
        .chain(&content.cause)
        .map(|statement| statement.text.as_str())
        .collect();
    let symptom = chat.symptom.as_deref().unwrap_or_default();
    let told: BTreeSet<String> = telling(symptom, machine, chat.language);
    let known: BTreeSet<String> = problem.iter().flat_map(|text| telling(text, machine, content.language)).collect();
    let common = told.intersection(&known).count();
    common >= SHARED.min(told.len()) && common > 0
}

/// The words of a problem that are not the machine's name.
fn telling(text: &str, machine: &str, language: Language) -> BTreeSet<String> {
    let machine: BTreeSet<String> = words(machine, language).into_iter().map(|w| w.term).collect();
    words(text, language).into_iter().map(|w| w.term).filter(|term| !machine.contains(term)).collect()
}

/// Words that a text has in common with others.
fn shared(text: &str, language: Language, others: &[&str], theirs: Language) -> BTreeSet<String> {
    let own: BTreeSet<String> = words(text, language).into_iter().map(|w| fold(&w.term)).collect();
    let other: BTreeSet<String> = others.iter().flat_map(|t| words(t, theirs)).map(|w| fold(&w.term)).collect();
    own.intersection(&other).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use savoir_models::clock::Timestamp;
    use savoir_models::content::{AppliesTo, Statement};

    fn said(text: &str) -> Statement {
        Statement { text: text.into(), ..Statement::default() }
    }

    fn about(family: &str, codes: &[&str], symptom: &str) -> Content {
        Content {
            language: Language::French,
            title: said(symptom),
            symptoms: Vec::new(),
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps: vec![said("Nettoyez")],
            verification: Vec::new(),
            applies_to: AppliesTo {
                family: Some(family.into()),
                models: vec!["VP 320".into()],
                error_codes: codes.iter().map(|c| (*c).to_owned()).collect(),
                ..AppliesTo::default()
            },
        }
    }

    fn told(machine: &str, symptom: &str, code: &str) -> Chat {
        let mut chat = Chat::begin(Language::French, Timestamp(0));
        (chat.machine, chat.symptom) = (Some(machine.into()), Some(symptom.into()));
        chat.code = Some(code.into());
        chat
    }

    #[test]
    fn what_is_offered_is_of_that_machine_and_of_that_problem() {
        let known = about("ensacheuse verticale", &["E42"], "Le film se déchire au départ");
        assert!(fits(&told("notre ensacheuse", "elle s'arrête", "E42"), &known), "the same code");
        assert!(fits(&told("VP-320", "elle s'arrête", "E42"), &known), "by its model");
        assert!(!fits(&told("ensacheuse", "le film se déchire", "E43"), &known), "another code is another fault");
        assert!(fits(&told("ensacheuse", "le film se déchire tout le temps", ""), &known));
        assert!(!fits(&told("ensacheuse", "elle fait du bruit", ""), &known));
        assert!(!fits(&told("four", "le film se déchire", "E42"), &known), "another machine");
        assert!(!fits(&told("machine", "le film se déchire", "E42"), &known), "any machine is none");
    }

    #[test]
    fn a_machine_is_named_by_its_kind_or_its_model_and_nothing_else() {
        let of = |text: &str| {
            let found = mentions(text, Some("Ensacheuses verticales"), &["GA 37 VSD".to_owned()]);
            found.into_iter().map(|(start, end)| text[start..end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of("L'ensacheuse verticale s'arrête"), ["ensacheuse", "verticale"]);
        assert_eq!(of("la ga-37 vsd chauffe"), ["ga-37 vsd"]);
        assert!(of("omega 37 vsd").is_empty() && of("la machine s'arrête").is_empty());
    }
}
