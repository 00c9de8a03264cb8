//! The real program, at its most talkative: none of the secrets that it is given or gives out stands in what it prints.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::IntoResponse;
use savoir_pipeline::http::Courier;
use savoir_pipeline::reach::Reach;
use savoir_tests::call::{BOUNDARY, form};
use savoir_tests::postgres::postgres;
use savoir_tests::provider::{CLIENT, Provider, SECRET};
use savoir_tests::service::{Received, Service};
use savoir_tests::{data, env};
use serde_json::{Value, json};

const LEVEL: &str = "info,savoir=trace,savoir_api=trace,savoir_pipeline=trace,savoir_models=trace";
const PERSON: &str = "Zarbovitch";

/// A secret that somebody knows; `canary-…` and nothing else like it.
fn canary(of: &str) -> String {
    format!("canary-{of}-{}", savoir_models::id::secret(6))
}

/// The program while it runs, and where it writes to.
struct Program {
    child: Child,
    folder: PathBuf,
    courier: Courier,
    address: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

fn command(folder: &Path, settings: &[(&str, String)], secrets: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env::program());
    command.arg("--data").arg(folder.join("data")).current_dir(folder);
    command.args(settings.iter().flat_map(|(key, value)| ["--set".to_owned(), format!("{key}={value}")]));
    command.envs(secrets.iter().copied());
    command.stdout(File::create(folder.join("out")).unwrap()).stderr(File::create(folder.join("log")).unwrap());
    command
}

impl Program {
    async fn start(folder: &Path, settings: &[(&str, String)], secrets: &[(&str, &str)]) -> Self {
        let child = command(folder, settings, secrets).arg("serve").spawn().unwrap();
        let courier = Courier::new(Duration::from_secs(30), 1_000_000, Reach::Written).unwrap();
        let mut program = Self { child, folder: folder.to_owned(), courier, address: String::new() };
        let place = program.until("where it serves", |log| {
            let line = log.lines().find(|line| line.contains("serving"))?;
            Some(line.split_once("address=")?.1.split_whitespace().next()?.to_owned())
        });
        program.address = place.await;
        program
    }

    fn reads(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.join(file)).unwrap()
    }

    /// Waits until the log says something.
    async fn until<T>(&self, what: &str, found: impl Fn(&str) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = found(&self.reads("log")) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(90), "{what}: {}", self.reads("log"));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.courier.send(request.body(body).unwrap()).await.unwrap();
        let body = serde_json::from_slice(answer.body()).unwrap_or_default();
        Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send("POST", path, &headers, body.to_string().into_bytes()).await
    }

    /// Asks it to stop, as a service manager does, and waits until it has.
    async fn stop(mut self) -> (String, String) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let begun = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not stop: {}", self.reads("log"));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        (self.reads("out"), self.reads("log"))
    }
}

/// A service that refuses the key that it is shown, and quotes it, as some do.
async fn quoting() -> Service {
    Service::start(|asked: &Received| {
        let shown = asked.headers["authorization"].to_str().unwrap_or_default().to_owned();
        let said = json!({"error": {"message": format!("Incorrect API key provided: {shown}")}});
        (StatusCode::UNAUTHORIZED, said.to_string()).into_response()
    })
    .await
}

