//! What is personal goes when it was kept long enough; what an expert approved stays sound.

use std::time::Duration;

use axum::http::Method;
use savoir_models::audit::Action;
use savoir_models::clock::{Clock, Timestamp};
use savoir_models::evidence::{Evidence, Source};
use savoir_models::id::{InterventionId, ReviewId};
use savoir_models::intervention::Stage;
use savoir_models::store::house as the_house;
use savoir_models::viewer::Role;
use savoir_pipeline::kit::{LineSettings, Retention};
use savoir_pipeline::verify::verify;
use savoir_pipeline::worker::upkeep;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::House;
use serde_json::{Value, json};

const DAY: Duration = Duration::from_secs(86_400);
const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";
const SAID: &str = "Bonjour, Nathalie Quéré ici : la mâchoire ne chauffe plus. Rappelez le 06 39 98 21 54.";

/// Both houses, with everything kept for so many days, messages for twice as many.
async fn houses(days: u32) -> Vec<House> {
    let retention = Retention {
        audio: Some(DAY * days),
        transcripts: Some(DAY * days),
        exchanges: Some(DAY * days * 2),
        chats: Some(DAY * days),
    };
    let line = LineSettings { poll: Duration::from_millis(5), retention, ..LineSettings::default() };
    let mut all = vec![House::build().line(line.clone()).open().await.unwrap()];
    all.extend(House::build().postgres().line(line).open().await);
    all
}

fn delivery(external_id: &str) -> Value {
    json!({
        "source": "glpi", "external_id": external_id, "closed_at": "2026-11-19T16:40:00Z", "language": "fr",
        "equipment": {"family": "ensacheuse verticale", "manufacturer": "Valpack", "model": "VP 320"},
        "request": {"symptom": "s'arrête en E42", "error_codes": ["E42"]},
        "exchanges": [{"from": "customer", "text": SAID}],
        "report": "Contrôlez le thermocouple de la mâchoire. Remplacez le thermocouple coupé.",
    })
}

/// A case with a recording, worked off: its identifier and the path of its recording.
async fn delivered(house: &House, external_id: &str) -> (InterventionId, String) {
    let service = house.token(Role::Service, None).await;
    let body = delivery(external_id).to_string();
    let parts = [("intervention", None, "application/json", body.as_bytes()), ("f", Some("a.wav"), "audio/wav", WAV)];
    let answer = call(Method::POST, "/api/v1/interventions").by(&service).form(&parts).to(house).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    house.work().await;
    let admin = house.token(Role::Administrator, None).await;
    let page = get(&format!("/api/v1/interventions/{id}")).by(&admin).to(house).await.expect(200);
    let file = page["attachments"][0]["id"].as_str().unwrap().to_owned();
    (id.parse().unwrap(), format!("/api/v1/interventions/{id}/attachments/{file}"))
}

/// Approves the review of a case, a step of which rests on the recording and its cause on a message.
async fn approved(house: &House, id: InterventionId) -> ReviewId {
    let db = &house.kit.db;
    let mut draft = db.draft_of(id).await.unwrap().unwrap();
    let case = db.case(id).await.unwrap().unwrap();
    let (message, spoken) =
        (Source::Exchange { index: 0 }, Source::Transcript { attachment: case.transcripts[0].attachment });
    draft.content.symptoms[0].text = "La mâchoire ne chauffe plus".into();
    draft.content.symptoms[0].evidence = vec![case.evidence(&message, 0, SAID.find(" Rappelez").unwrap()).unwrap()];
    draft.content.steps[0].evidence = vec![case.evidence(&spoken, 0, 12).unwrap()];
    let redaction = db.redaction(id).await.unwrap().unwrap();
    assert!(redaction.placeholders.iter().any(|p| p.original.contains("Quéré")), "{redaction:?}");
    draft.content.statements_mut().into_iter().for_each(|s| s.findings.clear());
    let mut tx = db.begin().await.unwrap();
    tx.put_draft(&draft).await.unwrap();
    tx.commit().await.unwrap();
    let version = db.draft_of(id).await.unwrap().unwrap().version;
    let review = db.review_of(draft.id).await.unwrap().unwrap().id;
    let expert = house.token(Role::Expert, None).await;
    let decision = json!({"decision": "approve", "audience": "technician"});
    let call = post(&format!("/api/v1/reviews/{review}/decision"), &decision).by(&expert);
    let _ = call.with("if-match", &format!("\"{version}\"")).to(house).await.expect(200);
    house.work().await;
    review
}

