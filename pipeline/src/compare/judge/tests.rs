use savoir_models::content::{AppliesTo, Part, Statement};
use savoir_models::id::{DraftId, ProcedureId};

use super::*;

fn statement(text: &str) -> Statement {
    Statement { text: text.into(), ..Statement::default() }
}

fn content(title: &str, symptoms: &[&str], cause: &str, steps: &[&str]) -> Content {
    Content {
        language: Language::French,
        title: statement(title),
        symptoms: symptoms.iter().map(|s| statement(s)).collect(),
        cause: (!cause.is_empty()).then(|| statement(cause)),
        prerequisites: Vec::new(),
        tools: Vec::new(),
        parts: Vec::new(),
        hazards: Vec::new(),
        steps: steps.iter().map(|s| statement(s)).collect(),
        verification: Vec::new(),
        applies_to: AppliesTo { family: Some("Compresseur à vis".into()), ..AppliesTo::default() },
    }
}

fn with_codes(mut content: Content, codes: &[&str]) -> Content {
    content.applies_to.error_codes = codes.iter().map(|c| (*c).to_owned()).collect();
    content
}

fn with_part(mut content: Content, reference: &str) -> Content {
    content.parts.push(Part { statement: statement("pièce"), reference: Some(reference.into()), quantity: None });
    content
}

/// A compressor that stops for heat, as one technician tells it.
fn overheating() -> Content {
    content(
        "Compresseur à vis : arrêt sur température d'huile trop élevée",
        &["Le compresseur s'arrête après vingt minutes de marche", "Température d'huile élevée affichée"],
        "Radiateur d'huile encrassé par la poussière",
        &[
            "Consigner le compresseur et attendre qu'il refroidisse",
            "Déposer le capot arrière",
            "Souffler le radiateur d'huile à l'air comprimé",
            "Contrôler le niveau d'huile",
            "Remettre en marche et surveiller la température",
        ],
    )
}

/// The same, as another tells it.
fn overheating_retold() -> Content {
    content(
        "Compresseur à vis, arrêts intempestifs : huile trop chaude",
        &["Le compresseur se met en arrêt au bout de 20 minutes", "Affichage température huile élevée"],
        "Le radiateur d'huile était plein de poussière",
        &[
            "Consigner la machine, laisser refroidir le compresseur",
            "Démonter le capot arrière",
            "Nettoyer le radiateur d'huile en soufflant à l'air comprimé",
            "Remettre en marche, surveiller la température d'huile",
        ],
    )
}

fn belt() -> Content {
    content(
        "Compresseur à vis : bruit strident au démarrage",
        &["Sifflement strident pendant quelques secondes au démarrage"],
        "Courroie détendue",
        &["Consigner le compresseur", "Retendre la courroie", "Contrôler l'alignement des poulies"],
    )
}

fn procedure(content: Content) -> Rival {
    Rival { known: Known::Procedure(ProcedureId::new()), version: 1, content }
}

#[test]
fn nothing_known_makes_a_new_procedure() {
    let said = judge(&overheating(), &[]);
    assert_eq!((said.verdict, said.nearest), (Verdict::New, None));
}

#[test]
fn the_same_case_told_by_another_is_the_same() {
    let known = procedure(overheating());
    let said = judge(&overheating_retold(), &[procedure(belt()), known.clone()]);
    assert_eq!((said.verdict, said.nearest), (Verdict::Same, Some(known.known)), "{said:?}");
    assert!(said.reason.starts_with("Déjà décrit par « Compresseur à vis : arrêt"), "{}", said.reason);
}

#[test]
fn another_problem_of_the_same_machine_is_new() {
    let said = judge(&belt(), &[procedure(overheating())]);
    assert_eq!(said.verdict, Verdict::New, "{said:?}");
}

