//! An expert at the workbench, without a mouse; two of them; and one whose browser runs no scripts.

use savoir_models::draft::Draft;
use savoir_models::id::ReviewId;
use savoir_models::review::{Review, ReviewState};
use savoir_models::viewer::{Role, Viewer};
use savoir_tests::browser::{Browser, Look, assert_accessible};
use savoir_tests::furnished::{furnished, known};
use savoir_tests::house::House;

/// The review of this kind: see [`known`].
async fn review_of(house: &House, kind: &str) -> ReviewId {
    known(&house.kit.db).await[kind].parse().unwrap()
}

async fn review(house: &House, id: ReviewId) -> Review {
    house.kit.db.review(id).await.unwrap().unwrap()
}

async fn draft(house: &House, id: ReviewId) -> Draft {
    house.kit.db.draft(review(house, id).await.draft).await.unwrap().unwrap()
}

/// Goes on with the tab key until this has the focus.
async fn tab_to(browser: &Browser, what: &str) {
    for _ in 0..60 {
        if browser.focused().await == what {
            return;
        }
        browser.press("Tab").await;
    }
    browser.fail(&format!("the tab key does not come to {what}")).await;
}

/// Goes down to the statement with these words.
async fn down_to(browser: &Browser, words: &str) {
    for _ in 0..60 {
        browser.press("j").await;
        let chosen = browser.evaluate("document.querySelector('.row.chosen .said')?.textContent ?? ''").await;
        if chosen.as_str().unwrap_or_default().contains(words) {
            return;
        }
    }
    browser.fail(&format!("no statement says « {words} »")).await;
}

#[tokio::test]
async fn a_clean_draft_is_found_by_keyboard_and_approved_with_three_keystrokes() {
    let house = furnished(House::build()).await;
    let id = review_of(&house, "review").await;
    let title = draft(&house, id).await.content.title.text;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Expert, None).await;
    browser.go("/reviews").await;
    tab_to(&browser, &format!("link « {title} »")).await;
    browser.press("Enter").await;
    browser.is_at(&format!("/reviews/{id}")).await;
    browser.press("a").await;
    browser.press("2").await;
    browser.press("Enter").await;
    browser.sees("Approuvée.").await;
    let decided = review(&house, id).await;
    assert_eq!((decided.state, decided.decision.as_deref()), (ReviewState::Decided, Some("approve")));
    assert_eq!(decided.decided_by.as_deref(), Some("Claire Roy"));
    browser.close().await;
}

#[tokio::test]
async fn a_statement_is_edited_taken_back_overridden_and_the_draft_approved_without_a_mouse() {
    let house = furnished(House::build()).await;
    let id = review_of(&house, "flawed").await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Expert, None).await;
    browser.go(&format!("/reviews/{id}")).await;
    down_to(&browser, "Remplacez la courroie").await;
    browser.press("e").await;
    browser.type_text(" Notez son repère.").await;
    browser.press("Control+Enter").await;
    browser.sees("Enregistré.").await;
    assert_eq!(draft(&house, id).await.content.steps[0].text, "Remplacez la courroie. Notez son repère.");
    browser.press("Escape").await;
    browser.press("z").await;
    browser.sees("Modification annulée.").await;
    assert_eq!(draft(&house, id).await.content.steps[0].text, "Remplacez la courroie.");

    down_to(&browser, "12 N·m").await;
    browser.press("o").await;
    browser.type_text("Couple de la notice du constructeur").await;
    browser.press("Enter").await;
    browser.sees("Claire Roy s'en porte garant").await;
    assert!(draft(&house, id).await.content.open_findings().is_empty());
    assert_accessible(&browser).await;
    browser.press("Escape").await;
    browser.press("a").await;
    browser.press("Enter").await;
    browser.until("it is decided", async || review(&house, id).await.state == ReviewState::Decided).await;
    browser.close().await;
}

