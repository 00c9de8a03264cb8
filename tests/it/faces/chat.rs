//! The chat in a browser: the house's own page, with scripts and without, and the widget on a site of somebody else.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use savoir_models::viewer::{Audience, Role};
use savoir_tests::browser::{Browser, Look, assert_accessible};
use savoir_tests::house::{House, house};
use serde_json::Value;

use crate::chat::{jaw, published};

/// A house with a procedure for customers.
async fn furnished() -> House {
    let house = house().await;
    published(&house, "jaw", jaw(), Audience::Customer).await;
    house
}

/// A page of somebody else's that embeds the chat, and the browser on it; the key belongs to its origin.
async fn embedded(house: &House, language: &'static str) -> Option<Browser> {
    let address = house.listen().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let key = crate::chat::site(house, &origin).await;
    let page = format!(
        "<!doctype html><html lang={language}><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <link rel=icon href='data:,'><title>Laiterie</title><main><h1>Laiterie</h1><p>Nos fromages.</p></main>\
         <script src='http://{address}/chat.js' data-site-key='{key}' async></script></html>"
    );
    let router = Router::new().route("/", get(async move || Html(page)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let browser = Browser::at(&origin, None).await?;
    browser.forgive(&address.to_string());
    Some(browser)
}

/// What stands in the widget.
const ROOT: &str = "document.querySelector('savoir-chat').shadowRoot";

async fn in_widget(browser: &Browser, script: &str) -> Value {
    browser.evaluate(&format!("(() => {{ const root = {ROOT}; {script} }})()")).await
}

async fn widget_says(browser: &Browser, text: &str) {
    let told = async || in_widget(browser, "return root.querySelector('.log').textContent").await;
    browser.until(&format!("« {text} » in the widget"), async || told().await.as_str().unwrap().contains(text)).await;
}

async fn say(browser: &Browser, text: &str) {
    let quoted = serde_json::to_string(text).unwrap();
    in_widget(browser, &format!("root.querySelector('textarea').value = {quoted}")).await;
    browser.press("Enter").await;
}

/// The visitor's own messages, as the widget shows them.
async fn own(browser: &Browser) -> Vec<String> {
    let all = "return [...root.querySelectorAll('.visitor')].map(li => li.lastChild.textContent)";
    serde_json::from_value(in_widget(browser, all).await).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_helped_on_the_page_by_keyboard() {
    let house = furnished().await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Customer, Some("Laiterie du Val")).await;
    browser.look(Look::default().phone()).await;
    browser.go("/chat").await;
    browser.sees("Je suis un programme").await;
    browser.css("#text").await.type_text("Notre ensacheuse VP 320 s'arrête en E42, la production est arrêtée").await;
    browser.press("Enter").await;
    browser.sees("Ensacheuse : arrêt en E42").await;
    assert_accessible(&browser).await;
    browser.find("button", "Oui, étape par étape").await.click().await;
    browser.sees("Ouvrez le capot").await;
    browser.sees("Étape 1").await;
    browser.find("button", "C'est fait").await.click().await;
    browser.sees("Les mâchoires sont brûlantes").await;
    browser.find("button", "C'est fait").await.click().await;
    browser.sees("Nettoyez la fente de mesure").await;
    browser.find("button", "C'est fait").await.click().await;
    browser.sees("Le problème est-il résolu").await;
    browser.find("button", "Oui, ça marche").await.click().await;
    browser.sees("Très bien").await;
    assert_accessible(&browser).await;
    let before = browser.count(".log > *").await;
    browser.go("/chat").await;
    browser.sees("Très bien").await;
    assert_eq!(browser.count(".log > *").await, before, "the tab goes on where it was");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_works_without_scripts() {
    let house = furnished().await;
    let Some(browser) = Browser::open(&house).await else { return };
    let key = crate::chat::site(&house, "https://www.laiterie.example").await;
    browser.look(Look::default().phone().no_scripts()).await;
    browser.go(&format!("/chat/{key}")).await;
    browser.sees("Je suis un programme").await;
    browser.css("#text").await.type_text("Notre ensacheuse VP 320 s'arrête en E42, la production est arrêtée").await;
    browser.find("button", "Envoyer").await.click().await;
    browser.sees("Ensacheuse : arrêt en E42").await;
    browser.find("button", "Oui, étape par étape").await.click().await;
    browser.sees("Ouvrez le capot").await;
    browser.find("button", "Je veux une personne").await.click().await;
    browser.sees("S-").await;
    assert_eq!(house.kit.db.requests(None, None, 10).await.unwrap().len(), 1);
    assert_accessible(&browser).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_of_another_site_is_handed_over_and_a_broken_line_loses_and_repeats_nothing() {
    let house = furnished().await;
    let Some(browser) = embedded(&house, "fr").await else { return };
    browser.look(Look::default().phone()).await;
    browser.go("/").await;
    browser.until("the widget", async || browser.count("savoir-chat").await == 1).await;
    in_widget(&browser, "root.querySelector('.opener').focus()").await;
    browser.press("Enter").await;
    widget_says(&browser, "Je suis un programme").await;
    assert_eq!(in_widget(&browser, "return root.activeElement.localName").await, "textarea", "one may write at once");
    assert_accessible(&browser).await;
    say(&browser, "un four à pizza").await;
    widget_says(&browser, "Que fait-elle").await;

    browser.network(false).await;
    say(&browser, "il reste froid et ne chauffe plus").await;
    let status = async || in_widget(&browser, "return root.querySelector('.status').textContent").await;
    browser
        .until("that the line is broken", async || status().await.as_str().unwrap().contains("Connexion perdue"))
        .await;
    browser.network(true).await;
    widget_says(&browser, "un code ou un message").await;
    say(&browser, "pas de code").await;
    widget_says(&browser, "La production est-elle").await;
    say(&browser, "une personne s'il vous plaît").await;
    widget_says(&browser, "Votre numéro de demande").await;
    let reference = in_widget(&browser, "return root.querySelector('.reference').textContent").await;
    let request = house.kit.db.requests(None, None, 10).await.unwrap().remove(0);
    assert_eq!(reference, request.reference);
    let said = ["un four à pizza", "il reste froid et ne chauffe plus", "pas de code", "une personne s'il vous plaît"];
    assert_eq!(own(&browser).await, said);
    let kept = house.kit.db.chat_messages(request.chat, 0).await.unwrap();
    let kept: Vec<_> = kept.iter().filter(|m| m.client_id.is_some()).map(|m| m.text.as_str()).collect();
    assert_eq!(kept, said, "each once");

    let wide = browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
    assert_eq!(wide, 0, "nothing is wider than a phone");
    assert_accessible(&browser).await;
    browser.press("Escape").await;
    assert_eq!(in_widget(&browser, "return root.activeElement.className").await, "opener primary");
    // The next page of the site goes on where this one was.
    browser.go("/").await;
    browser.until("the widget", async || browser.count("savoir-chat").await == 1).await;
    in_widget(&browser, "root.querySelector('.opener').click()").await;
    widget_says(&browser, "Votre numéro de demande").await;
    assert_eq!(own(&browser).await, said);
    browser.forgive("ERR_INTERNET_DISCONNECTED");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_widget_speaks_the_language_of_its_site_and_is_dark_where_the_reader_wants_it() {
    let house = furnished().await;
    let Some(browser) = embedded(&house, "en").await else { return };
    let ground = "return getComputedStyle(root.querySelector('.panel')).backgroundColor";
    let mut grounds = Vec::new();
    for look in [Look::default(), Look::default().dark()] {
        browser.look(look).await;
        browser.go("/").await;
        browser.until("the widget", async || browser.count("savoir-chat").await == 1).await;
        in_widget(&browser, "root.querySelector('.opener').click()").await;
        widget_says(&browser, "I am a program").await;
        assert_accessible(&browser).await;
        grounds.push(in_widget(&browser, ground).await);
    }
    assert_ne!(grounds[0], grounds[1]);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coordinator_takes_a_request_and_closes_it() {
    let house = savoir_tests::furnished::furnished(House::build()).await;
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Coordinator, None).await;
    let request = house.kit.db.requests(None, None, 1).await.unwrap().remove(0);
    browser.go("/requests").await;
    browser.css(".hits a").await.click().await;
    browser.is_at(&format!("/requests/{}", request.id)).await;
    browser.sees("Léa, 01 99 00 12 34").await;
    browser.find("button", "Je la prends").await.click().await;
    browser.sees("Prise par").await;
    browser.css("#outcome").await.type_text("rappelée, passage demain").await;
    browser.find("button", "Clore").await.click().await;
    browser.sees("Close par").await;
    browser.go("/requests?state=closed").await;
    browser.sees(&request.reference).await;
    browser.close().await;
}
