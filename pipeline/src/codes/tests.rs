use super::*;

fn canonicals(text: &str) -> Vec<String> {
    find(text, None).into_iter().map(|c| c.canonical).collect()
}

#[test]
fn every_spelling_of_a_code_has_one_canonical_form() {
    for text in [
        "E42",
        "e42",
        "E-42",
        "E 042",
        "e 42",
        "E042",
        "code E42",
        "défaut E.42",
        "E quarante-deux",
        "e quarante deux",
        "E quatre deux",
        "code é 42",
        "l'écran affiche « E42 »",
        "error E forty-two",
        "E forty two",
    ] {
        assert_eq!(canonicals(text), ["E42"], "{text}");
    }
    for text in ["F07", "F7", "alarme F07,", "F zéro sept", "alarm F zero seven", "code effe zéro sept"] {
        assert_eq!(canonicals(text), ["F7"], "{text}");
    }
}

#[test]
fn a_code_without_letter_is_its_digits() {
    for text in [
        "erreur 42",
        "erreur quarante-deux",
        "code défaut 42",
        "error forty-two",
        "défaut n° 42",
        "Err 42",
        "ERR-42",
        "error code: 42",
        "alarme numéro 042",
        "code d'erreur 42",
    ] {
        assert_eq!(canonicals(text), ["42"], "{text}");
    }
    assert!(same("E42", "42") && same("42", "E42") && same("E42", "E42"));
    assert!(!same("E42", "A42") && !same("E42", "43"));
}

#[test]
fn false_friends_are_no_codes() {
    for text in [
        "ligne 2",
        "VP 320",
        "95 degrés",
        "24 V",
        "vis M8",
        "DN50",
        "DN 50",
        "quai numéro 4",
        "R134a",
        "R410A",
        "IP54",
        "le contacteur K1",
        "fusible F3",
        "filtre F7",
        "astreinte H24",
        "5 h 30",
        "à 12 heures",
        "A 12 bars",
        "PT100",
        "4-20 mA",
        "roulement 6205 C3",
        "ampoule E27",
        "défaut deux fois par jour",
        "alarme 3 fois par jour",
        "erreur une fois",
        "code postal 75011",
        "code barre",
        "VP320-1187",
        "A12-B34",
        "norme EN 12345",
        "le 12/05/2024",
        "c'est une alarme. 2 heures après",
        "papier A4",
        "Le client a 12 machines",
        "défaut. 12 sachets",
    ] {
        assert_eq!(canonicals(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn after_a_code_word_any_letters_count() {
    assert_eq!(canonicals("alarme M8"), ["M8"]);
    assert_eq!(canonicals("défaut UH 12 sur le variateur"), ["UH12"]);
    assert_eq!(canonicals("code E42.1"), ["E42.1"]);
    assert_eq!(canonicals("fault codes 12, 14 and 18."), ["12", "14", "18"]);
    assert_eq!(canonicals("défaut A12 sur l'axe 3"), ["A12"]);
    assert_eq!(canonicals("E42 puis A31 et E-05"), ["E42", "A31", "E5"]);
    assert_eq!(canonicals("alarme F07, 3 heures après A 31"), ["F7"]);
}

#[test]
fn a_code_stands_at_its_place() {
    let text = "é à l'écran : E-042, puis plus rien";
    let found = find(text, Some(Language::French));
    assert_eq!(&text[found[0].start..found[0].end], "E-042");
    let text = "Erreur soixante-dix-sept !";
    let found = find(text, Some(Language::French));
    assert_eq!((found[0].canonical.as_str(), &text[found[0].start..found[0].end]), ("77", "soixante-dix-sept"));
}

#[test]
fn numbers_in_words_are_read_as_they_are_said() {
    for (text, digits) in [
        ("erreur quatre-vingt-dix-neuf", "99"),
        ("erreur trois cent vingt", "320"),
        ("erreur vingt et un", "21"),
        ("erreur cent deux", "102"),
        ("error one hundred and twelve", "112"),
        ("error twelve", "12"),
        ("erreur mille deux cents", "1200"),
        ("erreur dix-huit et les sachets", "18"),
    ] {
        assert_eq!(canonicals(text), [digits], "{text}");
    }
}

#[test]
fn a_typed_code_has_a_canonical_form_or_none() {
    for (spelling, expected) in [
        ("e-042", Some("E42")),
        ("Erreur 42", Some("42")),
        ("42", Some("42")),
        ("A 31 (surchauffe)", Some("A31")),
        ("SPN3216", Some("SPN3216")),
        ("pompe", None),
        ("", None),
        ("🔥", None),
    ] {
        assert_eq!(canonical(spelling).as_deref(), expected, "{spelling}");
    }
}

#[test]
fn references_lose_their_separators() {
    let found = |text| references(text).into_iter().map(|c| c.canonical).collect::<Vec<_>>();
    assert_eq!(found("thermocouple TC-K-150 posé"), ["TCK150"]);
    assert_eq!(found("roulement 6205-2RS"), ["62052RS"]);
    assert_eq!(found("réf. 4512-77"), ["451277"]);
    assert_eq!(found("150mm, 230V, 2h30, ligne 2, E42, le 12-05-2024"), Vec::<String>::new());
    assert_eq!(canonical_reference("tc-k 150").as_deref(), Some("TCK150"));
    assert_eq!(canonical_reference("joint"), None);
}

#[test]
fn figures_that_are_dictated_are_read_to_the_last() {
    let read = |words: &str| dictated(words.split([' ', '-']));
    assert_eq!(read("zéro six trente-neuf quatre-vingt-dix-huit vingt et un cinquante-quatre"), "0639982154");
    assert_eq!(read("oh seven seven double oh nine hundred and six one three"), "0770090613");
    assert_eq!(read("zéro deux 61 quatre-vingt-onze merci dix"), "026191");
}
