//! The order that both indexes follow.

use savoir_models::draft::Known;
use savoir_models::id::ProcedureId;
use savoir_models::passage::{Passage, of_procedure};
use savoir_models::procedure::{Confidence, Governance, Procedure, Revision};
use savoir_models::store::Db;
use savoir_models::viewer::Audience;
use savoir_tests::data::{START, content};
use savoir_tests::databases::both;

fn procedure() -> Procedure {
    let content = content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le thermocouple");
    let revision =
        Revision { number: 1, content, author: "Anne".into(), review: None, diff: String::new(), created_at: START };
    Procedure {
        id: ProcedureId::new(),
        confidence: Confidence::Validated,
        audience: Audience::Technician,
        governance: Governance::Experience,
        revision,
        cases: 1,
        worked: 0,
        failed: 0,
        outcomes: Vec::new(),
        created_at: START,
    }
}

async fn put(db: &Db, known: Known, passages: Vec<Passage>) {
    let mut tx = db.begin().await.unwrap();
    tx.put_passages(known, passages).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_misses_nothing_while_sixteen_writers_commit_at_their_own_pace() {
    for database in both().await {
        let writers: Vec<_> = (0..16_u64)
            .map(|n| {
                let db = database.db.clone();
                tokio::spawn(async move {
                    for i in 0..10 {
                        let mut tx = db.begin().await.unwrap();
                        let procedure = procedure();
                        tx.put_passages(Known::Procedure(procedure.id), of_procedure(&procedure)).await.unwrap();
                        tokio::time::sleep(std::time::Duration::from_millis((n * 7 + i * 3) % 11)).await;
                        tx.commit().await.unwrap();
                    }
                })
            })
            .collect();
        let (mut cursor, mut seen) = (0, Vec::new());
        loop {
            let done = writers.iter().all(tokio::task::JoinHandle::is_finished);
            for change in database.db.changes(cursor, 7).await.unwrap() {
                assert!(change.seq > cursor);
                cursor = change.seq;
                seen.push(change.id);
            }
            if done && cursor == database.db.last_seq().await.unwrap() {
                break;
            }
        }
        assert_eq!(seen.len(), 16 * 10 * 2, "on {}", database.db.kind());
    }
}

#[tokio::test]
async fn passages_read_back_with_their_vectors_and_those_replaced_are_told_as_gone() {
    for database in both().await {
        let db = &database.db;
        let procedure = procedure();
        let known = Known::Procedure(procedure.id);
        let mut passages = of_procedure(&procedure);
        passages[0].vector = Some(vec![0.5, -0.25]);
        passages[0].embedder = Some("test".into());
        put(db, known, passages.clone()).await;
        let first = db.changes(0, 10).await.unwrap();
        assert_eq!(first.iter().map(|c| c.passage.clone().unwrap()).collect::<Vec<_>>(), passages);

        put(db, known, of_procedure(&procedure)).await;
        let then = db.changes(first[1].seq, 10).await.unwrap();
        let (gone, new): (Vec<_>, Vec<_>) = then.into_iter().partition(|c| c.passage.is_none());
        assert_eq!(gone.len(), 2);
        assert!(gone.iter().all(|g| passages.iter().any(|p| p.id == g.id)));
        assert_eq!(new.len(), 2);
        assert_eq!(db.status().await.unwrap().passages, 2);
        assert_eq!(db.passages_of(known).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn passages_between_two_numbers_are_the_latest_of_them() {
    for database in both().await {
        let db = &database.db;
        let one = procedure();
        put(db, Known::Procedure(one.id), of_procedure(&one)).await;
        let last = db.last_seq().await.unwrap();
        let numbers = async |after, before, limit| -> Vec<i64> {
            db.passages_between(after, before, limit).await.unwrap().iter().map(|n| n.seq).collect()
        };
        assert_eq!(numbers(0, last + 1, 10).await, [2, 1]);
        assert_eq!(numbers(0, last + 1, 1).await, [2]);
        assert_eq!(numbers(0, last, 10).await, [1]);
        assert!(numbers(last, last + 1, 10).await.is_empty());
    }
}
