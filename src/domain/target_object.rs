//! Zielobjekte: what a measure protects (BSI 200-2, A.1 and A.2).

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
