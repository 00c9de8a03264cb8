//! The first approver cannot be the second, whatever they are called: accounts are compared, not names.

use savoir_models::id::AccountId;
use savoir_models::store::Db;
use savoir_models::viewer::Hand;
use savoir_tests::house::House;

use super::*;

/// Somebody who is asked about, and decides; true when it is taken.
async fn opens(db: &Db, asked: &Opening, name: &str, hand: Option<Hand>) -> bool {
    let by = Viewer { hand, ..Viewer::new(name, Role::Safety) };
    match db.decide_opening(asked.id, &yes(), &by, asked.revision, START).await.unwrap() {
        Opened::Done(_) => true,
        Opened::Refused(OpeningRefusal::OwnText) => false,
        other => panic!("{other:?}"),
    }
}

/// What waits for a second approval after `by` edited it, if `edits`, and approved it, else Anne did.
async fn asked(db: &Db, external: &str, by: &Viewer, edits: bool) -> Opening {
    let (_, draft, review) = reviewed(db, &intake(external, "Fait."), content("Four", "Four froid", HURTS)).await;
    if edits {
        let mut tx = db.begin().await.unwrap();
        let edited = content("Four", "Four bien froid", HURTS);
        tx.edit_draft(&draft, &edited, by, START).await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }
    let (approver, version) = if edits { (anne(), 2) } else { (by.clone(), 1) };
    let done = db.decide(review.id, &for_customers(None), &approver, reading(version), START).await.unwrap();
    let Decided::Done(Some(id)) = done else { panic!("{done:?}") };
    opening(db, id, 1).await.expect("it waits")
}

#[tokio::test]
async fn an_account_that_was_renamed_is_the_same_person_and_a_namesake_is_another() {
    for database in both().await {
        let db = &database.db;
        let (lea, other) = (AccountId::new(), AccountId::new());
        let first = Viewer { hand: Some(Hand::Account(lea)), ..Viewer::new("Léa", Role::Expert) };
        for (n, edits) in [(1, false), (2, true)] {
            let waits = asked(db, &format!("T-{n}"), &first, edits).await;
            assert!(!opens(db, &waits, "Léa Martin", Some(Hand::Account(lea))).await, "renamed");
            assert!(!opens(db, &waits, "Relais", Some(Hand::Token(lea))).await, "a token of hers");
            assert!(!opens(db, &waits, "léa", Some(Hand::Token(other))).await, "a token that somebody made for her");
            assert!(!opens(db, &waits, "LÉA", None).await, "a token made at the command line");
            assert!(opens(db, &waits, "Léa", Some(Hand::Account(other))).await, "a namesake");
        }
    }
}

#[tokio::test]
async fn what_was_signed_before_hands_were_kept_is_read_and_compared_by_name() {
    for database in both().await {
        let db = &database.db;
        for (n, edits) in [(1, false), (2, true)] {
            let waits = asked(db, &format!("T-{n}"), &Viewer::new("Léa", Role::Expert), edits).await;
            assert_eq!(waits.asked_hand, None);
            assert!(!opens(db, &waits, "léa", Some(Hand::Account(AccountId::new()))).await);
            assert!(opens(db, &waits, "Zoé", Some(Hand::Account(AccountId::new()))).await);
        }
    }
}

#[tokio::test]
async fn who_makes_a_token_of_another_name_does_not_become_another_person() {
    for house in [Some(house().await), House::build().postgres().open().await].into_iter().flatten() {
        let db = &house.kit.db;
        let mut tx = db.begin().await.unwrap();
        let ada = tx.put_account(&Viewer::new("Ada", Role::Administrator), None, START).await.unwrap().unwrap();
        let end = START.after(std::time::Duration::from_secs(3_600));
        let begun = tx.open_session(ada, None, "Firefox", end, START).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let cookie = format!("savoir_session={}", begun.secret);
        let csrf = get("/api/v1/session").with("cookie", &cookie).to(&house).await.expect(200)["csrf_token"].clone();
        let send = |path: &str, body: &serde_json::Value| {
            post(path, body).with("cookie", &cookie).with("x-csrf-token", csrf.as_str().unwrap())
        };
        let (_, draft, review) = reviewed(db, &intake("T-1", "Fait."), content("Four", "Four froid", HURTS)).await;
        let approve = json!({"decision": "approve", "audience": "customer"});
        let decision = send(&format!("/api/v1/reviews/{}/decision", review.id), &approve);
        let taken = decision.with("if-match", &format!("\"{}\"", draft.version)).to(&house).await.expect(200);
        assert!(!taken.to_string().contains(&ada.to_string()), "whose hand it was is shown to nobody: {taken}");

        let made = send("/api/v1/tokens", &json!({"name": "Zoé", "role": "safety"})).to(&house).await.expect(201);
        let again = json!({"name": "Max", "role": "administrator"});
        let second = send("/api/v1/tokens", &again).to(&house).await.expect(201);
        let child = post("/api/v1/tokens", &json!({"name": "Eve", "role": "safety"}));
        let child = child.by(second["token"].as_str().unwrap()).to(&house).await.expect(201);
        let door = format!("/api/v1/openings/{}/decision", taken["opening"]["id"].as_str().unwrap());
        let decide = |token: &str| post(&door, &json!({"decision": "approve"})).by(token).with("if-match", "\"1\"");
        for token in [&made, &child] {
            let refused = decide(token["token"].as_str().unwrap()).to(&house).await;
            let said = refused.problem(403, "forbidden");
            assert!(said["detail"].as_str().unwrap().starts_with("Who approved or edited"), "{said}");
        }
        let other = house.token(Role::Safety, None).await;
        let _ = decide(&other).to(&house).await.expect(200);
    }
}
