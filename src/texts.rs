//! Every text that a person reads, from `locales/`, in German or English.
//!
//! Code says *what* it has to tell (a code and named values), this file finds the sentence. A value that
//! is missing never breaks a text: the message then falls back to its attributes `.short` and `.plain`.

use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};

use crate::domain::fault::{Args, FaultCode};
use crate::domain::text_enum;
use crate::error::Code;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "de",
        // Texts go to JSON, terminals and plain-text mails: no invisible marks around values.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static DE: LanguageIdentifier = langid!("de");
static EN: LanguageIdentifier = langid!("en");

text_enum! {
    /// Language of the texts.
    #[derive(Default)]
    Language {
        /// German.
        #[default]
        De = "de",
        /// English.
        En = "en",
    }
}

impl Language {
    /// The language that a client prefers (`Accept-Language`, RFC 9110 §12.5.4); German where neither is
    /// wanted more, or where nothing of the header can be understood.
    pub fn from_accept_language(header: Option<&str>) -> Language {
        let ranges: Vec<(&str, u16)> = header
            .unwrap_or_default()
            .split(',')
            .filter_map(language_range)
            .collect();
        // Quality, and the place in the header: of two that are wanted equally, the first counts.
        let wanted = |language: Language| {
            let best = |tag: &str| {
                let hits = ranges
                    .iter()
                    .enumerate()
                    .filter(|(_, (range, _))| range.eq_ignore_ascii_case(tag));
                hits.map(|(place, (_, quality))| (*quality, std::cmp::Reverse(place)))
                    .max()
            };
            best(language.as_str())
                .or_else(|| best("*"))
                .filter(|(quality, _)| *quality > 0)
        };
        if wanted(Language::En) > wanted(Language::De) {
            Language::En
        } else {
            Language::De
        }
    }

