//! The customer's chat as a page of its own, and the script by which other sites embed it.
//!
//! The page works without scripts: a form, and a cookie that leads back to the conversation. With them, `chat.js` takes the
//! form over and talks to `/api/v1/chats`, as it does on other sites.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use savoir_models::chat::LineKind;
use savoir_models::text::Language;
use savoir_pipeline::chat::{self, Said};
use serde::Deserialize;

use crate::app::App;
use crate::auth::{self, Bearer, cookie_of};
use crate::chats::{self, ChatView, MessageView};
use crate::error::{Code, Problem};
use crate::input::{At, Form};
use crate::page::{Frame, Visitor, see_other};
use crate::words::{Talk, fill};
use crate::{peer, rates};

/// The cookie that leads back to the conversation.
const COOKIE: &str = "savoir_chat";

#[derive(Template)]
#[template(path = "chat.html")]
struct Page {
    frame: Frame,
    t: &'static Talk,
    /// The key of the site whose visitors come here; none for those who came in by name.
    site: Option<String>,
    action: String,
    /// What leads to the conversation, for the script.
    chat: Option<String>,
    view: ChatView,
    refused: Option<String>,
    /// What was typed and not taken.
    typed: String,
    longest: usize,
}

impl Page {
    fn step(&self, message: &MessageView) -> Option<String> {
        let path = &message.approved.as_ref()?.path;
        let at: usize = path.strip_prefix("steps[")?.strip_suffix(']')?.parse().ok()?;
        Some(fill(self.t.step, &[&(at + 1)]))
    }

    fn is(message: &MessageView, kind: &str) -> bool {
        message.kind.as_str() == kind
    }

    fn choices(&self) -> &[chats::ChoiceView] {
        let last = self.view.messages.iter().rev().find(|m| m.kind != LineKind::Visitor);
        last.filter(|_| !self.view.is_over).map_or(&[], |message| &message.choices)
    }
}

/// The address of whoever asks.
pub(crate) struct Caller(Option<IpAddr>);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let trusted = app.config.server.trusted_proxies.as_ref();
        Ok(Self(peer::address(&parts.extensions, &parts.headers, trusted).map(peer::caller)))
    }
}

/// Who talks, and where.
struct Talker {
    bearer: Bearer,
    site: Option<String>,
}

impl Talker {
    fn named(visitor: &Visitor) -> Result<Self, Problem> {
        Ok(Self { bearer: visitor.bearer()?.clone(), site: None })
    }

    async fn of_site(app: &App, key: String, Caller(address): Caller) -> Result<Self, Problem> {
        // The page is the house's own: which site a visitor comes by says only whose they are.
        let bearer = auth::of_site(app, &key).await?.ok_or(Code::NotFound)?;
        rates::visit(app, address, &bearer.owner)?;
        Ok(Self { bearer, site: Some(key) })
    }

    fn action(&self) -> String {
        self.site.as_ref().map_or_else(|| "/chat".to_owned(), |key| format!("/chat/{key}"))
    }

