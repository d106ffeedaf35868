//! What a reader may see, as a condition of every query for measures.
#![expect(
    missing_docs,
    reason = "auto_type writes a public alias without a word"
)]

use diesel::prelude::*;

use super::schema::measures;
use crate::domain::access::Visibility;
use crate::domain::measure::Confidentiality;

/// Which measures a reader may see; a list cannot be asked for without one.
#[derive(Debug, Clone)]
pub struct Sight<'a> {
    /// Institution.
    pub institution_id: &'a str,
    /// Reader.
    pub user_id: &'a str,
    /// What the policy lets them see.
    pub visibility: Visibility,
}

/// The condition that keeps everything else out of sight.
#[diesel::dsl::auto_type]
pub fn seen_by<'a>(sight: &'a Sight<'a>) -> _ {
    let institution_id: &'a str = sight.institution_id;
    let user_id: &'a str = sight.user_id;
    let all: &'a [Confidentiality] = sight.visibility.all.as_slice();
    let own: &'a [Confidentiality] = sight.visibility.own.as_slice();
    measures::institution_id.eq(institution_id).and(
        measures::confidentiality.eq_any(all).or(measures::owner_id
            .eq(user_id)
            .or(measures::deputy_id.eq(user_id))
            .or(measures::verifier_id.eq(user_id))
            .and(measures::confidentiality.eq_any(own))),
    )
}

impl Sight<'_> {
    /// What [`seen_by`] asks, of a measure that was read for another reason: its class and whoever is concerned with it.
    pub fn sees(&self, class: Confidentiality, concerned: &[Option<&str>]) -> bool {
        let own = concerned.contains(&Some(self.user_id));
        self.visibility.all.contains(&class) || (own && self.visibility.own.contains(&class))
    }

    /// Whether the reader sees a measure, and is concerned with it where only their own are asked for (`own`: the units that
    /// they are head of).
    pub fn concerns(
        &self,
        own: Option<&[String]>,
        class: Confidentiality,
        concerned: &(Option<String>, Option<String>, Option<String>),
        org_unit: Option<&String>,
    ) -> bool {
        let (owner, deputy, verifier) = concerned;
        let concerned = [owner.as_deref(), deputy.as_deref(), verifier.as_deref()];
        let unit = |units: &[String]| org_unit.is_some_and(|unit| units.contains(unit));
        let is_own = own.is_none_or(|units| concerned.contains(&Some(self.user_id)) || unit(units));
        is_own && self.sees(class, &concerned)
    }
}
