//! A technician tells what they did, on a phone, by voice or in writing; and the line asks back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use savoir_models::intervention::Stage;
use savoir_models::store::{InterventionFilter, house as of_the_house};
use savoir_models::viewer::Role;
use savoir_pipeline::extractor::offline::Offline;
use savoir_pipeline::speech::apart::Decoding;
use savoir_pipeline::speech::whisper::{Whisper, WhisperSettings};
use savoir_tests::browser::{Browser, Look, assert_accessible};
use savoir_tests::env::repository;
use savoir_tests::house::House;

/// A browser on a phone whose microphone hears this file of the repository once, at the page where one dictates.
async fn phone(house: &House, heard: &str) -> Option<Browser> {
    let address = format!("http://{}", house.listen().await);
    let wav = repository().join(heard);
    let browser = Browser::at(&address, Some(&wav)).await?;
    browser.look(Look::default().phone()).await;
    browser.enter(house, Role::Technician, None).await;
    browser.go("/report").await;
    Some(browser)
}

/// Records until the clock of the page shows so many seconds.
async fn record(browser: &Browser, seconds: u64) {
    browser.css("#record").await.click().await;
    browser.sees("Enregistrement en cours").await;
    let level = "document.getElementById('level').value > 0.02";
    browser.until("the level moves", async || browser.evaluate(level).await == true).await;
    let begun = Instant::now();
    while browser.css("#clock").await.text().await < format!("{}:{:02}", seconds / 60, seconds % 60) {
        assert!(begun.elapsed() < Duration::from_secs(3 * seconds + 10), "the clock stands still");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    browser.css("#stop").await.click().await;
    browser.until("to listen again", async || browser.css("#heard").await.is_shown().await).await;
}

#[tokio::test]
async fn what_a_technician_dictates_is_heard_and_becomes_a_structured_report() {
    let model = repository().join("demo/speech/ggml-savoir-demo.bin");
    if !model.is_file() {
        return savoir_tests::env::skipped("the demo's speech model is absent");
    }
    let ear = Whisper::new(WhisperSettings { model, vad: None, threads: 2, max_minutes: 10, decoding: Decoding::Here })
        .unwrap();
    let house =
        House::build().real_time().transcriber(Ok(Arc::new(ear))).extractor(Arc::new(Offline)).open().await.unwrap();
    let Some(browser) = phone(&house, "demo/speech/audio/fr-01.wav").await else { return };
    browser.css("#family").await.type_text("ensacheuse verticale").await;
    browser.css("#code").await.type_text("E42").await;
    record(&browser, 34).await;
    assert_accessible(&browser).await;
    browser.css("#send").await.click().await;
    browser.until("to follow it", async || browser.path().await.starts_with("/interventions/")).await;
    house.work().await;
    browser.go(&browser.path().await).await;
    browser.sees("Ce que nous avons entendu").await;
    browser.sees("Ce que nous avons compris").await;
    let steps =
        browser.evaluate("[...document.querySelectorAll('.paper ol li')].map(e => e.textContent).join('|')").await;
    assert!(steps.as_str().unwrap().contains("thermocouple"), "{steps}");
    assert_accessible(&browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_dictation_survives_a_lost_connection_and_a_closed_page() {
    let house = House::build().real_time().extractor(Arc::new(Offline)).open().await.unwrap();
    let Some(browser) = phone(&house, "tests/fixtures/audio/sentence.wav").await else { return };
    record(&browser, 2).await;
    browser.network(false).await;
    browser.css("#send").await.click().await;
    browser.sees("Gardé sur cet appareil").await;
    // The page is closed before the network is back, and opened the next day.
    let _ = browser.evaluate("location.replace('about:blank')").await;
    browser.until("the page to close", async || browser.evaluate("location.href").await == "about:blank").await;
    browser.network(true).await;
    browser.go("/report").await;
    browser.sees("Un enregistrement n'est pas encore parti").await;
    browser.css("#send").await.click().await;
    browser.until("to follow it", async || browser.path().await.starts_with("/interventions/")).await;
    let all =
        house.kit.db.interventions(&InterventionFilter { limit: 10, ..Default::default() }, &of_the_house()).await;
    let all = all.unwrap();
    assert_eq!(all.len(), 1, "what is sent twice is taken once");
    assert_eq!(all[0].recordings().count(), 1);
    browser.go("/report").await;
    browser.until("to begin anew", async || browser.css("#record").await.is_shown().await).await;
    browser.forgive("ERR_INTERNET_DISCONNECTED");
    browser.close().await;
}

#[tokio::test]
async fn a_report_is_written_without_scripts_and_what_the_line_asks_is_answered() {
    let house = House::build().real_time().extractor(Arc::new(Offline)).open().await.unwrap();
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().phone().no_scripts()).await;
    browser.enter(&house, Role::Technician, None).await;
    browser.go("/report").await;
    browser.css("#family").await.type_text("compresseur à vis").await;
    browser.css("#text").await.type_text("Réparé, la machine repart.").await;
    browser.css("#written button").await.click().await;
    browser.until("to follow it", async || browser.path().await.starts_with("/interventions/")).await;
    house.work().await;
    let here = browser.path().await;
    browser.go(&here).await;
    browser.sees("Attend vos réponses").await;
    assert_accessible(&browser).await;
    let questions = browser.count("textarea[id^=q-]").await;
    for n in 1..=questions {
        let answer = browser.css(&format!("form.paper label:nth-of-type({n}) + textarea")).await;
        answer
            .type_text("Le tuyau d'huile était percé. J'ai remplacé le tuyau, puis contrôlé l'étanchéité à 7 bar.")
            .await;
    }
    browser.find("button", "Répondre").await.click().await;
    browser.sees("Merci").await;
    house.work().await;
    let id = here.trim_start_matches("/interventions/").split('?').next().unwrap().parse().unwrap();
    let case = house.kit.db.intervention(id, &of_the_house()).await.unwrap().unwrap();
    assert_eq!(case.stage, Stage::InReview, "{:?}", case.waiting);
    browser.close().await;
}
