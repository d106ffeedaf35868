//! Words with a fixed meaning, in German, in English or as the API has them.

use std::fmt::Display;

use super::{Code, Parsed, ValueFault};
use crate::domain::budget::reported::ReportedKind;
use crate::domain::catalogue::Level;
use crate::domain::measure::{
    Confidentiality, EstimateQuality, Origin, Precision, Relevance, Status, search_key,
};
use crate::domain::postponement::FixedBy;

/// Words that stand in cells.
pub trait Words: Copy + PartialEq + Display + 'static {
    /// Each value with the German name that exports write, and other names for it. The word of the API
    /// is one in any case.
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])];

    /// The name that exports write.
    fn german(self) -> &'static str {
        let names = Self::NAMES.iter();
        let mut of_it = names.filter(|(value, _, _)| *value == self);
        of_it.next().map_or("", |(_, german, _)| *german)
    }
}

/// The value that a word stands for; case, blanks and hyphens do not count.
///
/// # Errors
/// `unknown_word` with the German names
pub fn word<T: Words>(cell: &str) -> Parsed<T> {
    let key = folded(cell);
    let is_it = |name: &str| folded(name) == key;
    let found = T::NAMES.iter().find(|(value, german, others)| {
        is_it(german) || is_it(&value.to_string()) || others.iter().any(|other| is_it(other))
    });
    found.map(|(value, _, _)| *value).ok_or_else(|| {
        let known: Vec<&str> = T::NAMES.iter().map(|(_, german, _)| *german).collect();
        ValueFault::shows(Code::UnknownWord, cell).arg("known", known.join(", "))
    })
}

/// How names are compared: letters and digits only, lower case, umlauts resolved.
pub fn folded(name: &str) -> String {
    let key = search_key(name);
    key.chars().filter(|c| c.is_alphanumeric()).collect()
}

impl Words for Status {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Status::Proposed, "vorgeschlagen", &[]),
        (Status::Approved, "genehmigt", &[]),
        (
            Status::InProgress,
            "in Umsetzung",
            &["in Arbeit", "in Bearbeitung"],
        ),
        (Status::Blocked, "blockiert", &[]),
        (Status::Implemented, "umgesetzt", &[]),
        (Status::Verified, "geprüft", &[]),
        (Status::Deferred, "zurückgestellt", &[]),
        (Status::Rejected, "verworfen", &["abgelehnt"]),
        (Status::Replaced, "ersetzt", &[]),
    ];
}

impl Words for Origin {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (
            Origin::GsCheck,
            "Grundschutz-Check",
            &["GS-Check", "IT-Grundschutz check", "IT-Grundschutz-Check"],
        ),
        (Origin::RiskAnalysis, "Risikoanalyse", &[]),
        (Origin::Audit, "Audit", &["Revision"]),
        (
            Origin::Incident,
            "Sicherheitsvorfall",
            &["Vorfall", "security incident"],
        ),
        (
            Origin::CouncilResolution,
            "Ratsbeschluss",
            &["Beschluss", "Gemeinderatsbeschluss"],
        ),
        (Origin::Law, "Gesetz", &[]),
        (Origin::AdHoc, "anlassbezogen", &[]),
    ];
}

impl Words for Relevance {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Relevance::Direct, "direkt", &[]),
        (Relevance::Indirect, "mittelbar", &["indirekt"]),
        (Relevance::None, "keine", &["kein"]),
    ];
}

impl Words for Confidentiality {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Confidentiality::Public, "öffentlich", &[]),
        (Confidentiality::Internal, "intern", &[]),
        (Confidentiality::Confidential, "vertraulich", &[]),
        (
            Confidentiality::StrictlyConfidential,
            "streng vertraulich",
            &[],
        ),
    ];
}

impl Words for Precision {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Precision::Day, "Tag", &["tagesgenau"]),
        (Precision::Month, "Monat", &[]),
        (Precision::Quarter, "Quartal", &[]),
        (Precision::Half, "Halbjahr", &["half-year"]),
        (Precision::Year, "Jahr", &[]),
        (Precision::Season, "Jahreszeit", &[]),
    ];
}

impl Words for FixedBy {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (
            FixedBy::CouncilResolution,
            "Ratsbeschluss",
            &["Beschluss", "Gemeinderatsbeschluss"],
        ),
        (FixedBy::Law, "Gesetz", &[]),
    ];
}

impl Words for EstimateQuality {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (
            EstimateQuality::Rough,
            "grob",
            &["grob geschätzt", "Schätzung"],
        ),
        (EstimateQuality::Offer, "Angebot", &["nach Angebot"]),
        (EstimateQuality::Contract, "Vertrag", &["nach Vertrag"]),
    ];
}

impl Words for Level {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (Level::Basic, "Basis", &["B"]),
        (Level::Standard, "Standard", &["S"]),
        (
            Level::Elevated,
            "erhöhter Schutzbedarf",
            &["H", "erhöht", "hoch", "elevated protection needs"],
        ),
    ];
}

impl Words for ReportedKind {
    const NAMES: &'static [(Self, &'static str, &'static [&'static str])] = &[
        (ReportedKind::Actual, "Ist", &["Zahlung", "Rechnung"]),
        (
            ReportedKind::Commitment,
            "Obligo",
            &["Bestellung", "Auftrag"],
        ),
    ];
}
