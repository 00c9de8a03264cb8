//! Nothing that was accepted is lost, nothing is kept twice.

use savoir_models::id::{AttachmentId, InterventionId};
use savoir_models::intervention::{Attachment, AttachmentKind, Stage};
use savoir_models::store::{Added, Answered, Db, Given, InterventionFilter, house};
use savoir_models::viewer::{Role, Viewer};
use savoir_tests::data::{START, intake};
use savoir_tests::databases::{both, sqlite};

async fn accept(db: &Db, external_id: &str, report: &str) -> (InterventionId, Added) {
    let id = InterventionId::new();
    let mut tx = db.begin().await.unwrap();
    let added = tx.accept(id, &intake(external_id, report), &[], START).await.unwrap();
    tx.commit().await.unwrap();
    (id, added)
}

#[tokio::test]
async fn an_accepted_intervention_reads_back_as_it_came_and_has_its_first_job() {
    for database in both().await {
        let db = &database.db;
        let id = InterventionId::new();
        let file = Attachment {
            id: AttachmentId::new(),
            kind: AttachmentKind::Audio,
            name: "rapport.opus".into(),
            media_type: "audio/ogg".into(),
            bytes: 12,
            blob: "ab".repeat(32),
            question: None,
            removed_at: None,
        };
        let mut tx = db.begin().await.unwrap();
        tx.accept(id, &intake("T-1", "Remplacé le thermocouple."), std::slice::from_ref(&file), START).await.unwrap();
        tx.commit().await.unwrap();

        let found = db.intervention(id, &house()).await.unwrap().unwrap();
        assert_eq!(found.intake, intake("T-1", "Remplacé le thermocouple."));
        assert_eq!((found.stage, found.attachments), (Stage::Received, vec![file]));
        let jobs = db.jobs_of(&id.to_string()).await.unwrap();
        assert_eq!(jobs.iter().map(|j| j.step.as_str()).collect::<Vec<_>>(), ["transcribe"]);
    }
}

#[tokio::test]
async fn a_delivery_repeated_is_recognised_and_a_different_one_under_the_same_name_is_not_taken() {
    for database in both().await {
        let (first, added) = accept(&database.db, "T-1", "Remplacé le thermocouple.").await;
        assert_eq!(added, Added::New);
        assert_eq!(accept(&database.db, "T-1", "Remplacé le thermocouple.").await.1, Added::Repeated(first));
        assert_eq!(accept(&database.db, "T-1", "Autre chose.").await.1, Added::Different(first));
        let kept = database.db.intervention(first, &house()).await.unwrap().unwrap();
        assert_eq!(kept.intake.report.as_deref(), Some("Remplacé le thermocouple."));
    }
}

#[tokio::test]
async fn of_twenty_simultaneous_deliveries_of_the_same_case_one_is_kept() {
    for database in both().await {
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let db = database.db.clone();
                tokio::spawn(async move { accept(&db, "T-1", "Remplacé le thermocouple.").await.1 })
            })
            .collect();
        let mut new = 0;
        for task in tasks {
            new += i32::from(task.await.unwrap() == Added::New);
        }
        assert_eq!(new, 1, "on {}", database.db.kind());
        assert_eq!(database.db.status().await.unwrap().jobs["ready"], 1);
    }
}

#[tokio::test]
async fn a_unit_that_is_dropped_leaves_nothing_behind_and_does_not_harm_those_beside_it() {
    for database in both().await {
        let db = &database.db;
        let mut dropped = db.begin().await.unwrap();
        dropped.accept(InterventionId::new(), &intake("T-dropped", "x"), &[], START).await.unwrap();
        let beside = tokio::spawn({
            let db = db.clone();
            async move { accept(&db, "T-beside", "y").await }
        });
        tokio::task::yield_now().await;
        drop(dropped);
        assert_eq!(beside.await.unwrap().1, Added::New);
        let all = db.interventions(&InterventionFilter { limit: 10, ..Default::default() }, &house()).await.unwrap();
        assert_eq!(all.iter().map(|i| i.intake.external_id.as_str()).collect::<Vec<_>>(), ["T-beside"]);
    }
}

#[tokio::test]
async fn what_was_answered_to_a_writer_is_there_for_another_process() {
    let database = sqlite().await;
    let writers: Vec<_> = (0..50)
        .map(|n| {
            let db = database.db.clone();
            tokio::spawn(async move { accept(&db, &format!("T-{n}"), "x").await.0 })
        })
        .collect();
    for writer in writers {
        let id = writer.await.unwrap();
        let other = database.again().await;
        assert!(other.intervention(id, &house()).await.unwrap().is_some());
        other.close().await;
    }
}

