//! The columns of a table of measures and their headings.

use std::fmt::Display;

use super::value::words::folded;
mod headings;

pub use headings::Spec;

use super::xlsx::Column;
use super::{Code, Fault, Record};
use crate::domain::programme_file::MAX_LINKS;
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
        /// Address of whoever brought it up.
        Initiator = "initiator",
        /// In which capacity.
        InitiatorRole = "initiator_role",
        /// Address of whoever is responsible.
        Owner = "owner",
        /// Address of whoever stands in for them.
        Deputy = "deputy",
        /// Address of whoever is to check it.
        Verifier = "verifier",
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
        /// What fixed that date.
        DueFixedBy = "due_fixed_by",
        /// First binding due date.
        DueOriginal = "due_original",
        /// Money that is needed once, in euros.
        OnceMaterial = "once_material",
        /// Work that is needed once, in days of a person.
        OnceStaff = "once_staff",
        /// Money that is needed every year, in euros.
        YearlyMaterial = "yearly_material",
        /// Work that is needed every year, in days of a person.
        YearlyStaff = "yearly_staff",
        /// How well the cost is known.
        EstimateQuality = "estimate_quality",
        /// Budget lines that pay for it.
        BudgetLines = "budget_lines",
        /// Why it needs no budget.
        NoBudgetReason = "no_budget_reason",
        /// Requirements or modules that it contributes to.
        Fulfils = "fulfils",
        /// Requirements or modules that it has to observe.
        Applies = "applies",
        /// Why no module fits.
        NoModuleReason = "no_module_reason",
        /// Keys of target objects that it protects.
        TargetObjects = "target_objects",
        /// References of measures that it needs.
        Requires = "requires",
        /// Programme key.
        Programme = "programme",
        /// Confidentiality class.
        Confidentiality = "confidentiality",
        /// What brought it about.
        Origin = "origin",
        /// How near to information security it is.
        Relevance = "relevance",
        /// 0 to 100.
        ProgressPercent = "progress_percent",
        /// What stays open, and why.
        ResidualRisk = "residual_risk",
        /// It is more than one measure and has to be split.
        NeedsSplit = "needs_split",
        /// When it was approved.
        ApprovedOn = "approved_on",
        /// Day on which the work was reported done.
        CompletedOn = "completed_on",
        /// When it was checked.
        VerifiedOn = "verified_on",
        /// Remark.
        Note = "note",
        /// Version that the file was made from.
        Version = "version",
        /// Why something is changed; never in an export, for it is of one change only.
        Reason = "reason",
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
    pub const fn column(self) -> Column<'static> {
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

    /// Most entries of a cell that holds a list.
    pub const fn entries(self) -> usize {
        match self {
            Field::BudgetLines | Field::Requires => 100,
            Field::TargetObjects => 1000,
            _ => MAX_LINKS,
        }
    }

    /// The column that a heading stands for.
    pub fn by_heading(heading: &str) -> Option<Field> {
        by_heading(heading)
    }
}

/// What columns a kind of table has.
pub trait Headed: Copy + PartialEq + Display + 'static {
    /// All of them, in the order in which they are named to people.
    const COLUMNS: &'static [Self];
    /// Of each of these at least one has to be there.
    const NEEDED: &'static [&'static [Self]];

    /// What a column is called, and what its cells are.
    fn spec(self) -> Spec;
}

/// The column that a heading stands for; case, blanks, hyphens and signs do not count.
pub fn by_heading<F: Headed>(heading: &str) -> Option<F> {
    let key = folded(heading);
    let is_it = |name: &str| folded(name) == key;
    let mut fields = F::COLUMNS.iter().copied();
    fields.find(|field| {
        let spec = field.spec();
        is_it(spec.heading)
            || is_it(&field.to_string())
            || spec.others.iter().any(|other| is_it(other))
    })
}

/// One of these has to be there: without it, a second import of a file would do everything twice.
const KEYS: [Field; 2] = [Field::Reference, Field::ExternalKey];

impl Headed for Field {
    const COLUMNS: &'static [Field] = Field::ALL;
    const NEEDED: &'static [&'static [Field]] = &[&KEYS];

    fn spec(self) -> Spec {
        Field::spec(self)
    }
}

/// Which columns a file has, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns<F = Field> {
    /// By place, from column A: what the column is and what it is called in the file.
    all: Vec<Option<(F, String)>>,
}

impl<F: Headed> Columns<F> {
    /// Reads the headings.
    ///
    /// # Errors
    /// Headings that are unknown, that stand twice, or that are missing.
    pub fn read(head: &Record) -> Result<Columns<F>, Vec<Fault>> {
        let mut columns = Columns { all: Vec::new() };
        let mut faults = Vec::new();
        for (index, heading) in head.cells.iter().enumerate() {
            let heading = heading.trim();
            let fault = |code| {
                let mut fault = Fault::of_cell(head.row, index, code).arg("value", short(heading));
                fault.heading = Some(heading.to_owned());
                fault
            };
            let field = by_heading::<F>(heading);
            match field.map(|field| (field, columns.index(field))) {
                _ if heading.is_empty() => columns.all.push(None),
                None => {
                    faults.push(fault(Code::UnknownHeading).arg("known", known(F::COLUMNS)));
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
        for needed in F::NEEDED {
            if !needed.iter().any(|key| columns.has(*key)) {
                let fault = Fault::of_row(head.row, Code::MissingHeading);
                faults.push(fault.arg("known", known(needed)));
            }
        }
        if faults.is_empty() {
            Ok(columns)
        } else {
            Err(faults)
        }
    }

    /// Whether the file has this column.
    pub fn has(&self, field: F) -> bool {
        self.index(field).is_some()
    }

    /// A fault in a column of a row, by the heading of the file; the file need not have the column.
    pub fn fault(&self, row: u32, field: F, code: Code) -> Fault {
        let index = self.index(field);
        let heading = index.and_then(|index| self.heading(index));
        Fault {
            heading: Some(heading.unwrap_or_else(|| field.spec().heading).to_owned()),
            ..index.map_or_else(
                || Fault::of_row(row, code),
                |index| Fault::of_cell(row, index, code),
            )
        }
    }

    /// Place of a column, from 0.
    pub(super) fn index(&self, field: F) -> Option<usize> {
        let is_it = |column: &Option<(F, String)>| {
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

fn known<F: Headed>(fields: &[F]) -> String {
    let headings: Vec<&str> = fields.iter().map(|field| field.spec().heading).collect();
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
        let faults = Columns::<Field>::read(&head(&cells)).unwrap_err();
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
        let columns = Columns::<Field>::read(&head(&["Titel", "", "external id"])).unwrap();
        assert!(columns.has(Field::ExternalKey) && !columns.has(Field::Reference));
        assert_eq!(columns.index(Field::ExternalKey), Some(2));
        assert_eq!(columns.heading(2), Some("external id"));
    }
}
