//! The invariants of ARCHITECTURE.md that a machine can hold. Clippy holds others: see `clippy.toml`.

use std::collections::BTreeSet;
use std::path::Path;

use savoir_tests::env::repository;

/// Folders and files of the repository that are read; whatever else lies about is not the house's.
const READ: &[&str] = &[
    ".ci",
    "api",
    "benches",
    "demo",
    "deploy",
    "docs",
    "gold",
    "migrations",
    "models",
    "pipeline",
    "prompts",
    "scripts",
    "tests",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.toml",
    "Makefile",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "savoir.default.toml",
];

const MOST_LINES: usize = 400;

/// Crates of vendors, and the only places that name them (invariants 2, 8). Tests and benches may name any.
const VENDORS: &[(&str, &[&str])] = &[
    ("argon2", &["api/src/passwords.rs"]),
    ("async_openai", &["pipeline/src/openai.rs", "pipeline/src/openai/"]),
    ("axum", &["api/src/"]),
    ("figment", &["api/src/config/load.rs"]),
    ("hyper", &["api/src/"]),
    ("model2vec_rs", &["pipeline/src/embed/model2vec.rs"]),
    ("object_store", &["pipeline/src/blobs.rs"]),
    ("openidconnect", &["api/src/oidc/provider.rs"]),
    ("qdrant_client", &["pipeline/src/index/vectors/server.rs"]),
    ("qdrant_edge", &["pipeline/src/index/vectors/edge.rs"]),
    ("rubato", &["pipeline/src/speech/resample.rs"]),
    ("rustix", &["pipeline/src/speech/apart.rs"]),
    ("sqlx", &["models/src/"]),
    ("symphonia", &["pipeline/src/speech/audio.rs"]),
    ("symphonia_adapter_libopus", &["pipeline/src/speech/audio.rs"]),
    ("tantivy", &["pipeline/src/index/text.rs", "pipeline/src/index/text/", "pipeline/src/index/analysis.rs"]),
    ("whisper_rs", &["pipeline/src/speech/whisper.rs"]),
];

/// The places that clock, randomness, environment and HTTP clients are named in (invariant 7).
const ONE_PLACES: &[&str] = &[
    "api/src/config/load.rs",
    "models/src/clock.rs",
    "models/src/id.rs",
    "pipeline/src/http.rs",
    "tests/harness/env.rs",
    "benches/line.rs",
];

/// Macros that leave something for later.
const UNFINISHED: &[&str] = &["dbg", "todo", "unimplemented"];

/// A crate may depend on those to its left only (the three crates, one direction).
const DIRECTION: &[&str] = &["models", "pipeline", "api", "tests"];

/// A text file of the repository; its path is from the top, with `/`.
struct File {
    path: String,
    text: String,
}

impl File {
    fn is(&self, extensions: &[&str]) -> bool {
        Path::new(&self.path).extension().is_some_and(|e| extensions.iter().any(|known| e == *known))
    }

    /// Rust of one of the three crates.
    fn is_product(&self) -> bool {
        self.is(&["rs"]) && ["models/src/", "pipeline/src/", "api/src/"].iter().any(|dir| self.path.starts_with(dir))
    }

    /// Its lines that are no comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line)).filter(|(_, l)| !l.trim_start().starts_with("//"))
    }

    /// The lines of code that `wrong` finds something in, as messages.
    fn lines_where(&self, wrong: impl Fn(&str) -> Option<String>) -> Vec<String> {
        self.code().filter_map(|(n, line)| wrong(line).map(|what| format!("{}:{n}: {what}", self.path))).collect()
    }
}

fn files() -> Vec<File> {
    let top = repository();
    let mut found = Vec::new();
    let mut open: Vec<_> = READ.iter().map(|name| top.join(name)).filter(|path| path.exists()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a folder of the repository can be read");
            let visible = entries.flatten().filter(|e| !e.file_name().to_string_lossy().starts_with('.'));
            open.extend(visible.map(|entry| entry.path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let path = path.strip_prefix(&top).expect("inside").to_string_lossy().replace('\\', "/");
            found.push(File { path, text });
        }
    }
    assert!(found.len() > 40, "only {} files found: the tidy tests look at the wrong place", found.len());
    found
}

#[track_caller]
fn none(rule: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{rule}\n  {}\n", wrong.join("\n  "));
}

fn hold(rule: &str, check: impl Fn(&File) -> Vec<String>) {
    none(rule, files().iter().flat_map(check).collect());
}

/// The place of `word` in `line`, when it stands there as a word of its own.
fn finds(line: &str, word: &str) -> Option<usize> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !line[..*at].chars().next_back().is_some_and(part) && !line[at + word.len()..].starts_with(part))
}

