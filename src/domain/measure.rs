//! The measure: its words, its steps and when it is overdue (DOMAIN §2.2, §2.3, §5.1).

use chrono::NaiveDate;

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
    /// How a measure is tied to a requirement (DOMAIN §1.5).
    LinkKind {
        /// Contributes to fulfilling it.
        Fulfils = "fulfils",
        /// Has to observe it.
        Applies = "applies",
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

/// Whether a step needs a reason in words.
const fn needs_reason(from: Status, to: Status) -> bool {
    matches!(
        to,
        Status::Blocked
            | Status::Deferred
            | Status::Rejected
            | Status::Implemented
            | Status::Verified
    ) || matches!(
        from,
        Status::Implemented | Status::Verified | Status::Deferred
    )
}

/// What has to be known of a measure to decide on a step.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Present status.
    pub status: Status,
    /// Somebody is responsible.
    pub has_owner: bool,
    /// An organisational unit is named.
    pub has_org_unit: bool,
    /// A due date is set.
    pub has_due: bool,
    /// It is tied to at least one requirement or module.
    pub has_links: bool,
}

/// A step that may be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// From.
    pub from: Status,
    /// To.
    pub to: Status,
    /// What happens to the day on which the work was reported done.
    pub completed_on: Completion,
    /// The due date becomes binding: what is current now is the original one for ever.
    pub fixes_due_date: bool,
}

/// What a step does to the day of completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// Stays as it is.
    Keep,
    /// Becomes this day.
    Set(NaiveDate),
    /// The work is open again.
    Clear,
}

