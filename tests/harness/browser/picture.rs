//! Pictures of a page: to be looked at, and of the moment at which a test fails.

use std::path::Path;

use serde_json::json;

use super::Browser;
use crate::env;

impl Browser {
    /// A picture of what is in the window, as a PNG in this file.
    ///
    /// # Panics
    /// When it cannot be made or kept.
    pub async fn picture(&self, file: &Path) {
        keep(file, &self.ok("a picture is made", self.driver.screenshot().await).await);
    }

    /// A picture of the page from top to bottom, as far as 4,000 pixels.
    ///
    /// # Panics
    /// When it cannot be made or kept.
    pub async fn whole_picture(&self, file: &Path) {
        let size = "[document.documentElement.clientWidth, Math.min(document.documentElement.scrollHeight, 4000)]";
        let size = self.evaluate(size).await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let picture = self.driver.whole_screenshot(clip).await;
        keep(file, &self.ok("a picture is made", picture).await);
    }

    /// Fails the test, with what is known of the page.
    ///
    /// # Panics
    /// Always.
    pub async fn fail(&self, why: &str) -> ! {
        self.catch_up().await;
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("test").replace("::", "-");
        let file = env::target().join("screenshots/failed").join(format!("{name}.png"));
        let pictured = match self.driver.screenshot().await {
            Ok(picture) => std::fs::create_dir_all(file.parent().expect("in a folder"))
                .and_then(|()| std::fs::write(&file, picture))
                .map(|()| format!("{}", file.display()))
                .unwrap_or_else(|error| error.to_string()),
            Err(error) => error,
        };
        let url = self.driver.url().await.unwrap_or_else(|error| error);
        let text: String = self.text().await.chars().take(4_000).collect();
        let (complaints, elsewhere) = self.wrong();
        panic!(
            "{why}\n\nat {url}\npicture: {pictured}\ncomplaints: {complaints:#?}\nasked elsewhere: {elsewhere:#?}\n\
             --- the page ---\n{text}\n---"
        );
    }
}

fn keep(file: &Path, picture: &[u8]) {
    std::fs::create_dir_all(file.parent().expect("in a folder")).expect("a folder for pictures");
    std::fs::write(file, picture).expect("a picture is kept");
}
