//! The institution (Mandant) that everything belongs to.

use super::text_enum;

text_enum! {
    /// Kind of institution.
    InstitutionKind {
        /// Gemeinde or Stadt.
        Municipality = "municipality",
        /// Landkreis.
        District = "district",
    }
}
