//! Pictures of every page on the demo data, to be looked at: `make screenshots` puts them into `target/screenshots`.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use savoir_models::clock::{Clock, SystemClock};
use savoir_models::store::Db;
use savoir_models::viewer::Role;
use savoir_tests::browser::{Browser, DESK, Look, PHONE};
use savoir_tests::env::{program, repository, target};
use savoir_tests::furnished::known;

use super::examples::EXAMPLES;

/// The program, serving, until this is dropped.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("the program did not end: {error}");
        }
    }
}

fn savoir(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("--data").arg(data).args(arguments).current_dir(repository()).stdout(Stdio::null());
    for limit in ["READS", "WRITES", "ANONYMOUS", "FAILURES"] {
        command.env(format!("SAVOIR_LIMITS__{limit}_PER_MINUTE"), "0");
    }
    command
}

/// Serves what is in `data`; its address.
async fn serve(data: &Path) -> (Serving, String) {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let serving = Serving(savoir(data, &["serve", "--listen", &address]).spawn().unwrap());
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(&address).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the program does not listen at {address}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (serving, format!("http://{address}"))
}

#[tokio::test]
#[ignore = "it proves nothing: it takes pictures, for `make screenshots`"]
async fn a_picture_of_every_page_is_taken() {
    let folder = target().join("screenshots");
    let data = tempfile::tempdir().unwrap();
    let told = savoir(data.path(), &["demo", "--no-serve"]).status().unwrap();
    assert!(told.success(), "the demo: {told}");
    let (_serving, origin) = serve(data.path()).await;
    let db = Db::sqlite(&data.path().join("savoir.db")).await.unwrap();
    let known = known(&db).await;
    let Some(browser) = Browser::at(&origin, None).await else { return };
    let mut taken = 0;
    for (size, on) in [(PHONE, "phone"), (DESK, "desk")] {
        browser.look(Look { size, ..Look::default() }).await;
        for example in EXAMPLES {
            let Some(path) = example.path_if_known(&known) else {
                println!("the demo data have nothing for {}", example.path);
                continue;
            };
            let organisation = (example.role == Some(Role::Customer)).then_some("Client de démonstration");
            browser.enter_at(&db, example.role, organisation, SystemClock.now()).await;
            browser.go(&path).await;
            let name = example.name();
            browser.picture(&folder.join(format!("{name}-{on}.png"))).await;
            browser.whole_picture(&folder.join(format!("{name}-{on}-whole.png"))).await;
            taken += 1;
        }
    }
    println!("{taken} pages are in {}", folder.display());
    browser.close().await;
}
