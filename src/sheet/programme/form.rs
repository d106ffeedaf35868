//! The columns of a programme file as a table: which record has which, and where their values stand in the file's
//! JSON form (`programmes/programme-file.schema.json`).

use super::kind::{Kind, vocabulary};
use crate::domain::duty::Recurrence;
use crate::domain::measure::{Confidentiality, Origin, Precision, Relevance, Status};
use crate::domain::printed_total;
use crate::domain::programme::{
    AmountBasis, EntryFlag, LineKind, PaperEntryType, PostKind, ResolutionKind, ResolutionOutcome,
};
use crate::domain::{post, text_enum};
use crate::sheet::value::Words;

text_enum! {
    /// What a row of the table is; what others belong to comes first.
    Record {
        /// The institution that the file is of.
        Institution = "institution",
        /// A council paper.
        Paper = "paper",
        /// A sitting that dealt with a paper.
        Resolution = "resolution",
        /// A programme.
        Programme = "programme",
        /// A group of its lines.
        Group = "group",
        /// A ceiling.
        Ceiling = "ceiling",
        /// A budget line.
        Line = "line",
        /// An amount of a line in a year.
        Amount = "amount",
        /// Posts.
        Post = "post",
        /// A total as printed.
        PrintedTotal = "printed_total",
        /// A printed part of such a total.
        PrintedPart = "printed_part",
        /// A number of posts as printed.
        PostTotal = "post_total",
        /// A condition.
        Condition = "condition",
        /// A reporting duty.
        Duty = "duty",
        /// A measure.
        Measure = "measure",
    }
}

impl Words for Record {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Record::Institution, "Institution", &[]),
        (Record::Paper, "Vorlage", &["Drucksache"]),
        (Record::Resolution, "Beschluss", &["Sitzung"]),
        (Record::Programme, "Programm", &[]),
        (Record::Group, "Gruppe", &[]),
        (Record::Ceiling, "Obergrenze", &[]),
        (Record::Line, "Haushaltsstelle", &["Budgetzeile"]),
        (Record::Amount, "Betrag", &[]),
        (Record::Post, "Stelle", &["Stellen"]),
        (Record::PrintedTotal, "Summe", &[]),
        (Record::PrintedPart, "Summand", &[]),
        (Record::PostTotal, "Stellensumme", &[]),
        (Record::Condition, "Auflage", &["Bedingung"]),
        (Record::Duty, "Frist", &["Berichtspflicht"]),
        (Record::Measure, "Maßnahme", &[]),
    ];
}

