//! Closed interventions, delivered as JSON.

use std::sync::Arc;

use savoir_models::viewer::Role;
use savoir_tests::call::{get, post};
use savoir_tests::house::House;
use serde_json::json;

use super::{INTERVENTIONS, connected, delivered, delivery, delivery_with};

#[tokio::test]
async fn a_delivery_is_kept_and_can_be_read_where_location_says() {
    let (house, token) = connected().await;
    let answer = post(INTERVENTIONS, &delivery("T-1")).by(&token).to(&house).await;
    let body = answer.expect(202);
    assert_eq!((&body["stage"], &body["repeated"]), (&json!("transcribed"), &json!(false)));
    let page = get(answer.header("location")).by(&token).to(&house).await.expect(200);
    assert_eq!(page["id"], body["id"]);
    assert_eq!(page["intake"]["report"], delivery("T-1")["report"]);
    assert_eq!(page["jobs"][0]["step"], "redact");
}

#[tokio::test]
async fn the_same_again_is_answered_with_the_same_id_and_other_content_is_refused() {
    let (house, token) = connected().await;
    let id = delivered(&house, &token, &delivery("T-1")).await;
    let again = post(INTERVENTIONS, &delivery("T-1")).by(&token).to(&house).await.expect(200);
    assert_eq!((&again["id"], &again["repeated"]), (&json!(id), &json!(true)));
    let other = delivery_with("T-1", json!({"report": "Tout autre chose a été fait ce jour-là."}));
    let body = post(INTERVENTIONS, &other).by(&token).to(&house).await.problem(409, "already_received");
    assert!(body["detail"].as_str().unwrap().contains("T-1"));
    let kept = get(&format!("{INTERVENTIONS}/{id}")).by(&token).to(&house).await.expect(200);
    assert_eq!(kept["intake"]["report"], delivery("T-1")["report"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_delivery_is_told_where_it_has_come_to_meanwhile() {
    let (house, token) = connected().await;
    delivered(&house, &token, &delivery("T-1")).await;
    house.work().await;
    for key in ["k1", "k1"] {
        let again = post(INTERVENTIONS, &delivery("T-1")).by(&token).with("idempotency-key", key).to(&house).await;
        assert_eq!(again.expect(200)["stage"], "in_review");
    }
}

async fn twenty_at_once(house: House) {
    let token = house.token(Role::Service, None).await;
    let house = Arc::new(house);
    let calls: Vec<_> = (0..20)
        .map(|i| {
            let (house, token) = (Arc::clone(&house), token.clone());
            tokio::spawn(async move {
                let call = post(INTERVENTIONS, &delivery("T-1")).by(&token);
                // Half of them with a key of their own, which must not make two of one.
                let call = if i % 2 == 0 { call.with("idempotency-key", &format!("key-{i}")) } else { call };
                call.to(&house).await
            })
        })
        .collect();
    let (mut new, mut ids) = (0, std::collections::BTreeSet::new());
    for call in calls {
        let answer = call.await.unwrap();
        new += usize::from(answer.status == 202);
        assert!([200, 202].contains(&answer.status.as_u16()), "{answer:?}");
        ids.insert(answer.json()["id"].to_string());
    }
    assert_eq!((new, ids.len()), (1, 1));
    let list = get(INTERVENTIONS).by(&token).to(&house).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.kit.db.status().await.unwrap().jobs["ready"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_simultaneous_deliveries_of_one_intervention_make_one() {
    twenty_at_once(savoir_tests::house::house().await).await;
    if let Some(house) = House::build().postgres().open().await {
        twenty_at_once(house).await;
    }
}

#[tokio::test]
async fn an_idempotency_key_gives_the_same_answer_to_the_same_request_and_none_to_another() {
    let (house, token) = connected().await;
    let send =
        async |body, key: &str| post(INTERVENTIONS, &body).by(&token).with("idempotency-key", key).to(&house).await;
    let first = send(delivery("T-1"), "k1").await;
    let second = send(delivery("T-1"), "k1").await;
    assert_eq!((second.status, second.json()), (first.status, first.json()));
    let _ = send(delivery("T-2"), "k1").await.problem(422, "idempotency_key_reused");
    // A key that met what was there already is answered so each time.
    let repeated = send(delivery("T-1"), "k2").await.expect(200);
    assert_eq!(send(delivery("T-1"), "k2").await.expect(200), repeated);
    // Another's key is another key.
    let other = house.token(Role::Service, None).await;
    let answer = post(INTERVENTIONS, &delivery("T-2")).by(&other).with("idempotency-key", "k1").to(&house).await;
    let _ = answer.expect(202);

    for key in ["", "with space", &"x".repeat(201), "\u{7f}"] {
        let Ok(value) = axum::http::HeaderValue::from_str(key) else { continue };
        let call = post(INTERVENTIONS, &delivery("T-3")).by(&token).with("idempotency-key", value.to_str().unwrap());
        let _ = call.to(&house).await.problem(400, "bad_header");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_simultaneous_requests_with_one_key_and_different_content_one_is_taken() {
    let (house, token) = connected().await;
    let house = Arc::new(house);
    let calls: Vec<_> = (0..8)
        .map(|i| {
            let (house, token) = (Arc::clone(&house), token.clone());
            let body = delivery(&format!("T-{i}"));
            tokio::spawn(async move {
                post(INTERVENTIONS, &body).by(&token).with("idempotency-key", "one").to(&house).await.status.as_u16()
            })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [202, 422, 422, 422, 422, 422, 422, 422]);
    assert_eq!(house.kit.db.status().await.unwrap().jobs["ready"], 1);
}

#[tokio::test]
async fn every_field_that_cannot_be_taken_is_named_with_its_remedy() {
    let (house, token) = connected().await;
    let bad = delivery_with("", json!({"closed_at": "2031-01-01T00:00:00Z", "report": "  "}));
    let answer = post(INTERVENTIONS, &bad).by(&token).to(&house).await;
    let _ = answer.problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["external_id", "closed_at", "report"]);

    let cases = [
        (json!({"reprot": "x"}), "reprot"),
        (json!({"equipment": {"famille": "x"}}), "equipment.famille"),
        (json!({"exchanges": [{"from": "customer", "text": "a"}, {"from": "customer"}]}), "exchanges[1].text"),
        (json!({"parts": [{"quantity": "deux"}]}), "parts[0].quantity"),
        (json!({"closed_at": "hier"}), "closed_at"),
        (json!({"language": "de"}), "language"),
        (json!({"source": 7}), "source"),
        (json!({"time_spent_minutes": -5}), "time_spent_minutes"),
    ];
    for (changes, field) in cases {
        let answer = post(INTERVENTIONS, &delivery_with("T-1", changes)).by(&token).to(&house).await;
        let _ = answer.problem(422, "invalid_fields");
        assert_eq!(answer.fields(), [field], "{}", answer.json());
    }
    let mut lacking = delivery("T-1");
    lacking.as_object_mut().unwrap().remove("source");
    assert_eq!(post(INTERVENTIONS, &lacking).by(&token).to(&house).await.fields(), ["source"]);
    assert_eq!(house.kit.db.status().await.unwrap().interventions.len(), 0, "nothing of it was kept");
}

#[tokio::test]
async fn problems_speak_french_to_those_who_prefer_it() {
    let (house, token) = connected().await;
    let bad = delivery_with("T-1", json!({"closed_at": "2031-01-01T00:00:00Z"}));
    let call = post(INTERVENTIONS, &bad).by(&token).with("accept-language", "fr-FR,fr;q=0.9,en;q=0.8");
    let answer = call.to(&house).await;
    let body = answer.problem(422, "invalid_fields");
    assert_eq!(body["title"], "Certains champs ne sont pas recevables : voyez errors.");
    assert!(body["detail"].as_str().unwrap().contains("est dans le futur"), "{body}");
    assert_eq!(answer.header("content-language"), "fr");
    let body = get("/nulle-part").with("accept-language", "fr").to(&house).await.problem(404, "no_such_address");
    assert!(body["detail"].as_str().unwrap().starts_with("Il n'y a rien"), "{body}");
}

#[tokio::test]
async fn a_contractor_delivers_for_its_own_organisation_only() {
    let (house, service) = connected().await;
    let token = house.token(Role::Contractor, Some("Nordservice")).await;
    let id = delivered(&house, &token, &delivery("T-1")).await;
    let page = get(&format!("{INTERVENTIONS}/{id}")).by(&service).to(&house).await.expect(200);
    assert_eq!(page["intake"]["provider"], "Nordservice");
    let foreign = delivery_with("T-2", json!({"provider": "Sudservice"}));
    let answer = post(INTERVENTIONS, &foreign).by(&token).to(&house).await;
    let _ = answer.problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["provider"]);
    let nobody = house.token(Role::Contractor, None).await;
    let _ = post(INTERVENTIONS, &delivery("T-3")).by(&nobody).to(&house).await.problem(403, "forbidden");
}

#[tokio::test]
async fn the_list_is_paged_by_cursor_and_filtered_by_stage_and_waiting() {
    let (house, token) = connected().await;
    let mut ids = Vec::new();
    for i in 0..5 {
        ids.push(delivered(&house, &token, &delivery(&format!("T-{i}"))).await);
    }
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.park(ids[3].parse().unwrap(), "no speech model", house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    let list = async |query: &str| get(&format!("{INTERVENTIONS}?{query}")).by(&token).to(&house).await;

    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("limit=2{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ids);
    let waiting = list("waiting=true&stage=transcribed").await.expect(200);
    assert_eq!(waiting["items"][0]["waiting"], "no speech model");
    assert_eq!(waiting["items"].as_array().unwrap().len(), 1);
    assert_eq!(list("stage=published").await.expect(200)["items"], json!([]));

    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("stage=lost", "stage"),
        ("cursor=1", "cursor"),
        ("page=2", "page"),
    ] {
        let answer = list(query).await;
        let _ = answer.problem(400, "bad_query");
        assert_eq!(answer.fields(), [field], "{}", answer.json());
    }
}
