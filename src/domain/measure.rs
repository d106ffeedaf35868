//! The measure: its words, its steps and when it is overdue (DOMAIN §2.2, §2.3, §5.1).

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text_enum;

text_enum! {
    /// Where a measure stands.
    Status {
        /// Vorgeschlagen: no binding date yet.
        Proposed = "proposed",
        /// Genehmigt.
        Approved = "approved",
        /// In Umsetzung.
        InProgress = "in_progress",
        /// Blockiert: does not stop the clock.
        Blocked = "blocked",
        /// Umgesetzt, waiting for the check by somebody else.
        Implemented = "implemented",
        /// Geprüft.
        Verified = "verified",
        /// Zurückgestellt.
        Deferred = "deferred",
        /// Verworfen.
        Rejected = "rejected",
        /// Ersetzt by another measure.
        Replaced = "replaced",
    }
}

text_enum! {
    /// What brought the measure about.
    Origin {
        /// Grundschutz-Check.
        GsCheck = "gs_check",
        /// Risikoanalyse.
        RiskAnalysis = "risk_analysis",
        /// Audit.
        Audit = "audit",
        /// Sicherheitsvorfall.
        Incident = "incident",
        /// Ratsbeschluss.
        CouncilResolution = "council_resolution",
        /// Gesetz.
        Law = "law",
        /// Anything else.
        AdHoc = "ad_hoc",
    }
}

text_enum! {
    /// How near to information security a measure is (DOMAIN §1.5).
    Relevance {
        /// Direkt: a security measure.
        Direct = "direct",
        /// Mittelbar: an IT measure with security duties.
        Indirect = "indirect",
        /// Keine.
        None = "none",
    }
}

text_enum! {
    /// What a list can ask for because it is missing.
    Missing {
        /// Nobody is responsible.
        Owner = "owner",
        /// No due date.
        Due = "due",
        /// Neither a budget line nor a reason why it needs none.
        Budget = "budget",
        /// Neither a link to a catalogue nor a reason why no module fits.
        Links = "links",
    }
}

text_enum! {
    /// How a measure is tied to a requirement (DOMAIN §1.5).
    LinkKind {
        /// Contributes to fulfilling it.
        Fulfils = "fulfils",
        /// Has to observe it.
        Applies = "applies",
    }
}

/// Modules that a measure is linked to, by id; each once and in order wherever they are shown.
///
/// Kept as one text: a page of measures holds hundreds of ids, and nobody asks for one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Modules(String);

impl Modules {
    /// Stands between the ids, the end of a line; in none of them.
    pub const SEPARATOR: &str = "\n";

    /// From ids with [`Modules::SEPARATOR`] between them, in any order, and more than once where several links name
    /// one module.
    pub fn joined(ids: String) -> Self {
        Modules(ids)
    }

    /// The ids.
    pub fn ids(&self) -> Vec<&str> {
        // Ids are short: looking byte by byte takes less than preparing to look for an end of line faster, and counting
        // them first less than room that grows.
        let ends = || self.0.bytes().filter(|byte| *byte == b'\n');
        let mut ids = Vec::with_capacity(ends().count().saturating_add(1));
        let mut rest = self.0.as_str();
        while let Some(end) = rest.bytes().position(|byte| byte == b'\n') {
            let (id, after) = rest.split_at(end);
            ids.push(id);
            rest = after.strip_prefix(Self::SEPARATOR).unwrap_or_default();
        }
        ids.push(rest);
        ids.retain(|id| !id.is_empty());
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl<'a> FromIterator<&'a str> for Modules {
    fn from_iter<I: IntoIterator<Item = &'a str>>(ids: I) -> Self {
        let ids: Vec<&str> = ids.into_iter().collect();
        Modules(ids.join(Self::SEPARATOR))
    }
}

impl Serialize for Modules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.ids())
    }
}

impl<'de> Deserialize<'de> for Modules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = Vec::<String>::deserialize(deserializer)?;
        Ok(ids.iter().map(String::as_str).collect())
    }
}