    /// From a language tag such as `en-GB` or `de_DE.UTF-8`; German for everything but English.
    pub fn from_tag(tag: &str) -> Language {
        let primary = tag.trim().split(['-', '_', '.']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case(Language::En.as_str()) {
            Language::En
        } else {
            Language::De
        }
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        match self {
            Language::De => &DE,
            Language::En => &EN,
        }
    }
}

/// Primary language and quality in thousandths of one part of `Accept-Language`.
fn language_range(part: &str) -> Option<(&str, u16)> {
    let (range, parameters) = part.split_once(';').unwrap_or((part, ""));
    let primary = range
        .trim()
        .split('-')
        .next()
        .filter(|primary| !primary.is_empty())?;
    let mut quality = 1000;
    for parameter in parameters.split(';') {
        if let Some((name, value)) = parameter.split_once('=')
            && name.trim().eq_ignore_ascii_case("q")
        {
            quality = thousandths(value.trim())?;
        }
    }
    Some((primary, quality))
}

/// A quality value: `0` to `1` with at most three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, decimals) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

/// Title and detail of a problem.
pub fn problem(lang: Language, code: Code, args: &Args) -> (String, String) {
    let title = format!("problem-{code}");
    let detail = format!("{title}-detail");
    (text(lang, &title, args), text(lang, &detail, args))
}

/// What is wrong with one place of the input.
pub fn fault(lang: Language, code: FaultCode, args: &Args) -> String {
    text(lang, &format!("fault-{code}"), args)
}

/// The name of a word, `label(lang, "status", "in_progress")`; the word itself if it has none.
pub fn label(lang: Language, kind: &str, word: &str) -> String {
    find(lang, &format!("{kind}-{word}"), &HashMap::new()).unwrap_or_else(|| word.to_owned())
}

/// Any message by its id; the id itself if there is none.
///
/// Where the message needs a value that is not among `args`, its attribute `.short` is taken, then `.plain`.
pub fn text(lang: Language, id: &str, args: &Args) -> String {
    let values = values(lang, args);
    ["", ".short", ".plain"]
        .iter()
        .find_map(|attribute| find(lang, &format!("{id}{attribute}"), &values))
        .unwrap_or_else(|| id.to_owned())
}

/// The message in this language, if it is there and has all the values that it needs.
fn find(lang: Language, id: &str, values: &HashMap<String, FluentValue<'_>>) -> Option<String> {
    LOCALES
        .lookup_single_language(lang.identifier(), id, Some(values))
        .ok()
}

/// Names whose words the kind `status` has: those of measures, unless the argument `of` names something else that
/// takes steps, `post` for `post-status`.
const STEPS_OF: &str = "of";

/// Arguments that are lists of words, each with the kind that names its words (`known` has none).
const WORDS: &[(&str, Option<&str>)] = &[
    ("status", Some("status")),
    ("from", Some("status")),
    ("to", Some("status")),
    ("allowed", Some("status")),
    ("missing", Some("field")),
    ("action", Some("action")),
    ("grounds", Some("ground")),
    ("needed", Some("needed")),
    ("interim_reason", Some("interim-reason")),
    ("found", None),
    ("known", None),
];

/// Arguments that singular and plural depend on.
const COUNTS: &[&str] = &["minutes", "limit", "min", "max", "over", "days", "count"];

/// Arguments that are cents: digits in groups of three, and `{name}_count` for singular and plural.
const CENTS: &[&str] = &[
    "over_cents",
    "ceiling_cents",
    "short_cents",
    "file_cents",
    "stated_cents",
];

/// Arguments that are cents and shown in euros.
const EUROS: &[&str] = &["amount", "of_amount", "printed_amount", "computed_amount"];

/// The arguments as Fluent wants them, with `{name}_words` and `{name}_label` beside words. An empty list
/// of words counts as missing, so that no text ends in nothing.
fn values<'a>(lang: Language, args: &'a Args) -> HashMap<String, FluentValue<'a>> {
    let mut values = HashMap::new();
    let steps_of = args.iter().find(|(name, _)| *name == STEPS_OF);
    let kind_of = |kind: &str| match steps_of {
        Some((_, what)) if kind == "status" => format!("{what}-{kind}"),
        _ => kind.to_owned(),
    };
    for (name, value) in args {
        let list = WORDS.iter().find(|(words, _)| words == name);
        if let Some((_, kind)) = list {
            let words: Vec<&str> = value
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .collect();
            if words.is_empty() {
                continue;
            }
            let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            values.insert(format!("{name}_words"), quoted.join(", ").into());
            if let Some(kind) = kind {
                let kind = kind_of(kind);
                let labels: Vec<String> =
                    words.iter().map(|word| label(lang, &kind, word)).collect();
                values.insert(format!("{name}_label"), labels.join(", ").into());
            }
        }
        if EUROS.contains(name) {
            values.insert((*name).to_owned(), euros(lang, value).into());
            continue;
        }
        if CENTS.contains(name) {
            let count = u32::from(value != "1");
            values.insert(format!("{name}_count"), (count + 1).into());
            values.insert((*name).to_owned(), grouped(lang, value).into());
            continue;
        }
        // 32 bits only: Fluent counts in floats, and a sum of cents has to come out as it went in.
        let count = value.parse::<u32>().ok().filter(|_| COUNTS.contains(name));
        values.insert(
            (*name).to_owned(),
            count.map_or_else(|| value.as_str().into(), Into::into),
        );
    }
    values
}

/// Digits in groups of three: `7.400.000` in German, `7,400,000` in English.
fn grouped(lang: Language, digits: &str) -> String {
    let point = match lang {
        Language::De => '.',
        Language::En => ',',
    };
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(point);
        }
        grouped.push(digit);
    }
    grouped
}

/// A day: `31.12.2023` in German, `2023-12-31` in English.
pub fn day(lang: Language, day: chrono::NaiveDate) -> String {
    match lang {
        Language::De => day.format("%d.%m.%Y").to_string(),
        Language::En => day.to_string(),
    }
}

