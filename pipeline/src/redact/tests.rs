//! The whole of redaction, on small cases.

use savoir_models::clock::Timestamp;
use savoir_models::evidence::Case;
use savoir_models::intervention::{Equipment, Exchange, Intake, UsedPart};

use super::*;
use crate::evaluate::redact::{Entry, parse};

fn case(change: impl FnOnce(&mut Intake)) -> Case {
    let line = r#"{"id":"C-1","language":"fr","text":"rien","personal":[],"keep":[]}"#;
    let entries: Vec<Entry> = parse("test", line).unwrap();
    let mut case = entries[0].case();
    change(&mut case.intervention.intake);
    case
}

fn said(case: &Case) -> Vec<String> {
    let redaction = redact(case);
    case.texts().iter().map(|text| redaction.mask(text).text).collect()
}

fn says(text: &str) -> Exchange {
    Exchange { at: Some(Timestamp(0)), from: "customer".into(), text: text.into(), private: false }
}

#[test]
fn a_person_has_one_placeholder_however_they_are_called() {
    let case = case(|intake| {
        intake.technician = Some("Agnès Thévenot".into());
        intake.exchanges = vec![
            says("Bonjour, ici Élodie Prigent, 06 39 98 33 07."),
            says("Élodie a rappelé, thévenot passe demain."),
        ];
        intake.report =
            Some("Vu Mme Prigent. A. Thévenot repasse. PRIGENT Élodie prévenue au +33 6 39 98 33 07.".into());
        intake.actions = vec!["Prévenir Agnès".into()];
    });
    assert_eq!(
        said(&case),
        [
            "Bonjour, ici [PERSON_1], [PHONE_1].",
            "[PERSON_1] a rappelé, [PERSON_2] passe demain.",
            "Vu Mme [PERSON_1]. [PERSON_2] repasse. [PERSON_1] prévenue au [PHONE_1].",
            "Prévenir [PERSON_2]",
        ]
    );
    let redaction = redact(&case);
    let originals: Vec<&str> = redaction.placeholders.iter().map(|p| p.original.as_str()).collect();
    assert_eq!(originals, ["Élodie Prigent", "+33 6 39 98 33 07", "A. Thévenot"], "the longest spelling of each");
}

#[test]
fn a_company_is_no_person_and_keeps_its_name_even_when_it_is_called_like_one() {
    let case = case(|intake| {
        intake.customer = Some("Menuiserie Larroque".into());
        intake.provider = Some("Sertin Maintenance".into());
        intake.equipment =
            Equipment { manufacturer: Some("Grant".into()), model: Some("CV 37".into()), ..Equipment::default() };
        intake.report = Some("Menuiserie Larroque, cpr Grant CV 37. M. Larroque absent, vu Mr Grant. Larroque rappellera Sertin Maintenance.".into());
    });
    let seen = said(&case);
    assert_eq!(
        seen.last().unwrap(),
        "Menuiserie Larroque, cpr Grant CV 37. M. [PERSON_1] absent, vu Mr [PERSON_2]. [PERSON_1] rappellera Sertin Maintenance."
    );
    assert_eq!(seen[..2], ["Grant", "CV 37"]);
}

#[test]
fn a_customer_may_be_a_person() {
    let case = case(|intake| {
        intake.customer = Some("Paul Tanguy".into());
        intake.report = Some("paul dit que ça claque. tanguy a gardé l'ancien contacteur KM1.".into());
    });
    assert_eq!(said(&case), ["[PERSON_1] dit que ça claque. [PERSON_1] a gardé l'ancien contacteur KM1."]);
}

#[test]
fn the_intakes_own_numbers_survive_whatever_they_look_like() {
    let case = case(|intake| {
        intake.external_id = "06 39 98 21 54".into();
        intake.equipment.serial = Some("4111111111111111".into());
        intake.request.error_codes = vec!["2580".into()];
        intake.parts = vec![UsedPart { reference: Some("AB-123-CD".into()), name: None, quantity: None }];
        intake.report = Some(
            "Tél client pour le 06 39 98 21 54 : carte 4111 1111 1111 1111, camion AB-123-CD, code portail 2580."
                .into(),
        );
    });
    let seen = said(&case);
    assert!(
        seen.contains(
            &"Tél client pour le 06 39 98 21 54 : carte 4111 1111 1111 1111, camion AB-123-CD, code portail 2580."
                .into()
        ),
        "{seen:?}"
    );
}

#[test]
fn a_reference_that_is_called_a_key_stays_a_reference() {
    let case = case(|intake| {
        intake.report = Some("Clé produit 6ES7-822-1AA07 absente, clé API 9f8e7d6c5b4a3928 posée.".into())
    });
    assert_eq!(said(&case), ["Clé produit 6ES7-822-1AA07 absente, clé API [SECRET_1] posée."]);
}

