//! What happens before there is a request: through real sockets.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use savoir_tests::house::House;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn listening(settings: &[(&str, &str)]) -> (House, SocketAddr) {
    let build = settings.iter().fold(House::build(), |build, (key, value)| build.set(key, value));
    let house = build.open().await.unwrap();
    let address = house.listen().await;
    (house, address)
}

/// Sends `bytes`, and reads until the server hangs up or says nothing for five seconds.
async fn said(address: SocketAddr, bytes: &[u8]) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    // Who is refused early may be hung up on while still sending.
    let _ = socket.write_all(bytes).await;
    heard(&mut socket).await
}

async fn heard(socket: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_sends_a_head_drop_by_drop_is_hung_up_on() {
    let (_house, address) = listening(&[("server.header_timeout_seconds", "1")]).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let begun = Instant::now();
    let dripping = async {
        while socket.write_all(b"X-A: b\r\n").await.is_ok() && begun.elapsed() < Duration::from_secs(8) {
            let mut one = [0; 64];
            let hung_up = tokio::time::timeout(Duration::from_millis(200), socket.read(&mut one)).await;
            if let Ok(Ok(0) | Err(_)) = hung_up {
                return;
            }
        }
    };
    dripping.await;
    assert!(begun.elapsed() < Duration::from_secs(4), "held for {:?}", begun.elapsed());
    // Others were served meanwhile, and are still.
    let other = said(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(other.starts_with("HTTP/1.1 200 OK"), "{other}");
}

#[tokio::test]
async fn a_connection_on_which_nothing_comes_is_given_up() {
    let (_house, address) = listening(&[("server.header_timeout_seconds", "1")]).await;
    let begun = Instant::now();
    let mut socket = TcpStream::connect(address).await.unwrap();
    assert_eq!(heard(&mut socket).await, "");
    assert!(begun.elapsed() < Duration::from_secs(4), "held for {:?}", begun.elapsed());
}

#[tokio::test]
async fn heads_that_are_too_large_or_have_too_many_headers_are_refused() {
    let (_house, address) = listening(&[]).await;
    let large = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Pad: {}\r\n\r\n", "x".repeat(64 * 1024));
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(200));
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "x".repeat(10_000));
    for (request, status) in [(large, "431"), (many, "431"), (long, "414")] {
        let answer = said(address, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{}", &answer[..answer.len().min(200)]);
    }
}

#[tokio::test]
async fn requests_that_end_in_two_places_are_refused() {
    let (_house, address) = listening(&[]).await;
    for head in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "X-A: b\r\n folded: c\r\n",
        "X A: b\r\n",
        "X-A: b\0c\r\n",
    ] {
        let request = format!("POST /api/v1/interventions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\nhello");
        let answer = said(address, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{head}: {answer}");
    }
    // A length beside chunks: the chunks count, and nothing after them is taken for a request of its own.
    let smuggled = "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n\
                    0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = said(address, smuggled.as_bytes()).await;
    assert!(answer.matches("HTTP/1.1 ").count() <= 1 && !answer.contains("savoir_http"), "{answer}");
}

#[tokio::test]
async fn one_address_does_not_take_all_connections() {
    let (_house, address) = listening(&[("server.connections_per_address", "3")]).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut first = [0; 15];
        socket.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200 OK");
        held.push(socket);
    }
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(said(address, request).await, "", "a fourth connection was talked to");
    held.clear();
    for _ in 0..50 {
        if said(address, request).await.starts_with("HTTP/1.1 200 OK") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("connections that ended are still counted");
}

#[tokio::test]
async fn answers_say_nothing_of_what_gives_them() {
    let (_house, address) = listening(&[]).await;
    let answer = said(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.to_lowercase();
    assert!(!answer.contains("\r\nserver:") && !answer.contains("hyper") && !answer.contains("axum"), "{answer}");
}
