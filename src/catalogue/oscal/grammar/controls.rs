//! Catalogs, and the parts and parameters that profiles share with them.

use super::Kind::{Many, One, Text as Scalar, Texts};
use super::common::{BACK_MATTER_FIELD, LINKS, METADATA_FIELD, PROPS, REMARKS, UUID};
use super::{Choice, Field, Object, Space, Version, may, must};
use crate::catalogue::oscal::text::Text::{Any, Line, OneOf, Plain, Token, Uri};

pub(super) const PARAMS: Field = may("params", Many(&PARAMETER));
pub(super) const PARTS: Field = may("parts", Many(&PART));
pub(super) const CONSTRAINTS: Field = may("constraints", Many(&CONSTRAINT));
pub(super) const GUIDELINES: Field = may("guidelines", Many(&GUIDELINE));
pub(super) const VALUES: Field = may("values", Texts(Plain));
pub(super) const SELECT: Field = may("select", One(&SELECTION));

pub(super) static CATALOG: Object = Object::new(
    "a catalog",
    &[
        UUID,
        METADATA_FIELD,
        PARAMS,
        may("controls", Many(&CONTROL)),
        may("groups", Many(&GROUP)),
        BACK_MATTER_FIELD,
    ],
);

static GROUP: Object = Object::with(
    "a group",
    &[
        may("id", Scalar(Token)).declares(Space::Nodes),
        may("class", Scalar(Token)),
        must("title", Scalar(Line)),
        PARAMS,
        PROPS,
        LINKS,
        PARTS,
        may("groups", Many(&GROUP)),
        may("controls", Many(&CONTROL)),
    ],
    &[Choice::AtMostOne(&["groups", "controls"])],
);

static CONTROL: Object = Object::new(
    "a control",
    &[
        must("id", Scalar(Token)).declares(Space::Nodes),
        may("class", Scalar(Token)),
        must("title", Scalar(Line)),
        PARAMS,
        PROPS,
        LINKS,
        PARTS,
        may("controls", Many(&CONTROL)),
    ],
);

static PART: Object = Object::new(
    "a part",
    &[
        may("id", Scalar(Token)).declares(Space::Nodes),
        must("name", Scalar(Token)),
        may("ns", Scalar(Uri)),
        may("class", Scalar(Token)),
        may("title", Scalar(Line)),
        PROPS,
        may("prose", Scalar(Any)),
        // Not `PARTS`: a constant may not hold itself.
        may("parts", Many(&PART)),
        LINKS,
    ],
);

static PARAMETER: Object = Object::with(
    "a parameter",
    &[
        must("id", Scalar(Token)).declares(Space::Parameters),
        may("class", Scalar(Token)),
        may("depends-on", Scalar(Token)),
        PROPS,
        LINKS,
        may("label", Scalar(Line)),
        may("usage", Scalar(Any)),
        CONSTRAINTS,
        GUIDELINES,
        VALUES,
        SELECT,
        REMARKS,
    ],
    &[Choice::AtMostOne(&["values", "select"])],
);

static CONSTRAINT: Object = Object::new(
    "a constraint",
    &[may("description", Scalar(Any)), may("tests", Many(&TEST))],
);

static TEST: Object = Object::new("a test", &[must("expression", Scalar(Plain)), REMARKS]);

static GUIDELINE: Object = Object::new("a guideline", &[must("prose", Scalar(Any))]);

static SELECTION: Object = Object::new(
    "a selection",
    &[
        may("how-many", Scalar(OneOf(&["one", "one-or-more"]))),
        may("choice", Texts(Line)),
    ],
);

/// A choice of controls, in profiles and in the gaps of a mapping.
pub(super) static SELECT_CONTROLS: Object = Object::new(
    "a choice of controls",
    &[
        may("with-child-controls", Scalar(OneOf(&["yes", "no"]))),
        may("with-ids", Texts(Token)),
        may("matching", Many(&MATCHING)),
    ],
);

static MATCHING: Object = Object::new(
    "a pattern",
    &[may("pattern", Scalar(Plain)), REMARKS.since(Version::V1_2)],
);
