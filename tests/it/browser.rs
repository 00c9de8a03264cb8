//! The browser of the tests keeps its promises: on a page that the test itself serves.

use std::panic::AssertUnwindSafe;

use axum::response::{Html, IntoResponse, Response};
use futures_util::FutureExt;
use savoir_models::viewer::Role;
use savoir_tests::browser::{Browser, Look, PHONE, assert_accessible};
use savoir_tests::env::repository;
use savoir_tests::house::house;
use savoir_tests::service::{Received, Service};

/// A small page that is as it should be.
const GOOD: &str = r#"<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Essai</title>
<link rel="icon" href="data:,">
<style>
body { color: #000; background: #fff; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #111; } }
</style>
</head>
<body>
<main>
<h1>Chercher</h1>
<form action="/found"><label>Panne <input name="q" type="search"></label> <button>Envoyer</button></form>
<p id="scripts">sans</p>
<div id="widget"></div>
</main>
<script>
document.getElementById("scripts").textContent = "avec";
document.getElementById("widget").attachShadow({ mode: "open" }).innerHTML = "<button>Ombre</button>";
document.addEventListener("keydown", e => { if (e.ctrlKey && e.key === "k") document.title = "repris"; });
</script>
</body>
</html>"#;

async fn serve(page: impl Fn(&Received) -> Response + Send + Sync + 'static) -> String {
    Service::start(page).await.address
}

/// A browser at a house of one page.
async fn at(page: &'static str) -> Option<Browser> {
    Browser::at(&serve(move |_| Html(page).into_response()).await, None).await
}

/// What a test dies of when it does this to a browser.
async fn dies(browser: Browser, of: impl AsyncFnOnce(Browser)) -> String {
    let died = AssertUnwindSafe(of(browser)).catch_unwind().await.expect_err("it fails");
    died.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[tokio::test]
async fn what_stands_on_a_page_is_found_by_role_and_name_and_used() {
    let Some(browser) = at(GOOD).await else { return };
    browser.go("/").await;
    let field = browser.find("searchbox", "Panne").await;
    field.type_text("E42 à chaud").await;
    assert_eq!(field.value().await, "E42 à chaud");
    assert_eq!(browser.focused().await, "searchbox « Panne »");
    assert_eq!(browser.names("button").await, ["Envoyer", "Ombre"], "inside a shadow root, too");
    assert_eq!(browser.find("button", "Ombre").await.text().await, "Ombre");
    browser.lacks("button", "Effacer").await;
    browser.press("Control+k").await;
    browser.until("the page hears keys", async || browser.evaluate("document.title").await == "repris").await;
    browser.press("Tab").await;
    assert_eq!(browser.focused().await, "button « Envoyer »");
    browser.press("Enter").await;
    browser.is_at("/found?q=E42+%C3%A0+chaud").await;
    browser.close().await;
}

#[tokio::test]
async fn a_person_looks_in_any_light_language_and_window_with_scripts_or_without() {
    let address = serve(|received: &Received| {
        let language = received.headers["accept-language"].to_str().unwrap().to_owned();
        Html(GOOD.replace("Chercher", &language)).into_response()
    });
    let Some(browser) = Browser::at(&address.await, None).await else { return };
    let state = "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language,
        document.querySelector('#scripts').textContent, document.querySelector('h1').textContent].join()";
    for (look, expected) in [
        (Look::default(), "1440,false,fr,avec,fr"),
        (Look::default().phone().dark(), "360,true,fr,avec,fr"),
        (Look::default().language("en").no_scripts(), "1440,false,en,sans,en"),
        (Look::default().language("en"), "1440,false,en,avec,en"),
    ] {
        browser.look(look).await;
        browser.go("/").await;
        assert_eq!(browser.evaluate(state).await, expected, "{look:?}");
        browser.find("button", "Envoyer").await.click().await;
        browser.is_at("/found?q=").await;
    }
    assert_eq!(Look::all().filter(|look| look.size == PHONE).count(), 4);
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_comes_without_network_does_not_come() {
    let Some(browser) = at(GOOD).await else { return };
    browser.go("/").await;
    browser.network(false).await;
    assert_eq!(browser.evaluate("navigator.onLine").await, false);
    assert_eq!(browser.evaluate("fetch('/x').then(() => 'came', () => 'lost')").await, "lost");
    browser.network(true).await;
    assert_eq!(browser.evaluate("fetch('/x').then(() => 'came', () => 'lost')").await, "came");
    browser.forgive("ERR_INTERNET_DISCONNECTED");
    browser.close().await;
}

#[tokio::test]
async fn a_test_hears_what_the_browser_complains_of() {
    let wrongs = [
        ("<script>console.error('aie')</script>", "aie"),
        ("<script>throw new Error('oups')</script>", "oups"),
        ("<img src='/missing.png' alt=''>", "missing.png"),
        ("<img src='http://example.com/x.png' alt=''>", "http://example.com/x.png"),
        ("<script>fetch('https://example.org/y').catch(() => 0)</script>", "https://example.org/y"),
    ];
    for (wrong, said) in wrongs {
        let address = serve(move |received: &Received| match received.path.as_str() {
            "/" => Html(format!("{GOOD}{wrong}")).into_response(),
            _ => axum::http::StatusCode::NOT_FOUND.into_response(),
        });
        let Some(browser) = Browser::at(&address.await, None).await else { return };
        browser.go("/").await;
        browser.evaluate("new Promise(done => setTimeout(done, 100))").await;
        let died = dies(browser, async |browser: Browser| browser.close().await).await;
        assert!(died.contains("not quiet") && died.contains(said) && died.contains("Panne"), "{wrong}: {died}");
    }
}

#[tokio::test]
async fn what_breaks_the_rules_of_the_content_is_a_complaint() {
    let address = serve(|_| {
        let policy = [("content-security-policy", "style-src 'self'; img-src data:; script-src 'none'")];
        (policy, Html("<!doctype html><link rel='icon' href='data:,'><p style='color:red'>rouge")).into_response()
    });
    let Some(browser) = Browser::at(&address.await, None).await else { return };
    browser.go("/").await;
    let died = dies(browser, async |browser: Browser| browser.close().await).await;
    assert!(died.contains("security: ") && died.contains("inline style"), "{died}");
}

#[tokio::test]
async fn a_test_that_waits_in_vain_says_what_for_and_shows_the_page() {
    let Some(browser) = at(GOOD).await else { return };
    browser.go("/").await;
    let died = dies(browser, async |browser: Browser| {
        browser.find("button", "Effacer").await;
        browser.close().await;
    });
    let died = died.await;
    for part in ["button « Effacer »", r#"["Envoyer", "Ombre"]"#, "Chercher", "screenshots/failed/browser-"] {
        assert!(died.contains(part), "{part}: {died}");
    }
}

#[tokio::test]
async fn a_page_is_weighed_as_it_came_over_the_line() {
    let address = serve(|received: &Received| match received.path.as_str() {
        "/" => Html("<!doctype html><link rel=icon href='data:,'><link rel=stylesheet href=s.css><p>1").into_response(),
        _ => ([("content-type", "text/css")], "p { color: #000 }".repeat(1_000)).into_response(),
    });
    let Some(browser) = Browser::at(&address.await, None).await else { return };
    browser.go("/").await;
    let weight = browser.weight().await;
    assert!((100..400).contains(&weight.document), "{weight:?}");
    assert!((17_000..17_300).contains(&weight.styles), "{weight:?}");
    assert_eq!(weight.scripts, 0);
    assert_eq!(weight.total(), weight.document + weight.styles);
    let urls: Vec<_> = browser.asked().await.into_iter().map(|asked| (asked.kind, asked.status)).collect();
    assert_eq!(urls, [("Document".to_owned(), 200), ("Stylesheet".to_owned(), 200)]);
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_not_everybody_can_use_is_refused() {
    let Some(browser) = at(GOOD).await else { return };
    browser.go("/").await;
    assert_accessible(&browser).await;
    if savoir_tests::env::variable("AXE").is_none() {
        return browser.close().await;
    }
    browser.evaluate("document.querySelector('label').replaceWith(document.querySelector('input'))").await;
    let died = dies(browser, async |browser: Browser| {
        assert_accessible(&browser).await;
        browser.close().await;
    });
    let died = died.await;
    assert!(died.contains("* label (critical)") && died.contains("<input"), "{died}");
}

#[tokio::test]
async fn a_page_that_listens_hears_the_recording() {
    let wav = repository().join("tests/fixtures/audio/sentence.wav");
    let address = serve(|_| Html(GOOD).into_response()).await;
    let Some(browser) = Browser::at(&address, Some(&wav)).await else { return };
    browser.go("/").await;
    let loudest = "navigator.mediaDevices.getUserMedia({ audio: true }).then(stream => new Promise(done => {
        const context = new AudioContext(), ear = context.createAnalyser();
        context.createMediaStreamSource(stream).connect(ear);
        const heard = new Float32Array(ear.fftSize);
        let loudest = 0, looks = 0;
        const look = setInterval(() => {
            ear.getFloatTimeDomainData(heard);
            loudest = Math.max(loudest, ...heard.map(Math.abs));
            if (loudest > 0.05 || ++looks > 40) { clearInterval(look); done(loudest); }
        }, 50);
    }))";
    let loudest = browser.evaluate(loudest).await;
    assert!(loudest.as_f64() > Some(0.05), "{loudest}");
    browser.close().await;
}

#[tokio::test]
async fn somebody_comes_into_a_house_as_each_role_and_goes_out_again() {
    let house = house().await;
    let Some(browser) = Browser::open(&house).await else { return };
    for (role, organisation) in [(Role::Expert, None), (Role::Customer, Some("Laiterie du Val"))] {
        browser.enter(&house, role, organisation).await;
        browser.go("/api/v1/session").await;
        browser.sees(&format!("\"role\":\"{role}\"")).await;
        assert!(browser.text().await.contains(organisation.unwrap_or("expert")));
    }
    browser.enter(&house, None, None).await;
    browser.go("/api/v1/session").await;
    browser.sees("token_missing").await;
    browser.forgive("401");
    browser.close().await;
}
