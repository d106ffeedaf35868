//! The columns of a table of measures and their headings.

use super::value::words::folded;
use super::xlsx::{Column, Form};
use super::{Code, Fault, Record};
use crate::domain::text_enum;

text_enum! {
    /// A column, in the order of exports.
    Field {
        /// Reference, `M-2022-0007`; empty for a new measure.
        Reference = "reference",
        /// Key that the institution or another program gave it.
        ExternalKey = "external_key",
        /// Title.
        Title = "title",
        /// Title for the public, where the other one may not be.
        TitlePublic = "title_public",
        /// Description.
        Description = "description",
        /// Where it stands.
        Status = "status",
        /// 1 (highest) to 4.
        Priority = "priority",
        /// Address of whoever is responsible.
        Owner = "owner",
        /// Organisational unit.
        OrgUnit = "org_unit",
        /// Planned start.
        StartPlanned = "start_planned",
        /// Due: a day, or a period.
        Due = "due",
        /// How exactly that is known.
        DuePrecision = "due_precision",
        /// Due, in the words of its source.
        DueText = "due_text",
        /// Requirements or modules that it contributes to.
        Fulfils = "fulfils",
        /// Requirements or modules that it has to observe.
        Applies = "applies",
        /// Programme key.
        Programme = "programme",
        /// Confidentiality class.
        Confidentiality = "confidentiality",
        /// What brought it about.
        Origin = "origin",
        /// How near to information security it is.
        Relevance = "relevance",
        /// Remark.
        Note = "note",
        /// Version that the file was made from.
        Version = "version",
        /// Why something is changed; never in an export, for it is of one change only.
        Reason = "reason",
    }
}

/// What a column is called and what its cells are.
struct Spec {
    heading: &'static str,
    /// Other headings that mean the same; the word of the API does in any case.
    others: &'static [&'static str],
    form: Form,
    /// Width in characters.
    width: u32,
    /// Most characters of a cell.
    max: usize,
}

const fn spec(
    heading: &'static str,
    others: &'static [&'static str],
    form: Form,
    width: u32,
    max: usize,
) -> Spec {
    Spec {
        heading,
        others,
        form,
        width,
        max,
    }
}

impl Field {
    /// The columns of an export.
    pub fn exported() -> Vec<Field> {
        let fields = Field::ALL.iter().copied();
        fields.filter(|field| *field != Field::Reason).collect()
    }