text_enum! {
    /// How exactly a due date is known; the day is the last of the period (DOMAIN SEED-R1).
    Precision {
        /// Tag.
        Day = "day",
        /// Monat.
        Month = "month",
        /// Quartal.
        Quarter = "quarter",
        /// Halbjahr.
        Half = "half",
        /// Jahr.
        Year = "year",
        /// Jahreszeit, `Frühherbst`.
        Season = "season",
    }
}

text_enum! {
    /// How well a cost is known (DOMAIN §2.2).
    EstimateQuality {
        /// Grob geschätzt.
        Rough = "rough",
        /// Nach Angebot.
        Offer = "offer",
        /// Nach Vertrag.
        Contract = "contract",
    }
}

text_enum! {
    /// How somebody checked that a measure is implemented (BSI lesson 6, DOMAIN §2.2).
    VerificationMethod {
        /// Dokument gelesen.
        Document = "document",
        /// Interview.
        Interview = "interview",
        /// Stichprobe.
        Sample = "sample",
        /// Technische Prüfung.
        Technical = "technical",
    }
}

text_enum! {
    /// What a piece of evidence is.
    EvidenceKind {
        /// Dokument.
        Document = "document",
        /// Protokoll, Aufzeichnung.
        Record = "record",
        /// Konfiguration.
        Configuration = "configuration",
        /// Bildschirmfoto.
        Screenshot = "screenshot",
        /// Logauszug.
        Log = "log",
        /// Vertrag, Rechnung.
        Contract = "contract",
        /// Schulungsnachweis.
        Training = "training",
        /// Anderes.
        Other = "other",
    }
}

text_enum! {
    /// What goes along with a measure so that people can live with it (BSI-T8.1).
    AccompanyingKind {
        /// Schulung.
        Training = "training",
        /// Information, Sensibilisierung.
        Information = "information",
        /// Beteiligung, Akzeptanz.
        Acceptance = "acceptance",
    }
}

text_enum! {
    /// How a measure came to an end in another one (DOMAIN §2.1, step 2).
    SuccessionKind {
        /// Zusammengelegt.
        Merged = "merged",
        /// Aufgeteilt.
        Split = "split",
        /// Ersetzt.
        Replaced = "replaced",
    }
}

/// Something that goes along with a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Accompanying {
    /// What it is.
    pub kind: AccompanyingKind,
    /// In words, 1 to 300 characters.
    #[schema(example = "Schulung der Hausmeister")]
    pub text: String,
    /// Day on which it was done.
    #[serde(default)]
    pub done_on: Option<NaiveDate>,
}

/// A step on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// In words, 1 to 300 characters.
    #[schema(example = "Ausschreibung veröffentlicht")]
    pub title: String,
    /// When it is to be reached.
    #[serde(default)]
    pub due: Option<NaiveDate>,
    /// Day on which it was reached.
    #[serde(default)]
    pub done_on: Option<NaiveDate>,
}

/// What a measure costs, once and every year (DOMAIN §2.2, BSI-8.2): money in cents, work in tenths of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Money that is needed once, in cents.
    #[serde(default)]
    #[schema(example = 5_500_000, minimum = 0)]
    pub once_material_cents: Option<i64>,
    /// Work that is needed once, in tenths of a person's day.
    #[serde(default)]
    #[schema(example = 125, minimum = 0)]
    pub once_staff_tenth_days: Option<i32>,
    /// Money that is needed every year, in cents.
    #[serde(default)]
    #[schema(example = 450_000, minimum = 0)]
    pub yearly_material_cents: Option<i64>,
    /// Work that is needed every year, in tenths of a person's day.
    #[serde(default)]
    #[schema(example = 20, minimum = 0)]
    pub yearly_staff_tenth_days: Option<i32>,
    /// How well it is known.
    #[serde(default)]
    pub quality: Option<EstimateQuality>,
}

