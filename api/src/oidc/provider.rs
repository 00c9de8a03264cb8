//! The provider: where it sends browsers, and whom it says a code stands for. The only file that names the vendor's crate.
//!
//! Its documents (addresses and keys) are kept for an hour; the keys are fetched again when a token names one that is not
//! among them, at most every half minute, so that invented names cannot make us ask without end.

use std::sync::{Arc, RwLock};
use std::time::{Duration, UNIX_EPOCH};

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm as Algorithm, CoreProviderMetadata,
};
use openidconnect::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError, TokenResponse,
};
use savoir_models::clock::Timestamp;
use savoir_pipeline::http::{Courier, Undelivered};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use crate::config::{Config, is_confidential};

/// How long one question to the provider may take. A log-in asks up to four, and must end before the request does.
const PATIENCE: Duration = Duration::from_secs(6);
/// The longest answer of a provider, bytes.
const MOST: usize = 1024 * 1024;
/// How long its documents are believed.
const FRESH: Duration = Duration::from_secs(3_600);
/// The shortest pause between two looks for a key that was not there.
const PAUSE: Duration = Duration::from_secs(30);

/// Signatures that are believed: those that only the provider can make. Neither none, nor those by a shared secret.
const SIGNATURES: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why there is no identity; the text is for the log, not for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// The provider does not answer, or not as one.
    #[error("the provider does not answer as it should: {0}")]
    Down(String),
    /// It does not stand by this log-in, or what it says cannot be believed.
    #[error("the log-in is not believed: {0}")]
    Refused(String),
}

/// What one log-in is tied to its browser by.
pub(crate) struct Ties {
    /// Comes back with the browser.
    pub(crate) state: String,
    /// Comes back in the token.
    pub(crate) nonce: String,
    /// Shown to the provider with the code: who steals the code does not have it.
    pub(crate) verifier: String,
}

/// Whom the provider says is there.
pub(crate) struct Identity {
    /// The provider, as it names itself.
    pub(crate) issuer: String,
    /// Its identifier of the person.
    pub(crate) subject: String,
    /// What else it says of them.
    pub(crate) claims: Map<String, Value>,
}

/// Its documents.
struct Documents {
    metadata: CoreProviderMetadata,
    read: Timestamp,
    keys_read: Timestamp,
}

/// The provider that the settings name.
pub(crate) struct Provider {
    issuer: String,
    client: ClientId,
    secret: Option<ClientSecret>,
    scopes: Vec<Scope>,
    redirect: String,
    courier: Result<Courier, String>,
    documents: RwLock<Option<Arc<Documents>>>,
}

impl Provider {
    /// The provider of the settings, when they name one. Nothing is asked yet.
    pub(crate) fn of(config: &Config) -> Option<Self> {
        let oidc = &config.oidc;
        Some(Self {
            issuer: oidc.issuer.clone()?,
            client: ClientId::new(oidc.client_id.clone()?),
            secret: oidc.client_secret.as_ref().map(|s| ClientSecret::new(s.expose_secret().to_owned())),
            scopes: oidc.scopes.split_whitespace().filter(|s| *s != "openid").map(|s| Scope::new(s.into())).collect(),
            redirect: format!("{}/api/v1/oidc/callback", config.public_url()),
            courier: Courier::new(PATIENCE, MOST, config.network.private_addresses),
            documents: RwLock::new(None),
        })
    }

