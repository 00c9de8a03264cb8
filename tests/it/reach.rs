//! Where the house calls, and where it does not let itself be sent.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use savoir_api::config::{Config, Sources};
use savoir_pipeline::fault::Fault;
use savoir_pipeline::openai;
use savoir_pipeline::reach::Reach;
use savoir_tests::service::Service;

fn sent_to(address: &str, status: u16) -> Response {
    let location = format!("{address}/v1/embeddings");
    (StatusCode::from_u16(status).unwrap(), [("location", location)]).into_response()
}

async fn asked(base_url: &str, reach: Reach) -> Result<Vec<Vec<f32>>, Fault> {
    let key = "sk-canary-5521".to_owned().into();
    let client = openai::client(base_url, Some(&key), Duration::from_secs(5), reach)?;
    client.embed("m", &["le client Dupont".into()], None).await
}

#[tokio::test]
async fn a_service_that_sends_its_callers_elsewhere_gets_neither_text_nor_key_there() {
    let other = Service::start(|_| "{}".into_response()).await;
    for status in [301, 302, 303, 307, 308] {
        let address = other.address.clone();
        let service = Service::start(move |_| sent_to(&address, status)).await;
        let fault = asked(&service.address, Reach::Written).await.unwrap_err();
        assert!(matches!(fault, Fault::Missing { .. }) && fault.to_string().contains("moved"), "{status}: {fault:?}");
        assert!(!fault.to_string().contains("canary"), "{fault}");
    }
    assert!(other.received().is_empty(), "{:?}", other.received());
}

#[tokio::test]
async fn a_service_that_sends_its_callers_in_a_circle_is_left() {
    let service =
        Service::start(|asked| (StatusCode::TEMPORARY_REDIRECT, [("location", asked.path.clone())]).into_response());
    let service = service.await;
    assert!(asked(&service.address, Reach::Written).await.is_err());
    assert!(service.received().len() <= 6, "{}", service.received().len());
}

#[tokio::test]
async fn private_addresses_are_called_only_as_far_as_the_setting_goes() {
    let service = Service::start(|_| "{}".into_response()).await;
    let by_name = service.address.replace("127.0.0.1", "localhost");
    for address in [&service.address, &by_name] {
        let fault = asked(address, Reach::No).await.unwrap_err();
        assert!(fault.to_string().contains("network.private_addresses"), "{fault}");
    }
    assert!(service.received().is_empty());
    for address in [&service.address, &by_name] {
        let _ = asked(address, Reach::Written).await;
    }
    assert_eq!(service.received().len(), 2);
    for never in ["http://169.254.169.254", "http://[fd00:ec2::254]", "http://0.0.0.0:1", "http://u:p@example.com"] {
        assert!(matches!(asked(never, Reach::Yes).await, Err(Fault::Never { .. })), "{never}");
    }
}

#[test]
fn settings_that_lead_where_nothing_is_called_are_refused_at_start() {
    let load = |pairs: &[(&str, &str)]| {
        let overrides = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Config::load(&Sources { overrides, ..Sources::default() }).map(drop).map_err(|e| e.to_string())
    };
    let model = |address: &str, private: &str| {
        let place = ("llm.endpoint.base_url", address);
        load(&[place, ("llm.endpoint.model", "m"), ("network.private_addresses", private)])
    };
    assert_eq!(model("http://127.0.0.1:11434/v1", "written"), Ok(()));
    assert_eq!(model("http://ollama.lan/v1", "written"), Ok(()), "what a name leads to is judged when it is called");
    assert!(model("http://127.0.0.1:11434/v1", "no").unwrap_err().contains("private address"));
    assert!(model("http://169.254.169.254/v1", "yes").unwrap_err().contains("never called"));
    assert!(model("file:///etc/passwd", "yes").unwrap_err().contains("http"));
    assert!(load(&[("models.mirror", "http://169.254.169.254")]).unwrap_err().contains("models.mirror"));
    assert_eq!(load(&[("llm.preset", "ollama"), ("llm.endpoint.model", "m")]), Ok(()), "the usual case needs no word");
    assert!(load(&[("network.private_addresses", "perhaps")]).unwrap_err().contains("network.private_addresses"));
}
