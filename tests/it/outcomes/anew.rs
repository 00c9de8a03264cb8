//! A case that was opened again is closed anew: it keeps its identifier, and what it told before stays for what rests on it.

use std::sync::Arc;

use savoir_models::id::{AttachmentId, InterventionId};
use savoir_models::intervention::{Attachment, AttachmentKind, Intake, Stage};
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Added, Db, InterventionFilter, house};
use savoir_pipeline::extractor::offline::Offline;
use savoir_tests::data::{START, intake, reviewed};
use savoir_tests::databases::both;
use savoir_tests::house::House;

use super::{decide, expert, published, read, thermocouple};
use crate::crash::both_houses;

async fn deliver(db: &Db, intake: &Intake, files: &[Attachment]) -> Added {
    let mut tx = db.begin().await.unwrap();
    let added = tx.accept(InterventionId::new(), intake, files, START).await.unwrap();
    tx.commit().await.unwrap();
    added
}

fn recording(blob: &str) -> Attachment {
    Attachment {
        id: AttachmentId::new(),
        kind: AttachmentKind::Audio,
        name: "rapport.wav".into(),
        media_type: "audio/wav".into(),
        bytes: 16,
        blob: blob.into(),
        question: None,
        removed_at: None,
    }
}

#[tokio::test]
async fn a_new_delivery_takes_the_place_of_the_old_one_with_its_files_and_only_while_it_is_reopened() {
    for database in both().await {
        let db = &database.db;
        let first = intake("T-1", "Remplacé le thermocouple.");
        let Added::New = deliver(db, &first, &[recording("aa")]).await else { panic!("it is new") };
        let all = InterventionFilter { limit: 10, ..InterventionFilter::default() };
        let id = db.interventions(&all, &house()).await.unwrap()[0].id;
        let second =
            Intake { closed_at: START.after(std::time::Duration::from_secs(60)), ..intake("T-1", "Relais changé.") };
        assert_eq!(deliver(db, &second, &[]).await, Added::Different(id));

        db.reopen(id, "revenue", &expert(), START).await.unwrap();
        assert_eq!(deliver(db, &first, &[recording("aa")]).await, Added::Repeated(id), "the old one, come late");
        assert_eq!(deliver(db, &second, &[recording("bb"), recording("cc")]).await, Added::Again(id));
        let found = db.interventions(&all, &house()).await.unwrap();
        assert_eq!(found.len(), 1, "what was told before is in no list");
        assert_eq!((found[0].id, found[0].stage, found[0].waiting.as_deref()), (id, Stage::Received, None));
        assert_eq!(found[0].intake, second);
        assert_eq!(found[0].attachments.iter().map(|a| a.blob.as_str()).collect::<Vec<_>>(), ["bb", "cc"]);
        assert_eq!(db.jobs_of(&id.to_string()).await.unwrap()[0].step.as_str(), "transcribe");
        assert_eq!(db.status().await.unwrap().interventions.values().sum::<i64>(), 1, "on {}", db.kind());

        assert_eq!(deliver(db, &second, &[recording("bb"), recording("cc")]).await, Added::Repeated(id));
        assert_eq!(deliver(db, &first, &[]).await, Added::Different(id));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_close_it_anew_at_once_one_takes_the_place() {
    for database in both().await {
        let db = &database.db;
        deliver(db, &intake("T-1", "x"), &[]).await;
        let all = InterventionFilter { limit: 10, ..InterventionFilter::default() };
        let id = db.interventions(&all, &house()).await.unwrap()[0].id;
        db.reopen(id, "revenue", &expert(), START).await.unwrap();
        let both: Vec<_> = ["a", "b", "a", "b"]
            .into_iter()
            .map(|report| {
                let db = db.clone();
                tokio::spawn(async move { deliver(&db, &intake("T-1", report), &[]).await })
            })
            .collect();
        let mut again = 0;
        for one in both {
            match one.await.unwrap() {
                Added::Again(known) => {
                    assert_eq!(known, id);
                    again += 1;
                }
                Added::Repeated(known) | Added::Different(known) => assert_eq!(known, id),
                Added::New => panic!("a second case on {}", db.kind()),
            }
        }
        assert_eq!(again, 1, "on {}", db.kind());
    }
}

#[tokio::test]
async fn what_a_procedure_rests_on_stays_and_the_new_telling_gets_a_review_of_its_own() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let (id, review, procedure) = published(db, "T-1").await;
        db.reopen(id, "revenue", &expert(), START).await.unwrap();
        let anew = intake("T-1", "Contrôlé le relais statique. Remplacé le relais statique. Relancé un cycle.");
        assert_eq!(deliver(db, &anew, &[]).await, Added::Again(id));
        house.work().await;

        // The procedure's review still shows the words that its statements quote.
        let old = db.draft(db.review(review.id).await.unwrap().unwrap().draft).await.unwrap().unwrap();
        assert_ne!(old.intervention, id);
        let told = db.case(old.intervention).await.unwrap().unwrap().intervention.intake;
        assert_eq!(told.report.as_deref(), Some("Remplacé le thermocouple."));
        assert_eq!(read(db, procedure).await.revision.content, thermocouple());
        let new = db.draft_of(id).await.unwrap().unwrap();
        let its = db.review_of(new.id).await.unwrap().unwrap();
        assert_eq!((its.state, its.procedure), (ReviewState::Open, None));
        let kind = db.kind();
        let open = db.reviews(ReviewState::Open, None, 10).await.unwrap();
        assert_eq!(open.len(), 2, "the procedure's, and that of the new telling, on {kind}");

        // Both can be decided, and no second procedure comes of the first.
        assert_eq!(decide(db, review.id, &super::APPROVE).await, Some(procedure));
        let other = decide(db, its.id, &super::APPROVE).await;
        assert!(other.is_some() && other != Some(procedure));
        house.work().await;
        assert_eq!(db.intervention(id, &savoir_models::store::house()).await.unwrap().unwrap().procedure, other);
    }
}

