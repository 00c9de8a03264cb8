//! Every way in which a door says no: one table of code, status and sentence, answered as RFC 9457
//! `application/problem+json` in the language that the caller prefers.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use savoir_models::intervention::FieldError;
use savoir_models::store::StoreError;
use savoir_models::text::Language;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{language, page};

/// The table: code, status, sentence in English, sentence in French.
macro_rules! codes {
    ($($name:ident = $code:literal, $status:literal, $en:literal, $fr:literal;)+) => {
        /// Why a request was not done; the word is stable and meant for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $(#[doc = $en] $name),+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Word, HTTP status, sentence in English, sentence in French.
            #[must_use]
            pub const fn row(self) -> (&'static str, u16, &'static str, &'static str) {
                match self { $(Self::$name => ($code, $status, $en, $fr)),+ }
            }
        }
    };
}

codes! {
    InvalidJson = "invalid_json", 400, "The body is not valid JSON.", "Le corps de la requête n'est pas du JSON valide.";
    InvalidUtf8 = "invalid_utf8", 400, "The body is not valid UTF-8.", "Le corps de la requête n'est pas de l'UTF-8 valide.";
    InvalidMultipart = "invalid_multipart", 400, "The upload is not well-formed multipart/form-data.", "L'envoi n'est pas un multipart/form-data bien formé.";
    BrokenOff = "upload_broken_off", 400, "The upload broke off before its end.", "L'envoi s'est interrompu avant la fin.";
    BadQuery = "bad_query", 400, "A query parameter cannot be taken.", "Un paramètre de l'adresse n'est pas recevable.";
    BadIdentifier = "bad_identifier", 400, "The address holds something that is no identifier.", "L'adresse contient un identifiant mal formé.";
    BadHeader = "bad_header", 400, "A request header cannot be taken.", "Un en-tête de la requête n'est pas recevable.";
    OidcStale = "oidc_stale", 400, "This log-in was not begun in this browser, was finished, or took more than ten minutes: begin again.", "Cette connexion n'a pas été commencée dans ce navigateur, est terminée ou a pris plus de dix minutes : recommencez.";
    TokenMissing = "token_missing", 401, "A bearer token is needed: send the header « Authorization: Bearer … ».", "Un jeton est nécessaire : envoyez l'en-tête « Authorization: Bearer … ».";
    TokenUnknown = "token_unknown", 401, "This token is unknown, expired or revoked: ask an administrator for a new one.", "Ce jeton est inconnu, expiré ou révoqué : demandez-en un nouveau à un administrateur.";
    SessionUnknown = "session_unknown", 401, "This session is unknown or has ended: log in again.", "Cette session est inconnue ou terminée : reconnectez-vous.";
    LoginFailed = "login_failed", 401, "The name or the password is wrong, or nobody comes in with this account.", "Le nom ou le mot de passe est erroné, ou ce compte est fermé.";
    SiteUnknown = "site_unknown", 401, "This site key is unknown or was taken back: ask whoever runs the site.", "Cette clé de site est inconnue ou révoquée : voyez qui gère le site.";
    Forbidden = "forbidden", 403, "The role of this token does not allow this.", "Le rôle de ce jeton ne permet pas cette action.";
    OutOfScope = "out_of_scope", 403, "This token is not made for this.", "Ce jeton n'est pas fait pour cela.";
    CrossSite = "cross_site", 403, "This comes from a page of another site: nothing was done.", "Cette requête vient d'une page d'un autre site : rien n'a été fait.";
    OriginRefused = "origin_refused", 403, "The chat is not open to pages of this address: an administrator can add it to the site.", "La conversation n'est pas ouverte aux pages de cette adresse : un administrateur peut l'ajouter au site.";
    CsrfMissing = "csrf_missing", 403, "The header X-CSRF-Token is missing or wrong: send the csrf_token of GET /api/v1/session.", "L'en-tête X-CSRF-Token manque ou est erroné : envoyez le csrf_token de GET /api/v1/session.";
    OidcRefused = "oidc_refused", 403, "The log-in provider did not let you in, or what it says cannot be believed: begin again.", "Le fournisseur d'identité ne vous a pas laissé entrer, ou sa réponse n'est pas recevable : recommencez.";
    OidcNoRole = "oidc_no_role", 403, "The log-in provider knows you, but none of your groups has a role here: ask an administrator for one.", "Le fournisseur d'identité vous connaît, mais aucun de vos groupes n'a de rôle ici : demandez-en un à un administrateur.";
    AccountDisabled = "account_disabled", 403, "Nobody comes in with this account any more: ask an administrator.", "Ce compte est fermé : voyez un administrateur.";
    NotFound = "not_found", 404, "There is no such thing, or it is not yours to see.", "Cet élément n'existe pas, ou vous n'y avez pas accès.";
    LinkUnknown = "link_unknown", 404, "This link is unknown, was used, or is older than a day: ask an administrator for a new one.", "Ce lien est inconnu, déjà utilisé ou date de plus d'un jour : demandez-en un nouveau à un administrateur.";
    NoRoute = "no_such_address", 404, "There is nothing at this address: see /api/openapi.json.", "Il n'y a rien à cette adresse : voyez /api/openapi.json.";
    OidcOff = "oidc_off", 404, "Nobody comes in by OpenID Connect here: log in with a name and a password.", "La connexion par OpenID Connect n'est pas en service ici : entrez avec un nom et un mot de passe.";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take this method: see the header Allow.", "Cette adresse n'accepte pas cette méthode : voyez l'en-tête Allow.";
    BodyTooSlow = "body_too_slow", 408, "The body did not arrive in time: send it again.", "Le corps de la requête n'est pas arrivé à temps : renvoyez-le.";
    AlreadyReceived = "already_received", 409, "This source and external_id were already received with other content; nothing was changed.", "Ces source et external_id ont déjà été reçus avec un autre contenu ; rien n'a été modifié.";
    AlreadyDecided = "already_decided", 409, "This review is no longer open.", "Cette relecture n'est plus ouverte.";
    OpeningClosed = "opening_closed", 409, "This opening wants no decision any more.", "Cette ouverture n'attend plus de décision.";
    OpenFindings = "open_findings", 409, "Some statements are not carried by their evidence: see errors.", "Certains énoncés ne sont pas portés par leur preuve : voyez errors.";
    ProcedureUnavailable = "procedure_unavailable", 409, "The procedure named does not exist, is archived, or was changed in the meantime: read it again.", "La procédure indiquée n'existe pas, est archivée ou vient d'être modifiée : relisez-la.";
    ComparedBefore = "compared_before", 409, "The draft or the procedure has changed since they were compared: have them compared again, with POST …/comparison.", "Le brouillon ou la procédure a changé depuis leur comparaison : faites-les comparer à nouveau, par POST …/comparison.";
    NothingToRetry = "nothing_to_retry", 409, "No step of this intervention has given up: there is nothing to retry.", "Aucune étape de cette intervention n'a été abandonnée : il n'y a rien à relancer.";
    PromptTooLong = "prompt_too_long", 409, "This case is too long for the language model as it is set: raise llm.context_characters.", "Ce dossier est trop long pour le modèle de langage tel qu'il est réglé : augmentez llm.context_characters.";
    SessionNeeded = "session_needed", 409, "This is for those who came in with a browser: a token has no session.", "Ceci est réservé à qui est entré avec un navigateur : un jeton n'a pas de session.";
    NameTaken = "name_taken", 409, "There is an account of this name already.", "Un compte porte déjà ce nom.";
    LastAdministrator = "last_administrator", 409, "This is the last administrator who can come in: make another one first.", "C'est le dernier administrateur qui peut entrer : créez-en un autre d'abord.";
    ChatFull = "chat_full", 409, "This conversation takes no more messages: begin another one, or call with the reference.", "Cette conversation n'accepte plus de message : commencez-en une autre, ou appelez avec le numéro de demande.";
    RequestSettled = "request_settled", 409, "Somebody has this request already, or it is closed: read it again.", "Quelqu'un a déjà pris cette demande, ou elle est close : relisez-la.";
    ChatEnded = "chat_ended", 410, "This conversation was silent for too long and has ended: begin another one.", "Cette conversation est restée trop longtemps silencieuse et est terminée : commencez-en une autre.";
    Removed = "removed", 410, "This file is no longer kept: its bytes were removed.", "Ce fichier n'est plus conservé : son contenu a été supprimé.";
    Stale = "stale", 412, "It was changed since you read it: read it again and redo your change.", "Le texte a été modifié depuis votre lecture : relisez-le et refaites votre modification.";
    TooLarge = "too_large", 413, "The body is larger than allowed.", "Le corps de la requête dépasse la taille permise.";
    UriTooLong = "address_too_long", 414, "The address is longer than is taken here: at most 8192 bytes.", "L'adresse est plus longue que ce qui est accepté ici : 8192 octets au plus.";
    WrongContentType = "wrong_content_type", 415, "The body has a content type that is not taken here.", "Le type de contenu du corps n'est pas accepté ici.";
    InvalidFields = "invalid_fields", 422, "Some fields cannot be taken: see errors.", "Certains champs ne sont pas recevables : voyez errors.";
    KeyReused = "idempotency_key_reused", 422, "This Idempotency-Key was used for another request: take a new one.", "Cette clé Idempotency-Key a déjà servi pour une autre requête : prenez-en une nouvelle.";
    VersionMissing = "version_missing", 428, "The header If-Match is needed: send the ETag of what you read.", "L'en-tête If-Match est nécessaire : envoyez l'ETag de ce que vous avez lu.";
    TooManyAttempts = "too_many_attempts", 429, "Too many tries under this name: see the header Retry-After.", "Trop d'essais sous ce nom : voyez l'en-tête Retry-After.";
    TooManyRequests = "too_many_requests", 429, "Too many requests at once: wait as long as the header Retry-After says.", "Trop de requêtes à la fois : attendez le temps qu'indique l'en-tête Retry-After.";
    Internal = "internal", 500, "Something failed here; the request id leads to it in the log.", "Une erreur interne s'est produite ; l'identifiant de la requête permet de la retrouver dans le journal.";
    Unavailable = "unavailable", 503, "This is not available at the moment: try again shortly.", "Le service est momentanément indisponible : réessayez dans un instant.";
    OidcDown = "oidc_down", 503, "The log-in provider does not answer as it should: try again shortly, or log in with a password.", "Le fournisseur d'identité ne répond pas comme il le devrait : réessayez dans un instant, ou entrez avec un mot de passe.";
    TooSlow = "too_slow", 503, "The answer took too long: try again shortly.", "La réponse a pris trop de temps : réessayez dans un instant.";
}