impl Cost {
    /// Most money in a field: a hundred thousand million euros, so that no sum of measures overflows.
    pub const MAX_CENTS: i64 = 10_000_000_000_000;
    /// Most work in a field: a thousand persons for ten thousand days.
    pub const MAX_TENTH_DAYS: i32 = 100_000_000;

    /// Whether all of it is given; zero is a figure too.
    pub const fn is_complete(&self) -> bool {
        self.once_material_cents.is_some()
            && self.once_staff_tenth_days.is_some()
            && self.yearly_material_cents.is_some()
            && self.yearly_staff_tenth_days.is_some()
            && self.quality.is_some()
    }
}

text_enum! {
    /// Confidentiality class (DOMAIN §7.4), in rising order.
    Confidentiality {
        /// Öffentlich.
        Public = "public",
        /// Intern.
        Internal = "internal",
        /// Vertraulich.
        Confidential = "confidential",
        /// Streng vertraulich.
        StrictlyConfidential = "strictly_confidential",
    }
}

impl Confidentiality {
    /// The title that may leave the house in a mail or a calendar (DOMAIN §5.6, §7.4): of what is internal the one for the
    /// public, where there is one; none above that class.
    pub fn title_outside<'t>(self, title: &'t str, public: Option<&'t str>) -> Option<&'t str> {
        match self {
            Confidentiality::Public => Some(title),
            Confidentiality::Internal => Some(public.unwrap_or(title)),
            Confidentiality::Confidential | Confidentiality::StrictlyConfidential => None,
        }
    }
}

impl Status {
    /// Whether work is still to be done and a due date binds (DOMAIN §5.3).
    pub const fn runs(self) -> bool {
        matches!(
            self,
            Status::Approved | Status::InProgress | Status::Blocked
        )
    }

    /// Whether the work is done, checked or not.
    pub const fn finished(self) -> bool {
        matches!(self, Status::Implemented | Status::Verified)
    }

    /// The statuses in which a due date binds.
    pub fn running() -> impl Iterator<Item = Status> {
        Status::ALL.iter().copied().filter(|status| status.runs())
    }

    /// The statuses in which the work is done.
    pub fn done() -> impl Iterator<Item = Status> {
        Status::ALL
            .iter()
            .copied()
            .filter(|status| status.finished())
    }

    /// Whether a responsible person and a due date are needed (DOMAIN §2.2, column G).
    pub const fn needs_plan(self) -> bool {
        self.runs() || self.finished()
    }

    /// The steps that lead on from here (DOMAIN §2.3). Who may take them is the policy's business.
    pub const fn next(self) -> &'static [Status] {
        match self {
            Status::Proposed => &[Status::Approved, Status::Deferred, Status::Rejected],
            Status::Approved => &[
                Status::InProgress,
                Status::Blocked,
                Status::Deferred,
                Status::Rejected,
            ],
            Status::InProgress => &[
                Status::Blocked,
                Status::Implemented,
                Status::Deferred,
                Status::Rejected,
            ],
            Status::Blocked => &[
                Status::Approved,
                Status::InProgress,
                Status::Deferred,
                Status::Rejected,
            ],
            Status::Implemented => &[Status::InProgress, Status::Verified],
            Status::Verified => &[Status::InProgress],
            Status::Deferred => &[Status::Proposed, Status::Rejected],
            Status::Rejected | Status::Replaced => &[],
        }
    }
}

/// Days by which a measure is overdue, if it is (DOMAIN REM-2): the due day itself still counts as in time.
pub fn days_overdue(status: Status, due: Option<NaiveDate>, today: NaiveDate) -> Option<i64> {
    let days = today.signed_duration_since(due?).num_days();
    (status.runs() && days > 0).then_some(days)
}

/// Days that are left, if the measure is due within `window` days (DOMAIN §5.2 `due_soon`).
pub fn days_left(
    status: Status,
    due: Option<NaiveDate>,
    today: NaiveDate,
    window: i64,
) -> Option<i64> {
    let days = due?.signed_duration_since(today).num_days();
    (status.runs() && (0..=window).contains(&days)).then_some(days)
}

