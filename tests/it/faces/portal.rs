//! A technician on a phone: from the symptom to the procedure, through its steps, to whether it worked.

use savoir_models::procedure::Procedure;
use savoir_models::store::Db;
use savoir_models::viewer::{Role, Viewer};
use savoir_tests::browser::{Browser, Look, assert_accessible};
use savoir_tests::furnished::{furnished, known};
use savoir_tests::house::House;

/// A procedure of the house that technicians see.
async fn procedure(db: &Db) -> Procedure {
    let id = known(db).await["procedure"].parse().unwrap();
    db.procedure(id, &Viewer::new("Un technicien", Role::Technician)).await.unwrap().unwrap()
}

/// A word of a title that is not everywhere.
fn question(procedure: &Procedure) -> String {
    procedure.revision.content.title.text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect()
}

#[tokio::test]
async fn a_technician_finds_a_procedure_works_through_it_and_says_that_it_worked() {
    let house = furnished(House::build()).await;
    let wanted = procedure(&house.kit.db).await;
    let (content, title) = (&wanted.revision.content, &wanted.revision.content.title.text);
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().phone()).await;
    browser.enter(&house, Role::Technician, None).await;
    browser.go("/").await;
    browser.find("searchbox", "Symptôme, code d'erreur ou machine").await.type_text(&question(&wanted)).await;
    browser.find("link", title).await.click().await;
    browser.is_at(&format!("/procedures/{}", wanted.id)).await;

    let steps = content.steps.len();
    assert_eq!(browser.count(".step input").await, steps);
    for n in 1..=steps {
        browser.css(&format!(".steps ol li:nth-child({n}) label")).await.click().await;
        browser.sees(&format!("{n} étapes sur {steps} faites")).await;
    }
    // Somebody rings, the phone is put away, the page is opened again.
    browser.go(&format!("/procedures/{}", wanted.id)).await;
    browser.sees(&format!("{steps} étapes sur {steps} faites")).await;
    assert_accessible(&browser).await;
    browser.find("button", "Tout décocher").await.click().await;
    browser.until("no step is ticked", async || browser.count(".step input:checked").await == 0).await;

    browser.find("button", "Oui, réparé").await.click().await;
    browser.sees("Merci, c'est noté.").await;
    assert_eq!(procedure(&house.kit.db).await.worked, wanted.worked + 1);
    browser.close().await;
}

#[tokio::test]
async fn a_technician_without_scripts_finds_a_procedure_and_says_that_it_did_not_work() {
    let house = furnished(House::build()).await;
    let wanted = procedure(&house.kit.db).await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().phone().no_scripts()).await;
    browser.enter(&house, Role::Technician, None).await;
    browser.go("/").await;
    browser.find("searchbox", "Symptôme, code d'erreur ou machine").await.type_text(&question(&wanted)).await;
    browser.press("Enter").await;
    browser.find("link", &wanted.revision.content.title.text).await.click().await;
    browser.css(".step").await.click().await;
    assert!(browser.css(".step input").await.is_ticked().await, "boxes are ticked without scripts, too");
    browser.css(".worked summary").await.click().await;
    browser.css("#comment").await.type_text("Le code revient après dix minutes.").await;
    browser.find("button", "Signaler que cela n'a pas marché").await.click().await;
    browser.sees("Merci, c'est noté.").await;
    assert_eq!(procedure(&house.kit.db).await.failed, wanted.failed + 1);
    browser.close().await;
}

#[tokio::test]
async fn what_is_typed_is_looked_for_while_one_types_and_nothing_found_says_what_to_do() {
    let house = furnished(House::build()).await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Technician, None).await;
    browser.go("/").await;
    browser.sees("Tapez ce que vous voyez").await;
    let field = browser.find("searchbox", "Symptôme, code d'erreur ou machine").await;
    field.type_text("E42").await;
    browser.is_at("/?q=E42").await;
    browser.until("something is found", async || browser.count(".hits > li").await > 0).await;
    field.set_text("X99999").await;
    browser.sees("Aucune procédure ne répond à cette recherche.").await;
    assert_accessible(&browser).await;
    browser.close().await;
}
