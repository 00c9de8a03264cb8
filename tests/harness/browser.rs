//! A headless Chromium for one test, at a house that listens.
//!
//! ```text
//! let house = house().await;
//! let Some(browser) = Browser::open(&house).await else { return };   // None, said loudly, without Chromium
//! browser.enter(&house, Role::Technician, None).await;
//! browser.look(Look::default().phone()).await;
//! browser.go("/").await;
//! browser.find("searchbox", "Chercher").await.type_text("E42").await;
//! browser.press("Enter").await;
//! browser.sees("a marché 3 fois").await;
//! assert_accessible(&browser).await;
//! browser.close().await;                                             // nothing was complained of, nothing went elsewhere
//! ```
//!
//! Whatever does not come within twenty seconds fails the test, with the page's text and a picture of it.

mod axe;
mod driver;
mod element;
mod look;
mod picture;
mod traffic;

use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use savoir_models::clock::Timestamp;
use savoir_models::store::Db;
use savoir_models::viewer::Role;
use serde_json::{Value, json};

pub use axe::{assert_accessible, violations};
pub use element::Element;
pub use look::{DESK, Look, PHONE};
pub use traffic::Asked;

use crate::furnished::session;
use crate::house::House;
use driver::{Done, Driver};
use traffic::Traffic;

/// How long is waited for what is to come.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(30);

/// A browser with a fresh profile. Every test closes its own.
pub struct Browser {
    driver: Driver,
    origin: String,
    look: Mutex<Look>,
    traffic: Mutex<Traffic>,
    forgiven: Mutex<Vec<String>>,
    closed: bool,
}

/// What a page weighs on the line, in bytes: heads and bodies, as compressed as they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Of the page itself.
    pub document: u64,
    /// Of its styles.
    pub styles: u64,
    /// Of its scripts.
    pub scripts: u64,
}

impl Weight {
    /// All of it.
    #[must_use]
    pub fn total(self) -> u64 {
        self.document + self.styles + self.scripts
    }
}

impl Browser {
    /// A browser at a house, which listens from now on; `None`, said loudly, where there is no Chromium.
    ///
    /// # Panics
    /// When there is one and it does not start; when there is none although `CI=true` or
    /// `SAVOIR_REQUIRE_BROWSER=1` asks for it.
    pub async fn open(house: &House) -> Option<Self> {
        let address = house.listen().await;
        Self::at(&format!("http://{address}"), None).await
    }

    /// A browser at an address, `http://127.0.0.1:…`; when a page listens, it hears this recording (wav) over and over.
    ///
    /// # Panics
    /// As [`Self::open`].
    pub async fn at(origin: &str, microphone: Option<&Path>) -> Option<Self> {
        let arguments: Vec<String> = microphone.map_or_else(Vec::new, |path| {
            vec![
                "--use-fake-ui-for-media-stream".into(),
                "--use-fake-device-for-media-stream".into(),
                format!("--use-file-for-fake-audio-capture={}", path.display()),
            ]
        });
        Some(Self::new(Driver::start(&arguments).await?, origin).await)
    }

    /// Two browsers at a house, as of two persons.
    ///
    /// # Panics
    /// As [`Self::open`].
    pub async fn two(house: &House) -> Option<(Self, Self)> {
        let origin = format!("http://{}", house.listen().await);
        let (one, other) = Driver::start_two().await?;
        Some((Self::new(one, &origin).await, Self::new(other, &origin).await))
    }

    async fn new(driver: Driver, origin: &str) -> Self {
        let (traffic, forgiven) = (Mutex::default(), Mutex::default());
        let look = Mutex::default();
        let browser = Self { driver, origin: origin.to_owned(), look, traffic, forgiven, closed: false };
        browser.look(Look::default()).await;
        browser
    }

    /// Looks at what comes in another way.
    ///
    /// # Panics
    /// When Chromium does not do it.
    pub async fn look(&self, look: Look) {
        let done = look.put_on(&self.driver).await;
        done.unwrap_or_else(|error| panic!("{look:?}: {error}"));
        *self.look.lock().expect("no test panicked in here") = look;
    }

