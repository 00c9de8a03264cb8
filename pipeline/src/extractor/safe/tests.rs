use super::*;

fn kinds(text: &str, language: Language) -> Vec<HazardKind> {
    told(text, language).into_iter().map(|d| d.kind).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn what_makes_safe_is_heard_in_the_words_of_reports() {
    use HazardKind::{Isolation, Pressure};
    for (text, expected) in [
        ("Machine consignée.", &[Isolation][..]),
        ("machine consignee, cadenas n°4", &[Isolation]),
        ("j'ai consigné la machine et puis j'ai ouvert", &[Isolation]),
        ("Consignation de l'armoire, VAT", &[Isolation]),
        ("Q2 coupé au TGBT, cadenas + étiquette, VAT en entrée", &[Isolation]),
        ("Coupé au sect. + cadenas, VAT, cuve purgée à 0 b", &[Isolation, Pressure]),
        ("sectionneur cadenassé, air coupé et purgé", &[Isolation, Pressure]),
        ("Vanne vapeur fermée et cadenassée", &[Isolation]),
        ("mise hors tension de l'armoire", &[Isolation]),
        ("absence de tension vérifiée", &[Isolation]),
        ("circuit dépressurisé", &[Pressure]),
        ("Mettre hors pression", &[Pressure]),
        ("cycle arrêté, mise à l'air, 0 bar au manomètre", &[Pressure]),
    ] {
        assert_eq!(kinds(text, Language::French), expected, "{text}");
    }
    for (text, expected) in [
        ("Locked out and vented to 0 bar.", &[Isolation, Pressure][..]),
        ("isolator padlocked, proved dead", &[Isolation]),
        ("Unit isolator off, locked and tagged", &[Isolation]),
        ("isolators of laser and chiller locked", &[Isolation]),
        ("main switch locked, proved dead 0 V", &[Isolation]),
        ("steam shut + locked at wall valve", &[Isolation]),
        ("charger MCB locked off", &[Isolation]),
        ("Pressure bled off at the drain cock", &[Pressure]),
        ("I released the pressure first", &[Pressure]),
        ("air off and vented", &[Pressure]),
        ("Lock off the feeder and tag it", &[Isolation]),
    ] {
        assert_eq!(kinds(text, Language::English), expected, "{text}");
    }
}

#[test]
fn what_was_not_done_or_done_by_nobody_is_not() {
    for text in [
        "pas besoin de consigner",
        "ouvert sans consigner",
        "la machine n'était pas consignée",
        "consignation inutile pour ce réglage",
        "trouvé la machine consignée par l'équipe de nuit",
        "Prévoir consignation de la ligne au prochain arrêt",
        "Faut-il consigner la machine ?",
        "Déconsigné, essai OK",
        "Cadenas enlevé, remis en route",
        "enlevé le cadenas et remis sous tension",
        "cadenas du portail cassé, remplacé",
        "consigne 62 °C",
        "pression à la consigne de 6 bar",
        "la consigne passée à l'équipe",
        "anomalie consignée au registre",
        "zone 3 loin de la consigne",
        "moteur hors tension depuis hier",
        "pression chutée à 2 bar en marche",
        "Purgé l'air du circuit de chauffage, remis à 1,5 bar",
        "disque condamné, à commander",
        "mise à l'air libre du carter bouchée",
    ] {
        assert_eq!(kinds(text, Language::French), [], "{text}");
    }
    for text in [
        "no need to lock out",
        "worked without isolating, lock-out not needed",
        "it wasn't locked out",
        "found the line locked out by nights",
        "Lock off, isolator on",
        "took the lock off and ran it",
        "removed the padlock",
        "pump shaft locked solid",
        "door locked, cycle started",
        "pressure drops to 0 bar in a minute",
        "bled the air at the top of the head",
        "an isolated fault",
        "Should we lock out first?",
        "next visit: lock out the whole line",
    ] {
        assert_eq!(kinds(text, Language::English), [], "{text}");
    }
}

#[test]
fn a_procedure_answers_in_whatever_words() {
    for (text, language, kind) in [
        ("Coupez et cadenassez le sectionneur.", Language::French, HazardKind::Isolation),
        ("Mettez la machine hors tension.", Language::French, HazardKind::Isolation),
        ("Vérifiez l'absence de tension.", Language::French, HazardKind::Isolation),
        ("Posez un cadenas sur la vanne.", Language::French, HazardKind::Isolation),
        ("Purgez la cuve à 0 bar.", Language::French, HazardKind::Pressure),
        ("Fermez l'air et purgez-le.", Language::French, HazardKind::Pressure),
        ("Mettez à l'air et n'ouvrez la porte qu'avec 0 bar.", Language::French, HazardKind::Pressure),
        ("Lâchez la pression par la purge.", Language::French, HazardKind::Pressure),
        ("Isolate the machine.", Language::English, HazardKind::Isolation),
        ("Switch off the isolator and lock it.", Language::English, HazardKind::Isolation),
        ("Bleed the pressure off.", Language::English, HazardKind::Pressure),
        ("Shut the air and vent the line.", Language::English, HazardKind::Pressure),
    ] {
        assert!(asked(text, language).kinds.contains(&kind), "{text}");
    }
    for (text, language) in [
        ("Retirez le cadenas et remettez en route.", Language::French),
        ("Ne consignez pas la machine.", Language::French),
        ("Ne coupez pas le courant.", Language::French),
        ("Remove the padlock.", Language::English),
        ("Do not cut the power.", Language::English),
    ] {
        assert_eq!(asked(text, language), Asked::default(), "{text}");
    }
}

#[test]
fn to_switch_off_answers_for_having_switched_off_and_not_for_having_locked() {
    use Language::{English, French};
    let locked = [("Machine consignée et cadenassée.", French), ("Locked out and tagged.", English)];
    let dead = [("mise hors tension de l'armoire", French), ("Panel proved dead first", English)];
    let off = [
        ("Mettez hors tension.", French),
        ("Coupez le courant au disjoncteur général.", French),
        ("Vérifiez l'absence de tension.", French),
        ("Turn off the power at the main breaker.", English),
        ("Prove dead.", English),
    ];
    let locks = [
        ("Consignez la machine.", French),
        ("Coupez et cadenassez le sectionneur.", French),
        ("Lock out the machine.", English),
        ("Mettez hors tension et posez un cadenas sur le sectionneur.", French),
    ];
    let answers = |asked_for: (&str, Language), done: (&str, Language)| {
        let deeds = told(done.0, done.1);
        assert!(!deeds.is_empty(), "{}", done.0);
        deeds.iter().all(|deed| asked(asked_for.0, asked_for.1).answers(deed))
    };
    for step in off {
        assert!(dead.iter().all(|done| answers(step, *done)), "{}", step.0);
        assert!(!locked.iter().any(|done| answers(step, *done)), "{}", step.0);
    }
    for step in locks {
        assert!(dead.iter().chain(&locked).all(|done| answers(step, *done)), "{}", step.0);
    }
}

#[test]
fn the_clause_that_says_so_is_shown() {
    let text = "Capot ouvert. Machine consignée et cadenassée, puis joint changé.";
    let deed = told(text, Language::French)[0];
    assert_eq!(&text[deed.start..deed.end], "Machine consignée et cadenassée");
    let text = "dès que le bac passe le tunnel ça saute à chaque coup consigné au sectionneur mon cadenas coupé l'air";
    let deed = told(text, Language::French)[0];
    assert_eq!(&text[deed.start..deed.end], "consigné au sectionneur mon cadenas");
}
