//! An OpenID Connect provider on this machine: discovery, authorization with PKCE, token, keys. It keeps to the standard
//! until it is told to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair};
use savoir_pipeline::http::Courier;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::data::START;
use crate::house::Builder;

/// The name under which it knows the house.
pub const CLIENT: &str = "savoir";
/// The house's secret there; what must be escaped in a header is among it.
pub const SECRET: &str = "entre+nous:100 %";
/// Where the house is reached.
pub const PUBLIC: &str = "https://savoir.example.com";

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Nothing.
    None,
    /// The token is for another log-in.
    Nonce,
    /// The token has no nonce.
    NoNonce,
    /// The token is for another program.
    Audience,
    /// The token is for us and another program.
    Audiences,
    /// The token names another provider.
    Issuer,
    /// The token has ended.
    Expired,
    /// The token is not signed and says so.
    Unsigned,
    /// The token is not signed and says that it is.
    Stripped,
    /// The token is signed with the secret that we share.
    Shared,
    /// The token is signed as if the public key were a shared secret.
    PublicAsShared,
    /// The token is signed with a key that is not published.
    StrangeKey,
    /// The same, under the name of one that is.
    ForgedKey,
    /// The claims were changed after the token was signed.
    Changed,
    /// There is no token.
    NoToken,
    /// The answer is a page.
    Page,
}

/// What one code stands for.
struct Grant {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct Key {
    name: String,
    pair: EcdsaKeyPair,
}

/// A key of this file's alone, made for these tests: it opens nothing anywhere.
const RSA: &[u8] = include_bytes!("../fixtures/provider-rsa.der");

struct Play {
    rsa: bool,
    issuer: String,
    claims: Value,
    lie: Lie,
    keys: Vec<Key>,
    grants: HashMap<String, Grant>,
    asked: Vec<String>,
}

/// A provider that is gone when the test's runtime is.
#[derive(Clone)]
pub struct Provider {
    /// Its address, as it names itself.
    pub issuer: String,
    play: Arc<Mutex<Play>>,
    folder: Arc<TempDir>,
}

impl Provider {
    /// One that knows a person with these claims.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(claims: Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), SECRET).expect("a file");
        let play = Play {
            rsa: false,
            issuer: issuer.clone(),
            claims,
            lie: Lie::None,
            keys: vec![key("first")],
            grants: HashMap::new(),
            asked: Vec::new(),
        };
        let provider = Self { issuer, play: Arc::new(Mutex::new(play)), folder: Arc::new(folder) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        provider
    }

    /// A house that trusts it: `experts` and `admins`, `field` (technicians), `partners` (contractors).
    #[must_use]
    pub fn known_to(&self, house: Builder) -> Builder {
        self.known_at(&self.issuer, house)
    }

    /// The same, with the provider at another address.
    #[must_use]
    pub fn known_at(&self, issuer: &str, house: Builder) -> Builder {
        house
            .set("server.public_url", PUBLIC)
            .set("oidc.issuer", issuer)
            .set("oidc.client_id", CLIENT)
            .set("oidc.client_secret_file", &self.folder.path().join("secret").display().to_string())
            .set("oidc.organisation_claim", "company")
            .set("oidc.roles.administrator", "admins")
            .set("oidc.roles.expert", "experts")
            .set("oidc.roles.technician", "field")
            .set("oidc.roles.contractor", "partners")
    }

    /// Says something else of the person from now on.
    pub fn says(&self, claims: Value) {
        self.play().claims = claims;
    }

    /// Lies from now on.
    pub fn lies(&self, lie: Lie) {
        self.play().lie = lie;
    }

    /// Signs with RSA from now on (RS256, what providers must know), beside a key of the other kind.
    pub fn signs_with_rsa(&self) {
        self.play().rsa = true;
    }

    /// Signs with another key from now on, and publishes that one only.
    pub fn rotates(&self) {
        let mut play = self.play();
        let name = format!("key {}", play.asked.len());
        play.keys = vec![key(&name)];
    }

    /// What it was asked for: `discovery`, `keys`, `authorize`, `token`.
    #[must_use]
    pub fn asked(&self, what: &str) -> usize {
        self.play().asked.iter().filter(|asked| *asked == what).count()
    }

    /// What a browser is sent back with that it sent to `address`: the path and the query of the house's door.
    ///
    /// # Panics
    /// When the provider refuses.
    pub async fn visit(&self, address: &str) -> String {
        let courier = Courier::new(Duration::from_secs(10), 10_000, savoir_pipeline::reach::Reach::Written)
            .expect("certificates");
        let request = axum::http::Request::get(address).body(Vec::new()).expect("an address");
        let answer = courier.send(request).await.expect("an answer");
        assert_eq!(answer.status(), 302, "{}", String::from_utf8_lossy(answer.body()));
        let to = answer.headers()[header::LOCATION].to_str().expect("text");
        to.strip_prefix(PUBLIC).expect("back to the house").to_owned()
    }

    fn play(&self) -> MutexGuard<'_, Play> {
        self.play.lock().expect("no test panicked in here")
    }
}

fn key(name: &str) -> Key {
    let (random, way) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
    let made = EcdsaKeyPair::generate_pkcs8(way, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(way, made.as_ref(), &random).expect("the same key");
    Key { name: name.into(), pair }
}

async fn discovery(State(provider): State<Provider>) -> Json<Value> {
    let mut play = provider.play();
    play.asked.push("discovery".into());
    let issuer = &play.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A provider that offers too much does not weaken us.
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
    }))
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let mut play = provider.play();
    play.asked.push("keys".into());
    let mut keys: Vec<_> = play.keys.iter().map(published).collect();
    if play.rsa {
        let PublicKeyComponents::<Vec<u8>> { n, e } = rsa().public().into();
        let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
        keys.push(json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rsa", "n": n, "e": e}));
    }
    Json(json!({ "keys": keys }))
}