fn secret_of(link: &str) -> String {
    link.split_once("/link#").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_what_the_program_prints_at_its_most_talkative() {
    let folder = tempfile::tempdir().unwrap();
    let (model, speech, provider) = (quoting().await, quoting().await, Provider::start(json!({"sub": "7f3a"})).await);
    let (llm, hearing, database) = (canary("llm"), canary("speech"), canary("database"));
    let mut settings = vec![
        ("log.level", LEVEL.to_owned()),
        ("server.listen", "127.0.0.1:0".to_owned()),
        ("server.public_url", "https://savoir.example.com".to_owned()),
        ("extractor.engine", "model".to_owned()),
        ("llm.endpoint.base_url", model.address.clone()),
        ("llm.endpoint.model", "m".to_owned()),
        ("llm.endpoint.api_key_env", "CANARY_LLM".to_owned()),
        ("speech.engine", "remote".to_owned()),
        ("speech.endpoint.base_url", speech.address.clone()),
        ("speech.endpoint.model", "m".to_owned()),
        ("speech.endpoint.api_key_env", "CANARY_SPEECH".to_owned()),
        ("oidc.issuer", provider.issuer.clone()),
        ("oidc.client_id", CLIENT.to_owned()),
        ("oidc.client_secret_env", "CANARY_OIDC".to_owned()),
        ("oidc.roles.expert", "experts".to_owned()),
    ];
    if let Some(url) = postgres().await {
        settings.extend([("database.url", url), ("database.password_env", "CANARY_DATABASE".to_owned())]);
    }
    let given = [
        ("CANARY_LLM", llm.as_str()),
        ("CANARY_SPEECH", hearing.as_str()),
        ("CANARY_OIDC", SECRET),
        ("CANARY_DATABASE", database.as_str()),
    ];
    let program = Program::start(folder.path(), &settings, &given).await;
    let mut secrets: Vec<String> = given.iter().map(|(_, secret)| (*secret).to_owned()).collect();

    // The first link is printed once, to whoever started the program; then it is worth nothing.
    let printed = program.reads("out");
    let first = secret_of(printed.lines().find(|line| line.contains("/link#")).unwrap());
    let (right, wrong) = (canary("right"), canary("wrong"));
    let redeemed = json!({"secret": first, "password": right, "name": "Ada"});
    assert_eq!(program.post("/api/v1/links/redeem", &[], &redeemed).await.status, 200);
    for (name, password, status) in [("Ada", &wrong, 401), (wrong.as_str(), &right, 401), ("Ada", &right, 200)] {
        let tried = program.post("/api/v1/session", &[], &json!({"name": name, "password": password})).await;
        assert_eq!(tried.status, status);
    }
    let odd = json!({"name": "Ada", "password": [right]});
    assert_eq!(program.post("/api/v1/session", &[], &odd).await.status, 422);
    let entered = program.post("/api/v1/session", &[], &json!({"name": "Ada", "password": right})).await;
    let cookie = entered.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let csrf = entered.body["csrf_token"].as_str().unwrap().to_owned();
    let session = [("cookie", cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    secrets.extend([right.clone(), wrong, csrf.clone(), cookie.split_once('=').unwrap().1.to_owned()]);

    let asked = json!({"name": "Relais", "role": "service"});
    let token = program.post("/api/v1/tokens", &session, &asked).await.body["token"].as_str().unwrap().to_owned();
    let asked = json!({"name": "Léa", "role": "expert"});
    let link = program.post("/api/v1/accounts", &session, &asked).await.body["link"].as_str().unwrap().to_owned();
    let (unknown, lost) = (format!("sav_{}", canary("token")), canary("link"));
    for secret in [secret_of(&link), lost.clone()] {
        let redeemed = json!({"secret": secret, "password": right});
        let status = program.post("/api/v1/links/redeem", &[], &redeemed).await.status;
        assert_eq!(status, if secret == lost { 404 } else { 200 });
    }
    let bearer = format!("Bearer {unknown}");
    assert_eq!(program.send("GET", "/api/v1/search?q=x", &[("authorization", &bearer)], Vec::new()).await.status, 401);
    secrets.extend([token.clone(), unknown, lost, secret_of(&link)]);

    // By the provider: its answer is of another day, and refused; the secret was shown to it all the same.
    let begun = program.send("GET", "/api/v1/oidc/start", &[], Vec::new()).await;
    assert_eq!(begun.status, 303);
    let kept = begun.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let back = provider.visit(begun.headers["location"].to_str().unwrap()).await;
    assert_eq!(program.send("GET", &back, &[("cookie", &kept)], Vec::new()).await.status, 403);
    assert_eq!(provider.asked("token"), 1);
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    secrets.extend([kept.split_once('=').unwrap().1.to_owned(), code.to_owned()]);

    // Two cases that name somebody, one of them spoken.
    let bearer = format!("Bearer {token}");
    let report = format!("Mme {PERSON} (06 39 98 21 54) signale un arrêt en E42. J'ai remplacé le thermocouple coupé.");
    let case = |external: &str| {
        let mut case = json!(data::intake(external, &report));
        case.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        case["request"].as_object_mut().unwrap().retain(|_, value| !value.is_null());
        case.to_string()
    };
    let json = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let written = program.send("POST", "/api/v1/interventions", &json, case("T-1").into_bytes()).await;
    assert_eq!(written.status, 202, "{}", written.body);
    let recording = std::fs::read(env::repository().join("tests/fixtures/audio/sentence.wav")).unwrap();
    let (spoken, name) = (case("T-2"), format!("{PERSON}.wav"));
    let parts = [
        ("intervention", None, "application/json", spoken.as_bytes()),
        ("f", Some(name.as_str()), "audio/wav", recording.as_slice()),
    ];
    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    let multipart = [("authorization", bearer.as_str()), ("content-type", media.as_str())];
    let sent = program.send("POST", "/api/v1/interventions", &multipart, form(&parts)).await;
    assert_eq!(sent.status, 202, "{}", sent.body);
    program.until("the recording is decoded", |log| log.contains("in a process of its own").then_some(())).await;
    let begun = Instant::now();
    while model.received().is_empty() || speech.received().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the services were not asked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(model.received()[0].headers["authorization"], format!("Bearer {llm}"));
    program
        .until("that both keys were refused", |log| (log.matches("refuses the key").count() >= 2).then_some(()))
        .await;
    let seen = program.send("GET", "/api/v1/interventions", &[("authorization", &bearer)], Vec::new()).await;
    assert!(
        seen.body.to_string().contains("refuses the key") && !seen.body.to_string().contains(&llm),
        "{}",
        seen.body
    );

    let (out, log) = program.stop().await;
    assert!(log.contains(" DEBUG ") || log.contains(" TRACE "), "it could be more talkative: {log}");
    assert_eq!(out.matches(&first).count(), 1, "{out}");
    assert!(!log.contains(&first), "the first link is for a terminal, and no log");
    for secret in secrets.iter().map(String::as_str).chain([PERSON, "06 39 98 21 54", "canary-"]) {
        assert!(!log.contains(secret) && !out.contains(secret), "{secret} is in what was printed:\n{out}\n{log}");
    }
}

#[test]
fn a_password_is_not_in_what_is_said_of_a_database_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let password = canary("database");
    let settings = [
        ("log.level", LEVEL.to_owned()),
        ("database.url", "postgres://savoir@127.0.0.1:1/savoir".to_owned()),
        ("database.password_env", "CANARY_DATABASE".to_owned()),
    ];
    for (asked, answers) in [("status", false), ("doctor", false), ("config", true), ("serve", false)] {
        let mut command = command(folder.path(), &settings, &[("CANARY_DATABASE", &password)]);
        assert_eq!(command.arg(asked).status().unwrap().success(), answers, "{asked}");
        for file in ["out", "log"] {
            let said = std::fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(!said.contains(&password), "{asked}: {said}");
        }
    }
}
