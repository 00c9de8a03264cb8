//! What to ask the technician when a case is too thin, and what an answer was about.

use super::sources::Sources;
use crate::enough::Need;

/// What a case lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lack {
    /// Which machine it was.
    Machine,
    /// What was wrong.
    Problem,
    /// What was done.
    Steps,
    /// Why it was wrong.
    Cause,
    /// How that was found.
    Found,
    /// How one knows that it is right again.
    Verification,
    /// That it was solved at all.
    Solution,
}

/// The question for each lack, at most four, in the language of the case.
pub(super) fn ask(sources: &Sources<'_>, lacks: &[Lack], symptom: Option<&str>) -> Vec<String> {
    let equipment = &sources.case.intervention.intake.equipment;
    let named = [equipment.family.as_deref(), equipment.model.as_deref()];
    let machine = named.into_iter().flatten().map(str::trim).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let symptom = symptom.map(|s| s.trim_end_matches('.')).filter(|s| s.chars().count() <= 120).unwrap_or_default();
    let french = sources.french();
    lacks
        .iter()
        .take(4)
        .map(|lack| if french { in_french(*lack, &machine, symptom) } else { in_english(*lack, &machine, symptom) })
        .collect()
}

fn in_french(lack: Lack, machine: &str, symptom: &str) -> String {
    let on = if machine.is_empty() { String::new() } else { format!(" (machine : {machine})") };
    let about = if symptom.is_empty() { String::new() } else { format!(" face au problème « {symptom} »") };
    match lack {
        Lack::Machine => "Sur quelle machine êtes-vous intervenu : famille, marque et modèle ?".to_owned(),
        Lack::Problem => format!("Quel était le problème : symptôme observé, code affiché, circonstances{on} ?"),
        Lack::Steps => format!("Qu'avez-vous remplacé, réglé ou nettoyé exactement{about}, et dans quel ordre{on} ?"),
        Lack::Cause if symptom.is_empty() => format!("Quelle était la cause de la panne{on} ?"),
        Lack::Cause => format!("Quelle était la cause du problème « {symptom} »{on} ?"),
        Lack::Found => format!("Comment avez-vous trouvé ce qui n'allait pas : contrôle, mesure, démontage{on} ?"),
        Lack::Verification => format!("Comment avez-vous vérifié que la panne a disparu : essai, mesure, durée{on} ?"),
        Lack::Solution => {
            format!("Le problème a-t-il été résolu depuis{on} ? Si oui, qu'est-ce qui l'a fait disparaître ?")
        }
    }
}

fn in_english(lack: Lack, machine: &str, symptom: &str) -> String {
    let on = if machine.is_empty() { String::new() } else { format!(" (machine: {machine})") };
    let about = if symptom.is_empty() { String::new() } else { format!(" for \"{symptom}\"") };
    match lack {
        Lack::Machine => "Which machine did you work on: family, make and model?".to_owned(),
        Lack::Problem => format!("What was the problem: symptom, code on the display, circumstances{on}?"),
        Lack::Steps => format!("What exactly did you replace, adjust or clean{about}, and in which order{on}?"),
        Lack::Cause if symptom.is_empty() => format!("What was the cause of the fault{on}?"),
        Lack::Cause => format!("What was the cause of \"{symptom}\"{on}?"),
        Lack::Found => format!("How did you find what was wrong: check, reading, dismantling{on}?"),
        Lack::Verification => format!("How did you check that the fault is gone: test, reading, duration{on}?"),
        Lack::Solution => format!("Has the problem been solved since{on}? If so, what made it go away?"),
    }
}

/// What a question asked for, by its words outside quotes; an expert's own question may ask for something else.
pub(super) fn topic(question: &str) -> Option<Lack> {
    let mut outside = String::new();
    let mut inside = false;
    for c in question.chars() {
        match c {
            '«' | '“' => inside = true,
            '»' | '”' => inside = false,
            '"' => inside = !inside,
            c if !inside => outside.push(c),
            _ => {}
        }
    }
    let text = crate::codes::fold(&outside);
    let any = |words: &[&str]| words.iter().any(|w| text.contains(w));
    if any(&["resolu depuis", "solved since"]) {
        Some(Lack::Steps)
    } else if any(&[
        "montrait",
        "vous trouve",
        "decouvert",
        "showed",
        "did you find",
        "was it found",
        "diagnos",
        "reper",
        "identifi",
    ]) {
        Some(Lack::Found)
    } else if any(&["cause", "pourquoi", "why", "origine"]) {
        Some(Lack::Cause)
    } else if any(&["verifi", "essai", "check that", "how did you test", "comment savez"]) {
        Some(Lack::Verification)
    } else if any(&["remplac", "regl", "nettoy", "avez-vous fait", "replace", "adjust", "did you do", "quel ordre"]) {
        Some(Lack::Steps)
    } else if any(&["symptom", "probleme", "problem", "code affiche", "panne", "fault"]) {
        Some(Lack::Problem)
    } else if any(&["machine", "modele", "model"]) {
        Some(Lack::Machine)
    } else {
        None
    }
}

/// Which of the four things a question asks for, whoever worded it.
pub(crate) fn asks_for(text: &str) -> Option<Need> {
    match topic(text)? {
        Lack::Cause => Some(Need::Cause),
        Lack::Found => Some(Need::Found),
        Lack::Steps | Lack::Solution => Some(Need::Fix),
        Lack::Verification => Some(Need::Check),
        Lack::Machine | Lack::Problem => None,
    }
}
