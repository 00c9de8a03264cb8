//! Open Repair Data: real records of repair events.

use savoir_api::import::Options;
use savoir_models::intervention::Outcome;
use savoir_models::text::Language;
use savoir_tests::env::shared;

use super::{Bench, Memory, run};

const HEADER: &str = "id,data_provider,country,product_category,partner_product_category,brand,year_of_manufacture,product_age,repair_status,repair_barrier_if_end_of_life,event_date,problem,source_file\n";

#[tokio::test]
async fn records_of_repair_events_keep_what_volunteers_wrote_apart_from_what_visitors_said() {
    let rows = [
        "repaircafe_1,Repair Café,BEL,Portable radio,,Sony,,,Fixed,,2019-05-04,courroie cass√©e ~ ne lit plus les CD,x.csv",
        "rcint_1,Repair Café International,FRA,Iron,,Unknown,????,,End of life,Spare parts too expensive,2019-05-04,ne d?©marre plus,x.csv",
        "restart_1,The Restart Project,BEL,Misc,Misc ~ four à micro ondes,Bosch,,,Repairable,,2022-04-16,Fusible HS. Le changer.,x.csv",
        "restart_2,The Restart Project,BEL,Power tool,Power tool ~ Karcher,Karcher,,,Unknown,,,Fuite,partners/OpenRepairData_v0.3_RestartProject_202204.csv",
        "restart_3,The Restart Project,BEL,Toy,,??,,,Fixed,,2022-04-16,,x.csv",
        "restart_4,The Restart Project,BEL,Toy,,Lego,,,Fixed,,,cassé,",
    ];
    let mut bench = Bench::new("events_fr.csv", format!("{HEADER}{}\n", rows.join("\n")));
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected, summary.repaired, summary.warnings), (5, 1, 2, 2));
    let kept: Vec<_> = bench.sink.rows.iter().map(|row| &row.intake).collect();
    insta::assert_json_snapshot!(kept);
    insta::assert_snapshot!("what_is_reported_of_repair_events", bench.report().join("\n"));
}

#[tokio::test]
async fn the_language_of_a_file_is_said_by_its_name_or_by_the_user_or_not_at_all() {
    let row = "r_1,The Restart Project,GBR,Toy,,Lego,,,End of life,Lack of equipment,2022-04-16,broken,x.csv\n";
    for (name, said, language) in [
        ("OpenRepairData_v0.3_aggregate_202407.csv", None, None),
        ("events_en.csv", None, Some(Language::English)),
        ("events.csv", Some(Language::French), Some(Language::French)),
    ] {
        let mut bench = Bench::new(name, format!("{HEADER}{row}"));
        bench.options.language = said;
        bench.done().await;
        assert_eq!(bench.sink.intake("r_1").language, language, "{name}");
    }
}

#[tokio::test]
async fn another_table_is_no_open_repair_data() {
    let mut bench = Bench::new("export.csv", "id,problem\n1,x\n");
    bench.options.format = Some(savoir_api::import::Format::Ords);
    let sentence = bench.refused().await;
    assert!(sentence.contains("product_category, repair_status are missing; there are: id, problem"), "{sentence}");
}

#[tokio::test]
async fn every_record_of_the_french_data_is_taken() {
    let Some(file) = shared("data/ords_fr/ords_fr.csv") else { return };
    // A copy: the report goes beside the file.
    let mut bench = Bench::new("ords_fr.csv", std::fs::read(file).unwrap());
    let summary = bench.done().await;
    println!("{summary:?}");
    assert_eq!((summary.read, summary.accepted, summary.rejected), (1307, 1307, 0));
    assert_eq!(bench.sink.rows.iter().filter(|r| r.intake.outcome == Some(Outcome::Solved)).count(), 636);
    for row in &bench.sink.rows {
        let text = serde_json::to_string(&row.intake).unwrap();
        assert!(!text.contains('√') && !text.contains('Ã') && !text.contains("?©"), "line {}: {text}", row.line);
    }
    assert_eq!(
        bench.sink.intake("rcint_1106").request.symptom.as_deref(),
        Some("S'allume mais ne démarre pas correctement")
    );
    assert_eq!(bench.sink.intake("rcint_820").equipment.manufacturer.as_deref(), Some("Kärcher"));

    // Again, into a sink that knows them.
    let mut sink = Memory { keys: std::mem::take(&mut bench.sink.keys), ..Memory::default() };
    let again = run(&bench.file, &Options::default(), &mut sink).await.unwrap();
    assert_eq!((again.accepted, again.repeated), (0, 1307));
}
