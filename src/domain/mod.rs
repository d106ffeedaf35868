//! The rules, pure: no database, no network, no file, no clock. `now` and `today` are arguments.

pub mod access;
pub mod budget;
pub mod budget_period;
pub mod calendar;
pub mod catalogue;
pub mod catalogue_text;
pub mod consolidation;
pub mod deadline;
pub mod delivery;
pub mod dependency;
pub mod duty;
pub mod fault;
pub mod holiday;
pub mod institution;
pub mod measure;
pub mod measure_state;
pub mod measure_step;
pub mod number;
pub mod order;
pub mod plan;
pub mod post;
pub mod postponement;
pub mod printed_total;
pub mod programme;
pub mod programme_file;
pub mod reminder;
pub mod requirement_check;
pub mod target_object;
pub mod webhook;
pub mod written_day;

/// Declares an enum that is stored, sent and read as one fixed lower-case word.
///
/// The words are the contract: they stand in the database, in JSON, in policies and in programme files.
/// (`tt`, not `literal`: utoipa does not see through the latter, and the OpenAPI document would have other words.)
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        $(#[$meta])*
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All values in the order of their declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word that stands for the value in the database, in JSON and in policies.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($text => Ok($name::$variant),)+
                    _ => Err($crate::domain::UnknownWord {
                        word: word.to_owned(),
                        known: &[$($text),+],
                    }),
                }
            }
        }
    };
}
pub(crate) use text_enum;

/// A word that is none of an enum's values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not one of {}", known.join(", "))]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What would have been right.
    pub known: &'static [&'static str],
}
