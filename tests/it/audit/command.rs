//! The commands that write to the log, and those that read it.

use savoir_api::commands::{Outcome, audit, token};
use savoir_api::config::{Config, Sources};
use savoir_models::audit::Action;
use savoir_models::id::TokenId;
use savoir_models::store::Db;
use savoir_models::viewer::Role;
use tempfile::TempDir;

use super::log;

/// The settings of a folder, as `user` on this machine has them.
fn settings(folder: &TempDir, user: &str) -> Config {
    let overrides = vec![("data.dir".to_owned(), folder.path().display().to_string())];
    let env = vec![("USER".to_owned(), user.to_owned())];
    Config::load(&Sources { env, overrides, ..Sources::default() }).expect("settings that agree")
}

async fn database(folder: &TempDir) -> Db {
    Db::sqlite(&folder.path().join("savoir.db")).await.unwrap()
}

fn made(role: Role, name: &str) -> token::Command {
    token::Command::Create {
        role,
        name: name.into(),
        organisation: None,
        scopes: Vec::new(),
        expires_in: None,
        json: true,
    }
}

#[tokio::test]
async fn tokens_made_and_taken_back_at_the_command_line_bear_the_name_of_its_user() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(&folder, " anne ");
    assert_eq!(token::run(&made(Role::Expert, "Marie"), &config).await.unwrap(), Outcome::Done);
    // A contractor without an organisation is refused, and so is a token that does not exist.
    assert!(matches!(token::run(&made(Role::Contractor, "Luc"), &config).await.unwrap(), Outcome::WrongUse(_)));
    let db = database(&folder).await;
    let known = db.tokens().await.unwrap()[0].id;
    for (id, outcome) in [(TokenId::new(), Outcome::Failed), (known, Outcome::Done), (known, Outcome::Failed)] {
        assert_eq!(token::run(&token::Command::Revoke { id }, &config).await.unwrap(), outcome);
    }
    let (anne, told) = ("anne".to_owned(), "Marie, expert: all of its role".to_owned());
    let expected = [
        (anne.clone(), Action::TokenMade, known.to_string(), told),
        (anne, Action::TokenRevoked, known.to_string(), String::new()),
    ];
    assert_eq!(log(&db).await, expected);
    db.close().await;
    assert_eq!(settings(&folder, " ").operator().name, "operator", "whom nothing names");
}

#[tokio::test]
async fn an_export_holds_every_line_and_ends_with_its_own_and_one_that_cannot_be_written_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(&folder, "anne");
    for name in ["Marie", "Luc"] {
        token::run(&made(Role::Expert, name), &config).await.unwrap();
    }
    let file = folder.path().join("audit.jsonl");
    let export = |from| audit::Command::Export { from, out: Some(file.clone()) };
    assert_eq!(audit::run(&export(2), &config).await.unwrap(), Outcome::Done);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<savoir_models::audit::Line> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let told: Vec<_> = lines.iter().map(|l| (l.seq, l.action)).collect();
    assert_eq!(told, [(2, Action::TokenMade), (3, Action::Exported)]);
    let refused = audit::run(&export(1), &config).await.unwrap_err();
    assert!(refused.to_string().contains("--out"), "{refused}");
    let db = database(&folder).await;
    assert_eq!(log(&db).await.len(), 3, "what was not exported is not told");
    db.close().await;
}

#[tokio::test]
async fn verify_fails_where_somebody_changed_a_line() {
    let database = savoir_tests::databases::sqlite().await;
    let folder = database.folder().expect("SQLite has a folder");
    let config = settings(folder, "anne");
    assert_eq!(audit::run(&audit::Command::Verify, &config).await.unwrap(), Outcome::Done, "no line yet");
    for name in ["Marie", "Luc"] {
        token::run(&made(Role::Expert, name), &config).await.unwrap();
    }
    assert_eq!(audit::run(&audit::Command::Verify, &config).await.unwrap(), Outcome::Done);
    database.tamper("UPDATE audit SET who = 'paul' WHERE seq = 1").await;
    assert_eq!(audit::run(&audit::Command::Verify, &config).await.unwrap(), Outcome::Failed);
}

/// Runs the program on a folder; whether it succeeded, and what it printed.
fn program(folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let mut command = std::process::Command::new(savoir_tests::env::program());
    let output = command.arg("--data").arg(folder.path()).args(arguments).current_dir(folder.path()).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test]
async fn a_start_with_other_settings_names_their_keys_and_verify_and_doctor_see_what_was_touched() {
    let database = savoir_tests::databases::sqlite().await;
    let folder = database.folder().expect("SQLite has a folder");
    let work = |settings: &[&str]| {
        let mut arguments = vec!["worker", "--until-idle"];
        arguments.extend(settings.iter().flat_map(|pair| ["--set", pair]));
        assert!(program(folder, &arguments).0, "{arguments:?}");
    };
    work(&[]);
    work(&[]);
    work(&["retention.audio_days=90", "llm.temperature=0.3"]);
    work(&["retention.audio_days=90", "llm.temperature=0.3"]);
    work(&[]);
    let told: Vec<_> =
        log(&database.db).await.into_iter().map(|(_, action, subject, detail)| (action, subject, detail)).collect();
    let line = |detail: &str| (Action::SettingsChanged, "settings".to_owned(), detail.to_owned());
    let keys = "llm.temperature, retention.audio_days";
    assert_eq!(told, [line("as at the first start"), line(keys), line(keys)]);

    let (whole, sentence) = program(folder, &["audit", "verify"]);
    assert!(whole && sentence.starts_with("3 lines"), "{sentence}");
    let audited = |text: &str| text.lines().find(|l| l.contains(" audit ")).unwrap_or_default().to_owned();
    assert!(audited(&program(folder, &["doctor"]).1).starts_with("ok"));
    database.tamper("DELETE FROM audit WHERE seq = 2").await;
    let (whole, sentence) = program(folder, &["audit", "verify"]);
    assert!(!whole && sentence.starts_with("line 2 of the audit log is missing"), "{sentence}");
    let (good, text) = program(folder, &["doctor"]);
    assert!(!good && audited(&text).starts_with("BAD"), "{text}");
}
