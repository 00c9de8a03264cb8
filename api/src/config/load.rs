//! Laying the layers over each other: the default file, `savoir.toml`, the environment, the flags.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Num, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::{Config, DEFAULTS};

const PREFIX: &str = "SAVOIR_";

/// Variables with our prefix that are no settings: `SAVOIR_CONFIG` and `SAVOIR_TOKEN` belong to the command line,
/// the others to the tests.
const NOT_SETTINGS: &[&str] = &[
    "SAVOIR_CONFIG",
    "SAVOIR_TOKEN",
    "SAVOIR_SHARED",
    "SAVOIR_RECORD",
    "SAVOIR_REQUIRE_POSTGRES",
    "SAVOIR_REQUIRE_BROWSER",
];

/// What Kubernetes sets by itself for a service named `savoir`: addresses of the service, no settings.
const OF_KUBERNETES: &[&str] = &["SAVOIR_SERVICE_", "SAVOIR_PORT"];

/// Keys that people try and that would put a secret into a file.
const INLINE_SECRETS: &[&str] = &["api_key", "qdrant_api_key", "password", "token", "secret", "client_secret"];

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file named with `--config`: an error when it is not there.
    pub file: Option<PathBuf>,
    /// The file that is read when no file is named and this one exists.
    pub usual_file: Option<PathBuf>,
    /// The environment, whole: settings are told by their prefix, secrets by the settings that name them.
    pub env: Vec<(String, String)>,
    /// Settings given as flags: the dotted key and its value.
    pub overrides: Vec<(String, String)>,
}

impl Sources {
    /// What a process sees: its environment, and `savoir.toml` in its folder unless `file` is given.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process(file: Option<PathBuf>, overrides: Vec<(String, String)>) -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let env = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        Self { file, usual_file: Some(PathBuf::from("savoir.toml")), env, overrides }
    }

    /// The user who runs the program; behind `sudo`, who asked for it.
    fn operator(&self) -> String {
        let names = ["SUDO_USER", "USER", "LOGNAME"].into_iter().filter_map(|name| self.variable(name));
        names.map(str::trim).find(|name| !name.is_empty()).map_or_else(|| "operator".into(), str::to_owned)
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One thing that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting, as a dotted key (empty when a whole file is meant).
    pub field: String,
    /// What is wrong, and where it stands.
    pub message: String,
    /// What mends it.
    pub remedy: String,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}; {}", self.message, self.remedy)
    }
}

/// The settings cannot be used: everything that is wrong with them, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub Vec<Problem>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings cannot be used:")?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
    }
}

impl std::error::Error for ConfigError {}

/// A layer whose values figment will trace back to its name.
struct Layer {
    name: String,
    dict: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, self.dict.clone())]))
    }
}

impl Config {
    /// Reads all layers, checks them and fetches the secrets they name.
    ///
    /// # Errors
    /// Unknown keys, values of the wrong kind, contradictions and missing secrets: as many as can be found at once.
    pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let defaults = parse(DEFAULTS).map_err(|e| ConfigError(vec![unreadable("savoir.default.toml", &e)]))?;
        let known = Known { keys: keys(&defaults, ""), tree: Value::from(defaults.clone()) };
        let mut layers = vec![Layer { name: "savoir.default.toml".into(), dict: defaults }];
        let mut problems = Vec::new();
        match file_layer(sources) {
            Ok(Some(layer)) => {
                known.look_for_strangers(&layer.dict, "", &layer.name, &mut problems);
                layers.push(layer);
            }
            Ok(None) => {}
            Err(problem) => return Err(ConfigError(vec![problem])),
        }
        let reserved = variables_of_secrets(&layers, sources);
        for (name, text) in &sources.env {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            let of_kubernetes = OF_KUBERNETES.iter().any(|start| name.starts_with(start));
            if of_kubernetes || NOT_SETTINGS.contains(&name.as_str()) || reserved.contains(name) {
                continue;
            }
            let key = rest.to_lowercase().replace("__", ".");
            layers.extend(known.one_value(&key, text, name, &mut problems));
        }
        for (key, text) in &sources.overrides {
            layers.extend(known.one_value(key, text, "a flag", &mut problems));
        }
        if !problems.is_empty() {
            return Err(ConfigError(problems));
        }
        let figment = layers.into_iter().fold(Figment::new(), Figment::merge);
        let mut config: Self = figment.extract().map_err(|e| ConfigError(e.into_iter().map(wrong_value).collect()))?;
        config.llm.fill();
        config.operator = sources.operator();
        let origin = |key: &str| figment.find_metadata(key).map(|m| m.name.to_string()).unwrap_or_default();
        let mut problems = config.check();
        problems.extend(config.fetch_secrets(sources, &origin));
        if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
    }
}

fn parse(text: &str) -> Result<Dict, String> {
    let mut profiles = Toml::string(text).data().map_err(|e| e.to_string())?;
    Ok(profiles.remove(&Profile::Default).unwrap_or_default())
}

fn unreadable(name: &str, error: &dyn fmt::Display) -> Problem {
    Problem::new("", format!("{name} cannot be read: {error}"), "correct the file; savoir.default.toml shows the form")
}

fn file_layer(sources: &Sources) -> Result<Option<Layer>, Problem> {
    let path = match (&sources.file, &sources.usual_file) {
        (Some(path), _) => path,
        (None, Some(path)) if path.exists() => path,
        _ => return Ok(None),
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| {
        Problem::new(
            "",
            format!("{name} cannot be read: {e}"),
            "name an existing file with --config, or leave --config out",
        )
    })?;
    let dict = parse(&text).map_err(|e| unreadable(&name, &e))?;
    Ok(Some(Layer { name, dict }))
}