#[test]
fn the_same_problem_solved_by_other_steps_is_an_update_that_names_them() {
    let mut other = overheating_retold();
    other.steps.push(statement("Remplacer la sonde de température du bloc vis"));
    other.steps.push(statement("Régler le seuil du thermostat de dérivation"));
    let said = judge(&other, &[procedure(overheating())]);
    assert_eq!(said.verdict, Verdict::Update, "{said:?}");
    assert!(said.reason.contains("les étapes 5, 6 sur 6 sont nouvelles"), "{}", said.reason);
}

#[test]
fn the_same_problem_with_another_cause_and_another_fix_contradicts_and_names_both_causes() {
    let mut other = overheating();
    other.cause = Some(statement("Sonde PT100 hors service"));
    other.steps = vec![
        statement("Mesurer la résistance de la sonde"),
        statement("Remplacer la sonde PT100"),
        statement("Acquitter le défaut"),
    ];
    let said = judge(&other, &[procedure(overheating())]);
    assert_eq!(said.verdict, Verdict::Contradiction, "{said:?}");
    assert!(
        said.reason.contains("Radiateur d'huile encrassé") && said.reason.contains("Sonde PT100"),
        "{}",
        said.reason
    );
    // Another model may well fail otherwise.
    let of = |model: &str, mut content: Content| {
        content.applies_to.models = vec![model.into()];
        content
    };
    let said = judge(&of("KV 20", other), &[procedure(of("KV 75", overheating()))]);
    assert_eq!(said.verdict, Verdict::Update, "{said:?}");
    assert!(said.reason.contains("la cause indiquée est différente"), "{}", said.reason);
}

/// A door that does not close, mended at its contact switch.
fn door(cause: &str, steps: &[&str]) -> Content {
    with_codes(content("Four : la porte ne se verrouille plus, D12", &["Affiche D12"], cause, steps), &["D12"])
}

#[test]
fn other_ways_to_isolate_open_and_check_are_no_news() {
    let known =
        door("Microrupteur de porte usé", &["Couper le courant", "Remplacer le microrupteur", "Essayer la porte"]);
    let told = door(
        "Microrupteur cassé",
        &[
            "Consignez le four au sectionneur Q4 et vérifiez l'absence de tension",
            "Démontez la façade et débranchez le faisceau",
            "Mesurez la continuité du contact",
            "Changez le microrupteur",
            "Remontez la façade",
            "Contrôlez dix fermetures",
        ],
    );
    assert_eq!(judge(&told, &[procedure(known)]).verdict, Verdict::Same);
}

#[test]
fn another_thing_of_the_same_name_is_an_update() {
    let known = door("Ressort de gâche fatigué", &["Remplacer le ressort de gâche"]);
    let said =
        judge(&door("Ressort de charnière fatigué", &["Remplacer le ressort de charnière"]), &[procedure(known)]);
    assert_eq!(said.verdict, Verdict::Update, "{said:?}");
    assert!(said.reason.contains("l'étape 1 sur 1 est nouvelle"), "{}", said.reason);
}

#[test]
fn to_replace_what_the_known_one_only_cleans_is_an_update() {
    let known = door("Aimant de porte sale", &["Nettoyer l'aimant"]);
    assert_eq!(
        judge(&door("Aimant fendu", &["Remplacer l'aimant"]), &[procedure(known.clone())]).verdict,
        Verdict::Update
    );
    assert_eq!(judge(&door("Aimant encrassé", &["Dégraisser l'aimant"]), &[procedure(known)]).verdict, Verdict::Same);
}

#[test]
fn a_setting_that_the_known_one_lacks_is_an_update() {
    let known = door("Microrupteur usé", &["Remplacer le microrupteur"]);
    let said = judge(&door("Microrupteur usé", &["Remplacer le microrupteur", "Régler la butée"]), &[procedure(known)]);
    assert_eq!(said.verdict, Verdict::Update, "{said:?}");
}

