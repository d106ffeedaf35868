//! The compact facts file: one JSON object per line, ids, titles, levels and roles, no BSI prose.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::crossref::CrossTable;
use super::docbook::Book;
use super::ids;
use crate::domain::catalogue::Fact;

/// Edition 2023, compiled in, so that an empty installation works at once.
///
/// Made from the official files by [`of_files`] and [`print`]; a test remakes it.
pub const GS_2023: &str = include_str!("../../catalogue/gs-2023.jsonl");

/// SHA-256 of [`GS_2023`], so that no start has to read all of it; a test compares.
pub const GS_2023_SHA256: &str = "a76fbbeb9a81d6e434b25e5aa09226db5663bdebed881edaea82eadb9351eb7d";

/// Why a facts file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A line is not the JSON of a fact.
    #[error("line {line}: {reason}")]
    Json {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A line stands where its kind may not stand.
    #[error("line {line}: {reason}")]
    Misplaced {
        /// Line, counted from 1.
        line: usize,
        /// The rule that is broken.
        reason: &'static str,
    },
    /// An id occurs a second time.
    #[error("line {line}: id `{id}` is not unique")]
    Duplicate {
        /// Line of the second occurrence, counted from 1.
        line: usize,
        /// The id.
        id: String,
    },
    /// A threat is not written as `G 0.14`.
    #[error("line {line}: `{id}` is not the id of a threat, as `G 0.14` would be")]
    ThreatId {
        /// Line, counted from 1.
        line: usize,
        /// What stands there.
        id: String,
    },
    /// A requirement counters a threat that no line before names.
    #[error("line {line}: threat `{id}` is not in the file")]
    UnknownThreat {
        /// Line of the requirement, counted from 1.
        line: usize,
        /// Id of the threat.
        id: String,
    },
    /// A cross table has marks for a requirement that is not in the catalogue.
    #[error("requirement `{id}` of the cross table is not in the catalogue")]
    UnknownRequirement {
        /// Id of the requirement.
        id: String,
    },
    /// There is no line at all.
    #[error("the file holds no facts")]
    Empty,
}

/// Reads a facts file; empty lines are passed over.
///
/// # Errors
/// The first line that is not a fact, stands in the wrong place or repeats an id.
pub fn parse(text: &str) -> Result<Vec<Fact>, FactsError> {
    let mut facts = Vec::new();
    let mut rules = Rules::default();
    for (index, content) in text.lines().enumerate() {
        if content.trim().is_empty() {
            continue;
        }
        let line = index + 1;
        let fact = serde_json::from_str(content).map_err(|error| FactsError::Json {
            line,
            reason: reason(&error),
        })?;
        rules.check(line, &fact)?;
        facts.push(fact);
    }
    if facts.is_empty() {
        return Err(FactsError::Empty);
    }
    Ok(facts)
}

