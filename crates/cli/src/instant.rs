//! Instants that were typed: [`crate::time`] writes what this reads.

use crate::args::length;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Years that have four digits, from the epoch on.
const YEARS: std::ops::RangeInclusive<u64> = 1970..=9999;

/// Reads an instant, in milliseconds since the Unix epoch: date and time by UTC, or a length of time after `now_ms`.
pub fn instant(text: &str, now_ms: u64) -> Result<u64, String> {
    let wrong = || {
        "give date and time by UTC such as 2027-01-02T03:04:05Z or \"2027-01-02 03:04\", or from now on such as +26h"
            .to_owned()
    };
    if let Some(ahead) = text.strip_prefix('+') {
        return length(ahead)?.checked_add(now_ms).ok_or_else(wrong);
    }
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    match (days(date), time_of_day(time)) {
        (Some(days), Some(time)) => Ok(days * DAY + time),
        _ => Err(wrong()),
    }
}

/// Reads a date such as 2027-01-02, as a day counted from 1970.
pub fn day(text: &str) -> Result<u32, String> {
    let read = days(text).and_then(|x| u32::try_from(x).ok());
    read.ok_or_else(|| "give a date such as 2027-01-02".to_owned())
}

/// The days from 1970 to a date of the Gregorian calendar.
fn days(text: &str) -> Option<u64> {
    let mut parts = text.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month).ok()?.checked_sub(1)?;
    if parts.next().is_some() || !YEARS.contains(&year) || !(1..=*lengths.get(before)?).contains(&day) {
        return None;
    }
    let leap_days = |years: u64| years / 4 - years / 100 + years / 400;
    let years = (year - YEARS.start()) * 365 + leap_days(year - 1) - leap_days(YEARS.start() - 1);
    Some(years + lengths[..before].iter().sum::<u64>() + day - 1)
}

fn time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |x| number(x, 2))?;
    let fits = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    fits.then_some(hour * HOUR + minute * MINUTE + second * SECOND)
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<u64> {
    let fits = text.len() == digits && text.bytes().all(|x| x.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time;

    #[test]
    fn what_is_told_as_an_instant_is_read_as_the_same() {
        // Odd steps of about three weeks go through every day of the year and every hour, to the year 2200.
        for ms in (0..7_258_118_400_000).step_by(1_853_207_000) {
            assert_eq!(instant(&time::instant(ms), 0), Ok(ms));
        }
        for ms in
            [951_782_400_000, 951_827_696_000, 4_107_542_399_000, 4_107_542_400_000, 253_402_300_799_000]
        {
            assert_eq!(instant(&time::instant(ms), 0), Ok(ms));
        }
    }

    #[test]
    fn an_instant_is_read_in_each_way_that_people_write_it() {
        let expected = Ok(1_798_859_045_000);
        for text in
            ["2027-01-02T03:04:05Z", "2027-01-02 03:04:05", "2027-01-02T03:04:05", "2027-01-02 03:04:05Z"]
        {
            assert_eq!(instant(text, 0), expected, "{text}");
        }
        assert_eq!(instant("2027-01-02 03:04", 0), Ok(1_798_859_040_000));
        assert_eq!(instant("2027-01-02", 0), Ok(1_798_848_000_000));
        assert_eq!((instant("+26h", 1_000), instant("+90m", 0)), (Ok(93_601_000), Ok(5_400_000)));
    }

    #[test]
    fn a_date_is_read_as_a_day() {
        assert_eq!((day("1970-01-01"), day("1970-02-01"), day("2025-01-17")), (Ok(0), Ok(31), Ok(20_105)));
        for wrong in ["", "20105", "2025-1-17", "2025-02-29", "2025-01-17 00:00", "+1d"] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        let wrong = [
            "",
            "Z",
            "+",
            "+0s",
            "+1",
            "-1h",
            "now",
            "1735689600000",
            "1969-12-31",
            "0000-01-01",
            "10000-01-01",
            "2027-00-01",
            "2027-13-01",
            "2027-01-00",
            "2027-01-32",
            "2027-02-29",
            "2100-02-29",
            "2027-04-31",
            "2027-01-02-03",
            "2027-01-02T",
            "2027-01-02T3:04",
            "2027-01-02T24:00",
            "2027-01-02T03:60",
            "2027-01-02T03:04:60",
            "2027-01-02T03:04:05:06",
            "2027-01-02T03:04:05.5Z",
            "2027-01-02T03:04+01:00",
            "2027-01-02ZZ",
            "27-01-02",
            "+2027-01-02",
            "2027-1-2",
        ];
        for text in wrong {
            assert!(instant(text, 0).is_err(), "{text}");
        }
        assert!(instant("+1s", u64::MAX).is_err());
    }
}
