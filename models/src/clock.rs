//! Time: one type, one source. Everything else in the house asks a [`Clock`].

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Language;

/// A moment, in milliseconds since 1970-01-01 UTC. As text: RFC 3339, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, utoipa::ToSchema)]
#[schema(value_type = String, format = "date-time")]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This moment plus `by`.
    #[must_use]
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long it is from `earlier` to this moment; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// The calendar month (UTC) that this moment lies in: its first moment, and that of the month after it.
    #[must_use]
    pub fn month(self) -> (Self, Self) {
        let first = |date: jiff::civil::Date| {
            let moment = date.to_zoned(jiff::tz::TimeZone::UTC).map(|z| z.timestamp().as_millisecond());
            Self(moment.unwrap_or(self.0))
        };
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        let begin = moment.to_zoned(jiff::tz::TimeZone::UTC).date().first_of_month();
        let next = begin.checked_add(jiff::Span::new().months(1)).unwrap_or(begin);
        (first(begin), first(next))
    }

    /// The moment as people write it, in UTC: `24/11/2026 à 13:05`, `24 Nov 2026, 13:05`.
    #[must_use]
    pub fn told(self, language: Language) -> String {
        self.written(match language {
            Language::French => "%d/%m/%Y à %H:%M",
            Language::English => "%-d %b %Y, %H:%M",
        })
    }

    /// The day of the moment as people write it, in UTC: `24/11/2026`, `24 Nov 2026`.
    #[must_use]
    pub fn day_told(self, language: Language) -> String {
        self.written(match language {
            Language::French => "%d/%m/%Y",
            Language::English => "%-d %b %Y",
        })
    }

    fn written(self, form: &str) -> String {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
        moment.strftime(form).to_string()
    }

    /// A moment as HTTP headers write it (RFC 9110: `Wed, 21 Oct 2026 07:28:00 GMT`).
    #[must_use]
    pub fn from_http(text: &str) -> Option<Self> {
        jiff::fmt::rfc2822::parse(text.trim()).ok().map(|z| Self(z.timestamp().as_millisecond()))
    }
}

impl From<i64> for Timestamp {
    fn from(ms: i64) -> Self {
        Self(ms)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(moment) => write!(f, "{moment:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// The text given is not a moment.
#[derive(Debug, Clone, thiserror::Error)]
#[error("« {0} » is not a moment: RFC 3339 is expected, as in 2026-11-20T16:40:00Z")]
pub struct NotAMoment(String);

impl FromStr for Timestamp {
    type Err = NotAMoment;
    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        text.parse::<jiff::Timestamp>().map(|t| Self(t.as_millisecond())).map_err(|_| NotAMoment(text.into()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The moment it is.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is told: for tests.
#[derive(Debug, Default)]
pub struct ManualClock(std::sync::atomic::AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self(std::sync::atomic::AtomicI64::new(start.0))
    }

    /// Moves the hands forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_begins_and_ends_at_midnight_utc() {
        for (at, begin, end) in [
            ("2026-11-20T08:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
            ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ] {
            assert_eq!(moment(at).month(), (moment(begin), moment(end)), "{at}");
        }
    }

    #[test]
    fn a_date_of_a_header_is_a_moment_and_a_number_is_none() {
        assert_eq!(Timestamp::from_http("Wed, 21 Oct 2026 07:28:00 GMT"), Some(moment("2026-10-21T07:28:00Z")));
        assert_eq!(Timestamp::from_http("120"), None);
    }
}
