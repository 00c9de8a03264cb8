//! What comparing proposes, and what comes of it when an expert accepts some of it.

use std::sync::Arc;

use savoir_models::content::{Content, Finding, FindingCode};
use savoir_models::draft::{Comparison, Draft, Known, Verdict};
use savoir_models::evidence::Source;
use savoir_models::id::{InterventionId, ProcedureId, ReviewId};
use savoir_models::intervention::{Intake, Stage};
use savoir_models::proposal::Edit;
use savoir_models::review::{Decision, Refusal, Review, ReviewState};
use savoir_models::store::{Db, Decided, house as the_house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::compare::{Rival, weigh, with};
use savoir_pipeline::extractor::offline::Offline;
use savoir_tests::data::{START, content, intake, reading, reviewed, said};
use savoir_tests::databases::both;
use savoir_tests::house::{House, house};

fn expert() -> Viewer {
    Viewer::new("Anne", Role::Expert)
}

fn update(into: ProcedureId, accept: &[usize]) -> Decision {
    Decision::Update { into, accept: accept.to_vec(), audience: None }
}

async fn decide(db: &Db, review: ReviewId, decision: &Decision) -> Decided {
    let draft = db.review(review).await.unwrap().unwrap().draft;
    let seen = db.draft(draft).await.unwrap().unwrap().version;
    db.decide(review, decision, &expert(), reading(seen), START).await.unwrap()
}

/// A procedure for customers.
async fn known(db: &Db) -> (Draft, ProcedureId) {
    let text = content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le thermocouple");
    let (_, draft, review) = reviewed(db, &intake("T-1", "Remplacez le thermocouple"), text).await;
    let approve = Decision::Approve { audience: Audience::Customer, into: None };
    let Decided::Done(Some(procedure)) = decide(db, review.id, &approve).await else { panic!("approved") };
    (draft, procedure)
}

/// What a second case tells: a setting more, and another model.
fn told_anew() -> Content {
    let mut text = content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le thermocouple");
    text.steps.push(said("Réglez le serre-câble"));
    text.applies_to.models = vec!["VP 450".into()];
    text
}

/// A second case under review, compared with what the procedure says now.
async fn compared(db: &Db, external_id: &str, procedure: ProcedureId) -> (InterventionId, Draft, Review) {
    let (id, draft, review) = reviewed(db, &intake(external_id, "Réglez le serre-câble"), told_anew()).await;
    let draft = compare(db, draft, procedure).await;
    (id, draft, review)
}

async fn compare(db: &Db, draft: Draft, procedure: ProcedureId) -> Draft {
    let found = db.procedure(procedure, &the_house()).await.unwrap().unwrap();
    let (known, version) = (Known::Procedure(procedure), found.revision.number);
    keep(db, &draft, &with(&draft, &Rival { known, version, content: found.revision.content })).await
}

async fn keep(db: &Db, draft: &Draft, said: &Comparison) -> Draft {
    let mut tx = db.begin().await.unwrap();
    tx.put_comparison(draft.id, said).await.unwrap();
    tx.commit().await.unwrap();
    db.draft(draft.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn accepted_changes_make_the_next_revision_and_every_statement_keeps_its_evidence() {
    for database in both().await {
        let db = &database.db;
        let (first, procedure) = known(db).await;
        let (id, draft, review) = compared(db, "T-2", procedure).await;
        let proposal = draft.comparison.unwrap().proposal.unwrap();
        let kinds: Vec<_> = proposal.changes.iter().map(|c| &c.edit).collect();
        assert!(matches!(kinds[..], [Edit::Insert { after: Some(0), .. }, Edit::Applies { .. }]), "{kinds:?}");

        let done = decide(db, review.id, &update(procedure, &[0])).await;
        assert_eq!(done, Decided::Done(Some(procedure)));
        let found = db.procedure(procedure, &the_house()).await.unwrap().unwrap();
        let revision = &found.revision;
        assert_eq!((revision.number, revision.author.as_str(), revision.review), (2, "Anne", Some(review.id)));
        assert!(revision.diff.contains("+steps: Réglez le serre-câble"), "{}", revision.diff);
        let steps = &revision.content.steps;
        assert_eq!(steps[1].evidence[0].source, Source::Report, "the draft's own case");
        let elsewhere = Source::Elsewhere { draft: first.id, source: Box::new(Source::Report) };
        assert_eq!(steps[0].evidence[0].source, elsewhere, "the case that it comes from");
        assert_eq!(steps[0].evidence[0].quote, "Remplacez le thermocouple");
        assert_eq!(revision.content.applies_to.models, ["VP 320"], "the second change was not accepted");
        assert_eq!((found.cases, found.audience), (2, Audience::Customer));
        assert_eq!(found.outcomes[0].solved, 2);
        let case = db.intervention(id, &the_house()).await.unwrap().unwrap();
        assert_eq!((case.stage, case.procedure), (Stage::Published, Some(procedure)));
        assert_eq!(db.review(review.id).await.unwrap().unwrap().decision.as_deref(), Some("update"));
        let jobs = db.jobs_of(&procedure.to_string()).await.unwrap();
        assert_eq!(jobs[0].step.as_str(), "publish", "on {}", db.kind());
    }
}

#[tokio::test]
async fn an_update_that_cannot_be_made_is_refused_and_changes_nothing() {
    for database in both().await {
        let db = &database.db;
        let (_, procedure) = known(db).await;
        let (_, draft, review) = compared(db, "T-2", procedure).await;
        let refused = async |decision: &Decision| match decide(db, review.id, decision).await {
            Decided::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(&update(procedure, &[])).await, Refusal::NothingAccepted);
        assert_eq!(refused(&update(procedure, &[0, 2])).await, Refusal::NoChange { at: 2, count: 2 });
        let (_, other) = known_as(db, "T-3").await;
        assert_eq!(refused(&update(other, &[0])).await, Refusal::ComparedBefore, "another procedure");
        let nowhere = ProcedureId::new();
        assert_eq!(decide(db, review.id, &update(nowhere, &[0])).await, Decided::NoProcedure(nowhere));

        let mut doubtful = draft.comparison.clone().unwrap();
        if let Some(Edit::Insert { statement, .. }) =
            doubtful.proposal.as_mut().map(|proposal| &mut proposal.changes[0].edit)
        {
            statement.findings.push(Finding {
                code: FindingCode::Number,
                about: "2".into(),
                reason: "no 2 there".into(),
                reason_fr: "pas de 2".into(),
                overridden: None,
            });
        }
        keep(db, &draft, &doubtful).await;
        assert!(matches!(refused(&update(procedure, &[0])).await, Refusal::Unproven { change: 0, .. }));
        keep(db, &draft, draft.comparison.as_ref().unwrap()).await;

        let mut better = draft.content.clone();
        better.steps[1].text = "Réglez le serre-câble à 5 mm".into();
        let mut tx = db.begin().await.unwrap();
        tx.edit_draft(&draft, &better, &Viewer::new("Paul", Role::Expert), START).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refused(&update(procedure, &[0])).await, Refusal::ComparedBefore, "the draft was edited since");

        assert_eq!(db.review(review.id).await.unwrap().unwrap().state, ReviewState::Open);
        assert_eq!(db.procedure(procedure, &the_house()).await.unwrap().unwrap().revision.number, 1);
        let edited = db.draft(draft.id).await.unwrap().unwrap();
        compare(db, edited, procedure).await;
        assert_eq!(decide(db, review.id, &update(procedure, &[0])).await, Decided::Done(Some(procedure)));
        let steps = db.procedure(procedure, &the_house()).await.unwrap().unwrap().revision.content.steps;
        assert_eq!(steps[1].text, "Réglez le serre-câble à 5 mm", "on {}", db.kind());
    }
}

async fn known_as(db: &Db, external_id: &str) -> (Draft, ProcedureId) {
    let text = content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le relais");
    let (_, draft, review) = reviewed(db, &intake(external_id, "x"), text).await;
    let approve = Decision::Approve { audience: Audience::Technician, into: None };
    let Decided::Done(Some(procedure)) = decide(db, review.id, &approve).await else { panic!("approved") };
    (draft, procedure)
}

#[tokio::test]
async fn of_two_updates_of_one_revision_the_second_is_compared_again() {
    for database in both().await {
        let db = &database.db;
        let (_, procedure) = known(db).await;
        let (_, _, one) = compared(db, "T-2", procedure).await;
        let (_, draft, two) = compared(db, "T-3", procedure).await;
        assert_eq!(decide(db, one.id, &update(procedure, &[1])).await, Decided::Done(Some(procedure)));
        let late = decide(db, two.id, &update(procedure, &[0])).await;
        assert_eq!(late, Decided::Refused(Refusal::ComparedBefore), "on {}", db.kind());
        let again = compare(db, draft, procedure).await.comparison.unwrap().proposal.unwrap();
        assert_eq!((again.known_version, again.changes.len()), (2, 1), "the model is known now");
        let technicians = Decision::Update { into: procedure, accept: vec![0], audience: Some(Audience::Technician) };
        assert_eq!(decide(db, two.id, &technicians).await, Decided::Done(Some(procedure)));
        let found = db.procedure(procedure, &the_house()).await.unwrap().unwrap();
        assert_eq!((found.revision.number, found.audience, found.cases), (3, Audience::Technician, 3));
    }
}

#[tokio::test]
async fn what_was_compared_with_a_draft_fits_the_procedure_that_it_became_word_for_word() {
    for database in both().await {
        for edited in [false, true] {
            let db = &database.db;
            let name = |n| format!("T-{edited}-{n}");
            let text = content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le thermocouple");
            let (_, first, review) = reviewed(db, &intake(&name(1), "x"), text).await;
            let (_, draft, second) = reviewed(db, &intake(&name(2), "y"), told_anew()).await;
            let rival = Rival { known: Known::Draft(first.id), version: 1, content: first.content.clone() };
            let said = weigh(&draft, &[rival]);
            assert_eq!(said.verdict, Verdict::Update);
            keep(db, &draft, &said).await;
            if edited {
                let mut tx = db.begin().await.unwrap();
                let mut better = first.content.clone();
                better.steps[0].text = "Remplacez le thermocouple coupé".into();
                tx.edit_draft(&first, &better, &Viewer::new("Anne", Role::Expert), START).await.unwrap();
                tx.commit().await.unwrap();
            }
            let approve = Decision::Approve { audience: Audience::Customer, into: None };
            let Decided::Done(Some(procedure)) = decide(db, review.id, &approve).await else { panic!("approved") };
            let done = decide(db, second.id, &update(procedure, &[0])).await;
            match edited {
                false => assert_eq!(done, Decided::Done(Some(procedure)), "on {}", db.kind()),
                true => assert_eq!(done, Decided::Refused(Refusal::ComparedBefore), "it became other words"),
            }
        }
    }
}

/// A delivery for the offline extractor.
fn told(external_id: &str, report: &str) -> Intake {
    let mut told = intake(external_id, report);
    told.request.symptom = Some("L'ensacheuse s'arrête en E42, les sachets ne sont plus soudés".into());
    told
}

const THERMOCOUPLE: &str = "J'ai consigné la machine. Le thermocouple de la mâchoire était coupé près du connecteur. J'ai \
    remplacé le thermocouple de la mâchoire. J'ai lancé 50 sachets d'essai : toutes les soudures sont étanches.";
const AND_SHEATH: &str = "J'ai consigné la machine. Le thermocouple de la mâchoire était coupé près du connecteur. J'ai \
    remplacé le thermocouple de la mâchoire. J'ai remplacé la gaine du câble. J'ai lancé 50 sachets d'essai : toutes les \
    soudures sont étanches.";
const RELAY: &str = "J'ai consigné la machine. Le relais statique de chauffe était grillé. J'ai remplacé le relais statique. \
    J'ai lancé 50 sachets d'essai : toutes les soudures sont étanches.";

async fn line_says(house: &House, intake: &Intake) -> Draft {
    let db = &house.kit.db;
    let id = InterventionId::new();
    let mut tx = db.begin().await.unwrap();
    tx.accept(id, intake, &[], house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    house.work().await;
    db.draft_of(id).await.unwrap().expect("it tells enough")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_proposes_what_an_update_adds_and_shows_both_sides_of_a_contradiction() {
    let build = || House::build().extractor(Arc::new(Offline));
    let mut houses = vec![build().open().await.unwrap()];
    houses.extend(build().postgres().open().await);
    for house in houses {
        let db = &house.kit.db;
        let first = line_says(&house, &told("T-1", THERMOCOUPLE)).await;
        let review = db.review_of(first.id).await.unwrap().unwrap();
        let approve = Decision::Approve { audience: Audience::Technician, into: None };
        let Decided::Done(Some(procedure)) = decide(db, review.id, &approve).await else { panic!("approved") };
        house.work().await;

        let second = line_says(&house, &told("T-2", AND_SHEATH)).await;
        let said = second.comparison.clone().unwrap();
        assert_eq!((said.verdict, said.nearest), (Verdict::Update, Some(Known::Procedure(procedure))), "{said:?}");
        let proposal = said.proposal.expect("an update proposes");
        let steps: Vec<_> = proposal.changes.iter().filter(|c| matches!(c.edit, Edit::Insert { .. })).collect();
        assert!(steps.iter().any(|c| c.edit.statement().unwrap().text.contains("gaine")), "{proposal:?}");
        assert!(steps.iter().all(|c| !c.edit.statement().unwrap().evidence.is_empty()), "{proposal:?}");

        let third = line_says(&house, &told("T-3", RELAY)).await;
        let said = third.comparison.clone().unwrap();
        assert_eq!(said.verdict, Verdict::Contradiction, "{said:?}");
        let sides = said.sides.expect("a contradiction shows its sides");
        let cause = |side: &savoir_models::draft::Side| side.cause.clone().unwrap();
        assert!(cause(&sides.draft).text.contains("relais") && cause(&sides.known).text.contains("thermocouple"));
        assert!(sides.draft.steps[0].text.contains("relais") && !sides.draft.steps[0].evidence.is_empty());
        assert!(sides.known.steps[0].text.contains("thermocouple") && !sides.known.steps[0].evidence.is_empty());
        assert_eq!(said.judged_by, None, "no model was asked on {}", db.kind());
    }
}

#[tokio::test]
async fn the_review_page_shows_the_proposal_with_its_diff_and_can_have_it_made_again() {
    use savoir_tests::call::{get, post};
    use serde_json::json;
    let house = house().await;
    let db = &house.kit.db;
    let (_, procedure) = known(db).await;
    let (_, draft, review) = compared(db, "T-2", procedure).await;
    let token = house.token(Role::Expert, None).await;
    let path = format!("/api/v1/reviews/{}", review.id);
    let page = get(&path).by(&token).to(&house).await.expect(200);
    let changes = &page["draft"]["comparison"]["proposal"]["changes"];
    assert_eq!((&changes[0]["kind"], &changes[0]["after"]), (&json!("insert"), &json!(0)));
    assert!(changes[0]["reason_fr"].is_string() && changes[0]["statement"]["evidence"][0]["quote"].is_string());
    assert_eq!(page["nearest"]["procedure"], json!(procedure));
    assert!(page["nearest"]["diff"].as_str().unwrap().contains("+steps: Réglez le serre-câble"), "{page}");

    let decision = async |body: serde_json::Value| {
        post(&format!("{path}/decision"), &body).by(&token).with("if-match", "\"1\"").to(&house).await
    };
    let body = |accept: serde_json::Value| json!({"decision": "update", "into": procedure, "accept": accept});
    for (accept, code) in [(json!([]), "missing"), (json!([7]), "out_of_range")] {
        let answer = decision(body(accept)).await;
        let problem = answer.problem(422, "invalid_fields");
        assert_eq!((answer.fields(), &problem["errors"][0]["code"]), (vec!["accept".to_owned()], &json!(code)));
    }

    // Somebody else's update comes first.
    let (_, _, quicker) = compared(db, "T-3", procedure).await;
    assert_eq!(decide(db, quicker.id, &update(procedure, &[1])).await, Decided::Done(Some(procedure)));
    let page = get(&path).by(&token).to(&house).await.expect(200);
    assert!(page["nearest"]["diff"].is_null(), "what is proposed no longer fits");
    let late = decision(body(json!([0]))).await.problem(409, "compared_before");
    assert!(late["detail"].as_str().unwrap().contains("comparison"), "{late}");
    let again = post(&format!("{path}/comparison"), &json!({"procedure": procedure})).by(&token).to(&house).await;
    let said = again.expect(200);
    assert_eq!((&said["proposal"]["known_version"], &said["nearest"]["id"]), (&json!(2), &json!(procedure)));
    let nobody = post(&format!("{path}/comparison"), &json!({"procedure": ProcedureId::new()})).by(&token).to(&house);
    let nobody = nobody.await;
    let _ = nobody.problem(409, "procedure_unavailable");
    assert_eq!(nobody.fields(), ["procedure"]);
    let done = decision(body(json!([0]))).await.expect(200);
    assert_eq!(done["procedure"], json!(procedure));
    let closed = post(&format!("{path}/comparison"), &json!({"procedure": procedure})).by(&token).to(&house).await;
    let _ = closed.problem(409, "already_decided");

    let (_, _, bare) = reviewed(db, &intake("T-4", "x"), draft.content).await;
    let answer = post(&format!("/api/v1/reviews/{}/decision", bare.id), &body(json!([0])));
    let answer = answer.by(&token).with("if-match", "\"1\"").to(&house).await;
    let _ = answer.problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["decision"]);
}

#[tokio::test]
async fn a_procedure_that_was_updated_is_edited_against_every_case_it_rests_on() {
    use savoir_tests::call::{get, put};
    let house = house().await;
    let db = &house.kit.db;
    let (first, procedure) = known(db).await;
    let (_, _, review) = compared(db, "T-2", procedure).await;
    assert_eq!(decide(db, review.id, &update(procedure, &[0])).await, Decided::Done(Some(procedure)));
    let mut tx = db.begin().await.unwrap();
    for _ in 0..3 {
        let fails = savoir_models::procedure::Feedback { worked: false, comment: None };
        tx.put_feedback(procedure, &fails, "Paul", START).await.unwrap();
    }
    tx.commit().await.unwrap();

    let token = house.token(Role::Expert, None).await;
    let path = format!("/api/v1/reviews/{}", review.id);
    let page = get(&path).by(&token).to(&house).await;
    let tag = page.header("etag").to_owned();
    let page = page.expect(200);
    assert_eq!(page["review"]["procedure"], serde_json::json!(procedure));
    assert_eq!(page["elsewhere"][0]["draft"], serde_json::json!(first.id), "the case that the first step comes from");
    assert!(page["elsewhere"][0]["texts"].to_string().contains("Remplacez le thermocouple"));
    let mut content = page["draft"]["content"].clone();
    content["title"]["text"] = serde_json::json!("Ensacheuse : arrêt en E42");
    let edited = put(&format!("{path}/content"), &content).by(&token).with("if-match", &tag).to(&house).await;
    let _ = edited.expect(200);
    let page = get(&path).by(&token).to(&house).await.expect(200);
    for step in page["draft"]["content"]["steps"].as_array().unwrap() {
        assert!(step["findings"].is_null(), "its quote stands in its own case: {step}");
    }
}
