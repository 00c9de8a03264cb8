//! How fast the line is: text interventions from POST to open review, durable commits, no model to wait for.
//!
//! `cargo bench --workspace --bench line -- [--first 5000] [--stored 50000] [--clients 16] [--approve 0] [--keep FOLDER]`
//!
//! It serves a house on SQLite over a real socket, posts interventions that all tell something else, and waits until
//! every one has its review. Then it fills the house up to `--stored` and measures again. With `--approve` so many of the
//! reviews are approved at the end, and with `--keep` the house is left in a folder, for `savoir serve --data FOLDER` to
//! be looked at. Figures are of this machine at this moment: quote their ratios.

use std::sync::Arc;
use std::time::{Duration, Instant};

use savoir_api::config::{Config, Sources};
use savoir_api::{app, boot};
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Decided, Reading};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::kit::Kit;
use savoir_pipeline::verify::hazards;
use savoir_pipeline::worker::{Until, Worker, follow};
use tokio_util::sync::CancellationToken;

const FAMILIES: [&str; 12] = [
    "compresseur à vis",
    "ensacheuse verticale",
    "chambre froide",
    "chariot élévateur",
    "centre d'usinage",
    "pompe à chaleur",
    "convoyeur à bande",
    "étiqueteuse",
    "chaudière industrielle",
    "borne de recharge",
    "presse plieuse",
    "lave-vaisselle",
];
const ORGANS: [&str; 16] = [
    "le thermocouple",
    "la courroie",
    "le pressostat",
    "la carte de commande",
    "le roulement avant",
    "le filtre à huile",
    "la sonde de niveau",
    "le contacteur",
    "l'électrovanne",
    "le joint de pompe",
    "le ventilateur",
    "la vanne thermostatique",
    "le variateur",
    "le codeur",
    "la cellule de détection",
    "le vérin",
];
const SIGNS: [&str; 12] = [
    "s'arrête après dix minutes",
    "ne démarre plus",
    "fuit sous le capot",
    "chauffe anormalement",
    "vibre à pleine charge",
    "affiche un défaut de communication",
    "perd sa pression la nuit",
    "fait un bruit de claquement",
    "déclenche le disjoncteur",
    "ne tient pas sa consigne",
    "reste bloqué en position haute",
    "consomme trop",
];

/// Intervention `n`: of machine, organ and sign as `n` says, so that neighbours in number are strangers in content.
fn intervention(n: usize) -> serde_json::Value {
    let (family, organ) = (FAMILIES[n % 12], ORGANS[n / 12 % 16]);
    let (sign, other) = (SIGNS[n / 7 % 12], ORGANS[n / 5 % 16]);
    let code = format!("{}{}", char::from(b'A' + u8::try_from(n % 26).unwrap_or(0)), 10 + n % 9_000);
    serde_json::json!({
        "source": "bench", "external_id": format!("B-{n}"), "closed_at": "2026-11-01T10:00:00Z", "language": "fr",
        "equipment": { "family": family, "manufacturer": "Banc", "model": format!("M {}", n % 900) },
        "request": { "symptom": format!("La machine {sign}, code {code}."), "error_codes": [code] },
        "report": format!("J'ai consigné la machine. J'ai contrôlé {other} puis {organ}. J'ai mesuré {} V au lieu de 24 V. \
            La cause était un faux contact sur {organ}. J'ai remplacé {organ} (réf. BN-{n}) et j'ai resserré les bornes. \
            Essai de {} minutes : la machine tourne sans défaut.", n % 23, 10 + n % 50),
        "time_spent_minutes": 20 + n % 120,
    })
}

struct Bench {
    kit: Arc<Kit>,
    http: reqwest::Client,
    address: String,
    token: String,
    clients: usize,
}

