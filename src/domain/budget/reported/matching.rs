//! Which line a posting belongs to. What is not certain is not guessed.

use std::collections::{BTreeSet, HashMap};

use super::{MatchKind, MatchedBy, NoLine, Reported};

/// A line as postings may mean it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Key within its programme.
    pub key: String,
    /// Key of the programme.
    pub programme: String,
    /// Profit centre, account and investment order, as far as it carries them (DOMAIN BUD-3).
    pub accounts: Vec<String>,
}

/// A rule that somebody has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// How the account is compared.
    pub kind: MatchKind,
    /// Account, or its beginning.
    pub pattern: String,
    /// Place of the line among those that are known.
    pub line: usize,
}

/// What became of looking for a line; lines by their place among those that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This one.
    Line(usize, MatchedBy),
    /// None; the lines that it could be.
    None(NoLine, Vec<usize>),
    /// The posting names a line that is not there.
    UnknownLine,
    /// The posting names a line by a key that these have.
    AmbiguousLine(Vec<usize>),
}

/// Lines by all that postings may call them.
#[derive(Debug, Default)]
pub struct Accounts {
    by_key: HashMap<String, Vec<(String, usize)>>,
    by_account: HashMap<String, BTreeSet<usize>>,
    exact: HashMap<String, usize>,
    prefixes: HashMap<String, usize>,
}

impl Accounts {
    /// Orders lines and rules. A pattern stands once in each kind of rule.
    pub fn new(lines: &[Known], rules: impl IntoIterator<Item = Rule>) -> Self {
        let mut accounts = Accounts::default();
        for (place, line) in lines.iter().enumerate() {
            let of_key = accounts.by_key.entry(line.key.clone()).or_default();
            of_key.push((line.programme.clone(), place));
            for account in &line.accounts {
                let of_account = accounts.by_account.entry(account.trim().to_owned());
                of_account.or_default().insert(place);
            }
        }
        accounts.by_account.remove("");
        for rule in rules {
            let of_kind = match rule.kind {
                MatchKind::Exact => &mut accounts.exact,
                MatchKind::Prefix => &mut accounts.prefixes,
            };
            of_kind.insert(rule.pattern, rule.line);
        }
        accounts
    }

    /// The line of a posting: the one that it names, else by the rules (the whole account before its longest beginning),
    /// else the only one that carries the account.
    pub fn find(&self, posting: &Reported) -> Found {
        if let Some(key) = &posting.line {
            return self.named(key, posting.programme.as_deref());
        }
        let Some(account) = &posting.account else {
            return Found::None(NoLine::UnknownAccount, Vec::new());
        };
        if let Some(line) = self.exact.get(account) {
            return Found::Line(*line, MatchedBy::ExactRule);
        }
        if let Some(line) = self.longest_prefix(account) {
            return Found::Line(line, MatchedBy::PrefixRule);
        }
        let lines = self.by_account.get(account);
        let lines: Vec<usize> = lines.into_iter().flatten().copied().collect();
        match lines.as_slice() {
            [] => Found::None(NoLine::UnknownAccount, lines),
            [only] => Found::Line(*only, MatchedBy::LineAccount),
            _ => Found::None(NoLine::AmbiguousAccount, lines),
        }
    }

    fn named(&self, key: &str, programme: Option<&str>) -> Found {
        let of_key = self.by_key.get(key).into_iter().flatten();
        let lines: Vec<usize> = of_key
            .filter(|(of, _)| programme.is_none_or(|programme| programme == of))
            .map(|(_, place)| *place)
            .collect();
        match lines.as_slice() {
            [] => Found::UnknownLine,
            [only] => Found::Line(*only, MatchedBy::LineKey),
            _ => Found::AmbiguousLine(lines),
        }
    }