async fn told(house: &House) -> Vec<String> {
    let lines = house.kit.db.audit(0, 1_000).await.unwrap();
    lines.into_iter().filter(|l| l.action == Action::RetentionApplied).map(|l| l.detail).collect()
}

fn quotes(evidence: &[Evidence]) -> (&str, Option<Timestamp>) {
    (evidence[0].quote.as_str(), evidence[0].place.removed_at)
}

#[tokio::test(flavor = "multi_thread")]
async fn recordings_go_before_messages_and_the_procedure_keeps_their_words_without_names() {
    for house in houses(30).await {
        let db = &house.kit.db;
        let (id, file) = delivered(&house, "T-kept").await;
        approved(&house, id).await;
        let case = db.case(id).await.unwrap().unwrap();
        let before = db.procedure(case.intervention.procedure.unwrap(), &the_house()).await.unwrap().unwrap();
        let blob = db.case(id).await.unwrap().unwrap().intervention.attachments[0].blob.clone();

        house.clock.advance(DAY * 29);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.cases, 0, "a day too early");
        house.clock.advance(DAY * 2);
        let removed = upkeep(&house.kit).await.unwrap().removed;
        assert_eq!((removed.files, removed.transcripts, removed.exchanges), (1, 1, 0));
        assert!(house.kit.blobs.path(&blob).await.is_err(), "the bytes are gone");
        let admin = house.token(Role::Administrator, None).await;
        let gone = get(&file).by(&admin).with("accept-language", "fr").to(&house).await;
        assert!(gone.problem(410, "removed")["detail"].as_str().unwrap().contains("supprimé"));
        let case = db.case(id).await.unwrap().unwrap();
        assert!(case.transcripts[0].segments.is_empty() && case.intervention.intake.exchanges[0].text == SAID);
        let now = db.procedure(before.id, &the_house()).await.unwrap().unwrap();
        let (quote, since) = quotes(&now.revision.content.steps[0].evidence);
        assert!(since.is_some() && before.revision.content.steps[0].evidence[0].quote == quote, "it named nobody");
        assert_eq!(quotes(&now.revision.content.symptoms[0].evidence).1, None, "its time has not come");

        house.clock.advance(DAY * 30);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.exchanges, 1);
        let kept = db.procedure(before.id, &the_house()).await.unwrap().unwrap().revision.content;
        let (quote, since) = quotes(&kept.symptoms[0].evidence);
        assert!(quote.contains("[PERSON_1]") && quote.contains("ne chauffe plus") && since.is_some(), "{quote}");
        let draft = db.draft_of(id).await.unwrap().unwrap();
        assert_eq!(draft.content, kept, "the draft that became it is still the same text");
        let case = db.case(id).await.unwrap().unwrap();
        let redaction = db.redaction(id).await.unwrap().unwrap();
        let all = format!("{:?} {redaction:?} {draft:?} {kept:?}", case.intervention.intake.exchanges);
        assert!(!all.contains("Quéré") && !all.contains("06 39 98 21 54"), "{all}");
        // The verifier holds nothing against what rests on a source that is gone.
        let mut again = kept.clone();
        again.keep_findings(&kept);
        verify(&case, &redaction, &mut again);
        assert_eq!((&again.symptoms[0].findings, &again.steps[0].findings), (&vec![], &vec![]));
        // But nobody else can say so of a quote of theirs.
        let mut forged = kept.clone();
        forged.steps[0].text = "Videz le réservoir dans la rivière".into();
        forged.keep_findings(&kept);
        assert_eq!(forged.steps[0].evidence[0].place.removed_at, None);

        let lines =
            ["1 cases: 1 recordings, 1 transcripts, 0 messages", "1 cases: 0 recordings, 0 transcripts, 1 messages"];
        assert_eq!(told(&house).await, lines);
        house.clock.advance(DAY);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.cases, 0, "there is nothing left, and no line");
        assert_eq!(told(&house).await.len(), 2);
        let service = house.token(Role::Service, None).await;
        let body = delivery("T-kept").to_string();
        let parts =
            [("intervention", None, "application/json", body.as_bytes()), ("f", Some("a.wav"), "audio/wav", WAV)];
        let repeated = call(Method::POST, "/api/v1/interventions").by(&service).form(&parts).to(&house).await;
        assert_eq!(repeated.json()["id"], id.to_string(), "a repetition is still told from news");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_review_waits_on_is_left_alone_however_old() {
    for house in houses(30).await {
        let (open, file) = delivered(&house, "T-open").await;
        // Another case that tells the same is counted to the open review, and shares the bytes of its recording.
        let (same, _) = delivered(&house, "T-same").await;
        assert_eq!(house.kit.db.case(same).await.unwrap().unwrap().intervention.stage, Stage::Merged);
        house.clock.advance(DAY * 365);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.cases, 0);
        for id in [open, same] {
            let case = house.kit.db.case(id).await.unwrap().unwrap();
            assert!(!case.transcripts[0].segments.is_empty() && case.intervention.intake.exchanges[0].text == SAID);
        }
        let admin = house.token(Role::Administrator, None).await;
        assert_eq!(get(&file).by(&admin).to(&house).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_another_row_names_stay_until_that_row_too_has_had_its_time() {
    for house in houses(30).await {
        let db = &house.kit.db;
        let (first, _) = delivered(&house, "T-first").await;
        approved(&house, first).await;
        house.clock.advance(DAY * 20);
        let (second, file) = delivered(&house, "T-second").await;
        let blob = db.case(first).await.unwrap().unwrap().intervention.attachments[0].blob.clone();
        house.clock.advance(DAY * 11);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.files, 1);
        let admin = house.token(Role::Administrator, None).await;
        assert_eq!(get(&file).by(&admin).to(&house).await.status, 200, "the second case still has its recording");
        assert!(db.files_to_sweep("", 10).await.unwrap().is_empty(), "the first one's is looked after");
        let stage = db.case(second).await.unwrap().unwrap().intervention.stage;
        assert_eq!(stage, Stage::Merged, "it told what the procedure says");
        house.clock.advance(DAY * 30);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.files, 1);
        assert!(house.kit.blobs.path(&blob).await.is_err(), "nobody names these bytes any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_were_written_just_now_wait_for_the_next_night() {
    let house = houses(30).await.swap_remove(0);
    let (id, _) = delivered(&house, "T-young").await;
    approved(&house, id).await;
    house.clock.advance(DAY * 31);
    let blob = house.kit.db.case(id).await.unwrap().unwrap().intervention.attachments[0].blob.clone();
    // Somebody delivers the same bytes; the row that will name them is still to come.
    let long_after = house.clock.now();
    let path = house.kit.blobs.path(&blob).await.unwrap();
    let written = std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(long_after.0).unwrap());
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
    assert_eq!(upkeep(&house.kit).await.unwrap().removed.files, 1);
    assert!(path.exists() && house.kit.db.files_to_sweep("", 10).await.unwrap() == [(blob, false)]);
    house.clock.advance(DAY);
    assert_eq!(upkeep(&house.kit).await.unwrap().removed.files, 0);
    assert!(!path.exists() && house.kit.db.files_to_sweep("", 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rules_nothing_is_ever_removed() {
    let house = savoir_tests::house::house().await;
    let (id, _) = delivered(&house, "T-ever").await;
    approved(&house, id).await;
    house.clock.advance(DAY * 20_000);
    assert_eq!(upkeep(&house.kit).await.unwrap().removed.cases, 0);
    assert_eq!(house.kit.db.case(id).await.unwrap().unwrap().intervention.intake.exchanges[0].text, SAID);
}
