//! How the cells of a programme file are read and written.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::domain::budget::amount;
use crate::domain::duty::Recurrence;
use crate::domain::post;
use crate::domain::printed_total;
use crate::domain::programme::{
    AmountBasis, EntryFlag, LineKind, PaperEntryType, PostKind, ResolutionKind, ResolutionOutcome,
};
use crate::sheet::value::{self, Parsed, ValueFault, Words, word};
use crate::sheet::{Cell, Code};

/// Most characters of a text; what a field takes less of says the check of the file.
const MAX_TEXT: usize = 10_000;
/// Most entries of a list.
const MAX_ENTRIES: usize = 1000;

/// What a cell holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// Whole numbers, separated by commas.
    Integers,
    /// Years of double budgets, `2022/2023, 2024/2025`.
    Pairs,
    /// Euros as papers print them; cents in JSON.
    Money,
    /// Posts with two decimals; hundredths in JSON.
    Hundredths,
    /// Yes or no.
    YesNo,
    /// A day.
    Day,
    /// Keys, separated by commas.
    Names,
    /// One of a few words.
    Word(Vocabulary),
}

/// Words in German, in English or as the API has them.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    /// The word of the API for that of a cell.
    read: fn(&str) -> Parsed<String>,
    /// The German word for that of the API.
    german: fn(&str) -> Option<&'static str>,
}

/// The words of a type.
pub const fn vocabulary<T: Words + FromStr>() -> Kind {
    Kind::Word(Vocabulary {
        read: |cell| word::<T>(cell).map(|value| value.to_string()),
        german: |api| T::from_str(api).ok().map(Words::german),
    })
}

impl Kind {
    /// The JSON value of a cell that is not empty.
    ///
    /// # Errors
    /// What is wrong with the cell.
    pub fn read(self, cell: &str) -> Parsed<Value> {
        Ok(match self {
            Kind::Text => json!(value::text(cell, MAX_TEXT)?),
            Kind::Integer => json!(value::integer(cell, i32::MIN, i32::MAX)?),
            Kind::Integers => {
                let years = value::ids(cell, MAX_ENTRIES)?;
                let years = years.iter().map(|year| integer(year));
                json!(years.collect::<Parsed<Vec<i32>>>()?)
            }
            Kind::Pairs => {
                let pairs = value::ids(cell, MAX_ENTRIES)?;
                let pairs = pairs.iter().map(|pair| {
                    let (from, to) = pair
                        .split_once('/')
                        .ok_or_else(|| ValueFault::shows(Code::NotANumber, pair))?;
                    Ok([integer(from)?, integer(to)?])
                });
                json!(pairs.collect::<Parsed<Vec<[i32; 2]>>>()?)
            }
            Kind::Money => json!(value::cents(cell)?),
            Kind::Hundredths => json!(value::scaled(cell, 2)?),
            Kind::YesNo => json!(value::yes_or_no(cell)?),
            Kind::Day => json!(value::day(cell)?),
            Kind::Names => json!(value::ids(cell, MAX_ENTRIES)?),
            Kind::Word(words) => json!((words.read)(cell)?),
        })
    }

    /// The cell for a JSON value; empty for null and for an empty list.
    pub fn write(self, json: &Value) -> Cell {
        let text = match (self, json) {
            (_, Value::Null) => return Cell::Empty,
            (Kind::Money | Kind::Hundredths, _) => {
                let units = json.as_i64().unwrap_or_default();
                return Cell::Amount { units, decimals: 2 };
            }
            (Kind::Integer, _) => {
                let number = json.as_i64().and_then(|number| i32::try_from(number).ok());
                return number.map_or(Cell::Empty, Cell::Number);
            }
            (Kind::YesNo, _) => if json == &Value::Bool(true) {
                "ja"
            } else {
                "nein"
            }
            .to_owned(),
            (Kind::Day, Value::String(day)) => {
                return day.parse().map_or(Cell::Empty, Cell::Day);
            }
            (Kind::Word(words), Value::String(api)) => {
                (words.german)(api).unwrap_or_default().to_owned()
            }
            (Kind::Pairs, Value::Array(pairs)) => joined(
                pairs,
                |pair| joined(pair.as_array().map_or(&[][..], Vec::as_slice), plain, "/"),
                ", ",
            ),
            (_, Value::Array(entries)) => joined(entries, plain, ", "),
            (_, other) => plain(other),
        };
        if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text)
        }
    }
}