    fn longest_prefix(&self, account: &str) -> Option<usize> {
        let ends = account.char_indices().map(|(at, c)| at + c.len_utf8());
        let mut ends: Vec<usize> = ends.collect();
        ends.reverse();
        let prefixes = ends.into_iter().filter_map(|end| account.get(..end));
        let mut lines = prefixes.filter_map(|prefix| self.prefixes.get(prefix));
        lines.next().copied()
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::super::ReportedKind;
    use super::*;

    fn posting(account: &str, line: Option<&str>, programme: Option<&str>) -> Reported {
        Reported {
            posting_id: "1".to_owned(),
            kind: ReportedKind::Actual,
            posted_on: NaiveDate::from_ymd_opt(2023, 1, 2).unwrap(),
            year: 2023,
            account: Some(account.to_owned()).filter(|account| !account.is_empty()),
            programme: programme.map(str::to_owned),
            line: line.map(str::to_owned),
            cents: 1,
            text: String::new(),
        }
    }

    fn known(key: &str, programme: &str, accounts: &[&str]) -> Known {
        Known {
            key: key.to_owned(),
            programme: programme.to_owned(),
            accounts: accounts.iter().map(|&account| account.to_owned()).collect(),
        }
    }

    fn rule(kind: MatchKind, pattern: &str, line: usize) -> Rule {
        Rule {
            kind,
            pattern: pattern.to_owned(),
            line,
        }
    }

    #[test]
    fn a_line_is_found_or_not_and_never_guessed() {
        use Found::{AmbiguousLine, Line, None as Nothing, UnknownLine};
        use MatchedBy::{ExactRule, LineAccount, LineKey, PrefixRule};
        let lines = [
            known("A", "P", &["1007410", "44290000"]),
            known("B", "P", &["1007410", "7.104000", "7.104000"]),
            known("A", "Q", &[""]),
            known("C", "Q", &[]),
        ];
        let rules = [
            rule(MatchKind::Prefix, "7", 0),
            rule(MatchKind::Prefix, "7.1", 3),
            rule(MatchKind::Prefix, "7.10400", 2),
            rule(MatchKind::Exact, "7.1", 1),
            rule(MatchKind::Prefix, "ü", 3),
        ];
        let bare = Accounts::new(&lines, []);
        let ruled = Accounts::new(&lines, rules);
        let unknown = || Nothing(NoLine::UnknownAccount, vec![]);
        let ambiguous = || Nothing(NoLine::AmbiguousAccount, vec![0, 1]);
        for (account, line, programme, without, with) in [
            ("", None, None, unknown(), unknown()),
            (
                "44290000",
                None,
                None,
                Line(0, LineAccount),
                Line(0, LineAccount),
            ),
            ("4429000", None, None, unknown(), unknown()),
            ("1007410", None, None, ambiguous(), ambiguous()),
            (
                "7.104000",
                None,
                None,
                Line(1, LineAccount),
                Line(2, PrefixRule),
            ),
            ("7.1", None, None, unknown(), Line(1, ExactRule)),
            ("7.19", None, None, unknown(), Line(3, PrefixRule)),
            ("7", None, None, unknown(), Line(0, PrefixRule)),
            ("8", None, None, unknown(), unknown()),
            ("über", None, None, unknown(), Line(3, PrefixRule)),
            ("7.1", Some("C"), None, Line(3, LineKey), Line(3, LineKey)),
            ("7.1", Some("C"), Some("P"), UnknownLine, UnknownLine),
            ("7.1", Some("D"), None, UnknownLine, UnknownLine),
            (
                "7.1",
                Some("A"),
                None,
                AmbiguousLine(vec![0, 2]),
                AmbiguousLine(vec![0, 2]),
            ),
            ("", Some("A"), Some("Q"), Line(2, LineKey), Line(2, LineKey)),
        ] {
            let posting = posting(account, line, programme);
            assert_eq!(bare.find(&posting), without, "{account} {line:?}");
            assert_eq!(ruled.find(&posting), with, "{account} {line:?}, with rules");
        }
    }

    proptest! {
        /// The same as asking every prefix rule in turn.
        #[test]
        fn the_longest_beginning_holds(patterns in prop::collection::hash_set("[aü7.]{1,4}", 0..12), account in "[aü7.]{0,6}") {
            let lines: Vec<Known> = patterns.iter().map(|pattern| known(pattern, "P", &[])).collect();
            let rules = patterns.iter().enumerate().map(|(line, pattern)| rule(MatchKind::Prefix, pattern, line));
            let found = Accounts::new(&lines, rules).find(&posting(&account, None, None));
            let begins = patterns.iter().enumerate().filter(|(_, pattern)| account.starts_with(pattern.as_str()));
            let expected = match begins.max_by_key(|(_, pattern)| pattern.len()) {
                Some((line, _)) => Found::Line(line, MatchedBy::PrefixRule),
                None => Found::None(NoLine::UnknownAccount, vec![]),
            };
            prop_assert_eq!(found, expected);
        }
    }
}
