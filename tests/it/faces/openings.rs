//! What can hurt reaches customers after a second person has looked at it.

use savoir_models::viewer::{Role, Viewer};
use savoir_tests::browser::{Browser, Look, assert_accessible};
use savoir_tests::furnished::{furnished, known};
use savoir_tests::house::House;

#[tokio::test]
async fn the_safety_role_opens_a_dangerous_procedure_to_customers_and_one_of_them_reads_it() {
    let house = furnished(House::build()).await;
    let opening = known(&house.kit.db).await["opening"].parse().unwrap();
    let opening = house.kit.db.opening(opening).await.unwrap().unwrap();
    let customer = Viewer { organisation: Some("Laiterie du Val".into()), ..Viewer::new("Un client", Role::Customer) };
    assert!(house.kit.db.procedure(opening.procedure, &customer).await.unwrap().is_none());
    let Some(browser) = Browser::open(&house).await else { return };
    browser.enter(&house, Role::Safety, None).await;
    browser.go("/openings").await;
    assert_accessible(&browser).await;
    browser.css("form[action$='/decision'] button[value=approve]").await.click().await;
    let opened = async || house.kit.db.procedure(opening.procedure, &customer).await.unwrap().is_some();
    browser.until("it is open", opened).await;
    browser.look(Look::default().phone()).await;
    browser.enter(&house, Role::Customer, Some("Laiterie du Val")).await;
    browser.go(&format!("/procedures/{}", opening.procedure)).await;
    browser.css(".danger").await;
    assert_accessible(&browser).await;
    browser.close().await;
}
