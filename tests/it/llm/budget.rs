//! What may be spent, and what happens when it is.

use savoir_models::job::JobState;
use savoir_models::usage::{Purpose, Usage};

use super::*;

#[tokio::test]
async fn when_the_months_budget_is_spent_drafts_wait_for_the_next_month() {
    let mut houses = Vec::new();
    let service = Service::start(|_| says(&good())).await;
    let mut thrifty = settings();
    thrifty.prices.monthly_budget = 0.025;
    let build = || House::build().llm(remote(&service.address, Duration::from_secs(2)), thrifty.clone());
    houses.extend(build().open().await);
    houses.extend(build().postgres().open().await);
    for house in houses {
        // What was spent the month before does not count.
        let before = Usage {
            purpose: Purpose::Extract,
            model: "m".into(),
            prompt_tokens: 1,
            completion_tokens: 1,
            cost_micros: 1_000_000_000,
            took_ms: 1,
        };
        let (begin, end) = house.kit.clock.now().month();
        let mut tx = house.kit.db.begin().await.unwrap();
        tx.put_usage(None, &before, savoir_models::clock::Timestamp(begin.0 - 1)).await.unwrap();
        tx.commit().await.unwrap();

        let mut ids = Vec::new();
        for external_id in ["T-1", "T-2", "T-3"] {
            let id = deliver(&house, external_id, REPORT).await;
            house.work().await;
            ids.push(id);
        }
        let drafted = house.kit.db.spent_between(begin, end).await.unwrap().calls;
        assert_eq!(drafted, 2, "a call of 0.015 leaves room for another; two do not, on {}", house.kit.db.kind());
        let parked = state(&house, ids[2]).await;
        assert_eq!(parked.stage, Stage::Redacted);
        let reason = parked.waiting.unwrap();
        assert!(reason.contains("0.03 EUR of 0.03 EUR") || reason.contains("0.03 EUR of 0.02 EUR"), "{reason}");
        assert!(reason.contains("llm.monthly_budget") && reason.contains("2026-12-01"), "{reason}");
        let waiting = job(&house, ids[2]).await;
        assert_eq!((waiting.state, waiting.failures, waiting.ready_at), (JobState::Waiting, 0, end));

        house.clock.advance(end.since(house.kit.clock.now()));
        house.work().await;
        assert_ne!(state(&house, ids[2]).await.stage, Stage::Redacted, "it goes on by itself");
        assert_eq!(state(&house, ids[2]).await.waiting.filter(|w| w.contains("budget")), None);
    }
}
