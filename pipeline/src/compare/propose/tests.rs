use std::collections::BTreeMap;

use savoir_models::clock::Timestamp;
use savoir_models::content::{AppliesTo, Hazard, HazardKind, Part};
use savoir_models::draft::{Known, Provenance};
use savoir_models::evidence::{Evidence, Place as At, Source};
use savoir_models::id::{DraftId, InterventionId, ProcedureId};
use savoir_models::text::Language;

use super::*;

fn said(text: &str) -> Statement {
    Statement::new(text, Evidence { source: Source::Report, quote: text.into(), place: At::default() })
}

/// An oven whose door does not lock, as it is known.
fn known() -> Content {
    let steps = [
        "Couper le courant au sectionneur",
        "Démonter la façade",
        "Remplacer le microrupteur de porte",
        "Remonter la façade",
        "Essayer dix fermetures",
    ];
    Content {
        language: Language::French,
        title: said("Four : la porte ne se verrouille plus, D12"),
        symptoms: vec![said("La porte ne se verrouille plus")],
        cause: Some(said("Microrupteur de porte usé")),
        prerequisites: Vec::new(),
        tools: vec![said("tournevis")],
        parts: Vec::new(),
        hazards: Vec::new(),
        steps: steps.map(said).to_vec(),
        verification: vec![said("Dix fermetures sans défaut")],
        applies_to: AppliesTo {
            family: Some("four mixte".into()),
            models: vec!["F10".into()],
            error_codes: vec!["D12".into()],
            ..AppliesTo::default()
        },
    }
}

fn with_steps(steps: &[&str]) -> Content {
    Content { steps: steps.iter().map(|s| said(s)).collect(), ..known() }
}

fn drafted(ours: Content) -> Draft {
    Draft {
        id: DraftId::new(),
        intervention: InterventionId::new(),
        content: ours,
        provenance: Provenance {
            extractor: "test".into(),
            version: "1".into(),
            model: None,
            parameters: BTreeMap::new(),
        },
        suspicions: Vec::new(),
        comparison: None,
        version: 3,
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
    }
}

fn proposed(ours: Content) -> Vec<Change> {
    let draft = drafted(ours);
    let rival = Rival { known: Known::Procedure(ProcedureId::new()), version: 7, content: known() };
    let Some(proposal) = propose(&draft, &rival) else { return Vec::new() };
    assert_eq!((proposal.known_version, proposal.draft_version), (7, 3));
    assert!(proposal.changes.iter().all(|c| !c.reason.is_empty() && !c.reason_fr.is_empty()));
    proposal.changes
}

fn edits(ours: Content) -> Vec<Edit> {
    proposed(ours).into_iter().map(|c| c.edit).collect()
}

#[test]
fn the_same_told_by_another_proposes_nothing() {
    assert_eq!(edits(known()), []);
    let retold = with_steps(&[
        "Consignez le four et vérifiez l'absence de tension",
        "Déposez la façade",
        "Changez le microrupteur de porte",
        "Reposez la façade",
        "Faites des essais de fermeture",
    ]);
    assert_eq!(edits(retold), []);
}

#[test]
fn a_new_repair_comes_right_before_what_both_tell_next_with_its_evidence() {
    let ours = with_steps(&[
        "Consignez le four",
        "Démontez la façade",
        "Remplacez le microrupteur de porte",
        "Réglez la butée de gâche",
        "Remontez la façade",
    ]);
    let expected = Edit::Insert { after: Some(2), statement: said("Réglez la butée de gâche") };
    assert_eq!(edits(ours), [expected]);
    let last = with_steps(&["Remplacez le microrupteur de porte", "Réglez la butée de gâche"]);
    let [Edit::Insert { after: Some(2), statement }] = &edits(last)[..] else { panic!("after what it follows") };
    assert_eq!(statement.evidence[0].quote, "Réglez la butée de gâche");
}

#[test]
fn to_replace_what_the_known_step_only_cleans_replaces_the_step() {
    let mut ours = with_steps(&["Couper le courant", "Remplacer la sonde de porte"]);
    let cleans = Content { steps: ["Couper le courant", "Nettoyer la sonde de porte"].map(said).to_vec(), ..known() };
    ours.cause = cleans.cause.clone();
    let mine = told(&ours.steps, Language::French);
    let theirs = told(&cleans.steps, Language::French);
    assert_eq!(align(&mine, &theirs).known, [Some(0), Some(1)]);
    let mut changes = Vec::new();
    steps(&ours, &cleans, &mut changes);
    assert_eq!(
        changes.into_iter().map(|c| c.edit).collect::<Vec<_>>(),
        [Edit::Replace { step: 1, by: said("Remplacer la sonde de porte") }]
    );
}

#[test]
fn a_value_is_proposed_where_the_known_step_gives_none_or_another_and_never_at_the_price_of_one() {
    let told = |step: &str| with_steps(&["Couper le courant au sectionneur", step]);
    let valued = "Remplacer le microrupteur de porte et serrer à 1,2 N·m";
    let changes = proposed(told(valued));
    assert_eq!(changes[0].edit, Edit::Replace { step: 2, by: said(valued) });
    assert!(changes[0].reason.contains("1.2 n·m"), "{}", changes[0].reason);

    let mut with_value = known();
    with_value.steps[2] = said("Remplacer le microrupteur de porte et serrer à 1 N·m, attendre 5 min");
    let mut changes = Vec::new();
    steps(&told(valued), &with_value, &mut changes);
    assert_eq!(changes, [], "it would lose the five minutes");
    with_value.steps[2] = said("Remplacer le microrupteur de porte, serrer à 1 N·m");
    steps(&told(valued), &with_value, &mut changes);
    assert!(changes[0].reason_fr.contains("1.2 n·m au lieu de 1 n·m"), "{changes:?}");
}

