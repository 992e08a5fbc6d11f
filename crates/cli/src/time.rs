//! Instants and lengths of time, for people.

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// An instant as date and time by UTC, to the second.
pub fn instant(ms: u64) -> String {
    let (year, month, day) = date(ms / DAY);
    let (hour, minute, second) = (ms % DAY / HOUR, ms % HOUR / MINUTE, ms % MINUTE / SECOND);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// A length of time in its two largest units.
pub fn span(ms: u64) -> String {
    let parts =
        [(ms / DAY, "d"), (ms % DAY / HOUR, "h"), (ms % HOUR / MINUTE, "m"), (ms % MINUTE / SECOND, "s")];
    let first = parts.iter().position(|(number, _)| *number > 0);
    let shown: Vec<String> = parts
        .iter()
        .skip(first.unwrap_or(parts.len() - 1))
        .take(2)
        .enumerate()
        .filter(|(place, (number, _))| *place == 0 || *number > 0)
        .map(|(_, (number, unit))| format!("{number}{unit}"))
        .collect();
    shown.join(" ")
}

/// Year, month and day of a day counted from 1970, in the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Years that begin in March put the leap day last; eras of 400 years are all alike.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_by_utc() {
        assert_eq!(instant(0), "1970-01-01 00:00:00");
        assert_eq!(instant(951_827_696_789), "2000-02-29 12:34:56");
        assert_eq!(instant(1_735_689_599_999), "2024-12-31 23:59:59");
        assert_eq!(instant(1_735_689_600_000), "2025-01-01 00:00:00");
        assert_eq!(instant(4_107_542_400_000), "2100-03-01 00:00:00");
    }

    #[test]
    fn lengths_are_told_in_their_two_largest_units() {
        let told: Vec<String> =
            [0, 999, 59_000, 60_000, 3_601_000, 3_660_000, 86_400_000, 90_061_000].map(span).to_vec();
        assert_eq!(told, ["0s", "0s", "59s", "1m", "1h", "1h 1m", "1d", "1d 1h"]);
    }
}