    /// Whether pages may run scripts.
    fn runs_scripts(&self) -> bool {
        self.look.lock().expect("no test panicked in here").scripts
    }

    async fn let_run(&self, scripts: bool) {
        let done = self.driver.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !scripts })).await;
        self.ok("scripts come and go", done).await;
    }

    /// Comes in as somebody of this role, without the page for it: with a session's cookie. A `None` goes out again.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn enter(&self, house: &House, role: impl Into<Option<Role>>, organisation: Option<&str>) {
        self.enter_at(&house.kit.db, role, organisation, house.kit.clock.now()).await;
    }

    /// The same where only the database is in reach.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn enter_at(&self, db: &Db, role: impl Into<Option<Role>>, organisation: Option<&str>, now: Timestamp) {
        // Cookies belong to the site that is open.
        if !self.url().await.starts_with(&self.origin) {
            self.goto("/healthz").await;
        }
        self.ok("cookies are forgotten", self.driver.forget_cookies().await).await;
        let Some(role) = role.into() else { return };
        let secret = session(db, role, organisation, now).await;
        self.ok("a cookie is set", self.driver.cookie("savoir_session", &secret).await).await;
    }

    /// Opens a page of the house and waits until it is loaded.
    ///
    /// # Panics
    /// When it does not load.
    pub async fn go(&self, path: &str) {
        self.catch_up().await;
        self.traffic().turn();
        self.goto(path).await;
    }

    async fn goto(&self, path: &str) {
        let gone = self.driver.go(&format!("{}{path}", self.origin)).await;
        self.ok(&format!("{path} opens"), gone).await;
    }

    /// Where the browser is: path and query.
    pub async fn path(&self) -> String {
        let url = self.url().await;
        url.strip_prefix(&self.origin).unwrap_or(&url).to_owned()
    }

    async fn url(&self) -> String {
        self.ok("there is an address", self.driver.url().await).await
    }

    /// The text of the page, as shown.
    pub async fn text(&self) -> String {
        self.text_of_page().await.unwrap_or_default()
    }

    async fn text_of_page(&self) -> Done<String> {
        let text = self.run("document.body ? document.body.innerText : ''").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What a script in the page gives, waited for; also where pages may not run any, if it waits for nothing itself.
    ///
    /// # Panics
    /// When it throws.
    pub async fn evaluate(&self, script: &str) -> Value {
        let ran = self.run(script).await;
        let head: String = script.chars().take(200).collect();
        self.ok(&head, ran).await
    }

    async fn run(&self, script: &str) -> Done<Value> {
        let asked = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.driver.devtools("Runtime.evaluate", asked).await?;
        match answer.get("exceptionDetails") {
            Some(thrown) => Err(thrown["exception"]["description"].as_str().unwrap_or("it throws").to_owned()),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Presses keys together where the focus is: `Enter`, `Control+z`, `?`, named as in `KeyboardEvent.key`.
    ///
    /// # Panics
    /// When there is no such key.
    pub async fn press(&self, keys: &str) {
        self.ok(&format!("{keys} is pressed"), self.driver.press(keys).await).await;
    }

    /// Types where the focus is.
    ///
    /// # Panics
    /// When Chromium does not do it.
    pub async fn type_text(&self, text: &str) {
        self.ok("text is typed", self.driver.type_keys(text).await).await;
    }

    /// Whether the network is there.
    ///
    /// # Panics
    /// When Chromium does not do it.
    pub async fn network(&self, there: bool) {
        let conditions = json!({ "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        let done = self.driver.devtools("Network.emulateNetworkConditions", conditions).await;
        self.ok("the network comes and goes", done).await;
    }

    /// A line that is to make a page slow: so many milliseconds to the first byte, so many bytes a second up and down.
    ///
    /// # Panics
    /// When Chromium does not do it.
    pub async fn slow_line(&self, milliseconds: u32, bytes_per_second: u32) {
        let conditions = json!({ "offline": false, "latency": milliseconds,
            "downloadThroughput": bytes_per_second, "uploadThroughput": bytes_per_second });
        let done = self.driver.devtools("Network.emulateNetworkConditions", conditions).await;
        self.ok("the line is slow", done).await;
    }

    /// Waits until `holds`.
    ///
    /// # Panics
    /// When it does not within twenty seconds.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let begun = Instant::now();
        while !holds().await {
            if begun.elapsed() > PATIENCE {
                self.fail(&format!("waited for: {what}")).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the page shows this text.
    ///
    /// # Panics
    /// When it does not within twenty seconds.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("« {text} » on the page"), async || self.text().await.contains(text)).await;
    }

    /// Waits until the browser is at this path and query.
    ///
    /// # Panics
    /// When it is not within twenty seconds.
    pub async fn is_at(&self, path: &str) {
        self.until(&format!("to be at {path}"), async || self.path().await == path).await;
    }

    /// Complaints, and addresses of other places, that contain this are what the test wants.
    ///
    /// # Panics
    /// When a test panicked in here.
    pub fn forgive(&self, part: &str) {
        self.forgiven.lock().expect("no test panicked in here").push(part.to_owned());
    }

    /// Whether the browser takes again what it had kept; a page is weighed without.
    ///
    /// # Panics
    /// When Chromium does not do it.
    pub async fn keeps(&self, files: bool) {
        let done = self.driver.devtools("Network.setCacheDisabled", json!({ "cacheDisabled": !files })).await;
        self.ok("the cache comes and goes", done).await;
        let done = self.driver.devtools("Network.setBypassServiceWorker", json!({ "bypass": !files })).await;
        self.ok("what is kept for the cellar comes and goes", done).await;
    }

    /// What the page that is open asked for, itself included.
    pub async fn asked(&self) -> Vec<Asked> {
        self.catch_up().await;
        self.traffic().of_the_page().to_vec()
    }

    /// What the page that is open weighs, without media.
    pub async fn weight(&self) -> Weight {
        let asked = self.asked().await;
        let of = |kind: &str| asked.iter().filter(|asked| asked.kind == kind).map(|asked| asked.bytes).sum();
        Weight { document: of("Document"), styles: of("Stylesheet"), scripts: of("Script") }
    }

    /// That nothing was complained of in the console, and nothing asked for elsewhere, since the browser was opened.
    ///
    /// # Panics
    /// When something was.
    pub async fn assert_quiet(&self) {
        self.catch_up().await;
        let (complaints, elsewhere) = self.wrong();
        if !complaints.is_empty() || !elsewhere.is_empty() {
            self.fail("the browser is not quiet").await;
        }
    }

    /// Ends the browser, after [`Self::assert_quiet`].
    ///
    /// # Panics
    /// As that.
    pub async fn close(mut self) {
        self.assert_quiet().await;
        self.closed = true;
    }

    /// What is not forgiven, and what went elsewhere.
    fn wrong(&self) -> (Vec<String>, Vec<String>) {
        let forgiven = self.forgiven.lock().expect("no test panicked in here").clone();
        let traffic = self.traffic();
        let is_forgiven = |complaint: &&String| forgiven.iter().any(|part| complaint.contains(part));
        let complaints = traffic.complaints().iter().filter(|c| !is_forgiven(c)).cloned().collect();
        let elsewhere = traffic.elsewhere(&self.origin).into_iter().map(str::to_owned);
        (complaints, elsewhere.filter(|url| !is_forgiven(&url)).collect())
    }

    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().expect("no test panicked in here")
    }

    async fn catch_up(&self) {
        let (console, network) = (self.driver.log("browser").await, self.driver.log("performance").await);
        let mut traffic = self.traffic();
        // A browser that has died says so elsewhere.
        traffic.heard(console.unwrap_or_default());
        traffic.saw(network.unwrap_or_default());
    }

    async fn ok<T>(&self, what: &str, done: Done<T>) -> T {
        match done {
            Ok(done) => done,
            Err(error) => self.fail(&format!("{what}: {error}")).await,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let careless = !self.closed && !std::thread::panicking();
        assert!(!careless, "a test that does not close its browser does not hear its complaints");
    }
}