/// Why a step may not be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The status does not lead there; these it leads to.
    Illegal(&'static [Status]),
    /// These are missing: `owner`, `org_unit`, `due`, `links`, `reason`.
    Missing(Vec<&'static str>),
}

/// Decides on a step (DOMAIN §2.3).
///
/// # Errors
/// [`Refusal`] with the legal steps, or with what is missing.
pub fn change_status(
    measure: &Snapshot,
    to: Status,
    reason: Option<&str>,
    today: NaiveDate,
) -> Result<StatusChange, Refusal> {
    let from = measure.status;
    if !from.next().contains(&to) {
        return Err(Refusal::Illegal(from.next()));
    }
    let has_reason = reason.is_some_and(|reason| !reason.trim().is_empty());
    let mut missing = Vec::new();
    let mut need = |name, present: bool| {
        if !present {
            missing.push(name);
        }
    };
    if to.needs_plan() {
        need("owner", measure.has_owner);
        need("org_unit", measure.has_org_unit);
        need("due", measure.has_due);
        // Asked for once, by the approval: to end a blockage nothing has to be approved again. A measure for
        // which no module fits says so in words instead (DOMAIN §2.2, MAP-4).
        need(
            "links",
            measure.has_links || has_reason || from != Status::Proposed,
        );
    }
    need("reason", has_reason || !needs_reason(from, to));
    if !missing.is_empty() {
        return Err(Refusal::Missing(missing));
    }
    let completed_on = match to {
        Status::Implemented => Completion::Set(today),
        Status::Verified => Completion::Keep,
        _ => Completion::Clear,
    };
    Ok(StatusChange {
        from,
        to,
        completed_on,
        fixes_due_date: to == Status::Approved,
    })
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

    fn complete(status: Status) -> Snapshot {
        Snapshot {
            status,
            has_owner: true,
            has_org_unit: true,
            has_due: true,
            has_links: true,
        }
    }

    #[test]
    fn every_step_is_legal_or_answered_with_the_legal_ones() {
        for from in Status::ALL.iter().copied() {
            for to in Status::ALL.iter().copied() {
                let result = change_status(&complete(from), to, Some("Grund"), day("2022-10-17"));
                if from.next().contains(&to) {
                    assert_eq!(
                        result.map(|change| (change.from, change.to)),
                        Ok((from, to))
                    );
                } else {
                    assert_eq!(result, Err(Refusal::Illegal(from.next())), "{from} to {to}");
                }
            }
        }
    }

    #[test]
    fn approval_names_all_that_is_missing() {
        let bare = Snapshot {
            status: Status::Proposed,
            has_owner: false,
            has_org_unit: false,
            has_due: false,
            has_links: false,
        };
        let today = day("2022-10-17");
        assert_eq!(
            change_status(&bare, Status::Approved, None, today),
            Err(Refusal::Missing(vec!["owner", "org_unit", "due", "links"]))
        );
        let no_module = Snapshot {
            has_links: false,
            ..complete(Status::Proposed)
        };
        assert!(
            change_status(
                &no_module,
                Status::Approved,
                Some("kein Baustein passt"),
                today
            )
            .is_ok()
        );
        assert_eq!(
            change_status(
                &complete(Status::InProgress),
                Status::Blocked,
                Some("  "),
                today
            ),
            Err(Refusal::Missing(vec!["reason"]))
        );
    }

    /// DOMAIN §2.3 line by line: what a step from a measure that has nothing asks for, without and with a reason.
    #[test]
    fn what_each_step_needs() {
        const PLAN: &[&str] = &["owner", "org_unit", "due"];
        const WITH_LINKS: &[&str] = &["owner", "org_unit", "due", "links"];
        const WITH_REASON: &[&str] = &["owner", "org_unit", "due", "reason"];
        use Status::*;
        let table: &[(Status, Status, &[&str], &[&str])] = &[
            (Proposed, Approved, WITH_LINKS, PLAN),
            (Approved, InProgress, PLAN, PLAN),
            (Approved, Blocked, WITH_REASON, PLAN),
            (InProgress, Blocked, WITH_REASON, PLAN),
            // The way back asks for no link and no reason: approved it has been.
            (Blocked, Approved, PLAN, PLAN),
            (Blocked, InProgress, PLAN, PLAN),
            (InProgress, Implemented, WITH_REASON, PLAN),
            (Implemented, Verified, WITH_REASON, PLAN),
            (Implemented, InProgress, WITH_REASON, PLAN),
            (Verified, InProgress, WITH_REASON, PLAN),
            (Proposed, Deferred, &["reason"], &[]),
            (Approved, Deferred, &["reason"], &[]),
            (InProgress, Deferred, &["reason"], &[]),
            (Blocked, Deferred, &["reason"], &[]),
            (Proposed, Rejected, &["reason"], &[]),
            (Approved, Rejected, &["reason"], &[]),
            (InProgress, Rejected, &["reason"], &[]),
            (Blocked, Rejected, &["reason"], &[]),
            (Deferred, Proposed, &["reason"], &[]),
            (Deferred, Rejected, &["reason"], &[]),
        ];
        let missing = |from, to, reason| {
            let bare = Snapshot {
                status: from,
                has_owner: false,
                has_org_unit: false,
                has_due: false,
                has_links: false,
            };
            match change_status(&bare, to, reason, day("2022-10-17")) {
                Ok(_) => Vec::new(),
                Err(Refusal::Missing(missing)) => missing,
                Err(Refusal::Illegal(_)) => panic!("{from} to {to} is illegal"),
            }
        };
        for (from, to, without, with) in table.iter().copied() {
            assert_eq!(missing(from, to, None), without, "{from} to {to}");
            assert_eq!(missing(from, to, Some("Grund")), with, "{from} to {to}");
        }
        let steps: usize = Status::ALL.iter().map(|from| from.next().len()).sum();
        assert_eq!(steps, table.len(), "each step stands in the table");
    }

    #[test]
    fn completion_day_follows_the_status() {
        let today = day("2022-10-17");
        let step = |from, to| {
            change_status(&complete(from), to, Some("Grund"), today)
                .unwrap()
                .completed_on
        };
        assert_eq!(
            step(Status::InProgress, Status::Implemented),
            Completion::Set(today)
        );
        assert_eq!(
            step(Status::Implemented, Status::Verified),
            Completion::Keep
        );
        assert_eq!(
            step(Status::Verified, Status::InProgress),
            Completion::Clear
        );
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
        fn nothing_is_verified_without_having_been_implemented(steps in prop::collection::vec(0usize..9, 0..40)) {
            let mut status = Status::Proposed;
            let mut before = status;
            for step in steps {
                let to = Status::ALL[step];
                if let Ok(change) = change_status(&complete(status), to, Some("Grund"), day("2022-10-17")) {
                    before = status;
                    status = change.to;
                }
                if status == Status::Verified {
                    prop_assert!(matches!(before, Status::Implemented | Status::Verified));
                }
            }
        }

        #[test]
        fn references_sort_by_year_and_number(a in (1900i32..2200, 1i32..1_000_000), b in (1900i32..2200, 1i32..1_000_000)) {
            prop_assert_eq!(a.cmp(&b), reference_seq(a.0, a.1).cmp(&reference_seq(b.0, b.1)));
        }
    }
}
