//! The verdict on a draft, from what it and the known have in common. Pure: same contents, same verdict.

use savoir_models::content::{Content, Statement};
use savoir_models::draft::{Comparison, Known, Verdict};
use savoir_models::text::Language;

use crate::codes;
use crate::embed::builtin::{cosine, vector};
use crate::index::analysis::{exact_key, family_key};

/// From here on two tell the same problem. Near-duplicates of one case told by two people measure .45 to .9; two
/// problems of the same machine that share its vocabulary stay below .4 (the pairs of the tests).
const SAME_PROBLEM: f64 = 0.42;

/// From here on the nearest is worth naming, though it tells another problem.
const WORTH_NAMING: f64 = 0.2;

/// How alike two problems are, at least, when the displays of two machines of one family showed the same code: the
/// display named the problem, whatever words were found for it.
const SHARED_CODE: f64 = 0.45;

/// Codes on both sides and none in common: the display named two problems, however alike they are told. Below
/// [`SAME_PROBLEM`], so that even the same words stay another problem.
const OTHER_CODE: f64 = 0.4;

/// From here on a step tells what another step tells.
const SAME_STEP: f64 = 0.45;

/// The share of the draft's steps that may be unknown before the procedure has something to learn from it: one in four
/// is how differently two people tell the same work.
const NEW_STEPS: f64 = 0.26;

/// Below this two causes are not the same cause.
const SAME_CAUSE: f64 = 0.2;

/// What a draft is held against.
#[derive(Debug, Clone)]
pub struct Rival {
    /// Whose content it is.
    pub known: Known,
    /// What it says.
    pub content: Content,
}

/// How a draft and a rival compare.
struct Likeness {
    problem: f64,
    shared_code: Option<String>,
    /// The draft's steps that the rival does not have, as places.
    new_steps: Vec<usize>,
    /// Parts that only the draft names, as it names them.
    new_parts: Vec<String>,
    other_cause: bool,
}

/// Holds a draft against its rivals and says what it is to the nearest of them.
#[must_use]
pub fn judge(draft: &Content, rivals: &[Rival]) -> Comparison {
    let best = rivals
        .iter()
        .filter(|r| same_family(draft, &r.content))
        .map(|r| (r, likeness(draft, &r.content)))
        .max_by(|(a_rival, a), (b_rival, b)| {
            // Of equals the procedure, which is approved, comes before the draft, and then the one named first.
            let procedure = |r: &Rival| matches!(r.known, Known::Procedure(_));
            let round = |l: &Likeness| (l.problem * 50.0).round() as i64;
            round(a).cmp(&round(b)).then(procedure(a_rival).cmp(&procedure(b_rival))).then(std::cmp::Ordering::Greater)
        });
    let Some((rival, like)) = best.filter(|(_, like)| like.problem >= WORTH_NAMING) else {
        return Comparison {
            verdict: Verdict::New,
            nearest: None,
            similarity: 0.0,
            reason: nothing_near(draft.language),
        };
    };
    let verdict = match &like {
        l if l.problem < SAME_PROBLEM => Verdict::New,
        l if l.other_cause || !l.new_parts.is_empty() => Verdict::Update,
        l if l.new_steps.len() as f64 > NEW_STEPS * draft.steps.len() as f64 => Verdict::Update,
        _ => Verdict::Same,
    };
    let reason = reason(verdict, draft, &rival.content, &like);
    Comparison { verdict, nearest: Some(rival.known), similarity: like.problem.clamp(0.0, 1.0), reason }
}

/// Two manufacturers give the same code to different faults.
fn other_maker(a: &Content, b: &Content) -> bool {
    let key = |c: &Content| c.applies_to.manufacturer.as_deref().map(exact_key).filter(|k| !k.is_empty());
    matches!((key(a), key(b)), (Some(a), Some(b)) if a != b)
}