#[test]
fn a_secret_is_found_again_where_nothing_announces_it_and_a_door_code_is_not() {
    let case = case(|intake| {
        intake.exchanges = vec![says("Le mdp est Soleil2024!, code portail 2580.")];
        intake.report = Some("Entré Soleil2024! puis 2580 tr/min.".into());
    });
    assert_eq!(said(&case), ["Le mdp est [SECRET_1], code portail [SECRET_2].", "Entré [SECRET_1] puis 2580 tr/min."]);
}

#[test]
fn a_text_that_shows_a_placeholder_by_itself_is_not_taken_for_one_of_ours() {
    let case = case(|intake| {
        intake.report = Some("Écrire [PERSON_1] et [phone_2] ; vu avec Karim, 06 39 98 21 54, 06 39 98 21 55.".into())
    });
    let redaction = redact(&case);
    let labels: Vec<String> = redaction.placeholders.iter().map(Placeholder::label).collect();
    assert_eq!(labels, ["[PERSON_2]", "[PHONE_1]", "[PHONE_3]"]);
    let seen = said(&case).remove(0);
    assert_eq!(redaction.restore(&seen), case.intervention.intake.report.unwrap());
}

#[test]
fn the_same_case_gives_the_same_always() {
    let case = case(|intake| {
        intake.report =
            Some((0..50).map(|n| format!("M. Dupont{n}, 06 39 98 21 {:02}, a{n}@exemple.fr. ", n + 10)).collect());
    });
    let first = redact(&case);
    assert!(first.masked.len() >= 100);
    assert!((0..5).all(|_| redact(&case) == first));
    assert_eq!(first.version, VERSION);
}

/// Pieces that finders look for, and characters that cut words in odd places.
const PIECES: &[&str] = &[
    "M. ",
    "Mme",
    " Le Bihan",
    "Karim",
    "é",
    "e\u{301}",
    "’",
    "'",
    "-",
    "@",
    ".fr",
    " arobase ",
    " point ",
    "06 39 98 21 54",
    "+33",
    "(0)",
    "\u{202f}",
    "\u{200b}",
    "FR76 ",
    "1480 ",
    "4111 ",
    "mdp : ",
    "« ",
    " »",
    "\"",
    "code portail ",
    "4521B",
    "1 rue ",
    "de la ",
    "29000 Brest",
    "\n",
    " ",
    ". ",
    ",",
    "🔥",
    "１２",
    "ß",
    "İ",
    "ǆ",
    "J.",
    "AB-123-CD",
    "camion ",
    "token=",
    "://",
    "zéro six ",
    "x22",
    "né le ",
    "12/04/1978",
    "[PERSON_1]",
    "[",
    "Vu avec ",
    "E42",
    "\u{feff}",
    "\u{0}",
    "\r\n",
    "NIR ",
    "2 85",
    " 11 ",
    "sk-",
    "-----BEGIN PRIVATE KEY-----",
    "-----END ",
    "O'",
    "N'Diaye",
    "D'",
    "d’",
    "Cdt,\n",
    "IBAN",
];

#[test]
fn whatever_stands_in_a_text_stretches_are_in_order_apart_and_on_characters() {
    // A generator of its own: the same texts each time, and more than a person would think of.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    for _ in 0..800 {
        let length = 1 + next(24);
        let text: String = (0..length).map(|_| PIECES[next(PIECES.len())]).collect();
        let case = case(|intake| {
            intake.exchanges = vec![says(&text)];
            intake.report = Some(format!("{text}{text}"));
            intake.technician = Some(text.chars().take(20).collect());
        });
        let redaction = redact(&case);
        for source in case.texts() {
            let mut at = 0;
            for masked in redaction.masked.iter().filter(|m| m.source == source.source) {
                assert!(masked.start >= at && masked.end > masked.start, "{text:?}");
                assert!(source.text.get(masked.start..masked.end).is_some(), "{text:?}");
                assert!(redaction.placeholders.get(masked.placeholder).is_some(), "{text:?}");
                at = masked.end;
            }
            let seen = redaction.mask(&source);
            assert_eq!(redaction.restore(&seen.text).is_empty(), source.text.is_empty());
        }
    }
}

#[test]
fn a_long_hostile_text_takes_no_longer_than_its_length_asks() {
    for piece in [
        "mdp « ",
        "token=",
        "a@",
        "M. ",
        "1-",
        "sk-a.",
        "zéro six ",
        "06 39 98 21 54 ",
        "Karim et ",
        "1 rue de la ",
        "2 85 11 ",
    ] {
        let took = |bytes: usize| {
            let case = case(|intake| intake.report = Some(piece.repeat(bytes / piece.len())));
            let begun = std::time::Instant::now();
            let _ = redact(&case);
            begun.elapsed()
        };
        let _warm = took(1_000);
        let (short, long) = (took(15_000), took(120_000));
        // Eight times the text; a square would be sixty-four times the time. The rest is for a machine that is busy.
        assert!(long < short * 40 + std::time::Duration::from_millis(500), "{piece:?}: {short:?}, then {long:?}");
    }
}
