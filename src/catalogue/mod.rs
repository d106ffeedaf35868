//! Readers for the catalogues of BSI: from the files as published to domain types.
//!
//! [`docbook`] reads the Kompendium Edition 2023, [`facts`] the compact file made from it.

pub mod docbook;
pub mod facts;

#[cfg(test)]
mod counts;