/// Days for the check of what was reported done (DOMAIN §2.3).
pub const DAYS_TO_VERIFY: chrono::Days = chrono::Days::new(30);

/// Last day for the check of a measure that was reported done and not checked yet.
pub fn verification_due(status: Status, completed_on: Option<NaiveDate>) -> Option<NaiveDate> {
    let waits = status == Status::Implemented;
    completed_on
        .filter(|_| waits)?
        .checked_add_days(DAYS_TO_VERIFY)
}

text_enum! {
    /// How long something has been overdue (DOMAIN K7).
    Age {
        /// 1 to 14 days.
        UpTo14 = "1-14",
        /// 15 to 30 days.
        UpTo30 = "15-30",
        /// 31 to 60 days.
        UpTo60 = "31-60",
        /// More than 60 days.
        Over60 = "over-60",
    }
}

impl Age {
    /// The age that a number of days overdue falls into.
    pub const fn of(days_overdue: i64) -> Age {
        match days_overdue {
            ..=14 => Age::UpTo14,
            15..=30 => Age::UpTo30,
            31..=60 => Age::UpTo60,
            _ => Age::Over60,
        }
    }
}

/// The reference of a measure, `M-2022-0007`: never reused.
pub fn reference(year: i32, number: i32) -> String {
    format!("M-{year:04}-{number:04}")
}

/// The number by which references sort: `M-2022-9999` stands before `M-2022-10000`.
pub fn reference_seq(year: i32, number: i32) -> i64 {
    i64::from(year) * 10_000_000 + i64::from(number)
}

/// How a text is compared in a search: lower case, umlauts and ß resolved.
pub fn search_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        // Most letters are ASCII, and an import asks for those of whole catalogues.
        if c.is_ascii() {
            key.push(c.to_ascii_lowercase());
            continue;
        }
        for lower in c.to_lowercase() {
            match lower {
                'ä' => key.push_str("ae"),
                'ö' => key.push_str("oe"),
                'ü' => key.push_str("ue"),
                'ß' => key.push_str("ss"),
                lower => key.push(lower),
            }
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn overdue_from_the_day_after() {
        let due = Some(day("2026-03-29"));
        assert_eq!(
            days_overdue(Status::InProgress, due, day("2026-03-29")),
            None
        );
        assert_eq!(
            days_overdue(Status::InProgress, due, day("2026-03-30")),
            Some(1)
        );
        assert_eq!(
            days_overdue(Status::Blocked, due, day("2026-04-29")),
            Some(31)
        );
        for status in [
            Status::Proposed,
            Status::Implemented,
            Status::Verified,
            Status::Deferred,
            Status::Rejected,
        ] {
            assert_eq!(
                days_overdue(status, due, day("2026-04-29")),
                None,
                "{status}"
            );
        }
        assert_eq!(
            days_overdue(Status::Approved, None, day("2026-04-29")),
            None
        );
        assert_eq!(
            days_left(Status::Approved, due, day("2026-03-29"), 30),
            Some(0)
        );
        assert_eq!(
            days_left(Status::Approved, due, day("2026-02-27"), 30),
            Some(30)
        );
        assert_eq!(
            days_left(Status::Approved, due, day("2026-02-26"), 30),
            None
        );
    }

    #[test]
    fn ages() {
        for (days, age) in [
            (1, Age::UpTo14),
            (14, Age::UpTo14),
            (15, Age::UpTo30),
            (60, Age::UpTo60),
            (61, Age::Over60),
        ] {
            assert_eq!(Age::of(days), age);
        }
    }

    #[test]
    fn search_keys() {
        assert_eq!(search_key("Prüfung GROẞ Straße"), "pruefung gross strasse");
    }

    proptest! {
        #[test]
        fn references_sort_by_year_and_number(a in (1900i32..2200, 1i32..1_000_000), b in (1900i32..2200, 1i32..1_000_000)) {
            prop_assert_eq!(a.cmp(&b), reference_seq(a.0, a.1).cmp(&reference_seq(b.0, b.1)));
        }
    }
}