/// Cents in euros: `1.994.000,00 €` in German, `€1,994,000.00` in English.
pub fn euros(lang: Language, cents: &str) -> String {
    let (sign, digits) = match cents.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", cents),
    };
    let digits = format!("{digits:0>3}");
    let (whole, rest) = digits.split_at(digits.len().saturating_sub(2));
    let whole = grouped(lang, whole);
    match lang {
        Language::De => format!("{sign}{whole},{rest} €"),
        Language::En => format!("{sign}€{whole}.{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::{Action, Role};
    use crate::domain::budget::coverage::Shortage;
    use crate::domain::budget::posting::Needed;
    use crate::domain::budget::{EntryState, EntryType, InterimReason, alarm};
    use crate::domain::budget_period;
    use crate::domain::catalogue::{ImplementationOrder, Level};
    use crate::domain::deadline;
    use crate::domain::duty::Recurrence;
    use crate::domain::institution::InstitutionKind;
    use crate::domain::measure::{
        Age, Confidentiality, LinkKind, Origin, Precision, Relevance, Status,
    };
    use crate::domain::order::{ManualPlace, ProtectionNeed, Rule};
    use crate::domain::postponement;
    use crate::domain::programme::{
        AmountBasis, EntryFlag, LineKind, PostKind, ResolutionKind, ResolutionOutcome,
    };
    use crate::domain::requirement_check::{CheckStatus, DispensableKind, Ground};
    use crate::domain::{post, printed_total};

    /// What the callers pass with each problem.
    fn problem_args(code: Code) -> Args {
        let args: &[(&'static str, &str)] = match code {
            Code::Stale => &[("current", "\"7\"")],
            Code::IllegalTransition => &[
                ("from", "approved"),
                ("to", "verified"),
                ("allowed", "in_progress, blocked"),
            ],
            Code::TransitionIncomplete => &[("to", "approved"), ("missing", "owner, due")],
            Code::ConsolidationOver | Code::NoSuccessor => {
                &[("reference", "M-2022-0007"), ("from", "verified")]
            }
            Code::SuccessorNotRunning => &[
                ("reference", "M-2022-0007"),
                ("successor", "M-2022-0008"),
                ("from", "proposed"),
            ],
            Code::SuccessorDueLater => &[
                ("reference", "M-2022-0007"),
                ("successor", "M-2022-0008"),
                ("due", "2022-12-31"),
            ],
            Code::PostponementNotRunning => &[("status", "implemented")],
            Code::PostponementFixed => &[("fixed_by", "law")],
            Code::NotAReasonToDispense => &[
                ("found", "Kosten, wird … abgelöst"),
                ("grounds", "cost, remaining_life"),
                ("level", "standard"),
            ],
            Code::ProgrammeExists => &[("key", "stradis")],
            Code::NotificationNotFailed => &[("state", "sent")],
            Code::CeilingExceeded => &[
                ("over_cents", "7400000"),
                ("ceiling_cents", "200000000"),
                ("years", "2018"),
            ],
            Code::CommitmentWithoutAuthority => {
                &[("short_cents", "1"), ("year", "2022"), ("line", "OG-I7")]
            }
            Code::BlockedFunds => &[("over_cents", "1"), ("line", "OG-I7"), ("year", "2022")],
            Code::InterimReasonRequired => &[("line", "OG-I7"), ("year", "2022")],
            Code::ControlMismatch => &[
                ("file_rows", "3"),
                ("file_cents", "123456"),
                ("stated_rows", "4"),
                ("stated_cents", "223456"),
            ],
            Code::AuthorityNotInvestive | Code::NotTransferable => &[("line", "OG-K1")],
            Code::CrossKindTransfer | Code::OutsideCoverGroup => {
                &[("giver", "OG-I9"), ("receiver", "OG-K2")]
            }
            Code::AccountLocked => &[("minutes", "15")],
            Code::TooLarge => &[("limit", "1048576")],
            Code::Forbidden => &[("action", "measure.change_status")],
            _ => &[],
        };
        args.iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    }

    /// What the callers pass with each fault.
    fn fault_args(code: FaultCode) -> Args {
        let args: &[(&'static str, &str)] = match code {
            FaultCode::Required | FaultCode::TooShort => &[("min", "12")],
            FaultCode::TooLong | FaultCode::TooMany => &[("max", "2000")],
            FaultCode::OutOfRange => &[("min", "1900-01-01"), ("max", "2199-12-31")],
            FaultCode::UnknownWord => &[("value", "done"), ("known", "proposed, approved")],
            FaultCode::WrongType => &[("value", "invalid type: string, expected i64")],
            FaultCode::UnknownField
            | FaultCode::UnknownReference
            | FaultCode::Withdrawn
            | FaultCode::Unreadable
            | FaultCode::Schema
            | FaultCode::Cycle
            | FaultCode::Duplicate
            | FaultCode::NotAssignable
            | FaultCode::NotCarried
            | FaultCode::Outdated
            | FaultCode::OverAllocated
            | FaultCode::PrivateTarget
            | FaultCode::NotAddressed => &[("value", "Ä{$x}")],
            FaultCode::NotPeriodEnd => &[("precision", "quarter")],
            FaultCode::CeilingExceeded => {
                &[("over", "9223372036854775807"), ("ceiling", "199400000")]
            }
            _ => &[],
        };
        args.iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    }

    /// A sentence as the house writes them: no full stop, English starting in lower case.
    fn is_well_formed(lang: Language, text: &str) -> bool {
        let first = text.chars().next();
        !text.is_empty()
            && !text.ends_with('.')
            && !text
                .chars()
                .any(|c| matches!(c, '\u{2068}' | '\u{2069}' | '\n'))
            && (lang == Language::De || !first.is_some_and(char::is_uppercase))
    }

    #[test]
    fn every_problem_has_its_texts() {
        for lang in Language::ALL.iter().copied() {
            for code in Code::ALL.iter().copied() {
                let args = problem_args(code);
                // The full sentence, not a fallback, when everything is there.
                for id in [format!("problem-{code}"), format!("problem-{code}-detail")] {
                    let full = find(lang, &id, &values(lang, &args))
                        .unwrap_or_else(|| panic!("{lang}: {id}"));
                    assert!(is_well_formed(lang, &full), "{lang}: {id}: {full}");
                    assert!(!full.contains("{$"), "{lang}: {id}: {full}");
                }
                for kept in 0..=args.len() {
                    let (title, detail) = problem(lang, code, &args[..kept].to_vec());
                    assert_ne!(title, format!("problem-{code}"));
                    assert_ne!(
                        detail,
                        format!("problem-{code}-detail"),
                        "{lang}: {kept} arguments"
                    );
                }
            }
        }
    }

    #[test]
    fn every_fault_has_its_text() {
        for lang in Language::ALL.iter().copied() {
            for code in FaultCode::ALL.iter().copied() {
                let (id, args) = (format!("fault-{code}"), fault_args(code));
                let full =
                    find(lang, &id, &values(lang, &args)).unwrap_or_else(|| panic!("{lang}: {id}"));
                assert!(is_well_formed(lang, &full), "{lang}: {id}: {full}");
                assert!(
                    !full.replace("Ä{$x}", "").contains("{$"),
                    "{lang}: {id}: {full}"
                );
                for kept in 0..=args.len() {
                    assert_ne!(
                        fault(lang, code, &args[..kept].to_vec()),
                        id,
                        "{lang}: {kept} arguments"
                    );
                }
            }
        }
    }

    #[test]
    fn every_word_has_a_label() {
        macro_rules! check {
            ($($kind:literal $words:ty),+ $(,)?) => {
                for lang in Language::ALL.iter().copied() {
                    $(for word in <$words>::ALL {
                        let id = format!("{}-{word}", $kind);
                        let label = find(lang, &id, &HashMap::new()).unwrap_or_else(|| panic!("{lang}: {id}"));
                        assert!(!label.is_empty(), "{lang}: {id}");
                    })+
                }
            };
        }
        check! {
            "status" Status, "role" Role, "precision" Precision, "confidentiality" Confidentiality,
            "link-kind" LinkKind, "level" Level, "origin" Origin, "line-kind" LineKind, "shortage" Shortage, "entry-type" EntryType, "entry-state" EntryState, "needed" Needed,
            "interim-reason" InterimReason, "alarm-severity" alarm::Severity, "deadline" deadline::Kind, "postponement-state" postponement::State,
            "age" Age, "relevance" Relevance, "implementation-order" ImplementationOrder,
            "amount-basis" AmountBasis, "entry-flag" EntryFlag, "post-kind" PostKind,
            "resolution-kind" ResolutionKind, "resolution-outcome" ResolutionOutcome,
            "check-status" CheckStatus, "dispensable-kind" DispensableKind, "ground" Ground,
            "institution-kind" InstitutionKind, "action" Action, "protection-need" ProtectionNeed,
            "post-status" post::Status, "budget-period-kind" budget_period::Kind, "budget-period-status" budget_period::State,
            "printed-precision" printed_total::Precision, "verdict" printed_total::Verdict, "recurrence" Recurrence,
        }
        for word in [
            "owner",
            "org_unit",
            "due",
            "links",
            "reason",
            "initiator",
            "deputy",
            "start_planned",
            "cost",
            "budget_lines",
            "blocked_by",
            "blocked_until",
            "evidence",
            "method",
            "review_on",
            "residual_risk",
            "adopted_resolution",
            "ends_on",
        ] {
            assert_ne!(label(Language::De, "field", word), word);
        }
    }

    #[test]
    fn every_rule_of_the_order_has_its_sentence() {
        let names = [
            "value",
            "neighbour",
            "neighbour_value",
            "waits_for",
            "place_reason",
        ];
        let all: Args = names.iter().map(|name| (*name, "M-1".to_owned())).collect();
        for lang in Language::ALL.iter().copied() {
            for rule in Rule::ALL {
                let full = find(lang, &format!("order-{rule}"), &values(lang, &all))
                    .unwrap_or_else(|| panic!("{lang}: {rule}"));
                assert!(is_well_formed(lang, &full), "{lang}: {rule}: {full}");
            }
            for place in ManualPlace::ALL {
                let number = vec![("number", "3".to_owned())];
                assert!(text(lang, &format!("order-place-{place}"), &number).ends_with('3'));
            }
        }
    }

    #[test]
    fn every_alarm_has_its_sentence() {
        let all: Args = [
            ("amount", "-7400001"),
            ("of_amount", "200000000"),
            ("printed_amount", "5"),
            ("computed_amount", "0"),
            ("line", "OG-K2"),
            ("group", "K"),
            ("measure", "M-2022-0007"),
            ("programme", "OG-2021-DIG"),
            ("total", "Summe Budget"),
            ("year", "2023"),
            ("to_year", "2024"),
            ("until", "2023-12-31"),
            ("origin", "2021"),
            ("needed", "cover, adopted_resolution"),
            ("interim_reason", "continuation"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        for lang in Language::ALL.iter().copied() {
            for sentence in alarm::SENTENCES {
                let id = format!("alarm-{sentence}");
                let full = find(lang, &id, &values(lang, &all));
                let full = full.unwrap_or_else(|| panic!("{lang}: {id}"));
                assert!(is_well_formed(lang, &full), "{lang}: {id}: {full}");
                assert!(!full.contains("{$"), "{lang}: {id}: {full}");
            }
        }
        let told = |lang, id| text(lang, id, &all);
        assert_eq!(
            told(Language::De, "alarm-ceiling_exceeded"),
            "Die Obergrenze von 2.000.000,00 € ist um -74.000,01 € überschritten"
        );
        assert_eq!(
            told(Language::En, "alarm-printed_mismatch"),
            "`Summe Budget` is printed as €0.05; its parts sum to €0.00"
        );
        assert_eq!(
            told(Language::De, "alarm-uepl_incomplete"),
            "Über- oder außerplanmäßige -74.000,01 € zählen nicht; es fehlt: Deckung, gefasster Beschluss"
        );
    }

    #[test]
    fn labels_fall_back_to_the_word() {
        assert_eq!(label(Language::De, "status", "in_progress"), "in Umsetzung");
        assert_eq!(label(Language::En, "status", "in_progress"), "in progress");
        assert_eq!(
            label(Language::De, "action", "measure.read"),
            "Maßnahmen ansehen"
        );
        assert_eq!(
            label(Language::De, "status", "no such.word {$x}"),
            "no such.word {$x}"
        );
        assert_eq!(
            text(Language::De, "no-such-text", &Args::new()),
            "no-such-text"
        );
    }

    #[test]
    fn sentences() {
        let detail = |lang, code| problem(lang, code, &problem_args(code)).1;
        assert_eq!(
            detail(Language::De, Code::IllegalTransition),
            "Von „genehmigt“ führt kein Schritt zu „geprüft“; möglich sind: in Umsetzung, blockiert (`in_progress`, `blocked`)"
        );
        assert_eq!(
            detail(Language::En, Code::IllegalTransition),
            "no step leads from `approved` to `verified`; possible: `in_progress`, `blocked`"
        );
        assert_eq!(
            problem(
                Language::En,
                Code::IllegalTransition,
                &vec![
                    ("from", "rejected".to_owned()),
                    ("to", "approved".to_owned()),
                    ("allowed", String::new()),
                ]
            )
            .1,
            "no step leads from `rejected` to `approved`"
        );
        assert_eq!(
            detail(Language::De, Code::TransitionIncomplete),
            "Für den Schritt zu „genehmigt“ fehlt noch: Umsetzungsverantwortliche, Termin (`owner`, `due`)"
        );
        assert_eq!(
            detail(Language::De, Code::Forbidden),
            "Ihre Rollen erlauben Ihnen hier nicht: Status von Maßnahmen ändern (`measure.change_status`)"
        );
        assert_eq!(
            detail(Language::De, Code::TooLarge),
            "Der Inhalt der Anfrage ist größer als 1048576 Byte",
            "numbers stay as they are"
        );
        for (minutes, end) in [("1", "in 1 Minute erneut"), ("15", "in 15 Minuten erneut")] {
            let (_, detail) = problem(
                Language::De,
                Code::AccountLocked,
                &vec![("minutes", minutes.to_owned())],
            );
            assert!(detail.ends_with(end), "{detail}");
        }
        assert_eq!(
            detail(Language::De, Code::CeilingExceeded),
            "Die Buchung liegt 7.400.000 Cent über der Obergrenze von 200.000.000 Cent für 2018"
        );
        assert_eq!(
            detail(Language::En, Code::CeilingExceeded),
            "this would be 7,400,000 cents above the ceiling of 200,000,000 cents for 2018"
        );
        assert_eq!(
            detail(Language::En, Code::BlockedFunds),
            "this would use 1 cent of the blocked funds of `OG-I7` in 2022"
        );
        let told = |lang, code| fault(lang, code, &fault_args(code));
        assert_eq!(
            told(Language::De, FaultCode::CeilingExceeded),
            "9223372036854775807 Cent über der Obergrenze von 199400000 Cent"
        );
        assert_eq!(
            told(Language::De, FaultCode::OutOfRange),
            "Erlaubt ist 1900-01-01 bis 2199-12-31"
        );
        assert_eq!(
            told(Language::De, FaultCode::NotPeriodEnd),
            "Das Datum muss der letzte Tag des Quartals sein"
        );
        assert_eq!(
            told(Language::En, FaultCode::TooLong),
            "must have at most 2000 characters"
        );
        assert_eq!(
            told(Language::De, FaultCode::UnknownReference),
            "`Ä{$x}` gibt es nicht",
            "input is never a template"
        );
        assert_eq!(
            text(
                Language::De,
                "quiet-holiday",
                &vec![("name", "Fronleichnam".to_owned())]
            ),
            "Feiertag (Fronleichnam)"
        );
    }

    #[test]
    fn both_languages_have_the_same_messages() {
        let ids = |lang: Language| {
            let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("locales")
                .join(lang.as_str());
            let mut ids = Vec::new();
            for file in std::fs::read_dir(directory).unwrap() {
                let (mut message, path) = (String::new(), file.unwrap().path());
                for line in std::fs::read_to_string(&path).unwrap().lines() {
                    let Some((head, _)) = line.split_once('=') else {
                        continue;
                    };
                    if let Some(attribute) = head.trim().strip_prefix('.') {
                        ids.push(format!("{message}.{attribute}"));
                    } else if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
                        message = head.trim().to_owned();
                        ids.push(message.clone());
                    }
                }
            }
            ids.sort();
            ids
        };
        let german = ids(Language::De);
        assert_eq!(german, ids(Language::En));
        assert!(
            german.windows(2).all(|pair| pair[0] != pair[1]),
            "a message stands twice"
        );
    }

    #[test]
    fn accept_language() {
        for (header, expected) in [
            (None, Language::De),
            (Some(""), Language::De),
            (Some("de"), Language::De),
            (Some("en"), Language::En),
            (Some("EN-gb"), Language::En),
            (Some("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"), Language::De),
            (Some("en-US,en;q=0.9,de;q=0.8"), Language::En),
            (Some("de;q=0.5, en;q=0.8"), Language::En),
            (Some("de;q=0.800, en;q=0.8"), Language::De),
            (Some("en, de"), Language::En),
            (Some("de, en"), Language::De),
            (Some("de;q=0.12,en;q=0.123"), Language::En),
            (Some("fr, en;q=0.1"), Language::En),
            (Some("fr"), Language::De),
            (Some("*"), Language::De),
            (Some("fr, *;q=0.1"), Language::De),
            (Some("en;q=0.5, *"), Language::De),
            (Some("en, *;q=0.5"), Language::En),
            (Some("de;q=0, *"), Language::En),
            (Some("de;q=0"), Language::De),
            (Some("en;q=0"), Language::De),
            (Some("en;q=0, *"), Language::De),
            (Some("en ; Q=0.9 , de ; q=0.1"), Language::En),
            (Some("en;q=1.001, de;q=0.1"), Language::De),
            (Some("en;q=high, de;q=0.1"), Language::De),
            (Some("en;q=0.1234, de;q=0.1"), Language::De),
            (Some("en;q=+0.5"), Language::De),
            (Some("english"), Language::De),
            (Some(",;,=,;q=1,-en,ä;q=ä"), Language::De),
        ] {
            assert_eq!(
                Language::from_accept_language(header),
                expected,
                "{header:?}"
            );
        }
    }

    #[test]
    fn tags() {
        for tag in ["en", "EN", "en-GB", "en_US.UTF-8", " en "] {
            assert_eq!(Language::from_tag(tag), Language::En, "{tag}");
        }
        for tag in ["", "de", "de-AT", "C", "fr", "english"] {
            assert_eq!(Language::from_tag(tag), Language::De, "{tag}");
        }
        assert_eq!(Language::default(), Language::De);
        assert_eq!(Language::En.as_str(), "en");
    }
}