#[test]
fn a_new_seal_on_the_way_is_no_news_but_a_blamed_seal_is() {
    let known = door("Hublot fendu", &["Remplacer le hublot"]);
    let with_seal = ["Remplacer le hublot et le joint"];
    assert_eq!(judge(&door("Hublot fissuré", &with_seal), &[procedure(known.clone())]).verdict, Verdict::Same);
    assert_eq!(judge(&door("Hublot fissuré, joint déchiré", &with_seal), &[procedure(known)]).verdict, Verdict::Update);
}

#[test]
fn a_draft_that_tells_neither_cause_nor_repair_is_never_the_same() {
    let known = door("Microrupteur usé", &["Remplacer le microrupteur"]);
    assert_eq!(judge(&door("", &["Contrôlez le microrupteur"]), &[procedure(known)]).verdict, Verdict::Update);
}

#[test]
fn half_of_the_fix_without_a_cause_is_an_update() {
    let known = door("Carte de commande brûlée", &["Remplacer la carte de commande", "Remplacer le fusible"]);
    assert_eq!(judge(&door("", &["Remplacer le fusible"]), &[procedure(known)]).verdict, Verdict::Update);
}

#[test]
fn a_shared_code_outweighs_other_words_and_other_codes_outweigh_the_same_words() {
    let short = content("Défaut E-042", &["Plus d'air à l'atelier"], "", &["Déposer le capot arrière"]);
    let said = judge(&with_codes(short, &["E-042"]), &[procedure(with_codes(overheating(), &["E42"]))]);
    assert_ne!(said.verdict, Verdict::New, "{said:?}");
    let said = judge(&with_codes(overheating_retold(), &["E17"]), &[procedure(with_codes(overheating(), &["E42"]))]);
    assert_eq!(said.verdict, Verdict::New, "{said:?}");
}

#[test]
fn the_same_code_of_another_manufacturer_says_nothing() {
    let of = |maker: &str, mut content: Content| {
        content.applies_to.manufacturer = Some(maker.into());
        with_codes(content, &["E42"])
    };
    assert_eq!(judge(&of("Airval", belt()), &[procedure(of("Compria Air", overheating()))]).verdict, Verdict::New);
    assert_ne!(judge(&of("COMPRIA AIR", belt()), &[procedure(of("Compria Air", overheating()))]).verdict, Verdict::New);
}

#[test]
fn another_part_is_an_update_that_names_it() {
    let said = judge(&with_part(overheating(), "TC-K-151"), &[procedure(with_part(overheating(), "TCK150"))]);
    assert_eq!(said.verdict, Verdict::Update);
    assert!(said.reason.contains("TC-K-151"), "{}", said.reason);
    let said = judge(&with_part(overheating(), "TC-K-150"), &[procedure(with_part(overheating(), "TCK150"))]);
    assert_eq!(said.verdict, Verdict::Same, "a reference is the same in every spelling");
}

#[test]
fn another_family_is_never_near() {
    let mut other = overheating();
    other.applies_to.family = Some("Chariot élévateur".into());
    assert_eq!(judge(&overheating(), &[procedure(other)]).nearest, None);
    let mut plural = overheating();
    plural.applies_to.family = Some("COMPRESSEURS A VIS".into());
    assert_eq!(judge(&overheating(), &[procedure(plural)]).verdict, Verdict::Same);
}

#[test]
fn of_equals_the_approved_procedure_is_named() {
    let draft = Rival { known: Known::Draft(DraftId::new()), version: 1, content: overheating() };
    let approved = procedure(overheating());
    for rivals in [[draft.clone(), approved.clone()], [approved.clone(), draft.clone()]] {
        assert_eq!(judge(&overheating_retold(), &rivals).nearest, Some(approved.known));
    }
}

