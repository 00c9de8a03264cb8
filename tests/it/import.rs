//! Importing files: what is taken, what is refused and how it is said, and what an interruption costs.

mod broken;
mod mapped;
mod ords;
mod resumed;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use savoir_api::import::{ImportError, Options, Progress, Put, Row, Sink, Summary, import};
use savoir_models::clock::ManualClock;
use savoir_models::intervention::{FieldError, Intake};

/// A sink that keeps rows in memory, knows repetitions, and can be told to fail.
#[derive(Default)]
struct Memory {
    rows: Vec<Row>,
    keys: HashSet<(String, String)>,
    batches: Vec<usize>,
    /// Fails when this many batches have been kept.
    fails_after: Option<usize>,
    /// Refuses the row of this identifier.
    refuses: Option<&'static str>,
}

#[async_trait]
impl Sink for Memory {
    async fn put(&mut self, batch: Vec<Row>) -> anyhow::Result<Vec<Put>> {
        if self.fails_after == Some(self.batches.len()) {
            anyhow::bail!("the disk is full");
        }
        self.batches.push(batch.len());
        let keys: HashSet<_> = batch.iter().map(|r| (&r.intake.source, &r.intake.external_id)).collect();
        assert_eq!(keys.len(), batch.len(), "a batch never holds the same intervention twice");
        Ok(batch
            .into_iter()
            .map(|row| {
                if self.refuses == Some(row.intake.external_id.as_str()) {
                    return Put::Rejected(vec![FieldError::new(
                        "audio[0]",
                        "not_audio",
                        "is no recording",
                        "n'est pas un enregistrement",
                    )]);
                }
                if !self.keys.insert((row.intake.source.clone(), row.intake.external_id.clone())) {
                    return Put::Repeated;
                }
                self.rows.push(row);
                Put::Accepted
            })
            .collect())
    }
}

impl Memory {
    fn intake(&self, external_id: &str) -> &Intake {
        let row = self.rows.iter().find(|row| row.intake.external_id == external_id);
        &row.unwrap_or_else(|| panic!("{external_id} was not accepted")).intake
    }
}

/// A folder with one file to import.
struct Bench {
    folder: tempfile::TempDir,
    file: PathBuf,
    sink: Memory,
    options: Options,
}

impl Bench {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join(name);
        std::fs::write(&file, content).expect("the file is written");
        Self { folder, file, sink: Memory::default(), options: Options::default() }
    }

    fn with_mapping(mut self, mapping: &str) -> Self {
        let path = self.folder.path().join("mapping.toml");
        std::fs::write(&path, mapping).expect("the mapping is written");
        self.options.mapping = Some(path);
        self
    }

    async fn run(&mut self) -> Result<Summary, ImportError> {
        let file = self.file.clone();
        run(&file, &self.options, &mut self.sink).await
    }

    async fn done(&mut self) -> Summary {
        let summary = self.run().await.expect("the import ends well");
        assert_eq!(
            summary.read,
            summary.accepted + summary.repeated + summary.rejected,
            "every row is told of: {summary:?}"
        );
        assert!(!self.beside(".import-state.json").exists(), "a finished import leaves no state behind");
        summary
    }

    async fn refused(&mut self) -> String {
        match self.run().await {
            Err(ImportError::Usage(sentence)) => {
                assert!(self.sink.rows.is_empty());
                sentence
            }
            other => panic!("a wrong use was expected, not {other:?}"),
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    /// The lines of the report, without the header.
    fn report(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.beside(".import-report.csv")).expect("there is a report");
        let text = text.strip_prefix('\u{FEFF}').expect("spreadsheets need the mark");
        let mut lines = text.lines().map(str::to_owned);
        assert_eq!(lines.next().as_deref(), Some("line,kind,external_id,column,field,code,value,remedy,remedy_fr"));
        lines.collect()
    }
}

async fn run(file: &Path, options: &Options, sink: &mut Memory) -> Result<Summary, ImportError> {
    let clock = ManualClock::at("2026-11-21T12:00:00Z".parse().expect("a moment"));
    import(file, options, sink, &clock, &mut |_| {}).await
}

