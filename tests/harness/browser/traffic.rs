//! What a browser asked for and what it complained about, read from its logs.

use std::collections::HashMap;

use serde_json::Value;

use super::driver::Line;

/// Something that a page asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its address.
    pub url: String,
    /// What it is for: `Document`, `Stylesheet`, `Script`, `Image`, `Font`, `Fetch`, `Media`, `Other`, …
    pub kind: String,
    /// The answer's status; 0 while there is none.
    pub status: u16,
    /// What came over the line, head and body; 0 for what the browser had kept.
    pub bytes: u64,
}

/// All that one browser did.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    asked: Vec<Asked>,
    /// The place in `asked` of the DevTools protocol's numbers.
    open: HashMap<String, usize>,
    /// Where the page that is open begins.
    page: usize,
    complaints: Vec<String>,
}

impl Traffic {
    /// From here on another page is looked at.
    pub(super) fn turn(&mut self) {
        self.page = self.asked.len();
    }

    /// What the page that is open asked for.
    pub(super) fn of_the_page(&self) -> &[Asked] {
        &self.asked[self.page..]
    }

    /// What went to another place than this one.
    pub(super) fn elsewhere(&self, origin: &str) -> Vec<&str> {
        let ours = |url: &str| {
            let rest = url.strip_prefix(origin).or_else(|| url.strip_prefix("blob:")?.strip_prefix(origin));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || !url.contains("://")
        };
        // Before the first page the browser shows pages of its own.
        let own = |url: &str| url.starts_with("chrome");
        self.asked.iter().map(|asked| asked.url.as_str()).filter(|url| !ours(url) && !own(url)).collect()
    }

    /// Errors of scripts, of the network and of the content's rules (CSP), and what pages wrote to the console as errors
    /// or warnings.
    pub(super) fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Takes in what is new in the log of the console.
    pub(super) fn heard(&mut self, lines: Vec<Line>) {
        let bad = lines.into_iter().filter(|line| line.level == "SEVERE" || line.level == "WARNING");
        self.complaints.extend(bad.map(|line| format!("{}: {}", line.source, line.message)));
    }

    /// Takes in what is new in the log of the network.
    pub(super) fn saw(&mut self, lines: Vec<Line>) {
        for line in lines {
            let Ok(mut event) = serde_json::from_str::<Value>(&line.message) else { continue };
            let event = event["message"].take();
            let (name, parameters) = (event["method"].as_str().unwrap_or_default(), &event["params"]);
            self.event(name, parameters);
        }
    }

    fn event(&mut self, name: &str, parameters: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = text(&parameters["requestId"]);
        match name {
            // A redirect keeps the number and asks again.
            "Network.requestWillBeSent" => {
                let url = text(&parameters["request"]["url"]);
                self.open.insert(id, self.asked.len());
                self.asked.push(Asked { url, kind: text(&parameters["type"]), status: 0, bytes: 0 });
            }
            "Network.webSocketCreated" => {
                self.asked.push(Asked { url: text(&parameters["url"]), kind: "WebSocket".into(), status: 0, bytes: 0 });
            }
            "Network.responseReceived" => {
                if let Some(asked) = self.asked_as(&id) {
                    let status = parameters["response"]["status"].as_u64().unwrap_or_default();
                    asked.status = u16::try_from(status).unwrap_or_default();
                }
            }
            "Network.loadingFinished" => {
                if let Some(asked) = self.asked_as(&id) {
                    asked.bytes = whole(&parameters["encodedDataLength"]);
                }
            }
            _ => {}
        }
    }

    fn asked_as(&mut self, id: &str) -> Option<&mut Asked> {
        let at = *self.open.get(id)?;
        self.asked.get_mut(at)
    }
}

/// A count that may be written as `826` or `826.0`.
fn whole(value: &Value) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
    value.as_f64().map_or(0, |number| number as u64)
}