fn integer(text: &str) -> Parsed<i32> {
    value::integer(text, i32::MIN, i32::MAX)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn joined(values: &[Value], one: impl Fn(&Value) -> String, between: &str) -> String {
    let texts: Vec<String> = values.iter().map(one).collect();
    texts.join(between)
}

/// An amount with the posts that a scan ran into it (DOMAIN SEED-R2); none where the cell is no such thing.
pub fn run_together(cell: &str) -> Option<(i64, amount::Posts)> {
    let read = amount::read("", cell).ok()?;
    read.posts.map(|posts| (read.cents, posts))
}

impl Words for AmountBasis {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (AmountBasis::Gross, "brutto", &[]),
        (AmountBasis::Net, "netto", &[]),
        (AmountBasis::Unknown, "unbekannt", &[]),
    ];
}

impl Words for LineKind {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (LineKind::Consumptive, "konsumtiv", &["Aufwand"]),
        (LineKind::Investive, "investiv", &["Investition"]),
        (LineKind::Staff, "Personal", &[]),
        (LineKind::Mixed, "gemischt", &[]),
        (LineKind::Undetermined, "unbestimmt", &[]),
    ];
}

impl Words for PaperEntryType {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (PaperEntryType::Appropriation, "Ansatz", &[]),
        (PaperEntryType::Overplan, "überplanmäßig", &["üpl"]),
        (PaperEntryType::FinancialPlan, "Finanzplan", &["mifri"]),
    ];
}

impl Words for EntryFlag {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (EntryFlag::Inferred, "erschlossen", &[]),
        (EntryFlag::Conflict, "widersprüchlich", &[]),
        (EntryFlag::OcrSplit, "getrennt", &[]),
    ];
}

impl Words for PostKind {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (PostKind::Post, "Planstelle", &[]),
        (PostKind::Authorisation, "Ermächtigung", &[]),
        (PostKind::Training, "Ausbildung", &[]),
        (PostKind::Temporary, "befristet", &[]),
    ];
}

impl Words for ResolutionKind {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (ResolutionKind::Preliminary, "Vorberatung", &[]),
        (ResolutionKind::Decision, "Beschlussfassung", &["Beschluss"]),
        (ResolutionKind::Information, "Kenntnisnahme", &[]),
    ];
}

impl Words for ResolutionOutcome {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (ResolutionOutcome::Open, "offen", &[]),
        (ResolutionOutcome::Recommended, "empfohlen", &[]),
        (ResolutionOutcome::Adopted, "beschlossen", &[]),
        (ResolutionOutcome::Noted, "zur Kenntnis genommen", &[]),
        (ResolutionOutcome::Rejected, "abgelehnt", &[]),
    ];
}

impl Words for post::Status {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (post::Status::Requested, "beantragt", &[]),
        (post::Status::Granted, "bewilligt", &[]),
        (post::Status::Advertised, "ausgeschrieben", &[]),
        (post::Status::Filled, "besetzt", &[]),
        (post::Status::Ending, "kw", &["künftig wegfallend"]),
        (post::Status::Dropped, "entfallen", &[]),
    ];
}

impl Words for printed_total::Precision {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (printed_total::Precision::Exact, "genau", &[]),
        (printed_total::Precision::Thousand, "Tausend", &["TEUR"]),
        (
            printed_total::Precision::TenthMillion,
            "Zehntelmillion",
            &["Mio."],
        ),
    ];
}

impl Words for Recurrence {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Recurrence::Once, "einmalig", &[]),
        (Recurrence::HalfYearly, "halbjährlich", &[]),
        (Recurrence::Yearly, "jährlich", &[]),
    ];
}