fn too_long(file: &File) -> Vec<String> {
    let lines = file.text.lines().count();
    let counted = file.is(&["rs", "js", "css", "html", "sh"]) && lines > MOST_LINES;
    counted.then(|| format!("{}: {lines} lines, {MOST_LINES} at most", file.path)).into_iter().collect()
}

fn vendors_out_of_place(file: &File) -> Vec<String> {
    if !file.is_product() {
        return Vec::new();
    }
    let strangers = VENDORS.iter().filter(|(_, places)| !places.iter().any(|place| file.path.starts_with(place)));
    let named = |line: &str, name: &str| {
        let rest = finds(line, name).map(|at| line[at + name.len()..].trim_start());
        rest.is_some_and(|rest| rest.starts_with("::") || line.trim_start().starts_with(&format!("use {name}")))
    };
    let strangers: Vec<_> = strangers.collect();
    file.lines_where(|line| {
        let (name, places) = strangers.iter().find(|(name, _)| named(line, name))?;
        Some(format!("{name} is named; it belongs to {}", places.join(", ")))
    })
}

fn sql_out_of_place(file: &File) -> Vec<String> {
    if file.is(&["sql"]) && !["models/sql/", "migrations/"].iter().any(|dir| file.path.starts_with(dir)) {
        return vec![format!("{}: SQL belongs to models/sql or migrations", file.path)];
    }
    if !file.is_product() || file.path.starts_with("models/") {
        return Vec::new();
    }
    let statements = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "UPDATE "];
    file.lines_where(|line| {
        let literal =
            |statement: &&&str| line.contains(&format!("\"{statement}")) || line.trim_start().starts_with(**statement);
        statements.iter().find(literal).map(|statement| format!("SQL ({}) belongs to models", statement.trim()))
    })
}

/// What would change or take away lines of the audit log. They are written by one statement, which only adds.
fn against_the_log(file: &File) -> Vec<String> {
    let sql = file.is(&["sql"]) || file.is_product();
    let words: Vec<String> = file.text.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let table = |word: &String| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_') == "audit";
    let verb = |word: &String| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let wrong = words.iter().enumerate().filter(|(_, word)| table(word)).filter_map(|(at, _)| {
        let before: Vec<String> = words[at.saturating_sub(5)..at].iter().map(verb).collect();
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let changes = matches!(
            before.as_slice(),
            [.., "update"]
                | [.., "delete", "from"]
                | [.., "truncate"]
                | [.., "truncate" | "drop" | "alter", "table"]
                | [.., "update", "only"]
                | [.., "replace", "into"]
                | [.., "or", _, "into"]
                | [.., "table", "if", "exists"]
                | [.., "merge", "into"]
        );
        let adds =
            matches!(before.as_slice(), [.., "insert", "into"]) && !file.path.ends_with("models/sql/audit_put.sql");
        (changes || adds).then(|| format!("{}: « {} audit »", file.path, before.join(" ")))
    });
    let overwrites = file.path.ends_with("audit_put.sql") && words.iter().any(|word| word == "conflict");
    if sql { wrong.chain(overwrites.then(|| format!("{}: replaces", file.path))).collect() } else { Vec::new() }
}

fn unfinished(file: &File) -> Vec<String> {
    if !file.is(&["rs"]) {
        return Vec::new();
    }
    file.lines_where(|line| {
        let left = UNFINISHED
            .iter()
            .find(|name| finds(line, name).is_some_and(|at| line[at + name.len()..].starts_with("!(")));
        left.map(|name| format!("{name}! leaves something for later"))
    })
}

fn silenced(file: &File) -> Vec<String> {
    let silent = ["#[", "#!["].map(|open| format!("{open}allow("));
    if !file.is(&["rs"]) {
        return Vec::new();
    }
    file.lines_where(|line| {
        silent
            .iter()
            .any(|s| line.contains(s))
            .then(|| "write #[expect(…, reason = \"…\")]: it tells when it is no longer needed".into())
    })
}

