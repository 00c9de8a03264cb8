//! Dates as spreadsheets and ticketing systems write them.

use std::path::{Component, Path, PathBuf};

use jiff::civil;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use savoir_models::clock::Timestamp;

/// What is always understood: it can be read in one way only. « 03/04/2026 » cannot, so such formats must be stated.
const UNAMBIGUOUS: [&str; 6] =
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S%z"];

/// How the dates of a file are read.
#[derive(Debug, Clone)]
pub(super) struct Dates {
    formats: Vec<String>,
    zone: TimeZone,
}

impl Dates {
    /// Dates in `formats` (as in strftime: `%d/%m/%Y %H:%M`) besides RFC 3339 and ISO 8601, in local time of `zone`
    /// (« UTC », « +01:00 », « Europe/Paris »). Errors: a sentence that names what is wrong.
    pub(super) fn new(formats: &[String], zone: &str) -> Result<Self, String> {
        for format in formats {
            strtime::format(
                format,
                &civil::date(2026, 11, 20).at(16, 40, 0, 0).to_zoned(TimeZone::UTC).map_err(|e| e.to_string())?,
            )
            .map_err(|e| {
                format!("date_formats: « {format} » is not a date format ({e}); write as in %d/%m/%Y %H:%M")
            })?;
        }
        let formats = formats.iter().cloned().chain(UNAMBIGUOUS.map(str::to_owned)).collect();
        Ok(Self { formats, zone: find_zone(zone)? })
    }

    /// The moment that `text` tells; a day without an hour is its first moment. `None` when no format fits.
    pub(super) fn parse(&self, text: &str) -> Option<Timestamp> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(moment);
        }
        self.formats.iter().find_map(|format| {
            let broken = strtime::parse(format, text).ok()?;
            let moment = match broken.to_timestamp() {
                Ok(moment) => moment,
                Err(_) => {
                    let local = match broken.to_datetime() {
                        Ok(local) => local,
                        Err(_) => broken.to_date().ok()?.at(0, 0, 0, 0),
                    };
                    local.to_zoned(self.zone.clone()).ok()?.timestamp()
                }
            };
            Some(Timestamp(moment.as_millisecond()))
        })
    }
}

fn find_zone(name: &str) -> Result<TimeZone, String> {
    if name == "UTC" || name == "Z" {
        return Ok(TimeZone::UTC);
    }
    if name.starts_with(['+', '-']) {
        return strtime::parse("%:z", name)
            .ok()
            .and_then(|t| t.offset())
            .map(Offset::to_time_zone)
            .ok_or_else(|| format!("time_zone: « {name} » is not an offset; write as in +01:00"));
    }
    // Read here rather than by a feature of the library, which would carry a database through the whole house.
    let inside = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    let folder = PathBuf::from("/usr/share/zoneinfo");
    let data = if inside && !name.is_empty() { std::fs::read(folder.join(name)).ok() } else { None };
    data.and_then(|data| TimeZone::tzif(name, &data).ok()).ok_or_else(|| {
        format!(
            "time_zone: « {name} » is not in this machine's time zone data; write it as in Europe/Paris, install the \
             package tzdata, or give an offset as in +01:00"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(dates: &Dates, text: &str) -> Option<String> {
        dates.parse(text).map(|t| t.to_string())
    }

    #[test]
    fn dates_are_read_in_the_zone_and_the_formats_of_the_mapping() {
        let dates = Dates::new(&["%d/%m/%Y %H:%M".into(), "%d/%m/%Y".into()], "+01:00").unwrap();
        assert_eq!(shown(&dates, "20/11/2026 16:40").as_deref(), Some("2026-11-20T15:40:00.000Z"));
        assert_eq!(shown(&dates, "20/11/2026").as_deref(), Some("2026-11-19T23:00:00.000Z"));
        assert_eq!(shown(&dates, "2026-11-20T16:40:00Z").as_deref(), Some("2026-11-20T16:40:00.000Z"));
        assert_eq!(shown(&dates, "2026-11-20 16:40").as_deref(), Some("2026-11-20T15:40:00.000Z"));
        assert_eq!(shown(&dates, "31/02/2026"), None);
        assert_eq!(shown(&dates, "hier"), None);
    }

    #[test]
    fn a_named_zone_knows_summer_and_winter() {
        let Ok(dates) = Dates::new(&[], "Europe/Paris") else {
            println!("SKIPPED: this machine has no time zone data");
            return;
        };
        assert_eq!(shown(&dates, "2026-07-20 16:40").as_deref(), Some("2026-07-20T14:40:00.000Z"));
        assert_eq!(shown(&dates, "2026-11-20 16:40").as_deref(), Some("2026-11-20T15:40:00.000Z"));
    }

    #[test]
    fn a_format_that_could_be_read_two_ways_must_be_stated() {
        assert_eq!(shown(&Dates::new(&[], "UTC").unwrap(), "03/04/2026"), None);
    }

    #[test]
    fn a_wrong_format_or_zone_is_refused_at_the_start() {
        assert!(Dates::new(&["%Q%".into()], "UTC").unwrap_err().contains("%Q%"));
        assert!(Dates::new(&[], "Mars/Olympus").unwrap_err().contains("Mars/Olympus"));
        assert!(Dates::new(&[], "+1h").unwrap_err().contains("+01:00"));
    }
}