fn line(external_id: &str) -> String {
    format!(
        "{{\"source\":\"glpi\",\"external_id\":\"{external_id}\",\"closed_at\":\"2026-11-20T16:40:00Z\",\"report\":\"Joint remplacé\"}}\n"
    )
}

#[tokio::test]
async fn a_line_of_json_becomes_an_intervention() {
    let full = r#"{"source":"glpi","external_id":"T-1","closed_at":"2026-11-20T16:40:00+01:00","language":"fr","equipment":{"family":"compresseur"},"exchanges":[{"from":"customer","text":"E42 affiché"}],"report":"Vidange faite.","parts":[{"reference":"J-7","quantity":2}]}"#;
    let mut bench = Bench::new("export.jsonl", format!("\u{FEFF}{full}\r\n\r\n{}", line("T-2")));
    let summary = bench.done().await;
    assert_eq!((summary.read, summary.accepted, summary.report), (2, 2, None));
    let first = bench.sink.intake("T-1");
    assert_eq!(first.closed_at.to_string(), "2026-11-20T15:40:00.000Z");
    assert_eq!(first.exchanges[0].text, "E42 affiché");
    assert_eq!(bench.sink.rows[1].line, 3, "line numbers are those an editor shows");
}

#[tokio::test]
async fn importing_twice_changes_nothing() {
    let mut bench = Bench::new("export.jsonl", line("T-1") + &line("T-2") + &line("T-1"));
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.repeated), (2, 1), "a row that is twice in the file is taken once");
    let again = bench.done().await;
    assert_eq!((again.read, again.accepted, again.repeated), (3, 0, 3));
}

#[tokio::test]
async fn a_bad_line_goes_to_the_report_and_the_rest_goes_on() {
    let bad = [
        r#"{"source":"glpi","external_id":"B-1","closed_at":"hier","report":"x"}"#,
        r#"{"source":"glpi","external_id":"B-2","closed_at":"2026-11-20T16:40:00Z","report":"x","equipment":{"famly":"four"}}"#,
        r#"{"source":"glpi","closed_at":"2026-11-20T16:40:00Z","report":"x"}"#,
        r#"{"source":"glpi","external_id":"B-4","closed_at":"2026-11-20T16:40:00Z"}"#,
        r#"{"source":"glpi","external_id":"B-5","closed_at":"2036-11-20T16:40:00Z","report":"x"}"#,
        r#"{"source":"glpi","external_id":"B-6","closed_at":"2026-11-20T16:40:00Z","report":"x","parts":[{"quantity":"deux"}]}"#,
        r#"{"source":"glpi","external_id":"B-7","closed_at":"2026-11-20T16:40:00Z","report":"x","outcome":"ok"}"#,
        r#"{"source":"glpi","external_id":"B-8","closed_at":"2026-11-20T16:40:00Z","report":"a\u0000b"}"#,
        "pas du json",
        "[1,2]",
    ];
    let mut bench = Bench::new("export.jsonl", line("T-1") + &bad.join("\n") + "\n" + &line("T-2"));
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (2, 10));
    assert_eq!(summary.report, Some(bench.beside(".import-report.csv")));
    insta::assert_snapshot!(bench.report().join("\n"));
}

#[tokio::test]
async fn what_the_sink_refuses_is_in_the_report_too() {
    let mut bench = Bench::new("export.jsonl", line("T-1") + &line("T-2"));
    bench.sink.refuses = Some("T-2");
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (1, 1));
    assert_eq!(bench.report(), ["2,rejected,T-2,,audio[0],not_audio,,is no recording,n'est pas un enregistrement"]);
}

