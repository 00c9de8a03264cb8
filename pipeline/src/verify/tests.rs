//! What single rules hold against a statement.

use savoir_models::content::{FindingCode, Statement};
use savoir_models::evidence::{Case, Evidence, Place, Source};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;
use serde_json::json;

use super::ground::Room;
use super::said::Section;

/// A case that is nothing but its report.
fn case(report: &str, language: Language) -> Case {
    let told = json!({
        "id": "01890000-0000-7000-8000-000000000000", "attachments": [], "stage": "redacted", "waiting": null,
        "procedure": null, "received_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        "intake": {"source": "test", "external_id": "1", "closed_at": "2026-01-01T00:00:00Z", "language": language,
            "report": report},
    });
    Case { intervention: serde_json::from_value(told).unwrap(), transcripts: Vec::new(), questions: Vec::new() }
}

/// What is held against a statement that rests on the whole report.
fn held(section: Section, report: &str, statement: &str) -> Vec<(FindingCode, String)> {
    let language =
        crate::extractor::trade::clear(&format!("{report} {statement} {statement}")).unwrap_or(Language::French);
    let case = case(report, language);
    let texts = case.texts();
    let mut room = Room::new(&case, &texts, language);
    room.suspicions = super::hostile::suspicions(&room);
    let evidence = Evidence { source: Source::Report, quote: report.to_owned(), place: Place::default() };
    let mut statement = Statement::new(statement, evidence);
    let found = super::statement::judge(&room, &Redaction::default(), &mut statement, section);
    found.into_iter().map(|f| (f.code, f.about)).collect()
}

fn step(report: &str, statement: &str) -> Vec<FindingCode> {
    held(Section::Step, report, statement).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn what_is_denied_in_one_and_affirmed_in_the_other_is_a_negation() {
    for (report, statement) in [
        ("Collier chauffant coupé, changé.", "Ne remplacez pas le collier chauffant."),
        ("Ne pas serrer le galet à fond, jeu de 0,2 mm.", "Serrez le galet à fond, avec le jeu de 0,2 mm."),
        ("Garniture bonne, pas changée.", "La garniture est bonne : changez-la."),
        (
            "Protège-lame remis avant la remise sous tension.",
            "Ne remettez pas le protège-lame avant la remise sous tension.",
        ),
        ("Never bridge the door switch, not even for a test.", "Bridge the door switch for the test."),
        ("The timing mark was not moved.", "Move the timing mark that is on the wheel."),
    ] {
        assert!(step(report, statement).contains(&FindingCode::Negation), "{statement} <- {report}");
    }
    let state = |report, statement| held(Section::Cause, report, statement);
    assert_eq!(state("La garniture fuit.", "La garniture est étanche.")[0].0, FindingCode::Negation);
    assert_eq!(state("Le filtre est bouché.", "Le filtre n'est pas colmaté.")[0].0, FindingCode::Negation);
}

#[test]
fn a_paraphrase_may_deny_in_other_words() {
    for (report, statement) in [
        ("Je n'ai pas touché au limiteur.", "Laissez le limiteur en l'état, n'y touchez pas."),
        ("Ne pas recharger avant d'avoir réparé.", "Ne rechargez qu'après la réparation, jamais avant."),
        (
            "Changer les piles sous tension, sinon perte du zéro.",
            "Changez les piles sous tension pour ne pas perdre le zéro.",
        ),
        ("Attendre que la glace soit fondue avant de relancer.", "Ne relancez pas avant que la glace soit fondue."),
        ("Monté avec de l'huile, pas de graisse.", "Montez le joint à l'huile et non à la graisse."),
        ("Spring tension was left untouched.", "Do not adjust the spring tension."),
        ("Thawed with warm water, never hot.", "Thaw it with warm water and never with hot water."),
    ] {
        assert!(!step(report, statement).contains(&FindingCode::Negation), "{statement} <- {report}");
    }
    let check = |report, statement| held(Section::Verification, report, statement);
    assert_eq!(check("Goutte à goutte stoppé, la garniture est sèche.", "La garniture ne doit plus goutter."), []);
    assert_eq!(check("E21 acquitté, pas revenu.", "Vérifiez que E21 ne revient pas."), []);
}

#[test]
fn what_nobody_speaks_of_is_unsupported() {
    let collar = "Collier chauffant coupé, changé. Remonté à 220 degrés.";
    assert_eq!(step(collar, "Nettoyez la crépine d'aspiration à l'eau claire."), [FindingCode::Unsupported]);
    assert_eq!(step(collar, "Remplacez la courroie chauffante."), [FindingCode::Unsupported]);
    assert_eq!(step(collar, "Montez un collier chauffant neuf."), []);
    assert_eq!(step("SSR shorted, swapped with the one in the van.", "Replace the solid state relay."), []);
}

#[test]
fn names_stand_in_the_evidence_or_are_findings() {
    let report = "Vis serrées avec du Loctane 243, SSR changé, pas de MEK.";
    assert_eq!(step(report, "Serrez les vis avec du Loctane 243."), []);
    assert_eq!(step(report, "Serrez les vis avec du Fixatol 243."), [FindingCode::Name]);
    assert_eq!(step(report, "Serrez les vis M16 avec du Loctane 243."), [FindingCode::Name]);
}

#[test]
fn a_reason_says_what_the_evidence_says_instead() {
    let case = case("Vis serrées à 4 N·m, pression 2 bar.", Language::French);
    let texts = case.texts();
    let room = Room::new(&case, &texts, Language::French);
    let judged = |text: &str| {
        let evidence =
            Evidence { source: Source::Report, quote: "Vis serrées à 4 N·m".into(), place: Place::default() };
        super::statement::judge(&room, &Redaction::default(), &mut Statement::new(text, evidence), Section::Step)
    };
    let torque = judged("Serrez les vis à 40 N·m.");
    assert_eq!(torque[0].reason_fr, "Le couple « 40 N·m » n'est pas dans la preuve citée, qui dit « 4 N·m ».");
    assert_eq!(torque[0].reason, "The torque “40 N·m” is not in the evidence cited, which says “4 N·m”.");
    let unit = judged("Serrez les vis à 4 bar.");
    assert_eq!(
        (unit[0].code, unit[0].reason.as_str()),
        (FindingCode::Unit, "The evidence cited says “4 N·m”, not “4 bar”.")
    );
}
