//! The harness keeps its promises.

use savoir_tests::postgres::postgres;
use sqlx::{Connection, PgConnection, query, query_scalar};

#[tokio::test]
async fn every_call_gives_a_postgresql_database_of_its_own() {
    let (Some(one), Some(two)) = tokio::join!(postgres(), postgres()) else { return };
    assert_ne!(one, two);
    for url in [one, two] {
        let mut db = PgConnection::connect(&url).await.unwrap();
        query("CREATE TABLE mine (word TEXT)").execute(&mut db).await.expect("the other's table is not here");
        query("INSERT INTO mine VALUES ('réglé')").execute(&mut db).await.unwrap();
        let word: String = query_scalar("SELECT word FROM mine").fetch_one(&mut db).await.unwrap();
        assert_eq!(word, "réglé");
        assert!(db.close().await.is_ok());
    }
}