    /// Heading in exports.
    pub const fn heading(self) -> &'static str {
        self.spec().heading
    }

    /// How a workbook shows the column.
    pub const fn column(self) -> Column {
        let spec = self.spec();
        Column {
            heading: spec.heading,
            form: spec.form,
            width: spec.width,
        }
    }

    /// Most characters of a cell with text.
    pub const fn max(self) -> usize {
        self.spec().max
    }

    /// The column that a heading stands for; case, blanks, hyphens and signs do not count.
    pub fn by_heading(heading: &str) -> Option<Field> {
        let key = folded(heading);
        let is_it = |name: &str| folded(name) == key;
        let mut fields = Field::ALL.iter().copied();
        fields.find(|field| {
            let spec = field.spec();
            is_it(spec.heading)
                || is_it(field.as_str())
                || spec.others.iter().any(|other| is_it(other))
        })
    }

    const fn spec(self) -> Spec {
        use Form::{Day, Number, Text};
        match self {
            Field::Reference => spec(
                "Kennung",
                &["Maßnahmen-Nr.", "Nr.", "ID", "Measure"],
                Text,
                14,
                20,
            ),
            Field::ExternalKey => spec(
                "Externe Kennung",
                &["Externe ID", "Schlüssel", "External ID", "Key"],
                Text,
                16,
                100,
            ),
            Field::Title => spec("Titel", &["Maßnahme", "Bezeichnung", "Name"], Text, 45, 300),
            Field::TitlePublic => spec(
                "Öffentlicher Titel",
                &["Titel (öffentlich)", "Public title"],
                Text,
                30,
                300,
            ),
            Field::Description => spec("Beschreibung", &[], Text, 50, 10_000),
            Field::Status => spec("Status", &["Umsetzungsstatus", "Stand"], Text, 16, 100),
            Field::Priority => spec("Priorität", &["Prio", "Prio."], Number, 10, 100),
            Field::Owner => spec(
                "Verantwortlich (E-Mail)",
                &[
                    "Verantwortlich",
                    "Umsetzungsverantwortlich",
                    "Umsetzungsverantwortliche",
                    "Umsetzung durch",
                    "Owner (e-mail)",
                    "Responsible",
                ],
                Text,
                32,
                254,
            ),
            Field::OrgUnit => spec(
                "Organisationseinheit",
                &[
                    "OE",
                    "Amt",
                    "Organisational unit",
                    "Organizational unit",
                    "Unit",
                ],
                Text,
                24,
                200,
            ),
            Field::StartPlanned => spec(
                "Beginn",
                &["Geplanter Beginn", "Start", "Planned start"],
                Day,
                12,
                100,
            ),
            Field::Due => spec(
                "Fällig",
                &[
                    "Fällig am",
                    "Termin",
                    "Fälligkeit",
                    "Bis wann",
                    "Due date",
                    "Due on",
                ],
                Day,
                12,
                100,
            ),
            Field::DuePrecision => spec(
                "Genauigkeit",
                &["Termingenauigkeit", "Precision"],
                Text,
                12,
                100,
            ),
            Field::DueText => spec(
                "Termin laut Quelle",
                &["Terminangabe", "Due date as written"],
                Text,
                20,
                200,
            ),
            Field::Fulfils => spec(
                "Erfüllt (Anforderungen)",
                &[
                    "Erfüllt",
                    "Anforderungen",
                    "Erfüllt Anforderungen",
                    "Requirements",
                ],
                Text,
                28,
                10_000,
            ),
            Field::Applies => spec(
                "Zu beachten",
                &["Zu beachten (Anforderungen)", "Observes"],
                Text,
                28,
                10_000,
            ),
            Field::Programme => spec("Programm", &["Maßnahmenpaket", "Program"], Text, 18, 100),
            Field::Confidentiality => spec(
                "Vertraulichkeit",
                &["Vertraulichkeitsklasse"],
                Text,
                16,
                100,
            ),
            Field::Origin => spec("Herkunft", &["Anlass", "Quelle"], Text, 18, 100),
            Field::Relevance => spec(
                "Sicherheitsbezug",
                &["Bezug", "Security relevance"],
                Text,
                16,
                100,
            ),
            Field::Note => spec(
                "Bemerkung",
                &["Bemerkungen", "Anmerkung", "Notiz", "Remark"],
                Text,
                30,
                2000,
            ),
            Field::Version => spec("Version", &[], Number, 9, 100),
            Field::Reason => spec("Begründung", &["Grund"], Text, 40, 2000),
        }
    }
}

/// One of these has to be there: without it, a second import of a file would do everything twice.
const KEYS: [Field; 2] = [Field::Reference, Field::ExternalKey];

/// Which columns a file has, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// By place, from column A: what the column is and what it is called in the file.
    all: Vec<Option<(Field, String)>>,
}