/// Every dotted key of a tree that holds a value.
pub(super) fn keys(dict: &Dict, prefix: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (name, value) in dict {
        let key = format!("{prefix}{name}");
        match value {
            Value::Dict(_, inner) => all.extend(keys(inner, &format!("{key}."))),
            _ => all.push(key),
        }
    }
    all
}

/// The settings there are: those of the default file.
struct Known {
    tree: Value,
    keys: Vec<String>,
}

impl Known {
    /// What is given in `dict`, found under `prefix`, and is no setting.
    fn look_for_strangers(&self, dict: &Dict, prefix: &str, layer: &str, problems: &mut Vec<Problem>) {
        for (name, value) in dict {
            let key = format!("{prefix}{name}");
            match (value, self.tree.find_ref(&key)) {
                (Value::Dict(_, inner), Some(Value::Dict(..))) => {
                    self.look_for_strangers(inner, &format!("{key}."), layer, problems);
                }
                (_, Some(Value::Dict(..))) => {
                    let remedy = format!("it is a section: [{key}]");
                    problems.push(Problem::new(&key, format!("one value in {layer}"), remedy));
                }
                (Value::Dict(..), Some(_)) => {
                    let remedy = format!("it is one value: {name} = …");
                    problems.push(Problem::new(&key, format!("a section in {layer}"), remedy));
                }
                (_, Some(_)) => {}
                (_, None) => problems.push(self.stranger(&key, layer)),
            }
        }
    }

    /// What to say of a key that no setting has.
    fn stranger(&self, key: &str, layer: &str) -> Problem {
        let name = key.rsplit('.').next().unwrap_or(key);
        if INLINE_SECRETS.contains(&name) {
            return Problem::new(
                key,
                format!("a secret does not belong into {layer}"),
                format!("name the variable or the file that holds it: {key}_env or {key}_file"),
            );
        }
        let remedy = match self.nearest(key, name) {
            Some(near) if layer.starts_with(PREFIX) => {
                format!("the nearest is {PREFIX}{}", near.replace('.', "__").to_uppercase())
            }
            Some(near) => format!("the nearest is {near}"),
            None => "savoir.default.toml lists every setting".into(),
        };
        Problem::new(key, format!("no such setting (in {layer})"), remedy)
    }

    fn nearest(&self, key: &str, name: &str) -> Option<&str> {
        // Dots and underscores are the same here: SAVOIR_SERVER_LISTEN lacks but one underscore.
        let flat = |key: &str| key.replace('.', "_");
        let likeness = |other: &&str| {
            let same_name = other.rsplit('.').next() == Some(name);
            strsim::jaro_winkler(&flat(key), &flat(other)) + if same_name { 0.3 } else { 0.0 }
        };
        let sections = self.tree.as_dict().into_iter().flat_map(Dict::keys);
        let names = self.keys.iter().chain(sections).map(String::as_str);
        names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|near| likeness(near) > 0.7)
    }

    /// A layer with one value given as text, read as the kind of value that the default is.
    fn one_value(&self, key: &str, text: &str, layer: &str, problems: &mut Vec<Problem>) -> Option<Layer> {
        let value = match self.tree.find_ref(key) {
            None | Some(Value::Dict(..)) => {
                problems.push(self.stranger(key, layer));
                return None;
            }
            Some(Value::Bool(..)) => text.trim().parse::<bool>().map(Value::from).map_err(|_| "true or false"),
            Some(Value::Num(_, Num::F32(_) | Num::F64(_))) => {
                text.trim().parse::<f64>().map(Value::from).map_err(|_| "a number")
            }
            Some(Value::Num(..)) => text.trim().parse::<u64>().map(Value::from).map_err(|_| "a whole number"),
            Some(_) => Ok(Value::from(text)),
        };
        match value {
            Ok(value) => Some(Layer { name: layer.into(), dict: figment::util::nest(key, value).into_dict()? }),
            Err(expected) => {
                problems.push(Problem::new(key, format!("« {text} » in {layer}"), format!("{expected} is expected")));
                None
            }
        }
    }
}

/// The variables that some layer names as the place of a secret: they may carry our prefix and are no settings.
fn variables_of_secrets(layers: &[Layer], sources: &Sources) -> BTreeSet<String> {
    fn walk(dict: &Dict, found: &mut BTreeSet<String>) {
        for (name, value) in dict {
            match value {
                Value::Dict(_, inner) => walk(inner, found),
                Value::String(_, text) if name.ends_with("_env") => drop(found.insert(text.clone())),
                _ => {}
            }
        }
    }
    let mut found = BTreeSet::new();
    layers.iter().for_each(|layer| walk(&layer.dict, &mut found));
    let settings = sources.env.iter().filter(|(name, _)| name.starts_with(PREFIX) && name.ends_with("_ENV"));
    let flags = sources.overrides.iter().filter(|(key, _)| key.ends_with("_env"));
    found.extend(settings.chain(flags).map(|(_, value)| value.clone()));
    found
}

/// A value that is there and is not what its setting takes.
fn wrong_value(error: figment::Error) -> Problem {
    let layer = error.metadata.as_ref().map_or_else(|| "the settings".to_owned(), |m| m.name.to_string());
    let field = error.path.join(".");
    Problem::new(field, format!("{} (in {layer})", error.kind), "savoir.default.toml says what it takes")
}
