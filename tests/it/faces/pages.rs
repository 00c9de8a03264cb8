//! What is asked of every page, in both languages, both themes, on a phone and on a desk.

use std::collections::BTreeMap;

use savoir_tests::browser::{Browser, DESK, Look, PHONE, violations};
use savoir_tests::furnished::{furnished, known};
use savoir_tests::house::House;
use serde_json::Value;

use super::examples::{EXAMPLES, Example};

/// A page with its styles and scripts, without media: bytes on the line.
const MOST_BYTES: u64 = 100_000;

/// What is asked of a page itself: its language, its headings, what is too small for a thumb, and how far things moved while it was made.
const ASKED: &str = r#"new Promise(done => {
    let moved = 0;
    const watch = new PerformanceObserver(list => list.getEntries().forEach(e => moved += e.hadRecentInput ? 0 : e.value));
    watch.observe({ type: "layout-shift", buffered: true });
    const root = document.documentElement;
    const shown = e => e.checkVisibility() && e.getBoundingClientRect().width > 1;
    const name = e => `<${e.localName}${e.id ? " id=" + e.id : ""}${e.className ? " class=" + e.className : ""}> ` +
        (e.textContent || e.name || "").trim().slice(0, 40);
    const targets = "button, input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea, summary, .button";
    const small = [...document.querySelectorAll(targets)].filter(e => shown(e) && e.getBoundingClientRect().height < 44);
    setTimeout(() => done({
        lang: root.lang,
        title: document.title,
        headings: document.querySelectorAll("h1").length,
        small: small.map(e => Math.round(e.getBoundingClientRect().height) + " px: " + name(e)),
        moved,
    }), 60);
})"#;

/// By how much the page is wider than the window, and what makes it so.
const WIDER: &str = r#"(() => {
    const root = document.documentElement, by = root.scrollWidth - root.clientWidth;
    const wide = e => e.checkVisibility() && e.getBoundingClientRect().right > root.clientWidth + 1;
    const all = by > 0 ? [...document.querySelectorAll("body *")].filter(wide) : [];
    return { by, what: all.slice(0, 5).map(e => `<${e.localName} class=${e.className}> ${e.textContent.trim().slice(0, 40)}`) };
})()"#;

/// What is wrong with a page, when it is opened and looked at in the light and in the dark.
async fn wrong_with(browser: &Browser, example: &Example, path: &str, look: Look) -> Vec<String> {
    browser.look(look).await;
    browser.go(path).await;
    let mut wrong = Vec::new();
    let page = browser.evaluate(ASKED).await;
    let asked = browser.asked().await;
    let (status, address) = asked.first().map(|asked| (asked.status, asked.url.clone())).unwrap_or_default();
    if status != 200 || !address.ends_with(path) {
        wrong.push(format!("it answers {status} at {address}"));
    }
    if page["lang"] != look.language {
        wrong.push(format!("its language is {}", page["lang"]));
    }
    if page["headings"] != 1 || page["title"].as_str().is_none_or(str::is_empty) {
        wrong.push(format!("{} h1, title {}", page["headings"], page["title"]));
    }
    let wider = browser.evaluate(WIDER).await;
    if wider["by"].as_i64() > Some(0) {
        wrong.push(format!("{} px wider than the window: {:#}", wider["by"], wider["what"]));
    }
    if look.size == PHONE && example.is_for_phones() && page["small"] != Value::Array(Vec::new()) {
        wrong.push(format!("too small for a thumb (44 px): {:#}", page["small"]));
    }
    if page["moved"].as_f64() > Some(0.02) {
        wrong.push(format!("it moves while it is made: {}", page["moved"]));
    }
    let weight = browser.weight().await;
    if weight.total() > MOST_BYTES || weight.styles == 0 {
        wrong.push(format!("it weighs {weight:?}, {MOST_BYTES} at most"));
    }
    wrong.extend(violations(browser).await);
    if look.size == DESK {
        // Colours and forms are those of the phone.
        return wrong;
    }
    // In the dark with everything opened that can be.
    browser.look(look.dark()).await;
    let opened = "document.querySelectorAll('details').forEach(one => one.open = true)";
    browser.evaluate(opened).await;
    wrong.extend(violations(browser).await.into_iter().map(|rule| format!("in the dark, all open: {rule}")));
    let wider = browser.evaluate(WIDER).await;
    if wider["by"].as_i64() > Some(0) {
        wrong.push(format!("all open, {} px wider than the window: {:#}", wider["by"], wider["what"]));
    }
    wrong
}

/// Looks at every page with this window and in this language.
async fn look_at_all(house: &House, known: &BTreeMap<&'static str, String>, language: &'static str) {
    let Some(browser) = Browser::open(house).await else { return };
    browser.keeps(false).await;
    let mut wrong = Vec::new();
    for size in [PHONE, DESK] {
        let look = Look { size, ..Look::default() }.language(language);
        for example in EXAMPLES {
            browser.enter(house, example.role, None).await;
            let path = example.path(known);
            let found = wrong_with(&browser, example, &path, look).await;
            wrong.extend(found.into_iter().map(|what| format!("{} {path} ({}): {what}", look.name(), example.name())));
        }
    }
    if !wrong.is_empty() {
        browser.fail(&format!("{} things are wrong:\n{}", wrong.len(), wrong.join("\n"))).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn every_page_is_good_in_french() {
    let house = furnished(House::build()).await;
    look_at_all(&house, &known(&house.kit.db).await, "fr").await;
}

#[tokio::test]
async fn every_page_is_good_in_english() {
    let house = furnished(House::build()).await;
    look_at_all(&house, &known(&house.kit.db).await, "en").await;
}

#[tokio::test]
async fn every_page_says_what_it_has_to_say_without_scripts() {
    let house = furnished(House::build()).await;
    let known = known(&house.kit.db).await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().no_scripts()).await;
    for example in EXAMPLES {
        browser.enter(&house, example.role, None).await;
        let path = example.path(&known);
        browser.go(&path).await;
        let asked = browser.asked().await;
        assert_eq!(asked.first().map(|page| page.status), Some(200), "{path}");
        let text = browser.css("main").await.text().await;
        assert!(text.chars().count() > 40, "{path} says only « {text} »");
    }
    browser.close().await;
}
