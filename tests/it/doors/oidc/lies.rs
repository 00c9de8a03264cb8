//! Coming in by OpenID Connect, when somebody does not keep to it.

use std::time::{Duration, Instant};

use savoir_tests::call::get;
use savoir_tests::house::{House, house};
use savoir_tests::provider::{Lie, Provider};
use savoir_tests::service::{Act, Service};
use serde_json::json;

use super::{START, both, come_in, go, inside, lea, trusting};

const CALLBACK: &str = "/api/v1/oidc/callback";

#[tokio::test]
async fn what_a_token_must_agree_with_is_held_against_it() {
    let (provider, houses) = both(&json!("experts")).await;
    for house in houses {
        for lie in [
            Lie::Nonce,
            Lie::NoNonce,
            Lie::Audience,
            Lie::Audiences,
            Lie::Issuer,
            Lie::Expired,
            Lie::Unsigned,
            Lie::Stripped,
            Lie::Shared,
            Lie::PublicAsShared,
            Lie::StrangeKey,
            Lie::ForgedKey,
            Lie::Changed,
            Lie::NoToken,
        ] {
            provider.lies(lie);
            // Past the pause after which the keys are looked at again.
            house.clock.advance(Duration::from_secs(40));
            let answer = come_in(&house, &provider).await;
            assert_eq!(answer.status, 403, "{lie:?}: {}", String::from_utf8_lossy(&answer.bytes));
            let _ = answer.problem(403, "oidc_refused");
            assert!(answer.headers.get("set-cookie").is_none(), "{lie:?}");
        }
        provider.lies(Lie::Page);
        let _ = come_in(&house, &provider).await.problem(503, "oidc_down");
        assert!(house.kit.db.accounts().await.unwrap().is_empty());
        provider.lies(Lie::None);
        inside(&come_in(&house, &provider).await);
    }
}

#[tokio::test]
async fn an_answer_is_taken_once_within_ten_minutes_and_by_the_browser_that_began() {
    let (provider, houses) = both(&json!("experts")).await;
    for house in houses {
        let (mine, other) = (go(&house, &provider).await, go(&house, &provider).await);
        // Another browser, no browser, or one with two cookies: none of them uses the log-in up.
        let (own, others) = (mine.cookie.as_str(), other.cookie.as_str());
        for cookies in [&[others][..], &[], &[own, others], &["__Host-savoir_oidc=x"]] {
            let call = cookies.iter().fold(get(&mine.back), |call, cookie| call.with("cookie", cookie));
            let _ = call.to(&house).await.problem(400, "oidc_stale");
        }
        for state in ["", "&state=", "&state=0000", "&state=a&x"] {
            let path = format!("{CALLBACK}?code=code-1{state}");
            let _ = get(&path).with("cookie", &mine.cookie).to(&house).await.problem(400, "oidc_stale");
        }
        inside(&mine.arrives(&house).await);
        let _ = mine.arrives(&house).await.problem(400, "oidc_stale");
        house.clock.advance(Duration::from_secs(600));
        let _ = other.arrives(&house).await.problem(400, "oidc_stale");
    }
}

#[tokio::test]
async fn a_code_of_another_log_in_opens_nothing() {
    let (provider, house) = trusting(&json!("admins")).await;
    // Somebody stole a code on its way, and puts it into a log-in of their own: PKCE ties it to the other one.
    let (stolen, own) = (go(&house, &provider).await, go(&house, &provider).await);
    let part = |back: &str, name: &str| {
        let query = back.split_once('?').unwrap().1;
        query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap().to_owned()
    };
    let forged = format!("{CALLBACK}?code={}&state={}", part(&stolen.back, "code"), part(&own.back, "state"));
    let _ = get(&forged).with("cookie", &own.cookie).to(&house).await.problem(403, "oidc_refused");
    // A code that was used is not taken again by the provider.
    let _ = stolen.arrives(&house).await.problem(403, "oidc_refused");
    assert!(house.kit.db.accounts().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_provider_and_another_provider_s_answer_are_refusals() {
    let (provider, house) = trusting(&json!("experts")).await;
    for change in ["error=access_denied&error_description=%3Cscript%3E", "code=x&iss=https://evil.example", "iss_x=1"] {
        let trip = go(&house, &provider).await;
        let state = trip.back.split('&').find(|pair| pair.starts_with("state=")).unwrap();
        let path = format!("{CALLBACK}?{change}&{state}");
        let answer = get(&path).with("cookie", &trip.cookie).to(&house).await;
        let body = answer.problem(403, "oidc_refused");
        assert!(!body.to_string().contains("script"), "{body}");
    }
    assert_eq!(provider.asked("token"), 0);
}

#[tokio::test]
async fn a_log_in_leads_to_pages_of_the_house_only() {
    let (provider, house) = trusting(&json!("experts")).await;
    for bad in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "%5C%5Cevil.example",
        "/%09/evil.example",
        "%09//evil.example",
        "/a%0d%0aSet-Cookie:%20x=y",
        "javascript:alert(1)",
        "evil.example",
        "@evil.example",
        "",
    ] {
        let refused = get(&format!("{START}?return_to={bad}")).to(&house).await;
        let _ = refused.problem(400, "bad_query");
        assert_eq!(refused.fields(), ["return_to"], "{bad}");
        assert!(refused.headers.get("location").is_none() && refused.headers.get("set-cookie").is_none());
    }
    let begun = get(START).to(&house).await;
    let back = provider.visit(begun.header("location")).await;
    let cookie = super::cookie(&begun, "__Host-savoir_oidc");
    let answer = get(&format!("{back}&return_to=https://evil.example")).with("cookie", &cookie).to(&house).await;
    inside(&answer);
    assert_eq!(answer.header("location"), "/");
}

#[tokio::test]
async fn a_provider_that_is_not_there_or_says_nothing_is_told_and_not_waited_for() {
    let provider = Provider::start(lea(&json!("experts"))).await;
    let silent = Service::raw(|_| vec![Act::Wait(Duration::from_secs(60))]).await;
    let strange = Service::start(|_| axum::response::IntoResponse::into_response("<html>")).await;
    let issuers = [Service::nowhere().await, silent.address, strange.address, format!("{}/", provider.issuer)];
    for issuer in issuers {
        let house = provider.known_at(&issuer, House::build()).open().await.unwrap();
        let begun = Instant::now();
        let answer = get(START).to(&house).await;
        let body = answer.problem(503, "oidc_down");
        assert!(begun.elapsed() < Duration::from_secs(15), "{issuer}: {:?}", begun.elapsed());
        assert!(!body.to_string().contains("127.0.0.1"), "{body}");
    }
}

#[tokio::test]
async fn without_a_provider_in_the_settings_there_is_no_such_door() {
    let house = house().await;
    for path in [START, CALLBACK] {
        let _ = get(path).to(&house).await.problem(404, "oidc_off");
    }
}