#[tokio::test]
async fn a_statement_that_fails_takes_back_its_own_unit_only() {
    for database in both().await {
        let db = &database.db;
        let (id, _) = accept(db, "T-1", "x").await;
        let mut tx = db.begin().await.unwrap();
        assert!(tx.accept(id, &intake("T-2", "the identifier is taken"), &[], START).await.is_err());
        drop(tx);
        assert_eq!(accept(db, "T-3", "z").await.1, Added::New);
        assert_eq!(db.status().await.unwrap().interventions["transcribed"], 2);
    }
}

#[tokio::test]
async fn a_contractor_sees_only_what_their_organisation_did() {
    for database in both().await {
        let db = &database.db;
        let id = InterventionId::new();
        let mut theirs = intake("T-1", "x");
        theirs.provider = Some("Froid Service".into());
        let mut tx = db.begin().await.unwrap();
        tx.accept(id, &theirs, &[], START).await.unwrap();
        tx.commit().await.unwrap();
        let contractor = |organisation: Option<&str>| Viewer {
            organisation: organisation.map(Into::into),
            ..Viewer::new("c", Role::Contractor)
        };
        assert!(db.intervention(id, &contractor(Some("Froid Service"))).await.unwrap().is_some());
        assert!(db.intervention(id, &contractor(Some("Autre"))).await.unwrap().is_none());
        assert!(db.intervention(id, &contractor(None)).await.unwrap().is_none());
        let filter = InterventionFilter { limit: 10, ..Default::default() };
        assert_eq!(db.interventions(&filter, &contractor(Some("Autre"))).await.unwrap(), []);
        assert_eq!(db.interventions(&filter, &contractor(Some("Froid Service"))).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_line_goes_on_once_the_last_question_is_answered() {
    for database in both().await {
        let db = &database.db;
        let (id, _) = accept(db, "T-1", "remplacé carte, ok").await;
        let mut tx = db.begin().await.unwrap();
        tx.ask(id, &["Quelle carte ?".into(), "Quel était le symptôme ?".into()], None, START).await.unwrap();
        tx.move_to(id, Stage::NeedsAnswers, Some("trop peu"), START).await.unwrap();
        tx.commit().await.unwrap();
        let questions = db.questions(id).await.unwrap();
        let answer = |n: usize, text: &str| (questions[n].id, Given::Text(text.to_owned()));

        let first = db.answer(id, &[answer(0, "La carte de commande")], "Jean", START).await.unwrap();
        assert_eq!(first, Answered::Kept { open: 1 });
        let twice = db.answer(id, &[answer(0, "non")], "Jean", START).await.unwrap();
        assert_eq!(twice, Answered::NoQuestion(questions[0].id));
        assert_eq!(db.answer(id, &[answer(1, "E42")], "Jean", START).await.unwrap(), Answered::Kept { open: 0 });

        let jobs: Vec<_> = db.jobs_of(&id.to_string()).await.unwrap().iter().map(|j| j.step.as_str()).collect();
        assert!(jobs.contains(&"redact"), "answers may name people too: {jobs:?}");
        assert_eq!(db.case(id).await.unwrap().unwrap().questions[0].answer.as_deref(), Some("La carte de commande"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_answer_the_last_two_questions_at_once_do_not_leave_the_case_waiting() {
    for database in both().await {
        for round in 0..10 {
            let db = &database.db;
            let (id, _) = accept(db, &format!("T-{round}"), "remplacé carte, ok").await;
            let mut tx = db.begin().await.unwrap();
            tx.ask(id, &["Quelle carte ?".into(), "Quel symptôme ?".into()], None, START).await.unwrap();
            tx.commit().await.unwrap();
            let answers: Vec<_> =
                db.questions(id).await.unwrap().into_iter().map(|q| (q.id, Given::Text("réponse".into()))).collect();
            let (one, two) =
                tokio::join!(db.answer(id, &answers[..1], "Jean", START), db.answer(id, &answers[1..], "Anne", START));
            let open = [one.unwrap(), two.unwrap()];
            assert!(open.contains(&Answered::Kept { open: 0 }), "{open:?} on {}", db.kind());
        }
    }
}
