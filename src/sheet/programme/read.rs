//! Reading a programme file that is a table.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::form::{Column, MONEY, PROGRAMME, Place, RECORD, Record, UNIT, headings};
use super::kind::run_together;
use super::put;
use crate::domain::fault::{self, CellFault};
use crate::domain::programme::{EntryFlag, PostKind};
use crate::domain::programme_file::{FORMAT, ProgrammeFile};
use crate::sheet::guard::unprotect;
use crate::sheet::row::is_blank;
use crate::sheet::value::words::folded;
use crate::sheet::value::{ValueFault, Words as _, word};
use crate::sheet::{Code, Fault, Limits, Records};

/// A programme file with the rows that it came from.
#[derive(Debug)]
pub struct Table {
    /// The file.
    pub file: ProgrammeFile,
    /// Where it stood.
    pub places: Places,
}

/// Rows and kinds of the records by their JSON pointers.
#[derive(Debug)]
pub struct Places(HashMap<String, (u32, Record)>);

impl Places {
    /// The place of a JSON pointer in the table, `/rows/17/Betrag`; the pointer itself where nothing stands there.
    pub fn of(&self, pointer: &str) -> String {
        let mut record = pointer;
        loop {
            if let Some((row, kind)) = self.0.get(record) {
                let within = pointer.get(record.len()..).unwrap_or_default();
                let within = within.trim_start_matches('/');
                let heading = kind.columns().find(|column| {
                    let rest = within.strip_prefix(column.path);
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                });
                let heading =
                    heading.map_or(String::new(), |column| format!("/{}", column.heading));
                return format!("/rows/{row}{heading}");
            }
            match record.rsplit_once('/') {
                Some((outer, _)) => record = outer,
                None => return pointer.to_owned(),
            }
        }
    }
}

/// Reads a table, CSV or XLSX, within [`Limits`].
///
/// # Errors
/// All that is wrong with its headings, or with its cells.
pub fn read(bytes: &[u8]) -> Result<Table, Vec<CellFault>> {
    read_rows(bytes).map_err(|faults| faults.into_iter().map(CellFault::from).collect())
}

