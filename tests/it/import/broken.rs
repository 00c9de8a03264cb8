//! Files as they come: cut, mixed in encoding, badly quoted, far too long.

use std::io::Write;

use super::{Bench, Memory, line, run};
use savoir_api::import::{Format, Options};

fn csv(rows: &[&str]) -> String {
    format!("source,external_id,closed_at,report\n{}\n", rows.join("\n"))
}

#[tokio::test]
async fn a_cut_last_line_is_reported_as_cut() {
    let mut bench = Bench::new("export.jsonl", line("T-1") + "{\"source\":\"glpi\",\"external_id\":\"T-2\",\"clo");
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
    assert!(bench.report()[0].contains("cut_off"), "{:?}", bench.report());
}

#[tokio::test]
async fn windows_1252_is_read_and_said() {
    let mut bench = Bench::new(
        "export.csv",
        b"source,external_id,closed_at,report\nglpi,T-1,2026-11-20,Joint remplac\xE9 \x96 12 \x80\n",
    );
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.repaired, summary.warnings), (1, 1, 0));
    assert_eq!(bench.sink.intake("T-1").report.as_deref(), Some("Joint remplacé – 12 €"));
    assert!(bench.report()[0].contains("not_utf8"));
}

#[tokio::test]
async fn a_doubtful_encoding_is_a_warning_and_can_be_stated() {
    // « démarré » in Mac Roman.
    let content = b"source,external_id,closed_at,report\nglpi,T-1,2026-11-20,d\x8Emarr\x8E\n";
    let mut bench = Bench::new("export.csv", content);
    assert_eq!(bench.done().await.warnings, 1);
    assert!(bench.report()[0].contains("doubtful_encoding"));
    let mut bench = Bench::new("export.csv", content);
    bench.options.encoding = Some("macintosh".into());
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.warnings, summary.report), (1, 0, None));
    assert_eq!(bench.sink.intake("T-1").report.as_deref(), Some("démarré"));
    bench.options.encoding = Some("klingon".into());
    bench.sink = Memory::default();
    assert!(bench.refused().await.contains("klingon"));
}

#[tokio::test]
async fn utf16_from_a_spreadsheet_is_read() {
    for (bom, bytes) in [("little", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("big", u16::to_be_bytes)] {
        let text = "\u{FEFF}source\texternal_id\tclosed_at\treport\r\nglpi\tT-1\t2026-11-20\tDémarré à 5 €\r\n";
        let mut bench = Bench::new("export.csv", text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>());
        assert_eq!(bench.done().await.accepted, 1, "{bom} endian");
        assert_eq!(bench.sink.intake("T-1").report.as_deref(), Some("Démarré à 5 €"));
    }
}

#[tokio::test]
async fn texts_decoded_wrongly_before_are_put_right_and_listed() {
    let mut bench = Bench::new(
        "export.csv",
        csv(&[
            "glpi,T-1,2026-11-20,ne dÃ©marre pas",
            "glpi,T-2,2026-11-20,ne d?marre pas",
            "glpi,T-3,2026-11-20,Ça va ?",
        ]),
    );
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.repaired, summary.warnings), (3, 1, 1));
    assert_eq!(bench.sink.intake("T-1").report.as_deref(), Some("ne démarre pas"));
    assert_eq!(bench.sink.intake("T-2").report.as_deref(), Some("ne d?marre pas"), "what is lost is not guessed");
    let report = bench.report();
    assert!(report[0].starts_with("2,repaired,T-1,report,report,mended_text,ne dÃ©marre pas,"), "{report:?}");
    assert!(report[1].starts_with("3,warning,T-2,report,report,damaged_text,ne d?marre pas,"), "{report:?}");
}

#[tokio::test]
async fn a_stray_quote_costs_one_line() {
    let mut bench = Bench::new(
        "export.csv",
        csv(&[
            "glpi,T-1,2026-11-20,\"écran 5\"\" changé\nen deux lignes\"",
            "glpi,T-2,2026-11-20,\"jamais fermé",
            "glpi,T-3,2026-11-20,fait",
            "glpi,T-4,2026-11-20,\"fait, avec une virgule\"",
            "glpi,T-5,2026-11-20,écran 5\" changé",
            "glpi,T-6,2026-11-20,\"la vanne \"\"bleue\"\" est \"ouverte\"\"",
            "glpi,T-7,2026-11-20,\"ouvert à la fin",
            "glpi,T-8,2026-11-20,fait",
        ]),
    );
    let summary = bench.done().await;
    let report = bench.report();
    assert_eq!(bench.sink.intake("T-1").report.as_deref(), Some("écran 5\" changé\nen deux lignes"));
    for id in ["T-3", "T-4", "T-5", "T-8"] {
        bench.sink.intake(id);
    }
    assert_eq!(summary.rejected, 2, "{report:#?}");
    assert!(report.iter().any(|l| l.starts_with("4,rejected") && l.contains("open_quote")), "{report:#?}");
    assert!(report.iter().any(|l| l.starts_with("9,rejected") && l.contains("open_quote")), "{report:#?}");
    assert!(report.iter().any(|l| l.starts_with("8,warning,T-6") && l.contains("loose_quotes")), "{report:#?}");
}

#[tokio::test]
async fn a_row_with_too_few_or_too_many_cells_is_refused() {
    let mut bench = Bench::new(
        "export.csv",
        csv(&[
            "glpi,T-1,2026-11-20",
            "glpi,T-2,2026-11-20,fait, puis défait",
            "glpi,T-3,2026-11-20,fait,,,",
            ",,,",
            "",
        ]),
    );
    let summary = bench.done().await;
    assert_eq!((summary.read, summary.accepted, summary.rejected), (3, 1, 2));
    assert!(bench.report().iter().all(|l| l.contains("wrong_width")));
}

#[tokio::test]
async fn a_line_over_the_limit_is_refused_without_being_held() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.jsonl");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    out.write_all(b"{\"source\":\"glpi\",\"report\":\"").unwrap();
    for _ in 0..40 * 1024 {
        out.write_all(&[b'a'; 1024]).unwrap();
    }
    out.write_all(b"\"}\n").unwrap();
    out.write_all(line("T-1").as_bytes()).unwrap();
    out.flush().unwrap();
    for format in [Format::Jsonl, Format::Csv] {
        let mut sink = Memory::default();
        let options = Options { format: Some(format), ..Options::default() };
        let result = run(&file, &options, &mut sink).await;
        if format == Format::Jsonl {
            let summary = result.unwrap();
            assert_eq!((summary.accepted, summary.rejected), (1, 1));
        } else {
            assert!(result.unwrap_err().to_string().contains("16 MiB"), "a header so long is no header");
        }
    }
}

#[tokio::test]
async fn a_line_of_nul_bytes_is_refused_and_the_rest_goes_on() {
    let mut bench =
        Bench::new("export.jsonl", [line("T-1").as_bytes(), &[0; 300], b"\n", line("T-2").as_bytes()].concat());
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (2, 1));
}

#[tokio::test]
async fn an_excerpt_is_no_formula_for_a_spreadsheet() {
    let mut bench = Bench::new("export.csv", csv(&["glpi,T-1,=HYPERLINK(1),fait"]));
    bench.done().await;
    assert!(bench.report()[0].contains(",'=HYPERLINK(1),"), "{:?}", bench.report());
}