fn bans_lifted(file: &File) -> Vec<String> {
    if !file.is(&["rs"]) || ONE_PLACES.contains(&file.path.as_str()) {
        return Vec::new();
    }
    let lifted = concat!("clippy::", "disallowed_methods");
    file.lines_where(|line| {
        line.contains(lifted).then(|| format!("a ban of clippy.toml is lifted here; only in {}", ONE_PLACES.join(", ")))
    })
}

fn places_of_one_machine(file: &File) -> Vec<String> {
    let places = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];
    let lines = file.text.lines().enumerate();
    let wrong = lines.filter_map(|(n, line)| Some((n, places.iter().find(|place| line.contains(**place))?)));
    wrong.map(|(n, place)| format!("{}:{}: {place} is a folder of one machine", file.path, n + 1)).collect()
}

fn against_the_direction(file: &File) -> Vec<String> {
    let Some((level, name)) = DIRECTION.iter().enumerate().find(|(_, name)| file.path == format!("{name}/Cargo.toml"))
    else {
        return Vec::new();
    };
    let above = &DIRECTION[level + 1..];
    let wrong = above.iter().filter(|other| file.text.lines().any(|line| line.starts_with(&format!("savoir-{other}"))));
    wrong.map(|other| format!("{}: {name} must not know {other}", file.path)).collect()
}

#[test]
fn no_file_is_longer_than_400_lines() {
    hold("a long file hides what it does: split it by what it is about", too_long);
}

#[test]
fn vendor_crates_are_named_in_their_own_files_only() {
    hold("no vendor type crosses a seam (invariants 2 and 8)", vendors_out_of_place);
}

#[test]
fn sql_stands_in_models_only() {
    hold("SQL outside models", sql_out_of_place);
}

#[test]
fn the_audit_log_is_only_ever_added_to() {
    hold("a statement that changes or takes away lines of the audit log", against_the_log);
}

#[test]
fn nothing_is_left_for_later() {
    hold("unfinished code", unfinished);
}

#[test]
fn lints_are_never_silenced_for_good() {
    hold("a lint is silenced", silenced);
}

#[test]
fn clock_chance_environment_and_http_clients_are_named_in_one_place_each() {
    hold("invariant 7", bans_lifted);
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    hold("a path that exists on one machine only", places_of_one_machine);
}

#[test]
fn the_crates_know_each_other_in_one_direction_only() {
    hold("models ← pipeline ← api ← tests", against_the_direction);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let manifests = files().into_iter().filter(|f| f.path.ends_with("/Cargo.toml") && !f.path.contains("/target/"));
    let wrong = manifests.filter(|file| !file.text.contains("[lints]\nworkspace = true"));
    none("add [lints] workspace = true", wrong.map(|file| file.path).collect());
}

#[test]
fn every_sql_file_is_used() {
    let all = files();
    let named = |name: &str| all.iter().any(|f| f.path.starts_with("models/src/") && f.text.contains(name));
    let statements = all.iter().filter(|file| file.path.starts_with("models/sql/"));
    let idle = statements.filter(|f| !named(f.path.rsplit('/').next().unwrap_or_default()));
    none("no file of models/src names this statement: remove it", idle.map(|file| file.path.clone()).collect());
}

#[test]
fn the_changelog_tells_what_changed() {
    let text = std::fs::read_to_string(repository().join("CHANGELOG.md")).expect("there is a CHANGELOG.md");
    let mut lines = text.lines().skip_while(|line| !line.starts_with("## "));
    assert!(lines.next().is_some() && lines.any(|line| line.starts_with("- ")), "no version with a line of its own");
}

#[test]
fn the_paths_that_the_architecture_names_exist() {
    let top = repository();
    let missing = paths_of_the_map().into_iter().filter(|path| !top.join(path).exists());
    none("ARCHITECTURE.md names what is not there", missing.collect());
}

#[test]
fn the_architecture_names_every_module_of_the_three_crates() {
    let map = paths_of_the_map();
    let is_module = |path: &str| {
        let name = path.split_once("/src/").map_or("", |(_, name)| name);
        !name.contains('/') && !["lib.rs", "main.rs"].contains(&name)
    };
    let modules = files().into_iter().filter(|file| file.is_product() && is_module(&file.path));
    let unnamed = modules.map(|file| file.path).filter(|path| !map.contains(path));
    none("put it on the map of ARCHITECTURE.md", unnamed.collect());
}

