use super::super::lexemes::lexemes;
use super::*;

/// Every number of a text: its plainest reading in the base of its unit, and the unit's family.
fn read(text: &str, language: Language) -> Vec<(f64, &'static str)> {
    quantities(&lexemes(text), language)
        .into_iter()
        .filter(|q| !q.weak)
        .map(|q| {
            let value = q.values.last().copied().unwrap() * q.unit.map_or(1.0, |u| u.factor);
            ((value * 1e6).round() / 1e6, q.unit.map_or("", |u| u.family.name()))
        })
        .collect()
}

fn french(text: &str) -> Vec<(f64, &'static str)> {
    read(text, Language::French)
}

fn english(text: &str) -> Vec<(f64, &'static str)> {
    read(text, Language::English)
}

#[test]
fn digits_with_every_kind_of_separator() {
    assert_eq!(french("1,5 bar"), [(150_000.0, "pressure")]);
    assert_eq!(french("1.5 N·m"), [(1.5, "torque")]);
    assert_eq!(french("2 200 kg/cm²"), [(22_000.0, "mass")]);
    assert_eq!(english("1,500 kg"), [(1_500_000.0, "mass")]);
    assert_eq!(english("2½ l"), [(2.5, "volume")]);
    assert_eq!(english("1 1/2 turns"), [(1.5, "turn")]);
    assert_eq!(french("3/4 de tour"), [(0.75, "")]);
    assert_eq!(french("12mn, 3kg2, 1h30"), [(720.0, "time"), (3200.0, "mass"), (5400.0, "time")]);
}

#[test]
fn a_number_that_blanks_may_part_has_both_readings() {
    let read = quantities(&lexemes("output of SSR 3 228 V"), Language::English);
    assert_eq!((read[0].values.as_slice(), read[0].last), (&[3228.0][..], Some(228.0)));
    assert_eq!(quantities(&lexemes("2 200 kg"), Language::French)[0].last, Some(200.0));
    assert_eq!(quantities(&lexemes("200 kg"), Language::French)[0].last, None);
}

#[test]
fn numbers_in_words_of_both_languages() {
    assert_eq!(french("deux bars et demi"), [(250_000.0, "pressure")]);
    assert_eq!(french("attendu une heure et demie"), [(5400.0, "time")]);
    assert_eq!(french("soixante et un degrés"), [(61.0, "degree")]);
    assert_eq!(french("vingt deux minutes"), [(1320.0, "time")]);
    assert_eq!(french("mille cinq cents tours"), [(1500.0, "turn")]);
    assert_eq!(french("quinze newton mètres"), [(15.0, "torque")]);
    assert_eq!(french("2 bar un"), [(210_000.0, "pressure")]);
    assert_eq!(french("7 tours et demi"), [(7.5, "turn")]);
    assert_eq!(english("a hundred and forty bar"), [(14_000_000.0, "pressure")]);
    assert_eq!(english("should be one eighty five"), [(185.0, "")]);
    assert_eq!(english("fifteen hundred kilos"), [(1_500_000.0, "mass")]);
    assert_eq!(english("one point two newton metres"), [(1.2, "torque")]);
    assert_eq!(english("an hour and a half"), [(5400.0, "time")]);
    assert_eq!(english("half an hour, a quarter turn"), [(1800.0, "time"), (0.25, "turn")]);
    assert_eq!(french("une demi-heure, un quart de tour"), [(1800.0, "time"), (0.25, "turn")]);
    assert_eq!(french("trois quarts d'heure"), [(2700.0, "time")]);
}

#[test]
fn times_of_more_than_one_unit() {
    assert_eq!(french("1 h 30 min"), [(5400.0, "time")]);
    assert_eq!(french("4 min 10"), [(250.0, "time")]);
    assert_eq!(french("5 min 30 s"), [(330.0, "time")]);
    assert_eq!(french("après 15'"), [(900.0, "time")]);
}

#[test]
fn articles_and_names_are_no_numbers() {
    assert_eq!(french("Montez un joint neuf, une vis"), []);
    assert_eq!(french("E42, GA37, EQ-40, HY/F-210, M16"), []);
    assert_eq!(french("3V6-LS"), [(3.6, "voltage")]);
    assert_eq!(english("fit a new one"), []);
    assert_eq!(french("une heure, neuf bars"), [(3600.0, "time"), (900_000.0, "pressure")]);
}

#[test]
fn ranges_and_products_share_their_unit() {
    assert_eq!(french("1,5 à 2 bar"), [(150_000.0, "pressure"), (200_000.0, "pressure")]);
    assert_eq!(english("0 - 10 V"), [(0.0, "voltage"), (10.0, "voltage")]);
    assert_eq!(english("between 150 and 190 bar"), [(15_000_000.0, "pressure"), (19_000_000.0, "pressure")]);
    assert_eq!(french("filtres 592x592"), [(592.0, ""), (592.0, "")]);
    assert_eq!(french("Montée x5"), [(5.0, "")]);
}

#[test]
fn a_sign_is_told_from_a_range() {
    let minus = |text: &str| quantities(&lexemes(text), Language::French).first().and_then(|q| q.minus);
    assert_eq!(minus("affiche -9"), Some(true));
    assert_eq!(minus("moins 18 demandé"), Some(true));
    assert_eq!(minus("au moins 18"), Some(false));
    assert_eq!(minus("18 °C"), Some(false));
    assert_eq!(minus("± 2"), None);
}

#[test]
fn long_runs_of_digits_and_marks_cost_what_they_are_long() {
    let text = "1-".repeat(50_000) + &"9 999 ".repeat(20_000) + &"un ".repeat(20_000);
    assert!(!quantities(&lexemes(&text), Language::French).is_empty());
}
