//! A throw-away PostgreSQL server, shared by all tests of the process.
//!
//! It listens on a socket in a folder of its own and keeps nothing: `postgres.sh` starts it, and stops and removes it
//! when its standard input closes, which also happens when the tests are killed. PostgreSQL refuses to run as root:
//! then it runs as `postgres` or `nobody`.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::env;

/// The address of a new and empty database, or `None` (said loudly) where PostgreSQL is not installed.
///
/// # Panics
/// When PostgreSQL is installed and does not start; when it is not installed although `CI=true` or
/// `SAVOIR_REQUIRE_POSTGRES=1` asks for it.
pub async fn postgres() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = tokio::task::spawn_blocking(|| SERVER.get_or_init(start)).await.expect("the server starts");
    let Some(server) = server else {
        env::skipped("PostgreSQL is not installed; install Debian's package `postgresql`");
        return None;
    };
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server.url("postgres")).await.expect("the server answers");
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.expect("a new database");
    admin.close().await.expect("the connection closes");
    Some(server.url(&name))
}

static SERVER: OnceLock<Option<Server>> = OnceLock::new();

struct Server {
    folder: String,
    /// Holds the pipe whose end tells `postgres.sh` that the tests are over.
    _watchdog: Child,
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("postgres://savoir@localhost/{database}?host={}", self.folder)
    }
}

fn start() -> Option<Server> {
    let Some(programs) = programs() else {
        let required = env::is_required("POSTGRES");
        assert!(!required, "PostgreSQL is required and not installed: install Debian's package `postgresql`");
        return None;
    };
    let mut watchdog = as_a_plain_user("sh")
        .args(["-c", include_str!("postgres.sh"), "postgres.sh"])
        .arg(&programs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Ctrl-C at the terminal is for the tests: the watchdog must live to clean up after them.
        .process_group(0)
        .spawn()
        .expect("sh starts");
    let mut line = String::new();
    let stdout = watchdog.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("postgres.sh writes text");
    let Some(folder) = line.trim_end().strip_prefix("ready ") else {
        let mut log = String::new();
        watchdog.stderr.take().expect("a pipe").read_to_string(&mut log).expect("postgres.sh writes text");
        panic!("the PostgreSQL of {} does not start:\n{log}", programs.display());
    };
    Some(Server { folder: folder.to_owned(), _watchdog: watchdog })
}

/// The folder of PostgreSQL's programs: the newest that Debian has put in its own place, else where PATH finds them.
fn programs() -> Option<PathBuf> {
    let whole = |dir: &Path| ["initdb", "pg_ctl", "postgres"].iter().all(|program| dir.join(program).is_file());
    let version = |dir: &Path| dir.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian.map(|entry| entry.path().join("bin")).filter(|dir| whole(dir)).max_by_key(|dir| version(dir));
    newest.or_else(|| {
        let path = env::variable("PATH")?;
        std::env::split_paths(&path).find(|dir| whole(dir))
    })
}

/// A command that does not run as root: as `postgres`, else as `nobody`, when this process is root.
fn as_a_plain_user(program: &str) -> Command {
    let id = |args: &[&str]| {
        let output = Command::new("id").args(args).output().expect("id runs");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if id(&["-u"]).as_deref() != Some("0") {
        return Command::new(program);
    }
    let user = ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_some()).expect("a user to run as");
    let group = id(&["-g", user]).expect("every user has a group");
    let mut command = Command::new("setpriv");
    command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).args(["--clear-groups", program]);
    command
}