fn rsa() -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(RSA).expect("a key")
}

fn published(key: &Key) -> Value {
    let point = key.pair.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
    json!({"kty": "EC", "use": "sig", "alg": "ES256", "kid": key.name, "crv": "P-256", "x": x, "y": y})
}

async fn authorize(State(provider): State<Provider>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let scopes = of("scope");
    let is_whole = of("response_type") == "code"
        && of("client_id") == CLIENT
        && of("redirect_uri") == format!("{PUBLIC}/api/v1/oidc/callback")
        && scopes.split(' ').any(|scope| scope == "openid")
        && of("code_challenge_method") == "S256"
        && ["state", "nonce", "code_challenge"].iter().all(|name| of(name).len() >= 43);
    if !is_whole {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let mut play = provider.play();
    play.asked.push("authorize".into());
    let code = format!("code-{}", play.asked.len());
    let grant = Grant { nonce: of("nonce"), challenge: of("code_challenge"), redirect: of("redirect_uri") };
    play.grants.insert(code.clone(), grant);
    let to = format!("{}?code={code}&state={}&session_state=x&iss={}", of("redirect_uri"), of("state"), play.issuer);
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    let uri = format!("http://x/?{body}").parse().expect("a form");
    let Query(asked) = Query::<HashMap<String, String>>::try_from_uri(&uri).expect("a form");
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": why}))).into_response();
    let mut play = provider.play();
    play.asked.push("token".into());
    // Name and secret are escaped as in a form before they are put together (RFC 6749, 2.3.1).
    let pair =
        format!("{CLIENT}:{}", SECRET.replace('%', "%25").replace('+', "%2B").replace(':', "%3A").replace(' ', "+"));
    let shown = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    if shown != Some(&format!("Basic {}", STANDARD.encode(pair))) {
        return refused("invalid_client");
    }
    // A code is good once.
    let Some(grant) = play.grants.remove(&of("code")) else { return refused("invalid_grant") };
    let challenge = ring::digest::digest(&ring::digest::SHA256, of("code_verifier").as_bytes());
    if URL_SAFE_NO_PAD.encode(challenge) != grant.challenge
        || of("redirect_uri") != grant.redirect
        || of("grant_type") != "authorization_code"
    {
        return refused("invalid_grant");
    }
    match play.lie {
        Lie::Page => "<html>Welcome</html>".into_response(),
        Lie::NoToken => Json(json!({"access_token": "x", "token_type": "Bearer"})).into_response(),
        _ => Json(json!({"access_token": "x", "token_type": "Bearer", "id_token": play.signed(&grant.nonce)}))
            .into_response(),
    }
}

impl Play {
    /// The person's token for a log-in with this nonce.
    fn signed(&self, nonce: &str) -> String {
        let now = START.0 / 1_000;
        let mut claims = json!({"iss": self.issuer, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 3_600});
        for (name, value) in self.claims.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        match self.lie {
            Lie::Nonce => claims["nonce"] = json!("another"),
            Lie::NoNonce => drop(claims.as_object_mut().expect("claims").remove("nonce")),
            Lie::Audience => claims["aud"] = json!("another"),
            Lie::Audiences => claims["aud"] = json!([CLIENT, "another"]),
            Lie::Issuer => claims["iss"] = json!("https://login.example.com"),
            Lie::Expired => claims["exp"] = json!(now - 1),
            _ => {}
        }
        let published = &self.keys[0];
        let strange = key("strange");
        let (way, name) = match self.lie {
            Lie::Unsigned => ("none", published.name.as_str()),
            Lie::Shared | Lie::PublicAsShared => ("HS256", published.name.as_str()),
            Lie::StrangeKey => ("ES256", strange.name.as_str()),
            _ if self.rsa => ("RS256", "rsa"),
            _ => ("ES256", published.name.as_str()),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(&json!({"alg": way, "typ": "JWT", "kid": name}));
        let text = format!("{head}.{}", part(&claims));
        let sign = |key: &Key| {
            let made = key.pair.sign(&SystemRandom::new(), text.as_bytes()).expect("a signature");
            URL_SAFE_NO_PAD.encode(made)
        };
        let mac = |secret: &[u8]| {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
            URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes()))
        };
        let seal = match self.lie {
            Lie::Unsigned | Lie::Stripped => String::new(),
            Lie::Shared => mac(SECRET.as_bytes()),
            Lie::PublicAsShared => mac(published.pair.public_key().as_ref()),
            Lie::StrangeKey | Lie::ForgedKey => sign(&strange),
            _ if self.rsa => {
                let mut made = vec![0; rsa().public().modulus_len()];
                let (way, random) = (&ring::signature::RSA_PKCS1_SHA256, SystemRandom::new());
                rsa().sign(way, &random, text.as_bytes(), &mut made).expect("a signature");
                URL_SAFE_NO_PAD.encode(made)
            }
            _ => sign(published),
        };
        if self.lie == Lie::Changed {
            claims["groups"] = json!("admins");
            return format!("{head}.{}.{seal}", part(&claims));
        }
        format!("{text}.{seal}")
    }
}