#[tokio::test]
async fn recordings_are_beside_the_file_and_nowhere_else() {
    let with = |id: &str, audio: &str| {
        format!(
            "{{\"source\":\"demo\",\"external_id\":\"{id}\",\"closed_at\":\"2026-11-20T16:40:00Z\",\"audio\":{audio}}}\n"
        )
    };
    let outside = tempfile::NamedTempFile::new().unwrap();
    let content = with("V-1", r#"["voice/1.wav"]"#)
        + &with("V-2", r#"["../1.wav"]"#)
        + &with("V-3", &format!("[{:?}]", outside.path()))
        + &with("V-4", r#"["voice/link.wav"]"#)
        + &with("V-5", r#"["voice/none.wav"]"#)
        + &with("V-6", "\"voice/1.wav\"")
        + &with("V-7", "[]");
    let mut bench = Bench::new("voice.jsonl", content);
    let voice = bench.folder.path().join("voice");
    std::fs::create_dir(&voice).unwrap();
    std::fs::write(voice.join("1.wav"), b"RIFF").unwrap();
    std::os::unix::fs::symlink(outside.path(), voice.join("link.wav")).unwrap();
    let summary = bench.done().await;
    assert_eq!((summary.accepted, summary.rejected), (1, 6));
    assert_eq!(bench.sink.rows[0].audio, [voice.join("1.wav")]);
    let codes: Vec<String> = bench.report().iter().map(|l| l.split(',').nth(5).unwrap().to_owned()).collect();
    let why: Vec<&str> = codes.iter().map(String::as_str).filter(|c| *c != "missing").collect();
    assert_eq!(why, ["outside", "outside", "outside", "file_missing", "wrong_type"]);
}

#[tokio::test]
async fn the_format_is_recognised_by_name_and_by_looking() {
    let mut bench = Bench::new("export.txt", line("T-1"));
    assert_eq!(bench.done().await.accepted, 1);
    let mut bench = Bench::new("export", "source,external_id,closed_at,report\nglpi,T-1,2026-11-20,fait\n");
    assert_eq!(bench.done().await.accepted, 1);
    let mut bench = Bench::new("export.json", "[\n {\"source\":\"glpi\"}\n]");
    assert!(bench.refused().await.contains("jq -c"));
    let mut bench = Bench::new("export.xlsx", b"PK\x03\x04rest");
    assert!(bench.refused().await.contains("CSV"));
    let mut bench = Bench::new("notes", "bonjour");
    assert!(bench.refused().await.contains("--format"));
    let mut bench = Bench::new("export.csv", "");
    assert!(bench.refused().await.contains("empty"));
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let mut sink = Memory::default();
    let error = run(Path::new("nowhere/export.jsonl"), &Options::default(), &mut sink).await.unwrap_err();
    assert!(error.to_string().starts_with("nowhere/export.jsonl: "), "{error}");
}

#[tokio::test]
async fn progress_is_told_after_each_batch_up_to_the_end() {
    let bench = Bench::new("export.jsonl", (0..250).map(|i| line(&format!("T-{i}"))).collect::<String>());
    let clock = ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap());
    let mut seen = Vec::new();
    let size = std::fs::metadata(&bench.file).unwrap().len();
    let mut watch = |progress: &Progress<'_>| {
        assert_eq!(progress.total, Some(size));
        seen.push((progress.counts.read, progress.bytes == size));
    };
    fn may_be_spawned<F: Send>(future: F) -> F {
        future
    }
    may_be_spawned(import(&bench.file, &bench.options, &mut Memory::default(), &clock, &mut watch)).await.unwrap();
    assert_eq!(seen.iter().map(|(read, _)| *read).collect::<Vec<_>>(), [100, 200, 250]);
    assert!(seen[2].1, "the bar ends full");
}

/// What comes of importing these bytes, in a few words: for those who try many.
pub(crate) async fn kind_of_import(name: &str, content: &[u8]) -> String {
    let mut bench = Bench::new(name, content);
    match bench.run().await {
        Ok(s) => {
            assert_eq!(s.read, s.accepted + s.repeated + s.rejected, "every row is told of: {s:?}");
            let few = |n: u64| n.min(3);
            format!(
                "{} {} {} {} {}",
                few(s.accepted),
                few(s.repeated),
                few(s.rejected),
                few(s.repaired),
                few(s.warnings)
            )
        }
        Err(error) => savoir_tests::fuzz::kind(&error.to_string()),
    }
}
