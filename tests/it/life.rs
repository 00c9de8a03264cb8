//! The story of one intervention, a photograph a step: what each step reads is there, what it writes is here.

use bytes::Bytes;
use savoir_models::id::{AttachmentId, InterventionId};
use savoir_models::intervention::{Attachment, AttachmentKind, Stage};
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Decided, house as the_house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::extractor::offline::Offline;
use savoir_pipeline::fault::Fault;
use savoir_pipeline::search::{Query, search};
use savoir_pipeline::worker::single::one_job;
use savoir_tests::data::{intake, reading};
use savoir_tests::house::{House, house};
use savoir_tests::world::Photographer;

/// A delivered intervention whose report is spoken.
pub(crate) async fn deliver(house: &House, external_id: &str) -> InterventionId {
    let bytes = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"RIFF a recording"))]);
    let blob = house.kit.blobs.put(bytes, 1_000).await.unwrap();
    let file = Attachment {
        id: AttachmentId::new(),
        kind: AttachmentKind::Audio,
        name: "rapport.wav".into(),
        media_type: "audio/wav".into(),
        bytes: 16,
        blob: blob.hash,
        question: None,
        removed_at: None,
    };
    let id = InterventionId::new();
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.accept(id, &intake(external_id, "Remplacé le thermocouple."), &[file], house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn an_intervention_from_its_delivery_to_a_search_hit() {
    let house = house().await;
    let mut photographer = Photographer::of(&house.app.config.data.dir).await;
    photographer.changes().await;
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("snapshots/life");
    let _bound = settings.bind_to_scope();

    let id = deliver(&house, "T-1").await;
    insta::assert_snapshot!("1-delivered", photographer.changes().await);
    for name in ["2-transcribed", "3-redacted", "4-drafted", "5-indexed", "6-compared", "7-in-review"] {
        one_job(&house.kit).await.unwrap().expect("the next step is ready");
        insta::assert_snapshot!(name, photographer.changes().await);
    }
    assert_eq!(one_job(&house.kit).await.unwrap(), None, "the line waits on nobody but the expert");

    let reviews = house.kit.db.reviews(ReviewState::Open, None, 10).await.unwrap();
    let [review] = &reviews[..] else { panic!("{reviews:?}") };
    let decision = Decision::Approve { audience: Audience::Technician, into: None };
    let expert = Viewer::new("Anne Experte", Role::Expert);
    let decided = house.kit.db.decide(review.id, &decision, &expert, reading(1), house.kit.clock.now()).await.unwrap();
    let Decided::Done(Some(procedure)) = decided else { panic!("{decided:?}") };
    insta::assert_snapshot!("8-approved", photographer.changes().await);
    one_job(&house.kit).await.unwrap().expect("the publication is ready");
    insta::assert_snapshot!("9-published", photographer.changes().await);

    house.kit.index.follow(&house.kit.db).await.unwrap();
    let query = Query { text: "erreur quarante-deux".into(), ..Query::default() };
    let found = async |role| {
        search(&house.kit.index, house.kit.embedder.as_ref(), &query, &Viewer::new("x", role)).await.unwrap().hits
    };
    assert_eq!(found(Role::Technician).await.iter().map(|h| h.procedure).collect::<Vec<_>>(), [procedure]);
    assert_eq!(found(Role::Customer).await.len(), 0, "it was not approved for customers");
    assert_eq!(house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap().stage, Stage::Published);
}

#[tokio::test]
async fn a_recording_waits_for_a_speech_model_and_goes_on_by_itself_when_there_is_one() {
    let house =
        House::build().transcriber(Err("no speech model: savoir models pull small".into())).open().await.unwrap();
    let id = deliver(&house, "T-1").await;
    for _ in 0..20 {
        one_job(&house.kit).await.unwrap();
        house.clock.advance(house.kit.line.recheck);
    }
    let parked = house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap();
    assert_eq!(parked.stage, Stage::Received);
    assert_eq!(parked.waiting.as_deref(), Some("no speech model: savoir models pull small"));
    assert_eq!(house.kit.db.status().await.unwrap().jobs["waiting"], 1);

    let house =
        house.restart_with(|builder| builder.transcriber(Ok(std::sync::Arc::new(savoir_tests::doubles::Parrot)))).await;
    house.work().await;
    let gone_on = house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap();
    assert_eq!((gone_on.stage, gone_on.waiting), (Stage::InReview, None));
}

#[tokio::test]
async fn two_that_tell_the_same_at_the_same_moment_become_one_review_with_two_cases() {
    // On the real clock: one of the two may have to wait a moment for the other.
    let offline = || House::build().real_time().extractor(std::sync::Arc::new(Offline));
    let mut houses = vec![offline().open().await.unwrap()];
    houses.extend(offline().postgres().open().await);
    for house in houses {
        let report = "J'ai consigné la machine. Le thermocouple était coupé près du connecteur. J'ai remplacé le thermocouple. \
            J'ai lancé 50 sachets d'essai : toutes les soudures sont étanches.";
        let ids = [InterventionId::new(), InterventionId::new()];
        let mut tx = house.kit.db.begin().await.unwrap();
        for (n, id) in ids.into_iter().enumerate() {
            tx.accept(id, &intake(&format!("T-{n}"), report), &[], house.kit.clock.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        house.work().await;
        let reviews = house.kit.db.reviews(ReviewState::Open, None, 10).await.unwrap();
        assert_eq!(reviews.iter().map(|r| r.cases).collect::<Vec<_>>(), [2], "on {}", house.kit.db.kind());
        let mut stages = Vec::new();
        for id in ids {
            stages.push(house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap().stage);
        }
        stages.sort();
        assert_eq!(stages, [Stage::InReview, Stage::Merged]);
    }
}

/// Hears nothing in any recording.
struct Deaf;

#[async_trait::async_trait]
impl savoir_pipeline::speech::Transcriber for Deaf {
    fn model(&self) -> &str {
        "deaf"
    }

    async fn transcribe(
        &self,
        _path: &std::path::Path,
        _hints: &savoir_pipeline::speech::Hints,
        _progress: &savoir_pipeline::progress::Progress,
    ) -> Result<savoir_pipeline::speech::Heard, Fault> {
        Err(Fault::never("this is no recording"))
    }
}

#[tokio::test]
async fn a_recording_that_cannot_be_heard_does_not_bury_the_written_report_beside_it() {
    let house = House::build().transcriber(Ok(std::sync::Arc::new(Deaf))).open().await.unwrap();
    let id = deliver(&house, "T-1").await;
    house.work().await;
    let found = house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap();
    assert_eq!((found.stage, found.waiting), (Stage::InReview, None));
    let transcripts = house.kit.db.transcripts(id).await.unwrap();
    assert_eq!(transcripts[0].note.as_deref(), Some("this is no recording"));
}