/// Where the rows of a record go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The file itself.
    File,
    /// This list of the file.
    OfFile(&'static str),
    /// This list of the programme in the column [`PROGRAMME`].
    OfProgramme(&'static str),
    /// This list of the record of that kind, named in the column, of the programme.
    Of(Record, &'static str, &'static str),
}

/// Heading of the column that says what a row is.
pub const RECORD: &str = "Satzart";
/// Heading of the column with the programme that a row belongs to.
pub const PROGRAMME: &str = "Programm";
/// Heading of the column with an amount's line.
const LINE: &str = "Haushaltsstelle";
/// Heading of the column with the total that a printed part belongs to.
const TOTAL: &str = "Summe";
/// Heading of the column for the unit; an amount that a scan ran together with posts needs it for them.
pub const UNIT: &str = "Organisationseinheit";
/// Heading of the column with an amount of money.
pub const MONEY: &str = "Betrag";

/// A column of a record.
#[derive(Debug)]
pub struct Column {
    /// Its heading.
    pub heading: &'static str,
    /// Where the value stands in the JSON form of the record.
    pub path: &'static str,
    /// How a cell is read and written.
    pub kind: Kind,
    /// May not be empty.
    pub required: bool,
}

const fn must(heading: &'static str, path: &'static str, kind: Kind) -> Column {
    Column {
        heading,
        path,
        kind,
        required: true,
    }
}

const fn may(heading: &'static str, path: &'static str, kind: Kind) -> Column {
    Column {
        required: false,
        ..must(heading, path, kind)
    }
}

/// Where a figure stands (DOMAIN SEED-R2); behind the columns of nearly every record.
const SOURCE: &[Column] = &[
    must("Quelle Datei", "source/file", Kind::Text),
    must("Quelle Zeile", "source/line", Kind::Integer),
    must("Quelle Wortlaut", "source/text", Kind::Text),
];

const INSTITUTION: &[Column] = &[must("Schlüssel", "institution", Kind::Text)];
const PAPER: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Titel", "title", Kind::Text),
    must("Gremium", "body", Kind::Text),
    must("Datum", "date", Kind::Day),
    must("Datei", "file", Kind::Text),
];
const RESOLUTION: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Vorlage", "paper", Kind::Text),
    must("Gremium", "body", Kind::Text),
    must("Datum", "date", Kind::Day),
    must("Öffentlich", "public", Kind::YesNo),
    must("Art", "kind", vocabulary::<ResolutionKind>()),
    must("Ergebnis", "outcome", vocabulary::<ResolutionOutcome>()),
];
const OF_PROGRAMME: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Titel", "title", Kind::Text),
    may("Öffentlicher Titel", "title_public", Kind::Text),
    must("Zeitraum", "period", Kind::Text),
    must(
        "Brutto oder netto",
        "amount_basis",
        vocabulary::<AmountBasis>(),
    ),
    must(
        "Vertraulichkeit",
        "confidentiality",
        vocabulary::<Confidentiality>(),
    ),
    may("Beschluss", "resolution", Kind::Text),
    may("Teil von", "parent", Kind::Text),
    must("Jahre", "years", Kind::Integers),
    may("Doppelhaushalte", "double_budgets", Kind::Pairs),
];
const GROUP: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Titel", "title", Kind::Text),
];
const CEILING: &[Column] = &[
    must("Von Jahr", "from_year", Kind::Integer),
    must("Bis Jahr", "to_year", Kind::Integer),
    must(MONEY, "cents", Kind::Money),
    must("Hart", "hard", Kind::YesNo),
    may("Gruppe", "group", Kind::Text),
    may("Reste zählen", "counts_carry_overs", Kind::YesNo),
];
const OF_LINE: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Position", "position", Kind::Text),
    must("Gruppe", "group", Kind::Text),
    must("Titel", "title", Kind::Text),
    must("Art", "kind", vocabulary::<LineKind>()),
    may("Vorzeitig", "early_contract", Kind::YesNo),
    may("Bemerkung", "note", Kind::Text),
    may("Teilhaushalt", "sub_budget", Kind::Text),
    may("Profitcenter", "profit_centre", Kind::Text),
    may("Sachkonto", "account", Kind::Text),
    may("Investitionsauftrag", "investment_order", Kind::Text),
    may("Deckungskreis", "cover_group", Kind::Text),
    may("Deckungsvermerk", "cover_note", Kind::Text),
    may("Übertragbar", "transferable", Kind::YesNo),
];
const AMOUNT: &[Column] = &[
    must("Jahr", "year", Kind::Integer),
    must("Art", "type", vocabulary::<PaperEntryType>()),
    must(MONEY, "cents", Kind::Money),
    may("Kennzeichen", "flag", vocabulary::<EntryFlag>()),
];
const POST: &[Column] = &[
    must(UNIT, "org_unit", Kind::Text),
    may(LINE, "line", Kind::Text),
    may("Entgeltgruppe", "grade", Kind::Text),
    must("Stellen", "hundredths", Kind::Hundredths),
    may("Davon vorzeitig", "early_hundredths", Kind::Hundredths),
    must("Art", "kind", vocabulary::<PostKind>()),
    may("Beginn", "starts_on", Kind::Day),
    may("Vorzeitiger Beginn", "early_starts_on", Kind::Day),
    may("Ende", "ends_on", Kind::Day),
    may("Stand", "status", vocabulary::<post::Status>()),
    may("Davon besetzt", "filled_hundredths", Kind::Hundredths),
    may("Kosten im Jahr", "cost_year_cents", Kind::Money),
    may("Stellenplan", "staffing_plan_year", Kind::Integer),
    may("Beschluss", "resolution", Kind::Text),
    may("Bemerkung", "note", Kind::Text),
];
const PRINTED_TOTAL: &[Column] = &[
    must("Titel", "name", Kind::Text),
    may("Gruppe", "groups", Kind::Names),
    may("Programme", "programmes", Kind::Names),
    may("Jahre", "years", Kind::Integers),
    must(MONEY, "cents", Kind::Money),
    may(
        "Genauigkeit",
        "precision",
        vocabulary::<printed_total::Precision>(),
    ),
];
const PRINTED_PART: &[Column] = &[
    must("Titel", "name", Kind::Text),
    must(MONEY, "cents", Kind::Money),
];
const POST_TOTAL: &[Column] = &[
    must("Titel", "name", Kind::Text),
    may("Programme", "programmes", Kind::Names),
    may("Vorzeitig", "early", Kind::YesNo),
    must("Stellen", "hundredths", Kind::Hundredths),
];
const CONDITION: &[Column] = &[must("Titel", "text", Kind::Text)];
const DUTY: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Titel", "text", Kind::Text),
    may("Fällig", "due_on", Kind::Day),
    may("Genauigkeit", "precision", vocabulary::<Precision>()),
    must("Wiederholung", "recurrence", vocabulary::<Recurrence>()),
    may("Ende", "until_on", Kind::Day),
    may("Zu entscheiden", "needs_decision", Kind::YesNo),
];
const MEASURE: &[Column] = &[
    must("Schlüssel", "key", Kind::Text),
    must("Titel", "title", Kind::Text),
    may("Öffentlicher Titel", "title_public", Kind::Text),
    may("Beschreibung", "description", Kind::Text),
    must("Anlass", "origin", vocabulary::<Origin>()),
    must("Sicherheitsbezug", "relevance", vocabulary::<Relevance>()),
    may(UNIT, "org_unit", Kind::Text),
    may("Verantwortlich", "owner", Kind::Text),
    must("Stand", "status", vocabulary::<Status>()),
    must("Priorität", "priority", Kind::Integer),
    may("Beginn", "start_planned", Kind::Day),
    may("Fällig", "due/day", Kind::Day),
    may("Genauigkeit", "due/precision", vocabulary::<Precision>()),
    may("Fällig laut Quelle", "due/text", Kind::Text),
    may("Angenommen", "due/assumed", Kind::YesNo),
    may("Erfüllt", "fulfils", Kind::Names),
    may("Beachtet", "applies", Kind::Names),
    may(LINE, "lines", Kind::Names),
    may("Erledigt am", "completed_on", Kind::Day),
    may("Zu teilen", "needs_split", Kind::YesNo),
    must(
        "Vertraulichkeit",
        "confidentiality",
        vocabulary::<Confidentiality>(),
    ),
    may("Bemerkung", "note", Kind::Text),
];

