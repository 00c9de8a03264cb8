//! One person's data are given out and erased; what experts approved stays sound.

mod accounts;

use std::time::Duration;

use axum::http::Method;
use savoir_api::commands::{Outcome, person as command};
use savoir_api::config::{Config, Sources};
use savoir_models::audit::Action;
use savoir_models::content::Content;
use savoir_models::evidence::{Case, Source};
use savoir_models::id::{InterventionId, ProcedureId};
use savoir_models::review::Decision;
use savoir_models::store::{Db, Decided, TEXTS, house as the_house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::person::{Person, Wish, erase, find, rebuild};
use savoir_pipeline::verify::verify;
use savoir_pipeline::worker::sweep;
use savoir_tests::call::{call, get, post};
use savoir_tests::data::{content, intake, reading, reviewed};
use savoir_tests::house::House;
use serde_json::{Value, json};

use crate::crash::both_houses;

const WHO: &str = "Nathalie Quéré";
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";
const REPORT: &str = "Vu avec Mme Nathalie Quéré (06 39 98 21 54) ce matin. Contrôlez le thermocouple de la mâchoire. \
    Quéré prévenue, remplacez le thermocouple coupé avec QUERE Nathalie. Relancez un cycle.";

/// Every text that is kept, in one: what somebody would find who reads the whole database.
async fn everything(db: &Db) -> String {
    let mut out = String::new();
    for column in TEXTS {
        for row in db.texts(column, "", 1_000).await.unwrap() {
            out.push_str(&format!("{}.{}: {}\n", column.table, column.column, row.text));
        }
    }
    out
}

/// A case that names the person wherever it can, approved with quotes that name her, and reported on.
async fn told(house: &House) -> (InterventionId, ProcedureId) {
    let service = house.token(Role::Service, None).await;
    let body = json!({
        "source": "glpi", "external_id": "T-who", "closed_at": "2026-11-19T16:40:00Z", "language": "fr",
        "equipment": {"family": "ensacheuse verticale", "manufacturer": "Valpack", "model": "VP 320"},
        "request": {"symptom": "s'arrête en E42, dit Mme Nathalie Quéré", "error_codes": ["E42"]},
        "exchanges": [{"from": "Nathalie Quéré", "text": "Bonjour, Nathalie Quéré à l'appareil : elle s'arrête."}],
        "report": REPORT, "technician": "Nathalie Quéré", "customer": "Laiterie du Val",
    });
    let body = body.to_string();
    let parts = [
        ("intervention", None, "application/json", body.as_bytes()),
        ("f", Some("nathalie quéré.wav"), "audio/wav", WAV),
    ];
    let answer = call(Method::POST, "/api/v1/interventions").by(&service).form(&parts).to(house).await;
    let id: InterventionId = answer.json()["id"].as_str().unwrap().parse().unwrap();
    house.work().await;
    let db = &house.kit.db;
    let case = db.case(id).await.unwrap().unwrap();
    let mut draft = db.draft_of(id).await.unwrap().unwrap();
    let whole = |from: &str, to: &str| {
        let (start, end) = (REPORT.find(from).unwrap(), REPORT.find(to).unwrap() + to.len());
        case.evidence(&Source::Report, start, end).unwrap()
    };
    draft.content.steps.truncate(1);
    draft.content.steps[0].text = "Remplacez le thermocouple coupé".into();
    draft.content.steps[0].evidence =
        vec![whole("Quéré prévenue", "avec QUERE Nathalie"), whole("Relancez", "un cycle.")];
    draft.content.statements_mut().into_iter().for_each(|s| s.findings.clear());
    let mut tx = db.begin().await.unwrap();
    tx.put_draft(&draft).await.unwrap();
    tx.commit().await.unwrap();
    let draft = db.draft(draft.id).await.unwrap().unwrap();
    let review = db.review_of(draft.id).await.unwrap().unwrap();
    let decision = Decision::Approve { audience: Audience::Technician, into: None };
    let by = Viewer::new(WHO, Role::Expert);
    let decided = db.decide(review.id, &decision, &by, reading(draft.version), house.kit.clock.now()).await.unwrap();
    let Decided::Done(Some(procedure)) = decided else { panic!("{decided:?}") };
    house.work().await;
    let technician = house.token(Role::Technician, None).await;
    let report = json!({"worked": true, "comment": "merci à Nathalie Quéré"});
    let done = post(&format!("/api/v1/procedures/{procedure}/feedback"), &report).by(&technician).to(house).await;
    assert!(done.status.is_success(), "{}", done.json());
    (id, procedure)
}

/// Every quote of a case's own texts stands, to the letter, where its place says.
fn stands(case: &Case, content: &Content) -> usize {
    let mut quotes = 0;
    for (path, statement) in content.statements() {
        for evidence in statement.evidence.iter().filter(|e| e.place.end > 0) {
            let text = case.text_of(&evidence.source).unwrap();
            assert_eq!(text.get(evidence.place.start..evidence.place.end), Some(evidence.quote.as_str()), "{path}");
            quotes += 1;
        }
    }
    quotes
}

fn by(pseudonym: Option<&str>, audio: bool) -> Wish {
    Wish { by: Viewer::new("anne", Role::Administrator), audio, pseudonym: pseudonym.map(str::to_owned) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_stands_nowhere_and_every_quote_still_stands_where_its_place_says() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let (id, procedure) = told(&house).await;
        let before = db.procedure(procedure, &the_house()).await.unwrap().unwrap().revision.content;
        let case = db.case(id).await.unwrap().unwrap();
        let quotes = stands(&case, &before);
        assert!(quotes >= 3 && serde_json::to_string(&before).unwrap().contains("Quéré"), "the test shows something");

        let found = find(db, &Person::parse(WHO).unwrap()).await.unwrap();
        let done = erase(db, &found, &by(None, true), house.kit.clock.now()).await.unwrap();
        rebuild(db, &found, house.kit.embedder.as_ref()).await.unwrap();
        assert_eq!((done.cases, done.files, done.lost), (1, 1, 0), "{done:?}");

        let left = everything(db).await;
        let named: Vec<&str> = left.lines().filter(|l| l.contains("Quéré") || l.contains("QUERE")).collect();
        let signed = |line: &&str| line.starts_with("reviews.decided_by") || line.starts_with("revisions.author");
        assert!(named.iter().all(signed) && named.len() == 2, "only who signed is kept: {named:#?}");
        assert!(left.contains("06 39 98 21 54"), "her number is another person's data until it is asked for");

        let case = db.case(id).await.unwrap().unwrap();
        let now = db.procedure(procedure, &the_house()).await.unwrap().unwrap().revision.content;
        assert_eq!(stands(&case, &now), quotes);
        assert_eq!(now.steps[0].evidence[0].quote, "[erased] prévenue, remplacez le thermocouple coupé avec [erased]");
        assert_eq!(now.steps[0].evidence[1], {
            let start = case.intervention.intake.report.as_ref().unwrap().find("Relancez").unwrap();
            case.evidence(&Source::Report, start, start + "Relancez un cycle.".len()).unwrap()
        });
        let draft = db.draft_of(id).await.unwrap().unwrap();
        assert_eq!(stands(&case, &draft.content), quotes);
        let redaction = db.redaction(id).await.unwrap().unwrap();
        let texts = case.texts();
        for masked in &redaction.masked {
            let text = &texts.iter().find(|t| t.source == masked.source).unwrap().text;
            let stretch = text.get(masked.start..masked.end).unwrap();
            assert!(
                stretch == "[erased]" || stretch == redaction.placeholders[masked.placeholder].original,
                "{stretch}"
            );
        }
        let mut again = now.clone();
        verify(&case, &redaction, &mut again);
        assert_eq!(again.steps[0].evidence, now.steps[0].evidence, "the verifier finds the quotes");

        let lines = db.audit(0, 1_000).await.unwrap();
        let last = lines.last().unwrap();
        assert_eq!((last.action, last.who.as_str()), (Action::PersonErased, "anne"));
        assert!(last.subject.starts_with("person ") && !format!("{last:?}").contains("Quéré"), "{last:?}");
        assert_eq!(db.verify_audit().await.unwrap().unwrap().0, last.seq);
        house.work().await;
        let technician = house.token(Role::Technician, None).await;
        let page = get("/api/v1/search?q=thermocouple").by(&technician).to(&house).await.expect(200);
        assert_eq!(page["items"][0]["procedure"], procedure.to_string(), "it is still found: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_account_a_pseudonym_stands_where_she_signed_and_her_number_goes_by_itself() {
    for house in both_houses().await {
        let db = &house.kit.db;
        told(&house).await;
        for who in [WHO, "+33 6 39 98 21 54"] {
            let found = find(db, &Person::parse(who).unwrap()).await.unwrap();
            erase(db, &found, &by(Some("account-1"), false), house.kit.clock.now()).await.unwrap();
            rebuild(db, &found, house.kit.embedder.as_ref()).await.unwrap();
        }
        let left = everything(db).await;
        assert!(!left.contains("Quéré") && !left.contains("06 39 98 21 54"), "{left}");
        assert!(left.contains("reviews.decided_by: account-1") && left.contains("revisions.author: account-1"));
        // Removed bytes go once they are old enough not to belong to a delivery under way; these were not asked for.
        house.clock.advance(Duration::from_secs(30 * 86_400));
        assert_eq!(sweep(db, &house.kit.blobs, house.kit.clock.now()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_draft_under_review_is_outdated_so_that_nobody_writes_the_name_back() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let said = content("Arrêt en E42, vu par Paul Bréhat", "arrêt en E42", "Remplacez le thermocouple");
        let (_, draft, _) = reviewed(db, &intake("T-open", "Arrêt en E42, vu par Paul Bréhat."), said).await;
        let found = find(db, &Person::parse("paul brehat").unwrap()).await.unwrap();
        erase(db, &found, &by(None, false), house.kit.clock.now()).await.unwrap();
        let now = db.draft(draft.id).await.unwrap().unwrap();
        assert_eq!((now.version, now.content.title.text.as_str()), (2, "Arrêt en E42, vu par [erased]"));
        let mut tx = db.begin().await.unwrap();
        assert_eq!(
            tx.edit_draft(&draft, &draft.content, &Viewer::new("Anne", Role::Expert), house.kit.clock.now())
                .await
                .unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn the_commands_give_out_show_erase_and_write_it_down() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = vec![("data.dir".to_owned(), folder.path().display().to_string())];
    let env = vec![("USER".to_owned(), "anne".to_owned())];
    let config = Config::load(&Sources { env, overrides, ..Sources::default() }).unwrap();
    let open = async || Db::sqlite(&folder.path().join("savoir.db")).await.unwrap();
    let db = open().await;
    let said = content("Arrêt en E42, vu par Paul Bréhat", "arrêt en E42", "Remplacez le thermocouple");
    reviewed(&db, &intake("T-1", "Arrêt en E42, vu par Paul Bréhat."), said).await;
    db.close().await;

    let who = "Paul Bréhat".to_owned();
    let file = folder.path().join("paul.json");
    let export = command::Command::Export { who: who.clone(), out: Some(file.clone()) };
    assert_eq!(command::run(&export, &config).await.unwrap(), Outcome::Done);
    let given: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let places: Vec<(&str, &str)> = given["occurrences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["table"].as_str().unwrap(), o["column"].as_str().unwrap()))
        .collect();
    assert_eq!(places, [("interventions", "intake"), ("drafts", "content")]);
    assert!(given["occurrences"][0]["texts"][0].as_str().unwrap().contains("vu par Paul Bréhat"), "{given}");

    let wish = |who: &str, dry_run| command::Command::Erase { who: who.into(), dry_run, audio: false, account: false };
    assert!(matches!(command::run(&wish("x", false), &config).await.unwrap(), Outcome::WrongUse(_)));
    assert_eq!(command::run(&wish(&who, true), &config).await.unwrap(), Outcome::Done);
    let db = open().await;
    assert!(everything(&db).await.contains("Bréhat"), "a dry run changes nothing");
    db.close().await;
    assert_eq!(command::run(&wish(&who, false), &config).await.unwrap(), Outcome::Done);
    let db = open().await;
    assert!(!everything(&db).await.contains("Bréhat"));
    let log: Vec<_> = db.audit(0, 10).await.unwrap().into_iter().map(|l| (l.action, l.who)).collect();
    let anne = "anne".to_owned();
    assert_eq!(log, [(Action::PersonExported, anne.clone()), (Action::PersonErased, anne)]);
    db.close().await;
}
