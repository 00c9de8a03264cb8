//! Embedders: vectors of unit length, the same each time, nearer for what means the same.

use std::path::Path;

use savoir_pipeline::embed::model2vec::Model2Vec;
use savoir_pipeline::embed::{Embedder, Purpose};
use savoir_pipeline::fault::{Fault, Need};
use savoir_tests::env::shared;

#[tokio::test]
async fn a_model2vec_folder_gives_vectors_of_unit_length_the_same_each_time() {
    let Some(folder) = shared("models/model2vec-test/test-model-vocab-quantized") else { return };
    let model = Model2Vec::open(&folder).unwrap();
    let texts: Vec<String> = ["the pump leaks", "the pump leaks", "", "désaccouplé 42 🔧"].map(String::from).into();
    let vectors = model.embed(&texts, Purpose::Passage).await.unwrap();
    assert_eq!(vectors.len(), texts.len());
    assert_eq!(vectors[0], vectors[1]);
    for (text, vector) in texts.iter().zip(&vectors) {
        assert_eq!(vector.len(), model.dimensions(), "{text:?}");
        let length: f32 = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        assert!(text.is_empty() || (length - 1.0).abs() < 1e-3, "{text:?}: {length}");
        assert!(vector.iter().all(|x| x.is_finite()), "{text:?}");
    }
}

#[tokio::test]
async fn a_model2vec_folder_that_is_not_there_is_missing_and_named() {
    let fault = Model2Vec::open(Path::new("no/such/folder")).expect_err("there is nothing to open");
    assert!(matches!(fault, Fault::Missing { need: Need::Embedder, .. }), "{fault:?}");
    assert!(fault.to_string().contains("no/such/folder"), "{fault}");
}
