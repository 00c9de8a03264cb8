//! Chromedriver and the Chromiums that it drives, in the words of WebDriver (W3C), which is JSON over HTTP: the house's own
//! client carries it.
//!
//! Chromedriver runs once for all tests of the process; each test has a Chromium of its own, with a fresh profile, which
//! ends with the test, also when it panics. `chromedriver.sh` ends all of them when the test process has ended.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use savoir_pipeline::http::Courier;
use savoir_pipeline::reach::Reach;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::env;

/// So many Chromiums at once: each takes some 300 MB and wants a core.
static ROOM: Semaphore = Semaphore::const_new(3);

/// The name under which an element stands in an answer (W3C WebDriver, 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One Chromium.
pub(super) struct Driver {
    courier: Courier,
    server: &'static Server,
    session: String,
    _room: SemaphorePermit<'static>,
}

/// Something on a page, as chromedriver calls it.
#[derive(Debug, Clone)]
pub(super) struct Node(String);

/// A line of a log of the browser.
pub(super) struct Line {
    pub(super) level: String,
    pub(super) source: String,
    pub(super) message: String,
}

/// Or what chromedriver says went wrong, in a line.
pub(super) type Done<T> = Result<T, String>;

impl Driver {
    /// Starts a Chromium with these arguments on top of the house's; `None`, said loudly, where there is none.
    ///
    /// # Panics
    /// When there is one and it does not start; when there is none although `CI=true` or
    /// `SAVOIR_REQUIRE_BROWSER=1` asks for it.
    pub(super) async fn start(arguments: &[String]) -> Option<Self> {
        let room = ROOM.acquire().await.expect("never closed");
        Self::start_in(room, arguments).await
    }

