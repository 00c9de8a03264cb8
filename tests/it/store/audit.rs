//! The audit log only grows, and tells when somebody touched it.

use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::store::Db;
use savoir_models::viewer::{Role, Viewer};
use savoir_tests::databases::both;

fn entry(subject: &str) -> Entry {
    Entry::new(&Viewer::new("Anne", Role::Expert), Action::DraftEdited, subject, "version 2")
}

async fn note(db: &Db, subject: &str) {
    let mut tx = db.begin().await.unwrap();
    tx.note(entry(subject), Timestamp(1));
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn lines_of_many_writers_stand_in_one_chain_without_a_gap() {
    for database in both().await {
        let (first, second) = (database.db.clone(), database.again().await);
        let writers = (0..8).map(|n| {
            let db = if n % 2 == 0 { first.clone() } else { second.clone() };
            tokio::spawn(async move {
                for m in 0..10 {
                    note(&db, &format!("{n}-{m}")).await;
                }
            })
        });
        futures_util::future::join_all(writers).await.into_iter().for_each(|done| done.unwrap());
        let (last, seal) = first.verify_audit().await.unwrap().expect("the chain holds");
        let lines = first.audit(0, 1_000).await.unwrap();
        assert_eq!((last, lines.len()), (80, 80));
        assert_eq!(lines[79].seal, seal);
        assert_eq!(first.audit(78, 1_000).await.unwrap(), lines[78..]);
    }
}

#[tokio::test]
async fn what_was_not_committed_was_not_noted() {
    for database in both().await {
        let mut tx = database.db.begin().await.unwrap();
        tx.note(entry("dropped"), Timestamp(1));
        drop(tx);
        note(&database.db, "kept").await;
        let lines = database.db.audit(0, 10).await.unwrap();
        assert_eq!(lines.iter().map(|l| (l.seq, l.subject.as_str())).collect::<Vec<_>>(), [(1, "kept")]);
    }
}

#[tokio::test]
async fn whoever_touches_the_table_is_told_on() {
    let tricks = [
        ("UPDATE audit SET who = 'Bertrand' WHERE seq = 2", "line 2 of the audit log was changed"),
        ("UPDATE audit SET action = 'not a word' WHERE seq = 2", "not a word"),
        ("DELETE FROM audit WHERE seq = 2", "line 2 of the audit log is missing"),
        ("DELETE FROM audit WHERE seq = 3", "ends at line 2, though 3 lines were written"),
    ];
    for (trick, told) in tricks {
        for database in both().await {
            for subject in ["one", "two", "three"] {
                note(&database.db, subject).await;
            }
            database.tamper(trick).await;
            let broken = database.db.verify_audit().await.unwrap().expect_err("it is broken");
            assert!(broken.contains(told), "{trick}: {broken}");
        }
    }
}
