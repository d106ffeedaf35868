//! Catalogue facts of IT-Grundschutz: ids, titles, levels, order. No text of the catalogue itself.

use serde::{Deserialize, Serialize};

use super::text_enum;

/// Key of the catalogue that comes with the program; what names no catalogue means this one.
pub const BUILT_IN: &str = "gs-2023";

text_enum! {
    /// Requirement level (Basis, Standard, erhöhter Schutzbedarf).
    Level {
        /// Basis-Anforderung.
        Basic = "basic",
        /// Standard-Anforderung.
        Standard = "standard",
        /// Anforderung bei erhöhtem Schutzbedarf.
        Elevated = "elevated",
    }
}

text_enum! {
    /// Order in which modules are to be implemented (R1 first); a sequence in time, not a weight.
    ImplementationOrder {
        /// Vorrangig.
        R1 = "R1",
        /// Als nächstes.
        R2 = "R2",
        /// Danach.
        R3 = "R3",
    }
}

text_enum! {
    /// What a catalogue is made of.
    Model {
        /// Layers, modules and requirements (IT-Grundschutz-Kompendium).
        Kompendium = "kompendium",
        /// Groups and controls (OSCAL).
        Oscal = "oscal",
    }
}

text_enum! {
    /// Kind of a file that a catalogue was made from or got something from.
    SourceKind {
        /// The project's own facts file.
        Facts = "facts",
        /// BSI's XML of the Kompendium.
        Kompendium = "kompendium",
        /// Kreuzreferenztabelle: which threats a requirement counters.
        CrossTable = "cross_table",
        /// Checklist of a module: the sentences of its requirements.
        Checklist = "checklist",
        /// OSCAL catalog.
        OscalCatalog = "oscal_catalog",
        /// OSCAL profile, resolved.
        OscalProfile = "oscal_profile",
        /// OSCAL mapping collection.
        OscalMapping = "oscal_mapping",
        /// OSCAL component definition.
        OscalComponentDefinition = "oscal_component_definition",
    }
}

text_enum! {
    /// What a text of a catalogue belongs to.
    TextKind {
        /// A requirement.
        Requirement = "requirement",
        /// A section of a module.
        Module = "module",
        /// An elementary threat.
        Threat = "threat",
        /// A role.
        Role = "role",
        /// A term of the glossary.
        Term = "term",
    }
}

/// One line of a catalogue facts file (`catalogue/*.jsonl`).
///
/// A file starts with its edition, then come the threats, if it has any; each layer is followed by
/// its modules, each module by its requirements, all in the order of the source document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// Head of the file.
    Edition {
        /// Key of the catalogue, `gs-2023`.
        key: String,
        /// Full title.
        title: String,
        /// Edition as printed, `2023`.
        edition: String,
    },
    /// Elementare Gefährdung.
    Threat {
        /// `G 0.14`: one blank after the letter, no leading zeros in the number.
        id: String,
        /// Title.
        title: String,
    },
    /// Schicht.
    Layer {
        /// `ISMS`, `ORP`, …
        id: String,
        /// Title.
        title: String,
    },
    /// Baustein.
    Module {
        /// `SYS.3.2.2`
        id: String,
        /// Title.
        title: String,
        /// R1, R2 or R3, from the modelling table.
        order: ImplementationOrder,
        /// Type of target object that the module is applied to, from the modelling table.
        target_type: String,
        /// The role that is responsible in principle (grundsätzlich zuständig).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        responsible: Option<String>,
        /// Further responsible roles (weitere Zuständigkeiten).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        further: Vec<String>,
    },
    /// Anforderung.
    Requirement {
        /// `SYS.3.2.2.A1`
        id: String,
        /// Title without roles, level mark and withdrawn mark.
        title: String,
        /// Level of the section that the requirement stands in.
        level: Level,
        /// Roles in brackets after the title; they take precedence over the module's (DOMAIN MET-1).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        roles: Vec<String>,
        /// ENTFALLEN: the number is kept, the requirement is gone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        withdrawn: bool,
        /// Threats that it counters, from the cross table, by number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        threats: Vec<String>,
    },
}

/// Takes a reference apart: the catalogue's key and the id in it. `SYS.3.2.2.A1` is in [`BUILT_IN`],
/// `grundschutz-2026-07-30:GC.9.1.1` in another.
#[must_use]
pub fn parse_reference(reference: &str) -> (&str, &str) {
    reference.split_once(':').unwrap_or((BUILT_IN, reference))
}

/// The reference that [`parse_reference`] takes apart.
#[must_use]
pub fn reference(catalogue: &str, id: &str) -> String {
    if catalogue == BUILT_IN {
        id.to_owned()
    } else {
        format!("{catalogue}:{id}")
    }
}

/// Numbers in an id, by which ids are sorted within a layer: A2 stands before A10.
#[must_use]
pub fn numbers(id: &str) -> Vec<u32> {
    id.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_their_numbers() {
        let mut ids = [
            "OPS.2.3.A10",
            "OPS.2.3.A2",
            "OPS.10.A1",
            "OPS.2.2.A11",
            "OPS.2.3",
        ];
        ids.sort_by_key(|id| numbers(id));
        assert_eq!(
            ids,
            [
                "OPS.2.2.A11",
                "OPS.2.3",
                "OPS.2.3.A2",
                "OPS.2.3.A10",
                "OPS.10.A1"
            ]
        );
    }
}
