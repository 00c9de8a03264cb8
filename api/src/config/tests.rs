//! How settings are read, told as behaviour.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use super::*;

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn with_env(env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(&Sources { env: pairs(env), ..Sources::default() })
}

fn with_flags(flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::load(&Sources { overrides: pairs(flags), ..Sources::default() })
}

/// Loads a file with this text; the secrets of `env` are there.
fn with_file(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = std::env::temp_dir().join(savoir_models::id::JobId::new().to_string());
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("savoir.toml");
    std::fs::write(&file, text).unwrap();
    let config = Config::load(&Sources { file: Some(file), env: pairs(env), ..Sources::default() });
    std::fs::remove_dir_all(dir).unwrap();
    config
}

fn fields(result: Result<Config, ConfigError>) -> Vec<String> {
    let mut fields: Vec<_> = result.expect_err("refused").0.into_iter().map(|problem| problem.field).collect();
    fields.sort();
    fields
}

fn words(result: Result<Config, ConfigError>) -> String {
    result.expect_err("refused").to_string()
}

#[test]
fn the_default_file_alone_is_a_whole_and_consistent_configuration() {
    let config = with_env(&[]).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:4173");
    assert_eq!(config.public_url(), "http://127.0.0.1:4173");
    assert!(config.database.url.is_none(), "an empty text is a value not set");
    assert_eq!(config.models_dir(), PathBuf::from("data/models"));
}

#[test]
fn every_key_of_the_default_file_is_a_setting_and_every_setting_is_in_the_file() {
    let in_file: toml::Table = DEFAULTS.parse().unwrap();
    let in_struct = toml::Table::try_from(with_env(&[]).unwrap()).unwrap();
    assert_eq!(dotted(&in_file, ""), dotted(&in_struct, ""));
}

fn dotted(table: &toml::Table, prefix: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, value) in table {
        match value.as_table() {
            Some(inner) => all.extend(dotted(inner, &format!("{prefix}{name}."))),
            None => drop(all.insert(format!("{prefix}{name}"))),
        }
    }
    all
}

#[test]
fn every_key_of_the_default_file_has_a_comment_above_it() {
    let mut above = "";
    for line in DEFAULTS.lines() {
        let is_key = !line.starts_with(['#', '[']) && line.contains('=');
        assert!(!is_key || above.starts_with("# "), "no comment above: {line}");
        above = line;
    }
}

#[test]
fn delivered_files_are_in_the_data_folder_unless_processes_share_another() {
    assert_eq!(with_env(&[]).unwrap().files_dir(), PathBuf::from("data/files"));
    let shared = with_env(&[("SAVOIR_DATA__FILES", "/srv/files"), ("SAVOIR_DATA__DIR", "own")]).unwrap();
    assert_eq!((shared.files_dir(), shared.data.dir), (PathBuf::from("/srv/files"), PathBuf::from("own")));
}

#[test]
fn later_layers_win() {
    let sources = Sources {
        env: pairs(&[("SAVOIR_LOG__LEVEL", "debug"), ("SAVOIR_SERVER__LISTEN", "127.0.0.1:1")]),
        overrides: pairs(&[("server.listen", "127.0.0.1:2")]),
        ..Sources::default()
    };
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.log.level, "debug", "the environment wins over the default");
    assert_eq!(config.server.listen.port(), 2, "a flag wins over the environment");
    let config = with_file("[server]\nlisten = \"127.0.0.1:3\"\n", &[("SAVOIR_LANGUAGE", "en")]).unwrap();
    assert_eq!((config.server.listen.port(), config.language), (3, Language::English));
    assert_eq!(config.server.json_limit_mib, 8, "a section in the file leaves its other keys alone");
}

#[test]
fn numbers_and_switches_are_read_from_text() {
    let config = with_env(&[("SAVOIR_WORKER__LANES__MODEL", "7")]).unwrap();
    assert_eq!(config.worker.lanes.model, 7);
    let text = words(with_env(&[("SAVOIR_WORKER__ENABLED", "oui"), ("SAVOIR_DATABASE__CONNECTIONS", "many")]));
    assert!(text.contains("« oui » in SAVOIR_WORKER__ENABLED; true or false is expected"), "{text}");
    assert!(text.contains("« many » in SAVOIR_DATABASE__CONNECTIONS; a whole number is expected"), "{text}");
}