fn same_family(a: &Content, b: &Content) -> bool {
    let key = |c: &Content| c.applies_to.family.as_deref().map(family_key).filter(|k| !k.is_empty());
    match (key(a), key(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

fn likeness(draft: &Content, known: &Content) -> Likeness {
    let told = alike(&problem_text(draft), &problem_text(known));
    let (mine, theirs) = (code_list(draft), code_list(known));
    let shared_code = mine.iter().find(|m| theirs.iter().any(|t| codes::same(m, t))).cloned();
    let shared_code = shared_code.filter(|_| !other_maker(draft, known));
    let problem = match (&shared_code, mine.is_empty() || theirs.is_empty()) {
        (Some(_), _) => SHARED_CODE + (1.0 - SHARED_CODE) * told,
        // No code in common though both have one, unless it is the same code of two makers: that says nothing.
        (None, false) if !other_maker(draft, known) => OTHER_CODE * told,
        (None, _) => told,
    };
    let new_steps = missing(&draft.steps, &known.steps);
    let other_cause = match (&draft.cause, &known.cause) {
        // A cause told in other words leads to the same work; another cause leads to other work.
        (Some(a), Some(b)) => alike(&a.text, &b.text) < SAME_CAUSE && new_steps.len() * 2 > draft.steps.len(),
        _ => false,
    };
    Likeness { problem, shared_code, new_steps, new_parts: new_parts(draft, known), other_cause }
}

fn problem_text(content: &Content) -> String {
    let mut lines = vec![content.title.text.as_str()];
    lines.extend(content.symptoms.iter().map(|s| s.text.as_str()));
    lines.extend(content.cause.iter().map(|s| s.text.as_str()));
    lines.join("\n")
}

fn code_list(content: &Content) -> Vec<String> {
    content.applies_to.error_codes.iter().filter_map(|c| codes::canonical(c)).collect()
}

fn alike(a: &str, b: &str) -> f64 {
    f64::from(cosine(&vector(a), &vector(b))).max(0.0)
}

/// Places of the statements of `ours` that no statement of `theirs` tells.
fn missing(ours: &[Statement], theirs: &[Statement]) -> Vec<usize> {
    let known: Vec<Vec<f32>> = theirs.iter().map(|s| vector(&s.text)).collect();
    let told = |s: &Statement| {
        let one = vector(&s.text);
        known.iter().any(|k| f64::from(cosine(&one, k)) >= SAME_STEP)
    };
    ours.iter().enumerate().filter(|(_, s)| !told(s)).map(|(at, _)| at).collect()
}

/// References of parts that the known does not name, when it names others: a part more, or another part.
fn new_parts(draft: &Content, known: &Content) -> Vec<String> {
    let keys: Vec<String> = known.parts.iter().filter_map(|p| p.reference.as_deref()).map(exact_key).collect();
    if keys.is_empty() {
        return Vec::new();
    }
    let new = |reference: &&str| !keys.contains(&exact_key(reference));
    draft.parts.iter().filter_map(|p| p.reference.as_deref()).filter(new).map(str::to_owned).collect()
}

fn nothing_near(language: Language) -> String {
    match language {
        Language::French => "Aucune procédure ni aucun brouillon de la même famille ne décrit ce problème.".into(),
        Language::English => "No procedure or draft of the same family describes this problem.".into(),
    }
}

/// One sentence for the expert, in the draft's language.
fn reason(verdict: Verdict, draft: &Content, known: &Content, like: &Likeness) -> String {
    let title = &known.title.text;
    let percent = (like.problem.clamp(0.0, 1.0) * 100.0).round();
    let french = draft.language == Language::French;
    let common = match (&like.shared_code, french) {
        (Some(code), true) => format!("code {code} commun, problème ressemblant à {percent} %"),
        (Some(code), false) => format!("code {code} in common, problem {percent}% alike"),
        (None, true) => format!("problème ressemblant à {percent} %"),
        (None, false) => format!("problem {percent}% alike"),
    };
    match (verdict, french) {
        (Verdict::New, true) => format!("Le plus proche est « {title} » ({common}) : un autre problème."),
        (Verdict::New, false) => format!("The nearest is “{title}” ({common}): another problem."),
        (Verdict::Same, true) => {
            format!("Déjà décrit par « {title} » ({common}) ; ses étapes couvrent celles du brouillon.")
        }
        (Verdict::Same, false) => format!("Already described by “{title}” ({common}); its steps cover the draft's."),
        (_, true) => format!("Même problème que « {title} » ({common}), mais {}.", difference(draft, like, true)),
        (_, false) => format!("Same problem as “{title}” ({common}), but {}.", difference(draft, like, false)),
    }
}

fn difference(draft: &Content, like: &Likeness, french: bool) -> String {
    let steps: Vec<String> = like.new_steps.iter().map(|at| (at + 1).to_string()).collect();
    let (count, of) = (steps.len(), draft.steps.len());
    let list = steps.join(", ");
    let mut told = Vec::new();
    match (like.other_cause, french) {
        (true, true) => told.push("la cause indiquée est différente".to_owned()),
        (true, false) => told.push("another cause is given".to_owned()),
        (false, _) => {}
    }
    match (count, french) {
        (0, _) => {}
        (1, true) => told.push(format!("l'étape {list} sur {of} est nouvelle")),
        (1, false) => told.push(format!("step {list} of {of} is new")),
        (_, true) => told.push(format!("les étapes {list} sur {of} sont nouvelles")),
        (_, false) => told.push(format!("steps {list} of {of} are new")),
    }
    let parts = like.new_parts.join(", ");
    match (like.new_parts.is_empty(), french) {
        (true, _) => {}
        (false, true) => told.push(format!("il demande d'autres pièces ({parts})")),
        (false, false) => told.push(format!("it needs other parts ({parts})")),
    }
    told.join(if french { " et " } else { " and " })
}

#[cfg(test)]
mod tests;