impl Bench {
    /// Posts interventions `from..to` and waits until each has left the line; seconds per intervention.
    async fn run(&self, from: usize, to: usize) -> f64 {
        let begun = Instant::now();
        let next = Arc::new(std::sync::atomic::AtomicUsize::new(from));
        let clients: Vec<_> = (0..self.clients)
            .map(|_| {
                let (http, token, next) = (self.http.clone(), self.token.clone(), Arc::clone(&next));
                let url = format!("{}/api/v1/interventions", self.address);
                tokio::spawn(async move {
                    loop {
                        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        if n >= to {
                            return;
                        }
                        let sent = http.post(&url).bearer_auth(&token).json(&intervention(n)).send().await;
                        let status = sent.map(|answer| answer.status().as_u16());
                        assert!(matches!(status, Ok(202)), "{status:?}");
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.expect("a client posts");
        }
        let posted = begun.elapsed();
        while self.kit.db.work_left(self.kit.clock.now()).await.expect("a count") > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let each = begun.elapsed().as_secs_f64() / (to - from) as f64;
        println!(
            "{from:>7} to {to:>7}: {:>6.1} interventions/s, {:.2} ms each ({:.1} s to post, {:.1} s in all)",
            1.0 / each,
            each * 1e3,
            posted.as_secs_f64(),
            begun.elapsed().as_secs_f64()
        );
        each
    }
}

fn told(name: &str) -> Option<String> {
    std::env::args().skip_while(|a| a != name).nth(1)
}

fn option(name: &str, usual: usize) -> usize {
    told(name).and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Approves `wanted` reviews for technicians, those that nothing is held against, and waits until they are published.
async fn approve(kit: &Kit, wanted: usize) -> anyhow::Result<()> {
    let expert = Viewer::new("bench", Role::Expert);
    let decision = Decision::Approve { audience: Audience::Technician, into: None };
    let (mut after, mut done) = (None, 0);
    while done < wanted {
        let page = kit.db.reviews(ReviewState::Open, after, 200).await?;
        let Some(last) = page.last() else { break };
        after = Some((last.worth, last.id));
        for review in &page[..page.len().min(wanted - done)] {
            let version = kit.db.draft(review.draft).await?.map_or(0, |d| d.version);
            let reading = Reading { version, dangers: hazards::kinds };
            let decided = kit.db.decide(review.id, &decision, &expert, reading, kit.clock.now()).await?;
            done += usize::from(matches!(decided, Decided::Done(_)));
        }
    }
    kit.work.notify_one();
    while kit.db.work_left(kit.clock.now()).await? > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("{done} of {wanted} approved");
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let passing = tempfile::tempdir_in(".")?;
    let folder = told("--keep").unwrap_or_else(|| passing.path().display().to_string());
    let overrides = vec![
        ("data.dir".to_owned(), folder),
        ("server.listen".to_owned(), "127.0.0.1:0".to_owned()),
        ("worker.lanes.rest".to_owned(), "16".to_owned()),
        ("worker.lanes.model".to_owned(), "8".to_owned()),
    ];
    let config = Arc::new(Config::load(&Sources { overrides, ..Sources::default() })?);
    let kit = boot::kit(&config).await?;
    let stop = CancellationToken::new();
    let listener = tokio::net::TcpListener::bind(config.server.listen).await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(follow(Arc::clone(&kit), stop.clone()));
    tokio::spawn(Worker::new(Arc::clone(&kit), stop.clone()).run(Until::Stopped));
    tokio::spawn(app::serve(listener, app::App::new(Arc::clone(&kit), Arc::clone(&config), stop.clone())));
    let mut tx = kit.db.begin().await?;
    let token = tx.put_token(&Viewer::new("bench", Role::Service), None, SystemClock.now()).await?;
    tx.commit().await?;
    // reqwest wants a provider even where nothing is encrypted.
    drop(rustls::crypto::ring::default_provider().install_default());
    #[expect(clippy::disallowed_methods, reason = "the bench is its own client")]
    let http = reqwest::Client::new();
    let bench = Bench { kit, http, address, token, clients: option("--clients", 16) };

    let (first, stored) = (option("--first", 5_000).max(2_001), option("--stored", 50_000));
    bench.run(0, 1_000).await;
    let begin = bench.run(1_000, 2_000).await;
    bench.run(2_000, first).await;
    let small = bench.run(first, first + 1_000).await;
    let mut at = first + 1_000;
    while at < stored {
        let to = (at + 5_000).min(stored);
        bench.run(at, to).await;
        at = to;
    }
    let large = bench.run(at, at + 1_000).await;
    println!(
        "at {at} stored an intervention takes {:.2} times what it took at 1,000 ({:.2} times that at {first})",
        large / begin,
        large / small
    );
    approve(&bench.kit, option("--approve", 0)).await?;
    let status = bench.kit.db.status().await?;
    println!("{status:?}");
    println!("index {:?}", bench.kit.index.counts().await?);
    stop.cancel();
    bench.kit.db.close().await;
    Ok(())
}