#[test]
fn a_check_of_what_the_known_text_never_names_is_proposed_and_opening_and_refitting_are_not() {
    let ours = with_steps(&[
        "Consignez le four",
        "Déposez la joue droite",
        "Mesurez l'isolement du faisceau",
        "Remplacez le microrupteur de porte",
    ]);
    let expected = Edit::Insert { after: Some(1), statement: said("Mesurez l'isolement du faisceau") };
    assert_eq!(edits(ours), [expected]);
}

#[test]
fn a_step_that_is_told_elsewhere_is_moved() {
    let ours = with_steps(&[
        "Couper le courant au sectionneur",
        "Démonter la façade",
        "Remonter la façade",
        "Remplacer le microrupteur de porte",
        "Essayer dix fermetures",
    ]);
    let moves: Vec<Edit> = edits(ours);
    assert!(
        matches!(moves[..], [Edit::Move { step: 2, after: Some(3) } | Edit::Move { step: 3, after: Some(1) }]),
        "{moves:?}"
    );
}

#[test]
fn dangers_parts_tools_signs_cause_and_models_that_are_not_told_are_proposed() {
    let mut ours = known();
    ours.cause = Some(said("Ressort de gâche cassé"));
    ours.steps = ["Couper le courant au sectionneur", "Remplacer le ressort de gâche"].map(said).to_vec();
    ours.hazards = vec![Hazard { kind: HazardKind::Heat, statement: said("Attendre que la porte refroidisse") }];
    ours.prerequisites = vec![said("Four vide et propre")];
    ours.tools = vec![said("tournevis"), said("pince à ressort")];
    let spring = Part { statement: said("ressort de gâche"), reference: Some("RG-44".into()), quantity: Some(1.0) };
    ours.parts = vec![spring.clone()];
    ours.symptoms = vec![said("Claquement métallique à l'ouverture")];
    ours.applies_to.models = vec!["F 10".into(), "F20".into()];
    let expected = [
        Edit::Cause { statement: said("Ressort de gâche cassé") },
        Edit::Warn { hazard: Some(HazardKind::Heat), statement: said("Attendre que la porte refroidisse") },
        Edit::Warn { hazard: None, statement: said("Four vide et propre") },
        Edit::Insert { after: Some(2), statement: said("Remplacer le ressort de gâche") },
        Edit::Part { part: spring },
        Edit::Tool { statement: said("pince à ressort") },
        Edit::Symptom { statement: said("Claquement métallique à l'ouverture") },
        Edit::Applies { models: vec!["F20".into()], error_codes: Vec::new() },
    ];
    assert_eq!(edits(ours), expected);
}

#[test]
fn two_languages_propose_nothing_to_each_other() {
    let english = Content { language: Language::English, steps: vec![said("Replace the belt")], ..known() };
    assert_eq!(edits(english), []);
}

/// What a model names, as changes.
fn named_as(ours: Content, differences: &[(DifferenceKind, Option<usize>, Option<usize>)]) -> Vec<Edit> {
    let draft = drafted(ours);
    let rival = Rival { known: Known::Procedure(ProcedureId::new()), version: 4, content: known() };
    let differences: Vec<Difference> =
        differences.iter().map(|(kind, known, new)| Difference { kind: *kind, known: *known, new: *new }).collect();
    let proposal = named(&draft, &rival, &differences);
    proposal.map(|p| p.changes.into_iter().map(|c| c.edit).collect()).unwrap_or_default()
}

#[test]
fn what_a_model_names_becomes_changes_in_the_drafts_own_words() {
    use DifferenceKind::{Change, Contradict, Insert, Warn};
    // Lines: 1 title, 2 symptom, 3 cause, 4 tool, 5 to 9 steps, 10 verification.
    let mut ours = known();
    ours.steps[1] = said("Démonter la façade par le bas");
    ours.cause = Some(said("Microrupteur de porte grippé"));
    let edits = named_as(ours.clone(), &[(Change, Some(6), Some(6)), (Change, Some(3), Some(3))]);
    assert_eq!(edits[0], Edit::Replace { step: 1, by: said("Démonter la façade par le bas") });
    assert_eq!(edits[1], Edit::Cause { statement: said("Microrupteur de porte grippé") });
    assert_eq!(edits.len(), 2);
    assert!(edits.iter().all(|e| !e.statement().unwrap().evidence.is_empty()), "with its evidence");

    let edits = named_as(ours.clone(), &[(Insert, None, Some(6)), (Insert, None, Some(6)), (Insert, None, Some(10))]);
    let inserted = |e: &&Edit| matches!(e, Edit::Insert { statement, .. } if *statement == ours.steps[1]);
    assert_eq!((edits.len(), edits.iter().filter(inserted).count()), (2, 1), "once: {edits:?}");
    assert!(matches!(&edits[1], Edit::Check { .. }));

    ours.hazards = vec![Hazard { kind: HazardKind::Heat, statement: said("Vitre brûlante") }];
    let edits = named_as(ours.clone(), &[(Warn, None, Some(5))]);
    assert_eq!(edits, [Edit::Warn { hazard: Some(HazardKind::Heat), statement: said("Vitre brûlante") }]);
    // What names nothing that can be changed changes nothing.
    let nothing =
        [(Contradict, Some(3), Some(3)), (Change, None, Some(6)), (Change, Some(1), Some(1)), (Insert, None, None)];
    assert_eq!(named_as(ours, &nothing), []);
}