    /// The conversation that the cookie leads to, as far as it is theirs and goes on.
    async fn at_hand(&self, app: &App, headers: &HeaderMap) -> Result<Option<(String, ChatView)>, Problem> {
        let Some(secret) = cookie_of(COOKIE, headers) else { return Ok(None) };
        match chats::read(app, &self.bearer, &secret, 0).await {
            Ok(view) => Ok(Some((secret, view))),
            Err(problem) if problem.code() == Code::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    async fn page(
        self,
        app: &App,
        visitor: &Visitor,
        headers: &HeaderMap,
        (typed, refused): (String, Option<String>),
    ) -> Result<Response, Problem> {
        let (chat, view) = match self.at_hand(app, headers).await? {
            Some((secret, view)) => (Some(secret), view),
            None => (None, ChatView::before(visitor.language)),
        };
        let (t, action, longest) = (Talk::of(visitor.language), self.action(), app.config.chat.message_characters);
        visitor.page(|frame| Page { frame, t, site: self.site, action, chat, view, refused, typed, longest })
    }

    async fn say(
        self,
        app: &Arc<App>,
        visitor: &Visitor,
        headers: &HeaderMap,
        filled: Filled,
    ) -> Result<Response, Problem> {
        let text = Some(filled.choice).filter(|c| !c.is_empty()).unwrap_or(filled.text);
        let known = self.at_hand(app, headers).await?.filter(|(_, view)| !view.is_over && filled.anew.is_empty());
        let secret = match known {
            Some((secret, _)) => secret,
            None => chats::open(app, &self.bearer, visitor.language).await?.id.unwrap_or_default(),
        };
        let said = Said { text: text.clone(), client_id: None };
        let told =
            if filled.anew.is_empty() { chats::tell(app, &self.bearer, &secret, said).await.map(drop) } else { Ok(()) };
        match told {
            Err(problem) if problem.code().row().1 < 500 => {
                let refused = problem.detail(visitor.language).to_owned();
                self.page(app, visitor, headers, (text, Some(refused))).await
            }
            Err(problem) => Err(problem),
            Ok(()) => {
                let mut answer = see_other(&format!("{}#last", self.action()));
                let secure = if app.https { "; Secure" } else { "" };
                let cookie = format!("{COOKIE}={secret}; Path=/chat; HttpOnly; SameSite=Lax{secure}");
                if let Ok(cookie) = HeaderValue::try_from(cookie) {
                    answer.headers_mut().append(header::SET_COOKIE, cookie);
                }
                Ok(answer)
            }
        }
    }
}

impl ChatView {
    /// What is shown before anybody has said a word: a conversation begins with the first.
    fn before(language: Language) -> Self {
        let (begun, messages) = chat::greeting(language);
        let messages = messages.into_iter().map(|m| MessageView::of(m, language)).collect();
        let (id, request) = (None, None);
        Self { id, language, state: begun.state, asked: begun.asked, is_over: false, request, messages }
    }
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    text: String,
    #[serde(default)]
    choice: String,
    /// Another conversation is wanted.
    #[serde(default)]
    anew: String,
}

/// The chat, for those who came in by name.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Talker::named(&visitor)?.page(&app, &visitor, &headers, (String::new(), None)).await
}

/// Something is said in it.
pub(crate) async fn say(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    Talker::named(&visitor)?.say(&app, &visitor, &headers, filled).await
}

/// The chat, for visitors of a web site.
pub(crate) async fn visit(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(key): At<String>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let talker = Talker::of_site(&app, key, caller).await?;
    talker.page(&app, &visitor, &headers, (String::new(), None)).await
}

/// Something is said in it.
pub(crate) async fn visit_say(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(key): At<String>,
    caller: Caller,
    headers: HeaderMap,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    Talker::of_site(&app, key, caller).await?.say(&app, &visitor, &headers, filled).await
}

/// The script with its words and its style: sites name it by an address that stays.
static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let words = |language: Language| {
        let t = Talk::of(language);
        serde_json::json!({
            "title": t.title, "open": t.open, "close": t.close, "conversation": t.conversation, "message": t.message,
            "send": t.send, "choices": t.choices, "you": t.you, "danger": t.danger, "step": t.step, "sending": t.sending,
            "lost": t.lost, "failed": t.failed, "over": t.over, "anew": t.anew,
        })
    };
    let words = serde_json::json!({"fr": words(Language::French), "en": words(Language::English)});
    let style = serde_json::Value::from(include_str!("../../static/chat.css"));
    include_str!("../../static/chat.js")
        .replace("__WORDS__", &words.to_string())
        .replace("__STYLE__", &style.to_string())
});

/// The script by which a site embeds the chat. Any site may load it: what it may do depends on the key.
pub(crate) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, SCRIPT.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_holds_its_words_in_both_languages_and_nothing_unfilled() {
        assert!(SCRIPT.contains("Besoin d'aide") && SCRIPT.contains("Need help?") && SCRIPT.contains(".talk .panel"));
        assert!(!SCRIPT.contains("__WORDS__") && !SCRIPT.contains("__STYLE__") && !SCRIPT.contains("innerHTML"));
        assert!(SCRIPT.len() < 40_000, "{} bytes", SCRIPT.len());
    }
}
