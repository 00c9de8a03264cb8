//! How reports tell what was done, and what becomes of it.

use super::*;

/// An English case with this report.
fn said(report: &str) -> Case {
    case(json!({"language": "en", "equipment": {"family": "steriliser", "model": "SV 4"},
        "request": {"symptom": "Leak test fails."}, "report": report}))
}

#[test]
fn what_was_tried_in_vain_is_no_step() {
    let case = told(
        "Filtre remplacé : aucun effet. Joint contrôlé, coupé. Joint remplacé. Essai 30 min à 3 bar, plus de fuite.",
    );
    let steps = steps(&case);
    assert!(steps.iter().all(|s| !s.contains("filtre")) && steps.iter().any(|s| s.contains("joint")), "{steps:#?}");
}

#[test]
fn dictation_without_any_mark_is_taken_apart_at_what_was_done_next() {
    let report = "right so this is the steriliser in the basement the leak test fails every morning I checked the pump \
        first and it was fine then pulled the plug out of the mains the door seal was cracked at the corner cleaned \
        the groove with a damp cloth fitted a new door seal and opened the valves slowly leak test twice no leak at \
        all and that is it for this one";
    let content = draft(&said(report));
    let steps: Vec<&str> = content.steps.iter().map(|s| s.text.as_str()).collect();
    let all = steps.join("; ");
    for step in ["ull the plug out", "lean the groove with a damp cloth", "it a new door seal", "pen the valves slowly"]
    {
        assert!(all.contains(step), "{step}: {steps:#?}");
    }
    assert!(content.cause.unwrap().text.contains("door seal was cracked"), "{steps:#?}");
}

#[test]
fn tools_are_what_something_is_done_with() {
    let content = draft(&told(
        "Machine cadenassée, gants isolants mis. Joint coupé, vu à l'endoscope. Portée nettoyée à la brosse laiton, \
         jamais au grattoir. Joint remplacé. Manomètre à 3 bar, essai 30 min sans fuite.",
    ));
    let mut tools: Vec<&str> = content.tools.iter().map(|s| s.text.as_str()).collect();
    tools.sort_unstable();
    assert_eq!(tools, ["Brosse laiton", "Cadenas", "Endoscope", "Gants isolants"]);
}

#[test]
fn the_cause_is_what_was_broken_where_it_was_mended() {
    let content = draft(&told(
        "Moteur bon, capot rayé. Garniture mécanique usée, l'arbre est bon. J'ai remplacé la garniture mécanique. Essai \
         30 min sans fuite.",
    ));
    assert_eq!(content.cause.unwrap().text, "Garniture mécanique usée");
}

#[test]
fn a_title_names_machine_code_meaning_and_cause() {
    let content = draft(&case(json!({"language": "fr", "equipment": {"family": "doseuse", "model": "DV 4"},
        "request": {"symptom": "Pots trop légers", "error_codes": ["P-014"]},
        "report": "P14 (poids hors tolérance) au bec 3. Clapet contrôlé, joint entaillé. Joint remplacé. 60 pots pesés, bons."})));
    assert_eq!(content.title.text, "Doseuse DV 4 : P14 poids hors tolérance, joint entaillé");
}

#[test]
fn nobody_is_asked_a_second_time() {
    let mut case = told("Joint coupé. J'ai remplacé le joint.");
    let text = questions(&case)[0].clone();
    case.questions.push(Question { id: QuestionId::new(), text, answer: Some("à l'oreille".into()), asked_by: None });
    assert!(!draft(&case).steps.is_empty());
}
