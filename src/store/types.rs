//! How the domain's words and lists stand in a column.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::helper_types::AsExprOf;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Nullable, Text};
use diesel::sqlite::Sqlite;

use super::db::MultiBackend;
use super::outbox::{Channel, MailKind};
use crate::domain::access::Role;
use crate::domain::budget::reported::{MatchKind, MatchedBy, ReportedKind};
use crate::domain::budget::{EntryState, EntryType, InterimReason};
use crate::domain::budget_period;
use crate::domain::catalogue::{ImplementationOrder, Level, Model, SourceKind, TextKind};
use crate::domain::deadline::{Kind as DeadlineKind, Rhythm, SetState};
use crate::domain::duty::Recurrence;
use crate::domain::holiday::Land;
use crate::domain::institution::InstitutionKind;
use crate::domain::measure::{
    Confidentiality, EstimateQuality, EvidenceKind, LinkKind, Origin, Precision, Relevance, Status,
    SuccessionKind, VerificationMethod,
};
use crate::domain::order::{ManualPlace, ProtectionNeed};
use crate::domain::post;
use crate::domain::postponement::{self, Cause, FixedBy, Tier};
use crate::domain::printed_total;
use crate::domain::programme::{
    AmountBasis, EntryFlag, LineKind, PostKind, ResolutionKind, ResolutionOutcome,
};
use crate::domain::requirement_check::{CheckStatus, DispensableKind, Ground};
use crate::domain::target_object::TargetKind;
use crate::domain::webhook::SwitchedOffWhy;

/// An instant as it is stored: UTC without zone, cut to microseconds (PostgreSQL keeps no more).
pub fn stored(instant: DateTime<Utc>) -> NaiveDateTime {
    instant.trunc_subsecs(6).naive_utc()
}

macro_rules! text_columns {
    ($($name:ty),+ $(,)?) => {$(
        // The word itself is the expression; there is nothing to keep alive but a static string.
        impl AsExpression<Text> for $name {
            type Expression = AsExprOf<&'static str, Text>;
            fn as_expression(self) -> Self::Expression {
                <&'static str as AsExpression<Text>>::as_expression(self.as_str())
            }
        }
        impl AsExpression<Text> for &$name {
            type Expression = AsExprOf<&'static str, Text>;
            fn as_expression(self) -> Self::Expression {
                <&'static str as AsExpression<Text>>::as_expression(self.as_str())
            }
        }
        impl AsExpression<Nullable<Text>> for $name {
            type Expression = AsExprOf<&'static str, Nullable<Text>>;
            fn as_expression(self) -> Self::Expression {
                <&'static str as AsExpression<Nullable<Text>>>::as_expression(self.as_str())
            }
        }
        impl AsExpression<Nullable<Text>> for &$name {
            type Expression = AsExprOf<&'static str, Nullable<Text>>;
            fn as_expression(self) -> Self::Expression {
                <&'static str as AsExpression<Nullable<Text>>>::as_expression(self.as_str())
            }
        }
        impl<DB> ToSql<Text, DB> for $name
        where
            DB: Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                let word: &'static str = self.as_str();
                <str as ToSql<Text, DB>>::to_sql(word, out)
            }
        }
        // Compared where it lies: a page of measures holds hundreds of words.
        impl FromSql<Text, Pg> for $name {
            fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(std::str::from_utf8(bytes.as_bytes())?.parse::<Self>()?)
            }
        }
        impl FromSql<Text, Sqlite> for $name {
            fn from_sql(bytes: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let word = <String as FromSql<Text, Sqlite>>::from_sql(bytes)?;
                Ok(word.parse::<Self>()?)
            }
        }
        impl FromSql<Text, MultiBackend> for $name {
            fn from_sql(bytes: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                let word = <String as FromSql<Text, MultiBackend>>::from_sql(bytes)?;
                Ok(word.parse::<Self>()?)
            }
        }
        impl<DB> Queryable<Text, DB> for $name
        where
            DB: Backend,
            Self: FromSql<Text, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    )+};
}

text_columns!(
    AmountBasis,
    Cause,
    Channel,
    CheckStatus,
    Confidentiality,
    DeadlineKind,
    DispensableKind,
    EntryFlag,
    EntryState,
    EntryType,
    EstimateQuality,
    EvidenceKind,
    FixedBy,
    Ground,
    InterimReason,
    ImplementationOrder,
    InstitutionKind,
    Land,
    Level,
    LineKind,
    LinkKind,
    MailKind,
    ManualPlace,
    MatchKind,
    MatchedBy,
    Model,
    Origin,
    PostKind,
    Precision,
    ProtectionNeed,
    Recurrence,
    Relevance,
    ReportedKind,
    ResolutionKind,
    ResolutionOutcome,
    Rhythm,
    Role,
    SetState,
    SourceKind,
    Status,
    SuccessionKind,
    SwitchedOffWhy,
    TargetKind,
    TextKind,
    Tier,
    VerificationMethod,
    budget_period::State,
    post::Status,
    postponement::State,
    printed_total::Precision,
);

/// A list or document in a text column.
pub fn to_json<T: serde::Serialize>(value: &T) -> crate::error::Result<String> {
    serde_json::to_string(value)
        .map_err(|cause| crate::error::Error::internal("cannot write json column", cause))
}

/// The inverse of [`to_json`].
pub fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> crate::error::Result<T> {
    serde_json::from_str(text)
        .map_err(|cause| crate::error::Error::internal("cannot read json column", cause))
}
