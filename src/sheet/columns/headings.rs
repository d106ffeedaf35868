//! What each column is called, in German and otherwise, and what its cells look like.

use super::Field;
use crate::sheet::xlsx::Form::{self, Amount, Day, Number, Text};

/// What a column is called and what its cells are.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Heading.
    pub heading: &'static str,
    /// Other headings that mean the same; the word of the API does in any case.
    pub others: &'static [&'static str],
    /// How a workbook shows it.
    pub form: Form,
    /// Width in characters.
    pub width: u32,
    /// Most characters of a cell.
    pub max: usize,
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
    pub(super) const fn spec(self) -> Spec {
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
            Field::Initiator => spec(
                "Initiiert durch (E-Mail)",
                &["Initiiert durch", "Initiierung", "Initiator (e-mail)"],
                Text,
                32,
                254,
            ),
            Field::InitiatorRole => spec(
                "Rolle bei der Initiierung",
                &["Rolle Initiierung", "Initiator role"],
                Text,
                20,
                200,
            ),
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
            Field::Deputy => spec(
                "Vertretung (E-Mail)",
                &["Vertretung", "Stellvertretung", "Deputy (e-mail)"],
                Text,
                32,
                254,
            ),
            Field::Verifier => spec(
                "Prüfung durch (E-Mail)",
                &["Prüfung durch", "Prüfer", "Verifier (e-mail)"],
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
            Field::DueFixedBy => spec(
                "Termin festgelegt durch",
                &["Due date fixed by"],
                Text,
                18,
                100,
            ),
            Field::DueOriginal => spec(
                "Ursprünglich fällig",
                &["Ursprünglicher Termin", "Original due date"],
                Day,
                12,
                100,
            ),
            Field::OnceMaterial => spec(
                "Einmalkosten Material (EUR)",
                &[
                    "Einmalkosten",
                    "Einmalkosten (EUR)",
                    "Einmalkosten Material",
                    "One-off cost (EUR)",
                ],
                Amount { decimals: 2 },
                16,
                100,
            ),
            Field::OnceStaff => spec(
                "Einmalaufwand (PT)",
                &["Einmalaufwand", "One-off effort (person days)"],
                Amount { decimals: 1 },
                12,
                100,
            ),
            Field::YearlyMaterial => spec(
                "Jährliche Kosten Material (EUR)",
                &[
                    "Jährliche Kosten",
                    "Jährliche Kosten (EUR)",
                    "Jährliche Kosten Material",
                    "Yearly cost (EUR)",
                ],
                Amount { decimals: 2 },
                16,
                100,
            ),
            Field::YearlyStaff => spec(
                "Jährlicher Aufwand (PT)",
                &["Jährlicher Aufwand", "Yearly effort (person days)"],
                Amount { decimals: 1 },
                12,
                100,
            ),
            Field::EstimateQuality => spec(
                "Schätzqualität",
                &["Güte der Schätzung", "Quality of the estimate"],
                Text,
                14,
                100,
            ),
            Field::BudgetLines => spec("Haushaltszeilen", &["Haushaltszeile"], Text, 24, 10_000),
            Field::NoBudgetReason => spec(
                "Kein Haushaltsbedarf, weil",
                &["Kein Haushaltsbedarf", "No budget because"],
                Text,
                30,
                2000,
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
            Field::NoModuleReason => spec(
                "Kein Baustein, weil",
                &["Kein Baustein", "No module because"],
                Text,
                30,
                2000,
            ),
            Field::TargetObjects => spec("Zielobjekte", &["Zielobjekt"], Text, 24, 10_000),
            Field::Requires => spec(
                "Setzt voraus",
                &["Voraussetzungen", "Abhängig von", "Needs"],
                Text,
                24,
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
            Field::ProgressPercent => spec(
                "Fortschritt (%)",
                &["Fortschritt", "Umsetzungsgrad", "Progress"],
                Number,
                12,
                100,
            ),
            Field::ResidualRisk => spec("Restrisiko", &[], Text, 30, 2000),
            Field::NeedsSplit => spec("Aufzuteilen", &["Aufteilen"], Text, 12, 100),
            Field::ApprovedOn => spec("Genehmigt am", &[], Day, 12, 100),
            Field::CompletedOn => spec("Umgesetzt am", &["Implemented on"], Day, 12, 100),
            Field::VerifiedOn => spec("Geprüft am", &[], Day, 12, 100),
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
