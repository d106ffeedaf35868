//! Zielobjekte: what a measure protects (BSI 200-2, A.1 and A.2).

use serde::{Deserialize, Serialize};

use super::fault::{Fault, FaultCode, Faults};
use super::order::ProtectionNeed;
use super::text_enum;

text_enum! {
    /// Kind of a target object, as the modelling table sorts modules.
    TargetKind {
        /// Informationsverbund as a whole.
        Domain = "domain",
        /// Geschäftsprozess.
        Process = "process",
        /// Anwendung.
        Application = "application",
        /// IT-System.
        ItSystem = "it_system",
        /// ICS or IoT device.
        Industrial = "industrial",
        /// Netz, Kommunikationsverbindung.
        Network = "network",
        /// Gebäude, Raum.
        Room = "room",
    }
}

/// Most like objects in a group.
pub const MAX_NUMBER: i32 = 1_000_000;

/// Schutzbedarf of a target object by basic value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProtectionNeeds)]
pub struct Needs {
    /// Vertraulichkeit.
    pub confidentiality: ProtectionNeed,
    /// Integrität.
    pub integrity: ProtectionNeed,
    /// Verfügbarkeit.
    pub availability: ProtectionNeed,
}

impl Needs {
    /// The highest of the three (Maximumprinzip, BSI 200-2).
    pub fn highest(self) -> ProtectionNeed {
        self.confidentiality
            .max(self.integrity)
            .max(self.availability)
    }
}

/// Checks a key: it stands in paths and in the history of measures, so it is short, plain and never changes.
pub fn check_key(faults: &mut Faults, pointer: &str, key: &str) {
    faults.text(pointer, key, 1, 100);
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if !key.chars().all(plain) || key.starts_with('.') {
        faults.push(Fault::new(pointer, FaultCode::WrongType).arg("value", key));
    }
}

/// Checks how many like objects stand for one (DOMAIN MET-8).
pub fn check_number(faults: &mut Faults, pointer: &str, number: i32) {
    if !(1..=MAX_NUMBER).contains(&number) {
        let fault = Fault::new(pointer, FaultCode::OutOfRange);
        faults.push(fault.arg("min", 1).arg("max", MAX_NUMBER));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_need_counts() {
        use ProtectionNeed::{High, Normal, VeryHigh};
        for (confidentiality, integrity, availability, highest) in [
            (Normal, Normal, Normal, Normal),
            (High, Normal, Normal, High),
            (Normal, VeryHigh, High, VeryHigh),
            (Normal, Normal, High, High),
        ] {
            let needs = Needs {
                confidentiality,
                integrity,
                availability,
            };
            assert_eq!(needs.highest(), highest);
        }
    }

    #[test]
    fn keys() {
        for (key, good) in [
            ("S-017", true),
            ("Rathaus_EG.2", true),
            ("Büro", true),
            ("", false),
            ("a b", false),
            ("a/b", false),
            ("..", false),
            ("a\u{0}", false),
        ] {
            let mut faults = Faults::new();
            check_key(&mut faults, "/key", key);
            assert_eq!(faults.is_empty(), good, "{key:?}");
        }
    }
}
