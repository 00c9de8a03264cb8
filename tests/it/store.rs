//! One contract, kept by SQLite and by PostgreSQL.

mod audit;
mod interventions;
mod jobs;
mod passages;
mod reviews;
mod usages;
mod workbench;

use savoir_tests::databases::both;

#[tokio::test]
async fn every_statement_is_understood_by_both_databases() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/sql");
    for database in both().await {
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let statement = std::fs::read_to_string(&path).unwrap();
            if let Err(error) = database.db.prepare(statement).await {
                panic!("{} on {}: {error}", path.display(), database.db.kind());
            }
            count += 1;
        }
        assert!(count > 20, "only {count} files in models/sql");
    }
}

#[tokio::test]
async fn the_counts_of_an_empty_house_are_all_zero() {
    for database in both().await {
        assert_eq!(database.db.status().await.unwrap(), savoir_models::store::Status::default());
    }
}