#[test]
fn text_in_the_environment_stays_as_it_is() {
    let config = with_env(&[("SAVOIR_DATA__DIR", "[1, 2]"), ("SAVOIR_SPEECH__MODEL", "42")]).unwrap();
    assert_eq!(config.data.dir, PathBuf::from("[1, 2]"));
    assert_eq!(config.speech.model.as_deref(), Some("42"));
}

#[test]
fn an_unknown_key_names_itself_its_place_and_the_nearest_key() {
    let text = words(with_env(&[("SAVOIR_SERVER_LISTEN", "127.0.0.1:1")]));
    assert!(text.contains("no such setting (in SAVOIR_SERVER_LISTEN); the nearest is SAVOIR_SERVER__LISTEN"), "{text}");
    let text = words(with_file("[server]\nlisen = \"127.0.0.1:1\"\n[wroker]\nenabled = true\n", &[]));
    assert!(text.contains("server.lisen: no such setting (in "), "{text}");
    assert!(text.contains("savoir.toml); the nearest is server.listen"), "{text}");
    assert!(text.contains("wroker: ") && text.contains("the nearest is worker"), "both are told at once: {text}");
    let text = words(with_flags(&[("listen", "127.0.0.1:1")]));
    assert!(text.contains("listen: no such setting (in a flag); the nearest is server.listen"), "{text}");
    let text = words(with_file("zzzz = 1\n", &[]));
    assert!(text.contains("savoir.default.toml lists every setting"), "nothing near is not guessed: {text}");
}

#[test]
fn a_section_and_a_value_are_not_mistaken_for_each_other() {
    assert_eq!(fields(with_file("server = 3\n[log.level]\nx = 1\n", &[])), ["log.level", "server"]);
}

#[test]
fn variables_of_the_command_line_and_of_the_tests_are_no_settings() {
    with_env(&[("SAVOIR_SHARED", "x"), ("SAVOIR_CONFIG", "x"), ("PATH", "x")]).unwrap();
}

#[test]
fn the_addresses_that_kubernetes_sets_for_a_service_named_savoir_are_no_settings() {
    let set = [("SAVOIR_PORT", "tcp://10.0.0.1:80"), ("SAVOIR_SERVICE_HOST", "10.0.0.1"), ("SAVOIR_PORT_80_TCP", "x")];
    with_env(&set).unwrap();
}

#[test]
fn a_value_of_the_wrong_kind_names_its_field_and_its_place() {
    let text = words(with_env(&[("SAVOIR_SERVER__LISTEN", "here")]));
    assert!(text.contains("server.listen: ") && text.contains("in SAVOIR_SERVER__LISTEN"), "{text}");
    let text = words(with_env(&[("SAVOIR_INDEX__VECTORS", "cloud")]));
    assert!(text.contains("index.vectors") && text.contains("edge") && text.contains("server"), "{text}");
    let text = words(with_file("[worker]\nmax_attempts = \"x\"\n", &[]));
    assert!(text.contains("worker.max_attempts") && text.contains("savoir.toml"), "{text}");
}

#[test]
fn a_file_that_is_named_must_be_there_and_readable() {
    let file = Some(PathBuf::from("nowhere/savoir.toml"));
    let text = words(Config::load(&Sources { file, ..Sources::default() }));
    assert!(text.contains("nowhere/savoir.toml cannot be read") && text.contains("--config"), "{text}");
    let usual_file = Some(PathBuf::from("nowhere/savoir.toml"));
    Config::load(&Sources { usual_file, ..Sources::default() }).expect("the usual file may be absent");
    assert!(words(with_file("server = = 3", &[])).contains("savoir.toml cannot be read: "));
}

