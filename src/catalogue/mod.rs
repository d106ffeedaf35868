//! Readers for the catalogues of BSI: from the files as published to domain types.
//!
//! [`docbook`] reads the Kompendium Edition 2023, [`facts`] the compact file made from it,
//! [`oscal`] Grundschutz++ and everything else that comes as OSCAL.

pub mod docbook;
pub mod facts;
pub mod oscal;

#[cfg(test)]
mod counts;