#[tokio::test]
async fn a_case_that_was_rejected_or_never_decided_goes_down_the_line_again_like_any_other() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let (rejected, _, review) = reviewed(db, &intake("T-1", "x"), thermocouple()).await;
        decide(db, review.id, &Decision::Reject { reason: "trop vague".into() }).await;
        let (undecided, ..) = reviewed(db, &intake("T-2", "y"), thermocouple()).await;
        for (id, external_id) in [(rejected, "T-1"), (undecided, "T-2")] {
            db.reopen(id, "revenue", &expert(), START).await.unwrap();
            let anew = intake(external_id, "Remplacé le relais statique de la mâchoire. Essayé vingt cycles.");
            assert_eq!(deliver(db, &anew, &[]).await, Added::Again(id));
        }
        house.work().await;
        for id in [rejected, undecided] {
            let found = db.intervention(id, &savoir_models::store::house()).await.unwrap().unwrap();
            assert_eq!(found.stage, Stage::InReview, "on {}", db.kind());
        }
        assert_eq!(db.reviews(ReviewState::Open, None, 10).await.unwrap().len(), 2);
        assert_eq!(
            db.review(review.id).await.unwrap().unwrap().decision.as_deref(),
            Some("reject"),
            "as it was decided"
        );
    }
}

#[tokio::test]
async fn the_case_that_takes_anothers_place_comes_before_the_expert_with_all_that_tell_the_same() {
    let offline = || House::build().real_time().extractor(Arc::new(Offline));
    let mut houses = vec![offline().open().await.unwrap()];
    houses.extend(offline().postgres().open().await);
    for house in houses {
        let db = &house.kit.db;
        let report = "J'ai consigné la machine. Le thermocouple était coupé près du connecteur. J'ai remplacé le \
            thermocouple. J'ai lancé 50 sachets d'essai : toutes les soudures sont étanches.";
        let mut ids = Vec::new();
        for n in 0..3 {
            let id = InterventionId::new();
            let mut tx = db.begin().await.unwrap();
            tx.accept(id, &intake(&format!("T-{n}"), report), &[], house.kit.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            ids.push(id);
            house.work().await;
        }
        let open = db.reviews(ReviewState::Open, None, 10).await.unwrap();
        assert_eq!(open.iter().map(|r| r.cases).collect::<Vec<_>>(), [3]);
        db.reopen(ids[0], "revenue", &expert(), house.kit.clock.now()).await.unwrap();
        house.work().await;
        let open = db.reviews(ReviewState::Open, None, 10).await.unwrap();
        assert_eq!(open.iter().map(|r| (r.cases, r.worth)).collect::<Vec<_>>(), [(2, 90.0)], "on {}", db.kind());
        let draft = db.draft(open[0].draft).await.unwrap().unwrap();
        assert_eq!(draft.intervention, ids[1]);
        assert_eq!(
            db.intervention(ids[1], &savoir_models::store::house()).await.unwrap().unwrap().stage,
            Stage::InReview
        );
    }
}
