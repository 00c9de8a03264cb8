//! The line, watched through a real socket; and how a server ends.

use std::time::Duration;

use savoir_models::job::{Lane, Step};
use savoir_models::store::{Claimed, Lease};
use savoir_models::viewer::Role;
use savoir_tests::call::get;
use savoir_tests::house::{House, house};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;

use super::{connected, delivered, delivery};

struct Watching(Lines<BufReader<TcpStream>>);

/// An event as it came: its name, its id, its data.
type Told = (String, String, Value);

impl Watching {
    async fn begin(address: std::net::SocketAddr, token: &str, after: Option<&str>) -> Self {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let last = after.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let head = format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{last}\r\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(socket).lines();
        assert_eq!(lines.next_line().await.unwrap().unwrap(), "HTTP/1.1 200 OK");
        while !lines.next_line().await.unwrap().unwrap().is_empty() {}
        Self(lines)
    }

    /// The next event; `None` when the stream ended.
    async fn next(&mut self) -> Option<Told> {
        let (mut name, mut id, mut data) = (String::new(), String::new(), Value::Null);
        loop {
            let line = tokio::time::timeout(Duration::from_secs(10), self.0.next_line());
            let line = line.await.expect("an event within ten seconds").unwrap()?;
            match line.split_once(": ") {
                Some(("event", rest)) => name = rest.into(),
                Some(("id", rest)) => id = rest.into(),
                Some(("data", rest)) => data = serde_json::from_str(rest).unwrap(),
                None if line.is_empty() && !data.is_null() => return Some((name, id, data)),
                _ => {}
            }
        }
    }
}

async fn claimed(house: &House, step: Step) -> savoir_models::job::Job {
    let lease = Lease { worker: "w".into(), length: Duration::from_secs(60), max_failures: 5 };
    let found = house.kit.db.claim(Lane::Rest, &lease, house.kit.clock.now(), 1).await.unwrap();
    let [Claimed::Run(job)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(job.step, step);
    job.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_is_told_what_moves_and_how_far_it_is() {
    let (house, token) = connected().await;
    let address = house.listen().await;
    delivered(&house, &token, &delivery("T-before")).await;
    let mut watching = Watching::begin(address, &token, None).await;
    let id = delivered(&house, &token, &delivery("T-1")).await;
    let (name, event, data) = watching.next().await.unwrap();
    assert_eq!((name.as_str(), &data["intervention"], &data["kind"]), ("moved", &id.into(), &"transcribed".into()));

    let job = claimed(&house, Step::Redact).await;
    assert!(house.kit.db.heartbeat(&job, house.kit.clock.now().after(Duration::from_secs(60)), 0.5).await.unwrap());
    let (name, _, data) = watching.next().await.unwrap();
    assert_eq!((name.as_str(), &data["progress"], &data["step"]), ("progress", &0.5.into(), &"redact".into()));

    // Whoever comes back goes on where they were.
    let second = delivered(&house, &token, &delivery("T-2")).await;
    let mut again = Watching::begin(address, &token, Some(&event)).await;
    let (_, _, data) = again.next().await.unwrap();
    assert_eq!(data["intervention"], second.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_server_stops() {
    let (house, token) = connected().await;
    let mut watching = Watching::begin(house.listen().await, &token, None).await;
    house.stop.cancel();
    assert_eq!(watching.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_to_stop_does_not_wait_for_a_slow_upload() {
    let house = House::build().set("worker.drain_seconds", "1").open().await.unwrap();
    let token = house.token(Role::Service, None).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let serving = tokio::spawn(savoir_api::app::serve(listener, house.app.clone()));
    let head = format!(
        "POST /api/v1/interventions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    house.stop.cancel();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!serving.is_finished(), "it gives answers under way the time that the settings say");
    let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
    ended.expect("it stops").unwrap().unwrap();
}

#[tokio::test]
async fn outsiders_do_not_watch_and_a_wrong_place_to_go_on_from_is_said() {
    let house = house().await;
    for role in [Role::Customer, Role::Contractor] {
        let token = house.token(role, Some("x")).await;
        let _ = get("/api/v1/events").by(&token).to(&house).await.problem(403, "forbidden");
    }
    let token = house.token(Role::Expert, None).await;
    let call = get("/api/v1/events").by(&token).with("last-event-id", "yesterday");
    let _ = call.to(&house).await.problem(400, "bad_header");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let house = House::build().set("server.request_timeout_seconds", "2").open().await.unwrap();
    let token = house.token(Role::Expert, None).await;
    let mut socket = TcpStream::connect(house.listen().await).await.unwrap();
    let head = format!(
        "POST /api/v1/procedures/00000000-0000-7000-8000-000000000000/feedback HTTP/1.1\r\nHost: x\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(socket).lines();
    let line = tokio::time::timeout(Duration::from_secs(10), lines.next_line()).await.unwrap();
    assert_eq!(line.unwrap().unwrap(), "HTTP/1.1 408 Request Timeout");
}
