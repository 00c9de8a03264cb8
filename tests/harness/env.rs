//! What surrounds a test run: the one place of the tests that reads the environment.

use std::io::Write;
use std::path::{Path, PathBuf};

/// A variable of the environment, when it is set and not empty.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place of the tests that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether what a test leans on must be there: because `CI=true`, or `SAVOIR_REQUIRE_…=1` of this name, asks for it.
#[must_use]
pub fn is_required(name: &str) -> bool {
    let says = |variable: &str, word: &str| self::variable(variable).is_some_and(|value| value == word);
    says("CI", "true") || says(&format!("SAVOIR_REQUIRE_{name}"), "1")
}

/// The top folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests have a folder of their own").to_owned()
}

/// The program that the tests belong to: built by `make test` before they run.
///
/// # Panics
/// When it is not there.
#[must_use]
pub fn program() -> PathBuf {
    let program = profile().join("savoir");
    assert!(program.is_file(), "{} is not there: run `cargo build --workspace` first", program.display());
    program
}

/// The folder that everything is built in.
///
/// # Panics
/// When the tests are not there.
#[must_use]
pub fn target() -> PathBuf {
    profile().parent().expect("in the target folder").to_owned()
}

/// The folder of the profile that the tests are built in: `target/debug`.
fn profile() -> PathBuf {
    let tests = std::env::current_exe().expect("a test runs");
    tests.parent().and_then(Path::parent).expect("in the target folder").to_owned()
}

/// A file or folder of the shared material, which is no part of the repository: under `SAVOIR_SHARED`, or in
/// `../shared` beside the repository. When it is absent the test is told to be skipped, loudly.
#[must_use]
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = variable("SAVOIR_SHARED").map_or_else(|| repository().join("../shared"), PathBuf::from);
    let found = folder.join(path);
    if found.exists() {
        return Some(found);
    }
    skipped(&format!("{} is absent; SAVOIR_SHARED names the folder of the shared material", found.display()));
    None
}

/// Says that a test does not test. Not with `eprintln!`, which a passing test swallows.
pub fn skipped(reason: &str) {
    let thread = std::thread::current();
    let line = format!("\nSKIPPED: {}: {reason}\n", thread.name().unwrap_or("a test"));
    std::io::stderr().write_all(line.as_bytes()).expect("stderr takes a line");
}