impl Columns {
    /// Reads the headings.
    ///
    /// # Errors
    /// Headings that are unknown, that stand twice, or that are missing.
    pub fn read(head: &Record) -> Result<Columns, Vec<Fault>> {
        let mut columns = Columns { all: Vec::new() };
        let mut faults = Vec::new();
        for (index, heading) in head.cells.iter().enumerate() {
            let heading = heading.trim();
            let fault = |code| {
                let mut fault = Fault::of_cell(head.row, index, code).arg("value", short(heading));
                fault.heading = Some(heading.to_owned());
                fault
            };
            let field = Field::by_heading(heading);
            match field.map(|field| (field, columns.index(field))) {
                _ if heading.is_empty() => columns.all.push(None),
                None => {
                    faults.push(fault(Code::UnknownHeading).arg("known", known(Field::ALL)));
                    columns.all.push(None);
                }
                Some((_, Some(first))) => {
                    let first = Fault::of_cell(head.row, first, Code::DuplicateHeading);
                    let letters = first.column_letters().unwrap_or_default();
                    faults.push(fault(Code::DuplicateHeading).arg("first", letters));
                    columns.all.push(None);
                }
                Some((field, None)) => columns.all.push(Some((field, heading.to_owned()))),
            }
        }
        if !KEYS.iter().any(|key| columns.has(*key)) {
            let fault = Fault::of_row(head.row, Code::MissingHeading);
            faults.push(fault.arg("known", known(&KEYS)));
        }
        if faults.is_empty() {
            Ok(columns)
        } else {
            Err(faults)
        }
    }

    /// Whether the file has this column.
    pub fn has(&self, field: Field) -> bool {
        self.index(field).is_some()
    }

    /// Place of a column, from 0.
    pub(super) fn index(&self, field: Field) -> Option<usize> {
        let is_it = |column: &Option<(Field, String)>| {
            column.as_ref().is_some_and(|(found, _)| *found == field)
        };
        self.all.iter().position(is_it)
    }

    /// Heading of a column as it stands in the file.
    pub(super) fn heading(&self, index: usize) -> Option<&str> {
        let column = self.all.get(index)?.as_ref();
        column.map(|(_, heading)| heading.as_str())
    }
}

fn known(fields: &[Field]) -> String {
    let headings: Vec<&str> = fields.iter().map(|field| field.heading()).collect();
    headings.join(", ")
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(cells: &[&str]) -> Record {
        Record {
            row: 1,
            cells: cells.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn headings_in_german_in_english_and_as_the_api_has_them() {
        for (heading, field) in [
            ("Kennung", Field::Reference),
            ("externe kennung", Field::ExternalKey),
            ("PRIORITÄT", Field::Priority),
            ("Prioritaet", Field::Priority),
            ("Verantwortlich (E-Mail)", Field::Owner),
            ("verantwortlich email", Field::Owner),
            ("Fällig am:", Field::Due),
            ("due date", Field::Due),
            ("external_key", Field::ExternalKey),
            ("External ID", Field::ExternalKey),
            (" Title * ", Field::Title),
            ("Maßnahme", Field::Title),
            ("MASSNAHME", Field::Title),
        ] {
            assert_eq!(Field::by_heading(heading), Some(field), "{heading}");
        }
        for heading in ["", "*", "Kosten", "Titel 2"] {
            assert_eq!(Field::by_heading(heading), None, "{heading}");
        }
    }

    #[test]
    fn no_heading_means_two_columns() {
        for field in Field::ALL {
            let spec = field.spec();
            for name in spec.others.iter().chain([&spec.heading, &field.as_str()]) {
                assert_eq!(Field::by_heading(name), Some(*field), "{name}");
                assert!(!folded(name).is_empty());
            }
        }
    }

    #[test]
    fn faults_of_headings_have_their_column() {
        let cells = ["Titel", "Kosten", "", "Bezeichnung", "Fällig"];
        let faults = Columns::read(&head(&cells)).unwrap_err();
        let found: Vec<(Option<String>, Code)> = faults
            .iter()
            .map(|fault| (fault.cell(), fault.code))
            .collect();
        let expected = [
            (Some("B1".to_owned()), Code::UnknownHeading),
            (Some("D1".to_owned()), Code::DuplicateHeading),
            (None, Code::MissingHeading),
        ];
        assert_eq!(found, expected);
        assert_eq!(faults[1].args[1], ("first", "A".to_owned()));
        let columns = Columns::read(&head(&["Titel", "", "external id"])).unwrap();
        assert!(columns.has(Field::ExternalKey) && !columns.has(Field::Reference));
        assert_eq!(columns.index(Field::ExternalKey), Some(2));
        assert_eq!(columns.heading(2), Some("external id"));
    }
}
