//! Coming in and going out, in a browser.

use std::time::Duration;

use savoir_models::viewer::Role;
use savoir_tests::browser::{Browser, Look, assert_accessible};
use savoir_tests::house::{House, house};

const PASSWORD: &str = "la clef sous le pot de thym";

/// The secret of a link for the first administrator.
async fn first_link(house: &House) -> String {
    let mut tx = house.kit.db.begin().await.unwrap();
    let secret = tx.put_link(None, house.kit.clock.now().after(Duration::from_secs(600))).await.unwrap();
    tx.commit().await.unwrap();
    secret
}

#[tokio::test]
async fn the_first_administrator_comes_by_a_link_and_from_then_on_by_the_door() {
    let house = house().await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().phone()).await;
    browser.go(&format!("/link#{}", first_link(&house).await)).await;
    browser.is_at("/link").await;
    browser.find("textbox", "Votre nom").await.type_text("Anne Keller").await;
    browser.css("#password").await.type_text(PASSWORD).await;
    browser.press("Enter").await;
    browser.sees("Votre mot de passe est enregistré").await;
    browser.until("the name is filled in", async || browser.css("#name").await.value().await == "Anne Keller").await;
    browser.css("#password").await.type_text("une autre phrase").await;
    browser.press("Enter").await;
    browser.css("[role=alert]").await;
    assert_accessible(&browser).await;
    browser.css("#password").await.type_text(PASSWORD).await;
    browser.find("button", "Se connecter").await.click().await;
    browser.is_at("/").await;
    browser.css(".self summary").await.click().await;
    assert_accessible(&browser).await;
    browser.find("button", "Se déconnecter").await.click().await;
    browser.is_at("/login").await;
    browser.forgive("status of 401");
    browser.close().await;
}

#[tokio::test]
async fn who_has_not_come_in_is_asked_and_then_brought_where_they_wanted_to_go() {
    let house = house().await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.look(Look::default().no_scripts()).await;
    browser.go(&format!("/link#{}", first_link(&house).await)).await;
    // Without scripts the secret is pasted.
    let secret = browser.evaluate("location.hash.slice(1)").await;
    browser.find("textbox", "Code du lien").await.type_text(secret.as_str().unwrap()).await;
    browser.find("textbox", "Votre nom").await.type_text("Anne Keller").await;
    browser.css("#password").await.type_text(PASSWORD).await;
    browser.find("button", "Enregistrer le mot de passe").await.click().await;
    browser.sees("Connectez-vous").await;
    browser.go("/?q=E42").await;
    browser.until("to be asked", async || browser.path().await.starts_with("/login?to=")).await;
    browser.find("textbox", "Nom").await.type_text("anne keller").await;
    browser.css("#password").await.type_text(PASSWORD).await;
    browser.find("button", "Se connecter").await.click().await;
    browser.is_at("/?q=E42").await;
    browser.close().await;
}

#[tokio::test]
async fn a_language_that_is_chosen_stays() {
    let house = house().await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.go("/login").await;
    browser.find("button", "English").await.click().await;
    browser.find("heading", "Log in").await;
    browser.is_at("/login").await;
    browser.go("/link").await;
    browser.find("heading", "Choose a password").await;
    browser.find("button", "Français").await.click().await;
    browser.find("heading", "Choisir un mot de passe").await;
    browser.close().await;
}

#[tokio::test]
async fn a_page_that_is_not_there_or_not_for_one_says_so_like_a_page() {
    let house = house().await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Technician, None).await;
    for path in ["/nulle-part", "/procedures/0199a0c8-1111-7000-8000-000000000000"] {
        browser.go(path).await;
        browser.find("heading", "Page introuvable").await;
        assert_accessible(&browser).await;
    }
    browser.forgive("status of 404");
    browser.close().await;
}
