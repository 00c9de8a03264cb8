//! What a request brings, taken in with a limit, a time and an error that names the field.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use savoir_models::intervention::FieldError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Code, Problem};

/// A JSON body, read under the limits of the settings.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        plain(request.headers())?;
        if !is_json(request.headers()) {
            return Err(wrong_type(request.headers(), "application/json"));
        }
        parse(&read(app, request.into_body()).await?).map(Self)
    }
}

/// The fields of a page's form, read under the limits of the settings.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        plain(request.headers())?;
        if !is_fields(request.headers()) {
            return Err(wrong_type(request.headers(), FIELDS));
        }
        let bytes = read(app, request.into_body()).await?;
        let unclear = || {
            Problem::field(
                Code::InvalidFields,
                FieldError::new(
                    "",
                    "invalid",
                    "a field is missing or cannot be read",
                    "un champ manque ou n'est pas lisible",
                ),
            )
        };
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| unclear())?;
        if pairs.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Problem::field(Code::InvalidFields, nul("")));
        }
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_| unclear())
    }
}

/// The path's identifiers.
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        Path::from_request_parts(parts, app)
            .await
            .map(|Path(found)| Self(found))
            .map_err(|_| Code::BadIdentifier.into())
    }
}

/// The query's parameters; one that is not known is named.
pub(crate) struct Ask<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Ask<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(found)| Self(found)).map_err(|rejection| {
            let text = rejection.body_text();
            let said = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (path, said) = match said.split_once(": ") {
                Some((path, rest)) if !path.contains([' ', '`']) => (path, rest),
                _ => ("", said),
            };
            Problem::field(Code::BadQuery, named(path, said))
        })
    }
}

/// The longest address that is taken, in bytes.
const LONGEST_ADDRESS: usize = 8192;

/// Refuses what could be understood in two ways, before anybody looks at it: two hosts, a host that is none, an address
/// that proxies would cut.
pub(crate) async fn shape(request: Request, next: Next) -> Response {
    let address = request.uri();
    if address.path().len() + address.query().map_or(0, str::len) > LONGEST_ADDRESS {
        return Problem::from(Code::UriTooLong).into_response();
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, another) = (hosts.next(), hosts.next());
    let good = |host: &HeaderValue| host.to_str().is_ok_and(|h| h.parse::<Authority>().is_ok() && !h.contains('@'));
    if another.is_some() || host.is_some_and(|host| !good(host)) {
        let problem = Problem::new(
            Code::BadHeader,
            "Host: one name or address is expected.",
            "Host : un seul nom ou une seule adresse est attendu.",
        );
        return problem.into_response();
    }
    next.run(request).await
}

/// Refuses a compressed body: what it holds unpacked is bounded by nothing.
pub(crate) fn plain(headers: &HeaderMap) -> Result<(), Problem> {
    let packed = |v: &HeaderValue| !v.to_str().is_ok_and(|v| v.trim().eq_ignore_ascii_case("identity"));
    if !headers.get_all(header::CONTENT_ENCODING).iter().any(packed) {
        return Ok(());
    }
    Err(Problem::new(
        Code::WrongContentType,
        "Compressed bodies are not taken: send it without Content-Encoding.",
        "Les corps compressés ne sont pas acceptés : envoyez-le sans Content-Encoding.",
    ))
}

/// Bytes in so many MiB.
pub(crate) fn mib(n: u64) -> u64 {
    n.saturating_mul(1024 * 1024)
}

/// The size that a request announces.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The body, or a part of it, is larger than `limit` MiB.
pub(crate) fn too_large(limit: u64) -> Problem {
    Problem::new(
        Code::TooLarge,
        format!("At most {limit} MiB are taken here: send long documents as attachments, and files one by one."),
        format!("Au plus {limit} Mio sont acceptés ici : joignez les longs documents en pièces jointes, un par un."),
    )
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether the body says that it is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/json"
}

/// How a form without files is written.
const FIELDS: &str = "application/x-www-form-urlencoded";

/// Whether the body says that it is a form without files.
pub(crate) fn is_fields(headers: &HeaderMap) -> bool {
    media_type(headers) == FIELDS
}

/// Whether the body says that it is a form with files.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers) == "multipart/form-data"
}

/// The body's content type is not `wanted`.
pub(crate) fn wrong_type(headers: &HeaderMap, wanted: &str) -> Problem {
    let given = media_type(headers);
    let given = if given.is_empty() { "-" } else { given.as_str() };
    Problem::new(
        Code::WrongContentType,
        format!("Content-Type: {wanted} is expected, not « {given} »."),
        format!("Content-Type : {wanted} est attendu, et non « {given} »."),
    )
}

/// Reads a whole body under the JSON limit. It gets half the time that the answer has: what is late is the body then.
pub(crate) async fn read(app: &App, body: Body) -> Result<Vec<u8>, Problem> {
    let limit = app.config.server.json_limit_mib;
    let reading = async {
        let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Code::BrokenOff)?;
            if (bytes.len() + chunk.len()) as u64 > mib(limit) {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    let time = Duration::from_secs(app.config.server.request_timeout_seconds) / 2;
    tokio::time::timeout(time, reading).await.map_err(|_| Problem::from(Code::BodyTooSlow))?
}

/// Reads JSON; every error names the place and the remedy.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Problem::new(
            Code::InvalidUtf8,
            format!("Byte {at} of the body is not UTF-8: convert the text to UTF-8 before sending it."),
            format!("L'octet {at} du corps n'est pas de l'UTF-8 : convertissez le texte en UTF-8 avant de l'envoyer."),
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        refused(if path == "." { "" } else { &path }, error.inner())
    })?;
    reader.end().map_err(|error| refused("", &error))?;
    if has_nul(text) {
        return Err(Problem::field(Code::InvalidFields, nul("")));
    }
    Ok(value)
}