#[test]
fn contradictions_are_told_all_at_once() {
    let contradictory = with_file(
        "[speech]\nengine = \"remote\"\n[index]\nvectors = \"server\"\n[embedder]\nengine = \"openai\"\n\
         [worker]\nlease_seconds = 10\n[worker.lanes]\nrest = 0\n",
        &[],
    );
    let expected = [
        "embedder.dimensions",
        "embedder.endpoint.base_url",
        "embedder.endpoint.model",
        "index.qdrant_url",
        "speech.endpoint.base_url",
        "speech.endpoint.model",
        "worker.lanes.rest",
        "worker.lease_seconds",
    ];
    assert_eq!(fields(contradictory), expected);
}

#[test]
fn settings_of_what_is_not_chosen_are_refused() {
    let flags = |list| fields(with_flags(list));
    assert_eq!(flags(&[("index.qdrant_url", "http://q:6334")]), ["index.vectors"]);
    assert_eq!(flags(&[("speech.endpoint.base_url", "http://s/v1")]), ["speech.endpoint.base_url"]);
    assert_eq!(flags(&[("embedder.path", "m")]), ["embedder.path"]);
    assert_eq!(flags(&[("embedder.engine", "model2vec"), ("embedder.dimensions", "9")]).len(), 2);
    assert_eq!(flags(&[("speech.model", "")]), ["speech.model"]);
    assert_eq!(flags(&[("worker.enabled", "false")]), ["worker.enabled"], "nothing would work on SQLite");
    assert_eq!(flags(&[("database.url", "mysql://h/d")]), ["database.url"]);
    assert_eq!(flags(&[("models.mirror", "ftp://h")]), ["models.mirror"]);
    assert_eq!(flags(&[("server.upload_total_limit_mib", "1")]), ["server.upload_total_limit_mib"]);
    assert_eq!(flags(&[("log.level", "savoir=loud")]), ["log.level"]);
}

#[test]
fn a_preset_fills_what_is_left_empty_and_nothing_else() {
    let with = |list: &[(&str, &str)]| with_flags(list).map(|c| c.llm);
    let llm = with(&[("llm.preset", "ollama"), ("llm.endpoint.model", "qwen3:8b")]).unwrap();
    assert_eq!(llm.endpoint.base_url.as_deref(), Some("http://127.0.0.1:11434/v1"));
    assert!(llm.configured());
    let own = [
        ("llm.preset", "llama.cpp"),
        ("llm.endpoint.model", "m"),
        ("llm.endpoint.base_url", "http://gpu:9/v1"),
        ("llm.output", "text"),
    ];
    let llm = with(&own).unwrap();
    assert_eq!(llm.endpoint.base_url.as_deref(), Some("http://gpu:9/v1"));
    assert_eq!(llm.output, Some(savoir_pipeline::llm::Output::Text));
    assert!(!with_env(&[]).unwrap().llm.configured(), "nothing is asked unless it is set");
    let text = words(with_flags(&[("llm.preset", "lama")]));
    assert!(text.contains("ollama, llama.cpp, vllm, mistral, openai"), "{text}");
}

#[test]
fn a_language_model_is_whole_or_not_there() {
    let flags = |list| fields(with_flags(list));
    assert_eq!(flags(&[("extractor.engine", "model")]), ["llm.endpoint.base_url", "llm.endpoint.model"]);
    assert_eq!(flags(&[("llm.preset", "vllm")]), ["llm.endpoint.model"]);
    assert_eq!(flags(&[("llm.endpoint.model", "m")]), ["llm.endpoint.base_url"]);
    assert_eq!(flags(&[("llm.temperature", "3"), ("llm.repairs", "9")]), ["llm.repairs", "llm.temperature"]);
    assert_eq!(flags(&[("llm.monthly_budget", "20")]), ["llm.monthly_budget"], "without prices it is never spent");
    assert_eq!(flags(&[("llm.price_prompt_per_million", "-1")]), ["llm.price_prompt_per_million"]);
}

#[test]
fn numbers_with_a_fraction_are_read_from_text_and_whole_ones_too() {
    let llm =
        with_env(&[("SAVOIR_LLM__TEMPERATURE", "0.7"), ("SAVOIR_LLM__PRICE_PROMPT_PER_MILLION", "2")]).unwrap().llm;
    assert_eq!((llm.temperature, llm.price_prompt_per_million), (0.7, 2.0));
    let llm = with_file("[llm]\ntemperature = 1\n", &[]).unwrap().llm;
    assert_eq!(llm.temperature, 1.0);
    let text = words(with_env(&[("SAVOIR_LLM__TEMPERATURE", "warm")]));
    assert!(text.contains("« warm » in SAVOIR_LLM__TEMPERATURE; a number is expected"), "{text}");
}