    /// Starts two, as soon as there is room for both: who holds one and waits for another may wait for ever.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub(super) async fn start_two() -> Option<(Self, Self)> {
        let mut room = ROOM.acquire_many(2).await.expect("never closed");
        let other = room.split(1).expect("two");
        Some((Self::start_in(room, &[]).await?, Self::start_in(other, &[]).await?))
    }

    async fn start_in(room: SemaphorePermit<'static>, arguments: &[String]) -> Option<Self> {
        let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(Server::start)).await.expect("it starts");
        let Some(server) = server else {
            env::skipped("there is no Chromium; install Debian's packages `chromium` and `chromium-driver`");
            return None;
        };
        let arguments = [&server.arguments[..], arguments].concat();
        let wanted = json!({
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": { "binary": server.chromium, "args": arguments },
        });
        let courier = Courier::new(Duration::from_secs(60), 256 * 1024 * 1024, Reach::Written);
        let courier = courier.expect("a client for this machine");
        let begun = server.ask(&courier, Method::POST, "", Some(json!({ "capabilities": { "alwaysMatch": wanted } })));
        let begun = begun.await.unwrap_or_else(|error| {
            let log = std::fs::read_to_string(server.folder.join("log")).unwrap_or_default();
            panic!("{} does not start: {error}\n{log}", server.chromium.display())
        });
        let session = begun["sessionId"].as_str().expect("a session").to_owned();
        Some(Self { courier, server, session, _room: room })
    }

    /// Opens an address and waits until it is loaded.
    pub(super) async fn go(&self, url: &str) -> Done<()> {
        self.post("url", json!({ "url": url })).await.map(drop)
    }

    /// The address that is open.
    pub(super) async fn url(&self) -> Done<String> {
        self.get("url").await.map(|url| text(&url))
    }

    /// A command of the DevTools protocol.
    pub(super) async fn devtools(&self, method: &str, parameters: Value) -> Done<Value> {
        self.post("goog/cdp/execute", json!({ "cmd": method, "params": parameters })).await
    }

    /// What is new in the log `browser` or `performance`.
    pub(super) async fn log(&self, kind: &str) -> Done<Vec<Line>> {
        let lines = self.post("se/log", json!({ "type": kind })).await?;
        let line = |entry: &Value| Line {
            level: text(&entry["level"]),
            source: text(&entry["source"]),
            message: text(&entry["message"]),
        };
        Ok(lines.as_array().into_iter().flatten().map(line).collect())
    }

    /// Whatever a CSS selector finds, now.
    pub(super) async fn css(&self, selector: &str) -> Done<Vec<Node>> {
        let found = self.post("elements", json!({ "using": "css selector", "value": selector })).await?;
        Ok(found.as_array().into_iter().flatten().map(|node| Node(text(&node[ELEMENT]))).collect())
    }

    /// The node that the DevTools protocol knows by this number. Chromedriver's own name for it ends with the number.
    pub(super) async fn node(&self, backend: i64) -> Done<Node> {
        let root = self.css(":root").await?.pop().ok_or("there is no page")?;
        let (page, _) =
            root.0.rsplit_once('.').ok_or_else(|| format!("chromedriver names elements otherwise: {root:?}"))?;
        Ok(Node(format!("{page}.{backend}")))
    }

    /// Presses keys together, then lets them go: names as in `KeyboardEvent.key`, joined by `+`.
    pub(super) async fn press(&self, keys: &str) -> Done<()> {
        let codes: Vec<char> = keys.split('+').map(code).collect();
        let down = codes.iter().map(|key| ("keyDown", *key));
        self.keys(down.chain(codes.iter().rev().map(|key| ("keyUp", *key)))).await
    }

    /// Types a text where the focus is.
    pub(super) async fn type_keys(&self, text: &str) -> Done<()> {
        self.keys(text.chars().flat_map(|key| [("keyDown", key), ("keyUp", key)])).await
    }

    async fn keys(&self, keys: impl Iterator<Item = (&'static str, char)>) -> Done<()> {
        let actions: Vec<Value> = keys.map(|(what, key)| json!({ "type": what, "value": key.to_string() })).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", json!({ "actions": [keyboard] })).await.map(drop)
    }

    /// Sets a cookie of the site that is open.
    pub(super) async fn cookie(&self, name: &str, value: &str) -> Done<()> {
        let cookie = json!({ "name": name, "value": value, "path": "/", "httpOnly": true, "sameSite": "Lax" });
        self.post("cookie", json!({ "cookie": cookie })).await.map(drop)
    }

    /// Forgets every cookie of the site that is open.
    pub(super) async fn forget_cookies(&self) -> Done<()> {
        self.ask(Method::DELETE, "cookie", None).await.map(drop)
    }

    /// A picture of what is in the window: a PNG.
    pub(super) async fn screenshot(&self) -> Done<Vec<u8>> {
        let picture = self.get("screenshot").await?;
        STANDARD.decode(text(&picture)).map_err(|error| error.to_string())
    }

    /// A picture of this part of the page, in the window or not: a PNG.
    pub(super) async fn whole_screenshot(&self, clip: Value) -> Done<Vec<u8>> {
        let asked = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", asked).await?;
        STANDARD.decode(text(&picture["data"])).map_err(|error| error.to_string())
    }

    /// Scrolls to something and clicks in its middle.
    pub(super) async fn click(&self, node: &Node) -> Done<()> {
        self.post(&format!("element/{}/click", node.0), json!({})).await.map(drop)
    }

    /// Types into something; of a file field, the path of a file.
    pub(super) async fn type_text(&self, node: &Node, text: &str) -> Done<()> {
        self.post(&format!("element/{}/value", node.0), json!({ "text": text })).await.map(drop)
    }

    /// Empties something.
    pub(super) async fn clear(&self, node: &Node) -> Done<()> {
        self.post(&format!("element/{}/clear", node.0), json!({})).await.map(drop)
    }

    /// What is asked about something: `text`, `displayed`, `attribute/NAME`, `property/NAME`.
    pub(super) async fn about(&self, node: &Node, what: &str) -> Done<Value> {
        self.get(&format!("element/{}/{what}", node.0)).await
    }

    async fn post(&self, path: &str, body: Value) -> Done<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn get(&self, path: &str) -> Done<Value> {
        self.ask(Method::GET, path, None).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Done<Value> {
        self.server.ask(&self.courier, method, &format!("/{}/{path}", self.session), body).await
    }
}

impl Drop for Driver {
    /// Ends the Chromium, waits for it, and does not mind: there may be no runtime left to ask properly, and
    /// `chromedriver.sh` ends it at the latest.
    fn drop(&mut self) {
        let Ok(mut line) = TcpStream::connect(&self.server.address) else { return };
        let (session, host) = (&self.session, &self.server.address);
        let _ = line.set_read_timeout(Some(Duration::from_secs(5)));
        let _ = write!(line, "DELETE /session/{session} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
        let _ = line.read(&mut [0; 1_000]);
    }
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();

/// Chromedriver, while the test process lives.
struct Server {
    /// Host and port.
    address: String,
    folder: PathBuf,
    chromium: PathBuf,
    /// What every Chromium is started with.
    arguments: Vec<String>,
    /// Holds the pipe whose end tells `chromedriver.sh` that the tests are over.
    _watchdog: Child,
}

impl Server {
    fn start() -> Option<Self> {
        let found = in_path(&["chromium", "chromium-browser"]).zip(in_path(&["chromedriver"]));
        let Some((chromium, chromedriver)) = found else {
            let required = env::is_required("BROWSER");
            assert!(!required, "Chromium is required: install Debian's packages `chromium` and `chromium-driver`");
            return None;
        };
        let mut watchdog = Command::new("sh")
            .args(["-c", include_str!("chromedriver.sh"), "chromedriver.sh"])
            .arg(&chromedriver)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C at the terminal is for the tests: the watchdog must live to clean up after them.
            .process_group(0)
            .spawn()
            .expect("sh starts");
        let mut lines = BufReader::new(watchdog.stdout.take().expect("a pipe")).lines();
        let mut said = |what: &str| {
            let line = lines.by_ref().map_while(Result::ok).find_map(|line| after(&line, what));
            line.unwrap_or_else(|| panic!("{} does not start", chromedriver.display()))
        };
        let folder = PathBuf::from(said("folder "));
        let port = said("started successfully on port ").trim_end_matches('.').to_owned();
        // Whatever more it says is read, so that it never waits for somebody to read it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let address = format!("127.0.0.1:{port}");
        Some(Self { address, folder, chromium, arguments: arguments(), _watchdog: watchdog })
    }

    /// Asks chromedriver for something: the `value` of its answer.
    async fn ask(&self, courier: &Courier, method: Method, path: &str, body: Option<Value>) -> Done<Value> {
        let request = Request::builder().method(method).uri(format!("http://{}/session{path}", self.address));
        let body = body.map_or_else(Vec::new, |body| body.to_string().into_bytes());
        let request = request.header("content-type", "application/json").body(body).map_err(|e| e.to_string())?;
        let answer = courier.send(request).await.map_err(|e| e.to_string())?;
        let mut value: Value = serde_json::from_slice(answer.body()).map_err(|e| e.to_string())?;
        let value = value["value"].take();
        if answer.status().is_success() {
            return Ok(value);
        }
        // Behind the first line come the versions and the addresses of its functions.
        Err(text(&value["message"]).lines().next().unwrap_or("it does not say why").to_owned())
    }
}

fn arguments() -> Vec<String> {
    let mut arguments = vec![
        "--headless=new",
        // On pipes, so that it ends when chromedriver does.
        "--remote-debugging-pipe",
        "--window-size=1440,900",
        "--disable-gpu",
        // Containers have 64 MB of shared memory.
        "--disable-dev-shm-usage",
        // Neither a page nor the browser itself finds anything but this machine.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        // The same picture on every machine.
        "--force-color-profile=srgb",
        "--font-render-hinting=none",
    ];
    // Chromium's sandbox refuses to be root.
    let id = Command::new("id").arg("-u").output().expect("id runs");
    if id.stdout.trim_ascii() == b"0" {
        arguments.push("--no-sandbox");
    }
    arguments.into_iter().map(str::to_owned).collect()
}

/// What stands behind `what` in a line.
fn after(line: &str, what: &str) -> Option<String> {
    line.split_once(what).map(|(_, rest)| rest.trim().to_owned())
}

/// The first of these programs that PATH finds. A snap's is none: it lives in folders of its own, and sees none of ours.
fn in_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::variable("PATH")?;
    let mut all = names.iter().flat_map(|name| std::env::split_paths(&path).map(move |dir| dir.join(name)));
    all.find(|program| program.is_file() && !is_snap(program))
}

fn is_snap(program: &Path) -> bool {
    let real = program.canonicalize().unwrap_or_else(|_| program.to_owned());
    // Ubuntu's package is a script that asks for the snap.
    let asks = || std::fs::read_to_string(program).is_ok_and(|script| script.contains("/snap/bin/"));
    real.starts_with("/snap") || real.ends_with("snap") || asks()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A key's character, as WebDriver numbers them (W3C WebDriver, 17.4.2).
fn code(key: &str) -> char {
    let mut characters = key.chars();
    match (key, characters.next(), characters.next()) {
        (_, Some(only), None) => only,
        ("Backspace", ..) => '\u{e003}',
        ("Tab", ..) => '\u{e004}',
        ("Enter", ..) => '\u{e007}',
        ("Shift", ..) => '\u{e008}',
        ("Control", ..) => '\u{e009}',
        ("Alt", ..) => '\u{e00a}',
        ("Escape", ..) => '\u{e00c}',
        ("Space", ..) => ' ',
        ("PageUp", ..) => '\u{e00e}',
        ("PageDown", ..) => '\u{e00f}',
        ("End", ..) => '\u{e010}',
        ("Home", ..) => '\u{e011}',
        ("ArrowLeft", ..) => '\u{e012}',
        ("ArrowUp", ..) => '\u{e013}',
        ("ArrowRight", ..) => '\u{e014}',
        ("ArrowDown", ..) => '\u{e015}',
        ("Delete", ..) => '\u{e017}',
        _ => panic!("{key} is no key that the tests know"),
    }
}