#[test]
fn what_covers_it_wholly_is_named_before_what_tells_it_more_alike() {
    let draft = door("Microrupteur usé", &["Remplacer le microrupteur"]);
    let alike = procedure(door("Microrupteur mal réglé", &["Régler le microrupteur"]));
    let mut covers = door("Microrupteur cassé", &["Remplacer le microrupteur"]);
    covers.title = statement("Four qui refuse de partir, D12");
    let covers = procedure(covers);
    let said = judge(&draft, &[alike, covers.clone()]);
    assert_eq!((said.verdict, said.nearest), (Verdict::Same, Some(covers.known)), "{said:?}");
}

#[test]
fn an_english_draft_gets_an_english_reason() {
    let english = |steps: &[&str]| {
        let mut told = content("Oven: door does not lock, D12", &["Shows D12"], "Door switch worn", steps);
        told.language = Language::English;
        told
    };
    let known = english(&["Isolate the oven", "Replace the door switch"]);
    let said =
        judge(&english(&["Lock out the supply", "Change the door switch", "Test ten times"]), &[procedure(known)]);
    assert_eq!(said.verdict, Verdict::Same, "{said:?}");
    assert!(said.reason.starts_with("Already described by"), "{}", said.reason);
}

#[test]
fn that_both_are_the_same_machine_does_not_make_their_problems_alike() {
    let stuck =
        content("Compresseur à vis : le purgeur reste ouvert", &["Le compresseur à vis fuit au purgeur"], "", &[]);
    let other = content("Compresseur à vis : le voyant clignote", &["Le compresseur à vis clignote"], "", &[]);
    let said = judge(&stuck, &[procedure(other)]);
    assert_eq!((said.verdict, said.nearest), (Verdict::New, None), "{said:?}");
}

#[test]
fn what_was_mended_before_in_vain_contradicts_who_mends_it() {
    let known = content(
        "Compresseur à vis : pression faible",
        &["La pression ne monte plus"],
        "Filtre d'aspiration colmaté",
        &["Remplacer le filtre d'aspiration"],
    );
    let told = |sign: &str| {
        let title = "Compresseur à vis : la pression monte trop lentement";
        content(title, &[sign], "Clapet de retenue fendu", &["Remplacer le clapet de retenue"])
    };
    let said = judge(&told("Pression faible, filtre d'aspiration déjà remplacé"), &[procedure(known.clone())]);
    assert_eq!(said.verdict, Verdict::Contradiction, "{said:?}");
    // Else cause and repair of other things make another problem, where little else is alike and no code in common.
    let mut apart = told("Souffle au purgeur le matin");
    apart.title = statement("Compresseur à vis : la pression retombe");
    let said = judge(&apart, &[procedure(known)]);
    assert_eq!(said.verdict, Verdict::New, "{said:?}");
    assert!(said.nearest.is_some() && said.similarity > SAME_PROBLEM, "the words alone would not tell: {said:?}");
}

#[test]
fn the_same_display_and_another_repair_contradict_where_no_cause_is_told() {
    let known = door("Microrupteur usé", &["Remplacer le microrupteur"]);
    let said = judge(&door("", &["Remplacer la carte de commande"]), &[procedure(known.clone())]);
    assert_eq!(said.verdict, Verdict::Contradiction, "{said:?}");
    assert!(
        said.reason.contains("Microrupteur usé") && said.reason.contains("cause du brouillon non indiquée"),
        "{}",
        said.reason
    );
    assert_eq!(judge(&door("", &["Régler la butée"]), &[procedure(known)]).verdict, Verdict::Contradiction);
}

#[test]
fn the_same_part_brings_together_what_is_told_a_little_too_differently() {
    let tell = |title: &str, sign: &str| {
        let told = content(title, &[sign], "Vanne thermostatique grippée", &["Remplacer la vanne thermostatique"]);
        with_part(told, "VT-37")
    };
    let known = tell("Compresseur à vis : échauffement en charge", "La température monte en charge");
    let said =
        judge(&tell("Compresseur à vis : coupures à chaud", "Coupe dès qu'il tourne en charge"), &[procedure(known)]);
    assert_eq!(said.verdict, Verdict::Same, "{said:?}");
}