#[test]
fn a_secret_in_a_setting_is_refused_with_the_remedy() {
    let text = words(with_file("[speech.endpoint]\napi_key = \"s3cret\"\n", &[]));
    assert!(text.contains("speech.endpoint.api_key_env or speech.endpoint.api_key_file"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    let url = "postgres://savoir:s3cret@db/savoir";
    let text = words(with_file(&format!("[database]\nurl = \"{url}\"\n"), &[]));
    assert!(text.contains("database.password_file") && !text.contains("s3cret"), "{text}");
    assert_eq!(fields(with_flags(&[("database.url", url)])), ["database.url"], "a flag is seen by every user");
    assert_eq!(fields(with_flags(&[("database.url", "postgres://h/d?password=s3cret")])), ["database.url"]);
}

#[test]
fn secrets_are_fetched_from_variables_and_files_and_never_shown() {
    let dir = std::env::temp_dir().join(savoir_models::id::JobId::new().to_string());
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("key"), "file-s3cret\n").unwrap();
    let text = format!(
        "[speech]\nengine = \"remote\"\n[speech.endpoint]\nbase_url = \"https://s/v1\"\nmodel = \"m\"\n\
         api_key_env = \"SAVOIR_SPEECH_KEY\"\n[index]\nvectors = \"server\"\nqdrant_url = \"http://q:6334\"\n\
         qdrant_api_key_file = \"{}\"\n[database]\nurl = \"postgres://savoir@db/savoir\"\npassword_env = \"PG\"\n",
        dir.join("key").display()
    );
    let config = with_file(&text, &[("SAVOIR_SPEECH_KEY", "env-s3cret"), ("PG", "p:/@ s3cret")]).unwrap();
    std::fs::remove_dir_all(dir).unwrap();
    assert_eq!(config.speech.endpoint.api_key.as_ref().unwrap().expose_secret(), "env-s3cret");
    assert_eq!(config.index.qdrant_api_key.as_ref().unwrap().expose_secret(), "file-s3cret");
    let url = config.database.connection_url().unwrap();
    assert_eq!(url.expose_secret(), "postgres://savoir:p%3A%2F%40%20s3cret@db/savoir");
    let shown = format!("{config:?}\n{}", toml::to_string(&config).unwrap());
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn an_address_with_its_password_may_come_from_the_environment_and_is_not_shown() {
    let url = "postgres://savoir:s3cret@db/savoir?application_name=x";
    let config = with_env(&[("SAVOIR_DATABASE__URL", url)]).unwrap();
    assert_eq!(config.database.connection_url().unwrap().expose_secret(), url);
    let shown = format!("{config:?}\n{}", toml::to_string(&config).unwrap());
    assert!(shown.contains("savoir:***@db") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_secret_that_is_not_where_it_should_be_is_an_error_at_start() {
    let base = [("database.url", "postgres://u@h/d")];
    let with = |more: &[(&str, &str)]| fields(with_flags(&[&base, more].concat()));
    assert_eq!(with(&[("database.password_env", "NOT_THERE")]), ["database.password_env"]);
    assert_eq!(with(&[("database.password_file", "nowhere/key")]), ["database.password_file"]);
    assert_eq!(with(&[("database.password_env", "A"), ("database.password_file", "b")]), ["database.password_env"]);
}

#[test]
fn models_are_found_by_name_in_their_folder_or_by_path() {
    let config = with_flags(&[("data.dir", "d")]).unwrap();
    assert_eq!(config.model_file("tiny-q5_1"), PathBuf::from("d/models/ggml-tiny-q5_1.bin"));
    assert_eq!(config.model_file("demo/speech/m.bin"), PathBuf::from("demo/speech/m.bin"));
    assert_eq!(config.model_file("m.bin"), PathBuf::from("m.bin"));
}
