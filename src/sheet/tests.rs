//! Whole tables, there and back.

use proptest::prelude::*;

use super::*;
use crate::domain::fault::Args;
use crate::domain::measure::{
    Confidentiality, Cost, EstimateQuality, Origin, Precision, Relevance, Status,
};
use crate::domain::postponement::FixedBy;
use crate::texts::{self, Language};

fn read(bytes: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    let records = Records::open(bytes, Limits::default()).map_err(|fault| vec![fault])?;
    rows(records)?.collect()
}

fn written(format: Format, fields: &[Field], rows: &[Row]) -> Vec<u8> {
    let mut writer = Writer::new(format, Vec::new(), fields).unwrap();
    for row in rows {
        writer.write(row).unwrap();
    }
    writer.finish().unwrap()
}

fn one(text: &str) -> Row {
    let mut rows = read(text.as_bytes()).unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Cell, code and heading of each fault.
fn faults(text: &str) -> Vec<(String, Code, String)> {
    let faults = read(text.as_bytes()).unwrap_err();
    let shown = faults.into_iter().map(|fault| {
        let cell = fault.cell().unwrap_or_default();
        (cell, fault.code, fault.heading.unwrap_or_default())
    });
    shown.collect()
}

#[test]
fn kinds_of_files() {
    for (bytes, expected) in [
        (&b"PK\x03\x04..."[..], Format::Xlsx),
        (b"\xD0\xCF\x11\xE0\xA1", Format::Xlsx),
        (b"Kennung;Titel", Format::Csv),
        (b"PK;Titel", Format::Csv),
        (b"", Format::Csv),
    ] {
        assert_eq!(Format::of(bytes), expected);
    }
}

#[test]
fn an_absent_column_is_no_empty_cell() {
    let row = one("Kennung;Titel;Bemerkung;Erfüllt;Beschreibung;Priorität\nM-2026-0001;Netz;;;;\n");
    let expected = Row {
        number: 2,
        reference: Some(Some("M-2026-0001".to_owned())),
        title: Some("Netz".to_owned()),
        description: Some(String::new()),
        priority: Some(None),
        fulfils: Some(Vec::new()),
        note: Some(None),
        ..Row::default()
    };
    assert_eq!(row, expected);
    // Excel leaves out separators at the end of a row.
    let row = one("Kennung;Bemerkung;Fällig\nM-2026-0001\n");
    assert_eq!(
        (row.note, row.due, row.status),
        (Some(None), Some(None), None)
    );
}

#[test]
fn a_row_of_an_office() {
    let row = one(
        "\u{FEFF}Externe ID;Maßnahme;Stand;Prio;Verantwortlich;OE;Termin;Anforderungen;Vertraulichkeit;Herkunft\r\n\
         \r\n 0815 ;\"Netze\ntrennen\";In Umsetzung;2; Netz@Ort.example ;IT;Q2 2026;\"NET.1.1.A4\nNET.1.1\";streng vertraulich;Vorfall\r\n;;;;;;;;;\r\n",
    );
    let text = |text: &str| Some(Some(text.to_owned()));
    let expected = Row {
        number: 3,
        external_key: text("0815"),
        title: Some("Netze\ntrennen".to_owned()),
        status: Some(Some(Status::InProgress)),
        priority: Some(Some(2)),
        owner: text("Netz@Ort.example"),
        org_unit: text("IT"),
        due: Some("2026-06-30".parse().ok()),
        due_precision: Some(Some(Precision::Quarter)),
        fulfils: Some(vec!["NET.1.1.A4".to_owned(), "NET.1.1".to_owned()]),
        confidentiality: Some(Some(Confidentiality::StrictlyConfidential)),
        origin: Some(Some(Origin::Incident)),
        ..Row::default()
    };
    assert_eq!(row, expected);
}

#[test]
fn money_and_days_of_work() {
    let row = one(
        "Kennung;Einmalkosten Material (EUR);Einmalaufwand (PT);Jährliche Kosten;Jährlicher Aufwand;Schätzqualität;Fortschritt;Aufteilen\n\
         M-1;55.000,00 €;12,5 PT;0,05;;nach Angebot;50 %;x\n",
    );
    assert_eq!(
        (row.once_material_cents, row.once_staff_tenth_days),
        (Some(Some(5_500_000)), Some(Some(125)))
    );
    assert_eq!(
        (row.yearly_material_cents, row.yearly_staff_tenth_days),
        (Some(Some(5)), Some(None))
    );
    assert_eq!(row.estimate_quality, Some(Some(EstimateQuality::Offer)));
    assert_eq!(
        (row.progress_percent, row.needs_split),
        (Some(Some(50)), Some(true))
    );
    let fields = [Field::OnceMaterial, Field::OnceStaff, Field::YearlyMaterial];
    let text = String::from_utf8(written(Format::Csv, &fields, &[row])).unwrap();
    assert!(text.ends_with("\r\n55000,00;12,5;0,05\r\n"), "{text}");
    for (heading, cell, code) in [
        ("Einmalkosten", "-1", Code::OutOfRange),
        ("Einmalkosten", "1,005", Code::TooManyDecimals),
        ("Einmalkosten", "100.000.000.000,01", Code::OutOfRange),
        ("Einmalaufwand", "1,25", Code::TooManyDecimals),
        ("Einmalaufwand", "10000000,1", Code::OutOfRange),
        ("Fortschritt", "101", Code::OutOfRange),
        ("Aufteilen", "vielleicht", Code::NotYesOrNo),
    ] {
        let found = faults(&format!("Kennung;{heading}\nM-1;\"{cell}\"\n"));
        assert_eq!(found, [("B2".to_owned(), code, heading.to_owned())]);
    }
}

#[test]
fn due_dates_and_their_precision() {
    let day = |text: &str| Some(text.parse::<NaiveDate>().ok());
    for (cells, due, precision) in [
        ("31.12.2026;", day("2026-12-31"), Some(None)),
        (
            "31.12.2026;Tag",
            day("2026-12-31"),
            Some(Some(Precision::Day)),
        ),
        (
            "31.12.2026;Quartal",
            day("2026-12-31"),
            Some(Some(Precision::Quarter)),
        ),
        (
            "30.09.2026;Jahreszeit",
            day("2026-09-30"),
            Some(Some(Precision::Season)),
        ),
        (
            "Q4 2026;",
            day("2026-12-31"),
            Some(Some(Precision::Quarter)),
        ),
        (
            "Q4 2026;quarter",
            day("2026-12-31"),
            Some(Some(Precision::Quarter)),
        ),
        (";", Some(None), Some(None)),
    ] {
        let row = one(&format!("Kennung;Fällig;Genauigkeit\nM-1;{cells}\n"));
        assert_eq!((row.due, row.due_precision), (due, precision), "{cells}");
    }
    let row = one("Kennung;Fällig\nM-1;31.12.2026\n");
    assert_eq!((row.due, row.due_precision), (day("2026-12-31"), None));
    for (cells, cell, code) in [
        (";Monat", "C2", Code::PrecisionWithoutDue),
        ("Q4 2026;Monat", "C2", Code::OtherPrecision),
        ("Q4 2026;Tag", "C2", Code::OtherPrecision),
        ("30.11.2026;Quartal", "B2", Code::NotPeriodEnd),
        ("2026-12-30;Jahr", "B2", Code::NotPeriodEnd),
        ("bald;Jahr", "B2", Code::NotAPeriod),
        ("2026;genau", "C2", Code::UnknownWord),
    ] {
        let found = faults(&format!("Kennung;Fällig;Genauigkeit\nM-1;{cells}\n"));
        let found: Vec<_> = found
            .iter()
            .map(|(cell, code, _)| (cell.as_str(), *code))
            .collect();
        assert_eq!(found, [(cell, code)], "{cells}");
    }
}

#[test]
fn every_faulty_cell_is_named() {
    let found = faults(
        "Kennung;Titel;Status;Prio;Beginn;Version;OE\n\
         M-1; ;fertig;5;31.02.2026;x;\"a\0\";zu viel\n",
    );
    let expected = [
        ("B2", Code::Required, "Titel"),
        ("C2", Code::UnknownWord, "Status"),
        ("D2", Code::OutOfRange, "Prio"),
        ("E2", Code::NoSuchDay, "Beginn"),
        ("F2", Code::NotANumber, "Version"),
        ("G2", Code::ControlCharacters, "OE"),
        ("H2", Code::NoHeading, ""),
    ];
    let expected =
        expected.map(|(cell, code, heading)| (cell.to_owned(), code, heading.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn faults_of_the_file() {
    for (text, code) in [
        ("", Code::NoRows),
        ("\n;;\n", Code::NoRows),
        ("Titel\nNetz\n", Code::MissingHeading),
        ("Kennung;Kosten\n", Code::UnknownHeading),
        ("Kennung;ID\n", Code::DuplicateHeading),
        ("Kennung;Titel\nM-1;\"Netz\n", Code::UnclosedQuote),
    ] {
        let found = faults(text);
        assert_eq!(
            found.iter().map(|(_, code, _)| *code).collect::<Vec<_>>(),
            [code],
            "{text}"
        );
    }
    // A row with faults does not stop the reading, a broken file does.
    let bytes = b"Kennung;Prio\nM-1;9\nM-2;1\nM-3;\"1\"2\nM-4;1\n";
    let records = Records::open(&bytes[..], Limits::default()).unwrap();
    let read: Vec<bool> = rows(records).unwrap().map(|row| row.is_ok()).collect();
    assert_eq!(read, [false, true, false]);
}

#[test]
fn every_fault_has_its_text() {
    let args: Args = [
        ("value", "Ä{$x}"),
        ("known", "a, b"),
        ("first", "A"),
        ("min", "1"),
        ("max", "4"),
        ("given", "Quartal"),
        ("precision", "month"),
        ("current", "2"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec();
    for lang in Language::ALL.iter().copied() {
        for code in Code::ALL {
            for args in [&args, &Args::new()] {
                let text = texts::text(lang, &code.text_id(), args);
                assert_ne!(text, code.text_id(), "{lang}");
                assert!(
                    !text.ends_with('.') && !text.replace("Ä{$x}", "").contains('{'),
                    "{text}"
                );
                assert!(
                    lang == Language::De || !text.starts_with(char::is_uppercase),
                    "{text}"
                );
            }
        }
    }
    let fault = read("Kennung;Prio;Beginn\nM-1;2,5;bald".as_bytes()).unwrap_err();
    let shown = |lang| {
        let text = |fault: &Fault| texts::text(lang, &fault.code.text_id(), &fault.args);
        fault.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(
        shown(Language::De),
        [
            "„2,5“ ist keine ganze Zahl",
            "„bald“ ist kein Datum; erwartet wird zum Beispiel 31.12.2026"
        ]
    );
    assert_eq!(shown(Language::En)[0], "“2,5” is not a whole number");
}

/// Memory is that of one row: what is written is read while it is made.
#[test]
fn ten_thousand_rows() {
    let row = |number: u32| Row {
        number: number + 1,
        reference: Some(Some(format!("M-2026-{number:04}"))),
        title: Some(format!("Maßnahme {number}")),
        due: Some("2026-12-31".parse().ok()),
        ..Row::default()
    };
    let fields = [Field::Reference, Field::Title, Field::Due];
    for format in Format::ALL.iter().copied() {
        let mut writer = Writer::new(format, Vec::new(), &fields).unwrap();
        for number in 1..=10_000 {
            writer.write(&row(number)).unwrap();
        }
        let bytes = writer.finish().unwrap();
        let records = Records::open(&bytes, Limits::default()).unwrap();
        let mut count = 0;
        for (read, number) in rows(records).unwrap().zip(1..) {
            assert_eq!(read, Ok(row(number)));
            count += 1;
        }
        assert_eq!(count, 10_000, "{format}");
    }
}

/// Text that the ledger stores: no control characters but line feed and tab, not empty.
fn stored_text() -> impl Strategy<Value = String> {
    "[=+@'\"\t\n ;,-]{0,3}[\\PC\n\t]{0,12}"
        .prop_map(|text| {
            text.chars()
                .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
                .collect::<String>()
        })
        .prop_filter("empty", |text| !text.is_empty())
}

/// A name or key: without blanks around it.
fn name() -> impl Strategy<Value = String> {
    "[=+@'-]{0,2}[a-zA-ZäöüÄ0-9._@]{1,12}( [a-z;\",]{1,3}x)?"
}

fn maybe<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Given<T>> {
    prop::option::weighted(0.7, of).prop_map(Some)
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(
    all: &'static [T],
) -> impl Strategy<Value = Given<T>> {
    maybe(prop::sample::select(all))
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    (0..109_572_i64).prop_map(move |days| first + chrono::TimeDelta::days(days))
}

/// A due date with or without a precision that it is the end of.
fn any_due() -> impl Strategy<Value = (Given<NaiveDate>, Given<Precision>)> {
    let dated = (
        any_day(),
        prop::sample::select(Precision::ALL),
        any::<bool>(),
    )
        .prop_map(|(day, precision, said)| {
            let ends = day
                .iter_days()
                .find(|day| crate::domain::calendar::is_period_end(*day, precision));
            let day = ends.filter(|day| *day <= NaiveDate::from_ymd_opt(2199, 12, 31).unwrap());
            match (day, said) {
                (Some(day), true) => (Some(Some(day)), Some(Some(precision))),
                (day, _) => (Some(day), Some(None)),
            }
        });
    prop_oneof![1 => Just((Some(None), Some(None))), 4 => dated]
}

fn any_row() -> impl Strategy<Value = Row> {
    let ids = || prop::collection::vec("[A-Z@=+-]{1,4}[0-9.]{0,3}A[0-9]{1,2}", 0..4).prop_map(Some);
    let keys = (
        name(),
        maybe(name()),
        maybe(name()),
        maybe(name()),
        maybe(name()),
    );
    let title = stored_text().prop_filter("blank", |text| !text.trim().is_empty());
    let texts = (
        title,
        maybe(stored_text()),
        prop::option::of(stored_text()),
        maybe(stored_text()),
        maybe(stored_text()),
    );
    let words = (
        one_of(Status::ALL),
        one_of(Confidentiality::ALL),
        one_of(Origin::ALL),
        one_of(Relevance::ALL),
    );
    let rest = (
        maybe(1..=4),
        maybe(1..=i32::MAX),
        maybe(any_day()),
        any_due(),
        ids(),
        ids(),
    );
    let people = (maybe(name()), maybe(name()), maybe(name()), maybe(name()));
    let cost = (
        maybe(0..=Cost::MAX_CENTS),
        maybe(0..=Cost::MAX_TENTH_DAYS),
        maybe(0..=1_000_000_i64),
        maybe(0..=1000),
        one_of(EstimateQuality::ALL),
    );
    let reasons = (maybe(name()), maybe(name()), maybe(name()));
    let more = (
        ids(),
        ids(),
        ids(),
        maybe(0..=100),
        any::<bool>(),
        one_of(FixedBy::ALL),
    );
    let days = (
        maybe(any_day()),
        maybe(any_day()),
        maybe(any_day()),
        maybe(any_day()),
    );
    let new = (people, cost, reasons, more, days);
    (keys, texts, words, rest, new).prop_map(|(keys, texts, words, rest, new)| Row {
        initiator: new.0.0,
        initiator_role: new.0.1,
        deputy: new.0.2,
        verifier: new.0.3,
        once_material_cents: new.1.0,
        once_staff_tenth_days: new.1.1,
        yearly_material_cents: new.1.2,
        yearly_staff_tenth_days: new.1.3,
        estimate_quality: new.1.4,
        no_budget_reason: new.2.0,
        no_module_reason: new.2.1,
        residual_risk: new.2.2,
        budget_lines: new.3.0,
        target_objects: new.3.1,
        requires: new.3.2,
        progress_percent: new.3.3,
        needs_split: Some(new.3.4),
        due_fixed_by: new.3.5,
        due_original: new.4.0,
        approved_on: new.4.1,
        completed_on: new.4.2,
        verified_on: new.4.3,
        number: 0,
        reference: Some(Some(keys.0)),
        external_key: keys.1,
        owner: keys.2,
        org_unit: keys.3,
        programme: keys.4,
        title: Some(texts.0),
        title_public: texts.1,
        description: Some(texts.2.unwrap_or_default()),
        note: texts.3,
        due_text: texts.4,
        status: words.0,
        confidentiality: words.1,
        origin: words.2,
        relevance: words.3,
        priority: rest.0,
        version: rest.1,
        start_planned: rest.2,
        due: rest.3.0,
        due_precision: rest.3.1,
        fulfils: rest.4,
        applies: rest.5,
        reason: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn an_export_that_nobody_has_touched_is_what_it_was(mut table in prop::collection::vec(any_row(), 0..6)) {
        for (row, number) in table.iter_mut().zip(2..) {
            row.number = number;
        }
        for format in Format::ALL.iter().copied() {
            let bytes = written(format, &Field::exported(), &table);
            let back = read(&bytes);
            prop_assert_eq!(back.as_deref(), Ok(table.as_slice()), "{}", format);
        }
    }
}