/// A text with a NUL: PostgreSQL cannot keep one, so no door takes it.
fn nul(field: &str) -> FieldError {
    FieldError::new(
        field,
        "control_character",
        "a text contains a NUL character: send plain text",
        "un texte contient un caractère NUL : envoyez du texte simple",
    )
}

/// Whether JSON text holds an escaped NUL, as opposed to an escaped backslash before "u0000".
fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.as_bytes()[..at].iter().rev().take_while(|b| **b == b'\\').count();
        before % 2 == 0
    })
}

fn refused(path: &str, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let said = text.rfind(" at line ").map_or(text.as_str(), |cut| &text[..cut]);
    if error.is_data() {
        return Problem::field(Code::InvalidFields, named(path, said));
    }
    let (line, column) = (error.line(), error.column());
    Problem::new(
        Code::InvalidJson,
        format!("Line {line}, column {column}: {said}."),
        format!("Ligne {line}, colonne {column} : {said}."),
    )
}

/// serde's words, sorted into a code, a field and a remedy in both languages.
fn named(path: &str, said: &str) -> FieldError {
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let within = |name: &str| match path {
        "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    let expected = said.split_once("expected ").map_or("", |(_, rest)| rest);
    if said.starts_with("unknown field") {
        let (en, fr) = match expected {
            "" | "there are no fields" => (String::new(), String::new()),
            known => (
                format!("; known: {}", known.replace('`', "")),
                format!(" ; champs connus : {}", known.replace('`', "")),
            ),
        };
        let en = format!("is not known here: leave it out or correct its name{en}");
        let fr = format!("est inconnu ici : retirez-le ou corrigez son nom{fr}").replace("one of ", "");
        return FieldError::new(within(quoted), "unknown_field", en.replace("one of ", ""), fr);
    }
    if said.starts_with("missing field") {
        return FieldError::new(within(quoted), "missing", "is needed: add it", "est nécessaire : ajoutez-le");
    }
    if said.starts_with("duplicate field") {
        return FieldError::new(
            within(quoted),
            "duplicate",
            "stands twice: send it once",
            "figure deux fois : envoyez-le une seule fois",
        );
    }
    if said.starts_with("unknown variant") {
        let known = expected.replace('`', "");
        let known = known.trim_start_matches("one of ");
        let en = format!("« {quoted} » is not known here; known: {known}");
        return FieldError::new(
            path,
            "unknown_word",
            en,
            format!("« {quoted} » est inconnu ici ; mots connus : {known}"),
        );
    }
    let (code, fr) = if said.starts_with("invalid type") {
        ("wrong_type", "type inattendu")
    } else {
        ("invalid", "valeur non recevable")
    };
    FieldError::new(path, code, said, format!("{fr} ({said})"))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on this page.
    pub(crate) items: Vec<T>,
    /// Send it as `cursor` for the next page; missing on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The first `limit` of `found`, which holds one more when there is a next page; `cursor` names the last shown.
    pub(crate) fn of<R>(mut found: Vec<R>, limit: i64, cursor: impl Fn(&R) -> String, show: impl Fn(R) -> T) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = if more { found.last().map(cursor) } else { None };
        Self { items: found.into_iter().map(show).collect(), next_cursor }
    }
}

/// How many a list shows: `most` at most, `usual` when nothing is said.
pub(crate) fn limit(asked: Option<i64>, usual: i64, most: i64) -> Result<i64, Problem> {
    match asked {
        None => Ok(usual),
        Some(n) if (1..=most).contains(&n) => Ok(n),
        Some(_) => Err(Problem::field(
            Code::BadQuery,
            FieldError::new("limit", "out_of_range", format!("1 to {most}"), format!("de 1 à {most}")),
        )),
    }
}

/// The cursor of a list, which only this list's own answers contain.
pub(crate) fn cursor<T>(asked: Option<&String>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    asked
        .map(|text| {
            read(text).ok_or_else(|| {
                let (en, fr) =
                    ("send a next_cursor of this list, unchanged", "envoyez un next_cursor de cette liste, tel quel");
                Problem::field(Code::BadQuery, FieldError::new("cursor", "invalid", en, fr))
            })
        })
        .transpose()
}

/// An entity tag: the number of a version.
pub(crate) fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// The version that `If-Match` names.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<i64, Problem> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let value = values.next().ok_or(Code::VersionMissing)?;
    let version = value.to_str().ok().and_then(|v| v.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.filter(|_| values.next().is_none()).ok_or_else(|| {
        Problem::new(
            Code::BadHeader,
            "If-Match: one ETag as it was answered is expected, as in \"3\".",
            "If-Match : un seul ETag, tel qu'il a été reçu, est attendu, par exemple \"3\".",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_nul_is_found_and_an_escaped_backslash_is_not_mistaken_for_it() {
        assert!(has_nul(r#"{"a":"x\u0000y"}"#));
        assert!(has_nul(r#"{"a":"x\\\u0000y"}"#));
        assert!(!has_nul(r#"{"a":"x\\u0000y"}"#));
    }

    #[test]
    fn a_page_has_a_cursor_only_when_more_follows() {
        let page = Page::of(vec![1, 2, 3], 2, |n| n.to_string(), |n| n);
        assert_eq!((page.items, page.next_cursor.as_deref()), (vec![1, 2], Some("2")));
        let last = Page::of(vec![1, 2], 2, |n| n.to_string(), |n| n);
        assert_eq!(last.next_cursor, None);
    }
}