fn read_rows(bytes: &[u8]) -> Result<Table, Vec<Fault>> {
    let one = |fault| vec![fault];
    let mut records = Records::open(bytes, Limits::default()).map_err(one)?;
    let head = records.find(|record| !is_blank(record));
    let head = head
        .ok_or_else(|| one(Fault::of_file(Code::NoRows)))?
        .map_err(one)?;
    let columns = columns(&head)?;
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in records {
        let record = record.map_err(one)?;
        if record.is_blank() {
            continue;
        }
        match Row::read(&columns, &record) {
            Ok(row) => rows.push(row),
            Err(of_row) => faults.extend(of_row),
        }
        if faults.len() > fault::MOST_FAULTS {
            break;
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    // What others belong to first, whatever the order of the rows.
    rows.sort_by_key(|row| row.record);
    let mut built = Builder::new();
    for row in rows {
        if let Err(fault) = built.add(row) {
            faults.push(fault);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    built.finish().map_err(one)
}

/// The headings that stand above the columns.
fn columns(head: &crate::sheet::Record) -> Result<Vec<Option<&'static str>>, Vec<Fault>> {
    let known = headings();
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    for (index, cell) in head.cells.iter().enumerate() {
        let name = cell.trim();
        let fault = |code| Fault::of_cell(head.row, index, code).arg("value", name);
        let heading = known
            .iter()
            .find(|heading| folded(heading) == folded(name))
            .copied();
        if heading.is_none() && !name.is_empty() {
            faults.push(fault(Code::UnknownHeading).arg("known", known.join(", ")));
        }
        if let Some(first) = columns
            .iter()
            .position(|column| heading.is_some() && *column == heading)
        {
            let first = Fault::of_cell(head.row, first, Code::DuplicateHeading).column_letters();
            faults.push(fault(Code::DuplicateHeading).arg("first", first.unwrap_or_default()));
        }
        columns.push(heading);
    }
    if !columns.contains(&Some(RECORD)) {
        faults.push(Fault::of_row(head.row, Code::MissingHeading).arg("known", RECORD));
    }
    if faults.is_empty() {
        Ok(columns)
    } else {
        Err(faults)
    }
}

/// A row of the table.
struct Row {
    number: u32,
    record: Record,
    value: Map<String, Value>,
    /// Where it belongs, by the headings of those columns.
    belongs: HashMap<&'static str, String>,
    /// Posts that stood right behind its amount.
    posts: Option<Map<String, Value>>,
}

impl Row {
    fn read(
        columns: &[Option<&'static str>],
        record: &crate::sheet::Record,
    ) -> Result<Row, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut cells: HashMap<&'static str, &str> = HashMap::new();
        for (index, cell) in record.cells.iter().enumerate() {
            let cell = unprotect(cell);
            match columns.get(index).copied().flatten() {
                _ if cell.trim().is_empty() => {}
                Some(heading) => {
                    cells.insert(heading, cell);
                }
                None => faults.push(Fault::of_cell(record.row, index, Code::NoHeading)),
            }
        }
        let at =
            |heading: &'static str, fault: ValueFault| in_cell(columns, record.row, heading, fault);
        let kind = cells.remove(RECORD).map_or_else(
            || Err(at(RECORD, ValueFault::new(Code::Required))),
            |cell| word::<Record>(cell).map_err(|fault| at(RECORD, fault)),
        );
        let kind = kind.map_err(|fault| vec![fault])?;
        let mut row = Row {
            number: record.row,
            record: kind,
            value: Map::new(),
            belongs: HashMap::new(),
            posts: None,
        };
        for heading in kind.belongs() {
            if let Some(cell) = cells.remove(heading) {
                row.belongs.insert(heading, cell.trim().to_owned());
            } else if heading != PROGRAMME {
                faults.push(at(heading, ValueFault::new(Code::Required)));
            }
        }
        for column in kind.columns() {
            match cells.remove(column.heading) {
                Some(cell) if kind == Record::Amount && column.heading == MONEY => {
                    let unit = cells.remove(UNIT);
                    row.money(column, cell, unit)
                        .unwrap_or_else(|fault| faults.push(at(fault.0, fault.1)));
                }
                Some(cell) => match column.kind.read(cell) {
                    Ok(value) => put(&mut row.value, column.path, value),
                    Err(fault) => faults.push(at(column.heading, fault)),
                },
                None if column.required => {
                    faults.push(at(column.heading, ValueFault::new(Code::Required)));
                }
                None => {}
            }
        }
        for (heading, cell) in cells {
            let shown: String = cell.chars().take(60).collect();
            let fault = ValueFault::new(Code::NotOfRecord).arg("value", shown);
            faults.push(at(heading, fault.arg("record", kind.german())));
        }
        if faults.is_empty() {
            if kind == Record::Line {
                // Amounts are rows of their own; a line may have none.
                put(&mut row.value, "amounts", json!([]));
            }
            return Ok(row);
        }
        faults.sort_by_key(|fault| fault.column);
        Err(faults)
    }

    /// An amount, and what a scan ran together with it.
    fn money(
        &mut self,
        column: &Column,
        cell: &str,
        unit: Option<&str>,
    ) -> Result<(), (&'static str, ValueFault)> {
        let Some((cents, posts)) = run_together(cell) else {
            if let Some(unit) = unit {
                let fault = ValueFault::new(Code::NotOfRecord).arg("value", unit);
                return Err((UNIT, fault.arg("record", self.record.german())));
            }
            let value = column
                .kind
                .read(cell)
                .map_err(|fault| (column.heading, fault))?;
            put(&mut self.value, column.path, value);
            return Ok(());
        };
        let unit = unit.ok_or((UNIT, ValueFault::new(Code::Required)))?;
        put(&mut self.value, column.path, json!(cents));
        put(&mut self.value, "flag", json!(EntryFlag::OcrSplit));
        let mut post = Map::new();
        put(&mut post, "org_unit", json!(unit.trim()));
        put(&mut post, "grade", json!(posts.grade));
        put(
            &mut post,
            "hundredths",
            json!(i32::from(posts.number) * 100),
        );
        put(&mut post, "kind", json!(PostKind::Post));
        self.posts = Some(post);
        Ok(())
    }
}

fn in_cell(
    columns: &[Option<&'static str>],
    row: u32,
    heading: &'static str,
    fault: ValueFault,
) -> Fault {
    let index = columns.iter().position(|column| *column == Some(heading));
    let place = index.map_or_else(
        || Fault::of_row(row, fault.code),
        |index| Fault::of_cell(row, index, fault.code),
    );
    Fault {
        heading: Some(heading.to_owned()),
        args: fault.args,
        ..place
    }
}

/// The JSON form while it is put together.
struct Builder {
    file: Value,
    /// JSON pointers of programmes, lines and totals by programme and name.
    named: HashMap<(Record, String, String), String>,
    places: HashMap<String, (u32, Record)>,
}

impl Builder {
    fn new() -> Self {
        Builder {
            file: json!({"format": FORMAT, "programmes": []}),
            named: HashMap::new(),
            places: HashMap::new(),
        }
    }

    fn add(&mut self, row: Row) -> Result<(), Fault> {
        let pointer = match row.record.place() {
            Place::File => return self.of_file(row),
            Place::OfFile(list) => self.push("", list, &row),
            Place::OfProgramme(list) => {
                let programme = self.programme(&row)?;
                let owner = self.owner(&row, Record::Programme, PROGRAMME, "", &programme)?;
                self.push(&owner, list, &row)
            }
            Place::Of(record, heading, list) => {
                let programme = self.programme(&row)?;
                let name = row.belongs.get(heading).cloned().unwrap_or_default();
                let owner = self.owner(&row, record, heading, &programme, &name)?;
                self.posts(&row, &programme, &name)?;
                self.push(&owner, list, &row)
            }
        };
        let name = row.value.get(row.record.name()).and_then(Value::as_str);
        if let Some(name) = name {
            let programme = match row.record {
                Record::Programme => String::new(),
                _ => self.programme(&row).unwrap_or_default(),
            };
            let key = (row.record, programme, name.to_owned());
            self.named.entry(key).or_insert_with(|| pointer.clone());
        }
        self.places.insert(pointer, (row.number, row.record));
        Ok(())
    }

    /// Key of the programme that a row belongs to; may be left out where there is but one.
    fn programme(&self, row: &Row) -> Result<String, Fault> {
        if let Some(key) = row.belongs.get(PROGRAMME) {
            return Ok(key.clone());
        }
        let programmes = self.file.get("programmes").and_then(Value::as_array);
        match programmes.map_or(&[][..], Vec::as_slice) {
            [only] => Ok(super::text(only, Record::Programme.name()).to_owned()),
            _ => Err(Fault {
                heading: Some(PROGRAMME.to_owned()),
                ..Fault::of_row(row.number, Code::Required)
            }),
        }
    }

    fn owner(
        &self,
        row: &Row,
        record: Record,
        heading: &str,
        programme: &str,
        name: &str,
    ) -> Result<String, Fault> {
        let key = (record, programme.to_owned(), name.to_owned());
        self.named.get(&key).cloned().ok_or_else(|| Fault {
            heading: Some(heading.to_owned()),
            ..Fault::of_row(row.number, Code::UnknownRow).arg("value", name)
        })
    }

    /// Posts that ran into an amount are posts of its line, from the same place of the paper.
    fn posts(&mut self, row: &Row, programme: &str, line: &str) -> Result<(), Fault> {
        let Some(mut post) = row.posts.clone() else {
            return Ok(());
        };
        put(&mut post, "line", json!(line));
        let source = row.value.get("source").cloned();
        put(&mut post, "source", source.unwrap_or_default());
        let owner = self.owner(row, Record::Programme, PROGRAMME, "", programme)?;
        let post = Row {
            number: row.number,
            record: Record::Post,
            value: post,
            belongs: HashMap::new(),
            posts: None,
        };
        let pointer = self.push(&owner, "posts", &post);
        self.places.insert(pointer, (row.number, Record::Post));
        Ok(())
    }

    fn of_file(&mut self, row: Row) -> Result<(), Fault> {
        if self
            .places
            .insert(String::new(), (row.number, row.record))
            .is_some()
        {
            return Err(
                Fault::of_row(row.number, Code::SecondRecord).arg("record", row.record.german())
            );
        }
        if let Value::Object(file) = &mut self.file {
            file.extend(row.value);
        }
        Ok(())
    }

    /// Adds a record to a list; the pointer of where it stands then.
    fn push(&mut self, owner: &str, list: &str, row: &Row) -> String {
        let mut at = 0;
        if let Some(Value::Object(fields)) = self.file.pointer_mut(owner) {
            let records = fields.entry(list).or_insert_with(|| json!([]));
            if let Value::Array(records) = records {
                at = records.len();
                records.push(Value::Object(row.value.clone()));
            }
        }
        format!("{owner}/{list}/{at}")
    }

    fn finish(self) -> Result<Table, Fault> {
        if !self.places.contains_key("") {
            let missing = Record::Institution.german();
            return Err(Fault::of_file(Code::MissingRecord).arg("record", missing));
        }
        let file = serde_json::from_value(self.file)
            .map_err(|error| Fault::of_file(Code::Unreadable).arg("value", error))?;
        Ok(Table {
            file,
            places: Places(self.places),
        })
    }
}