    /// The address that a browser is sent to.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub(crate) async fn address(&self, ties: &Ties, now: Timestamp) -> Result<String, Trouble> {
        let documents = self.documents(now).await?;
        let client = self.client(&documents.metadata)?;
        let (state, nonce) = (CsrfToken::new(ties.state.clone()), Nonce::new(ties.nonce.clone()));
        let verifier = PkceCodeVerifier::new(ties.verifier.clone());
        let (url, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Whom `code` stands for: the provider is asked, and its token held against issuer, audience, time, nonce and key.
    ///
    /// # Errors
    /// When the provider does not answer, does not know the code, or says what cannot be believed.
    pub(crate) async fn identity(&self, code: String, ties: Ties, now: Timestamp) -> Result<Identity, Trouble> {
        let documents = self.documents(now).await?;
        let client = self.client(&documents.metadata)?;
        let asked = client.exchange_code(AuthorizationCode::new(code)).map_err(|e| Trouble::Down(e.to_string()))?;
        let http = self.http()?;
        let answer = asked
            .set_pkce_verifier(PkceCodeVerifier::new(ties.verifier))
            .request_async(&http)
            .await
            .map_err(refusal)?;
        let token = answer.id_token().ok_or_else(|| Trouble::Refused("the answer holds no ID token".into()))?;
        let nonce = Nonce::new(ties.nonce);
        let judged = match judge(&client, token, &nonce, now) {
            Err(Wrong::UnknownKey) => match self.with_new_keys(&documents, now).await? {
                Some(documents) => judge(&self.client(&documents.metadata)?, token, &nonce, now),
                None => Err(Wrong::UnknownKey),
            },
            judged => judged,
        };
        let (issuer, subject) = judged.map_err(|wrong| Trouble::Refused(wrong.to_string()))?;
        Ok(Identity { issuer, subject, claims: claims(token)? })
    }

    /// Its documents: those at hand, or fetched anew when there are none or they are old.
    async fn documents(&self, now: Timestamp) -> Result<Arc<Documents>, Trouble> {
        let at_hand = self.documents.read().ok().and_then(|d| d.clone());
        if let Some(documents) = at_hand.filter(|d| now.since(d.read) < FRESH) {
            return Ok(documents);
        }
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|e| Trouble::Down(e.to_string()))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http()?).await.map_err(silence)?;
        let token = metadata.token_endpoint().map(|url| url.as_str());
        let named = [Some(metadata.authorization_endpoint().as_str()), token, Some(metadata.jwks_uri().as_str())];
        if let Some(open) = named.into_iter().flatten().find(|url| !is_confidential(url)) {
            return Err(Trouble::Down(format!("it names an address that is not https: {open}")));
        }
        Ok(self.keep(Documents { metadata, read: now, keys_read: now }))
    }

    /// The documents with the keys that the provider has now; `None` when they were fetched a moment ago.
    async fn with_new_keys(&self, old: &Documents, now: Timestamp) -> Result<Option<Arc<Documents>>, Trouble> {
        if now.since(old.keys_read) < PAUSE {
            return Ok(None);
        }
        let keys = CoreJsonWebKeySet::fetch_async(old.metadata.jwks_uri(), &self.http()?).await.map_err(silence)?;
        let metadata = old.metadata.clone().set_jwks(keys);
        Ok(Some(self.keep(Documents { metadata, read: old.read, keys_read: now })))
    }

    fn keep(&self, documents: Documents) -> Arc<Documents> {
        let documents = Arc::new(documents);
        if let Ok(mut kept) = self.documents.write() {
            *kept = Some(Arc::clone(&documents));
        }
        documents
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Result<Client, Trouble> {
        let redirect = RedirectUrl::new(self.redirect.clone()).map_err(|e| Trouble::Down(e.to_string()))?;
        let client = Client::from_provider_metadata(metadata.clone(), self.client.clone(), self.secret.clone());
        // Where nothing is said, the way is the header (OpenID Connect Discovery 1.0).
        let ways = metadata.token_endpoint_auth_methods_supported();
        let only_body = ways.is_some_and(|ways| {
            !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && ways.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let way = if only_body { AuthType::RequestBody } else { AuthType::BasicAuth };
        Ok(client.set_redirect_uri(redirect).set_auth_type(way))
    }

    fn http(&self) -> Result<impl for<'c> AsyncHttpClient<'c, Error = Undelivered, Future: Send> + use<>, Trouble> {
        let courier = self.courier.clone().map_err(Trouble::Down)?;
        Ok(move |request: HttpRequest| {
            let courier = courier.clone();
            async move { courier.send(request).await }
        })
    }
}

/// What is wrong with a token.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("its key is not among the provider's")]
    UnknownKey,
    #[error("{0}")]
    Other(String),
}

/// Holds a token against everything that it must agree with: the provider and the person it names.
fn judge(client: &Client, token: &CoreIdToken, nonce: &Nonce, now: Timestamp) -> Result<(String, String), Wrong> {
    let moment = UNIX_EPOCH + now.since(Timestamp(0));
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || moment.into());
    match token.claims(&verifier, nonce) {
        Ok(claims) => Ok((claims.issuer().to_string(), claims.subject().to_string())),
        Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
            Err(Wrong::UnknownKey)
        }
        Err(error) => Err(Wrong::Other(told(&error))),
    }
}

/// All claims of a token that was judged: the vendor's types know only those of the standard.
fn claims(token: &CoreIdToken) -> Result<Map<String, Value>, Trouble> {
    use base64::Engine as _;
    let text = token.to_string();
    let middle = text.split('.').nth(1).unwrap_or_default();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).ok();
    let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.ok_or_else(|| Trouble::Refused("the claims cannot be read".into()))
}

fn silence(error: DiscoveryError<Undelivered>) -> Trouble {
    Trouble::Down(told(&error))
}

/// A code that it does not take is a refusal; an answer that is none is silence.
fn refusal<T: openidconnect::ErrorResponse + 'static>(error: RequestTokenError<Undelivered, T>) -> Trouble {
    match error {
        RequestTokenError::ServerResponse(said) => Trouble::Refused(said.to_string()),
        other => Trouble::Down(told(&other)),
    }
}

/// An error with its causes. None of them holds a secret of ours: they tell of answers, not of what was asked.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    savoir_pipeline::http::causes(error).chars().filter(|c| !c.is_control()).take(500).collect()
}
