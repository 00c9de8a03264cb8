//! What language models cost, summed by month and by intervention.

use savoir_models::clock::Timestamp;
use savoir_models::id::InterventionId;
use savoir_models::usage::{Purpose, Spent, Usage};
use savoir_tests::data::START;
use savoir_tests::databases::both;

fn usage(prompt_tokens: i64, cost_micros: i64) -> Usage {
    Usage {
        purpose: Purpose::Extract,
        model: "m".into(),
        prompt_tokens,
        completion_tokens: 7,
        cost_micros,
        took_ms: 90,
    }
}

#[tokio::test]
async fn calls_are_summed_by_month_and_by_intervention() {
    for database in both().await {
        let db = &database.db;
        let (first, second) = (InterventionId::new(), InterventionId::new());
        let (begin, end) = START.month();
        let calls = [
            (Some(first), usage(100, 5), Timestamp(begin.0 - 1)),
            (Some(first), usage(200, 6), begin),
            (Some(second), usage(300, i64::from(u32::MAX)), Timestamp(end.0 - 1)),
            (None, Usage { purpose: Purpose::Probe, ..usage(1, 1) }, end),
        ];
        let mut tx = db.begin().await.unwrap();
        for (id, usage, at) in &calls {
            tx.put_usage(*id, usage, *at).await.unwrap();
        }
        tx.commit().await.unwrap();
        let month = db.spent_between(begin, end).await.unwrap();
        let cost_micros = 6 + i64::from(u32::MAX);
        let expected = Spent { calls: 2, prompt_tokens: 500, completion_tokens: 14, cost_micros, took_ms: 180 };
        assert_eq!(month, expected, "on {}", db.kind());
        assert_eq!(db.spent_on(first).await.unwrap().prompt_tokens, 300);
        assert_eq!(db.spent_on(InterventionId::new()).await.unwrap(), Spent::default());
        let (begin, end) = end.month();
        assert_eq!(db.spent_between(begin, end).await.unwrap().calls, 1);
    }
}
