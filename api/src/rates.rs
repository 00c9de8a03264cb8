//! How often one may ask: counted in memory, by address for those who are nobody yet, by token or account for the others.
//! What is counted is forgotten as soon as it no longer matters, so that callers cannot fill the memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::peer;

/// What may be saved up: a minute's worth.
const WINDOW: Duration = Duration::from_secs(60);
/// More callers than that at the same time and all of them start anew: better than a memory that fills.
const MOST_KEPT: usize = 100_000;
/// How long a token that passed is remembered for the time when its address is shut for strangers.
const REMEMBERED: Duration = Duration::from_secs(3_600);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Anonymous(IpAddr),
    Failing(IpAddr),
    Reading(String),
    Writing(String),
    Visiting(IpAddr),
    Site(String),
}

/// The counts.
#[derive(Default)]
pub(crate) struct Rates {
    /// When each caller will have nothing left to account for: the whole state of a token bucket (as in ITU-T I.371).
    spent: Mutex<HashMap<Who, Instant>>,
    /// Marks of what passed, with when.
    passed: Mutex<HashMap<u64, Instant>>,
    marks: RandomState,
}

impl Rates {
    /// Takes one of `per_minute`, or says how long to wait for it. 0: there is always one.
    fn take(&self, who: Who, per_minute: u32, now: Instant) -> Result<(), Duration> {
        if per_minute == 0 {
            return Ok(());
        }
        let one = WINDOW / per_minute;
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut spent, |until| *until > now);
        let until = spent.get(&who).copied().unwrap_or(now).max(now) + one;
        let early = until.saturating_duration_since(now + WINDOW);
        if early.is_zero() {
            spent.insert(who, until);
            return Ok(());
        }
        Err(early)
    }

    /// How long until there is one again, without taking it.
    fn wait(&self, who: &Who, per_minute: u32, now: Instant) -> Option<Duration> {
        if per_minute == 0 {
            return None;
        }
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *spent.get(who)? + WINDOW / per_minute;
        Some(until.saturating_duration_since(now + WINDOW)).filter(|early| !early.is_zero())
    }

    fn passed(&self, mark: u64, now: Instant) -> bool {
        let passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        passed.get(&mark).is_some_and(|at| now.duration_since(*at) < REMEMBERED)
    }

    fn remember(&self, mark: u64, now: Instant) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut passed, |at| now.duration_since(*at) < REMEMBERED);
        passed.insert(mark, now);
    }

    /// What a request shows of who sends it, as a number that tells nothing; `None` when it shows nothing.
    fn mark(&self, headers: &HeaderMap) -> Option<u64> {
        let shown = headers.get(header::AUTHORIZATION).or_else(|| headers.get(header::COOKIE))?;
        Some(self.marks.hash_one(shown.as_bytes()))
    }
}

fn make_room<K: Eq + std::hash::Hash>(kept: &mut HashMap<K, Instant>, matters: impl Fn(&Instant) -> bool) {
    if kept.len() >= MOST_KEPT {
        kept.retain(|_, at| matters(at));
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
    }
}

/// Before anybody is known: holds addresses to their limits, and notes who was refused.
pub(crate) async fn door(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (server, limits, rates) = (&app.config.server, &app.config.limits, &app.rates);
    let address = peer::address(request.extensions(), request.headers(), server.trusted_proxies.as_ref());
    let Some(address) = address.map(peer::caller) else { return next.run(request).await };
    let (mark, now) = (rates.mark(request.headers()), Instant::now());
    let failing = Who::Failing(address);
    let refused = match mark {
        None => rates.take(Who::Anonymous(address), limits.anonymous_per_minute, now).err(),
        Some(mark) if rates.passed(mark, now) => None,
        Some(_) => rates.wait(&failing, limits.failures_per_minute, now),
    };
    if let Some(wait) = refused {
        return too_many(wait).into_response();
    }
    let answer = next.run(request).await;
    let code = answer.extensions().get::<Problem>().map(Problem::code);
    if answer.status() == StatusCode::UNAUTHORIZED && (mark.is_some() || code != Some(Code::TokenMissing)) {
        // What is over the limit is refused before it is looked at, so there is nothing to say here.
        let _ = rates.take(failing, limits.failures_per_minute, now);
        tracing::info!(%address, "refused: what was shown is not known");
    } else if let Some(mark) = mark
        && answer.status().as_u16() < 400
    {
        rates.remember(mark, now);
    }
    answer
}

