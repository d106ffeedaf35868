//! Calendar files (RFC 5545): all-day entries for a calendar that somebody subscribes to.

use chrono::{DateTime, NaiveDate, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};

/// A day in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Identifies it for ever, so that a calendar moves what it has instead of adding it again.
    pub uid: String,
    /// Counts its changes.
    pub sequence: u32,
    /// Last change.
    pub changed_at: DateTime<Utc>,
    /// The day.
    pub day: NaiveDate,
    /// What it says.
    pub summary: String,
    /// What it is about.
    pub category: String,
}

/// A calendar of some days. The same days make the same file, whenever it is written.
pub fn write(name: &str, entries: &[Entry]) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0"));
    calendar.append_property(("PRODID", "-//zinne//zinne//DE"));
    calendar.append_property(("CALSCALE", "GREGORIAN"));
    calendar.append_property(("METHOD", "PUBLISH"));
    // Not every property of a calendar is escaped: a line of a name would be one of the file.
    calendar.name(&name.replace(char::is_control, " "));
    calendar.append_property(
        Property::new("REFRESH-INTERVAL", "PT12H")
            .add_parameter("VALUE", "DURATION")
            .done(),
    );
    for entry in entries {
        let mut event = Event::new();
        event
            .uid(&entry.uid)
            .timestamp(entry.changed_at)
            .sequence(entry.sequence)
            .starts(entry.day)
            .summary(&entry.summary)
            .categories([&entry.category])
            // A deadline keeps nobody from being invited on its day.
            .add_property("TRANSP", "TRANSPARENT");
        if let Some(next) = entry.day.succ_opt() {
            event.ends(next);
        }
        calendar.push(event.done());
    }
    folded(&calendar.to_string())
}

/// Most octets of a line.
const LINE: usize = 75;

/// Folds what is left of long lines: the library forgets the space before the last part of one.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.split_terminator("\r\n") {
        let mut rest = line;
        let mut room = LINE;
        while rest.len() > room {
            let (part, more) = rest.split_at(rest.floor_char_boundary(room));
            folded.push_str(part);
            folded.push_str("\r\n ");
            (rest, room) = (more, LINE - 1);
        }
        folded.push_str(rest);
        folded.push_str("\r\n");
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_whatever_its_length() {
        for length in 0..400 {
            let text = write(&"ä".repeat(length), &[]);
            assert!(
                text.lines().all(|line| line.len() <= LINE),
                "{length}: {text}"
            );
            assert!(text.replace("\r\n ", "").contains(&"ä".repeat(length)));
        }
    }

    #[test]
    fn lines_end_and_fold_as_calendars_read_them() {
        let entry = Entry {
            uid: "implementation:1@offenburg".to_owned(),
            sequence: 3,
            changed_at: "2022-10-17T05:00:00Z".parse().unwrap(),
            day: "2022-12-31".parse().unwrap(),
            summary: format!(
                "Umsetzung: M-2022-0007 Größe, Maß; und\nZeile {}",
                "Überlänge ".repeat(20)
            ),
            category: "Umsetzung".to_owned(),
        };
        let text = write("Termine", std::slice::from_ref(&entry));
        assert_eq!(text, write("Termine", std::slice::from_ref(&entry)));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
        for line in &lines {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
        }
        for line in [
            "DTSTAMP:20221017T050000Z",
            "DTSTART;VALUE=DATE:20221231",
            "DTEND;VALUE=DATE:20230101",
            "SEQUENCE:3",
            "UID:implementation:1@offenburg",
            "X-WR-CALNAME:Termine",
            "CATEGORIES:Umsetzung",
            "TRANSP:TRANSPARENT",
        ] {
            assert!(lines.contains(&line), "{line} is missing in {text}");
        }
        let read: Calendar = text.parse().unwrap();
        let event = read.components[0].as_event().unwrap();
        assert_eq!(event.get_summary(), Some(entry.summary.as_str()));
        assert_eq!(event.get_uid(), Some(entry.uid.as_str()));
        assert!(!text.contains("VALARM"));
    }
}
