//! How a person looks at a page: with which window, in which light, in which language, with scripts or without.

use serde_json::{Value, json};

use super::driver::{Done, Driver};

/// How a person looks at a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The window's width and height, in CSS pixels.
    pub size: (u32, u32),
    /// Whether it is dark around.
    pub dark: bool,
    /// The language that the browser asks for, as in `Accept-Language`.
    pub language: &'static str,
    /// Whether pages may run scripts.
    pub scripts: bool,
}

/// A phone in one hand.
pub const PHONE: (u32, u32) = (360, 740);
/// A screen on a desk.
pub const DESK: (u32, u32) = (1_440, 900);

impl Default for Look {
    fn default() -> Self {
        Self { size: DESK, dark: false, language: "fr", scripts: true }
    }
}

impl Look {
    /// On a phone.
    #[must_use]
    pub fn phone(self) -> Self {
        Self { size: PHONE, ..self }
    }

    /// In the dark.
    #[must_use]
    pub fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    /// In this language.
    #[must_use]
    pub fn language(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// Without scripts.
    #[must_use]
    pub fn no_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    /// Both languages, both themes, both sizes.
    pub fn all() -> impl Iterator<Item = Self> {
        let pairs = [("fr", false), ("fr", true), ("en", false), ("en", true)];
        pairs
            .into_iter()
            .flat_map(|(language, dark)| [DESK, PHONE].map(|size| Self { size, dark, language, scripts: true }))
    }

    /// A word for messages and file names.
    #[must_use]
    pub fn name(&self) -> String {
        let (width, _) = self.size;
        let dark = if self.dark { "-dark" } else { "" };
        let scripts = if self.scripts { "" } else { "-no-scripts" };
        format!("{width}-{}{dark}{scripts}", self.language)
    }

    /// Makes the browser look so, from the next page on.
    pub(super) async fn put_on(self, driver: &Driver) -> Done<()> {
        let (width, height) = self.size;
        let phone = self.size == PHONE;
        let version = driver.devtools("Browser.getVersion", json!({})).await?;
        let agent = version["userAgent"].as_str().unwrap_or_default();
        let scheme = if self.dark { "dark" } else { "light" };
        let orders: [(&str, Value); 6] = [
            (
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": if phone { 2 } else { 1 }, "mobile": phone }),
            ),
            ("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })),
            (
                "Emulation.setEmulatedMedia",
                // What moves is not waited for.
                json!({ "features": [
                    { "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ] }),
            ),
            ("Emulation.setUserAgentOverride", json!({ "userAgent": agent, "acceptLanguage": self.language })),
            ("Emulation.setLocaleOverride", json!({ "locale": self.language })),
            ("Emulation.setScriptExecutionDisabled", json!({ "value": !self.scripts })),
        ];
        for (order, parameters) in orders {
            driver.devtools(order, parameters).await?;
        }
        Ok(())
    }
}
