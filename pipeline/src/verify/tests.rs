//! What single rules hold against a statement.

use savoir_models::content::{AppliesTo, Content, FindingCode, Statement};
use savoir_models::evidence::{Case, Evidence, Place, Source};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;

use super::ground::Room;
use super::said::Section;

/// What is held against a statement that rests on the whole report.
fn held(section: Section, report: &str, statement: &str) -> Vec<(FindingCode, String)> {
    let language =
        crate::extractor::trade::clear(&format!("{report} {statement} {statement}")).unwrap_or(Language::French);
    let case = Case::told(report, language);
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
    let case = Case::told("Vis serrées à 4 N·m, pression 2 bar.", Language::French);
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

/// What is said to be left out of a draft of these steps, each with its quote: about what.
fn left_out(report: &str, steps: &[(&str, &str)]) -> Vec<String> {
    let case = Case::told(report, Language::French);
    let said = |text: &str, quote: &str| {
        let evidence = Evidence { source: Source::Report, quote: quote.to_owned(), place: Place::default() };
        Statement::new(text, evidence)
    };
    let mut content = Content {
        language: Language::French,
        title: Statement::default(),
        symptoms: Vec::new(),
        cause: None,
        prerequisites: Vec::new(),
        tools: Vec::new(),
        parts: Vec::new(),
        hazards: Vec::new(),
        steps: steps.iter().map(|(text, quote)| said(text, quote)).collect(),
        verification: Vec::new(),
        applies_to: AppliesTo::default(),
    };
    super::verify(&case, &Redaction::default(), &mut content);
    let omissions = content.steps.iter().flat_map(|s| &s.findings).filter(|f| f.code == FindingCode::Omission);
    omissions.map(|f| f.about.clone()).collect()
}

#[test]
fn a_lock_out_that_was_told_is_not_answered_by_switching_off() {
    let told = "Machine consignée et cadenassée au sectionneur. Remplacé le joint.";
    let mended = ("Remplacez le joint.", "Remplacé le joint.");
    let quote = "Machine consignée et cadenassée au sectionneur.";
    for off in ["Mettez hors tension.", "Coupez le courant au disjoncteur général.", "Vérifiez l'absence de tension."]
    {
        assert_eq!(left_out(told, &[(off, quote), mended]), ["isolation"], "{off}");
    }
    for locks in ["Consignez la machine.", "Coupez et cadenassez le sectionneur.", "Mettez hors tension et consignez."]
    {
        assert!(left_out(told, &[(locks, quote), mended]).is_empty(), "{locks}");
    }
    let off = "Mise hors tension de l'armoire. Remplacé le joint.";
    for answer in ["Mettez hors tension.", "Coupez le courant au disjoncteur général.", "Consignez la machine."] {
        assert!(left_out(off, &[(answer, "Mise hors tension de l'armoire."), mended]).is_empty(), "{answer}");
    }
    assert_eq!(left_out(off, &[mended]), ["isolation"]);
}

#[test]
fn a_draft_that_was_cut_says_that_the_case_goes_on() {
    let lines: Vec<String> = (1..=60).map(|n| format!("Remplacé le joint {n}.")).collect();
    let report = lines.join("\n");
    let orders: Vec<String> = lines.iter().map(|l| l.replace("Remplacé", "Remplacez")).collect();
    let steps: Vec<(&str, &str)> = orders.iter().zip(&lines).map(|(o, l)| (o.as_str(), l.as_str())).collect();
    assert_eq!(left_out(&report, &steps[..40]), ["steps"]);
    assert!(left_out(&report, &steps).is_empty(), "it tells all");
    assert!(left_out(&report, &steps[..10]).is_empty(), "a short draft was cut by nobody: it chose");
    let closed = format!("{}\nMerci et bonne journée.", lines[..40].join("\n"));
    assert!(left_out(&closed, &steps[..40]).is_empty(), "nothing more is done");
}