impl Record {
    /// Where its rows go.
    pub const fn place(self) -> Place {
        match self {
            Record::Institution => Place::File,
            Record::Paper => Place::OfFile("papers"),
            Record::Resolution => Place::OfFile("resolutions"),
            Record::Programme => Place::OfFile("programmes"),
            Record::Group => Place::OfProgramme("groups"),
            Record::Ceiling => Place::OfProgramme("ceilings"),
            Record::Line => Place::OfProgramme("lines"),
            Record::Amount => Place::Of(Record::Line, LINE, "amounts"),
            Record::Post => Place::OfProgramme("posts"),
            Record::PrintedTotal => Place::OfProgramme("printed_totals"),
            Record::PrintedPart => Place::Of(Record::PrintedTotal, TOTAL, "parts"),
            Record::PostTotal => Place::OfProgramme("post_totals"),
            Record::Condition => Place::OfProgramme("conditions"),
            Record::Duty => Place::OfProgramme("duties"),
            Record::Measure => Place::OfProgramme("measures"),
        }
    }

    /// Its columns, without those that say where it belongs.
    pub fn columns(self) -> impl Iterator<Item = &'static Column> {
        let own: &'static [Column] = match self {
            Record::Institution => INSTITUTION,
            Record::Paper => PAPER,
            Record::Resolution => RESOLUTION,
            Record::Programme => OF_PROGRAMME,
            Record::Group => GROUP,
            Record::Ceiling => CEILING,
            Record::Line => OF_LINE,
            Record::Amount => AMOUNT,
            Record::Post => POST,
            Record::PrintedTotal => PRINTED_TOTAL,
            Record::PrintedPart => PRINTED_PART,
            Record::PostTotal => POST_TOTAL,
            Record::Condition => CONDITION,
            Record::Duty => DUTY,
            Record::Measure => MEASURE,
        };
        own.iter().chain(self.source())
    }

    const fn source(self) -> &'static [Column] {
        match self {
            Record::Institution | Record::Paper | Record::Programme | Record::Group => &[],
            _ => SOURCE,
        }
    }

    /// Headings of the columns that say where its rows belong, the outer one first.
    pub fn belongs(self) -> impl Iterator<Item = &'static str> {
        let (programme, owner) = match self.place() {
            Place::File | Place::OfFile(_) => (None, None),
            Place::OfProgramme(_) => (Some(PROGRAMME), None),
            Place::Of(_, heading, _) => (Some(PROGRAMME), Some(heading)),
        };
        programme.into_iter().chain(owner)
    }

    /// The path of its name, by which others say that they belong to it.
    pub const fn name(self) -> &'static str {
        match self {
            Record::PrintedTotal => "name",
            _ => "key",
        }
    }
}

/// All headings, each once, in the order of the records.
pub fn headings() -> Vec<&'static str> {
    let mut headings = vec![RECORD, PROGRAMME];
    let of_records = Record::ALL.iter().flat_map(|record| {
        let own = record.columns().map(|column| column.heading);
        record.belongs().chain(own)
    });
    for heading in of_records {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    // Where a figure stands comes last, behind all that the records have of their own.
    headings.sort_by_key(|heading| SOURCE.iter().any(|column| column.heading == *heading));
    headings
}
