//! CSV files with a mapping.

use super::Bench;

const MAPPING: &str = r#"
separator = ";"
list_separator = "|"
date_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
time_zone = "+01:00"

[constants]
source = "glpi"
language = "fr"
"exchanges[].from" = "customer"

[columns]
"N° ticket" = "external_id"
"Clôturé le" = "closed_at"
"Description" = ["request.symptom", "exchanges[].text"]
"Diagnostic" = "report"
"Solution" = "report"
"Codes" = "request.error_codes"
"Pièces" = "parts[].reference"
"Qté" = "parts[].quantity"
"Durée" = "time_spent_minutes"
"Résultat" = "outcome"

[values.outcome]
"Résolu" = "solved"
"Non résolu" = "not_solved"
"En cours" = ""
"#;

const HEADER: &str = "N° ticket;Clôturé le;Description;Diagnostic;Solution;Codes;Pièces;Qté;Durée;Résultat;Inutile\r\n";

#[tokio::test]
async fn columns_constants_and_values_go_where_the_mapping_says() {
    let row = "T-7;20/11/2026 16:40;\"ne démarre plus\";carte HS;\"carte remplacée; essai ok\";E42|E 17;C-12|J-7;1|2,5;1h35;résolu;x\r\n";
    let mut bench = Bench::new("export.csv", format!("{HEADER}{row}")).with_mapping(MAPPING);
    bench.done().await;
    insta::assert_json_snapshot!(bench.sink.intake("T-7"));
}

#[tokio::test]
async fn a_cell_that_cannot_be_converted_names_its_column() {
    let rows = [
        "A-1;20.11.2026;x;y;;;;;;Résolu;",
        "A-2;20/11/2026;x;y;;;;;longtemps;Résolu;",
        "A-3;20/11/2026;x;y;;;C-1;deux;;Résolu;",
        "A-4;20/11/2026;x;y;;;;;;Peut-être;",
        "A-5;20/11/26;x;y;;;;;;;",
        "A-6;20/11/2026;x;;;;;;;En cours;",
        "A-7;20/11/2026;x;y;;;;;;En cours;",
    ];
    let mut bench = Bench::new("export.csv", format!("{HEADER}{}\r\n", rows.join("\r\n"))).with_mapping(MAPPING);
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (1, 6));
    assert_eq!(bench.sink.intake("A-7").outcome, None);
    insta::assert_snapshot!(bench.report().join("\n"));
}

#[tokio::test]
async fn a_mapping_that_does_not_fit_the_file_is_refused_at_the_start() {
    for (change, with, told) in [
        ("\"N° ticket\"", "\"Numéro\"", "« Numéro »; its columns are: « N° ticket », « Clôturé le »"),
        ("time_spent_minutes", "minutes", "« minutes » is no field"),
        ("separator = \";\"", "separateur = \";\"", "separateur"),
        ("source = \"glpi\"", "", "nothing goes to source"),
        ("%d/%m/%Y %H:%M", "%d/%m/%!", "%d/%m/%!"),
        ("+01:00", "Paris", "« Paris »"),
        ("[values.outcome]", "[values.resolution]", "resolution, to which no column goes"),
    ] {
        let mapping = MAPPING.replace(change, with);
        assert_ne!(mapping, MAPPING);
        let sentence = Bench::new("export.csv", HEADER).with_mapping(&mapping).refused().await;
        assert!(sentence.contains(told), "{sentence}");
    }
}

#[tokio::test]
async fn a_mapped_column_that_is_there_twice_is_refused_at_the_start() {
    let twice = HEADER.replace("Inutile", "Solution");
    let sentence = Bench::new("export.csv", twice).with_mapping(MAPPING).refused().await;
    assert!(sentence.contains("« Solution » is there 2 times (columns 5, 11)"), "{sentence}");
    // Columns that are not used may be named as they like.
    let unused = HEADER.replace("Inutile", "Inutile;Inutile");
    let mut bench = Bench::new("export.csv", unused).with_mapping(MAPPING);
    assert_eq!(bench.done().await.read, 0);
}

#[tokio::test]
async fn without_a_mapping_columns_are_named_as_the_fields() {
    let mut bench = Bench::new(
        "export.csv",
        "sep=;\nsource;external_id;closed_at;equipment.family;report;actions\nglpi;T-1;2026-11-20;four;;\"joint changé|essai ok\"\n",
    );
    bench.done().await;
    assert_eq!(bench.sink.intake("T-1").equipment.family.as_deref(), Some("four"));
    assert_eq!(bench.sink.intake("T-1").actions, ["joint changé", "essai ok"]);
    let sentence = Bench::new("export.csv", "source,external_id,Ferme\n").refused().await;
    assert!(sentence.contains("« Ferme »") && sentence.contains("--mapping"), "{sentence}");
}

#[tokio::test]
async fn the_example_in_the_demo_works() {
    let mapping =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/mapping-example.toml")).unwrap();
    let header = "Numéro;Date de clôture;Type d'appareil;Marque;Modèle;N° de série;Demande;Code défaut;Diagnostic;Intervention;Références pièces;Quantités;Temps passé;Mode;Résultat;Technicien;Client";
    let row = "2026-118;20/11/2026 16:40;Compresseur;Atlas;GA 37;AX-9;Arrêt en surchauffe;E42;Radiateur encrassé;Radiateur nettoyé, essai ok;F-100;1;1h35;Sur site;Résolu;T12;ACME";
    let mut bench = Bench::new("export.csv", format!("{header}\n{row}\n")).with_mapping(&mapping);
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.report), (1, None));
    let intake = bench.sink.intake("2026-118");
    assert_eq!(intake.report.as_deref(), Some("Radiateur encrassé\nRadiateur nettoyé, essai ok"));
    assert_eq!(intake.time_spent_minutes, Some(95));
}