/// Behind the guard: holds tokens and accounts to theirs.
pub(crate) async fn hold(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(bearer) = request.extensions().get::<Bearer>() else { return next.run(request).await };
    let (limits, owner) = (&app.config.limits, bearer.owner.clone());
    if bearer.site.is_some() {
        let address =
            peer::address(request.extensions(), request.headers(), app.config.server.trusted_proxies.as_ref());
        return match visit(&app, address.map(peer::caller), &owner) {
            Ok(()) => next.run(request).await,
            Err(refused) => refused.into_response(),
        };
    }
    let (who, per_minute) = if request.method().is_safe() {
        (Who::Reading(owner), limits.reads_per_minute)
    } else {
        (Who::Writing(owner), limits.writes_per_minute)
    };
    match app.rates.take(who, per_minute, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(wait).into_response(),
    }
}

/// Counts a visitor of a web site, by their address and by the site.
pub(crate) fn visit(app: &App, address: Option<IpAddr>, site: &str) -> Result<(), Problem> {
    let (chat, now) = (&app.config.chat, Instant::now());
    if let Some(address) = address {
        app.rates.take(Who::Visiting(address), chat.visitor_per_minute, now).map_err(too_many)?;
    }
    app.rates.take(Who::Site(site.to_owned()), chat.site_per_minute, now).map_err(too_many)
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::from(Code::TooManyRequests).with(header::RETRY_AFTER, HeaderValue::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_at_the_pace() {
        let (rates, now) = (Rates::default(), Instant::now());
        let take = |after: u64| rates.take(Who::Anonymous(ADDRESS), 30, now + Duration::from_millis(after));
        assert!((0..30).all(|_| take(0).is_ok()));
        assert_eq!(take(0), Err(Duration::from_secs(2)));
        assert!(take(1_900).is_err() && take(2_000).is_ok() && take(2_000).is_err());
        assert!((0..30).all(|_| take(62_000).is_ok()) && take(62_000).is_err());
    }

    #[test]
    fn each_caller_has_their_own_and_zero_is_no_limit() {
        let (rates, now) = (Rates::default(), Instant::now());
        let reading = |name: &str| rates.take(Who::Reading(name.into()), 1, now);
        assert!(reading("a").is_ok() && reading("a").is_err() && reading("b").is_ok());
        assert!(rates.take(Who::Writing("a".into()), 1, now).is_ok());
        assert!((0..1_000).all(|_| rates.take(Who::Failing(ADDRESS), 0, now).is_ok()));
    }

    #[test]
    fn to_look_takes_nothing() {
        let (rates, now) = (Rates::default(), Instant::now());
        let who = Who::Failing(ADDRESS);
        assert_eq!(rates.wait(&who, 1, now), None);
        rates.take(who.clone(), 1, now).unwrap();
        assert_eq!(rates.wait(&who, 1, now), Some(Duration::from_secs(60)));
        assert_eq!(rates.wait(&who, 1, now + Duration::from_secs(60)), None);
    }

    #[test]
    fn callers_cannot_fill_the_memory() {
        let (rates, now) = (Rates::default(), Instant::now());
        for n in 0..MOST_KEPT + 10 {
            let _ = rates.take(Who::Reading(n.to_string()), 10, now);
            rates.remember(n as u64, now);
        }
        assert!(rates.spent.lock().unwrap().len() < MOST_KEPT && rates.passed.lock().unwrap().len() < MOST_KEPT);
    }
}
