//! The verdict on a draft, from what it and the known have in common. Pure: same contents, same verdict.
//!
//! `Same` is said only where the problem, the cause and the decisive fix agree ([`fix`]): a wrong `Same` hides knowledge,
//! a wrong `Update` costs an expert a minute.

pub(super) mod fix;
pub(super) mod things;

use savoir_models::content::Content;
use savoir_models::draft::{Comparison, Known, Verdict};
use savoir_models::text::Language;

use crate::codes;
use crate::embed::builtin::{cosine, vector};
use crate::index::analysis::{exact_key, family_key, fold, words};
use fix::Decisive;
use things::{Place, things};

/// From here on two tell the same problem. On the half of `gold/compare.jsonl` that it may be tuned on, one problem told by two
/// people measures .49 to .91, and two problems of one machine 0 to .29, with one exception at .51.
pub(crate) const SAME_PROBLEM: f64 = 0.42;

/// From here on the nearest is worth naming, though it tells another problem.
const WORTH_NAMING: f64 = 0.2;

/// How alike two problems are, at least, when the displays of two machines of one family showed the same code: the
/// display named the problem, whatever words were found for it.
const SHARED_CODE: f64 = 0.45;

/// How alike two problems are, at least, when both were mended by the same part, by its reference: the same repair of the same
/// machine makes one problem of what is told a little too differently.
const SHARED_PART: f64 = 0.2;

/// Codes on both sides and none in common: the display named two problems, however alike they are told. Below
/// [`SAME_PROBLEM`], so that even the same words stay another problem.
const OTHER_CODE: f64 = 0.4;

/// From here on two problems without a code in common are told so alike that an opposite cause contradicts: halfway
/// between [`SAME_PROBLEM`] and the most that two people's words for one problem reach (.8).
pub(crate) const SAME_SYMPTOM: f64 = 0.6;

/// From here on two causes are told alike though no thing is recognised in both: the measure at which two problems are
/// one. Lower, causes that merely share a word ("manque de fluide", "trop de fluide") would pass.
const SAME_CAUSE: f64 = 0.45;

/// What a draft is held against.
#[derive(Debug, Clone)]
pub struct Rival {
    /// Whose content it is.
    pub known: Known,
    /// Which state of it: a procedure's revision, or a draft's version.
    pub version: i64,
    /// What it says.
    pub content: Content,
}

/// How a draft and a rival compare.
pub(super) struct Likeness {
    problem: f64,
    shared_code: Option<String>,
    /// The draft's steps that mend what the rival does not, as places.
    new_steps: Vec<usize>,
    /// References of parts that only the draft names.
    new_parts: Vec<String>,
    pub(super) other_cause: bool,
    /// Both mend the same, or the draft blames what the rival mends.
    decided: bool,
    /// The same machine shows the same, and cause and fix are about other things.
    opposed: bool,
    /// Cause and fix are about other things, and too little says that the problem is the same all the same.
    apart: bool,
}

/// Holds a draft against its rivals and says what it is to the nearest of them.
#[must_use]
pub fn judge(draft: &Content, rivals: &[Rival]) -> Comparison {
    let best =
        rivals.iter().filter(|r| same_family(draft, &r.content)).map(|r| (r, likeness(draft, &r.content))).max_by(
            |(a_rival, a), (b_rival, b)| {
                // Of equals the procedure, which is approved, comes before the draft, and then the one named first.
                let procedure = |r: &Rival| matches!(r.known, Known::Procedure(_));
                let round = |l: &Likeness| (l.problem * 50.0).round() as i64;
                let same = |l: &Likeness| verdict(l) == Verdict::Same;
                // What covers the draft wholly is its home, even where another tells the problem in more of its words.
                same(a)
                    .cmp(&same(b))
                    .then(round(a).cmp(&round(b)))
                    .then(procedure(a_rival).cmp(&procedure(b_rival)))
                    .then(std::cmp::Ordering::Greater)
            },
        );
    let Some((rival, like)) = best.filter(|(_, like)| like.problem >= WORTH_NAMING) else {
        return Comparison::new(Verdict::New, None, 0.0, nothing_near(draft.language));
    };
    let verdict = verdict(&like);
    let reason = reason(verdict, draft, &rival.content, &like);
    Comparison::new(verdict, Some(rival.known), like.problem.clamp(0.0, 1.0), reason)
}

fn verdict(like: &Likeness) -> Verdict {
    let news = like.other_cause || !like.decided || !like.new_parts.is_empty() || !like.new_steps.is_empty();
    match like {
        l if l.problem < SAME_PROBLEM => Verdict::New,
        l if l.opposed => Verdict::Contradiction,
        l if l.apart => Verdict::New,
        _ if news => Verdict::Update,
        _ => Verdict::Same,
    }
}