/// The paths that ARCHITECTURE.md writes in backquotes; `a/{b,c}.rs` is two.
fn paths_of_the_map() -> BTreeSet<String> {
    let text = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("there is an ARCHITECTURE.md");
    let quoted = text.split('`').skip(1).step_by(2);
    let is_path = |quote: &str| {
        let known = [".rs", ".md", ".toml", ".sql", ".sh"].iter().any(|end| quote.ends_with(end));
        let is_route = quote.starts_with('/') || quote.contains("::");
        (known || quote.contains('/')) && !is_route && !quote.contains(char::is_whitespace)
    };
    let paths: BTreeSet<String> = quoted.filter(|quote| is_path(quote)).flat_map(one_for_each_brace).collect();
    assert!(paths.len() > 30, "only {} paths found in ARCHITECTURE.md", paths.len());
    paths
}

fn one_for_each_brace(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let (inside, after) = rest.split_once('}').expect("a brace that opens also closes");
    inside.split(',').flat_map(|one| one_for_each_brace(&format!("{before}{}{after}", one.trim()))).collect()
}

#[test]
fn the_rules_see_what_they_forbid_and_nothing_else() {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    let seen = |rule: fn(&File) -> Vec<String>, path: &str, text: &str| rule(&file(path, text)).len();
    let search = "pipeline/src/search.rs";

    assert_eq!(seen(too_long, search, &"x\n".repeat(401)), 1);
    assert_eq!(seen(too_long, search, &"x\n".repeat(400)), 0);
    assert_eq!(
        seen(vendors_out_of_place, search, "use tantivy::Index;\nlet a = sqlx::query();\n// tantivy::Index\n"),
        2
    );
    assert_eq!(
        seen(vendors_out_of_place, search, "use crate::tantivy_like;\nlet tantivy = 3;\nuse symphonia_like::X;\n"),
        0
    );
    assert_eq!(seen(vendors_out_of_place, "pipeline/src/index/text.rs", "use tantivy::Index;\n"), 0);
    assert_eq!(seen(sql_out_of_place, search, "let q = \"SELECT 1\";\nlet s = \"Select one\";\n"), 1);
    assert_eq!(seen(sql_out_of_place, "pipeline/src/x.sql", ""), 1);
    assert_eq!(seen(sql_out_of_place, "models/src/store.rs", "let q = \"SELECT 1\";"), 0);
    let line = "models/src/store/x.rs";
    for wrong in [
        "\"UPDATE audit SET who\"",
        "\"DELETE\nFROM audit\"",
        "\"INSERT INTO audit (seq)\"",
        "\"DROP TABLE \\\"audit\\\"\"",
    ] {
        assert_eq!(seen(against_the_log, line, wrong), 1, "{wrong}");
    }
    let reads = "\"SELECT seal FROM audit WHERE seq = 1\"; \"UPDATE counters SET value = 1 WHERE name = 'audit'\"";
    assert_eq!(seen(against_the_log, line, reads), 0);
    assert_eq!(seen(against_the_log, "models/sql/audit_put.sql", "INSERT INTO audit (seq)\nON CONFLICT DO NOTHING"), 1);
    assert_eq!(seen(unfinished, search, concat!("to", "do!()\nmy_to", "do!()\n// to", "do!()\n")), 1);
    assert_eq!(seen(silenced, search, concat!("#[al", "low(dead_code)]\n#![al", "low(x)]\n#[expect(x)]\n")), 2);
    assert_eq!(seen(bans_lifted, search, concat!("#[expect(clippy::", "disallowed_methods)]")), 1);
    assert_eq!(seen(bans_lifted, "models/src/id.rs", concat!("#[expect(clippy::", "disallowed_methods)]")), 0);
    assert_eq!(seen(places_of_one_machine, "README.md", concat!("cd /ro", "ot/x")), 1);
    assert_eq!(seen(against_the_direction, "models/Cargo.toml", "savoir-pipeline.workspace = true"), 1);
    assert_eq!(one_for_each_brace("a/{b,c}/{d,e}.rs"), ["a/b/d.rs", "a/b/e.rs", "a/c/d.rs", "a/c/e.rs"]);
}