/// Writes a facts file: one JSON object per line, each ended by a line feed.
#[must_use]
pub fn print(facts: &[Fact]) -> String {
    let mut text = String::new();
    // A fact is made of strings, enums and flags: there is nothing that JSON could refuse.
    for line in facts.iter().filter_map(|f| serde_json::to_string(f).ok()) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Facts of a print of the Kompendium and its cross table.
///
/// # Errors
/// As [`with_cross_table`].
pub fn of_files(book: &Book, table: &CrossTable) -> Result<Vec<Fact>, FactsError> {
    let threats = book.threats.iter();
    let threats: Vec<_> = threats
        .map(|of| (of.id.clone(), of.title.clone()))
        .collect();
    with_cross_table(book.facts.clone(), &threats, table)
}

/// Adds threats, and to each requirement those that a cross table marks.
///
/// # Errors
/// A mark for a requirement that is not in the facts or for a threat that is not given, or facts
/// that would be refused when read: threats twice, or facts that hold threats already.
pub fn with_cross_table(
    facts: Vec<Fact>,
    threats: &[(String, String)],
    table: &CrossTable,
) -> Result<Vec<Fact>, FactsError> {
    let mut marks: HashMap<&str, BTreeSet<(Option<u16>, &str)>> = HashMap::new();
    for pair in &table.pairs {
        let marked = marks.entry(&pair.requirement).or_default();
        marked.insert((ids::threat(&pair.threat), &pair.threat));
    }
    let mut joined = Vec::with_capacity(facts.len() + threats.len());
    for mut fact in facts {
        if let Fact::Requirement { id, threats, .. } = &mut fact
            && let Some(marked) = marks.remove(id.as_str())
        {
            threats.extend(marked.into_iter().map(|(_, threat)| threat.to_owned()));
        }
        let is_edition = matches!(fact, Fact::Edition { .. });
        joined.push(fact);
        if is_edition {
            let threats = threats.iter().cloned();
            joined.extend(threats.map(|(id, title)| Fact::Threat { id, title }));
        }
    }
    if let Some(id) = marks.into_keys().min() {
        let id = id.to_owned();
        return Err(FactsError::UnknownRequirement { id });
    }
    let mut rules = Rules::default();
    let mut lines = joined.iter().zip(1..);
    lines.try_for_each(|(fact, line)| rules.check(line, fact))?;
    Ok(joined)
}

/// The message without the line, which is always 1 here.
fn reason(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column", " at column")
}

/// Order of the lines: the edition first, then threats, then layers, modules, requirements, each in
/// its parent.
#[derive(Default)]
struct Rules {
    edition: bool,
    layer: bool,
    module: bool,
    ids: HashSet<String>,
    threats: HashSet<String>,
}

impl Rules {
    fn check(&mut self, line: usize, fact: &Fact) -> Result<(), FactsError> {
        let misplaced = |reason| Err(FactsError::Misplaced { line, reason });
        if self.edition == matches!(fact, Fact::Edition { .. }) {
            return misplaced("a file starts with its edition and has only one");
        }
        let id = match fact {
            Fact::Edition { .. } => {
                self.edition = true;
                return Ok(());
            }
            Fact::Threat { .. } if self.layer => {
                return misplaced("a threat stands before the layers");
            }
            Fact::Threat { id, .. } => {
                if ids::threat(id).map(ids::threat_id).as_ref() != Some(id) {
                    let id = id.clone();
                    return Err(FactsError::ThreatId { line, id });
                }
                self.threats.insert(id.clone());
                id
            }
            Fact::Layer { id, .. } => {
                self.layer = true;
                self.module = false;
                id
            }
            Fact::Module { .. } if !self.layer => {
                return misplaced("a module stands after a layer");
            }
            Fact::Module { id, .. } => {
                self.module = true;
                id
            }
            Fact::Requirement { .. } if !self.module => {
                return misplaced("a requirement stands after a module");
            }
            Fact::Requirement { id, threats, .. } => {
                self.check_threats(line, threats)?;
                id
            }
        };
        if !self.ids.insert(id.clone()) {
            let id = id.clone();
            return Err(FactsError::Duplicate { line, id });
        }
        Ok(())
    }

    /// Threats of a requirement: known, each once, by number, so that there is one way to print them.
    fn check_threats(&self, line: usize, threats: &[String]) -> Result<(), FactsError> {
        if let Some(id) = threats.iter().find(|id| !self.threats.contains(*id)) {
            let id = id.clone();
            return Err(FactsError::UnknownThreat { line, id });
        }
        if !threats.is_sorted_by(|a, b| ids::threat(a) < ids::threat(b)) {
            let reason = "threats of a requirement stand by number, each once";
            return Err(FactsError::Misplaced { line, reason });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::crossref::Pair;
    use crate::domain::catalogue::{ImplementationOrder, Level};

    const EDITION: &str = r#"{"kind":"edition","key":"k","title":"T","edition":"1"}"#;
    const LAYER: &str = r#"{"kind":"layer","id":"XYZ","title":"L"}"#;
    const MODULE: &str = r#"{"kind":"module","id":"XYZ.1","title":"M","order":"R2","target_type":"Netz","further":["A","B"]}"#;
    const REQUIREMENT: &str =
        r#"{"kind":"requirement","id":"XYZ.1.A1","title":"Q","level":"basic","withdrawn":true}"#;

    fn parse_lines(lines: &[&str]) -> Result<Vec<Fact>, FactsError> {
        parse(&lines.join("\n"))
    }

    #[test]
    fn the_file_in_the_binary_has_the_official_counts() {
        let facts = parse(GS_2023).unwrap();
        super::super::counts::check(&facts);
        let threats = facts
            .iter()
            .filter(|fact| matches!(fact, Fact::Threat { .. }));
        assert_eq!(threats.count(), 47);
        let pairs = facts.iter().map(|fact| match fact {
            Fact::Requirement { threats, .. } => threats.len(),
            _ => 0,
        });
        assert_eq!(pairs.sum::<usize>(), 5_888);
    }

    #[test]
    fn the_file_in_the_binary_has_the_hash_that_goes_with_it() {
        use sha2::{Digest as _, Sha256};
        assert_eq!(hex::encode(Sha256::digest(GS_2023)), GS_2023_SHA256);
    }

    #[test]
    fn the_file_in_the_binary_is_printed_as_it_was_read() {
        assert_eq!(print(&parse(GS_2023).unwrap()), GS_2023);
    }

    #[test]
    fn reads_every_kind_and_passes_over_empty_lines() {
        let facts = parse_lines(&[EDITION, "", LAYER, MODULE, REQUIREMENT, ""]).unwrap();
        assert_eq!(facts.len(), 4);
        assert_eq!(
            facts[2],
            Fact::Module {
                id: "XYZ.1".into(),
                title: "M".into(),
                order: ImplementationOrder::R2,
                target_type: "Netz".into(),
                responsible: None,
                further: vec!["A".into(), "B".into()],
            }
        );
        assert_eq!(
            facts[3],
            Fact::Requirement {
                id: "XYZ.1.A1".into(),
                title: "Q".into(),
                level: Level::Basic,
                roles: vec![],
                withdrawn: true,
                threats: vec![],
            }
        );
        assert_eq!(
            print(&facts),
            [EDITION, LAYER, MODULE, REQUIREMENT, ""].join("\n")
        );
    }

    #[test]
    fn reads_lines_that_end_with_crlf() {
        assert_eq!(
            parse(&format!("{EDITION}\r\n{LAYER}\r\n")).unwrap().len(),
            2
        );
    }

    #[test]
    fn names_the_line_of_an_unknown_word() {
        let error = parse_lines(&[EDITION, "", r#"{"kind":"leyer","id":"X","title":"L"}"#]);
        let text = error.unwrap_err().to_string();
        assert!(
            text.starts_with("line 3: unknown variant `leyer`"),
            "{text}"
        );
    }

    #[test]
    fn refuses_unknown_fields() {
        let error = parse_lines(&[
            EDITION,
            r#"{"kind":"layer","id":"X","title":"L","text":"p"}"#,
        ]);
        let text = error.unwrap_err().to_string();
        assert!(text.starts_with("line 2: unknown field `text`"), "{text}");
    }

    #[test]
    fn refuses_a_broken_line() {
        let text = parse_lines(&[EDITION, "{"]).unwrap_err().to_string();
        assert_eq!(text, "line 2: EOF while parsing an object at column 1");
    }

    #[test]
    fn refuses_what_stands_in_the_wrong_place() {
        let cases: [(&[&str], usize); 4] = [
            (&[LAYER], 1),
            (&[EDITION, EDITION], 2),
            (&[EDITION, MODULE], 2),
            (&[EDITION, LAYER, REQUIREMENT], 3),
        ];
        for (lines, wrong) in cases {
            let error = parse_lines(lines).unwrap_err();
            assert!(
                matches!(error, FactsError::Misplaced { line, .. } if line == wrong),
                "{error}"
            );
        }
    }

    const THREAT: &str = r#"{"kind":"threat","id":"G 0.2","title":"Sturm"}"#;
    const OTHER_THREAT: &str = r#"{"kind":"threat","id":"G 0.14","title":"Spähen"}"#;

    /// A requirement with the given threats, as JSON.
    fn countering(threats: &str) -> String {
        format!(
            r#"{{"kind":"requirement","id":"XYZ.1.A1","title":"Q","level":"basic","threats":[{threats}]}}"#
        )
    }

    #[test]
    fn threats_are_read_and_printed() {
        let line = countering(r#""G 0.2","G 0.14""#);
        let lines = [EDITION, THREAT, OTHER_THREAT, LAYER, MODULE, &line, ""];
        let facts = parse_lines(&lines).unwrap();
        assert!(matches!(&facts[5], Fact::Requirement { threats, .. } if threats.len() == 2));
        assert_eq!(print(&facts), lines.join("\n"));
    }

    #[test]
    fn refuses_threats_in_the_wrong_place_or_form() {
        let file = |threats: &str| {
            let line = countering(threats);
            let lines = [EDITION, THREAT, OTHER_THREAT, LAYER, MODULE, &line];
            parse_lines(&lines).unwrap_err().to_string()
        };
        assert_eq!(
            file(r#""G 0.3""#),
            "line 6: threat `G 0.3` is not in the file"
        );
        let order = "line 6: threats of a requirement stand by number, each once";
        assert_eq!(file(r#""G 0.14","G 0.2""#), order);
        assert_eq!(file(r#""G 0.2","G 0.2""#), order);
        let late = parse_lines(&[EDITION, LAYER, THREAT]).unwrap_err();
        assert_eq!(
            late.to_string(),
            "line 3: a threat stands before the layers"
        );
        let form = THREAT.replace("G 0.2", "G 0.02");
        let form = parse_lines(&[EDITION, &form]).unwrap_err().to_string();
        assert_eq!(
            form,
            "line 2: `G 0.02` is not the id of a threat, as `G 0.14` would be"
        );
        let twice = parse_lines(&[EDITION, THREAT, THREAT]).unwrap_err();
        assert_eq!(twice.to_string(), "line 3: id `G 0.2` is not unique");
    }

    fn marks(pairs: &[(&str, &str)]) -> CrossTable {
        let pairs = pairs.iter().map(|(requirement, threat)| Pair {
            requirement: (*requirement).to_owned(),
            threat: (*threat).to_owned(),
        });
        CrossTable {
            requirements: vec![],
            pairs: pairs.collect(),
            values: vec![],
            warnings: vec![],
        }
    }

    #[test]
    fn a_cross_table_is_joined_by_id() {
        let facts = parse_lines(&[EDITION, LAYER, MODULE, REQUIREMENT]).unwrap();
        let threats = [("G 0.2", "Sturm"), ("G 0.14", "Spähen")];
        let threats = threats.map(|(id, title)| (id.to_owned(), title.to_owned()));
        let join =
            |pairs: &[(&str, &str)]| with_cross_table(facts.clone(), &threats, &marks(pairs));

        let joined = join(&[("XYZ.1.A1", "G 0.14"), ("XYZ.1.A1", "G 0.2")]).unwrap();
        assert_eq!(parse(&print(&joined)).unwrap(), joined);
        let Fact::Requirement { threats: found, .. } = &joined[5] else {
            panic!("{joined:?}");
        };
        assert_eq!(found, &["G 0.2", "G 0.14"]);

        let error = join(&[("XYZ.1.A2", "G 0.2")]).unwrap_err();
        let text = "requirement `XYZ.1.A2` of the cross table is not in the catalogue";
        assert_eq!(error.to_string(), text);
        let error = join(&[("XYZ.1.A1", "G 0.3")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 6: threat `G 0.3` is not in the file"
        );
        let again = with_cross_table(joined, &threats, &marks(&[])).unwrap_err();
        assert_eq!(again.to_string(), "line 4: id `G 0.2` is not unique");
    }

    #[test]
    fn refuses_a_repeated_id_and_an_empty_file() {
        let error = parse_lines(&[EDITION, LAYER, LAYER]).unwrap_err();
        assert_eq!(error.to_string(), "line 3: id `XYZ` is not unique");
        assert_eq!(parse("\n"), Err(FactsError::Empty));
    }
}
