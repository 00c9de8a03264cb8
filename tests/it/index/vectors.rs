//! What the vectors alone must hold: the scope of a question, and the space of an embedder.

use savoir_models::draft::Known;
use savoir_models::id::{DraftId, PassageId};
use savoir_models::passage::{Passage, PassagePart};
use savoir_models::text::Language;
use savoir_models::viewer::Audience;
use savoir_pipeline::embed::builtin;
use savoir_pipeline::index::Scope;
use savoir_pipeline::index::vectors::Space;
use savoir_tests::shelf::{Shelf, passage};

use super::{Ground, counts, some};

#[tokio::test]
async fn a_vector_of_another_embedder_is_left_out_and_counted() {
    for ground in Ground::all() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        let mut passages = some(&shelf, 4);
        index.follow(&shelf).await.unwrap();
        passages[0].embedder = Some("another".into());
        passages[1].vector = None;
        passages[2].vector = Some(vec![1.0, 0.0]);
        passages.iter().for_each(|p| shelf.put(p.clone()));
        assert_eq!(index.follow(&shelf).await.unwrap().stale, 3, "{}", ground.name);
        assert_eq!(counts(&index).await, (4, 1), "{}: the words are still found", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn another_embedder_starts_vectors_of_its_own() {
    for ground in Ground::lasting() {
        let shelf = Shelf::default();
        let passages = some(&shelf, 6);
        ground.open().await.follow(&shelf).await.unwrap();
        let index = ground.open_for(Space { embedder: "other-model".into(), dimensions: 3 }).await.unwrap();
        assert_eq!(index.follow(&shelf).await.unwrap().stale, 6, "{}", ground.name);
        for (at, mut passage) in passages.into_iter().enumerate() {
            passage.embedder = Some("other-model".into());
            passage.vector = Some(vec![1.0, at as f32, 0.0]);
            shelf.put(passage);
        }
        index.follow(&shelf).await.unwrap();
        assert_eq!(counts(&index).await, (6, 6), "{}", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn the_scope_is_kept_inside_the_vector_query() {
    for ground in Ground::all() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        let text = "La pompe fuit au joint";
        let wanted = Passage {
            family: Some("Pompes à chaleur".into()),
            models: vec!["GA 37".into()],
            codes: vec!["E42".into()],
            language: Language::English,
            part: PassagePart::Fix,
            ..passage("Pompe", "Une autre pompe fuit, au joint aussi")
        };
        // Fifty that are nearer, and must not push it out: each differs in one label.
        for n in 0..50 {
            let near = Passage { id: PassageId::new(), ..passage("Pompe", text) };
            let like = Passage { id: near.id, owner: near.owner, vector: near.vector.clone(), ..wanted.clone() };
            shelf.put(match n % 7 {
                0 => Passage { audience: Audience::Internal, ..like },
                1 => Passage { owner: Known::Draft(DraftId::new()), ..like },
                2 => Passage { family: Some("Chaudière".into()), ..like },
                3 => Passage { models: vec!["GA 370".into()], ..like },
                4 => Passage { codes: vec!["E421".into()], ..like },
                5 => Passage { language: Language::French, ..like },
                _ => Passage { part: PassagePart::Problem, ..like },
            });
        }
        shelf.put(wanted.clone());
        let later = Passage { id: PassageId::new(), owner: passage("", "").owner, ..wanted.clone() };
        shelf.put(later);
        index.follow(&shelf).await.unwrap();
        let scope = Scope {
            class: Some(Audience::Technician),
            shelf: Some(savoir_models::passage::Shelf::Procedure),
            family: Some(savoir_pipeline::index::analysis::family_key("pompe a chaleur")),
            model: Some("ga37".into()),
            code: Some("E42".into()),
            language: Some(Language::English),
            part: Some(PassagePart::Fix),
            before: Some(52),
            ..Scope::house()
        };
        let asked = builtin::vector(text);
        let found = index.nearest_vectors(&asked, &scope, 5).await.unwrap();
        assert_eq!(found.iter().map(|f| f.id).collect::<Vec<_>>(), [wanted.id], "{}", ground.name);
        assert!((found[0].score - builtin::cosine(&asked, wanted.vector.as_deref().unwrap())).abs() < 1e-3);
        let but = Scope { except: Some(wanted.owner), ..scope.clone() };
        assert!(index.nearest_vectors(&asked, &but, 5).await.unwrap().is_empty(), "{}", ground.name);
        let nobody = Scope { class: None, ..scope };
        assert!(index.nearest_vectors(&asked, &nobody, 5).await.unwrap().is_empty(), "{}", ground.name);
        ground.end().await;
    }
}
