//! What an interruption costs.

use std::io::Write;

use savoir_api::import::ImportError;

use super::{Bench, line};

fn many(range: std::ops::Range<u32>) -> String {
    range.map(|i| line(&format!("T-{i}"))).collect()
}

async fn interrupted(name: &str, content: &str, after: usize) -> Bench {
    let mut bench = Bench::new(name, content);
    bench.sink.fails_after = Some(after);
    let error = bench.run().await.expect_err("the sink gives up");
    assert!(matches!(error, ImportError::Sink(_)) && error.to_string().contains("the disk is full"), "{error}");
    bench.sink.fails_after = None;
    bench
}

#[tokio::test]
async fn an_interrupted_import_goes_on_where_it_stopped() {
    let mut bench = interrupted("export.jsonl", &many(0..1050), 4).await;
    let summary = bench.done().await;
    assert_eq!((summary.read, summary.accepted, summary.repeated), (1050, 1050, 0));
    assert_eq!(summary.resumed_after_line, Some(400));
    assert_eq!(bench.sink.batches.iter().sum::<usize>(), 1050, "nothing was given twice");
}

#[tokio::test]
async fn a_csv_file_goes_on_too_with_its_header_and_its_report() {
    let rows: String = (0..250)
        .map(|i| {
            if i % 50 == 7 {
                format!("glpi,T-{i},hier,x\n")
            } else {
                format!("glpi,T-{i},2026-11-20,\"fait\nen deux lignes\"\n")
            }
        })
        .collect();
    let mut bench = interrupted("export.csv", &format!("source,external_id,closed_at,report\n{rows}"), 1).await;
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (245, 5));
    assert!(summary.resumed_after_line.is_some());
    assert_eq!(bench.report().len(), 5, "a bad row is reported once");
    assert_eq!(bench.sink.intake("T-249").report.as_deref(), Some("fait\nen deux lignes"));
}

#[tokio::test]
async fn a_file_that_has_grown_goes_on() {
    let mut bench = interrupted("export.jsonl", &many(0..300), 2).await;
    std::fs::OpenOptions::new().append(true).open(&bench.file).unwrap().write_all(many(300..310).as_bytes()).unwrap();
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.repeated, summary.began_anew), (310, 0, false));
}

#[tokio::test]
async fn a_file_that_has_changed_is_noticed_and_begun_anew() {
    for changed in [many(0..300).replace("T-17\"", "T-x17\""), many(0..20)] {
        let mut bench = interrupted("export.jsonl", &many(0..300), 2).await;
        std::fs::write(&bench.file, &changed).unwrap();
        let summary = bench.done().await;
        assert!(summary.began_anew && summary.resumed_after_line.is_none());
        assert_eq!(summary.read as usize, changed.lines().count());
    }
}

#[tokio::test]
async fn on_demand_an_import_begins_anew() {
    let mut bench = interrupted("export.jsonl", &many(0..300), 2).await;
    bench.options.restart = true;
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.repeated), (100, 200));
}

#[tokio::test]
async fn a_state_that_cannot_be_read_costs_nothing_but_repetition() {
    let mut bench = interrupted("export.jsonl", &many(0..300), 2).await;
    std::fs::write(bench.beside(".import-state.json"), "{\"version\":").unwrap();
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.repeated), (100, 200));
}

#[tokio::test]
async fn another_mapping_is_another_reading() {
    let rows: String = (0..300).map(|i| format!("T-{i};2026-11-20;fait\n")).collect();
    let mapping =
        "[constants]\nsource = \"a\"\n[columns]\nid = \"external_id\"\nle = \"closed_at\"\nfait = \"report\"\n";
    let mut bench = Bench::new("export.csv", format!("id;le;fait\n{rows}")).with_mapping(mapping);
    bench.sink.fails_after = Some(2);
    bench.run().await.unwrap_err();
    bench.sink.fails_after = None;
    let mut bench = bench.with_mapping(&mapping.replace("\"a\"", "\"b\""));
    let summary = bench.done().await;
    assert!(summary.began_anew);
    assert_eq!(summary.accepted, 300, "rows of source b, all of them");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_to_is_named_with_what_to_do() {
    let mut bench = Bench::new("export.jsonl", many(0..300));
    // Stands where the state would be written: works for root too, whom no permission stops.
    std::fs::create_dir(bench.beside(".import-state.json.new")).unwrap();
    let error = bench.run().await.unwrap_err();
    assert!(matches!(error, ImportError::Beside { .. }) && error.to_string().contains("savoir import -"), "{error}");
}