/// A refusal on its way to the caller.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    /// In English and in French, when the code's own sentence does not say it all.
    said: Option<(String, String)>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem as it is answered (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A stable URN that ends with the code.
    #[serde(rename = "type")]
    kind: String,
    /// The code's sentence.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time and what to do.
    detail: String,
    /// A stable word for programs.
    code: &'static str,
    /// The fields that cannot be taken, each with its remedy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// Leads to the request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, said: None, errors: Vec::new(), headers: Vec::new() }
    }
}

impl Problem {
    /// A problem with its detail in English and French.
    pub fn new(code: Code, en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { said: Some((en.into(), fr.into())), ..code.into() }
    }

    /// A problem with one field.
    #[must_use]
    pub fn field(code: Code, error: FieldError) -> Self {
        Self::fields(code, vec![error])
    }

    /// A problem with several fields.
    #[must_use]
    pub fn fields(code: Code, errors: Vec<FieldError>) -> Self {
        let say = |remedy: fn(&FieldError) -> &String| {
            let line = |e: &FieldError| {
                if e.field.is_empty() { remedy(e).clone() } else { format!("{}: {}", e.field, remedy(e)) }
            };
            errors.iter().map(line).collect::<Vec<_>>().join("; ")
        };
        Self { errors: errors.clone(), ..Self::new(code, say(|e| &e.remedy), say(|e| &e.remedy_fr)) }
    }