#[tokio::test]
async fn a_known_fault_is_merged_another_sent_back_and_a_third_refused_without_a_mouse() {
    let house = furnished(House::build()).await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Expert, None).await;
    let reviews = house.kit.db.reviews(ReviewState::Open, None, 10).await.unwrap();
    let merged = review_of(&house, "compared").await;
    browser.go(&format!("/reviews/{merged}")).await;
    browser.press("m").await;
    tab_to(&browser, "button « Fusionner avec la procédure connue »").await;
    browser.press("Enter").await;
    browser.sees("C'est noté.").await;
    assert_eq!(review(&house, merged).await.decision.as_deref(), Some("merge"));

    let others: Vec<_> = reviews.iter().map(|one| one.id).filter(|id| *id != merged).collect();
    browser.go(&format!("/reviews/{}", others[0])).await;
    browser.press("q").await;
    browser.type_text("Quel couple de serrage ?").await;
    browser.press("Control+Enter").await;
    browser.until("it is sent back", async || review(&house, others[0]).await.state == ReviewState::SentBack).await;

    browser.go(&format!("/reviews/{}", others[1])).await;
    browser.press("r").await;
    browser.type_text("Cas particulier, sans portée").await;
    browser.press("Enter").await;
    browser.until("it is refused", async || review(&house, others[1]).await.decision.is_some()).await;
    assert_eq!(review(&house, others[1]).await.reason.as_deref(), Some("Cas particulier, sans portée"));
    browser.close().await;
}

#[tokio::test]
async fn two_who_edit_the_same_draft_lose_nothing() {
    let house = furnished(House::build()).await;
    let id = review_of(&house, "flawed").await;
    let Some((claire, paul)) = Browser::two(&house).await else { return };
    claire.enter(&house, Role::Expert, None).await;
    paul.enter(&house, Role::Safety, None).await;
    for browser in [&claire, &paul] {
        browser.go(&format!("/reviews/{id}")).await;
        down_to(browser, "Remplacez la courroie").await;
        browser.press("e").await;
    }
    claire.type_text(" Par Claire.").await;
    claire.press("Control+Enter").await;
    claire.sees("Enregistré.").await;
    paul.type_text(" Par Paul.").await;
    paul.press("Control+Enter").await;
    paul.until("to be told", async || paul.evaluate("!document.getElementById('notice').hidden").await == true).await;
    assert_eq!(draft(&house, id).await.content.steps[0].text, "Remplacez la courroie. Par Claire.");
    let typed = paul.evaluate("document.activeElement.value").await;
    assert_eq!(typed, "Remplacez la courroie. Par Paul.", "what was typed is still there");
    paul.press("Control+Enter").await;
    paul.sees("Enregistré.").await;
    assert_eq!(draft(&house, id).await.content.steps[0].text, "Remplacez la courroie. Par Paul.");
    claire.close().await;
    paul.forgive("status of 412");
    paul.close().await;
}

#[tokio::test]
async fn a_draft_is_edited_and_approved_without_scripts() {
    let house = furnished(House::build()).await;
    let id = review_of(&house, "review").await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().no_scripts()).await;
    browser.enter(&house, Role::Expert, None).await;
    browser.go(&format!("/reviews/{id}")).await;
    browser.css(".row[data-path='title'] .edit summary").await.click().await;
    browser.css(".row[data-path='title'] textarea").await.type_text(" (revu)").await;
    browser.css(".row[data-path='title'] button[value=say]").await.click().await;
    browser.until("it is kept", async || draft(&house, id).await.content.title.text.ends_with("(revu)")).await;
    browser.css("#approve > summary").await.click().await;
    browser.css("#approve button[value=approve]").await.click().await;
    browser.sees("Approuvée.").await;
    let viewer = Viewer::new("Un technicien", Role::Technician);
    let procedure = known(&house.kit.db).await["procedure"].parse().unwrap();
    assert!(house.kit.db.procedure(procedure, &viewer).await.unwrap().is_some());
    assert_eq!(review(&house, id).await.decision.as_deref(), Some("approve"));
    browser.close().await;
}
