//! Whether a page can be used by everybody, as far as a machine can tell: axe-core, run in the page.

use std::sync::OnceLock;

use serde_json::Value;

use super::Browser;
use crate::env;

/// The rules that are held: WCAG 2.2, A and AA.
const TAGS: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]"#;

/// Holds the page that is open, in its present state, against the rules.
///
/// # Panics
/// When a rule is broken: with the rule, what to do, and every place. As [`violations`].
pub async fn assert_accessible(browser: &Browser) {
    let broken = violations(browser).await;
    if !broken.is_empty() {
        browser.fail(&format!("{} rules of accessibility are broken:\n{}", broken.len(), broken.concat())).await;
    }
}

/// The broken rules of the page that is open, in its present state, each for a person. Says loudly that it does not look
/// where `AXE` names no file; `scripts/axe.sh` fetches it, and `make test` sets it.
///
/// # Panics
/// When `AXE` names no file although `CI=true` or `SAVOIR_REQUIRE_AXE=1` asks for it.
pub async fn violations(browser: &Browser) -> Vec<String> {
    let Some(axe) = source() else { return Vec::new() };
    let is_there = browser.evaluate("typeof axe === 'object'").await;
    if is_there != Value::Bool(true) {
        browser.evaluate(&format!("{axe}; true")).await;
    }
    // It waits for timers, which a page without scripts has not.
    browser.let_run(true).await;
    let found = browser
        .evaluate(&format!(
            "axe.run(document, {{ runOnly: {{ type: 'tag', values: {TAGS} }}, resultTypes: ['violations'] }})
                .then(r => ({{ violations: r.violations.map(v => ({{ id: v.id, impact: v.impact, help: v.help,
                    nodes: v.nodes.map(n => ({{ target: n.target.flat().join(' '), html: n.html, why: n.failureSummary }})) }})),
                    passes: r.passes.length }}))"
        ))
        .await;
    browser.let_run(browser.runs_scripts()).await;
    let violations = found["violations"].as_array().unwrap_or_else(|| panic!("axe-core says {found}"));
    assert!(found["passes"].as_u64() > Some(0), "axe-core looked at nothing: {found}");
    violations.iter().map(tell).collect()
}

/// A broken rule, for a person.
fn tell(violation: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told =
        format!("\n* {} ({}): {}\n", text(&violation["id"]), text(&violation["impact"]), text(&violation["help"]));
    for node in violation["nodes"].as_array().into_iter().flatten() {
        let html: String = text(&node["html"]).chars().take(200).collect();
        let why = text(&node["why"]).replace('\n', "\n        ");
        told.push_str(&format!("    at {}\n        {html}\n        {why}\n", text(&node["target"])));
    }
    told
}

/// The text of axe-core.
fn source() -> Option<&'static str> {
    static SOURCE: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let Some(path) = env::variable("AXE") else {
            let required = env::is_required("AXE");
            assert!(!required, "axe-core is required: AXE must name its axe.min.js (scripts/axe.sh fetches it)");
            env::skipped("AXE names no axe.min.js; `make test` sets it");
            return None;
        };
        Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("AXE={path}: {error}")))
    };
    SOURCE.get_or_init(read).as_deref()
}
