//! Conversations, from the first word to the last.

use savoir_models::audit::Action;
use savoir_models::viewer::{Audience, Role};
use savoir_tests::call::{get, post};
use savoir_tests::data::content;
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use super::{As, Talk, houses, jaw, published, sentences, texts, visitor};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_asked_one_thing_at_a_time_and_helped_by_an_approved_procedure() {
    for (house, procedure) in houses().await {
        let customer = As::Token(house.token(Role::Customer, Some("Laiterie du Val")).await);
        for who in [customer, visitor(&house).await] {
            let mut talk = Talk::begin(&house, &who, "fr").await;
            assert_eq!(sentences(&talk.read().await), ["greeting", "ask_machine"]);
            assert_eq!(sentences(&talk.say("Bonjour").await), ["ask_machine"]);
            assert_eq!(sentences(&talk.say("Notre ensacheuse VP 320").await), ["ask_symptom"]);
            let asked = talk.say("la mâchoire est froide et elle s'arrête en E42").await;
            assert_eq!(sentences(&asked), ["ask_urgency"], "the code was told");
            let offered = talk.say("Production arrêtée").await;
            assert_eq!(offered["state"], "offered");
            assert_eq!(texts(&offered)[1], "Ensacheuse : arrêt en E42");
            assert_eq!(offered["messages"][2]["approved"]["procedure"], procedure.to_string());
            let first = talk.say("Oui, étape par étape").await;
            let shown = texts(&first);
            assert_eq!(shown[..2], ["Attention, danger :", "Le film avance sans prévenir"], "{shown:?}");
            assert_eq!(shown[2..4], ["Avant de commencer :", "Machine vide"]);
            assert_eq!(shown[4..], ["Il vous faut :", "multimètre", "Ouvrez le capot"]);
            let hot = ["Attention, danger :", "Les mâchoires sont brûlantes", "Laissez refroidir les mâchoires"];
            assert_eq!(texts(&talk.say("C'est fait").await), hot);
            assert_eq!(texts(&talk.say("fait").await), ["Nettoyez la fente de mesure"]);
            let end = talk.say("c'est fait").await;
            assert_eq!(sentences(&end), ["check", "ask_helped"]);
            let glad = talk.say("Oui, ça marche !").await;
            assert_eq!((sentences(&glad), &glad["state"]), (vec!["glad"], &json!("helped")));
            assert_eq!(glad["request"], Value::Null);
            let all = talk.read().await;
            assert_eq!(all["messages"].as_array().unwrap(), &talk.messages, "what is read again is what was said");
            assert!(!all.to_string().contains("zarbinterne"), "what is for the office stays there");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_procedure_answers_goes_to_people_with_a_number_and_everything_that_was_said() {
    for (house, _) in houses().await {
        let who = visitor(&house).await;
        let mut talk = Talk::begin(&house, &who, "en").await;
        for text in ["A pizza oven, model Forno 9", "the belt squeaks and it smells of nothing", "no code"] {
            talk.say(text).await;
        }
        let handed = talk.say("It can wait").await;
        assert_eq!(sentences(&handed), ["hand_nothing", "reference_is", "contact"]);
        let reference = handed["request"]["reference"].as_str().unwrap().to_owned();
        assert!(texts(&handed).contains(&reference.as_str()));
        let noted = talk.say("Jo Miller, 555 0100").await;
        assert_eq!((sentences(&noted), texts(&noted)[1]), (vec!["noted"], reference.as_str()));

        let coordinator = house.token(Role::Coordinator, None).await;
        let page = get("/api/v1/requests?state=open").by(&coordinator).to(&house).await.expect(200);
        let line = &page["items"][0];
        assert_eq!(
            (&line["reference"], &line["why"], &line["urgent"]),
            (&json!(reference), &json!("nothing_found"), &json!(false))
        );
        assert_eq!((&line["machine"], &line["urgency"]), (&json!("A pizza oven, model Forno 9"), &json!("can_wait")));
        assert_eq!((&line["code"], &line["language"]), (&json!(""), &json!("en")));
        let path = format!("/api/v1/requests/{}", line["id"].as_str().unwrap());
        let whole = get(&path).by(&coordinator).to(&house).await.expect(200);
        assert_eq!(whole["messages"], Value::Array(talk.messages.clone()));

        let decide = async |body: Value| post(&format!("{path}/decision"), &body).by(&coordinator).to(&house).await;
        let taken = decide(json!({"decision": "take"})).await.expect(200);
        assert_eq!((&taken["state"], &taken["taken_by"]), (&json!("taken"), &json!("coordinator of the test")));
        assert!(taken["taken_at"].is_string());
        let _ = decide(json!({"decision": "take"})).await.problem(409, "request_settled");
        let closed = decide(json!({"decision": "close", "outcome": "rappelée"})).await.expect(200);
        assert_eq!((&closed["closed_by"], &closed["outcome"]), (&json!("coordinator of the test"), &json!("rappelée")));
        let _ = decide(json!({"decision": "close"})).await.problem(409, "request_settled");
        let log = house.kit.db.audit(0, 100).await.unwrap();
        let log: Vec<_> = log
            .iter()
            .filter(|l| l.action == Action::RequestDecided)
            .map(|l| (l.subject.as_str(), l.detail.as_str()))
            .collect();
        assert_eq!(log, [(reference.as_str(), "taken"), (reference.as_str(), "closed")]);
        talk.say("it squeaks again").await;
        let open = get("/api/v1/requests?state=open").by(&coordinator).to(&house).await.expect(200);
        assert_eq!(open["items"][0]["reference"], json!(reference), "whoever adds to it has it opened again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_help_is_followed_by_the_next_one_and_then_by_people() {
    let house = house().await;
    published(&house, "jaw", jaw(), Audience::Customer).await;
    let film = content("Ensacheuse : E42 après un film déchiré", "Arrêt en E42", "Remplacez le film");
    published(&house, "film", film, Audience::Customer).await;
    let who = visitor(&house).await;
    let mut talk = Talk::begin(&house, &who, "fr").await;
    let offered = talk.say("Bonjour, notre ensacheuse VP 320 s'arrête en E42, la production est arrêtée").await;
    assert_eq!(sentences(&offered), ["offer", "ask_try"], "everything was told at once");
    let other = talk.say("ce n'est pas mon cas").await;
    assert_eq!(sentences(&other), ["offer_other", "ask_try"]);
    assert_ne!(texts(&offered)[1], texts(&other)[1], "never the same twice");
    talk.say("oui").await;
    let mut last = talk.say("c'est fait").await;
    while last["state"] == "following" {
        last = talk.say("c'est fait").await;
    }
    let handed = talk.say("Non, ça ne marche pas").await;
    assert_eq!(sentences(&handed)[0], "hand_not_helped");
    let coordinator = house.token(Role::Coordinator, None).await;
    let page = get("/api/v1/requests").by(&coordinator).to(&house).await.expect(200);
    let tried = page["items"][0]["tried"].as_array().unwrap();
    let outcomes: Vec<_> = tried.iter().map(|t| t["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["declined", "not_helped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_answered_at_once_and_comes_first() {
    let house = house().await;
    let who = visitor(&house).await;
    let mut slow = Talk::begin(&house, &who, "fr").await;
    slow.say("je veux parler à une personne").await;
    for (language, text) in
        [("fr", "il y a de la fumée et ça sent le gaz"), ("en", "my colleague got an electric shock")]
    {
        let mut talk = Talk::begin(&house, &who, language).await;
        let answer = talk.say(text).await;
        assert_eq!(sentences(&answer)[..2], ["safety", "hand_danger"]);
        assert_eq!(answer["request"]["urgent"], true);
    }
    let calm = slow.say("maintenant il y a des flammes").await;
    assert_eq!((sentences(&calm), &calm["request"]["urgent"]), (vec!["safety", "noted"], &json!(true)));
    let coordinator = house.token(Role::Coordinator, None).await;
    let page = get("/api/v1/requests?limit=2").by(&coordinator).to(&house).await.expect(200);
    assert!(page["items"].as_array().unwrap().iter().all(|r| r["urgent"] == true));
    let next = page["next_cursor"].as_str().unwrap();
    let rest = get(&format!("/api/v1/requests?limit=2&cursor={next}")).by(&coordinator).to(&house).await.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_in_the_language_that_is_written() {
    let house = house().await;
    let who = visitor(&house).await;
    let mut talk = Talk::begin(&house, &who, "fr").await;
    let english = talk.say("Hello, it is the bagging machine and it does not start").await;
    assert_eq!(english["language"], "en");
    assert!(texts(&english).iter().all(|t| t.is_ascii()), "{english}");
    assert_eq!(talk.say("E42").await["language"], "en", "a code tells no language");
    assert_eq!(talk.say("la production est à l'arrêt et nous ne pouvons pas attendre").await["language"], "fr");
}

/// A house whose chat takes three messages and is patient for an hour.
async fn short() -> House {
    House::build().set("chat.messages", "3").set("chat.idle_minutes", "60").open().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_conversation_goes_to_people_and_a_silent_one_ends() {
    let house = short().await;
    let who = visitor(&house).await;
    let mut talk = Talk::begin(&house, &who, "fr").await;
    talk.say("un four").await;
    talk.say("il est froid").await;
    assert_eq!(sentences(&talk.say("pas de code").await)[0], "hand_limit");
    for _ in 0..20 {
        talk.say("encore un mot").await;
    }
    let _ = talk.send(&json!({"text": "et un autre"})).await.problem(409, "chat_full");

    let mut silent = Talk::begin(&house, &who, "fr").await;
    silent.say("un four").await;
    let mut handed = Talk::begin(&house, &who, "fr").await;
    handed.say("une personne").await;
    house.clock.advance(std::time::Duration::from_secs(3_601));
    let _ = silent.send(&json!({"text": "il est froid"})).await.problem(410, "chat_ended");
    assert_eq!(silent.read().await["is_over"], true);
    handed.say("mon numéro : 06 12 34 56 78").await;
}