/// Two manufacturers give the same code to different faults.
pub(super) fn other_maker(a: &Content, b: &Content) -> bool {
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

pub(super) fn likeness(draft: &Content, known: &Content) -> Likeness {
    let told = told_alike(draft, known);
    let (ours, other) = (Decisive::of(draft), Decisive::of(known));
    let (mine, theirs) = (code_list(draft), code_list(known));
    let shared_code = mine.iter().find(|m| theirs.iter().any(|t| codes::same(m, t))).cloned();
    let shared_code = shared_code.filter(|_| !other_maker(draft, known));
    let problem = match (&shared_code, mine.is_empty() || theirs.is_empty()) {
        (Some(_), _) => SHARED_CODE + (1.0 - SHARED_CODE) * told,
        // No code in common though both have one, unless it is the same code of two makers: that says nothing.
        (None, false) if !other_maker(draft, known) => OTHER_CODE * told,
        (None, _) if ours.shares_part(&other) => SHARED_PART + (1.0 - SHARED_PART) * told,
        (None, _) => told,
    };
    let shares_fix = ours.shares_fix(&other);
    let causes = draft.cause.as_ref().zip(known.cause.as_ref());
    let alike_causes = causes.is_some_and(|(a, b)| alike(&a.text, &b.text) >= SAME_CAUSE);
    let agreed = alike_causes || ours.shares_cause(&other);
    let other_cause = causes.is_some() && !agreed;
    let decided = match (ours.mended.is_empty(), causes) {
        // It tells no repair: only what it blames can say that the known one's repair is meant.
        (true, _) => ours.blamed.iter().any(|t| other.mends(t)),
        (false, Some(_)) => shares_fix || agreed,
        (false, None) => shares_fix && ours.mends_the_cause_of(&other),
    };
    let told_twice = shared_code.is_some() || problem >= SAME_SYMPTOM;
    let other_fix = !ours.mended.is_empty() && !other.mended.is_empty() && !shares_fix;
    // Where no cause is told, what was mended instead speaks for it.
    let against = (told_twice && (other_cause || causes.is_none())) || in_vain(draft, &other);
    let reference = |at: usize| draft.parts.get(at).and_then(|p| p.reference.clone());
    Likeness {
        problem,
        shared_code,
        new_steps: ours.new_steps(&other),
        new_parts: ours.new_parts(&other).into_iter().filter_map(reference).collect(),
        other_cause,
        decided,
        opposed: other_fix && against && same_model(draft, known),
        apart: other_fix && other_cause && !told_twice,
    }
}

/// Whether the draft begins with what the known one mends having been mended before, without avail: "thermocouple déjà
/// remplacé", "screen already cleaned".
fn in_vain(draft: &Content, known: &Decisive) -> bool {
    const BEFORE: &[&str] = &["deja", "already", "sans effet", "sans resultat", "no effect", "to no avail", "in vain"];
    let signs = std::iter::once(&draft.title).chain(&draft.symptoms);
    let told = signs.filter(|s| BEFORE.iter().any(|word| fold(&s.text).contains(word)));
    let parts = told.flat_map(|s| s.text.split([',', ';', ':']));
    parts.flat_map(|part| things(part, draft.language, Place::Part)).any(|thing| known.mends(&thing))
}

/// Whether both may be about one model: what holds for one model does not contradict what holds for another.
fn same_model(a: &Content, b: &Content) -> bool {
    let keys = |c: &Content| c.applies_to.models.iter().map(|m| exact_key(m)).collect::<Vec<_>>();
    let (a, b) = (keys(a), keys(b));
    a.is_empty() || b.is_empty() || a.iter().any(|m| b.contains(m))
}

/// How alike two problems are told, 0 to 1: the root of the likeness of their words, so that half of the words in common are
/// well above [`SAME_PROBLEM`] and chance stays well below.
fn told_alike(a: &Content, b: &Content) -> f64 {
    alike(&problem_text(a), &problem_text(b)).sqrt()
}

/// Title, symptoms and cause without the names of the machine: that both are the same machine says nothing of its fault.
fn problem_text(content: &Content) -> String {
    let machine = &content.applies_to;
    let names = machine.family.iter().chain(&machine.manufacturer).chain(&machine.models);
    let names: Vec<String> = names.flat_map(|n| words(n, content.language)).map(|w| w.term).collect();
    let lines = std::iter::once(&content.title).chain(&content.symptoms).chain(&content.cause);
    let mut out = String::new();
    for line in lines {
        for word in words(&line.text, content.language).into_iter().filter(|w| !names.contains(&w.term)) {
            out.push_str(&line.text[word.at]);
            out.push(' ');
        }
    }
    out
}

pub(super) fn code_list(content: &Content) -> Vec<String> {
    content.applies_to.error_codes.iter().filter_map(|c| codes::canonical(c)).collect()
}

pub(super) fn alike(a: &str, b: &str) -> f64 {
    f64::from(cosine(&vector(a), &vector(b))).max(0.0)
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
            format!("Déjà décrit par « {title} » ({common}) ; la cause et la réparation sont les mêmes.")
        }
        (Verdict::Same, false) => format!("Already described by “{title}” ({common}); same cause and same repair."),
        (Verdict::Contradiction, _) => contradiction(draft, known, &common),
        (_, true) => format!("Même problème que « {title} » ({common}), mais {}.", difference(draft, like, true)),
        (_, false) => format!("Same problem as “{title}” ({common}), but {}.", difference(draft, like, false)),
    }
}

fn contradiction(draft: &Content, known: &Content, common: &str) -> String {
    let title = &known.title.text;
    let cause = |c: &Content, (open, close): (&str, &str), none: &str| match &c.cause {
        Some(cause) => format!("{open}{}{close}", cause.text),
        None => none.to_owned(),
    };
    match draft.language {
        Language::French => {
            let told = |c| cause(c, ("« ", " »"), "non indiquée");
            let (theirs, ours) = (told(known), told(draft));
            format!(
                "Contredit « {title} » ({common}) : cause connue {theirs}, cause du brouillon {ours}, qui répare autre chose."
            )
        }
        Language::English => {
            let told = |c| cause(c, ("“", "”"), "not told");
            let (theirs, ours) = (told(known), told(draft));
            format!(
                "Contradicts “{title}” ({common}): known cause {theirs}, the draft's cause {ours}, and it mends something else."
            )
        }
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
    if told.is_empty() {
        told.push(
            if french { "la réparation décisive n'est pas la même" } else { "the decisive repair is not the same" }
                .into(),
        );
    }
    told.join(if french { " et " } else { " and " })
}

#[cfg(test)]
mod tests;