    /// The same, answered with a header more.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong this time and what to do, in a language.
    pub(crate) fn detail(&self, language: Language) -> &str {
        let (_, _, en, fr) = self.code.row();
        let (en, fr) = self.said.as_ref().map_or((en, fr), |(en, fr)| (en, fr));
        if language == Language::French { fr } else { en }
    }

    /// The fields that cannot be taken.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Headers that its answer carries.
    pub(crate) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    fn answer(&self, language: Language, request_id: Option<String>) -> Response {
        let (code, status, en, fr) = self.code.row();
        let title = if language == Language::French { fr } else { en };
        let detail = self.detail(language).to_owned();
        let kind = format!("urn:savoir:problem:{code}");
        let body = ProblemBody { kind, title, status, detail, code, errors: self.errors.clone(), request_id };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = (status, Json(body)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.as_str()));
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language, cookie"));
        match status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"savoir\""));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        answer
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut answer = self.answer(Language::English, None);
        answer.extensions_mut().insert(self);
        answer
    }
}

/// What the caller may know of a failing database is that it fails; the log knows the rest.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        match error {
            StoreError::Database(_) | StoreError::NotCommitted(_) => Code::Unavailable.into(),
            _ => Code::Internal.into(),
        }
    }
}

impl From<savoir_pipeline::blobs::BlobError> for Problem {
    fn from(error: savoir_pipeline::blobs::BlobError) -> Self {
        tracing::error!(%error, "the file store failed");
        Code::Internal.into()
    }
}

/// Says problems in the caller's language and with the request's id, `HEAD` and `GET` alike; on a page to who asked for one.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let language = language::of(request.headers());
    let asked = page::Asked::of(request.method(), request.uri(), request.headers());
    let id = request.extensions().get::<crate::observe::RequestId>().map(|id| id.0.clone());
    let answer = next.run(request).await;
    let Some(problem) = answer.extensions().get::<Problem>().cloned() else { return answer };
    if let Some(page) = asked.and_then(|asked| asked.refused(&problem, id.clone())) {
        return page;
    }
    let mut said = problem.answer(language, id);
    // What the router itself adds stays: Allow beside a 405.
    for (name, value) in answer.headers() {
        if *name != header::CONTENT_LENGTH && !said.headers().contains_key(name) {
            said.headers_mut().append(name, value.clone());
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_word_and_a_sentence_in_both_languages() {
        let mut words = std::collections::BTreeSet::new();
        for code in Code::ALL {
            let (word, status, en, fr) = code.row();
            assert!(words.insert(word), "{word} stands twice in the table");
            assert!((400..600).contains(&status) && en.ends_with('.'), "{word}");
            assert!(fr.ends_with('.') && fr != en, "{word}");
        }
    }
}
