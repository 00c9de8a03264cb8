//! Each class of readers finds its own projection, wherever the vectors are kept.

use savoir_models::id::PassageId;
use savoir_models::passage::Passage;
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::embed::builtin::{self, Builtin};
use savoir_pipeline::index::Scope;
use savoir_pipeline::search::{Query, search};
use savoir_tests::shelf::{Shelf, passage};

use super::Ground;

#[tokio::test]
async fn every_reader_finds_exactly_one_projection_of_a_procedure() {
    for ground in Ground::all() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        let outside = Passage {
            audience: Audience::Customer,
            classes: vec![Audience::Contractor, Audience::Customer],
            ..passage("Pompe", "La pompe fuit au joint")
        };
        let inside = Passage {
            id: PassageId::new(),
            owner: outside.owner,
            audience: Audience::Customer,
            classes: vec![Audience::Internal, Audience::Technician],
            ..passage("Pompe", "La pompe fuit au joint, lot secret du fournisseur")
        };
        shelf.put(outside.clone());
        shelf.put(inside.clone());
        index.follow(&shelf).await.unwrap();
        for role in Role::ALL {
            let viewer = Viewer::new("t", *role);
            let find = async |text: &str| {
                let query = Query { text: text.into(), ..Query::default() };
                let hits = search(&index, &Builtin, &query, &viewer).await.unwrap().hits;
                hits.into_iter().map(|h| h.snippet.text).collect::<Vec<_>>()
            };
            let expected = match viewer.class() {
                None => Vec::new(),
                Some(Audience::Internal | Audience::Technician) => vec![inside.text.clone()],
                Some(_) => vec![outside.text.clone()],
            };
            assert_eq!(find("pompe joint").await, expected, "{}: {role}", ground.name);
            let told = viewer.class().is_some_and(|c| c <= Audience::Technician);
            assert_eq!(find("fournisseur secret").await.len(), usize::from(told), "{}: {role}", ground.name);
            let near =
                index.nearest_vectors(&builtin::vector("lot secret pompe"), &Scope::of(&viewer), 10).await.unwrap();
            assert_eq!(near.len(), expected.len(), "{}: {role}, by vectors alone", ground.name);
        }
        ground.end().await;
    }
}
