//! What stands on a page, found as a person finds it: by what it is and what it is called.

use std::time::Instant;

use serde_json::{Value, json};

use super::driver::{Done, Node};
use super::{Browser, PATIENCE, PAUSE};

/// Something on a page.
pub struct Element<'b> {
    browser: &'b Browser,
    node: Node,
    what: String,
}

/// Something that assistive technology is told of.
struct Named {
    name: String,
    backend: i64,
}

impl Browser {
    /// Waits for the one thing of this role with this name, as a screen reader hears them: `button`, `textbox`,
    /// `searchbox`, `link`, `heading`, `checkbox`, `combobox`, … Inside shadow roots, too.
    ///
    /// # Panics
    /// When there is none within five seconds, or several at the end.
    pub async fn find(&self, role: &str, name: &str) -> Element<'_> {
        let what = format!("{role} « {name} »");
        let begun = Instant::now();
        loop {
            let all = self.of_role(role).await.unwrap_or_default();
            let matching: Vec<_> = all.iter().filter(|named| named.name == name).collect();
            if let [one] = matching.as_slice()
                && let Ok(node) = self.driver.node(one.backend).await
            {
                return Element { browser: self, node, what };
            }
            if begun.elapsed() > PATIENCE {
                let names: Vec<_> = all.iter().map(|named| named.name.as_str()).collect();
                self.fail(&format!("{} times {what}; of this role there are: {names:?}", matching.len())).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The names of all things of this role, in the order of the page.
    ///
    /// # Panics
    /// When the page cannot be asked.
    pub async fn names(&self, role: &str) -> Vec<String> {
        let all = self.of_role(role).await;
        self.ok(role, all).await.into_iter().map(|named| named.name).collect()
    }

    /// Waits until nothing of this role has this name.
    ///
    /// # Panics
    /// When there is still one after five seconds.
    pub async fn lacks(&self, role: &str, name: &str) {
        let gone = async || {
            let all = self.of_role(role).await;
            all.is_ok_and(|all| all.iter().all(|named| named.name != name))
        };
        self.until(&format!("no {role} « {name} »"), gone).await;
    }

    /// Waits for the first thing that this CSS selector finds.
    ///
    /// # Panics
    /// When there is none within five seconds.
    pub async fn css(&self, selector: &str) -> Element<'_> {
        let begun = Instant::now();
        loop {
            let found = self.driver.css(selector).await;
            if let Ok([node, ..]) = found.as_deref() {
                return Element { browser: self, node: node.clone(), what: selector.to_owned() };
            }
            if begun.elapsed() > PATIENCE {
                self.fail(&format!("nothing is {selector} ({:?})", found.err())).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// How many things this CSS selector finds, now.
    ///
    /// # Panics
    /// When it is no selector.
    pub async fn count(&self, selector: &str) -> usize {
        let found = self.driver.css(selector).await;
        self.ok(selector, found).await.len()
    }

    /// Role and name of what has the focus, as `button « Envoyer »`.
    ///
    /// # Panics
    /// When the page cannot be asked.
    pub async fn focused(&self) -> String {
        let tree = self.driver.devtools("Accessibility.getFullAXTree", json!({})).await;
        let tree = self.ok("the page is asked", tree).await;
        let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
        let is_focused = |node: &&Value| {
            let properties = node["properties"].as_array();
            properties.into_iter().flatten().any(|p| p["name"] == "focused" && p["value"]["value"] == true)
        };
        // The page itself has it, too, where nothing else has.
        let focused = nodes.iter().rfind(is_focused);
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        focused.map_or_else(String::new, |node| format!("{} « {} »", text(&node["role"]), text(&node["name"])))
    }

    async fn of_role(&self, role: &str) -> Done<Vec<Named>> {
        let root = self.driver.devtools("DOM.getDocument", json!({ "depth": 0 })).await?;
        let asked = json!({ "nodeId": root["root"]["nodeId"], "role": role });
        let found = self.driver.devtools("Accessibility.queryAXTree", asked).await?;
        let nodes = found["nodes"].as_array().into_iter().flatten();
        let named = nodes.filter(|node| node["ignored"] != true).filter_map(|node| {
            let name = node["name"]["value"].as_str().unwrap_or_default().to_owned();
            Some(Named { name, backend: node["backendDOMNodeId"].as_i64()? })
        });
        Ok(named.collect())
    }
}

impl Element<'_> {
    /// Clicks on it, as soon as nothing is in the way.
    ///
    /// # Panics
    /// When it cannot be clicked within five seconds.
    pub async fn click(&self) {
        let begun = Instant::now();
        while let Err(error) = self.browser.driver.click(&self.node).await {
            if begun.elapsed() > PATIENCE {
                self.browser.fail(&format!("{} cannot be clicked: {error}", self.what)).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Types into it, behind what is there; into a file field, the path of a file.
    ///
    /// # Panics
    /// When it takes no text.
    pub async fn type_text(&self, text: &str) {
        self.ok("takes no text", self.browser.driver.type_text(&self.node, text).await).await;
    }

    /// Empties it and types into it.
    ///
    /// # Panics
    /// When it takes no text.
    pub async fn set_text(&self, text: &str) {
        self.ok("cannot be emptied", self.browser.driver.clear(&self.node).await).await;
        self.type_text(text).await;
    }

    /// Its text, as shown.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn text(&self) -> String {
        self.about("text").await.unwrap_or_default()
    }

    /// What is typed or chosen in it.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn value(&self) -> String {
        self.about("property/value").await.unwrap_or_default()
    }

    /// An attribute, as written in the page.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn attribute(&self, name: &str) -> Option<String> {
        self.about(&format!("attribute/{name}")).await
    }

    /// Whether it is ticked.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn is_ticked(&self) -> bool {
        self.about("property/checked").await.as_deref() == Some("true")
    }

    /// Whether it can be seen.
    ///
    /// # Panics
    /// When it is gone.
    pub async fn is_shown(&self) -> bool {
        self.about("displayed").await.as_deref() == Some("true")
    }

    async fn about(&self, what: &str) -> Option<String> {
        let told = self.browser.driver.about(&self.node, what).await;
        match self.ok("is gone", told).await {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        }
    }

    async fn ok<T>(&self, what: &str, done: Done<T>) -> T {
        match done {
            Ok(done) => done,
            Err(error) => self.browser.fail(&format!("{} {what}: {error}", self.what)).await,
        }
    }
}
