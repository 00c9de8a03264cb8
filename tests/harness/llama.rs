//! A real llama.cpp server with a model that knows nothing: see `tests/protocol/README.md`.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::env;

/// A running server; it ends when this is dropped.
pub struct Llama {
    /// Its address, without `/v1`.
    pub address: String,
    server: Child,
    _folder: TempDir,
}

impl Drop for Llama {
    fn drop(&mut self) {
        // It would end with its standard input; waiting for that is not this test's business.
        let ended = self.server.kill().and_then(|()| self.server.wait());
        if let Err(error) = ended {
            eprintln!("the llama.cpp server did not end: {error}");
        }
    }
}

impl Llama {
    /// Writes the model and starts the server with `options`; `None`, said loudly, where it cannot be had.
    ///
    /// # Panics
    /// When it can be had and does not start.
    #[must_use]
    pub fn start(options: &[&str]) -> Option<Self> {
        let Some(python) = env::variable("PROTOCOL_PYTHON") else {
            env::skipped("PROTOCOL_PYTHON names no Python with tests/protocol/requirements.txt; `make test` sets it");
            return None;
        };
        let scripts = env::repository().join("tests/protocol");
        let folder = tempfile::tempdir().expect("a folder");
        let model: PathBuf = folder.path().join("tiny.gguf");
        let written = Command::new(&python).arg(scripts.join("tiny_model.py")).arg(&model).status();
        assert!(written.expect("python runs").success(), "the model was not written");
        let mut server = Command::new(&python)
            .arg(scripts.join("serve.py"))
            .arg(&model)
            .arg("0")
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python runs");
        let mut line = String::new();
        let said = BufReader::new(server.stdout.take().expect("a pipe")).read_line(&mut line);
        said.expect("the server says where it listens");
        let address = line.trim().strip_prefix("listening ").expect("an address").to_owned();
        Some(Self { address, server, _folder: folder })
    }
}
