//! Readers for the catalogues of BSI: from the files as published to domain types.
//!
//! [`detect`] says what a file is; [`docbook`] reads the Kompendium Edition 2023, [`crossref`]
//! its cross table and [`checklist`] its checklists, both through [`workbook`]; [`facts`] is the
//! compact file made from them. [`oscal`] reads Grundschutz++ and everything else that comes as OSCAL.

pub mod checklist;
pub mod crossref;
pub mod detect;
pub mod docbook;
pub mod facts;
pub mod oscal;
pub mod workbook;

mod ids;
pub(crate) mod warnings;

#[cfg(test)]
mod counts;
#[cfg(test)]
mod testdata;
