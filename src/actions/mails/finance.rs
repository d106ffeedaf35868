//! The month of the Kämmerei.

use super::{Body, Mail};
use crate::error::Result;
use crate::store::Db;

/// PLACEHOLDER
pub(super) fn compose(_db: &mut Db, _mail: &Mail<'_>) -> Result<Body> {
    Ok(Err("nothing to tell"))
}
